package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestVector checks that the vector operations of this machine give the bits of
// the plain loops, whatever the length, the place in memory and the values.
func TestVector(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = random.NormFloat64() * math.Pow(10, float64(random.IntN(40)-20))
		}
		return x
	}
	for n := range 70 {
		for offset := range 3 {
			x, y := draw(n + offset)[offset:], draw(n + offset)[offset:]
			if got, want := vectorDot(x, y), dot(x, y); math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("vectorDot of %d elements = %v; want %v", n, got, want)
			}
			alpha := random.NormFloat64()
			got, want := append([]float64(nil), y...), append([]float64(nil), y...)
			vectorAddScaled(got, alpha, x)
			addScaled(want, alpha, x)
			for i := range got {
				if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
					t.Errorf("vectorAddScaled of %d elements: element %d = %v; want %v", n, i, got[i], want[i])
				}
			}
		}
	}
}

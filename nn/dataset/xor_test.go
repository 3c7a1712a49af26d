package dataset

import (
	"math"
	"testing"
)

func TestXOR(t *testing.T) {
	const n = 8000
	p := Params{Points: n, Seed: 1}
	clean := generate(t, XOR, p)
	var sizes []float64
	quadrants := map[[2]bool]int{}
	for _, q := range clean {
		right, up := q.X > 0, q.Y > 0
		if (right != up) != (q.Label == 1) {
			t.Fatalf("%v; want class 1 where the signs differ", q)
		}
		quadrants[[2]bool{right, up}]++
		sizes = append(sizes, math.Abs(q.X), math.Abs(q.Y))
	}
	checkDistribution(t, "distance from the axes", sizes, uniformCDF(0.05, 0.95))
	for quadrant, got := range quadrants { // binomial: n/2 draws by 1/2
		if math.Abs(float64(got)-n/4) > 4*math.Sqrt(n/8) {
			t.Errorf("quadrant %v has %d of %d points; want about a quarter", quadrant, got, n)
		}
	}

	p.Noise = MaxNoise
	crossed := 0
	for i, q := range generate(t, XOR, p) {
		if q.Label != clean[i].Label {
			t.Fatalf("noise turned %v into %v; want the same class", clean[i], q)
		}
		if (q.X*q.Y < 0) != (q.Label == 1) {
			crossed++
		}
	}
	if crossed < n/10 { // by noise of 0.5 about a third end in the other class's quadrants
		t.Errorf("noise %v carried %d of %d points over an axis; want many", p.Noise, crossed, n)
	}
}

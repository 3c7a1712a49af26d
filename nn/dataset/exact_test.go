package dataset

import (
	"math"
	"testing"
)

// nearMath is how far a unit vector may be from package math's.
const nearMath = 1e-14

func TestDirection(t *testing.T) {
	for i := -4000; i <= 8000; i++ {
		turns := float64(i) / 4000
		x, y := direction(turns)
		sin, cos := math.Sincos(2 * math.Pi * turns)
		if math.Abs(x-cos) > nearMath || math.Abs(y-sin) > nearMath {
			t.Fatalf("direction(%v) = %v, %v; want %v, %v", turns, x, y, cos, sin)
		}
	}
}

func TestFold(t *testing.T) {
	for _, test := range []struct{ v, want float64 }{
		{0, 0}, {0.25, 0.25}, {1, 1}, {-1, -1},
		{1.25, 0.75}, {-1.25, -0.75}, // one wall
		{3, -1}, {3.25, -0.75}, {-3.25, 0.75}, // both walls
		{4.5, 0.5}, {5.25, 0.75}, {-6.5, 0.5},
	} {
		if got := fold(test.v); got != test.want {
			t.Errorf("fold(%v) = %v; want %v", test.v, got, test.want)
		}
	}
}

func TestRound(t *testing.T) {
	for _, test := range []struct{ v, want float64 }{
		{0.12344, 0.1234}, {0.12346, 0.1235}, {-0.12346, -0.1235}, {0.3, 0.3}, {1, 1}, {-1, -1},
	} {
		if got := round(test.v); got != test.want {
			t.Errorf("round(%v) = %v; want %v", test.v, got, test.want)
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), -0.00004, 0.00004} {
		if got := round(v); got != 0 || math.Signbit(got) {
			t.Errorf("round(%v) = %v; want 0 without a sign", v, got)
		}
	}
}

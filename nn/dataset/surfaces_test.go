package dataset

import (
	"math"
	"testing"
)

func TestSquare(t *testing.T) {
	for _, name := range []Name{Plane, Hills} {
		var xs, ys []float64
		sum := 0.0
		for _, p := range generate(t, name, Params{Points: 5000, Seed: 1}) {
			xs, ys, sum = append(xs, p.X), append(ys, p.Y), sum+p.X*p.Y
		}
		checkDistribution(t, "x", xs, uniformCDF(-1, 1))
		checkDistribution(t, "y", ys, uniformCDF(-1, 1))
		// x·y has the mean 0 and the variance 1/9.
		if mean := sum / float64(len(xs)); math.Abs(mean) > 4.0/3/math.Sqrt(float64(len(xs))) {
			t.Errorf("%s: the mean of x·y is %v; want about 0", name, mean)
		}
	}
}

func TestPlane(t *testing.T) {
	for _, p := range generate(t, Plane, Params{Points: 1000, Seed: 1}) {
		if want := 0.5*p.X + 0.5*p.Y; math.Abs(p.Label-want) > halfDecimal {
			t.Errorf("plane: %v; want the label %v", p, want)
		}
	}
}

func TestHills(t *testing.T) {
	formula := func(x, y float64) float64 {
		bump := func(height, cx, cy float64) float64 {
			return height * math.Exp(-((x-cx)*(x-cx)+(y-cy)*(y-cy))/(2*0.22*0.22))
		}
		return bump(0.95, -0.55, 0.5) + bump(-0.95, 0.1, 0.4) + bump(0.8, 0.65, 0.6) +
			bump(-0.8, -0.4, -0.45) + bump(0.95, 0.4, -0.4)
	}
	for _, p := range generate(t, Hills, Params{Points: 2000, Seed: 1}) {
		if want := formula(p.X, p.Y); math.Abs(p.Label-want) > halfDecimal {
			t.Errorf("hills: %v; want the label %v", p, want)
		}
	}

	lowest, highest := math.Inf(1), math.Inf(-1)
	for i := -100; i <= 100; i++ {
		for j := -100; j <= 100; j++ {
			v := hills(float64(i)/100, float64(j)/100)
			lowest, highest = min(lowest, v), max(highest, v)
		}
	}
	if lowest < -1 || lowest > -0.85 || highest > 1 || highest < 0.85 {
		t.Errorf("hills range from %v to %v; want nearly -1 to 1, and no more", lowest, highest)
	}
}

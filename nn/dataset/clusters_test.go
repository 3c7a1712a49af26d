package dataset

import (
	"math"
	"testing"
)

// standardErrors is how many of them an estimate may be off. Thousands of estimates are compared,
// so four would not do.
const standardErrors = 5

// perClass is the size of the sample drawn from each cluster.
const perClass = 2000

// estimate is what a sample says of a cluster.
type estimate struct {
	x, y          float64 // mean
	along, across float64 // standard deviations on the principal axes
	lean          float64 // angle of the longer axis, in turns, -1/4 to 1/4
}

// estimateClasses returns the estimate of each class.
func estimateClasses(points []Point, classes int) []estimate {
	estimates := make([]estimate, classes)
	for class := range estimates {
		var n, x, y, xx, yy, xy float64
		for _, p := range points {
			if p.Label == float64(class) {
				n, x, y, xx, yy, xy = n+1, x+p.X, y+p.Y, xx+p.X*p.X, yy+p.Y*p.Y, xy+p.X*p.Y
			}
		}
		x, y = x/n, y/n
		xx, yy, xy = xx/n-x*x, yy/n-y*y, xy/n-x*y
		// The eigenvalues of the covariance matrix.
		mean, half := (xx+yy)/2, math.Hypot((xx-yy)/2, xy)
		estimates[class] = estimate{x, y, math.Sqrt(mean + half), math.Sqrt(mean - half),
			math.Atan2(2*xy, xx-yy) / 2 / (2 * math.Pi)}
	}
	return estimates
}

// cellOf returns the side of a lattice cell: 1.6 by 2, 3 or 4 for up to 4, 9 or 16 classes.
func cellOf(classes int) float64 {
	switch {
	case classes <= 4:
		return 0.8
	case classes <= 9:
		return 1.6 / 3
	}
	return 0.4
}

// checkDeviation fails unless the estimate of a standard deviation from n values is as near as
// chance allows. The larger and the smaller of two equal ones are biased by about half a standard
// error, which five include.
func checkDeviation(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > standardErrors*want/math.Sqrt(2*perClass) {
		t.Errorf("%s: standard deviation %.4f; want %.4f", what, got, want)
	}
}

func TestLattice(t *testing.T) {
	for classes := 2; classes <= MaxClasses; classes++ {
		nearest, farthest := math.Inf(1), 0.0
		for seed := range uint32(300) {
			clusters, cell := lattice(newRandom("test", seed), classes)
			if len(clusters) != classes || cell != cellOf(classes) {
				t.Fatalf("lattice of %d classes has %d clusters in cells of %v; want cells of %v",
					classes, len(clusters), cell, cellOf(classes))
			}
			for i, a := range clusters {
				farthest = max(farthest, math.Abs(a.x), math.Abs(a.y))
				for _, b := range clusters[:i] {
					nearest = min(nearest, math.Hypot(a.x-b.x, a.y-b.y)/cell)
				}
			}
		}
		if nearest < 0.6 || nearest > 0.75 {
			t.Errorf("%d classes: the nearest centres are %v cells apart; want 0.6 or little more",
				classes, nearest)
		}
		// The outermost centres lie 0.3 cells or more from ±0.8.
		if limit := 0.8 - 0.3*cellOf(classes); farthest > limit || farthest < limit-0.01 {
			t.Errorf("%d classes: the farthest centre is at %v; want %v or little less", classes,
				farthest, limit)
		}
	}
}

func TestBlobs(t *testing.T) {
	for _, noise := range []float64{0, 0.05} {
		for classes := 2; classes <= MaxClasses; classes++ {
			points := generate(t, Blobs, Params{Points: classes * perClass, Classes: classes, Noise: noise, Seed: 1})
			want := math.Hypot(0.12*cellOf(classes), noise)
			estimates := estimateClasses(points, classes)
			for _, e := range estimates {
				checkDeviation(t, "blobs", e.along, want)
				checkDeviation(t, "blobs", e.across, want)
			}
			if noise > 0 {
				continue
			}
			wrong := 0
			for _, p := range points {
				nearest, least := 0, math.Inf(1)
				for class, e := range estimates {
					if d := math.Hypot(p.X-e.x, p.Y-e.y); d < least {
						nearest, least = class, d
					}
				}
				if float64(nearest) != p.Label {
					wrong++
				}
			}
			if wrong > len(points)/100 {
				t.Errorf("blobs with %d classes: %d of %d points are nearer to another centre",
					classes, wrong, len(points))
			}
		}
	}
}

func TestAniso(t *testing.T) {
	leans := map[bool]int{}
	for classes := 2; classes <= MaxClasses; classes++ {
		const noise = 0.02
		seed := uint32(classes)
		estimates := estimateClasses(generate(t, Aniso, Params{Points: classes * perClass, Classes: classes, Noise: noise, Seed: seed}), classes)
		for _, e := range estimates {
			checkDeviation(t, "aniso along", e.along, math.Hypot(0.2*cellOf(classes), noise))
			checkDeviation(t, "aniso across", e.across, math.Hypot(0.05*cellOf(classes), noise))
			// An axis is known to about the ratio of the spreads by √n, in radians.
			if math.Abs(e.lean-estimates[0].lean) > 0.005 {
				t.Errorf("aniso with %d classes leans by %.4f and %.4f turns; want the same",
					classes, estimates[0].lean, e.lean)
			}
			if e.lean < 1.0/12-0.005 || e.lean > 1.0/6+0.005 {
				t.Errorf("aniso with %d classes leans by %.4f turns; want 1/12 to 1/6", classes,
					e.lean)
			}
		}
		leans[estimates[0].lean > 1.0/8]++
	}
	if len(leans) != 2 {
		t.Errorf("aniso leans to the same side of 45 degrees whatever the seed: %v", leans)
	}
}

func TestVaried(t *testing.T) {
	for classes := 2; classes <= MaxClasses; classes++ {
		// A wide cluster near the border is folded and so a little narrower, within the tolerance.
		estimates := estimateClasses(generate(t, Varied, Params{Points: classes * perClass, Classes: classes, Noise: 0, Seed: 2}),
			classes)
		for class, e := range estimates {
			want := []float64{0.1, 0.2, 0.05}[class%3] * cellOf(classes)
			checkDeviation(t, "varied", e.along, want)
			checkDeviation(t, "varied", e.across, want)
		}
	}
}

func TestGauss(t *testing.T) {
	for _, noise := range []float64{0, 0.1} {
		for classes := 2; classes <= MaxClasses; classes++ {
			want := math.Hypot(0.08, noise)
			for class, e := range estimateClasses(generate(t, Gauss, Params{Points: classes * perClass, Classes: classes, Noise: noise, Seed: 1}), classes) {
				checkDeviation(t, "gauss", e.along, want)
				checkDeviation(t, "gauss", e.across, want)
				sin, cos := math.Sincos(2 * math.Pi * (5.0/8 + float64(class)/float64(classes)))
				if off := math.Hypot(e.x-0.6*cos, e.y-0.6*sin); off > standardErrors*want/math.Sqrt(perClass) {
					t.Errorf("gauss with %d classes: class %d is centred on %.4f, %.4f; want %.4f, %.4f",
						classes, class, e.x, e.y, 0.6*cos, 0.6*sin)
				}
			}
		}
	}
	// Two classes: the corners, said without trigonometry.
	for _, p := range generate(t, Gauss, Params{Points: 200, Seed: 1}) {
		if upperRight := p.X+p.Y > 0; upperRight != (p.Label == 1) {
			t.Errorf("gauss: %v; want class 0 lower left, class 1 upper right", p)
		}
	}
}

package dataset

import (
	"math"
	"testing"
)

// onCurve is how far rounding both coordinates may move a point.
const onCurve = math.Sqrt2 * halfDecimal

// turnsOf returns the angle of (x, y) in turns, 0 to 1.
func turnsOf(x, y float64) float64 {
	turns := math.Atan2(y, x) / (2 * math.Pi)
	return turns - math.Floor(turns)
}

func TestCircles(t *testing.T) {
	for _, classes := range []int{2, 3, 10} {
		var turns []float64
		for _, p := range generate(t, Circles, Params{Points: 3000, Classes: classes, Seed: 1}) {
			want := 0.8 * (p.Label + 1) / float64(classes)
			if got := math.Hypot(p.X, p.Y); math.Abs(got-want) > onCurve {
				t.Fatalf("%d classes: %v has the radius %v; want %v", classes, p, got, want)
			}
			turns = append(turns, turnsOf(p.X, p.Y))
		}
		checkDistribution(t, "angles", turns, uniformCDF(0, 1))
	}
}

func TestMoons(t *testing.T) {
	var turns []float64
	for _, p := range generate(t, Moons, Params{Points: 3000, Seed: 1}) {
		x, y := p.X, p.Y
		if p.Label == 1 {
			x, y = -x, -y
		}
		x, y = x+0.3, y+0.15
		if r := math.Hypot(x, y); math.Abs(r-0.6) > onCurve || y < -halfDecimal {
			t.Fatalf("%v is %v from the centre of its arc, %v above it; want 0.6 and at least 0", p,
				r, y)
		}
		turns = append(turns, math.Acos(min(max(x/0.6, -1), 1))/math.Pi)
	}
	checkDistribution(t, "angles", turns, uniformCDF(0, 1))
}

func TestSpiral(t *testing.T) {
	for _, classes := range []int{2, 3, 10} {
		var along []float64
		for _, p := range generate(t, Spiral, Params{Points: 3000, Classes: classes, Seed: 1}) {
			r := math.Hypot(p.X, p.Y)
			at := (r - 0.1) / 0.8 // 0 at the inner end, 1 at the outer
			if at < -0.001 || at > 1.001 {
				t.Fatalf("%d classes: %v has the radius %v; want 0.1 to 0.9", classes, p, r)
			}
			along = append(along, at)
			// The error of the angle grows towards the middle; times r it is a length again. The
			// error of r turns the arm by up to 3.5/2 turns for 0.8, times 0.9.
			off := turnsOf(p.X, p.Y) - (p.Label+3.5*at)/float64(classes)
			off -= math.Round(off)
			if math.Abs(off)*2*math.Pi*r > onCurve*(1+0.9*2*math.Pi*1.75/0.8) {
				t.Fatalf("%d classes: %v is %v turns off its arm", classes, p, off)
			}
		}
		checkDistribution(t, "position on the arm", along, uniformCDF(0, 1))
	}
}

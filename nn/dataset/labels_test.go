package dataset

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// TestLabelNoise: label noise moves no point, redraws about its share of the labels, each class as
// often, and keeps what it redrew when there is more of it.
func TestLabelNoise(t *testing.T) {
	const n = 4000
	for _, info := range All() {
		t.Run(string(info.Name), func(t *testing.T) {
			p := Params{Points: n, Noise: 0.1, Seed: 7}
			clean := generate(t, info.Name, p)
			before := slices.Clone(clean)
			wasRedrawn := map[int]bool{}
			for _, share := range []float64{0, 0.1, 0.4, MaxLabelNoise} {
				p.LabelNoise = share
				points := generate(t, info.Name, p)
				counts := map[float64]int{}
				changed := 0
				for i, q := range points {
					if q.X != clean[i].X || q.Y != clean[i].Y {
						t.Fatalf("label noise %v moves point %d from %v to %v", share, i, clean[i], q)
					}
					if wasRedrawn[i] && q != before[i] {
						t.Fatalf("label noise %v gives point %d the label %v; with less it was %v", share, i, q.Label, before[i].Label)
					}
					counts[q.Label]++
					if q.Label != clean[i].Label {
						changed++
						wasRedrawn[i] = true
					}
				}
				before = points
				want := share * n
				if info.Task == Classification {
					want *= 1 - 1/float64(info.DefaultClasses) // the others are redrawn as they were
				}
				if diff := math.Abs(float64(changed) - want); diff > 5*math.Sqrt(n)/2 || (changed == 0) != (share == 0) {
					t.Errorf("label noise %v changes %d labels of %d; want about %v", share, changed, n, want)
				}
				for label, count := range counts {
					mean := n / float64(max(info.DefaultClasses, 1))
					if info.Task == Classification && math.Abs(float64(count)-mean) > 5*math.Sqrt(mean) {
						t.Errorf("label noise %v: %d points have label %v; want about %v", share, count, label, mean)
					}
					if math.Abs(label) > 1 && info.Task == Regression || label != round(label) {
						t.Errorf("label noise %v: a label is %v", share, label)
					}
				}
			}
			p.Points = 50
			if short := generate(t, info.Name, p); !slices.Equal(short, before[:50]) {
				t.Errorf("50 points with label noise are not the first of %d", n)
			}
			p.Seed = 8
			if other := generate(t, info.Name, p); slices.Equal(other, before[:50]) {
				t.Errorf("another seed draws the same")
			}
		})
	}
}

// TestLabelNoiseGolden pins which labels are redrawn, for every CPU and release.
func TestLabelNoiseGolden(t *testing.T) {
	for _, test := range []struct {
		name Name
		want string
	}{
		{Blobs, "[0 1 2 0 1 0 0 1 0 0 1 2]"},
		{Plane, "[0.1278 0.2919 0.3177 -0.1471 -0.287 -0.4859 0.4652 0.5183 -0.4402 -0.3892 -0.4291 -0.3062]"},
	} {
		points := generate(t, test.name, Params{Points: 12, Seed: 1, LabelNoise: 0.5})
		var labels []float64
		for _, p := range points {
			labels = append(labels, p.Label)
		}
		if got := fmt.Sprint(labels); got != test.want {
			t.Errorf("%s has the labels\n%s; want\n%s", test.name, got, test.want)
		}
	}
}

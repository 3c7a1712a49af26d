package nn

import (
	"math"
	"slices"
	"testing"
)

// TestDistributions counts weights and activations by hand.
func TestDistributions(t *testing.T) {
	for seed := range uint64(40) {
		rng := newRand(seed)
		s := prepare(t, randomState(t, rng))
		if seed%8 == 0 { // one in seven points counts, over the borders of blocks
			s.Data, s.Config.TestFraction = randomPoints(rng, 1700, s.Config.Task, 2), 0
		}
		tr := trainer(t, s)
		got := tr.Distributions()
		layers := len(s.Network.Weights)
		if len(got) != layers {
			t.Fatalf("seed %d: %d layers; want %d", seed, len(got), layers)
		}
		var trained []Point
		for i, held := range Split(len(s.Data), s.Config.TestFraction, s.Config.Seed) {
			if !held {
				trained = append(trained, s.Data[i])
			}
		}
		apart := 1
		for len(trained) > apart*histogramPoints {
			apart++
		}
		var xs, ys []float64
		for i := 0; i < len(trained); i += apart {
			xs, ys = append(xs, trained[i].X), append(ys, trained[i].Y)
		}
		units := make([][]float64, layers)
		for l, width := range s.Config.Sizes()[1:] {
			units[l] = make([]float64, width*len(xs))
		}
		tr.UnitsTo(units, xs, ys)
		for l := range layers {
			checkDistribution(t, "weights", got[l].Weights, slices.Concat(s.Network.Weights[l]...))
			checkDistribution(t, "activations", got[l].Activations, units[l])
		}
	}
}

// checkDistribution counts in the plainest way.
func checkDistribution(t *testing.T, what string, d Distribution, values []float64) {
	t.Helper()
	n := float64(len(values))
	least, most := slices.Min(values), slices.Max(values)
	if d.N != len(values) || len(d.Counts) != bins || least < d.Lo || most > d.Hi || d.Lo > 0 || d.Hi < 0 {
		t.Fatalf("%s: %d from %v to %v in %d bins; want %d from %v to %v in %d", what, d.N, d.Lo, d.Hi, len(d.Counts), len(values), least, most, bins)
	}
	counts, mean := make([]float64, bins), 0.0
	width := (d.Hi - d.Lo) / bins
	for _, v := range values {
		mean += v / n
		for i := range counts { // the last bin whose lower edge is not above
			if i == bins-1 || v < d.Lo+float64((d.Hi-d.Lo)*float64(i+1)/bins) {
				counts[i]++
				break
			}
		}
	}
	if !slices.Equal(counts, d.Counts) {
		t.Errorf("%s: the counts are %v; want %v", what, d.Counts, counts)
	}
	variance := 0.0
	for _, v := range values {
		variance += (v - mean) * (v - mean) / n
	}
	if math.Abs(d.Mean-mean) > width/4 || math.Abs(d.Deviation-math.Sqrt(variance)) > width/4 {
		t.Errorf("%s: mean %v and deviation %v; want %v and %v", what, d.Mean, d.Deviation, mean, math.Sqrt(variance))
	}
	sorted := slices.Sorted(slices.Values(values))
	for _, q := range []struct{ share, got float64 }{{0.05, d.Low}, {0.5, d.Median}, {0.95, d.High}} {
		if want := sorted[int(math.Ceil(q.share*n))-1]; q.got != want {
			t.Errorf("%s: the quantile at %v is %v; want %v", what, q.share, q.got, want)
		}
	}
}

// TestDistributionOrder: the mean of these numbers is 0.3125 but for rounding. Added one by one they
// come below it, and are rounded down; added several at a time they are rounded up.
func TestDistributionOrder(t *testing.T) {
	values := []float64{0.02, 0.05, 0.05, 0.06, 0.14, 0.15, 0.18, 0.23, 0.23, 0.31, 0.36, 0.42, 0.57, 0.58, 0.68, 0.97}
	if got := distributionOf(values).Mean; got != 0.312 {
		t.Errorf("the mean of %v is %v; want 0.312, as added in their order", values, got)
	}
}

// TestDistributionOf: the ends of the range are round, the largest number counts, and what cannot be
// drawn is said to be so.
func TestDistributionOf(t *testing.T) {
	for _, test := range []struct {
		values      []float64
		lo, hi      float64
		first, last float64
	}{
		{[]float64{-1, 1, 1}, -1, 1, 1, 2},
		{[]float64{0, 0, 3}, 0, 5, 2, 0},
		{[]float64{-0.3, -0.31}, -0.5, 0, 0, 0},
		{[]float64{0, 0}, 0, 1, 2, 0},
		{[]float64{-0.15, 4.1}, -0.2, 5, 1, 0},
		{[]float64{2e-7}, 0, 2e-7, 0, 1},
		{[]float64{1e-300, 0}, 0, 1, 2, 0},
		{[]float64{1e100, -1e100}, -1e100, 1e100, 1, 1},
	} {
		d := distributionOf(slices.Clone(test.values))
		if d.Lo != test.lo || d.Hi != test.hi || d.Counts[0] != test.first || d.Counts[bins-1] != test.last {
			t.Errorf("distributionOf(%v) = %+v; want from %v to %v, %v in the first bin and %v in the last", test.values, d, test.lo, test.hi, test.first, test.last)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(-1), 1.1e100} {
		if d := distributionOf([]float64{1, bad}); d.Counts != nil || d.N != 2 || d.Mean != 0 || d.Hi != 0 {
			t.Errorf("with %v it is %+v; want nothing but the number of numbers", bad, d)
		}
	}
	if d := distributionOf(nil); d.Counts != nil {
		t.Errorf("of nothing it is %+v; want nothing", d)
	}
}

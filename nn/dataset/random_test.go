package dataset

import (
	"math"
	"math/bits"
	"slices"
	"testing"
)

// rareKS bounds √n·D of the Kolmogorov-Smirnov test: a right sample exceeds it once in a thousand.
// The samples here come from fixed seeds, so a test that passes once passes always.
const rareKS = 1.95

func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// uniformCDF returns the distribution function of the uniform numbers in [lo, hi].
func uniformCDF(lo, hi float64) func(float64) float64 {
	return func(v float64) float64 { return min(max((v-lo)/(hi-lo), 0), 1) }
}

// checkDistribution fails unless the sample is a likely draw from the distribution with the given
// distribution function.
func checkDistribution(tb testing.TB, what string, sample []float64, cdf func(float64) float64) {
	tb.Helper()
	if len(sample) < 100 {
		tb.Fatalf("%s: a sample of %d proves nothing", what, len(sample))
	}
	sorted := slices.Sorted(slices.Values(sample))
	n := float64(len(sorted))
	d := 0.0
	for i, v := range sorted {
		d = max(d, cdf(v)-float64(i)/n, float64(i+1)/n-cdf(v))
	}
	if d *= math.Sqrt(n); d > rareKS {
		tb.Errorf("%s: √n·D = %.2f for a sample of %d; want at most %v", what, d, len(sample),
			rareKS)
	}
}

func TestNormal(t *testing.T) {
	rnd := newRandom("test", 1)
	sample := make([]float64, 200_000)
	beyond3 := 0.0
	for i := range sample {
		sample[i] = rnd.normal()
		if math.Abs(sample[i]) > 3 {
			beyond3++
		}
	}
	checkDistribution(t, "normal", sample, normalCDF)

	// The tail weighs little in the test above: 2·Φ(-3) = 0.0027, here 540 ± 23.
	if want := 2 * normalCDF(-3) * float64(len(sample)); math.Abs(beyond3-want) > 4*math.Sqrt(want) {
		t.Errorf("%v of %d lie beyond 3; want about %.0f", beyond3, len(sample), want)
	}
	// Neighbours must not know of each other: their mean product is 0 ± 1/√n.
	product := 0.0
	for i := 1; i < len(sample); i++ {
		product += sample[i] * sample[i-1]
	}
	if product /= float64(len(sample)); math.Abs(product) > 4/math.Sqrt(float64(len(sample))) {
		t.Errorf("mean product of neighbours = %v; want about 0", product)
	}
}

func TestTrial(t *testing.T) {
	const n = 1_000_000
	rnd := newRandom("test", 2)
	for _, g := range []float64{0, 0.1, 0.5, 1} {
		successes := 0.0
		for range n {
			if rnd.trial(g) {
				successes++
			}
		}
		want := math.Exp(-g)
		if got := successes / n; math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
			t.Errorf("trial(%v) succeeds at a rate of %v; want %v", g, got, want)
		}
	}
}

func TestUniform(t *testing.T) {
	rnd := newRandom("test", 3)
	sample := make([]float64, 50_000)
	for i := range sample {
		sample[i] = rnd.uniform(-0.5, 2)
		if sample[i] < -0.5 || sample[i] >= 2 {
			t.Fatalf("uniform(-0.5, 2) = %v", sample[i])
		}
	}
	checkDistribution(t, "uniform", sample, uniformCDF(-0.5, 2))
}

func TestSign(t *testing.T) {
	const n = 10_000
	rnd := newRandom("test", 4)
	sum := 0.0
	for range n {
		s := rnd.sign()
		if s != -1 && s != 1 {
			t.Fatalf("sign() = %v; want -1 or 1", s)
		}
		sum += s
	}
	if math.Abs(sum) > 4*math.Sqrt(n) {
		t.Errorf("%d signs add up to %v; want about 0", n, sum)
	}
}

// TestNewRandom asks whether the streams of two names, and of seeds that differ in one bit or few,
// are strangers: their words differ in half of the bits, and the first numbers of many seeds are a
// uniform sample.
func TestNewRandom(t *testing.T) {
	const seeds, words = 500, 100
	strangers := func(what string, a, b random) {
		t.Helper()
		differ := 0
		for range words {
			differ += bits.OnesCount64(a.Uint64() ^ b.Uint64())
		}
		if math.Abs(float64(differ)-words*32) > 5*math.Sqrt(words*16) { // binomial: 64 bits a word, by 1/2
			t.Errorf("%s: %d of %d bits differ; want about half", what, differ, words*64)
		}
	}
	strangers("names", newRandom("test", 0), newRandom("tesu", 0))
	sample := make([]float64, 0, seeds)
	for seed := range uint32(seeds) {
		strangers("seeds next to each other", newRandom("test", seed), newRandom("test", seed+1))
		strangers("seeds far apart", newRandom("test", seed), newRandom("test", seed|1<<31))
		sample = append(sample, newRandom("test", seed).Float64())
	}
	checkDistribution(t, "first numbers", sample, uniformCDF(0, 1))
}

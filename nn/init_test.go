package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// standardErrors is how far an estimate may be from the truth.
const standardErrors = 4.5

// ksLimit is what √n times the largest distance between the distribution function of n draws and
// the true one may be; chance exceeds it once in about 5,000 times (Kolmogorov:
// 2·exp(-2·ksLimit²)).
const ksLimit = 2.15

// initCases are the distributions as the contract and the papers state them, for layers with in
// inputs and out outputs.
var initCases = []struct {
	init   Init
	sigma  func(in, out float64) float64 // standard deviation
	bound  func(in, out float64) float64 // no weight is larger
	normal bool
}{
	{InitXavier, func(in, out float64) float64 { return math.Sqrt(2 / (in + out)) }, func(in, out float64) float64 { return math.Sqrt(6 / (in + out)) }, false},
	{InitHe, func(in, out float64) float64 { return math.Sqrt(2 / in) }, nil, true},
	{InitNormal, func(in, out float64) float64 { return 0.5 }, nil, true},
}

// initialized returns the network that a config with the layers starts from.
func initialized(t *testing.T, init Init, activation Activation, seed uint32, layers ...int) Network {
	t.Helper()
	c := DefaultConfig()
	c.Init, c.Activation, c.Seed, c.HiddenLayers = init, activation, seed, layers
	return prepare(t, State{Config: c}).Network
}

func TestInitialize(t *testing.T) {
	for _, c := range initCases {
		for _, seed := range []uint32{1, 2, 4294967295} {
			// The middle layers have 100×60 and 60×100 weights: enough to tell √(2/in) from
			// √(2/out).
			n := initialized(t, c.init, Tanh, seed, 100, 60, 100)
			for l := 1; l <= 2; l++ {
				t.Run(fmt.Sprintf("%s/seed%d/layer%d", c.init, seed, l), func(t *testing.T) {
					w := slices.Concat(n.Weights[l]...)
					in, out := float64(len(n.Weights[l][0])), float64(len(n.Weights[l]))
					sigma, count := c.sigma(in, out), float64(len(w))
					mean, square := 0.0, 0.0
					for _, v := range w {
						mean += v / count
						square += v * v / count
					}
					if limit := standardErrors * sigma / math.Sqrt(count); math.Abs(mean) > limit {
						t.Errorf("mean %v; want 0 ± %v", mean, limit)
					}
					// The variance of v² is 2σ⁴ for a normal and 0.8σ⁴ for a uniform v.
					excess := 0.8
					if c.normal {
						excess = 2
					}
					if limit := standardErrors * sigma * sigma * math.Sqrt(excess/count); math.Abs(square-sigma*sigma) > limit {
						t.Errorf("mean square %v; want %v ± %v", square, sigma*sigma, limit)
					}
					if bound := c.bound; !c.normal && (slices.Max(w) > bound(in, out) || slices.Min(w) < -bound(in, out)) {
						t.Errorf("weights from %v to %v; want none beyond ±%v", slices.Min(w),
							slices.Max(w), bound(in, out))
					}
				})
			}
			for l, layer := range n.Biases {
				if slices.ContainsFunc(layer, func(b float64) bool { return b != 0 }) {
					t.Errorf("%s: biases of layer %d = %v; want 0", c.init, l, layer)
				}
			}
		}
	}
	t.Run("zero", func(t *testing.T) {
		for _, v := range values(initialized(t, InitZero, Tanh, 1, 5, 5).Parameters) {
			if v != 0 {
				t.Fatalf("a weight is %v; want 0", v)
			}
		}
	})
}

// TestInitializeShape compares the distribution function of many weights, in units of their
// standard deviation, with the true one.
func TestInitializeShape(t *testing.T) {
	for _, c := range initCases {
		var w []float64
		for seed := range uint32(20) {
			for _, layer := range initialized(t, c.init, Tanh, seed, 100, 60, 100).Weights {
				sigma := c.sigma(float64(len(layer[0])), float64(len(layer)))
				for _, row := range layer {
					for _, v := range row {
						w = append(w, v/sigma)
					}
				}
			}
		}
		slices.Sort(w)
		n := float64(len(w))
		for i, v := range w {
			truth := math.Erfc(-v/math.Sqrt2) / 2
			if !c.normal {
				truth = (v/math.Sqrt(3) + 1) / 2 // uniform within ±√3
			}
			if d := math.Max(math.Abs(truth-float64(i)/n), math.Abs(truth-float64(i+1)/n)); d*math.Sqrt(n) > ksLimit {
				t.Errorf("%s: of %v weights the share below %v·σ is %v; want %v", c.init, n, v,
					float64(i)/n, truth)
				break
			}
		}
	}
}

// TestInitializeAuto compares with the choice that the contract names.
func TestInitializeAuto(t *testing.T) {
	want := map[Activation]Init{
		Tanh: InitXavier, ReLU: InitHe, LeakyReLU: InitHe, Sigmoid: InitXavier, GELU: InitHe,
		SiLU: InitHe, ELU: InitHe, Softplus: InitHe, Sin: InitXavier, Linear: InitXavier,
	}
	for _, a := range Activations() {
		auto, named := initialized(t, InitAuto, a, 3, 8, 8), initialized(t, want[a], a, 3, 8, 8)
		if toJSON(t, auto) != toJSON(t, named) {
			t.Errorf("auto for %s is not %s", a, want[a])
		}
	}
}

func TestInitializeSeed(t *testing.T) {
	if a, b := initialized(t, InitHe, Tanh, 5, 8, 8), initialized(t, InitHe, Tanh, 5, 8, 8); toJSON(t, a) != toJSON(t, b) {
		t.Error("the same seed gives different weights")
	}
	// No number comes twice: not in another layer, nor at another seed.
	seen := map[float64]string{}
	for _, init := range []Init{InitXavier, InitHe, InitNormal} {
		clear(seen)
		for seed := range uint32(50) {
			// Layers of the same size, so that a repeated stream shows.
			for i, v := range values(initialized(t, init, Tanh, seed, 2, 2, 2).Parameters) {
				if v == 0 {
					continue // a bias
				}
				at := fmt.Sprintf("seed %d, number %d", seed, i)
				if before, ok := seen[v]; ok {
					t.Errorf("%s: %v at %s and at %s", init, v, before, at)
				}
				seen[v] = at
			}
		}
	}
}

// TestInitializeNeighbours holds that the first weights at neighbouring seeds have nothing to do
// with each other: their correlation is 0 within chance.
func TestInitializeNeighbours(t *testing.T) {
	const seeds = 2000
	first := make([]float64, seeds)
	for seed := range first {
		first[seed] = initialized(t, InitNormal, Tanh, uint32(seed)).Weights[0][0][0] / normalInitSigma
	}
	correlation := 0.0
	for i := 1; i < seeds; i++ {
		correlation += first[i] * first[i-1] / (seeds - 1)
	}
	if limit := standardErrors / math.Sqrt(seeds); math.Abs(correlation) > limit {
		t.Errorf("correlation %v; want 0 ± %v", correlation, limit)
	}
}

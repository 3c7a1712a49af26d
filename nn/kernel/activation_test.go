package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/nn/kernel/reference"
)

// activationTolerance is for values and slopes against the formulas.
const activationTolerance = 1e-12

// activations are all activations, by their names in reference.Activations.
var activations = []struct {
	name    string
	forward Activation
}{
	{"tanh", Tanh}, {"relu", ReLU}, {"leaky_relu", LeakyReLU}, {"sigmoid", Sigmoid}, {"gelu", GELU},
	{"silu", SiLU}, {"elu", ELU}, {"softplus", Softplus}, {"sin", Sin}, {"linear", Linear},
}

// grid returns arguments from -18 to 18, 0 and very small ones among them.
func grid() []float64 {
	var z []float64
	for i := -288; i < 288; i++ {
		z = append(z, float64(i)/16)
	}
	return append(z, 1e-3, -1e-5, 1e-8, -1e-10, 1e-16, -1e-300, 5e-324, math.Copysign(0, -1))
}

func TestActivation(t *testing.T) {
	if got, want := len(activations), len(reference.Activations); got != want {
		t.Errorf("%d activations are tested; the reference has %d", got, want)
	}
	eachKernel(t, func(t *testing.T) {
		for _, f := range activations {
			formula, ok := reference.Activations[f.name]
			if !ok {
				t.Fatalf("%s has no reference", f.name)
			}
			z := grid()
			a, d := newBuffer(len(z), math.NaN()), newBuffer(len(z), math.NaN())
			f.forward(a.in, d.in, z)
			if !sameBits(z, grid()) {
				t.Errorf("%s: z was modified", f.name)
			}
			if !a.intact() || !d.intact() {
				t.Errorf("%s: wrote beyond a or d", f.name)
			}
			for j, v := range z {
				// The error of an activation that goes to 0 with z is relative to it.
				want := formula.F(v)
				if scale := max(math.Abs(want), min(1, math.Abs(v))); math.Abs(a.in[j]-want) > activationTolerance*scale {
					t.Errorf("%s(%v) = %v; want %v", f.name, v, a.in[j], want)
				}
				if want := formula.Slope(v); !near(d.in[j], want, activationTolerance) {
					t.Errorf("%s'(%v) = %v; want %v", f.name, v, d.in[j], want)
				}
			}

			inPlace, slope := grid(), make([]float64, len(z))
			f.forward(inPlace, slope, inPlace)
			if !sameBits(inPlace, a.in) || !sameBits(slope, d.in) {
				t.Errorf("%s: in place differs from out of place", f.name)
			}
			valueOnly := grid()
			f.forward(valueOnly, nil, valueOnly)
			if !sameBits(valueOnly, a.in) {
				t.Errorf("%s: without d differs from with d", f.name)
			}
		}
	})
}

// TestActivationExtremes holds what the formulas say of arguments that are so large that a careless
// way to compute them gives NaN.
func TestActivationExtremes(t *testing.T) { eachKernel(t, testActivationExtremes) }

func testActivationExtremes(t *testing.T) {
	for _, c := range []struct {
		name         string
		forward      Activation
		z, f, fPrime float64
	}{
		{"tanh", Tanh, 1e308, 1, 0},
		{"tanh", Tanh, -1e308, -1, 0},
		{"relu", ReLU, 1e308, 1e308, 1},
		{"relu", ReLU, -1e308, 0, 0},
		{"leaky_relu", LeakyReLU, -1e308, -1e306, 0.01},
		{"sigmoid", Sigmoid, 1e308, 1, 0},
		{"sigmoid", Sigmoid, -1e308, 0, 0},
		{"gelu", GELU, 1e308, 1e308, 1},
		{"gelu", GELU, -1e308, 0, 0},
		{"silu", SiLU, 1e308, 1e308, 1},
		{"silu", SiLU, -1e308, 0, 0},
		{"elu", ELU, 1e308, 1e308, 1},
		{"elu", ELU, -1e308, -1, 0},
		{"softplus", Softplus, 1e308, 1e308, 1},
		{"softplus", Softplus, -1e308, 0, 0},
		{"linear", Linear, -1e308, -1e308, 1},
	} {
		a, d := make([]float64, Lanes), make([]float64, Lanes)
		c.forward(a, d, slices.Repeat([]float64{c.z}, Lanes))
		if !near(a[0], c.f, activationTolerance) || !near(d[0], c.fPrime, activationTolerance) {
			t.Errorf("%s(%v) = %v, slope %v; want %v, slope %v", c.name, c.z, a[0], d[0], c.f,
				c.fPrime)
		}
	}
}

// TestActivationNaN holds that NaN stays NaN: it is how divergence is found.
func TestActivationNaN(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		for _, f := range activations {
			a, z := make([]float64, Lanes), slices.Repeat([]float64{1}, Lanes)
			z[1] = math.NaN()
			f.forward(a, nil, z)
			for j, v := range a {
				if math.IsNaN(v) != (j == 1) {
					t.Errorf("%s(1, NaN, 1, 1, …) = %v; want NaN at the second place only", f.name,
						a)
					break
				}
			}
		}
	})
}

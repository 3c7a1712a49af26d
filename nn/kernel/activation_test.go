package kernel

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
)

const (
	// activationTolerance is for values against the formula: a few units in
	// the last place, more where erfc magnifies the rounding of its argument.
	activationTolerance = 1e-14
	// slopeTolerance is for derivatives against central differences, whose own
	// error with steps of 6e-6 is a few times 1e-11.
	slopeTolerance = 1e-9
)

// activations pairs each kernel with its formula as the papers write it.
var activations = []struct {
	name    string
	forward Activation
	formula func(z float64) float64
	atZero  float64 // the derivative at 0
	kink    bool    // whether the derivative jumps there
}{
	{"tanh", Tanh, math.Tanh, 1, false},
	{"relu", ReLU, func(z float64) float64 { return math.Max(z, 0) }, 0, true},
	{"leaky_relu", LeakyReLU, func(z float64) float64 { return math.Max(z, 0) + 0.01*math.Min(z, 0) }, 0.01, true},
	{"sigmoid", Sigmoid, func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }, 0.25, false},
	{"gelu", GELU, func(z float64) float64 { return z * math.Erfc(-z/math.Sqrt2) / 2 }, 0.5, false},
	{"silu", SiLU, func(z float64) float64 { return z / (1 + math.Exp(-z)) }, 0.5, false},
	{"elu", ELU, func(z float64) float64 {
		if z > 0 {
			return z
		}
		return math.Expm1(z)
	}, 1, false},
	{"softplus", Softplus, func(z float64) float64 { return math.Log1p(math.Exp(z)) }, 0.5, false},
	{"sin", Sin, math.Sin, 1, false},
	{"linear", Linear, func(z float64) float64 { return z }, 1, false},
}

// grid returns arguments from -9 to 9, 0 among them.
func grid() []float64 {
	var z []float64
	for i := -144; i <= 144; i++ {
		z = append(z, float64(i)/16)
	}
	return z
}

func TestActivation(t *testing.T) {
	for _, f := range activations {
		t.Run(f.name, func(t *testing.T) {
			z := grid()
			a, d := newBuffer(len(z), math.NaN()), newBuffer(len(z), math.NaN())
			f.forward(a.in, d.in, z)
			if !sameBits(z, grid()) {
				t.Error("z was modified")
			}
			if !a.intact() || !d.intact() {
				t.Error("wrote beyond a or d")
			}
			for j, v := range z {
				if want := f.formula(v); !near(a.in[j], want, activationTolerance) {
					t.Errorf("f(%v) = %v; want %v", v, a.in[j], want)
				}
				want := fd.Derivative(f.formula, v, &fd.Settings{Formula: fd.Central})
				if v == 0 {
					want = f.atZero
				}
				if !near(d.in[j], want, slopeTolerance) {
					t.Errorf("f'(%v) = %v; want %v", v, d.in[j], want)
				}
			}

			inPlace, slope := grid(), make([]float64, len(z))
			f.forward(inPlace, slope, inPlace)
			if !sameBits(inPlace, a.in) || !sameBits(slope, d.in) {
				t.Error("in place differs from out of place")
			}
			valueOnly := grid()
			f.forward(valueOnly, nil, valueOnly)
			if !sameBits(valueOnly, a.in) {
				t.Error("without d differs from with d")
			}
		})
	}
}

// TestActivationExtremes holds what the formulas say of arguments that are so
// large that a careless way to compute them gives NaN.
func TestActivationExtremes(t *testing.T) {
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
		a, d := []float64{0}, []float64{0}
		c.forward(a, d, []float64{c.z})
		if !near(a[0], c.f, activationTolerance) || !near(d[0], c.fPrime, activationTolerance) {
			t.Errorf("%s(%v) = %v, slope %v; want %v, slope %v", c.name, c.z, a[0], d[0], c.f, c.fPrime)
		}
	}
}

// TestActivationNaN holds that NaN stays NaN: it is how divergence is found.
func TestActivationNaN(t *testing.T) {
	for _, f := range activations {
		a := []float64{0, 0, 0}
		f.forward(a, nil, []float64{1, math.NaN(), -1})
		if !math.IsNaN(a[1]) || math.IsNaN(a[0]) || math.IsNaN(a[2]) {
			t.Errorf("%s(1, NaN, -1) = %v; want NaN in the middle only", f.name, a)
		}
	}
}

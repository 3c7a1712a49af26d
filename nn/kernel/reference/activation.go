package reference

import "math"

// An Activation is f and its derivative, as the papers write them.
type Activation struct {
	F, Slope func(z float64) float64
}

// Activations has a row for each activation of package nn, by its name there.
var Activations = map[string]Activation{
	"tanh": {math.Tanh, func(z float64) float64 { c := math.Cosh(z); return 1 / c / c }},
	"relu": {
		func(z float64) float64 { return math.Max(z, 0) },
		func(z float64) float64 { return step(z, 0) },
	},
	"leaky_relu": {
		func(z float64) float64 { return math.Max(z, 0) + 0.01*math.Min(z, 0) },
		func(z float64) float64 { return step(z, 0.01) },
	},
	"sigmoid": {sigmoid, func(z float64) float64 { return sigmoid(z) * sigmoid(-z) }},
	"gelu": {
		func(z float64) float64 { return z * cdf(z) },
		func(z float64) float64 { return cdf(z) + z*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) },
	},
	"silu": {
		func(z float64) float64 { return z * sigmoid(z) },
		func(z float64) float64 { return sigmoid(z) * (1 + z*sigmoid(-z)) },
	},
	"elu": {
		func(z float64) float64 { return math.Max(z, 0) + math.Expm1(math.Min(z, 0)) },
		func(z float64) float64 { return math.Exp(math.Min(z, 0)) },
	},
	"softplus": {
		func(z float64) float64 { return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) },
		sigmoid,
	},
	"sin":    {math.Sin, math.Cos},
	"linear": {func(z float64) float64 { return z }, func(float64) float64 { return 1 }},
}

func step(z, below float64) float64 {
	if z > 0 {
		return 1
	}
	return below
}

func sigmoid(z float64) float64 {
	if z < 0 { // e⁻ᶻ could overflow
		return math.Exp(z) / (1 + math.Exp(z))
	}
	return 1 / (1 + math.Exp(-z))
}

func cdf(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

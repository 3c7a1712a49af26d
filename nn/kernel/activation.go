package kernel

import (
	"math"

	"nnvisu/nn/detmath"
)

// An Activation sets a to f(z) and, unless d is nil, d to f'(z). All have the
// same length; a may be z itself.
type Activation func(a, d, z []float64)

// Tanh is f(z) = tanh z.
func Tanh(a, d, z []float64) {
	detmath.TanhTo(a, z)
	if d == nil {
		return
	}
	for j, v := range a {
		d[j] = 1 - float64(v*v)
	}
}

// Sigmoid is f(z) = 1/(1+e⁻ᶻ).
func Sigmoid(a, d, z []float64) {
	detmath.SigmoidTo(a, z)
	if d == nil {
		return
	}
	for j, v := range a {
		d[j] = v * (1 - v)
	}
}

// ReLU is f(z) = max(z, 0), with f'(0) = 0.
func ReLU(a, d, z []float64) { rectify(a, d, z, 0) }

// LeakyReLU is f(z) = z for z > 0 and 0.01·z otherwise.
func LeakyReLU(a, d, z []float64) { rectify(a, d, z, 0.01) }

func rectify(a, d, z []float64, slope float64) {
	for j, v := range z {
		gain := 1.0
		if !(v > 0) {
			gain = slope
		}
		a[j] = gain * v
		if d != nil {
			d[j] = gain
		}
	}
}

// GELU is f(z) = z·Φ(z), Φ being the standard normal distribution function
// (Hendrycks & Gimpel 2016, "Gaussian error linear units", section 2), computed
// exactly: Φ(z) = erfc(-z/√2)/2.
func GELU(a, d, z []float64) {
	const invSqrt2Pi = 0.398942280401432677939946059934
	for j, v := range z {
		cdf := 0.5 * detmath.Erfc(-v*(1/math.Sqrt2))
		a[j] = v * cdf
		if d != nil {
			d[j] = cdf + float64(v*invSqrt2Pi*detmath.Exp(-0.5*v*v))
		}
	}
}

// SiLU is f(z) = z·σ(z), σ being the sigmoid.
func SiLU(a, d, z []float64) {
	for j, v := range z {
		s := detmath.Sigmoid(v)
		a[j] = v * s
		if d != nil {
			d[j] = s * (1 + float64(v*(1-s)))
		}
	}
}

// ELU is f(z) = z for z > 0 and eᶻ-1 otherwise (Clevert et al. 2015, equation
// 14, with α = 1).
func ELU(a, d, z []float64) {
	for j, v := range z {
		f, slope := v, 1.0
		if !(v > 0) {
			f = detmath.Expm1(v)
			slope = f + 1
		}
		a[j] = f
		if d != nil {
			d[j] = slope
		}
	}
}

// Softplus is f(z) = ln(1+eᶻ), computed as max(z, 0) + ln(1+e^-|z|).
func Softplus(a, d, z []float64) {
	for j, v := range z {
		a[j] = max(v, 0) + detmath.Log1p(detmath.Exp(-math.Abs(v)))
		if d != nil {
			d[j] = detmath.Sigmoid(v)
		}
	}
}

// Sin is f(z) = sin z (Sitzmann et al. 2020, "Implicit neural representations
// with periodic activation functions").
func Sin(a, d, z []float64) {
	for j, v := range z {
		a[j] = detmath.Sin(v)
		if d != nil {
			d[j] = detmath.Cos(v)
		}
	}
}

// Linear is f(z) = z.
func Linear(a, d, z []float64) {
	copy(a, z)
	for j := range d {
		d[j] = 1
	}
}

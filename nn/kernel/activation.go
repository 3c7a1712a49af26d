package kernel

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// An Activation sets a to f(z) and, unless d is nil, d to f'(z). All have the same length, a
// multiple of Lanes; a may be z itself.
type Activation func(a, d, z []float64)

// The vector kernels repeat the functions of package detmath for arguments up to these bounds.
// Larger arguments are rare; a slice that has one is left to the kernel in Go.
const (
	anySize       = math.MaxFloat64
	expBound      = 700
	reducedBySize = 1e5
)

// vectorised runs a vector kernel and reports whether it did: there may be none, or a z beyond the
// bound.
func vectorised(a, d, z []float64, bound float64, kernel func(*vectors) *elementwise) bool {
	checkLengths(len(z), a, d)
	if vector == nil || len(z) == 0 || bound < anySize && !Within(z, bound) {
		return false
	}
	if e := kernel(vector); d == nil {
		e.value(&a[0], &z[0], len(z))
	} else {
		e.slope(&a[0], &d[0], &z[0], len(z))
	}
	return true
}

// Tanh is f(z) = tanh z.
func Tanh(a, d, z []float64) {
	if vectorised(a, d, z, anySize, func(v *vectors) *elementwise { return &v.tanh }) {
		return
	}
	for j, v := range z {
		a[j] = detmath.Tanh(v)
	}
	if d == nil {
		return
	}
	for j, v := range a {
		d[j] = math.FMA(-v, v, 1)
	}
}

// Sigmoid is f(z) = 1/(1+e⁻ᶻ).
func Sigmoid(a, d, z []float64) {
	if vectorised(a, d, z, expBound, func(v *vectors) *elementwise { return &v.sigmoid }) {
		return
	}
	for j, v := range z {
		a[j] = detmath.Sigmoid(v)
	}
	if d == nil {
		return
	}
	for j, v := range a {
		d[j] = v * (1 - v)
	}
}

// ReLU is f(z) = max(z, 0), with f'(0) = 0.
func ReLU(a, d, z []float64) {
	if vectorised(a, d, z, anySize, func(v *vectors) *elementwise { return &v.relu }) {
		return
	}
	for j, v := range z {
		slope := 0.0
		if v > 0 {
			slope = 1
		}
		if v < 0 {
			v = 0
		}
		a[j] = v // NaN stays
		if d != nil {
			d[j] = slope
		}
	}
}

// LeakyReLU is f(z) = z for z > 0 and 0.01·z otherwise.
func LeakyReLU(a, d, z []float64) {
	if vectorised(a, d, z, anySize, func(v *vectors) *elementwise { return &v.leakyReLU }) {
		return
	}
	for j, v := range z {
		slope := 0.01
		if v > 0 {
			slope = 1
		}
		a[j] = slope * v
		if d != nil {
			d[j] = slope
		}
	}
}

// geluTail is the size of z from which on GELU returns 0 or z. Up to it erfc(z/√2) is a normal
// number.
const geluTail = 36

// GELU is f(z) = z·Φ(z), Φ being the standard normal distribution function (Hendrycks & Gimpel
// 2016, "Gaussian error linear units", section 2), computed exactly: Φ(z) = erfc(-z/√2)/2. Beyond
// ±36 Φ differs from 0 or 1 by less than 1e-280 and is taken as 0 or 1.
func GELU(a, d, z []float64) {
	if vectorised(a, d, z, anySize, func(v *vectors) *elementwise { return &v.gelu }) {
		return
	}
	const invSqrt2Pi = 0.398942280401432677939946059934
	for j, v := range z {
		if math.Abs(v) > geluTail {
			a[j] = max(v, 0)
			if d != nil {
				d[j] = math.Copysign(0.5, v) + 0.5
			}
			continue
		}
		cdf := 0.5 * detmath.Erfc(-v*(1/math.Sqrt2))
		a[j] = v * cdf
		if d != nil {
			density := detmath.Exp(-0.5*float64(v*v)) * invSqrt2Pi
			d[j] = math.FMA(v, density, cdf)
		}
	}
}

// SiLU is f(z) = z·σ(z), σ being the sigmoid.
func SiLU(a, d, z []float64) {
	if vectorised(a, d, z, expBound, func(v *vectors) *elementwise { return &v.silu }) {
		return
	}
	for j, v := range z {
		s := detmath.Sigmoid(v)
		a[j] = v * s
		if d != nil {
			d[j] = s * math.FMA(v, 1-s, 1)
		}
	}
}

// ELU is f(z) = z for z > 0 and eᶻ-1 otherwise (Clevert et al. 2015, equation 14, with α = 1).
func ELU(a, d, z []float64) {
	if vectorised(a, d, z, expBound, func(v *vectors) *elementwise { return &v.elu }) {
		return
	}
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
	if vectorised(a, d, z, expBound, func(v *vectors) *elementwise { return &v.softplus }) {
		return
	}
	for j, v := range z {
		a[j] = max(v, 0) + detmath.Log1p(detmath.Exp(-math.Abs(v)))
		if d != nil {
			d[j] = detmath.Sigmoid(v)
		}
	}
}

// Sin is f(z) = sin z (Sitzmann et al. 2020, "Implicit neural representations with periodic
// activation functions").
func Sin(a, d, z []float64) {
	if vectorised(a, d, z, reducedBySize, func(v *vectors) *elementwise { return &v.sin }) {
		return
	}
	for j, v := range z {
		a[j] = detmath.Sin(v)
		if d != nil {
			d[j] = detmath.Cos(v)
		}
	}
}

// Linear is f(z) = z.
func Linear(a, d, z []float64) {
	checkLengths(len(z), a, d)
	copy(a, z)
	for j := range d {
		d[j] = 1
	}
}

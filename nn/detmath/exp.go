package detmath

import "math"

// Exp, Expm1, Tanh, Sigmoid and Erfc share one reduction (Cody and Waite 1980, chapter 6): x =
// k*ln(2) + r with k an integer and |r| <= ln(2)/2, where ln(2) is the sum of ln2Hi, of 38 bits so
// that k*ln2Hi is exact, and ln2Lo.
const (
	log2e = 0x1.71547652b82fep+0
	ln2Hi = 0x1.62e42fefap-1
	ln2Lo = math.Ln2 - ln2Hi
)

// Coefficients of (e**r - 1 - r) / r**2, lowest power first.
const (
	exp0 = 0x1.0000000000005p-1
	exp1 = 0x1.555555555553dp-3
	exp2 = 0x1.555555555211ap-5
	exp3 = 0x1.1111111118202p-7
	exp4 = 0x1.6c16c17f2aac8p-10
	exp5 = 0x1.a01a017988a84p-13
	exp6 = 0x1.a019a6af2b619p-16
	exp7 = 0x1.71de7e6ab15edp-19
	exp8 = 0x1.28a281d49c7ebp-22
	exp9 = 0x1.ae7a67ab40523p-26
)

// reducedExpm1 returns e**r - 1 for |r| <= ln(2)/2.
func reducedExpm1(r float64) float64 {
	q := math.FMA(r, math.FMA(r, math.FMA(r, exp9, exp8), exp7), exp6)
	q = math.FMA(r, math.FMA(r, math.FMA(r, q, exp5), exp4), exp3)
	q = math.FMA(r, math.FMA(r, math.FMA(r, q, exp2), exp1), exp0)
	return math.FMA(q, float64(r*r), r)
}

// reduce returns k and r with x = k*ln(2) + r and |r| <= ln(2)/2, but for the rounding of r. Only
// the low 12 bits of k are k's.
func reduce(x float64) (k uint64, r float64) {
	t := math.FMA(x, log2e, shifter)
	n := t - shifter
	return math.Float64bits(t), math.FMA(-n, ln2Lo, math.FMA(-n, ln2Hi, x))
}

// Exp returns e**x for every x; results below 2**-1022 are rounded once, as denormals. The error is
// below 1 ulp.
//
// Special cases: Exp(NaN) = NaN, Exp(+Inf) = +Inf and so are x > 709.782..., Exp(-Inf) = 0 and so
// are x < -745.133....
func Exp(x float64) float64 {
	if !(math.Abs(x) <= 708) {
		return expEdge(x)
	}
	k, r := reduce(x)
	p := 1 + reducedExpm1(r)
	// 0.7 < p < 1.5, so k can be added to its exponent.
	return math.Float64frombits(math.Float64bits(p) + k<<52)
}

// expEdge is Exp where the result may not be a normal number.
func expEdge(x float64) float64 {
	switch {
	case x != x:
		return math.NaN()
	case x > 710:
		return math.Inf(1)
	case x < -746:
		return 0
	}
	k, r := reduce(x)
	return scale(1+reducedExpm1(r), k)
}

// Expm1 returns e**x - 1 for every x, also near 0, where Exp(x) - 1 would cancel. The error is
// below 1.8 ulp.
//
// Special cases: Expm1(NaN) = NaN, Expm1(±0) = ±0, Expm1(+Inf) = +Inf and so are x > 709.782...,
// Expm1(-Inf) = -1 and so are x < -40.
func Expm1(x float64) float64 {
	if !(-40 < x && x < 709) {
		if x < 0 {
			return -1
		}
		return Exp(x)
	}
	// With s = 2**k: e**x - 1 = s*(e**r - 1) + (s - 1).
	k, r := reduce(x)
	s := pow2(k)
	y := math.FMA(s, reducedExpm1(r), s-1)
	return math.Copysign(y, x) // for -0
}

// Sigmoid returns 1/(1 + e**-x) for every x, with full relative accuracy also in the lower tail,
// where it is e**x: no argument overflows. The error is below 1.9 ulp.
//
// Special cases: Sigmoid(NaN) = NaN, Sigmoid(+Inf) = 1, Sigmoid(-Inf) = 0.
func Sigmoid(x float64) float64 {
	a := math.Abs(x)
	if !(a <= 708) {
		if x > 0 {
			return 1
		}
		return expEdge(x)
	}
	// With e = e**-|x| the result is 1/(1+e) or e/(1+e).
	k, r := reduce(-a)
	e := math.Float64bits(1+reducedExpm1(r)) + k<<52
	negative := uint64(int64(math.Float64bits(x)) >> 63) // all ones if so
	num := e&negative | math.Float64bits(1)&^negative
	return math.Float64frombits(num) / (1 + math.Float64frombits(e))
}

// Tanh returns the hyperbolic tangent of x, with full relative accuracy near 0. It is odd, and
// within [-1, 1]. The error is below 2.2 ulp, the most near |x| = 0.25.
//
// Special cases: Tanh(NaN) = NaN, Tanh(±0) = ±0, Tanh(x) = ±1 for |x| >= 18.7.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	if !(a < 18.7) {
		// From here on 1 is within 1.03 ulp. Further out e + 2, below, would lose the 2.
		if x != x {
			return math.NaN()
		}
		return math.Copysign(1, x)
	}
	// tanh(a) = e/(e + 2), where e = e**(2*a) - 1 is made as in Expm1; the quotient damps its error
	// (Muller 2016, section 11.2).
	k, r := reduce(a + a)
	s := pow2(k)
	e := math.FMA(s, reducedExpm1(r), s-1)
	return math.Copysign(e/(e+2), x)
}

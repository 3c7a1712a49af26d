package detmath

import "math"

// Coefficients of (2*atanh(s) - 2*s) / s**3 in s**2.
const (
	log0 = 0x1.5555555555594p-1
	log1 = 0x1.999999997f76ap-2
	log2 = 0x1.249249423762fp-2
	log3 = 0x1.c71c51d9f3896p-3
	log4 = 0x1.74664748302cdp-3
	log5 = 0x1.39a0fbda25a6cp-3
	log6 = 0x1.2f0c27a7f4ea2p-3
)

const sqrtHalf = 0x3fe6a09e667f3bcd // bits of sqrt(1/2)

// logSplit returns k and m with u = m * 2**k, sqrt(1/2) <= m < sqrt(2), for a positive normal u.
func logSplit(u float64) (k int64, m float64) {
	b := math.Float64bits(u)
	k = int64(b-sqrtHalf) >> 52
	return k, math.Float64frombits(b - uint64(k)<<52)
}

// logCore returns k*ln(2) + ln(1+f) for sqrt(1/2) - 1 <= f < sqrt(2) - 1.
//
// ln(1+f) = 2*atanh(s), s = f/(2+f) (Cody and Waite 1980, chapter 5). Written as 2*s = f - s*f = f
// - (h - s*h), h = f*f/2, all that is rounded is small beside f, which is exact.
func logCore(k, f float64) float64 {
	s := f / (2 + f)
	z := float64(s * s)
	w := float64(z * z)
	q := float64(log5*z) + log4 + float64(log6*w)
	q = float64(log1*z) + log0 + float64((float64(log3*z)+log2+float64(q*w))*w)
	h := float64(0.5 * f * f)
	return float64(k*ln2Hi) + (f - (h - (float64(s*(h+float64(q*z))) + float64(k*ln2Lo))))
}

// Log returns the natural logarithm of x. The error is below 1 ulp.
//
// Special cases: Log(NaN) = NaN, Log(x < 0) = NaN, Log(±0) = -Inf, Log(+Inf) = +Inf.
func Log(x float64) float64 {
	const minNormal = 1 << 52 // as bits
	const inf = 0x7ff << 52
	if math.Float64bits(x)-minNormal >= inf-minNormal {
		switch {
		case x == 0:
			return math.Inf(-1)
		case !(x > 0):
			return math.NaN()
		case x > math.MaxFloat64:
			return x
		}
		k, m := logSplit(float64(x * 0x1p54))
		return logCore(float64(k-54), m-1)
	}
	k, m := logSplit(x)
	return logCore(float64(k), m-1)
}

// Log1p returns ln(1+x), accurate also near 0. The error is below 1.5 ulp.
//
// Special cases: Log1p(NaN) = NaN, Log1p(x < -1) = NaN, Log1p(-1) = -Inf, Log1p(±0) = ±0,
// Log1p(+Inf) = +Inf.
//
// u + c = 1 + x exactly (Knuth's TwoSum; Handbook 2018, chapter 4), and c joins f where u is split.
func Log1p(x float64) float64 {
	if !(-1 < x && x < 1<<54) {
		if x == -1 {
			return math.Inf(-1)
		}
		return Log(x)
	}
	u := 1 + x
	v := u - 1
	c := (1 - (u - v)) + (x - v)
	k, m := logSplit(u)
	f := m - 1 + float64(c*pow2(uint64(-k)))
	return math.Copysign(logCore(float64(k), f), x)
}

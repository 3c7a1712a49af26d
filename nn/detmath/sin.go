package detmath

import (
	"math"
	"math/bits"
)

// Coefficients of (sin(r) - r) / r**3 and (cos(r) - 1 + r**2/2) / r**4 in r**2.
const (
	sin0 = -0x1.5555555555548p-3
	sin1 = 0x1.111111110f75cp-7
	sin2 = -0x1.a01a019bf1fc4p-13
	sin3 = 0x1.71de355ee5043p-19
	sin4 = -0x1.ae5e545b758bcp-26
	sin5 = 0x1.5d8e2f8d91d30p-33

	cos0 = 0x1.555555555554ap-5
	cos1 = -0x1.6c16c16c14e49p-10
	cos2 = 0x1.a01a019c68759p-16
	cos3 = -0x1.27e4f7d8dc0aep-22
	cos4 = 0x1.1ee9ccade9593p-29
	cos5 = -0x1.8f9f5c401d211p-37
)

// Pi/2 is the sum of three parts, the first two of 36 bits, so that their products with an integer
// of 17 bits are exact.
const (
	twoOverPi = 2 / math.Pi
	halfPi1   = 0x1.921fb5444p+0
	halfPi2   = 0x1.68c234c4cp-39
	halfPi3   = math.Pi/2 - halfPi1 - halfPi2
)

// Sin returns the sine of x radians, for x of any size. It is odd, and within [-1, 1]. The error is
// below 1 ulp.
//
// Special cases: Sin(NaN) = NaN, Sin(±Inf) = NaN, Sin(±0) = ±0.
func Sin(x float64) float64 {
	return sinPlus(x, 0, math.Float64bits(x)&(1<<63))
}

// Cos returns the cosine of x radians, for x of any size. It is even, and within [-1, 1]. The error
// is below 1 ulp.
//
// Special cases: Cos(NaN) = NaN, Cos(±Inf) = NaN.
func Cos(x float64) float64 { return sinPlus(x, 1, 0) }

// sinPlus returns sin(|x| + quarter*Pi/2), negated if sign is the sign bit.
//
// With |x| = n*Pi/2 + r and |r| <= Pi/4 that is ±sin(r) or ±cos(r), by the quadrant n + quarter.
// Both are computed, so that the choice is no branch. Up to 1e5 the reduction is Cody and Waite's
// (1980, chapter 8) in three parts, and c is what rounding took from r. Beyond, see reduceHuge.
func sinPlus(x float64, quarter, sign uint64) float64 {
	a := math.Abs(x)
	var r, c float64
	var n uint64 // modulo 4
	if a <= 1e5 {
		t := float64(a*twoOverPi) + shifter
		n = math.Float64bits(t)
		k := t - shifter
		u := a - float64(k*halfPi1) // exact
		b := float64(k * halfPi2)   // exact
		v := u - b
		lo := float64(k*halfPi3) - ((u - v) - b)
		r = v - lo
		c = (v - r) - lo
	} else if a <= math.MaxFloat64 {
		n, r, c = reduceHuge(a)
	} else {
		return math.NaN()
	}
	n += quarter

	z := float64(r * r)
	w := float64(z * z)
	// sin(r+c) = sin(r) + c, nearly.
	s := float64(sin1*z) + sin0 + float64((float64(sin3*z)+sin2)*w) +
		float64((float64(sin5*z)+sin4)*float64(w*w))
	s = r + (float64(float64(r*z)*s) + c)
	// cos(r+c) = cos(r) - r*c, nearly; m + ((1-m)-h) is 1 - h exactly.
	y := float64(cos1*z) + cos0 + float64((float64(cos3*z)+cos2)*w) +
		float64((float64(cos5*z)+cos4)*float64(w*w))
	h := float64(0.5 * z)
	m := 1 - h
	y = m + (((1 - m) - h) + (float64(w*y) - float64(r*c)))

	odd := -(n & 1) // all ones where the cosine is wanted
	result := math.Float64bits(s)&^odd | math.Float64bits(y)&odd
	return math.Float64frombits(result ^ sign ^ n>>1<<63)
}

// reduceHuge returns n modulo 4, r and c with a = n*Pi/2 + r + c, |r| <= Pi/4, for 2**16 <= a <
// Inf.
//
// a is m * 2**e with a 53-bit integer m. Of the bits of 2/Pi those that make a*2/Pi a multiple of 4
// are left out, and so are those too small to matter; with the 192 between, integer arithmetic
// modulo 4 is exact (M. Payne and R. Hanek, Radian reduction for trigonometric functions, SIGNUM
// Newsletter 18, 1983).
func reduceHuge(a float64) (n uint64, r, c float64) {
	b := math.Float64bits(a)
	m := b&(1<<52-1) | 1<<52
	e := int(b>>52) - 1075

	// The 192 bits start with the one that is worth 2 in a*2/Pi.
	i, s := uint(e+62)/64, uint(e+62)%64
	word := func(i uint) uint64 { return twoOverPiBits[i]<<s | twoOverPiBits[i+1]>>(64-s) }
	h0, p0 := bits.Mul64(m, word(i+2))
	h1, p1 := bits.Mul64(m, word(i+1))
	p1, carry := bits.Add64(p1, h0, 0)
	_, p2 := bits.Mul64(m, word(i))
	p2 += h1 + carry

	// n is the nearest integer; the rest is a fraction f in [-1/2, 1/2), of which |f| is taken (but
	// for its last bit).
	n = (p2 + 1<<61) >> 62
	f2, f1, f0 := p2<<2|p1>>62, p1<<2|p0>>62, p0<<2
	negative := uint64(int64(f2) >> 63)
	f2, f1, f0 = f2^negative, f1^negative, f0^negative

	// The first 106 bits of |f| as two floats, and their product with Pi/2.
	zeros := uint(bits.LeadingZeros64(f2))
	f2, f1 = f2<<zeros|f1>>(64-zeros), f1<<zeros|f0>>(64-zeros)
	hi := float64(float64(int64(f2>>11)) * 0x1p-53)
	lo := float64(float64(int64((f2<<53|f1>>11)>>11)) * 0x1p-106)
	const halfPi = 0x1.921fb54442d18p+0
	const halfPiLo = math.Pi/2 - halfPi
	x := float64(hi * halfPi)
	y := math.FMA(hi, halfPi, -x) + (float64(hi*halfPiLo) + float64(lo*halfPi))
	unit := math.Copysign(pow2(uint64(-int64(zeros))), float64(int64(negative)|1))
	r = x + y
	c = (x - r) + y
	return n, float64(r * unit), float64(c * unit)
}

// twoOverPiBits is 2/Pi in binary: 64 zeros and the first 19*64 bits of the fraction. Never
// modified.
var twoOverPiBits = [20]uint64{
	0,
	0xa2f9836e4e441529,
	0xfc2757d1f534ddc0,
	0xdb6295993c439041,
	0xfe5163abdebbc561,
	0xb7246e3a424dd2e0,
	0x06492eea09d1921c,
	0xfe1deb1cb129a73e,
	0xe88235f52ebb4484,
	0xe99c7026b45f7e41,
	0x3991d639835339f4,
	0x9c845f8bbdf9283b,
	0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f,
	0x6d367ecf27cb09b7,
	0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea,
	0x6bfb5fb11f8d5d08,
	0x56033046fc7b6bab,
}

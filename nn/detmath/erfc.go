package detmath

import "math"

// Coefficients of (1+2x) * e**(x*x) * erfc(x) - 1.25 in t = (x-4.5)/(x+4.5), 0 <= x <= 27.3. They
// are the master: package export writes the same polynomial, with 1.25 added to the first, in
// decimals.
const (
	erfc0  = -0x1.9c16f4779c124p-6
	erfc1  = -0x1.17f9e45814b5bp-3
	erfc2  = 0x1.112792084c0d5p-5
	erfc3  = 0x1.634e2356a5b93p-5
	erfc4  = -0x1.565641b01d725p-4
	erfc5  = 0x1.7201a6b9b98bap-4
	erfc6  = -0x1.34023c8e83eb8p-4
	erfc7  = 0x1.a6d21323d3d40p-5
	erfc8  = -0x1.e64e75c1267d6p-6
	erfc9  = 0x1.d0380b9e47880p-7
	erfc10 = -0x1.622bbb580682bp-8
	erfc11 = 0x1.851b2f351fdfap-10
	erfc12 = -0x1.7e12691d497e7p-13
	erfc13 = -0x1.1c532b0dc4fd4p-14
	erfc14 = 0x1.718ae662fadddp-15
	erfc15 = -0x1.0632af1366498p-17
	erfc16 = -0x1.520f295928d75p-19
	erfc17 = 0x1.b49f162ef905bp-20
	erfc18 = -0x1.b9066abd6aa43p-24
	erfc19 = -0x1.9242fbfa0b80ap-23
	erfc20 = 0x1.9e198a1752973p-25
	erfc21 = 0x1.555f97981bdfcp-26
	erfc22 = -0x1.cd7de7cf07384p-28
	erfc23 = -0x1.4979edb101008p-29
)

// Erfc returns the complementary error function of x, with full relative accuracy also in the upper
// tail, down to the denormals. The error is below 3.5 ulp, the most just above 0.
//
// Special cases: Erfc(NaN) = NaN, Erfc(+Inf) = 0 and so are x > 27.3, Erfc(-Inf) = 2.
//
// For x >= 0, (1+2x) * e**(x*x) * erfc(x) stays between 1 and 1.29 and is smooth in t = (x-K)/(x+K)
// (M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1+2x)exp(x**2)erfc x in 0 <= x
// < inf, Mathematics of Computation 36, 1981; K and the polynomial are ours). x*x is rounded and
// its error would be multiplied by up to 745: a fused operation finds it, and it is taken back from
// what x*x is reduced to. erfc(-x) = 2 - erfc(x).
func Erfc(x float64) float64 {
	a := math.Abs(x)
	if !(a < 27.3) {
		switch {
		case x > 0:
			return 0
		case x < 0:
			return 2
		}
		return math.NaN()
	}
	// Near a = 0, where the result is most sensitive to t, this form of it is exact enough.
	t := (a+a)/(a+4.5) - 1
	q := math.FMA(t, math.FMA(t, math.FMA(t, erfc23, erfc22), erfc21), erfc20)
	q = math.FMA(t, math.FMA(t, math.FMA(t, q, erfc19), erfc18), erfc17)
	q = math.FMA(t, math.FMA(t, math.FMA(t, q, erfc16), erfc15), erfc14)
	q = math.FMA(t, math.FMA(t, math.FMA(t, q, erfc13), erfc12), erfc11)
	q = math.FMA(t, math.FMA(t, math.FMA(t, q, erfc10), erfc9), erfc8)
	q = math.FMA(t, math.FMA(t, math.FMA(t, q, erfc7), erfc6), erfc5)
	q = math.FMA(t, math.FMA(t, math.FMA(t, q, erfc4), erfc3), erfc2)
	q = math.FMA(t, math.FMA(t, q, erfc1), erfc0)
	g := (1.25 + q) / (1 + (a + a))

	square := float64(a * a)
	lo := math.FMA(-a, a, square)
	k, r := reduce(-square)
	p := 1 + reducedExpm1(r+lo)
	y := scale(float64(p*g), k)

	// 0 + y or 2 - y.
	sign := math.Float64bits(x) & (1 << 63)
	base := math.Float64frombits(sign >> 1) // 0 or 2
	return base + math.Float64frombits(math.Float64bits(y)|sign)
}

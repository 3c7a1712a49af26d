package detmath

import "math"

// Pow returns xⁿ by repeated squaring (Knuth, TAOCP volume 2, section 4.6.3, algorithm A). It
// panics if n is negative.
//
// The relative error is below n·2⁻⁵³ for n up to 2²⁶ while the result is a normal number: the
// result is a product of n-1 rounded factors (Higham, Accuracy and Stability of Numerical
// Algorithms, 2nd edition, 2002, lemma 3.1).
//
// Special cases: Pow(x, 0) = 1 for every x, NaN included, and Pow(NaN, n) = NaN for every other n.
func Pow(x float64, n int) float64 {
	switch {
	case n < 0:
		panic("detmath: power with a negative exponent")
	case n == 0:
		return 1
	case x != x:
		return math.NaN()
	}
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p = float64(p * x)
		}
		x = float64(x * x)
	}
	return p
}

// Package detmath holds the elementary functions of training: the same bits for the same argument
// on every CPU, operating system and compiler option.
//
// Package math does not promise that. Its Exp on amd64 takes another path where the CPU has FMA,
// and with it Tanh and Erf; s390x and others have kernels of their own; and on arm64, ppc64le,
// riscv64, s390x and amd64 with GOAMD64=v3 the compiler may fuse x*y+z into one rounding. A network
// trained on one replica and carried to another would drift.
//
// What holds here:
//   - Every function is a fixed sequence of float64 additions, multiplications, fused
//     multiply-adds, divisions and integer operations, each of which IEEE 754 defines to the bit.
//     Every product that may meet an addition is written float64(x*y): "An explicit floating-point
//     type conversion rounds", says the language specification under Floating-point operators,
//     "preventing fusion".
//   - Fused operations are written math.FMA, which has the same result everywhere; without FMA in
//     the CPU it is a software routine.
//   - A NaN result always has the bits of math.NaN().
//   - There is no mutable state and no dispatch on the CPU.
//
// The code branches only for rare arguments. Apart from that each function is a straight line of
// operations and selections by bit mask, which the vector kernels of package kernel repeat
// operation by operation.
//
// Errors are given in ulp, the distance between float64 neighbours at the exact result. The bounds
// were checked at 4,000 points of each function, computed with mpmath; the bound of Pow follows
// from a theorem. testdata/coefficients.py remakes the constants, testdata/reference.py the points.
//
// General sources: W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980;
// J.-M. Muller, Elementary Functions, 3rd edition, 2016, and J.-M. Muller et al., Handbook of
// Floating-Point Arithmetic, 2nd edition, 2018.
package detmath

import "math"

// shifter rounds: for |v| < 2**51, t := v + shifter holds the nearest integer of v (ties to even)
// in its low mantissa bits, and t - shifter is that integer.
const shifter = 0x1.8p52

// pow2 returns 2**k for -1022 <= k <= 1023. Only the low 12 bits of k are read.
func pow2(k uint64) float64 { return math.Float64frombits((k + 1023) << 52) }

// scale returns p * 2**k with one rounding, for 0.01 < p < 2 and |k| <= 1080: also where 2**k or
// the result is not a normal number. Only the low 12 bits of k are read.
func scale(p float64, k uint64) float64 {
	half := uint64(int64(k<<52) >> 53)
	return float64(float64(p*pow2(half)) * pow2(k-half))
}

package dataset

import (
	"hash/fnv"
	"math/rand/v2"
)

// random is the stream of random numbers of one data set.
type random struct{ *rand.Rand }

// newRandom returns the stream of a data set and a seed. The seed goes into the low half of PCG's
// state: from there every bit reaches the whole state at the first step, while a difference in the
// high half never reaches the low half.
func newRandom(name Name, seed uint32) random {
	purpose := fnv.New64a()
	purpose.Write([]byte("dataset " + name)) // never fails, says hash.Hash
	return random{rand.New(rand.NewPCG(purpose.Sum64(), uint64(seed)))}
}

// uniform returns a number from [lo, hi).
func (r random) uniform(lo, hi float64) float64 {
	return lo + float64((hi-lo)*r.Float64())
}

// sign returns -1 or 1.
func (r random) sign() float64 {
	return float64(int64(r.Uint64()>>63)*2 - 1)
}

// normal returns a standard normal deviate by algorithm N of Karney, "Sampling exactly from the
// normal distribution", ACM TOMS 42(1), 2016: |z| = k + x with the whole part k and the fraction x
// each accepted by trials that only compare uniform numbers. rand.NormFloat64 is faster, but calls
// math.Exp and math.Log, whose last bit depends on the CPU.
func (r random) normal() float64 {
	for {
		k := 0
		for r.trial(0.5) {
			k++ // k has the probability e^(-k/2), up to a constant,
		}
		if !r.trials(k*(k-1), 0.5) { // and now e^(-k²/2)
			continue
		}
		x := r.Float64()
		if r.trials(k+1, x*(float64(2*k)+x)/float64(2*k+2)) { // and now e^(-(k+x)²/2)
			return r.sign() * (float64(k) + x)
		}
	}
}

// trials reports whether n trials of probability e^-g all succeed.
func (r random) trials(n int, g float64) bool {
	for range n {
		if !r.trial(g) {
			return false
		}
	}
	return true
}

// trial succeeds with probability e^-g, for g in [0, 1]. It draws uniform numbers while they fall,
// g > u₁ > u₂ > … > uₙ. The probability of n falls or more is gⁿ/n!, so that n is even with
// probability 1 - g + g²/2! - … = e^-g (von Neumann, "Various techniques used in connection with
// random digits", 1951).
func (r random) trial(g float64) bool {
	even := true
	for u := r.Float64(); u < g; u = r.Float64() {
		g, even = u, !even
	}
	return even
}

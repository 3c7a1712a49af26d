package nn

import (
	"math"
	"math/rand/v2"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// A purpose separates the random numbers of one use from those of every other.
type purpose uint64

const (
	drawInit    purpose = 1 + iota // one stream for each layer
	drawReshape                    // the new weights of a reshaped network, by layer
	drawSplit                      // one draw for each point: which are held out
	drawShuffle                    // one stream for each epoch
	drawDropout                    // one stream for each step
)

// seedRandom makes pcg the stream of random numbers for one purpose. The stream depends only on the
// arguments.
func seedRandom(pcg *rand.PCG, seed uint32, why purpose, major, minor int) {
	hi := mix(uint64(seed) ^ mix(uint64(why)))
	lo := mix(hi ^ mix(uint64(major)^mix(uint64(minor))))
	pcg.Seed(hi, lo)
}

// mix is the output function of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom
// number generators", figure 11, with Stafford's variant 13 constants): nearby numbers become
// unrelated ones.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// uniform returns a number in [0, 1) with 53 random bits.
func uniform(pcg *rand.PCG) float64 { return float64(pcg.Uint64()>>11) * (1.0 / (1 << 53)) }

// normal returns a draw from the standard normal distribution (Box & Muller 1958). math/rand's own
// NormFloat64 compares with math.Exp, whose bits depend on the CPU.
func normal(pcg *rand.PCG) float64 {
	u := 1 - uniform(pcg) // in (0, 1]
	angle := 2 * math.Pi * uniform(pcg)
	return math.Sqrt(-2*detmath.Log(u)) * detmath.Cos(angle)
}

// shuffle fills order with a random permutation of its indices (Fisher–Yates; Knuth, TAOCP volume
// 2, 3.4.2, algorithm P).
func shuffle(pcg *rand.PCG, order []int) {
	for i := range order {
		order[i] = i
	}
	for i := len(order) - 1; i > 0; i-- {
		// A modulus of 64 random bits is uneven by at most n/2^64.
		j := int(pcg.Uint64() % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

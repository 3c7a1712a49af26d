package nn

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// HeldOut returns how many of n points are held out: round(n·fraction), but never all.
func HeldOut(n int, fraction float64) int {
	return max(0, min(int(math.Round(float64(n)*fraction)), n-1))
}

// Split returns which of n points are held out from training. Every point draws a random number,
// and the HeldOut(n, fraction) points with the lowest numbers are held out. The numbers depend on
// the seed alone, so that adding a point moves at most one other point to the other side.
func Split(n int, fraction float64, seed uint32) []bool {
	held := make([]bool, n)
	k := HeldOut(n, fraction)
	if k == 0 {
		return held
	}
	var pcg rand.PCG
	seedRandom(&pcg, seed, drawSplit, 0, 0)
	draws, ranks := make([]uint64, n), make([]int, n)
	for i := range draws {
		draws[i], ranks[i] = pcg.Uint64(), i
	}
	slices.SortStableFunc(ranks, func(a, b int) int { return cmp.Compare(draws[a], draws[b]) })
	for _, i := range ranks[:k] {
		held[i] = true
	}
	return held
}

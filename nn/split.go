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

// Split returns which of n points are held out from training: the HeldOut points that drew the
// lowest random numbers. Which points these are follows from the seed alone; adding a point changes
// the side of at most one other.
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

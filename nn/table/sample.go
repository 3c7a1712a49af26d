package table

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/nnvisu/nnvisu/nn"
)

// sampleSeed is the seed of every sample: the same table gives the same sample.
const sampleSeed = 1

// sample returns the places of n points to be taken, in their order, and counts the others. Of each
// class it takes its share, rounded, and one at least; of values any.
func (m *Import) sample(labels []float64, n int) []int {
	m.Unsampled = len(labels) - n
	random := rand.New(rand.NewPCG(sampleSeed, uint64(len(labels))))
	groups := make([][]int, 1)
	for i, label := range labels {
		k := 0
		if m.Task == nn.Classification {
			k = int(label)
		}
		for len(groups) <= k {
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	var taken []int
	for k, size := range shares(groups, len(labels), n) {
		group := groups[k]
		for i := range size { // the first places of a shuffle
			j := i + random.IntN(len(group)-i)
			group[i], group[j] = group[j], group[i]
		}
		taken = append(taken, group[:size]...)
	}
	slices.Sort(taken)
	says := fmt.Sprintf("a sample of %s of %s rows", AppendGrouped(nil, n), AppendGrouped(nil, len(labels)))
	if m.Task == nn.Classification {
		says += ", each class with its share"
	}
	m.Decisions = append(m.Decisions, Decision{Name: "sample", Label: "Sample", Says: says})
	return taken
}

// shares divides n among groups in proportion to their sizes, by the largest remainder (Hamilton's
// method). A group that is not empty gets one at least, if n is enough for all; the largest gives it.
func shares(groups [][]int, all, n int) []int {
	sizes, order := make([]int, len(groups)), make([]int, len(groups))
	left := n
	for k, g := range groups {
		order[k] = k
		sizes[k] = len(g) * n / all
		left -= sizes[k]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(len(groups[b])*n%all, len(groups[a])*n%all)
	})
	for _, k := range order[:left] {
		sizes[k]++
	}
	for k, g := range groups {
		if len(g) == 0 || sizes[k] > 0 {
			continue
		}
		if largest := slices.Index(sizes, slices.Max(sizes)); sizes[largest] > 1 {
			sizes[largest]--
			sizes[k]++
		}
	}
	return sizes
}

// pick returns the items at some places.
func pick[T any](items []T, places []int) []T {
	out := make([]T, len(places))
	for i, at := range places {
		out[i] = items[at]
	}
	return out
}

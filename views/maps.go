package views

import (
	"math"
	"slices"
	"sync"

	"github.com/nnvisu/nnvisu/nn"
)

// Maps are the heat maps of all units that are drawn, except the inputs: one character for each
// cell, one map after another, column by column.
type Maps []byte

// text appends the maps in the form that the script reads: see appendSteps.
func (m Maps) text(dst []byte) []byte {
	for len(m) > 0 {
		n := min(mapCells, len(m))
		dst, m = appendSteps(dst, m[:n], mapFirst, mapLevels), m[n:]
	}
	return dst
}

// PaintMaps appends to dst the heat maps of the values of all units at the places of MapGrid, as
// nn.Model's UnitsTo returns them: of those that are drawn, and then of all units of the layer that the
// choices show. The map of a hidden unit shows its activation relative to the largest size on the
// map, which is appended to largest. 0 has the middle colour, so a unit that is 0 everywhere is blank.
// The map of an output shows its probability or value.
func PaintMaps(dst Maps, largest []float64, values [][]float64, c nn.Config, choices *Choices) (Maps, []float64) {
	rows, last := rowsFor(c, choices.Rows), len(values)-1
	for l, layer := range values {
		if l < last {
			dst, largest = paintHidden(dst, largest, layer[:shownOf(len(layer)/mapCells, rows)*mapCells])
			continue
		}
		low := -1.0
		if c.Task == nn.Classification {
			low = 0
		}
		for v := range slices.Chunk(layer, mapCells) {
			dst = appendMap(dst, v, low, 1)
		}
	}
	if l := layerOf(c, choices.Layer); l >= 0 {
		dst, largest = paintHidden(dst, largest, values[l])
	}
	return dst, largest
}

// paintHidden appends the heat maps of the values of hidden units, and the largest size on each.
func paintHidden(dst Maps, largest []float64, values []float64) (Maps, []float64) {
	for v := range slices.Chunk(values, mapCells) {
		most := largestOf(v)
		largest = append(largest, most)
		if most == 0 {
			most = 1
		}
		dst = appendMap(dst, v, -1, most)
	}
	return dst, largest
}

// largestOf returns the largest absolute value among the finite values, or 0.
func largestOf(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		if a := math.Abs(v); a > most && a <= math.MaxFloat64 {
			most = a
		}
	}
	return most
}

// appendMap appends the levels of values for a scale from low to 1, in units of most.
func appendMap(dst []byte, values []float64, low, most float64) []byte {
	const top = mapLevels - 1
	raise := 1.0
	if most < 0x1p-1000 { // the scale would be infinite
		raise, most = 0x1p1000, most*0x1p1000
	}
	scale := top / (1 - low) / most
	zero := 0.5 - low*top/(1-low)
	from := len(dst)
	dst = slices.Grow(dst, len(values))[:from+len(values)]
	out := dst[from:]
	for i, v := range values {
		at := float64(float64(v*raise)*scale) + zero
		switch {
		case at >= 0 && at < top+1:
			out[i] = mapFirst + byte(at)
		case at > 0:
			out[i] = mapFirst + top
		default: // below the scale, or NaN after an overflow
			out[i] = mapFirst
		}
	}
	return dst
}

// featureTexts are the heat maps of the input features as the script reads them.
var featureTexts = sync.OnceValue(func() map[nn.Feature]string {
	texts := make(map[nn.Feature]string)
	for f, m := range featureMaps() {
		texts[f] = string(m.text(nil))
	}
	return texts
})

// featureMaps are the heat maps of the input features.
var featureMaps = sync.OnceValue(func() map[nn.Feature]Maps {
	xs, ys := MapGrid()
	maps := make(map[nn.Feature]Maps)
	for _, f := range nn.Features() {
		values := make([]float64, len(xs))
		nn.FeaturesTo(values, []nn.Feature{f}, xs, ys)
		maps[f] = appendMap(nil, values, -1, 1)
	}
	return maps
})

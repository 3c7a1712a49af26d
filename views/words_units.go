package views

import (
	"fmt"
	"math"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

const (
	// flat is by how much a unit must change over the plane, relative to its largest size.
	flat = 0.05
	// straight is the share of a unit's variance that a slope must explain for the unit to have a
	// direction.
	straight = 0.7
)

// describeUnits says what the first hidden units of each layer respond to. values are those of all units
// over MapGrid, as nn.Model's UnitsTo returns them.
func (w *Words) describeUnits(s nn.State, meta table.Meta, values [][]float64) {
	const cells = MapSize * MapSize
	for l, width := range s.Config.HiddenLayers {
		shown := shownOf(width, LeastRows)
		layer := LayerWords{Title: fmt.Sprintf("Layer %d", l+1), More: width - shown}
		for u := range shown {
			text := fmt.Sprintf("Unit %d %s", u+1, responds(values[l][u*cells:(u+1)*cells]))
			if in, weight := strongest(s.Network.Weights[l][u]); weight != 0 {
				text += fmt.Sprintf(" Its strongest input is %s, with the weight %s.", unitName(s.Config, meta, l, in), table.Readable(weightText(weight)))
			}
			layer.Units = append(layer.Units, text)
		}
		w.Layers = append(w.Layers, layer)
	}
}

// strongest returns the largest weight by size, and its input.
func strongest(weights []float64) (in int, weight float64) {
	for i, v := range weights {
		if math.Abs(v) > math.Abs(weight) {
			in, weight = i, v
		}
	}
	return in, weight
}

// responds says where on the plane the values of a unit over MapGrid are large and small.
func responds(values []float64) string {
	low, high, zeros, sum := math.Inf(1), math.Inf(-1), 0, 0.0
	for _, v := range values {
		if v-v != 0 {
			return "is not finite everywhere."
		}
		low, high, sum = min(low, v), max(high, v), sum+v
		if v == 0 {
			zeros++
		}
	}
	size := max(math.Abs(low), math.Abs(high))
	switch {
	case size == 0:
		return "is 0 everywhere: it responds to nothing."
	case high-low <= flat*size:
		return fmt.Sprintf("is about %s everywhere: it hardly responds.", decimals(sum/float64(len(values))))
	}
	text := ""
	if dx, dy, ok := slope(values); ok {
		text = fmt.Sprintf("responds most to points %s (%s) and least to points %s (%s).",
			octants[octant(dx, dy)], decimals(high), octants[octant(-dx, -dy)], decimals(low))
	} else {
		text = fmt.Sprintf("responds most in %s (%s) and least in %s (%s).",
			upper(values, 1, low, high).names(), decimals(high), upper(values, -1, low, high).names(), decimals(low))
	}
	if share := float64(zeros) / float64(len(values)); share > 0.05 {
		text += fmt.Sprintf(" It is 0 on %s of the plane.", wholePercent(share))
	}
	return text
}

// slope returns the direction in which values over MapGrid rise, and whether a plane fits them. The
// least squares of the two coordinates are independent, because the grid is symmetric.
func slope(values []float64) (dx, dy float64, ok bool) {
	xs, ys := MapGrid()
	mean := 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	var vx, vy, vv, xx float64
	for j, v := range values {
		d := v - mean
		vx += d * xs[j]
		vy += d * ys[j]
		vv += d * d
		xx += xs[j] * xs[j]
	}
	return vx, vy, vx*vx+vy*vy >= straight*xx*vv
}

// upper returns the ninths whose mean is in the upper third of the ninths' range, or in the lower
// third where sign is −1.
func upper(values []float64, sign, low, high float64) (set ninths) {
	var means, counts [9]float64
	for j, v := range values {
		i := ninthOf(j, MapSize)
		means[i] += v * sign / max(math.Abs(low), math.Abs(high))
		counts[i]++
	}
	least, most := math.Inf(1), math.Inf(-1)
	for i := range means {
		means[i] /= counts[i]
		least, most = min(least, means[i]), max(most, means[i])
	}
	for i, m := range means {
		if m >= most-(most-least)/3 {
			set |= 1 << i
		}
	}
	return set
}

// describeWeights writes the weights and biases of the first units of each layer as tables.
func (w *Words) describeWeights(s nn.State, meta table.Meta) {
	for l, rows := range s.Network.Weights {
		t := ParameterTable{Title: upperFirst(layerName(l, len(s.Network.Weights))), Columns: []string{"Bias"}}
		inputs, units := len(rows[0]), len(rows)
		if l > 0 { // no feature is left out
			inputs = shownOf(inputs, LeastRows)
		}
		if l < len(s.Config.HiddenLayers) {
			units = shownOf(units, LeastRows)
		}
		t.Less = inputs < len(rows[0]) || units < len(rows)
		for i := range inputs {
			t.Columns = append(t.Columns, "From "+unitName(s.Config, meta, l, i))
		}
		for u := range units {
			row := ParameterRow{Unit: upperFirst(unitName(s.Config, meta, l+1, u)), Values: []string{table.Readable(weightText(s.Network.Biases[l][u]))}}
			for _, v := range rows[u][:inputs] {
				row.Values = append(row.Values, table.Readable(weightText(v)))
			}
			t.Rows = append(t.Rows, row)
		}
		w.Tables = append(w.Tables, t)
	}
}

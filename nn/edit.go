package nn

import (
	"fmt"
	"math"
	"slices"
)

// ConvertLabels gives every point a label of the config's task, which it did not have: classes
// become values spread over [-1, 1], values become class 0 up to 0 and class 1 above. To must have
// its number of classes.
func ConvertLabels(points []Point, to Config) []Point {
	converted := slices.Clone(points)
	for i := range converted {
		p := &converted[i]
		switch {
		case to.Task == Regression:
			p.Label = math.Round((2*p.Label/float64(to.Classes-1)-1)*1e4)/1e4 + 0 // no negative zero
		case p.Label > 0:
			p.Label = 1
		default:
			p.Label = 0
		}
	}
	return converted
}

// EraseNear returns the points that are farther than radius from all places, whose labels are
// ignored.
func EraseNear(points, places []Point, radius float64) []Point {
	return slices.DeleteFunc(slices.Clone(points), func(p Point) bool {
		return slices.ContainsFunc(places, func(at Point) bool {
			dx, dy := p.X-at.X, p.Y-at.Y
			return float64(dx*dx)+float64(dy*dy) <= float64(radius*radius)
		})
	})
}

// MaxParameter is the largest size of a weight or bias that is set by hand.
const MaxParameter = 1e6

// SetWeight replaces the weight from input in to output out of a layer, all from 0, by v, which is
// at most MaxParameter in size. The moments stay.
func SetWeight(s State, layer, out, in int, v float64) (State, error) {
	s.Network = s.Network.clone()
	var row []float64
	if w := s.Network.Weights; has(w, layer) && has(w[layer], out) {
		row = w[layer][out]
	}
	return s.set(row, in, v, fmt.Sprintf("network.weights[%d][%d][%d]", layer, out, in))
}

// SetBias replaces the bias of output out of a layer, both from 0, as SetWeight does.
func SetBias(s State, layer, out int, v float64) (State, error) {
	s.Network = s.Network.clone()
	var row []float64
	if b := s.Network.Biases; has(b, layer) {
		row = b[layer]
	}
	return s.set(row, out, v, fmt.Sprintf("network.biases[%d][%d]", layer, out))
}

// set sets a number in a row of the state's network, which is its own.
func (s State) set(row []float64, i int, v float64, field string) (State, error) {
	if !has(row, i) {
		return State{}, fieldError(field, "is not in the network")
	}
	if !(math.Abs(v) <= MaxParameter) {
		return State{}, fieldError(field, "must be from %.0f to %.0f; got %v", -MaxParameter,
			MaxParameter, v)
	}
	row[i] = v + 0 // no negative zero
	s.Config = s.Config.Clone()
	return s, nil
}

func has[T any](list []T, i int) bool { return i >= 0 && i < len(list) }

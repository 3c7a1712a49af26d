package nn

import (
	"fmt"
	"math"
	"slices"
)

// ConvertLabels returns the points with labels for the task of config to, which must differ from
// the task that they were made for. Classes become values spread over [-1, 1]. Values up to 0
// become class 0, values above 0 class 1. Classes of to must be set.
func ConvertLabels(points []Point, to Config) []Point {
	converted := slices.Clone(points)
	for i := range converted {
		p := &converted[i]
		switch {
		case to.Task == Regression:
			v := 2*p.Label/float64(to.Classes-1) - 1
			p.Label = math.Round(v*1e4)/1e4 + 0 // no negative zero
		case p.Label > 0:
			p.Label = 1
		default:
			p.Label = 0
		}
	}
	return converted
}

// EraseNear returns the points that are farther than radius from every place. The labels of places
// are ignored.
func EraseNear(points, places []Point, radius float64) []Point {
	return RemovePoints(points, Near(points, places, radius))
}

// Near returns the numbers of the points that are no farther than radius from a place, counted from
// 0, in their order. The labels of places are ignored.
func Near(points, places []Point, radius float64) []int {
	var near []int
	for i, p := range points {
		if slices.ContainsFunc(places, func(at Point) bool {
			dx, dy := p.X-at.X, p.Y-at.Y
			return float64(dx*dx)+float64(dy*dy) <= float64(radius*radius)
		}) {
			near = append(near, i)
		}
	}
	return near
}

// RemovePoints returns the points without those of the given numbers, which count from 0 and rise.
func RemovePoints(points []Point, numbers []int) []Point {
	left := make([]Point, 0, len(points))
	for i, p := range points {
		if len(numbers) > 0 && numbers[0] == i {
			numbers = numbers[1:]
			continue
		}
		left = append(left, p)
	}
	return left
}

// Replace returns s with other points, of a task. It begins with new weights. Its number of classes
// is the larger of classes and what the labels need; a regression ignores it.
func Replace(s State, points []Point, task Task, classes int) (State, error) {
	s.Data = points
	s.Config = s.Config.Clone()
	s.Config.Task, s.Config.Classes, s.Network = task, 0, Network{}
	next, err := s.Prepare()
	if err != nil || classes <= next.Config.Classes || task != Classification {
		return next, err
	}
	next.Config.Classes, next.Network = classes, Network{}
	return next.Prepare()
}

// Configure returns s with the valid config to. Weights that fit the new shape stay: see Fit. If the
// task changes, the labels are converted: see ConvertLabels.
func Configure(s State, to Config) State {
	from := s.Config
	if to.Task == Classification && to.Classes == 0 { // it was never a classification
		to.Classes = MinClasses
	}
	if to.Task != from.Task {
		s.Data = ConvertLabels(s.Data, to)
	}
	if to.Optimizer != from.Optimizer || to.Task != from.Task ||
		!slices.Equal(to.Sizes(), from.Sizes()) || !slices.Equal(to.Features, from.Features) {
		s = Fit(s, to)
	}
	s.Config = to
	return s
}

// MaxParameter is the largest absolute value of a weight or bias that is set by hand.
const MaxParameter = 1e6

// SetWeight sets the weight from input in to output out of a layer to v. Layers, inputs and outputs
// count from 0. |v| is at most MaxParameter. The moments of the optimizer stay.
func SetWeight(s State, layer, out, in int, v float64) (State, error) {
	s.Network = s.Network.clone()
	var row []float64
	if w := s.Network.Weights; has(w, layer) && has(w[layer], out) {
		row = w[layer][out]
	}
	return s.set(row, in, v, fmt.Sprintf("network.weights[%d][%d][%d]", layer, out, in))
}

// SetBias sets the bias of output out of a layer to v, like SetWeight.
func SetBias(s State, layer, out int, v float64) (State, error) {
	s.Network = s.Network.clone()
	var row []float64
	if b := s.Network.Biases; has(b, layer) {
		row = b[layer]
	}
	return s.set(row, out, v, fmt.Sprintf("network.biases[%d][%d]", layer, out))
}

// set sets a number in a row of the network of s. row must belong to a network that s does not
// share.
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

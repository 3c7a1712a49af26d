package nn

import (
	"slices"
	"strconv"
	"strings"
)

// A ParameterPlace is where a weight or bias stands in a network. All count from 0.
type ParameterPlace struct {
	Layer, Out int
	In         int // of a weight; -1 for a bias
}

// ParseParameter reads a path: weights.LAYER.OUT.IN or biases.LAYER.OUT.
func ParseParameter(path string) (at ParameterPlace, ok bool) {
	words := strings.Split(path, ".")
	switch {
	case words[0] == "weights" && len(words) == 4:
	case words[0] == "biases" && len(words) == 3:
	default:
		return at, false
	}
	places := []int{0, 0, -1}
	for i, word := range words[1:] {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || strconv.Itoa(n) != word { // one path for one place
			return at, false
		}
		places[i] = n
	}
	return ParameterPlace{places[0], places[1], places[2]}, true
}

// String returns the path of a place.
func (p ParameterPlace) String() string {
	path := "biases"
	if p.In >= 0 {
		path = "weights"
	}
	path += "." + strconv.Itoa(p.Layer) + "." + strconv.Itoa(p.Out)
	if p.In >= 0 {
		path += "." + strconv.Itoa(p.In)
	}
	return path
}

// indexOf returns where in theta the parameter of a path stands.
func (m *Model) indexOf(path string) (at ParameterPlace, index int, err error) {
	at, ok := ParseParameter(path)
	if !ok {
		return at, 0, fieldError("parameter",
			"must be weights.LAYER.OUT.IN or biases.LAYER.OUT, counted from 0; got %.60q", path)
	}
	switch {
	case at.Layer >= len(m.layers):
		err = fieldError("parameter", "must have a layer from 0 to %d; got %d", len(m.layers)-1, at.Layer)
	case at.Out >= m.layers[at.Layer].out:
		err = fieldError("parameter", "must have an output from 0 to %d in layer %d; got %d",
			m.layers[at.Layer].out-1, at.Layer, at.Out)
	case at.In >= m.layers[at.Layer].in:
		err = fieldError("parameter", "must have an input from 0 to %d in layer %d; got %d",
			m.layers[at.Layer].in-1, at.Layer, at.In)
	}
	if err != nil {
		return at, 0, err
	}
	wi, bi := m.begin(at.Layer)
	if at.In < 0 {
		return at, bi + at.Out, nil
	}
	return at, wi + at.Out*m.layers[at.Layer].in + at.In, nil
}

// indices returns the points of a batch as indices of the data.
func (t *Trainer) indices(from, to int, shuffled bool) []int {
	var trained []int
	for i, held := range Split(t.train.n+t.test.n, t.config.TestFraction, t.config.Seed) {
		if !held {
			trained = append(trained, i)
		}
	}
	if !shuffled {
		return trained[from:to]
	}
	points := make([]int, 0, to-from)
	for _, i := range t.order[from:to] {
		points = append(points, trained[i])
	}
	return points
}

// columnOf returns where in a batch a point stands; for LargestShare it is the first as yet.
func columnOf(batch []int, point int) (int, error) {
	if point == FirstOfBatch || point == LargestShare {
		return 0, nil
	}
	for j, i := range batch {
		if i == point {
			return j, nil
		}
	}
	if len(batch) == 1 {
		return 0, fieldError("point", "must be in the batch of this update, which is the point %d; got %d", batch[0], point)
	}
	const most = 10
	if first, last := batch[0], batch[len(batch)-1]; len(batch) > most && slices.IsSorted(batch) && last-first == len(batch)-1 {
		return 0, fieldError("point", "must be in the batch of this update, which has the points from %d to %d; got %d", first, last, point)
	}
	var some []string
	for _, i := range batch[:min(most, len(batch))] {
		some = append(some, strconv.Itoa(i))
	}
	list := strings.Join(some, ", ")
	if len(batch) > most {
		list += " and " + strconv.Itoa(len(batch)-most) + " more"
	}
	return 0, fieldError("point", "must be in the batch of this update, which has the points %s; got %d", list, point)
}

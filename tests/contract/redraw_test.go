package contract

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// These tests look at single updates through a learning rate so small that the network stays what
// it was: what changes from one update to the next is then only what the server drew for it.
const tinyRate = 1e-6

// updates trains step by step with plain sgd and returns, for each step, what value changed by in
// units of the learning rate: its gradient.
func updates(tb testing.TB, s *Server, config Message, data []Point, steps int, value func(Network) []float64) [][]float64 {
	tb.Helper()
	config = config.With("task", "regression", "optimizer", "sgd", "learning_rate", tinyRate)
	still := config.With("learning_rate", 1e-300, "dropout", 0)
	var state json.RawMessage
	// Weights alone start at step 0; a step that moves nothing shows those that training starts
	// from.
	first := s.Step(tb, TrainStep(still, nil, data, 1)).state(tb)
	state = Encode(Message{"weights": first.Weights, "biases": first.Biases})
	before := value(first)
	var gradients [][]float64
	for range steps {
		r := s.Step(tb, TrainStep(config, state, data, 1))
		state = r.Network
		after := value(r.state(tb))
		gradient := make([]float64, len(after))
		for i := range after {
			gradient[i] = (before[i] - after[i]) / tinyRate
		}
		gradients = append(gradients, gradient)
		before = after
	}
	return gradients
}

// TestEpochVisitsEveryPoint: with batches of one, an epoch takes every point once, and the next in
// another order. The gradient of a linear model's bias is the error at the point, which tells the
// points apart.
func TestEpochVisitsEveryPoint(t *testing.T) {
	const points, epochs = 9, 3
	const tolerance = 1e-4 // what the tiny rate still changes
	s := Start(t)
	config := Message{"hidden_layers": []int{}, "batch_size": 1, "seed": 3}
	visited := updates(t, s, config, Slope(points, 4), points*epochs, func(n Network) []float64 { return n.Biases[0] })
	order := func(epoch int) []float64 {
		var errors []float64
		for _, gradient := range visited[epoch*points : (epoch+1)*points] {
			errors = append(errors, gradient[0])
		}
		return errors
	}
	alike := func(a, b []float64) bool {
		return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Abs(a-b) < tolerance })
	}
	for epoch := 1; epoch < epochs; epoch++ {
		if !alike(slices.Sorted(slices.Values(order(epoch))), slices.Sorted(slices.Values(order(0)))) {
			t.Errorf("errors of the points of epoch %d = %v; want those of the first, %v, in some order", epoch, order(epoch), order(0))
		}
		if alike(order(epoch), order(epoch-1)) {
			t.Errorf("errors of the points of epoch %d = %v; want another order than in the one before", epoch, order(epoch))
		}
	}
	if sorted := slices.Sorted(slices.Values(order(0))); len(slices.CompactFunc(sorted, func(a, b float64) bool { return math.Abs(a-b) < tolerance })) != points {
		t.Errorf("errors of the points of an epoch = %v; want %d different ones, each point once", order(0), points)
	}
}

// TestDropoutIsDrawnAnew: other units drop out at every update, and none without dropout.
func TestDropoutIsDrawnAnew(t *testing.T) {
	s := Start(t)
	for _, test := range []struct {
		name    string
		dropout float64
		changes bool
	}{{"Without", 0, false}, {"With", 0.5, true}} {
		t.Run(test.name, func(t *testing.T) {
			config := Message{"hidden_layers": []int{6}, "dropout": test.dropout}
			gradients := updates(t, s, config, Slope(8, 1), 5, func(n Network) []float64 { return n.Weights[1][0] })
			for i := 1; i < len(gradients); i++ {
				far := 0.0
				for k := range gradients[i] {
					far = max(far, math.Abs(gradients[i][k]-gradients[i-1][k]))
				}
				if got := far > 1e-3; got != test.changes {
					t.Errorf("gradients of updates %d and %d, %v and %v, differ: %v; want %v", i, i+1, gradients[i-1], gradients[i], got, test.changes)
				}
			}
		})
	}
}

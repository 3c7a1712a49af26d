package main

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// A lab is what is trained: the sizes of a benchmark.
type lab struct {
	hidden    []int
	points    int
	batch     int
	optimizer nn.Optimizer
	classes   int
}

// defaultLab is the default network, and a data set as large as people draw.
var defaultLab = lab{hidden: []int{8, 8}, points: 500, optimizer: nn.Adam, classes: 2}

// state returns the state of a lab before its first update.
func (l lab) state() (nn.State, error) {
	s := nn.State{Config: nn.DefaultConfig()}
	s.Config.HiddenLayers, s.Config.BatchSize, s.Config.Optimizer = l.hidden, l.batch, l.optimizer
	s.Config.Classes, s.Config.LearningRate = l.classes, 0.01
	points, err := dataset.Generate("spiral", dataset.Params{Points: l.points, Classes: l.classes, Noise: 0.02, Seed: 1})
	if err != nil {
		return s, err
	}
	for _, p := range points {
		s.Data = append(s.Data, nn.Point(p))
	}
	return s, nil
}

// body returns a train_step of some updates from the lab's first state.
func (l lab) body(steps int) ([]byte, error) {
	s, err := l.state()
	if err != nil {
		return nil, err
	}
	return message(s.Config, nil, s.Data, steps)
}

// message returns a train_step of one update with the whole state after some. Without the moments
// it is what a server that does not know them expects.
func (l lab) message(moments bool) ([]byte, error) {
	s, err := l.state()
	if err != nil {
		return nil, err
	}
	result, err := nn.Step(s, 10)
	if err != nil {
		return nil, err
	}
	if moments {
		return message(s.Config, result.Network, s.Data, 1)
	}
	return message(s.Config, result.Network.Parameters, s.Data, 1)
}

func message(config, network, data any, steps int) ([]byte, error) {
	var parts [3][]byte
	for i, v := range []any{config, network, data} {
		var err error
		if parts[i], err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	return fmt.Appendf(nil, `{"type":"train_step","config":%s,"network":%s,"data":%s,"steps":%d}`, parts[0], parts[1], parts[2], steps), nil
}

// picture returns the question for a picture of the lab's first state.
func (l lab) picture() ([]byte, error) {
	s, err := l.state()
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"config": s.Config, "network": nn.Initialize(s.Config), "data": s.Data})
}

// limit returns the multiply-adds of one update, at the least. Forward, each weight meets each
// sample once; backward twice, in the gradient of the weights and in that of the layer's inputs,
// which the first layer need not have. Each tanh and each exponential of the softmax counts as
// functionCost of them, and so do the root and the division that Adam makes for each parameter.
func (l lab) limit() float64 {
	samples := l.points
	if l.batch > 0 {
		samples = l.batch
	}
	sizes := append(append([]int{2}, l.hidden...), l.classes)
	weights, parameters, units := 0, 0, l.classes
	for i := 1; i < len(sizes); i++ {
		weights += sizes[i-1] * sizes[i]
		parameters += (sizes[i-1] + 1) * sizes[i]
	}
	for _, n := range l.hidden {
		units += n
	}
	made := float64(samples) * (3*float64(weights) - float64(sizes[0]*sizes[1]) + functionCost*float64(units))
	if l.optimizer == nn.Adam {
		made += functionCost * float64(parameters)
	}
	return made
}

// functionCost is how many multiply-adds an elementary function, or a root with a division, is
// worth: to reduce the argument and to evaluate a polynomial of a dozen coefficients, which is what
// 53 bits take.
const functionCost = 16

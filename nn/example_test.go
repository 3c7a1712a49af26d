package nn_test

import (
	"fmt"

	"github.com/nnvisu/nnvisu/nn"
)

// A run of training is a sequence of states: put the network that Step returns into the state, and
// it goes on from there.
func ExampleStep() {
	state := nn.State{
		Config: nn.DefaultConfig(),
		Data: []nn.Point{ // exclusive or
			{X: -1, Y: -1, Label: 0}, {X: -1, Y: 1, Label: 1},
			{X: 1, Y: -1, Label: 1}, {X: 1, Y: 1, Label: 0},
		},
	}
	for range 3 {
		result, err := nn.Step(state, 10)
		if err != nil {
			fmt.Println(err)
			return
		}
		state.Network = result.Network
		fmt.Printf("step %d: loss %.2f, accuracy %.0f%%\n",
			result.Network.Step, result.Loss, 100**result.Metrics.Accuracy)
	}
	// Output:
	// step 10: loss 0.34, accuracy 100%
	// step 20: loss 0.04, accuracy 100%
	// step 30: loss 0.00, accuracy 100%
}

// A choice that is out of range is an error that names it.
func ExampleStep_error() {
	state := nn.State{Config: nn.DefaultConfig(), Data: []nn.Point{{X: 0.5, Y: 0.5, Label: 1}}}
	state.Config.LearningRate = -1
	_, err := nn.Step(state, 1)
	fmt.Println(err)
	// Output: config.learning_rate must be greater than 0; got -1
}

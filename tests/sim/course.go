package sim

import (
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// A course is what a client trains, with the states of an undisturbed run.
type course struct {
	name   string
	config contract.Message
	data   []contract.Point
	states []contract.Result // by step; the first is empty: nothing is received before a step
}

// courses are small, so that a thousand simulations fit into a minute, and differ in what makes a
// state hard to keep: moments, dropout, batches, a schedule, points held out, another task.
var courses = []course{
	{name: "adam with dropout", config: contract.Message{"hidden_layers": []int{3}, "dropout": 0.2, "batch_size": 4}, data: contract.Scatter(9, 2, 1)},
	{name: "linear", config: contract.Message{"hidden_layers": []int{}, "optimizer": "sgd", "classes": 3}, data: contract.Scatter(6, 3, 2)},
	{name: "momentum by schedule", config: contract.Message{
		"hidden_layers": []int{2, 2}, "optimizer": "momentum", "schedule": "cosine", "schedule_steps": 50,
	}, data: contract.Scatter(8, 2, 3)},
	{name: "regression", config: contract.Message{"task": "regression", "hidden_layers": []int{2}, "optimizer": "rmsprop"}, data: contract.Slope(7, 4)},
	{name: "held out", config: contract.Message{"hidden_layers": []int{2}, "test_fraction": 0.4, "features": []string{"x", "y", "xy"}}, data: contract.Scatter(10, 2, 5)},
}

// longest is how many steps the courses have.
const longest = 240

// takeCourses returns the courses with their states. A server that nothing disturbs makes them one
// by one: the reference takes no step that a client could take in the same way by mistake.
func takeCourses(tb testing.TB) []course {
	tb.Helper()
	s := contract.Start(tb)
	taken := make([]course, len(courses))
	for i, c := range courses {
		c.states = make([]contract.Result, 1, longest+1)
		for len(c.states) <= longest {
			network := c.states[len(c.states)-1].Network
			c.states = append(c.states, s.Step(tb, contract.TrainStep(c.config, network, c.data, 1)))
		}
		taken[i] = c
	}
	return taken
}

package handlers

import (
	"fmt"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// TestPictureWork: what a picture is said to take is proportional to what it takes.
func TestPictureWork(t *testing.T) {
	if race.Enabled || !kernel.IsVector() {
		t.Skip("the prices are of vector kernels, and of no race detector")
	}
	low, high, all := 1e9, 0.0, ""
	for _, layers := range [][]int{{}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {8, 8}, {100}, {30, 30, 30}, widest} {
		for _, task := range nn.Tasks() {
			for _, activation := range []nn.Activation{nn.Tanh, nn.GELU} {
				state := sampleState(t, "circles", 10, 0, func(c *nn.Config) { c.HiddenLayers, c.Task, c.Activation = layers, task, activation })
				model, err := nn.NewModel(state)
				if err != nil {
					t.Fatal(err)
				}
				lab := views.Lab{State: state}
				takes := time.Hour
				for range 20 { // the least: other work on the machine comes and goes
					began := time.Now()
					if err := paint(nil, &lab, model); err != nil {
						t.Fatal(err)
					}
					takes = min(takes, time.Since(began))
				}
				says := pictureWork(state.Config)
				ratio := float64(says) / float64(takes)
				low, high = min(low, ratio), max(high, ratio)
				all += fmt.Sprintf("\n%v %s %s: %v instead of %v, %.2f", layers, task, activation, says, takes, ratio)
			}
		}
	}
	t.Log(all)
	if high > 4*low { // twice as long and half as long
		t.Errorf("the ratios are from %.2f to %.2f; want them at most 4 apart:%s", low, high, all)
	}
}

package nn

import (
	"fmt"
	"testing"
)

// benchCases are those of the PyTorch yardstick, whose names and sizes they keep.
var benchCases = []struct {
	name      string
	hidden    []int
	points    int
	batch     int
	optimizer Optimizer
	classes   int
}{
	{"8-8/n500/full/adam", []int{8, 8}, 500, 0, Adam, 2},
	{"8-8/n500/batch10/sgd", []int{8, 8}, 500, 10, SGD, 2},
	{"8-8/n500/batch10/adam", []int{8, 8}, 500, 10, Adam, 2},
	{"10-5/n200/full/adam", []int{10, 5}, 200, 0, Adam, 3},
	{"100-100-100/n500/full/adam", []int{100, 100, 100}, 500, 0, Adam, 2},
}

// benchState returns the state of a case, after one step.
func benchState(b *testing.B, hidden []int, points, batch int, o Optimizer, classes int) State {
	b.Helper()
	c := DefaultConfig()
	c.HiddenLayers, c.BatchSize, c.Optimizer, c.Classes, c.LearningRate = hidden, batch, o, classes, 0.01
	s := State{Config: c, Data: randomPoints(newRand(1), points, c.Task, classes)}
	s.Network = step(b, s, 1).Network
	return prepare(b, s)
}

// BenchmarkStep is one optimizer update of a Trainer.
func BenchmarkStep(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			tr := trainer(b, benchState(b, c.hidden, c.points, c.batch, c.optimizer, c.classes))
			b.ReportAllocs()
			for b.Loop() {
				if err := tr.Step(1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkActivation is a full-batch update of 8-8 with each activation.
func BenchmarkActivation(b *testing.B) {
	for _, a := range Activations() {
		b.Run(string(a), func(b *testing.B) {
			s := benchState(b, []int{8, 8}, 500, 0, Adam, 2)
			s.Config.Activation = a
			tr := trainer(b, s)
			b.ReportAllocs()
			for b.Loop() {
				if err := tr.Step(1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRequest is what a stateless request costs beside its JSON: the state checked and laid
// out, one update, metrics, the network copied.
func BenchmarkRequest(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			s := benchState(b, c.hidden, c.points, c.batch, c.optimizer, c.classes)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Step(s, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPredictGrid is the boundary picture.
func BenchmarkPredictGrid(b *testing.B) {
	for _, side := range []int{100} {
		for _, hidden := range [][]int{{8, 8}, {100, 100, 100}} {
			b.Run(fmt.Sprintf("%dx%d/%v", side, side, hidden), func(b *testing.B) {
				m, err := NewModel(benchState(b, hidden, 10, 0, Adam, 2))
				if err != nil {
					b.Fatal(err)
				}
				n := side * side
				xs, ys, dst := make([]float64, n), make([]float64, n), make([]float64, 2*n)
				for j := range n {
					xs[j] = (2*float64(j%side)+1)/float64(side) - 1
					ys[j] = (2*float64(j/side)+1)/float64(side) - 1
				}
				b.ReportAllocs()
				for b.Loop() {
					m.PredictTo(dst, xs, ys)
				}
			})
		}
	}
}

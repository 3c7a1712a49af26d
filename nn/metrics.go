package nn

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

// Metrics measure a network, with dropout off and without penalty terms. A loss that overflows is
// math.MaxFloat64.
type Metrics struct {
	// Loss is the mean over the training points: cross-entropy in nats, or half the squared error.
	Loss float64 `json:"loss"`
	// Accuracy is the share of training points whose largest output (the first of equals) is that
	// of their class. Nil for regression.
	Accuracy *float64 `json:"accuracy,omitzero"`
	// TestLoss and TestAccuracy are the same for the held-out points; nil if there are none.
	TestLoss     *float64 `json:"test_loss,omitzero"`
	TestAccuracy *float64 `json:"test_accuracy,omitzero"`
}

// A Result is a network with its metrics.
type Result struct {
	Network Network `json:"network"`
	Loss    float64 `json:"loss"` // Metrics.Loss again
	Metrics Metrics `json:"metrics"`
}

// Result returns a copy of the current network with its metrics.
func (t *Trainer) Result() Result {
	m := t.Metrics()
	return Result{Network: t.Network(), Loss: m.Loss, Metrics: m}
}

// Metrics evaluates the current network.
func (t *Trainer) Metrics() Metrics {
	t.acquire()
	defer t.release()
	var m Metrics
	m.Loss, m.Accuracy = t.evaluate(t.train)
	if t.test.n > 0 {
		var loss float64
		loss, m.TestAccuracy = t.evaluate(t.test)
		m.TestLoss = &loss
	}
	return m
}

func (t *Trainer) evaluate(s samples) (loss float64, accuracy *float64) {
	correct := 0
	for i := range s.blocks {
		if !t.proceed(t.forwardTime) {
			break
		}
		b := &s.blocks[i]
		out := t.run(b.x, b.width)
		l, c := t.lossOf(b, out)
		loss += l
		correct += c
	}
	loss /= float64(s.n)
	if t.config.Task == Classification {
		accuracy = share(correct, s.n)
	}
	return clamped(loss), accuracy
}

// lossOf returns the sum of the losses of a block, and of a classifier how many outputs are right. out is
// what the network says of the block.
func (t *Trainer) lossOf(b *block, out []float64) (loss float64, correct int) {
	if t.config.Task == Regression {
		return kernel.HalfSquaredError(out, b.y[:b.n]), 0
	}
	return kernel.CrossEntropy(out, b.y[:b.n], t.scratch, t.Outputs(), b.width)
}

// clamped returns v, or the largest number if v overflowed. A loss that overflows must not end a
// run: how often it is computed depends on how the steps are split into calls, and the run must not
// depend on that.
func clamped(v float64) float64 {
	if notFinite(v) {
		return math.MaxFloat64
	}
	return v
}

// Confusion counts classifications: Train[k][j] is the number of training points of class k that
// the network classifies as class j, Test the same for the held-out points.
type Confusion struct {
	Train, Test [][]int
}

// Confusion evaluates the current classifier. Both matrices are C×C.
func (t *Trainer) Confusion() Confusion {
	t.acquire()
	defer t.release()
	return Confusion{Train: t.confusion(t.train), Test: t.confusion(t.test)}
}

func (t *Trainer) confusion(s samples) [][]int {
	c := t.Outputs()
	counts := make([][]int, c)
	for k := range counts {
		counts[k] = make([]int, c)
	}
	if t.config.Task != Classification {
		panic("nn: the confusion matrix of a regression")
	}
	for i := range s.blocks {
		if !t.proceed(t.forwardTime) {
			break
		}
		b := &s.blocks[i]
		out := t.run(b.x, b.width)
		for j, label := range b.y[:b.n] {
			best := 0
			for k := 1; k < c; k++ {
				if out[k*b.width+j] > out[best*b.width+j] {
					best = k
				}
			}
			counts[int(label)][best]++
		}
	}
	return counts
}

// A ClassScore says how well one class is told from the others. A share of no points is nil.
type ClassScore struct {
	Precision *float64 // the share of this class among the points classified as it
	Recall    *float64 // the share of the points of this class that are classified as it
	Support   int      // the number of points of this class
}

// PerClass returns the score of every class from a matrix of a Confusion.
func PerClass(counts [][]int) []ClassScore {
	scores := make([]ClassScore, len(counts))
	for k := range counts {
		of, taken := 0, 0
		for j := range counts {
			of += counts[k][j]
			taken += counts[j][k]
		}
		scores[k] = ClassScore{share(counts[k][k], taken), share(counts[k][k], of), of}
	}
	return scores
}

func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) / float64(whole)
	return &v
}

// At returns the step and the epoch of the current network.
func (t *Trainer) At() (step, epoch int) { return t.step, t.epoch }

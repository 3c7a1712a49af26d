package nn

import "math"

// A LossCurve is the loss along an update: at length t all parameters have moved by t times what the
// update moves them. 0 is the network before the update, and 1 the network after it. The loss is that
// of [Metrics].
type LossCurve struct {
	At   []float64 `json:"at"`
	Loss []float64 `json:"loss"`
}

// The lengths of a loss curve: eighths from -1/2 to 2.
const (
	curveFrom   = -4
	curveTo     = 16
	curveShares = 8
)

// ExplainEvaluations is how many times [Trainer.Explain] takes as long as Metrics, besides an update.
const ExplainEvaluations = curveTo - curveFrom + 1 + 2*2 + 3 // a loss under dropout is twice as much, a gradient three times

// curve notes the loss along the update that the trainer has just made.
func (e *explanation) curve() {
	t := e.t
	after := append([]float64(nil), t.theta...)
	for k := curveFrom; k <= curveTo; k++ {
		at := float64(k) / curveShares
		for i, before := range t.good.theta {
			t.theta[i] = math.FMA(at, after[i]-before, before)
		}
		if k == curveShares {
			copy(t.theta, after)
		}
		loss, _ := t.evaluate(t.train)
		e.Curve.At = append(e.Curve.At, at)
		e.Curve.Loss = append(e.Curve.Loss, loss)
	}
}

// numericStep is how far to the left and to the right of a parameter of size 1 the loss is taken: the
// cube root of the precision of a float64.
const numericStep = 6e-6

// numeric notes the gradient of the mean loss of the batch from differences.
func (e *explanation) numeric() {
	t := e.t
	before := t.theta[e.index]
	h := numericStep * max(1, math.Abs(before))
	t.theta[e.index] = before + h
	right := e.batchLoss()
	t.theta[e.index] = before - h
	left := e.batchLoss()
	t.theta[e.index] = before
	e.Batch.Numeric, e.Batch.H = told((right-left)/(2*h)), h
	e.Batch.Left, e.Batch.Right = told(left), told(right)
}

// batchLoss returns the mean loss of the batch under the masks of the update.
func (e *explanation) batchLoss() float64 {
	t, loss := e.t, 0.0
	e.blocks(func(b *block) {
		out := t.forwardTraining(b)
		sum, _ := t.lossOf(b, out)
		loss += sum
	})
	return loss / float64(len(e.Batch.Points))
}

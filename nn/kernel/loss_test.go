package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"github.com/nnvisu/nnvisu/nn/kernel/reference"
)

const (
	// lossTolerance is for losses and probabilities against the reference.
	lossTolerance = 1e-12
	// lossSlopeTolerance is for gradients against central differences, whose own error with steps
	// of 6e-6 is a few times 1e-11.
	lossSlopeTolerance = 1e-9
)

func TestSoftmax(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2, 0))
		for c := 1; c <= 10; c++ {
			for _, n := range []int{8, 16, 40} {
				logits := normals(rng, c*n)
				want := slices.Clone(logits)
				reference.Softmax(want, c, n)
				p := newBuffer(c*n, 0)
				copy(p.in, logits)
				Softmax(p.in, c, n)
				if !p.intact() {
					t.Errorf("Softmax of %d×%d wrote beyond its slice", c, n)
				}
				for i := range want {
					if !near(p.in[i], want[i], lossTolerance) {
						t.Errorf("Softmax of %d×%d: number %d = %v; want %v", c, n, i, p.in[i],
							want[i])
					}
				}
			}
		}
	})
}

func crossEntropy(logits, labels []float64, c, n int) (loss float64, correct int) {
	return CrossEntropy(logits, labels, make([]float64, 2*n), c, n)
}

// column returns column j of a matrix whose rows have n numbers.
func column(m []float64, n, j int) []float64 {
	var v []float64
	for ; j < len(m); j += n {
		v = append(v, m[j])
	}
	return v
}

// columns returns a matrix of Lanes equal columns.
func columns(column []float64) []float64 {
	var m []float64
	for _, v := range column {
		m = append(m, slices.Repeat([]float64{v}, Lanes)...)
	}
	return m
}

func TestSoftmaxExtremes(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		for _, c := range []struct{ logits, want []float64 }{
			{[]float64{1000, 0}, []float64{1, 0}},
			{[]float64{-1000, 0}, []float64{0, 1}},
			{[]float64{350, -350}, []float64{1, math.Exp(-700)}},
			{[]float64{1e308, -1e307, 1e308}, []float64{0.5, 0, 0.5}},
			{[]float64{-1e308, -1e308}, []float64{0.5, 0.5}},
			{[]float64{7, 7, 7, 7}, []float64{0.25, 0.25, 0.25, 0.25}},
		} {
			got := columns(c.logits)
			Softmax(got, len(c.logits), Lanes)
			for k, want := range c.want {
				if v := got[k*Lanes+3]; math.Abs(v-want) > lossTolerance*want {
					t.Errorf("Softmax(%v) = %v at %d; want %v", c.logits, v, k, want)
				}
			}
		}
	})
}

// TestCrossEntropy compares with the reference, and the gradient with differences of the loss.
func TestCrossEntropy(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 0))
		const scale = 0.125
		for c := 2; c <= 10; c++ {
			for _, n := range []int{8, 24} {
				logits, labels, classes := normals(rng, c*n), make([]float64, n), make([]int, n)
				for j := range labels {
					classes[j] = rng.IntN(c)
					labels[j] = float64(classes[j])
				}
				want := slices.Clone(logits)
				wantLoss, wantCorrect := reference.SoftmaxCrossEntropy(want, classes, scale, c, n)
				loss, correct := crossEntropy(logits, labels, c, n)
				if !near(loss, wantLoss, lossTolerance) || correct != wantCorrect {
					t.Errorf("CrossEntropy of %d×%d = %v, %d correct; want %v, %d", c, n, loss,
						correct, wantLoss, wantCorrect)
				}
				slopes := fd.Gradient(nil, func(x []float64) float64 { loss, _ := crossEntropy(x, labels, c, n); return loss },
					logits, &fd.Settings{Formula: fd.Central})

				grad := newBuffer(c*n, 0)
				copy(grad.in, logits)
				SoftmaxGradient(grad.in, labels, scale, c, n)
				for i := range want {
					if !near(grad.in[i], want[i], lossTolerance) || !near(grad.in[i], scale*slopes[i], lossSlopeTolerance) {
						t.Errorf("SoftmaxGradient of %d×%d: number %d = %v; want %v, by differences %v", c, n, i, grad.in[i], want[i], scale*slopes[i])
					}
				}
				if !grad.intact() {
					t.Error("wrote beyond the logits")
				}
				// Columns beyond the labels do not count.
				wantLoss, wantCorrect = reference.SoftmaxCrossEntropy(columns(column(logits, n, 0)),
					slices.Repeat(classes[:1], Lanes), 1, c, Lanes)
				if loss, correct := crossEntropy(logits, labels[:1], c, n); !near(loss, wantLoss/Lanes, lossTolerance) || correct != wantCorrect/Lanes {
					t.Errorf("CrossEntropy of the first column of %d×%d = %v, %d correct; want %v, %d", c, n, loss, correct, wantLoss/Lanes, wantCorrect/Lanes)
				}
			}
		}
	})
}

func TestCrossEntropyExtremes(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		for _, c := range []struct {
			logits  []float64
			label   int
			loss    float64
			correct int
			grad    []float64
		}{
			{[]float64{1000, -1000}, 0, 0, 1, []float64{0, 0}},
			{[]float64{1000, -1000}, 1, 2000, 0, []float64{1, -1}},
			{[]float64{1e307, -1e307}, 1, 2e307, 0, []float64{1, -1}},
			// Equal outputs count as the first class.
			{[]float64{3, 3}, 0, math.Ln2, 1, []float64{-0.5, 0.5}},
			{[]float64{3, 3}, 1, math.Ln2, 0, []float64{0.5, -0.5}},
			{[]float64{0, 5, 5}, 1, math.Log(2 + math.Exp(-5)), 1, nil},
			{[]float64{0, 5, 5}, 2, math.Log(2 + math.Exp(-5)), 0, nil},
		} {
			label := float64(c.label)
			loss, correct := crossEntropy(columns(c.logits), []float64{label}, len(c.logits), Lanes)
			if !near(loss, c.loss, lossTolerance) || correct != c.correct {
				t.Errorf("CrossEntropy(%v, label %d) = %v, %d correct; want %v, %d", c.logits,
					c.label, loss, correct, c.loss, c.correct)
			}
			grad := columns(c.logits)
			SoftmaxGradient(grad, slices.Repeat([]float64{label}, Lanes), 1, len(c.logits), Lanes)
			for k, want := range c.grad {
				if !near(grad[k*Lanes+5], want, lossTolerance) {
					t.Errorf("SoftmaxGradient(%v, label %d) = %v; want %v in each column", c.logits,
						c.label, grad, c.grad)
					break
				}
			}
		}
	})
}

// TestLossNotFinite holds that outputs that are not finite make a loss and a gradient that are not.
func TestLossNotFinite(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for k := range 3 {
				logits := []float64{1, 2, 3}
				logits[k] = bad
				// Minus infinity is a probability of 0, which only its own class minds.
				if loss, _ := crossEntropy(columns(logits), []float64{float64(k)}, 3, Lanes); Finite([]float64{loss}) {
					t.Errorf("CrossEntropy with %v at the label = %v; want a loss that is not finite", bad, loss)
				}
				grad := columns(logits)
				SoftmaxGradient(grad, make([]float64, Lanes), 1, 3, Lanes)
				if !math.IsInf(bad, -1) && Finite(grad) {
					t.Errorf("SoftmaxGradient with %v = %v; want one that is not finite", bad, grad)
				}
			}
			if loss := HalfSquaredError([]float64{0, bad}, []float64{0, 0}); Finite([]float64{loss}) {
				t.Errorf("HalfSquaredError with %v = %v; want a loss that is not finite", bad, loss)
			}
		}
	})
}

// TestHalfSquaredError is worked by hand: the errors are 1, -0.5 and 0, so the loss is (1 + 0.25)/2
// and the gradient of half of it half the errors.
func TestHalfSquaredError(t *testing.T) {
	out := newBuffer(4, 7)
	copy(out.in, []float64{1.5, -1, 0.25})
	targets := []float64{0.5, -0.5, 0.25} // the fourth output has none
	if loss, want := HalfSquaredError(out.in, targets), 0.625; loss != want {
		t.Errorf("HalfSquaredError = %v; want %v", loss, want)
	}
	SquaredErrorGradient(out.in, targets, 0.5)
	if want := []float64{0.5, -0.25, 0, 7}; !slices.Equal(out.in, want) || !out.intact() {
		t.Errorf("SquaredErrorGradient = %v; want %v", out.all, want)
	}
}

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
)

const (
	// lossTolerance is for losses and probabilities against their formulas.
	lossTolerance = 1e-13
	// lossSlopeTolerance is for gradients against central differences.
	lossSlopeTolerance = 1e-9
)

// plainCrossEntropy is the sum over the columns of -ln softmax at the label.
func plainCrossEntropy(logits []float64, labels []int, c, n int) float64 {
	loss := 0.0
	for j := range n {
		sum := 0.0
		for k := range c {
			sum += math.Exp(logits[k*n+j])
		}
		loss -= math.Log(math.Exp(logits[labels[j]*n+j]) / sum)
	}
	return loss
}

func TestSoftmax(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for c := 1; c <= 10; c++ {
		for _, n := range []int{1, 2, 7, 64} {
			logits := normals(rng, c*n)
			p := newBuffer(c*n, 0)
			copy(p.in, logits)
			Softmax(p.in, c, n)
			if !p.intact() {
				t.Errorf("Softmax of %d×%d wrote beyond its slice", c, n)
			}
			for j := range n {
				sum, total := 0.0, 0.0
				for k := range c {
					sum += math.Exp(logits[k*n+j])
					total += p.in[k*n+j]
				}
				if !near(total, 1, lossTolerance) {
					t.Errorf("Softmax of %d×%d: column %d sums to %v; want 1", c, n, j, total)
				}
				for k := range c {
					if want := math.Exp(logits[k*n+j]) / sum; !near(p.in[k*n+j], want, lossTolerance) {
						t.Errorf("Softmax of %d×%d at (%d, %d) = %v; want %v", c, n, k, j, p.in[k*n+j], want)
					}
				}
			}
		}
	}
}

func TestSoftmaxExtremes(t *testing.T) {
	for _, c := range []struct{ logits, want []float64 }{
		{[]float64{1000, 0}, []float64{1, 0}},
		{[]float64{-1000, 0}, []float64{0, 1}},
		{[]float64{1e308, -1e307, 1e308}, []float64{0.5, 0, 0.5}},
		{[]float64{-1e308, -1e308}, []float64{0.5, 0.5}},
		{[]float64{7, 7, 7, 7}, []float64{0.25, 0.25, 0.25, 0.25}},
	} {
		got := slices.Clone(c.logits)
		if Softmax(got, len(got), 1); !slices.Equal(got, c.want) {
			t.Errorf("Softmax(%v) = %v; want %v", c.logits, got, c.want)
		}
	}
}

func TestSoftmaxCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	const scale = 0.125
	for c := 2; c <= 10; c++ {
		for _, n := range []int{1, 3, 20} {
			t.Run(fmt.Sprintf("%dx%d", c, n), func(t *testing.T) {
				logits, labels := normals(rng, c*n), make([]int, n)
				wantCorrect := 0
				for j := range labels {
					labels[j] = rng.IntN(c)
					best := 0
					for k := range c {
						if logits[k*n+j] > logits[best*n+j] {
							best = k
						}
					}
					if best == labels[j] {
						wantCorrect++
					}
				}
				wantLoss := plainCrossEntropy(logits, labels, c, n)
				wantGrad := fd.Gradient(nil, func(x []float64) float64 { return plainCrossEntropy(x, labels, c, n) },
					logits, &fd.Settings{Formula: fd.Central})

				grad := newBuffer(c*n, 0)
				copy(grad.in, logits)
				loss, correct := SoftmaxCrossEntropy(grad.in, labels, scale, c, n)
				if !near(loss, wantLoss, lossTolerance) || correct != wantCorrect {
					t.Errorf("SoftmaxCrossEntropy = %v, %d correct; want %v, %d", loss, correct, wantLoss, wantCorrect)
				}
				for i, want := range wantGrad {
					if !near(grad.in[i], scale*want, lossSlopeTolerance) {
						t.Errorf("gradient[%d] = %v; want %v", i, grad.in[i], scale*want)
					}
				}
				if !grad.intact() {
					t.Error("wrote beyond the logits")
				}
			})
		}
	}
}

func TestSoftmaxCrossEntropyExtremes(t *testing.T) {
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
		grad := slices.Clone(c.logits)
		loss, correct := SoftmaxCrossEntropy(grad, []int{c.label}, 1, len(grad), 1)
		if !near(loss, c.loss, lossTolerance) || correct != c.correct {
			t.Errorf("SoftmaxCrossEntropy(%v, label %d) = %v, %d correct; want %v, %d", c.logits, c.label, loss, correct, c.loss, c.correct)
		}
		for k, want := range c.grad {
			if !near(grad[k], want, lossTolerance) {
				t.Errorf("SoftmaxCrossEntropy(%v, label %d) gradient = %v; want %v", c.logits, c.label, grad, c.grad)
				break
			}
		}
	}
}

// TestLossNotFinite holds that outputs that are not finite make a loss that is not.
func TestLossNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for k := range 3 {
			logits := []float64{1, 2, 3}
			logits[k] = bad
			// Minus infinity is a probability of 0, which only its own class minds.
			loss, _ := SoftmaxCrossEntropy(logits, []int{k}, 1, 3, 1)
			if Finite([]float64{loss}) {
				t.Errorf("SoftmaxCrossEntropy with %v at the label = %v; want a loss that is not finite", bad, loss)
			}
		}
		if loss := HalfSquaredError([]float64{0, bad}, []float64{0, 0}, 1); Finite([]float64{loss}) {
			t.Errorf("HalfSquaredError with %v = %v; want a loss that is not finite", bad, loss)
		}
	}
}

// TestHalfSquaredError is worked by hand: the errors are 1, -0.5 and 0, so the
// loss is (1 + 0.25)/2 and the gradient of half of it half the errors.
func TestHalfSquaredError(t *testing.T) {
	out := newBuffer(3, 0)
	copy(out.in, []float64{1.5, -1, 0.25})
	loss := HalfSquaredError(out.in, []float64{0.5, -0.5, 0.25}, 0.5)
	if want := 0.625; loss != want {
		t.Errorf("HalfSquaredError = %v; want %v", loss, want)
	}
	if want := []float64{0.5, -0.25, 0}; !slices.Equal(out.in, want) || !out.intact() {
		t.Errorf("HalfSquaredError gradient = %v; want %v", out.all, want)
	}
}

package kernel

import (
	"math"

	"nnvisu/nn/detmath"
)

// logitBound is how large logits may be for the vector kernels: differences
// stay where e^x is a normal number.
const logitBound = 350

// Softmax turns the columns of logits (C×n) into class probabilities,
// subtracting each column's largest logit first so that nothing overflows
// (Goodfellow, Bengio & Courville 2016, "Deep Learning", section 4.1).
func Softmax(logits []float64, c, n int) {
	checkLanes(n)
	logits = leading(logits, c*n)
	if vector != nil && Within(logits, logitBound) {
		vector.softmax(&logits[0], c, n)
		return
	}
	for j := range n {
		sum := exponentials(logits, c, n, j)
		for k := range c {
			logits[k*n+j] /= sum
		}
	}
}

// SoftmaxGradient replaces the columns of logits (C×n) by the gradient of
// their cross-entropy with the labels times scale: scale·(softmax - one-hot).
func SoftmaxGradient(logits, labels []float64, scale float64, c, n int) {
	checkLanes(n)
	logits, labels = leading(logits, c*n), leading(labels, n)
	if vector != nil && Within(logits, logitBound) {
		vector.softmaxGradient(&logits[0], &labels[0], scale, c, n)
		return
	}
	for j, label := range labels {
		gain := scale / exponentials(logits, c, n, j)
		for k := range c {
			minus := 0.0
			if float64(k) == label {
				minus = -scale
			}
			logits[k*n+j] = math.FMA(logits[k*n+j], gain, minus)
		}
	}
}

// exponentials replaces column j of logits by e^(logit - largest) and returns
// the sum.
func exponentials(logits []float64, c, n, j int) float64 {
	top := columnMax(logits, c, n, j)
	sum := 0.0
	for k := range c {
		e := detmath.Exp(logits[k*n+j] - top)
		logits[k*n+j] = e
		sum += e
	}
	return sum
}

// CrossEntropy returns the sum over the first len(labels) columns of logits
// (C×n) of the cross-entropy with the labels, in nats, and the number of these columns
// whose largest logit (the first of equals) is that of the label.
func CrossEntropy(logits, labels []float64, c, n int) (loss float64, correct int) {
	for j, l := range labels {
		top := columnMax(logits, c, n, j)
		label := int(l)
		sum, best := 0.0, -1
		for k := range c {
			v := logits[k*n+j]
			if best < 0 && v == top {
				best = k
			}
			sum += detmath.Exp(v - top)
		}
		if best == label {
			correct++
		}
		loss += detmath.Log(sum) - (logits[label*n+j] - top)
	}
	return loss, correct
}

func columnMax(m []float64, rows, n, j int) float64 {
	top := m[j]
	for k := 1; k < rows; k++ {
		top = max(top, m[k*n+j])
	}
	return top
}

// HalfSquaredError returns the sum of ½(output - target)².
func HalfSquaredError(outputs, targets []float64) (loss float64) {
	for j, y := range targets {
		e := outputs[j] - y
		loss += float64(0.5 * e * e)
	}
	return loss
}

// SquaredErrorGradient replaces the outputs by the gradient of HalfSquaredError
// times scale.
func SquaredErrorGradient(outputs, targets []float64, scale float64) {
	for j, y := range targets {
		outputs[j] = scale * (outputs[j] - y)
	}
}

package kernel

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// logitBound is the largest size of a logit for the vector kernels. Up to it e^x of a difference of
// logits is a normal number.
const logitBound = 350

// Softmax turns the columns of logits (C×n) into class probabilities, subtracting each column's
// largest logit first so that nothing overflows (Goodfellow, Bengio & Courville 2016, "Deep
// Learning", section 4.1).
func Softmax(logits []float64, c, n int) {
	checkLanes(n)
	logits = leading(logits, c*n)
	if vector != nil && Within(logits, logitBound) {
		vector.softmax(&logits[0], c, n)
		return
	}
	for j := range n {
		_, sum := exponentials(logits, c, n, j, true)
		for k := range c {
			logits[k*n+j] /= sum
		}
	}
}

// SoftmaxGradient replaces the columns of logits (C×n) by the gradient of their cross-entropy with
// the labels times scale: scale·(softmax - one-hot).
func SoftmaxGradient(logits, labels []float64, scale float64, c, n int) {
	checkLanes(n)
	logits, labels = leading(logits, c*n), leading(labels, n)
	if vector != nil && Within(logits, logitBound) {
		vector.softmaxGradient(&logits[0], &labels[0], scale, c, n)
		return
	}
	for j, label := range labels {
		_, sum := exponentials(logits, c, n, j, true)
		gain := scale / sum
		for k := range c {
			minus := 0.0
			if float64(k) == label {
				minus = -scale
			}
			logits[k*n+j] = math.FMA(logits[k*n+j], gain, minus)
		}
	}
}

// CrossEntropy returns the sum over the first len(labels) columns of logits (C×n) of the
// cross-entropy with the labels, in nats, and the number of these columns whose largest logit (the
// first of equals) is that of the label. room is scratch space of 2·n numbers.
func CrossEntropy(logits, labels, room []float64, c, n int) (loss float64, correct int) {
	checkLanes(n)
	logits, room = leading(logits, c*n), leading(room, 2*n)
	tops, sums := room[:n], room[n:]
	if vector != nil && Within(logits, logitBound) {
		vector.exponentials(&tops[0], &sums[0], &logits[0], c, n)
	} else {
		for j := range n {
			tops[j], sums[j] = exponentials(logits, c, n, j, false)
		}
	}
	for j, l := range labels {
		own, top := logits[int(l)*n+j], tops[j]
		loss += detmath.Log(sums[j]) - (own - top)
		if own == top && firstOf(logits, top, n, j) == int(l) {
			correct++
		}
	}
	return loss, correct
}

// firstOf returns the first row whose number in column j is v.
func firstOf(m []float64, v float64, n, j int) int {
	k := 0
	for m[k*n+j] != v {
		k++
	}
	return k
}

// exponentials returns the largest logit of column j and the sum of e^(logit - largest). If replace
// is true, the exponentials replace the logits.
func exponentials(logits []float64, c, n, j int, replace bool) (top, sum float64) {
	top = logits[j]
	for k := 1; k < c; k++ {
		top = max(top, logits[k*n+j])
	}
	for k := range c {
		e := detmath.Exp(logits[k*n+j] - top)
		if replace {
			logits[k*n+j] = e
		}
		sum += e
	}
	return top, sum
}

// HalfSquaredError returns the sum of ½(output - target)².
func HalfSquaredError(outputs, targets []float64) (loss float64) {
	for j, y := range targets {
		e := outputs[j] - y
		loss += float64(0.5 * e * e)
	}
	return loss
}

// SquaredErrorGradient replaces the outputs by the gradient of HalfSquaredError times scale.
func SquaredErrorGradient(outputs, targets []float64, scale float64) {
	for j, y := range targets {
		outputs[j] = scale * (outputs[j] - y)
	}
}

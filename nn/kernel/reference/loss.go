package reference

import "math"

// Softmax turns the columns of logits (C×n) into class probabilities, subtracting each column's
// largest logit first so that nothing overflows (Goodfellow, Bengio & Courville 2016, "Deep
// Learning", section 4.1).
func Softmax(logits []float64, c, n int) {
	for j := range n {
		top := columnMax(logits, c, n, j)
		sum := 0.0
		for k := range c {
			e := math.Exp(logits[k*n+j] - top)
			logits[k*n+j] = e
			sum += e
		}
		for k := range c {
			logits[k*n+j] /= sum
		}
	}
}

// SoftmaxCrossEntropy returns the sum over the n columns of logits (C×n) of the cross-entropy with
// the labels, in nats, and the number of columns whose largest logit (the first of equals) is that
// of the label. It replaces the logits by the gradient of the sum times scale: scale·(softmax -
// one-hot).
func SoftmaxCrossEntropy(
	logits []float64, labels []int, scale float64, c, n int,
) (loss float64, correct int) {
	for j := range n {
		top := columnMax(logits, c, n, j)
		label := labels[j]
		shifted := logits[label*n+j] - top
		sum, best := 0.0, -1
		for k := range c {
			if best < 0 && logits[k*n+j] == top {
				best = k
			}
			e := math.Exp(logits[k*n+j] - top)
			logits[k*n+j] = e
			sum += e
		}
		if best == label {
			correct++
		}
		loss += math.Log(sum) - shifted
		gain := scale / sum
		for k := range c {
			logits[k*n+j] *= gain
		}
		logits[label*n+j] -= scale
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

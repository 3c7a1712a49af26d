package kernel

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// An Update changes the parameters p by one optimizer step, given the gradient g. It reads and
// writes only the moments that its rule keeps; the others may be nil. rate is the learning rate, t
// the number of the update, from 1. All slices have the same length, a multiple of Lanes.
type Update func(p, g, first, second []float64, rate float64, t int)

// Constants of the optimizers: PyTorch's defaults.
const (
	momentum   = 0.9
	rmspropA   = 0.99
	rmspropEps = 1e-8
	adagradEps = 1e-10
	adamBeta1  = 0.9
	adamBeta2  = 0.999
	adamEps    = 1e-8
)

// SGD is p ← p - rate·g.
func SGD(p, g, _, _ []float64, rate float64, _ int) {
	checkLengths(len(p), g)
	if vector != nil {
		vector.sgd(&p[0], &g[0], len(p), rate)
		return
	}
	for i, gi := range g {
		p[i] = math.FMA(-rate, gi, p[i])
	}
}

// Momentum is the heavy ball in PyTorch's form (Sutskever et al. 2013, equation 1, with the rate
// outside of the velocity): v ← 0.9·v + g, p ← p - rate·v.
func Momentum(p, g, first, _ []float64, rate float64, _ int) {
	checkLengths(len(p), g, first)
	if vector != nil {
		vector.heavyBall(&p[0], &g[0], &first[0], len(p), rate)
		return
	}
	for i, gi := range g {
		first[i] = math.FMA(first[i], momentum, gi)
		p[i] = math.FMA(-rate, first[i], p[i])
	}
}

// Nesterov looks ahead along the velocity (Sutskever et al. 2013, equation 3, in PyTorch's form): v
// ← 0.9·v + g, p ← p - rate·(g + 0.9·v).
func Nesterov(p, g, first, _ []float64, rate float64, _ int) {
	checkLengths(len(p), g, first)
	if vector != nil {
		vector.nesterov(&p[0], &g[0], &first[0], len(p), rate)
		return
	}
	for i, gi := range g {
		first[i] = math.FMA(first[i], momentum, gi)
		p[i] = math.FMA(-rate, math.FMA(first[i], momentum, gi), p[i])
	}
}

// RMSprop divides by the root of a running mean of g² (Tieleman & Hinton 2012, lecture 6.5): s ←
// 0.99·s + 0.01·g², p ← p - rate·g/(√s + ε).
func RMSprop(p, g, _, second []float64, rate float64, _ int) {
	checkLengths(len(p), g, second)
	if vector != nil {
		vector.rmsprop(&p[0], &g[0], &second[0], len(p), rate)
		return
	}
	for i, gi := range g {
		second[i] = math.FMA((1-rmspropA)*gi, gi, second[i]*rmspropA)
		p[i] -= rate * gi / (math.Sqrt(second[i]) + rmspropEps)
	}
}

// Adagrad divides by the root of the sum of all g² (Duchi, Hazan & Singer 2011, figure 1,
// diagonal): s ← s + g², p ← p - rate·g/(√s + ε).
func Adagrad(p, g, _, second []float64, rate float64, _ int) {
	checkLengths(len(p), g, second)
	if vector != nil {
		vector.adagrad(&p[0], &g[0], &second[0], len(p), rate)
		return
	}
	for i, gi := range g {
		second[i] = math.FMA(gi, gi, second[i])
		p[i] -= rate * gi / (math.Sqrt(second[i]) + adagradEps)
	}
}

// Adam is Kingma & Ba 2015, algorithm 1, with ε outside of the bias correction's root as in
// PyTorch: m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², p ← p - rate/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε).
func Adam(p, g, first, second []float64, rate float64, t int) {
	checkLengths(len(p), g, first, second)
	step := rate / (1 - detmath.Pow(adamBeta1, t))
	invRoot := 1 / math.Sqrt(1-detmath.Pow(adamBeta2, t))
	if vector != nil {
		vector.adam(&p[0], &g[0], &first[0], &second[0], len(p), step, invRoot)
		return
	}
	for i, gi := range g {
		first[i] = math.FMA(gi, 1-adamBeta1, first[i]*adamBeta1)
		second[i] = math.FMA((1-adamBeta2)*gi, gi, second[i]*adamBeta2)
		p[i] -= step * first[i] / math.FMA(math.Sqrt(second[i]), invRoot, adamEps)
	}
}

// AddPenalty adds l1·sign(w) + l2·w to g, the gradient with respect to the weights w. The sign of 0
// is 0.
func AddPenalty(g, w []float64, l1, l2 float64) {
	for i, wi := range w {
		g[i] = math.FMA(l2, wi, g[i])
		switch {
		case wi > 0:
			g[i] += l1
		case wi < 0:
			g[i] -= l1
		}
	}
}

// Scale multiplies every weight by factor: decoupled weight decay (Loshchilov & Hutter 2019,
// algorithm 2) with factor 1 - rate·λ.
func Scale(w []float64, factor float64) {
	for i := range w {
		w[i] *= factor
	}
}

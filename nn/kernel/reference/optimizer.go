package reference

import "math"

// An Update changes the parameters p by one optimizer step, given the gradient
// g (which it may overwrite) and the moments that the rule keeps. rate is the learning rate,
// t the number of this update, from 1. All slices have the same length.
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
	for i, gi := range g {
		p[i] -= float64(rate * gi)
	}
}

// Momentum is the heavy ball in PyTorch's form (Sutskever et al. 2013,
// equation 1, with the rate outside of the velocity): v ← 0.9·v + g, p ← p - rate·v.
func Momentum(p, g, first, _ []float64, rate float64, _ int) {
	for i, gi := range g {
		first[i] = float64(momentum*first[i]) + gi
		p[i] -= float64(rate * first[i])
	}
}

// Nesterov looks ahead along the velocity (Sutskever et al. 2013, equation 3,
// in PyTorch's form): v ← 0.9·v + g, p ← p - rate·(g + 0.9·v).
func Nesterov(p, g, first, _ []float64, rate float64, _ int) {
	for i, gi := range g {
		first[i] = float64(momentum*first[i]) + gi
		p[i] -= float64(rate * (gi + float64(momentum*first[i])))
	}
}

// RMSprop divides by the root of a running mean of g² (Tieleman & Hinton
// 2012, lecture 6.5): s ← 0.99·s + 0.01·g², p ← p - rate·g/(√s + ε).
func RMSprop(p, g, _, second []float64, rate float64, _ int) {
	for i, gi := range g {
		second[i] = float64(rmspropA*second[i]) + float64((1-rmspropA)*gi*gi)
		p[i] -= float64(rate * gi / (math.Sqrt(second[i]) + rmspropEps))
	}
}

// Adagrad divides by the root of the sum of all g² (Duchi, Hazan & Singer
// 2011, figure 1, diagonal): s ← s + g², p ← p - rate·g/(√s + ε).
func Adagrad(p, g, _, second []float64, rate float64, _ int) {
	for i, gi := range g {
		second[i] += float64(gi * gi)
		p[i] -= float64(rate * gi / (math.Sqrt(second[i]) + adagradEps))
	}
}

// Adam is Kingma & Ba 2015, algorithm 1, with ε outside of the bias
// correction's root as in PyTorch: m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g²,
// p ← p - rate/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε).
func Adam(p, g, first, second []float64, rate float64, t int) {
	step := rate / (1 - math.Pow(adamBeta1, float64(t)))
	root := math.Sqrt(1 - math.Pow(adamBeta2, float64(t)))
	for i, gi := range g {
		first[i] = float64(adamBeta1*first[i]) + float64((1-adamBeta1)*gi)
		second[i] = float64(adamBeta2*second[i]) + float64((1-adamBeta2)*gi*gi)
		p[i] -= float64(step * first[i] / (math.Sqrt(second[i])/root + adamEps))
	}
}

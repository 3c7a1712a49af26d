package dataset

import "github.com/nnvisu/nnvisu/nn/detmath"

// square draws places uniformly from [-1, 1)², for a regression.
func square(rnd random, _ int) func(int) (x, y float64) {
	return func(int) (x, y float64) {
		return rnd.uniform(-1, 1), rnd.uniform(-1, 1)
	}
}

// plane returns (x + y) / 2: -1 in the lower left corner, 1 in the upper right.
func plane(x, y float64) float64 {
	return (x + y) / 2
}

// hills returns the sum of five Gaussian bumps, three up and two down:
//
//	Σ height·exp(-((x-xₖ)² + (y-yₖ)²) / (2·0.22²))
//
// It stays within [-1, 1] and comes close to both.
func hills(x, y float64) float64 {
	const width = 0.22
	bumps := [...]struct{ x, y, height float64 }{
		{-0.55, 0.5, 0.95},
		{0.1, 0.4, -0.95},
		{0.65, 0.6, 0.8},
		{-0.4, -0.45, -0.8},
		{0.4, -0.4, 0.95},
	}
	sum := 0.0
	for _, b := range bumps {
		dx, dy := x-b.x, y-b.y
		d2 := float64(dx*dx) + float64(dy*dy)
		sum += float64(b.height * detmath.Exp(-d2/(2*width*width)))
	}
	return sum
}

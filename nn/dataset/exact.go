package dataset

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// direction returns (cos 2πt, sin 2πt), the unit vector at an angle of t turns anticlockwise from
// (1, 0).
func direction(turns float64) (x, y float64) {
	angle := 2 * math.Pi * turns
	return detmath.Cos(angle), detmath.Sin(angle)
}

// fold returns v reflected at -1 and 1 until it lies between them, like a ball between two walls.
func fold(v float64) float64 {
	for math.Abs(v) > 1 {
		v = math.Copysign(2, v) - v
	}
	return v
}

// round returns v rounded to 4 decimals: the float64 nearest to the decimal number, so that it
// prints with 4 decimals. Zero is never negative.
func round(v float64) float64 {
	n := math.Round(v * 1e4)
	if n == 0 {
		return 0
	}
	return n / 1e4
}

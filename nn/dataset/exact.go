package dataset

import (
	"math"

	"nnvisu/nn/detmath"
)

// direction returns the unit vector at an angle counted in turns anticlockwise from (1, 0): (cos
// 2πt, sin 2πt).
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

// round returns v to 4 decimals, the nearest float64 to that decimal number, so that it is printed
// as such. Zero is never negative.
func round(v float64) float64 {
	n := math.Round(v * 1e4)
	if n == 0 {
		return 0
	}
	return n / 1e4
}

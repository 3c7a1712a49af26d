package nn

import (
	"math"

	"nnvisu/nn/detmath"
)

// A Feature is an input of the network, a function of a point's coordinates.
type Feature string

// The features.
const (
	FeatureX    Feature = "x"
	FeatureY    Feature = "y"
	FeatureX2   Feature = "x2"    // x²
	FeatureY2   Feature = "y2"    // y²
	FeatureXY   Feature = "xy"    // x·y
	FeatureSinX Feature = "sin_x" // sin 2πx
	FeatureSinY Feature = "sin_y" // sin 2πy
)

var featureTable = []struct {
	name  Feature
	value func(x, y float64) float64
}{
	{FeatureX, func(x, _ float64) float64 { return x }},
	{FeatureY, func(_, y float64) float64 { return y }},
	{FeatureX2, func(x, _ float64) float64 { return x * x }},
	{FeatureY2, func(_, y float64) float64 { return y * y }},
	{FeatureXY, func(x, y float64) float64 { return x * y }},
	{FeatureSinX, func(x, _ float64) float64 { return detmath.Sin(2 * math.Pi * x) }},
	{FeatureSinY, func(_, y float64) float64 { return detmath.Sin(2 * math.Pi * y) }},
}

// Features returns all features in the order of the page.
func Features() []Feature {
	names := make([]Feature, len(featureTable))
	for i, f := range featureTable {
		names[i] = f.name
	}
	return names
}

// FeaturesTo sets dst, D×N, to the D features at the N places (xs[j], ys[j]).
func FeaturesTo(dst []float64, features []Feature, xs, ys []float64) {
	n := len(xs)
	for i, f := range features {
		row := dst[i*n : (i+1)*n]
		switch f {
		case FeatureX: // the picture has 10,000 places
			copy(row, xs)
			continue
		case FeatureY:
			copy(row, ys)
			continue
		}
		value := f.function()
		for j := range row {
			row[j] = value(xs[j], ys[j])
		}
	}
}

// function returns the feature as a function of a place of the plane.
func (f Feature) function() func(x, y float64) float64 {
	for i := range featureTable {
		if featureTable[i].name == f {
			return featureTable[i].value
		}
	}
	panic("nn: unknown feature " + string(f))
}

package nn

import (
	"math"

	"nnvisu/nn/detmath"
)

// A Feature is an input of the network: a function of the coordinates of a point.
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

// A featureRule is a feature as a function of a place of the plane.
type featureRule func(x, y float64) float64

var featureTable = choices[Feature, featureRule]{
	{FeatureX, "x", "", func(x, _ float64) float64 { return x }},
	{FeatureY, "y", "", func(_, y float64) float64 { return y }},
	{FeatureX2, "x²", "x²", func(x, _ float64) float64 { return x * x }},
	{FeatureY2, "y²", "y²", func(_, y float64) float64 { return y * y }},
	{FeatureXY, "xy", "x·y", func(x, y float64) float64 { return x * y }},
	{FeatureSinX, "sin 2πx", "sin 2πx", func(x, _ float64) float64 { return sinTurns(x) }},
	{FeatureSinY, "sin 2πy", "sin 2πy", func(_, y float64) float64 { return sinTurns(y) }},
}

// sinTurns returns sin 2πx.
func sinTurns(x float64) float64 { return detmath.Sin(2 * math.Pi * x) }

// Features returns all features in the order of the page.
func Features() []Feature { return featureTable.names() }

// Label returns what the page and exported files call the feature.
func (f Feature) Label() string { return featureTable.label(f) }

// Note returns what the documents say of the feature behind its name, or "".
func (f Feature) Note() string { return featureTable.note(f) }

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
		value := *featureTable.rule(f)
		for j := range row {
			row[j] = value(xs[j], ys[j])
		}
	}
}

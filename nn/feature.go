package nn

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
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

// A featureRule is a feature as a function of a place of the plane, and what it takes, in nanoseconds
// of one core.
type featureRule struct {
	of    func(x, y float64) float64
	price float64
}

var featureTable = choices[Feature, featureRule]{
	{FeatureX, "x", "", featureRule{func(x, _ float64) float64 { return x }, 0.2}},
	{FeatureY, "y", "", featureRule{func(_, y float64) float64 { return y }, 0.2}},
	{FeatureX2, "x²", "x²", featureRule{func(x, _ float64) float64 { return x * x }, 2}},
	{FeatureY2, "y²", "y²", featureRule{func(_, y float64) float64 { return y * y }, 2}},
	{FeatureXY, "xy", "x·y", featureRule{func(x, y float64) float64 { return x * y }, 2}},
	{FeatureSinX, "sin 2πx", "sin 2πx", featureRule{func(x, _ float64) float64 { return sinTurns(x) }, 14}},
	{FeatureSinY, "sin 2πy", "sin 2πy", featureRule{func(_, y float64) float64 { return sinTurns(y) }, 14}},
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
		value := featureTable.rule(f).of
		for j := range row {
			row[j] = value(xs[j], ys[j])
		}
	}
}

// Package dataset draws the labelled points a network is trained on: eight classification problems
// and two regressions in the square [-1, 1]².
//
// A data set is a function without state: the same name and [Params] give the same points, bit for
// bit, on every CPU. To that end the package uses only operations whose rounding IEEE 754
// prescribes (+, -, ·, /) and the elementary functions of package detmath. Every product that is
// added to something is converted, float64(x*y)+z, so that no compiler fuses the two; products with
// a power of two are exact and need no conversion. Normal deviates come from an algorithm that only
// compares uniform numbers (random.go).
//
// Three more promises hold for every data set:
//
//   - Coordinates lie in [-1, 1] and have at most 4 decimals, and so do the labels of a regression;
//     minus zero never occurs. Points that noise would push over the border are folded back, so
//     they do not pile up on it.
//   - Point i belongs to class i mod classes: class counts differ by at most one, and fewer points
//     than classes leave the last classes empty. Label noise comes after that, and moves no point.
//   - More points begin with the same points, more noise moves the same points further along the
//     same way, and more label noise gives more points the same wrong labels: a slider changes a
//     picture, it does not replace it.
//
// The one kind of error is [*ParamError]. There is no mutable package state.
package dataset

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Limits that hold for every data set. The server's own limit on points is lower.
const (
	MaxPoints     = 1_000_000
	MaxClasses    = 10
	MaxNoise      = 0.5
	MaxLabelNoise = 1
)

// Point is a place in the square and the answer that a network should learn there.
type Point struct {
	X     float64 `json:"x"`     // in [-1, 1]
	Y     float64 `json:"y"`     // in [-1, 1]
	Label float64 `json:"label"` // a class number from 0, or in [-1, 1] for a regression
}

// Params is what a user may choose. The zero value is not valid: it has no points.
type Params struct {
	// Points is the number of points, 1 to MaxPoints.
	Points int
	// Classes is the number of classes, within the range of the data set (see [Info]). 0 means its
	// default and is the only value for a regression.
	Classes int
	// Noise is the standard deviation of the Gaussian noise added to both coordinates, or to the
	// label of a regression; 0 to MaxNoise.
	Noise float64
	// LabelNoise is the share of labels that are redrawn, about: each with this probability. Every
	// class is as likely then, the point's own included, or every number of [-1, 1] for a
	// regression; 0 to MaxLabelNoise.
	LabelNoise float64
	// Seed chooses one of 2³² draws; every value is valid.
	Seed uint32
}

// ParamError says which parameter cannot be used and why.
type ParamError struct {
	Field   string // "dataset", "points", "classes", "noise" or "label_noise"
	Message string // what it must be and what it was, such as "must be between 0 and 0.5; got 0.7"
}

// Error returns the field and the message as one sentence.
func (e *ParamError) Error() string { return e.Field + " " + e.Message }

// All describes every data set, in the order of the page. The caller may change the slice.
func All() []Info {
	all := make([]Info, len(sets))
	for i, s := range sets {
		all[i] = s.Info
	}
	return all
}

// Lookup describes the data set with the given name and reports whether it exists.
func Lookup(name string) (Info, bool) {
	s, ok := find(Name(name))
	return s.Info, ok
}

// Generate returns p.Points points of the named data set. The result depends only on the arguments;
// the package comment has its promises. The error is a [*ParamError] if the name is unknown or a
// parameter out of range.
func Generate(name Name, p Params) ([]Point, error) {
	if err := Check(name, p); err != nil {
		return nil, err
	}
	s, _ := find(name)
	if p.Classes == 0 {
		p.Classes = s.DefaultClasses
	}

	rnd := newRandom(name, p.Seed)
	noise := func() float64 { return float64(p.Noise * rnd.normal()) }
	place := s.place(rnd, p.Classes)
	points := make([]Point, p.Points)
	for i := range points {
		if s.surface != nil {
			x, y := place(0)
			x, y = round(fold(x)), round(fold(y)) // first: the label belongs to the rounded point
			points[i] = Point{X: x, Y: y, Label: round(fold(s.surface(x, y) + noise()))}
			continue
		}
		class := i % p.Classes
		x, y := place(class)
		x, y = round(fold(x+noise())), round(fold(y+noise()))
		points[i] = Point{X: x, Y: y, Label: float64(class)}
	}
	if p.LabelNoise > 0 {
		redraw(points, name, p)
	}
	return points, nil
}

// redraw gives the share of points that p says another label (Zhang and others, "Understanding deep
// learning requires rethinking generalization", 2017, section 2.1: partially corrupted labels). Its
// numbers are a stream of their own, two for each point, so that neither the points nor the labels of
// others depend on the share.
func redraw(points []Point, name Name, p Params) {
	rnd := newRandom("labels of "+name, p.Seed)
	for i := range points {
		chance, label := rnd.Float64(), rnd.Float64()
		switch {
		case chance >= p.LabelNoise:
		case p.Classes == 0:
			points[i].Label = round(2*label - 1)
		default:
			points[i].Label = math.Floor(float64(label * float64(p.Classes)))
		}
	}
}

// Check returns a [*ParamError] if the name is unknown, or one for each parameter that is out of range,
// joined, or nil.
func Check(name Name, p Params) error {
	s, ok := find(name)
	if !ok {
		message := fmt.Sprintf("must be one of %s; got %q", wireNames(), name)
		return &ParamError{"dataset", message}
	}
	if p.Classes == 0 {
		p.Classes = s.DefaultClasses
	}
	var wrong []error
	if p.Points < 1 || p.Points > MaxPoints {
		wrong = append(wrong, &ParamError{"points",
			fmt.Sprintf("must be between 1 and %d; got %d", MaxPoints, p.Points)})
	}
	switch {
	case p.Classes >= s.MinClasses && p.Classes <= s.MaxClasses:
	case s.MinClasses == s.MaxClasses:
		wrong = append(wrong, &ParamError{"classes", fmt.Sprintf("must be %d; %s has %s, got %d",
			s.MinClasses, s.Name, s.ClassesMeaning, p.Classes)})
	default:
		wrong = append(wrong, &ParamError{"classes", fmt.Sprintf("must be between %d and %d; got %d",
			s.MinClasses, s.MaxClasses, p.Classes)})
	}
	if math.IsNaN(p.Noise) || p.Noise < 0 || p.Noise > MaxNoise {
		wrong = append(wrong, &ParamError{"noise",
			fmt.Sprintf("must be between 0 and %v; got %v", MaxNoise, p.Noise)})
	}
	if !(p.LabelNoise >= 0 && p.LabelNoise <= MaxLabelNoise) {
		wrong = append(wrong, &ParamError{"label_noise",
			fmt.Sprintf("must be between 0 and %v; got %v", MaxLabelNoise, p.LabelNoise)})
	}
	return errors.Join(wrong...)
}

func find(name Name) (set, bool) {
	for _, s := range sets {
		if s.Name == name {
			return s, true
		}
	}
	return set{}, false
}

func wireNames() string {
	names := make([]string, len(sets))
	for i, s := range sets {
		names[i] = string(s.Name)
	}
	return strings.Join(names, ", ")
}

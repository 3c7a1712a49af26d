package table

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// An Axis is the linear map from the values of a column to the plane, [-1, 1]:
//
//	shown = value·Scale + Offset
//
// The zero Axis is the identity without a name.
type Axis struct {
	// Name is the name of the column.
	Name string `json:"name,omitzero"`
	// Scale is not 0, except that 0 stands for 1 in the zero value.
	Scale float64 `json:"scale,omitzero"`
	// Offset is added to the scaled value.
	Offset float64 `json:"offset,omitzero"`
}

// A Transform is an Axis for each part of a point. The Axis of a class only has a name.
type Transform struct {
	X     Axis `json:"x,omitzero"`
	Y     Axis `json:"y,omitzero"`
	Label Axis `json:"label,omitzero"`
}

// Meta belongs to points: where they came from, and what their columns and classes are called. The
// zero value is for points of the user's own without names.
type Meta struct {
	// Source is the data set that the points are, as the members of a recipe that draw them, such as
	// dataset=moons&points=100. It is empty for points that are the user's own. This package does not
	// read it.
	Source string `json:"source,omitzero"`
	// Edited is the source that own points had before the user changed some of them, or empty.
	Edited string `json:"edited,omitzero"`

	Transform Transform `json:"transform,omitzero"`
	// Classes are the names of the classes by number. Further classes are called by their number.
	Classes []string `json:"classes,omitempty"`
}

// IsZero reports whether m holds nothing.
func (m Meta) IsZero() bool {
	return m.Source == "" && m.Edited == "" && m.Transform == (Transform{}) && len(m.Classes) == 0
}

// IsOwn reports whether the points are the user's own, and not those of a data set.
func (m Meta) IsOwn() bool { return m.Source == "" }

// NamesAlike reports whether two Metas have the same units and names.
func (m Meta) NamesAlike(other Meta) bool {
	return m.Transform == other.Transform && slices.Equal(m.Classes, other.Classes)
}

// Class returns the name of a class, or "" if it has none.
func (m Meta) Class(k int) string {
	if k < 0 || k >= len(m.Classes) {
		return ""
	}
	return m.Classes[k]
}

// MaxAxisName is the most letters of the name of an axis: an ellipsis and a number may be behind it.
const MaxAxisName = MaxName + 12

// MaxSource is the most bytes that a source may have.
const MaxSource = 200

// MaxSize is the largest size of a value, scale or offset. It keeps results from overflowing.
const MaxSize = 1e100

// Check returns an *Error, whose Column is the path of the member at fault, unless the Meta is one
// that Convert could have made.
func (m Meta) Check(maxClasses int) error {
	for _, a := range []struct {
		path string
		Axis
	}{
		{"transform.x", m.Transform.X},
		{"transform.y", m.Transform.Y},
		{"transform.label", m.Transform.Label},
	} {
		scale := math.Abs(a.Scale)
		switch {
		case len([]rune(a.Name)) > MaxAxisName:
			return errorAt(0, a.path+".name", "must have at most %d letters", MaxName)
		case scale != 0 && !(scale >= 1/MaxSize && scale <= MaxSize):
			return errorAt(0, a.path+".scale",
				"must be from 1e-100 to 1e100 or from -1e100 to -1e-100; got %v", a.Scale)
		case !(math.Abs(a.Offset) <= MaxSize):
			return errorAt(0, a.path+".offset", "must be from -1e100 to 1e100; got %v", a.Offset)
		}
	}
	for _, s := range []struct{ path, source string }{{"source", m.Source}, {"edited", m.Edited}} {
		if n := len(s.source); n > MaxSource {
			return errorAt(0, s.path, "must have at most %d bytes; got %d", MaxSource, n)
		}
	}
	if len(m.Classes) > maxClasses {
		return errorAt(0, "classes", "must have at most %d names; got %d", maxClasses,
			len(m.Classes))
	}
	for i, name := range m.Classes {
		path := "classes[" + strconv.Itoa(i) + "]"
		if n := len([]rune(name)); n < 1 || n > MaxName {
			return errorAt(0, path, "must have from 1 to %d letters; got %d", MaxName, n)
		}
		for _, other := range m.Classes[:i] {
			if name == other {
				return errorAt(0, path, "must not repeat a name; got %s twice", inQuotes(name))
			}
		}
	}
	return nil
}

func (a Axis) scale() float64 {
	if a.Scale == 0 {
		return 1
	}
	return a.Scale
}

// IsIdentity reports whether Shown returns its argument.
func (a Axis) IsIdentity() bool { return a.scale() == 1 && a.Offset == 0 }

// Shown returns the place of a value: within [-1, 1], up to rounding, for the values that the Axis
// was made from.
func (a Axis) Shown(value float64) float64 { return float64(value*a.scale()) + a.Offset }

// Value is the inverse of Shown, up to rounding.
func (a Axis) Value(shown float64) float64 {
	if a.IsIdentity() {
		return shown
	}
	return (shown-a.Offset)/a.scale() + 0 // no negative zero
}

// exact is the largest difference between two places that count as the same.
const exact = 1e-13

// Text returns the shortest decimal whose value is shown within 1e-13 of shown, so that 5.1 comes
// back as 5.1. The identity returns all digits.
func (a Axis) Text(shown float64) string {
	if a.IsIdentity() {
		return numberText(shown)
	}
	v := a.Value(shown)
	for digits := 1; digits < 17; digits++ {
		short := rounded(v, digits)
		if math.Abs(a.Shown(short)-shown) <= exact {
			return numberText(short)
		}
	}
	return numberText(v)
}

// rounded returns v rounded to a number of significant digits.
func rounded(v float64, digits int) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	if err != nil {
		return v // rounded up past the largest number
	}
	return short + 0
}

// numberText writes all digits of a number. It uses an exponent instead of many zeros.
func numberText(v float64) string {
	if size := math.Abs(v); size != 0 && (size < 1e-4 || size >= 1e15) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v+0, 'f', -1, 64)
}

// Sentence writes how a part of a point follows from its column, with six digits:
//
//	x = (sepal length − 5.85) / 1.55
func (a Axis) Sentence(symbol string) string {
	value := Isolated(a.Name)
	if value == "" {
		value = "value"
	}
	factor, middle := rounded(1/a.scale(), 6), rounded(a.Value(0), 6)
	switch {
	case middle > 0:
		value += " − " + Readable(numberText(middle))
	case middle < 0:
		value += " + " + Readable(numberText(-middle))
	}
	if factor != 1 {
		if middle != 0 {
			value = "(" + value + ")"
		}
		value += " / " + Readable(numberText(factor))
	}
	return symbol + " = " + value
}

// String writes the sentences of x, y and label.
func (t Transform) String() string {
	return strings.Join([]string{t.X.Sentence("x"), t.Y.Sentence("y"), t.Label.Sentence("label")},
		"; ")
}

package views

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
)

// What came from a table is shown in its own units, by its own names. Other points have the numbers
// of the plane, and x and y.

// inUnits writes a value of an axis, given by its place, as exactly as a picture shows it. The plane
// itself has two decimals.
func inUnits(a table.Axis, place float64) string {
	v := a.Value(place)
	switch {
	case v-v != 0:
		return "not finite"
	case a.IsIdentity():
		return decimals(place)
	}
	return valueText(v, math.Pow10(exponent(spanOf(a))-2))
}

// labelText writes a value of a regression: with three decimals where it has no units.
func labelText(a table.Axis, place float64) string {
	if a.IsIdentity() && place-place == 0 {
		return table.Readable(strconv.FormatFloat(place, 'f', 3, 64))
	}
	return inUnits(a, place)
}

// legendEnd writes the value at an end of the scale of a regression.
func legendEnd(a table.Axis, place float64) string {
	if a.IsIdentity() {
		return valueText(place, 1)
	}
	return inUnits(a, place)
}

// perUnit returns how many units of an axis are one unit of the plane.
func perUnit(a table.Axis) float64 { return spanOf(a) / 2 }

// spanOf returns how far the values at the edges of the plane lie apart.
func spanOf(a table.Axis) float64 { return math.Abs(a.Value(1) - a.Value(-1)) }

// valueText writes a value with as many decimals as a round step has.
func valueText(v, step float64) string {
	places := max(0, -exponent(step*(1+1e-9)))
	if size := math.Abs(v); size >= 1e9 || places > 6 {
		return table.Readable(strconv.FormatFloat(v, 'g', 4, 64))
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', places, 64)
	whole, rest, _ := strings.Cut(text, ".")
	if len(whole) > 4 { // a year has four digits
		n, _ := strconv.Atoi(whole) // below 1e9
		whole = grouped(n)
	}
	if rest != "" {
		whole += "." + rest
	}
	if v < 0 && strings.Trim(text, "0.") != "" {
		whole = "−" + whole
	}
	return whole
}

// A tick is a round value at an edge of the plane.
type tick struct {
	share  float64 // how far from the left, or from the top, of the whole edge
	At     string  // how far from the left, or from the top, in per cent
	Text   string
	Anchor string // for a horizontal axis: an end of the text, so that it stays beside the plane
	Shift  string // for a vertical one: by how much the text is put down
}

// ticks returns the ticks of an axis. One without units has −1, 0 and 1.
func ticks(a table.Axis, vertical bool) []tick {
	from, to := a.Value(-1), a.Value(1)
	lo, hi := min(from, to), max(from, to)
	step := 1.0
	if !a.IsIdentity() {
		step = roundNumber((hi - lo) / 4)
	}
	var out []tick
	for k := math.Ceil(lo/step - 1e-9); len(out) < 7 && k*step <= hi+1e-9*step; k++ {
		share := (a.Shown(k*step) + 1) / 2
		if vertical {
			share = 1 - share
		}
		t := tick{share: share, At: strconv.FormatFloat(100*share, 'f', 2, 64) + "%", Text: valueText(k*step, step), Anchor: "middle", Shift: ".35em"}
		switch {
		case share < 0.06:
			t.Anchor = "start"
		case share > 0.94:
			t.Anchor = "end"
		}
		switch {
		case share < 0.03:
			t.Shift = ".75em"
		case share > 0.97:
			t.Shift = "0"
		}
		out = append(out, t)
	}
	return out
}

// tickWidth returns the width of the ticks of a vertical axis.
func tickWidth(ticks []tick) string {
	longest := 2
	for _, t := range ticks {
		longest = max(longest, len([]rune(t.Text)))
	}
	return strconv.FormatFloat(0.6*float64(longest)+0.5, 'f', 1, 64) + "em"
}

// featureName returns the name of a feature: what it makes of the columns of an imported table. It
// can be written anywhere in a text.
func featureName(f nn.Feature, t table.Transform) string {
	var b strings.Builder
	between := "" // what stands before a name
	for _, r := range f.Label() {
		name := ""
		if hasNames(t) {
			name = map[rune]string{'x': t.X.Name, 'y': t.Y.Name}[r]
		}
		switch {
		case name != "":
			b.WriteString(between + table.Isolated(name))
			between = " · "
		case r == 'π':
			b.WriteRune(r)
			between = " "
		default:
			b.WriteRune(r)
			between = ""
		}
	}
	return b.String()
}

// defaultNoise returns the noise of a data set where none is given, or "" for own data.
func defaultNoise(name string) string {
	info, ok := dataset.Lookup(name)
	if !ok {
		return ""
	}
	return number(info.DefaultNoise)
}

// defaultClasses returns the number of classes of a data set where none is given, or a dash for one
// of values.
func defaultClasses(name string) string {
	if info, _ := dataset.Lookup(name); info.DefaultClasses > 0 {
		return strconv.Itoa(info.DefaultClasses)
	}
	return "–"
}

// hasNames reports whether both columns of the points have names, as those of a table have.
func hasNames(t table.Transform) bool { return t.X.Name != "" && t.Y.Name != "" }

// ownTitle returns the title of the data set that own points began as, or "".
func ownTitle(m table.Meta) string {
	q, _ := url.ParseQuery(m.Edited) // what cannot be read names no data set
	info, _ := dataset.Lookup(q.Get("dataset"))
	return info.Title
}

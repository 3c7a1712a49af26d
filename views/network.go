package views

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nnvisu/nn"
	"nnvisu/nn/table"
)

// The drawing of the network has a column for the input features, one for each hidden layer and one
// for the outputs. All columns have the same width and all cells of a column the same height. So
// the style sheet can place the units, and the edges, drawn here in thousandths of the box, meet
// them at any size.

const (
	// shownUnits is the largest number of cells in a column. Of a wider hidden layer, one unit
	// fewer is drawn and the last cell says how many are left out.
	shownUnits = 10
	// MapSize is the number of cells along each side of a unit's heat map.
	MapSize = 20
	// mapLevels is the number of colours of a heat map: one for each printable character from
	// mapFirst on, none of which HTML escapes.
	mapLevels   = 64
	mapFirst    = '?' // the character of level 0; the last is '~'
	boxSize     = 1000
	edgeWidths  = 8   // different widths of an edge
	edgeHalf    = 1.5 // a weight of this size is drawn half as wide as an infinite one
	cornerWidth = 0.4 // how far an edge runs level, as a share of the distance between columns
)

// MapGrid returns the centres of the MapSize² cells of a heat map, row by row from the top left.
func MapGrid() (xs, ys []float64) { return gridOf(MapSize) }

// A column is the drawing of a layer.
type column struct {
	Layer  int // 0 is the inputs
	Title  string
	Units  []unit
	Hidden int // the number of units of the layer that are not drawn
}

// A unit is an input feature, a hidden unit or an output.
type unit struct {
	Feature nn.Feature // of an input
	On      bool       // whether an input is in use
	Path    string     // of its bias in the network, such as biases.0.3; "" for inputs
	Act     string     // the act of a click
	Label   string     // its name, for the readout and for screen readers
	Short   string     // a short name of an input, or the user's name of an output
	Colour  string     // of a class's output
	Marker  string     // of a class's output
	Ramp    string     // the colours of its heat map; "" for the column's
	Map     string     // the heat map of an input, which never changes
}

// columns returns the columns of a config's drawing. The config's number of classes must be set;
// meta may name the classes.
func columns(c nn.Config, meta table.Meta) []column {
	inputs := column{Title: "Inputs"}
	for _, f := range nn.Features() {
		inputs.Units = append(inputs.Units, unit{
			Feature: f,
			On:      slices.Contains(c.Features, f),
			Short:   featureName(f, meta.Transform),
			Label:   "Input " + featureName(f, meta.Transform),
			Map:     featureTexts()[f],
		})
	}
	all := []column{inputs}
	for l, width := range c.HiddenLayers {
		col := column{Layer: l + 1, Title: fmt.Sprintf("Layer %d", l+1)}
		shown := width
		if width > shownUnits {
			shown = shownUnits - 1
			col.Hidden = width - shown
		}
		for u := range shown {
			col.Units = append(col.Units, hiddenUnit(l, u))
		}
		all = append(all, col)
	}
	return append(all, outputs(c, meta))
}

func hiddenUnit(l, u int) unit {
	return unit{Path: fmt.Sprintf("biases.%d.%d", l, u), Act: inspectAct(l, u), Label: fmt.Sprintf("Layer %d, unit %d", l+1, u+1)}
}

// inspectAct is the act that shows unit u of weight layer l.
func inspectAct(l, u int) string { return fmt.Sprintf("inspect %d.%d", l, u) }

func outputs(c nn.Config, meta table.Meta) column {
	l := len(c.HiddenLayers)
	col := column{Layer: l + 1, Title: "Output"}
	if c.Task == nn.Regression {
		col.Units = []unit{{Path: fmt.Sprintf("biases.%d.0", l), Act: inspectAct(l, 0), Label: outputLabel(meta), Short: meta.Transform.Label.Name, Ramp: divergingRamp()}}
		return col
	}
	for k := range c.Classes {
		name := ClassName(meta, k)
		col.Units = append(col.Units, unit{
			Path: fmt.Sprintf("biases.%d.%d", l, k), Act: inspectAct(l, k), Label: "Output for " + name, Short: meta.Class(k),
			Colour: classColours[k].hex(), Marker: markerIcon(markers[k]), Ramp: classRamp(k),
		})
	}
	return col
}

// inputTitle says what an input is, by its own name where it has one.
func inputTitle(u unit, t table.Transform) string {
	hint := Hint(FeatureHint(u.Feature))
	if !hasNames(t) {
		return hint
	}
	return u.Short + " (" + u.Feature.Label() + "). " + hint
}

// outputLabel returns the label of the output of a regression.
func outputLabel(meta table.Meta) string {
	if name := meta.Transform.Label.Name; name != "" {
		return "Output, " + table.Isolated(name)
	}
	return "Output"
}

// unitName returns the name of unit u of layer l, where layer 0 is the inputs.
func unitName(c nn.Config, meta table.Meta, l, u int) string {
	switch {
	case l == 0:
		return featureName(c.Features[u], meta.Transform)
	case l <= len(c.HiddenLayers):
		return fmt.Sprintf("layer %d, unit %d", l, u+1)
	case c.Task == nn.Regression:
		return "output"
	}
	return "output " + ClassName(meta, u)
}

// An edge is the drawing of a weight between two units that are drawn.
type edge struct {
	layer, out, in int // of the weight
	path           markup
}

// edges returns an edge for each weight whose two units are drawn, with its curve in a box of
// 1000×1000.
func edges(c nn.Config) []edge {
	cols := columns(c, table.Meta{})
	pitch := float64(boxSize) / float64(len(cols))
	at := func(col, row, rows int) (x, y int) {
		return int((float64(col) + 0.5) * pitch), int((float64(row) + 0.5) / float64(rows) * boxSize)
	}
	rowsOf := func(col column) int {
		if col.Hidden > 0 {
			return len(col.Units) + 1
		}
		return len(col.Units)
	}
	var out []edge
	var b strings.Builder
	for l := range cols[1:] {
		from, to := cols[l], cols[l+1]
		bend := int(pitch * cornerWidth)
		for o := range to.Units {
			x2, y2 := at(l+1, o, rowsOf(to))
			in := 0
			add := func(row int) {
				x1, y1 := at(l, row, rowsOf(from))
				b.Reset()
				b.WriteByte('M')
				writePair(&b, x1, y1)
				b.WriteByte('C')
				writePair(&b, x1+bend, y1)
				b.WriteByte(' ')
				writePair(&b, x2-bend, y2)
				b.WriteByte(' ')
				writePair(&b, x2, y2)
				out = append(out, edge{l, o, in, markup(b.String())})
			}
			if l == 0 { // weights follow the order of the config, cells that of nn.Features
				for i, f := range c.Features {
					in = i
					add(slices.Index(nn.Features(), f))
				}
				continue
			}
			for in = range from.Units {
				add(in)
			}
		}
	}
	return out
}

// edgeKinds is the number of styles of an edge: two signs times edgeWidths.
const edgeKinds = 2 * edgeWidths

// edgeKind returns the style of an edge with weight w, or edgeKinds for a weight of 0, which is not
// drawn.
func edgeKind(w float64) uint8 {
	if w == 0 {
		return edgeKinds
	}
	a := math.Abs(w)
	kind := min(edgeWidths-1, int(a/(a+edgeHalf)*edgeWidths))
	if w > 0 {
		kind += edgeWidths
	}
	return uint8(kind)
}

// kindsOf sets dst to the styles of the edges, and reports whether one of them changed.
func kindsOf(dst []uint8, edges []edge, p *nn.Parameters) (changed bool) {
	for i, e := range edges {
		kind := edgeKind(p.Weights[e.layer][e.out][e.in])
		changed = changed || kind != dst[i]
		dst[i] = kind
	}
	return changed
}

// edges draws the edges. All edges of one style are one path.
func (p *pen) edges(edges []edge, kinds []uint8) {
	p.text(`<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">`)
	var count [edgeKinds + 1]int
	for _, kind := range kinds {
		count[kind]++
	}
	for kind := range uint8(edgeKinds) {
		if count[kind] == 0 {
			continue
		}
		if kind < edgeWidths {
			p.text(`<path class="edge negative w`)
		} else {
			p.text(`<path class="edge positive w`)
		}
		*p = append(*p, '0'+kind%edgeWidths)
		p.text(`" d="`)
		for i := range edges {
			if kinds[i] == kind {
				p.text(edges[i].path)
			}
		}
		p.text(`"></path>`)
	}
	p.text(`</svg>`)
}

// Maps are the heat maps of all units that are drawn, except the inputs: one character for each
// cell, one map after another, column by column.
type Maps []byte

// text appends the maps in the form that the script reads: see appendSteps.
func (m Maps) text(dst []byte) []byte {
	for len(m) > 0 {
		n := min(MapSize*MapSize, len(m))
		dst, m = appendSteps(dst, m[:n], mapFirst, mapLevels), m[n:]
	}
	return dst
}

// PaintMaps appends to dst the heat maps of the values of all units at the places of MapGrid, as
// nn.Model's UnitsTo returns them. The map of a hidden unit shows its activation relative to the
// largest size on the map. 0 has the middle colour, so a unit that is 0 everywhere is blank. The
// map of an output shows its probability or value.
func PaintMaps(dst Maps, values [][]float64, c nn.Config) Maps {
	const cells = MapSize * MapSize
	for l, layer := range values {
		shown := len(layer) / cells
		output := l == len(values)-1
		if !output && shown > shownUnits {
			shown = shownUnits - 1
		}
		for u := range shown {
			v := layer[u*cells : (u+1)*cells]
			low, most := -1.0, 1.0
			switch {
			case output && c.Task == nn.Classification:
				low = 0
			case !output:
				if largest := largestOf(v); largest > 0 {
					most = largest
				}
			}
			dst = appendMap(dst, v, low, most)
		}
	}
	return dst
}

// largestOf returns the largest absolute value among the finite values, or 0.
func largestOf(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		if a := math.Abs(v); a > most && a <= math.MaxFloat64 {
			most = a
		}
	}
	return most
}

// appendMap appends the levels of values for a scale from low to 1, in units of most.
func appendMap(dst []byte, values []float64, low, most float64) []byte {
	const top = mapLevels - 1
	raise := 1.0
	if most < 0x1p-1000 { // the scale would be infinite
		raise, most = 0x1p1000, most*0x1p1000
	}
	scale := top / (1 - low) / most
	zero := 0.5 - low*top/(1-low)
	from := len(dst)
	dst = slices.Grow(dst, len(values))[:from+len(values)]
	out := dst[from:]
	for i, v := range values {
		at := float64(float64(v*raise)*scale) + zero
		switch {
		case at >= 0 && at < top+1:
			out[i] = mapFirst + byte(at)
		case at > 0:
			out[i] = mapFirst + top
		default: // below the scale, or NaN after an overflow
			out[i] = mapFirst
		}
	}
	return dst
}

// featureTexts are the heat maps of the input features as the script reads them.
var featureTexts = sync.OnceValue(func() map[nn.Feature]string {
	texts := make(map[nn.Feature]string)
	for f, m := range featureMaps() {
		texts[f] = string(m.text(nil))
	}
	return texts
})

// featureMaps are the heat maps of the input features.
var featureMaps = sync.OnceValue(func() map[nn.Feature]Maps {
	xs, ys := MapGrid()
	maps := make(map[nn.Feature]Maps)
	for _, f := range nn.Features() {
		values := make([]float64, len(xs))
		nn.FeaturesTo(values, []nn.Feature{f}, xs, ys)
		maps[f] = appendMap(nil, values, -1, 1)
	}
	return maps
})

// A parameter is a weight or bias in the inspector.
type parameter struct {
	Path  string // such as weights.0.3.1
	Label string
	Value string
}

// An Inspection is a unit with its bias and the weights of its inputs.
type Inspection struct {
	Title      string
	Remove     string // the act that removes the unit, or "" where it cannot be removed
	Parameters []parameter
}

// Inspect returns unit u of weight layer l of a prepared state. Both count from 0.
func Inspect(s nn.State, meta table.Meta, l, u int) Inspection {
	name := unitName(s.Config, meta, l+1, u)
	v := Inspection{Title: upperFirst(name)}
	if l < len(s.Config.HiddenLayers) && s.Config.HiddenLayers[l] > 1 {
		v.Remove = fmt.Sprintf("remove-neuron %d.%d", l, u)
	}
	v.Parameters = append(v.Parameters, parameter{fmt.Sprintf("biases.%d.%d", l, u), "Bias", weightText(s.Network.Biases[l][u])})
	for i, w := range s.Network.Weights[l][u] {
		v.Parameters = append(v.Parameters, parameter{fmt.Sprintf("weights.%d.%d.%d", l, u, i), "From " + unitName(s.Config, meta, l, i), weightText(w)})
	}
	return v
}

// weightText writes a weight with four significant digits, in the same form as the script.
func weightText(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64) // cannot fail
	text, err := json.Marshal(v + 0)                                  // as JavaScript does; + 0 turns −0 into 0
	if err != nil {
		return "not finite"
	}
	return string(text)
}

func weightPath(layer, out, in int) string {
	return "weights." + strconv.Itoa(layer) + "." + strconv.Itoa(out) + "." + strconv.Itoa(in)
}

func edgeLabel(l Lab, e edge) string {
	return "Weight from " + unitName(l.State.Config, l.Meta, e.layer, e.in) + " to " + unitName(l.State.Config, l.Meta, e.layer+1, e.out)
}

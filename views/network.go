package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// The drawing of the network has a column for the input features, one for each hidden layer and one
// for the outputs. All columns have the same width and all cells of a column the same height. So
// the style sheet can place the units, and the edges, drawn here in thousandths of the box, meet
// them at any size.

const (
	// LeastRows and mostRows are bounds of the number of cells in a column. Of a wider hidden layer,
	// one unit fewer is drawn and the last cell says how many are left out.
	LeastRows, mostRows = 10, 48
	// mostEdges is how many edges a drawing with more than LeastRows may have.
	mostEdges = 1500
	// MapSize is the number of cells along each side of a unit's heat map.
	MapSize  = 20
	mapCells = MapSize * MapSize
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
	Low     string     // what the ends of the colours stand for; "" for a hidden unit,
	High    string     // whose ends change
}

// ends are the attributes that say what the ends of a unit's colours stand for, if that never changes.
func (u *unit) ends() templ.Attributer {
	if u.High == "" {
		return templ.OrderedAttributes{}
	}
	return templ.OrderedAttributes{attribute("data-low", u.Low), attribute("data-high", u.High)}
}

// lensHint stands where a large picture of a unit will.
const lensHint = "Point at a unit to see it large."

// rows returns how many cells a column of the drawing has at most: as many as there is room for, but
// fewer where edges would be too many.
func (l *Lab) rows() int { return rowsFor(l.State.Config, l.Choices.Rows) }

// rowsFor is rows for a config and the number of cells that there is room for.
func rowsFor(c nn.Config, room int) int {
	for rows := min(room, mostRows); rows > LeastRows; rows-- {
		edges, from := 0, len(c.Features)
		for _, width := range c.HiddenLayers {
			to := shownOf(width, rows)
			edges, from = edges+from*to, to
		}
		if edges+from*c.Outputs() <= mostEdges {
			return rows
		}
	}
	return LeastRows
}

// layer returns the hidden layer whose units are all shown, or -1.
func (l *Lab) layer() int { return layerOf(l.State.Config, l.Choices.Layer) }

// layerOf returns the hidden layer of a config that a choice names, or -1.
func layerOf(c nn.Config, choice string) int {
	if at, err := strconv.Atoi(choice); err == nil && at >= 0 && at < len(c.HiddenLayers) {
		return at
	}
	return -1
}

// moreText says how many units a column leaves out.
func moreText(c column) string { return fmt.Sprintf("and %d more", c.Hidden) }

// shownOf returns how many units of a hidden layer a column with so many cells shows.
func shownOf(width, rows int) int {
	if width > rows {
		return rows - 1
	}
	return width
}

// columns returns the columns of a config's drawing with at most so many cells in a hidden layer's. The
// config's number of classes must be set; meta may name the classes.
func columns(c nn.Config, meta table.Meta, rows int) []column {
	inputs := column{Title: "Inputs"}
	for _, f := range nn.Features() {
		var scale table.Axis // a feature of both has none
		switch f {
		case nn.FeatureX:
			scale = meta.Transform.X
		case nn.FeatureY:
			scale = meta.Transform.Y
		}
		inputs.Units = append(inputs.Units, unit{
			Low:     legendEnd(scale, -1),
			High:    legendEnd(scale, 1),
			Feature: f,
			On:      slices.Contains(c.Features, f),
			Short:   featureName(f, meta.Transform),
			Label:   "Input " + featureName(f, meta.Transform),
			Map:     featureTexts()[f],
		})
	}
	all := []column{inputs}
	for l, width := range c.HiddenLayers {
		shown := shownOf(width, rows)
		col := column{Layer: l + 1, Title: fmt.Sprintf("Layer %d", l+1), Hidden: width - shown}
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
		label := meta.Transform.Label
		col.Units = []unit{{
			Path: fmt.Sprintf("biases.%d.0", l), Act: inspectAct(l, 0), Label: outputLabel(meta), Short: label.Name, Ramp: divergingRamp(),
			Low: legendEnd(label, -1), High: legendEnd(label, 1),
		}}
		return col
	}
	for k := range c.Classes {
		name := ClassName(meta, k)
		col.Units = append(col.Units, unit{
			Path: fmt.Sprintf("biases.%d.%d", l, k), Act: inspectAct(l, k), Label: "Output for " + name, Short: meta.Class(k),
			Colour: classColours[k].hex(), Marker: markerIcon(markers[k]), Ramp: classRamp(k), Low: "0 %", High: "100 %",
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

// edges returns an edge for each weight whose two units are drawn in columns of at most so many cells,
// with its curve in a box of 1000×1000.
func edges(c nn.Config, rows int) []edge {
	cols := columns(c, table.Meta{}, rows)
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

package views

import (
	"image"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// edgeLooks are the width, in units, and the opacity, in per cent, of the edges of each width: the
// classes w0 to w7 of the style sheet.
var edgeLooks = [edgeWidths]struct {
	width   float64
	opacity int
}{{0.5, 35}, {0.9, 45}, {1.4, 55}, {2, 65}, {2.7, 75}, {3.6, 82}, {4.8, 90}, {6.5, 100}}

const (
	unitSize  = 34 * drawing.Unit // of a tile at most,
	unitPitch = 46 * drawing.Unit // which stands so far from the next one
	unitLeast = 12 * drawing.Unit
)

// A figureColumn is a layer as it is drawn: its units, and where their names stand.
type figureColumn struct {
	column
	colours [][]rgb     // of each unit's map
	values  [][]float64 // of each unit's map
	low     float64     // the value of the first colour: -1, or 0 of a share
	named   bool
}

// figureColumns returns the layers of the network, of the inputs only those in use.
func (p *figurePen) figureColumns() []figureColumn {
	c := p.data.State.Config
	all := columns(c, p.data.Meta, rowsFor(c, figureRows))
	out := make([]figureColumn, len(all))
	middle := rampColours(diverging)
	for i, col := range all {
		f := figureColumn{column: col, low: -1, named: i == 0 || i == len(all)-1}
		switch {
		case i == 0:
			f.Units = nil
			xs, ys := FigureMapPlaces()
			for _, feature := range c.Features {
				for _, u := range col.Units {
					if u.Feature == feature {
						f.Units = append(f.Units, u)
					}
				}
				v := make([]float64, len(xs))
				nn.FeaturesTo(v, []nn.Feature{feature}, xs, ys)
				f.values, f.colours = append(f.values, v), append(f.colours, middle)
			}
		default:
			const cells = FigureMap * FigureMap
			for u := range col.Units {
				f.values = append(f.values, p.data.Units[i-1][u*cells:][:cells])
				f.colours = append(f.colours, middle)
			}
			if i == len(all)-1 && c.Task == nn.Classification {
				f.low = 0
				for k := range f.Units {
					f.colours[k] = rampColours(towards(k))
					f.Units[k].Short = ClassName(p.data.Meta, k)
				}
			}
		}
		out[i] = f
	}
	return out
}

// tallest returns the number of cells of the column that has most.
func tallest(cols []figureColumn) (most int) {
	for _, col := range cols {
		most = max(most, len(col.Units))
	}
	return most
}

// more is the height of the line that says how many units are left out.
func more(cols []figureColumn) int {
	for _, col := range cols {
		if col.Hidden > 0 {
			return lineHeight
		}
	}
	return 0
}

// networkHeight returns the height of the network where it can have as much as it needs.
func (p *figurePen) networkHeight() int {
	cols := p.figureColumns()
	return max(3, tallest(cols))*unitPitch + 2*lineHeight + 6*drawing.Unit + more(cols)
}

// network draws the layers from left to right, the weights between them, and what their colours mean.
func (p *figurePen) network(box figureBox) {
	cols := p.figureColumns()
	name := letter(smallText, p.text, drawing.Start)
	widest := func(col figureColumn) (w int) {
		for _, u := range col.Units {
			w = max(w, name.Width(u.Short)*11/10)
		}
		return min(w, box.width/5)
	}
	left, right := widest(cols[0])+5*drawing.Unit, widest(cols[len(cols)-1])+5*drawing.Unit
	top, room := box.y+lineHeight+2*drawing.Unit, box.height-2*lineHeight-6*drawing.Unit-more(cols)
	pitch := min(unitPitch, room/tallest(cols))
	size := min(unitSize, pitch*8/10, (box.width-left-right)/(2*len(cols)-1))
	size = max(size, min(unitLeast, pitch))
	apart := (box.width - left - right - size) / (len(cols) - 1)
	place := func(col, row int) (x, y int) { // the middle of a unit
		return box.x + left + size/2 + col*apart, top + room/2 + (2*row-len(cols[col].Units)+1)*pitch/2
	}

	p.figureWeights(cols, place, size)
	heads := letter(smallText, p.quiet, drawing.Middle)
	for i, col := range cols {
		x, _ := place(i, 0)
		title := col.Title
		if heads.Width(title) > apart*9/10 && col.Layer > 0 && i < len(cols)-1 {
			title = title[len("Layer "):]
		}
		p.layer(figureTexts).Text(x, box.y+smallText, title, heads)
		for u := range col.Units {
			x, y := place(i, u)
			p.figureUnit(&col, u, x-size/2, y-size/2, size)
			if !col.named {
				continue
			}
			n, at := name, x+size/2+5*drawing.Unit
			room := right
			if i == 0 {
				n.Anchor, at, room = drawing.End, x-size/2-5*drawing.Unit, left
			}
			p.layer(figureTexts).Text(at, y+smallText*36/100, n.Fit(col.Units[u].Short, room), n)
		}
		if col.Hidden > 0 {
			_, y := place(i, len(col.Units)-1)
			p.layer(figureTexts).Text(x, y+size/2+smallText, "+ "+grouped(col.Hidden), heads)
		}
	}
	p.networkLegend(box)
}

// figureUnit draws the map of a unit.
func (p *figurePen) figureUnit(col *figureColumn, u, x, y, size int) {
	most := 1.0
	if col.Layer > 0 && !col.named { // a hidden unit has a scale of its own
		if most = largestOf(col.values[u]); most == 0 {
			most = 1
		}
	}
	picture := image.NewPaletted(image.Rect(0, 0, FigureMap, FigureMap), p.palette(col.colours[u]))
	picture.Pix = appendMap(picture.Pix[:0], col.values[u], col.low, most)
	for i := range picture.Pix {
		picture.Pix[i] -= mapFirst
	}
	l := p.layer(figureUnits)
	l.Image(x, y, size, size, picture)
	var frame drawing.Path
	frame.Rect(x, y, size, size)
	l.Path(frame, drawing.Paint{Stroke: p.strong, Width: drawing.Unit})
}

// figureWeights draws the weights between the units that are drawn. All of one look are one path.
func (p *figurePen) figureWeights(cols []figureColumn, place func(col, row int) (x, y int), size int) {
	var paths [edgeKinds]drawing.Path
	weights := p.data.State.Network.Weights
	for l := range cols[1:] {
		for o := range cols[l+1].Units {
			for i := range cols[l].Units {
				kind := edgeKind(weights[l][o][i])
				if kind == edgeKinds {
					continue
				}
				x1, y1 := place(l, i)
				x2, y2 := place(l+1, o)
				x1, x2 = x1+size/2, x2-size/2
				bend := (x2 - x1) * 45 / 100
				paths[kind].Move(x1, y1)
				paths[kind].Curve(x1+bend, y1, x2-bend, y2, x2, y2)
			}
		}
	}
	for kind, path := range paths {
		if path.IsEmpty() {
			continue
		}
		look, colour := edgeLooks[kind%edgeWidths], p.negative
		if kind >= edgeWidths {
			colour = p.positive
		}
		p.layer(figureEdges).Path(path, drawing.Paint{Stroke: colour, Width: hundredths(look.width), Opacity: look.opacity})
	}
}

// networkLegend says what the lines are.
func (p *figurePen) networkLegend(box figureBox) {
	line := func(colour drawing.Colour) func(*drawing.Layer, int, int) {
		return func(l *drawing.Layer, x, y int) { l.Path(legendLine(x, y), drawing.Paint{Stroke: colour, Width: 250}) }
	}
	p.legend(p.layer(figureTexts), []legendEntry{
		{"negative weight", true, line(p.negative)}, {"positive weight", true, line(p.positive)},
	}, box.x, box.y+box.height-lineHeight, box.width)
}

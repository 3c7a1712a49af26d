package views

import (
	"image"
	"image/color"
	"math"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// A planeLayout is how the plane and what stands around it share a width.
type planeLayout struct {
	left, side, height int
	names              [2]string
	entries            []legendEntry
}

const (
	tickLength = 4 * drawing.Unit
	tickRoom   = 14 * drawing.Unit // of the numbers below the plane
	barHeight  = 10 * drawing.Unit
)

func (p *figurePen) planeLayout(width int) planeLayout {
	var l planeLayout
	t := &p.data.Meta.Transform
	l.names = [2]string{axisName(p.XName, t.X, "x"), axisName(p.YName, t.Y, "y")}
	number := letter(smallText, p.quiet, drawing.End)
	widest := 0
	for _, k := range ticks(t.Y, true) {
		widest = max(widest, number.Width(k.Text)*11/10)
	}
	l.left = lineHeight + widest + tickLength + 3*drawing.Unit
	l.side = width - l.left
	l.entries = p.planeLegend()
	l.height = l.side + tickLength + tickRoom + lineHeight
	if p.data.State.Config.Task == nn.Regression {
		l.height += lineHeight + drawing.Unit*4
	}
	if rows := p.legend(nil, l.entries, 0, 0, l.side); rows > 0 {
		l.height += rows + drawing.Unit*4
	}
	return l
}

// axisName returns the name of an axis: the one that is asked for, that of the points, or the plain one.
func axisName(asked string, a table.Axis, plain string) string {
	switch {
	case asked != "":
		return asked
	case a.Name != "":
		return a.Name
	}
	return plain
}

// plane draws what the network says, the points, the axes and the legend.
func (p *figurePen) plane(box figureBox) error {
	l := p.planeLayout(box.width)
	x, y := box.x+l.left, box.y
	pixels := p.out.ImageSize(x, l.side, p.Pixels)
	picture, err := p.planeImage(pixels)
	if err != nil {
		return err
	}
	p.layer(figurePlanes).Image(x, y, l.side, l.side, picture)
	p.planePattern(x, y, l.side)
	p.planePoints(x, y, l.side)

	frame := drawing.Path{}
	frame.Rect(x, y, l.side, l.side)
	below := y + l.side
	number := letter(smallText, p.quiet, drawing.Middle)
	texts := p.layer(figureTexts)
	for _, k := range ticks(p.data.Meta.Transform.X, false) {
		at := x + int(math.Floor(float64(k.share*float64(l.side))+0.5))
		frame.Move(at, below)
		frame.Line(at, below+tickLength)
		texts.Text(at, below+tickLength+smallText, k.Text, number)
	}
	number.Anchor = drawing.End
	for _, k := range ticks(p.data.Meta.Transform.Y, true) {
		at := y + int(math.Floor(float64(k.share*float64(l.side))+0.5))
		frame.Move(x, at)
		frame.Line(x-tickLength, at)
		texts.Text(x-tickLength-3*drawing.Unit, at+smallText*36/100, k.Text, number)
	}
	p.layer(figureTexts).Path(frame, drawing.Paint{Stroke: p.strong, Width: drawing.Unit})
	name := letter(plainText, p.text, drawing.Middle)
	texts.Text(x+l.side/2, below+tickLength+tickRoom+plainText, name.Fit(l.names[0], l.side), name)
	name.Upwards = true
	texts.Text(box.x+plainText*3/4, y+l.side/2, name.Fit(l.names[1], l.side), name)

	at := below + tickLength + tickRoom + lineHeight + 4*drawing.Unit
	if p.data.State.Config.Task == nn.Regression {
		p.colourBar(figureBox{x, at, l.side, lineHeight})
		at += lineHeight + 4*drawing.Unit
	}
	p.legend(texts, l.entries, x, at, l.side)
	return nil
}

// planeImage returns what the network says, as so many pixels along each side.
func (p *figurePen) planeImage(pixels int) (*image.Paletted, error) {
	config := p.data.State.Config
	outputs := config.Outputs()
	picture := image.NewPaletted(image.Rect(0, 0, pixels, pixels), p.palette(paletteOf(config).colours))
	// Of each pixel, which places are around it and how near it is to the second.
	type spot struct {
		first, second int
		share         float64
	}
	spots := make([]spot, pixels)
	for i := range spots {
		at := max(0, min(float64(float64(float64(i)+0.5)*FigureGrid)/float64(pixels)-0.5, FigureGrid-1))
		first := int(at)
		spots[i] = spot{first, min(first+1, FigureGrid-1), at - float64(first)}
	}
	mid := func(a, b, share float64) float64 { return a + float64((b-a)*share) }
	row := make([]float64, outputs*FigureGrid) // between two rows of places
	values := make([]float64, outputs*pixels)
	for y, v := range spots {
		for k := range outputs {
			all := p.data.Outputs[k*FigureGrid*FigureGrid:]
			upper, lower := all[v.first*FigureGrid:][:FigureGrid], all[v.second*FigureGrid:][:FigureGrid]
			for i := range upper {
				row[k*FigureGrid+i] = mid(upper[i], lower[i], v.share)
			}
			of, to := row[k*FigureGrid:][:FigureGrid], values[k*pixels:][:pixels]
			for x, u := range spots {
				to[x] = mid(of[u.first], of[u.second], u.share)
			}
		}
		PaintCells(Cells(picture.Pix[y*picture.Stride:][:pixels]), values, config.Task, p.Hard)
		if y%16 == 0 {
			if err := p.Yield(); err != nil {
				return nil, err
			}
		}
	}
	return picture, nil
}

// palette returns colours as they are in the figure's theme.
func (p *figurePen) palette(colours []rgb) (all color.Palette) {
	for _, c := range colours {
		for i := range c {
			c[i] = float64(c[i] * p.brightness)
		}
		b := c.bytes()
		all = append(all, color.RGBA{b[0], b[1], b[2], 255})
	}
	return all
}

// planePattern draws the markers of the classes on their areas, where colours alone do not tell them.
func (p *figurePen) planePattern(x, y, side int) {
	config := p.data.State.Config
	outputs := config.Outputs()
	if outputs < patternedFrom {
		return
	}
	const every = FigureGrid / GridSize
	coarse := make([]float64, outputs*GridSize*GridSize)
	for i := range coarse {
		k, row, column := i/(GridSize*GridSize), i/GridSize%GridSize, i%GridSize
		coarse[i] = p.data.Outputs[(k*FigureGrid+row*every)*FigureGrid+column*every]
	}
	cells := make(Cells, GridSize*GridSize)
	PaintCells(cells, coarse, config.Task, true)
	var at pattern
	at.patternOf(cells, config)
	xs, ys := Grid()
	var path drawing.Path
	for i, class := range at {
		if class != noClass {
			row, column := anchorCell(i)
			cell := row*GridSize + column
			markOn(&path, markers[class], xs[cell], ys[cell], anchorRadius, x, y, side)
		}
	}
	if !path.IsEmpty() {
		p.layer(figurePattern).Path(path, drawing.Paint{Stroke: figureInk, Width: onPlane(45, side), Opacity: 70})
	}
}

// onPlane returns ten-thousandths of a unit of the plane in hundredths of the figure.
func onPlane(v float64, side int) int { return int(math.Floor(float64(v*float64(side))/20000 + 0.5)) }

// markOn adds a marker at a place of the plane, which stands at x, y.
func markOn(path *drawing.Path, shape []mark, px, py, radius float64, x, y, side int) {
	for i, m := range shape {
		ax := x + onPlane(math.Round((1+px+float64(m.x*radius))*1e4), side)
		ay := y + onPlane(math.Round((1-py-float64(m.y*radius))*1e4), side)
		if i == 0 {
			path.Move(ax, ay)
		} else {
			path.Line(ax, ay)
		}
	}
	path.Close()
}

// planePoints draws the points, each with a light edge and around it a dark one.
func (p *figurePen) planePoints(x, y, side int) {
	s := p.data.State
	size := pointSizes[pointSize(len(s.Data))].size
	radius := float64(markerRadius * size)
	held := nn.Split(len(s.Data), s.Config.TestFraction, s.Config.Seed)
	paths := make([]drawing.Path, 2*pointKinds(s.Config.Task))
	for i, point := range s.Data {
		if held[i] && p.HideTest {
			continue
		}
		kind, shape := pointKind(point, s.Config.Task, held[i])
		markOn(&paths[kind], shape, point.X, point.Y, radius, x, y, side)
	}
	for _, rims := range []bool{true, false} {
		for kind, path := range paths {
			if path.IsEmpty() {
				continue
			}
			style := pointStyle(kind, s.Config.Task)
			paint := drawing.Paint{Fill: drawing.Colour(style.Colour), Stroke: figureEdge, Width: onPlane(float64(70*size), side)}
			if style.Hollow {
				paint = drawing.Paint{Fill: figureEdge, Stroke: drawing.Colour(style.Colour), Width: onPlane(float64(110*size), side)}
			}
			if rims {
				paint.Stroke, paint.Width = figureInk, onPlane(float64(170*size), side)
				if style.Hollow {
					paint.Width = onPlane(float64(200*size), side)
				}
			}
			p.layer(figurePoints).Path(path, paint)
		}
	}
}

// planeLegend says which marker is which class, and how points held out are drawn.
func (p *figurePen) planeLegend() (all []legendEntry) {
	config := p.data.State.Config
	sign := func(shape []mark, fill, stroke drawing.Colour, width int) func(*drawing.Layer, int, int) {
		return func(l *drawing.Layer, x, y int) {
			const box = 11 * drawing.Unit
			var path drawing.Path
			markOn(&path, shape, 0, 0, 0.8, x-box/2, y-box/2, box)
			l.Path(path, drawing.Paint{Fill: fill, Stroke: p.strong, Width: width + 60})
			l.Path(path, drawing.Paint{Fill: fill, Stroke: stroke, Width: width})
		}
	}
	if config.Task == nn.Classification {
		for k := range config.Classes {
			all = append(all, legendEntry{text: ClassName(p.data.Meta, k), draw: sign(markers[k], drawing.Colour(classColours[k].hex()), figureEdge, 60)})
		}
	}
	if nn.HeldOut(len(p.data.State.Data), config.TestFraction) == 0 || p.HideTest {
		return all
	}
	if config.Task == nn.Regression {
		return append(all, legendEntry{text: "held out", draw: sign(diamond, figureEdge, p.strong, 100)})
	}
	return append(all, legendEntry{text: "held out: hollow", draw: sign(markers[0], figureEdge, p.quiet, 120)})
}

// colourBar says which colour is which value.
func (p *figurePen) colourBar(box figureBox) {
	label := p.data.Meta.Transform.Label
	texts := p.layer(figureTexts)
	said := letter(smallText, p.text, drawing.Start)
	baseline := box.y + lineHeight/2 + smallText*36/100
	left, right := legendEnd(label, -1), legendEnd(label, 1)
	if label.Name != "" {
		left = said.Fit(label.Name, box.width/3) + "  " + left
	}
	texts.Text(box.x, baseline, left, said)
	said.Anchor = drawing.End
	texts.Text(box.x+box.width, baseline, right, said)
	from, to := box.x+said.Width(left)*11/10+6*drawing.Unit, box.x+box.width-said.Width(right)*11/10-6*drawing.Unit
	bar := image.NewPaletted(image.Rect(0, 0, scaleTop+1, 1), p.palette(palettes()[1].colours))
	for i := range bar.Pix {
		bar.Pix[i] = byte(i)
	}
	texts.Image(from, box.y+(lineHeight-barHeight)/2, to-from, barHeight, bar)
}

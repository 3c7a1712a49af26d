package views

import (
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// chartUnits is the height of a chart in a figure.
const chartUnits = 190

// curves draws two charts: the loss and the accuracy or, of a regression, the typical error.
func (p *figurePen) curves(first, second figureBox) {
	h := &p.data.History
	perEpoch, unit := 1, "step"
	if e := updatesPerEpoch(h, batches(&p.data.State)); e > 0 {
		perEpoch, unit = e, "epoch"
	}
	x := axis{}
	if n := h.Len(); n > 0 {
		x.lo, x.hi = float64(h.Step[0])/float64(perEpoch), float64(h.Step[n-1])/float64(perEpoch)
	}
	loss := figureChart{quantity: lossOverRun, box: first, x: x, y: axis{log: p.LogScale}, unit: unit, perEpoch: float64(perEpoch)}
	other := loss
	if other.box, other.quantity = second, accuracyOverRun; p.data.State.Config.Task == nn.Regression {
		other.quantity, other.y.perError = errorOverRun, perUnit(p.data.Meta.Transform.Label)
	} else {
		other.y = axis{percent: true}
	}
	loss.fit(h)
	other.fit(h)
	room := max(p.numbers(&loss.y), p.numbers(&other.y)) // so that one stands exactly below the other
	p.chart(&loss, room)
	p.chart(&other, room)
}

// A figureChart is a chart of a figure.
type figureChart struct {
	quantity
	box         figureBox
	x, y        axis
	unit        string // of the horizontal axis
	perEpoch    float64
	train, test []float64
	top, bottom int
}

// fit makes the vertical axis hold the curves.
func (c *figureChart) fit(h *nn.History) {
	c.train, c.test = c.columns(h)
	curves := []curve{{history: h, values: c.train}, {history: h, values: c.test}}
	c.top, c.bottom = c.box.y+lineHeight+6*drawing.Unit, c.box.y+c.box.height-tickLength-2*lineHeight
	c.y.from, c.y.to = float64(c.bottom)/drawing.Unit, float64(c.top)/drawing.Unit
	if c.accuracy {
		c.y.fitShares(curves)
	} else {
		c.y.fitLosses(curves)
	}
}

// numbers returns the room that the numbers beside a vertical axis need.
func (p *figurePen) numbers(y *axis) (room int) {
	number := letter(smallText, p.quiet, drawing.End)
	for _, v := range y.ticks[:y.n] {
		room = max(room, number.Width(string(y.appendNumber(nil, v)))*11/10)
	}
	return room + 5*drawing.Unit
}

// chart draws a chart: what it is and its curves on top, and the axes.
func (p *figurePen) chart(c *figureChart, room int) {
	box, x, y := c.box, &c.x, &c.y
	number := letter(smallText, p.quiet, drawing.End)
	left, right := box.x+room, box.x+box.width-number.Width("00")
	x.from, x.to = float64(left)/drawing.Unit, float64(right)/drawing.Unit
	x.fitRun(x.lo, x.hi)

	var grid, frame drawing.Path
	texts := p.layer(figureTexts)
	for _, v := range y.ticks[:y.n] {
		at := hundredths(y.place(v))
		grid.Move(left, at)
		grid.Line(right, at)
		texts.Text(left-5*drawing.Unit, at+smallText*36/100, string(y.appendNumber(nil, v)), number)
	}
	p.layer(figureFrames).Path(grid, drawing.Paint{Stroke: p.line, Width: drawing.Unit})
	frame.Move(left, c.top)
	frame.Line(left, c.bottom)
	frame.Line(right, c.bottom)
	number.Anchor = drawing.Middle
	for _, v := range x.ticks[:x.n] {
		at := hundredths(x.at(v))
		frame.Move(at, c.bottom)
		frame.Line(at, c.bottom+tickLength)
		texts.Text(at, c.bottom+tickLength+smallText, string(appendAxisNumber(nil, v, false)), number)
	}
	p.layer(figureFrames).Path(frame, drawing.Paint{Stroke: p.strong, Width: drawing.Unit})
	name := letter(plainText, p.text, drawing.Middle)
	texts.Text((left+right)/2, c.bottom+tickLength+lineHeight+plainText, c.unit, name)

	head := letter(plainText, p.text, drawing.Start)
	head.Bold = true
	texts.Text(box.x, box.y+plainText, string(c.title), head)
	var keys []legendEntry
	for _, line := range []struct {
		name   string
		values []float64
		paint  drawing.Paint
	}{
		{"train", c.train, drawing.Paint{Stroke: p.train, Width: 180}},
		{"test", c.test, drawing.Paint{Stroke: p.test, Width: 180, Dash: []int{5 * drawing.Unit, 4 * drawing.Unit}}},
	} {
		if line.values == nil {
			continue
		}
		p.layer(figureCurves).Path(p.curve(c, line.values), line.paint)
		keys = append(keys, legendEntry{line.name, true, func(l *drawing.Layer, x, y int) { l.Path(legendLine(x, y), line.paint) }})
	}
	from := box.x + head.Width(string(c.title))*11/10 + legendGap
	p.legend(texts, keys, from, box.y, box.x+box.width-from)
	p.now(c)
}

// curve returns the line through the values that were measured. It is broken where one is missing.
func (p *figurePen) curve(c *figureChart, values []float64) (path drawing.Path) {
	started := false
	for i, v := range values {
		step := p.data.History.Step[i]
		if p.Film && step > p.data.State.Network.Step {
			break
		}
		if started = started && v >= 0; v < 0 { // missing
			continue
		}
		atX, atY := hundredths(c.x.at(float64(step)/c.perEpoch)), hundredths(c.y.at(v))
		if !started {
			path.Move(atX, atY)
		}
		path.Line(atX, atY)
		started = true
	}
	return path
}

// now marks the moment that is shown, in a film and where the run went on after it.
func (p *figurePen) now(c *figureChart) {
	i, h := p.data.sampleAt(), &p.data.History
	if i < 0 || i >= len(c.train) || c.train[i] < 0 || i == h.Len()-1 && !p.Film {
		return
	}
	var path drawing.Path
	path.Disc(hundredths(c.x.at(float64(h.Step[i])/c.perEpoch)), hundredths(c.y.at(c.train[i])), 350)
	p.layer(figureMoments).Path(path, drawing.Paint{Fill: p.train, Stroke: p.ground, Width: 100})
}

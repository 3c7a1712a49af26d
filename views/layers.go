package views

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// A layerQuantity is what a chart shows of every layer over the run.
type layerQuantity struct {
	name        string // of its member of nn.LayerHistory
	title, help string
	share       bool // from 0 to 1; otherwise on a logarithmic scale
	columns     func(h *nn.LayerHistory) [][]float64
	now         func(s nn.LayerState) float64
}

// layerQuantities are in the order of their charts.
var layerQuantities = []layerQuantity{
	{
		name: "gradient", title: "Gradient",
		help:    "How strongly the loss pulls at the weights of a layer. A layer that is hardly pulled hardly learns.",
		columns: func(h *nn.LayerHistory) [][]float64 { return h.Gradient },
		now:     func(s nn.LayerState) float64 { return s.Gradient },
	},
	{
		name: "update", title: "Update",
		help:    "How far an update moves the weights, as a share of their size: 0.01 is one hundredth. Near 1 the network forgets what it knew, and far below 0.0001 it stands still.",
		columns: func(h *nn.LayerHistory) [][]float64 { return h.Update },
		now:     func(s nn.LayerState) float64 { return s.Update },
	},
	{
		name: "idle", title: "Idle units", share: true,
		help:    "The share of units that hardly learn: the dead, which answer no point, and the saturated, which are stuck at an end.",
		columns: func(h *nn.LayerHistory) [][]float64 { return h.Idle },
		now:     func(s nn.LayerState) float64 { return s.Idle.Share() },
	},
}

// A chart of layers has larger numbers than others, and so more room for them at its sides.
const marginLeft, marginRight = 14, 16

// A layerChart is a chart of a layerQuantity, with the values of the moment.
type layerChart struct {
	Name, Title, Help, Moment, Words string
	As                               string // how the script writes a value; see public/curves.js
	ViewBox, X0, X1, Step0, Step1    string
	Lines                            []layerLine
	Drawing                          templ.Component
}

// A layerLine is the entry of a layer in the legend of a chart.
type layerLine struct{ Layer, Class, Column, Now string }

// sign draws the line before its name.
func (l layerLine) sign() templ.Component {
	return written(func(p *pen) { p.sign(markup("curve "+l.Class), lineSign) })
}

// layerCharts returns the charts of the layers, or nil where there are not two moments to join. The
// last moment is the one that was measured now.
func layerCharts(l *Lab) []layerChart {
	h, step := l.History.Layers, l.State.Network.Step
	if h.Len() == 0 || len(h.Gradient) != len(l.Layers) {
		return nil
	}
	run := nn.History{Step: h.Step, Epoch: h.Epoch}
	isNewer := step > h.Step[h.Len()-1]
	if isNewer {
		run.Step = append(run.Step[:h.Len():h.Len()], step)
		run.Epoch = append(run.Epoch[:h.Len():h.Len()], l.State.Network.Epoch)
	}
	n := run.Len()
	if n < 2 {
		return nil
	}
	perEpoch, unit, moment := 1, markup("step"), step
	if e := updatesPerEpoch(&run, batches(&l.State)); e > 0 {
		perEpoch, unit, moment = e, "epoch", l.State.Network.Epoch
	}
	x := axis{from: plotLeft, to: plotRight}
	x.fitRun(float64(run.Step[0])/float64(perEpoch), float64(run.Step[n-1])/float64(perEpoch))
	var xs []int32
	for _, at := range run.Step {
		xs = append(xs, int32(inTenths(x.at(float64(at)/float64(perEpoch)))))
	}
	var charts []layerChart
	for _, q := range layerQuantities {
		c := layerChart{
			Name: q.name, Title: q.title, Help: q.help, As: "size",
			Moment:  string(unit) + " " + grouped(moment),
			ViewBox: fmt.Sprint(-marginLeft, 0, chartWidth+marginLeft+marginRight, chartHeight),
			X0:      strconv.Itoa(plotLeft), X1: strconv.Itoa(plotRight),
			Step0: string(appendStep(nil, x.lo*float64(perEpoch))), Step1: string(appendStep(nil, x.hi*float64(perEpoch))),
		}
		y := axis{from: plotBottom, to: plotTop, percent: q.share, log: !q.share}
		write := sizeText
		if q.share {
			write, c.As = func(v float64) string { return percent(&v) }, "%"
		}
		var curves []curve
		words := q.title + " at step " + grouped(step)
		for i, column := range q.columns(h) {
			now := q.now(l.Layers[i])
			if isNewer {
				column = append(column[:len(column):len(column)], now)
			}
			name := layerName(i, len(l.Layers))
			class := layerClass(i, len(l.Layers))
			curves = append(curves, curve{class: markup(class), history: &run, xs: xs, values: column})
			c.Lines = append(c.Lines, layerLine{name, class, q.name + "." + strconv.Itoa(i), write(now)})
			words += "; " + name + " " + write(now) + ", at the start " + write(column[0])
		}
		if curves == nil { // no hidden layer
			continue
		}
		if c.Words = words; q.share {
			y.setRange(0, 1)
			y.addTicks(0, 1, 0.2)
		} else {
			y.fitLosses(curves)
		}
		c.Drawing = written(func(p *pen) {
			p.axes(&x, &y, unit)
			for i := range curves {
				p.curve(&curves[i], &y)
			}
			p.layerMarks(curves, len(l.Layers), &y)
			p.cursor()
		})
		charts = append(charts, c)
	}
	return charts
}

// layerMarks writes the numbers of the layers at the ends of their lines, apart from each other.
func (p *pen) layerMarks(curves []curve, layers int, y *axis) {
	const apart = 140 // tenths of a unit
	type mark struct{ layer, at int }
	var marks []mark
	for l, c := range curves {
		if v := c.values[len(c.values)-1]; v >= 0 {
			marks = append(marks, mark{l, inTenths(y.at(v))})
		}
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(marks); i++ {
		marks[i].at = max(marks[i].at, marks[i-1].at+apart)
	}
	for i, bottom := len(marks)-1, 10*plotBottom; i >= 0; i-- { // and back above the axis
		marks[i].at = min(marks[i].at, bottom)
		bottom = marks[i].at - apart
	}
	p.text(`<g class="layer-marks">`)
	for _, m := range marks {
		p.textAt(10*plotRight+40, m.at+40)
		*p = append(*p, layerMark(m.layer, layers)...)
		p.text(`</text>`)
	}
	p.text(`</g>`)
}

// sizeText writes a size with the digits of a history, or a dash where nothing was measured.
// asText of public/curves.js writes the same.
func sizeText(v float64) string {
	switch {
	case v == nn.NotMeasured:
		return "–"
	case !(v < math.MaxFloat64): // the largest number stands for an overflow
		return "not finite"
	}
	text := strconv.FormatFloat(v, 'e', 2, 64)
	short, _ := strconv.ParseFloat(text, 64) // cannot fail
	if v == 0 || v >= 1e-4 && v < 1e6 {
		return groupedNumber(short)
	}
	mantissa, power, _ := strings.Cut(text, "e")
	k, _ := strconv.Atoi(power) // cannot fail
	return table.Readable(strings.TrimRight(strings.TrimRight(mantissa, "0"), ".") + "e" + strconv.Itoa(k))
}

// groupedNumber writes a number below a million, its thousands grouped.
func groupedNumber(v float64) string {
	if v >= 1000 { // which has three digits and no decimals
		return string(table.AppendGrouped(nil, int(v)))
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// layerName returns the name of weight layer l, from 0.
func layerName(l, layers int) string {
	if l == layers-1 {
		return "output"
	}
	return "hidden " + strconv.Itoa(l+1)
}

// layerMark returns the short name of weight layer l, from 0.
func layerMark(l, layers int) string {
	if l == layers-1 {
		return "out"
	}
	return strconv.Itoa(l + 1)
}

// layerClass returns the CSS classes of the line of weight layer l, from 0.
func layerClass(l, layers int) string {
	if l == layers-1 {
		return "layer layer-output"
	}
	return "layer layer-" + strconv.Itoa(l)
}

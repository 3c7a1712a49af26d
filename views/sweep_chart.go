package views

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
)

// A spreadLine is a line of a chart over runs that differ by chance: their mean, and from the lowest to the
// highest. Where nothing was measured there is [nn.NotMeasured].
type spreadLine struct {
	class          markup // of the style sheet: train or test
	name           markup
	mean, low, top []float64
	own            []float64 // of the page's own run, or nil
}

// A sweepChart is a chart of such lines.
type sweepChart struct {
	title  markup
	unit   string // of the horizontal axis
	xs     []float64
	names  []string // of the values
	log    bool     // the horizontal axis
	shares bool     // percents, and not losses
	marked bool     // each value has a dot that names it
	lines  []spreadLine
	failed []int // the indexes of values with which a run failed
}

// Charts draws what the runs of a sweep tell together. Where they do not differ by chance or by a number
// there is nothing to draw.
func (s *SweepPage) Charts() templ.Component {
	return written(func(p *pen) {
		for _, c := range s.charts() {
			p.sweepChart(&c)
		}
	})
}

// charts returns the charts of a sweep.
func (s *SweepPage) charts() []sweepChart {
	switch a := s.numberAxis(); {
	case s.CurveSamples() > 0:
		return s.curveCharts()
	case a != nil:
		return []sweepChart{s.numberChart(a)}
	}
	return nil
}

// numberAxis returns the axis of numbers of a sweep that differs by nothing else but chance, or nil.
func (s *SweepPage) numberAxis() *SweepAxis {
	var found *SweepAxis
	for i := range s.Axes {
		switch a := &s.Axes[i]; {
		case a.isSeed():
		case a.numbers() != nil && found == nil:
			found = a
		default:
			return nil
		}
	}
	return found
}

// curveCharts are the curves of runs that differ by chance alone.
func (s *SweepPage) curveCharts() []sweepChart {
	var longest *nn.History
	for i := range s.made() {
		if h := &s.Cells[i].History; longest == nil || h.Len() > longest.Len() {
			longest = h
		}
	}
	if longest == nil || longest.Len() < 2 {
		return nil
	}
	columns := []struct {
		title  markup
		class  markup
		shares bool
		of     func(h *nn.History) []float64
	}{
		{"Train loss", "train", false, func(h *nn.History) []float64 { return h.Loss }},
		{"Test loss", "test", false, func(h *nn.History) []float64 { return h.TestLoss }},
		{"Accuracy", "train", true, func(h *nn.History) []float64 { return h.Accuracy }},
	}
	xs := make([]float64, longest.Len())
	for i, step := range longest.Step {
		xs[i] = float64(step)
	}
	var all []sweepChart
	for _, column := range columns {
		if column.of(longest) == nil || len(all) == 2 {
			continue
		}
		line := spreadLine{class: column.class, name: "mean"}
		for i := range xs {
			var values []float64
			for k := range s.made() {
				if of := column.of(&s.Cells[k].History); i < len(of) && of[i] >= 0 {
					values = append(values, of[i])
				}
			}
			line.add(values)
		}
		if own := s.own(); own >= 0 {
			line.own = column.of(&s.Cells[own].History)
		}
		all = append(all, sweepChart{title: column.title, unit: "step", xs: xs, shares: column.shares, lines: []spreadLine{line}})
	}
	return all
}

// own returns the cell of the page's own seed, or -1 if it is not on the page.
func (s *SweepPage) own() int {
	cell := slices.Index(s.Axes[0].Values, strconv.FormatUint(uint64(s.State.Config.Seed), 10))
	if cell >= s.Sent {
		return -1
	}
	return cell
}

// add adds the mean of values of one place, and from where to where they go.
func (l *spreadLine) add(values []float64) {
	if len(values) == 0 {
		l.mean, l.low, l.top = append(l.mean, nn.NotMeasured), append(l.low, nn.NotMeasured), append(l.top, nn.NotMeasured)
		return
	}
	sum := 0.0
	for _, v := range values {
		sum += v / float64(len(values))
	}
	l.mean, l.low, l.top = append(l.mean, sum), append(l.low, slices.Min(values)), append(l.top, slices.Max(values))
}

// numberChart is the loss over a number: of the points for training, and of those held out.
func (s *SweepPage) numberChart(a *SweepAxis) sweepChart {
	xs := a.numbers()
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, k int) int { return cmp.Compare(xs[i], xs[k]) })
	c := sweepChart{title: "Loss", unit: a.unit(), marked: true}
	train, test := spreadLine{class: "train", name: "train"}, spreadLine{class: "test", name: "test"}
	for _, i := range order {
		var ofTrain, ofTest []float64
		failed := false
		for cell := range s.made() {
			row, column := s.place(cell)
			if a == &s.Axes[0] && row != i || a != &s.Axes[0] && column != i {
				continue
			}
			run := &s.Cells[cell]
			failed = failed || run.Problem != ""
			if _, ok := run.result(); ok {
				ofTrain = append(ofTrain, run.Metrics.Loss)
				if run.Metrics.TestLoss != nil {
					ofTest = append(ofTest, *run.Metrics.TestLoss)
				}
			}
		}
		c.xs, c.names = append(c.xs, xs[i]), append(c.names, a.named(i))
		train.add(ofTrain)
		test.add(ofTest)
		if failed {
			c.failed = append(c.failed, len(c.xs)-1)
		}
	}
	c.log = c.xs[0] > 0 && c.xs[len(c.xs)-1] >= 10*c.xs[0]
	c.lines = []spreadLine{train}
	if slices.Max(test.mean) >= 0 {
		c.lines = append(c.lines, test)
	}
	if slices.Max(train.mean) < 0 {
		c.lines = nil
	}
	return c
}

// at names a value of the horizontal axis.
func (c *sweepChart) at(i int) string {
	if c.names == nil {
		return c.unit + " " + axisNumber(c.xs[i])
	}
	return c.names[i]
}

// mostSteep is how many times as large as the lowest loss the highest may be on a linear axis.
const mostSteep = 50

// axes returns the axes of a chart.
func (c *sweepChart) axes() (x, y axis) {
	x, y = axis{from: plotLeft, to: plotRight, log: c.log}, axis{from: plotBottom, to: plotTop, percent: c.shares}
	first, last := c.xs[0], c.xs[len(c.xs)-1]
	switch {
	case c.marked && len(c.xs) <= 8: // a tick for each
		x.n = copy(x.ticks[:], c.xs)
		x.setRange(first, last)
	case c.log:
		x.fitPowers(first, last)
	default:
		x.fitRun(first, last)
	}
	var curves []curve
	lo, hi := math.Inf(1), 0.0
	for i := range c.lines {
		l := &c.lines[i]
		for _, values := range [][]float64{l.low, l.top, l.own} {
			curves = append(curves, curve{values: values})
			for _, v := range values {
				if v > 0 {
					lo, hi = min(lo, v), max(hi, v)
				}
			}
		}
	}
	if c.shares {
		y.fitShares(curves)
	} else {
		y.log = hi > mostSteep*lo
		y.fitLosses(curves)
	}
	return x, y
}

// sweepChart draws a chart.
func (p *pen) sweepChart(c *sweepChart) {
	if len(c.lines) == 0 || len(c.xs) < 2 || !(c.xs[len(c.xs)-1] > c.xs[0]) {
		return
	}
	x, y := c.axes()
	places := make([]int32, len(c.xs))
	for i, v := range c.xs {
		places[i] = int32(inTenths(x.at(v)))
	}
	p.text(`<figure class="chart"><figcaption><b>`)
	p.text(c.title)
	p.text(`</b>`)
	c.keys(p)
	p.text(`</figcaption><svg viewBox="`)
	overhang := y.overhang()
	p.number(-overhang)
	p.text(" 0 ")
	p.number(chartWidth + overhang)
	p.text(" ")
	p.number(chartHeight)
	p.text(`" role="img" aria-label="`)
	p.escaped(c.words())
	p.text(`">`)
	p.axes(&x, &y, markup(c.unit)) // a label of our own
	for i := range c.lines {
		p.band(&c.lines[i], places, &y)
	}
	for i := range c.lines {
		l := &c.lines[i]
		p.curve(&curve{class: l.class, xs: places, values: l.mean}, &y)
		p.curve(&curve{class: "own", xs: places, values: l.own}, &y)
		for k, v := range l.mean {
			if c.marked && v >= 0 {
				p.dot("at "+l.class, int(places[k]), inTenths(y.at(v)))
				p.text("<title>")
				p.escaped(fmt.Sprintf("%s loss %s with %s", l.name, lossText(v), c.at(k)))
				p.text("</title></circle>")
			}
		}
	}
	for _, k := range c.failed {
		at := int(places[k])
		p.text(`<path class="failed" d="M`)
		p.pair(at-35, 10*plotTop)
		p.text(`l7 7m0-7l-7 7"><title>`)
		p.escaped("a run failed with " + c.at(k))
		p.text(`</title></path>`)
	}
	p.text(`</svg></figure>`)
}

// keys writes the legend.
func (c *sweepChart) keys(p *pen) {
	key := func(class, shape, name markup) {
		p.text(` <span class="curve-key"><svg class="key" viewBox="0 0 22 8" width="22" height="8" aria-hidden="true"><path class="`)
		p.text(class)
		p.text(`" d="`)
		p.text(shape)
		p.text(`"></path></svg> `)
		p.text(name)
		p.text(`</span>`)
	}
	const line, area = "M1 4h20", "M1 0h20v8H1z"
	wide := markup("")
	for i := range c.lines {
		l := &c.lines[i]
		key("curve "+l.class, line, l.name)
		if l.own != nil {
			key("curve own", line, "yours")
		}
		if wide == "" && l.isWide() {
			wide = l.class
		}
	}
	if wide != "" {
		key("band "+wide, area, "lowest to highest")
	}
}

// isWide reports whether the runs differ somewhere.
func (l *spreadLine) isWide() bool {
	for i := range l.low {
		if l.top[i] > l.low[i] {
			return true
		}
	}
	return false
}

// band draws the area from the lowest to the highest.
func (p *pen) band(l *spreadLine, places []int32, y *axis) {
	if !l.isWide() {
		return
	}
	p.text(`<path class="band `)
	p.text(l.class)
	p.text(`" d="`)
	for from := 0; from < len(places); from++ {
		to := from
		for to < len(places) && l.low[to] >= 0 {
			to++
		}
		if to-from > 1 {
			command := markup("M")
			for i := from; i < to; i++ {
				p.text(command)
				p.pair(int(places[i]), inTenths(y.at(l.top[i])))
				command = "L"
			}
			for i := to - 1; i >= from; i-- {
				p.text(command)
				p.pair(int(places[i]), inTenths(y.at(l.low[i])))
			}
			p.text("z")
		}
		from = to
	}
	p.text(`"/>`)
}

// words says what a chart shows, to who cannot see it.
func (c *sweepChart) words() string {
	text := string(c.title)
	for i := range c.lines {
		l := &c.lines[i]
		first, last := -1, 0
		for k, v := range l.mean {
			if v >= 0 {
				if last = k; first < 0 {
					first = k
				}
			}
		}
		if first >= 0 {
			value := func(k int) string {
				if c.shares {
					return percent(&l.mean[k])
				}
				return lossText(l.mean[k])
			}
			text += fmt.Sprintf("; %s %s at %s, and %s at %s", l.name, value(first), c.at(first), value(last), c.at(last))
		}
	}
	return text
}

// blankCharts draws the axes of the charts that come at the end, where they will be.
func blankCharts(s *SweepPage) templ.Component {
	return written(func(p *pen) {
		n := 0
		if s.CurveSamples() > 0 {
			n = 2
		} else if s.numberAxis() != nil {
			n = 1
		}
		p.text(`<div class="curves">`)
		for range n {
			p.blankChart("\u00a0")
		}
		p.text(`</div>`)
	})
}

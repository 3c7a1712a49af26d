package views

import (
	"math"
	"slices"
	"strconv"

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

// onlyAxis returns the axis of a sweep that differs by nothing else but chance, or nil.
func (s *SweepPage) onlyAxis() *SweepAxis {
	var found *SweepAxis
	for i := range s.Axes {
		switch a := &s.Axes[i]; {
		case a.isSeed():
		case found == nil:
			found = a
		default:
			return nil
		}
	}
	return found
}

// numberAxis returns the only axis of a sweep if it has numbers, or nil.
func (s *SweepPage) numberAxis() *SweepAxis {
	if a := s.onlyAxis(); a != nil && a.numbers() != nil {
		return a
	}
	return nil
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

// spread returns the losses of the runs with each value of an axis, in an order of the values: of the points
// for training, and of those held out. A run failed at these places of the order.
func (s *SweepPage) spread(a *SweepAxis, order []int) (train, test spreadLine, failed []int) {
	train, test = spreadLine{class: "train", name: "train"}, spreadLine{class: "test", name: "test"}
	for place, i := range order {
		var ofTrain, ofTest []float64
		fails := false
		for cell := range s.made() {
			row, column := s.place(cell)
			if a == &s.Axes[0] && row != i || a != &s.Axes[0] && column != i {
				continue
			}
			run := &s.Cells[cell]
			fails = fails || run.Problem != ""
			if _, ok := run.result(); ok {
				ofTrain = append(ofTrain, run.Metrics.Loss)
				if run.Metrics.TestLoss != nil {
					ofTest = append(ofTest, *run.Metrics.TestLoss)
				}
			}
		}
		train.add(ofTrain)
		test.add(ofTest)
		if fails {
			failed = append(failed, place)
		}
	}
	return train, test, failed
}

// lossLines returns the lines that there is something to show of.
func lossLines(train, test spreadLine) []spreadLine {
	switch {
	case slices.Max(train.mean) < 0:
		return nil
	case slices.Max(test.mean) < 0:
		return []spreadLine{train}
	}
	return []spreadLine{train, test}
}

// numberChart is the loss over a number.
func (s *SweepPage) numberChart(a *SweepAxis) sweepChart {
	xs, order := a.numbers(), a.order()
	c := sweepChart{title: "Loss", unit: a.unit(), marked: true}
	for _, i := range order {
		c.xs, c.names = append(c.xs, xs[i]), append(c.names, a.named(i))
	}
	c.log = c.xs[0] > 0 && c.xs[len(c.xs)-1] >= 10*c.xs[0]
	train, test, failed := s.spread(a, order)
	c.lines, c.failed = lossLines(train, test), failed
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
	if c.shares {
		y.fitShares(curvesOf(c.lines))
	} else {
		y.fitSpread(c.lines)
	}
	return x, y
}

// curvesOf returns the edges of lines.
func curvesOf(lines []spreadLine) (curves []curve) {
	for i := range lines {
		l := &lines[i]
		for _, values := range [][]float64{l.low, l.top, l.own} {
			curves = append(curves, curve{values: values})
		}
	}
	return curves
}

// fitSpread makes the axis hold the losses of lines: logarithmic if they are many times as large as each
// other.
func (a *axis) fitSpread(lines []spreadLine) {
	curves := curvesOf(lines)
	lo, hi := math.Inf(1), 0.0
	for _, c := range curves {
		for _, v := range c.values {
			if v > 0 {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	a.log = hi > mostSteep*lo
	a.fitLosses(curves)
}

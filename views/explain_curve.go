package views

import (
	"math"
	"strconv"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An explainedCurve is the loss along an update: a chart, what it says, and its numbers as a table.
type explainedCurve struct {
	Chart templ.Component
	Words string
	Marks []curveMark
}

// A curveMark is a length of the loss along an update.
type curveMark struct{ At, Loss, Mark string }

// curveOf prepares a curve. The table has every second length; here and next are among them.
func curveOf(c nn.LossCurve) explainedCurve {
	v := explainedCurve{Chart: written(func(p *pen) { p.stepChart(c) })}
	var here, next float64
	best := 0
	for i, at := range c.At {
		mark := ""
		switch at {
		case 0:
			here, mark = c.Loss[i], "here"
		case 1:
			next, mark = c.Loss[i], "next"
		}
		if c.Loss[i] < c.Loss[best] {
			best = i
		}
		if i%2 == 0 {
			v.Marks = append(v.Marks, curveMark{lengthText(at), exactLoss(c.Loss[i]), mark})
		}
	}
	switch {
	case next < here:
		v.Words = "The step makes the loss of all training points fall from " + exactLoss(here) + " to " + exactLoss(next) + "."
	case next > here:
		v.Words = "The step makes the loss of all training points rise from " + exactLoss(here) + " to " + exactLoss(next) +
			": it goes too far, or it follows a batch, a penalty or earlier gradients that want something else."
	default:
		v.Words = "The step leaves the loss of all training points as it is."
	}
	switch at := c.At[best]; {
	case c.Loss[best] == next:
		v.Words += " Of the lengths tried, this one is the best."
	case at <= 0:
		v.Words += " Of the lengths tried, none is better than to stay or to go back."
	case best == len(c.At)-1:
		v.Words += " A step twice as long would be better still."
	default:
		v.Words += " A step " + lengthText(at) + " times as long would be best."
	}
	return v
}

// lengthText writes a length with a minus sign.
func lengthText(v float64) string { return table.Readable(strconv.FormatFloat(v, 'f', -1, 64)) }

// exactLoss writes a loss with enough digits to tell neighbours of a curve apart.
func exactLoss(v float64) string {
	if v == math.MaxFloat64 {
		return lossText(v)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// stepChart draws the loss against the length of a step.
func (p *pen) stepChart(c nn.LossCurve) {
	x := axis{from: plotLeft, to: plotRight}
	x.setRange(c.At[0], c.At[len(c.At)-1])
	x.addTicks(0, x.hi, 0.5)
	y := axis{from: plotBottom, to: plotTop}
	y.fitRange(c.Loss)
	xs := make([]int32, len(c.At))
	line := curve{class: "train", values: c.Loss}
	for i, at := range c.At {
		xs[i] = int32(inTenths(x.at(at)))
	}
	line.xs = xs
	p.text(`<figure class="chart step-chart"><figcaption>Loss</figcaption><svg viewBox="`)
	p.chartBox(&y)
	p.text(`" role="img" aria-label="The loss against the length of the step; the table below has its numbers">`)
	p.axes(&x, &y, "length of the step")
	p.curve(&line, &y)
	for i, at := range c.At {
		if at != 0 && at != 1 {
			continue
		}
		cx, cy := inTenths(x.at(at)), inTenths(y.at(c.Loss[i]))
		class, name := markup("step-here"), markup("here")
		if at == 1 {
			class, name = "step-next", "next"
		}
		p.dot(class, cx, cy)
		dx, dy, anchor := markPlace(c.Loss, i, cy)
		p.text(`</circle><text class="axis-number mark-name" text-anchor="`)
		p.text(anchor)
		p.text(`" x="`)
		p.tenths(cx + dx)
		p.text(`" y="`)
		p.tenths(cy + dy)
		p.text(`">`)
		p.text(name)
		p.text(`</text>`)
	}
	p.text(`</svg></figure>`)
}

// markPlace returns where the name of a mark stands beside it, in tenths: on the side that the curve leaves free.
func markPlace(losses []float64, i, cy int) (dx, dy int, anchor markup) {
	falls := [2]bool{losses[i] < losses[i-1], losses[i+1] < losses[i]} // before the mark, and behind it
	above := cy > 10*(plotTop+24)
	if falls == [2]bool{true, false} { // the curve is above it
		above = cy > 10*(plotBottom-24)
	}
	if dy = 180; above {
		dy = -90
	}
	switch {
	case falls[0] != falls[1]:
		return 0, dy, "middle"
	case falls[0] == above: // to the right: it falls and leaves what is above, or rises and leaves what is below
		return 60, dy, "start"
	}
	return -60, dy, "end"
}

// fitRange makes the axis hold all losses, between the round numbers around them.
func (a *axis) fitRange(losses []float64) {
	lo, hi := math.Inf(1), 0.0
	for _, v := range losses {
		lo, hi = min(lo, v), max(hi, v)
	}
	lo, hi = min(lo, largest), min(hi, largest)
	if least := max(1e-6*hi, smallest); hi-lo < least { // flat
		lo, hi = max(0, lo-least), hi+least
	}
	apart := roundNumber((hi - lo) / 4)
	a.setRange(float64(math.Floor(lo/apart+1e-9)*apart), float64(math.Ceil(hi/apart-1e-9)*apart))
	if power := exponent(apart); power < 0 && power > -9 && hi < 1e6 {
		a.decimals = -power
	}
	a.addTicks(a.lo, a.hi, apart)
}

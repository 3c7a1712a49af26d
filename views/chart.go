package views

import (
	"math"
	"strconv"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// The layout of a chart, in units of its viewBox.
const (
	chartWidth, chartHeight = 360, 182
	plotLeft, plotRight     = 52, 344
	plotTop, plotBottom     = 8, 146
)

// A quantity is what a chart shows over the run: the loss or the accuracy. It has methods and no
// function fields, because arguments of a call through a field escape to the heap.
type quantity struct {
	name, title             markup
	trainColumn, testColumn markup // names of members of nn.History
	accuracy                bool   // otherwise the loss,
	err                     bool   // or the typical error that follows from it
}

var (
	lossOverRun     = quantity{"loss", "Loss", "loss", "test_loss", false, false}
	accuracyOverRun = quantity{"accuracy", "Accuracy", "accuracy", "test_accuracy", true, false}
	errorOverRun    = quantity{"error", "Typical error", "loss", "test_loss", false, true}
)

// columns returns the quantity's columns of a history.
func (q *quantity) columns(h *nn.History) (train, test []float64) {
	if q.accuracy {
		return h.Accuracy, h.TestAccuracy
	}
	return h.Loss, h.TestLoss
}

// newest returns the quantity's values in metrics, or nil where m is nil.
func (q *quantity) newest(m *nn.Metrics) (train, test *float64) {
	switch {
	case m == nil:
		return nil, nil
	case q.accuracy:
		return m.Accuracy, m.TestAccuracy
	}
	return &m.Loss, m.TestLoss
}

// value writes a value beside an axis, or a dash for nil.
func (p *pen) value(q *quantity, y *axis, v *float64) {
	switch {
	case q.accuracy:
		*p = appendPercent(*p, v)
	case q.err && v != nil && *v < math.MaxFloat64:
		short, _ := strconv.ParseFloat(strconv.FormatFloat(typicalError(*v, y.perError), 'e', 2, 64), 64) // cannot fail
		*p = appendAxisNumber(*p, short, false)
	default:
		*p = appendLoss(*p, v)
	}
}

// Curves shows loss and accuracy over the run. The page's script moves the cursor with the pointer
// and writes the history's values at the cursor into the output elements, each of which names its
// column.
func Curves(l Lab) templ.Component { return written(func(p *pen) { p.curves(&l) }) }

// curves draws the charts of a run: the loss and, for a classifier, the accuracy or, for a regression,
// the typical error in the units of its values. Before the first update a hint stands in their place.
func (p *pen) curves(l *Lab) {
	pinned := l.Pinned.history(l.State.Config.Task)
	if l.History.Len() < 2 && (pinned == nil || pinned.Len() < 2) {
		p.emptyCharts(l.State.Config.Task)
		return
	}
	perEpoch, pinnedPerEpoch := 1, 1
	unit := markup("step")
	if e := updatesPerEpoch(&l.History, batches(&l.State)); e > 0 {
		other := 1
		if pinned != nil {
			other = updatesPerEpoch(pinned, e)
		}
		if other > 0 {
			perEpoch, pinnedPerEpoch, unit = e, other, "epoch"
		}
	}
	// The curves of the pinned run and then of the current one, train before test in each. The code
	// below writes to the array itself, because a slice of it would move it to the heap.
	var (
		xs   [2][nn.MaxSamples]int32
		both [4]curve
	)
	n := 0
	if pinned != nil {
		both[0] = curve{class: "train pinned", history: pinned, perEpoch: float64(pinnedPerEpoch), xs: xs[0][:0]}
		both[1] = curve{class: "test pinned", history: pinned, perEpoch: float64(pinnedPerEpoch)}
		n = 2
	}
	both[n] = curve{class: "train", history: &l.History, perEpoch: float64(perEpoch), xs: xs[1][:0]}
	both[n+1] = curve{class: "test", history: &l.History, perEpoch: float64(perEpoch)}
	curves := both[:n+2]
	x := axis{lo: math.Inf(1), hi: math.Inf(-1), from: plotLeft, to: plotRight}
	for _, c := range curves {
		if n := c.history.Len(); n > 0 {
			x.lo = min(x.lo, float64(c.history.Step[0])/c.perEpoch)
			x.hi = max(x.hi, float64(c.history.Step[n-1])/c.perEpoch)
		}
	}
	x.fitRun(x.lo, x.hi)
	for i := 0; i < len(curves); i += 2 { // train and test have the same samples
		c := &both[i]
		for _, step := range c.history.Step {
			both[i].xs = append(both[i].xs, int32(inTenths(x.at(float64(step)/c.perEpoch))))
		}
		both[i+1].xs = both[i].xs
	}

	p.text(`<div class="curves">`)
	y := axis{from: plotBottom, to: plotTop, log: l.Choices.LogScale}
	measure(curves, &lossOverRun)
	y.fitLosses(curves)
	p.chart(&lossOverRun, unit, l, &x, &y, curves)
	if l.State.Config.Task == nn.Classification {
		y := axis{from: plotBottom, to: plotTop, percent: true}
		measure(curves, &accuracyOverRun)
		y.fitShares(curves)
		p.chart(&accuracyOverRun, unit, l, &x, &y, curves)
	} else {
		y := axis{from: plotBottom, to: plotTop, log: l.Choices.LogScale, perError: perUnit(l.Meta.Transform.Label)}
		y.fitLosses(curves)
		p.chart(&errorOverRun, unit, l, &x, &y, curves)
	}
	p.text(`</div>`)
}

// measure gives curves the values of a quantity. Train and test curves alternate.
func measure(curves []curve, q *quantity) {
	for i := 0; i < len(curves); i += 2 {
		curves[i].values, curves[i+1].values = q.columns(curves[i].history)
	}
}

// chart draws curves with a legend. The last two curves are the current run's. The horizontal axis
// is linear in steps, also where its numbers count epochs.
func (p *pen) chart(q *quantity, unit markup, l *Lab, x, y *axis, curves []curve) {
	train, test := q.newest(l.Metrics)
	tested := curves[len(curves)-1].values != nil
	network := &l.State.Network
	p.text(`<figure class="chart" data-chart="`)
	p.text(q.name)
	p.text(`"><figcaption><b>`)
	p.text(q.title)
	p.text(`</b> `)
	if name := l.Meta.Transform.Label.Name; q.err && name != "" {
		p.text(`<span class="curve-key">of <bdi class="name" translate="no" title="`)
		p.escaped(name)
		p.text(`">`)
		p.escaped(name)
		p.text(`</bdi></span> `)
	}
	p.key(q, y, "train", "train", q.trainColumn, train)
	if tested {
		p.key(q, y, "test", "test", q.testColumn, test)
	}
	if pinned := l.Pinned.history(l.State.Config.Task); pinned != nil {
		train, test := q.newest(lastMetrics(*pinned))
		p.key(q, y, "pinned", "train pinned", q.trainColumn, train)
		if curves[1].values != nil {
			p.key(q, y, "pinned test", "test pinned", q.testColumn, test)
		}
	}
	p.text(`<output class="curve-moment" aria-live="off">`)
	p.text(unit)
	p.text(" ")
	if unit == "epoch" {
		*p = table.AppendGrouped(*p, network.Epoch)
	} else {
		*p = table.AppendGrouped(*p, network.Step)
	}
	p.text(`</output></figcaption><svg viewBox="`)
	p.chartBox(y)
	p.text(`" role="img" aria-label="Train `)
	p.text(q.name)
	p.text(" ")
	p.value(q, y, train)
	p.text(" after ")
	if network.Epoch == 1 {
		p.text("1 epoch")
	} else {
		*p = table.AppendGrouped(*p, network.Epoch)
		p.text(" epochs")
	}
	p.extremes(q, y, l)
	if tested {
		p.text("; test ")
		p.text(q.name)
		p.text(" ")
		p.value(q, y, test)
	}
	p.text(`" data-x0="`)
	p.number(plotLeft)
	p.text(`" data-x1="`)
	p.number(plotRight)
	perEpoch := curves[len(curves)-1].perEpoch
	p.text(`" data-step0="`)
	*p = appendStep(*p, x.lo*perEpoch)
	p.text(`" data-step1="`)
	*p = appendStep(*p, x.hi*perEpoch)
	if pinned := curves[0].perEpoch; len(curves) > 2 {
		p.text(`" data-pinned0="`)
		*p = appendStep(*p, x.lo*pinned)
		p.text(`" data-pinned1="`)
		*p = appendStep(*p, x.hi*pinned)
	}
	p.text(`">`)
	p.axes(x, y, unit)
	for i := range curves {
		p.curve(&curves[i], y)
	}
	p.marks(l, &curves[len(curves)-2], x, y)
	p.text(`</svg></figure>`)
}

// extremes says where a train curve began, and what it was at best.
func (p *pen) extremes(q *quantity, y *axis, l *Lab) {
	values, _ := q.columns(&l.History)
	if len(values) < 2 || values[0] < 0 {
		return
	}
	first, best := values[0], values[0]
	for _, v := range values {
		switch {
		case v < 0: // missing
		case q.accuracy:
			best = max(best, v)
		default:
			best = min(best, v)
		}
	}
	p.text(", at the start ")
	p.value(q, y, &first)
	p.text(", at best ")
	p.value(q, y, &best)
}

// key writes an entry of the legend for the curve of a class, with its newest value.
func (p *pen) key(q *quantity, y *axis, name, class, column markup, v *float64) {
	p.text(`<span class="curve-key">`)
	p.sign("curve "+class, lineSign)
	p.text(name)
	p.text(` <output class="curve-value" data-for="`)
	p.text(column)
	switch {
	case q.accuracy:
		p.text(`" data-as="%`)
	case q.err:
		p.text(`" data-as="`)
		*p = strconv.AppendFloat(*p, y.perError, 'g', -1, 64)
	}
	if name != class { // of the pinned run
		p.text(`" data-pinned="`)
	}
	p.text(`" aria-live="off">`)
	p.value(q, y, v)
	p.text(`</output></span> `)
}

// What a legend draws before a name: the shapes of its signs.
const lineSign, areaSign markup = "M1 4h20", "M1 0h20v8H1z"

// sign draws what of a chart a name of its legend is about, and a blank.
func (p *pen) sign(class, shape markup) {
	p.text(`<svg class="key" viewBox="0 0 22 8" width="22" height="8" aria-hidden="true"><path class="`)
	p.text(class)
	p.text(`" d="`)
	p.text(shape)
	p.text(`"></path></svg> `)
}

// batches returns the number of updates in an epoch of a state.
func batches(s *nn.State) int {
	n := len(s.Data) - nn.HeldOut(len(s.Data), s.Config.TestFraction)
	if size := s.Config.BatchSize; size > 0 && size < n {
		return (n + size - 1) / size
	}
	return 1
}

// updatesPerEpoch returns the number of updates in an epoch of a history: guess if that fits every
// sample, otherwise a number that does. It returns 0 where no single number fits.
func updatesPerEpoch(h *nn.History, guess int) int {
	least, most := 1, math.MaxInt
	for i, step := range h.Step {
		// epoch = ⌊step / updates⌋ bounds updates from both sides.
		epoch := h.Epoch[i]
		least = max(least, step/(epoch+1)+1)
		if epoch > 0 {
			most = min(most, step/epoch)
		}
	}
	switch {
	case least <= guess && guess <= most:
		return guess
	case most < least || most == math.MaxInt:
		return 0
	}
	return most
}

// appendStep writes a step for the script.
func appendStep(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'f', -1, 64) }

// marks draws dots at the sample of the moment that is shown and at the lowest test loss, and the line that the script
// moves with the pointer.
func (p *pen) marks(l *Lab, train *curve, x, y *axis) {
	if best := l.History.Best; best != nil && !y.percent {
		p.dot("best", inTenths(x.at(float64(best.Step)/train.perEpoch)), inTenths(y.at(best.TestLoss)))
		p.text("<title>Lowest test loss ")
		*p = appendLoss(*p, &best.TestLoss)
		p.text(" at step ")
		*p = table.AppendGrouped(*p, best.Step)
		p.text("</title></circle>")
	}
	at := len(train.values) - 1
	for ; at > 0 && l.History.Step[at] > l.State.Network.Step; at-- { // an older moment is shown
	}
	if at >= 0 && train.values[at] >= 0 {
		p.dot("now", int(train.xs[at]), inTenths(y.at(train.values[at])))
		p.text("</circle>")
	}
	p.cursor()
}

// cursor draws the line that the script moves with the pointer.
func (p *pen) cursor() {
	p.text(`<line class="cursor" x1="0" x2="0" y1="`)
	p.tenths(10 * plotTop)
	p.text(`" y2="`)
	p.tenths(10 * plotBottom)
	p.text(`" visibility="hidden"/>`)
}

// dot begins a circle element.
func (p *pen) dot(class markup, x, y int) {
	p.text(`<circle class="`)
	p.text(class)
	p.text(`" r="3.5" cx="`)
	p.tenths(x)
	p.text(`" cy="`)
	p.tenths(y)
	p.text(`">`)
}

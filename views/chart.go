package views

import (
	"math"
	"strconv"

	"github.com/a-h/templ"

	"nnvisu/nn"
	"nnvisu/nn/detmath"
)

// The layout of a chart, in units of its viewBox.
const (
	chartWidth, chartHeight = 360, 200
	plotLeft, plotRight     = 46, 344
	plotTop, plotBottom     = 8, 164
)

// A curve is a column of a history.
type curve struct {
	class    string
	history  *nn.History
	perEpoch float64 // what a unit of the horizontal axis is, in steps
	xs       []int32 // where the samples are, in tenths of a unit
	values   []float64
}

// A quantity is what a chart shows over the run. Its methods are called and not
// held in fields, so that what they are given need not live on the heap.
type quantity struct {
	name, title             string
	trainColumn, testColumn string // members of nn.History
	accuracy                bool   // or else it is the loss
}

var (
	lossOverRun     = quantity{"loss", "Loss", "loss", "test_loss", false}
	accuracyOverRun = quantity{"accuracy", "Accuracy", "accuracy", "test_accuracy", true}
)

// columns returns the values of a history.
func (q *quantity) columns(h *nn.History) (train, test []float64) {
	if q.accuracy {
		return h.Accuracy, h.TestAccuracy
	}
	return h.Loss, h.TestLoss
}

// newest returns the values of metrics, which may be nil.
func (q *quantity) newest(m *nn.Metrics) (train, test *float64) {
	switch {
	case m == nil:
		return nil, nil
	case q.accuracy:
		return m.Accuracy, m.TestAccuracy
	}
	return &m.Loss, m.TestLoss
}

// value writes a value, or a dash where there is none.
func (p *pen) value(q *quantity, v *float64) {
	if q.accuracy {
		*p = appendPercent(*p, v)
	} else {
		*p = appendLoss(*p, v)
	}
}

// Curves shows loss and accuracy over the run. The page's script moves the
// cursor with the pointer and writes what the history holds there into the
// outputs, each of which names its column.
func Curves(l Lab) templ.Component { return written(func(p *pen) { p.curves(&l) }) }

// curves draws the charts of a run: the loss and, of a classifier, the accuracy.
// There are none before the first update.
func (p *pen) curves(l *Lab) {
	pinned := l.Pinned.history(l.State.Config.Task)
	if l.History.Len() < 2 && (pinned == nil || pinned.Len() < 2) {
		p.text(`<p class="hint empty">The curves of loss and accuracy appear here as the network learns.</p>`)
		return
	}
	perEpoch, pinnedPerEpoch := 1, 1
	unit := "step"
	if e := updatesPerEpoch(&l.History, batches(&l.State)); e > 0 {
		other := 1
		if pinned != nil {
			other = updatesPerEpoch(pinned, e)
		}
		if other > 0 {
			perEpoch, pinnedPerEpoch, unit = e, other, "epoch"
		}
	}
	// Both runs' curves, of train and test in turn, the run's own last. The array
	// is written to by itself, and not as a slice, to stay off the heap.
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
	if !(x.hi > x.lo) {
		x.hi = x.lo + 1
	}
	apart := roundNumber((x.hi - x.lo) / 5)
	if x.hi-x.lo >= 1 {
		apart = max(apart, 1)
	}
	x.ready(x.lo, x.hi)
	x.tick(x.lo, x.hi, apart)
	for i := 0; i < len(curves); i += 2 { // train and test have the same samples
		c := &both[i]
		for _, step := range c.history.Step {
			both[i].xs = append(both[i].xs, int32(quantised(x.at(float64(step)/c.perEpoch))))
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
	}
	p.text(`</div>`)
}

// measure gives curves, of train and test in turn, the values of a quantity.
func measure(curves []curve, q *quantity) {
	for i := 0; i < len(curves); i += 2 {
		curves[i].values, curves[i+1].values = q.columns(curves[i].history)
	}
}

// chart draws curves and says what they are. The last two of them are the run's
// own. In between steps are spread evenly, whatever the numbers at the axis count.
func (p *pen) chart(q *quantity, unit string, l *Lab, x, y *axis, curves []curve) {
	train, test := q.newest(l.Metrics)
	tested := curves[len(curves)-1].values != nil
	network := &l.State.Network
	p.text(`<figure class="chart" data-chart="`)
	p.text(q.name)
	p.text(`"><figcaption><b>`)
	p.text(q.title)
	p.text(`</b> `)
	p.key(q, "train", q.trainColumn, train)
	if tested {
		p.key(q, "test", q.testColumn, test)
	}
	if l.Pinned.history(l.State.Config.Task) != nil {
		p.key(q, "pinned", "", nil)
	}
	p.text(`<output class="curve-moment" aria-live="off">`)
	p.text(unit)
	p.text(" ")
	if unit == "epoch" {
		*p = appendGrouped(*p, network.Epoch)
	} else {
		*p = appendGrouped(*p, network.Step)
	}
	p.text(`</output></figcaption><svg viewBox="0 0 `)
	p.number(chartWidth)
	p.text(" ")
	p.number(chartHeight)
	p.text(`" role="img" aria-label="Train `)
	p.text(q.name)
	p.text(" ")
	p.value(q, train)
	p.text(" after ")
	if network.Epoch == 1 {
		p.text("1 epoch")
	} else {
		*p = appendGrouped(*p, network.Epoch)
		p.text(" epochs")
	}
	if tested {
		p.text("; test ")
		p.text(q.name)
		p.text(" ")
		p.value(q, test)
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
	p.text(`">`)
	p.axes(x, y, unit)
	for i := range curves {
		p.curve(&curves[i], y)
	}
	p.marks(l, &curves[len(curves)-2], x, y)
	p.text(`</svg></figure>`)
}

// key is a line of the legend, with the newest value where there is a column for it.
func (p *pen) key(q *quantity, name, column string, v *float64) {
	p.text(`<span class="curve-key"><svg class="key" viewBox="0 0 22 8" width="22" height="8" aria-hidden="true"><path class="curve `)
	p.text(name)
	p.text(`" d="M1 4h20"></path></svg> `)
	p.text(name)
	p.text(" ")
	if column != "" {
		p.text(`<output class="curve-value" data-for="`)
		p.text(column)
		p.text(`" aria-live="off">`)
		p.value(q, v)
		p.text(`</output>`)
	}
	p.text(`</span> `)
}

// batches returns the number of updates that a state's epoch takes.
func batches(s *nn.State) int {
	n := len(s.Data) - nn.HeldOut(len(s.Data), s.Config.TestFraction)
	if size := s.Config.BatchSize; size > 0 && size < n {
		return (n + size - 1) / size
	}
	return 1
}

// updatesPerEpoch returns how many updates an epoch of a history takes: guess
// if that fits, else what does. It returns 0 if it was not the same all along.
func updatesPerEpoch(h *nn.History, guess int) int {
	least, most := 1, math.MaxInt
	for i, step := range h.Step {
		// epoch = step / updates, rounded down.
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

// An axis maps values to a direction of the plot.
type axis struct {
	lo, hi   float64 // the values at its ends
	log      bool
	percent  bool
	from, to float64 // the places of its ends
	ticks    [12]float64
	n        int // how many ticks there are

	start, scale float64 // lo, or its logarithm, and how many places a unit takes
}

// ready ends the setting of an axis: its values are from lo to hi.
func (a *axis) ready(lo, hi float64) {
	a.lo, a.hi, a.start = lo, hi, lo
	if a.log {
		a.start, hi = detmath.Log(lo), detmath.Log(hi)
	}
	a.scale = (a.to - a.from) / (hi - a.start)
}

// at returns the place of a value. One beyond the end of the scale, such as a
// loss of 0 on a logarithmic one, is at the end.
func (a *axis) at(v float64) float64 {
	if v < a.lo {
		v = a.lo
	}
	if v > a.hi {
		v = a.hi
	}
	if a.log {
		v = detmath.Log(v)
	}
	return a.from + float64((v-a.start)*a.scale)
}

// tick sets the ticks to the multiples of apart from lo to hi.
func (a *axis) tick(lo, hi, apart float64) {
	for k := math.Ceil(lo/apart - 1e-9); a.n < len(a.ticks) && float64(k*apart) <= hi+float64(1e-9*apart); k++ {
		a.ticks[a.n] = float64(k * apart)
		a.n++
	}
}

// smallest and largest are the losses that a scale can show; beyond them there
// is no room for round numbers in a float64.
const smallest, largest = 1e-290, 1e290

// fitLosses sets the scale to hold all values: linear from 0, or logarithmic
// between round numbers.
func (a *axis) fitLosses(curves []curve) {
	lo, hi := math.Inf(1), 0.0
	for _, c := range curves {
		for _, v := range c.values {
			if v > 0 {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	lo, hi = max(smallest, min(lo, largest)), min(hi, largest)
	if hi < smallest { // nothing but zeros
		a.log, lo, hi = false, 0, 1
	}
	if a.log {
		a.tickLog(lo, hi)
		return
	}
	apart := roundNumber(hi / 5)
	a.ready(0, float64(math.Ceil(hi/apart-1e-9)*apart))
	a.tick(0, a.hi, apart)
}

// tickLog sets the scale and its ticks: powers of ten, with 2 and 5 between
// them where there are few.
func (a *axis) tickLog(lo, hi float64) {
	from, to := exponent(lo), exponent(hi)+1
	if to-from > 2 {
		stride := (to - from + 4) / 5
		for k := from; ; k += stride {
			a.ticks[a.n] = math.Pow10(k)
			a.n++
			if k >= to || math.Pow10(k) >= hi {
				break
			}
		}
	} else {
		for k := from; k <= to; k++ {
			for _, m := range [...]float64{1, 2, 5} {
				v := m * math.Pow10(k)
				switch {
				case v <= lo: // the last of these is the lower end
					a.ticks[0], a.n = v, 1
				case a.ticks[a.n-1] < hi || a.n < 2: // the first beyond is the upper end
					a.ticks[a.n] = v
					a.n++
				}
			}
		}
	}
	a.ready(a.ticks[0], a.ticks[a.n-1])
}

// fitShares sets the scale to hold all shares: up to 1, from 0.9 or, for lower
// ones, the round number below.
func (a *axis) fitShares(curves []curve) {
	lo := 0.9
	for _, c := range curves {
		for _, v := range c.values {
			if v >= 0 {
				lo = min(lo, v)
			}
		}
	}
	apart := roundNumber((1 - lo) / 5)
	a.ready(float64(math.Floor(lo/apart+1e-9)*apart), 1)
	a.tick(a.lo, a.hi, apart)
}

// roundNumber returns the least of 1, 2 and 5 times a power of ten that is not
// less than v, which is greater than 0.
func roundNumber(v float64) float64 {
	power := math.Pow10(exponent(v))
	for _, m := range [...]float64{1, 2, 5} {
		if v <= m*power*(1+1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// exponent returns the largest k with 10^k ≤ v, for a v greater than 0.
func exponent(v float64) int {
	k := int(math.Floor(detmath.Log(v) / math.Ln10))
	if math.Pow10(k) > v {
		k--
	}
	if math.Pow10(k+1) <= v {
		k++
	}
	return k
}

// quantised returns a place, which is not negative, in tenths of a unit.
func quantised(v float64) int { return int(float64(v*10) + 0.5) }

// Samples closer than crowded, in tenths of a unit, need no corner of their own
// where a line that misses them by no more than missed is drawn instead.
const crowded, missed = 30, 1

// curve draws a line through the values that were measured, broken where there
// are none. A value between two that are missing is a dot.
func (p *pen) curve(c *curve, y *axis) {
	if c.values == nil {
		return
	}
	p.text(`<path class="curve `)
	p.text(c.class)
	p.text(`" d="`)
	b := *p
	var (
		down, open bool
		at, end    spot   // the corner drawn last, and the sample that the line from it goes on to, if it is open
		lo, hi     [2]int // the flattest and steepest way from the corner that misses nothing: down by so much in so much
	)
	for i, v := range c.values {
		if v < 0 {
			if open {
				b = appendPair(append(b, 'l'), end.x-at.x, end.y-at.y)
			}
			down, open = false, false
			continue
		}
		next := spot{int(c.xs[i]), quantised(y.at(v))}
		if !down {
			b = appendPair(append(b, 'M'), next.x, next.y)
			if i+1 == len(c.values) || c.values[i+1] < 0 {
				b = append(b, "h0"...)
			}
			down, at = true, next
			continue
		}
		if open && next == end {
			continue
		}
		if open {
			dx, dy := next.x-at.x, next.y-at.y
			if at.x < end.x && next.x-end.x < crowded && dy*lo[1] >= lo[0]*dx && dy*hi[1] <= hi[0]*dx {
				if (dy-missed)*lo[1] > lo[0]*dx {
					lo = [2]int{dy - missed, dx}
				}
				if (dy+missed)*hi[1] < hi[0]*dx {
					hi = [2]int{dy + missed, dx}
				}
				end = next
				continue
			}
			b = appendPair(append(b, 'l'), end.x-at.x, end.y-at.y)
			at = end
		}
		dx, dy := next.x-at.x, next.y-at.y
		lo, hi = [2]int{dy - missed, dx}, [2]int{dy + missed, dx}
		end, open = next, true
	}
	if open {
		b = appendPair(append(b, 'l'), end.x-at.x, end.y-at.y)
	}
	*p = append(b, `"/>`...)
}

// A spot is a place in tenths of a unit.
type spot struct{ x, y int }

// axes draws the grid, the axes and their numbers.
func (p *pen) axes(x, y *axis, unit string) {
	p.text(`<path class="gridline" d="`)
	for _, v := range y.ticks[:y.n] {
		p.text("M")
		p.pair(10*plotLeft, quantised(y.at(v)))
		p.text("H")
		p.tenths(10 * plotRight)
	}
	p.text(`"/><path class="axis" d="M`)
	p.pair(10*plotLeft, 10*plotTop)
	p.text("V")
	p.tenths(10 * plotBottom)
	p.text("H")
	p.tenths(10 * plotRight)
	for _, v := range x.ticks[:x.n] {
		p.text("M")
		p.pair(quantised(x.at(v)), 10*plotBottom)
		p.text("v4")
	}
	p.text(`"/><g class="axis-number" font-size="11" text-anchor="end">`)
	for _, v := range y.ticks[:y.n] {
		p.tickLabel(10*plotLeft-60, quantised(y.at(v))+38, v, y.percent)
	}
	p.text(`</g><g class="axis-number" font-size="11" text-anchor="middle">`)
	for _, v := range x.ticks[:x.n] {
		p.tickLabel(quantised(x.at(v)), 10*plotBottom+160, v, false)
	}
	p.textAt(5*(plotLeft+plotRight), 10*plotBottom+320)
	p.text(unit)
	p.text(`</text></g>`)
}

func (p *pen) tickLabel(x, y int, v float64, percent bool) {
	p.textAt(x, y)
	*p = appendAxisNumber(*p, v, percent)
	p.text(`</text>`)
}

// textAt begins a text.
func (p *pen) textAt(x, y int) {
	p.text(`<text x="`)
	p.tenths(x)
	p.text(`" y="`)
	p.tenths(y)
	p.text(`">`)
}

// marks draws where the run is, where its test loss was lowest, and the line
// that the script moves with the pointer.
func (p *pen) marks(l *Lab, train *curve, x, y *axis) {
	if best := l.History.Best; best != nil && !y.percent {
		p.dot("best", quantised(x.at(float64(best.Step)/train.perEpoch)), quantised(y.at(best.TestLoss)))
		p.text("<title>Lowest test loss ")
		*p = appendLoss(*p, &best.TestLoss)
		p.text(" at step ")
		*p = appendGrouped(*p, best.Step)
		p.text("</title></circle>")
	}
	if n := len(train.values); n > 0 && train.values[n-1] >= 0 {
		p.dot("now", int(train.xs[n-1]), quantised(y.at(train.values[n-1])))
		p.text("</circle>")
	}
	p.text(`<line class="cursor" x1="0" x2="0" y1="`)
	p.tenths(10 * plotTop)
	p.text(`" y2="`)
	p.tenths(10 * plotBottom)
	p.text(`" visibility="hidden"/>`)
}

// dot begins a dot.
func (p *pen) dot(class string, x, y int) {
	p.text(`<circle class="`)
	p.text(class)
	p.text(`" r="3.5" cx="`)
	p.tenths(x)
	p.text(`" cy="`)
	p.tenths(y)
	p.text(`">`)
}

// axisNumber writes a round number as people do: three digits at most, or all
// those of a whole number below a million.
func axisNumber(v float64) string { return string(appendAxisNumber(nil, v, false)) }

func appendAxisNumber(b []byte, v float64, percent bool) []byte {
	if percent {
		return append(appendAxisNumber(b, v*100, false), " %"...)
	}
	whole := math.Round(v)
	if math.Abs(v-whole) < 1e-9*math.Abs(v) && math.Abs(v) < 1e6 || v == 0 {
		return appendGrouped(b, int(whole))
	}
	var buffer [32]byte
	text := strconv.AppendFloat(buffer[:0], v, 'e', 2, 64)
	if v >= 1e-4 && v < 1e6 {
		short, _ := strconv.ParseFloat(string(text), 64) // cannot fail
		return strconv.AppendFloat(b, short, 'f', -1, 64)
	}
	digits := text[:4]
	k, _ := strconv.Atoi(string(text[5:])) // cannot fail
	for digits[len(digits)-1] == '0' || digits[len(digits)-1] == '.' {
		digits = digits[:len(digits)-1]
	}
	b = append(append(b, digits...), 'e')
	return strconv.AppendInt(b, int64(k), 10)
}

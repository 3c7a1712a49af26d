package views

import (
	"fmt"
	"math"
	"strconv"

	"nnvisu/nn"
	"nnvisu/nn/detmath"
)

// The layout of a chart, in units of its viewBox.
const (
	chartWidth, chartHeight = 360, 200
	plotLeft, plotRight     = 46, 344
	plotTop, plotBottom     = 8, 164
)

// chartBox is the viewBox of a chart.
var chartBox = fmt.Sprintf("0 0 %d %d", chartWidth, chartHeight)

// A chart is one quantity over the run, as an SVG and the HTML around it.
type chart struct {
	Name   string // "loss" or "accuracy"
	Title  string
	Label  string // what there is to see, for those who do not
	Moment string // where the run is, such as "epoch 120"
	Keys   []chartKey
	// Step0 and Step1 are the steps at plotLeft and plotRight. In between steps
	// are spread evenly, whatever the numbers at the axis count.
	Step0, Step1 string
	Body         string // what is in the SVG, written from numbers
}

// A chartKey is a line of the legend, with the newest value of its curve.
type chartKey struct {
	Class  string // of the curve
	Text   string
	Column string // the member of nn.History that Value is of, or ""
	Value  string
}

// A curve is a column of a history.
type curve struct {
	class    string
	history  *nn.History
	perEpoch float64 // what a unit of the horizontal axis is, in steps
	values   []float64
}

// charts returns the charts of a run: the loss and, of a classifier, the
// accuracy. There are none before the first update.
func charts(l Lab) []chart {
	pinned := l.Pinned.history(l.State.Config.Task)
	if l.History.Len() < 2 && (pinned == nil || pinned.Len() < 2) {
		return nil
	}
	perEpoch, pinnedPerEpoch := 1, 1
	unit := "step"
	if e := updatesPerEpoch(&l.History, batches(l.State)); e > 0 {
		other := 1
		if pinned != nil {
			other = updatesPerEpoch(pinned, e)
		}
		if other > 0 {
			perEpoch, pinnedPerEpoch, unit = e, other, "epoch"
		}
	}
	x := axis{lo: math.Inf(1), hi: math.Inf(-1), from: plotLeft, to: plotRight}
	curves := func(train, test func(*nn.History) []float64) (list []curve) {
		if p := pinned; p != nil {
			list = append(list, curve{"train pinned", p, float64(pinnedPerEpoch), train(p)}, curve{"test pinned", p, float64(pinnedPerEpoch), test(p)})
		}
		h := &l.History
		return append(list, curve{"train", h, float64(perEpoch), train(h)}, curve{"test", h, float64(perEpoch), test(h)})
	}
	losses := curves(func(h *nn.History) []float64 { return h.Loss }, func(h *nn.History) []float64 { return h.TestLoss })
	for _, c := range losses {
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

	var m nn.Metrics
	if l.Metrics != nil {
		m = *l.Metrics
	}
	loss := func(v *float64) string {
		if v == nil {
			return "–"
		}
		return lossText(*v)
	}
	trainLoss := &m.Loss
	if l.Metrics == nil {
		trainLoss = nil
	}
	y := axis{from: plotBottom, to: plotTop, log: l.Choices.LogScale}
	y.fitLosses(losses)
	list := []chart{newChart("loss", "Loss", unit, l, &x, &y, losses, "loss", loss(trainLoss), "test_loss", loss(m.TestLoss))}
	if l.State.Config.Task == nn.Classification {
		accuracies := curves(func(h *nn.History) []float64 { return h.Accuracy }, func(h *nn.History) []float64 { return h.TestAccuracy })
		y := axis{from: plotBottom, to: plotTop, percent: true}
		y.fitShares(accuracies)
		list = append(list, newChart("accuracy", "Accuracy", unit, l, &x, &y, accuracies, "accuracy", percent(m.Accuracy), "test_accuracy", percent(m.TestAccuracy)))
	}
	return list
}

// newChart draws curves and says what they are. The last two of them are the
// run's own.
func newChart(name, title, unit string, l Lab, x, y *axis, curves []curve, trainColumn, train, testColumn, test string) chart {
	c := chart{Name: name, Title: title}
	c.Step0 = stepText(x.lo * curves[len(curves)-1].perEpoch)
	c.Step1 = stepText(x.hi * curves[len(curves)-1].perEpoch)
	network := l.State.Network
	c.Moment = unit + " " + grouped(network.Step)
	epochs := grouped(network.Epoch) + " epochs"
	if unit == "epoch" {
		c.Moment = unit + " " + grouped(network.Epoch)
	}
	if network.Epoch == 1 {
		epochs = "1 epoch"
	}
	c.Label = "Train " + name + " " + train + " after " + epochs
	c.Keys = append(c.Keys, chartKey{"curve train", "train", trainColumn, train})
	if curves[len(curves)-1].values != nil {
		c.Label += "; test " + name + " " + test
		c.Keys = append(c.Keys, chartKey{"curve test", "test", testColumn, test})
	}
	if l.Pinned.history(l.State.Config.Task) != nil {
		c.Keys = append(c.Keys, chartKey{"curve pinned", "pinned", "", ""})
	}
	p := make(pen, 0, 8<<10)
	p.axes(x, y, unit)
	for _, curve := range curves {
		p.curve(curve, x, y)
	}
	p.marks(l, curves[len(curves)-2], x, y)
	c.Body = string(p)
	return c
}

// batches returns the number of updates that a state's epoch takes.
func batches(s nn.State) int {
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

// stepText writes a step for the script.
func stepText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

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

// A pen writes SVG. It formats numbers itself: a chart is drawn 25 times a second.
type pen []byte

func (p *pen) text(s string) { *p = append(*p, s...) }

func (p *pen) tenths(v int)  { *p = appendTenths(*p, v) }
func (p *pen) pair(x, y int) { *p = appendPair(*p, x, y) }

// appendTenths writes a coordinate given in tenths of a unit, as short as SVG
// takes it.
func appendTenths(b []byte, v int) []byte {
	if v < 0 {
		b = append(b, '-')
		v = -v
	}
	if v >= 10 || v == 0 {
		b = strconv.AppendInt(b, int64(v/10), 10)
	}
	if v%10 != 0 {
		b = append(b, '.', byte('0'+v%10))
	}
	return b
}

func appendPair(b []byte, x, y int) []byte {
	b = appendTenths(b, x)
	if y >= 0 {
		b = append(b, ' ')
	}
	return appendTenths(b, y)
}

// quantised returns a place, which is not negative, in tenths of a unit.
func quantised(v float64) int { return int(float64(v*10) + 0.5) }

// curve draws a line through the values that were measured, broken where there
// are none. A value between two that are missing is a dot.
func (p *pen) curve(c curve, x, y *axis) {
	if c.values == nil {
		return
	}
	p.text(`<path class="curve `)
	p.text(c.class)
	p.text(`" d="`)
	b := *p
	down := false
	var atX, atY int
	for i, v := range c.values {
		if v < 0 {
			down = false
			continue
		}
		nextX, nextY := quantised(x.at(float64(c.history.Step[i])/c.perEpoch)), quantised(y.at(v))
		switch {
		case !down:
			b = appendPair(append(b, 'M'), nextX, nextY)
			if i+1 == len(c.values) || c.values[i+1] < 0 {
				b = append(b, "h0"...)
			}
		default:
			b = appendPair(append(b, 'l'), nextX-atX, nextY-atY)
		}
		down, atX, atY = true, nextX, nextY
	}
	*p = append(b, `"/>`...)
}

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
		p.number(10*plotLeft-60, quantised(y.at(v))+38, y.label(v))
	}
	p.text(`</g><g class="axis-number" font-size="11" text-anchor="middle">`)
	for _, v := range x.ticks[:x.n] {
		p.number(quantised(x.at(v)), 10*plotBottom+160, x.label(v))
	}
	p.number(5*(plotLeft+plotRight), 10*plotBottom+320, unit)
	p.text(`</g>`)
}

func (p *pen) number(x, y int, label string) {
	p.text(`<text x="`)
	p.tenths(x)
	p.text(`" y="`)
	p.tenths(y)
	p.text(`">`)
	p.text(label)
	p.text(`</text>`)
}

// marks draws where the run is, where its test loss was lowest, and the line
// that the script moves with the pointer.
func (p *pen) marks(l Lab, train curve, x, y *axis) {
	if best := l.History.Best; best != nil && !y.percent {
		p.dot("best", quantised(x.at(float64(best.Step)/train.perEpoch)), quantised(y.at(best.TestLoss)),
			"Lowest test loss "+lossText(best.TestLoss)+" at step "+grouped(best.Step))
	}
	if n := len(train.values); n > 0 && train.values[n-1] >= 0 {
		p.dot("now", quantised(x.at(float64(train.history.Step[n-1])/train.perEpoch)), quantised(y.at(train.values[n-1])), "")
	}
	p.text(`<line class="cursor" x1="0" x2="0" y1="`)
	p.tenths(10 * plotTop)
	p.text(`" y2="`)
	p.tenths(10 * plotBottom)
	p.text(`" visibility="hidden"/>`)
}

func (p *pen) dot(class string, x, y int, title string) {
	p.text(`<circle class="`)
	p.text(class)
	p.text(`" r="3.5" cx="`)
	p.tenths(x)
	p.text(`" cy="`)
	p.tenths(y)
	p.text(`">`)
	if title != "" {
		p.text(`<title>`)
		p.text(title)
		p.text(`</title>`)
	}
	p.text(`</circle>`)
}

// label writes the number of a tick, never longer than its digits.
func (a *axis) label(v float64) string {
	if a.percent {
		return axisNumber(v*100) + " %"
	}
	return axisNumber(v)
}

// axisNumber writes a round number as people do: three digits at most, or all
// those of a whole number below a million.
func axisNumber(v float64) string {
	whole := math.Round(v)
	if math.Abs(v-whole) < 1e-9*math.Abs(v) && math.Abs(v) < 1e6 || v == 0 {
		return grouped(int(whole))
	}
	if v >= 1e-4 && v < 1e6 {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64) // cannot fail
		return strconv.FormatFloat(short, 'f', -1, 64)
	}
	text := strconv.FormatFloat(v, 'e', 2, 64)
	digits, power := text[:4], text[5:]
	for digits[len(digits)-1] == '0' || digits[len(digits)-1] == '.' {
		digits = digits[:len(digits)-1]
	}
	k, _ := strconv.Atoi(power) // cannot fail
	return digits + "e" + strconv.Itoa(k)
}

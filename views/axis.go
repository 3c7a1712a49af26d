package views

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn/detmath"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An axis maps values to places along one side of the plot.
type axis struct {
	lo, hi   float64 // the values at the ends
	log      bool    // logarithmic
	percent  bool    // the numbers beside the ticks are percentages
	decimals int     // not 0: they have so many decimals; otherwise as few as they need
	perError float64 // not 0: losses are shown as typical errors: see typicalError
	from, to float64 // the places of the ends, in units of the viewBox
	ticks    [12]float64
	n        int // the number of ticks

	start, scale float64 // lo or its logarithm, and the places to a unit of value or logarithm
}

// setRange makes the axis ready for values from lo to hi.
func (a *axis) setRange(lo, hi float64) {
	a.lo, a.hi, a.start = lo, hi, lo
	if a.log {
		a.start, hi = detmath.Log(lo), detmath.Log(hi)
	}
	a.scale = (a.to - a.from) / (hi - a.start)
}

// at returns the place of a value. A value beyond an end of the axis, such as a loss of 0 on a
// logarithmic one, is put at that end.
func (a *axis) at(v float64) float64 { return a.place(a.shown(v)) }

// place returns the place of a value that the axis shows.
func (a *axis) place(v float64) float64 {
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

// shown returns what an axis shows of a value of the history.
func (a *axis) shown(v float64) float64 {
	if a.perError == 0 || v < 0 { // or missing
		return v
	}
	return typicalError(v, a.perError)
}

// typicalError returns the root of the mean squared error, of which the loss of a regression is half.
// One unit of the plane is perError units of the result.
func typicalError(loss, perError float64) float64 { return math.Sqrt(2*loss) * perError }

// fitRun makes the axis hold the steps or epochs of a run.
func (a *axis) fitRun(from, to float64) {
	if !(to > from) {
		to = from + 1
	}
	apart := roundNumber((to - from) / 5)
	if to-from >= 1 {
		apart = max(apart, 1)
	}
	a.setRange(from, to)
	a.addTicks(from, to, apart)
}

// addTicks adds a tick at each multiple of apart from lo to hi.
func (a *axis) addTicks(lo, hi, apart float64) {
	for k := math.Ceil(lo/apart - 1e-9); a.n < len(a.ticks) && float64(k*apart) <= hi+float64(1e-9*apart); k++ {
		a.ticks[a.n] = float64(k * apart)
		a.n++
	}
}

// An axis can show losses from smallest to largest. Beyond them a float64 has no room for the round
// numbers at the ends.
const smallest, largest = 1e-290, 1e290

// fitLosses makes the axis hold all losses: linear from 0, or logarithmic between round numbers.
func (a *axis) fitLosses(curves []curve) {
	lo, hi := math.Inf(1), 0.0
	for _, c := range curves {
		for _, v := range c.values {
			if v = a.shown(v); v > 0 {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	lo, hi = max(smallest, min(lo, largest)), min(hi, largest)
	if hi < smallest { // nothing but zeros
		a.log, lo, hi = false, 0, 1
	}
	if a.log {
		a.fitLog(lo, hi)
		return
	}
	apart := roundNumber(hi / 5)
	a.setRange(0, float64(math.Ceil(hi/apart-1e-9)*apart))
	a.addTicks(0, a.hi, apart)
}

// fitLog sets the range and the ticks of a logarithmic axis: powers of ten, and where they are few
// also 2 and 5 times powers of ten.
func (a *axis) fitLog(lo, hi float64) {
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
	a.setRange(a.ticks[0], a.ticks[a.n-1])
}

// fitPowers makes a logarithmic axis hold exactly the numbers from lo to hi, which are at least ten times as
// far apart. Its ticks are powers of ten.
func (a *axis) fitPowers(lo, hi float64) {
	from, to := exponent(lo), exponent(hi)
	if math.Pow10(from) < lo {
		from++
	}
	stride := (to-from)/6 + 1
	for k := from; k <= to; k += stride {
		a.ticks[a.n] = math.Pow10(k)
		a.n++
	}
	a.setRange(lo, hi)
}

// fitShares makes the axis hold all shares: up to 1, and from 0.9 or the round number below the
// lowest share.
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
	a.setRange(float64(math.Floor(lo/apart+1e-9)*apart), 1)
	a.addTicks(a.lo, a.hi, apart)
}

// roundNumber returns the smallest number ≥ v that is 1, 2 or 5 times a power of ten, for v > 0.
func roundNumber(v float64) float64 {
	power := math.Pow10(exponent(v))
	for _, m := range [...]float64{1, 2, 5} {
		if v <= m*power*(1+1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// exponent returns the largest k with 10^k ≤ v, for v > 0.
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

// inTenths returns a place v ≥ 0 in tenths of a unit.
func inTenths(v float64) int { return int(float64(v*10) + 0.5) }

// labelGap is how far the numbers beside a vertical axis are from it. There is room for six characters,
// one of them a point. Where more are needed, each may be as wide as digitWidth.
const labelGap, digitWidth = 6, 7

// overhang returns how much wider than the room beside a vertical axis the longest of its numbers is.
func (a *axis) overhang() int {
	longest := 0
	for _, v := range a.ticks[:a.n] {
		var buffer [32]byte
		longest = max(longest, utf8.RuneCount(a.appendNumber(buffer[:0], v)))
	}
	if longest <= 6 {
		return 0
	}
	return longest*digitWidth - (plotLeft - labelGap)
}

// chartBox writes the viewBox of a chart, which has room for the labels of its vertical axis.
func (p *pen) chartBox(y *axis) {
	overhang := y.overhang()
	p.number(-overhang)
	p.text(" 0 ")
	p.number(chartWidth + overhang)
	p.text(" ")
	p.number(chartHeight)
}

// axes draws the grid, both axes and the numbers beside their ticks.
func (p *pen) axes(x, y *axis, unit markup) {
	p.text(`<path class="gridline" d="`)
	for _, v := range y.ticks[:y.n] {
		p.text("M")
		p.pair(10*plotLeft, inTenths(y.place(v)))
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
		p.pair(inTenths(x.at(v)), 10*plotBottom)
		p.text("v4")
	}
	p.text(`"/><g class="axis-number" font-size="11" text-anchor="end">`)
	for _, v := range y.ticks[:y.n] {
		p.tickLabel(10*(plotLeft-labelGap), inTenths(y.place(v))+38, v, y)
	}
	p.text(`</g><g class="axis-number" font-size="11" text-anchor="middle">`)
	for _, v := range x.ticks[:x.n] {
		p.tickLabel(inTenths(x.at(v)), 10*plotBottom+160, v, x)
	}
	p.textAt(5*(plotLeft+plotRight), 10*plotBottom+320)
	p.text(unit)
	p.text(`</text></g>`)
}

func (p *pen) tickLabel(x, y int, v float64, a *axis) {
	p.textAt(x, y)
	*p = a.appendNumber(*p, v)
	p.text(`</text>`)
}

// textAt begins a text element.
func (p *pen) textAt(x, y int) {
	p.text(`<text x="`)
	p.tenths(x)
	p.text(`" y="`)
	p.tenths(y)
	p.text(`">`)
}

// appendNumber writes the number beside a tick.
func (a *axis) appendNumber(b []byte, v float64) []byte {
	if a.decimals > 0 {
		return strconv.AppendFloat(b, v, 'f', a.decimals, 64)
	}
	return appendAxisNumber(b, v, a.percent)
}

// axisNumber writes a round number as people do: at most three digits, or all digits of a whole
// number below a million.
func axisNumber(v float64) string { return string(appendAxisNumber(nil, v, false)) }

func appendAxisNumber(b []byte, v float64, percent bool) []byte {
	if percent {
		return append(appendAxisNumber(b, v*100, false), " %"...)
	}
	whole := math.Round(v)
	if math.Abs(v-whole) < 1e-9*math.Abs(v) && math.Abs(v) < 1e6 || v == 0 {
		return table.AppendGrouped(b, int(whole))
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
	if k < 0 {
		b, k = append(b, "−"...), -k
	}
	return strconv.AppendInt(b, int64(k), 10)
}

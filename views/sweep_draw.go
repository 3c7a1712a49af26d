package views

import (
	"fmt"

	"github.com/a-h/templ"
)

// Charts draws what the runs of a sweep tell together. Where they do not differ by chance or by a number
// there is nothing to draw.
func (s *SweepPage) Charts() templ.Component {
	return written(func(p *pen) {
		for _, c := range s.charts() {
			p.sweepChart(&c)
		}
	})
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
	p.chartBox(&y)
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
		p.text(` <span class="curve-key">`)
		p.sign(class, shape)
		p.text(name)
		p.text(`</span>`)
	}
	wide := markup("")
	for i := range c.lines {
		l := &c.lines[i]
		key("curve "+l.class, lineSign, l.name)
		if l.own != nil {
			key("curve own", lineSign, "yours")
		}
		if wide == "" && l.isWide() {
			wide = l.class
		}
	}
	if wide != "" {
		key("band "+wide, areaSign, "lowest to highest")
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
		for range n {
			p.blankChart("\u00a0")
		}
	})
}

package views

import (
	"slices"

	"github.com/a-h/templ"
)

// sweepRows compare the values of a setting that are no numbers, such as optimizers. Each has a row with the
// mean of its losses, and from the lowest to the highest where its runs differ by chance.
type sweepRows struct {
	axis   *SweepAxis
	lines  []spreadLine // train, and test if points are held out; an element for each row
	failed []int        // the rows of which a run failed
	scale  axis         // of the losses
	best   int          // the row with the lowest mean of what runs are compared by
	seeds  bool         // the runs of a row differ by chance
}

// rows returns the rows of a sweep, or nil if it has no such setting, has another beside it, or nothing to
// compare yet.
func (s *SweepPage) rows() *sweepRows {
	a := s.onlyAxis()
	if a == nil || a.numbers() != nil || len(a.Values) < 2 {
		return nil
	}
	train, test, failed := s.spread(a, a.order())
	r := &sweepRows{axis: a, lines: lossLines(train, test), failed: failed, seeds: s.isTable()}
	if r.lines == nil {
		return nil
	}
	r.scale = axis{from: 10, to: stripWidth - 10}
	r.scale.fitSpread(r.lines)
	r.best = lowestAt(r.lines[len(r.lines)-1].mean)
	return r
}

// text is the mean of a row, or a dash.
func (r *sweepRows) text(l *spreadLine, row int) string {
	if v := l.mean[row]; v >= 0 {
		return lossText(v)
	}
	return lossOrNone(nil)
}

// hasFailed reports whether a run of a row failed.
func (r *sweepRows) hasFailed(row int) bool { return slices.Contains(r.failed, row) }

// isWide reports whether a row has a lowest and a highest loss.
func (r *sweepRows) isWide() bool {
	return slices.ContainsFunc(r.lines, func(l spreadLine) bool { return l.isWide() })
}

// stripWidth is the width of a row's picture, in units of its viewBox; it is as wide as there is room.
const stripWidth = 1000

// strip draws a row: a mark at the mean, and a line from the lowest to the highest.
func (r *sweepRows) strip(row int) templ.Component {
	return written(func(p *pen) {
		p.text(`<svg viewBox="0 0 `)
		p.number(stripWidth)
		p.text(` 20" preserveAspectRatio="none" aria-hidden="true"><path class="rail" d="M0 10H`)
		p.number(stripWidth)
		p.text(`"/>`)
		for i := range r.lines {
			l := &r.lines[i]
			if l.mean[row] < 0 {
				continue
			}
			y := 100 // the middle, in tenths
			if len(r.lines) > 1 {
				y = 50 + 100*i
			}
			line := func(kind markup, x1, y1, x2, y2 int) {
				p.text(`<path class="`)
				p.text(kind)
				p.text(l.class)
				p.text(`" d="M`)
				p.pair(x1, y1)
				p.text(`L`)
				p.pair(x2, y2)
				p.text(`"/>`)
			}
			at := func(v float64) int { return inTenths(r.scale.at(v)) }
			if l.top[row] > l.low[row] {
				line("spread ", at(l.low[row]), y, at(l.top[row]), y)
			}
			line("mean ", at(l.mean[row]), y-40, at(l.mean[row]), y+40)
		}
		p.text(`</svg>`)
	})
}

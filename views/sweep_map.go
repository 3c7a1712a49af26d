package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn/table"
)

// A sweepMap is a table of one measure of all runs of a sweep, in rows and columns as they are. A square
// is the stronger coloured the better its run is.
type sweepMap struct {
	title   string
	squares []mapSquare // of each run; those that are not on the page are empty
	// The values of the strongest and the palest square, and what lies beyond them; "" if no run has a
	// result.
	best, worst string
}

// A mapSquare is what a map says of a run.
type mapSquare struct {
	shade  string // its CSS class
	number string // "" if it has none
	words  string // names it in full; "" if the run is not on the page
}

// A mapMeasure is what a map may show. Its function reports false where a run has no such value.
type mapMeasure struct {
	title string
	share bool // the more the better; otherwise a loss
	of    func(c *SweepCell) (v float64, ok bool)
}

func lossOf(c *SweepCell) (float64, bool) { return c.Metrics.Loss, c.Metrics.Loss < math.MaxFloat64 }

// optional returns a measure that some runs have.
func optional(of func(c *SweepCell) *float64) func(c *SweepCell) (float64, bool) {
	return func(c *SweepCell) (float64, bool) {
		if v := of(c); v != nil {
			return *v, *v < math.MaxFloat64
		}
		return 0, false
	}
}

// mapMeasures are all of them, in the order of a page.
var mapMeasures = []mapMeasure{
	{"Test loss", false, optional(func(c *SweepCell) *float64 { return c.Metrics.TestLoss })},
	{"Train loss", false, lossOf},
	{"Test accuracy", true, optional(func(c *SweepCell) *float64 { return c.Metrics.TestAccuracy })},
	{"Train accuracy", true, optional(func(c *SweepCell) *float64 { return c.Metrics.Accuracy })},
}

// isMapped reports whether a sweep has maps: its runs differ by two settings, and are no lines of a chart.
func (s *SweepPage) isMapped() bool { return s.isTable() && s.numberAxis() == nil }

// maps returns the maps of a sweep, or only that of what runs are compared by, which is the first. Before
// there is a result there is no other.
func (s *SweepPage) maps(all bool) (maps []sweepMap) {
	if !s.isMapped() {
		return nil
	}
	for i := range mapMeasures {
		if m := s.mapOf(&mapMeasures[i]); m.best != "" {
			if maps = append(maps, m); !all {
				return maps
			}
		}
	}
	if maps == nil {
		maps = append(maps, s.mapOf(&mapMeasures[1]))
	}
	return maps
}

// fewColumns is how many columns a map may have whose numbers have three digits.
const fewColumns = 4

// mapOf is the map of a measure.
func (s *SweepPage) mapOf(measure *mapMeasure) sweepMap {
	m := sweepMap{title: measure.title, squares: make([]mapSquare, len(s.Cells))}
	var values []float64
	for i := range s.made() {
		if v, ok := s.measured(i, measure); ok {
			values = append(values, v)
		}
	}
	write := func(v float64) string { return strings.TrimSuffix(percent(&v), " %") }
	if measure.share {
		m.title += ", %"
	} else {
		write = lossOfSquare(3)
	}
	shade := shades(measure.share, values)
	if len(values) > 0 {
		m.best, m.worst = shade.ends(write)
	}
	if len(s.Axes[1].Values) > fewColumns && !measure.share {
		write = lossOfSquare(2)
	}
	for i := range s.made() {
		square := &m.squares[i]
		square.words = s.values(i)
		if v, ok := s.measured(i, measure); ok {
			square.shade, square.number = shade.of(v), write(v)
			square.words += ": " + strings.ToLower(measure.title) + " " + measure.inFull(v)
		} else if problem := s.Cells[i].Problem; problem != "" {
			square.words += ": " + problem
		}
	}
	return m
}

// measured returns a value of a run, if it has one.
func (s *SweepPage) measured(cell int, measure *mapMeasure) (float64, bool) {
	if s.Cells[cell].Problem != "" {
		return 0, false
	}
	return measure.of(&s.Cells[cell])
}

// inFull writes a value as the runs themselves show it.
func (m *mapMeasure) inFull(v float64) string {
	if m.share {
		return percent(&v)
	}
	return lossText(v)
}

// lossOfSquare returns what writes a loss with so many digits.
func lossOfSquare(digits int) func(v float64) string {
	return func(v float64) string {
		if v >= 1e-3 && v < 1e4 {
			v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64) // cannot fail
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		if v == 0 {
			return "0"
		}
		return table.Readable(strconv.FormatFloat(v, 'e', 1, 64))
	}
}

// A shading gives values shades, to losses by their logarithm.
type shading struct {
	axis             axis // from values to the shades 1 to 9
	strongest, faint float64
	below, beyond    bool // some losses are beyond these two, and have their shades
}

// A loss that is so many times as small or as large as the one in the middle has the shade of an end.
const farBelow, farAbove = 1000, 50

// shades returns the shading of some values. Losses that are far from the one in the middle do not
// decide about the shades of all others.
func shades(share bool, values []float64) *shading {
	s := &shading{axis: axis{from: 9, to: 1, log: true}}
	if share {
		s.axis = axis{from: 1, to: 9}
	}
	if len(values) == 0 {
		return s
	}
	values = slices.Sorted(slices.Values(values))
	lo, hi := values[0], values[len(values)-1]
	if !share && hi > smallest {
		middle := max(values[len(values)/2], smallest)
		least, most := middle/farBelow, middle*farAbove
		s.below, s.beyond = lo < least, hi > most
		lo, hi = max(lo, least), min(hi, most)
	}
	if s.strongest, s.faint = lo, hi; share {
		s.strongest, s.faint = hi, lo
	}
	s.axis.setRange(lo, hi)
	return s
}

// of returns the shade of a value.
func (s *shading) of(v float64) string {
	if !(s.axis.hi > s.axis.lo) {
		return heats[5]
	}
	return heats[int(s.axis.at(v)+0.5)]
}

// ends writes the values of the strongest and of the palest shade.
func (s *shading) ends(write func(float64) string) (strongest, faint string) {
	strongest, faint = write(s.strongest), write(s.faint)
	if s.below {
		strongest = fmt.Sprintf("≤ %s", strongest)
	}
	if s.beyond {
		faint = fmt.Sprintf("≥ %s", faint)
	}
	return strongest, faint
}

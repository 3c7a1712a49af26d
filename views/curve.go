package views

import "github.com/nnvisu/nnvisu/nn"

// A curve is a column of a history, drawn as a line.
type curve struct {
	class    markup
	history  *nn.History
	perEpoch float64 // steps in a unit of the horizontal axis
	xs       []int32 // the places of the samples, in tenths of a unit
	values   []float64
}

// curve draws a line through the values that were measured. The line is broken where a value is
// missing, and a value between two missing ones is a dot.
//
// The line has fewer corners than there are samples. Its newest segment, from corner to tip, grows
// as long as it passes every sample since the corner within the tolerance; only then is it written.
func (p *pen) curve(c *curve, y *axis) {
	if c.values == nil {
		return
	}
	p.text(`<path class="curve `)
	p.text(c.class)
	p.text(`" d="`)
	b := *p
	var (
		started, growing bool // there is a line; it has a segment that is not written yet
		corner, tip      spot
		allowed          sector // of the directions from corner
	)
	for i, v := range c.values {
		if v < 0 { // missing
			if growing {
				b = appendLine(b, corner, tip)
			}
			started, growing = false, false
			continue
		}
		next := spot{int(c.xs[i]), inTenths(y.at(v))}
		switch {
		case !started:
			b = appendPair(append(b, 'M'), next.x, next.y)
			if i+1 == len(c.values) || c.values[i+1] < 0 {
				b = append(b, "h0"...) // a dot
			}
			started, corner = true, next
			continue
		case !growing:
		case next == tip:
			continue
		case corner.x < tip.x && next.x-tip.x < crowded && allowed.contains(next.from(corner)):
			allowed = allowed.narrowed(next.from(corner))
			tip = next
			continue
		default:
			b = appendLine(b, corner, tip)
			corner = tip
		}
		growing, tip, allowed = true, next, sectorAround(next.from(corner))
	}
	if growing {
		b = appendLine(b, corner, tip)
	}
	*p = append(b, `"/>`...)
}

func appendLine(b []byte, from, to spot) []byte {
	return appendPair(append(b, 'l'), to.x-from.x, to.y-from.y)
}

const (
	// crowded is the distance, in tenths of a unit, below which two samples may share a segment.
	crowded = 30
	// tolerance is by how much, in tenths of a unit, a segment may miss a sample.
	tolerance = 1
)

// A spot is a place of the chart in tenths of a unit.
type spot struct{ x, y int }

// from returns the direction from another spot to s.
func (s spot) from(other spot) direction { return direction{s.x - other.x, s.y - other.y} }

// A direction goes dx to the right and dy down.
type direction struct{ dx, dy int }

// A sector is a range of directions to the right, from the flattest (or highest) to the steepest.
type sector struct{ flattest, steepest direction }

// sectorAround returns the directions that pass a sample within the tolerance.
func sectorAround(d direction) sector {
	return sector{direction{d.dx, d.dy - tolerance}, direction{d.dx, d.dy + tolerance}}
}

func (s sector) contains(d direction) bool {
	return d.dy*s.flattest.dx >= s.flattest.dy*d.dx && d.dy*s.steepest.dx <= s.steepest.dy*d.dx
}

// narrowed returns the part of s that passes one more sample within the tolerance.
func (s sector) narrowed(d direction) sector {
	around := sectorAround(d)
	if around.flattest.dy*s.flattest.dx > s.flattest.dy*d.dx {
		s.flattest = around.flattest
	}
	if around.steepest.dy*s.steepest.dx < s.steepest.dy*d.dx {
		s.steepest = around.steepest
	}
	return s
}

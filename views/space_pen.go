package views

import (
	"math"

	"github.com/nnvisu/nnvisu/nn"
)

// spaceRadius is that of a point in a picture of a space.
const spaceRadius = 15

// space writes the inside of a picture of a space: the areas of the classes, the plane, where 0 is,
// and the points.
func (p *pen) space(s *spacePicture, task nn.Task) {
	for _, a := range s.Areas {
		p.text(`<path class="space-area" fill="`)
		p.text(markup(classColours[a.class].hex()))
		p.text(`" d="`)
		p.way(a.corners)
		p.text(`z"></path>`)
	}
	p.text(`<path class="axis" d="`)
	for k, axis := range s.Axes {
		p.text("M")
		if k == 0 {
			p.whole(axis.zero, -spaceMargin)
			p.text("v")
			p.number(s.Height + 2*spaceMargin)
		} else {
			p.whole(-spaceMargin, spaceSide-axis.zero)
			p.text("h")
			p.number(spaceSide + 2*spaceMargin)
		}
	}
	p.text(`"></path><path class="space-plane" d="`)
	for _, line := range s.Lines {
		p.way(line)
	}
	p.text(`"></path>`)
	for kind := range 2 * pointKinds(task) {
		p.spaceDots(s.Dots, kind, task)
	}
}

// spaceDots writes the points of a kind.
func (p *pen) spaceDots(dots []spaceDot, kind int, task nn.Task) {
	begun := false
	for i := range dots {
		if dots[i].kind != kind {
			continue
		}
		if !begun {
			style := pointStyle(kind, task)
			if style.Hollow {
				p.text(`<path class="held" color="`)
			} else {
				p.text(`<path class="point" fill="`)
			}
			p.text(markup(style.Colour))
			p.text(`" d="`)
			begun = true
		}
		p.spaceDot(&dots[i])
	}
	if begun {
		p.text(`"></path>`)
	}
}

// way writes the line from spot to spot.
func (p *pen) way(spots []spot) {
	for i, s := range spots {
		if i == 0 {
			p.text("M")
			p.whole(s.x, s.y)
			continue
		}
		if i == 1 {
			p.text("l")
		} else if s.x >= spots[i-1].x {
			p.text(" ")
		}
		p.whole(s.x-spots[i-1].x, s.y-spots[i-1].y)
	}
}

// whole writes a pair of whole numbers.
func (p *pen) whole(x, y int) {
	p.number(x)
	if y >= 0 {
		p.text(" ")
	}
	p.number(y)
}

// spaceDot writes the outline of a point.
func (p *pen) spaceDot(d *spaceDot) {
	p.way(d.corners())
	p.text("z")
}

// corners returns the outline of a point.
func (d *spaceDot) corners() []spot {
	shape := d.shape
	if &shape[0] == &markers[0][0] {
		shape = smallCircle
	}
	corners := make([]spot, len(shape), 16) // which stay on the stack
	for i, m := range shape {
		corners[i] = spot{d.at.x + int(math.Floor(float64(m.x*spaceRadius)+0.5)), d.at.y - int(math.Floor(float64(m.y*spaceRadius)+0.5))}
	}
	return corners
}

// smallCircle stands for the circle of the plane's points, where it has half as many pixels.
var smallCircle = circle(8, 0.95)

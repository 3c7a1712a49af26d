package views

import (
	"strings"
	"sync"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
)

// Where colours alone cannot carry the classes, their areas carry the classes' markers too: a
// marker at each anchor around which the area is of one class.
const (
	// patternedFrom is the number of classes from which areas have a pattern.
	patternedFrom = 4
	// anchorsApart is the distance of anchors, in cells of the picture. Every other row of them is
	// shifted by half of it.
	anchorsApart = 8
	anchorRow    = GridSize / anchorsApart
	anchorReach  = 2     // cells on each side that must be of the same class
	anchorRadius = 0.017 // of the marker, in units of the plane

	noClass = 255
)

// A pattern is the class at each anchor, or noClass.
type pattern [anchorRow * anchorRow]byte

// anchorCell returns the row and the column of the cell at an anchor.
func anchorCell(i int) (row, column int) {
	row, column = i/anchorRow, i%anchorRow
	shift := anchorsApart / 4
	if row%2 == 1 {
		shift += anchorsApart / 2
	}
	return row*anchorsApart + anchorsApart/2, column*anchorsApart + shift
}

// patternOf sets p to the pattern of a picture, and reports whether it changed.
func (p *pattern) patternOf(cells Cells, c nn.Config) (changed bool) {
	classes := c.Outputs()
	palette := paletteOf(c)
	for i := range p {
		class := byte(noClass)
		if row, column := anchorCell(i); classes >= patternedFrom && len(cells) == GridSize*GridSize {
			at := row*GridSize + column
			class = palette.class(cells[at], classes)
			for _, by := range [...]int{-anchorReach * GridSize, anchorReach * GridSize, -anchorReach, anchorReach} {
				if palette.class(cells[at+by], classes) != class {
					class = noClass
				}
			}
		}
		changed = changed || class != p[i]
		p[i] = class
	}
	return changed
}

// class returns the class of a colour of more than two classes, or noClass.
func (p *palette) class(index byte, classes int) byte {
	if index >= p.nan {
		return noClass
	}
	return index % byte(classes)
}

// anchored holds the marker of each class at each anchor, as a path in the box of the points.
var anchored = sync.OnceValue(func() *[anchorRow * anchorRow][nn.MaxClasses]markup {
	paths := new([anchorRow * anchorRow][nn.MaxClasses]markup)
	xs, ys := Grid()
	for i := range paths {
		row, column := anchorCell(i)
		at := row*GridSize + column
		for k := range paths[i] {
			var b strings.Builder
			outline(&b, markers[k], xs[at], ys[at], anchorRadius)
			paths[i][k] = markup(b.String())
		}
	}
	return paths
})

// planeAreas is the id of the pattern of the plane, for a copy of its picture.
const planeAreas = "plane-areas"

// Pattern draws the pattern of a picture that is not the plane's.
func Pattern(cells Cells, c nn.Config) templ.Component { return patternOf(cells, c, "") }

// PlanePattern draws the pattern of the plane.
func PlanePattern(cells Cells, c nn.Config) templ.Component { return patternOf(cells, c, planeAreas) }

func patternOf(cells Cells, c nn.Config, id markup) templ.Component {
	return written(func(p *pen) {
		var at pattern
		at.patternOf(cells, c)
		p.pattern(&at, id)
	})
}

func (p *pen) pattern(at *pattern, id markup) {
	p.text(`<svg viewBox="-10000 -10000 20000 20000" aria-hidden="true"><path class="pattern" `)
	if id != "" {
		p.text(`id="`)
		p.text(id)
		p.text(`" `)
	}
	p.text(`d="`)
	for i, class := range at {
		if class != noClass {
			p.text(anchored()[i][class])
		}
	}
	p.text(`"></path></svg>`)
}

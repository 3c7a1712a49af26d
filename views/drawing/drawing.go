// Package drawing describes a figure once and writes it twice: as SVG and as PNG, still or moving. It
// knows shapes, texts and images, and not what they mean.
//
// All places and sizes are whole hundredths of a unit. So both writers get the same numbers, and the
// last bits of what was computed before cannot show. The y axis points down. The same drawing has the
// same bytes on every CPU: rasterizing is integer arithmetic, and where it is not, each product is
// rounded by itself.
package drawing

import "image"

// Unit is the number of hundredths in a unit.
const Unit = 100

// A Colour is #rrggbb in lower case, or "" for none.
type Colour string

// A Paint is how a path is drawn.
type Paint struct {
	Fill, Stroke Colour
	Width        int   // of the stroke
	Dash         []int // lengths of dashes and gaps in turn; nil is a line without gaps
	Opacity      int   // in per cent; 0 stands for 100
}

// An Anchor is the part of a text that is at its place.
type Anchor string

// The anchors, as SVG names them.
const (
	Start  Anchor = "start"
	Middle Anchor = "middle"
	End    Anchor = "end"
)

// A Letter is how a text is written.
type Letter struct {
	Size    int
	Colour  Colour
	Anchor  Anchor // "" is Start
	Bold    bool
	Upwards bool // from below to above
}

// A Drawing is shapes over a ground, in layers from the lowest to the highest.
type Drawing struct {
	Width, Height int
	Title         string // for who cannot see it
	Ground        Colour
	Layers        []Layer
}

// A Layer is shapes that belong together. In a film, a layer that never changes is written once.
type Layer []shape

// A shape is one of the three kinds below.
type shape interface {
	svg(b []byte) []byte
	raster(c *canvas) error
}

type pathShape struct {
	path  Path
	paint Paint
}

type textShape struct {
	x, y   int // of the baseline
	text   string
	letter Letter
}

type imageShape struct {
	x, y, width, height int
	pixels              *image.Paletted
}

// Path adds a path.
func (l *Layer) Path(path Path, paint Paint) { *l = append(*l, pathShape{path, paint}) }

// Text adds a text, whose baseline is at y. Characters that no picture shows are left out.
func (l *Layer) Text(x, y int, text string, letter Letter) {
	if text = visible(text); text != "" {
		*l = append(*l, textShape{x, y, text, letter})
	}
}

// Image adds an opaque picture, whose pixels are smoothed where it is drawn larger.
func (l *Layer) Image(x, y, width, height int, pixels *image.Paletted) {
	*l = append(*l, imageShape{x, y, width, height, pixels})
}

// A Path is contours of straight and curved lines. The area within them is that with a winding number
// that is not 0.
type Path struct {
	verbs  []verb
	places []int // x and y in turn
}

type verb byte

// The verbs of a path, as SVG names them.
const (
	moveTo  verb = 'M'
	lineTo  verb = 'L'
	curveTo verb = 'C'
	closed  verb = 'Z'
)

func (p *Path) add(v verb, places ...int) {
	p.verbs, p.places = append(p.verbs, v), append(p.places, places...)
}

// Move begins a contour.
func (p *Path) Move(x, y int) { p.add(moveTo, x, y) }

// Line draws a straight line.
func (p *Path) Line(x, y int) { p.add(lineTo, x, y) }

// Curve draws a cubic Bézier curve.
func (p *Path) Curve(x1, y1, x2, y2, x, y int) { p.add(curveTo, x1, y1, x2, y2, x, y) }

// Close ends a contour where it began.
func (p *Path) Close() { p.add(closed) }

// IsEmpty reports whether there is nothing on the path.
func (p *Path) IsEmpty() bool { return len(p.verbs) == 0 }

// Rect adds a rectangle.
func (p *Path) Rect(x, y, width, height int) {
	p.Move(x, y)
	p.Line(x+width, y)
	p.Line(x+width, y+height)
	p.Line(x, y+height)
	p.Close()
}

// Disc adds a circle.
func (p *Path) Disc(x, y, radius int) {
	bend := radius * 5523 / 10000 // of the curve that comes closest to a quarter of a circle
	p.Move(x+radius, y)
	p.Curve(x+radius, y+bend, x+bend, y+radius, x, y+radius)
	p.Curve(x-bend, y+radius, x-radius, y+bend, x-radius, y)
	p.Curve(x-radius, y-bend, x-bend, y-radius, x, y-radius)
	p.Curve(x+bend, y-radius, x+radius, y-bend, x+radius, y)
	p.Close()
}

package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/detmath"
	"github.com/nnvisu/nnvisu/nn/table"
)

// GridSize is the number of cells along each side of the picture.
const GridSize = 100

// Grid returns the centres of the GridSize² cells of the picture, row by row from the top left.
func Grid() (xs, ys []float64) { return gridOf(GridSize) }

// gridOf returns the centres of size×size cells over the plane.
func gridOf(size int) (xs, ys []float64) {
	xs, ys = make([]float64, size*size), make([]float64, size*size)
	half := float64(size) / 2
	for row := range size {
		for column := range size {
			xs[row*size+column] = (float64(column)+0.5)/half - 1
			ys[row*size+column] = 1 - (float64(row)+0.5)/half
		}
	}
	return xs, ys
}

// markers holds the outline of each class's points: the corners of a polygon around (0, 0), with a
// radius near 1. It is drawn scaled by markerRadius.
var markers = [][]mark{
	circle(16, 0.92),
	polygon(4, 45, 1.12), // square
	polygon(3, 90, 1.25), // triangle
	diamond,
	polygon(3, -90, 1.25),
	star(4, 0.42),
	polygon(6, 0, 1.1),
	star(5, 0.45),
	polygon(5, 90, 1.1),
	star(8, 0.6),
}

var diamond = polygon(4, 0, 1.25)

type mark struct{ x, y float64 }

const markerRadius = 0.026

func polygon(n int, degrees, radius float64) []mark {
	marks := make([]mark, n)
	for i := range marks {
		angle := float64(degrees+float64(360*float64(i))/float64(n)) * math.Pi / 180
		marks[i] = mark{radius * detmath.Cos(angle), radius * detmath.Sin(angle)}
	}
	return marks
}

func circle(n int, radius float64) []mark { return polygon(n, 0, radius) }

func star(tips int, inner float64) []mark {
	outer, within := polygon(tips, 90, 1.3), polygon(tips, 90+180/float64(tips), 1.3*inner)
	var marks []mark
	for i := range outer {
		marks = append(marks, outer[i], within[i])
	}
	return marks
}

// outline appends a marker at (x, y) to an SVG path. The y axis of SVG points down.
func outline(b *strings.Builder, marks []mark, x, y, radius float64) {
	px, py := 0, 0
	for i, m := range marks {
		// Whole ten-thousandths, relative to the previous corner, keep the text short.
		ax := int(math.Round((x + m.x*radius) * 1e4))
		ay := int(math.Round((-y - m.y*radius) * 1e4))
		if i == 0 {
			b.WriteByte('M')
			writePair(b, ax, ay)
		} else {
			b.WriteByte('l')
			writePair(b, ax-px, ay-py)
		}
		px, py = ax, ay
	}
	b.WriteByte('z')
}

func writePair(b *strings.Builder, x, y int) {
	b.WriteString(strconv.Itoa(x))
	if y >= 0 {
		b.WriteByte(' ')
	}
	b.WriteString(strconv.Itoa(y))
}

// A PointGroup is all points of one style, as one SVG path.
type PointGroup struct {
	Path   string
	Colour string
	Held   bool // held out for testing
	Hollow bool // drawn hollow: a held-out point of a class (a held-out value is a diamond)
}

// levels is the number of colours for the labels of a regression.
const levels = 9

// pointSizes are how large points are drawn, relative to markerRadius, up to so many: where there are
// many they would hide each other and what the network says. The style sheet has the sizes, too, for
// their edges.
var pointSizes = []struct {
	most int
	size float64
}{{300, 1}, {700, 0.7}, {1200, 0.55}, {math.MaxInt, 0.45}}

// pointSize returns the index of the size of so many points.
func pointSize(n int) int {
	i := 0
	for n > pointSizes[i].most {
		i++
	}
	return i
}

// PointGroups returns the drawing of a state's points.
func PointGroups(s nn.State) []PointGroup {
	radius := float64(markerRadius * pointSizes[pointSize(len(s.Data))].size)
	return group(s.Data, s.Config.Task, nn.Split(len(s.Data), s.Config.TestFraction, s.Config.Seed), radius)
}

// pointKinds returns the number of styles of the points for training, and of those held out.
func pointKinds(task nn.Task) int {
	if task == nn.Regression {
		return levels
	}
	return nn.MaxClasses
}

// pointKind returns the number of a point's style, and its marker.
func pointKind(p nn.Point, task nn.Task, held bool) (kind int, shape []mark) {
	kind, shape = int(p.Label), markers[0]
	if task == nn.Regression {
		kind = int(math.Round((p.Label + 1) / 2 * (levels - 1)))
		if held {
			shape = diamond
		}
	} else {
		shape = markers[kind]
	}
	if held {
		kind += pointKinds(task)
	}
	return kind, shape
}

// pointStyle returns a style by its number. It has no path.
func pointStyle(kind int, task nn.Task) PointGroup {
	kinds := pointKinds(task)
	g := PointGroup{Colour: classColours[kind%kinds].hex(), Held: kind >= kinds}
	if task == nn.Regression {
		g.Colour = scale(2*float64(kind%kinds)/(levels-1) - 1).hex()
	}
	g.Hollow = g.Held && task == nn.Classification
	return g
}

// group sorts points into one path for each style. held tells which points are held out.
func group(points []nn.Point, task nn.Task, held []bool, radius float64) []PointGroup {
	paths := make([]strings.Builder, 2*pointKinds(task))
	for i, p := range points {
		kind, shape := pointKind(p, task, held[i])
		outline(&paths[kind], shape, p.X, p.Y, radius)
	}
	var groups []PointGroup
	for kind := range paths {
		if paths[kind].Len() == 0 {
			continue
		}
		g := pointStyle(kind, task)
		g.Path = paths[kind].String()
		groups = append(groups, g)
	}
	return groups
}

// A Swatch is a drawing tool: a class or, for regression, a label.
type Swatch struct {
	Value  string // of FieldTool
	Name   string // that the user gave to the class, or ""
	Label  string
	Colour string
	Path   string // the marker, in a box from -10000 to 10000
}

// Swatches returns the drawing tools of a config. The config's number of classes must be set; meta
// may name the classes.
func Swatches(c nn.Config, meta table.Meta) []Swatch {
	var swatches []Swatch
	if c.Task == nn.Regression {
		for _, v := range []float64{-1, -0.5, 0, 0.5, 1} {
			label := "Draw points with the value " + inUnits(meta.Transform.Label, v)
			if meta.Transform.Label.IsIdentity() {
				label = "Draw points with the value " + table.Readable(strconv.FormatFloat(v, 'g', -1, 64))
			}
			swatches = append(swatches, Swatch{Value: strconv.FormatFloat(v, 'g', -1, 64), Label: label, Colour: scale(v).hex(), Path: markerIcon(markers[0])})
		}
		return swatches
	}
	for k := range c.Classes {
		swatches = append(swatches, Swatch{
			Value:  strconv.Itoa(k),
			Name:   meta.Class(k),
			Label:  fmt.Sprintf("Draw points of %s (%s)", ClassName(meta, k), classNames[k]),
			Colour: classColours[k].hex(),
			Path:   markerIcon(markers[k]),
		})
	}
	return swatches
}

// iconRadius is that of a marker in its icon.
const iconRadius = 0.72

// markerIcon returns the path of a marker in a box from -10000 to 10000.
func markerIcon(shape []mark) string {
	var b strings.Builder
	outline(&b, shape, 0, 0, iconRadius)
	return b.String()
}

// echoScale returns by what the script scales an icon to draw one more of so many points before the
// server does.
func echoScale(points int) string {
	size := pointSizes[pointSize(points)].size
	return strconv.FormatFloat(float64(markerRadius*size)/iconRadius, 'g', 4, 64)
}

// EraserReach is how far, in units of the plane, the eraser reaches.
const EraserReach = 0.06

func eraserReach() string { return number(EraserReach) }

// toolInHand returns the chosen tool, or the first one where the chosen one is not offered.
func toolInHand(l Lab) string {
	swatches := Swatches(l.State.Config, l.Meta)
	if l.Choices.Tool == ToolErase || slices.ContainsFunc(swatches, func(s Swatch) bool { return s.Value == l.Choices.Tool }) {
		return l.Choices.Tool
	}
	return swatches[0].Value
}

package views

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// The sides of a picture of a space, in which its places are whole numbers: y points down. Of a layer
// of one unit it is flat.
const (
	spaceSide   = 1000
	spaceFlat   = 160
	spaceMargin = 40 // around all of that, for what stands at an end
)

// The plane is drawn as spaceLines lines from left to right and as many from bottom to top, each of
// which is bent at spaceBends places. All pictures together have at most spaceDots points.
const (
	spaceLines = 9
	spaceBends = 25
	spaceDots  = 1024
)

// SpacePlaces returns the places of the plane at which the layers are asked, for their pictures: line
// by line. Their lists must not be changed.
func SpacePlaces() (xs, ys []float64) { return spacePlaces() }

var spacePlaces = sync.OnceValues(func() (xs, ys []float64) {
	at := func(i, n int) float64 { return 2*float64(i)/float64(n-1) - 1 }
	for line := range 2 * spaceLines {
		for bend := range spaceBends {
			x, y := at(line%spaceLines, spaceLines), at(bend, spaceBends)
			if line >= spaceLines {
				x, y = y, x
			}
			xs, ys = append(xs, x), append(ys, y)
		}
	}
	return xs, ys
})

func measureSpaces(s nn.State, last Measured, m Measurer) Measured {
	points, _ := nn.SpaceSample(s.Data)
	if len(points) == 0 {
		return Measured{}
	}
	xs, ys := SpacePlaces()
	return Measured{Spaces: m.Spaces(points, xs, ys, last.Spaces)}
}

// SpaceNames returns the names of what has a space: the input, the hidden layers and the output.
func SpaceNames(c nn.Config) []string {
	names := []string{"input"}
	for l := range len(c.HiddenLayers) + 1 {
		names = append(names, layerName(l, len(c.HiddenLayers)+1))
	}
	return names
}

// SpaceAxes returns the axes of spaces alone, for the next frame of a stream to follow, or nil.
func SpaceAxes(spaces []nn.LayerSpace) (axes []nn.LayerSpace) {
	for _, s := range spaces {
		axes = append(axes, nn.LayerSpace{Units: s.Units, Axes: s.Axes})
	}
	return axes
}

// A spacePicture is where a layer puts the plane and the points, as it is drawn.
type spacePicture struct {
	Title string
	Units string // how many there are
	Class string // of its colour
	Words string // for those who do not see it
	// Axes are the names of what is to the right and, if there are two, of what is up. There are none
	// where the numbers are too large to be drawn.
	Axes   []spaceAxis
	Height int // of its side spaceSide
	Lines  [][]spot
	Areas  []spaceArea
	Dots   []spaceDot
}

// viewBox returns the box of a picture with its margin.
func (s *spacePicture) viewBox() string {
	return fmt.Sprint(-spaceMargin, -spaceMargin, spaceSide+2*spaceMargin, s.Height+2*spaceMargin)
}

// A spaceAxis is an axis of a picture, and the numbers at its ends, if it is that of a unit.
type spaceAxis struct {
	Name   string
	Of     string // what follows the name where there is room, and Rest, what follows in any case
	Rest   string
	Lo, Hi string
	zero   int // where 0 is, from the left or from below
}

// whole returns all that is said of an axis.
func (a spaceAxis) whole() string { return a.Name + a.Of + a.Rest }

// A spaceArea is where the output layer decides for a class.
type spaceArea struct {
	class   int
	corners []spot
}

// A spaceDot is a point: where it is and how it looks.
type spaceDot struct {
	at    spot
	kind  int // see pointKind
	shape []mark
}

// A spaceView maps coordinates of a space to a picture.
type spaceView struct {
	lo     [2]float64
	span   float64
	height int
}

func (v *spaceView) at(x, y float64) spot {
	place := func(c float64, k, side int) int {
		in := float64((c-v.lo[k])/v.span*spaceSide) - float64(spaceSide-side)/2
		if in != in { // beyond all numbers
			in = -spaceSide
		}
		return int(math.Floor(max(-spaceSide, min(2*spaceSide, in)) + 0.5)) // lines may leave the picture
	}
	return spot{place(x, 0, spaceSide), v.height - place(y, 1, v.height)}
}

// viewOf returns the view in which all points are to be seen and of the plane what is not far from
// them, both axes on one scale. Its ends are round numbers, so that they stay while a layer moves a
// little.
func viewOf(s *nn.LayerSpace) spaceView {
	v := spaceView{height: spaceSide}
	var ends [2][2]float64
	for k := range ends {
		least, most := rangeOf(s.Points[k], math.Inf(-1), math.Inf(1))
		room := (most - least) / 2
		low, high := rangeOf(s.Places[k], least-room, most+room)
		least, most = min(0, least, low), max(0, most, high)
		if s.Axes[0].Share == 0 && len(s.Axes) > k { // all points are at one place
			least, most = min(least, -1), max(most, 1)
		}
		ends[k] = [2]float64{-roundEnd(-least), roundEnd(most)}
	}
	if s.Axes[0].Unit != nn.NoUnit && len(s.Axes) == 2 { // units have the same ends
		ends[0] = [2]float64{min(ends[0][0], ends[1][0]), max(ends[0][1], ends[1][1])}
		ends[1] = ends[0]
	}
	v.span = max(ends[0][1]-ends[0][0], ends[1][1]-ends[1][0])
	for k, end := range ends {
		v.lo[k] = (end[0] + end[1] - v.span) / 2
	}
	if len(s.Axes) == 1 {
		v.height = spaceFlat
	}
	return v
}

// rangeOf returns the least and the most of some numbers, or of the ends where all are beyond them.
func rangeOf(list []float64, from, to float64) (least, most float64) {
	least, most = to, from
	for _, c := range list {
		if c >= from && c <= to && math.Abs(c) <= largest {
			least, most = min(least, c), max(most, c)
		}
	}
	if least > most {
		return most, least
	}
	return least, most
}

// roundEnd returns a round number that is at least v, and 0 for what rounding may leave of 0.
func roundEnd(v float64) float64 {
	if v < smallest {
		return 0
	}
	if v <= 1 && v > 0.8 {
		return 1
	}
	power := math.Pow10(exponent(v))
	for _, m := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if end := m * power; end >= v {
			return end
		}
	}
	return 10 * power
}

// spacePictures returns the pictures of the spaces of a state, of which a measurement has the points
// of nn.SpaceSample and the places of SpacePlaces.
func spacePictures(s nn.State, meta table.Meta, spaces []nn.LayerSpace, hideTest bool) []spacePicture {
	at := nn.Evenly(len(s.Data), nn.SpacePoints)
	held := nn.Split(len(s.Data), s.Config.TestFraction, s.Config.Seed)
	pictures := make([]spacePicture, len(spaces))
	for i, name := range SpaceNames(s.Config) {
		pictures[i] = newSpacePicture(s, meta, spaces, i, name, at, held, hideTest)
	}
	return pictures
}

// newSpacePicture returns the picture of layer i. at are the numbers of the points that are placed, and held
// says which points are held out.
func newSpacePicture(
	s nn.State, meta table.Meta, spaces []nn.LayerSpace, i int, name string, at []int, held []bool, hideTest bool,
) spacePicture {
	space, layers := &spaces[i], len(spaces)-1
	unit := "feature"
	p := spacePicture{Class: "layer"}
	if i > 0 {
		unit, p.Class = "unit", layerClass(i-1, layers)
	}
	if p.Units = counted(space.Units, unit); i == layers && s.Config.Task == nn.Classification {
		p.Units = plural(space.Units, "class", "classes")
	}
	p.Title = upperFirst(name)
	if space.Axes == nil {
		p.Words = p.Title + ": too large to be drawn"
		return p
	}
	v := viewOf(space)
	p.Height = v.height
	p.Words = "Where the layer " + name + " puts the points and the plane"
	for k, axis := range space.Axes {
		a := spaceAxis{zero: int(math.Floor(float64(-v.lo[k]/v.span*spaceSide) + 0.5))}
		if axis.Unit == nn.NoUnit {
			a.Name, a.Of = [...]string{"1st", "2nd"}[k], " direction"
			a.Rest = ", " + strconv.Itoa(int(math.Floor(float64(100*axis.Share)+0.5))) + " %"
		} else {
			a.Name = spaceAxisName(s.Config, meta, axis, i, layers)
			a.Lo, a.Hi = signed(v.lo[k]), signed(v.lo[k]+v.span)
		}
		p.Axes = append(p.Axes, a)
		p.Words += [...]string{"; to the right ", ", up "}[k] + a.whole()
	}
	p.Lines = make([][]spot, 0, 2*spaceLines)
	bends := make([]spot, 0, 2*spaceLines*spaceBends)
	for line := range 2 * spaceLines {
		begin := len(bends)
		for j := line * spaceBends; j < (line+1)*spaceBends; j++ {
			bends = append(bends, v.at(space.Places[0][j], space.Places[1][j]))
		}
		p.addLine(bends[begin:])
	}
	if i == layers-1 && s.Config.Task == nn.Classification && isFaithful(space.Axes) {
		p.Areas = spaceAreas(&v, space.Axes, s.Network.Parameters)
	}
	p.Dots = make([]spaceDot, 0, len(at))
	for _, j := range nn.Evenly(min(len(at), len(space.Points[0])), spaceDots/len(spaces)) {
		if held[at[j]] && hideTest {
			continue
		}
		kind, shape := pointKind(s.Data[at[j]], s.Config.Task, held[at[j]])
		place := v.at(space.Points[0][j], space.Points[1][j])
		if len(space.Axes) == 1 {
			place.y = spaceRow(s, at[j])
		}
		p.Dots = append(p.Dots, spaceDot{place, kind, shape})
	}
	return p
}

// spaceRow returns where between the sides of a flat picture a point is drawn: each class has a row of its own, and
// values, which have none, take turns.
func spaceRow(s nn.State, point int) int {
	row, rows := point%5, 5
	if s.Config.Task == nn.Classification {
		row, rows = int(s.Data[point].Label), s.Config.Classes
	}
	return spaceFlat * (2*row + 1) / (2 * rows)
}

// spaceAxisName says what unit an axis of layer i is of, of which 0 is the input and the last the output.
func spaceAxisName(c nn.Config, meta table.Meta, a nn.SpaceAxis, i, layers int) string {
	switch {
	case i == 0:
		return c.Features[a.Unit].Label()
	case i < layers:
		return "unit " + strconv.Itoa(a.Unit+1)
	case c.Task == nn.Classification:
		return ClassName(meta, a.Unit)
	}
	return axisName("", meta.Transform.Label, "value")
}

// spaceWords says what the pictures have to do with what the network says.
func spaceWords(c nn.Config) string {
	what, many := "The output parts the classes by straight lines and nothing else: the layers before it have to bend the plane until that is enough.",
		"A layer of many units is seen from the side from which most is to be seen: two directions, and how many % of the spread of the points each of them shows."
	if c.Task == nn.Regression {
		what = "In the last layer, the value of the output rises evenly in one direction and in no other: the layers before it have to bend the plane until that is enough."
	}
	if slices.Contains(c.HiddenLayers, 1) {
		many += " A layer of one unit is a line, on which only left and right count."
	}
	return what + " " + many
}

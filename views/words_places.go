package views

import (
	"math"
	"math/bits"

	"github.com/nnvisu/nnvisu/nn"
)

// The plane has nine parts for whoever hears of it: ninths, three rows of three from the top left.
// A set of them is a bit for each.
type ninths uint16

const allNinths ninths = 1<<9 - 1

// ninthNames are the names of the ninths.
var ninthNames = [9]string{
	"the top left", "the top middle", "the top right",
	"the middle left", "the centre", "the middle right",
	"the bottom left", "the bottom middle", "the bottom right",
}

// ninthGroups are sets that have a name of their own, those to look for first in front.
var ninthGroups = []struct {
	set  ninths
	name string
}{
	{0b011_011_011, "the left two thirds"}, {0b110_110_110, "the right two thirds"},
	{0b000_111_111, "the top two thirds"}, {0b111_111_000, "the bottom two thirds"},
	{0b001_001_001, "the left third"}, {0b100_100_100, "the right third"},
	{0b000_000_111, "the top third"}, {0b111_000_000, "the bottom third"},
	{0b010_010_010, "the middle third from top to bottom"}, {0b000_111_000, "the middle third from left to right"},
	{0b101_000_101, "the four corners"},
}

// ninthOf returns the ninth of cell j of a square grid with size cells along each side.
func ninthOf(j, size int) int {
	row, column := j/size, j%size
	return (2*row+1)*3/(2*size)*3 + (2*column+1)*3/(2*size) // where its centre is
}

// count returns how many ninths a set has.
func (s ninths) count() int { return bits.OnesCount16(uint16(s)) }

// names says where a set of ninths is.
func (s ninths) names() string {
	switch s.count() {
	case 9:
		return "the whole plane"
	case 8:
		return "everything but " + (allNinths &^ s).names()
	}
	var names []string
	left := s
	for left != 0 {
		most, name := ninths(0), ""
		for _, g := range ninthGroups {
			if g.set&^s == 0 && (g.set&left).count() > 1 {
				most, name = g.set&left, g.name
				break
			}
		}
		if most == 0 {
			i := bits.TrailingZeros16(uint16(left))
			most, name = 1<<i, ninthNames[i]
		}
		names = append(names, name)
		left &^= most
	}
	return list(names)
}

// octants are the names of eight directions, counter-clockwise from the right.
var octants = [8]string{
	"on the right", "at the top right", "at the top", "at the top left",
	"on the left", "at the bottom left", "at the bottom", "at the bottom right",
}

// octant returns the index of the direction of dx to the right and dy up.
func octant(dx, dy float64) int {
	return (int(math.Round(math.Atan2(dy, dx)/(math.Pi/4))) + 8) % 8
}

// placeWords say where a place of the plane is: at its centre, or in one of its ninths.
func placeWords(x, y float64) string {
	if math.Hypot(x, y) < 0.02 {
		return "the very centre"
	}
	third := func(v float64) int { return max(0, min(2, int(math.Floor((v+1)*1.5)))) }
	return ninthNames[3*(2-third(y))+third(x)]
}

// wayWords say how far and in which direction it is from a place to a point.
func wayWords(from, to nn.Point) string {
	return decimals(math.Hypot(to.X-from.X, to.Y-from.Y)) + " " + directionWords(from, to)
}

// directionWords say in which direction it is from a place to a point.
func directionWords(from, to nn.Point) string {
	ways := [8]string{"to the right", "up and right", "up", "up and left", "to the left", "down and left", "down", "down and right"}
	return ways[octant(to.X-from.X, to.Y-from.Y)]
}

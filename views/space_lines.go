package views

import (
	"math"
	"slices"

	"github.com/nnvisu/nnvisu/nn"
)

// faithful is the least share of the spread that a picture shows if it shows what the output decides.
// The points of another stand too far in front of the picture or behind it.
const faithful = 0.95

func isFaithful(axes []nn.SpaceAxis) bool {
	return axes[0].Unit != nn.NoUnit || axes[0].Share+axes[1].Share >= faithful
}

// addLine adds the parts of a line that are in the picture.
func (s *spacePicture) addLine(line []spot) {
	inside := func(at spot) bool {
		return at.x >= -spaceMargin && at.x <= spaceSide+spaceMargin && at.y >= -spaceMargin && at.y <= s.Height+spaceMargin
	}
	if !slices.ContainsFunc(line, func(at spot) bool { return !inside(at) }) {
		s.Lines = append(s.Lines, line)
		return
	}
	var part []spot
	for i := 1; i < len(line); i++ {
		from, to, ok := s.within(line[i-1], line[i])
		if !ok {
			continue
		}
		if n := len(part); n == 0 || part[n-1] != from {
			if n > 0 {
				s.Lines = append(s.Lines, part)
			}
			part = []spot{from}
		}
		part = append(part, to)
	}
	if len(part) > 0 {
		s.Lines = append(s.Lines, part)
	}
}

// within returns the part of a segment that is in the picture, if any (Liang and Barsky, 1984).
func (s *spacePicture) within(from, to spot) (a, b spot, ok bool) {
	first, last := 0.0, 1.0
	dx, dy := float64(to.x-from.x), float64(to.y-from.y)
	for _, side := range [4]struct{ along, room float64 }{
		{-dx, float64(from.x + spaceMargin)}, {dx, float64(spaceSide + spaceMargin - from.x)},
		{-dy, float64(from.y + spaceMargin)}, {dy, float64(s.Height + spaceMargin - from.y)},
	} {
		switch at := side.room / side.along; {
		case side.along == 0 && side.room < 0:
			return a, b, false
		case side.along < 0:
			first = max(first, at)
		case side.along > 0:
			last = min(last, at)
		}
	}
	at := func(share float64) spot {
		return spot{from.x + int(math.Floor(float64(dx*share)+0.5)), from.y + int(math.Floor(float64(dy*share)+0.5))}
	}
	return at(first), at(last), first < last
}

// spaceAreas returns where in the plane of a picture the output, whose sums are linear there, is
// largest for each class. The plane is that of the units or, of components, through the mean.
func spaceAreas(v *spaceView, axes []nn.SpaceAxis, p nn.Parameters) (areas []spaceArea) {
	last := len(p.Weights) - 1
	if last < 0 {
		return nil // of a lab without its network
	}
	sums := make([][3]float64, len(p.Weights[last])) // of each class: at the origin, and along both axes
	for k, row := range p.Weights[last] {
		sums[k][0] = p.Biases[last][k]
		for a, axis := range axes {
			if axis.Unit != nn.NoUnit {
				sums[k][1+a] = row[axis.Unit]
				continue
			}
			for u, w := range row {
				sums[k][1+a] += float64(w * axis.Weights[u])
				if a == 0 {
					sums[k][0] += float64(w * axis.Mean[u])
				}
			}
		}
	}
	x, y := v.lo[0]+v.span/2, v.lo[1]+v.span/2
	wide, high := v.span*(spaceSide/2+spaceMargin)/spaceSide, v.span*float64(v.height/2+spaceMargin)/spaceSide
	box := [][2]float64{{x - wide, y - high}, {x + wide, y - high}, {x + wide, y + high}, {x - wide, y + high}}
	for k, own := range sums {
		corners := box
		for j, other := range sums {
			if j != k {
				corners = clipped(corners, own[0]-other[0], own[1]-other[1], own[2]-other[2], j < k)
			}
		}
		if len(corners) < 3 {
			continue
		}
		area := spaceArea{class: k}
		for _, c := range corners {
			area.corners = append(area.corners, v.at(c[0], c[1]))
		}
		areas = append(areas, area)
	}
	return areas
}

// clipped returns the part of a convex polygon in which c + a·x + b·y is positive, or not negative
// where it may not be 0 (Sutherland and Hodgman, 1974).
func clipped(corners [][2]float64, c, a, b float64, open bool) (kept [][2]float64) {
	value := func(at [2]float64) float64 { return c + float64(a*at[0]) + float64(b*at[1]) }
	for i, to := range corners {
		from := corners[(i+len(corners)-1)%len(corners)]
		before, now := value(from), value(to)
		inside := func(v float64) bool { return v > 0 || v == 0 && !open }
		if inside(before) != inside(now) {
			share := before / (before - now)
			kept = append(kept, [2]float64{
				from[0] + float64((to[0]-from[0])*share), from[1] + float64((to[1]-from[1])*share),
			})
		}
		if inside(now) {
			kept = append(kept, to)
		}
	}
	return kept
}

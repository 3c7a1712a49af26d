package drawing

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// A contour is a line of straight parts.
type contour struct {
	places []place
	closed bool
}

// curveParts is of how many straight parts a curve of a path is drawn.
const curveParts = 24

// flatten returns the contours of a path, in pixels.
func (p *Path) flatten(c *canvas) []contour {
	var all []contour
	places := p.places
	take := func() place {
		at := c.at(places[0], places[1])
		places = places[2:]
		return at
	}
	for _, v := range p.verbs {
		if v == moveTo {
			all = append(all, contour{places: []place{take()}})
			continue
		}
		last := &all[len(all)-1]
		switch v {
		case lineTo:
			last.places = append(last.places, take())
		case curveTo:
			from := last.places[len(last.places)-1]
			last.places = appendCurve(last.places, curveParts, from, take(), take(), take())
		case closed:
			last.closed = true
		}
	}
	return all
}

// appendCurve appends the ends of the straight parts of a cubic Bézier curve.
func appendCurve(places []place, parts int, a, b, c, d place) []place {
	for i := 1; i <= parts; i++ {
		t := float64(i) / float64(parts)
		s := 1 - t
		// Each product is rounded, so that no CPU joins it with a sum.
		wa, wb, wc, wd := float64(s*s)*s, float64(3*float64(s*s))*t, float64(3*s)*float64(t*t), float64(t*t)*t
		places = append(places, place{
			float64(wa*a.x) + float64(wb*b.x) + float64(wc*c.x) + float64(wd*d.x),
			float64(wa*a.y) + float64(wb*b.y) + float64(wc*c.y) + float64(wd*d.y),
		})
	}
	return places
}

// roundness is the corners of the disc at a joint of a stroke.
var roundness = func() (corners [16]place) {
	for i := range corners {
		angle := 2 * math.Pi * float64(i) / float64(len(corners))
		corners[i] = place{detmath.Cos(angle), detmath.Sin(angle)}
	}
	return corners
}()

// stroke adds the outline of a line that is half as wide on each side: one for each smooth part, with
// round ends. All have the same sense, so that they do not cancel where they overlap. Dashes end as they
// are cut.
func (c *canvas) stroke(along contour, half float64, dash []int) {
	places := distinct(along)
	switch {
	case dash != nil:
		c.dashes(places, half, dash)
		return
	case len(places) == 1:
		c.disc(places[0], half)
	}
	from := 0
	for i := 1; i < len(places); i++ {
		if i < len(places)-1 && isSmooth(places[i-1], places[i], places[i+1]) {
			continue
		}
		c.band(places[from:i+1], half, true)
		from = i
	}
}

// distinct returns the places of a contour, without those that are the same as the one before.
func distinct(along contour) (places []place) {
	all := along.places
	if along.closed {
		all = append(all[:len(all):len(all)], all[0])
	}
	for i, p := range all {
		if i == 0 || p != all[i-1] {
			places = append(places, p)
		}
	}
	return places
}

// isSmooth reports whether a line turns by less than about a quarter of a right angle at b.
func isSmooth(a, b, c place) bool {
	u, v := direction(a, b), direction(b, c)
	return float64(u.x*v.x)+float64(u.y*v.y) > 0.92
}

// direction returns a step of length 1 from one place towards another.
func direction(a, b place) place {
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
	return place{dx / length, dy / length}
}

// band adds the outline of a smooth line, in the sense of a disc.
func (c *canvas) band(places []place, half float64, round bool) {
	n := len(places)
	outline := make([]place, 0, 2*n+len(roundness))
	side := func(i int, half float64) {
		u, v := direction(places[max(0, i-1)], places[max(1, i)]), direction(places[min(i, n-2)], places[min(i+1, n-1)])
		// Both parts are half the width away from the corner of their outlines.
		x, y := u.y+v.y, -u.x-v.x
		stretch := 2 * half / (float64(x*x) + float64(y*y))
		outline = append(outline, place{places[i].x + float64(x*stretch), places[i].y + float64(y*stretch)})
	}
	end := func(at, from place) {
		u := direction(from, at)
		for _, r := range roundness[1 : len(roundness)/2] {
			x, y := float64(u.y*r.x)+float64(u.x*r.y), float64(u.y*r.y)-float64(u.x*r.x)
			outline = append(outline, place{at.x + float64(x*half), at.y + float64(y*half)})
		}
	}
	for i := range places {
		side(i, half)
	}
	if round {
		end(places[n-1], places[n-2])
	}
	for i := range places {
		side(n-1-i, -half)
	}
	if round {
		end(places[0], places[1])
	}
	c.enclose(outline)
}

func (c *canvas) disc(at place, radius float64) {
	var corners [len(roundness)]place
	for i, r := range roundness {
		corners[i] = place{at.x + float64(r.x*radius), at.y + float64(r.y*radius)}
	}
	c.enclose(corners[:])
}

// dashes adds the dashes of a line.
func (c *canvas) dashes(places []place, half float64, dash []int) {
	k, left := 0, c.pixel(dash[0])
	for i := 1; i < len(places); i++ {
		a, b := places[i-1], places[i]
		dx, dy := b.x-a.x, b.y-a.y
		length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
		for at := 0.0; at < length; {
			to := min(length, at+left)
			if k%2 == 0 && to-at > 1e-6 {
				part := func(v float64) place { return place{a.x + float64(dx*(v/length)), a.y + float64(dy*(v/length))} }
				c.band([]place{part(at), part(to)}, half, false)
			}
			if left -= to - at; left <= 1e-9 {
				k++
				left = c.pixel(dash[k%len(dash)])
			}
			at = to
		}
	}
}

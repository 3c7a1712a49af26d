package drawing

import (
	"image"
	"image/draw"
	"math"
	"strconv"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/vector"
)

// Raster returns a drawing as pixels, so many in a row. It calls yield between shapes, and returns its
// error.
func (d *Drawing) Raster(width int, yield func() error) (*image.RGBA, error) {
	c := &canvas{
		pixels: image.NewRGBA(image.Rect(0, 0, width, d.Pixels(width))),
		scale:  float64(width) / float64(d.Width),
		yield:  yield,
	}
	ground := rgbOf(d.Ground)
	for i := 0; i < len(c.pixels.Pix); i += 4 {
		c.pixels.Pix[i], c.pixels.Pix[i+1], c.pixels.Pix[i+2], c.pixels.Pix[i+3] = ground[0], ground[1], ground[2], 255
	}
	for _, l := range d.Layers {
		for _, s := range l {
			if err := s.raster(c); err != nil {
				return nil, err
			}
			if err := yield(); err != nil {
				return nil, err
			}
		}
	}
	return c.pixels, nil
}

// ImageSize returns how many pixels are in a row of an image of a width that is at x, in a picture with
// so many pixels in a row.
func (d *Drawing) ImageSize(x, width, pixels int) int {
	c := canvas{scale: float64(pixels) / float64(d.Width)}
	return c.whole(x+width) - c.whole(x)
}

// A canvas is pixels to draw on.
type canvas struct {
	pixels *image.RGBA
	scale  float64 // pixels in a hundredth
	yield  func() error
	vector vector.Rasterizer
	mask   image.Alpha
	lines  []line // of the shape that is drawn
}

// A place is in pixels, and so is a line, from one to the other. A contour is closed lines.
type place struct{ x, y float64 }
type line struct{ from, to place }

func rgbOf(c Colour) (rgb [3]uint8) {
	for i := range rgb {
		v, err := strconv.ParseUint(string(c[1+2*i:3+2*i]), 16, 8)
		if err != nil {
			panic("drawing: the colour " + string(c))
		}
		rgb[i] = uint8(v)
	}
	return rgb
}

// pixel returns a number of hundredths in pixels.
func (c *canvas) pixel(v int) float64 { return float64(float64(v) * c.scale) }

// whole is pixel, rounded.
func (c *canvas) whole(v int) int { return int(math.Floor(float64(float64(v)*c.scale) + 0.5)) }

func (c *canvas) at(x, y int) place { return place{c.pixel(x), c.pixel(y)} }

// tile is the most pixels along a side of what is rasterized at once. Up to so many, package vector
// computes with whole numbers, which are the same on every CPU.
const tile = 512

// fill paints the area within the lines.
func (c *canvas) fill(colour Colour, opacity int) error {
	if len(c.lines) == 0 {
		return nil
	}
	box := c.box()
	rgb := rgbOf(colour)
	if opacity == 0 {
		opacity = 100
	}
	for y := box.Min.Y; y < box.Max.Y; y += tile {
		for x := box.Min.X; x < box.Max.X; x += tile {
			at := image.Rect(x, y, min(x+tile, box.Max.X), min(y+tile, box.Max.Y))
			c.cover(at)
			c.blend(at, rgb, uint32(opacity))
			if err := c.yield(); err != nil {
				return err
			}
		}
	}
	return nil
}

// box returns the pixels that the lines are in.
func (c *canvas) box() image.Rectangle {
	lo, hi := c.lines[0].from, c.lines[0].from
	for _, l := range c.lines {
		lo.x, lo.y = min(lo.x, l.to.x), min(lo.y, l.to.y)
		hi.x, hi.y = max(hi.x, l.to.x), max(hi.y, l.to.y)
	}
	box := image.Rect(int(math.Floor(lo.x)), int(math.Floor(lo.y)), int(math.Ceil(hi.x))+1, int(math.Ceil(hi.y))+1)
	return box.Intersect(c.pixels.Rect)
}

// cover sets the mask to how much of each pixel of a tile the lines enclose.
func (c *canvas) cover(at image.Rectangle) {
	w, h := at.Dx(), at.Dy()
	c.vector.Reset(w, h)
	c.vector.DrawOp = draw.Src
	top, bottom := float64(at.Min.Y), float64(at.Max.Y)
	for _, l := range c.lines {
		if l.from.y <= top && l.to.y <= top || l.from.y >= bottom && l.to.y >= bottom {
			continue
		}
		c.vector.MoveTo(float32(l.from.x-float64(at.Min.X)), float32(l.from.y-top))
		c.vector.LineTo(float32(l.to.x-float64(at.Min.X)), float32(l.to.y-top))
	}
	if cap(c.mask.Pix) < w*h {
		c.mask.Pix = make([]uint8, tile*tile)
	}
	c.mask = image.Alpha{Pix: c.mask.Pix[:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	c.vector.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
}

// blend lays a colour over the pixels of a tile where the mask is.
func (c *canvas) blend(at image.Rectangle, rgb [3]uint8, opacity uint32) {
	w := at.Dx()
	for y := range at.Dy() {
		row := c.pixels.Pix[c.pixels.PixOffset(at.Min.X, at.Min.Y+y):]
		for x, cover := range c.mask.Pix[y*w : (y+1)*w] {
			if cover == 0 {
				continue
			}
			a := uint32(cover) * opacity // of 25500
			for k := range rgb {
				p := &row[4*x+k]
				*p = uint8((uint32(*p)*(25500-a) + uint32(rgb[k])*a + 12750) / 25500)
			}
		}
	}
}

func (s pathShape) raster(c *canvas) error {
	contours := s.path.flatten(c)
	p := s.paint
	if p.Fill != "" {
		c.lines = c.lines[:0]
		for _, contour := range contours {
			c.enclose(contour.places)
		}
		if err := c.fill(p.Fill, p.Opacity); err != nil {
			return err
		}
	}
	if p.Stroke == "" {
		return nil
	}
	c.lines = c.lines[:0]
	for _, contour := range contours {
		c.stroke(contour, c.pixel(p.Width)/2, p.Dash)
	}
	return c.fill(p.Stroke, p.Opacity)
}

// enclose adds a closed line.
func (c *canvas) enclose(places []place) {
	for i, p := range places {
		c.lines = append(c.lines, line{p, places[(i+1)%len(places)]})
	}
}

func (s textShape) raster(c *canvas) error {
	f, grid := s.letter.font(), 0
	grid, _ = em(f)
	var b sfnt.Buffer
	along := 0 // in the font's grid
	switch width := s.letter.Width(s.text) * grid / max(1, s.letter.Size); s.letter.Anchor {
	case Middle:
		along = -width / 2
	case End:
		along = -width
	}
	origin := c.at(s.x, s.y)
	unit := c.pixel(s.letter.Size) / float64(64*grid)
	c.lines = c.lines[:0]
	for _, r := range s.text {
		g := glyphOf(f, &b, r, true)
		at := func(x, y int32) place {
			// Each product is rounded, so that no CPU joins it with a sum.
			dx, dy := float64(float64(int64(x)+64*int64(along))*unit), float64(float64(y)*unit)
			if s.letter.Upwards {
				dx, dy = dy, -dx
			}
			return place{origin.x + dx, origin.y + dy}
		}
		var contour []place
		for _, segment := range g.outline {
			a := segment.Args
			switch segment.Op {
			case sfnt.SegmentOpMoveTo:
				c.enclose(contour)
				contour = append(contour[:0], at(int32(a[0].X), int32(a[0].Y)))
			case sfnt.SegmentOpLineTo:
				contour = append(contour, at(int32(a[0].X), int32(a[0].Y)))
			case sfnt.SegmentOpQuadTo:
				from, by, to := contour[len(contour)-1], at(int32(a[0].X), int32(a[0].Y)), at(int32(a[1].X), int32(a[1].Y))
				contour = appendCurve(contour, 6, from, between(from, by), between(to, by), to)
			case sfnt.SegmentOpCubeTo:
				contour = appendCurve(contour, 6, contour[len(contour)-1],
					at(int32(a[0].X), int32(a[0].Y)), at(int32(a[1].X), int32(a[1].Y)), at(int32(a[2].X), int32(a[2].Y)))
			}
		}
		c.enclose(contour)
		along += g.advance
	}
	return c.fill(s.letter.Colour, 0)
}

// between returns the place two thirds of the way from one place to another: where the cubic form of a
// quadratic curve bends.
func between(from, to place) place {
	return place{from.x + float64((to.x-from.x)*(2.0/3)), from.y + float64((to.y-from.y)*(2.0/3))}
}

func (s imageShape) raster(c *canvas) error {
	var colours [256][3]uint32
	for i, colour := range s.pixels.Palette {
		r, g, b, _ := colour.RGBA()
		colours[i] = [3]uint32{r >> 8, g >> 8, b >> 8}
	}
	x0, y0 := c.whole(s.x), c.whole(s.y)
	w, h := c.whole(s.x+s.width)-x0, c.whole(s.y+s.height)-y0
	across, down := samples(w, s.pixels.Rect.Dx()), samples(h, s.pixels.Rect.Dy())
	for y, v := range down {
		upper, lower := s.pixels.Pix[v.first*s.pixels.Stride:], s.pixels.Pix[v.second*s.pixels.Stride:]
		row := c.pixels.Pix[c.pixels.PixOffset(x0, y0+y):]
		for x, u := range across {
			a, b := &colours[upper[u.first]], &colours[upper[u.second]]
			d, e := &colours[lower[u.first]], &colours[lower[u.second]]
			for k := range 3 {
				above, below := a[k]*(256-u.share)+b[k]*u.share, d[k]*(256-u.share)+e[k]*u.share
				row[4*x+k] = uint8((above*(256-v.share) + below*v.share + 1<<15) >> 16)
			}
		}
		if y%32 == 0 {
			if err := c.yield(); err != nil {
				return err
			}
		}
	}
	return nil
}

// A sample is two neighbouring pixels, and how much of the second, in 256ths.
type sample struct {
	first, second int
	share         uint32
}

// samples returns where so many pixels look among those of an image.
func samples(pixels, of int) []sample {
	all := make([]sample, pixels)
	for i := range all {
		at := min(max(0, ((2*i+1)*of*256/pixels-256)/2), (of-1)*256)
		all[i] = sample{at >> 8, min(at>>8+1, of-1), uint32(at & 255)}
	}
	return all
}

package drawing

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
)

// perMetre is how many pixels of a picture are a metre in print: 300 in an inch.
const perMetre = 11811

// WritePNG writes a picture as PNG, to be printed with 300 pixels in an inch.
func WritePNG(w io.Writer, pixels *image.RGBA) error {
	out := &chunks{w: w}
	out.begin(pixels)
	for data := range imageData(pixels) {
		out.chunk("IDAT", data)
	}
	out.chunk("IEND", nil)
	return out.err
}

// level is how hard pictures are compressed: a harder level takes twice as long and saves little.
const level = png.BestSpeed

// chunks writes the parts of a PNG.
type chunks struct {
	w   io.Writer
	err error
}

func (c *chunks) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

// chunk writes a part with its length before it and its check behind it.
func (c *chunks) chunk(name string, data []byte) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	c.write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

// begin writes the head of a file, and how large its pixels are.
func (c *chunks) begin(pixels *image.RGBA) {
	c.write([]byte("\x89PNG\r\n\x1a\n"))
	size := binary.BigEndian.AppendUint32(nil, uint32(pixels.Rect.Dx()))
	size = binary.BigEndian.AppendUint32(size, uint32(pixels.Rect.Dy()))
	c.chunk("IHDR", append(size, 8, 2, 0, 0, 0)) // eight bits for each of red, green and blue
	density := binary.BigEndian.AppendUint32(nil, perMetre)
	density = binary.BigEndian.AppendUint32(density, perMetre)
	c.chunk("pHYs", append(density, 1)) // in a metre
}

// imageData returns the data of the chunks IDAT of an opaque image.
func imageData(m image.Image) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		file := EncodePNG(m, level)[8:]
		for len(file) > 0 {
			n := binary.BigEndian.Uint32(file)
			if string(file[4:8]) == "IDAT" && !yield(file[8:8+n]) {
				return
			}
			file = file[12+n:]
		}
	}
}

// A Film writes pictures as an animated PNG, one after another.
type Film struct {
	out      chunks
	pictures int
	written  int
	sequence uint32
	before   *image.RGBA
	times    Times
}

// Times are how long the pictures of a film are shown, in milliseconds.
type Times struct{ Each, Last int }

// NewFilm returns a film of so many pictures of one size.
func NewFilm(w io.Writer, pictures int, times Times) *Film {
	return &Film{out: chunks{w: w}, pictures: pictures, times: times}
}

// Add writes the next picture: of all but the first, the part that differs from the one before. The
// film keeps it until the next.
func (f *Film) Add(pixels *image.RGBA) error {
	part, first := pixels.Rect, f.written == 0
	if first {
		f.out.begin(pixels)
		control := binary.BigEndian.AppendUint32(nil, uint32(f.pictures))
		f.out.chunk("acTL", binary.BigEndian.AppendUint32(control, 0)) // for ever
	} else {
		part = changed(f.before, pixels)
	}
	f.written++
	time := f.times.Each
	if f.written == f.pictures {
		time = f.times.Last
	}
	b := f.next()
	for _, v := range [...]int{part.Dx(), part.Dy(), part.Min.X, part.Min.Y} {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	b = binary.BigEndian.AppendUint16(b, uint16(time))
	b = binary.BigEndian.AppendUint16(b, 1000)
	f.out.chunk("fcTL", append(b, 0, 0)) // it stays, and stands in the place of what was there
	for data := range imageData(pixels.SubImage(part)) {
		if first {
			f.out.chunk("IDAT", data)
		} else {
			f.out.chunk("fdAT", append(f.next(), data...))
		}
	}
	if f.written == f.pictures {
		f.out.chunk("IEND", nil)
	}
	f.before = pixels
	return f.out.err
}

// next returns the next number of a part of the film.
func (f *Film) next() []byte {
	f.sequence++
	return binary.BigEndian.AppendUint32(nil, f.sequence-1)
}

// changed returns the least rectangle in which two pictures differ, or one pixel.
func changed(a, b *image.RGBA) image.Rectangle {
	var r image.Rectangle
	for y := range b.Rect.Dy() {
		from, to := b.PixOffset(0, y), b.PixOffset(b.Rect.Dx(), y)
		x0, x1 := from, to
		for x0 < to && a.Pix[x0] == b.Pix[x0] {
			x0++
		}
		if x0 == to {
			continue
		}
		for a.Pix[x1-1] == b.Pix[x1-1] {
			x1--
		}
		r = r.Union(image.Rect((x0-from)/4, y, (x1-1-from)/4+1, y+1))
	}
	if r.Empty() {
		return image.Rect(0, 0, 1, 1)
	}
	return r
}

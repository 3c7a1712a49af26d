package drawing

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"io"
	"strconv"
	"sync"

	"github.com/a-h/templ"
)

// WriteSVG writes a drawing as an SVG document of a width in pixels.
func (d *Drawing) WriteSVG(w io.Writer, width int) error {
	b := d.head(nil, width)
	b = d.ground(b)
	for i := range d.Layers {
		b = d.Layers[i].svg(b)
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err := io.WriteString(w, "</svg>\n")
	return err
}

// Pixels returns the height in pixels of a drawing that has a width.
func (d *Drawing) Pixels(width int) (height int) {
	return max(1, (d.Height*width+d.Width/2)/d.Width)
}

func (d *Drawing) head(b []byte, width int) []byte {
	b = append(b, `<svg xmlns="http://www.w3.org/2000/svg" width="`...)
	b = strconv.AppendInt(b, int64(width), 10)
	b = append(b, `" height="`...)
	b = strconv.AppendInt(b, int64(d.Pixels(width)), 10)
	b = append(b, `" viewBox="0 0`...)
	b = numbers(append(b, ' '), d.Width, d.Height)
	b = append(b, `" font-family="sans-serif" role="img"><title>`...)
	b = append(b, templ.EscapeString(visible(d.Title))...)
	return append(b, "</title>\n"...)
}

func (d *Drawing) ground(b []byte) []byte {
	b = append(b, `<rect width="100%" height="100%" fill="`...)
	b = append(b, d.Ground...)
	return append(b, "\"/>\n"...)
}

func (l Layer) svg(b []byte) []byte {
	for _, s := range l {
		b = append(s.svg(b), '\n')
	}
	return b
}

// number appends hundredths as a number of units, in the shortest form.
func number(b []byte, v int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	whole, rest := v/Unit, v%Unit
	if whole > 0 || rest == 0 {
		b = strconv.AppendInt(b, int64(whole), 10)
	}
	if rest == 0 {
		return b
	}
	b = append(b, '.', byte('0'+rest/10))
	if rest%10 != 0 {
		b = append(b, byte('0'+rest%10))
	}
	return b
}

func numbers(b []byte, all ...int) []byte {
	for i, v := range all {
		if i > 0 {
			b = append(b, ' ')
		}
		b = number(b, v)
	}
	return b
}

func attribute(b []byte, name, value string) []byte {
	return append(append(append(append(append(b, ' '), name...), `="`...), value...), '"')
}

func measure(b []byte, name string, all ...int) []byte {
	return append(numbers(append(append(append(b, ' '), name...), `="`...), all...), '"')
}

func (s pathShape) svg(b []byte) []byte {
	b = append(b, `<path d="`...)
	places := s.path.places
	for _, v := range s.path.verbs {
		n := map[verb]int{moveTo: 2, lineTo: 2, curveTo: 6, closed: 0}[v]
		b = numbers(append(b, byte(v)), places[:n]...)
		places = places[n:]
	}
	b = append(b, '"')
	p := s.paint
	fill := p.Fill
	if fill == "" {
		fill = "none"
	}
	b = attribute(b, "fill", string(fill))
	if p.Stroke != "" {
		b = measure(attribute(b, "stroke", string(p.Stroke)), "stroke-width", p.Width)
		b = attribute(attribute(b, "stroke-linejoin", "round"), "stroke-linecap", s.cap())
	}
	if p.Dash != nil {
		b = measure(b, "stroke-dasharray", p.Dash...)
	}
	if p.Opacity != 0 {
		b = measure(b, "opacity", p.Opacity*Unit/100)
	}
	return append(b, "/>"...)
}

// cap returns how a stroke ends: dashes that were round would close their gaps.
func (s *pathShape) cap() string {
	if s.paint.Dash != nil {
		return "butt"
	}
	return "round"
}

func (s textShape) svg(b []byte) []byte {
	l := s.letter
	b = measure(append(b, "<text"...), "x", s.x)
	b = measure(measure(b, "y", s.y), "font-size", l.Size)
	b = attribute(b, "fill", string(l.Colour))
	if l.Anchor != "" && l.Anchor != Start {
		b = attribute(b, "text-anchor", string(l.Anchor))
	}
	if l.Bold {
		b = attribute(b, "font-weight", "bold")
	}
	if l.Upwards {
		b = append(numbers(append(b, ` transform="rotate(-90 `...), s.x, s.y), `)"`...)
	}
	b = append(b, '>')
	b = append(b, templ.EscapeString(s.text)...)
	return append(b, "</text>"...)
}

func (s imageShape) svg(b []byte) []byte {
	b = measure(append(b, "<image"...), "x", s.x)
	b = measure(measure(measure(b, "y", s.y), "width", s.width), "height", s.height)
	b = append(b, ` preserveAspectRatio="none" href="data:image/png;base64,`...)
	b = base64.StdEncoding.AppendEncode(b, EncodePNG(s.pixels, png.DefaultCompression))
	return append(b, `"/>`...)
}

// EncodePNG returns an image as PNG.
func EncodePNG(m image.Image, level png.CompressionLevel) []byte {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: level, BufferPool: buffers{}}
	if err := encoder.Encode(&b, m); err != nil {
		panic("drawing: " + err.Error()) // a buffer and an image in memory cannot fail
	}
	return b.Bytes()
}

// buffers lets pictures share the encoder's buffer of about a megabyte.
type buffers struct{}

var bufferPool sync.Pool

func (buffers) Get() *png.EncoderBuffer {
	b, _ := bufferPool.Get().(*png.EncoderBuffer)
	return b
}

func (buffers) Put(b *png.EncoderBuffer) { bufferPool.Put(b) }

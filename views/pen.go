package views

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// A pen writes the HTML and SVG of a frame. Each user who trains receives 25 frames a second, so a
// pen appends to one buffer and allocates nothing else.
type pen []byte

// markup is HTML or SVG that needs no escaping. Constants are taken as they are; a variable text
// has to be converted, where a reader can see it, or written by escaped.
type markup string

// written returns a templ component that writes what a pen writes.
func written(write func(p *pen)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var p pen
		write(&p)
		_, err := w.Write(p)
		return err
	})
}

// Write appends b, so that templ's components can be rendered to a pen. It never fails.
func (p *pen) Write(b []byte) (int, error) {
	*p = append(*p, b...)
	return len(b), nil
}

// text appends markup as it is.
func (p *pen) text(m markup) { *p = append(*p, m...) }

// escaped writes a text for an attribute or for a place between tags. Most of it is JSON, in which
// only quotes need escaping.
func (p *pen) escaped(s string) {
	if strings.IndexByte(s, '&') >= 0 || strings.IndexByte(s, '<') >= 0 || strings.IndexByte(s, '>') >= 0 || strings.IndexByte(s, '\'') >= 0 {
		*p = append(*p, templ.EscapeString(s)...)
		return
	}
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			*p = append(*p, s...)
			return
		}
		*p = append(*p, s[:i]...)
		p.text("&#34;")
		s = s[i+1:]
	}
}

func (p *pen) number(n int)  { *p = strconv.AppendInt(*p, int64(n), 10) }
func (p *pen) tenths(v int)  { *p = appendTenths(*p, v) }
func (p *pen) pair(x, y int) { *p = appendPair(*p, x, y) }

// appendTenths appends a coordinate given in tenths of a unit in the shortest form that SVG reads.
func appendTenths(b []byte, v int) []byte {
	if v < 0 {
		b = append(b, '-')
		v = -v
	}
	if v >= 10 || v == 0 {
		b = strconv.AppendInt(b, int64(v/10), 10)
	}
	if v%10 != 0 {
		b = append(b, '.', byte('0'+v%10))
	}
	return b
}

func appendPair(b []byte, x, y int) []byte {
	b = appendTenths(b, x)
	if y >= 0 {
		b = append(b, ' ')
	}
	return appendTenths(b, y)
}

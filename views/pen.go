package views

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// A pen writes HTML and SVG of what a frame shows: it is there 25 times a second
// for everyone who trains, and asks for no memory of its own.
type pen []byte

// written is a component of what a pen writes.
func written(write func(p *pen)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var p pen
		write(&p)
		_, err := w.Write(p)
		return err
	})
}

// Write makes a pen what templ's components are written to.
func (p *pen) Write(b []byte) (int, error) {
	*p = append(*p, b...)
	return len(b), nil
}

func (p *pen) text(s string) { *p = append(*p, s...) }

// escaped writes text as it stands in an attribute or between tags. JSON, of which
// there is much, has nothing to escape but its own quotes.
func (p *pen) escaped(s string) {
	if strings.IndexByte(s, '&') >= 0 || strings.IndexByte(s, '<') >= 0 || strings.IndexByte(s, '>') >= 0 || strings.IndexByte(s, '\'') >= 0 {
		p.text(templ.EscapeString(s))
		return
	}
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			p.text(s)
			return
		}
		p.text(s[:i])
		p.text("&#34;")
		s = s[i+1:]
	}
}

func (p *pen) number(n int)  { *p = strconv.AppendInt(*p, int64(n), 10) }
func (p *pen) tenths(v int)  { *p = appendTenths(*p, v) }
func (p *pen) pair(x, y int) { *p = appendPair(*p, x, y) }

// appendTenths writes a coordinate given in tenths of a unit, as short as SVG
// takes it.
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

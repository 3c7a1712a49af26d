package table

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Work is counted in bytes of text. A cell that is looked at once more counts as some.
const (
	stride   = 64 << 10 // work between two calls of Yield
	cellWork = 16
)

// A pace counts work and yields after every stride.
type pace struct {
	yield   func() error // nil for none
	done    int          // of this stride
	stopped error        // what yield returned
}

// count counts n bytes of work, and reports whether to go on.
func (p *pace) count(n int) bool {
	if p.done += n; p.done >= stride && p.stopped == nil {
		p.done = 0
		if p.yield != nil {
			p.stopped = p.yield()
		}
	}
	return p.stopped == nil
}

// A pacedReader reads a text at a pace. Its errors are io.EOF and what yield returned.
type pacedReader struct {
	*pace
	text string
}

func (r *pacedReader) Read(dst []byte) (n int, err error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n = copy(dst, r.text[:min(len(r.text), stride)])
	if r.text = r.text[n:]; !r.count(n) {
		return 0, r.stopped
	}
	return n, nil
}

// cleaned returns a text as UTF-8 without a byte order mark, whose lines end with \n.
func (p *pace) cleaned(text string) string {
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.Contains(text, "\r") && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for len(text) > 0 {
		cut := min(stride, len(text))
		for cut < len(text) && (text[cut] >= utf8.RuneSelf || text[cut] == '\n' && text[cut-1] == '\r') {
			cut++ // keeps letters and ends of lines whole
		}
		part := strings.ToValidUTF8(text[:cut], "\ufffd")
		part = strings.ReplaceAll(part, "\r\n", "\n")
		b.WriteString(strings.ReplaceAll(part, "\r", "\n"))
		if text = text[cut:]; !p.count(cut) {
			break
		}
	}
	return b.String()
}

package wire

import "io"

// stride is how many bytes of a text are read between two calls of [Limits.Yield].
const stride = 64 << 10

// A pace counts the bytes of a text that are read, and yields after every stride.
type pace struct {
	yield   func() error // nil for a text that nobody waits for
	read    int          // bytes of this stride
	stopped error        // what yield returned
}

// count counts n bytes that were read, and reports whether to go on.
func (p *pace) count(n int) bool {
	if p.read += n; p.read >= stride && p.stopped == nil {
		p.read = 0
		if p.yield != nil {
			p.stopped = p.yield()
		}
	}
	return p.stopped == nil
}

// A pacedReader reads a text at a pace. Its errors are io.EOF and what yield returned.
type pacedReader struct {
	*pace
	text []byte
}

func (r *pacedReader) Read(dst []byte) (n int, err error) {
	if len(r.text) == 0 {
		return 0, io.EOF
	}
	n = copy(dst, r.text[:min(len(r.text), stride)])
	r.text = r.text[n:]
	if !r.count(n) {
		return 0, r.stopped
	}
	return n, nil
}

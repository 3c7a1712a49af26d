// Package pace lets long work on a text give way to other work.
package pace

import "io"

// Stride is how many bytes of a text are worked on between two calls of yield.
const Stride = 64 << 10

// A Pace counts the bytes of a text that are worked on, and yields after every stride. The zero
// Pace never yields.
type Pace struct {
	yield   func() error
	done    int // bytes of this stride
	stopped error
}

// New returns a pace that yields by a function, which is nil for a text that nobody waits for. An
// error of yield stops the work.
func New(yield func() error) *Pace { return &Pace{yield: yield} }

// Count counts n bytes, and reports whether to go on.
func (p *Pace) Count(n int) bool {
	if p.done += n; p.done >= Stride && p.stopped == nil {
		p.done = 0
		if p.yield != nil {
			p.stopped = p.yield()
		}
	}
	return p.stopped == nil
}

// Stopped returns the error of yield that stopped the work, or nil.
func (p *Pace) Stopped() error { return p.stopped }

// A Reader reads a text at a pace. Its errors are io.EOF and the one that stopped the work.
type Reader[T string | []byte] struct {
	pace *Pace
	text T
}

// NewReader returns a reader of a text.
func NewReader[T string | []byte](p *Pace, text T) *Reader[T] { return &Reader[T]{p, text} }

func (r *Reader[T]) Read(dst []byte) (n int, err error) {
	if len(r.text) == 0 {
		return 0, io.EOF
	}
	n = copy(dst, r.text[:min(len(r.text), Stride)])
	if r.text = r.text[n:]; !r.pace.Count(n) {
		return 0, r.pace.Stopped()
	}
	return n, nil
}

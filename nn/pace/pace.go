// Package pace lets long work give way to other work.
package pace

import "io"

// Stride is how many bytes of a text are worked on between two calls of yield. That takes some
// tenths of a millisecond.
const Stride = 64 << 10

// ByteTime is about how many nanoseconds the work on a byte of a text takes. Other work counts as
// so many bytes as take as long.
const ByteTime = 5

// A Pace counts the bytes that are worked on, and yields after every stride. The zero Pace never
// yields.
type Pace struct {
	yield   func() error
	done    int // bytes of this stride
	stopped error
}

// New returns a pace that yields by a function, which is nil for work that nobody waits for. An
// error of yield stops the work.
func New(yield func() error) *Pace { return &Pace{yield: yield} }

// Count counts n bytes, and reports whether to go on.
func (p *Pace) Count(n int) bool {
	if p.IsDue(n) {
		p.Yield()
	}
	return p.stopped == nil
}

// IsDue counts n bytes, and reports whether to call Yield. It serves work that gives something back
// before it yields; other work calls Count.
func (p *Pace) IsDue(n int) bool {
	if p.done += n; p.done < Stride {
		return false
	}
	p.done = 0
	return p.yield != nil && p.stopped == nil
}

// Yield lets other work go on.
func (p *Pace) Yield() { p.stopped = p.yield() }

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

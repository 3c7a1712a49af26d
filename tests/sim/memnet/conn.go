package memnet

import (
	"math"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A link is a connection between two hosts.
type link struct {
	from, to string
	there    *pipe // from from to to
	back     *pipe
	how      Break        // it ends
	left     atomic.Int64 // bytes until then
	breaks   sync.Once
	forget   func() // called when both ends are closed, or it was reset
}

// newLink returns a connection, and its two ends.
func newLink(from, to string, line Line, forget func(*link)) (l *link, caller, called *Conn) {
	l = &link{from: from, to: to, there: line.newPipe(0), back: line.newPipe(1), how: line.Break}
	l.forget = sync.OnceFunc(func() { forget(l) })
	l.left.Store(math.MaxInt64)
	if line.Break != Whole {
		l.left.Store(int64(line.After))
	}
	caller = &Conn{link: l, in: l.back, out: l.there, local: Addr(from), remote: Addr(to)}
	called = &Conn{link: l, in: l.there, out: l.back, local: Addr(to), remote: Addr(from)}
	return l, caller, called
}

// carried counts bytes, and breaks the line when they are as many as it carries.
func (l *link) carried(n int) {
	if l.left.Add(-int64(n)) <= 0 {
		l.breaks.Do(func() { l.breakNow(l.how) })
	}
}

// allowed returns how many of n bytes may be written before the line breaks.
func (l *link) allowed(n int) int {
	if left := l.left.Load(); left > 0 {
		return int(min(int64(n), left))
	}
	return n
}

// breakNow breaks the line in a way that is not Whole.
func (l *link) breakNow(how Break) {
	l.left.Store(0)
	switch how {
	case Reset:
		l.reset(syscall.ECONNRESET)
	case End:
		l.there.finish(syscall.EPIPE)
		l.back.finish(syscall.EPIPE)
	case Stall:
		l.freeze(time.Now().Add(2 * GiveUp))
		time.AfterFunc(GiveUp, func() { l.reset(syscall.ETIMEDOUT) })
	}
}

// reset ends both directions with an error.
func (l *link) reset(err error) {
	for _, p := range []*pipe{l.there, l.back} {
		p.change(func() {
			if p.broken == nil {
				p.broken, p.pieces, p.held = err, nil, 0
			}
		})
	}
	l.forget()
}

// heal makes the line a perfect one, if it is not broken.
func (l *link) heal() {
	if l.left.Load() <= 0 {
		return
	}
	l.left.Store(math.MaxInt64)
	for _, p := range []*pipe{l.there, l.back} {
		p.change(func() { p.line, p.thaw = Line{Room: max(p.line.Room, defaultRoom)}, time.Time{} })
	}
}

// freeze holds back all bytes until a time.
func (l *link) freeze(until time.Time) {
	for _, p := range []*pipe{l.there, l.back} {
		p.change(func() { p.thaw = later(p.thaw, until) })
	}
}

// Break breaks the line of a connection now.
func (c *Conn) Break(how Break) { c.link.breaks.Do(func() { c.link.breakNow(how) }) }

// An Addr is the name of a host.
type Addr string

// Network returns the name of the network.
func (Addr) Network() string { return "memory" }

func (a Addr) String() string { return string(a) }

// A Conn is an end of a connection. It is a [net.Conn].
type Conn struct {
	link          *link
	in, out       *pipe
	local, remote Addr
}

// Read reads what has arrived.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b)
	return n, c.named("read", err)
}

// Write puts b on its way, piece by piece, and waits where there is no room.
func (c *Conn) Write(b []byte) (written int, err error) {
	for written < len(b) {
		rest := b[written:]
		n, err := c.out.write(rest[:c.link.allowed(len(rest))])
		written += n
		if err != nil {
			return written, c.named("write", err)
		}
		c.link.carried(n)
	}
	return written, nil
}

// named wraps an error as package net does. The end of a stream stays as it is.
func (c *Conn) named(op string, err error) error {
	if _, ok := err.(syscall.Errno); ok {
		return &net.OpError{Op: op, Net: "memory", Source: c.local, Addr: c.remote, Err: err}
	}
	return err
}

// Close closes both directions. The other end reads what is under way, and then the end.
func (c *Conn) Close() error {
	c.out.finish(net.ErrClosed)
	c.in.change(func() { c.in.deaf, c.in.pieces, c.in.held = true, nil, 0 })
	if c.out.isDeaf() { // the other end is closed, too
		c.link.forget()
	}
	return nil
}

func (p *pipe) isDeaf() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deaf
}

// LocalAddr returns the name of this end's host.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the name of the other end's host.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t) // has no error
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets when a Read gives up, also one that waits now.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.in.change(func() { c.in.readDeadline = t })
	return nil
}

// SetWriteDeadline sets when a Write gives up, also one that waits now.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.out.change(func() { c.out.writeDeadline = t })
	return nil
}

package memnet

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A pipe carries bytes in one direction.
type pipe struct {
	line   Line
	random *rand.Rand

	mu      sync.Mutex
	changed sync.Cond // anything below, or a time has come

	pieces []piece   // written and not yet read, the oldest first
	held   int       // their bytes
	newest time.Time // when the newest of them arrives
	thaw   time.Time // nothing arrives before

	finished error // of later writes, once no more pieces come
	deaf     bool  // the reader has closed it
	broken   error // of both ends, once the line is reset

	readDeadline, writeDeadline time.Time // zero is none
}

// A piece is what arrives at once. One without bytes is the end of the stream.
type piece struct {
	bytes   []byte
	arrives time.Time
}

// wait waits until something changes, or for the earliest of some times. Zero times do not count.
func (p *pipe) wait(times ...time.Time) {
	var first time.Time
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if !first.IsZero() {
		alarm := time.AfterFunc(time.Until(first), func() { p.change(func() {}) })
		defer alarm.Stop()
	}
	p.changed.Wait()
}

// change changes the pipe and wakes those who wait.
func (p *pipe) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.changed.Broadcast()
}

// hasPassed reports whether a deadline has passed.
func hasPassed(deadline time.Time) bool {
	return !deadline.IsZero() && !time.Now().Before(deadline)
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// read waits for bytes.
func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		var arrival time.Time
		switch {
		case p.deaf:
			return 0, net.ErrClosed
		case p.broken != nil:
			return 0, p.broken
		case hasPassed(p.readDeadline):
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case len(p.pieces) > 0:
			next := &p.pieces[0]
			if arrival = later(next.arrives, p.thaw); arrival.After(time.Now()) {
				break
			}
			if len(next.bytes) == 0 {
				return 0, io.EOF
			}
			n := copy(b, next.bytes)
			if next.bytes = next.bytes[n:]; len(next.bytes) == 0 {
				p.pieces = p.pieces[1:]
			}
			p.held -= n
			p.changed.Broadcast()
			return n, nil
		}
		p.wait(p.readDeadline, arrival)
	}
}

// write sends a piece of b, or waits for room. It returns how many bytes that were.
func (p *pipe) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch room := p.line.Room - p.held; {
		case p.finished != nil:
			return 0, p.finished
		case p.broken != nil:
			return 0, p.broken
		case hasPassed(p.writeDeadline):
			return 0, os.ErrDeadlineExceeded
		case p.deaf:
			return 0, syscall.EPIPE
		case room > 0:
			n := p.pieceSize(min(len(b), room))
			p.send(b[:n])
			return n, nil
		}
		p.wait(p.writeDeadline)
	}
}

// send puts a piece on its way. Pieces arrive in order. The caller holds the lock.
func (p *pipe) send(b []byte) {
	latency, pace := p.travel(len(b))
	p.newest = later(p.newest, time.Now().Add(latency)).Add(pace)
	p.pieces = append(p.pieces, piece{append([]byte(nil), b...), p.newest})
	p.held += len(b)
	p.changed.Broadcast()
}

// finish ends what is written. Later writes get an error.
func (p *pipe) finish(err error) {
	p.change(func() {
		if p.finished == nil {
			p.finished = err
			p.send(nil)
		}
	})
}

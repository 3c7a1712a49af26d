package handlers

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// silence is the longest a stream says nothing.
const silence = 10 * time.Second

// A carrier takes what a stream says to its client.
type carrier interface {
	// put makes an event ready to be written. Without a name it is a message;
	// without an id it has none.
	put(name, id string, data []byte)
	// putEnd makes ready what stands behind the last event, if anything.
	putEnd()
	// write writes what was put, once.
	write() error
	// idle shows the client, and all between, that the stream is still there.
	idle() error
	// cut ends a write that is under way, and all later ones, for a client that has gone.
	cut()
}

// An unreadError is why a client gets no more events: it has gone, or reads too slowly.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

// A sender writes the events of a stream while the stream goes on computing. One
// event at a time is made or written: whoever wants to make the next must first
// try or take, and then send or drop.
type sender struct {
	carrier
	free chan struct{} // has an element while no event is made or written
	full chan struct{} // has one when an event is to be written
	gone chan struct{} // closed when nothing is written any more
	err  error         // an unreadError, or of a panic; to be read behind gone
	stop func()
}

// newSender returns a sender, to be closed, of what a carrier takes until ctx
// ends. An error of the carrier is handed to fail, too.
func newSender(ctx context.Context, c carrier, fail context.CancelCauseFunc) *sender {
	s := &sender{carrier: c, free: make(chan struct{}, 1), full: make(chan struct{}, 1), gone: make(chan struct{})}
	s.free <- struct{}{}
	wasCut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { c.cut(); close(wasCut) })
	s.stop = func() {
		if !stop() {
			<-wasCut // or it could cut who uses the connection next
		}
	}
	go func() {
		defer close(s.gone)
		if s.err = s.run(); s.err != nil {
			fail(s.err)
		}
	}()
	return s
}

// run writes what is sent until the sender is closed.
func (s *sender) run() (err error) {
	defer func() {
		if r := recover(); r != nil {
			stack := make([]byte, 16<<10)
			err = fmt.Errorf("panic: %v\n%s", r, stack[:runtime.Stack(stack, false)])
		}
	}()
	spoke := time.Now()
	alarm := time.NewTimer(silence)
	defer alarm.Stop()
	for {
		select {
		case _, open := <-s.full:
			if !open {
				return nil
			}
			if err := s.write(); err != nil {
				return unreadError{err}
			}
			spoke = time.Now()
			s.free <- struct{}{}
		case <-alarm.C: // which is not set anew for each event
			left := silence - time.Since(spoke)
			if left > 0 {
				alarm.Reset(left)
				continue
			}
			alarm.Reset(silence)
			if !s.try() {
				alarm.Reset(time.Second) // an event is being made
				continue
			}
			if err := s.idle(); err != nil {
				return unreadError{err}
			}
			spoke = time.Now()
			s.free <- struct{}{}
		}
	}
}

// try reports whether what was sent before is written, and the next event can be put.
func (s *sender) try() bool {
	select {
	case <-s.free:
		return true
	default:
		return false
	}
}

// take waits until the next event can be put.
func (s *sender) take() error {
	select {
	case <-s.free:
		return nil
	case <-s.gone:
		return s.err
	}
}

// send hands over what was put.
func (s *sender) send() { s.full <- struct{}{} }

// drop gives up an event that was to be put.
func (s *sender) drop() { s.free <- struct{}{} }

// say sends an event once those before are written.
func (s *sender) say(name, id string, data []byte) error {
	if err := s.take(); err != nil {
		return err
	}
	s.put(name, id, data)
	s.send()
	return nil
}

// end says what a stream ends with, and returns when it is written.
func (s *sender) end(name string, data []byte) error {
	if err := s.take(); err != nil {
		return err
	}
	s.put(name, "", data)
	s.putEnd()
	s.send()
	return s.flush()
}

// flush waits until all that was sent is written.
func (s *sender) flush() error {
	if err := s.take(); err != nil {
		return err
	}
	s.drop()
	return nil
}

// close ends the sender. What is being written is written to its end, unless the
// client has gone.
func (s *sender) close() {
	close(s.full)
	<-s.gone
	s.stop()
}

// buffers are for what is made in one go and given away at once.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// newBuffer returns an empty buffer, to be given back.
func newBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

// maxBuffer is how large a buffer may be to be kept for others: frames of the
// largest networks are some megabytes, others some tens of kilobytes.
const maxBuffer = 1 << 20

func giveBack(b *bytes.Buffer) {
	if b.Cap() <= maxBuffer {
		buffers.Put(b)
	}
}

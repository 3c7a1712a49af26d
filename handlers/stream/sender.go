package stream

import (
	"context"
	"sync/atomic"
	"time"
)

// SignEvery is the longest time in which a stream sends nothing. A client that receives nothing in
// three times as long has a broken line.
const SignEvery = 5 * time.Second

// A Carrier turns events into bytes and writes them to one client. A [Sender] calls its methods one
// at a time, except Cut.
type Carrier interface {
	// Append encodes an event for the next Flush. The name and the id may be empty.
	Append(name, id string, data []byte)
	// AppendEnd encodes what follows the last event, if anything does.
	AppendEnd()
	// Discard forgets what was appended since the last Flush.
	Discard()
	// Flush writes what was appended.
	Flush() error
	// KeepAlive shows the client, and all proxies between, that the stream is still there.
	KeepAlive() error
	// Cut makes a Flush that is under way, and all later ones, fail. The client has gone.
	Cut()
}

// An UnreadError means that a client reads no more: it has gone, or it reads too slowly.
type UnreadError struct{ Err error }

func (e UnreadError) Error() string { return e.Err.Error() }

// Unwrap returns the error of the connection.
func (e UnreadError) Unwrap() error { return e.Err }

// A Sender writes the events of a stream in a goroutine, while the stream goes on computing. One
// goroutine at a time may use its methods.
type Sender struct {
	carrier Carrier
	free    chan struct{} // has an element while no frame is open or being written
	full    chan struct{} // has an element when a frame is to be written
	done    chan struct{} // closed when the goroutine has ended
	err     error         // why it ended; read only after done is closed
	stop    func()        // ends the watch for the end of the client's context

	// The frame. The first two belong to whoever took the element of free.
	frames  uint64        // frames begun, and the number of the newest
	written bool          // the frame has an event
	open    atomic.Uint64 // the number of the frame, or 0 if it has ended
}

// NewSender returns a sender to a carrier, and starts its goroutine. The caller must call
// [Sender.Close]. The end of ctx means that the client has gone and cuts the carrier. An error of
// the carrier is an [UnreadError]; it is given to fail, and to all later calls.
func NewSender(ctx context.Context, c Carrier, fail context.CancelCauseFunc) *Sender {
	s := &Sender{
		carrier: c,
		free:    make(chan struct{}, 1),
		full:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	s.free <- struct{}{}
	wasCut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { c.Cut(); close(wasCut) })
	s.stop = func() {
		if !stop() {
			<-wasCut // A later Cut could hit the next user of the connection.
		}
	}
	go func() {
		defer close(s.done)
		if s.err = s.run(); s.err != nil {
			fail(s.err)
		}
	}()
	return s
}

// run writes committed frames until the sender is closed.
func (s *Sender) run() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = Recovered(r)
		}
	}()
	lastWrite := time.Now()
	alarm := time.NewTimer(SignEvery) // not reset for every frame, which would cost time
	defer alarm.Stop()
	for {
		select {
		case _, ok := <-s.full:
			if !ok {
				return nil
			}
			if err := s.carrier.Flush(); err != nil {
				return UnreadError{err}
			}
			lastWrite = time.Now()
			s.free <- struct{}{}
		case <-alarm.C:
			if left := SignEvery - time.Since(lastWrite); left > 0 {
				alarm.Reset(left)
				continue
			}
			select {
			case <-s.free:
			default:
				alarm.Reset(time.Second) // a frame is open
				continue
			}
			alarm.Reset(SignEvery)
			if err := s.carrier.KeepAlive(); err != nil {
				return UnreadError{err}
			}
			lastWrite = time.Now()
			s.free <- struct{}{}
		}
	}
}

// TryBegin begins a frame if the frame before is written, and reports whether it is. It does not
// wait.
func (s *Sender) TryBegin() (f Frame, ok bool) {
	select {
	case <-s.free:
		return s.begin(), true
	default:
		return Frame{}, false
	}
}

// IsFree reports whether the frame before is written, so that TryBegin is likely to begin a frame.
func (s *Sender) IsFree() bool { return len(s.free) > 0 }

// Begin waits until the frame before is written, and begins a frame. It returns the error that
// ended the sender's goroutine.
func (s *Sender) Begin() (Frame, error) {
	select {
	case <-s.free:
		return s.begin(), nil
	case <-s.done:
		return Frame{}, s.err
	}
}

func (s *Sender) begin() Frame {
	s.frames++
	s.written = false
	s.open.Store(s.frames)
	return Frame{s, s.frames}
}

// Send waits until the frame before is written, and sends an event.
func (s *Sender) Send(name, id string, data []byte) error {
	frame, err := s.Begin()
	if err != nil {
		return err
	}
	frame.Write(name, id, data)
	frame.Commit()
	return nil
}

// End sends the last event of the stream and waits until it is written.
func (s *Sender) End(name string, data []byte) error {
	frame, err := s.Begin()
	if err != nil {
		return err
	}
	frame.Write(name, "", data)
	s.carrier.AppendEnd()
	frame.Commit()
	return s.Flush()
}

// Flush waits until all committed frames are written.
func (s *Sender) Flush() error {
	frame, err := s.Begin()
	frame.Abort()
	return err
}

// Close ends the sender. A frame that was committed is written first, unless the client has gone.
func (s *Sender) Close() {
	close(s.full)
	<-s.done
	s.stop()
}

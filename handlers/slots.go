package handlers

import (
	"context"
	"sync/atomic"
)

// slots limits how many requests compute at a time, and how many there may be.
//
// Streams have slots of their own kind that share the places to compute: before a
// place, each kind waits in a line of its own for one of as many gates as there
// are places. So a request waits for a frame or two, however many streams there
// are, and streams for as many requests; within a kind, who waits longest is next.
type slots struct {
	gates   chan struct{}
	free    chan struct{}
	waiting chan struct{}
	line    atomic.Int32 // how many wait for a gate
}

func newSlots(compute, queue int) *slots {
	return &slots{gates: make(chan struct{}, compute), free: make(chan struct{}, compute), waiting: make(chan struct{}, queue)}
}

// besides returns slots of another kind that share the places of s.
func (s *slots) besides() *slots {
	return &slots{gates: make(chan struct{}, cap(s.gates)), free: s.free}
}

// admit enters the queue of requests, or returns busy if it is full. The
// function returned leaves it.
func (s *slots) admit() (leave func(), err error) {
	select {
	case s.waiting <- struct{}{}:
		return func() { <-s.waiting }, nil
	default:
		return nil, errBusy("the server has all the requests it can take")
	}
}

// acquire waits for a compute slot.
func (s *slots) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.line.Add(1)
	select {
	case s.gates <- struct{}{}:
		s.line.Add(-1)
	case <-ctx.Done():
		s.line.Add(-1)
		return ctx.Err()
	}
	select {
	case s.free <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-s.gates
		return ctx.Err()
	}
}

// longLine is how many may wait for a place before it counts as crowded: what
// comes last then waits for as many frames, some milliseconds.
const longLine = 4

// crowded reports whether there is more to compute than there are places for it.
func (s *slots) crowded() bool { return int(s.line.Load()) > longLine*cap(s.gates) }

func (s *slots) release() {
	<-s.free
	<-s.gates
}

// computing runs f in a compute slot.
func (s *slots) computing(ctx context.Context, f func() error) error {
	if err := s.acquire(ctx); err != nil {
		return err
	}
	defer s.release()
	return f()
}

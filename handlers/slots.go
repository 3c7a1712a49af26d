package handlers

import "context"

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
	select {
	case s.gates <- struct{}{}:
	case <-ctx.Done():
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

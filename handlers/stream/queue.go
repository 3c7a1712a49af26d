package stream

import (
	"context"
	"errors"
	"sync/atomic"
)

// A Queue makes goroutines wait for a CPU token. Queues made by [Queue.Sharing] share the tokens.
type Queue struct {
	tickets chan struct{} // one element for each goroutine that holds a token or competes for one
	tokens  chan struct{} // one element for each token that is held; shared between queues
	waiting atomic.Int32  // goroutines that wait for a ticket
}

// NewQueue returns a queue for a number of CPU tokens.
func NewQueue(tokens int) *Queue {
	return &Queue{tickets: make(chan struct{}, tokens), tokens: make(chan struct{}, tokens)}
}

// Sharing returns a second queue for the tokens of q.
func (q *Queue) Sharing() *Queue {
	return &Queue{tickets: make(chan struct{}, cap(q.tokens)), tokens: q.tokens}
}

// Do waits for a token, calls f and gives the token back, also if f panics. It returns the error of
// f, or of the context if that ends first.
func (q *Queue) Do(ctx context.Context, f func() error) error {
	if err := q.acquire(ctx); err != nil {
		return err
	}
	defer q.release()
	return f()
}

func (q *Queue) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.waiting.Add(1)
	select {
	case q.tickets <- struct{}{}:
		q.waiting.Add(-1)
	case <-ctx.Done():
		q.waiting.Add(-1)
		return ctx.Err()
	}
	select {
	case q.tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-q.tickets
		return ctx.Err()
	}
}

func (q *Queue) release() {
	<-q.tokens
	<-q.tickets
}

// maxWaiting is how many goroutines may wait for each token before the CPUs count as overloaded.
// The last of them waits for as many frames, some milliseconds.
const maxWaiting = 4

// Overloaded reports whether the queue is so long that the CPUs have too much to do.
func (q *Queue) Overloaded() bool { return int(q.waiting.Load()) > maxWaiting*cap(q.tickets) }

// ErrFull is the error of [Limit.Acquire] when no place is free.
var ErrFull = errors.New("stream: no place is free")

// A Limit bounds how many requests, streams or sockets are open at a time. Its length is how many
// are open, its capacity how many may be.
type Limit chan struct{}

// NewLimit returns a limit of n places.
func NewLimit(n int) Limit { return make(Limit, n) }

// Acquire takes a place, or returns [ErrFull] at once. release gives the place back; it must be
// called exactly once.
func (l Limit) Acquire() (release func(), err error) {
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	default:
		return nil, ErrFull
	}
}

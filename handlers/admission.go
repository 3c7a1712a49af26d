package handlers

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// What clients share besides the CPUs, as metrics, limits and messages name it.
const (
	ofRequests = "requests"
	ofStreams  = "streams"
	ofSockets  = "sockets"
	ofMemory   = "memory"
)

var shared = []string{ofRequests, ofStreams, ofSockets, ofMemory}

// A task is what one request, or one message of a socket, has of what clients share: a place,
// memory, and the turn to compute. It is known to everything that has its context. One goroutine at
// a time uses it, except giveWay.
type task struct {
	server *Server
	client fair.Client
	// connection is the context of the client: it ends when the client goes. That of the task ends
	// also when the task has to give way to other clients.
	connection context.Context
	cancel     context.CancelCauseFunc
	place      *fair.Hold
	memory     *fair.Hold
	reserved   int64 // what reserve has set
	forState   int64 // the part of it that is for the state
	turn       fair.Turn

	mu        sync.Mutex
	interrupt func() // ends a read or a write that waits for the client
	cause     error  // of giving way
	over      bool
}

type taskKey struct{}

// newTask returns a task of a client, and its context. The caller must call release.
func (s *Server) newTask(ctx context.Context, client fair.Client) (*task, context.Context) {
	t := &task{server: s, client: client, turn: s.cpus.Turn(client)}
	t.connection = context.WithValue(ctx, taskKey{}, t)
	ctx, t.cancel = context.WithCancelCause(t.connection)
	return t, ctx
}

// taskOf returns the task of a context, or nil.
func taskOf(ctx context.Context) *task {
	t, _ := ctx.Value(taskKey{}).(*task)
	return t
}

// release gives everything back.
func (t *task) release() {
	t.mu.Lock()
	t.interrupt, t.over = nil, true
	t.mu.Unlock()
	t.turn.End()
	t.leave()
	if t.memory != nil {
		t.memory.Release()
	}
	t.cancel(nil)
}

// leave gives the place back.
func (t *task) leave() {
	if t.place != nil {
		t.place.Release()
	}
}

// giveWay ends the task because another client has less than this one.
func (t *task) giveWay(cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return // The connection may have another request by now.
	}
	t.cause = cause
	t.cancel(cause)
	if t.interrupt != nil {
		t.interrupt()
	}
}

// gaveWay returns why the task has to give way to other clients, or nil.
func (t *task) gaveWay() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cause
}

// interruptible makes giveWay call interrupt, which ends a read or a write; nil ends that. If the
// task has given way already, it calls interrupt at once.
func (t *task) interruptible(interrupt func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.interrupt = interrupt
	if t.cause != nil && interrupt != nil {
		interrupt()
	}
}

// reserve sets how many bytes the task may use. It returns busy if there are not so many.
func (t *task) reserve(size int64) (err error) {
	s := t.server
	if t.memory != nil {
		err = t.memory.Resize(size)
	} else {
		t.memory, err = s.memory.Acquire(t.client, size, func() {
			s.metrics.evicted.WithLabelValues(ofMemory).Inc()
			t.giveWay(s.busy(ofMemory, "the server needs its memory for other clients"))
		})
	}
	if err != nil {
		return s.busy(ofMemory, "the server has no memory for this now")
	}
	t.reserved, t.forState = size, 0
	return nil
}

// reserveMore reserves bytes besides those that the task has, or fewer if more is negative. A nil task,
// of the server itself, reserves nothing.
func (t *task) reserveMore(more int64) error {
	if t == nil {
		return nil
	}
	forState := t.forState
	err := t.reserve(t.reserved + more)
	if err == nil {
		t.forState = forState
	}
	return err
}

// reserveState reserves what a request takes to work on a state. Of several states of a request it is
// that of the largest.
func (t *task) reserveState(state nn.State) error {
	if t == nil {
		return nil
	}
	size := max(t.forState, stateBytes(state))
	err := t.reserveMore(size - t.forState)
	if err == nil {
		t.forState = size
	}
	return err
}

// admit takes a place for a request, and its turn. Both are given back at the latest when the answer
// begins to be written, so that a client that does not read its answer holds neither.
func (s *Server) admit(c echo.Context) error {
	ctx := c.Request().Context()
	t := taskOf(ctx)
	c.Response().Before(func() { t.turn.End(); t.leave() })
	return t.begin(ctx, s.admitRequest)
}

// begin takes a place by calling admit, and waits for a turn.
func (t *task) begin(ctx context.Context, admit func(*task) error) error {
	if err := admit(t); err != nil {
		return err
	}
	return t.turn.Begin(ctx, fair.Request)
}

// admitRequest takes a place among the requests that compute or wait to, or returns busy.
func (s *Server) admitRequest(t *task) error {
	return s.take(t, s.openRequests, ofRequests, func() error {
		return s.busy(ofRequests, "the server has all the requests it can take")
	})
}

// admitStream takes a place among the open streams, and a turn, or returns busy. A stream holds the
// place to its end, and the turn until its answer begins to be written.
func (s *Server) admitStream(c echo.Context) error {
	ctx := c.Request().Context()
	t := taskOf(ctx)
	c.Response().Before(t.turn.End)
	return t.begin(ctx, s.admitFrames)
}

// admitFrames is admitStream for a task. A stream that gives way ends as if it had lasted long
// enough, and its client goes on at once with another.
func (s *Server) admitFrames(t *task) error {
	return s.takeForLong(t, s.openStreams, ofStreams, func() error { return streamEnd(doneLimit) })
}

// admitSocket takes a place among the open sockets, or returns busy.
func (s *Server) admitSocket(t *task) error {
	return s.takeForLong(t, s.openSockets, ofSockets, func() error { return streamEnd(doneLimit) })
}

// takeForLong is take for what may last. It returns busy also if the server drains.
func (s *Server) takeForLong(t *task, pool *fair.Pool, what string, evicted func() error) error {
	if s.isDraining() {
		return s.busy("", "the server is shutting down")
	}
	return s.take(t, pool, what, evicted)
}

// take takes a place in a pool, or returns busy if there is none. evicted returns why the task ends
// if it has to give the place to others.
func (s *Server) take(t *task, pool *fair.Pool, what string, evicted func() error) (err error) {
	t.place, err = pool.Acquire(t.client, 1, func() {
		s.metrics.evicted.WithLabelValues(what).Inc()
		t.giveWay(evicted())
	})
	if err != nil {
		return s.busy(what, "the server has all the %s it can take", what)
	}
	return nil
}

// busy returns an error for what the server has no room for, and counts it by what there is none of.
func (s *Server) busy(what, format string, args ...any) error {
	if what != "" {
		s.metrics.refused.WithLabelValues(what).Inc()
	}
	return wire.Busy(s.retryAfter(), format, args...)
}

// retryAfter returns after how many seconds a client that is refused may try again: some times what
// others have waited lately for a turn. Chance spreads clients that were refused together.
func (s *Server) retryAfter() int {
	wait := min(2+4*s.waited.get().Seconds(), longestRetry)
	return 1 + int(wait*rand.Float64())
}

// longestRetry is the longest time in seconds that a client is asked to wait.
const longestRetry = 30

// computing calls f with the turn of the task, which it begins if need be. Work that lasts for more
// than some milliseconds must call yield. ctx of f is that of the task.
func (s *Server) computing(ctx context.Context, f func(ctx context.Context) error) error {
	t := taskOf(ctx)
	if t == nil { // of the server itself
		t, ctx = s.newTask(ctx, fair.Client{})
		defer t.release()
	}
	if !t.turn.Over() {
		return f(ctx)
	}
	if err := t.turn.Begin(ctx, fair.Request); err != nil {
		return err
	}
	defer t.turn.End()
	return f(ctx)
}

// yield lets others compute if the turn of the task has lasted for long. It returns why the task
// ends, if it does.
func yield(ctx context.Context) error {
	if t := taskOf(ctx); t != nil {
		return t.turn.Yield(ctx)
	}
	return context.Cause(ctx)
}

// yielding returns yield for a context, and paced the pace of long work that calls it.
func yielding(ctx context.Context) func() error { return func() error { return yield(ctx) } }
func paced(ctx context.Context) *pace.Pace      { return pace.New(yielding(ctx)) }

// limits returns the limits of the decoder, for a task with a turn.
func (s *Server) limits(ctx context.Context) wire.Limits {
	return wire.Limits{Points: s.config.MaxPoints, Yield: yielding(ctx)}
}

package fair

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// A Kind is what a turn is for. The two kinds of one client get turns alternately.
type Kind int

// The kinds of turns.
const (
	Request Kind = iota // an answer that somebody waits for
	Frame               // one of the frames of a stream
	kinds
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Request, Frame} }

func (k Kind) String() string { return [kinds]string{"request", "frame"}[k] }

// turnTime is how long a turn lasts at least before Yield gives way to others. It is long compared
// with what a change of turns costs, and short for somebody who waits.
const turnTime = 2 * time.Millisecond

// A Queue makes goroutines wait for a CPU token. The next token goes to the address that has had
// least CPU time for its weight, and there to the tab that has had least; see the comment of node.
type Queue struct {
	observe func(Kind, time.Duration)

	mu      sync.Mutex
	tokens  int // all
	free    int
	root    node // its children are the addresses, whose children are the tabs
	waiting [kinds]int
	passed  time.Time            // when a token was last given, given back, or kept by Yield
	held    [kinds]time.Duration // for how long tokens were held, all together
}

// A waiter waits for a token. The channel is closed when it has one.
type waiter chan struct{}

// NewQueue returns a queue for a number of CPU tokens. Whenever a goroutine gets a token, observe is
// called with how long it waited; observe may be nil.
func NewQueue(tokens int, observe func(Kind, time.Duration)) *Queue {
	if observe == nil {
		observe = func(Kind, time.Duration) {}
	}
	return &Queue{observe: observe, tokens: tokens, free: tokens, passed: time.Now()}
}

// A Turn is the right to compute: a CPU token. One goroutine uses it, for one turn after the other.
type Turn struct {
	queue  *Queue
	client Client
	kind   Kind
	node   *node // the client's, or nil when the turn is over
	began  time.Time
}

// Turn returns a turn of a client that has not begun.
func (q *Queue) Turn(c Client) Turn { return Turn{queue: q, client: c} }

// Begin waits for a token. It returns the cause of the context's end if that comes first. The
// caller must call End. It does nothing if the turn has begun.
func (t *Turn) Begin(ctx context.Context, k Kind) error {
	if ctx.Err() != nil {
		t.End()
		return context.Cause(ctx)
	}
	if !t.Over() {
		return nil
	}
	t.kind = k
	q, asked := t.queue, time.Now()
	q.mu.Lock()
	n := q.root.child(t.client.Addr).child(t.client.Tab)
	if q.free > 0 { // so nobody waits
		n.come()
		q.give(n, asked)
		q.mu.Unlock()
		t.node, t.began = n, asked
		q.observe(t.kind, 0)
		return nil
	}
	w := make(waiter)
	n.waiting[t.kind] = append(n.waiting[t.kind], w)
	q.waiting[t.kind]++
	n.come()
	n.queue()
	n.weigh()
	q.mu.Unlock()
	select {
	case <-w:
		t.node, t.began = n, time.Now()
		q.observe(t.kind, t.began.Sub(asked))
		return nil
	case <-ctx.Done():
		if !q.leave(n, t.kind, w) { // the token came at the same moment
			t.node, t.began = n, time.Now()
			t.End()
		}
		return context.Cause(ctx)
	}
}

// End gives the token back. It does nothing if the turn is over.
func (t *Turn) End() {
	if t.node == nil {
		return
	}
	q, now := t.queue, time.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	t.charge(now)
	t.node.hold(-1)
	t.node.weigh()
	q.free++
	q.passed = now
	q.grant(now)
	t.node.forget()
	t.node = nil
}

// Over reports whether the turn has ended.
func (t *Turn) Over() bool { return t.node == nil }

// Yield lets others have a turn, if this one has lasted long enough and somebody waits. It belongs
// into every loop that may run for longer than some milliseconds. It returns the cause of the
// context's end; the turn is over then.
func (t *Turn) Yield(ctx context.Context) error {
	if ctx.Err() != nil {
		t.End()
		return context.Cause(ctx)
	}
	runtime.Gosched() // readers and writers need a CPU too, though no token
	now := time.Now()
	if t.Over() || now.Sub(t.began) < turnTime || t.keep(now) {
		return nil
	}
	t.End()
	return t.Begin(ctx, t.kind)
}

// keep goes on with the turn if nobody waits.
func (t *Turn) keep(now time.Time) bool {
	q := t.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting != [kinds]int{} {
		return false
	}
	t.charge(now)
	q.passed, t.began = now, now
	return true
}

// charge counts what the turn has lasted.
func (t *Turn) charge(now time.Time) {
	d := now.Sub(t.began)
	t.node.charge(d)
	t.queue.held[t.kind] += d
}

// give gives a free token to a client.
func (q *Queue) give(n *node, now time.Time) {
	q.free--
	n.hold(+1)
	n.serve()
	n.weigh()
	q.passed = now
}

// grant gives the free tokens to those who are next.
func (q *Queue) grant(now time.Time) {
	for q.free > 0 {
		n := q.root.next()
		if n == nil {
			return
		}
		k := n.turn
		if len(n.waiting[k]) == 0 {
			k = 1 - k
		}
		n.turn = 1 - k
		w := n.waiting[k][0]
		n.waiting[k] = slices.Delete(n.waiting[k], 0, 1)
		q.waiting[k]--
		q.give(n, now)
		n.requeue()
		n.weigh()
		close(w)
	}
}

// leave makes a waiter wait no more, and reports whether it still waited.
func (q *Queue) leave(n *node, k Kind, w waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(n.waiting[k], w)
	if i < 0 {
		return false
	}
	n.waiting[k] = slices.Delete(n.waiting[k], i, i+1)
	q.waiting[k]--
	if !n.waits() {
		n.unqueue()
	}
	n.weigh()
	n.forget()
	return true
}

// Waiting returns how many goroutines wait for a turn of a kind.
func (q *Queue) Waiting(k Kind) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting[k]
}

// Held returns for how long tokens were held in turns of a kind, all together.
func (q *Queue) Held(k Kind) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.held[k]
}

// crowd is how many frames may wait for each token before the CPUs count as overloaded. The last of
// them waits for as many frames, some milliseconds.
const crowd = 4

// Tokens returns how many tokens there are.
func (q *Queue) Tokens() int { return q.tokens }

// Overloaded reports whether so many frames wait that the CPUs have too much to do.
func (q *Queue) Overloaded() bool { return q.Waiting(Frame) > crowd*q.tokens }

// Stuck returns for how long no token was free and none changed hands. It is 0 while one is free.
func (q *Queue) Stuck() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free > 0 {
		return 0
	}
	return time.Since(q.passed)
}

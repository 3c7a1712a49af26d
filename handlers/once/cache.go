// Package once computes an answer once for all who ask for it: those who ask while it is computed
// wait for it, and those who ask later get it from a bounded memory. It is for answers that follow
// from their key alone, so that it makes no difference who computed them, and when.
package once

import (
	"bytes"
	"container/heap"
	"context"
	"sync"
	"time"
)

// An Answer is what a key leads to. Nobody may modify it.
type Answer struct {
	Body   []byte
	Type   string // the media type of the body
	Coding string // its content coding, or ""
}

// Stats count what a Cache did since it was made.
type Stats struct {
	Hits    int64 // answers from memory
	Misses  int64 // answers that had to be computed
	Shared  int64 // answers that another had begun to compute
	Evicted int64 // answers that had to leave the memory
	Bytes   int64 // held now
}

// A Cache holds finished answers, and knows which ones are being computed. Many goroutines may use
// it.
type Cache struct {
	// Own reports whether an error is of the caller alone, such as that there is no room for it.
	// Those who wait then compute the answer themselves. Errors are never kept.
	Own func(error) bool

	most    int64 // bytes
	mu      sync.Mutex
	kept    map[string]*entry
	order   order
	floor   float64 // the rank of what was evicted last
	flights map[string]*flight
	stats   Stats
}

// New returns a cache that holds at most so many bytes. With 0 everybody computes for themselves.
func New(most int64) *Cache {
	return &Cache{most: most, kept: map[string]*entry{}, flights: map[string]*flight{}}
}

// A flight is an answer that is being computed. The others are set when done is closed.
type flight struct {
	done   chan struct{}
	answer Answer
	err    error
	own    bool // the answer is for the one alone who computed it: there is none for others
}

// mostWaits is how often somebody waits for others that do not finish, and then computes in any
// case.
const mostWaits = 3

// Get returns the answer to a key if it is in memory.
func (c *Cache) Get(key string) (Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(key)
}

func (c *Cache) get(key string) (Answer, bool) {
	e := c.kept[key]
	if e == nil {
		return Answer{}, false
	}
	c.stats.Hits++
	e.rank = c.floor + e.worth
	heap.Fix(&c.order, e.place)
	return e.answer, true
}

// Do returns the answer to a key. If it is neither in memory nor being computed, it calls make, in
// the goroutine and with the context of the caller. If another caller computes it, Do waits, and
// returns what that one gets, also its error; but if that one's context ended, if its error is its
// Own, or if it panicked, one of those who wait computes the answer in its place. A caller that
// waits must hold nothing that make waits for. It waits no longer than its context lasts, whose
// cause it then returns.
func (c *Cache) Do(ctx context.Context, key string, make func(context.Context) (Answer, error)) (Answer, error) {
	if c.most <= 0 {
		return make(ctx)
	}
	for waits := 0; ; waits++ {
		c.mu.Lock()
		if a, ok := c.get(key); ok {
			c.mu.Unlock()
			return a, nil
		}
		f := c.flights[key]
		if f == nil || waits == mostWaits {
			c.stats.Misses++
			f = c.takeOff(key)
			c.mu.Unlock()
			return c.fly(ctx, key, f, make)
		}
		c.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return Answer{}, context.Cause(ctx)
		}
		if !f.own {
			c.mu.Lock()
			c.stats.Shared++
			c.mu.Unlock()
			return f.answer, f.err
		}
	}
}

// takeOff begins a flight, and lets others know unless there is one with the key already.
func (c *Cache) takeOff(key string) *flight {
	f := &flight{done: make(chan struct{}), own: true}
	if c.flights[key] == nil {
		c.flights[key] = f
	}
	return f
}

// fly computes the answer of a flight, and keeps it. If make panics, the answer is nobody's.
func (c *Cache) fly(ctx context.Context, key string, f *flight, make func(context.Context) (Answer, error)) (Answer, error) {
	defer func() {
		c.mu.Lock()
		if c.flights[key] == f {
			delete(c.flights, key)
		}
		c.mu.Unlock()
		close(f.done)
	}()
	began := time.Now()
	a, err := make(ctx)
	if len(a.Body) < cap(a.Body) {
		a.Body = bytes.Clone(a.Body)[:len(a.Body):len(a.Body)] // what it grew by is not kept
	}
	f.answer, f.err = a, err
	f.own = err != nil && (ctx.Err() != nil || c.Own != nil && c.Own(err))
	if err == nil {
		c.keep(key, a, time.Since(began))
	}
	return a, err
}

// Stats returns what the cache did, and how many bytes it holds.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

package once

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A maker makes answers after a second, and counts them.
type maker struct{ made atomic.Int64 }

func (m *maker) make(text string) func(context.Context) (Answer, error) {
	return func(ctx context.Context) (Answer, error) {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return Answer{}, context.Cause(ctx)
		}
		m.made.Add(1)
		return Answer{Body: []byte(text), Type: "text/plain"}, nil
	}
}

// TestOnce: of thirty who ask at a time one computes, and nobody who asks later.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := New(1<<20), new(maker)
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				a, err := c.Do(t.Context(), "key", m.make("answer"))
				if err != nil || string(a.Body) != "answer" || a.Type != "text/plain" {
					t.Errorf("Do() = %q, %v; want the answer", a.Body, err)
				}
			})
		}
		all.Wait()
		if a, ok := c.Get("key"); !ok || string(a.Body) != "answer" {
			t.Errorf("Get() = %q, %v; want the answer", a.Body, ok)
		}
		if _, ok := c.Get("other"); ok {
			t.Error("Get() finds what nobody made")
		}
		got := c.Stats()
		want := Stats{Hits: 1, Misses: 1, Shared: 29, Bytes: sizeOf("key", Answer{Body: []byte("answer"), Type: "text/plain"})}
		if m.made.Load() != 1 || got != want {
			t.Errorf("made %d times, with the stats %+v; want once, with %+v", m.made.Load(), got, want)
		}
	})
}

// TestOnceOff: a cache of nothing shares nothing.
func TestOnceOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := New(0), new(maker)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = c.Do(t.Context(), "key", m.make("answer")) })
		}
		all.Wait()
		if got := c.Stats(); m.made.Load() != 3 || got != (Stats{}) {
			t.Errorf("made %d times, with the stats %+v; want three times and nothing kept", m.made.Load(), got)
		}
	})
}

// TestLeaderLeaves: when the one who computes goes, gives up or panics, one of the others takes its
// place, and those who go do not wait.
func TestLeaderLeaves(t *testing.T) {
	busy := errors.New("busy")
	for name, leader := range map[string]func(context.Context) (Answer, error){
		"Gone": func(ctx context.Context) (Answer, error) { <-ctx.Done(); return Answer{}, ctx.Err() },
		"Busy": func(ctx context.Context) (Answer, error) { <-ctx.Done(); return Answer{}, busy },
		"Panic": func(ctx context.Context) (Answer, error) {
			<-ctx.Done()
			panic("a bug")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, m := New(1<<20), new(maker)
				c.Own = func(err error) bool { return errors.Is(err, busy) }
				ctx, leave := context.WithCancel(t.Context())
				var all sync.WaitGroup
				all.Go(func() {
					defer func() {
						if r := recover(); (r != nil) != (name == "Panic") {
							t.Errorf("recovered %v", r)
						}
					}()
					if _, err := c.Do(ctx, "key", leader); err == nil {
						t.Error("who left got an answer")
					}
				})
				synctest.Wait()
				for range 5 {
					all.Go(func() {
						a, err := c.Do(t.Context(), "key", m.make("answer"))
						if err != nil || string(a.Body) != "answer" {
							t.Errorf("Do() of one who waits = %q, %v; want the answer", a.Body, err)
						}
					})
				}
				cause := errors.New("hung up")
				impatient, hangUp := context.WithCancelCause(t.Context())
				all.Go(func() {
					if _, err := c.Do(impatient, "key", m.make("answer")); !errors.Is(err, cause) {
						t.Errorf("Do() of one who goes = %v; want %v", err, cause)
					}
				})
				synctest.Wait()
				hangUp(cause)
				leave()
				all.Wait()
				if m.made.Load() != 1 {
					t.Errorf("made %d times; want once", m.made.Load())
				}
			})
		})
	}
}

// TestLeadersLeave: who has waited in vain some times computes without waiting.
func TestLeadersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := New(1<<20), new(maker)
		c.Own = func(error) bool { return true }
		stop := make(chan struct{})
		var all sync.WaitGroup
		crowd := func() {
			for range 100 { // who all give up after a minute
				all.Go(func() {
					_, _ = c.Do(t.Context(), "key", func(context.Context) (Answer, error) {
						select {
						case <-time.After(time.Minute):
						case <-stop:
						}
						return Answer{}, errors.New("busy")
					})
				})
			}
			synctest.Wait()
		}
		crowd()
		var one sync.WaitGroup
		one.Go(func() {
			began := time.Now()
			_, err := c.Do(t.Context(), "key", m.make("answer"))
			if most := mostWaits*time.Minute + time.Second; err != nil || time.Since(began) > most {
				t.Errorf("Do() = %v after %v; want an answer after at most %v", err, time.Since(began), most)
			}
		})
		synctest.Wait()
		crowd()
		one.Wait()
		close(stop)
		all.Wait()
	})
}

// TestErrors: an error is for all who wait for it, and not kept.
func TestErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, failed, made := New(1<<20), errors.New("diverged"), 0
		fail := func(context.Context) (Answer, error) {
			made++
			time.Sleep(time.Second)
			return Answer{}, failed
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := c.Do(t.Context(), "key", fail); !errors.Is(err, failed) {
					t.Errorf("Do() = %v; want %v", err, failed)
				}
			})
		}
		all.Wait()
		if made != 1 {
			t.Errorf("made %d times; want once", made)
		}
		if _, err := c.Do(t.Context(), "key", new(maker).make("answer")); err != nil {
			t.Errorf("Do() after an error = %v; want an answer", err)
		}
	})
}

// TestBound: whatever is kept, the memory is never more than was allowed, and the sum is right.
func TestBound(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			most := random.Int64N(200_000)
			c := New(most)
			for range 2000 {
				number := random.IntN(300)
				key := fmt.Sprint(number)
				want := strings.Repeat(key, number*number*number%5000) // of any size
				a, err := c.Do(t.Context(), key, func(context.Context) (Answer, error) {
					time.Sleep(time.Duration(random.ExpFloat64() * float64(time.Second)))
					return Answer{Body: append(make([]byte, 0, 2*len(want)), want...)}, nil
				})
				if err != nil || string(a.Body) != want {
					t.Fatalf("Do(%s) = %.20q, %v", key, a.Body, err)
				}
				held := int64(0)
				for key, e := range c.kept {
					held += sizeOf(key, e.answer)
				}
				if got := c.Stats().Bytes; got > most || got != held || len(c.order) != len(c.kept) {
					t.Fatalf("%d bytes are held by the stats, and %d by %d entries; want at most %d", got, held, len(c.kept), most)
				}
			}
			if most > 50_000 && c.Stats().Hits == 0 {
				t.Errorf("no hit in %d bytes; stats %+v", most, c.Stats())
			}
		})
	}
}

// TestEviction: what took little time for its bytes goes first, and what took much goes when nobody
// has asked for it for long. What is too large is not kept.
func TestEviction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 1000
		c := New(10 * (size + bytesOfEntry + 10))
		do := func(key string, size int, took time.Duration) {
			_, _ = c.Do(t.Context(), key, func(context.Context) (Answer, error) {
				time.Sleep(took)
				return Answer{Body: make([]byte, size)}, nil
			})
		}
		do("costly", size, 20*time.Second)
		do("asked", size, 20*time.Second)
		for i := range 50 {
			do(fmt.Sprint("cheap ", i), size, time.Second)
		}
		for _, key := range []string{"costly", "asked", "cheap 49"} {
			if _, ok := c.Get(key); !ok {
				t.Errorf("%s is not kept", key)
			}
		}
		if _, ok := c.Get("cheap 0"); ok {
			t.Error("the oldest cheap one is kept")
		}
		for i := range 1000 {
			do(fmt.Sprint("newer ", i), size, time.Second)
			if i%20 == 0 {
				c.Get("asked")
			}
		}
		if _, ok := c.Get("costly"); ok {
			t.Error("a costly one that nobody asked for is kept for ever")
		}
		if _, ok := c.Get("asked"); !ok {
			t.Error("a costly one that is asked for is not kept")
		}
		do("huge", 5*size, time.Hour)
		if _, ok := c.Get("huge"); ok {
			t.Error("an answer is kept that takes half of the memory")
		}
	})
}

package fair

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// at returns a tab at the n-th address.
func at(n int, tab string) Client {
	return Client{netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 32), tab}
}

// A load is a client that asks for one turn after the other.
type load struct {
	client Client
	kind   Kind
	work   time.Duration // of each turn
	pause  time.Duration // between two
	by     int           // goroutines that do so

	turns   int
	longest time.Duration // that one waited
}

// run lets clients share a queue for some time, in a bubble where work takes no CPU.
func run(t *testing.T, tokens int, d time.Duration, loads ...*load) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(tokens, nil)
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, l := range loads {
			for range max(1, l.by) {
				wg.Go(func() {
					turn := q.Turn(l.client)
					for {
						asked := time.Now()
						if turn.Begin(ctx, l.kind) != nil {
							return
						}
						mu.Lock()
						l.turns++
						l.longest = max(l.longest, time.Since(asked))
						mu.Unlock()
						time.Sleep(l.work)
						turn.End()
						time.Sleep(l.pause)
					}
				})
			}
		}
		wg.Wait()
		if q.free != tokens || q.waiting != [kinds]int{} || q.root.held != 0 || len(q.root.ready) != 0 {
			t.Errorf("the queue is left with %d of %d tokens and %d waiting", q.free, tokens, q.waiting)
		}
		if n := len(q.root.children); n > mostIdle {
			t.Errorf("the queue knows %d clients that do nothing", n)
		}
	})
}

// share is the CPU time that a load had, of all tokens for all the time.
func (l *load) share(tokens int, d time.Duration) float64 {
	return float64(l.turns) * float64(l.work) / float64(tokens) / float64(d)
}

// TestQueueShares: clients that ask for all they can get have equal shares of the time, however many
// turns they ask for at once and however long their turns are.
func TestQueueShares(t *testing.T) {
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		loads []*load
		want  []float64
	}{
		"Equal":   {[]*load{{client: at(1, ""), work: ms, by: 9}, {client: at(2, ""), work: ms, by: 9}}, []float64{.5, .5}},
		"Numbers": {[]*load{{client: at(1, ""), work: ms, by: 200}, {client: at(2, ""), work: ms, by: 2}}, []float64{.5, .5}},
		"Lengths": {[]*load{{client: at(1, ""), work: 20 * ms, by: 9}, {client: at(2, ""), work: ms, by: 9}}, []float64{.5, .5}},
		"Tabs": {[]*load{
			{client: at(1, "a"), work: ms, by: 9}, {client: at(1, "b"), work: ms, by: 9},
			{client: at(2, ""), work: ms, by: 9},
		}, []float64{1. / 3, 1. / 3, 1. / 3}},
		"TabsOfOneAddress": {[]*load{
			{client: at(1, "a"), work: ms, by: 50}, {client: at(1, "b"), work: ms, by: 2},
		}, []float64{.5, .5}},
		"Modest": {[]*load{
			{client: at(1, ""), work: ms, by: 50}, {client: at(2, ""), work: ms, pause: 9 * ms},
		}, []float64{.95, .05}},
		"Kinds": {[]*load{
			{client: at(1, ""), kind: Frame, work: ms, by: 50}, {client: at(1, ""), kind: Request, work: ms, by: 2},
		}, []float64{.5, .5}},
	} {
		t.Run(name, func(t *testing.T) {
			const tokens, d = 2, 10 * time.Second
			run(t, tokens, d, test.loads...)
			for i, l := range test.loads {
				if got := l.share(tokens, d); got < test.want[i]*.93 || got > test.want[i]*1.07 {
					t.Errorf("client %d had a share of %.3f; want %.3f", i, got, test.want[i])
				}
			}
		})
	}
}

// TestQueueModest: a client that asks for little waits for the turns under way and hardly more,
// whatever others do: also if each of their requests is from a new tab, or a new address.
func TestQueueModest(t *testing.T) {
	const ms = time.Millisecond
	for name, others := range map[string]func() []*load{
		"OneClient": func() []*load { return []*load{{client: at(1, ""), work: 4 * ms, by: 255}} },
		"Tabs": func() (loads []*load) {
			for i := range 255 {
				loads = append(loads, &load{client: at(1, fmt.Sprint(i)), work: 4 * ms})
			}
			return loads
		},
		"Streams": func() []*load { return []*load{{client: at(1, ""), kind: Frame, work: 4 * ms, by: 512}} },
	} {
		t.Run(name, func(t *testing.T) {
			modest := &load{client: at(2, ""), work: ms, pause: 99 * ms}
			run(t, 2, 20*time.Second, append(others(), modest)...)
			if modest.turns < 190 || modest.longest > 12*ms {
				t.Errorf("the modest client had %d turns of 200, and waited for up to %v; want all, and 12ms", modest.turns, modest.longest)
			}
		})
	}
}

// TestQueueNewcomers: clients that come, take a turn and are never seen again do not keep out one
// that has had a turn, and are forgotten.
func TestQueueNewcomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		var next atomic.Int32
		for range 20 {
			wg.Go(func() {
				for ctx.Err() == nil {
					next := next.Add(1)
					turn := q.Turn(Client{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(next >> 16), byte(next >> 8), byte(next)}), 32), ""})
					if turn.Begin(ctx, Request) != nil {
						return
					}
					time.Sleep(time.Millisecond)
					turn.End()
				}
			})
		}
		turns := 0
		wg.Go(func() {
			turn := q.Turn(at(1, ""))
			for turn.Begin(ctx, Request) == nil {
				turns++
				time.Sleep(time.Millisecond)
				turn.End()
			}
		})
		wg.Wait()
		if turns < 200 {
			t.Errorf("beside 20 newcomers at a time, of %d, a client had %d turns of 10000; want some hundreds", next.Load(), turns)
		}
		if n := len(q.root.children); n > 2*mostIdle {
			t.Errorf("the queue knows %d clients; want most of %d forgotten", n, next.Load())
		}
	})
}

// TestYield: a turn lets others in when it has lasted long enough, and ends with its context.
func TestYield(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, nil)
		ctx, cancel := context.WithCancelCause(t.Context())
		turn := q.Turn(at(1, ""))
		if err := turn.Begin(ctx, Request); err != nil {
			t.Fatal(err)
		}
		var others []time.Duration
		start := time.Now()
		go func() {
			other := q.Turn(at(2, ""))
			if other.Begin(ctx, Request) == nil {
				others = append(others, time.Since(start))
				other.End()
			}
		}()
		for range 3 {
			synctest.Wait()
			if err := turn.Yield(ctx); err != nil || turn.Over() {
				t.Fatalf("Yield() = %v", err)
			}
			time.Sleep(turnTime * 3 / 4)
		}
		synctest.Wait()
		if len(others) != 1 || others[0] != turnTime*3/2 {
			t.Errorf("others had turns at %v; want one, at %v", others, turnTime*3/2)
		}
		gone := errors.New("gone")
		cancel(gone)
		if err := turn.Yield(ctx); err != gone || !turn.Over() || q.free != 1 {
			t.Errorf("Yield() for a client that is gone = %v, over %t; want %v and the token back", err, turn.Over(), gone)
		}
		if err := turn.Begin(ctx, Request); err != gone {
			t.Errorf("Begin() for a client that is gone = %v; want %v", err, gone)
		}
	})
}

// TestBeginGone: a waiter whose client goes leaves no trace, and takes no token along.
func TestBeginGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, nil)
		turn := q.Turn(at(1, ""))
		if err := turn.Begin(t.Context(), Request); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		waiting := q.Turn(at(2, ""))
		if err := waiting.Begin(ctx, Frame); !errors.Is(err, context.DeadlineExceeded) || !waiting.Over() {
			t.Errorf("Begin() = %v; want the end of the context", err)
		}
		if q.Waiting(Frame) != 0 || q.Stuck() != time.Second {
			t.Errorf("%d wait, and the tokens are stuck for %v; want none, and 1s", q.Waiting(Frame), q.Stuck())
		}
		turn.End()
		turn.End() // twice is once
		if q.Held(Request)+q.Held(Frame) != time.Second {
			t.Errorf("tokens were held for %v and %v; want 1s in all", q.Held(Request), q.Held(Frame))
		}
		if q.free != 1 || q.Stuck() != 0 || len(q.root.children) != 0 {
			t.Errorf("%d tokens are free, stuck for %v, %d clients known; want one, 0 and none", q.free, q.Stuck(), len(q.root.children))
		}
	})
}

// TestQueueStress takes tokens from many goroutines, for the race detector, and sees that never too
// many are out.
func TestQueueStress(t *testing.T) {
	q := NewQueue(2, nil)
	var mu sync.Mutex
	var wg sync.WaitGroup
	out := 0
	for i := range 50 {
		wg.Go(func() {
			turn := q.Turn(at(i%5, fmt.Sprint(i%7)))
			for k := range 50 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+k%4)*time.Millisecond)
				if turn.Begin(ctx, Kind(k%2)) == nil {
					mu.Lock()
					if out++; out > 2 {
						t.Errorf("%d tokens are out; want at most 2", out)
					}
					mu.Unlock()
					runtime.Gosched()
					mu.Lock()
					out--
					mu.Unlock()
					turn.End()
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if q.free != 2 || q.waiting != [kinds]int{} {
		t.Errorf("%d tokens are free and %d wait; want all and none", q.free, q.waiting)
	}
}

// BenchmarkTurn is what a frame pays for its turn.
func BenchmarkTurn(b *testing.B) {
	q := NewQueue(1, nil)
	turn := q.Turn(at(1, ""))
	b.ReportAllocs()
	for b.Loop() {
		if err := turn.Begin(b.Context(), Frame); err != nil {
			b.Fatal(err)
		}
		turn.End()
	}
}

package handlers

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nnvisu/nn"
)

func TestNew(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Config)
		ok     bool
	}{
		{"Default", func(*Config) {}, true},
		{"Base", func(c *Config) { c.BasePath = "/nnvisu" }, true},
		{"BaseSlash", func(c *Config) { c.BasePath = "/a/b/" }, true},
		{"BaseRoot", func(c *Config) { c.BasePath = "/" }, true},
		{"BaseRelative", func(c *Config) { c.BasePath = "nnvisu" }, false},
		{"BaseParameter", func(c *Config) { c.BasePath = "/:a" }, false},
		{"BaseStar", func(c *Config) { c.BasePath = "/*" }, false},
		{"BaseQuery", func(c *Config) { c.BasePath = "/a?b" }, false},
		{"NoBody", func(c *Config) { c.MaxBody = 0 }, false},
		{"NoPoints", func(c *Config) { c.MaxPoints = 0 }, false},
		{"NoWork", func(c *Config) { c.MaxWork = 0 }, false},
		{"WorkNaN", func(c *Config) { c.MaxWork -= c.MaxWork; c.MaxWork /= c.MaxWork }, false},
		{"NoStream", func(c *Config) { c.MaxStream = 0 }, false},
		{"NoStreams", func(c *Config) { c.MaxStreams = 0 }, false},
		{"NegativeStreams", func(c *Config) { c.MaxStreams = -1 }, false},
		{"NoQueue", func(c *Config) { c.MaxQueue = 0 }, false},
	} {
		config := DefaultConfig()
		test.change(&config)
		s, err := New(config)
		if (err == nil) != test.ok || (s != nil) != test.ok {
			t.Errorf("%s: New(%+v) = %v, %v; want ok %t", test.name, config, s, err, test.ok)
		}
	}
}

// TestAdmit: the queue takes as many as it has places for, and says busy to
// the others until one leaves.
func TestAdmit(t *testing.T) {
	slots := newSlots(1, 2)
	first, err1 := slots.admit()
	_, err2 := slots.admit()
	if err1 != nil || err2 != nil {
		t.Fatalf("admit() of two = %v, %v; want room", err1, err2)
	}
	for range 3 {
		if leave, err := slots.admit(); describeAs(err) != "busy" || leave != nil {
			t.Errorf("admit() of one too many = %v; want busy", err)
		}
	}
	first()
	if _, err := slots.admit(); err != nil {
		t.Errorf("admit() when one left = %v; want room", err)
	}
}

func TestAcquire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := newSlots(1, 1)
		if err := slots.acquire(t.Context(), nil); err != nil {
			t.Fatalf("acquire() = %v; want a slot", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan error, 1)
		go func() { got <- slots.acquire(ctx, nil) }()
		synctest.Wait()
		select {
		case err := <-got:
			t.Fatalf("acquire() of a second slot of one = %v; want it to wait", err)
		default:
		}
		cancel()
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("acquire() of a client that left = %v; want %v", err, context.Canceled)
		}
		go func() { got <- slots.acquire(t.Context(), nil) }()
		synctest.Wait()
		slots.release()
		if err := <-got; err != nil {
			t.Errorf("acquire() of a slot given back = %v; want nil", err)
		}
	})
}

// TestAcquireWaiting: who waits for a slot is called each second, and gives up
// when told to.
func TestAcquireWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots, stop := newSlots(1, 1), errors.New("stop")
		slots.free <- struct{}{}
		start, calls := time.Now(), 0
		err := slots.acquire(t.Context(), func() error {
			if calls++; calls == 3 {
				return stop
			}
			return nil
		})
		if took := time.Since(start); err != stop || calls != 3 || took != 3*time.Second {
			t.Errorf("acquire() = %v after %d calls and %v; want the third call's error after 3s", err, calls, took)
		}
		time.AfterFunc(2500*time.Millisecond, slots.release)
		calls = 0
		if err := slots.acquire(t.Context(), func() error { calls++; return nil }); err != nil || calls != 2 {
			t.Errorf("acquire() of a slot given back after 2.5s = %v after %d calls; want nil after 2", err, calls)
		}
	})
}

// TestEnter: a draining server takes no new work; neither does one whose
// streams are all open.
func TestEnter(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxQueue = 2, 1 })
	leave, err := s.enterStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.enterStream(); err != nil {
		t.Errorf("enterStream() of two = %v; want room", err)
	}
	if _, err := s.enterStream(); describeAs(err) != "busy" {
		t.Errorf("enterStream() of three = %v; want busy", err)
	}
	leave()
	leave, err = s.enterStream()
	if err != nil {
		t.Errorf("enterStream() when one left = %v; want room", err)
	}
	leave()
	if leave, err = s.enter(); err != nil {
		t.Errorf("enter() = %v; want room, streams do not count", err)
	}
	leave()
	s.Drain()
	s.Drain() // twice is once
	if _, err := s.enter(); describeAs(err) != "busy" {
		t.Errorf("enter() while draining = %v; want busy", err)
	}
	if _, err := s.enterStream(); describeAs(err) != "busy" {
		t.Errorf("enterStream() while draining = %v; want busy", err)
	}
}

// TestLeaves: a request gives its place back however it ends.
func TestLeaves(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxQueue = 1, 1 })
	const good = `{"data":[{"x":0,"y":0,"label":0}],"steps":1}`
	for _, test := range []struct {
		path, body string
		want       int
		headers    []string
	}{
		{"/step", good, 200, nil},
		{"/step", `{`, 400, nil},
		{"/step", `{}`, 422, nil},
		{"/step", `{"data":[{"x":0,"y":0,"label":0}],"steps":100000,"config":{"hidden_layers":[100,100,100,100]}}`, 413, nil},
		{"/predict", good, 400, nil},
		{"/predict", `{"data":[]}`, 200, nil},
		{"/export", `{"format":"go"}`, 200, nil},
		{"/export", `{`, 400, nil},
		{"/export", `{}`, 422, nil},
		{"/export", `{}`, 422, []string{"Accept", "text/html"}},
		{"/train", good, 200, nil},
		{"/train", `{`, 400, nil},
		{"/train", `{}`, 422, nil},
		{"/train", good, 200, []string{"HX-Request", "true"}},
		{"/train", `{`, 400, []string{"HX-Request", "true"}},
		{"/train", `{}`, 422, []string{"HX-Request", "true"}},
		{"/edit", good, 200, []string{"HX-Request", "true"}},
		{"/edit", `{`, 400, []string{"HX-Request", "true"}},
		{"/step", good, 200, []string{"HX-Request", "true"}},
		{"/step", `{}`, 422, []string{"HX-Request", "true"}},
	} {
		for range 2 {
			headers := append([]string{"Content-Type", "application/json"}, test.headers...)
			if w := serve(s, http.MethodPost, test.path, test.body, headers...); w.Code != test.want {
				t.Errorf("POST %s %s %v = %d %.200s; want %d", test.path, test.body, test.headers, w.Code, w.Body, test.want)
			}
		}
		if n, m := len(s.streams), len(s.slots.waiting)+len(s.slots.free); n != 0 || m != 0 {
			t.Fatalf("behind POST %s %s there are %d streams and %d requests; want none", test.path, test.body, n, m)
		}
	}
}

// TestAdvanceFair: requests that share one compute slot take turns. A request
// that kept the slot would be done before the others began.
func TestAdvanceFair(t *testing.T) {
	const requests, updates = 3, 100
	// One processor: a machine that is busy with other things then stops all
	// of the requests alike.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		s.slots = newSlots(1, requests)
		s.slots.free <- struct{}{} // until all wait
		var turns []int            // written in the slot's order: between runs before the next turn is asked for
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range requests {
			trainer, err := nn.NewTrainer(sampleState(t, "circles", 10, 0, nil))
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				_, err := s.advance(t.Context(), trainer, nn.Work{Update: sliceWork}, updates, func() error {
					mu.Lock()
					defer mu.Unlock()
					turns = append(turns, i)
					return nil
				})
				if err != nil {
					t.Errorf("advance = %v", err)
				}
			})
		}
		synctest.Wait()
		s.slots.release()
		wg.Wait()
		if got, want := len(turns), requests*(updates-1); got != want {
			t.Fatalf("%d requests stopped for others %d times; want between any two updates, %d", requests, got, want)
		}
		longest, run := 0, 0
		for i, who := range turns[:len(turns)/2] {
			if run++; i > 0 && turns[i-1] != who {
				run = 1
			}
			longest = max(longest, run)
		}
		if longest > 5 {
			t.Errorf("%d requests that share a slot had the turns %v; want none to have more than 5 in a row while others wait", requests, turns)
		}
	})
}

// TestAdvance: slices and what runs between them do not change the result.
func TestAdvance(t *testing.T) {
	state := sampleState(t, "circles", 40, 0, nil)
	want, err := nn.Step(state, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		work    float64 // of an update
		between int     // how often it is called
	}{
		{"OneSlice", 1, 0},
		{"ByThree", sliceWork / 3.5, 3},
		{"ByOne", sliceWork, 9},
		{"Large", 100 * sliceWork, 9},
	} {
		s := newTestServer(t)
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		got, err := s.advance(t.Context(), trainer, nn.Work{Update: test.work}, 10, func() error { calls++; return nil })
		if err != nil || !same(got, want) || calls != test.between {
			t.Errorf("%s: advance = %+v, %v with %d calls between; want %+v and %d", test.name, got.Metrics, err, calls, want.Metrics, test.between)
		}
	}
}

// TestAdvanceEnds: a request ends between slices when it is told to or its
// client is gone.
func TestAdvanceEnds(t *testing.T) {
	s := newTestServer(t)
	stop := errors.New("stop")
	trainer, err := nn.NewTrainer(sampleState(t, "circles", 40, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	_, err = s.advance(t.Context(), trainer, nn.Work{Update: sliceWork}, 1000, func() error {
		if calls++; calls == 3 {
			return stop
		}
		return nil
	})
	if err != stop || trainer.Network().Step != 3 {
		t.Errorf("advance = %v at step %d; want the error of between at step 3", err, trainer.Network().Step)
	}
	s.slots = newSlots(1, 1)
	s.slots.free <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.advance(ctx, trainer, nn.Work{Update: 1}, 1, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("advance without a slot = %v; want that of its context", err)
	}
}

// TestAdvanceGone: a request whose client is gone ends at the next slice, also
// when nobody else wants its slot.
func TestAdvanceGone(t *testing.T) {
	s := newTestServer(t)
	trainer, err := nn.NewTrainer(sampleState(t, "circles", 10, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	const updates, some = 1000, 100 // a choice at random would stop before so many
	_, err = s.advance(ctx, trainer, nn.Work{Update: sliceWork}, updates, nil)
	made := trainer.Network().Step
	expect(t, errors.Is(err, context.Canceled) && made < some, "advance for a client that is gone = %v after %d updates of %d; want %v at once", err, made, updates, context.Canceled)
}

package handlers

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
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
		if err := slots.acquire(t.Context()); err != nil {
			t.Fatalf("acquire() = %v; want a slot", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan error, 1)
		go func() { got <- slots.acquire(ctx) }()
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
		go func() { got <- slots.acquire(t.Context()) }()
		synctest.Wait()
		slots.release()
		if err := <-got; err != nil {
			t.Errorf("acquire() of a slot given back = %v; want nil", err)
		}
	})
}

// hold takes all places to compute.
func hold(tb testing.TB, s *slots) {
	tb.Helper()
	for range cap(s.free) {
		if err := s.acquire(context.Background()); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestSlotsInTurn: however many streams wait for a slot, a request has the next or
// the one behind it, and the other way round.
func TestSlotsInTurn(t *testing.T) {
	for _, many := range []string{"streams", "requests"} {
		synctest.Test(t, func(t *testing.T) {
			requests := newSlots(1, 1)
			kinds := map[string]*slots{"requests": requests, "streams": requests.besides()}
			hold(t, kinds[many])
			var order []string // written by who has the slot
			wait := func(kind string) {
				go func() {
					if err := kinds[kind].computing(t.Context(), func() error { order = append(order, kind); return nil }); err != nil {
						t.Errorf("computing() = %v", err)
					}
				}()
				synctest.Wait()
			}
			for range 50 {
				wait(many)
			}
			few := map[string]string{"streams": "requests", "requests": "streams"}[many]
			wait(few)
			kinds[many].release()
			synctest.Wait()
			if at := slices.Index(order, few); at < 0 || at > 1 {
				t.Errorf("behind 50 %s, the one of the %s has the turn %d; want 0 or 1", many, few, at)
			}
			if len(order) != 51 || len(requests.free)+len(kinds["streams"].gates)+len(kinds["requests"].gates) != 0 {
				t.Errorf("%d had a slot; want 51, and none to be held", len(order))
			}
		})
	}
}

// TestAcquireInTurn: who waits longest for a slot is the next to have it.
func TestAcquireInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const all = 20
		slots := newSlots(1, 1)
		hold(t, slots)
		var order []int // written by who has the slot
		for i := range all {
			go func() {
				if err := slots.acquire(t.Context()); err != nil {
					t.Errorf("acquire() = %v", err)
				}
				order = append(order, i)
				slots.release()
			}()
			synctest.Wait()
		}
		slots.release()
		synctest.Wait()
		for i, who := range order {
			if who != i {
				t.Fatalf("the slot went to %v; want to all %d in the order in which they came", order, all)
			}
		}
		if len(order) != all {
			t.Errorf("the slot went to %d; want all %d", len(order), all)
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
		hold(t, s.slots) // until all wait
		var trainers []*nn.Trainer
		for range requests {
			trainer, err := nn.NewTrainer(sampleState(t, "circles", 10, 0, nil))
			if err != nil {
				t.Fatal(err)
			}
			trainers = append(trainers, trainer)
		}
		finished := 0
		for _, trainer := range trainers {
			go func() {
				_, err := s.advance(t.Context(), s.slots, trainer, nn.Work{Update: sliceWork}, updates, func() error {
					finished++
					for _, other := range trainers { // none is at work: we have the slot
						if step, _ := other.At(); step < updates*4/5 {
							t.Errorf("a request is done while another that shares its slot has made %d of %d updates", step, updates)
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("advance = %v", err)
				}
			}()
		}
		synctest.Wait()
		s.slots.release()
		synctest.Wait()
		if finished != requests {
			t.Errorf("%d requests are done; want %d", finished, requests)
		}
	})
}

// TestAdvance: slices do not change the result, and what is small takes one turn
// with its measures.
func TestAdvance(t *testing.T) {
	state := sampleState(t, "circles", 40, 0, nil)
	want, err := nn.Step(state, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		work nn.Work
	}{
		{"OneTurn", nn.Work{Update: 1, Evaluation: 1}},
		{"MeasuresApart", nn.Work{Update: 1, Evaluation: sliceWork}},
		{"ByThree", nn.Work{Update: sliceWork / 3.5}},
		{"ByOne", nn.Work{Update: sliceWork}},
		{"Large", nn.Work{Update: 100 * sliceWork, Evaluation: 1}},
	} {
		s := newTestServer(t)
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatal(err)
		}
		var got []nn.Result
		before := time.Now()
		began, err := s.advance(t.Context(), s.slots, trainer, test.work, 10, func() error {
			if len(s.slots.free) != 1 {
				t.Errorf("%s: %d slots are taken while the result is made; want 1", test.name, len(s.slots.free))
			}
			got = append(got, trainer.Result())
			return nil
		})
		if err != nil || len(got) != 1 || !same(got[0], want) || began.Before(before) || began.After(time.Now()) {
			t.Errorf("%s: advance = %v, %v with the results %+v; want one, %+v", test.name, began, err, got, want.Metrics)
		}
		if len(s.slots.free) != 0 {
			t.Errorf("%s: advance keeps its slot", test.name)
		}
	}
}

// TestAdvanceEnds: a request ends with the error of what is done behind its
// updates, or when it waits for a slot and its client is gone.
func TestAdvanceEnds(t *testing.T) {
	s := newTestServer(t)
	stop := errors.New("stop")
	trainer, err := nn.NewTrainer(sampleState(t, "circles", 40, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.advance(t.Context(), s.slots, trainer, nn.Work{Update: sliceWork}, 3, func() error { return stop }); err != stop {
		t.Errorf("advance = %v; want the error of its end", err)
	}
	s.slots = newSlots(1, 1)
	hold(t, s.slots)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.advance(ctx, s.slots, trainer, nn.Work{Update: 1}, 1, nil); !errors.Is(err, context.DeadlineExceeded) {
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
	_, err = s.advance(ctx, s.slots, trainer, nn.Work{Update: sliceWork}, updates, nil)
	made := trainer.Network().Step
	if !errors.Is(err, context.Canceled) || made >= some {
		t.Errorf("advance for a client that is gone = %v after %d updates of %d; want %v at once", err, made, updates, context.Canceled)
	}
}

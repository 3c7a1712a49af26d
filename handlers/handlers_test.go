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

	"nnvisu/handlers/stream"
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

// holdTokens gives a server one CPU token and takes it, until release is called or the test ends.
func holdTokens(tb testing.TB, s *Server) (release func()) {
	tb.Helper()
	s.requests = stream.NewQueue(1)
	s.frames = s.requests.Sharing()
	held, end := make(chan struct{}), make(chan struct{})
	go func() {
		err := s.requests.Do(context.Background(), func() error { close(held); <-end; return nil })
		if err != nil {
			tb.Errorf("Do() = %v; want a token", err)
		}
	}()
	<-held
	release = sync.OnceFunc(func() { close(end) })
	tb.Cleanup(release)
	return release
}

// hasToken reports whether a queue has a free token within some time.
func hasToken(q *stream.Queue, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return q.Do(ctx, func() error { return nil }) == nil
}

// TestEnter: a draining server takes no new work; neither does one whose streams are all open.
func TestEnter(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxQueue = 2, 1 })
	release, err := s.acquireStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.acquireStream(); err != nil {
		t.Errorf("acquireStream() of two = %v; want room", err)
	}
	if _, err := s.acquireStream(); describeAs(err) != "busy" {
		t.Errorf("acquireStream() of three = %v; want busy", err)
	}
	release()
	release, err = s.acquireStream()
	if err != nil {
		t.Errorf("acquireStream() when one left = %v; want room", err)
	}
	release()
	if release, err = s.acquireRequest(); err != nil {
		t.Errorf("admit() = %v; want room, streams do not count", err)
	}
	release()
	s.Drain()
	s.Drain() // twice is once
	if _, err := s.acquireRequest(); describeAs(err) != "busy" {
		t.Errorf("admit() while draining = %v; want busy", err)
	}
	if _, err := s.acquireStream(); describeAs(err) != "busy" {
		t.Errorf("acquireStream() while draining = %v; want busy", err)
	}
}

// TestLeaves: a request gives its place back however it ends.
func TestLeaves(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxQueue = 1, 1 })
	s.requests = stream.NewQueue(1)
	s.frames = s.requests.Sharing()
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
		if n, m := len(s.openStreams), len(s.openRequests); n != 0 || m != 0 || !hasToken(s.requests, time.Minute) {
			t.Fatalf("behind POST %s %s there are %d streams and %d requests; want none, and a free token", test.path, test.body, n, m)
		}
	}
}

// TestAdvanceFair: requests that share one CPU token take turns. A request that kept the token
// would be done before the others began.
func TestAdvanceFair(t *testing.T) {
	const requests, updates = 3, 100
	// One processor: a machine that is busy with other things then stops all of the requests alike.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		release := holdTokens(t, s) // until all wait
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
				_, err := s.advance(t.Context(), s.requests, trainer, nn.Work{Update: sliceWork}, updates, func() error {
					finished++
					for _, other := range trainers { // none is at work: we have the token
						if step, _ := other.At(); step < updates*4/5 {
							t.Errorf("a request is done while another that shares its token has made %d of %d updates", step, updates)
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
		release()
		synctest.Wait()
		if finished != requests {
			t.Errorf("%d requests are done; want %d", finished, requests)
		}
	})
}

// TestAdvance: slices do not change the result, and what is small takes one turn with its measures.
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
		s.requests = stream.NewQueue(1)
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatal(err)
		}
		var got []nn.Result
		before := time.Now()
		began, err := s.advance(t.Context(), s.requests, trainer, test.work, 10, func() error {
			if hasToken(s.requests, time.Millisecond) {
				t.Errorf("%s: a token is free while the result is made; want it to be held", test.name)
			}
			got = append(got, trainer.Result())
			return nil
		})
		if err != nil || len(got) != 1 || !same(got[0], want) || began.Before(before) || began.After(time.Now()) {
			t.Errorf("%s: advance = %v, %v with the results %+v; want one, %+v", test.name, began, err, got, want.Metrics)
		}
		if !hasToken(s.requests, time.Minute) {
			t.Errorf("%s: advance keeps its token", test.name)
		}
	}
}

// TestAdvanceEnds: a request ends with the error of what is done behind its updates, or when it
// waits for a token and its client is gone.
func TestAdvanceEnds(t *testing.T) {
	s := newTestServer(t)
	stop := errors.New("stop")
	trainer, err := nn.NewTrainer(sampleState(t, "circles", 40, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.advance(t.Context(), s.requests, trainer, nn.Work{Update: sliceWork}, 3, func() error { return stop }); err != stop {
		t.Errorf("advance = %v; want the error of its end", err)
	}
	holdTokens(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.advance(ctx, s.requests, trainer, nn.Work{Update: 1}, 1, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("advance without a token = %v; want that of its context", err)
	}
}

// TestAdvanceGone: a request whose client is gone ends at the next slice, also when nobody else
// wants its token.
func TestAdvanceGone(t *testing.T) {
	s := newTestServer(t)
	trainer, err := nn.NewTrainer(sampleState(t, "circles", 10, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	const updates, some = 1000, 100 // a choice at random would stop before so many
	_, err = s.advance(ctx, s.requests, trainer, nn.Work{Update: sliceWork}, updates, nil)
	made := trainer.Network().Step
	if !errors.Is(err, context.Canceled) || made >= some {
		t.Errorf("advance for a client that is gone = %v after %d updates of %d; want %v at once", err, made, updates, context.Canceled)
	}
}

package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/nn"
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
		{"BaseHost", func(c *Config) { c.BasePath = "//evil.example" }, false},
		{"BaseUp", func(c *Config) { c.BasePath = "/a/../b" }, false},
		{"BaseDot", func(c *Config) { c.BasePath = "/./" }, false},
		{"BaseSpace", func(c *Config) { c.BasePath = "/a b" }, false},
		{"BaseQuote", func(c *Config) { c.BasePath = `/a"><script>` }, false},
		{"BasePercent", func(c *Config) { c.BasePath = "/%zz" }, false},
		{"BaseLine", func(c *Config) { c.BasePath = "/a\n" }, false},
		{"BaseDots", func(c *Config) { c.BasePath = "/v1.2/a_b-c~..." }, true},
		{"NoBody", func(c *Config) { c.MaxBody = 0 }, false},
		{"NoPoints", func(c *Config) { c.MaxPoints = 0 }, false},
		{"NoWork", func(c *Config) { c.MaxWork = 0 }, false},
		{"NoStream", func(c *Config) { c.MaxStream = 0 }, false},
		{"NoStreams", func(c *Config) { c.MaxStreams = 0 }, false},
		{"NegativeStreams", func(c *Config) { c.MaxStreams = -1 }, false},
		{"NoQueue", func(c *Config) { c.MaxQueue = 0 }, false},
		{"ManyRequests", func(c *Config) { c.MaxQueue = 1_000_000 }, true},
		{"MoreRequests", func(c *Config) { c.MaxQueue = 1_000_001 }, false},
		{"MoreStreams", func(c *Config) { c.MaxStreams = 99_999_999_999 }, false},
		{"MoreSockets", func(c *Config) { c.MaxSockets = 1_000_001 }, false},
		{"MorePoints", func(c *Config) { c.MaxPoints = 1_000_001 }, false},
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
	s.cpus = fair.NewQueue(1, nil)
	turn := s.cpus.Turn(fair.Client{})
	if err := turn.Begin(context.Background(), fair.Request); err != nil {
		tb.Fatalf("Begin() = %v; want a token", err)
	}
	release = sync.OnceFunc(turn.End)
	tb.Cleanup(release)
	return release
}

// hasToken reports whether a queue has a free token within some time.
func hasToken(q *fair.Queue, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	turn := q.Turn(fair.Client{})
	defer turn.End()
	return turn.Begin(ctx, fair.Request) == nil
}

// newTestTask returns a task of a server, which the end of the test releases, and its context.
func newTestTask(tb testing.TB, s *Server) (*task, context.Context) {
	tb.Helper()
	t, ctx := s.newTask(tb.Context(), fair.Client{})
	tb.Cleanup(t.release)
	return t, ctx
}

// TestAdmit: a draining server takes no new streams; neither does one whose streams are all open.
func TestAdmit(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxQueue = 2, 2 })
	var tasks []*task
	admitFrames := func() error {
		task, _ := newTestTask(t, s)
		tasks = append(tasks, task)
		return s.admitFrames(task)
	}
	admitRequest := func() error {
		task, _ := newTestTask(t, s)
		return s.admitRequest(task)
	}
	for range 2 {
		if err := admitFrames(); err != nil {
			t.Errorf("admitFrames() of two = %v; want room", err)
		}
	}
	if err := admitFrames(); describeAs(err) != "busy" {
		t.Errorf("admitFrames() of three = %v; want busy", err)
	}
	tasks[0].release()
	if err := admitFrames(); err != nil {
		t.Errorf("admitFrames() when one left = %v; want room", err)
	}
	if err := admitRequest(); err != nil {
		t.Errorf("admitRequest() = %v; want room, streams do not count", err)
	}
	s.Drain()
	s.Drain() // twice is once
	tasks[1].release()
	if err := admitRequest(); err != nil {
		t.Errorf("admitRequest() while draining = %v; want room for short work", err)
	}
	if err := admitFrames(); describeAs(err) != "busy" {
		t.Errorf("admitFrames() while draining = %v; want busy", err)
	}
}

// TestLeaves: a request gives its place back however it ends.
func TestLeaves(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxStreams, c.MaxQueue = 1, 1 })
	s.cpus = fair.NewQueue(1, nil)
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
		streams, requests, memory := s.openStreams.Used(), s.openRequests.Used(), s.memory.Used()
		if streams+requests+memory != 0 || !hasToken(s.cpus, time.Minute) {
			t.Fatalf("behind POST %s %s there are %d streams, %d requests and %d bytes; want none, and a free token",
				test.path, test.body, streams, requests, memory)
		}
	}
}

// TestAdvance: slices do not change the result, and advance keeps its turn if nobody waits.
func TestAdvance(t *testing.T) {
	state := sampleState(t, "circles", 40, 0, nil)
	want, err := nn.Step(state, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, work := range []time.Duration{1, sliceTime * 2 / 7, sliceTime, 100 * sliceTime} {
		s := newTestServer(t)
		s.cpus = fair.NewQueue(1, nil)
		task, ctx := newTestTask(t, s)
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatal(err)
		}
		err = s.computing(ctx, func(ctx context.Context) error {
			err := s.advance(ctx, trainer, nn.Work{Update: work}, 10)
			if task.turn.Over() || hasToken(s.cpus, time.Millisecond) {
				t.Errorf("with updates of %v the turn is over; want it to last", work)
			}
			return err
		})
		if got := trainer.Result(); err != nil || !same(got, want) {
			t.Errorf("with updates of %v advance = %v with %+v; want %+v", work, err, got.Metrics, want.Metrics)
		}
		if !hasToken(s.cpus, time.Minute) {
			t.Errorf("with updates of %v computing keeps its token", work)
		}
	}
}

// TestComputingEnds: work ends with its error, or when it waits for a token and its client is gone.
func TestComputingEnds(t *testing.T) {
	s := newTestServer(t)
	stop := errors.New("stop")
	_, ctx := newTestTask(t, s)
	if err := s.computing(ctx, func(context.Context) error { return stop }); err != stop {
		t.Errorf("computing = %v; want the error of its work", err)
	}
	holdTokens(t, s)
	gone, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	waiting, ctx := s.newTask(gone, fair.Client{})
	defer waiting.release()
	if err := s.computing(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("computing without a token = %v; want that of its context", err)
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
	gone, cancel := context.WithCancel(t.Context())
	task, ctx := s.newTask(gone, fair.Client{})
	defer task.release()
	err = s.computing(ctx, func(ctx context.Context) error {
		cancel()
		return s.advance(ctx, trainer, nn.Work{Update: sliceTime}, 1000)
	})
	if made := trainer.Network().Step; !errors.Is(err, context.Canceled) || made != 1 {
		t.Errorf("advance for a client that is gone = %v after %d updates; want %v after 1", err, made, context.Canceled)
	}
}

// TestAdvanceOverrun: updates of numbers that the vector kernels leave to slower ones, which take many
// times what their work says, end with an error unless there is time.
func TestAdvanceOverrun(t *testing.T) {
	state := sampleState(t, "circles", 500, 0, func(c *nn.Config) { c.HiddenLayers, c.Activation = []int{8}, "sin" })
	for _, row := range state.Network.Weights[0] {
		for i := range row {
			row[i] *= 1e9
		}
	}
	trainer, err := nn.NewTrainer(state)
	if err != nil {
		t.Fatal(err)
	}
	work := nn.WorkHere(state.Config, len(state.Data))
	began := time.Now()
	if err := trainer.Step(20); err != nil {
		t.Fatal(err)
	}
	real := time.Since(began) / 20
	t.Logf("an update takes %v; its work is %v", real, work.Update)
	work.Update = real / 30 // as where the kernels are fast
	const updates = 2000
	s := newTestServer(t, func(c *Config) { c.MaxWork = updates * work.Update })
	s.cpus = fair.NewQueue(1, nil)
	task, ctx := newTestTask(t, s)
	if err := task.turn.Begin(ctx, fair.Request); err != nil {
		t.Fatal(err)
	}
	before, _ := trainer.At()
	err = s.advance(ctx, trainer, work, updates)
	made, _ := trainer.At()
	if describeAs(err) != "too_large network" || made-before >= updates || made-before < mostOverrun {
		t.Errorf("advance = %v after %d updates; want too_large after some", err, made-before)
	}
	s.config.MaxWork = time.Hour
	if err := s.advance(ctx, trainer, work, updates); err != nil {
		t.Errorf("advance with time = %v", err)
	}
}

// TestGiveWay: when all places are taken, a client that has less than another gets one of his.
func TestGiveWay(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxQueue = 3 })
	client := func(text string) fair.Client { return fair.Client{Addr: netip.MustParsePrefix(text)} }
	var contexts []context.Context
	for range 3 {
		greedy, ctx := s.newTask(t.Context(), client("192.0.2.1/32"))
		defer greedy.release()
		if err := s.admitRequest(greedy); err != nil {
			t.Fatal(err)
		}
		contexts = append(contexts, ctx)
	}
	modest, _ := s.newTask(t.Context(), client("192.0.2.2/32"))
	defer modest.release()
	if err := s.admitRequest(modest); err != nil {
		t.Errorf("admitRequest() of a client that has nothing = %v; want a place", err)
	}
	for i, ctx := range contexts {
		if err := context.Cause(ctx); (err != nil) != (i == 2) || err != nil && describeAs(err) != "busy" {
			t.Errorf("request %d of the client that had all ends with %v; want the last to be busy", i, err)
		}
	}
	again, _ := s.newTask(t.Context(), client("192.0.2.1/32"))
	defer again.release()
	if err := s.admitRequest(again); describeAs(err) != "busy" {
		t.Errorf("admitRequest() of the client that has most = %v; want busy", err)
	}
}

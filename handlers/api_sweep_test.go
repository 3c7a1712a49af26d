package handlers

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/kernel"
)

// sweepBody is a sweep of a state's config over its points.
func sweepBody(tb testing.TB, state nn.State, steps int, over string) string {
	tb.Helper()
	return fmt.Sprintf(`{"type":"sweep","id":"a","config":%s,"data":%s,"steps":%d,"over":%s}`,
		mustJSON(tb, state.Config), mustJSON(tb, state.Data), steps, over)
}

// A cellEvent is the data of an event, part by part as it was sent.
type cellEvent struct {
	Type                          string
	ID                            string
	Values                        json.RawMessage
	Network, Loss, Metrics, Error json.RawMessage
}

// cellsOf returns the cells of a stream that ends with done.
func cellsOf(tb testing.TB, text string) []cellEvent {
	tb.Helper()
	events := ssetest.Parse(text)
	if len(events) == 0 || events[len(events)-1] != (ssetest.Event{Name: "done", Data: `{"reason":"steps"}`}) {
		tb.Fatalf("the stream does not end with done: %.2000s", text)
	}
	var cells []cellEvent
	for i, e := range events[:len(events)-1] {
		var cell cellEvent
		if err := json.Unmarshal([]byte(e.Data), &cell); err != nil || e.Name != "sweep_cell" || e.ID != fmt.Sprint(i) || cell.Type != "sweep_cell" || cell.ID != "a" {
			tb.Fatalf("event %d is %.2000v, %v; want the cell with that id", i, e, err)
		}
		cells = append(cells, cell)
	}
	return cells
}

// alone returns what POST /step answers for the run of a cell: network, loss and metrics.
func alone(tb testing.TB, s *Server, state nn.State, values json.RawMessage, steps int) cellEvent {
	tb.Helper()
	config := map[string]any{}
	for _, part := range []json.RawMessage{mustJSON(tb, state.Config), values} {
		if err := json.Unmarshal(part, &config); err != nil {
			tb.Fatal(err)
		}
	}
	w := serve(s, http.MethodPost, "/step", fmt.Sprintf(`{"config":%s,"data":%s,"steps":%d}`, mustJSON(tb, config), mustJSON(tb, state.Data), steps))
	var r cellEvent
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		tb.Fatal(err)
	}
	return r
}

// TestSweep: the cells come row by row, and each is byte for byte what its run alone gives, whatever the
// members, the body, the compression and the kernels.
func TestSweep(t *testing.T) {
	s := newTestServer(t)
	const steps = 37
	state := sampleState(t, "spiral", 60, 0, func(c *nn.Config) { c.HiddenLayers, c.BatchSize, c.Dropout, c.TestFraction = []int{5, 3}, 16, 0.2, 0.3 })
	before := kernel.Name()
	t.Cleanup(func() { _ = kernel.Use(before) }) // it was in use
	for over, want := range map[string][]string{
		`{"learning_rate":[0.01,0.03],"seed":[1,2,3]}`: {
			`{"learning_rate":0.01,"seed":1}`, `{"learning_rate":0.01,"seed":2}`, `{"learning_rate":0.01,"seed":3}`,
			`{"learning_rate":0.03,"seed":1}`, `{"learning_rate":0.03,"seed":2}`, `{"learning_rate":0.03,"seed":3}`,
		},
		`{"seed":[3,4294967295],"learning_rate":[0.01]}`: {`{"seed":3,"learning_rate":0.01}`, `{"seed":4294967295,"learning_rate":0.01}`},
		`{"hidden_layers":[[],[4],[2,3]]}`:               {`{"hidden_layers":[]}`, `{"hidden_layers":[4]}`, `{"hidden_layers":[2,3]}`},
		`{"features":[["x"],["x","sin_y"]],"optimizer":["sgd","adamw"]}`: {
			`{"features":["x"],"optimizer":"sgd"}`, `{"features":["x"],"optimizer":"adamw"}`,
			`{"features":["x","sin_y"],"optimizer":"sgd"}`, `{"features":["x","sin_y"],"optimizer":"adamw"}`,
		},
		`{"learning_rate":{"from":0.001,"to":1,"count":4,"scale":"log"}}`: {`{"learning_rate":0.001}`, `{"learning_rate":0.01}`, `{"learning_rate":0.1}`, `{"learning_rate":1}`},
		`{"batch_size":{"from":0,"to":20,"count":3}}`:                     {`{"batch_size":0}`, `{"batch_size":10}`, `{"batch_size":20}`},
	} {
		body := sweepBody(t, state, steps, over)
		form := url.Values{"config": {string(mustJSON(t, state.Config))}, "data": {string(mustJSON(t, state.Data))}, "steps": {fmt.Sprint(steps)}, "over": {over}, "id": {`"a"`}}
		var first string
		for i, name := range kernel.Names() {
			if err := kernel.Use(name); err != nil {
				t.Fatal(err)
			}
			w := serve(s, http.MethodPost, "/sweep", body, "Content-Type", "application/json")
			if i == 0 {
				if w = serve(s, http.MethodPost, "/sweep", form.Encode(), "Content-Type", "application/x-www-form-urlencoded"); w.Code != http.StatusOK {
					t.Fatalf("the form of %s is answered with %d %s", over, w.Code, w.Body)
				}
				first = w.Body.String()
			}
			if w.Body.String() != first {
				t.Errorf("%s by the kernels %s gives other bytes than as a form by others", over, name)
			}
		}
		if err := kernel.Use(before); err != nil {
			t.Fatal(err)
		}
		cells := cellsOf(t, first)
		var got []string
		for _, cell := range cells {
			got = append(got, string(cell.Values))
			r := alone(t, s, state, cell.Values, steps)
			if len(r.Network) == 0 || string(cell.Network) != string(r.Network) || string(cell.Loss) != string(r.Loss) || string(cell.Metrics) != string(r.Metrics) {
				t.Errorf("the cell %s is\n%.300s %s\nwant as alone\n%.300s %s", cell.Values, cell.Network, cell.Metrics, r.Network, r.Metrics)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the cells of %s are\n%q; want\n%q", over, got, want)
		}
	}
}

// TestSweepDiverges: a run that diverges has its error where the result of others is.
func TestSweepDiverges(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 20, 0, func(c *nn.Config) {
		c.Optimizer, c.Activation, c.L2 = nn.SGD, nn.Linear, 10
	})
	w := serve(s, http.MethodPost, "/sweep", sweepBody(t, state, 1000, `{"learning_rate":[10,0.001]}`))
	cells := cellsOf(t, w.Body.String())
	if len(cells) != 2 || !strings.HasPrefix(string(cells[0].Error), `{"code":"diverged"`) || cells[0].Network != nil || cells[1].Error != nil {
		t.Fatalf("the cells are %.2000s; want an error and a result", w.Body)
	}
	r := alone(t, s, state, cells[0].Values, 1000)
	if string(r.Error) != string(cells[0].Error) {
		t.Errorf("the cell fails with %.300s; alone with %.300s", cells[0].Error, r.Error)
	}
}

func TestSweepErrors(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxWork = 100 * time.Millisecond })
	state := sampleState(t, "circles", 20, 0, nil)
	for _, test := range []struct {
		over, want string
		steps      int
	}{
		{`{}`, `invalid over must name one or two members of config`, 1},
		{`[]`, `malformed over must be an object; got a list`, 1},
		{`{"seed":[]}`, `invalid over.seed must have at least one value`, 1},
		{`{"seed":[1,2,1.0]}`, `invalid over.seed must have no value twice; the 1st and the 3rd are both 1`, 1},
		{`{"seed":1}`, `malformed over.seed must be a list; got a number`, 1},
		{`{"seed":[-1]}`, `invalid over.seed[0] must be from 0 to 4294967295; got -1`, 1},
		{`{"speed":[1]}`, `malformed over.speed is not a member that this message has`, 1},
		{`{"seed":[1],"l1":[0],"l2":[0]}`, `invalid over must have at most 2 members of config`, 1},
		{`{"l1":[0],"l1":[0]}`, `malformed over.l1 is given twice`, 1},
		{`{"l1":{"from":0,"to":1,"count":145}}`, `invalid over.l1.count must be from 2 to 144; got 145`, 1},
		{`{"l1":{"from":0,"to":1,"count":3,"scale":"log"}}`, `invalid over.l1.from must be greater than 0 for a logarithmic scale; got 0`, 1},
		{`{"l1":{"from":0,"to":1,"count":3,"scale":"cubic"}}`, `invalid over.l1.scale must be one of linear, log; got "cubic"`, 1},
		{`{"l1":{"from":0,"count":3}}`, `invalid over.l1.to is missing`, 1},
		{`{"l1":{"from":0,"to":0,"count":3}}`, `invalid over.l1 must have no value twice; the 1st and the 2nd are both 0`, 1},
		{`{"optimizer":{"from":0,"to":1,"count":3}}`, `malformed over.optimizer must be a list: a range is for numbers`, 1},
		{`{"learning_rate":[0.1,0]}`, `invalid over.learning_rate[1] must be greater than 0; got 0`, 1},
		{`{"optimizer":["adam","magic"]}`, `invalid over.optimizer[1] must be one of`, 1},
		{`{"hidden_layers":[[8],[8,101]]}`, `invalid over.hidden_layers[1][1] must be from 1 to 100 units; got 101`, 1},
		{`{"features":[["x"],["x,y"]]}`, `invalid over.features[1] must have values of features`, 1},
		{`{"batch_size":[0,2001]}`, `invalid over.batch_size[1] must be at most 2000, the limit on points; got 2001`, 1},
		{`{"classes":[2,11]}`, `invalid over.classes[1] must be from 2 to 10; got 11`, 1},
		{`{"seed":{"from":1,"to":100,"count":100},"l1":[0,1]}`, `invalid over must have at most 144 cells; 100 values by 2 are 200`, 1},
		{`{"seed":[1,2,3]}`, `invalid steps must be from 1 to 100000; got 0`, 0},
		{`{"seed":{"from":1,"to":144,"count":144}}`, `too_large steps 100000 updates in each of 144 cells take about`, 100_000},
	} {
		w := serve(s, http.MethodPost, "/sweep", sweepBody(t, state, test.steps, test.over))
		var e struct {
			ID    string
			Error struct{ Code, Field, Message string }
		}
		_ = json.Unmarshal(w.Body.Bytes(), &e) // compared below
		if got := e.Error.Code + " " + e.Error.Field + " " + e.Error.Message; !strings.HasPrefix(got, test.want) || e.ID != "a" {
			t.Errorf("%s is answered with %q, id %q; want %q", test.over, got, e.ID, test.want)
		}
	}
	for _, test := range []struct{ body, want string }{
		{`{"config":{},"data":[],"steps":1,"over":{"seed":[1]}}`, `"field":"data"`},
		{`{"config":{},"network":{},"data":[],"steps":1,"over":{"seed":[1]}}`, `"field":"network"`},
		{`{"config":{},"data":[{"x":0,"y":0,"label":2}],"steps":1,"over":{"classes":[4,2]}}`, `"field":"over.classes[1]"`},
		{`{"config":{},"data":[{"x":0,"y":0,"label":0}],"steps":1}`, `"field":"over"`},
		{`{"config":{"task":"regression"},"data":[{"x":0,"y":0,"label":0.5}],"steps":1,"over":{"task":["regression","classification"]}}`,
			`"field":"over.task[1]","message":"does not go with the points: data[0].label must be`},
		{`{"config":{},"data":[{"x":0,"y":0,"label":0.5}],"steps":1,"over":{"seed":[1,2]}}`, `"field":"data[0].label"`},
		{`{"config":{},"data":[{"x":0,"y":0,"label":0}],"steps":1,"over":{"task":["classification"],"learning_rate":[0.1,0]}}`, `"field":"over.learning_rate[1]"`},
	} {
		if w := serve(s, http.MethodPost, "/sweep", test.body); !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s is answered with %d %s; want %s", test.body, w.Code, w.Body, test.want)
		}
	}
	if used := s.memory.Used(); used != 0 {
		t.Errorf("%d bytes are still in use", used)
	}
}

// longSweep is a sweep of many cells, of some milliseconds each.
func longSweep(tb testing.TB) string {
	return sweepBody(tb, sampleState(tb, "spiral", 200, 0, nil), 1000, `{"seed":{"from":1,"to":144,"count":144}}`)
}

// TestSweepFair: while a sweep computes, others have their turns soon, and a sweep gives back all that it
// had when its client goes.
func TestSweepFair(t *testing.T) {
	s := newTestServer(t)
	s.cpus = fair.NewQueue(2, nil)
	listener := httptest.NewServer(s)
	defer listener.Close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, listener.URL+"/sweep", strings.NewReader(longSweep(t)))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for range 3 {
		lines.Scan()
	}
	if s.openStreams.Used() != 1 || s.memory.Used() == 0 {
		t.Errorf("a sweep has %d places of a stream and %d bytes", s.openStreams.Used(), s.memory.Used())
	}
	for range 20 {
		turn := s.cpus.Turn(addressed(7))
		began := time.Now()
		if err := turn.Begin(t.Context(), fair.Request); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited > time.Second {
			t.Errorf("another client waits %v for its turn", waited)
		}
		turn.End()
	}
	leave()
	waitForSample(t, s, "nnvisu_streams", 0)
	waitForSample(t, s, "nnvisu_memory_bytes", 0)
	for range 2 { // as many as there are
		if !hasToken(s.cpus, time.Second) {
			t.Error("a sweep that ended holds a token")
		}
	}
}

// TestSweepUnread: of a client that reads nothing, a sweep computes a few cells and then waits.
func TestSweepUnread(t *testing.T) {
	s := newTestServer(t)
	s.cpus = fair.NewQueue(2, nil)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	w := &unreadWriter{header: http.Header{}, left: ctx.Done()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/sweep", strings.NewReader(longSweep(t))))
	}()
	// Four cells wait to be sent. One is with the writer, and gave its room to one more.
	waitForSample(t, s, "nnvisu_updates_total", 5*1000)
	time.Sleep(100 * time.Millisecond) // for more, which would be wrong
	waitForSample(t, s, "nnvisu_updates_total", 5*1000)
	leave()
	<-ended
}

// An unreadWriter takes a header, and no byte of a body until left is closed.
type unreadWriter struct {
	header http.Header
	left   <-chan struct{}
}

func (w *unreadWriter) Header() http.Header { return w.header }
func (w *unreadWriter) WriteHeader(int)     {}
func (w *unreadWriter) Flush()              {}
func (w *unreadWriter) Write(p []byte) (int, error) {
	<-w.left
	return 0, context.Canceled
}

// BenchmarkSweep is a sweep of 100 cells of the default lab, and one of its runs.
func BenchmarkSweep(b *testing.B) {
	s := newTestServer(b)
	state := sampleState(b, "spiral", 200, 0, nil)
	for _, bench := range []struct{ name, over string }{
		{"cells=1", `{"seed":[1]}`},
		{"cells=100", `{"seed":{"from":1,"to":100,"count":100}}`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			body := sweepBody(b, state, 500, bench.over)
			b.ReportAllocs()
			for b.Loop() {
				if w := serve(s, http.MethodPost, "/sweep", body); !strings.HasSuffix(w.Body.String(), "data: {\"reason\":\"steps\"}\n\n") {
					b.Fatalf("POST /sweep = %d %.300s", w.Code, w.Body)
				}
			}
		})
	}
}

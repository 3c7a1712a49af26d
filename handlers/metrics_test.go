package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"nnvisu/handlers/stream"
	"nnvisu/nn"
	"nnvisu/nn/kernel"
	"nnvisu/public"
	"nnvisu/views"
)

// onePoint is the smallest state that can be trained.
const onePoint = `"data":[{"x":0,"y":0,"label":0}]`

// waitForSample waits until a sample of /metrics has a value.
func waitForSample(tb testing.TB, s *Server, name string, want float64) {
	tb.Helper()
	var got string
	for range 200 {
		_, text, _ := strings.Cut(serve(s, http.MethodGet, "/metrics", "").Body.String(), "\n"+name+" ")
		if got, _, _ = strings.Cut(text, "\n"); got == fmt.Sprint(want) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	family, _, _ := strings.Cut(name, "{")
	tb.Errorf("%s %s; want %v; there is %s", name, got, want, regexp.MustCompile(`(?m)^`+family+`\b.*$`).FindAllString(serve(s, http.MethodGet, "/metrics", "").Body.String(), -1))
}

// TestStreamMetrics: frames and updates are counted.
func TestStreamMetrics(t *testing.T) {
	s := newTestServer(t)
	serve(s, http.MethodPost, "/train", `{`+onePoint+`,"steps":10,"frame_steps":4}`, "Content-Type", "application/json")
	for name, want := range map[string]float64{
		"nnvisu_frames_total":  3,
		"nnvisu_updates_total": 10,
		"nnvisu_streams":       0,
		`nnvisu_frame_write_seconds_count{transport="sse"}`:                           4, // with done
		`nnvisu_stream_seconds_count{client="program",transport="sse"}`:               1,
		`nnvisu_streams_ended_total{client="program",reason="steps",transport="sse"}`: 1,
		`nnvisu_http_requests_total{method="POST",route="/train",status="200"}`:       1,
		`nnvisu_open{transport="sse"}`:                                                0,
	} {
		if got := sampleOf(t, s, name); got != want {
			t.Errorf("behind a stream %s is %v; want %v", name, got, want)
		}
	}
	text := serve(s, http.MethodGet, "/metrics", "").Body.String()
	if strings.Contains(text, `nnvisu_http_request_seconds_count{route="/train"}`) {
		t.Error("a stream counts among the answers; want its time apart")
	}
	if sampleOf(t, s, `nnvisu_cpu_seconds_total{kind="frame"}`) <= 0 {
		t.Error("a stream held no CPU token")
	}
}

// TestStreamsEnded: each end of a stream is counted by its reason, and so is a stream that goes on
// from a later step.
func TestStreamsEnded(t *testing.T) {
	diverging := sampleState(t, "hills", 20, 0, func(c *nn.Config) {
		c.Activation, c.Optimizer, c.LearningRate, c.HiddenLayers = nn.Linear, nn.SGD, 10, []int{20, 20}
	})
	for _, test := range []struct {
		name   string
		option func(*Config)
		state  nn.State
		change func(form url.Values)
		body   string // of a program; "" is the page
		during func(s *Server, hangUp func())
		reason string
	}{
		{name: "Steps", reason: "steps", body: `{` + onePoint + `,"steps":2}`},
		{name: "Diverged", reason: "diverged", body: string(mustJSON(t, map[string]any{"config": diverging.Config, "data": diverging.Data}))},
		{name: "Limit", reason: "limit", body: `{` + onePoint + `}`, option: func(c *Config) { c.MaxStream = 50 * time.Millisecond }},
		{name: "Shutdown", reason: "shutdown", body: `{` + onePoint + `}`, during: func(s *Server, _ func()) { s.Drain() }},
		{name: "Gone", reason: "gone", body: `{` + onePoint + `}`, during: func(_ *Server, hangUp func()) { hangUp() }},
		{name: "PageSteps", reason: "steps", change: func(form url.Values) { form.Set(views.FieldSteps, "2") }},
		{name: "PageTarget", reason: "target", change: func(form url.Values) { form.Set(views.FieldUntilStep, "2") }},
		{name: "PageGone", reason: "gone", during: func(_ *Server, hangUp func()) { hangUp() }},
		{name: "PageShutdown", reason: "shutdown", during: func(s *Server, _ func()) { s.Drain() }},
	} {
		transports := []string{overSSE, overWS}
		client := forPage
		if test.body != "" {
			transports, client = transports[:1], forProgram
		}
		for _, transport := range transports {
			t.Run(test.name+"/"+transport, func(t *testing.T) {
				s := newTestServer(t, func(c *Config) {
					if test.option != nil {
						test.option(c)
					}
				})
				srv := listen(t, s)
				form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
				form.Set(views.FieldControls, "")
				if test.change != nil {
					test.change(form)
				}
				ctx, hangUp := context.WithCancel(t.Context())
				defer hangUp()
				next := openStream(ctx, t, srv, transport, test.body, form)
				next()
				if test.during != nil {
					test.during(s, hangUp)
				}
				for next() {
				}
				hangUp() // closes a socket
				waitForSample(t, s, fmt.Sprintf(`nnvisu_streams_ended_total{client=%q,reason=%q,transport=%q}`, client, test.reason, transport), 1)
				if text := serve(s, http.MethodGet, "/metrics", "").Body.String(); strings.Contains(text, "nnvisu_streams_continued_total{") {
					t.Error("a stream from step 0 counts as continued")
				}
			})
		}
	}
}

// openStream opens a stream and returns a function that reads some of it, and reports whether there
// was anything to read. body is that of a program, form that of the page.
func openStream(ctx context.Context, t *testing.T, srv *httptest.Server, transport, body string, form url.Values) (next func() bool) {
	t.Helper()
	if transport == overWS {
		conn, _, err := websocket.Dial(ctx, srv.URL+"/ws/page", nil)
		if err != nil {
			t.Fatal(err)
		}
		context.AfterFunc(ctx, func() { conn.CloseNow() })
		conn.SetReadLimit(-1)
		fields := map[string]string{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		if err := conn.Write(ctx, websocket.MessageText, mustJSON(t, fields)); err != nil {
			t.Fatal(err)
		}
		return func() bool {
			_, message, err := conn.Read(ctx)
			return err == nil && !bytes.Contains(message, []byte(`"reason"`))
		}
	}
	kind, accept := "application/json", "text/event-stream"
	if body == "" {
		body, kind, accept = form.Encode(), urlencoded, "text/html"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/train", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return func() bool {
		_, err := answer.Body.Read(make([]byte, 1<<16))
		return err == nil
	}
}

// TestEndOf: a client that does not read is told from one that has gone.
func TestEndOf(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		reason string
		err    error
		want   string
	}{
		{"Done", t.Context(), doneLimit, nil, "limit"},
		{"DoneThenGone", gone, doneSteps, nil, "steps"},
		{"Gone", gone, "", context.Canceled, "gone"},
		{"Cut", gone, "", stream.UnreadError{Err: os.ErrDeadlineExceeded}, "gone"},
		{"Reset", t.Context(), "", stream.UnreadError{Err: io.ErrClosedPipe}, "gone"},
		{"Slow", t.Context(), doneSteps, stream.UnreadError{Err: fmt.Errorf("write: %w", os.ErrDeadlineExceeded)}, "slow"},
		{"SlowSocket", t.Context(), "", stream.UnreadError{Err: context.DeadlineExceeded}, "slow"},
		{"Diverged", t.Context(), "", fmt.Errorf("x: %w", &nn.DivergedError{}), "diverged"},
		{"Error", t.Context(), "", io.ErrUnexpectedEOF, "error"},
	} {
		if got := endOf(test.ctx, test.reason, test.err); got != test.want {
			t.Errorf("%s: endOf(%q, %v) = %q; want %q", test.name, test.reason, test.err, got, test.want)
		}
	}
}

// TestContinued: a stream that begins behind step 0 is counted.
func TestContinued(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 20, 3, nil)
	body := string(mustJSON(t, map[string]any{"config": state.Config, "network": state.Network, "data": state.Data, "steps": 1}))
	serve(s, http.MethodPost, "/train", body, "Content-Type", "application/json")
	if got := sampleOf(t, s, `nnvisu_streams_continued_total{client="program",transport="sse"}`); got != 1 {
		t.Errorf("%v streams went on from step 3; want 1", got)
	}
}

// TestSkipped: frames that a client has no time for are counted.
func TestSkipped(t *testing.T) {
	s := newTestServer(t)
	srv := listen(t, s)
	form := settingsForm(t, s, sampleState(t, "circles", 100, 0, nil))
	form.Set(views.FieldControls, "")
	_, conn := openPageStream(t, srv, form.Encode(), 4096, 20_000, "")
	for range 200 {
		if sampleOf(t, s, "nnvisu_frames_skipped_total") > 0 {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	conn.Close()
	if sampleOf(t, s, "nnvisu_frames_skipped_total") == 0 {
		t.Error("no frame was skipped for a client of 20 kB a second")
	}
}

// TestHungUp: a request whose client hangs up counts as 499 and is no error; so does an answer that
// cannot be written.
func TestHungUp(t *testing.T) {
	s := newTestServer(t)
	srv := listen(t, s)
	release := holdTokens(t, s) // so that the request waits
	ctx, hangUp := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, hangUp)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/step", strings.NewReader(`{`+onePoint+`}`))
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := http.DefaultClient.Do(r); err == nil {
		answer.Body.Close()
		t.Fatalf("the answer is %s; want none", answer.Status)
	}
	waitForSample(t, s, `nnvisu_http_requests_total{method="POST",route="/step",status="499"}`, 1)
	release()

	w := &unwritable{httptest.NewRecorder()}
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/data/moons", nil))
	waitForSample(t, s, `nnvisu_http_requests_total{method="GET",route="/data/:dataset",status="499"}`, 1)
	if text := serve(s, http.MethodGet, "/metrics", "").Body.String(); strings.Contains(text, "nnvisu_errors_total{") {
		t.Error("a client that hangs up counts as an error")
	}
}

// An unwritable is the connection of a client that has gone.
type unwritable struct{ *httptest.ResponseRecorder }

func (unwritable) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestBytes: what is received and sent is counted, by transport.
func TestBytes(t *testing.T) {
	s := newTestServer(t)
	srv := listen(t, s)
	body := `{"type":"train_step",` + onePoint + `}`
	answer := serve(s, http.MethodPost, "/step", body, "Content-Type", "application/json").Body.Len()
	count := func(direction, transport string) float64 {
		return sampleOf(t, s, fmt.Sprintf("nnvisu_%s_bytes_total{transport=%q}", direction, transport))
	}
	// What /metrics itself sends counts when it is over, so it is asked for only once.
	if got := count("received", overHTTP); got != float64(len(body)) {
		t.Errorf("%v bytes received; want %d", got, len(body))
	}
	conn, _, err := websocket.Dial(t.Context(), srv.URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	sent := 0
	for range 3 {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(body)); err != nil {
			t.Fatal(err)
		}
		_, message, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sent += len(message)
	}
	waitForSample(t, s, "nnvisu_socket_message_seconds_count", 3)
	if got := count("received", overWS); got != float64(3*len(body)) {
		t.Errorf("%v bytes of messages received; want %d", got, 3*len(body))
	}
	if got := count("sent", overWS); got != float64(sent) || sent < 3*(answer-1) {
		t.Errorf("%v bytes of messages sent; want %d", got, sent)
	}
	w := serve(s, http.MethodPost, "/train", `{`+onePoint+`,"steps":2}`, "Content-Type", "application/json")
	if got := count("sent", overSSE); got != float64(w.Body.Len()) {
		t.Errorf("%v bytes of events sent; want %d", got, w.Body.Len())
	}
}

// TestLabels: whatever clients send, the metrics have the same series.
func TestLabels(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.BasePath = "/base" })
	hostile := func(word string) {
		for _, method := range []string{word, "GET", "POST"} {
			for _, path := range []string{"/" + word, "/base/" + word, "/base/data/" + word, "/base/public/" + word + "/" + word, "/base/train?" + word + "=" + word, "/base/?dataset=" + word} {
				serve(s, method, path, `{"type":"`+word+`","`+word+`":1}`, "Content-Type", "application/json", "X-Request-Id", word, "Host", word, "Accept", word, "HX-Request", word)
			}
		}
	}
	series := func() []string {
		var names []string
		for line := range strings.Lines(serve(s, http.MethodGet, "/metrics", "").Body.String()) {
			if name, _, ok := strings.Cut(line, " "); ok && strings.HasPrefix(name, "nnvisu_") {
				names = append(names, name)
			}
		}
		return names
	}
	hostile("one")
	series() // counts itself
	before := series()
	for i := range 20 {
		hostile(fmt.Sprintf("word%d", i))
	}
	if after := series(); !slices.Equal(before, after) {
		t.Errorf("%d series became %d; want the same:\n%s", len(before), len(after), strings.Join(after, "\n"))
	}
}

// TestErrorsByRoute: an error is counted under the route and the code, and a panic apart, too.
func TestErrorsByRoute(t *testing.T) {
	s := newTestServer(t)
	serve(s, http.MethodPost, "/step", "{", "Content-Type", "application/json")
	s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/predict", panicReader{}))
	for name, want := range map[string]float64{
		`nnvisu_errors_total{code="malformed",route="/step"}`:   1,
		`nnvisu_errors_total{code="internal",route="/predict"}`: 1,
		`nnvisu_panics_total`:          1,
		`nnvisu_draining`:              0,
		`nnvisu_limit{what="streams"}`: float64(DefaultConfig().MaxStreams),
		`nnvisu_build_info{kernel="` + kernel.Name() + `",release="` + public.Hash() + `",version="devel"}`: 1,
	} {
		if got := sampleOf(t, s, name); got != want {
			t.Errorf("%s is %v; want %v", name, got, want)
		}
	}
	s.Drain()
	if got := sampleOf(t, s, "nnvisu_draining"); got != 1 {
		t.Errorf("nnvisu_draining is %v while the server drains; want 1", got)
	}
}

// TestPrivateMetrics: metrics that have a listener of their own are not on the public one.
func TestPrivateMetrics(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.BasePath, c.PrivateMetrics = "/base", true })
	for _, path := range []string{"/metrics", "/base/metrics"} {
		if w := serve(s, http.MethodGet, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("GET %s = %d; want 404", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	s.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "nnvisu_build_info{") {
		t.Errorf("the handler of metrics answers %d %.100q", w.Code, w.Body)
	}
}

// A stuckQueue is a queue for CPUs that have been stuck for some time.
type stuckQueue time.Duration

func (d stuckQueue) Stuck() time.Duration { return time.Duration(d) }

// TestStuckFor: ten seconds are too long.
func TestStuckFor(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{0: 0, stuckAfter - 1: 0, stuckAfter: stuckAfter, time.Hour: time.Hour} {
		if got := stuckFor(stuckQueue(d)); got != want {
			t.Errorf("stuckFor(%v) = %v; want %v", d, got, want)
		}
	}
}

// TestWatchdog: a server whose CPU tokens are not given back is alive, but not ready.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		release := holdTokens(t, s)
		time.Sleep(stuckAfter)
		if got := serve(s, http.MethodGet, "/readyz", "").Code; got != 503 {
			t.Errorf("with all tokens held for %v, /readyz is %d; want 503", stuckAfter, got)
		}
		if got := serve(s, http.MethodGet, "/healthz", "").Code; got != 200 {
			t.Errorf("with all tokens held for %v, /healthz is %d; want 200", stuckAfter, got)
		}
		release()
		synctest.Wait()
		if got := serve(s, http.MethodGet, "/readyz", "").Code; got != 200 {
			t.Errorf("with the tokens given back, /readyz is %d; want 200", got)
		}
	})
}

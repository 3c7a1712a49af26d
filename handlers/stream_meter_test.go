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
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

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

// A leaving context has ended, and what is made of it has not yet.
type leaving struct{ context.Context }

func (leaving) Err() error { return context.Canceled }

// TestEndOf: a client that does not read is told from one that has gone, also in the moment in which it
// goes.
func TestEndOf(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	task, _ := newTestServer(t).newTask(leaving{t.Context()}, fair.Client{})
	defer task.release()
	left, cut := task.watched()
	defer cut()
	if left.Err() != nil || !isGone(left, context.Canceled) {
		t.Errorf("isGone() = false where the connection has the error %v and its client has left; want true", left.Err())
	}
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
		{"Leaving", left, "", context.Canceled, "gone"},
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

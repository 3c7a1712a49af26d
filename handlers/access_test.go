package handlers

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/views"
)

// A logBuffer is a log that goroutines write and a test reads.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// lines returns the lines of a log of JSON.
func (l *logBuffer) lines(tb testing.TB) []map[string]any {
	tb.Helper()
	var lines []map[string]any
	for text := range strings.Lines(l.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			tb.Fatalf("the log has %q: %v", text, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// newLoggedServer returns a server with an access log.
func newLoggedServer(tb testing.TB, options ...func(*Config)) (*Server, *logBuffer) {
	var log logBuffer
	return newTestServer(tb, append(options, func(c *Config) {
		c.AccessLog = true
		c.Logger = slog.New(slog.NewJSONHandler(&log, nil))
	})...), &log
}

// TestAccessLog: there is a line for each request, stream and socket, with what they did, and
// nothing of what they sent.
func TestAccessLog(t *testing.T) {
	s, log := newLoggedServer(t)
	srv := listen(t, s)
	const secret = "s3cret\n"
	step := `{"type":"train_step","id":"s3cret",` + onePoint + `,"steps":3}`
	answer := serve(s, http.MethodPost, "/step?s3cret=1", step, "Content-Type", "application/json", "User-Agent", secret, "Referer", secret)
	stream := serve(s, http.MethodGet, "/train?dataset=moons&points=10&steps=2&seed=5", "")
	conn, _, err := websocket.Dial(t.Context(), srv.URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(step)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn.Close(websocket.StatusNormalClosure, secret)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "4")
	for next := openStream(t.Context(), t, srv, overWS, "", form); next(); {
	}
	serve(s, http.MethodGet, "/healthz", "")
	serve(s, "S3CRET", "/nowhere%0A/"+strings.Repeat("x", 1000), "")

	want := []map[string]any{
		{"msg": "request", "method": "POST", "route": "/step", "transport": "http", "status": 200., "received": float64(len(step)), "sent": float64(answer.Body.Len()), "updates": 3., "client": "192.0.2.1", "request_id": answer.Header().Get("X-Request-Id")},
		{"msg": "stream", "method": "GET", "route": "/train", "transport": "sse", "status": 200., "sent": float64(stream.Body.Len()), "updates": 2., "end": "steps"},
		{"msg": "socket", "method": "GET", "route": "/ws", "transport": "ws", "status": 101., "received": float64(len(step)), "sent": float64(answer.Body.Len() - 1), "updates": 3., "end": "gone", "client": "127.0.0.1"},
		{"msg": "stream", "method": "GET", "route": "/ws/page", "transport": "ws", "status": 200., "updates": 4., "end": "steps"},
		{"msg": "request", "method": "other", "route": "none", "status": 404., "path": "/nowhere\n/" + strings.Repeat("x", 50) + "…"},
	}
	for deadline := time.Now().Add(10 * time.Second); strings.Count(log.String(), "\n") < len(want) && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	lines := log.lines(t)
	for _, fields := range want {
		found := false
		for _, line := range lines {
			fits := true
			for name, value := range fields {
				fits = fits && line[name] == value
			}
			found = found || fits
		}
		if !found {
			t.Errorf("the log has no line with %v:\n%s", fields, log)
		}
	}
	if len(lines) != len(want) {
		t.Errorf("the log has %d lines; want %d: a probe that goes well is not logged", len(lines), len(want))
	}
	if strings.Contains(strings.ToLower(log.String()), "s3cret") || strings.Contains(log.String(), "seed") {
		t.Errorf("the log has something that a client sent:\n%s", log)
	}
}

// TestNoAccessLog: without the flag a log of level info has no line about a request.
func TestNoAccessLog(t *testing.T) {
	var log bytes.Buffer
	s := newTestServer(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	serve(s, http.MethodGet, "/", "")
	if log.Len() > 0 {
		t.Errorf("the log has %q; want nothing", log.String())
	}
}

// TestGivenIDs: ids of a trusted proxy are taken over if they look like ids, and nobody else's.
func TestGivenIDs(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent := "00-" + trace + "-00f067aa0ba902b7-01"
	for _, test := range []struct {
		name, peer, id, parent string
		taken                  bool
		trace                  string
	}{
		{"Trusted", "10.0.0.1:1", "abc-123:/+=@._", parent, true, trace},
		{"Longest", "10.0.0.1:1", strings.Repeat("a", 128), "", true, ""},
		{"Stranger", "10.0.1.1:1", "abc", parent, false, ""},
		{"TooLong", "10.0.0.1:1", strings.Repeat("a", 129), parent + "-more", false, trace},
		{"Space", "10.0.0.1:1", "a b", strings.ToUpper(parent), false, ""},
		{"Line", "10.0.0.1:1", "a\nb", "00-" + trace[1:] + "-00f067aa0ba902b7-01", false, ""},
		{"Quote", "10.0.0.1:1", `a"b`, trace, false, ""},
		{"Empty", "10.0.0.1:1", "", "", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, log := newLoggedServer(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")} })
			r := httptest.NewRequest(http.MethodGet, "/data/moons", nil)
			r.RemoteAddr = test.peer
			r.Header["X-Request-Id"], r.Header["Traceparent"] = []string{test.id}, []string{test.parent}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			line := log.lines(t)[0]
			id := w.Header().Get("X-Request-Id")
			if id == "" || line["request_id"] != id || (id == test.id) != test.taken {
				t.Errorf("the id %q became %q, and %q in the log; want it taken over: %t", test.id, id, line["request_id"], test.taken)
			}
			if got := fmt.Sprint(line["trace_id"]); got != test.trace && !(test.trace == "" && got == "<nil>") {
				t.Errorf("the trace of %q is logged as %s; want %q", test.parent, got, test.trace)
			}
		})
	}
}

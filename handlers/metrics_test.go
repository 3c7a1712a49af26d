package handlers

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/views"
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
		`nnvisu_build_info{kernel="` + kernel.Name() + `",release="` + views.Release() + `",version="devel"}`: 1,
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

package handlers

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/public"
	"github.com/nnvisu/nnvisu/views"
)

// listen serves s as the command does.
func listen(tb testing.TB, s *Server) *httptest.Server {
	tb.Helper()
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ConnContext = stream.ConnContext
	srv.Start()
	tb.Cleanup(func() { s.Drain(); srv.Close() })
	return srv
}

// A slowReader gives what it reads at a rate, in bytes a second.
type slowReader struct {
	r    io.Reader
	rate int
}

func (r slowReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p[:min(len(p), max(1, r.rate/100))])
	time.Sleep(time.Duration(n) * time.Second / time.Duration(r.rate))
	return n, err
}

// openPageStream opens a stream of the page over a connection with a receive buffer of some bytes,
// and returns its answer, read at a rate.
func openPageStream(tb testing.TB, srv *httptest.Server, body string, buffer, rate int, headers string) (*http.Response, net.Conn) {
	tb.Helper()
	dialer := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, buffer) })
	}}
	conn, err := dialer.DialContext(tb.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /train HTTP/1.1\r\nHost: nnvisu\r\nHX-Request: true\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", urlencoded, headers, len(body), body)
	w, err := http.ReadResponse(bufio.NewReaderSize(slowReader{conn, rate}, 512), nil)
	if err != nil || w.StatusCode != http.StatusOK {
		tb.Fatalf("POST /train = %+v, %v", w, err)
	}
	return w, conn
}

// nextEvent reads the lines of an event.
func nextEvent(r *bufio.Reader) (string, error) {
	var event strings.Builder
	for {
		line, err := r.ReadString('\n')
		event.WriteString(line)
		if err != nil || line == "\n" {
			return event.String(), err
		}
	}
}

var stepOfFrame = regexp.MustCompile(`&#34;step&#34;:(\d+)`)

func stepOf(tb testing.TB, event string) int {
	tb.Helper()
	m := stepOfFrame.FindStringSubmatch(event)
	if m == nil {
		tb.Fatalf("%.300q has no step", event)
	}
	step, err := strconv.Atoi(m[1])
	if err != nil {
		tb.Fatal(err)
	}
	return step
}

// TestSlowClient: a client that reads slowly gets fewer frames, none of them much older than a fast
// one's. It has trained as far when the server drains, and is told so soon.
func TestSlowClient(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for _, test := range []struct{ name, headers string }{{"Plain", ""}, {"Gzip", "Accept-Encoding: gzip\r\n"}} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			srv := listen(t, s)
			form := settingsForm(t, s, sampleState(t, "circles", 100, 0, nil))
			form.Set(views.FieldControls, "")
			form.Set("frame_ms", "50")
			const rate, duration = 100_000, 3 * time.Second
			reader := func(rate int) *bufio.Reader {
				w, _ := openPageStream(t, srv, form.Encode(), 4096, rate, test.headers)
				if w.Header.Get("Content-Encoding") == "" {
					return bufio.NewReader(w.Body)
				}
				r, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Error(err)
					return nil
				}
				return bufio.NewReader(r)
			}
			var newest atomic.Int64 // of the fast client
			var fastFrames int
			fast := reader(1 << 30)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for {
					event, err := nextEvent(fast)
					if err != nil || strings.HasPrefix(event, "event: done") {
						return
					}
					newest.Store(int64(stepOf(t, event)))
					fastFrames++
				}
			}()
			slow := reader(rate)
			var steps []int
			var drained time.Time
			lag := 0 // at the end
			for {
				event, err := nextEvent(slow)
				if err != nil {
					t.Fatalf("behind %d frames: %v", len(steps), err)
				}
				if strings.HasPrefix(event, "event: done") {
					if !strings.Contains(event, doneShutdown) {
						t.Errorf("the slow client's stream ends with %q; want the reason shutdown", event)
					}
					break
				}
				steps = append(steps, stepOf(t, event))
				if drained.IsZero() {
					lag = int(newest.Load()) - steps[len(steps)-1]
				}
				if newest.Load() >= int64(duration/(50*time.Millisecond)) && drained.IsZero() {
					drained = time.Now()
					s.Drain()
				}
			}
			took := time.Since(drained)
			<-done
			last, want := steps[len(steps)-1], int(newest.Load())
			t.Logf("the slow client got %d frames of %d, the last before the end %d steps old; the end came in %v", len(steps), fastFrames, lag, took)
			if last < want*8/10 {
				t.Errorf("the slow client's training came to step %d; the fast one's to %d", last, want)
			}
			if len(steps) > last*8/10 {
				t.Errorf("the slow client got %d frames of %d steps; want fewer", len(steps), last)
			}
			if runtime.GOOS == "linux" && lag > want/2 {
				t.Errorf("the slow client's frames were %d steps old at step %d; want them to be newer", lag, want)
			}
			if took > 8*time.Second {
				t.Errorf("the stream ended %v behind the drain; want it to end in the time that a shutdown has", took)
			}
		})
	}
}

// TestClientGone: a client that goes while a frame is written to it, which it did not read, leaves
// nothing behind, long before a write gives up.
func TestClientGone(t *testing.T) {
	s := newTestServer(t)
	srv := listen(t, s)
	form := settingsForm(t, s, sampleState(t, "circles", 100, 0, nil))
	form.Set(views.FieldControls, "")
	before := runtime.NumGoroutine()
	const clients = 5
	var conns []net.Conn
	for range clients {
		_, conn := openPageStream(t, srv, form.Encode(), 4096, 1<<30, "")
		conns = append(conns, conn)
	}
	eventually := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("not within 20s: %s", what)
			}
		}
	}
	updates := func() float64 { return sampleOf(t, s, "nnvisu_updates_total") }
	frames := func() float64 { return sampleOf(t, s, "nnvisu_frames_total") }
	eventually("training goes on although nobody reads", func() bool { return updates() > 3*frames()+50 })
	for _, conn := range conns {
		conn.Close()
	}
	eventually("the streams have ended", func() bool { return s.openStreams.Used() == 0 })
	eventually("their goroutines have ended", func() bool { return runtime.NumGoroutine() <= before+1 })
}

func sampleOf(tb testing.TB, s *Server, name string) float64 {
	tb.Helper()
	_, text, _ := strings.Cut(serve(s, http.MethodGet, "/metrics", "").Body.String(), "\n"+name+" ")
	text, _, _ = strings.Cut(text, "\n")
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return v
}

// An unread is the connection of a client that does not read: a write waits until the client goes.
type unread struct {
	*httptest.ResponseRecorder
	writing chan struct{} // closed by the first write
	gone    chan struct{} // closed by the test
}

func (u unread) Write([]byte) (int, error) {
	close(u.writing)
	<-u.gone
	return 0, syscall.EPIPE
}

// TestUnreadAnswer: an answer that its client does not read holds no place, whoever it is for. When
// the client goes, that is no internal error.
func TestUnreadAnswer(t *testing.T) {
	body := string(mustJSON(t, sampleState(t, "circles", 10, 0, nil)))
	for _, test := range []struct{ name, method, path, accept, body string }{
		{"Step", http.MethodPost, "/step", "application/json", body},
		{"Predict", http.MethodPost, "/predict", "application/json", body},
		{"Layers", http.MethodPost, "/layers", "application/json", body},
		{"Export", http.MethodPost, "/export", "*/*", body[:len(body)-1] + `,"format":"go"}`},
		{"Page", http.MethodPost, "/step", "text/html", body},
		{"Link", http.MethodGet, "/?dataset=xor", "text/html", ""},
		{"Asset", http.MethodGet, "/" + public.Path(views.Release(), "app.css"), "*/*", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			s := newTestServer(t, func(c *Config) {
				c.MaxQueue = 1
				c.Logger = slog.New(slog.NewTextHandler(&log, nil))
			})
			client := unread{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", test.accept)
				s.ServeHTTP(client, r)
			}()
			select {
			case <-client.writing:
			case <-answered:
				t.Fatalf("nothing was written; status %d", client.Code)
			}
			if w := serve(s, http.MethodPost, "/step", body, "Content-Type", "application/json"); w.Code != http.StatusOK {
				t.Errorf("POST /step beside an answer that is not read = %d %.200s; want 200", w.Code, w.Body)
			}
			close(client.gone)
			<-answered
			if log.Len() > 0 {
				t.Errorf("the log says %s; want nothing of a client that has gone", &log)
			}
			if n := s.openRequests.Used(); n != 0 {
				t.Errorf("%d places are held; want none", n)
			}
		})
	}
}

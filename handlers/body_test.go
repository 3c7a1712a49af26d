package handlers

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/public"
	"github.com/nnvisu/nnvisu/tests/race"

	"github.com/labstack/echo/v4"
)

const (
	urlencoded = "application/x-www-form-urlencoded"
	multipart8 = "multipart/form-data; boundary=8" // a boundary as short as may be
)

// part is one part of a multipart form with the boundary 8.
func part(name, value string) string {
	return "--8\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

// repeats is how often a test asks for the same thing that must always be answered alike: a choice
// at random between two answers passes once in 2⁶³.
const repeats = 64

// TestDecodeSameError: the same bad request gets the same error each time, also when more than one
// thing is wrong with it.
func TestDecodeSameError(t *testing.T) {
	for _, test := range []struct{ name, method, path, body string }{
		{"FormFields", http.MethodPost, "/step", `config={&network={&data={&id={`},
		{"FormCounts", http.MethodPost, "/step", `steps=a&frame_steps=b&frame_ms=c`},
		{"FormUnknown", http.MethodPost, "/step", `a=1&b=1&c=1&d=1`},
		{"FormTwice", http.MethodPost, "/step", `id=1&id=1&data=&data=&config=&config=`},
		{"RecipeUnknown", http.MethodGet, "/train?a=1&b=1&c=1&d=1", ``},
		{"RecipeValues", http.MethodGet, "/train?dataset=xor&l1=a&l2=b&dropout=c&seed=d", ``},
		{"RecipeTwice", http.MethodGet, "/train?l1=0&l1=0&l2=0&l2=0&seed=1&seed=1", ``},
		{"Data", http.MethodGet, "/data/xor?a=1&b=1&c=1&d=1", ``},
		{"DataTwice", http.MethodGet, "/data/xor?seed=1&seed=1&noise=0&noise=0&points=1&points=1", ``},
		{"JSON", http.MethodPost, "/step", `{"config":{"seed":-1,"l1":-1},"speed":1}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			answers := map[string]bool{}
			for range repeats {
				w := serve(s, test.method, test.path, test.body, "Content-Type", urlencoded)
				if w.Code < 400 || w.Code > 499 {
					t.Fatalf("%s %s = %d %s; want 400 to 499", test.method, test.path, w.Code, w.Body)
				}
				answers[w.Body.String()] = true
			}
			if len(answers) != 1 {
				t.Errorf("%s %s %s has %d different answers, such as %.300v; want one", test.method, test.path, test.body, len(answers), answers)
			}
		})
	}
}

// TestCheckState: the limits that are the server's own.
func TestCheckState(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 2 })
	state := func(batch, points int) *wire.Message {
		m := wire.NewMessage(wire.Step)
		m.State.Config.BatchSize = batch
		m.State.Data = make([]nn.Point, points)
		return &m
	}
	for _, test := range []struct {
		batch, points int
		want          string
	}{
		{0, 0, "ok"}, {2, 2, "ok"}, {3, 2, "invalid config.batch_size"}, {0, 3, "too_large data"}, {-1, 2, "invalid config.batch_size"},
	} {
		m := state(test.batch, test.points)
		if err := s.checkState(t.Context(), m); describeAs(err) != test.want {
			t.Errorf("checkState(batch %d of %d points) = %v; want %s", test.batch, test.points, err, test.want)
		} else if err == nil && (m.State.Config.Classes != 2 || m.State.Network.IsEmpty()) {
			t.Errorf("checkState left the state %+v; want it prepared", m.State)
		}
	}
}

// TestNewTrainerWork: the budget is of one answer, and the message names what it allows. A stream's
// answer is a frame.
func TestNewTrainerWork(t *testing.T) {
	state := sampleState(t, "circles", 40, 0, nil)
	work := nn.WorkOf(state.Config, len(state.Data))
	s := newTestServer(t, func(c *Config) { c.MaxWork = 10*work.Update + work.Evaluation })
	for _, test := range []struct {
		kind  string
		steps int
		want  string
	}{
		{"train_step", 10, "ok"}, {"", 10, "ok"}, {"train_step", 11, "too_large steps"},
	} {
		trainer, got, err := s.newTrainer(t.Context(), &wire.Message{State: state, Type: test.kind}, "steps", test.steps, nil)
		if describeAs(err) != test.want || (err == nil) != (trainer != nil) || err == nil && got != work {
			t.Errorf("newTrainer(%q, %d) = %v, %v, %v; want %s", test.kind, test.steps, trainer, got, err, test.want)
		}
		if test.steps == 11 && !strings.HasSuffix(err.Error(), "allows 10 updates") {
			t.Errorf("newTrainer(%d) = %v; want a message that names the 10 updates it allows", test.steps, err)
		}
	}
}

// TestPicturesAreWork: what the page shows is part of what its answers cost.
func TestPicturesAreWork(t *testing.T) {
	race.Skip(t)
	state := sampleState(t, "circles", 40, 0, nil)
	work := nn.WorkOf(state.Config, len(state.Data))
	s := newTestServer(t, func(c *Config) { c.MaxWork = 100_000*work.Update + work.Evaluation + pictureWork(state.Config)/2 })
	body := string(mustJSON(t, state))
	body = body[:len(body)-1] + `,"steps":100000`
	for _, test := range []struct {
		path, accept, more string
		status             int
	}{
		{"/step", "application/json", "}", http.StatusOK},
		{"/train", "text/event-stream", `,"frame_steps":100000}`, http.StatusOK},
		{"/train", "text/html", `,"frame_steps":100000}`, http.StatusRequestEntityTooLarge},
		{"/step", "text/html", `,"frame_steps":100000}`, http.StatusRequestEntityTooLarge},
	} {
		w := serve(s, http.MethodPost, test.path, body+test.more, "Content-Type", "application/json", "Accept", test.accept)
		if w.Code != test.status {
			t.Errorf("POST %s for %s = %d %.300s; want %d", test.path, test.accept, w.Code, w.Body, test.status)
		}
	}
}

// TestTrainWorkOfFrame: what a frame may cost is checked for the updates that a frame makes, and
// the error names the member that asks for them.
func TestTrainWorkOfFrame(t *testing.T) {
	state := sampleState(t, "circles", 40, 0, nil)
	work := nn.WorkOf(state.Config, len(state.Data))
	few := func(c *Config) { c.MaxWork = 10*work.Update + work.Evaluation }
	data, err := json.Marshal(state.Data)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("LastFrameIsShort", func(t *testing.T) {
		s := newTestServer(t, few)
		w := serve(s, http.MethodPost, "/train", fmt.Sprintf(`{"data":%s,"steps":5,"frame_steps":100}`, data))
		if w.Code != http.StatusOK {
			t.Errorf("POST /train of 5 steps in frames of 100 = %d %s; want 200, 10 updates fit", w.Code, w.Body)
		}
	})
	t.Run("Field", func(t *testing.T) {
		s := newTestServer(t, few)
		w := serve(s, http.MethodPost, "/train", fmt.Sprintf(`{"data":%s,"steps":200,"frame_steps":100}`, data))
		if !strings.Contains(w.Body.String(), `"field":"frame_steps"`) {
			t.Errorf("POST /train in frames of 100 = %s; want an error for the field frame_steps", w.Body)
		}
	})
}

// A deadliner is a recorder that keeps the read deadlines set on it.
type deadliner struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (d *deadliner) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

func TestReadBody(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxBody = 10 })
	for _, test := range []struct {
		name   string
		body   io.Reader
		length int64
		want   string // the body, or the error behind a dash
	}{
		{"Empty", strings.NewReader(""), 0, ""},
		{"Most", strings.NewReader("0123456789"), 10, "0123456789"},
		{"Unknown", strings.NewReader("0123456789"), -1, "0123456789"},
		{"ByteByByte", iotest.OneByteReader(strings.NewReader("0123456789")), -1, "0123456789"},
		{"TooLong", strings.NewReader("0123456789A"), 11, "-too_large"},
		{"TooLongUnknown", strings.NewReader("0123456789A"), -1, "-too_large"},
		{"TooLongByFar", strings.NewReader("01"), 1 << 60, "-too_large"},
		{"Broken", brokenReader{strings.NewReader("01"), io.ErrUnexpectedEOF}, 10, "-malformed"},
		{"Slow", brokenReader{strings.NewReader("01"), os.ErrDeadlineExceeded}, 10, "-malformed"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/step", test.body)
		r.ContentLength = test.length
		w := &deadliner{ResponseRecorder: httptest.NewRecorder()}
		before := time.Now()
		task, ctx := s.newTask(t.Context(), fair.Client{})
		body, err := s.readBody(echo.New().NewContext(r.WithContext(ctx), w))
		task.release()
		got := string(body)
		if err != nil {
			got = "-" + describeAs(err)
		}
		if got != test.want {
			t.Errorf("%s: readBody = %q, %v; want %q", test.name, body, err, test.want)
		}
		if test.length > s.config.MaxBody { // answered unread
			continue
		}
		if len(w.set) == 0 || w.set[0].Before(before.Add(readTimeout)) || w.set[0].After(time.Now().Add(readTimeout)) {
			t.Errorf("%s: readBody set the deadlines %v; want one in %v first", test.name, w.set, readTimeout)
		}
		if err == nil && !w.set[len(w.set)-1].IsZero() {
			t.Errorf("%s: readBody left the deadline %v; want none", test.name, w.set[len(w.set)-1])
		}
	}
}

// A pipeListener hands out connections that were made before.
type pipeListener chan net.Conn

func (l pipeListener) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (l pipeListener) Close() error   { return nil }
func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// TestLargeBodies: every route that takes a body refuses one beyond the limit by its Content-Length,
// before it is read.
func TestLargeBodies(t *testing.T) {
	s := newTestServer(t)
	posts := 0
	for _, route := range s.handler.(*echo.Echo).Routes() {
		if route.Method != http.MethodPost {
			continue
		}
		posts++
		for html, want := range map[string]string{"": "at most 16777216 bytes", "true": "at most 16\u202f777\u202f216 bytes"} {
			r := httptest.NewRequest(http.MethodPost, route.Path, neverRead{t})
			r.ContentLength = s.config.MaxBody + 1
			r.Header.Set("HX-Request", html)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), want) {
				t.Errorf("POST %s of a long body = %d %.200s; want 413 and the limit", route.Path, w.Code, w.Body)
			}
		}
	}
	if posts < 6 {
		t.Errorf("%d routes take a body; want at least 6", posts)
	}
}

// TestLargestLink: the script unpacks links up to what a server takes.
func TestLargestLink(t *testing.T) {
	script, err := fs.ReadFile(public.FS(), "packing.js")
	want := fmt.Sprintf("LARGEST = %d * 2 ** 20;", DefaultConfig().MaxBody>>20)
	if err != nil || !strings.Contains(string(script), want) {
		t.Errorf("packing.js does not say %s (%v)", want, err)
	}
}

// TestSlowBody: a client that does not send its body is answered when its time is up and holds no
// connection for longer. Time is synthetic.
func TestSlowBody(t *testing.T) {
	const size = "Content-Length: 100\r\n"
	for _, test := range []struct {
		name, head, sent string
		want             int
	}{
		{"JSON", "POST /step HTTP/1.1\r\nContent-Type: application/json\r\n" + size, `{"config":`, http.StatusBadRequest},
		{"Stream", "POST /train HTTP/1.1\r\nContent-Type: application/json\r\n" + size, `{"config":`, http.StatusBadRequest},
		{"Form", "POST /edit HTTP/1.1\r\nAccept: text/html\r\nContent-Type: " + urlencoded + "\r\n" + size, `config=`, http.StatusBadRequest},
		{"Chunked", "POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "5\r\n{", http.StatusBadRequest},
		{"NotAcceptable", "POST /step HTTP/1.1\r\nAccept: image/png\r\n" + size, `{`, http.StatusNotAcceptable},
		{"Forbidden", "POST /step HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n" + size, `{`, http.StatusForbidden},
		{"NotFound", "POST /nothing HTTP/1.1\r\n" + size, `{`, http.StatusNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, took := 0, time.Duration(0)
			synctest.Test(t, func(t *testing.T) {
				server := &http.Server{Handler: newTestServer(t), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
				conn, client := net.Pipe()
				listener := make(pipeListener, 1)
				listener <- conn
				go func() { _ = server.Serve(listener) }()
				start := time.Now()
				go func() { _, _ = io.WriteString(client, test.head+"Host: nnvisu\r\n\r\n"+test.sent) }()
				answer := make(chan int, 1)
				go func() {
					response, err := http.ReadResponse(bufio.NewReader(client), nil)
					if err != nil {
						answer <- 0
						return
					}
					_ = response.Body.Close()
					answer <- response.StatusCode
				}()
				select {
				case status = <-answer:
				case <-time.After(time.Hour):
				}
				took = time.Since(start)
				_ = client.Close()
				close(listener)
				_ = server.Close()
			})
			if status != test.want || took > readTimeout+time.Second {
				t.Errorf("an unfinished body is answered %d after %v; want %d after at most %v",
					status, took, test.want, readTimeout)
			}
		})
	}
}

// checkRequestError checks that an error of a decoder is one that a client can understand and act
// on.
func checkRequestError(tb testing.TB, err error, codes ...wire.Code) {
	tb.Helper()
	var request *wire.Error
	if !errors.As(err, &request) {
		tb.Fatalf("error %v is a %T; want a *wire.Error", err, err)
	}
	b := describe(err)
	if !slices.Contains(codes, b.Code) {
		tb.Errorf("error %v has the code %s; want one of %v", err, b.Code, codes)
	}
	if b.status < 400 || b.status > 499 {
		tb.Errorf("error %v has the status %d; want 400 to 499", err, b.status)
	}
}

// checkStateError checks an error of checkState: the state's fault, not ours.
func checkStateError(tb testing.TB, err error) {
	tb.Helper()
	if b := describe(err); b.Code != wire.CodeInvalid && b.Code != wire.CodeTooLarge || b.Field == "" {
		tb.Errorf("checkState: %v is %s for field %q; want invalid or too_large for a field", err, b.Code, b.Field)
	}
}

package handlers

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/wire"
)

// A figure is a route of tests whose answers cost updates: GET /figure trains a recipe.
type figure struct {
	*Server
	made atomic.Int64
	hook func(ctx context.Context) error // called before each is made
}

func newFigure(tb testing.TB, options ...func(*Config)) *figure {
	f := &figure{Server: newTestServer(tb, options...), hook: func(context.Context) error { return nil }}
	read := []string{http.MethodGet, http.MethodHead}
	f.handler.(*echo.Echo).Match(read, "/figure", f.pureRoute(f.make))
	f.handler.(*echo.Echo).Match(read, "/figure.png", f.pureRoute(f.make))
	return f
}

func (f *figure) make(ctx context.Context, query url.Values) ([]byte, string, error) {
	f.made.Add(1)
	if err := f.hook(ctx); err != nil {
		return nil, "", err
	}
	m, err := f.readRecipe(query)
	if err != nil {
		return nil, "", err
	}
	r, err := f.trainStep(ctx, &m, nil)
	if err != nil {
		return nil, "", err
	}
	body, err := wire.EncodeResult(nil, r, paced(ctx))
	return body, "application/json", err
}

// updates returns how many updates the server has made.
func (f *figure) updates(tb testing.TB) float64 {
	return sampleOf(tb, f.Server, "nnvisu_updates_total")
}

const figurePath = "/figure?dataset=spiral&points=200&steps=1000"

// fetch returns the answer to a request over a connection of its own.
func fetch(ctx context.Context, srv *httptest.Server, path string, headers ...string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+path, nil)
	if err != nil {
		return 0, "", err
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// openInClass lets thirty ask for an address at a time. Each of them must get the same bytes.
func openInClass(t *testing.T, srv *httptest.Server, path, want string) {
	t.Helper()
	var class sync.WaitGroup
	for range 30 {
		class.Go(func() {
			if status, body, err := fetch(t.Context(), srv, path, "Accept-Encoding", "identity"); err != nil || status != http.StatusOK || body != want {
				t.Errorf("GET %s = %d, %d bytes, %v; want the %d bytes of one alone", path, status, len(body), err, len(want))
			}
		})
	}
	class.Wait()
}

// TestPureCrowd: a class of thirty that opens one link costs one computation, and whoever opens it
// later none. All get what a server without a cache answers.
func TestPureCrowd(t *testing.T) {
	alone := newFigure(t, func(c *Config) { c.Cache = 0 })
	want := serve(alone.Server, http.MethodGet, figurePath, "").Body.String()
	serve(alone.Server, http.MethodGet, figurePath, "")
	if n := alone.updates(t); n != 2000 {
		t.Fatalf("without a cache there are %v updates; want 2000", n)
	}
	f := newFigure(t)
	srv := listen(t, f.Server)
	for round := range 2 {
		var class sync.WaitGroup
		for i := range 30 {
			class.Go(func() {
				headers := []string{"Accept-Encoding", []string{"identity", "identity", "zstd"}[i%3]}
				status, body, err := fetch(t.Context(), srv, figurePath, headers...)
				if i%3 == 2 {
					body = unpackedText(t, codingZstd, body)
				}
				if err != nil || status != http.StatusOK || body != want {
					t.Errorf("pupil %d gets %d %.80s, %v; want what one alone gets", i, status, body, err)
				}
			})
		}
		class.Wait()
		if n := f.updates(t); n != 1000 {
			t.Errorf("in round %d there are %v updates; want the 1000 of one", round, n)
		}
	}
	stats := f.finished.Stats()
	if n := f.made.Load(); n != 1 || stats.Hits+stats.Shared < 58 || stats.Misses != 2 { // of two codings
		t.Errorf("made %d times, with %+v; want once, and 2 misses", n, stats)
	}
	if got := sampleOf(t, f.Server, `nnvisu_cache_lookups_total{result="miss"}`); got != 2 {
		t.Errorf("the metrics count %v misses; want 2", got)
	}
	if got := sampleOf(t, f.Server, "nnvisu_cache_bytes"); got != float64(stats.Bytes) || got < float64(len(want)) {
		t.Errorf("the metrics count %v bytes; want %d", got, stats.Bytes)
	}
	if n := f.memory.Used() + f.openRequests.Used(); n != 0 {
		t.Errorf("%d bytes and places are held; want none", n)
	}
}

// TestPureTags: a client that has an answer learns so without any work, on any server; the tag is
// that of the bytes.
func TestPureTags(t *testing.T) {
	f, other := newFigure(t), newFigure(t)
	bodies := map[string]string{} // by tag
	for _, coding := range []string{"", codingGzip, codingZstd} {
		for _, path := range []string{figurePath, "/figure?dataset=spiral&points=100&steps=1000", "/figure?dataset=xor&points=1&hidden_layers=&optimizer=sgd&steps=1", "/data/xor", "/data/xor?seed=2", "/data/moons"} {
			w := serve(f.Server, http.MethodGet, path, "", "Accept-Encoding", coding)
			h := w.Header()
			tag := h.Get("ETag")
			if w.Code != http.StatusOK || len(tag) < 20 || tag[0] != '"' || h.Get("Cache-Control") != "no-cache" || h.Get("Vary") != "Accept-Encoding" {
				t.Fatalf("GET %s = %d with %v; want 200 with a strong tag, to be asked for again", path, w.Code, h)
			}
			if body, ok := bodies[tag]; ok {
				t.Errorf("the tag of %s in %q is also that of %.80q", path, coding, body)
			}
			bodies[tag] = w.Body.String()
			if text := unpackedText(t, h.Get("Content-Encoding"), w.Body.String()); !strings.HasPrefix(text, "{") {
				t.Errorf("GET %s = %.80q", path, text)
			}
			w = serve(f.Server, http.MethodHead, path, "", "Accept-Encoding", coding)
			if w.Code != http.StatusOK || w.Header().Get("ETag") != tag {
				t.Errorf("HEAD %s = %d with the tag %s; want 200 and %s", path, w.Code, w.Header().Get("ETag"), tag)
			}
			for _, named := range []string{tag, "W/" + tag, `"x", ` + tag + `,"y"`} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					w := serve(other.Server, method, path, "", "Accept-Encoding", coding, "If-None-Match", named)
					if w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("ETag") != tag || w.Header().Get("Cache-Control") != "no-cache" {
						t.Errorf("%s %s of %s = %d with %v; want 304", method, path, named, w.Code, w.Header())
					}
				}
			}
			if w := serve(other.Server, http.MethodGet, path+"&", "", "Accept-Encoding", "br", "If-None-Match", `"x"`); w.Code != http.StatusOK {
				t.Errorf("GET %s of another tag = %d; want 200", path, w.Code)
			}
		}
	}
	before := f.updates(t)
	if n := other.updates(t); n != before {
		t.Errorf("a server that was asked for what is known, and for all once, made %v updates; want %v", n, before)
	}
	old := newFigure(t, func(c *Config) { c.MaxPoints = 100 }) // which answers less by default
	tag := serve(f.Server, http.MethodGet, "/data/xor", "").Header().Get("ETag")
	if w := serve(old.Server, http.MethodGet, "/data/xor", "", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("a server with other defaults answers %d; want 200", w.Code)
	}
	png := serve(f.Server, http.MethodGet, "/figure.png?dataset=spiral&steps=1", "", "Accept-Encoding", "zstd")
	if png.Header().Get("Content-Encoding") != "" {
		t.Error("a PNG is compressed twice")
	}
}

// TestPureVersion: an answer of a named version never changes.
func TestPureVersion(t *testing.T) {
	const version = "1.2.3+1a2b3c4d5e6f"
	for _, test := range []struct{ server, query, want string }{
		{version, "v=1.2.3%2B1a2b3c4d5e6f", "public, max-age=31536000, immutable"},
		{version, "v=1.2.3+1a2b3c4d5e6f", "public, max-age=31536000, immutable"},
		{version, "v=1.2.2", "no-cache"},
		{version, "v=", "no-cache"},
		{"", "v=", "no-cache"},
		{"1.2.3", "v=1.2.3", "no-cache"}, // without a commit
		{version + ".dirty", "v=1.2.3%2B1a2b3c4d5e6f.dirty", "no-cache"},
	} {
		s := newTestServer(t, func(c *Config) { c.Version = test.server })
		plain := serve(s, http.MethodGet, "/data/xor", "")
		w := serve(s, http.MethodGet, "/data/xor?"+test.query, "")
		if got := w.Header().Get("Cache-Control"); got != test.want || w.Body.String() != plain.Body.String() || w.Header().Get("ETag") != plain.Header().Get("ETag") {
			t.Errorf("version %q answers %s with %q; want %q and the same answer", test.server, test.query, got, test.want)
		}
	}
}

// TestPureErrors: an error is answered as ever, without a tag, and is not kept.
func TestPureErrors(t *testing.T) {
	refuse := false
	f := newFigure(t, func(c *Config) { c.RefuseMemory = func() bool { return refuse } })
	for _, test := range []struct {
		path, want string
		status     int
	}{
		{"/figure?dataset=xor&steps=-1", `"steps"`, 422},
		{"/figure?dataset=xor&learning_rate=10&activation=linear&optimizer=sgd&steps=2000&seed=1&hidden_layers=9,9,9", "diverged", 422},
		{"/figure?dataset=xor&dataset=xor", "given twice", 400},
		{"/data/xor?dataset=moons", "is not a parameter", 400},
		{"/data/nothing", "must be one of", 422},
	} {
		for range 2 {
			w := serve(f.Server, http.MethodGet, test.path, "")
			h := w.Header()
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) || h.Get("ETag") != "" || h.Get("Cache-Control") != "no-store" {
				t.Errorf("GET %s = %d %.200s with %v; want %d and %s, not to be kept", test.path, w.Code, w.Body, h, test.status, test.want)
			}
		}
	}
	refuse = true
	if w := serve(f.Server, http.MethodGet, figurePath, ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without memory a figure is answered %d; want 503", w.Code)
	}
	refuse = false
	f.hook = func(context.Context) error { panic("a bug") }
	if w := serve(f.Server, http.MethodGet, figurePath, ""); w.Code != http.StatusInternalServerError {
		t.Errorf("a bug is answered %d; want 500", w.Code)
	}
	f.hook = func(context.Context) error { return nil }
	if n := f.finished.Stats().Bytes; n != 0 {
		t.Errorf("%d bytes of errors are kept", n)
	}
	if w := serve(f.Server, http.MethodGet, figurePath, ""); w.Code != http.StatusOK {
		t.Errorf("after errors a figure is answered %d; want 200", w.Code)
	}
	if n := sampleOf(t, f.Server, "nnvisu_panics_total"); n != 1 {
		t.Errorf("%v panics are counted; want 1", n)
	}
}

// unpackedText returns a text out of its content coding.
func unpackedText(tb testing.TB, coding, text string) string {
	tb.Helper()
	if coding == "" {
		return text
	}
	s := newTestServer(tb)
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Encoding", coding)
	t, ctx := s.newTask(r.Context(), fair.Client{})
	defer t.release()
	c := echo.New().NewContext(r.WithContext(ctx), httptest.NewRecorder())
	plain, err := s.unpacked(c, []byte(text))
	if err != nil {
		tb.Errorf("%s: %v in %.80q", coding, err, fmt.Sprint(text))
	}
	return string(plain)
}

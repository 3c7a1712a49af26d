package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/tests/race"
)

// TestFigureWork: a figure takes about as long as its work says, and needs no more memory than it
// reserves, whatever is drawn.
func TestFigureWork(t *testing.T) {
	s := newTestServer(t)
	for _, address := range []string{
		"/picture.svg?view=plane", "/picture.png?view=plane", "/picture.png?view=plane&width=2000", "/picture.png?view=lab", "/film.png?frames=10",
		"/picture.png?view=network&hidden_layers=100,100,100,100", "/film.svg?frames=10&view=lab",
	} {
		path, query, _ := strings.Cut(address, "?")
		kind := figureRoutes[slices.IndexFunc(figureRoutes, func(r figureRoute) bool { return r.path == path })].kind
		values, _ := url.ParseQuery(query)
		o, rest, err := takeFigure(values, kind)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.readLink(t.Context(), rest)
		if err != nil {
			t.Fatal(err)
		}
		run := figureRun{figureOptions: o, kind: kind}
		frames := 1
		if kind.isFilm() {
			frames = o.frames
		}
		says := time.Duration(frames) * run.work(p.State.Config)
		var before, after runtime.MemStats
		took := time.Hour
		for range 3 {
			runtime.ReadMemStats(&before)
			began := time.Now()
			figureBody(t, s, address)
			took = min(took, time.Since(began))
			runtime.ReadMemStats(&after)
		}
		if !race.Enabled && kernel.IsVector() && took > 4*says { // others may compute here, too
			t.Errorf("%s takes %v; its work says %v", address, took, says)
		}
		// All that is allocated, and much of it is garbage soon.
		each, reserves := int64(after.TotalAlloc-before.TotalAlloc)/int64(frames), run.memory(p.State, frames)
		if each > 2*reserves {
			t.Errorf("%s takes %d kB for each picture; it reserves %d kB", address, each>>10, reserves>>10)
		}
	}
}

// TestFilmEnds: a film that nobody waits for any more ends, and one that has no memory is not begun.
func TestFilmEnds(t *testing.T) {
	s := newTestServer(t)
	query := url.Values{"frames": {"60"}, "steps": {"300"}}
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(50*time.Millisecond, cancel).Stop()
	if body, _, err := s.figure(ctx, query, filmPNG); !errors.Is(err, context.Canceled) {
		t.Errorf("a film without its client ends with %d bytes and %v", len(body), err)
	}
	poor := newTestServer(t, func(c *Config) { c.MaxBody, c.Cache = 1<<20, 0; c.MaxMemory = leastMemory(1<<20, 0) })
	if w := serve(poor, http.MethodGet, "/picture.png?width=2400", ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a picture of %d bytes of pixels in a memory of %d: status %d", 2400*2500*4, poor.config.MaxMemory, w.Code)
	}
}

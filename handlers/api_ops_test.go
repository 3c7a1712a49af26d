package handlers

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/public"
	"github.com/nnvisu/nnvisu/views"
)

// TestAsset: a file of this release may be kept for ever. A file of another release is not there,
// and that may not be kept: another replica may have it.
func TestAsset(t *testing.T) {
	for _, base := range []string{"", "/a/b"} {
		s := newTestServer(t, func(c *Config) { c.BasePath = base })
		own := "/" + public.Path(views.Release(), "lab.js")
		for _, test := range []struct {
			path, cache, kind string
			status            int
		}{
			{own, "public, max-age=31536000, immutable", "text/javascript", 200},
			{"/" + public.Path(views.Release(), "app.css"), "public, max-age=31536000, immutable", "text/css", 200},
			{"/" + public.Path(views.Release(), "icon.svg"), "public, max-age=31536000, immutable", "image/svg+xml", 200},
			{"/" + public.Path(views.Release(), "lib/htmx.min.js"), "public, max-age=31536000, immutable", "text/javascript", 200},
			{"/public/000000000000/lab.js", "no-store", "", 404},
			{own + ".map", "", "", 404},
			{"/public/" + views.Release() + "/lib", "", "", 404},
			{"/public/" + views.Release() + "/lib/", "", "", 404},
			{"/public/" + views.Release() + "/", "", "", 404},
			{"/public/" + views.Release(), "", "", 404},
			{"/public/" + views.Release() + "/lib/.gitkeep", "", "", 404},
			{"/public/" + views.Release() + "/public.go", "", "", 404},
			{"/public/" + views.Release() + "/../public.go", "", "", 404},
			{"/public/lab.js", "", "", 404},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				w := serve(s, method, base+test.path, "")
				h := w.Header()
				if w.Code != test.status || test.status == 200 && (h.Get("Cache-Control") != test.cache || !strings.HasPrefix(h.Get("Content-Type"), test.kind)) {
					t.Errorf("%s %s = %d, %s, %s; want %d, %s, %s", method, base+test.path, w.Code, h.Get("Cache-Control"), h.Get("Content-Type"), test.status, test.cache, test.kind)
				}
				if test.status != 200 && strings.Contains(h.Get("Cache-Control"), "immutable") {
					t.Errorf("%s %s may be kept for ever", method, test.path)
				}
			}
		}
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

// TestConnectionWhileDraining: a draining server ends the connection of each answer in good order.
func TestConnectionWhileDraining(t *testing.T) {
	s := newTestServer(t)
	for _, want := range []string{"", "close"} {
		for _, path := range []string{"/", "/readyz", "/nowhere"} {
			if got := serve(s, http.MethodGet, path, "").Header().Get("Connection"); got != want {
				t.Errorf("GET %s, draining %t: Connection %q; want %q", path, s.isDraining(), got, want)
			}
		}
		s.Drain()
	}
}

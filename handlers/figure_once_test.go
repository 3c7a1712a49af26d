package handlers

import (
	"net/http"
	"testing"

	"github.com/nnvisu/nnvisu/tests/race"
)

// TestFigureCrowd: a figure is drawn once for a class, and not again for who has it.
func TestFigureCrowd(t *testing.T) {
	paths := []string{"/picture.svg", "/film.svg", "/picture.png", "/film.png"}
	if race.Enabled { // ten times as slow
		paths = paths[:2]
	}
	for _, path := range paths {
		path += "?dataset=spiral&points=100&hidden_layers=8,8&steps=300"
		want := serve(newTestServer(t, func(c *Config) { c.Cache = 0 }), http.MethodGet, path, "").Body.String()
		s := newTestServer(t)
		srv := listen(t, s)
		for range 2 {
			openInClass(t, srv, path, want)
		}
		if n := sampleOf(t, s, "nnvisu_updates_total"); n != 300 {
			t.Errorf("GET %s made %v updates; want the 300 of one", path, n)
		}
		h := serve(s, http.MethodGet, path, "").Header()
		other := newTestServer(t)
		w := serve(other, http.MethodGet, path, "", "If-None-Match", h.Get("ETag"))
		if n := sampleOf(t, other, "nnvisu_updates_total"); w.Code != http.StatusNotModified || n != 0 {
			t.Errorf("GET %s of what is known = %d after %v updates; want 304 after none", path, w.Code, n)
		}
		for _, name := range []string{"Content-Security-Policy", "Cross-Origin-Resource-Policy"} {
			if w.Header().Get(name) != h.Get(name) {
				t.Errorf("the 304 of %s has another %s", path, name)
			}
		}
	}
}

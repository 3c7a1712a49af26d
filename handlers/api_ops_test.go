package handlers

import (
	"net/http"
	"strings"
	"testing"

	"nnvisu/public"
)

// TestAsset: a file is kept for ever where it is asked for by the hash of this release; a page of
// another release gets it all the same, to be asked again.
func TestAsset(t *testing.T) {
	for _, base := range []string{"", "/a/b"} {
		s := newTestServer(t, func(c *Config) { c.BasePath = base })
		own := "/" + public.Path("lab.js")
		for _, test := range []struct {
			path, cache, kind string
			status            int
		}{
			{own, "public, max-age=31536000, immutable", "text/javascript", 200},
			{"/" + public.Path("app.css"), "public, max-age=31536000, immutable", "text/css", 200},
			{"/" + public.Path("icon.svg"), "public, max-age=31536000, immutable", "image/svg+xml", 200},
			{"/" + public.Path("lib/htmx.min.js"), "public, max-age=31536000, immutable", "text/javascript", 200},
			{"/public/000000000000/lab.js", "no-cache", "text/javascript", 200},
			{own + ".map", "", "", 404},
			{"/public/" + public.Hash() + "/lib", "", "", 404},
			{"/public/" + public.Hash() + "/lib/", "", "", 404},
			{"/public/" + public.Hash() + "/", "", "", 404},
			{"/public/" + public.Hash(), "", "", 404},
			{"/public/" + public.Hash() + "/lib/.gitkeep", "", "", 404},
			{"/public/" + public.Hash() + "/public.go", "", "", 404},
			{"/public/" + public.Hash() + "/../public.go", "", "", 404},
			{"/public/lab.js", "", "", 404},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				w := serve(s, method, base+test.path, "")
				h := w.Header()
				if w.Code != test.status || test.status == 200 && (h.Get("Cache-Control") != test.cache || !strings.HasPrefix(h.Get("Content-Type"), test.kind)) {
					t.Errorf("%s %s = %d, %s, %s; want %d, %s, %s", method, base+test.path, w.Code, h.Get("Cache-Control"), h.Get("Content-Type"), test.status, test.cache, test.kind)
				}
				if strings.Contains(h.Get("Cache-Control"), "immutable") && test.status != 200 {
					t.Errorf("%s %s may be kept for ever", method, test.path)
				}
			}
		}
	}
}

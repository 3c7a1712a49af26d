package handlers

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"nnvisu/public"
)

// TestCompress: the page and its files are the same with gzip and without, and smaller with it.
func TestCompress(t *testing.T) {
	s := newTestServer(t)
	for _, path := range []string{"/", "/" + public.Path("app.css"), "/" + public.Path("lib/htmx.min.js")} {
		t.Run(path, func(t *testing.T) {
			plain := serve(s, http.MethodGet, path, "")
			checkEncoding(t, plain, "")
			want := plain.Body.String()
			for _, test := range []struct{ accept, encoding string }{
				{"gzip", "gzip"}, {"gzip, deflate, br, zstd", "gzip"}, {"br;q=1.0, gzip; q=0.5", "gzip"},
				{"", ""}, {"identity", ""}, {"br", ""}, {"x-gzip-like", ""}, {"gzip;q=0", ""}, {"br, gzip ; q=0.000", ""}, {"gzip;q=many", ""},
			} {
				w := serve(s, http.MethodGet, path, "", "Accept-Encoding", test.accept)
				checkEncoding(t, w, test.encoding)
				body := w.Body.Bytes()
				if test.encoding == "gzip" {
					if len(body) > len(want)/2 {
						t.Errorf("%d bytes for Accept-Encoding %q; want less than half of %d", len(body), test.accept, len(want))
					}
					body = unzip(t, w)
				}
				if string(body) != want {
					t.Errorf("another content for Accept-Encoding %q; want the same", test.accept)
				}
				for _, name := range []string{"Content-Type", "Cache-Control", "Content-Security-Policy"} {
					if got := w.Header().Get(name); got != plain.Header().Get(name) {
						t.Errorf("%s %q for Accept-Encoding %q; want %q", name, got, test.accept, plain.Header().Get(name))
					}
				}
			}
		})
	}
}

// TestCompressHead: HEAD answers over a connection as GET does, without the body and without the length of one that is not compressed.
func TestCompressHead(t *testing.T) {
	listener := httptest.NewServer(newTestServer(t))
	defer listener.Close()
	for _, path := range []string{"/", "/" + public.Path("app.css")} {
		r, err := http.NewRequest(http.MethodHead, listener.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		w, err := listener.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(w.Body)
		w.Body.Close()
		if err != nil || len(body) > 0 || w.StatusCode != http.StatusOK ||
			w.Header.Get("Vary") != "Accept-Encoding" || w.Header.Get("Content-Length") != "" {
			t.Errorf("HEAD %s = %d, %v, %d bytes, %v; want 200, Vary and no body", path, w.StatusCode, w.Header, len(body), err)
		}
	}
}

// TestCompressNot: a part of a file is of the file as it is; errors and answers to programs are sent as they are.
func TestCompressNot(t *testing.T) {
	s := newTestServer(t)
	path := "/" + public.Path("app.css")
	whole := serve(s, http.MethodGet, path, "").Body.String()
	w := serve(s, http.MethodGet, path, "", "Accept-Encoding", "gzip", "Range", "bytes=10-29")
	checkEncoding(t, w, "")
	if w.Code != http.StatusPartialContent || w.Body.String() != whole[10:30] {
		t.Errorf("a range of %s = %d %q; want 206 %q", path, w.Code, w.Body, whole[10:30])
	}
	for _, test := range []struct {
		path   string
		status int
	}{
		{"/public/nothing.js", http.StatusNotFound},
		{"/data/moons?points=20", http.StatusOK},
	} {
		w := serve(s, http.MethodGet, test.path, "", "Accept-Encoding", "gzip")
		if got := w.Header().Get("Content-Encoding"); w.Code != test.status || got != "" || w.Body.Len() == 0 {
			t.Errorf("GET %s = %d, Content-Encoding %q, %d bytes; want %d, none and some", test.path, w.Code, got, w.Body.Len(), test.status)
		}
	}
}

// checkEncoding fails the test unless an answer is encoded as wanted, and says that this depends on the request.
func checkEncoding(tb testing.TB, w *httptest.ResponseRecorder, want string) {
	tb.Helper()
	if got := w.Header().Get("Content-Encoding"); got != want {
		tb.Errorf("Content-Encoding %q; want %q", got, want)
	}
	if got := strings.Join(w.Header().Values("Vary"), "; "); got != "Accept-Encoding" {
		tb.Errorf("Vary %q; want Accept-Encoding", got)
	}
}

// unzip returns what a compressed answer holds.
func unzip(tb testing.TB, w *httptest.ResponseRecorder) []byte {
	tb.Helper()
	r, err := gzip.NewReader(w.Body)
	if err != nil {
		tb.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

package handlers

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/pace"
	"github.com/nnvisu/nnvisu/public"
	"github.com/nnvisu/nnvisu/views"
)

// TestEncodingOf: weights decide, and then zstd comes first.
func TestEncodingOf(t *testing.T) {
	for _, test := range []struct{ accept, want string }{
		{"gzip", "gzip"}, {"zstd", "zstd"}, {"gzip, deflate, br, zstd", "zstd"}, {"zstd, gzip", "zstd"}, {"GZIP", "gzip"}, {"x-gzip", "gzip"}, {"br;q=1.0, gzip; q=0.5", "gzip"},
		{"gzip;q=1, zstd;q=0.9", "gzip"}, {"gzip;q=0.5, zstd;q=0.5", "zstd"}, {"zstd;q=0, gzip;q=0.001", "gzip"}, {"zstd ; q=0.8 ,gzip;Q=0.7", "zstd"},
		{"", ""}, {"identity", ""}, {"br", ""}, {"x-gzip-like", ""}, {"gzip;q=0", ""}, {"br, gzip ; q=0.000", ""}, {"gzip;q=many", ""}, {"gzip;q=2", ""}, {"gzip;q=-1", ""}, {"gzip;q=NaN", ""}, {"gzip;level=1", ""},
		{"*", "zstd"}, {"*;q=0", ""}, {"gzip, *;q=0", "gzip"}, {"zstd;q=0, *", "gzip"}, {"*;q=0.5, gzip", "gzip"}, {"identity, gzip;q=0.5", ""}, {"identity;q=0.5, gzip", "gzip"}, {"identity;q=0, gzip;q=0.1", "gzip"},
	} {
		if got := encodingOf(http.Header{"Accept-Encoding": {test.accept}}, codings); got != test.want {
			t.Errorf("encodingOf(%q) = %q; want %q", test.accept, got, test.want)
		}
	}
	if got := encodingOf(http.Header{"Accept-Encoding": {"br", "gzip"}}, codings); got != "gzip" {
		t.Errorf("encodingOf two headers = %q; want gzip", got)
	}
	if got := encodingOf(http.Header{}, codings); got != "" {
		t.Errorf("encodingOf no header = %q; want none", got)
	}
}

// TestCompress: every answer is the same in each coding and without one, and smaller with it.
func TestCompress(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "spiral", 100, 3, nil)
	body := `{"config":` + string(mustJSON(t, state.Config)) + `,"network":` + string(mustJSON(t, state.Network)) + `,"data":` + string(mustJSON(t, state.Data))
	form := settingsForm(t, s, state).Encode()
	for _, test := range []struct {
		method, path, body string
		headers            []string
		ratio              float64 // of the size compressed, at most
	}{
		{"GET", "/", "", nil, 0.3},
		{"GET", "/" + public.Path(views.Release(), "app.css"), "", nil, 0.5},
		{"GET", "/" + public.Path(views.Release(), "lib/htmx.min.js"), "", nil, 0.5},
		{"GET", "/data/moons?points=200", "", nil, 0.5},
		{"POST", "/step", body + `}`, nil, 0.6},
		{"POST", "/predict", body + `}`, nil, 0.6},
		{"POST", "/export", body + `,"format":"numpy"}`, nil, 0.6},
		{"POST", "/step", body + `,"data":[]}`, nil, 2}, // an error is short
		{"POST", "/edit", form, []string{"Content-Type", urlencoded, "HX-Request", "true"}, 0.5},
		{"POST", "/edit", form, []string{"Content-Type", urlencoded, "Accept", "text/html"}, 0.5},
		{"POST", "/points.csv", form, []string{"Content-Type", urlencoded}, 0.6},
	} {
		t.Run(test.method+test.path, func(t *testing.T) {
			plain := serve(s, test.method, test.path, test.body, test.headers...)
			checkEncoding(t, plain, "")
			want := plain.Body.String()
			for _, coding := range []string{codingZstd, codingGzip} {
				w := serve(s, test.method, test.path, test.body, append([]string{"Accept-Encoding", coding}, test.headers...)...)
				got := w.Body.Bytes()
				if test.ratio > 1 {
					checkEncoding(t, w, "")
				} else {
					checkEncoding(t, w, coding)
					if len(got) > int(test.ratio*float64(len(want))) {
						t.Errorf("%d bytes of %d in %s; want at most the share %v", len(got), len(want), coding, test.ratio)
					}
					got = unpack(t, coding, got)
				}
				if w.Code != plain.Code || string(got) != want {
					t.Errorf("another answer in %s: %d; want the same, %d", coding, w.Code, plain.Code)
				}
				for _, name := range []string{"Content-Type", "Cache-Control", "Content-Security-Policy", "Content-Disposition"} {
					if got := w.Header().Get(name); got != plain.Header().Get(name) {
						t.Errorf("%s %q in %s; want %q", name, got, coding, plain.Header().Get(name))
					}
				}
			}
		})
	}
}

// TestCompressHead: HEAD answers over a connection as GET does, without the body; a length is that
// of the compressed one.
func TestCompressHead(t *testing.T) {
	listener := httptest.NewServer(newTestServer(t))
	defer listener.Close()
	for _, path := range []string{"/", "/" + public.Path(views.Release(), "app.css")} {
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
		packed := serve(newTestServer(t), http.MethodGet, path, "", "Accept-Encoding", "gzip").Body.Len()
		length := w.Header.Get("Content-Length")
		if err != nil || len(body) > 0 || w.StatusCode != http.StatusOK ||
			w.Header.Get("Vary") != "Accept-Encoding" || length != "" && length != strconv.Itoa(packed) {
			t.Errorf("HEAD %s = %d, %v, %d bytes, %v; want 200, Vary and no body", path, w.StatusCode, w.Header, len(body), err)
		}
	}
}

// TestCompressNot: a part of a file is of the file as it is; what is short is sent as it is.
func TestCompressNot(t *testing.T) {
	s := newTestServer(t)
	path := "/" + public.Path(views.Release(), "app.css")
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
		w := serve(s, http.MethodGet, test.path, "", "Accept-Encoding", "gzip, zstd")
		if got := w.Header().Get("Content-Encoding"); w.Code != test.status || got != "" || w.Body.Len() == 0 || w.Body.Len() >= leastCompressed {
			t.Errorf("GET %s = %d, Content-Encoding %q, %d bytes; want %d, none and some", test.path, w.Code, got, w.Body.Len(), test.status)
		}
	}
}

// TestBodyCompressed: a compressed body is the same request, as JSON and as a form, wherever there
// is a body.
func TestBodyCompressed(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "spiral", 100, 3, nil)
	members := `"config":` + string(mustJSON(t, state.Config)) + `,"network":` + string(mustJSON(t, state.Network)) + `,"data":` + string(mustJSON(t, state.Data))
	form := settingsForm(t, s, state).Encode()
	fields := url.Values{"config": {string(mustJSON(t, state.Config))}, "data": {string(mustJSON(t, state.Data))}}.Encode()
	for _, test := range []struct{ path, body, contentType string }{
		{"/step", "{" + members + "}", "application/json"}, {"/step", "{" + members + "}", urlencoded}, {"/step", fields, urlencoded}, {"/predict", "{" + members + "}", "application/json"},
		{"/train", "{" + members + `,"steps":2}`, "application/json"}, {"/export", "{" + members + `,"format":"go"}`, "application/json"},
		{"/edit", form, urlencoded}, {"/points.csv", form, urlencoded},
	} {
		want := serve(s, http.MethodPost, test.path, test.body, "Content-Type", test.contentType)
		for _, coding := range []string{"gzip", "zstd", "X-GZIP", " ZSTD", "identity", "gzip in two members", "zstd in two frames"} {
			name, _, parts := strings.Cut(coding, " in ")
			body := test.body
			switch half := len(body) / 2; {
			case parts:
				body = pack(t, name, body[:half]) + pack(t, name, body[half:])
			case coding != "identity":
				body = pack(t, name, body)
			}
			got := serve(s, http.MethodPost, test.path, body, "Content-Type", test.contentType, "Content-Encoding", name)
			if want.Code != http.StatusOK || got.Code != want.Code || got.Body.String() != want.Body.String() {
				t.Errorf("POST %s in %s = %d %.200s; want as plain, %d %.200s", test.path, coding, got.Code, got.Body, want.Code, want.Body)
			}
		}
	}
}

// TestBodyCompressedWrong: what cannot be unpacked is malformed, what becomes too much is too
// large, whatever it says of itself.
func TestBodyCompressedWrong(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxBody = 1 << 20 })
	within, beyond := strings.Repeat(" ", 1<<20-2)+"{}", strings.Repeat(" ", 1<<20-1)+"{}"
	bomb := strings.Repeat(" ", 256<<20)
	for _, test := range []struct {
		name, coding, body string
		want               string
	}{
		{"within the limit", "gzip", pack(t, "gzip", within), "invalid"}, {"within the limit", "zstd", pack(t, "zstd", within), "invalid"}, // no points
		{"beyond the limit", "gzip", pack(t, "gzip", beyond), "too_large"}, {"beyond the limit", "zstd", pack(t, "zstd", beyond), "too_large"},
		{"a bomb", "gzip", pack(t, "gzip", bomb), "too_large"}, {"a bomb", "zstd", pack(t, "zstd", bomb), "too_large"},
		{"many frames", "gzip", strings.Repeat(pack(t, "gzip", within[:1<<18]), 5), "too_large"}, {"many frames", "zstd", strings.Repeat(pack(t, "zstd", within[:1<<18]), 5), "too_large"},
		{"too large as sent", "gzip", beyond, "too_large"},
		{"not compressed", "gzip", "{}", "malformed"}, {"not compressed", "zstd", "{}", "malformed"}, {"another coding", "gzip", pack(t, "zstd", "{}"), "malformed"}, {"another coding", "zstd", pack(t, "gzip", "{}"), "malformed"},
		{"cut short", "gzip", pack(t, "gzip", within)[:40], "malformed"}, {"cut short", "zstd", pack(t, "zstd", within)[:20], "malformed"}, {"empty", "gzip", "", "malformed"},
		{"something behind", "gzip", pack(t, "gzip", "{}") + "{}", "malformed"}, {"something behind", "zstd", pack(t, "zstd", "{}") + "{}", "malformed"},
		{"checksum", "gzip", changed(pack(t, "gzip", "{}"), -6), "malformed"}, {"checksum", "zstd", changed(pack(t, "zstd", "{}"), -1), "malformed"},
		{"unknown", "br", "{}", "unsupported"}, {"unknown", "deflate", "{}", "unsupported"}, {"two", "gzip, zstd", pack(t, "gzip", "{}"), "unsupported"}, {"two", "gzip, gzip", pack(t, "gzip", "{}"), "unsupported"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w := serve(s, http.MethodPost, "/step", test.body, "Content-Type", "application/json", "Content-Encoding", test.coding)
		runtime.ReadMemStats(&after)
		if !strings.Contains(w.Body.String(), `"code":"`+test.want+`"`) {
			t.Errorf("%s, %s: %d %s; want %s", test.coding, test.name, w.Code, w.Body, test.want)
		}
		if test.want == "unsupported" && (w.Code != http.StatusUnsupportedMediaType || w.Header().Get("Accept-Encoding") != "zstd, gzip" || !strings.Contains(w.Body.String(), "gzip or zstd")) {
			t.Errorf("%s: %d %v %s; want 415 that names the codings", test.coding, w.Code, w.Header(), w.Body)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 24<<20 {
			t.Errorf("%s, %s: %d bytes of memory for a limit of %d", test.coding, test.name, used, s.config.MaxBody)
		}
	}
	if s.openRequests.Used() != 0 {
		t.Errorf("%d requests wait; want none", s.openRequests.Used())
	}
}

// BenchmarkCompress is what a client that takes a coding makes an answer cost.
func BenchmarkCompress(b *testing.B) {
	state := benchState(b, benchPoints)
	for name, body := range map[string][]byte{"result": wire.AppendNetwork(nil, state.Network, new(pace.Pace)), "data": wire.AppendPoints(nil, state.Data)} {
		for _, coding := range []string{codingZstd, codingGzip} {
			b.Run(name+"/"+coding, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					b.ReportMetric(float64(len(compressed(coding, body)))/float64(len(body)), "share")
				}
			})
		}
	}
}

// pack returns text in a coding, as a client might send it.
func pack(tb testing.TB, coding, text string) string {
	tb.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	if strings.Contains(strings.ToLower(coding), "gzip") {
		w = gzip.NewWriter(&b)
	} else {
		w, err = zstd.NewWriter(&b)
	}
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// unpack returns what a compressed answer holds.
func unpack(tb testing.TB, coding string, packed []byte) []byte {
	tb.Helper()
	var r io.Reader
	var err error
	if coding == codingGzip {
		r, err = gzip.NewReader(bytes.NewReader(packed))
	} else {
		r, err = zstd.NewReader(bytes.NewReader(packed))
	}
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// changed returns text with one byte changed, counted from the end.
func changed(text string, at int) string {
	b := []byte(text)
	b[len(b)+at] ^= byte(1 + rand.IntN(255))
	return string(b)
}

// checkEncoding fails the test unless an answer is encoded as wanted, and says that this depends on
// the request.
func checkEncoding(tb testing.TB, w *httptest.ResponseRecorder, want string) {
	tb.Helper()
	if got := w.Header().Get("Content-Encoding"); got != want {
		tb.Errorf("Content-Encoding %q; want %q", got, want)
	}
	if got := strings.Join(w.Header().Values("Vary"), "; "); got != "Accept-Encoding" {
		tb.Errorf("Vary %q; want Accept-Encoding", got)
	}
}

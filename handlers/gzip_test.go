package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"nnvisu/views"
)

// TestGzipStream: every part can be read when it has arrived, none needs more than
// itself, and the whole is one gzip stream that a decoder takes for complete.
func TestGzipStream(t *testing.T) {
	parts := []string{"a", "", strings.Repeat("data: 0123456789\n", 9000), "a", strings.Repeat("x", 70_000), "end"}
	in, feed := io.Pipe()
	type answer struct {
		r   *gzip.Reader
		err error
	}
	opened := make(chan answer)
	go func() {
		r, err := gzip.NewReader(in)
		opened <- answer{r, err}
	}()
	crowded := false
	z := gzipStream{crowded: func() bool { return crowded }}
	var whole, part bytes.Buffer
	var r *gzip.Reader
	for i, text := range parts {
		crowded = i == 1 || i == 4
		part.Reset()
		z.add(&part, []byte(text))
		whole.Write(part.Bytes())
		go feed.Write(slices.Clone(part.Bytes()))
		if i == 0 {
			a := <-opened
			if a.err != nil {
				t.Fatal(a.err)
			}
			r = a.r
		}
		if stored := part.Len() > len(text); len(text) > 100 && stored != crowded {
			t.Errorf("part %d, %d bytes, takes %d; want it stored: %v", i, len(text), part.Len(), crowded)
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != text {
			t.Fatalf("part %d is read as %.40q, %v, before the next is written; want %.40q", i, got, err, text)
		}
	}
	part.Reset()
	z.end(&part)
	whole.Write(part.Bytes())
	go func() { feed.Write(part.Bytes()); feed.Close() }()
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("behind the end, Read = %d, %v; want EOF", n, err)
	}
	want := strings.Join(parts, "")
	if got := gunzip(t, whole.Bytes()); got != want {
		t.Errorf("the stream is %d bytes; want the %d of its parts", len(got), len(want))
	}
	if whole.Len() > len(parts[4])+len(want)/20 {
		t.Errorf("the stream takes %d bytes for %d that repeat themselves, of which %d are stored", whole.Len(), len(want), len(parts[4]))
	}
	var empty bytes.Buffer
	new(gzipStream).end(&empty)
	if got := gunzip(t, empty.Bytes()); got != "" {
		t.Errorf("an empty stream is %q", got)
	}
}

func gunzip(tb testing.TB, zipped []byte) string {
	tb.Helper()
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		tb.Fatalf("behind %d bytes: %v", len(text), err)
	}
	return string(text)
}

// TestStreamGzip: a stream is compressed for who takes it, whole and byte for byte
// what others get; an error before it begins is not.
func TestStreamGzip(t *testing.T) { synctest.Test(t, testStreamGzip) }

func testStreamGzip(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "5")
	for _, test := range []struct{ name, method, path, body, accept string }{
		{"Programs", http.MethodGet, "/train?dataset=moons&points=20&steps=5&frame_steps=2", "", "text/event-stream"},
		{"Error", http.MethodGet, "/train?dataset=hills&points=20&hidden_layers=20,20&activation=linear&optimizer=sgd&learning_rate=10", "", "text/event-stream"},
		{"Page", http.MethodPost, "/train", form.Encode(), "text/html"},
	} {
		ask := func(accepted string) (string, http.Header) {
			w := serve(s, test.method, test.path, test.body, "Accept", test.accept, "Content-Type", urlencoded, "Accept-Encoding", accepted)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", test.name, w.Code, w.Body)
			}
			if vary := w.Header().Get("Vary"); vary != "Accept-Encoding" {
				t.Errorf("%s: Vary = %q; want Accept-Encoding", test.name, vary)
			}
			return w.Body.String(), w.Header()
		}
		want, header := ask("")
		if got := header.Get("Content-Encoding"); got != "" || len(parseEvents(want)) < 2 {
			t.Errorf("%s: without Accept-Encoding the stream has Content-Encoding %q and %d events", test.name, got, len(parseEvents(want)))
		}
		if same, header := ask("gzip;q=0, identity"); same != want || header.Get("Content-Encoding") != "" {
			t.Errorf("%s: a client that refuses gzip does not get the plain stream", test.name)
		}
		zipped, header := ask("br, gzip")
		if got := header.Get("Content-Encoding"); got != "gzip" {
			t.Fatalf("%s: Content-Encoding = %q; want gzip", test.name, got)
		}
		if got := gunzip(t, []byte(zipped)); got != want {
			t.Errorf("%s: the compressed stream is %.200q; want %.200q", test.name, got, want)
		}
	}
	w := serve(s, http.MethodGet, "/train?dataset=nothing", "", "Accept-Encoding", "gzip")
	if got := w.Header().Get("Content-Encoding"); w.Code != http.StatusUnprocessableEntity || got != "" {
		t.Errorf("a bad recipe = %d with Content-Encoding %q; want 422 as it is", w.Code, got)
	}
}

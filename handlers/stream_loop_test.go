package handlers

import (
	"net/http"
	"testing"
	"testing/synctest"

	"nnvisu/handlers/stream/ssetest"
	"nnvisu/views"
)

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
			if kind := w.Header().Get("Content-Type"); kind != "text/event-stream" {
				t.Errorf("%s: Content-Type = %q; want text/event-stream", test.name, kind)
			}
			if vary := w.Header().Get("Vary"); vary != "Accept-Encoding" {
				t.Errorf("%s: Vary = %q; want Accept-Encoding", test.name, vary)
			}
			return w.Body.String(), w.Header()
		}
		want, header := ask("")
		if got := header.Get("Content-Encoding"); got != "" || len(ssetest.Parse(want)) < 2 {
			t.Errorf("%s: without Accept-Encoding the stream has Content-Encoding %q and %d events", test.name, got, len(ssetest.Parse(want)))
		}
		if same, header := ask("gzip;q=0, identity"); same != want || header.Get("Content-Encoding") != "" {
			t.Errorf("%s: a client that refuses gzip does not get the plain stream", test.name)
		}
		zipped, header := ask("br, gzip")
		if got := header.Get("Content-Encoding"); got != "gzip" {
			t.Fatalf("%s: Content-Encoding = %q; want gzip", test.name, got)
		}
		if got := string(unpack(t, codingGzip, []byte(zipped))); got != want {
			t.Errorf("%s: the compressed stream is %.200q; want %.200q", test.name, got, want)
		}
	}
	w := serve(s, http.MethodGet, "/train?dataset=nothing", "", "Accept-Encoding", "gzip")
	if got := w.Header().Get("Content-Encoding"); w.Code != http.StatusUnprocessableEntity || got != "" {
		t.Errorf("a bad recipe = %d with Content-Encoding %q; want 422 as it is", w.Code, got)
	}
}

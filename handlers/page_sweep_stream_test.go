package handlers

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/views"
)

// ownSweep is a form that asks for a sweep over seeds.
func ownSweep(tb testing.TB, seeds, steps string) url.Values {
	return sweepForm(tb, sampleState(tb, "moons", 30, 0, nil), views.FieldSweep, views.SweepOwn,
		views.FieldSweepRows, "seed", views.FieldSweepRowValues, seeds, views.FieldSweepSteps, steps)
}

// TestSweepPageGzip: the page of a sweep is compressed for who takes it, part by part, and is the same
// page.
func TestSweepPageGzip(t *testing.T) {
	s := newTestServer(t)
	form := ownSweep(t, "1..6", "20")
	plain := postForm(s, "/sweep", form)
	packed := postForm(s, "/sweep", form, "Accept-Encoding", "gzip")
	if h := packed.Header(); h.Get("Content-Encoding") != "gzip" || h.Get("Vary") == "" || !strings.HasPrefix(h.Get("Content-Type"), "text/html") || h.Get("Cache-Control") != "no-store" {
		t.Errorf("a page that is compressed has the header %v", h)
	}
	if 5*packed.Body.Len() > 3*plain.Body.Len() {
		t.Errorf("%d bytes are compressed to %d", plain.Body.Len(), packed.Body.Len())
	}
	r, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil || string(text) != plain.Body.String() {
		t.Errorf("the compressed page is %.300s, %v; want %.300s", text, err, plain.Body)
	}
}

// TestSweepPageMetrics: the page of a sweep is measured as other streams are.
func TestSweepPageMetrics(t *testing.T) {
	s := newTestServer(t)
	page := postForm(s, "/sweep", ownSweep(t, "1..6", "20"))
	for name, want := range map[string]float64{
		`nnvisu_streams_ended_total{client="page",reason="steps",transport="sse"}`: 1,
		`nnvisu_sent_bytes_total{transport="sse"}`:                                 float64(page.Body.Len()),
		`nnvisu_updates_total`: 6 * 20,
		`nnvisu_streams`:       0,
		`nnvisu_memory_bytes`:  0,
	} {
		if got := sampleOf(t, s, name); got != want {
			t.Errorf("%s is %v; want %v", name, got, want)
		}
	}
}

// A busyWriter takes the only token for a while when the first part of a page is written, and records
// what is written.
type busyWriter struct {
	*httptest.ResponseRecorder
	server *Server
	busy   time.Duration
	parts  []string
}

func (w *busyWriter) Write(p []byte) (int, error) {
	if w.parts = append(w.parts, string(p)); len(w.parts) == 1 {
		turn := w.server.cpus.Turn(addressed(7))
		if err := turn.Begin(w.server.serving, fair.Request); err != nil {
			return 0, err
		}
		time.AfterFunc(w.busy, turn.End)
	}
	return w.ResponseRecorder.Write(p)
}

// TestSweepPageAlive: a page whose runs wait for long shows that the line holds, and is the same page
// but for that.
func TestSweepPageAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		s.cpus = fair.NewQueue(1, nil)
		form := ownSweep(t, "1..6", "20")
		r := httptest.NewRequest("POST", "/sweep", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "text/html")
		w := &busyWriter{ResponseRecorder: httptest.NewRecorder(), server: s, busy: 12 * time.Second}
		s.ServeHTTP(w, r)
		signs := 0
		for _, part := range w.parts {
			if part == "\n" {
				signs++
			}
		}
		if signs != 2 {
			t.Errorf("in 12 seconds there are %d signs of life; want 2, in the parts %.80q", signs, w.parts)
		}
		want := strings.ReplaceAll(postForm(s, "/sweep", form).Body.String(), "\n", "")
		if got := strings.ReplaceAll(w.Body.String(), "\n", ""); got != want {
			t.Errorf("the page that waited is %.200s…; want %.200s…", got, want)
		}
	})
}

// A drainingWriter lets the server stop when so many parts of a page are written.
type drainingWriter struct {
	*httptest.ResponseRecorder
	server *Server
	parts  int
}

func (w *drainingWriter) Write(p []byte) (int, error) {
	if w.parts--; w.parts == 0 {
		w.server.Drain()
	}
	return w.ResponseRecorder.Write(p)
}

// TestSweepPageEnds: a page that ends early says so, and has the runs that were made.
func TestSweepPageEnds(t *testing.T) {
	s := newTestServer(t)
	r := httptest.NewRequest("POST", "/sweep", strings.NewReader(ownSweep(t, "1..144", "2000").Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	w := &drainingWriter{httptest.NewRecorder(), s, 4}
	s.ServeHTTP(w, r)
	page := w.Body.String()
	root := parseHTML(t, page)
	made := len(find(root, ".sweep-cells li"))
	if made < 3 || made == 144 || !strings.Contains(page, "The server could not go on") || !strings.HasSuffix(page, "</html>") {
		t.Fatalf("a sweep that ends early has %d of 144 runs and ends with %.300s", made, page[max(0, len(page)-300):])
	}
	if told := textOf(t, page, ".sweep-progress.done"); told != fmt.Sprintf("%d of 144", made) {
		t.Errorf("with %d runs it says %q", made, told)
	}
}

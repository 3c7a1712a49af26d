package handlers

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
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

// withoutTogether returns a page of a sweep without what says now and then what the runs so far tell, and
// without signs of life.
func withoutTogether(tb testing.TB, page string) string {
	tb.Helper()
	root := parseHTML(tb, page)
	for _, n := range find(root, ".so-far") {
		n.Parent.RemoveChild(n)
	}
	var b strings.Builder
	if err := html.Render(&b, root); err != nil {
		tb.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), string(stream.SignMarkup), "")
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
			if part == string(stream.SignMarkup) {
				signs++
			}
		}
		if signs != 2 {
			t.Errorf("in 12 seconds there are %d signs of life; want 2, in the parts %.80q", signs, w.parts)
		}
		want := withoutTogether(t, postForm(s, "/sweep", form).Body.String())
		if got := withoutTogether(t, w.Body.String()); got != want {
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
	if charts := len(find(root, ".sweep-answer:not([aria-hidden]) .chart")); charts != 2 {
		t.Errorf("a sweep that ends early has %d charts; want those of the loss and the accuracy", charts)
	}
	if told := textOf(t, page, ".sweep-progress.done"); told != fmt.Sprintf("%d of 144", made) {
		t.Errorf("with %d runs it says %q", made, told)
	}
}

// A slowWriter takes each part of a page only after a while, and records how long the page is after each.
type slowWriter struct {
	*httptest.ResponseRecorder
	slow time.Duration
	ends []int
}

func (w *slowWriter) Write(p []byte) (int, error) {
	time.Sleep(w.slow)
	n, err := w.ResponseRecorder.Write(p)
	w.ends = append(w.ends, w.Body.Len())
	return n, err
}

// togetherOf finds of how many runs a page says what they tell together.
var togetherOf = regexp.MustCompile(`<div class="so-far"><h3>Together so far <span class="quiet">(\d+) of `)

// TestSweepPageTogether: wherever a page breaks off, it says and draws what its runs tell together, of all
// but the last few of them. That takes no more bytes than the runs, and leaves time to look at it.
func TestSweepPageTogether(t *testing.T) {
	runs := func(columns string) url.Values {
		return sweepForm(t, sampleState(t, "moons", 30, 0, nil), views.FieldSweep, views.SweepOwn, views.FieldSweepRows, "hidden_layers",
			views.FieldSweepRowValues, "2 3 4 5 6 7 8 9 10 11 12 13", views.FieldSweepColumns, "learning_rate", views.FieldSweepColumnValues, columns, views.FieldSweepSteps, "5")
	}
	const rates = "0.001 0.002 0.003 0.004 0.005 0.006 0.007 0.008 0.009 0.01 0.02 0.03"
	for name, test := range map[string]struct {
		form        url.Values
		slow        time.Duration
		late        int // how many runs may be missing in what they tell
		least, most int // how often it is told
	}{
		"Lines":  {ownSweep(t, "1..40", "20"), time.Second, 0, 40, 40},
		"Map":    {runs("0.01 0.1 1"), time.Second, 0, 36, 36},
		"Large":  {runs(rates), time.Second, 3, 48, 100},
		"Faster": {runs("0.01 0.1 1"), 100 * time.Millisecond, 3, 9, 18},
		"Fast":   {runs("0.01 0.1 1"), time.Millisecond, 36, 1, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newTestServer(t)
			r := httptest.NewRequest("POST", "/sweep", strings.NewReader(test.form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Accept", "text/html")
			w := &slowWriter{ResponseRecorder: httptest.NewRecorder(), slow: test.slow}
			s.ServeHTTP(w, r)
			page := w.Body.String()
			late := 0
			for _, end := range w.ends {
				if made := strings.Count(page[:end], `<p class="sweep-progress" `); made > 0 {
					all := togetherOf.FindAllStringSubmatch(page[:end], -1)
					if all == nil {
						t.Fatalf("%s: with %d runs the page does not say what they tell", name, made)
					}
					of, _ := strconv.Atoi(all[len(all)-1][1])
					late = max(late, made-of)
				}
			}
			if all := togetherOf.FindAllString(page, -1); late > test.late || len(all) < test.least || len(all) > test.most {
				t.Errorf("%s: the page says %d times what its runs tell, at worst of %d runs too few; want %d to %d times, and at most %d too few",
					name, len(all), late, test.least, test.most, test.late)
			}
			root := parseHTML(t, page)
			if charts, told := len(find(root, ".so-far .chart")), len(find(root, ".so-far")); charts < told {
				t.Errorf("%s: of %d times there are %d charts; want one each time", name, told, charts)
			}
			if alone := len(withoutTogether(t, page)); len(page) > 2*alone {
				t.Errorf("%s: the page has %d bytes, and %d without what its runs tell so far; want at most twice as many", name, len(page), alone)
			}
		})
	}
}

package browser

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// A fleet is some servers behind a balancer that asks them in turn.
type fleet struct {
	*server
	mu      sync.Mutex
	members []*handlers.Server
	turn    int
	lacks   string // the end of the address of a file that nobody has
}

// startFleet starts a balancer without servers.
func startFleet(tb testing.TB) *fleet {
	tb.Helper()
	f := &fleet{}
	listener := httptest.NewServer(http.HandlerFunc(f.pass))
	tb.Cleanup(func() { f.set(tb); listener.Close() })
	f.server = &server{&contract.Server{Root: listener.URL, Client: listener.Client()}}
	return f
}

// set replaces the servers by new ones of these releases. Those before drain and are gone.
func (f *fleet) set(tb testing.TB, releases ...string) {
	tb.Helper()
	var members []*handlers.Server
	for _, release := range releases {
		cfg := handlers.DefaultConfig()
		cfg.Logger, cfg.Release = slog.New(slog.DiscardHandler), release
		member, err := handlers.New(cfg)
		if err != nil {
			tb.Fatalf("handlers.New(%+v): %v", cfg, err)
		}
		members = append(members, member)
	}
	f.mu.Lock()
	before := f.members
	f.members = members
	f.mu.Unlock()
	if len(members) > 0 {
		f.Server.Server = members[0]
	}
	for _, member := range before {
		member.Drain()
	}
}

// pass lets the next server answer.
func (f *fleet) pass(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	var member http.Handler = http.NotFoundHandler()
	if n := len(f.members); n > 0 {
		f.turn++
		member = f.members[f.turn%n]
	}
	if f.lacks != "" && strings.HasSuffix(r.URL.Path, f.lacks) {
		member = http.NotFoundHandler()
	}
	f.mu.Unlock()
	member.ServeHTTP(w, r)
}

// release is what the page that is shown says of itself; "" while its script is not there, and
// between two pages.
func (p *tab) release() string {
	release, _ := try[string](p, `document.documentElement.classList.contains("script") ? document.body.dataset.release : ""`)
	return release
}

// What a browser says of a page in a mixture of releases.
const saysForeign = `status of (404|409)|Refused to (apply style|execute script) from .*/public/|htmx is not defined`

// TestBrowserRollOut: a page that trains meets a new release, at first beside its own, then alone.
// It goes on from what it shows, becomes a page of the new release, and no update is lost.
func TestBrowserRollOut(t *testing.T) {
	t.Parallel()
	for _, transport := range pageTransports {
		t.Run(transport.name, func(t *testing.T) {
			f := startFleet(t)
			f.set(t, "old", "old")
			p := f.open(t, provoking(saysForeign, saysGone, saysBusy))
			p.by(transport.value)
			first := p.look()
			p.train()
			shown := first
			for _, releases := range [][]string{{"old", "new"}, {"new", "old", "new"}, {"new", "new"}} {
				shown = p.until("some steps", func(v view) bool { return v.steps() >= shown.steps()+5 })
				f.set(t, releases...)
			}
			p.until("the page of the new release trains", func(v view) bool {
				return p.release() == "new" && v.Connection == saysTraining && v.steps() >= shown.steps()+5
			})
			end := p.pause()
			p.checkStored(end)
			f.checkLaw(t, first.state, end)
		})
	}
}

// TestBrowserNewPageInMixture: a page that is opened while releases are mixed comes to work, and all
// that it is made of is of one release.
func TestBrowserNewPageInMixture(t *testing.T) {
	t.Parallel()
	for _, i := range few(1, []int{0, 1, 2}) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			f := startFleet(t)
			f.set(t, "old", "new", "other")
			p := f.open(t, provoking(saysForeign, saysGone))
			p.until("the page works", func(v view) bool { return ready(v) && p.release() != "" })
			files := eval[[]string](p, `performance.getEntriesByType("resource").map((e) => e.name)
				.filter((name) => name.includes("/public/"))`)
			for _, file := range files {
				u, err := url.Parse(file)
				if err != nil || len(u.Path) < len("/public/") || u.Path[:len("/public/"+p.release())] != "/public/"+p.release() {
					t.Errorf("a page of release %s has the file %s, %v", p.release(), file, err)
				}
			}
			if len(files) < 20 {
				t.Errorf("the page has %d files; want all modules", len(files))
			}
			if v := p.trainTo(3); v.steps() < 3 {
				t.Errorf("after training: %v; want 3 steps", v)
			}
		})
	}
}

// TestBrowserFileMissing: a page that lacks one of its files looks for it, loads itself again, and
// in the end says what is wrong. It works by steps meanwhile.
func TestBrowserFileMissing(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"/htmx.min.js", "/curves.js"} {
		t.Run(file[1:], func(t *testing.T) {
			f := startFleet(t)
			f.set(t, "old")
			f.lacks = file
			// Seven loads in vain have been before.
			p := f.open(t, provoking(saysForeign), before(`sessionStorage.nnvisu_loads ??= 7`))
			told := `document.getElementById("storage-notice").hidden ? "" : document.getElementById("told").textContent`
			contract.Eventually(t, "the page says that it lacks a file", func() bool {
				text, err := try[string](p, told)
				return err == nil && strings.Contains(text, "could not be loaded")
			})
			loads := 0
			for _, r := range p.sentSoFar() {
				if r.path == "/" {
					loads++
				}
			}
			if loads < 2 {
				t.Errorf("the page was loaded %d times; want it to have loaded itself", loads)
			}
			f.mu.Lock()
			f.lacks = ""
			f.mu.Unlock()
			p.reload()
			if v := p.trainTo(3); v.steps() < 3 {
				t.Errorf("after training: %v; want 3 steps", v)
			}
		})
	}
}

// TestBrowserPaintFails: a picture that cannot be drawn is told once, and no update is lost.
func TestBrowserPaintFails(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	first := p.look()
	eval[bool](p, `{ CanvasRenderingContext2D.prototype.putImageData = () => { throw new Error("no picture"); }; true }`)
	p.train()
	p.until("it trains on", func(v view) bool { return v.steps() >= first.steps()+10 })
	if told := eval[string](p, `document.getElementById("told").textContent`); !strings.Contains(told, "no picture") {
		t.Errorf("the page says %q; want that the picture cannot be drawn", told)
	}
	end := p.pause()
	p.checkStored(end)
	s.checkLaw(t, first.state, end)
}

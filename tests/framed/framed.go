// Package framed has pages of another site that show cards in frames, for tests of browsers. A frame
// of another site cannot be looked into, so each card gets one more script, which answers what the
// page around it asks.
package framed

import (
	_ "embed"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// eyes is the script that each card gets.
//
//go:embed eyes.js
var eyes []byte

// lesson is the script of the page around: it follows the heights of the frames, and asks them.
//
//go:embed lesson.js
var lesson []byte

// Other paths of the server of cards.
const (
	pathEyes    = "/public/eyes.js"
	pathBlocked = "/public/blocked.js"
	pathLesson  = "/own/" // lessons of the same site
)

// blocked denies every storage, as a browser does to frames of other sites if it is told to.
const blocked = `for (const name of ["localStorage", "sessionStorage", "indexedDB"])
	Object.defineProperty(window, name, {get() { throw new DOMException("denied", "SecurityError"); }});`

// A Site is a site with lessons, and a server whose cards they show.
type Site struct {
	Root    string // of the lessons, which is another site than that of
	Cards   string // the cards
	Blocked bool   // storages are denied to cards
}

// Start starts both. The site is named by the server if it is to be.
func Start(tb testing.TB, named bool) *Site {
	tb.Helper()
	s := &Site{}
	lessons := httptest.NewServer(http.HandlerFunc(s.lesson))
	_, port, err := net.SplitHostPort(lessons.Listener.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	s.Root = "http://localhost:" + port
	app := contract.Start(tb, func(c *handlers.Config) {
		if c.FrameAncestors = []string{"https://moodle.example"}; named {
			c.FrameAncestors = append(c.FrameAncestors, handlers.SelfOrigin, s.Root)
		}
	})
	cards := httptest.NewServer(s.cards(app.Server))
	s.Cards = cards.URL // on 127.0.0.1
	tb.Cleanup(func() {
		app.Drain()
		cards.CloseClientConnections()
		cards.Close()
		lessons.Close()
	})
	return s
}

// Lesson returns the address of a page with a frame for each query of a card, as wide as is said.
func (s *Site) Lesson(width int, queries ...string) string {
	var b strings.Builder
	b.WriteString("?")
	for _, q := range queries {
		fmt.Fprintf(&b, "&frame=%s", strings.NewReplacer("&", "%26", "%", "%25", "+", "%2B", "#", "%23").Replace(q))
	}
	return fmt.Sprintf("%s%s%s&width=%d", s.Root, pathLesson, b.String(), width)
}

// OwnLesson returns the address of such a page of the server's own site.
func (s *Site) OwnLesson(width int, queries ...string) string {
	return s.Cards + strings.TrimPrefix(s.Lesson(width, queries...), s.Root)
}

func (s *Site) lesson(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != pathLesson {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(lesson)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A lesson</title><script src="lesson.js"></script>`)
	for _, q := range r.URL.Query()["frame"] {
		fmt.Fprintf(w, `<iframe src="%s/embed?%s" title="A card" width="%s" height="200"></iframe>`,
			s.Cards, html.EscapeString(q), html.EscapeString(r.URL.Query().Get("width")))
	}
}

// cards serves what the server does, with our scripts in each card.
func (s *Site) cards(app http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case pathEyes, pathBlocked:
			w.Header().Set("Content-Type", "text/javascript")
			if r.URL.Path == pathEyes {
				_, _ = w.Write(eyes)
			} else if s.Blocked {
				_, _ = w.Write([]byte(blocked))
			}
		case "/embed":
			r.Header.Del("Accept-Encoding")
			answer := httptest.NewRecorder()
			app.ServeHTTP(answer, r)
			for name, values := range answer.Header() {
				if name != "Content-Length" {
					w.Header()[name] = values
				}
			}
			w.WriteHeader(answer.Code)
			scripts := fmt.Sprintf(`<head><script src="%s"></script><script src="%s"></script>`, pathBlocked[1:], pathEyes[1:])
			_, _ = w.Write([]byte(strings.Replace(answer.Body.String(), "<head>", scripts, 1)))
		case pathLesson, pathLesson + "lesson.js":
			s.lesson(w, r)
		default:
			app.ServeHTTP(w, r)
		}
	})
}

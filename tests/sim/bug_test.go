package sim

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// isDone reports whether an event is the last one of its stream.
func isDone(event []byte) bool { return bytes.HasPrefix(event, []byte("event: done")) }

// bugs are mistakes that a server or a client could make.
var bugs = []bug{
	{name: "the last frame is lost", finds: "is told", events: func() func([]byte) [][]byte {
		var kept []byte
		return func(event []byte) (sent [][]byte) {
			if kept != nil && !isDone(event) {
				sent = append(sent, kept)
			}
			if kept = event; isDone(event) {
				sent = append(sent, event)
			}
			return sent
		}
	}},
	{name: "a frame is lost", finds: "receives step", events: func() func([]byte) [][]byte {
		n := 0
		return func(event []byte) [][]byte {
			if n++; n == 3 && !isDone(event) {
				return nil
			}
			return [][]byte{event}
		}
	}},
	{name: "a frame is sent twice", finds: "after step", events: func() func([]byte) [][]byte {
		n := 0
		return func(event []byte) [][]byte {
			if n++; n == 5 && !isDone(event) {
				return [][]byte{event, event}
			}
			return [][]byte{event}
		}
	}},
	{name: "two frames change places", finds: "after step", events: func() func([]byte) [][]byte {
		var kept []byte
		return func(event []byte) [][]byte {
			if kept == nil && !isDone(event) {
				kept = event
				return nil
			}
			defer func() { kept = nil }()
			return [][]byte{event, kept}
		}
	}},
	{name: "a digit is wrong", finds: "the network", events: func() func([]byte) [][]byte {
		return func(event []byte) [][]byte { return [][]byte{bytes.Replace(event, []byte("0.3"), []byte("0.4"), 1)} }
	}},
	{name: "a stream says that all is done when the server stops", finds: "is told", events: func() func([]byte) [][]byte {
		return func(event []byte) [][]byte {
			return [][]byte{bytes.Replace(event, []byte(`"shutdown"`), []byte(`"steps"`), 1)}
		}
	}},
	{name: "a client goes on from the frame before", finds: "after step", resumes: func(at int) int { return max(0, at-1) }},
	{name: "a client begins anew", finds: "after step", resumes: func(int) int { return 0 }},
	{name: "pages of another release are served", finds: "a frame of release", server: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Nnvisu-Release")
			h.ServeHTTP(w, r)
		})
	}},
}

// TestBugsAreFound: a simulation that finds nothing is worth something only if it finds what is
// there.
func TestBugsAreFound(t *testing.T) {
	const tries = 60
	courses := takeCourses(t)
	for _, bug := range bugs {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(tries) {
				for _, violation := range simulate(t, seed, courses, bug).violations {
					if strings.Contains(violation, bug.finds) {
						t.Logf("seed %d finds it: %s", seed, violation[:min(len(violation), 200)])
						return
					}
				}
			}
			t.Errorf("%d seeds do not find it", tries)
		})
	}
}

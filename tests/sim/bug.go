package sim

import (
	"bytes"
	"net/http"
)

// A bug is a mistake that a simulation must find. The zero value is none.
type bug struct {
	name string
	// server changes what replicas do.
	server func(http.Handler) http.Handler
	// events returns a function for each stream that changes its events.
	events func() func(event []byte) (sent [][]byte)
	// resumes changes the step from which a client goes on.
	resumes func(at int) int
	finds   string // part of the violation
}

// resumeAt returns the step from which a client goes on that has received a step.
func (b bug) resumeAt(at int) int {
	if b.resumes == nil {
		return at
	}
	return b.resumes(at)
}

// changed returns the handler of a replica that has the bug.
func (b bug) changed(h http.Handler) http.Handler {
	switch {
	case b.server != nil:
		return b.server(h)
	case b.events != nil:
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Accept-Encoding") // the events are to be read
			h.ServeHTTP(&eventChanger{ResponseWriter: w, change: b.events()}, r)
		})
	}
	return h
}

// An eventChanger changes the events of a stream. Each comes in one write.
type eventChanger struct {
	http.ResponseWriter
	change func(event []byte) [][]byte
}

func (w *eventChanger) Write(b []byte) (int, error) {
	if w.Header().Get("Content-Type") != "text/event-stream" {
		return w.ResponseWriter.Write(b)
	}
	for _, event := range w.change(bytes.Clone(b)) {
		if _, err := w.ResponseWriter.Write(event); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (w *eventChanger) Unwrap() http.ResponseWriter { return w.ResponseWriter }

package tests

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// An event is one of a stream of server-sent events.
type event struct {
	name, id, data string
}

// reason is why a stream was done; "" if the event says nothing about it.
func (e event) reason() string {
	var done struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal([]byte(e.data), &done) != nil {
		return ""
	}
	return done.Reason
}

// A stream reads server-sent events as they come.
type stream struct {
	header   http.Header
	comments int // how many comment lines came so far

	body  io.Closer
	lines *bufio.Reader
	stop  context.CancelFunc
}

// train opens a stream by POST /train. What is not a stream is an error: a *failure if the server answered with one.
func (s *server) train(ctx context.Context, text []byte, headers ...string) (*stream, error) {
	return s.stream(ctx, "POST", "/train", text, append([]string{"Content-Type", "application/json"}, headers...)...)
}

// recipe opens a stream by GET /train.
func (s *server) recipe(ctx context.Context, query string, headers ...string) (*stream, error) {
	return s.stream(ctx, "GET", "/train?"+query, nil, headers...)
}

func (s *server) stream(ctx context.Context, method, path string, text []byte, headers ...string) (*stream, error) {
	ctx, stop := context.WithCancel(ctx)
	r, err := s.request(ctx, method, path, text, headers...)
	if err != nil {
		stop()
		return nil, err
	}
	w, err := s.client.Do(r)
	if err != nil {
		stop()
		return nil, err
	}
	st := &stream{header: w.Header, body: w.Body, lines: bufio.NewReader(w.Body), stop: stop}
	if w.StatusCode != http.StatusOK {
		defer st.close()
		body, err := io.ReadAll(w.Body)
		if err != nil {
			return nil, err
		}
		if _, err = (reply{w.StatusCode, w.Header, body}).read(); err == nil {
			err = fmt.Errorf("status %d; want a stream: %s", w.StatusCode, clip(body))
		}
		return nil, err
	}
	if kind := w.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		defer st.close()
		body, _ := io.ReadAll(w.Body) // only for the message
		return nil, fmt.Errorf("Content-Type %q; want text/event-stream: %s", kind, clip(body))
	}
	return st, nil
}

// next reads an event; io.EOF is the end of the stream.
func (st *stream) next() (event, error) {
	var e event
	var data []string
	for {
		line, err := st.lines.ReadString('\n')
		if err != nil {
			if err == io.EOF && (line != "" || data != nil || e != event{}) {
				err = io.ErrUnexpectedEOF
			}
			return e, err
		}
		line = strings.TrimRight(line, "\r\n")
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && data == nil && e == event{}: // two empty lines, or the one after a comment
		case line == "":
			e.data = strings.Join(data, "\n")
			return e, nil
		case name == "":
			st.comments++
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			data = append(data, value)
		case name == "retry":
		default:
			return e, fmt.Errorf("a line no server-sent event has: %s", clip([]byte(line)))
		}
	}
}

// rest reads all the events there are until the server ends the stream.
func (st *stream) rest() ([]event, error) {
	var events []event
	for {
		e, err := st.next()
		if err == io.EOF {
			return events, nil
		}
		if err != nil {
			return events, fmt.Errorf("after %d events: %w", len(events), err)
		}
		events = append(events, e)
	}
}

// close goes away, as a client that has closed its window.
func (st *stream) close() {
	st.stop()
	st.body.Close()
}

// mustTrain is train in a test that cannot go on without a stream.
func (s *server) mustTrain(tb testing.TB, m message) *stream {
	tb.Helper()
	st, err := s.train(soon(tb), m.text())
	if err != nil {
		tb.Fatalf("POST /train: %v; want a stream\nrequest %s", err, clip(m.text()))
	}
	tb.Cleanup(st.close)
	return st
}

// mustNext reads an event of the given name.
func (st *stream) mustNext(tb testing.TB, name string) event {
	tb.Helper()
	e, err := st.next()
	if err != nil {
		tb.Fatalf("next event: %v; want %s", err, name)
	}
	if e.name != name {
		tb.Fatalf("event %s %s; want %s", e.name, clip([]byte(e.data)), name)
	}
	return e
}

// mustRest reads the whole stream.
func (st *stream) mustRest(tb testing.TB) []event {
	tb.Helper()
	events, err := st.rest()
	if err != nil {
		tb.Fatalf("read the stream: %v", err)
	}
	return events
}

// mustResults reads the whole stream, which must be of results and a done for the given reason.
func (st *stream) mustResults(tb testing.TB, reason string) []event {
	tb.Helper()
	events := st.mustRest(tb)
	for i, e := range events {
		want := "train_step_result"
		if i == len(events)-1 {
			want = "done"
		}
		if e.name != want {
			tb.Fatalf("event %d of %d = %s %s; want %s", i, len(events), e.name, clip([]byte(e.data)), want)
		}
	}
	if len(events) == 0 {
		tb.Fatal("the stream ended without an event")
	}
	if last := events[len(events)-1]; last.reason() != reason {
		tb.Fatalf("the last event is done %s; want reason %s", last.data, reason)
	}
	return events[:len(events)-1]
}

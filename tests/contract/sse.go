package contract

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

// An Event is one of a stream of server-sent events.
type Event struct {
	Name, ID, Data string
}

// Reason returns why a stream was done; "" if the event does not say it.
func (e Event) Reason() string {
	var done struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal([]byte(e.Data), &done) != nil {
		return ""
	}
	return done.Reason
}

// A Stream reads server-sent events as they come.
type Stream struct {
	Header   http.Header
	Comments int    // how many comment lines came so far
	Heard    func() // called for every line; nil is nothing

	body  io.Closer
	lines *bufio.Reader
	stop  context.CancelFunc
}

// Train opens a stream by POST /train. It returns an error if the answer is no stream: a *Failure
// if the server answered with an error of the contract.
func (s *Server) Train(ctx context.Context, text []byte, headers ...string) (*Stream, error) {
	headers = append([]string{"Content-Type", "application/json"}, headers...)
	return s.stream(ctx, "POST", "/train", text, headers...)
}

// Recipe opens a stream by GET /train.
func (s *Server) Recipe(ctx context.Context, query string, headers ...string) (*Stream, error) {
	return s.stream(ctx, "GET", "/train?"+query, nil, headers...)
}

func (s *Server) stream(
	ctx context.Context, method, path string, text []byte, headers ...string,
) (*Stream, error) {
	ctx, stop := context.WithCancel(ctx)
	r, err := s.request(ctx, method, path, text, headers...)
	if err != nil {
		stop()
		return nil, err
	}
	w, err := s.Client.Do(r)
	if err != nil {
		stop()
		return nil, err
	}
	st := NewStream(w, stop)
	if w.StatusCode != http.StatusOK {
		defer st.Close()
		body, err := io.ReadAll(w.Body)
		if err != nil {
			return nil, err
		}
		if _, err = (Reply{w.StatusCode, w.Header, body}).Read(); err == nil {
			err = fmt.Errorf("status %d; want a stream: %s", w.StatusCode, Clip(body))
		}
		return nil, err
	}
	if kind := w.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		defer st.Close()
		body, _ := io.ReadAll(w.Body) // only for the message
		return nil, fmt.Errorf("Content-Type %q; want text/event-stream: %s", kind, Clip(body))
	}
	return st, nil
}

// NewStream reads the events of an answer. Close calls stop, and closes the answer.
func NewStream(w *http.Response, stop context.CancelFunc) *Stream {
	return &Stream{Header: w.Header, body: w.Body, lines: bufio.NewReader(w.Body), stop: stop}
}

// Next reads an event; io.EOF is the end of the stream.
func (st *Stream) Next() (Event, error) {
	var e Event
	var data []string
	for {
		line, err := st.lines.ReadString('\n')
		if err != nil {
			if err == io.EOF && (line != "" || data != nil || e != Event{}) {
				err = io.ErrUnexpectedEOF
			}
			return e, err
		}
		if st.Heard != nil {
			st.Heard()
		}
		line = strings.TrimRight(line, "\r\n")
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && data == nil && e == Event{}: // two empty lines, or the one after a comment
		case line == "":
			e.Data = strings.Join(data, "\n")
			return e, nil
		case name == "":
			st.Comments++
		case name == "event":
			e.Name = value
		case name == "id":
			e.ID = value
		case name == "data":
			data = append(data, value)
		case name == "retry":
		default:
			return e, fmt.Errorf("a line no server-sent event has: %s", Clip([]byte(line)))
		}
	}
}

// Rest reads events until the server ends the stream.
func (st *Stream) Rest() ([]Event, error) {
	var events []Event
	for {
		e, err := st.Next()
		if err == io.EOF {
			return events, nil
		}
		if err != nil {
			return events, fmt.Errorf("after %d events: %w", len(events), err)
		}
		events = append(events, e)
	}
}

// Close ends the connection, as a client does that closes its window.
func (st *Stream) Close() {
	st.stop()
	st.body.Close()
}

// MustTrain is Train in a test that cannot go on without a stream.
func (s *Server) MustTrain(tb testing.TB, m Message) *Stream {
	tb.Helper()
	st, err := s.Train(Soon(tb), m.Text())
	if err != nil {
		tb.Fatalf("POST /train: %v; want a stream\nrequest %s", err, Clip(m.Text()))
	}
	tb.Cleanup(st.Close)
	return st
}

// MustNext reads an event of the given name.
func (st *Stream) MustNext(tb testing.TB, name string) Event {
	tb.Helper()
	e, err := st.Next()
	if err != nil {
		tb.Fatalf("next event: %v; want %s", err, name)
	}
	if e.Name != name {
		tb.Fatalf("event %s %s; want %s", e.Name, Clip([]byte(e.Data)), name)
	}
	return e
}

// MustRest reads the whole stream.
func (st *Stream) MustRest(tb testing.TB) []Event {
	tb.Helper()
	events, err := st.Rest()
	if err != nil {
		tb.Fatalf("read the stream: %v", err)
	}
	return events
}

// MustResults reads the whole stream and returns its results. They must be followed by one done for
// the given reason.
func (st *Stream) MustResults(tb testing.TB, reason string) []Event {
	tb.Helper()
	events := st.MustRest(tb)
	for i, e := range events {
		want := "train_step_result"
		if i == len(events)-1 {
			want = "done"
		}
		if e.Name != want {
			tb.Fatalf("event %d of %d = %s %s; want %s", i, len(events), e.Name, Clip([]byte(e.Data)), want)
		}
	}
	if len(events) == 0 {
		tb.Fatal("the stream ended without an event")
	}
	if last := events[len(events)-1]; last.Reason() != reason {
		tb.Fatalf("the last event is done %s; want reason %s", last.Data, reason)
	}
	return events[:len(events)-1]
}

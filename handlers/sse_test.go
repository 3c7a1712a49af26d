package handlers

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

func TestCutLine(t *testing.T) {
	for _, test := range []struct {
		data, line, rest string
		more             bool
	}{
		{"", "", "", false},
		{"a", "a", "", false},
		{"a\nb", "a", "b", true},
		{"a\r\nb", "a", "b", true},
		{"a\rb", "a", "b", true},
		{"a\n\rb", "a", "\rb", true},
		{"a\r\r\nb", "a", "\r\nb", true},
		{"\n", "", "", true},
		{"\r", "", "", true},
		{"\r\n", "", "", true},
		{"a\r", "a", "", true},
		{"a\u2028b", "a\u2028b", "", false}, // a line end for JavaScript, but not here
		{"a\vb\fc\x85", "a\vb\fc\x85", "", false},
	} {
		line, rest, more := cutLine([]byte(test.data))
		if string(line) != test.line || string(rest) != test.rest || more != test.more {
			t.Errorf("cutLine(%q) = %q, %q, %t; want %q, %q, %t", test.data, line, rest, more, test.line, test.rest, test.more)
		}
	}
}

// A tape records what is done to a response, in order.
type tape struct {
	header http.Header
	did    []string
	err    error // of every write
}

func (w *tape) Header() http.Header { return w.header }
func (w *tape) WriteHeader(int)     { w.did = append(w.did, "header") }
func (w *tape) Write(p []byte) (int, error) {
	w.did = append(w.did, string(p))
	return len(p), w.err
}
func (w *tape) FlushError() error                { w.did = append(w.did, "flush"); return nil }
func (w *tape) Flush()                           { w.did = append(w.did, "flush") }
func (w *tape) SetWriteDeadline(time.Time) error { w.did = append(w.did, "deadline"); return nil }

func newTape(tb testing.TB) (*tape, *eventWriter) {
	w := &tape{header: http.Header{}}
	e := echo.New()
	return w, newTestServer(tb).newEventWriter(e.NewContext(httptest.NewRequest(http.MethodPost, "/train", nil), w))
}

// TestEventWriter: each event goes out in one write with a deadline of its own,
// and is flushed.
func TestEventWriter(t *testing.T) {
	for _, test := range []struct {
		name, event, id, data string
		want                  string
	}{
		{"Message", "", "", "a", "data: a\n\n"},
		{"Named", "done", "", `{"reason":"steps"}`, "event: done\ndata: {\"reason\":\"steps\"}\n\n"},
		{"ID", "train_step_result", "7", "{}", "event: train_step_result\nid: 7\ndata: {}\n\n"},
		{"Empty", "", "", "", "data: \n\n"},
		{"Feed", "", "", "a\nb", "data: a\ndata: b\n\n"},
		{"Return", "", "", "a\rb", "data: a\ndata: b\n\n"},
		{"ReturnFeed", "", "", "a\r\nb", "data: a\ndata: b\n\n"},
		{"Mixed", "", "", "a\n\r\n\rb\n", "data: a\ndata: \ndata: \ndata: b\ndata: \n\n"},
		{"Forged", "", "", "a\n\nevent: done\ndata: {}", "data: a\ndata: \ndata: event: done\ndata: data: {}\n\n"},
		{"Space", "", "", " a", "data:  a\n\n"},
	} {
		w, events := newTape(t)
		if got := w.header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("%s: Content-Type = %q; want text/event-stream", test.name, got)
		}
		w.did = nil
		events.put(test.event, test.id, []byte(test.data))
		if len(w.did) != 0 {
			t.Errorf("%s: put does %q; want nothing yet", test.name, w.did)
		}
		if err := events.write(); err != nil {
			t.Errorf("%s: write = %v", test.name, err)
		}
		if got := w.did; len(got) != 3 || got[0] != "deadline" || got[1] != test.want || got[2] != "flush" {
			t.Errorf("%s: put(%q, %q, %q) and write do %q; want a deadline, one write of %q and a flush", test.name, test.event, test.id, test.data, got, test.want)
		}
		if got := parseEvents(w.did[1]); len(got) != 1 || got[0].name != test.event || got[0].id != test.id || got[0].data != lineFeeds(test.data) {
			t.Errorf("%s: a browser reads %+v; want the event with the data %q", test.name, got, lineFeeds(test.data))
		}
	}
}

func TestEventWriterIdle(t *testing.T) {
	w, events := newTape(t)
	w.did = nil
	if err := events.idle(); err != nil {
		t.Fatal(err)
	}
	if len(w.did) != 3 || w.did[0] != "deadline" || !strings.HasPrefix(w.did[1], ":") || !strings.HasSuffix(w.did[1], "\n\n") || w.did[2] != "flush" {
		t.Errorf("idle does %q; want a deadline, one write of a comment and a flush", w.did)
	}
	if got := parseEvents(w.did[1]); len(got) != 0 {
		t.Errorf("a browser reads a comment as %+v; want nothing", got)
	}
}

// TestEventWriterGone: an error of the connection is returned.
func TestEventWriterGone(t *testing.T) {
	w, events := newTape(t)
	w.err = errors.New("gone")
	events.put("", "", []byte("a"))
	if err := events.write(); !errors.Is(err, w.err) {
		t.Errorf("write = %v; want %v", err, w.err)
	}
	if err := events.idle(); !errors.Is(err, w.err) {
		t.Errorf("idle = %v; want %v", err, w.err)
	}
}

// TestEventWriterReuse: an event holds nothing of the one before.
func TestEventWriterReuse(t *testing.T) {
	w, events := newTape(t)
	for _, data := range []string{"long data", "b", ""} {
		w.did = nil
		events.put("", "", []byte(data))
		if err := events.write(); err != nil || w.did[1] != "data: "+data+"\n\n" {
			t.Errorf("behind put(%q), write writes %q, %v", data, w.did, err)
		}
	}
}

type sseEvent struct{ name, id, data string }

// lineFeeds writes every line end as a browser gives it to the page.
func lineFeeds(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

// parseEvents reads a stream as the HTML standard says, section 9.2.6; an event
// that has an id keeps it to itself.
func parseEvents(stream string) []sseEvent {
	var events []sseEvent
	var e sseEvent
	var data []string
	for line := range strings.SplitSeq(lineFeeds(stream), "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil {
				e.data = strings.Join(data, "\n")
				events = append(events, e)
			}
			e, data = sseEvent{}, nil
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			data = append(data, value)
		}
	}
	return events
}

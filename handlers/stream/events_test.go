package stream

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
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
			t.Errorf("cutLine(%q) = %q, %q, %t; want %q, %q, %t",
				test.data, line, rest, more, test.line, test.rest, test.more)
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

func newTape() (*tape, *EventWriter) {
	w := &tape{header: http.Header{}}
	return w, NewEventWriter(w, SignComment, nil)
}

// TestEventWriter: each event goes out in one write, with a new deadline, and is flushed.
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
		{"Forged", "", "", "a\n\nevent: done\ndata: {}",
			"data: a\ndata: \ndata: event: done\ndata: data: {}\n\n"},
		{"Space", "", "", " a", "data:  a\n\n"},
	} {
		w, events := newTape()
		events.Append(test.event, test.id, []byte(test.data))
		if len(w.did) != 0 {
			t.Errorf("%s: Append does %q; want nothing yet", test.name, w.did)
		}
		if err := events.Flush(); err != nil {
			t.Errorf("%s: Flush = %v", test.name, err)
		}
		if want := []string{"deadline", test.want, "flush"}; !slices.Equal(w.did, want) {
			t.Errorf("%s: Append(%q, %q, %q) and Flush do %q; want %q",
				test.name, test.event, test.id, test.data, w.did, want)
			continue
		}
		got := ssetest.Parse(w.did[1])
		want := []ssetest.Event{{Name: test.event, ID: test.id, Data: ssetest.LineFeeds(test.data)}}
		if !slices.Equal(got, want) {
			t.Errorf("%s: a browser reads %+v; want %+v", test.name, got, want)
		}
	}
}

// TestEventWriterKeepAlive: script hears nothing of a comment, and an event without consequences of
// the other sign.
func TestEventWriterKeepAlive(t *testing.T) {
	for sign, want := range map[Sign][]ssetest.Event{
		SignComment: nil,
		SignEvent:   {{Name: "alive", Data: "{}"}},
	} {
		w := &tape{header: http.Header{}}
		if err := NewEventWriter(w, sign, nil).KeepAlive(); err != nil {
			t.Fatal(err)
		}
		if len(w.did) != 3 || w.did[0] != "deadline" || w.did[2] != "flush" {
			t.Fatalf("KeepAlive does %q; want a deadline, one write and a flush", w.did)
		}
		if got := ssetest.Parse(w.did[1]); !strings.HasSuffix(w.did[1], "\n\n") || !slices.Equal(got, want) {
			t.Errorf("a browser reads %q as %+v; want %+v", w.did[1], got, want)
		}
	}
}

// TestEventWriterGone: an error of the connection is returned.
func TestEventWriterGone(t *testing.T) {
	w, events := newTape()
	w.err = errors.New("gone")
	events.Append("", "", []byte("a"))
	if err := events.Flush(); !errors.Is(err, w.err) {
		t.Errorf("Flush = %v; want %v", err, w.err)
	}
	if err := events.KeepAlive(); !errors.Is(err, w.err) {
		t.Errorf("KeepAlive = %v; want %v", err, w.err)
	}
}

// TestEventWriterReuse: an event holds nothing of the one before.
func TestEventWriterReuse(t *testing.T) {
	w, events := newTape()
	for _, data := range []string{"long data", "b", ""} {
		w.did = nil
		events.Append("", "", []byte(data))
		if err := events.Flush(); err != nil || w.did[1] != "data: "+data+"\n\n" {
			t.Errorf("behind Append(%q), Flush writes %q, %v", data, w.did, err)
		}
	}
}

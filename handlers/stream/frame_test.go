package stream

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
)

// panics returns what f panics with, as text, or "" if it does not.
func panics(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// TestFrameMisuse: a frame ends once, has one event, and says what is wrong with any other use.
func TestFrameMisuse(t *testing.T) {
	write := func(f Frame) { f.Write("", "", []byte("a")) }
	commit := func(f Frame) { f.Commit() }
	abort := func(f Frame) { f.Abort() }
	const (
		ended       = "committed or aborted"
		second      = "second Write"
		withoutData = "without Write"
	)
	for _, test := range []struct {
		name  string
		calls []func(Frame)
		want  string // in the panic of the last call
	}{
		{"Commit", []func(Frame){write, commit}, ""},
		{"Abort", []func(Frame){abort}, ""},
		{"AbortWritten", []func(Frame){write, abort}, ""},
		{"CommitCommit", []func(Frame){write, commit, commit}, ended},
		{"CommitWrite", []func(Frame){write, commit, write}, ended},
		{"CommitAbort", []func(Frame){write, commit, abort}, ""},
		{"AbortCommit", []func(Frame){write, abort, commit}, ended},
		{"AbortWrite", []func(Frame){abort, write}, ended},
		{"AbortAbort", []func(Frame){abort, abort}, ""},
		{"WriteWrite", []func(Frame){write, write}, second},
		{"Empty", []func(Frame){commit}, withoutData},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestSender(t, newRecorder())
			defer s.Close()
			frame, err := s.Begin()
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, call := range test.calls {
				if got != "" {
					t.Fatalf("a call before the last panics: %s", got)
				}
				got = panics(func() { call(frame) })
			}
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("the last call panics with %q; want %q", got, test.want)
			}
			frame.Abort()
			if err := s.Send("", "", []byte("b")); err != nil {
				t.Errorf("Send behind the frame = %v", err)
			}
		})
	}
}

// TestFrameStale: a frame that has ended cannot touch the sender's next frame.
func TestFrameStale(t *testing.T) {
	w := newRecorder()
	s := newTestSender(t, w)
	defer s.Close()
	stale, err := s.Begin()
	if err != nil {
		t.Fatal(err)
	}
	stale.Abort()
	next, ok := s.TryBegin()
	if !ok {
		t.Fatal("TryBegin() behind Abort = false; want a frame")
	}
	stale.Abort()
	if _, ok := s.TryBegin(); ok {
		t.Error("Abort of a stale frame ends the next one")
	}
	if panics(func() { stale.Write("", "", nil) }) == "" || panics(stale.Commit) == "" {
		t.Error("a stale frame can write and commit in place of the next one; want panics")
	}
	next.Write("", "", []byte("a"))
	next.Commit()
	if err := s.Flush(); err != nil || len(w.events) != 1 || !strings.HasPrefix(w.events[0], "a ") {
		t.Errorf("the carrier wrote %q, %v; want the one event of the open frame", w.events, err)
	}
	var zero Frame
	zero.Abort()
	if panics(func() { zero.Write("", "", nil) }) == "" || panics(zero.Commit) == "" {
		t.Error("the zero frame can write and commit; want panics")
	}
}

// TestFrameAbort: the client gets nothing of an aborted frame, and a gzip stream is complete
// without it.
func TestFrameAbort(t *testing.T) {
	for _, gzip := range []*GzipStream{nil, new(GzipStream)} {
		for _, first := range []bool{true, false} {
			var out collector
			s := newTestSender(t, NewEventWriter(&out, SignComment, gzip))
			var want []ssetest.Event
			if !first {
				if err := s.Send("", "", []byte("before")); err != nil {
					t.Fatal(err)
				}
				want = append(want, ssetest.Event{Data: "before"})
			}
			frame, err := s.Begin()
			if err != nil {
				t.Fatal(err)
			}
			frame.Write("", "", []byte("aborted"))
			frame.Abort()
			if err := s.Send("", "", []byte("after")); err != nil {
				t.Fatal(err)
			}
			if err := s.End("done", nil); err != nil {
				t.Fatal(err)
			}
			s.Close()
			want = append(want, ssetest.Event{Data: "after"}, ssetest.Event{Name: "done"})
			text := out.String()
			if gzip != nil {
				text = gunzip(t, out.Bytes())
				*gzip = GzipStream{} // for the next round
			}
			if got := ssetest.Parse(text); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("gzip %t, aborted first %t: the client reads %v; want %v",
					gzip != nil, first, got, want)
			}
		}
	}
}

// A collector is a connection that takes everything at once.
type collector struct {
	bytes.Buffer
	header http.Header
}

func (w *collector) Header() http.Header              { return w.header }
func (w *collector) WriteHeader(int)                  {}
func (w *collector) SetWriteDeadline(time.Time) error { return nil }
func (w *collector) Flush()                           {}

// A nowhere is a connection that forgets everything at once.
type nowhere struct{ collector }

func (w *nowhere) Write(p []byte) (int, error) { return len(p), nil }

// TestFrameAllocations: a frame needs no memory of its own.
func TestFrameAllocations(t *testing.T) {
	s := newTestSender(t, silent{})
	defer s.Close()
	data := []byte("a")
	n := testing.AllocsPerRun(1000, func() {
		frame, err := s.Begin()
		if err != nil {
			t.Error(err)
			return
		}
		defer frame.Abort()
		frame.Write("", "", data)
		frame.Commit()
	})
	if n != 0 {
		t.Errorf("a frame takes %v allocations; want 0", n)
	}
}

// A silent carrier does nothing.
type silent struct{}

func (silent) Append(string, string, []byte) {}
func (silent) AppendEnd()                    {}
func (silent) Discard()                      {}
func (silent) Flush() error                  { return nil }
func (silent) KeepAlive() error              { return nil }
func (silent) Cut()                          {}

// BenchmarkFrame is the way of a frame from Begin to its write, with data as long as the page's
// frames. Carrier silent is what the sender alone takes.
func BenchmarkFrame(b *testing.B) {
	overloaded := func() bool { return true }
	data := bytes.Repeat([]byte(`<path d="M0.123 4.567">`), 1200)
	for _, test := range []struct {
		name    string
		carrier Carrier
	}{
		{"carrier=silent", silent{}},
		{"carrier=events", NewEventWriter(&nowhere{}, SignComment, nil)},
		{"carrier=gzip", NewEventWriter(&nowhere{}, SignComment, new(GzipStream))},
		{"carrier=stored", NewEventWriter(&nowhere{}, SignComment, &GzipStream{Overloaded: overloaded})},
	} {
		b.Run(test.name, func(b *testing.B) {
			s := newTestSender(b, test.carrier)
			defer s.Close()
			b.ReportAllocs()
			for b.Loop() {
				frame, err := s.Begin()
				if err != nil {
					b.Fatal(err)
				}
				frame.Write("", "", data)
				frame.Commit()
			}
		})
	}
}

package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A recorder is a carrier that takes a set time for each event, and records when it was called.
type recorder struct {
	start        time.Time
	took         time.Duration
	event        string // appended
	events       []string
	err          error // of every Flush
	keepAliveErr error // of every KeepAlive
	panics       bool
	gone         chan struct{}
}

func newRecorder() *recorder { return &recorder{start: time.Now(), gone: make(chan struct{})} }

func (w *recorder) at(what string) {
	w.events = append(w.events, fmt.Sprint(what, " ", time.Since(w.start)))
}

func (w *recorder) Append(name, id string, data []byte) { w.event += name + id + string(data) }
func (w *recorder) AppendEnd()                          { w.event += "." }
func (w *recorder) Discard()                            { w.event = "" }
func (w *recorder) Cut()                                { close(w.gone) }

func (w *recorder) KeepAlive() error {
	w.at("keep-alive")
	return w.keepAliveErr
}

func (w *recorder) Flush() error {
	if w.panics {
		panic("oops")
	}
	w.at(w.event)
	w.event = ""
	select {
	case <-time.After(w.took):
	case <-w.gone:
		return errors.New("cut")
	}
	return w.err
}

// newTestSender returns a sender whose failure fails the test.
func newTestSender(tb testing.TB, c Carrier) *Sender {
	return NewSender(tb.Context(), c, func(err error) { tb.Errorf("the sender failed: %v", err) })
}

// TestSender: an event is written while the next is computed, and the next frame begins only when
// it is written.
func TestSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newRecorder()
		w.took = time.Second
		s := newTestSender(t, w)
		frame, ok := s.TryBegin()
		if !ok {
			t.Fatal("TryBegin() at first = false; want a frame")
		}
		frame.Write("", "", []byte("a"))
		frame.Commit()
		if took := time.Since(w.start); took != 0 {
			t.Errorf("Commit took %v; want it not to wait", took)
		}
		time.Sleep(999 * time.Millisecond)
		if _, ok := s.TryBegin(); ok {
			t.Error("TryBegin() while an event is written = true; want false")
		}
		time.Sleep(2 * time.Millisecond)
		if frame, ok = s.TryBegin(); !ok {
			t.Error("TryBegin() behind an event = false; want a frame")
		}
		frame.Abort()
		if err := s.Send("b", "1", nil); err != nil {
			t.Error(err)
		}
		if err := s.End("done", nil); err != nil {
			t.Error(err)
		}
		took, want := time.Since(w.start), []string{"a 0s", "b1 1.001s", "done. 2.001s"}
		if !slices.Equal(w.events, want) || took != 3001*time.Millisecond {
			t.Errorf("the carrier wrote %q in %v; want %q in 3.001s", w.events, took, want)
		}
		s.Close()
	})
}

// TestSenderKeepAlive: no time without events is longer than SignEvery.
func TestSenderKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newRecorder()
		s := newTestSender(t, w)
		for range 2 {
			time.Sleep(12 * time.Second)
			if err := s.Send("a", "", nil); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			time.Sleep(4 * time.Second)
			if err := s.Send("b", "", nil); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		want := []string{
			"keep-alive 5s", "keep-alive 10s", "a 12s", "keep-alive 17s", "keep-alive 22s", "a 24s",
			"b 28s", "b 32s", "b 36s", "b 40s",
		}
		if !slices.Equal(w.events, want) {
			t.Errorf("the carrier did %q; want %q", w.events, want)
		}
	})
}

// TestSenderFails: an error or a panic of the carrier reaches the computation and all later calls,
// and no goroutine is left behind.
func TestSenderFails(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name   string
		change func(w *recorder)
		is     func(err error) bool
	}{
		{"Write", func(w *recorder) { w.err = broken }, func(err error) bool {
			return errors.Is(err, broken) && errors.As(err, new(UnreadError))
		}},
		{"Panic", func(w *recorder) { w.panics = true }, func(err error) bool {
			return strings.Contains(err.Error(), "panic: oops") && !errors.As(err, new(UnreadError))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newRecorder()
				test.change(w)
				ctx, fail := context.WithCancelCause(t.Context())
				s := NewSender(t.Context(), w, fail)
				if err := s.Send("a", "", nil); err != nil {
					t.Errorf("Send = %v; want it handed over", err)
				}
				<-ctx.Done()
				for what, err := range map[string]error{
					"the cause": context.Cause(ctx),
					"Send":      s.Send("b", "", nil),
					"End":       s.End("c", nil),
				} {
					if err == nil || !test.is(err) {
						t.Errorf("%s = %v; want the error of the carrier", what, err)
					}
				}
				s.Close()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := newRecorder()
		w.keepAliveErr = broken
		ctx, fail := context.WithCancelCause(t.Context())
		s := NewSender(t.Context(), w, fail)
		if <-ctx.Done(); !errors.Is(context.Cause(ctx), broken) || time.Since(w.start) != SignEvery {
			t.Errorf("a client that does not answer ends its stream after %v with %v; want %v, %v",
				time.Since(w.start), context.Cause(ctx), SignEvery, broken)
		}
		s.Close()
	})
}

// TestSenderCut: a write ends when its client goes.
func TestSenderCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newRecorder()
		w.took = time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		s := NewSender(ctx, w, func(error) {})
		if err := s.Send("a", "", nil); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, cancel)
		s.Close()
		if took := time.Since(w.start); took != time.Second {
			t.Errorf("Close took %v; want it to end with its client, after 1s", took)
		}
	})
}

package handlers

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A wire is a carrier that takes as long as it is told to for each event, and
// records when it was called.
type wire struct {
	start  time.Time
	took   time.Duration
	put1   string
	events []string
	err    error // of every write
	idled  error
	panics bool
	gone   chan struct{}
}

func newWire() *wire { return &wire{start: time.Now(), gone: make(chan struct{})} }

func (w *wire) at(what string) {
	w.events = append(w.events, fmt.Sprint(what, " ", time.Since(w.start)))
}

func (w *wire) put(name, id string, data []byte) { w.put1 += name + id + string(data) }
func (w *wire) putEnd()                          { w.put1 += "." }
func (w *wire) cut()                             { close(w.gone) }
func (w *wire) idle() error                      { w.at("idle"); return w.idled }
func (w *wire) write() error {
	if w.panics {
		panic("oops")
	}
	w.at(w.put1)
	w.put1 = ""
	select {
	case <-time.After(w.took):
	case <-w.gone:
		return errors.New("cut")
	}
	return w.err
}

// TestSender: an event is written while the next is thought about, and the next is
// put only when it is written.
func TestSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.took = time.Second
		s := newSender(t.Context(), w, func(err error) { t.Errorf("the sender failed: %v", err) })
		if !s.try() {
			t.Fatal("try() at first = false; want a turn")
		}
		s.put("", "", []byte("a"))
		s.send()
		if took := time.Since(w.start); took != 0 {
			t.Errorf("send took %v; want it not to wait", took)
		}
		time.Sleep(999 * time.Millisecond)
		if s.try() {
			t.Error("try() while an event is written = true; want false")
		}
		time.Sleep(2 * time.Millisecond)
		if !s.try() {
			t.Error("try() behind an event = false; want a turn")
		}
		s.drop()
		if err := s.say("b", "1", nil); err != nil {
			t.Error(err)
		}
		if err := s.end("done", nil); err != nil {
			t.Error(err)
		}
		if got, want := w.events, []string{"a 0s", "b1 1.001s", "done. 2.001s"}; !reflect.DeepEqual(got, want) || time.Since(w.start) != 3001*time.Millisecond {
			t.Errorf("the carrier wrote %q in %v; want %q, one after the other", got, time.Since(w.start), want)
		}
		s.close()
	})
}

// TestSenderIdle: silence is broken, whatever the stream does meanwhile.
func TestSenderIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		s := newSender(t.Context(), w, func(err error) { t.Errorf("the sender failed: %v", err) })
		for range 2 {
			time.Sleep(25 * time.Second)
			if err := s.say("a", "", nil); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			time.Sleep(9 * time.Second)
			if err := s.say("b", "", nil); err != nil {
				t.Fatal(err)
			}
		}
		s.close()
		want := []string{"idle 10s", "idle 20s", "a 25s", "idle 35s", "idle 45s", "a 50s", "b 59s", "b 1m8s", "b 1m17s", "b 1m26s"}
		if !reflect.DeepEqual(w.events, want) {
			t.Errorf("the carrier did %q; want %q", w.events, want)
		}
	})
}

// TestSenderFails: an error, or a panic, of the carrier reaches who computes and
// who speaks, and nothing is left behind.
func TestSenderFails(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name   string
		change func(w *wire)
		is     func(err error) bool
	}{
		{"Write", func(w *wire) { w.err = broken }, func(err error) bool { return errors.Is(err, broken) && errors.As(err, new(unreadError)) }},
		{"Panic", func(w *wire) { w.panics = true }, func(err error) bool {
			return strings.Contains(err.Error(), "panic: oops") && !errors.As(err, new(unreadError))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				test.change(w)
				ctx, fail := context.WithCancelCause(t.Context())
				s := newSender(t.Context(), w, fail)
				if err := s.say("a", "", nil); err != nil {
					t.Errorf("say = %v; want it handed over", err)
				}
				<-ctx.Done()
				for what, err := range map[string]error{"the cause": context.Cause(ctx), "say": s.say("b", "", nil), "end": s.end("c", nil)} {
					if err == nil || !test.is(err) {
						t.Errorf("%s = %v; want the error of the carrier", what, err)
					}
				}
				s.close()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.idled = broken
		ctx, fail := context.WithCancelCause(t.Context())
		s := newSender(t.Context(), w, fail)
		if <-ctx.Done(); !errors.Is(context.Cause(ctx), broken) || time.Since(w.start) != silence {
			t.Errorf("a client that does not answer ends its stream after %v with %v; want %v, %v", time.Since(w.start), context.Cause(ctx), silence, broken)
		}
		s.close()
	})
}

// TestSenderCut: what is being written does not outlast its client.
func TestSenderCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.took = time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		s := newSender(ctx, w, func(error) {})
		if err := s.say("a", "", nil); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, cancel)
		s.close()
		if took := time.Since(w.start); took != time.Second {
			t.Errorf("close took %v; want it to end with its client, after 1s", took)
		}
	})
}

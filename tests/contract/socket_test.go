package contract

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers"
)

// TestSocketAnswersInOrder sends many messages before it reads an answer.
func TestSocketAnswersInOrder(t *testing.T) {
	const messages = 24
	s, ctx := Start(t), Soon(t)
	k := s.MustDial(t)
	data := Scatter(20, 2, 1)
	for i := range messages {
		m := TrainStep(Message{"seed": i}, nil, data, 1+(messages-i)%5*20).With("id", i)
		if i%6 == 5 {
			m["steps"] = "many"
		}
		if err := k.Send(ctx, m.Text()); err != nil {
			t.Fatalf("send message %d: %v", i, err)
		}
	}
	for i := range messages {
		r, err := k.Receive(ctx)
		id := string(r.ID)
		if f, ok := err.(*Failure); ok && i%6 == 5 {
			if f.Reason.Code != "malformed" {
				t.Errorf("answer %d has code %s; want malformed", i, f.Reason.Code)
			}
			id = string(f.ID)
		} else if err != nil {
			t.Fatalf("answer %d: %v; want a result", i, err)
		} else if i%6 == 5 {
			t.Errorf("answer %d is a result; want malformed", i)
		} else if got, want := r.state(t).Step, 1+(messages-i)%5*20; got != want {
			t.Errorf("answer %d has step %d; want %d", i, got, want)
		}
		if want := fmt.Sprint(i); id != want {
			t.Errorf("answer %d has id %s; want %s", i, id, want)
		}
	}
}

// TestSocketNeedsType: only over HTTP may the type be left out.
func TestSocketNeedsType(t *testing.T) {
	s, ctx := Start(t), Soon(t)
	k := s.MustDial(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	_, err := k.Step(ctx, m.Without("type").Text())
	check(t, err, "malformed", "type|")
	if _, err := k.Step(ctx, m.Text()); err != nil {
		t.Errorf("the next good message: %v; want a result", err)
	}
}

// TestSocketBinary: a binary message gets one answer like any other, and the connection survives
// it. The contract does not say whether its JSON is read.
func TestSocketBinary(t *testing.T) {
	s, ctx := Start(t), Soon(t)
	k := s.MustDial(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	for _, body := range [][]byte{m.With("id", "binary").Text(), {0xff, 0xfe, 0x00}, {}} {
		if err := k.conn.Write(ctx, websocket.MessageBinary, body); err != nil {
			t.Fatalf("send a binary message: %v", err)
		}
		if _, err := k.Receive(ctx); err != nil {
			f, ok := err.(*Failure)
			if !ok {
				t.Fatalf("answer to a binary message: %v; want a result or an error of the contract", err)
			}
			if code := f.Reason.Code; code != "unsupported" && code != "malformed" {
				t.Errorf("answer to a binary message has code %s; want unsupported or malformed", code)
			}
		}
	}
	r, err := k.Step(ctx, m.With("id", "text").Text())
	if err != nil || string(r.ID) != `"text"` {
		t.Errorf("the next good message = id %s, %v; want id \"text\"", r.ID, err)
	}
}

// TestSocketFragments: a message may come in pieces.
func TestSocketFragments(t *testing.T) {
	s, ctx := Start(t), Soon(t)
	k := s.MustDial(t)
	text := TrainStep(Message{}, nil, Scatter(40, 2, 1), 2).Text()
	w, err := k.conn.Writer(ctx, websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	for len(text) > 0 {
		n := min(100, len(text))
		if _, err := w.Write(text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := k.Receive(ctx)
	if err != nil {
		t.Fatalf("answer to a message in pieces: %v; want a result", err)
	}
	if want := s.Step(t, TrainStep(Message{}, nil, Scatter(40, 2, 1), 2)); !r.same(want) {
		t.Errorf("answer to a message in pieces = %v; want %v", r, want)
	}
}

// TestSocketCloses: a client that says good-bye is told the same, and nothing stays behind.
func TestSocketCloses(t *testing.T) {
	s, ctx := Start(t), Soon(t)
	if _, err := bySocket(ctx, s, TrainStep(Message{}, nil, Scatter(4, 2, 1), 1).Text()); err != nil {
		t.Fatal(err)
	}
	s.Get(t, "/healthz")
	before := s.Quiet()
	for range 5 {
		k := s.MustDial(t)
		if err := k.conn.Close(websocket.StatusNormalClosure, ""); err != nil {
			t.Errorf("close: %v; want the server's own close frame", err)
		}
	}
	s.Settled(t, before)
}

// TestSocketEndsItsWork: the work of a socket ends when its client goes away, not when it is done.
func TestSocketEndsItsWork(t *testing.T) {
	s, ctx := Start(t, func(c *handlers.Config) { c.MaxWork = time.Hour }), Soon(t)
	small := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	if _, err := bySocket(ctx, s, small.Text()); err != nil {
		t.Fatal(err)
	}
	s.Step(t, small)
	before := s.Quiet()

	sockets := make([]*Socket, 2*runtime.NumCPU())
	for i := range sockets {
		sockets[i] = s.MustDial(t)
		if _, err := sockets[i].Step(ctx, small.Text()); err != nil {
			t.Fatal(err)
		}
	}
	// Half a minute of work for each.
	heavy := TrainStep(Message{"hidden_layers": []int{60, 60}}, nil, Scatter(1000, 2, 1), 90_000).Text()
	updates := s.Samples(t)["nnvisu_updates_total"]
	for _, k := range sockets {
		if err := k.Send(ctx, heavy); err != nil {
			t.Fatal(err)
		}
	}
	Eventually(t, "the server works on one of the heavy messages", func() bool {
		return s.Samples(t)["nnvisu_updates_total"] > updates
	})
	for _, k := range sockets {
		k.Close()
	}
	s.Step(t, small)
	s.Settled(t, before)
}

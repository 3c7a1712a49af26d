package handlers

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// dialWithLittleMemory opens a socket for programs to a server with little memory. evict takes as
// much of it for another client as makes the client with the most give way.
func dialWithLittleMemory(t *testing.T) (s *Server, conn *websocket.Conn, ctx context.Context, evict func()) {
	t.Helper()
	s = newTestServer(t, smallMemory, func(c *Config) { c.MaxWork = time.Hour })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, listen(t, s).URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(-1)
	return s, conn, ctx, func() {
		t.Helper()
		each := s.memory.Used() / 4
		for i := 1; s.memory.Used()+each <= s.memory.Capacity(); i++ {
			hold, err := s.memory.Acquire(addressed(i), each, func() {})
			if err != nil {
				t.Fatal(err)
			}
			defer hold.Release()
		}
		hold, err := s.memory.Acquire(addressed(0), each, func() {})
		if err != nil {
			t.Fatal(err)
		}
		hold.Release()
	}
}

// TestMessageGivesWay: a message whose memory others need is answered busy, and its socket goes on.
func TestMessageGivesWay(t *testing.T) {
	s, conn, ctx, evict := dialWithLittleMemory(t)
	point := `{"x":0,"y":0,"label":0}`
	message := `{"type":"train_step","id":7,"config":{"hidden_layers":[60,60]},"data":[` + point + `],"steps":`
	long := message + `100000` + strings.Repeat(" ", 500_000) + `}`
	if err := conn.Write(ctx, websocket.MessageText, []byte(long)); err != nil {
		t.Fatal(err)
	}
	for s.openRequests.Used() == 0 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	evict()
	if _, text, err := conn.Read(ctx); err != nil || !bytes.Contains(text, []byte(`"busy"`)) {
		t.Fatalf("a message that gives way is answered %.200s, %v; want busy", text, err)
	}
	if err := conn.Write(ctx, websocket.MessageText, []byte(message+`1}`)); err != nil {
		t.Fatal(err)
	}
	if _, text, err := conn.Read(ctx); err != nil || !bytes.Contains(text, []byte(`"train_step_result"`)) {
		t.Errorf("the next message is answered %.200s, %v; want a result", text, err)
	}
}

// TestUnfinishedMessageGivesWay: a socket whose message is not whole when others need its memory is
// closed with the status that says to try again.
func TestUnfinishedMessageGivesWay(t *testing.T) {
	s, conn, ctx, evict := dialWithLittleMemory(t)
	w, err := conn.Writer(ctx, websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte(" "), 500_000)); err != nil {
		t.Fatal(err)
	}
	for s.memory.Used() < 500_000 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	evict()
	if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
		t.Errorf("an unfinished message that gives way ends with %v; want status %d", err, websocket.StatusTryAgainLater)
	}
}

package tests

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// A socket is a client's end of a WebSocket.
type socket struct{ conn *websocket.Conn }

// dial opens a socket; headers are names and values in turn. A refusal is a *failure if the server answered with one.
func (s *server) dial(ctx context.Context, headers ...string) (*socket, error) {
	options := &websocket.DialOptions{HTTPClient: s.client, HTTPHeader: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		options.HTTPHeader.Set(headers[i], headers[i+1])
	}
	conn, w, err := websocket.Dial(ctx, strings.Replace(s.root, "http", "ws", 1)+s.base+"/ws", options)
	if err != nil {
		if w != nil && w.StatusCode >= 400 {
			var body bytes.Buffer
			body.ReadFrom(w.Body) // as much as the client kept of it
			if _, refusal := (reply{w.StatusCode, w.Header, body.Bytes()}).read(); refusal != nil {
				return nil, refusal
			}
		}
		return nil, err
	}
	conn.SetReadLimit(-1)
	return &socket{conn}, nil
}

// send sends a text message.
func (k *socket) send(ctx context.Context, text []byte) error {
	return k.conn.Write(ctx, websocket.MessageText, text)
}

// receive reads a result or, as a *failure, an error.
func (k *socket) receive(ctx context.Context) (result, error) {
	kind, text, err := k.conn.Read(ctx)
	if err != nil {
		return result{}, err
	}
	if kind != websocket.MessageText {
		return result{}, fmt.Errorf("a message of type %v; want text", kind)
	}
	return read(text)
}

// step sends a message and reads its answer.
func (k *socket) step(ctx context.Context, text []byte) (result, error) {
	if err := k.send(ctx, text); err != nil {
		return result{}, err
	}
	return k.receive(ctx)
}

// close goes away without a word.
func (k *socket) close() { k.conn.CloseNow() }

// mustDial is dial in a test that cannot go on without a socket.
func (s *server) mustDial(tb testing.TB) *socket {
	tb.Helper()
	k, err := s.dial(soon(tb))
	if err != nil {
		tb.Fatalf("GET /ws: %v; want a socket", err)
	}
	tb.Cleanup(k.close)
	return k
}

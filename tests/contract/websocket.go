package contract

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// A Socket is a client's end of a WebSocket.
type Socket struct{ conn *websocket.Conn }

// Dial opens a socket; headers are names and values in turn. A refusal is a *Failure if the server
// answered with an error of the contract.
func (s *Server) Dial(ctx context.Context, headers ...string) (*Socket, error) {
	options := &websocket.DialOptions{HTTPClient: s.Client, HTTPHeader: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		options.HTTPHeader.Set(headers[i], headers[i+1])
	}
	conn, w, err := websocket.Dial(ctx, strings.Replace(s.Root, "http", "ws", 1)+s.Base+"/ws", options)
	if err != nil {
		if w != nil && w.StatusCode >= 400 {
			var body bytes.Buffer
			body.ReadFrom(w.Body) // as much as the client kept of it
			if _, refusal := (Reply{w.StatusCode, w.Header, body.Bytes()}).Read(); refusal != nil {
				return nil, refusal
			}
		}
		return nil, err
	}
	conn.SetReadLimit(-1)
	return &Socket{conn}, nil
}

// Send sends a text message.
func (k *Socket) Send(ctx context.Context, text []byte) error {
	return k.conn.Write(ctx, websocket.MessageText, text)
}

// Receive reads a result. It returns an error of the contract as a *Failure.
func (k *Socket) Receive(ctx context.Context) (Result, error) {
	kind, text, err := k.conn.Read(ctx)
	if err != nil {
		return Result{}, err
	}
	if kind != websocket.MessageText {
		return Result{}, fmt.Errorf("a message of type %v; want text", kind)
	}
	return read(text)
}

// Step sends a message and reads its answer.
func (k *Socket) Step(ctx context.Context, text []byte) (Result, error) {
	if err := k.Send(ctx, text); err != nil {
		return Result{}, err
	}
	return k.Receive(ctx)
}

// Close ends the connection without a close frame.
func (k *Socket) Close() { k.conn.CloseNow() }

// MustDial is Dial in a test that cannot go on without a socket.
func (s *Server) MustDial(tb testing.TB) *Socket {
	tb.Helper()
	k, err := s.Dial(Soon(tb))
	if err != nil {
		tb.Fatalf("GET /ws: %v; want a socket", err)
	}
	tb.Cleanup(k.Close)
	return k
}

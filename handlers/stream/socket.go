package stream

import (
	"bytes"
	"context"

	"github.com/coder/websocket"
)

// WriteMessage writes a text message to a socket. It returns an error if the client does not take
// the message within [WriteTimeout], or if ctx ends.
func WriteMessage(ctx context.Context, conn *websocket.Conn, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, WriteTimeout)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, data)
}

// A SocketWriter is the [Carrier] of WebSocket messages. A message is the data of an event; the
// name and the id are not sent.
type SocketWriter struct {
	ctx  context.Context
	conn *websocket.Conn
	out  *bytes.Buffer // the next message, or nil

	written int64
}

// NewSocketWriter returns a writer of messages to a socket. ctx must end when the client goes; that
// ends a Flush.
func NewSocketWriter(ctx context.Context, conn *websocket.Conn) *SocketWriter {
	return &SocketWriter{ctx: ctx, conn: conn}
}

// Append makes data the next message.
func (w *SocketWriter) Append(_, _ string, data []byte) {
	w.out = GetBuffer()
	w.out.Write(data)
}

// AppendEnd does nothing: messages need no end.
func (w *SocketWriter) AppendEnd() {}

// Discard forgets the next message.
func (w *SocketWriter) Discard() {
	PutBuffer(w.out)
	w.out = nil
}

// Flush writes the next message.
func (w *SocketWriter) Flush() error {
	defer w.Discard()
	err := WriteMessage(w.ctx, w.conn, w.out.Bytes())
	if err == nil {
		w.written += int64(w.out.Len())
	}
	return err
}

// Written returns how many bytes of messages were written.
func (w *SocketWriter) Written() int64 { return w.written }

// KeepAlive writes an empty object. Script does not see the pings of the owner of the socket.
func (w *SocketWriter) KeepAlive() error { return WriteMessage(w.ctx, w.conn, []byte("{}")) }

// Cut does nothing: the end of the writer's context ends a Flush.
func (w *SocketWriter) Cut() {}

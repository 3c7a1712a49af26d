package handlers

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"

	"nnvisu/handlers/stream"
	"nnvisu/handlers/wire"
)

// drainLimit is how many bytes past the limit the server reads of a message, so that it can answer
// too_large and keep the connection. Of a longer message it closes the connection.
const drainLimit = 64 << 20

// pingEvery is the time between two pings, and the time that a client has for the pong.
const pingEvery = 30 * time.Second

// socket answers GET /ws: each train_step message with one result or error, in order. The
// connection survives a bad message.
func (s *Server) socket(c echo.Context) error {
	var buffer []byte // reused from answer to answer
	return s.serveSocket(c, func(ctx context.Context, conn *websocket.Conn, body []byte, bad error) error {
		answer, m := buffer[:0], wire.Message{}
		if bad == nil {
			answer, m, bad = s.answerSocket(ctx, answer, body)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if bad != nil {
			var err error
			answer, err = wire.EncodeError(m.ID, s.describeLogged(bad, c).ErrorBody)
			if err != nil {
				return err
			}
		}
		if buffer = answer; cap(buffer) > stream.MaxBuffer {
			buffer = nil // a socket may stay open and silent for a long time
		}
		return stream.WriteMessage(ctx, conn, answer)
	})
}

// answerSocket appends the answer to one message to dst. The message returned has the id of the
// request also where there is an error.
func (s *Server) answerSocket(ctx context.Context, dst, body []byte) ([]byte, wire.Message, error) {
	release, err := s.acquireRequest()
	if err != nil {
		return nil, wire.Message{ID: wire.FindID(body, s.limits())}, err
	}
	defer release()
	m, err := wire.DecodeMessage(body, wire.Step, s.limits())
	if err != nil {
		return nil, m, err
	}
	if m.Type == "" {
		return nil, m, wire.Malformed("type", "is missing; it must be train_step")
	}
	result, err := s.trainStep(ctx, &m)
	if err != nil {
		return nil, m, err
	}
	answer, err := wire.AppendResult(slices.Grow(dst, wire.ResultSize(result)), m.ID, result)
	return answer, m, err
}

// An incoming is a message of a client, or the error to answer it with.
type incoming struct {
	body []byte
	bad  error
}

// serveSocket upgrades the connection and hands each message to serve, in order. It returns when
// serve returns an error, when the client goes, or, between two messages, when the server drains.
// The context of serve ends when the client goes.
func (s *Server) serveSocket(
	c echo.Context,
	serve func(ctx context.Context, conn *websocket.Conn, body []byte, bad error) error,
) error {
	if c.Request().Header.Get("Upgrade") == "" {
		return withStatus{wire.Unsupported("this address speaks WebSocket only"), http.StatusUpgradeRequired}
	}
	release, err := s.acquireSocket()
	if err != nil {
		return err
	}
	defer release()
	s.open.Add(1)
	defer s.open.Done()
	conn, err := websocket.Accept(c.Response(), c.Request(), &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the middleware has checked the origin
		// Deflating 25 kB of a message and 8 kB of its answer doubles the time of a step; with the
		// window kept from message to message it does not, but every connection holds a megabyte.
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(s.config.MaxBody + drainLimit)

	// The request's context does not end when a hijacked connection does. Only a read notices that,
	// so the next message is always being read.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	messages := make(chan incoming, 1)
	var reading atomic.Bool // false while a message waits for serve
	var reads atomic.Int64
	go func() {
		defer cancel()
		var room int // bytes of the last message: most have the same length
		for {
			reading.Store(true)
			body, bad, err := s.readSocket(ctx, conn, room)
			room = len(body)
			reading.Store(false)
			reads.Add(1)
			if err != nil {
				return
			}
			select {
			case messages <- incoming{body, bad}:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		for ctx.Err() == nil {
			before := reads.Load()
			err := ping(ctx, conn)
			// A pong can arrive only while the connection is being read.
			if err != nil && reading.Load() && reads.Load() == before {
				cancel()
				return
			}
			sleep(ctx, pingEvery)
		}
	}()
	for {
		select {
		case m := <-messages:
			if err := serve(ctx, conn, m.body, m.bad); err != nil {
				s.config.Logger.Debug("socket", "error", err)
				return nil
			}
		case <-s.serving.Done():
			_ = conn.Close(websocket.StatusServiceRestart, doneShutdown) // the client may be gone
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// readSocket reads the next message into a buffer of room bytes, which grows if need be. bad is the
// error to answer the message with. With err the connection is gone.
func (s *Server) readSocket(
	ctx context.Context, conn *websocket.Conn, room int,
) (body []byte, bad, err error) {
	kind, r, err := conn.Reader(ctx)
	if err != nil {
		return nil, nil, err
	}
	buffer := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	n, err := buffer.ReadFrom(io.LimitReader(r, s.config.MaxBody+1))
	switch {
	case err != nil:
		return nil, nil, err
	case n > s.config.MaxBody:
		_, err := io.Copy(io.Discard, r)
		return nil, s.errBodySize(), err
	case kind != websocket.MessageText:
		return nil, wire.Unsupported("a message must be text, not binary"), nil
	}
	return buffer.Bytes(), nil, nil
}

// ping sends a ping and waits for the pong.
func ping(ctx context.Context, conn *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pingEvery)
	defer cancel()
	return conn.Ping(ctx)
}

// sleep returns after a duration, or when the context ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

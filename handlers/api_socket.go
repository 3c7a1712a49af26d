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
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
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
	return s.serveSocket(c, nil, func(ctx context.Context, conn *websocket.Conn, m incoming) error {
		began, t := time.Now(), taskOf(ctx)
		answer, id, err := s.answerSocket(ctx, buffer[:0], m)
		t.turn.End()
		t.leave()
		if t.connection.Err() != nil {
			return t.connection.Err()
		}
		if err == nil {
			err = t.reserveAnswer(answer)
		}
		for err != nil { // at most twice: that there is no memory for an error is a short one
			if answer, err = wire.EncodeError(id, s.describeLogged(err, c).ErrorBody); err != nil {
				return err
			}
			err = t.reserveAnswer(answer)
		}
		connection := t.connection
		if buffer = answer; cap(buffer) > smallAnswer {
			buffer = nil // a socket may stay open and silent for a long time
			var cut context.CancelFunc
			connection, cut = t.watched()
			defer cut()
		}
		if err := stream.WriteMessage(connection, conn, answer); err != nil {
			return err
		}
		s.sends(exchangeOf(ctx), int64(len(answer)))
		s.metrics.messageSeconds.Observe(time.Since(began).Seconds())
		return nil
	})
}

// answerSocket appends the answer to one message to dst. The id is that of the message also where
// there is an error.
func (s *Server) answerSocket(
	ctx context.Context, dst []byte, in incoming,
) (answer []byte, id jsontext.Value, err error) {
	if in.bad != nil {
		return nil, nil, in.bad
	}
	t, limits := taskOf(ctx), s.limits(ctx)
	if err = t.begin(ctx, s.admitRequest); err == nil {
		err = t.reserve(taskBytes + decodedBytes(in.body))
	}
	if err != nil {
		return nil, wire.FindID(in.body, limits), err
	}
	m, err := wire.DecodeMessage(in.body, wire.Step, limits)
	if err != nil {
		return nil, m.ID, err
	}
	if m.Type == "" {
		return nil, m.ID, wire.Malformed("type", "is missing; it must be train_step")
	}
	result, err := s.trainStep(ctx, &m, nil)
	if err != nil {
		return nil, m.ID, err
	}
	answer, err = wire.AppendResult(slices.Grow(dst, wire.ResultSize(result)), m.ID, result, paced(ctx))
	return answer, m.ID, err
}

// An incoming is a message of a client, or the error to answer it with. Its memory is that of a
// task of its own.
type incoming struct {
	task *task
	ctx  context.Context // of the task
	body []byte
	bad  error
	end  context.CancelFunc // ends the context of the task's client
}

// release gives back what the message has.
func (m incoming) release() {
	m.task.release()
	m.end()
}

// giveWayOn closes a connection that has to give way to other clients, and says so. A client that
// does not hear it is cut off some time later.
func giveWayOn(conn *websocket.Conn, later time.Duration, cut context.CancelFunc) {
	go func() { _ = conn.Close(websocket.StatusTryAgainLater, doneLimit) }() // waits for the client
	time.AfterFunc(later, cut)
}

// giveMemoryTime is how long a message that gives way to other clients may keep what came of it.
const giveMemoryTime = 100 * time.Millisecond

// serveSocket upgrades the connection and hands each message to serve, in order, with the context
// of its task. It returns when serve returns an error, when the client goes or has to give way, or,
// between two messages, when the server drains. If hears is not nil it gets each message first, also
// while serve is at work, and reports whether it was for it.
func (s *Server) serveSocket(
	c echo.Context, hears func(text []byte) bool,
	serve func(ctx context.Context, conn *websocket.Conn, m incoming) error,
) error {
	if c.Request().Header.Get("Upgrade") == "" {
		return withStatus{wire.Unsupported("this address speaks WebSocket only"), http.StatusUpgradeRequired}
	}
	socket := taskOf(c.Request().Context())
	if err := s.admitSocket(socket); err != nil {
		return err
	}
	if err := socket.reserve(taskBytes); err != nil {
		return err
	}
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
	x := exchangeOf(c.Request().Context())
	s.becomes(x, overWS)
	conn.SetReadLimit(s.config.MaxBody + drainLimit)

	// The request's context does not end when a hijacked connection does. Only a read notices that,
	// so the next message is always being read.
	ctx, cancel := context.WithCancel(context.WithoutCancel(socket.connection))
	defer cancel()
	socket.interruptible(func() { giveWayOn(conn, giveWayTime, cancel) })
	messages := make(chan incoming, 1)
	ended := make(chan struct{}) // when nothing more is read
	defer func() {
		cancel()
		<-ended
		select {
		case m := <-messages: // came while the one before was served
			m.release()
		default:
		}
	}()
	var reading atomic.Bool // false while a message waits for serve
	var reads atomic.Int64
	go func() {
		defer close(ended)
		defer cancel()
		var room int64 // bytes of the last message: most have the same length
		for {
			reading.Store(true)
			m, err := s.readSocket(ctx, socket.client, conn, room)
			s.receives(x, overWS, len(m.body))
			reading.Store(false)
			reads.Add(1)
			if err != nil {
				return
			}
			room = int64(len(m.body))
			if hears != nil && m.bad == nil && hears(m.body) {
				m.release()
				continue
			}
			select {
			case messages <- m:
			case <-ctx.Done():
				m.release()
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
			if err := serveReleasing(serve, conn, m); err != nil {
				x.end = endOf(ctx, "", stream.UnreadError{Err: err})
				s.config.Logger.Debug("socket", "error", err)
				return nil
			}
		case <-s.serving.Done():
			x.end = doneShutdown
			_ = conn.Close(websocket.StatusServiceRestart, doneShutdown) // the client may be gone
			return nil
		case <-ctx.Done():
			if x.end = endGone; socket.gaveWay() != nil {
				x.end = doneLimit
			}
			return nil
		}
	}
}

// serveReleasing serves a message and gives back what it has, also after a panic.
func serveReleasing(
	serve func(ctx context.Context, conn *websocket.Conn, m incoming) error, conn *websocket.Conn, m incoming,
) error {
	defer m.release()
	return serve(m.ctx, conn, m)
}

// readSocket reads the next message, whose buffer has at first some bytes. With err the connection
// is gone.
func (s *Server) readSocket(
	ctx context.Context, client fair.Client, conn *websocket.Conn, size int64,
) (m incoming, err error) {
	// What does not come in time ends the connection.
	ctx, cancel := context.WithCancel(ctx)
	kind, r, err := conn.Reader(ctx)
	if err != nil {
		cancel()
		return m, err
	}
	late := time.AfterFunc(readTimeout, cancel)
	m.task, m.ctx = s.newTask(ctx, client)
	m.end = cancel
	m.task.interruptible(func() { giveWayOn(conn, giveMemoryTime, cancel) })
	if m.bad = m.task.reserve(size + bytes.MinRead); m.bad == nil {
		m.body, m.bad = m.task.readAll(r, size, 0)
	}
	if m.bad != nil {
		m.body = nil
		_, err = io.Copy(io.Discard, r)
	}
	late.Stop()
	m.task.interruptible(nil)
	if err == nil {
		err = ctx.Err()
	}
	if m.bad == nil && kind != websocket.MessageText {
		m.bad = wire.Unsupported("a message must be text, not binary")
	}
	if err != nil {
		m.release()
	}
	return m, err
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

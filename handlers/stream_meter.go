package handlers

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/nn"
)

// The values of the label client of streams.
const (
	forPage    = "page"
	forProgram = "program"
)

// A meteredStream is a stream that is measured. Its carrier counts what is written.
type meteredStream struct {
	stream.Carrier
	server *Server
	c      echo.Context
	x      *exchange
	socket *exchange // of the socket that carries it, or nil
	client string
}

// meter begins to measure a stream that goes to a carrier and begins at a step. client is the label.
// The context that it returns is that of the stream's updates.
func (s *Server) meter(
	ctx context.Context, c echo.Context, client string, step int, to stream.Carrier,
) (context.Context, *meteredStream) {
	m := &meteredStream{Carrier: to, server: s, c: c, x: exchangeOf(ctx), client: client}
	if m.x.transport == overWS { // which carries one stream after the other
		m.socket = m.x
		m.x = &exchange{began: time.Now(), transport: overWS, trace: m.socket.trace}
		ctx = context.WithValue(ctx, exchangeKey{}, m.x)
	}
	if step > 0 {
		s.metrics.continued.WithLabelValues(client, m.x.transport).Inc()
	}
	return ctx, m
}

// Flush measures how long the client takes to take a frame.
func (m *meteredStream) Flush() error {
	began := time.Now()
	err := m.count(m.Carrier.Flush)
	m.server.metrics.frameWrite.WithLabelValues(m.x.transport).Observe(time.Since(began).Seconds())
	return err
}

// KeepAlive counts the bytes of a sign of life.
func (m *meteredStream) KeepAlive() error { return m.count(m.Carrier.KeepAlive) }

func (m *meteredStream) count(write func() error) error {
	w, ok := m.Carrier.(interface{ Written() int64 })
	if !ok {
		return write()
	}
	before := w.Written()
	err := write()
	m.server.sends(m.x, w.Written()-before)
	return err
}

// ended measures a stream that is over, and logs one over a socket. reason is that of the done
// event, or err is why there is none. ctx ends when the client goes.
func (m *meteredStream) ended(ctx context.Context, reason string, err error) {
	took := time.Since(m.x.began)
	m.x.end = endOf(ctx, reason, err)
	m.server.metrics.streamSeconds.WithLabelValues(m.client, m.x.transport).Observe(took.Seconds())
	m.server.metrics.streamsEnded.WithLabelValues(m.client, m.x.transport, m.x.end).Inc()
	if m.socket != nil {
		m.socket.sent.Add(m.x.sent.Load())
		m.socket.updates.Add(m.x.updates.Load())
		m.server.logAccess(m.c, m.x, http.StatusOK, took)
	}
}

// The reasons for the end of a stream that the client cannot be told, or is told by an error.
const (
	endGone     = "gone"     // the client hung up
	endSlow     = "slow"     // the client did not read an event in time
	endDiverged = "diverged" // training did
	endError    = "error"    // any other error
)

// endOf returns why a stream ended.
func endOf(ctx context.Context, reason string, err error) string {
	switch {
	case err == nil:
		return reason
	case hasLeft(ctx):
		return endGone
	case errors.As(err, new(stream.UnreadError)):
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
			return endSlow
		}
		return endGone
	case errors.As(err, new(*nn.DivergedError)):
		return endDiverged
	}
	return endError
}

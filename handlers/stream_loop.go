package handlers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// A streamEnd is why a stream ends before all its updates are made.
type streamEnd string

func (e streamEnd) Error() string { return "the stream ends: " + string(e) }

// The reasons in the done event of a stream.
const (
	doneSteps    = "steps"    // all updates asked for were made
	doneLimit    = "limit"    // the stream lasted as long as a stream may
	doneShutdown = "shutdown" // this server stops; the client may go on at another
	doneTarget   = "target"   // a target that the page set is reached
)

func doneBody(reason string) []byte { return fmt.Appendf(nil, `{"reason":%q}`, reason) }

// openEvents writes the header of an event stream and returns the writer of its events and of its
// sign of life.
func (s *Server) openEvents(c echo.Context, sign stream.Sign) *stream.EventWriter {
	gzip := s.openAnswer(c, "text/event-stream")
	return stream.NewEventWriter(c.Response(), sign, gzip)
}

// openAnswer writes the header of an answer of a media type that comes in parts. The compressor is nil for
// a client that takes none.
func (s *Server) openAnswer(c echo.Context, mediaType string) (gzip *stream.GzipStream) {
	h := c.Response().Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold parts back
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if encodingOf(c.Request().Header, []string{codingGzip}) != "" {
		h.Set(echo.HeaderContentEncoding, codingGzip)
		ctx := c.Request().Context()
		if t := taskOf(ctx); t != nil {
			ctx = t.connection // a frame under way is finished when the stream has to end
		}
		gzip = &stream.GzipStream{Overloaded: s.cpus.Overloaded, Yield: func() { _ = yield(ctx) }}
	}
	s.becomes(exchangeOf(c.Request().Context()), overSSE)
	c.Response().WriteHeader(http.StatusOK)
	return gzip
}

// streaming returns a context that also ends when a stream reaches its greatest age or the server
// drains. Its cause is then a streamEnd.
func (s *Server) streaming(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	end := time.AfterFunc(spread(s.config.MaxStream, rand.Float64()), func() { cancel(streamEnd(doneLimit)) })
	drained := context.AfterFunc(s.serving, func() { cancel(streamEnd(doneShutdown)) })
	return ctx, func(cause error) {
		end.Stop()
		drained()
		cancel(cause)
	}
}

// spread returns d, give or take a tenth; random is from 0 to 1. Streams that began together, after
// a restart, so do not end together.
func spread(d time.Duration, random float64) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*random))
}

// isGone reports whether the client has gone, so that nobody can be told of err. connection is the
// context of the client.
func isGone(connection context.Context, err error) bool {
	return hasLeft(connection) || errors.As(err, new(stream.UnreadError))
}

// hasLeft reports whether the context of a client has ended. Contexts that are made of one end one by
// one, a moment after it: its task may know already what its connection does not.
func hasLeft(connection context.Context) bool {
	t := taskOf(connection)
	return connection.Err() != nil || t != nil && t.connection.Err() != nil
}

// giveWayTime is how long a stream that gives way to other clients may take to say so.
const giveWayTime = time.Second

// watched returns the context of the client of a task, which also ends some time after the task has
// to give way: a client that does not read cannot hold up those who wait for its place.
func (t *task) watched() (context.Context, context.CancelFunc) {
	connection, cut := context.WithCancel(t.connection)
	t.interruptible(func() { time.AfterFunc(giveWayTime, cut) })
	return connection, cut
}

// streamSink is where the frames of a stream go.
type streamSink struct {
	// keepsUp says that a frame that was late may be followed by the next one sooner, so that there
	// are as many as were asked for. Else the interval lies between any two.
	keepsUp bool
	// updates, if it is not nil, makes the updates of a frame in the place of the trainer, or finds
	// out what they lead to. It calls begin for the CPU token before it computes, and without one it
	// may wait for another stream.
	updates func(n int, begin func() error) error
	// frame is called after the updates of each frame, with the CPU token of the last of them.
	frame func() error
	// send is called after frame, without a token.
	send func() error
}

// stream trains and calls the sink for every frame, until all updates are made or ctx ends. In the
// first case the reason is doneSteps. In the second it is the cause of ctx, if that is a streamEnd;
// any other cause is the error. The state and the message alone decide what is in a frame; time
// only decides when a frame is made.
func (s *Server) stream(
	ctx context.Context, t *nn.Trainer, work nn.Work, m *wire.Message, to streamSink,
) (reason string, err error) {
	interval := time.Duration(m.FrameMS) * time.Millisecond
	left := m.Steps
	due := time.Now()
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	turn := &taskOf(ctx).turn
	turn.End() // of reading the request
	defer turn.End()
	begin := func() error {
		err := turn.Begin(ctx, fair.Frame)
		due = following(due, time.Now(), interval, to.keepsUp)
		return err
	}
	updates := to.updates
	if updates == nil {
		updates = func(n int, begin func() error) error {
			if err := begin(); err != nil {
				return err
			}
			return s.advance(ctx, t, work, n)
		}
	}
	for m.Steps == 0 || left > 0 {
		if s.isDraining() { // the context ends a little later
			return doneShutdown, nil
		}
		if err = pause(ctx, alarm, due); err == nil {
			n := m.FrameSteps
			if m.Steps > 0 {
				n = min(n, left)
				left -= n
			}
			if err = updates(n, begin); err == nil && turn.Over() { // it computed nothing
				err = begin()
			}
			if err == nil {
				err = to.frame()
			}
			turn.End()
		}
		if err != nil {
			var end streamEnd
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			if errors.As(err, &end) {
				return string(end), nil // a frame under way is not finished
			}
			return "", err
		}
		if err = to.send(); err != nil {
			return "", err
		}
	}
	return doneSteps, nil
}

// following returns when the next frame is due after one that was due and got a token now. Where
// frames keep up, what it waited for the token is made up for, up to half an interval. What is
// longer is not: streams that began together drift apart instead of queueing at every frame.
func following(due, now time.Time, interval time.Duration, keepsUp bool) time.Time {
	if earliest := now.Add(-interval / 2); keepsUp && due.Before(earliest) {
		due = earliest
	} else if !keepsUp {
		due = now
	}
	return due.Add(interval)
}

// pause waits until a time, or for the end of the context.
func pause(ctx context.Context, alarm *time.Timer, until time.Time) error {
	d := time.Until(until)
	if d <= 0 || ctx.Err() != nil {
		runtime.Gosched() // lets the sender write the frame before
		return ctx.Err()
	}
	alarm.Reset(d)
	select {
	case <-alarm.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

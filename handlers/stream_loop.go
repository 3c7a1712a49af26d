package handlers

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"nnvisu/nn"
)

// A streamEnd is why a stream ends before all its updates are made.
type streamEnd string

func (e streamEnd) Error() string { return "the stream ends: " + string(e) }

// Reasons for the end of a stream, in its done event.
const (
	doneSteps    = "steps"    // all updates asked for were made
	doneLimit    = "limit"    // the stream lasted as long as a stream may
	doneShutdown = "shutdown" // this server stops; go on at another
	doneTarget   = "target"   // the page's own end is reached
)

func doneBody(reason string) []byte { return fmt.Appendf(nil, `{"reason":%q}`, reason) }

// streaming returns a context that also ends when a stream is as old as it may
// get, or the server drains, each with a streamEnd as its cause.
func (s *Server) streaming(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	end := time.AfterFunc(s.config.MaxStream, func() { cancel(streamEnd(doneLimit)) })
	drained := context.AfterFunc(s.serving, func() { cancel(streamEnd(doneShutdown)) })
	return ctx, func(cause error) {
		end.Stop()
		drained()
		cancel(cause)
	}
}

// isGone reports whether an error, or the end of a client's context, means that
// there is nobody to tell of it.
func isGone(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.As(err, new(unreadError))
}

// streamSink is where the frames of a stream go.
type streamSink struct {
	// frame is called after the updates of each frame, in their compute slot.
	frame func() error
	// send is called after frame, without a slot.
	send func() error
}

// stream trains and calls the sink for every frame, until all updates are made
// (the reason steps) or the context ends: with a reason, if its cause is a
// streamEnd, or else with the cause. Frames follow from the state and the message
// alone; time decides only when each is made.
func (s *Server) stream(ctx context.Context, t *nn.Trainer, work nn.Work, m *message, to streamSink) (reason string, err error) {
	least := time.Duration(m.frameMS) * time.Millisecond
	left := m.steps
	next := time.Now()
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for m.steps == 0 || left > 0 {
		if s.isDraining() { // its context ends a little later
			return doneShutdown, nil
		}
		if err = pause(ctx, alarm, next); err == nil {
			n := m.frameSteps
			if m.steps > 0 {
				n = min(n, left)
				left -= n
			}
			var began time.Time
			began, err = s.advance(ctx, s.frames, t, work, n, to.frame)
			// From when a slot was free, not from when one was asked for: streams
			// that wait for each other then wait but once, each gets a time of its own.
			next = began.Add(least)
		}
		if err != nil {
			var end streamEnd
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			if errors.As(err, &end) {
				// A frame under way is not finished; the client has the one before.
				return string(end), nil
			}
			return "", err
		}
		if err = to.send(); err != nil {
			return "", err
		}
	}
	return doneSteps, nil
}

// pause waits until a time, or for the end of the context.
func pause(ctx context.Context, alarm *time.Timer, until time.Time) error {
	d := time.Until(until)
	if d <= 0 || ctx.Err() != nil {
		runtime.Gosched() // whoever writes the frame before has had no time yet
		return ctx.Err()
	}
	alarm.Reset(d)
	select {
	case <-alarm.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

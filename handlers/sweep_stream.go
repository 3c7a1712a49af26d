package handlers

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
)

// A sweepStream is a sweep that is sent to a client as its cells are made.
type sweepStream struct {
	run        *sweepRun
	task       *task
	limited    context.Context // of the stream
	connection context.Context // of the client
	events     *stream.Sender
	metered    *meteredStream
	sent       int    // how many cells are
	close      func() // ends the sweep; its memory is its own until then
}

// openSweep begins to compute and to send a sweep to a carrier. client is the label of the metrics. The
// caller must call close.
func (s *Server) openSweep(c echo.Context, run *sweepRun, client string, to stream.Carrier) *sweepStream {
	ctx := c.Request().Context()
	limited, fail := s.streaming(ctx)
	t := taskOf(ctx)
	connection, cut := t.watched()
	stream.LimitUnsent(connection)
	_, metered := s.meter(connection, c, client, 0, to)
	events := stream.NewSender(connection, metered, fail)
	computed := run.start(limited, fail)
	return &sweepStream{run, t, limited, connection, events, metered, 0, func() {
		fail(nil)
		computed()
		events.Close()
		cut()
	}}
}

// start computes the cells until ctx ends, and calls fail if something is wrong with the whole sweep. The
// caller waits for it, since the memory is its own until then.
func (run *sweepRun) start(ctx context.Context, fail context.CancelCauseFunc) (wait func()) {
	client := taskOf(ctx).client
	var computing sync.WaitGroup
	for range run.workers {
		computing.Go(func() {
			if err := run.compute(ctx, client); err != nil {
				fail(err)
			}
		})
	}
	return computing.Wait
}

// send sends the cells as events of a name, in order, as they are there. show returns what is sent of a
// cell; it is called in the order of the cells. The reason is that of the done event, or the error is why
// there is none.
func (to *sweepStream) send(name string, show func(cell int, text []byte) ([]byte, error)) (reason string, err error) {
	for cell, done := range to.run.done {
		select {
		case text := <-done:
			if text, err = show(cell, text); err == nil {
				err = to.write(name, strconv.Itoa(cell), text)
			}
			if err == nil {
				to.sent++
			}
			<-to.run.room
		case <-to.limited.Done():
			err = context.Cause(to.limited)
		}
		if err == nil {
			continue
		}
		if cause := context.Cause(to.limited); cause != nil {
			err = cause
		}
		if end := streamEnd(""); errors.As(err, &end) {
			return string(end), nil
		}
		return "", err
	}
	return doneSteps, nil
}

// write sends an event. While it waits for its turn no frame is open, so that the stream shows signs of
// life; and in its turn it does not wait for the client.
func (to *sweepStream) write(name, id string, text []byte) error {
	turn := &to.task.turn
	defer turn.End()
	for {
		if err := to.events.Flush(); err != nil {
			return err
		}
		if err := turn.Begin(to.limited, fair.Frame); err != nil {
			return err
		}
		if frame, ok := to.events.TryBegin(); ok {
			frame.Write(name, id, text)
			turn.End()
			frame.Commit()
			to.task.server.metrics.frames.Inc()
			return nil
		}
		turn.End() // a sign of life is being written
	}
}

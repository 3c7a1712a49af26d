package handlers

import (
	"context"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// streamJSON answers a program with a stream of results. Unlike the page, a program gets every
// frame, so training waits until a frame is written. The results of a recipe are shared among those
// who stream it.
func (s *Server) streamJSON(c echo.Context, m *wire.Message, isRecipe bool) error {
	ctx := c.Request().Context()
	t, work, err := s.newStreamTrainer(ctx, m, nil)
	if err != nil {
		return withID{err, m.ID}
	}
	task := taskOf(ctx)
	if err := task.reserve(streamBytes(m.State)); err != nil {
		return withID{err, m.ID}
	}
	var shared *sharedRun
	if isRecipe {
		if shared, err = s.newSharedRun(m, t, work); err != nil {
			return err
		}
	}
	m.State = nn.State{} // the trainer has a copy
	limited, fail := s.streaming(ctx)
	defer fail(nil)
	connection, cut := task.watched()
	defer cut()
	stream.LimitUnsent(connection)
	step, _ := t.At()
	_, metered := s.meter(connection, c, forProgram, step, s.openEvents(c, stream.SignComment))
	events := stream.NewSender(connection, metered, fail)
	defer events.Close()
	var (
		id     string
		result []byte
		frame  stream.Frame
		begun  bool
	)
	write := func() {
		frame.Write("train_step_result", id, result)
		result = nil // the frame has a copy, and may wait for long
	}
	to := streamSink{
		frame: func() error {
			if shared != nil {
				id, result = strconv.Itoa(shared.step), shared.result
			} else {
				r, err := resultOf(limited, t)
				if err != nil {
					return err
				}
				id = strconv.Itoa(r.Network.Step)
				if result, err = wire.EncodeResult(m.ID, r, paced(limited)); err != nil {
					return err
				}
			}
			// The frame before is written. A comment may be being written, and nobody who waits for
			// a client holds a CPU token; send waits instead.
			if frame, begun = events.TryBegin(); begun {
				write()
			}
			return nil
		},
		send: func() (err error) {
			if !begun {
				if frame, err = events.Begin(); err != nil {
					return err
				}
				write()
			}
			frame.Commit()
			s.metrics.frames.Inc()
			return events.Flush()
		},
	}
	if shared != nil {
		to.updates = func(n int, begin func() error) error { return shared.next(limited, n, begin) }
	}
	reason, err := s.stream(limited, t, work, m, to)
	return s.endStream(connection, c, m.ID, events, metered, reason, err)
}

// endStream sends the last event of a stream for a program: done with a reason, or an error.
func (s *Server) endStream(
	connection context.Context, c echo.Context, id jsontext.Value, events *stream.Sender, metered *meteredStream, reason string, err error,
) error {
	if describe(err).Code == wire.CodeBusy { // its memory is needed; the client goes on from its last frame
		reason, err = doneLimit, nil
	}
	if err == nil {
		err = events.End("done", doneBody(reason))
		metered.ended(connection, reason, err)
		return err
	}
	metered.ended(connection, "", err)
	if isGone(connection, err) {
		return nil
	}
	body, err := wire.EncodeError(id, s.describeLogged(err, c).ErrorBody)
	if err != nil {
		return err
	}
	return events.End("error", body)
}

package handlers

import (
	"context"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// sweep answers POST /sweep with a stream of the results of many runs on the same points. For the page's
// own form it is a page of them.
func (s *Server) sweep(c echo.Context) error {
	if wantsHTML(c.Request()) {
		return s.sweepPage(c)
	}
	if !accepts(c.Request(), "text/event-stream") {
		return notAcceptable("text/event-stream and text/html")
	}
	body, err := s.takeBody(c, s.admitStream)
	if err != nil {
		return err
	}
	m, err := s.decodeBody(c.Request(), body, wire.SweepOver)
	if err == nil {
		err = s.streamSweep(c, &m)
	}
	if err != nil {
		return withID{err, m.ID}
	}
	return nil
}

// streamSweep streams the cells of a sweep.
func (s *Server) streamSweep(c echo.Context, m *wire.Message) error {
	ctx := c.Request().Context()
	run, err := s.newSweep(ctx, m, nil)
	if err != nil {
		return err
	}
	run.render = func(ctx context.Context, cell int, t *nn.Trainer, failed error) (text []byte, err error) {
		var result nn.Result
		if failed == nil {
			if result, err = resultOf(ctx, t); err != nil {
				return nil, err
			}
			text = make([]byte, 0, wire.ResultSize(result))
		}
		return wire.AppendCell(text, m.ID, m.Sweep, cell, result, failed, paced(ctx))
	}
	limited, fail := s.streaming(ctx)
	task := taskOf(ctx)
	connection, cut := task.watched()
	defer cut()
	stream.LimitUnsent(connection)
	_, metered := s.meter(connection, c, forProgram, 0, s.openEvents(c, stream.SignComment))
	events := stream.NewSender(connection, metered, fail)
	defer events.Close()
	defer run.start(limited, fail)()
	defer fail(nil)
	reason, err := run.send(limited, func(cell int, text []byte) error {
		frame, err := events.Begin()
		if err != nil {
			return err
		}
		if err := task.turn.Begin(limited, fair.Frame); err != nil {
			frame.Abort()
			return err
		}
		frame.Write("sweep_cell", strconv.Itoa(cell), text)
		task.turn.End()
		frame.Commit()
		s.metrics.frames.Inc()
		return nil
	})
	return s.endStream(connection, c, m.ID, events, metered, reason, err)
}

package handlers

import (
	"context"

	"github.com/labstack/echo/v4"

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
	run, err := s.newSweep(ctx, m, 0, nil)
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
	sweep := s.openSweep(c, run, forProgram, s.openEvents(c, stream.SignComment))
	defer sweep.close()
	reason, err := sweep.send("sweep_cell", func(_ int, text []byte) ([]byte, error) { return text, nil })
	return s.endStream(sweep.connection, c, m.ID, sweep.events, sweep.metered, reason, err)
}

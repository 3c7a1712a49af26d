package handlers

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// step answers POST /step: one message, one result. For the page's own forms it is the page with
// the network trained on.
func (s *Server) step(c echo.Context) error {
	if wantsHTML(c.Request()) {
		return s.stepPage(c)
	}
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json and text/html")
	}
	m, err := s.takeMessage(c, wire.Step)
	if err != nil {
		return err
	}
	result, err := s.trainStep(c.Request().Context(), &m, nil)
	if err != nil {
		return withID{err, m.ID}
	}
	encoded, err := wire.EncodeResult(m.ID, result, paced(c.Request().Context()))
	if err != nil {
		return err
	}
	return jsonBlob(c, encoded)
}

// trainStep makes the updates that a message asks for. The caller has a turn. answer says how long the
// answer takes besides; nil is no time.
func (s *Server) trainStep(
	ctx context.Context, m *wire.Message, answer func(nn.Config) time.Duration,
) (nn.Result, error) {
	t, work, err := s.newTrainer(ctx, m, "steps", m.Steps, answer)
	if err != nil {
		return nn.Result{}, err
	}
	if err := s.advance(ctx, t, work, m.Steps); err != nil {
		return nn.Result{}, err
	}
	return resultOf(ctx, t)
}

// resultOf returns the network of a trainer with its metrics. The caller has a turn, in which others
// may compute in between.
func resultOf(ctx context.Context, t *nn.Trainer) (nn.Result, error) {
	t.SetYield(yielding(ctx))
	r := t.Result()
	return r, t.Stopped()
}

// sliceTime is how long about a request computes before it lets others compute and looks whether
// its client is still there.
const sliceTime = time.Millisecond

// mostOverrun is how many times as long as is allowed the updates of one answer may take. What they
// should take is right to within a factor of two; the rest is for a machine that others use. Only
// numbers so large that the kernels are slow take longer.
const mostOverrun = 8

// advance makes n updates. The caller has a turn, in which others may compute in between. The error is
// too_large if the updates take much longer than their work says.
func (s *Server) advance(ctx context.Context, t *nn.Trainer, work nn.Work, n int) error {
	var took time.Duration // without the turns of others
	most := mostOverrun * max(s.config.MaxWork, time.Duration(n)*work.Update)
	began := time.Now()
	pause := func() error {
		took += time.Since(began)
		err := yield(ctx)
		began = time.Now()
		if err == nil && took > most {
			err = wire.TooLarge("network", "has numbers so large that the updates of one answer take more than %s; "+
				"ask for fewer at a time, or start from smaller weights", seconds(most))
		}
		return err
	}
	t.SetYield(nil)
	if time.Duration(n)*work.Update > sliceTime {
		t.SetYield(pause) // an update may take longer than a slice
	}
	for slice := max(1, int(sliceTime/max(work.Update, 1))); n > 0; {
		k := min(n, slice)
		if err := t.Step(k); err != nil {
			return err
		}
		s.metrics.updates.Add(float64(k))
		exchangeOf(ctx).updates.Add(int64(k))
		if n -= k; n > 0 {
			if err := pause(); err != nil {
				return err
			}
		}
	}
	return nil
}

package handlers

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// explain answers POST /explain: how the next update changes a weight or bias.
func (s *Server) explain(c echo.Context) error {
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json")
	}
	m, err := s.takeMessage(c, wire.Explain)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := s.explainUpdate(ctx, &m)
	if err != nil {
		return withID{err, m.ID}
	}
	file := newAnswerBuffer(ctx)
	if err := wire.WriteExplanation(file, m.ID, e); err != nil {
		return withID{err, m.ID}
	}
	return answerFile(c, "step.json", "application/json", file.bytes)
}

// explainUpdate explains the next update of a message. The caller has a turn, in which others may compute
// in between.
func (s *Server) explainUpdate(ctx context.Context, m *wire.Message) (nn.Explanation, error) {
	points := len(m.State.Data)
	t, _, err := s.newTrainer(ctx, m, "data", 1, func(c nn.Config) time.Duration {
		return nn.ExplainEvaluations * nn.WorkOf(c, points).Evaluation
	})
	if err != nil {
		return nn.Explanation{}, err
	}
	if err := taskOf(ctx).reserveMore(explanationBytes(m.State)); err != nil {
		return nn.Explanation{}, err
	}
	t.SetYield(yielding(ctx))
	return t.Explain(m.Parameter, m.Point)
}

// explanationBytes returns the most bytes that an explanation of an update takes: its weights, the
// network after the update, what a unit has, and what a point has.
func explanationBytes(s nn.State) int64 {
	const unit, point = 400, 64 // both lists of points grow
	return int64(2*8*nn.ParameterCount(s.Config) + unit*(s.Config.HiddenUnits()+s.Config.Outputs()) + point*len(s.Data))
}

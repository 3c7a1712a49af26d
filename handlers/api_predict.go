package handlers

import (
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// predict answers POST /predict: what the network says at each point.
func (s *Server) predict(c echo.Context) error {
	if c.Request().Header.Get("HX-Request") != "" {
		return s.probe(c)
	}
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json")
	}
	m, err := s.takeMessage(c, wire.Predict)
	if err != nil {
		return err
	}
	m.InferClasses()
	if err := s.checkState(c.Request().Context(), &m); err != nil {
		return withID{err, m.ID}
	}
	model, err := nn.NewModel(m.State)
	if err != nil {
		return withID{err, m.ID}
	}
	model.SetYield(yielding(c.Request().Context()))
	outputs := model.Predict(m.State.Data)
	if err := model.Stopped(); err != nil {
		return withID{err, m.ID}
	}
	for i, row := range outputs {
		for _, v := range row {
			if v-v != 0 { // infinite or NaN
				return withID{wire.Invalid("network", "gives no finite output at data[%d]", i), m.ID}
			}
		}
	}
	answer, err := wire.AppendPrediction(nil, m.ID, outputs)
	if err != nil {
		return err
	}
	return jsonBlob(c, answer)
}

package handlers

import (
	"github.com/labstack/echo/v4"

	"nnvisu/nn"
)

// predict answers POST /predict: what the network says at each point.
func (s *Server) predict(c echo.Context) error {
	if c.Request().Header.Get("HX-Request") != "" {
		return s.probe(c)
	}
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json")
	}
	body, leave, err := s.takeBody(c, s.enter)
	if err != nil {
		return err
	}
	defer leave()
	m, err := s.decodeBody(c.Request(), body, predictMembers)
	if err == nil && m.kind != "" && m.kind != "predict" {
		err = malformed("type", "must be predict; got %q", clip(m.kind))
	}
	if err != nil {
		return withID{err, m.id}
	}
	m.classesFromNetwork()
	if err := s.checkState(&m); err != nil {
		return withID{err, m.id}
	}
	model, err := nn.NewModel(m.state)
	if err != nil {
		return withID{err, m.id}
	}
	var outputs [][]float64
	if err := s.computing(c.Request().Context(), func() error {
		outputs = model.Predict(m.state.Data)
		return nil
	}); err != nil {
		return err
	}
	for i, row := range outputs {
		for _, v := range row {
			if v-v != 0 { // infinite or NaN
				return withID{invalid("network", "gives no finite output at data[%d]", i), m.id}
			}
		}
	}
	answer, err := appendPrediction(nil, m.id, outputs)
	if err != nil {
		return err
	}
	return jsonBlob(c, answer)
}

package handlers

import (
	"math"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"nnvisu/nn"
	"nnvisu/views"
)

// probeRadius is how near, in units of the plane, a place must be to a point to
// mean the point.
const probeRadius = 0.03

// probe answers POST /predict for the page: what the network says at the place
// of FieldProbe, or at the point that is there.
func (s *Server) probe(c echo.Context) error {
	p, leave, err := s.openPage(c, s.enter)
	if err != nil {
		return err
	}
	defer leave()
	xText, yText, _ := strings.Cut(p.form.Get(views.FieldProbe), ",")
	x, errX := parseFloat(xText)
	y, errY := parseFloat(yText)
	if errX != nil || errY != nil {
		return malformed(views.FieldProbe, "must be a place x,y; got %q", clip(p.form.Get(views.FieldProbe)))
	}
	at := place(x, y)
	var point *nn.Point
	nearest := probeRadius
	for i, q := range p.state.Data {
		if d := math.Hypot(q.X-x, q.Y-y); d <= nearest {
			nearest, point = d, &p.state.Data[i]
		}
	}
	if point != nil {
		at = *point
	}
	model, err := nn.NewModel(p.state)
	if err != nil {
		return err
	}
	outputs := model.Predict([]nn.Point{at})[0]
	return s.html(c, http.StatusOK, views.Reading(views.NewProbe(p.state.Config, p.meta, at, outputs, point)))
}

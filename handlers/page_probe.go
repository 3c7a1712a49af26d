package handlers

import (
	"math"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// probeRadius is how near, in units of the plane, a place must be to a point to mean the point.
const probeRadius = 0.03

// probe answers POST /predict for the page: what the network says at the place of FieldProbe, or at
// the point that is there.
func (s *Server) probe(c echo.Context) error {
	p, err := s.openPage(c, s.admit)
	if err != nil {
		return err
	}
	xText, yText, _ := strings.Cut(p.form.Get(views.FieldProbe), ",")
	x, errX := setting.ParseFloat(xText)
	y, errY := setting.ParseFloat(yText)
	if errX != nil || errY != nil {
		return wire.Malformed(views.FieldProbe, "must be a place x,y; got %q", wire.Clip(p.form.Get(views.FieldProbe)))
	}
	at := place(x, y)
	var point *nn.Point
	var nearest *nn.Point
	distance := math.Inf(1)
	for i, q := range p.State.Data {
		if d := math.Hypot(q.X-x, q.Y-y); d <= distance {
			distance, nearest = d, &p.State.Data[i]
		}
	}
	if distance <= probeRadius {
		point, at = nearest, *nearest
	}
	model, err := nn.NewModel(p.State)
	if err != nil {
		return err
	}
	outputs := model.Predict([]nn.Point{at})[0]
	read := views.NewProbe(p.State.Config, p.meta, at, outputs, point)
	read.Near(p.State.Config, p.meta, at, nearest)
	return s.html(c, http.StatusOK, views.Reading(read))
}

package handlers

import (
	"cmp"
	"errors"
	"math"
	"net/url"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

func clearPoints(_ *Server, e edit) (nn.State, views.Notice, error) {
	removed := len(e.state.Data)
	next, err := e.do(e.state, journal.ClearPoints{})
	return next, undoable("Removed all %s points.", views.Grouped(removed)), err
}

// mostPlaces is the most places of a stroke. To erase, each is compared with every point.
const mostPlaces = 2000

// draw adds points at the places of a stroke, or erases those near it.
func (s *Server) draw(e edit) (nn.State, views.Notice, error) {
	state, said := e.state, views.Notice{}
	places, err := readStroke(e.form, min(s.config.MaxPoints, mostPlaces))
	if err != nil {
		return state, said, err
	}
	tool := cmp.Or(e.form.Get(views.FieldStrokeTool), e.form.Get(views.FieldTool))
	if tool == views.ToolErase {
		if near := nn.Near(state.Data, places, views.EraserReach); len(near) > 0 {
			state, err = e.do(state, journal.RemovePoints{Numbers: near})
		}
		return state, said, err
	}
	label, err := setting.ParseFloat(tool)
	if err != nil || state.Config.Task == nn.Classification && !(label >= 0 && label < float64(state.Config.Classes)) {
		return state, said, wire.Invalid(views.FieldTool, "must be a class or %s; got %q", views.ToolErase, wire.Clip(tool))
	}
	if n := len(state.Data) + len(places); n > s.config.MaxPoints {
		return state, said, wire.TooLarge(views.FieldData, "must have at most %d points; this would make %d", s.config.MaxPoints, n)
	}
	for i := range places {
		places[i].Label = label + 0 // no negative zero
	}
	if len(places) > 0 {
		state, err = e.do(state, journal.AddPoints{Points: places})
	}
	return state, said, err
}

// readStroke returns the places of FieldStroke or, without script, of a click on the picture.
func readStroke(form url.Values, most int) ([]nn.Point, error) {
	if form.Has(views.FieldClickX) {
		var x, y int
		if err := errors.Join(wire.FormInt(form, views.FieldClickX, &x), wire.FormInt(form, views.FieldClickY, &y)); err != nil {
			return nil, err
		}
		return []nn.Point{place(2*(float64(x)+0.5)/views.PlaneSize-1, 1-2*(float64(y)+0.5)/views.PlaneSize)}, nil
	}
	var places []nn.Point
	for pair := range strings.FieldsSeq(form.Get(views.FieldStroke)) {
		xText, yText, _ := strings.Cut(pair, ",")
		x, errX := setting.ParseFloat(xText)
		y, errY := setting.ParseFloat(yText)
		if errX != nil || errY != nil {
			return nil, wire.Malformed(views.FieldStroke, "must be pairs x,y separated by spaces; got %q", wire.Clip(pair))
		}
		if places = append(places, place(x, y)); len(places) > most {
			return nil, wire.TooLarge(views.FieldStroke, "must have at most %d places", most)
		}
	}
	return places, nil
}

// place returns the point of the plane nearest to x, y, with as many decimals as a picture can
// show.
func place(x, y float64) nn.Point {
	round := func(v float64) float64 { return math.Round(max(-1, min(1, v))*1e4)/1e4 + 0 }
	return nn.Point{X: round(x), Y: round(y)}
}

package handlers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/views"
)

// change does what a button of the page asks for: act is a name, for some with
// the place in the network behind it. With an error p is the page to show beside it.
func (s *Server) change(ctx context.Context, act string, p *pageRequest) error {
	act, place, _ := strings.Cut(act, " ")
	switch act {
	case views.ActShow, views.ActRestore:
		p.answer.look = true
		return nil
	case views.ActInspect:
		return inspectUnit(p, place)
	case views.ActShare:
		links, err := s.share(ctx, *p)
		p.answer = pageAnswer{part: true, view: func(views.Lab, bool) templ.Component { return views.Shared(links) }}
		return err
	case views.ActPin:
		return s.pin(ctx, p)
	case views.ActUnpin:
		p.pinned, p.answer.look, p.answer.pinned = nil, true, true
		return nil
	case views.ActOpen:
		return s.readOpened(p)
	case views.ActImport, views.ActImportPreview:
		return s.importPoints(ctx, act, p)
	case views.ActTableShow, views.ActTableSet, views.ActTableAdd, views.ActTableRemove, views.ActTablePrevious, views.ActTableNext:
		return s.editTable(act, p)
	}
	state, notice, err := s.act(act, place, p.state, p.form)
	if err != nil {
		return err
	}
	if last := p.state.Config.Classes - 1; act == views.ActRemoveClass && p.meta.Class(last) != "" {
		notice.Text = strings.Replace(notice.Text, fmt.Sprintf("class %d", last), p.meta.Class(last), 1)
	}
	p.become(state, act)
	if notice.Text != "" {
		p.notice = notice
	}
	return nil
}

// act changes a prepared state, which stays as it is; the one returned need not
// be within the limits.
func (s *Server) act(act, place string, state nn.State, form url.Values) (nn.State, views.Notice, error) {
	switch act {
	case views.ActSettings, "":
		return state, views.Notice{}, nil
	case views.ActReset:
		state.Network = nn.Initialize(state.Config)
		return state, undoable("New weights from seed %d.", state.Config.Seed), nil
	case views.ActReseed:
		state.Config.Seed++ // wraps around at the largest
		state.Network = nn.Initialize(state.Config)
		return state, undoable("New weights from the new seed %d.", state.Config.Seed), nil
	case views.ActDraw:
		next, err := s.draw(state, form)
		return next, views.Notice{}, err
	case views.ActClear:
		removed := len(state.Data)
		state.Data = []nn.Point{}
		return state, undoable("Removed all %d points.", removed), nil
	case views.ActDataset:
		return s.loadDataset(state, form)
	case views.ActAddLayer:
		width := 8
		if widths := state.Config.HiddenLayers; len(widths) > 0 {
			width = widths[len(widths)-1]
		}
		next, err := nn.AddLayer(state, len(state.Config.HiddenLayers), width)
		return next, undoable("Added a hidden layer of %d units; the weights before it stay.", width), err
	case views.ActRemoveLayer:
		if len(state.Config.HiddenLayers) == 0 {
			return state, views.Notice{}, invalid("config.hidden_layers", "has no layer left to remove")
		}
		next, err := nn.RemoveLayer(state, len(state.Config.HiddenLayers)-1)
		return next, undoable("Removed the last hidden layer; the weights before it stay."), err
	case views.ActAddNeuron:
		at, err := readPlace(views.FieldAct, place, 1)
		if err != nil {
			return state, views.Notice{}, err
		}
		next, err := nn.AddNeuron(state, at[0])
		return next, undoable("Added a unit to layer %d; the other weights stay.", at[0]+1), err
	case views.ActRemoveNeuron:
		return removeNeuron(state, place)
	case views.ActSetParameter:
		next, err := setParameter(state, form)
		return next, views.Notice{}, err
	case views.ActAddClass:
		next, err := nn.AddClass(state)
		return next, undoable("Added class %d; all weights stay.", next.Config.Classes-1), err
	case views.ActRemoveClass:
		next, err := nn.RemoveClass(state, state.Config.Classes-1)
		return next, undoable("Removed class %d and its %d points.", state.Config.Classes-1, len(state.Data)-len(next.Data)), err
	case views.ActRecover:
		recovered, err := wire.DecodeNetwork(form.Get(views.FieldRecovered), views.FieldRecovered)
		if err != nil {
			return state, views.Notice{}, err
		}
		state.Network = recovered
		if state.Network.IsEmpty() {
			return state, views.Notice{}, malformed(views.FieldRecovered, "has no weights")
		}
		return state, undoable("Back at step %d, the last finite state. A smaller learning rate may help.", state.Network.Step), nil
	}
	return state, views.Notice{}, malformed(views.FieldAct, "is unknown: %q", clip(act))
}

func undoable(format string, args ...any) views.Notice {
	return views.Notice{Text: fmt.Sprintf(format, args...), Undo: true}
}

// eraseRadius is how far, in units of the plane, the eraser reaches.
const eraseRadius = 0.06

// draw adds points at the places of a stroke, or erases those near it.
func (s *Server) draw(state nn.State, form url.Values) (nn.State, error) {
	places, err := readStroke(form, s.config.MaxPoints)
	if err != nil {
		return state, err
	}
	tool := form.Get(views.FieldTool)
	if tool == views.ToolErase {
		state.Data = nn.EraseNear(state.Data, places, eraseRadius)
		return state, nil
	}
	label, err := parseFloat(tool)
	if err != nil || state.Config.Task == nn.Classification && !(label >= 0 && label < float64(state.Config.Classes)) {
		return state, invalid(views.FieldTool, "must be a class or %s; got %q", views.ToolErase, clip(tool))
	}
	if n := len(state.Data) + len(places); n > s.config.MaxPoints {
		return state, tooLarge(views.FieldData, "must have at most %d points; this would make %d", s.config.MaxPoints, n)
	}
	state.Data = slices.Clone(state.Data)
	for _, p := range places {
		p.Label = label + 0 // no negative zero
		state.Data = append(state.Data, p)
	}
	return state, nil
}

// readStroke returns the places of FieldStroke or, without script, of a click
// on the picture.
func readStroke(form url.Values, most int) ([]nn.Point, error) {
	if form.Has(views.FieldClickX) {
		var x, y int
		if err := errors.Join(formInt(form, views.FieldClickX, &x), formInt(form, views.FieldClickY, &y)); err != nil {
			return nil, err
		}
		return []nn.Point{place(2*(float64(x)+0.5)/views.PlaneSize-1, 1-2*(float64(y)+0.5)/views.PlaneSize)}, nil
	}
	var places []nn.Point
	for pair := range strings.FieldsSeq(form.Get(views.FieldStroke)) {
		xText, yText, _ := strings.Cut(pair, ",")
		x, errX := parseFloat(xText)
		y, errY := parseFloat(yText)
		if errX != nil || errY != nil {
			return nil, malformed(views.FieldStroke, "must be pairs x,y separated by spaces; got %q", clip(pair))
		}
		if places = append(places, place(x, y)); len(places) > most {
			return nil, tooLarge(views.FieldStroke, "must have at most %d places", most)
		}
	}
	return places, nil
}

// place returns the point of the plane nearest to x, y, with as many decimals
// as a picture can show.
func place(x, y float64) nn.Point {
	round := func(v float64) float64 { return math.Round(max(-1, min(1, v))*1e4)/1e4 + 0 }
	return nn.Point{X: round(x), Y: round(y)}
}

// newProblem returns the state with other points and their task. It starts with
// new weights, and its classes follow from the labels.
func newProblem(state nn.State, points []nn.Point, task nn.Task) (nn.State, error) {
	state.Data = points
	state.Config = state.Config.Clone()
	state.Config.Task, state.Config.Classes = task, 0
	state.Network = nn.Network{}
	return state.Prepare()
}

// loadDataset replaces the points by a data set's.
func (s *Server) loadDataset(state nn.State, form url.Values) (nn.State, views.Notice, error) {
	params := url.Values{"dataset": {form.Get(views.FieldDataset)}}
	for name, field := range map[string]string{"points": views.FieldPoints, "noise": views.FieldNoise, "classes": views.FieldDataClasses, "seed": views.FieldDataSeed} {
		params.Set(name, strings.TrimSpace(form.Get(field)))
	}
	if info, ok := dataset.Lookup(params.Get("dataset")); ok && info.MaxClasses == 0 {
		params.Del("classes") // of the data set before
	}
	points, info, err := s.generate(params)
	if err != nil {
		var bad *requestError
		if errors.As(err, &bad) && bad.Field == "seed" {
			bad.Field = views.FieldDataSeed
		}
		return state, views.Notice{}, err
	}
	next, err := newProblem(state, points, nn.Task(info.Task))
	return next, undoable("%s: %d points. The weights start again.", info.Title, len(points)), err
}

package handlers

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// readPlace reads whole numbers joined by points, out of a field: a layer, a unit behind it, and of
// a weight the input.
func readPlace(field, text string, parts int) ([]int, error) {
	words := strings.Split(text, ".")
	if len(words) != parts {
		return nil, wire.Malformed(field, "must name a place in the network; got %q", wire.Clip(text))
	}
	place := make([]int, parts)
	for i, word := range words {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, wire.Malformed(field, "must name a place in the network; got %q", wire.Clip(text))
		}
		place[i] = n
	}
	return place, nil
}

// inspectUnit answers with a unit's bias and weights.
func inspectUnit(_ *Server, _ context.Context, p *pageRequest, place string) error {
	at, err := readPlace(views.FieldAct, place, 2)
	if err != nil {
		return err
	}
	biases := p.State.Network.Biases
	if at[0] < 0 || at[0] >= len(biases) || at[1] < 0 || at[1] >= len(biases[at[0]]) {
		return wire.Invalid(views.FieldAct, "must name a unit of the network; got %q", wire.Clip(place))
	}
	unit := views.Inspect(p.State, p.meta, at[0], at[1])
	p.unit = &unit
	p.answer = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.Inspected(l, unit) }}
	return nil
}

// showLayer shows all units of a hidden layer.
func showLayer(_ *Server, _ context.Context, p *pageRequest, place string) error {
	at, err := readPlace(views.FieldAct, place, 1)
	if err != nil {
		return err
	}
	if at[0] < 0 || at[0] >= len(p.State.Config.HiddenLayers) {
		return wire.Invalid(views.FieldAct, "must name a hidden layer of the network; got %q", wire.Clip(place))
	}
	p.choices.Layer = place
	return nil
}

func addNeuron(_ *Server, e edit) (nn.State, views.Notice, error) {
	at, err := readPlace(views.FieldAct, e.place, 1)
	if err != nil {
		return e.state, views.Notice{}, err
	}
	next, err := e.do(e.state, journal.AddUnit{Layer: at[0]})
	return next, undoable("Added a unit to layer %d; the other weights stay.", at[0]+1), err
}

// removeNeuron removes a unit, or the last of a layer where none is named.
func removeNeuron(_ *Server, e edit) (nn.State, views.Notice, error) {
	parts := 1 + strings.Count(e.place, ".")
	at, err := readPlace(views.FieldAct, e.place, min(parts, 2))
	if err != nil {
		return e.state, views.Notice{}, err
	}
	if widths := e.state.Config.HiddenLayers; parts == 1 && at[0] >= 0 && at[0] < len(widths) {
		at = append(at, widths[at[0]]-1)
	} else if parts == 1 {
		at = append(at, 0) // of a layer that is not there
	}
	next, err := e.do(e.state, journal.RemoveUnit{Layer: at[0], Unit: at[1]})
	return next, undoable("Removed unit %d of layer %d; the other weights stay.", at[1]+1, at[0]+1), err
}

// setParameter puts the number of FieldValue in the place of FieldParameter.
func setParameter(_ *Server, e edit) (nn.State, views.Notice, error) {
	state, said := e.state, views.Notice{}
	text, parameter := e.form.Get(views.FieldValue), e.form.Get(views.FieldParameter)
	v, err := setting.ParseFloat(strings.TrimSpace(text))
	if err != nil {
		return state, said, wire.Malformed(views.FieldValue, "must be a number; got %q", wire.Clip(text))
	}
	if math.Abs(v) > nn.MaxParameter {
		return state, said, wire.Invalid(views.FieldValue, "must be from %.0f to %.0f; got %v", -nn.MaxParameter, nn.MaxParameter, v)
	}
	kind, place, _ := strings.Cut(parameter, ".")
	var next nn.State
	switch kind {
	case "weights":
		var at []int
		if at, err = readPlace(views.FieldParameter, place, 3); err == nil {
			next, err = e.do(state, journal.SetWeight{Layer: at[0], Out: at[1], In: at[2], Value: v + 0})
		}
	case "biases":
		var at []int
		if at, err = readPlace(views.FieldParameter, place, 2); err == nil {
			next, err = e.do(state, journal.SetBias{Layer: at[0], Out: at[1], Value: v + 0})
		}
	default:
		err = wire.Malformed(views.FieldParameter, "must begin with weights or biases; got %q", wire.Clip(kind))
	}
	var absent *nn.FieldError
	if errors.As(err, &absent) {
		return state, said, wire.Invalid(views.FieldParameter, "%s; got %q", absent.Message, wire.Clip(parameter))
	}
	return next, said, err
}

package handlers

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"nnvisu/nn"
	"nnvisu/views"
)

// readPlace reads whole numbers joined by points, out of a field: a layer, a
// unit behind it, and of a weight the input.
func readPlace(field, text string, parts int) ([]int, error) {
	words := strings.Split(text, ".")
	if len(words) != parts {
		return nil, malformed(field, "must name a place in the network; got %q", clip(text))
	}
	place := make([]int, parts)
	for i, word := range words {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, malformed(field, "must name a place in the network; got %q", clip(text))
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
	biases := p.state.Network.Biases
	if at[0] < 0 || at[0] >= len(biases) || at[1] < 0 || at[1] >= len(biases[at[0]]) {
		return invalid(views.FieldAct, "must name a unit of the network; got %q", clip(place))
	}
	unit := views.Inspect(p.state, p.meta, at[0], at[1])
	p.answer = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.Inspected(l, unit) }}
	return nil
}

func addNeuron(_ *Server, e edit) (nn.State, views.Notice, error) {
	at, err := readPlace(views.FieldAct, e.place, 1)
	if err != nil {
		return e.state, views.Notice{}, err
	}
	next, err := nn.AddNeuron(e.state, at[0])
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
	next, err := nn.RemoveNeuron(e.state, at[0], at[1])
	return next, undoable("Removed unit %d of layer %d; the other weights stay.", at[1]+1, at[0]+1), err
}

// setParameter puts the number of FieldValue in the place of FieldParameter.
func setParameter(_ *Server, e edit) (nn.State, views.Notice, error) {
	state, said := e.state, views.Notice{}
	text, parameter := e.form.Get(views.FieldValue), e.form.Get(views.FieldParameter)
	v, err := parseFloat(strings.TrimSpace(text))
	if err != nil {
		return state, said, malformed(views.FieldValue, "must be a number; got %q", clip(text))
	}
	if math.Abs(v) > nn.MaxParameter {
		return state, said, invalid(views.FieldValue, "must be from %.0f to %.0f; got %v", -nn.MaxParameter, nn.MaxParameter, v)
	}
	kind, place, _ := strings.Cut(parameter, ".")
	var next nn.State
	switch kind {
	case "weights":
		var at []int
		if at, err = readPlace(views.FieldParameter, place, 3); err == nil {
			next, err = nn.SetWeight(state, at[0], at[1], at[2], v)
		}
	case "biases":
		var at []int
		if at, err = readPlace(views.FieldParameter, place, 2); err == nil {
			next, err = nn.SetBias(state, at[0], at[1], v)
		}
	default:
		err = malformed(views.FieldParameter, "must begin with weights or biases; got %q", clip(kind))
	}
	var absent *nn.FieldError
	if errors.As(err, &absent) {
		return state, said, invalid(views.FieldParameter, "%s; got %q", absent.Message, clip(parameter))
	}
	return next, said, err
}

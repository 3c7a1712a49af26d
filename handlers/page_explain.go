package handlers

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// answerExplained is what the acts of an explanation are answered with.
var answerExplained = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.Explained(l) }}

// explainParameter shows how the next update changes the weight or bias at a place: a path, and behind it,
// after a space, a point. Without a place it is what the page has chosen, or the weight with the largest
// gradient. What is not there any more gives way: see explainOn. A point that was written for the step that
// the page explains does not: it is an error, beside which the page goes on to show another point.
func explainParameter(s *Server, ctx context.Context, p *pageRequest, place string) error {
	m := p.Message
	m.Parameter, m.Point = nn.Steepest, nn.LargestShare
	wrong := chosenExplanation(p, &m)
	if wrong != nil && !isOfPoint(wrong) {
		return wrong
	}
	path, point, named := strings.Cut(place, " ")
	m.Parameter = cmp.Or(path, m.Parameter)
	if path != "" {
		wrong = nil // it is not the point that was changed
	}
	if named {
		var err error
		if m.Point, err = strconv.Atoi(point); err != nil || m.Point < 0 {
			return wire.Malformed(views.FieldAct, "must name a point; got %q", wire.Clip(point))
		}
	}
	shown, absent, err := s.explainOn(ctx, &m, p)
	if err != nil {
		return err
	}
	if path == "" && p.form.Get(views.FieldExplainStep) == shown.Step {
		wrong = cmp.Or(wrong, absent)
	}
	if wrong != nil {
		shown.Point, shown.Instead = p.form.Get(views.FieldPoint), ""
	}
	p.explaining = shown
	return wrong
}

// isOfPoint reports whether an error is one of the point.
func isOfPoint(err error) bool {
	return err != nil && describe(err).Field == views.FieldPoint
}

// chosenExplanation sets what the page has chosen to explain, if it has.
func chosenExplanation(p *pageRequest, m *wire.Message) error {
	if p.form.Get(views.FieldExplainLayer) == "" {
		return nil
	}
	var at nn.ParameterPlace
	for _, f := range []struct {
		field string
		dst   *int
	}{{views.FieldExplainLayer, &at.Layer}, {views.FieldExplainUnit, &at.Out}, {views.FieldExplainInput, &at.In}} {
		if err := wire.FormInt(p.form, f.field, f.dst); err != nil {
			return err
		}
	}
	biases, weights := p.State.Network.Biases, p.State.Network.Weights
	at.Layer = max(0, min(at.Layer, len(biases)-1)) // the one before may have had more
	at.Out = max(0, min(at.Out, len(biases[at.Layer])-1))
	at.In = max(-1, min(at.In, len(weights[at.Layer][at.Out])-1))
	m.Parameter, m.Point = at.String(), nn.LargestShare
	if strings.TrimSpace(p.form.Get(views.FieldPoint)) == "" {
		return nil
	}
	var point int
	err := wire.FormInt(p.form, views.FieldPoint, &point)
	if err == nil && point < 0 {
		err = wire.Malformed(views.FieldPoint, "must be 0 or more; got %d", point)
	}
	if err == nil {
		m.Point = point
	}
	return err
}

// explainOn explains the next update. Where no point is named, or one that is not in its batch, it is the one
// with the largest share; absent is the error of the latter.
func (s *Server) explainOn(ctx context.Context, m *wire.Message, p *pageRequest) (shown *views.Explaining, absent, err error) {
	asked := m.Point
	e, err := s.explainUpdate(ctx, m)
	if isOfPoint(err) {
		absent = err
		m.Point = nn.LargestShare
		e, err = s.explainUpdate(ctx, m)
	}
	if err != nil {
		return nil, nil, err
	}
	v := views.Explain(m.State, p.meta, e, p.form.Get(views.FieldExplainPart))
	if absent != nil {
		v.Instead = fmt.Sprintf("Point %d is not in the batch of this step.", asked)
	}
	return &v, absent, nil
}

// followExplanation explains the next update of the state that the page will show, if the page explains one.
func (s *Server) followExplanation(ctx context.Context, p *pageRequest) {
	if p.answer.part || p.explaining != nil || p.form.Get(views.FieldExplainLayer) == "" {
		return
	}
	m := p.Message
	err := chosenExplanation(p, &m)
	if err == nil || isOfPoint(err) { // what is written there may be wrong
		p.explaining, _, err = s.explainOn(ctx, &m, p)
	}
	if err != nil {
		p.unexplained = cmp.Or(sentence(describe(err)), "It cannot be computed") + "."
	}
}

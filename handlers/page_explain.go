package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
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
// gradient. What is not there any more gives way: see explainOn.
func explainParameter(s *Server, ctx context.Context, p *pageRequest, place string) error {
	m := p.Message
	m.Parameter, m.Point = nn.Steepest, nn.FirstOfBatch
	if err := chosenExplanation(p, &m); err != nil {
		return err
	}
	path, point, named := strings.Cut(place, " ")
	m.Parameter = cmp.Or(path, m.Parameter)
	if named {
		var err error
		if m.Point, err = strconv.Atoi(point); err != nil || m.Point < 0 {
			return wire.Malformed(views.FieldAct, "must name a point; got %q", wire.Clip(point))
		}
	}
	shown, err := s.explainOn(ctx, &m, p)
	p.explaining = shown
	return err
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
	m.Parameter, m.Point = at.String(), nn.FirstOfBatch
	if strings.TrimSpace(p.form.Get(views.FieldPoint)) == "" {
		return nil
	}
	return wire.FormInt(p.form, views.FieldPoint, &m.Point)
}

// explainOn explains the next update. Where no point is named, or one that is not in its batch, it is the one
// with the largest share.
func (s *Server) explainOn(ctx context.Context, m *wire.Message, p *pageRequest) (*views.Explaining, error) {
	asked := m.Point
	e, err := s.explainUpdate(ctx, m)
	var field *nn.FieldError
	isAbsent := errors.As(err, &field) && field.Field == views.FieldPoint
	if isAbsent {
		m.Point = nn.FirstOfBatch
		e, err = s.explainUpdate(ctx, m)
	}
	if err == nil && m.Point == nn.FirstOfBatch {
		if most := largestShare(e.Batch); most != e.Point.Index {
			m.Parameter, m.Point = e.Parameter.Path, most
			e, err = s.explainUpdate(ctx, m)
		}
	}
	if err != nil {
		return nil, err
	}
	shown := views.Explain(m.State, p.meta, e, p.form.Get(views.FieldExplainPart))
	if isAbsent {
		shown.Instead = fmt.Sprintf("Point %d is not in the batch of this step.", asked)
	}
	return &shown, nil
}

// largestShare returns the point whose share in the gradient is the largest; of equals, the first.
func largestShare(b nn.ExplainedBatch) int {
	most := 0
	share := func(j int) float64 { return math.Abs(b.Deltas[j] * b.Inputs[j]) }
	for j := range b.Points {
		if share(j) > share(most) {
			most = j
		}
	}
	return b.Points[most]
}

// followExplanation explains the next update of the state that the page will show, if the page explains one.
func (s *Server) followExplanation(ctx context.Context, p *pageRequest) {
	if p.answer.part || p.explaining != nil || p.form.Get(views.FieldExplainLayer) == "" {
		return
	}
	m := p.Message
	err := chosenExplanation(p, &m)
	if err == nil {
		p.explaining, err = s.explainOn(ctx, &m, p)
	}
	if err != nil {
		p.unexplained = cmp.Or(sentence(describe(err)), "It cannot be computed") + "."
	}
}

package handlers

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// explainParameter shows how the next update changes the weight or bias at a place: a path, and behind it,
// after a space, a point. A point that was in the batch before gives way to the first of the batch.
func explainParameter(s *Server, ctx context.Context, p *pageRequest, place string) error {
	m := p.Message
	path, point, named := strings.Cut(place, " ")
	m.Parameter, m.Point = path, nn.FirstOfBatch
	if named {
		var err error
		if m.Point, err = strconv.Atoi(point); err != nil || m.Point < 0 {
			return wire.Malformed(views.FieldAct, "must name a point; got %q", wire.Clip(point))
		}
	}
	e, err := s.explainUpdate(ctx, &m)
	var field *nn.FieldError
	if errors.As(err, &field) && field.Field == views.FieldPoint {
		m.Point = nn.FirstOfBatch
		e, err = s.explainUpdate(ctx, &m)
	}
	if err != nil {
		return err
	}
	shown := views.Explain(m.State, p.meta, e)
	p.explaining = &shown
	p.answer = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.Explained(l) }}
	return nil
}

package handlers

import (
	"context"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/views"
)

var answerWords = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.Worded(l) }}

// describe says the result of the run in words.
func (s *Server) describe(ctx context.Context, p *pageRequest, _ string) error {
	return s.computing(ctx, func(ctx context.Context) (err error) {
		p.words, err = views.NewWords(p.State, p.meta, p.history, yielding(ctx))
		return err
	})
}

package handlers

import (
	"cmp"
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

var answerNotebook = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.Noted(l) }}

// showNotebook says what was done in the run.
func (s *Server) showNotebook(ctx context.Context, p *pageRequest, _ string) error {
	p.notes = &views.Notebook{TooLong: p.journal == views.JournalTooLong}
	j, err := journal.Read(finishedJournal(p.journal, p.State.Network.Step))
	if err != nil {
		return nil // there is none
	}
	p.notes.Most = s.config.MaxWork
	p.notes.Items, err = s.notebook(ctx, j)
	return err
}

// notebook lists what was done in a run. The caller has a turn.
func (s *Server) notebook(ctx context.Context, j journal.Journal) ([]journal.Item, error) {
	r := &replaying{s: s, ctx: ctx}
	w := s.world(ctx)
	w.Check = r.check
	items, err := journal.Notebook(w, j)
	return items, replayError(err)
}

// goBack shows an earlier moment of the run, which it trains anew. What came after it is left out of the
// journal.
func (s *Server) goBack(ctx context.Context, p *pageRequest, place string) error {
	j, err := journal.Read(finishedJournal(p.journal, p.State.Network.Step))
	if err != nil {
		p.notice = views.Notice{Text: "This page has no notebook of this run, so it cannot go back in it."}
		return nil
	}
	at, err := readPlace(views.FieldAct, place, 2)
	if err != nil {
		return err
	}
	if j, err = j.Cut(at[0], at[1]); err != nil {
		return wire.Invalid(views.FieldAct, "must name a moment of the run; got %q", wire.Clip(place))
	}
	var curves nn.History
	state, err := s.replayJournal(ctx, j, &curves)
	if err != nil {
		return err
	}
	if p.journal, err = j.Text(); err != nil {
		return err
	}
	p.setState(state, dropMeta)
	p.meta = s.metaOfJournal(j)
	p.history, p.kept = curves, views.NoMoment
	p.notice = undoable("Back at step %s.", views.Grouped(state.Network.Step))
	return nil
}

// metaOfJournal says what is known of the points of a run.
func (s *Server) metaOfJournal(j journal.Journal) table.Meta {
	m := j.Meta()
	m.Source, m.Edited = s.sourceOfJournal(m.Source), s.sourceOfJournal(m.Edited)
	return m
}

// sourceOfJournal writes the source of a journal as that of a page, which has the defaults of a recipe.
func (s *Server) sourceOfJournal(source string) string {
	q, ok := readSource(source)
	if !ok {
		return ""
	}
	for name, otherwise := range map[string]string{
		"points": strconv.Itoa(min(defaultPoints, s.config.MaxPoints)), "data_seed": cmp.Or(q.Get("seed"), "1"),
	} {
		if !q.Has(name) {
			q.Set(name, otherwise)
		}
	}
	return sourceOf(q)
}

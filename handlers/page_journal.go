package handlers

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

// doing returns the function that does an act of the journal to a state and writes it down in p. All
// that changes the state of a page, but for training and for opening another one, goes through it.
func (s *Server) doing(ctx context.Context, p *pageRequest) func(nn.State, journal.Act) (nn.State, error) {
	w := s.world(ctx)
	return func(state nn.State, a journal.Act) (nn.State, error) {
		next, err := a.Apply(w, state)
		if err == nil {
			p.done = append(slices.Clip(p.done), journal.Entry{Step: state.Network.Step, Act: a})
		}
		return next, err
	}
}

// keepJournal writes what was done into the journal of a page. Call it after told: where there is no
// journal any more, or none yet, one begins with a run that begins by a recipe.
func (s *Server) keepJournal(p *pageRequest) {
	done := p.done
	if p.done = nil; len(done) > 0 {
		p.journal = longerJournal(p.journal, done, p.State.Network.Step)
	}
	none := p.journal == "" || p.journal == views.JournalTooLong
	if none && p.recipe != "" && p.State.Network.Step == 0 {
		p.journal = s.beginJournal(withGoal(p.recipe, p.lesson.Goal))
	}
}

// longerJournal returns the text of a journal with further acts, which lead to a step. Where there is no
// journal that can be read, there is none after it.
func longerJournal(text string, done []journal.Entry, step int) string {
	if text == views.JournalTooLong {
		return text
	}
	j, err := journal.Read(text)
	if err != nil {
		return ""
	}
	j.Entries, j.Step = append(j.Entries, done...), step
	if text, err = j.Text(); err != nil {
		return views.JournalTooLong
	}
	return text
}

// finishedJournal returns the text of the journal of a page up to a step, or "" where there is none. A
// page trains without writing into its journal.
func finishedJournal(text string, step int) string {
	if text = longerJournal(text, nil, step); text == views.JournalTooLong {
		return ""
	}
	return text
}

// journalStep returns the step that a journal ends at, or 0 where there is none.
func journalStep(text string) int {
	j, err := journal.Read(text)
	if err != nil {
		return 0
	}
	return j.Step
}

// beginJournal returns the journal of a run that a recipe begins.
func (s *Server) beginJournal(recipe string) string {
	text, err := journal.Journal{Release: s.journalRelease(), Recipe: recipe}.Text()
	if err != nil {
		return "" // the recipe is too long
	}
	return text
}

// checkJournal returns an error for a text that is no journal, of a file.
func checkJournal(text string) error {
	if text == "" || text == views.JournalTooLong {
		return nil
	}
	if _, err := journal.Read(text); err != nil {
		return wire.Malformed(views.FieldJournal, "cannot be read: %v", err)
	}
	return nil
}

// journalOfRun returns the journal of a run of a sweep, and its curves: that of the page of the sweep, then
// the settings of the run and new weights. There is none where that does not lead to the run, or is too
// much to be tried out.
func (s *Server) journalOfRun(ctx context.Context, p *pageRequest, run nn.State) (string, nn.History, error) {
	var curves nn.History
	j, err := journal.Read(p.journal)
	if err != nil {
		return "", curves, nil
	}
	acts := []journal.Act{journal.Reset{}}
	if changed := journal.Changed(p.State.Config, run.Config); len(changed) > 0 {
		acts = []journal.Act{changed, journal.Reset{}}
	}
	w := s.world(ctx)
	state := p.State
	trying := &replaying{s: s, ctx: ctx, curves: &curves}
	for _, act := range acts {
		if state, err = act.Apply(w, state); err != nil {
			return "", curves, nil
		}
		if err := trying.check(state, journal.WorkOf(act, state)); err != nil {
			return "", curves, err
		}
		j.Entries = append(j.Entries, journal.Entry{Step: j.Step, Act: act})
	}
	if state.Network, err = trying.train(state, run.Network.Step); ctx.Err() != nil {
		return "", curves, context.Cause(ctx)
	}
	if err != nil || !reflect.DeepEqual(state.Config, run.Config) || !reflect.DeepEqual(state.Network, run.Network) {
		return "", nn.History{}, nil
	}
	if err := trying.finish(state); err != nil {
		return "", nn.History{}, err
	}
	j.Step = run.Network.Step
	text, err := j.Text()
	if err != nil {
		text = views.JournalTooLong
	}
	return text, curves, nil
}

// readJournalLink reads the query of a link that does again what its journal tells. One of another
// release is replayed, and the page says so.
func (s *Server) readJournalLink(ctx context.Context, p *pageRequest, query url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if name != views.FieldJournal {
			return wire.Malformed(wire.Clip(name), "is not a parameter of a link with a journal")
		}
	}
	text := query.Get(views.FieldJournal)
	state, j, err := s.replayText(ctx, text, true, &p.history)
	if err != nil {
		return err
	}
	p.State, p.journal, p.meta = state, text, s.metaOfJournal(j)
	p.choices.Opened = true
	p.showSource()
	if ours := s.journalRelease(); j.Release != ours {
		p.notice.Text = fmt.Sprintf("This run was made with release %s, and this is %s. Its numbers may differ here.", wire.Clip(j.Release), ours)
	}
	return s.checkState(ctx, &p.Message)
}

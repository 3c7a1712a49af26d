package handlers

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

// verifyShare is how many times as long as another request one with hand-ins may compute. Each of them
// may take as long as a replay.
const verifyShare = 10

// A verification replays hand-ins, one after the other, in the turn of one request.
type verification struct {
	s      *Server
	ctx    context.Context
	lesson lessonStart
	left   time.Duration // of the work of the request
	room   int64         // bytes that packed links may still have when they are unpacked
}

// verify says of hand-ins what they claim and what they come to. The caller has a turn. What is wrong with
// one of them is in its row; an error is about the request.
func (s *Server) verify(ctx context.Context, lesson string, handIns []wire.HandIn) (handin.Report, error) {
	v := &verification{s: s, ctx: ctx, left: verifyShare * s.config.MaxWork, room: s.config.MaxBody}
	report := handin.Report{Release: s.journalRelease()}
	var err error
	if v.lesson, err = s.readLessonStart(ctx, lesson); err != nil {
		return report, err
	}
	report.Goal, report.Lesson = v.lesson.goal, v.lesson.state != nil
	t := taskOf(ctx)
	reserved := t.reserved // what one hand-in takes is given back before the next
	for i, h := range handIns {
		row := handin.Row{Name: h.Name}
		if err := v.verify(&row, h.Text); err != nil {
			if row.Error, err = rowError(err, wire.HandInField(i, "text")); err != nil {
				return report, err
			}
			if row.Verdict == "" {
				row.Verdict = handin.Unreadable
			}
		}
		report.Rows = append(report.Rows, row)
		if err := errors.Join(t.reserve(reserved), yield(ctx)); err != nil {
			return report, err
		}
	}
	handin.MarkSame(report.Rows)
	return report, nil
}

// rowError returns what a row says about an error of a hand-in, or else the error, of the request.
func rowError(err error, field string) (*handin.Error, error) {
	b := describe(err)
	switch b.Code {
	case wire.CodeInternal, wire.CodeBusy:
		return nil, err
	}
	if b.Field == views.FieldJournal || b.Field == "" {
		b.Field = field
	} else {
		b.Message = b.Field + " " + b.Message
		b.Field = field
	}
	return &handin.Error{Code: string(b.Code), Field: b.Field, Message: b.Message}, nil
}

// verify fills the row of a hand-in.
func (v *verification) verify(row *handin.Row, text string) error {
	h, err := v.read(text)
	if err != nil {
		return err
	}
	j := h.run.Journal
	if row.Journal, err = j.Text(); err != nil {
		return err
	}
	first := firstConfig(j)
	all := goal.ActsOf(j, first, 0)
	row.Acts, row.Changes = all.Number, all.Of
	row.Verdict = handin.Unreplayable // until it is replayed
	metrics, made, items, err := v.replay(&h.run)
	if err != nil {
		return err
	}
	row.Updates, row.Timeline = timeline(j, first, items)
	row.LeaveOut(row.Updates - made)
	last := h.run.Last
	row.Steps, row.Units, row.Parameters = last.Network.Step, last.Config.HiddenUnits(), nn.ParameterCount(last.Config)
	h.run.Metrics, h.run.Loss = metrics, math.NaN()
	if metrics != nil {
		row.Metrics, row.Loss, h.run.Loss = metrics, &metrics.Loss, metrics.Loss
	}
	switch claim := h.run.Claim; {
	case claim != nil && !math.IsNaN(claim.Loss) && !math.IsInf(claim.Loss, 0):
		row.Claimed = &claim.Loss
	default:
		if saved := h.run.SavedLoss(); !math.IsNaN(saved) {
			row.Claimed = &saved
		}
	}
	h.run.NotTheirs = v.notTheirs(h.meta, &h.run)
	h.run.Own, row.Digest = handin.New(j, last, h.run.Loss), handin.Digest(j, h.run.First, last)
	row.Verdict, row.Differences = h.run.Compare(v.lesson.state, v.lesson.journal, v.s.journalRelease())
	g := v.lesson.goal
	if len(g) == 0 {
		g = h.goal
	}
	after := g.After()
	if v.lesson.journal != nil {
		after = v.lesson.acts()
	}
	run := &goal.Run{Config: last.Config, Step: last.Network.Step, Acts: goal.ActsOf(j, first, after)}
	if metrics != nil {
		run.Metrics, run.Measured = *metrics, true
	}
	row.Judge(g, run)
	return nil
}

// replay replays a run, and measures the state that it leads to; nil where there is nothing to measure by.
// It says how many updates were made, and returns the notebook of the run.
func (v *verification) replay(run *handin.Run) (m *nn.Metrics, made int, items []journal.Item, err error) {
	most := min(v.left, v.s.config.MaxWork)
	r := &replaying{s: v.s, ctx: v.ctx, spent: v.s.config.MaxWork - most}
	before := r.spent
	defer func() { v.left -= r.spent - before }()
	w := v.s.world(v.ctx)
	w.Check = r.check
	w.Train = func(state nn.State, updates int) (nn.Network, error) {
		made += updates
		return r.train(state, updates)
	}
	recipe := w.Recipe
	w.Recipe = func(query string) (state nn.State, err error) {
		run.First, err = recipe(query)
		return run.First, err
	}
	if run.Last, items, err = journal.Retell(w, run.Journal); err != nil {
		err = replayError(err)
		if most < v.s.config.MaxWork && describe(err).Code == wire.CodeTooLarge {
			err = wire.TooLarge(views.FieldJournal, "tells of more work than is left of this request, which may be %s for all hand-ins; "+
				"verify it in another one", seconds(verifyShare*v.s.config.MaxWork))
		}
		return nil, 0, nil, err
	}
	// It is counted beyond what a hand-in may be: whoever shares a run is told that it is not too long by
	// the run alone.
	r.spent += nn.WorkOf(run.Last.Config, len(run.Last.Data)).Evaluation
	m, err = metricsOf(v.ctx, run.Last)
	return m, made, items, err
}

// timeline returns the acts of a run, of its notebook, and how many updates it made in all.
func timeline(j journal.Journal, first nn.Config, items []journal.Item) (updates int, moments []handin.Moment) {
	parts := goal.Parts(j, first)
	for i, item := range items[1:] {
		before := items[i]
		if item.Acts == before.Acts { // training
			updates += item.Step - before.Step
			continue
		}
		if len(moments) < handin.MaxMoments {
			act := j.Entries[item.Acts-1]
			moments = append(moments, handin.Moment{Step: act.Step, Updates: updates, Words: item.Words, Parts: parts[item.Acts-1]})
		}
	}
	return updates, moments
}

package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

// replay answers POST /replay: the state that a journal leads to.
func (s *Server) replay(c echo.Context) error {
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json")
	}
	m, err := s.takeMessage(c, wire.Replay)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	state, j, err := s.replayText(ctx, m.Journal, m.Anyway, nil)
	if err != nil {
		return withID{err, m.ID}
	}
	j.Release = s.journalRelease() // it is of this release now
	text, err := j.Text()
	if err != nil {
		return withID{wire.Invalid(views.FieldJournal, "cannot be kept: %v", err), m.ID}
	}
	file := newAnswerBuffer(ctx)
	if err := (export.File{State: state, Meta: s.metaOfJournal(j), Journal: text}).Write(file); err != nil {
		return err
	}
	return answer(c, http.StatusOK, "application/json", file.bytes)
}

// replayText returns the state that the text of a journal leads to. One of another release is replayed
// only anyway. The curves are as replayJournal fills them. The caller has a turn.
func (s *Server) replayText(ctx context.Context, text string, anyway bool, curves *nn.History) (nn.State, journal.Journal, error) {
	if len(text) > handin.MaxText {
		return nn.State{}, journal.Journal{}, wire.Malformed(views.FieldJournal, "cannot be read: it must have at most %d characters", handin.MaxText)
	}
	text, _ = handin.Split(text) // what it claims is for /verify
	j, err := journal.Read(text)
	if err != nil {
		return nn.State{}, j, wire.Malformed(views.FieldJournal, "cannot be read: %v", err)
	}
	if ours := s.journalRelease(); j.Release != ours && !anyway {
		return nn.State{}, j, wire.Errorf(wire.CodeRelease, views.FieldJournal,
			"was written by release %q, and this is %q: it may lead to another state here; send anyway: true to replay it nevertheless",
			wire.Clip(j.Release), ours)
	}
	state, err := s.replayJournal(ctx, j, curves)
	return state, j, err
}

// replayJournal returns the state that a journal leads to, and fills the curves of the run, which may be
// nil. The caller has a turn.
func (s *Server) replayJournal(ctx context.Context, j journal.Journal, curves *nn.History) (nn.State, error) {
	r := &replaying{s: s, ctx: ctx, curves: curves}
	w := s.world(ctx)
	w.Check, w.Train, w.Done = r.check, r.train, r.done
	state, err := journal.Replay(w, j)
	if err != nil {
		return state, replayError(err)
	}
	return state, r.finish(state)
}

// journalRelease is what a journal is marked with: the release of this program, without its commit.
func (s *Server) journalRelease() string {
	release, _, _ := strings.Cut(s.config.Version, "+")
	return release[:min(len(release), journal.MaxRelease)]
}

// world knows the recipes and the data sets of journals.
func (s *Server) world(ctx context.Context) *journal.World {
	return &journal.World{
		Points: s.config.MaxPoints,
		Recipe: func(text string) (nn.State, error) {
			query, err := wire.ReadQuery(text)
			if err != nil {
				return nn.State{}, err
			}
			if query.Has("steps") {
				return nn.State{}, wire.Malformed("steps", "is no part of the recipe of a journal")
			}
			if _, err := goal.Parse(query.Get(goal.Field)); err != nil {
				return nn.State{}, err
			}
			query.Del(goal.Field)
			m, err := s.readRecipe(query)
			if err == nil {
				err = s.checkState(ctx, &m)
			}
			return m.State, err
		},
		Dataset: func(source string) ([]nn.Point, nn.Task, error) {
			params, ok := readSource(source)
			if !ok {
				return nil, "", wire.Invalid("dataset", "must be one of %s; got %q", strings.Join(datasetNames(), ", "), wire.Clip(source))
			}
			points, info, err := s.drawSource(params)
			return points, nn.Task(info.Task), err
		},
	}
}

// replayError says which act of a journal is at fault. What is no fault of the journal stays as it is.
func replayError(err error) error {
	var bad *journal.Error
	if !errors.As(err, &bad) {
		return err
	}
	if code := describe(wire.TextError(bad.Cause)).Code; bad.Cause != nil && code != wire.CodeInvalid && code != wire.CodeMalformed {
		return bad.Cause
	}
	if bad.Entry == 0 {
		return wire.Invalid(views.FieldJournal, "cannot be replayed: %s", bad.Message)
	}
	return wire.Invalid(views.FieldJournal, "cannot be replayed at step %d, act %d: %s", bad.Step, bad.Entry, bad.Message)
}

package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

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
	body, err := s.takeBody(c, s.admit)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	form, err := s.parseForm(c.Request(), body)
	if err != nil {
		return err
	}
	if form != nil {
		return wire.Unsupported("the body must be application/json")
	}
	m, err := wire.DecodeMessage(body, wire.Replay, s.limits(ctx))
	if err != nil {
		return withID{err, m.ID}
	}
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
	return state, replayError(err)
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
			if params.Has("data_seed") {
				params.Set("seed", params.Get("data_seed"))
			}
			points, info, err := s.generate(params)
			return points, nn.Task(info.Task), err
		},
	}
}

// A replaying bounds what a journal may cost: as much as any other answer.
type replaying struct {
	s     *Server
	ctx   context.Context // of the request
	spent time.Duration
	// curves are those of the run so far; nil: not asked for. Measuring them costs less than the updates
	// and the acts between.
	curves *nn.History
}

// check is that of [journal.World]. An act may cost as much as an update.
func (r *replaying) check(state nn.State) error {
	if b := state.Config.BatchSize; b > r.s.config.MaxPoints {
		return wire.Invalid("config.batch_size", "must be at most %d; got %d", r.s.config.MaxPoints, b)
	}
	if err := taskOf(r.ctx).reserveState(state); err != nil {
		return err
	}
	if err := r.spend(nn.WorkOf(state.Config, len(state.Data)).Update); err != nil {
		return err
	}
	return yield(r.ctx)
}

// train is that of [journal.World].
func (r *replaying) train(state nn.State, updates int) (nn.Network, error) {
	work := nn.WorkOf(state.Config, len(state.Data))
	if left := r.s.config.MaxWork - r.spent; updates > int(left/max(work.Update, 1)) {
		return nn.Network{}, r.tooMuch()
	}
	if err := r.spend(time.Duration(updates) * work.Update); err != nil {
		return nn.Network{}, err
	}
	t, err := nn.NewTrainer(state)
	if err != nil {
		return nn.Network{}, err
	}
	if r.curves != nil && r.curves.Len() == 0 { // the run begins
		if err := r.measure(t); err != nil {
			return nn.Network{}, err
		}
	}
	here := nn.WorkHere(state.Config, len(state.Data))
	for updates > 0 {
		n := updates
		if r.curves != nil {
			n = min(n, max(1, r.curves.Every))
		}
		if err := r.s.advance(r.ctx, t, here, n); err != nil {
			return nn.Network{}, err
		}
		if err := r.measure(t); err != nil {
			return nn.Network{}, err
		}
		updates -= n
	}
	return t.Network(), nil
}

// done is that of [journal.World]. It does to the curves what the page did.
func (r *replaying) done(before, after nn.State) error {
	if r.curves == nil {
		return nil
	}
	renewCurves(r.curves, before, after)
	if len(after.Data) == 0 {
		r.curves.Truncate(after.Network.Step + 1)
		return nil
	}
	t, err := nn.NewTrainer(after)
	if err != nil {
		return err
	}
	return r.measure(t)
}

// measure adds a sample to the curves.
func (r *replaying) measure(t *nn.Trainer) error {
	if r.curves == nil {
		return nil
	}
	t.SetYield(yielding(r.ctx))
	step, epoch := t.At()
	r.curves.Add(step, epoch, t.Metrics())
	if err := measureLayers(t, r.curves); err != nil {
		return err
	}
	return yield(r.ctx)
}

func (r *replaying) spend(work time.Duration) error {
	if r.spent += work; r.spent > r.s.config.MaxWork {
		return r.tooMuch()
	}
	return nil
}

func (r *replaying) tooMuch() error {
	return wire.TooLarge(views.FieldJournal, "tells of more work than one request may be, which is %s", seconds(r.s.config.MaxWork))
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

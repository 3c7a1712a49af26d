package handlers

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// sweepPage answers POST /sweep for the page: a page of its own, in which the runs appear one after the
// other. It needs no script.
func (s *Server) sweepPage(c echo.Context) error {
	p, err := s.openPage(c, s.admitStream)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	asked := p // with its network
	view, err := s.readSweep(ctx, &p)
	if err != nil {
		return editError{err, asked}
	}
	run, err := s.newSweep(ctx, &p.Message, pictureOfPlane)
	if err != nil {
		return editError{sweepFault(err), asked}
	}
	run.render = func(ctx context.Context, cell int, t *nn.Trainer, failed error) ([]byte, error) {
		shown := views.SweepCell{Cell: cell}
		if failed != nil {
			shown.Problem = sweepProblem(failed)
		} else if err := showRun(ctx, &shown, t); err != nil {
			return nil, err
		}
		return rendered(ctx, views.SweepRun(view, shown))
	}
	head, err := rendered(ctx, views.SweepHead(view))
	if err != nil {
		return err
	}
	limited, fail := s.streaming(ctx)
	defer run.start(limited, fail)()
	defer fail(nil)
	c.Response().Header().Set("Content-Type", echo.MIMETextHTMLCharsetUTF8)
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	control := http.NewResponseController(c.Response())
	write := func(_ int, text []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(stream.WriteTimeout)) // not every writer has deadlines
		n, err := c.Response().Write(text)
		s.sends(exchangeOf(ctx), int64(n))
		if err == nil {
			err = control.Flush()
		}
		if err != nil {
			return stream.UnreadError{Err: err}
		}
		return nil
	}
	problem := ""
	if err = write(0, head); err == nil {
		var reason string
		if reason, err = run.send(limited, write); err == nil && reason != doneSteps {
			problem = "The server could not go on with these runs. Those that are here are whole."
		}
	}
	if err != nil {
		if isGone(taskOf(ctx).connection, err) {
			return nil
		}
		problem = readable(s.describeLogged(err, c).Message) + "."
	}
	end, err := rendered(ctx, views.SweepEnd(view, problem))
	if err != nil {
		return err
	}
	_ = write(0, end) // the last; a client that has gone misses nothing
	return nil
}

// rendered returns the HTML of a component.
func rendered(ctx context.Context, view templ.Component) ([]byte, error) {
	var b bytes.Buffer
	err := view.Render(ctx, &b)
	return b.Bytes(), err
}

// pictureOfPlane returns how long it takes to paint the plane alone.
func pictureOfPlane(c nn.Config) time.Duration {
	cells := len(planePlaces().xs)
	return nn.PassOf(c, cells) + priceOfCell*time.Duration(cells)
}

// showRun fills in what is shown of a run.
func showRun(ctx context.Context, shown *views.SweepCell, t *nn.Trainer) error {
	result, err := resultOf(ctx, t)
	if err != nil {
		return err
	}
	cells, err := paintPlane(yielding(ctx), nil, &t.Model, false)
	if err != nil {
		return err
	}
	config := t.Config()
	shown.Picture, shown.Metrics = cells.DataURI(config), result.Metrics
	file := export.File{Type: export.StateType, Version: export.StateVersion, State: nn.State{Config: config, Network: result.Network}}
	return marshal(&shown.State, file)
}

// sweepProblem says in a few words why a run has no result.
func sweepProblem(err error) string {
	if diverged := (*nn.DivergedError)(nil); errors.As(err, &diverged) {
		return "Diverged at step " + views.Grouped(diverged.Step)
	}
	return readable(describe(err).Message)
}

// sweepFault names the field of the page that an error about a sweep is about.
func sweepFault(err error) error {
	b := describe(err)
	if !strings.HasPrefix(b.Field, "over") && b.Field != "steps" {
		return err
	}
	return &wire.Error{Code: b.Code, Field: views.FieldSweep, Message: b.Message}
}

// readSweep reads the sweep that a form of the page asks for, and returns its page. The message then has
// what to train.
func (s *Server) readSweep(ctx context.Context, p *pageRequest) (view views.SweepPage, err error) {
	m := &p.Message
	view.Release = s.config.Release
	if slug := p.form.Get(views.FieldSweep); slug == views.SweepOwn {
		err = readOwnSweep(p)
	} else {
		err = s.readReadySweep(ctx, p, slug, &view)
	}
	if err == nil {
		err = m.CheckCounts(wire.SweepOver)
	}
	if err == nil {
		err = m.CheckSweep()
	}
	if err != nil {
		return view, sweepFault(err)
	}
	view.Journal = finishedJournal(p.journal, m.State.Network.Step)
	m.State.Network = nn.Network{} // each run begins with a new one
	view.Steps, view.State = m.Steps, m.State
	for _, axis := range m.Sweep {
		shown := views.SweepAxis{Label: axis.Member.Label}
		for _, text := range axis.Values {
			var c nn.Config
			_ = axis.Member.Parse(&c, text) // it is the text of the table itself
			shown.Values = append(shown.Values, axis.Member.Shown(&c))
		}
		view.Axes = append(view.Axes, shown)
	}
	err = errors.Join(marshal(&view.JSON.Config, m.State.Config), marshal(&view.JSON.Data, m.State.Data))
	if !p.meta.IsZero() {
		err = errors.Join(err, marshal(&view.JSON.Meta, p.meta))
	}
	return view, err
}

// readReadySweep reads one of the ready sweeps.
func (s *Server) readReadySweep(ctx context.Context, p *pageRequest, slug string, view *views.SweepPage) error {
	for _, ready := range views.ReadySweeps() {
		if ready.Slug != slug {
			continue
		}
		view.Title, view.Question = ready.Title, ready.Question
		if ready.Recipe != "" {
			query, err := wire.ReadQuery(ready.Recipe)
			if err != nil {
				return err
			}
			linked, err := s.readLink(ctx, query)
			if err != nil {
				return err
			}
			s.beginLinked(ctx, &linked)
			p.State, p.meta, p.journal = linked.State, linked.meta, linked.journal
		}
		p.Steps = ready.Steps
		var err error
		p.Sweep, err = wire.DecodeSweep(ready.Over(&p.State.Config), s.limits(ctx))
		return err
	}
	return wire.Invalid(views.FieldSweep, "must be %s or a ready one; got %q", views.SweepOwn, wire.Clip(slug))
}

// readOwnSweep reads the sweep that the controls tell.
func readOwnSweep(p *pageRequest) error {
	for _, of := range []struct{ member, values string }{
		{views.FieldSweepRows, views.FieldSweepRowValues}, {views.FieldSweepColumns, views.FieldSweepColumnValues},
	} {
		name := p.form.Get(of.member)
		if name == "" {
			continue
		}
		member := setting.Lookup(name)
		if member == nil {
			return wire.Malformed(of.member, "is no setting; got %q", wire.Clip(name))
		}
		axis, err := wire.ReadAxis(member, p.form.Get(of.values), of.values)
		if err != nil {
			return err
		}
		p.Sweep = append(p.Sweep, axis)
	}
	if len(p.Sweep) == 2 && p.Sweep[0].Member == p.Sweep[1].Member {
		return wire.Invalid(views.FieldSweepColumns, "must be another setting than the rows")
	}
	return wire.FormInt(p.form, views.FieldSweepSteps, &p.Steps)
}

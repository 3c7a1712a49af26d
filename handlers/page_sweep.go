package handlers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
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
// other. It needs no script. What is wrong with a sweep is said on the same page, beside its field.
func (s *Server) sweepPage(c echo.Context) error {
	p, err := s.openPage(c, s.admitStream)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	view, err := s.readSweep(ctx, &p)
	var run *sweepRun
	if err == nil {
		run, err = s.newSweep(ctx, &p.Message, view.CurveSamples(), pictureOfPlane)
	}
	if err == nil {
		err = checkSweepPage(&p.Message)
	}
	if err != nil {
		return s.refuseSweep(c, view, err)
	}
	run.watch = func(cell int, t *nn.Trainer) error {
		step, epoch := t.At()
		view.Cells[cell].History.Add(step, epoch, t.Metrics())
		return t.Stopped()
	}
	run.render = func(ctx context.Context, cell int, t *nn.Trainer, failed error) ([]byte, error) {
		if failed != nil {
			view.Cells[cell] = views.SweepCell{Problem: sweepProblem(failed)}
			return nil, nil
		}
		return nil, showRun(ctx, &view.Cells[cell], t)
	}
	sweep := s.openSweep(c, run, forPage, stream.NewPageWriter(c.Response(), s.openAnswer(c, echo.MIMETextHTMLCharsetUTF8)))
	defer sweep.close()
	head, err := rendered(ctx, views.SweepHead(view))
	if err == nil {
		err = sweep.write("", "", head)
	}
	var reason string
	if err == nil {
		reason, err = sweep.send("", func(cell int, _ []byte) ([]byte, error) {
			defer view.Drop(cell)
			return rendered(ctx, views.SweepRun(view, cell))
		})
	}
	view.Sent = sweep.sent
	return s.endSweep(c, sweep, view, reason, err)
}

// endSweep sends the end of the page of a sweep.
func (s *Server) endSweep(c echo.Context, sweep *sweepStream, view *views.SweepPage, reason string, err error) error {
	sweep.metered.ended(sweep.connection, reason, err)
	if isGone(sweep.connection, err) {
		return nil
	}
	problem := ""
	if err != nil && describe(err).Code != wire.CodeBusy {
		problem = readable(s.describeLogged(err, c).Message) + "."
	} else if reason != doneSteps {
		problem = "The server could not go on. The runs that are here are whole; make the others again in a minute."
	}
	end, err := rendered(context.WithoutCancel(c.Request().Context()), views.SweepEnd(view, problem))
	if err != nil {
		return err
	}
	return sweep.events.End("", end)
}

// refuseSweep answers with the page of a sweep that cannot be made. Its form holds what was written.
func (s *Server) refuseSweep(c echo.Context, view *views.SweepPage, err error) error {
	b := s.describeLogged(err, c)
	view.Axes = nil
	if control := sweepControl(view, b.Field); control != "" {
		view.Refusals = []views.Refusal{{Control: control, Message: readable(b.Message)}}
	} else {
		view.Notice = problem(b)
	}
	return s.html(c, b.status, views.SweepHead(view))
}

// sweepControl returns the control of the page that an error about a sweep is about, or "".
func sweepControl(view *views.SweepPage, field string) string {
	name, of, _ := strings.Cut(field, ".")
	member, _, _ := strings.Cut(of, "[")
	switch {
	case name == "steps":
		return views.FieldSweepSteps
	case slices.Contains([]string{views.FieldSweepRows, views.FieldSweepRowValues, views.FieldSweepColumns, views.FieldSweepColumnValues, views.FieldSweepSteps}, field):
		return field
	case name != "over":
		return ""
	case of == "" && view.Written.Rows == "":
		return views.FieldSweepRows
	case member != "" && member == view.Written.Columns:
		return views.FieldSweepColumnValues
	}
	return views.FieldSweepRowValues
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

// readSweep reads the sweep that a form of the page asks for, and returns its page. The message then has
// what to train. With an error the page has what its form needs.
func (s *Server) readSweep(ctx context.Context, p *pageRequest) (*views.SweepPage, error) {
	m, view := &p.Message, &views.SweepPage{Release: s.config.Release}
	var err error
	if slug := p.form.Get(views.FieldSweep); slug == views.SweepOwn {
		view.Written = views.SweepForm{
			Rows: p.form.Get(views.FieldSweepRows), RowValues: p.form.Get(views.FieldSweepRowValues),
			Columns: p.form.Get(views.FieldSweepColumns), ColumnValues: p.form.Get(views.FieldSweepColumnValues),
			Steps: p.form.Get(views.FieldSweepSteps),
		}
		err = readOwnSweep(p, &view.Written)
	} else {
		err = s.readReadySweep(ctx, p, slug, view)
	}
	step := m.State.Network.Step
	if p.form.Get(views.FieldNetwork) == "" { // it comes from the page of a sweep, whose journal is finished
		step = journalStep(p.journal)
	}
	view.Journal = finishedJournal(p.journal, step)
	m.State.Network = nn.Network{} // each run begins with a new one
	carried := errors.Join(marshal(&view.JSON.Config, m.State.Config), marshal(&view.JSON.Data, m.State.Data))
	if !p.meta.IsZero() {
		carried = errors.Join(carried, marshal(&view.JSON.Meta, p.meta))
	}
	view.Steps, view.State = m.Steps, m.State
	view.Lesson = strings.TrimPrefix(wire.WriteQuery(lessonQuery(p.lesson)), "?")
	if err = cmp.Or(err, carried); err != nil {
		return view, err
	}
	if err := m.Check(wire.SweepOver); err != nil {
		return view, err
	}
	for _, axis := range m.Sweep {
		view.Axes = append(view.Axes, views.SweepAxis{Member: axis.Member, Values: axis.Values})
	}
	view.Cells = make([]views.SweepCell, m.Sweep.Cells())
	return view, nil
}

// sweepParameters is how many weights and biases the page of a sweep may carry: the button of each run has
// those of its own, with the moments of the optimizer, in some 60 bytes each at most.
const sweepParameters = 1_000_000

// checkSweepPage returns an error for a sweep whose page would be too large to be shown.
func checkSweepPage(m *wire.Message) error {
	all, most := 0, 0
	for cell := range m.Sweep.Cells() {
		n := nn.ParameterCount(m.Sweep.Config(m.State.Config, cell))
		all, most = all+n, max(most, n)
	}
	if all > sweepParameters {
		return wire.TooLarge("over", "%d runs have %d weights and biases in all; the limit of a page is %d, enough for %d runs of the largest network",
			m.Sweep.Cells(), all, sweepParameters, sweepParameters/most)
	}
	return nil
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
		writeAxes(p.Sweep, &view.Written)
		view.Written.Steps = strconv.Itoa(ready.Steps)
		return err
	}
	return wire.Invalid(views.FieldSweep, "must be %s or a ready one; got %q", views.SweepOwn, wire.Clip(slug))
}

// writeAxes writes what the runs of a sweep differ by into its form.
func writeAxes(sweep wire.Sweep, written *views.SweepForm) {
	for i, axis := range sweep {
		if len(axis.Values) == 0 {
			continue
		}
		name, values := &written.Rows, &written.RowValues
		if i > 0 {
			name, values = &written.Columns, &written.ColumnValues
		}
		*name, *values = axis.Member.Name, axis.Text()
	}
}

// readOwnSweep reads the sweep that the controls tell, and writes the usual values where there are none.
func readOwnSweep(p *pageRequest, written *views.SweepForm) error {
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
		text := p.form.Get(of.values)
		if strings.TrimSpace(text) == "" {
			text = views.UsualValues(member)
		}
		axis, err := wire.ReadAxis(member, text, of.values)
		if err != nil {
			return err
		}
		p.Sweep = append(p.Sweep, axis)
	}
	if len(p.Sweep) == 2 && p.Sweep[0].Member == p.Sweep[1].Member {
		return wire.Invalid(views.FieldSweepColumns, "must be another setting than the rows")
	}
	if len(p.Sweep) == 0 {
		return wire.Invalid(views.FieldSweepRows, "must be a setting: choose what the runs differ by")
	}
	if err := wire.FormInt(p.form, views.FieldSweepSteps, &p.Steps); err != nil {
		return err
	}
	writeAxes(p.Sweep, written)
	return nil
}

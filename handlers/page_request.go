package handlers

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

func defaultChoices() views.Choices {
	return views.Choices{
		Tool: "0", Transport: views.TransportSSE, FrameSteps: 1, Panel: views.Panels()[0], Rows: views.LeastRows,
		Dataset: firstDataset, Points: strconv.Itoa(defaultPoints), DataSeed: "1",
	}
}

// A pageRequest is what the page's form posts: a state, and what the page keeps with it. An act
// changes it in place, and the answer shows what became of it.
type pageRequest struct {
	wire.Message
	form     url.Values
	choices  views.Choices
	meta     table.Meta
	own      string // points to come back to from a data set: FieldOwn
	lesson   export.Lesson
	embed    views.Embed
	origin   string          // of the page, such as https://example.org
	recipe   string          // that leads to this run, but for its steps, or ""
	journal  string          // that leads to this run, or "", or views.JournalTooLong
	done     []journal.Entry // acts of this request, which are not in the journal yet
	history  nn.History
	pinned   *views.PinnedRun
	imported views.ImportForm
	posted   nn.Config             // the config before the settings were applied
	until    until                 // of a request to train
	kept     int                   // the step of the best moment that the page can go back to, or views.NoMoment
	waiting  *views.ExperimentCard // of a request to train: it has an answer that is not told yet
	watched  goalWatch             // of a request to train
	drawMS   int                   // least time in milliseconds between two frames that are drawn, of the same
	pageResult
}

// A pageResult is what the answer shows besides the state.
type pageResult struct {
	notice views.Notice     // of what the settings or an act changed
	table  *views.TablePage // nil: not shown
	words  *views.Words     // nil: not asked for
	notes  *views.Notebook  // nil: not asked for
	// Of a page without script, which has no fragments; nil: not asked for.
	sharing *views.Sharing
	unit    *views.Inspection

	explaining  *views.Explaining // how the next update changes a number; nil: not asked for
	unexplained string            // why it cannot be said of this state
	answer      pageAnswer
}

// A pageAnswer is what an act changes of the page. The zero value is that of an act that changes
// the state.
type pageAnswer struct {
	// view renders the fragments; nil is views.Edited.
	view func(l views.Lab, settings bool) templ.Component
	// part says that the state stays as it was and is not measured and painted again.
	part bool
	// preview says that the state is a moment of the run that may have newer ones: the history
	// stays.
	preview bool
	// replaced says that the page shows another state: settings and reshaped follow.
	replaced bool
	// settings says that the controls may not show the state's own settings.
	settings bool
	// reshaped says that the drawing of the network is another one.
	reshaped bool
	// redraft says that the page has another lesson.
	redraft bool
	// layer says that all units of a layer are to be shown.
	layer bool
	// pinned says that the pinned run is to be shown anew.
	pinned bool
	// sets says that the page shows another data set as chosen.
	sets bool
	// source says that the controls of a data set do not show where the points come from.
	source bool
	// own says that there are other own points to come back to.
	own bool
}

// openPage reads a request of the page, and takes a place for it.
func (s *Server) openPage(c echo.Context, admit admission) (pageRequest, error) {
	body, err := s.takeBody(c, admit)
	if err != nil {
		return pageRequest{}, err
	}
	return s.decodePage(c, body)
}

// decodePage decodes the page's form: the hidden state, with the visible settings applied where the
// form says so.
func (s *Server) decodePage(c echo.Context, body []byte) (pageRequest, error) {
	ctx := c.Request().Context()
	form, err := s.parseForm(c.Request(), body)
	if err != nil {
		return pageRequest{}, err
	}
	if form == nil { // a program that asks for HTML
		m, err := wire.DecodeMessage(body, wire.Train, s.limits(ctx))
		if err == nil {
			err = s.checkState(ctx, &m)
		}
		p := pageRequest{Message: m, form: url.Values{}, choices: defaultChoices(), kept: views.NoMoment}
		p.showSource()
		return p, err
	}
	p, err := s.decodePageForm(ctx, form)
	p.origin = originOf(c)
	return p, err
}

// originOf is the origin that a browser asks from, or else the one that it asks for.
func originOf(c echo.Context) string {
	if from, err := url.Parse(c.Request().Header.Get("Origin")); err == nil && from.Host != "" {
		return from.Scheme + "://" + from.Host
	}
	return c.Scheme() + "://" + c.Request().Host
}

func (s *Server) decodePageForm(ctx context.Context, form url.Values) (pageRequest, error) {
	if err := checkLengths(form); err != nil {
		return pageRequest{}, err
	}
	p := pageRequest{
		form: form, choices: readChoices(form), recipe: form.Get(views.FieldRecipe), journal: form.Get(views.FieldJournal), own: form.Get(views.FieldOwn),
		imported: readImport(form), kept: views.NoMoment,
	}
	err := wire.FormInt(form, views.FieldKept, &p.kept)
	if err != nil {
		return p, err
	}
	if err := wire.FormInt(form, views.FieldRows, &p.choices.Rows); err != nil {
		return p, err
	}
	if p.Message, err = wire.DecodeForm(form, pageField, wire.Train, s.limits(ctx)); err != nil {
		return p, err
	}
	if err := s.checkState(ctx, &p.Message); err != nil {
		return p, err
	}
	if p.meta, p.history, err = s.decodeKept(ctx, form); err != nil {
		return p, err
	}
	if p.kept < p.history.Since {
		p.kept = views.NoMoment
	}
	p.meta = keepMeta(p.meta, p.State.Config, p.State.Config)
	s.findSource(&p)
	p.choices.Dataset = chosenData(p.meta)
	if p.pinned, err = s.readPinned(ctx, form.Get(views.FieldPinned)); err != nil {
		return p, err
	}
	if p.lesson, err = decodeLesson(form.Get(views.FieldLesson)); err != nil {
		return p, err
	}
	if p.embed, err = decodeEmbed(form.Get(views.FieldEmbed)); err != nil {
		return p, err
	}
	if err := checkShow(p.choices.Show); err != nil {
		return p, err
	}
	if err := checkParts(p.choices.Hide, p.choices.Lock); err != nil {
		return p, err
	}
	if panels := views.Panels(); !slices.Contains(panels, p.choices.Panel) {
		return p, wire.Malformed(views.FieldPanel, "must be one of %s; got %q", strings.Join(panels, ", "), wire.Clip(p.choices.Panel))
	}
	p.posted = p.State.Config
	if form.Get(views.FieldControls) == "" {
		return p, nil
	}
	state, notice, err := s.applySettings(p.State, form, s.doing(ctx, &p))
	if err != nil {
		return p, editError{err, p}
	}
	before := p.State
	p.setState(state, keepMeta)
	p.notice = notice
	p.recipe = s.told(ctx, p, before)
	s.keepJournal(&p)
	return p, nil
}

// setState puts a state in the place of p's own, and keeps what is still true of it.
func (p *pageRequest) setState(state nn.State, rule metaRule) {
	p.meta = rule(p.meta, p.State.Config, state.Config)
	if !slices.Equal(state.Data, p.State.Data) {
		p.meta = edited(p.meta)
	}
	if renewCurves(&p.history, p.State, state) {
		p.kept = views.NoMoment // it is of other points
	}
	p.State = state
}

// renewCurves keeps of the curves what is still true of a state that follows another, and reports whether
// it has other points.
func renewCurves(h *nn.History, before, after nn.State) bool {
	if after.Config.Task != before.Config.Task {
		*h = nn.History{} // losses of another kind
	}
	if sameSamples(before, after) {
		return false
	}
	h.Renew(after.Network.Step)
	return true
}

// sameSamples reports whether two states have the same points for training and the same for testing.
func sameSamples(a, b nn.State) bool {
	return slices.Equal(a.Data, b.Data) && a.Config.TestFraction == b.Config.TestFraction &&
		(a.Config.Seed == b.Config.Seed || a.Config.TestFraction == 0)
}

// longestChoice is the most bytes that all values of a choice may have: a number, or the name of one
// of a few things.
const longestChoice = 1000

// checkLengths returns an error for a choice that is longer than any can be. A stream keeps the
// choices.
func checkLengths(form url.Values) error {
	for _, name := range views.ChoiceFields {
		length := 0
		for _, value := range form[name] {
			length += len(value)
		}
		if length > longestChoice {
			return wire.TooLarge(name, "must have at most %d bytes", longestChoice)
		}
	}
	if len(form.Get(views.FieldAssignment)) > longestLesson {
		return wire.TooLarge(views.FieldAssignment, "must have at most %d characters", views.MaxAssignment)
	}
	return nil
}

func readChoices(form url.Values) views.Choices {
	d := defaultChoices()
	or := func(field, otherwise string) string {
		if v := form.Get(field); v != "" {
			return v
		}
		return otherwise
	}
	d.Tool = or(views.FieldTool, d.Tool)
	d.Hard = form.Get(views.FieldHard) != ""
	d.HideTest = form.Get(views.FieldHideTest) != ""
	d.Transport = or(views.FieldTransport, d.Transport)
	d.FrameSteps, _ = strconv.Atoi(or(views.FieldFrameSteps, "1")) // else it is max: decodeForm says if it is wrong
	d.Panel = or(views.FieldPanel, d.Panel)
	d.LogScale = form.Get(views.FieldLogScale) != ""
	d.Layer = form.Get(views.FieldLayer)
	d.Dataset = or(views.FieldDataset, d.Dataset)
	d.Points = or(views.FieldPoints, d.Points)
	d.Noise, d.LabelNoise = form.Get(views.FieldNoise), form.Get(views.FieldLabelNoise)
	d.DataClasses = form.Get(views.FieldDataClasses)
	d.DataSeed = or(views.FieldDataSeed, d.DataSeed)
	d.UntilStep = form.Get(views.FieldUntilStep)
	d.UntilLoss = form.Get(views.FieldUntilLoss)
	d.UntilAccuracy = form.Get(views.FieldUntilAccuracy)
	d.Patience = form.Get(views.FieldPatience)
	d.Guess = form.Get(views.FieldGuess)
	d.PictureView, d.PictureTheme = form.Get(views.FieldPictureView), form.Get(views.FieldPictureTheme)
	d.Assignment = newlines.Replace(form.Get(views.FieldAssignment))
	d.Goal = form.Get(views.FieldGoal)
	d.Hide, d.Lock, d.Show = form[views.FieldHide], form[views.FieldLock], form[views.FieldShow]
	return d
}

// An editError is an error of an edit on a state that is fine itself, so that the page without
// script can show both.
type editError struct {
	error
	page pageRequest
}

func (e editError) Unwrap() error { return e.error }

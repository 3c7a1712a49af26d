package handlers

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/nn/table"
	"nnvisu/views"
)

// pageFrameMS is the least time between two frames of the page: 25 a second.
const pageFrameMS = 40

// firstDataset is what a first visit shows.
const firstDataset = "circles"

// page answers GET /: the application with a first state, or with what the
// query asks for. The script puts the user's own state in the place of the first.
func (s *Server) page(c echo.Context) error {
	if len(c.QueryParams()) > 0 {
		return s.linkedPage(c)
	}
	html, err := s.first()
	if err != nil {
		return err
	}
	return answerPacked(c, http.StatusOK, echo.MIMETextHTMLCharsetUTF8, html, s.packer("/"))
}

func (s *Server) firstPage() ([]byte, error) {
	ctx := context.Background()
	p, err := s.firstRequest()
	if err != nil {
		return nil, err
	}
	lab, err := s.lab(ctx, p)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = views.Page(lab).Render(ctx, &b)
	return b.Bytes(), err
}

// firstRequest is what a first visit shows.
func (s *Server) firstRequest() (pageRequest, error) {
	p := pageRequest{choices: defaultChoices()}
	p.choices.Points = strconv.Itoa(min(defaultPoints, s.config.MaxPoints))
	p.state.Config = nn.DefaultConfig()
	var err error
	if p.state.Data, _, err = s.generate(url.Values{"dataset": {p.choices.Dataset}, "points": {p.choices.Points}}); err != nil {
		return p, err
	}
	p.state, err = p.state.Prepare()
	return p, err
}

func defaultChoices() views.Choices {
	return views.Choices{
		Tool: "0", Transport: views.TransportSSE, FrameSteps: 1, Panel: views.Panels()[0],
		Dataset: firstDataset, Points: strconv.Itoa(defaultPoints), DataSeed: "1",
	}
}

// A pageRequest is what the page's form posts: a state, and what the page keeps with it. An act
// changes it in place, and the answer shows what became of it.
type pageRequest struct {
	message
	form     url.Values
	choices  views.Choices
	meta     table.Meta
	history  nn.History
	pinned   *views.PinnedRun
	imported views.ImportForm
	posted   nn.Config // the config before the settings were applied
	until    until     // of a request to train
	pageResult
}

// A pageResult is what the answer to a pageRequest shows beside it.
type pageResult struct {
	notice views.Notice     // of what the settings or an act changed
	table  *views.TablePage // nil: not shown
	answer pageAnswer
}

// A pageAnswer is what an act changes of the page. The zero value is that of an act that changes
// the state.
type pageAnswer struct {
	// view renders the fragments; nil is views.Edited.
	view func(l views.Lab, settings bool) templ.Component
	// part says that the state stays as it was and is not measured and painted again.
	part bool
	// preview says that the state need not be the run's newest: the history stays.
	preview bool
	// replaced says that the page shows another state: settings and reshaped follow.
	replaced bool
	// settings says that the controls may not show the state's own settings.
	settings bool
	// reshaped says that the drawing of the network is another one.
	reshaped bool
	// pinned says that the pinned run is to be shown anew.
	pinned bool
}

// openPage reads a request of the page. leave gives back the place that enter took.
func (s *Server) openPage(c echo.Context, enter func() (func(), error)) (p pageRequest, leave func(), err error) {
	body, leave, err := s.takeBody(c, enter)
	if err != nil {
		return p, nil, err
	}
	taken := false
	defer leaveUnless(&taken, leave)
	p, err = s.decodePage(c, body)
	taken = err == nil
	return p, leave, err
}

// decodePage decodes the page's form: the hidden state, with the visible
// settings applied where the form says so.
func (s *Server) decodePage(c echo.Context, body []byte) (pageRequest, error) {
	form, err := parseForm(c.Request().Header.Get("Content-Type"), body)
	if err != nil {
		return pageRequest{}, err
	}
	if form == nil { // a program that asks for HTML
		m, err := s.decodeMessage(body, trainMembers)
		if err == nil {
			err = s.checkState(&m)
		}
		return pageRequest{message: m, form: url.Values{}, choices: defaultChoices()}, err
	}
	return s.decodePageForm(form)
}

func (s *Server) decodePageForm(form url.Values) (pageRequest, error) {
	p := pageRequest{form: form, choices: readChoices(form), imported: readImport(form)}
	var err error
	if p.message, err = s.decodeForm(form, trainMembers); err != nil {
		return p, err
	}
	if err := s.checkState(&p.message); err != nil {
		return p, err
	}
	if p.meta, p.history, err = decodeKept(form); err != nil {
		return p, err
	}
	p.meta = keepMeta(p.meta, p.state.Config, p.state.Config)
	if p.pinned, err = s.readPinned(form.Get(views.FieldPinned)); err != nil {
		return p, err
	}
	if err := checkParts(p.choices); err != nil {
		return p, err
	}
	if panels := views.Panels(); !slices.Contains(panels, p.choices.Panel) {
		return p, malformed(views.FieldPanel, "must be one of %s; got %q", strings.Join(panels, ", "), clip(p.choices.Panel))
	}
	p.posted = p.state.Config
	if form.Get(views.FieldControls) == "" {
		return p, nil
	}
	state, notice, err := s.applySettings(p.state, form)
	if err != nil {
		return p, editError{err, p}
	}
	p.setState(state, keepMeta)
	p.notice = notice
	return p, nil
}

// setState puts a state in the place of p's own, and keeps what is still true of it.
func (p *pageRequest) setState(state nn.State, rule metaRule) {
	p.meta = rule(p.meta, p.state.Config, state.Config)
	if state.Config.Task != p.state.Config.Task {
		p.history = nn.History{} // losses of another kind
	}
	p.state = state
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
	d.FrameSteps, _ = strconv.Atoi(or(views.FieldFrameSteps, "1")) // decodeForm has said if it is wrong
	d.Panel = or(views.FieldPanel, d.Panel)
	d.LogScale = form.Get(views.FieldLogScale) != ""
	d.Dataset = or(views.FieldDataset, d.Dataset)
	d.Points = or(views.FieldPoints, d.Points)
	d.Noise = form.Get(views.FieldNoise)
	d.DataClasses = form.Get(views.FieldDataClasses)
	d.DataSeed = or(views.FieldDataSeed, d.DataSeed)
	d.UntilStep = form.Get(views.FieldUntilStep)
	d.UntilLoss = form.Get(views.FieldUntilLoss)
	d.UntilAccuracy = form.Get(views.FieldUntilAccuracy)
	d.Patience = form.Get(views.FieldPatience)
	d.Hide, d.Lock = form[views.FieldHide], form[views.FieldLock]
	return d
}

// An editError is an error of an edit on a state that is fine itself, so that
// the page without script can show both.
type editError struct {
	error
	page pageRequest
}

func (e editError) Unwrap() error { return e.error }

// edit answers POST /edit: a change of the state that is no training.
func (s *Server) edit(c echo.Context) error {
	p, leave, err := s.openPage(c, s.enter)
	if err != nil {
		return err
	}
	defer leave()
	act := p.form.Get(views.FieldAct)
	if p.form.Has(views.FieldClickX) {
		act = "draw"
	}
	next := p
	if err = s.change(c.Request().Context(), act, &next); err == nil {
		err = s.checkState(&next.message)
	}
	if err != nil {
		p.imported, p.table = next.imported, next.table
		return editError{err, p}
	}
	a := &next.answer
	a.settings = a.replaced || !reflect.DeepEqual(next.state.Config, p.state.Config)
	a.reshaped = a.replaced || !reflect.DeepEqual(next.state.Config, p.posted) || !reflect.DeepEqual(next.meta, p.meta)
	return s.render(c, http.StatusOK, next)
}

// stepPage answers POST /step for the page.
func (s *Server) stepPage(c echo.Context) error {
	p, leave, err := s.openPage(c, s.enter)
	if err != nil {
		return err
	}
	defer leave()
	if p.steps == 0 {
		p.steps = 1
	}
	result, err := s.trainStep(c.Request().Context(), &p.message)
	if err != nil {
		return editError{err, p}
	}
	p.state.Network = result.Network
	return s.render(c, http.StatusOK, p)
}

// render answers with the page, or for htmx with the fragments that follow from the state.
func (s *Server) render(c echo.Context, status int, p pageRequest) error {
	script := c.Request().Header.Get("HX-Request") != ""
	view := p.answer.view
	if view == nil {
		view = views.Edited
	}
	if script && p.answer.part {
		return s.html(c, status, view(s.unmeasuredLab(p), p.answer.settings))
	}
	p.answer.pinned = p.answer.pinned || !script
	lab, err := s.lab(c.Request().Context(), p)
	if err != nil {
		return err
	}
	if script {
		return s.html(c, status, view(lab, p.answer.settings))
	}
	return s.html(c, status, views.Page(lab))
}

func (s *Server) html(c echo.Context, status int, view templ.Component) error {
	var b bytes.Buffer
	// Also where the request is over, to say so: its body may have broken off.
	if err := view.Render(context.WithoutCancel(c.Request().Context()), &b); err != nil {
		return err
	}
	return answer(c, status, echo.MIMETextHTMLCharsetUTF8, b.Bytes())
}

// failHTML answers the page with an error: for htmx the fragments that say what
// is wrong, without script the page as it was with a notice.
func (s *Server) failHTML(c echo.Context, b errorBody, cause error) error {
	notice := problem(b)
	e, edited := asEditError(cause)
	if c.Request().Header.Get("HX-Request") != "" {
		if edited && e.page.imported.Preview != nil {
			return s.html(c, b.status, views.RefusedImport(notice, s.unmeasuredLab(e.page)))
		}
		return s.html(c, b.status, views.Refused(notice, views.ControlOf(b.Field), b.Message))
	}
	if edited {
		e.page.notice, e.page.answer.pinned = notice, true
		if lab, err := s.lab(c.Request().Context(), e.page); err == nil {
			return s.html(c, b.status, views.Page(lab))
		}
	}
	return s.html(c, b.status, views.Failure(notice.Text))
}

// problem is the notice of an error.
func problem(b errorBody) views.Notice {
	text := b.Message
	if b.Field != "" && b.Field != views.FieldTableText { // whose errors are sentences
		text = views.Label(b.Field) + " " + b.Message
	}
	if b.RequestID != "" {
		text += " (request " + b.RequestID + ")"
	}
	first, size := utf8.DecodeRuneInString(text)
	n := views.Notice{Text: string(unicode.ToUpper(first)) + text[size:], Problem: true}
	if b.Network != nil {
		if network, err := json.Marshal(b.Network); err == nil {
			n.Recover = &views.RecoverAct{Act: viewedAct("recover"), Step: b.Network.Step, Network: string(network)}
		}
	}
	return n
}

// unmeasuredLab is what the page shows of a request, but for what is measured and drawn.
func (s *Server) unmeasuredLab(p pageRequest) views.Lab {
	return views.Lab{
		State: p.state, Meta: p.meta, History: p.history, Pinned: p.pinned,
		Choices: p.choices, Import: p.imported, Table: p.table, Notice: p.notice,
		Reshaped: p.answer.reshaped, ShowPinned: p.answer.pinned, Preview: p.answer.preview,
		Acts: viewedAct, Version: s.config.Version,
	}
}

// lab measures and draws a prepared state. Its metrics become the newest sample
// of the history, unless it is a moment of a run that has newer ones.
func (s *Server) lab(ctx context.Context, p pageRequest) (views.Lab, error) {
	lab := s.unmeasuredLab(p)
	err := s.computing(ctx, func() error {
		model, err := nn.NewModel(p.state)
		if err != nil {
			return err
		}
		paint(&lab, model)
		if p.pinned != nil && p.answer.pinned {
			pinned, err := nn.NewModel(nn.State{Config: p.pinned.Config, Network: p.pinned.Network})
			if err != nil {
				return err
			}
			p.pinned.Cells = paintPlane(pinned, p.choices.Hard)
		}
		if len(p.state.Data) == 0 {
			return nil
		}
		t, err := nn.NewTrainer(p.state)
		if err != nil {
			return err
		}
		metrics := t.Metrics()
		lab.Metrics = &metrics
		lab.Measure(t)
		return nil
	})
	if err != nil {
		return lab, err
	}
	switch {
	case p.answer.preview && lab.History.Len() > 0 && slices.Max(lab.History.Step) > p.state.Network.Step:
	case lab.Metrics == nil:
		lab.History.Until(p.state.Network.Step + 1) // what came after it is of another run
	default:
		lab.History.Add(p.state.Network.Step, p.state.Network.Epoch, *lab.Metrics)
	}
	if !p.meta.IsZero() {
		if err := marshal(&lab.JSON.Meta, p.meta); err != nil {
			return lab, err
		}
	}
	lab.JSON.Network = string(appendNetwork(nil, p.state.Network))
	lab.JSON.Data = string(appendPoints(nil, p.state.Data))
	lab.JSON.History = string(appendHistory(nil, lab.History))
	err = marshal(&lab.JSON.Config, p.state.Config)
	return lab, err
}

// marshal sets dst to the JSON of a value.
func marshal(dst *string, value any) error {
	text, err := json.Marshal(value)
	*dst = string(text)
	return err
}

// datasetNames returns the wire names of the data sets.
func datasetNames() []string {
	var names []string
	for _, info := range dataset.All() {
		names = append(names, string(info.Name))
	}
	return names
}

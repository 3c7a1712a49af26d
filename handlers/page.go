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
		Tool: "0", Transport: views.TransportSSE, FrameSteps: 1, Panel: views.PanelCurves,
		Dataset: firstDataset, Points: strconv.Itoa(defaultPoints), DataSeed: "1",
	}
}

// A pageRequest is what the page's form posts, and what becomes of it.
type pageRequest struct {
	message
	form     url.Values
	choices  views.Choices
	meta     table.Meta
	history  nn.History
	pinned   *views.PinnedRun
	until    until
	imported views.ImportForm
	table    *views.TablePage
	notice   views.Notice // of what the settings or an act changed
	answer   pageAnswer
	posted   nn.Config // the config before the settings and the act changed it
}

// A pageAnswer is what of the page an act changes.
type pageAnswer struct {
	// view renders the fragments; nil is views.Edited.
	view func(l views.Lab, settings bool) templ.Component
	// part says that the state stays as it was and is not measured and painted again.
	part bool
	// look says that a state is shown that need not be the run's newest.
	look bool
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
	p.meta = keepMeta(p.meta, views.ActShow, p.state.Config, p.state.Config)
	if p.pinned, err = s.readPinned(form.Get(views.FieldPinned)); err != nil {
		return p, err
	}
	if err := checkParts(p.choices); err != nil {
		return p, err
	}
	if !slices.Contains(views.Panels, p.choices.Panel) {
		return p, malformed(views.FieldPanel, "must be one of %s; got %q", strings.Join(views.Panels, ", "), clip(p.choices.Panel))
	}
	p.posted = p.state.Config
	if form.Get(views.FieldControls) == "" {
		return p, nil
	}
	state, notice, err := s.applySettings(p.state, form)
	if err != nil {
		return p, editError{err, p}
	}
	p.become(state, views.ActSettings)
	p.notice = notice
	return p, nil
}

// become puts a state in the place of p's own, and keeps what is still true of it.
func (p *pageRequest) become(state nn.State, act string) {
	p.meta = keepMeta(p.meta, act, p.state.Config, state.Config)
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
		act = views.ActDraw
	}
	next := p
	if err = s.change(c.Request().Context(), act, &next); err == nil {
		err = s.checkState(&next.message)
	}
	if err != nil {
		p.imported, p.table = next.imported, next.table
		return editError{err, p}
	}
	restored := act == views.ActRestore || act == views.ActOpen
	next.answer.reshaped = restored || !reflect.DeepEqual(next.state.Config, p.posted) || !reflect.DeepEqual(next.meta, p.meta)
	next.answer.pinned = next.answer.pinned || restored || act == views.ActShow
	return s.render(c, http.StatusOK, next, restored || !reflect.DeepEqual(next.state.Config, p.state.Config))
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
	return s.render(c, http.StatusOK, p, false)
}

// render answers with the page, or for htmx with the fragments that follow
// from the state. settings says that the controls may not show the state's own.
func (s *Server) render(c echo.Context, status int, p pageRequest, settings bool) error {
	script := c.Request().Header.Get("HX-Request") != ""
	view := p.answer.view
	if view == nil {
		view = views.Edited
	}
	if script && p.answer.part {
		return s.html(c, status, view(views.Lab{State: p.state, Meta: p.meta, Import: p.imported, Table: p.table}, settings))
	}
	p.answer.pinned = p.answer.pinned || !script
	lab, err := s.lab(c.Request().Context(), p)
	if err != nil {
		return err
	}
	if script {
		return s.html(c, status, view(lab, settings))
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
			return s.html(c, b.status, views.RefusedImport(notice, views.Lab{Import: e.page.imported}))
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
			n.Recover = &views.RecoverAct{Step: b.Network.Step, Network: string(network)}
		}
	}
	return n
}

// inspect measures what the panel shows besides the curves.
func inspect(lab *views.Lab, t *nn.Trainer) {
	switch {
	case lab.Choices.Panel == views.PanelConfusion && lab.State.Config.Task == nn.Classification:
		confusion := t.Confusion()
		lab.Confusion = &confusion
	case lab.Choices.Panel == views.PanelGradients:
		lab.GradientNorms = t.GradientNorms()
	}
}

// lab measures and draws a prepared state. Its metrics become the newest sample
// of the history, unless the page only looks at a moment of the run.
func (s *Server) lab(ctx context.Context, p pageRequest) (views.Lab, error) {
	lab := views.Lab{
		State: p.state, Choices: p.choices, Notice: p.notice, Version: s.config.Version,
		Meta: p.meta, History: p.history, Pinned: p.pinned, Import: p.imported, Table: p.table, Reshaped: p.answer.reshaped, ShowPinned: p.answer.pinned, Looks: p.answer.look,
	}
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
		inspect(&lab, t)
		return nil
	})
	if err != nil {
		return lab, err
	}
	switch {
	case p.answer.look && lab.History.Len() > 0 && slices.Max(lab.History.Step) > p.state.Network.Step:
	case lab.Metrics == nil:
		lab.History.Truncate(p.state.Network.Step + 1) // what came after it is of another run
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

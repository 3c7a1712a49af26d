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
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/views"
)

// pageFrameMS is the least time between two frames of the page: 25 a second.
const pageFrameMS = 40

// firstDataset is what a first visit shows.
const firstDataset = "circles"

// page answers GET /: the application with a first state. The script puts the
// user's own state in its place.
func (s *Server) page(c echo.Context) error {
	html, err := s.first()
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, echo.MIMETextHTMLCharsetUTF8, html)
}

func (s *Server) firstPage() ([]byte, error) {
	ctx := context.Background()
	state := nn.State{Config: nn.DefaultConfig()}
	choices := defaultChoices()
	choices.Points = strconv.Itoa(min(defaultPoints, s.config.MaxPoints))
	var err error
	if state.Data, _, err = s.generate(url.Values{"dataset": {choices.Dataset}, "points": {choices.Points}}); err != nil {
		return nil, err
	}
	if state, err = state.Prepare(); err != nil {
		return nil, err
	}
	lab, err := s.lab(ctx, state, nn.History{}, choices, views.Notice{})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = views.Page(lab).Render(ctx, &b)
	return b.Bytes(), err
}

func defaultChoices() views.Choices {
	return views.Choices{
		Tool: "0", Transport: views.TransportSSE, FrameSteps: 1,
		Dataset: firstDataset, Points: strconv.Itoa(defaultPoints), DataSeed: "1", Panel: views.PanelCurves,
	}
}

// A pageRequest is what the page's form posts.
type pageRequest struct {
	message
	form    url.Values
	choices views.Choices
	history nn.History   // of the run up to the state
	notice  views.Notice // of what the settings changed
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
	p := pageRequest{form: form, choices: readChoices(form)}
	var err error
	if p.message, err = s.decodeForm(form, trainMembers); err != nil {
		return p, err
	}
	if err := s.checkState(&p.message); err != nil {
		return p, err
	}
	if err := decodeField(form, views.FieldHistory, func(r *reader) error { return r.history(&p.history) }); err != nil {
		return p, err
	}
	if err := p.history.Validate(); err != nil {
		return p, err
	}
	p.history.Until(p.state.Network.Step + 1) // the page may have gone back to an older network
	if !slices.Contains(views.Panels, p.choices.Panel) {
		return p, malformed(views.FieldPanel, "must be one of %s; got %q", strings.Join(views.Panels, ", "), clip(p.choices.Panel))
	}
	if form.Get(views.FieldControls) == "" {
		return p, nil
	}
	state, notice, err := s.applySettings(p.state, form)
	if err != nil {
		return p, editError{err, p}
	}
	if state.Config.Task != p.state.Config.Task {
		p.history = nn.History{} // losses of another kind
	}
	p.state, p.notice = state, notice
	return p, nil
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
	d.Dataset = or(views.FieldDataset, d.Dataset)
	d.Points = or(views.FieldPoints, d.Points)
	d.Noise = form.Get(views.FieldNoise)
	d.DataClasses = form.Get(views.FieldDataClasses)
	d.DataSeed = or(views.FieldDataSeed, d.DataSeed)
	d.Panel = or(views.FieldPanel, d.Panel)
	d.LogScale = form.Get(views.FieldLogScale) != ""
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
	body, err := s.readBody(c.Response(), c.Request())
	if err != nil {
		return err
	}
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	p, err := s.decodePage(c, body)
	if err != nil {
		return err
	}
	act := p.form.Get(views.FieldAct)
	if p.form.Has(views.FieldClickX) {
		act = views.ActDraw
	}
	state, notice, err := s.act(act, p.state, p.form)
	if err == nil {
		err = s.checkState(&message{state: state})
	}
	if err != nil {
		return editError{err, p}
	}
	if notice.Text == "" {
		notice = p.notice
	}
	settings := act == views.ActRestore || !reflect.DeepEqual(state.Config, p.state.Config)
	return s.render(c, http.StatusOK, state, p.history, p.choices, notice, settings)
}

// stepPage answers POST /step for the page.
func (s *Server) stepPage(c echo.Context) error {
	body, err := s.readBody(c.Response(), c.Request())
	if err != nil {
		return err
	}
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	p, err := s.decodePage(c, body)
	if err != nil {
		return err
	}
	if p.steps == 0 {
		p.steps = 1
	}
	result, err := s.trainStep(c.Request().Context(), &p.message)
	if err != nil {
		return editError{err, p}
	}
	p.state.Network = result.Network
	return s.render(c, http.StatusOK, p.state, p.history, p.choices, p.notice, false)
}

// render answers with the page, or for htmx with the fragments that follow
// from the state. settings says that the controls may not show the state's own.
func (s *Server) render(c echo.Context, status int, state nn.State, history nn.History, choices views.Choices, notice views.Notice, settings bool) error {
	lab, err := s.lab(c.Request().Context(), state, history, choices, notice)
	if err != nil {
		return err
	}
	view := views.Page(lab)
	if c.Request().Header.Get("HX-Request") != "" {
		view = views.Edited(lab, settings)
	}
	return s.html(c, status, view)
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
	if c.Request().Header.Get("HX-Request") != "" {
		return s.html(c, b.status, views.Refused(notice, views.ControlOf(b.Field), b.Message))
	}
	if e, ok := asEditError(cause); ok {
		if lab, err := s.lab(c.Request().Context(), e.page.state, e.page.history, e.page.choices, notice); err == nil {
			return s.html(c, b.status, views.Page(lab))
		}
	}
	return s.html(c, b.status, views.Failure(notice.Text))
}

// problem is the notice of an error.
func problem(b errorBody) views.Notice {
	text := b.Message
	if b.Field != "" {
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

// grid holds the places of the picture's cells, which are always the same.
var grid = sync.OnceValue(func() (g struct{ xs, ys []float64 }) {
	g.xs, g.ys = views.Grid()
	return g
})

// paint returns the picture of a model.
func paint(m *nn.Model, hard bool) views.Cells {
	g := grid()
	outputs := make([]float64, m.Outputs()*len(g.xs))
	m.PredictTo(outputs, g.xs, g.ys)
	cells := make(views.Cells, 3*len(g.xs))
	views.PaintCells(cells, outputs, m.Config().Task, hard)
	return cells
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
// of the history; a network of step 0 begins a new one.
func (s *Server) lab(ctx context.Context, state nn.State, history nn.History, choices views.Choices, notice views.Notice) (views.Lab, error) {
	lab := views.Lab{State: state, Choices: choices, Notice: notice, Version: s.config.Version}
	err := s.computing(ctx, nil, func() error {
		model, err := nn.NewModel(state)
		if err != nil {
			return err
		}
		lab.Cells = paint(model, choices.Hard)
		if len(state.Data) == 0 {
			return nil
		}
		t, err := nn.NewTrainer(state)
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
	if state.Network.Step > 0 {
		lab.History = history
	}
	if lab.Metrics != nil {
		lab.History.Add(state.Network.Step, state.Network.Epoch, *lab.Metrics)
	}
	for _, f := range []struct {
		dst   *string
		value any
	}{{&lab.JSON.Config, state.Config}, {&lab.JSON.Network, state.Network}, {&lab.JSON.Data, state.Data}, {&lab.JSON.History, lab.History}} {
		text, err := json.Marshal(f.value)
		if err != nil {
			return lab, err
		}
		*f.dst = string(text)
	}
	return lab, nil
}

// trainPage answers POST /train for the page: a stream of fragments.
func (s *Server) trainPage(c echo.Context) error {
	body, err := s.readBody(c.Response(), c.Request())
	if err != nil {
		return err
	}
	leave, err := s.enterStream()
	if err != nil {
		return err
	}
	defer leave()
	p, err := s.decodePage(c, body)
	if err != nil {
		return err
	}
	return s.streamHTML(c, p)
}

// streamHTML sends the fragments as an event stream.
func (s *Server) streamHTML(c echo.Context, p pageRequest) error {
	t, work, err := s.newTrainer(&p.message, views.FieldFrameSteps, p.perFrame())
	if err != nil {
		return editError{err, p}
	}
	events := newEventWriter(c)
	return s.streamPage(c, c.Request().Context(), p, t, work, pageSink{
		fragments: func(html []byte) error { return events.send("", "", html) },
		done:      func(reason []byte) error { return events.send("done", "", reason) },
		idle:      events.comment,
	})
}

// pageSocket answers GET /ws/page: the page's stream over a socket. A message
// is the form as a JSON object of strings; the answers are the fragments, and in the
// end the data of the done event. To pause is to close the socket.
func (s *Server) pageSocket(c echo.Context) error {
	return s.serveSocket(c, func(ctx context.Context, conn *websocket.Conn, body []byte, bad error) error {
		sink := pageSink{
			fragments: func(html []byte) error { return writeSocket(ctx, conn, html) },
			done:      func(reason []byte) error { return writeSocket(ctx, conn, reason) },
			idle:      func() error { return ping(ctx, conn) },
		}
		p, t, work, leave, err := s.openPageSocket(body, bad)
		if err != nil {
			return s.failStream(c, ctx, sink, err)
		}
		defer leave()
		return s.streamPage(c, ctx, p, t, work, sink)
	})
}

func (s *Server) openPageSocket(body []byte, bad error) (p pageRequest, t *nn.Trainer, work nn.Work, leave func(), err error) {
	if bad != nil {
		return p, nil, work, nil, bad
	}
	var fields map[string]string
	if err := json.Unmarshal(body, &fields); err != nil {
		return p, nil, work, nil, malformed("", "the message must be a JSON object of strings")
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	if leave, err = s.enterStream(); err != nil {
		return p, nil, work, nil, err
	}
	if p, err = s.decodePageForm(form); err == nil {
		t, work, err = s.newTrainer(&p.message, views.FieldFrameSteps, p.perFrame())
	}
	if err != nil {
		leave()
	}
	return p, t, work, leave, err
}

// A pageSink is where the fragments of a training stream go.
type pageSink struct {
	fragments func(html []byte) error
	done      func(reason []byte) error
	idle      func() error
}

// streamPage trains and sends a frame of fragments after another.
func (s *Server) streamPage(c echo.Context, ctx context.Context, p pageRequest, t *nn.Trainer, work nn.Work, to pageSink) error {
	var b bytes.Buffer
	lab := views.Lab{State: p.state, Choices: p.choices, History: p.history}
	p.frameMS = max(p.frameMS, pageFrameMS)
	reason, err := s.stream(ctx, t, work, &p.message, streamSink{
		frame: func(result nn.Result) error {
			lab.History.Add(result.Network.Step, result.Network.Epoch, result.Metrics)
			network, err := json.Marshal(result.Network)
			if err != nil {
				return err
			}
			history, err := json.Marshal(lab.History)
			if err != nil {
				return err
			}
			lab.State.Network = result.Network
			lab.JSON.Network, lab.JSON.History = string(network), string(history)
			lab.Metrics = &result.Metrics
			if err := s.computing(ctx, to.idle, func() error {
				lab.Cells = paint(&t.Model, p.choices.Hard)
				inspect(&lab, t)
				return nil
			}); err != nil {
				return err
			}
			b.Reset()
			if err := views.Frame(lab).Render(ctx, &b); err != nil {
				return err
			}
			return to.fragments(b.Bytes())
		},
		idle: to.idle,
	})
	if err != nil {
		return s.failStream(c, ctx, to, err)
	}
	return to.done(doneBody(reason))
}

// failStream ends a page's stream with a notice. busy asks the script to try again.
func (s *Server) failStream(c echo.Context, ctx context.Context, to pageSink, err error) error {
	if ctx.Err() != nil {
		return nil // the client has gone
	}
	e := s.describeLogged(err, c)
	reason := "error"
	if e.Code == codeBusy {
		reason = string(codeBusy)
	} else {
		var b bytes.Buffer
		if err := views.Refused(problem(e), views.ControlOf(e.Field), e.Message).Render(ctx, &b); err != nil {
			return err
		}
		if err := to.fragments(b.Bytes()); err != nil {
			return err
		}
	}
	return to.done(doneBody(reason))
}

// datasetNames returns the wire names of the data sets.
func datasetNames() []string {
	var names []string
	for _, info := range dataset.All() {
		names = append(names, string(info.Name))
	}
	return names
}

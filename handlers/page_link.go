package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/views"
)

// linkedPage answers GET / with a query, or with the error of reading it. The query is a recipe,
// whose state the page shows and trains up to its steps, and the parts of the page to hide and to
// lock.
func (s *Server) linkedPage(c echo.Context, query url.Values, err error) error {
	if err := s.admit(c); err != nil {
		return s.unopened(c, err)
	}
	state, choices := nn.State{}, defaultChoices()
	if err == nil {
		state, choices, err = s.readLink(c.Request().Context(), query)
	}
	if err == nil {
		p := pageRequest{Message: wire.Message{State: state}, choices: choices}
		p.meta.Source = sourceOfControls(choices)
		p.recipe = s.told(c.Request().Context(), p, nn.State{})
		p.answer.settings = true
		return s.render(c, http.StatusOK, p)
	}
	// Show the first page, with the parts of the link if they are right, and what is wrong.
	e := s.describeLogged(err, c)
	p, err := s.firstRequest()
	if err != nil {
		return err
	}
	if checkParts(choices) == nil {
		p.choices.Hide, p.choices.Lock = choices.Hide, choices.Lock
	}
	p.notice = problem(e)
	p.notice.Text = "This link cannot be opened. " + p.notice.Text
	p.answer.settings = true
	return s.render(c, e.status, p)
}

// noticeBusy is what the page says in place of a link for which the server has no room.
var noticeBusy = views.Notice{
	Text:    "The server is too busy to open this link. Follow it again in a few seconds. What you had is still here.",
	Problem: true,
}

// unopened answers a browser that is not admitted with the page of everybody, which costs nothing:
// a page that is loaded again goes on with what it has stored.
func (s *Server) unopened(c echo.Context, err error) error {
	b := describe(err)
	if b.Code != wire.CodeBusy || !wantsHTML(c.Request()) {
		return err
	}
	html, failed := s.busyFirst()
	if failed != nil {
		return failed
	}
	s.describeLogged(err, c)
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(b.RetryAfter))
	return s.answerShared(c, b.status, "busy", echo.MIMETextHTMLCharsetUTF8, html)
}

// readLink reads the query of the page's address.
func (s *Server) readLink(ctx context.Context, query url.Values) (nn.State, views.Choices, error) {
	choices := defaultChoices()
	for _, f := range []struct {
		name string
		dst  *[]string
	}{{views.FieldHide, &choices.Hide}, {views.FieldLock, &choices.Lock}} {
		for _, list := range query[f.name] {
			*f.dst = append(*f.dst, strings.Split(list, ",")...)
		}
		delete(query, f.name)
	}
	if err := checkParts(choices); err != nil {
		return nn.State{}, choices, err
	}
	if len(query) == 0 {
		p, err := s.firstRequest()
		choices.Points = p.choices.Points
		return p.State, choices, err
	}
	choices.Opened = true
	choices.Dataset = firstDataset
	if query.Has("dataset") {
		choices.Dataset = query.Get("dataset")
	} else {
		query.Set("dataset", firstDataset)
	}
	m, err := s.readRecipe(query)
	if err != nil {
		return nn.State{}, choices, err
	}
	if err := s.checkState(ctx, &m); err != nil {
		return nn.State{}, choices, err
	}
	choices.Points = strconv.Itoa(len(m.State.Data))
	choices.Noise = query.Get("noise")
	choices.DataClasses = query.Get("classes")
	choices.DataSeed = strconv.FormatUint(uint64(m.State.Config.Seed), 10)
	if query.Has("data_seed") {
		choices.DataSeed = query.Get("data_seed")
	}
	choices.FrameSteps = m.FrameSteps
	if m.Steps > 0 {
		choices.UntilStep = strconv.Itoa(m.Steps)
	}
	return m.State, choices, nil
}

// checkParts returns an error if a part to hide or to lock does not exist.
func checkParts(c views.Choices) error {
	for _, f := range []struct {
		name  string
		parts []string
		can   func(string) bool
		which string
	}{{views.FieldHide, c.Hide, views.IsPart, ""}, {views.FieldLock, c.Lock, views.CanLock, " that can be locked"}} {
		for _, part := range f.parts {
			if !f.can(part) {
				return wire.Invalid(f.name, "must name parts of the page%s; got %q", f.which, wire.Clip(part))
			}
		}
	}
	return nil
}

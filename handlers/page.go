package handlers

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// pageFrameMS is the least time between two frames of the page: 25 a second.
const pageFrameMS = 40

// firstDataset is what a first visit shows.
const firstDataset = "circles"

// page answers GET /: the application with a first state, or with what the query asks for. The
// script puts the user's own state in the place of the first.
func (s *Server) page(c echo.Context) error {
	query, err := wire.ReadQuery(c.Request().URL.RawQuery, views.FieldHide, views.FieldLock)
	if err != nil || len(query) > 0 {
		return s.linkedPage(c, query, views.Embed{}, err)
	}
	html, err := s.first()
	if err != nil {
		return err
	}
	return s.answerShared(c, http.StatusOK, "/", echo.MIMETextHTMLCharsetUTF8, html)
}

// firstPage renders what a first visit shows, with a notice or without.
func (s *Server) firstPage(notice views.Notice) ([]byte, error) {
	ctx := context.Background()
	p, err := s.firstRequest()
	if err != nil {
		return nil, err
	}
	p.notice = notice
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
	p := pageRequest{choices: defaultChoices(), kept: views.NoMoment}
	p.choices.Points = strconv.Itoa(min(defaultPoints, s.config.MaxPoints))
	p.State.Config = nn.DefaultConfig()
	var err error
	if p.State.Data, _, err = s.generate(url.Values{"dataset": {p.choices.Dataset}, "points": {p.choices.Points}}); err != nil {
		return p, err
	}
	if p.State, err = p.State.Prepare(); err != nil {
		return p, err
	}
	p.meta.Source = sourceOfControls(p.choices)
	p.recipe = s.told(context.Background(), p, nn.State{})
	s.keepJournal(&p)
	return p, nil
}

// edit answers POST /edit: a change of the state that is no training.
func (s *Server) edit(c echo.Context) error {
	p, err := s.openPage(c, s.admit)
	if err != nil {
		return err
	}
	return s.editPage(c, p)
}

// editPage answers a change of a page.
func (s *Server) editPage(c echo.Context, p pageRequest) error {
	act := p.form.Get(views.FieldAct)
	if p.form.Has(views.FieldClickX) {
		act = "draw"
	}
	next, err := s.changed(c.Request().Context(), act, p)
	if err != nil {
		p.imported, p.table, p.explaining = next.imported, next.table, next.explaining
		return editError{err, p}
	}
	a := &next.answer
	if a.replaced || next.meta.Source != p.meta.Source {
		next.showSource()
		a.source = true
	}
	a.source = a.source || next.meta.Edited != p.meta.Edited || !next.meta.NamesAlike(p.meta)
	a.sets = next.choices.Dataset != p.form.Get(views.FieldDataset)
	a.settings = a.settings || a.replaced || !reflect.DeepEqual(next.State.Config, p.State.Config)
	a.reshaped = a.reshaped || a.replaced || !reflect.DeepEqual(next.State.Config, p.posted) || !next.meta.NamesAlike(p.meta)
	s.followExplanation(c.Request().Context(), &next)
	return s.render(c, http.StatusOK, next)
}

// changed returns a page after a change, with what leads to its run.
func (s *Server) changed(ctx context.Context, act string, p pageRequest) (next pageRequest, err error) {
	next = p
	if err = s.change(ctx, act, &next); err == nil {
		err = s.checkState(ctx, &next.Message)
	}
	if err != nil {
		return next, err
	}
	next.recipe = s.told(ctx, next, p.State)
	s.keepJournal(&next)
	return next, nil
}

// stepPage answers POST /step for the page.
func (s *Server) stepPage(c echo.Context) error {
	p, err := s.openPage(c, s.admit)
	if err != nil {
		return err
	}
	return s.updatePage(c, p)
}

// updatePage answers a request of a page for some updates, or one.
func (s *Server) updatePage(c echo.Context, p pageRequest) error {
	if p.Steps == 0 {
		p.Steps = 1
	}
	waiting := s.untold(&p)
	result, err := s.trainStep(c.Request().Context(), &p.Message, pictureWork)
	if err != nil {
		return editError{err, p}
	}
	p.State.Network = result.Network
	if waiting != nil && p.State.Network.Step >= waiting.Ends {
		p.notice.Text = strings.TrimSpace(p.notice.Text + " " + views.AnswerTold)
	}
	s.followExplanation(c.Request().Context(), &p)
	return s.render(c, http.StatusOK, p)
}

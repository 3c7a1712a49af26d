package handlers

import (
	"context"
	"maps"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/once"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// linkedPage answers GET / with a query, or with the error of reading it. The query is a recipe,
// whose state the page shows and trains up to its steps, and the parts of the page to hide and to
// lock. So it is for a page that is shown as a card.
//
// A class opens one link at a time: its page is made once for all. Browsers do not keep it, since they
// would put what was typed into another one's place.
func (s *Server) linkedPage(c echo.Context, query url.Values, embed views.Embed, err error) error {
	if err == nil {
		var page once.Answer
		key := "/?" + query.Encode()
		if embed.On {
			key = routeEmbed + "?" + query.Encode() + "#" + embed.Query
		}
		page, err = s.finish(c, key, encodingOf(c.Request().Header, codings), func(ctx context.Context) ([]byte, string, error) {
			return s.makeLinked(ctx, maps.Clone(query), embed)
		})
		if err == nil {
			c.Response().Header().Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
			c.Response().Header().Set("Cache-Control", "no-store")
			return sendFinished(c, page)
		}
	} else if err := s.admit(c); err != nil {
		return s.unopened(c, err)
	}
	switch gone := c.Request().Context().Err() != nil; {
	case describe(err).Code == wire.CodeBusy:
		return s.unopened(c, err)
	case gone:
		return err
	}
	// Show the first page, with the parts of the link if they are right, and what is wrong.
	e := s.describeLogged(err, c)
	p, err := s.firstRequest()
	if err != nil {
		return err
	}
	if lesson, err := takeLesson(query); err == nil {
		lesson.Experiment = "" // this is none of its runs
		p.setLesson(lesson)
	}
	p.embed = embed
	p.notice = problem(e)
	p.notice.Text = "This link cannot be opened. " + p.notice.Text
	p.answer.settings = true
	return s.render(c, e.status, p)
}

// beginLinked begins to tell the run of a link.
func (s *Server) beginLinked(ctx context.Context, p *pageRequest) {
	if p.journal == "" { // which says where the points come from
		p.meta.Source = sourceOfControls(p.choices)
	}
	p.recipe = s.told(ctx, *p, nn.State{})
	s.keepJournal(p)
}

// makeLinked makes the page of a link. A card waits for its user to begin.
func (s *Server) makeLinked(ctx context.Context, query url.Values, embed views.Embed) ([]byte, string, error) {
	p, err := s.readLink(ctx, query)
	if err != nil {
		return nil, "", err
	}
	p.embed = embed
	p.choices.Waits = p.choices.Waits || embed.On
	s.beginLinked(ctx, &p)
	p.answer.settings, p.answer.pinned = true, true
	lab, err := s.lab(ctx, p)
	if err != nil {
		return nil, "", err
	}
	b := newAnswerBuffer(ctx)
	err = views.Page(lab).Render(ctx, b)
	return b.bytes, echo.MIMETextHTMLCharsetUTF8, err
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
	if s.isCard(c) {
		html, failed = s.busyCard()
		c.Response().Header().Set("Refresh", strconv.Itoa(b.RetryAfter)) // nobody loads a frame again
	}
	if failed != nil {
		return failed
	}
	s.describeLogged(err, c)
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(b.RetryAfter))
	return s.answerShared(c, b.status, "busy "+c.Path(), echo.MIMETextHTMLCharsetUTF8, html)
}

// readLink reads the query of the page's address: a lesson, and a recipe. An experiment without a
// recipe is the table's, and begins when the user has made a guess.
func (s *Server) readLink(ctx context.Context, query url.Values) (pageRequest, error) {
	p := pageRequest{choices: defaultChoices(), kept: views.NoMoment}
	lesson, err := takeLesson(query)
	p.setLesson(lesson)
	if err != nil {
		return p, err
	}
	if query.Has(views.FieldJournal) {
		takeHandIn(&p, query)
		return p, s.readJournalLink(ctx, &p, query)
	}
	choices := &p.choices
	ends := 0 // the step at which the run of an experiment does
	if e := views.LookupExperiment(lesson.Experiment); e != nil {
		recipe, err := wire.ReadQuery(e.Query)
		if err != nil {
			return p, err
		}
		if err := wire.ReadInt(recipe.Get("steps"), "steps", &ends); err != nil {
			return p, err
		}
		choices.Panel = e.Panel
		if choices.Waits = len(query) == 0; choices.Waits {
			query = recipe
		}
	}
	if len(query) == 0 {
		first, err := s.firstRequest()
		p.State, choices.Points = first.State, first.choices.Points
		return p, err
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
		return p, err
	}
	if err := s.checkState(ctx, &m); err != nil {
		return p, err
	}
	p.State = m.State
	choices.Points = strconv.Itoa(len(m.State.Data))
	choices.Noise, choices.LabelNoise = query.Get("noise"), query.Get("label_noise")
	choices.DataClasses = query.Get("classes")
	choices.DataSeed = strconv.FormatUint(uint64(m.State.Config.Seed), 10)
	if query.Has("data_seed") {
		choices.DataSeed = query.Get("data_seed")
	}
	choices.FrameSteps = m.FrameSteps
	if m.FullFrames {
		choices.FrameSteps = views.SpeedMax
	}
	if m.Steps == 0 && ends > 0 { // the address of an experiment before its first update
		m.Steps, choices.Waits = ends, true
	}
	if m.Steps > 0 {
		choices.UntilStep = strconv.Itoa(m.Steps)
	}
	return p, nil
}

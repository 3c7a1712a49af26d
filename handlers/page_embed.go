package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/views"
)

// routeEmbed is the route of the card, below the base path.
const routeEmbed = "/embed"

// embed answers GET /embed: the page as one card, for a frame. The query is that of the page, with the
// parts to show and the colours.
func (s *Server) embed(c echo.Context) error {
	query, err := wire.ReadQuery(c.Request().URL.RawQuery, views.FieldHide, views.FieldLock, views.FieldShow)
	e := views.Embed{On: true}
	if err == nil {
		e, err = takeEmbed(query)
	}
	e.Open = "./" + wire.WriteQuery(query)
	return s.linkedPage(c, query, e, err)
}

// postEmbed answers the form of a card without script: what POST /edit and POST /step do, in an answer
// that may be in a frame.
func (s *Server) postEmbed(c echo.Context) error {
	p, err := s.openPage(c, s.admit)
	switch {
	case err != nil:
		return err
	case p.form.Has(views.FieldSteps):
		return s.updatePage(c, p)
	}
	return s.editPage(c, p)
}

// takeEmbed takes what is for the card alone out of the query of its address, and checks it. What is
// wrong is left out.
func takeEmbed(query url.Values) (views.Embed, error) {
	e := views.Embed{On: true, Show: listOf(query[views.FieldShow]), Theme: query.Get(views.LinkTheme)}
	delete(query, views.FieldShow)
	delete(query, views.LinkTheme)
	err := checkShow(e.Show)
	if err != nil {
		e.Show = nil
	}
	if e.Theme != "" && !views.IsTheme(e.Theme) {
		err = wire.Invalid(views.LinkTheme, "must be light or dark; got %q", wire.Clip(e.Theme))
		e.Theme = ""
	}
	own := url.Values{views.FieldShow: {strings.Join(e.Show, ",")}}
	if e.Theme != "" {
		own.Set(views.LinkTheme, e.Theme)
	}
	e.Query = strings.TrimPrefix(wire.WriteQuery(own), "?")
	return e, err
}

// decodeEmbed reads what the page's form posts of the card: nothing, if it is the whole page.
func decodeEmbed(text string) (views.Embed, error) {
	if text == "" {
		return views.Embed{}, nil
	}
	query, err := wire.ReadQuery(text)
	if err != nil {
		return views.Embed{}, err
	}
	return takeEmbed(query)
}

// checkShow returns an error if the card cannot show a part.
func checkShow(parts []string) error {
	for _, part := range parts {
		if !views.IsEmbedPart(part) {
			return wire.Invalid(views.FieldShow, "must name parts of the card, which are %s; got %q",
				strings.Join(views.EmbedParts(), ", "), wire.Clip(part))
		}
	}
	return nil
}

// within returns the query of a link in the card, which leads to a card like it.
func within(e views.Embed, query string) string {
	if !e.On || query == "" {
		return query
	}
	return query + "&" + e.Query
}

// embedOf is how a request is shown as a card. Its link to the whole page has the recipe of the run.
func (s *Server) embedOf(p *pageRequest) views.Embed {
	e := p.embed
	if e.On && e.Open == "" {
		query := lessonQuery(p.lesson)
		maps.Copy(query, s.recipeOf(*p))
		e.Open = "./" + wire.WriteQuery(query)
	}
	return e
}

// isCard reports whether a request is for the card.
func (s *Server) isCard(c echo.Context) bool { return c.Path() == s.config.BasePath+routeEmbed }

// isFramed reports whether a browser asks for a frame of a page that may have it. A page that does not
// say which it is gets an answer that its browser does not show if it may not.
func (s *Server) isFramed(r *http.Request) bool {
	h := r.Header
	if len(s.config.FrameAncestors) == 0 || h.Get("Sec-Fetch-Dest") != "iframe" || h.Get("Sec-Fetch-Mode") != "navigate" ||
		h.Get("Sec-Purpose") != "" {
		return false
	}
	from, err := url.Parse(h.Get("Referer"))
	return err == nil && (from.Host == "" || from.Host == r.Host || allowsOrigin(s.config.FrameAncestors, from.Scheme+"://"+from.Host))
}

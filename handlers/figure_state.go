package handlers

import (
	"maps"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/views"
)

// pictureOf answers POST for a picture: of the state in the body, as it is. The query says how, and in a
// form of the page its own fields do.
func (s *Server) pictureOf(kind figureKind) echo.HandlerFunc {
	return func(c echo.Context) error {
		body, err := s.takeBody(c, s.admit)
		if err != nil {
			return err
		}
		ctx := c.Request().Context()
		query, err := wire.ReadQuery(c.Request().URL.RawQuery)
		if err != nil {
			return err
		}
		form, err := s.parseForm(c.Request(), body)
		if err != nil {
			return err
		}
		for name, field := range figureFields {
			if value := form.Get(field); value != "" && !query.Has(name) {
				query.Set(name, value)
			}
		}
		o, rest, err := takeFigure(query, kind)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(rest)) {
			return wire.Malformed(wire.Clip(name), "is not a parameter of a picture")
		}
		// A browser saves what it would not show.
		if !wantsHTML(c.Request()) && !accepts(c.Request(), kind.contentType()) {
			return notAcceptable(kind.contentType())
		}
		m, err := s.decodeExport(ctx, form, body)
		if err != nil {
			return withID{err, m.ID}
		}
		run := figureRun{figureOptions: o, kind: kind}
		run.figure.HideTest = form.Get(views.FieldHideTest) != ""
		run.figure.Yield = yielding(ctx)
		if run.meta, run.history, err = s.decodeKept(ctx, form); err != nil {
			return withID{err, m.ID}
		}
		picture, err := s.drawState(ctx, &run, m.State)
		if err != nil {
			return withID{err, m.ID}
		}
		figureHeaders(c.Response().Header())
		return answerFile(c, "nnvisu-"+string(run.figure.View)+kind.extension(), kind.contentType(), picture)
	}
}

// figureFields are the fields of the page's form that say what the parameters of a picture say.
var figureFields = map[string]string{
	"view": views.FieldPictureView, "theme": views.FieldPictureTheme, "hard": views.FieldHard, "log_scale": views.FieldLogScale,
}

// curvesCSV answers POST /curves.csv: the curves that the page has, as a table.
func (s *Server) curvesCSV(c echo.Context) error {
	_, form, err := s.takeForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	history, err := wire.DecodeHistory(form.Get(views.FieldHistory), views.FieldHistory, s.limits(ctx))
	if err != nil {
		return err
	}
	b := newAnswerBuffer(ctx)
	if err := export.WriteCurves(b, &history); err != nil {
		return err
	}
	return answerFile(c, "nnvisu-curves.csv", "text/csv; charset=utf-8", b.bytes)
}

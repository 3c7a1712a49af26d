package handlers

import (
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
)

// postVerify answers POST /verify: what hand-ins claim and what they come to, for graders as JSON and
// for the form of the page as a page. Nothing is kept.
func (s *Server) postVerify(c echo.Context) error {
	if wantsHTML(c.Request()) {
		return s.verifyForm(c)
	}
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json and text/html")
	}
	m, err := s.takeMessage(c, wire.Verify)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	report, err := s.verify(ctx, m.Lesson, m.HandIns)
	if err != nil {
		return withID{err, m.ID}
	}
	text := newAnswerBuffer(ctx)
	if err := wire.WriteReport(text, m.ID, report); err != nil {
		return withID{err, m.ID}
	}
	return jsonBlob(c, text.bytes)
}

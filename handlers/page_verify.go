package handlers

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/views"
)

// verifyPage answers GET /verify: the page for hand-ins. The query may have the lesson already.
func (s *Server) verifyPage(c echo.Context) error {
	query, err := wire.ReadQuery(c.Request().URL.RawQuery)
	page := s.emptyVerifyPage()
	switch lesson := query.Get(views.VerifyLesson); {
	case err != nil:
		page.Problem = problem(describe(err)).Text
	case len(lesson) > wire.MaxLessonLink:
		page.Problem = fmt.Sprintf("The link of the lesson must have at most %d characters.", wire.MaxLessonLink)
	default:
		if page.Lesson = lesson; lesson == "" || s.admit(c) != nil {
			break // a server that is busy says it when the runs come
		}
		if _, err := s.readLessonStart(c.Request().Context(), lesson); err != nil && describe(err).Code != wire.CodeBusy {
			page.Problem = problem(s.describeLogged(err, c)).Text
		}
	}
	return s.html(c, http.StatusOK, views.Verify(page))
}

func (s *Server) emptyVerifyPage() views.VerifyPage {
	return views.VerifyPage{Release: s.config.Release, Most: wire.MaxHandIns}
}

// verifyForm answers POST /verify for the form of the page, with the table or with what is wrong. The
// texts stay in the form.
func (s *Server) verifyForm(c echo.Context) error {
	body, err := s.takeBody(c, s.admit)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page := s.emptyVerifyPage()
	if err = s.fillVerifyPage(ctx, &page, c.Request().Header.Get(echo.HeaderContentType), body); err == nil {
		return s.html(c, http.StatusOK, views.Verify(page))
	}
	b := s.describeLogged(err, c)
	if b.Code == wire.CodeBusy || b.Code == wire.CodeInternal {
		return err
	}
	page.Report, page.Problem = nil, problem(b).Text
	return s.html(c, b.status, views.Verify(page))
}

// fillVerifyPage reads the form and verifies its hand-ins.
func (s *Server) fillVerifyPage(ctx context.Context, page *views.VerifyPage, contentType string, body []byte) error {
	parts, err := wire.ParseFiles(contentType, body, s.limits(ctx))
	if err != nil {
		return err
	}
	m := wire.NewMessage(wire.Verify)
	for _, part := range parts {
		switch part.Name {
		case views.VerifyLesson:
			m.Lesson = strings.TrimSpace(part.Text)
			page.Lesson = m.Lesson[:min(len(m.Lesson), wire.MaxLessonLink)]
		case views.VerifyText:
			page.Text = part.Text
			err = addLines(&m, "", part.Text)
		case views.VerifyFiles, views.VerifyFolder:
			err = addFile(&m, page, part)
		}
		if err != nil {
			return err
		}
	}
	if len(m.HandIns) == 0 {
		return wire.Invalid("", "there is nothing to verify: paste links, or choose files")
	}
	if err := m.CheckHandIns(); err != nil {
		return err
	}
	report, err := s.verify(ctx, m.Lesson, m.HandIns)
	page.Report = &report
	return err
}

// addFile adds a file: a saved state, or a text with a hand-in in each line. Hidden files are none.
func addFile(m *wire.Message, page *views.VerifyPage, part wire.Part) error {
	name := path.Base(strings.ReplaceAll(part.File, `\`, "/"))
	if part.File == "" || strings.HasPrefix(name, ".") {
		return nil // no file was chosen, or it is the system's own
	}
	page.Files++
	text := strings.TrimSpace(strings.TrimPrefix(part.Text, "\ufeff"))
	if strings.HasPrefix(text, "{") || text == "" {
		return addHandIn(m, name, text)
	}
	return addLines(m, name, text)
}

// addLines adds the hand-ins of the lines of a text. name is that of lines that have none.
func addLines(m *wire.Message, name, text string) error {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		own, link := cutName(line)
		if own == "" {
			own = name
		}
		if own == "" {
			own = fmt.Sprintf("line %d", len(m.HandIns)+1)
		}
		if err := addHandIn(m, own, link); err != nil {
			return err
		}
	}
	return nil
}

func addHandIn(m *wire.Message, name, text string) error {
	if len(m.HandIns) == wire.MaxHandIns {
		return wire.TooLarge("", "there are more than %d hand-ins, the most at a time", wire.MaxHandIns)
	}
	if len(name) > wire.MaxHandInName {
		name = strings.ToValidUTF8(name[:wire.MaxHandInName-len("…")], "") + "…"
	}
	m.HandIns = append(m.HandIns, wire.HandIn{Name: strings.ToValidUTF8(name, "\ufffd"), Text: text})
	return nil
}

// linkStart finds where a link begins in a line.
var linkStart = regexp.MustCompile(`https?://|[^\s,;|<>"']*[?&](?:journal|hide|lock|goal|assignment|experiment)=|#state=`)

// cutName cuts a line into a name and what is handed in: a link or, as its last word, the text of a
// journal. A link begins within the first thousand bytes: a name is no longer.
func cutName(line string) (name, text string) {
	at := strings.LastIndexAny(line, " \t,;|") + 1
	if found := linkStart.FindStringIndex(line[:min(len(line), 1000)]); found != nil {
		at = found[0]
	}
	return strings.Trim(line[:at], " \t,;:|<>\"'-–—=*"), strings.TrimRight(line[at:], " \t>\"'")
}

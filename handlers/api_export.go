package handlers

import (
	"context"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// export answers POST /export: the network as a file of the format asked for.
func (s *Server) export(c echo.Context) error {
	body, form, err := s.takeForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := s.decodeExport(ctx, form, body)
	if err != nil {
		return withID{err, m.ID}
	}
	p := pageRequest{Message: m, form: form, choices: readChoices(form), kept: views.NoMoment} // to say what is wrong
	info, ok := export.Lookup(m.Format)
	if !ok {
		err := wire.Invalid(views.FieldFormat, "must be one of %s; got %q", strings.Join(exportFormats(), ", "), wire.Clip(m.Format))
		return withID{editError{err, p}, m.ID}
	}
	// A browser saves what it would not show.
	if mediaType, _, _ := strings.Cut(info.MediaType, ";"); !wantsHTML(c.Request()) && !accepts(c.Request(), mediaType) {
		return withID{notAcceptable(mediaType), m.ID}
	}
	meta, history, err := s.decodeKept(ctx, form)
	if err != nil {
		return withID{err, m.ID}
	}
	file := newAnswerBuffer(ctx)
	if info.Format == export.State {
		var lesson export.Lesson
		if lesson, err = sharedLesson(form); err != nil {
			return withID{editError{err, p}, m.ID}
		}
		var told string
		if told, _, err = handInText(ctx, form.Get(views.FieldJournal), m.State); err != nil {
			return withID{err, m.ID}
		}
		if history, err = endingAt(ctx, history, m.State); err != nil {
			return withID{err, m.ID}
		}
		err = export.File{State: m.State, Meta: meta, History: history, Lesson: lesson, Journal: told}.Write(file)
	} else {
		err = export.Write(file, info.Format, m.State)
	}
	if err != nil {
		return err
	}
	return answerFile(c, info.Filename, info.MediaType, file.bytes)
}

// decodeExport decodes what is to be exported, from a form or, where that is nil, from JSON. Of the
// page's form it is the state that was trained: settings that were not applied to it stay out of
// the file.
func (s *Server) decodeExport(ctx context.Context, form url.Values, body []byte) (m wire.Message, err error) {
	if form == nil {
		m, err = wire.DecodeMessage(body, wire.Export, s.limits(ctx))
	} else {
		m, err = wire.DecodeForm(form, pageField, wire.Export, s.limits(ctx))
	}
	if err != nil {
		return m, err
	}
	m.InferClasses()
	return m, s.checkState(ctx, &m)
}

// endingAt returns the curves of a run up to a state: while the page shows an earlier moment they go on.
func endingAt(ctx context.Context, h nn.History, s nn.State) (nn.History, error) {
	n := h.Len()
	if n == 0 || h.Step[n-1] == s.Network.Step {
		return h, nil
	}
	m, err := metricsOf(ctx, s)
	if m == nil || err != nil {
		h.Truncate(s.Network.Step + 1)
		return h, err
	}
	h.Add(s.Network.Step, s.Network.Epoch, *m)
	return h, nil
}

// decodeKept reads what the page's form keeps with a state.
func (s *Server) decodeKept(ctx context.Context, form url.Values) (meta table.Meta, history nn.History, err error) {
	if meta, err = wire.DecodeMeta(form.Get(views.FieldMeta), views.FieldMeta, s.limits(ctx)); err != nil {
		return meta, history, err
	}
	history, err = wire.DecodeHistory(form.Get(views.FieldHistory), views.FieldHistory, s.limits(ctx))
	return meta, history, err
}

// exportFormats returns the wire names of the formats.
func exportFormats() []string {
	var names []string
	for _, info := range export.All() {
		names = append(names, string(info.Format))
	}
	return names
}

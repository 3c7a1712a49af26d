package handlers

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// readImport reads the controls of the import. What they say is judged by package table.
func readImport(form url.Values) views.ImportForm {
	f := views.ImportForm{
		File:    form.Get(views.FieldTableFile),
		Text:    form.Get(views.FieldTableText),
		X:       form.Get(views.FieldTableX),
		Y:       form.Get(views.FieldTableY),
		Label:   form.Get(views.FieldTableLabel),
		Task:    nn.Task(form.Get(views.FieldTableTask)),
		Scaling: table.Scaling(form.Get(views.FieldTableScaling)),
		Sample:  form.Get(views.FieldTableSample) != "",
	}
	for _, option := range table.AllOptions() {
		option.Set(&f.Options, form.Get(views.TableField(option.Name)))
	}
	return f
}

// previewImport shows what would come of a table. What is wrong with it is part of the preview.
func (s *Server) previewImport(ctx context.Context, p *pageRequest, _ string) error {
	if p.imported.File == "" && strings.TrimSpace(p.imported.Text) == "" {
		return nil // nothing is written yet, or any more
	}
	c, err := s.convertImport(ctx, p)
	if err != nil {
		return err
	}
	p.imported.Preview = c.preview()
	return nil
}

// importPoints takes the points of a table. What is wrong with it is shown in its preview too.
func (s *Server) importPoints(ctx context.Context, p *pageRequest, _ string) error {
	c, err := s.convertImport(ctx, p)
	if err != nil {
		return err
	}
	if c.wrong != nil {
		p.imported.Preview = c.preview()
		return c.wrong
	}
	next, err := s.doing(ctx, p)(p.State, journal.Import{Task: c.Task, Points: c.Points, Meta: c.Meta})
	if err != nil {
		return err
	}
	p.State, p.meta = next, c.Meta
	p.imported = views.ImportForm{}
	p.notice = undoable("Imported %s The weights start again.", views.ImportSummary(c.Import))
	return nil
}

// A conversion is what came of a table: points, or what is wrong with it.
type conversion struct {
	table.Import
	from  table.Table
	wrong error
}

func (c conversion) preview() *views.ImportPreview {
	return views.NewImportPreview(c.from, c.Import, c.wrong)
}

// convertImport makes points of the text of an import.
func (s *Server) convertImport(ctx context.Context, p *pageRequest) (c conversion, err error) {
	if err := taskOf(ctx).reserveMore(tableBytes(p.imported.File) + tableBytes(p.imported.Text)); err != nil {
		return c, err
	}
	limits := s.limits(ctx)
	c.from, c.Import, err = convertTable(&p.imported, limits.Points, limits.Yield)
	if bad := new(table.Error); errors.As(err, &bad) {
		c.wrong, err = bad, nil
	}
	return c, err
}

// convertTable makes points of the file of an import, whose text becomes the import's, or of the
// text. A column chosen that the table does not have was of the table before; it is guessed anew.
// What is wrong with the table is a *table.Error; other errors are yield's.
func convertTable(
	f *views.ImportForm, most int, yield func() error,
) (table.Table, table.Import, error) {
	options := f.Options
	options.Yield = yield
	data := f.File
	if data == "" {
		data, options.Encoding = f.Text, table.UTF8 // as every form is
	}
	t, err := table.Parse([]byte(data), options)
	if f.File != "" {
		f.Text = t.Text()
	}
	if err != nil {
		return t, table.Import{}, err
	}
	for _, name := range []*string{&f.X, &f.Y, &f.Label} {
		if !t.Has(*name) {
			*name = ""
		}
	}
	m, err := table.Convert(t, table.Choice{
		X: f.X, Y: f.Y, Label: f.Label, Task: f.Task, Scaling: f.Scaling, MaxPoints: most, Sample: f.Sample,
		Yield: yield,
	})
	return t, m, err
}

// What the acts of the dialogs change of the page.
var (
	answerPreview     = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.PreviewedImport(l) }}
	answerImported    = pageAnswer{view: views.Imported}
	answerTable       = pageAnswer{part: true, view: func(l views.Lab, _ bool) templ.Component { return views.ShownTable(l) }}
	answerTableEdited = pageAnswer{view: views.EditedTable}
)

package handlers

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// render answers with the page, or for htmx with the fragments that follow from the state.
func (s *Server) render(c echo.Context, status int, p pageRequest) error {
	script := c.Request().Header.Get("HX-Request") != ""
	view := p.answer.view
	if view == nil {
		view = views.Edited
	}
	if script && p.answer.part {
		return s.html(c, status, view(s.unmeasuredLab(p), p.answer.settings))
	}
	p.answer.pinned = p.answer.pinned || !script
	lab, err := s.lab(c.Request().Context(), p)
	if err != nil {
		return err
	}
	if script {
		return s.html(c, status, view(lab, p.answer.settings))
	}
	return s.html(c, status, views.Page(lab))
}

func (s *Server) html(c echo.Context, status int, view templ.Component) error {
	// Also where the request is over, to say so: its body may have broken off.
	ctx := context.WithoutCancel(c.Request().Context())
	b := newAnswerBuffer(ctx)
	err := s.computing(ctx, func(context.Context) error { return view.Render(ctx, b) })
	if err != nil {
		return err
	}
	return answer(c, status, echo.MIMETextHTMLCharsetUTF8, b.bytes)
}

// failHTML answers the page with an error: for htmx the fragments that say what is wrong, without
// script the page as it was with a notice.
func (s *Server) failHTML(c echo.Context, b errorBody, cause error) error {
	all := faults(b, cause)
	notice, refusals := problem(all...), refusalsOf(all)
	var lab views.Lab
	e, edited := asEditError(cause)
	if edited {
		lab = s.unmeasuredLab(e.page)
		notice = failing(all, &lab)
	}
	if edited && e.page.form.Get(views.FieldLinked) != "" && strings.HasPrefix(b.Field, views.FieldOpened) {
		notice, refusals = linkProblem(b), nil
	}
	if c.Request().Header.Get("HX-Request") != "" {
		if edited && e.page.form.Get(views.FieldAct) == "dataset" {
			lab.ShowSets = e.page.form.Get(views.FieldDataset) != e.page.choices.Dataset
			return s.html(c, b.status, views.RefusedDataset(notice, refusals, lab))
		}
		if edited && e.page.imported.Preview != nil {
			return s.html(c, b.status, views.RefusedImport(notice, lab))
		}
		return s.html(c, b.status, views.Refused(notice, refusals))
	}
	if edited {
		e.page.notice, e.page.answer.pinned = notice, true
		if lab, err := s.lab(c.Request().Context(), e.page); err == nil {
			lab.Refusals = refusals
			if len(notice.Exits) > 0 {
				lab.Diagnosis = nn.Diagnosis{} // it leads the same ways
			}
			if e.page.form.Get(views.FieldControls) != "" {
				lab.Written = e.page.form
			}
			return s.html(c, b.status, views.Page(lab))
		}
	}
	return s.html(c, b.status, views.Failure(notice.Text))
}

// failing is what the page shows of a failure: its notice. Where the run of a page diverged, the
// notice leads out.
func failing(all []errorBody, lab *views.Lab) views.Notice {
	if b := all[0]; b.Code == wire.CodeDiverged && lab != nil {
		return lab.Diverged(b.Step)
	}
	return problem(all...)
}

// faults returns what is wrong with each field of the page that an error is about, first the one
// that programs are told.
func faults(first errorBody, err error) []errorBody {
	all := []errorBody{first}
	for _, err := range joined(err) {
		b := describe(err)
		if b.Field != "" && !slices.ContainsFunc(all, func(said errorBody) bool { return said.Field == b.Field }) {
			all = append(all, b)
		}
	}
	return all
}

// joined returns the errors that an error joins, or none.
func joined(err error) (all []error) {
	var join interface{ Unwrap() []error }
	if !errors.As(err, &join) {
		return nil
	}
	for _, err := range join.Unwrap() {
		if inner := joined(err); inner != nil {
			all = append(all, inner...)
		} else {
			all = append(all, err)
		}
	}
	return all
}

// refusalsOf returns what stands beside the controls at fault.
func refusalsOf(all []errorBody) []views.Refusal {
	var refusals []views.Refusal
	for _, b := range all {
		if control := views.ControlOf(b.Field); control != "" {
			refusals = append(refusals, views.Refusal{Control: control, Message: readable(b.Message)})
		}
	}
	return refusals
}

// problem is the notice of errors.
func problem(all ...errorBody) views.Notice {
	var texts []string
	for _, b := range all {
		texts = append(texts, sentence(b))
	}
	return views.Notice{Text: strings.Join(texts, ". "), Problem: true}
}

// numbers are those of a message, as programs read them, with what stands before them.
var numbers = regexp.MustCompile(`(?:^|[\s(])-?\d[\d.]*(?:e[+-]\d+)?`)

// readable writes a message for people: with the signs of numbers that they write, and whole numbers
// in groups of three digits, but for what is quoted.
func readable(message string) string {
	var b strings.Builder
	for i, part := range strings.Split(message, `"`) {
		if i > 0 {
			b.WriteByte('"')
		}
		if i%2 == 1 {
			b.WriteString(part)
			continue
		}
		end := 0
		for _, at := range numbers.FindAllStringIndex(part, -1) {
			b.WriteString(part[end:at[0]])
			end = at[1]
			b.WriteString(readableNumber(part[at[0]:end], part[end:]))
		}
		b.WriteString(part[end:])
	}
	return b.String()
}

// readableNumber writes a match of numbers. It groups the digits of one that stands alone, and not
// those of a date.
func readableNumber(number, after string) string {
	digits := strings.TrimLeft(number, " \t\n(-")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1000 || after != "" && !strings.ContainsRune(" ,;:)", rune(after[0])) {
		return table.Readable(number)
	}
	return table.Readable(strings.TrimSuffix(number, digits)) + string(table.AppendGrouped(nil, n))
}

// sentence says what is wrong, without a full stop.
func sentence(b errorBody) string {
	text, label := readable(b.Message), views.Label(b.Field)
	if b.Field != "" && b.Field != views.FieldTableText { // whose errors are sentences
		text = label + " " + text
	}
	if b.RequestID != "" {
		text += " (request " + b.RequestID + ")"
	}
	if b.Field == "" || label != b.Field { // a name that is no word of the page stays as it was written
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	return text
}

// unmeasuredLab is what the page shows of a request, but for what is measured and drawn.
func (s *Server) unmeasuredLab(p pageRequest) views.Lab {
	return views.Lab{
		Lesson: p.lesson, Card: s.card(&p), Embed: s.embedOf(&p), Framable: len(s.config.FrameAncestors) > 0, Redraft: p.answer.redraft,
		State: p.State, Meta: p.meta, Recipe: p.recipe, Journal: p.journal, MostSteps: wire.MaxSteps, History: p.history, Pinned: p.pinned,
		Own: p.own, Choices: p.choices, Import: p.imported, Table: p.table, Words: p.words, Notebook: p.notes, Notice: p.notice, Kept: p.kept,
		Reshaped: p.answer.reshaped, ShowPinned: p.answer.pinned, ShowSets: p.answer.sets, ShowSource: p.answer.source, ShowOwn: p.answer.own, ShowLayer: p.answer.layer, Preview: p.answer.preview,
		Sharing: p.sharing, Unit: p.unit, Explaining: p.explaining, Unexplained: p.unexplained,
		Acts: viewedAct, Version: s.config.Version, Release: s.config.Release, Scriptless: s.config.Scriptless,
	}
}

// lab measures and draws a prepared state. Its metrics become the newest sample of the history,
// unless it is a moment of a run that has newer ones.
func (s *Server) lab(ctx context.Context, p pageRequest) (views.Lab, error) {
	lab := s.unmeasuredLab(p)
	err := s.computing(ctx, func(ctx context.Context) error {
		yield := yielding(ctx)
		model, err := nn.NewModel(p.State)
		if err != nil {
			return err
		}
		if err := paint(yield, &lab, model); err != nil {
			return err
		}
		if p.pinned != nil && p.answer.pinned {
			pinned, err := nn.NewModel(nn.State{Config: p.pinned.Config, Network: p.pinned.Network})
			if err != nil {
				return err
			}
			if p.pinned.Cells, err = paintPlane(yield, nil, pinned, p.choices.Hard); err != nil {
				return err
			}
		}
		if len(p.State.Data) == 0 {
			return nil
		}
		t, err := nn.NewTrainer(p.State)
		if err != nil {
			return err
		}
		t.SetYield(yield)
		metrics := t.Metrics()
		lab.Metrics = &metrics
		if g, run := p.goal(); len(g) > 0 {
			run.Metrics, run.Measured = metrics, true
			lab.Card.Goal = g.Check(&run)
		}
		lab.Measure(t)
		if !p.answer.preview || lab.History.Len() == 0 || slices.Max(lab.History.Step) <= p.State.Network.Step {
			lab.History.Add(p.State.Network.Step, p.State.Network.Epoch, metrics)
			if err := measureLayers(t, &lab.History); err != nil {
				return err
			}
			lab.Keep()
		}
		lab.Diagnosis = t.Diagnose(&lab.History)
		return t.Stopped()
	})
	if err != nil {
		return lab, err
	}
	if lab.Metrics == nil && !p.answer.preview {
		lab.History.Truncate(p.State.Network.Step + 1) // what came after it is of another run
	}
	if !p.meta.IsZero() {
		if err := marshal(&lab.JSON.Meta, p.meta); err != nil {
			return lab, err
		}
	}
	at := paced(ctx)
	lab.JSON.Network = string(wire.AppendNetwork(nil, p.State.Network, at))
	if err := at.Stopped(); err != nil {
		return lab, err
	}
	lab.JSON.Data = string(wire.AppendPoints(nil, p.State.Data))
	lab.JSON.History = string(wire.AppendHistory(nil, lab.History))
	err = marshal(&lab.JSON.Config, p.State.Config)
	return lab, err
}

// marshal sets dst to the JSON of a value.
func marshal(dst *string, value any) error {
	text, err := json.Marshal(value)
	*dst = string(text)
	return err
}

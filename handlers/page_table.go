package handlers

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// A rowEdit is done after the rows of a page have been taken into the points. It returns an act, or nil
// for none, the page to show, and what the act does.
type rowEdit func(s *Server, form url.Values, points []nn.Point, page int) (journal.Act, int, string, error)

// showTable shows a page of the points.
func showTable(_ *Server, _ context.Context, p *pageRequest, _ string) error {
	page, err := tablePage(p.form)
	if err == nil {
		p.table = views.NewTablePage(p.State, p.meta, page)
	}
	return err
}

// tablePage is the page of the table that a form asks for.
func tablePage(form url.Values) (page int, err error) {
	page = 1
	err = wire.FormInt(form, views.FieldTablePage, &page)
	return page, err
}

// editTable returns the act that takes the rows of the table into the points, makes a further
// change, or none if it is nil, and shows a page of the table.
func editTable(then rowEdit) func(*Server, context.Context, *pageRequest, string) error {
	return func(s *Server, ctx context.Context, p *pageRequest, _ string) error {
		page, err := tablePage(p.form)
		if err != nil {
			return err
		}
		shown := views.NewTablePage(p.State, p.meta, page)
		p.table, p.answer = shown, answerTable
		if p.form.Get(views.FieldTableOf) != shown.Of {
			p.notice = views.Notice{Text: "The points have changed since the table was shown. It shows them as they are; nothing was edited.", Problem: true}
			p.answer = answerTableEdited
			return nil
		}
		changed, err := readRows(*p, shown)
		if err != nil {
			return err
		}
		state, do := p.State, s.doing(ctx, p)
		var done []string
		if n := len(changed.Numbers); n > 0 {
			if state, err = do(state, changed); err != nil {
				return err
			}
			done = append(done, rowsDone("Changed", n))
		}
		page = shown.Page
		if then != nil {
			var act journal.Act
			var more string
			if act, page, more, err = then(s, p.form, state.Data, page); err != nil {
				return err
			}
			if act != nil {
				if state, err = do(state, act); err != nil {
					return err
				}
				done = append(done, more)
			}
		}
		p.setState(state, keepMeta)
		p.table = views.NewTablePage(p.State, p.meta, page)
		if len(done) > 0 {
			p.notice, p.answer = undoable("%s", strings.Join(done, " ")), answerTableEdited
		}
		return nil
	}
}

// turnPage goes to another page of the table.
func turnPage(by int) rowEdit {
	return func(_ *Server, _ url.Values, _ []nn.Point, page int) (journal.Act, int, string, error) {
		return nil, page + by, "", nil
	}
}

// addRow adds a point as the last row, and goes there.
func (s *Server) addRow(_ url.Values, points []nn.Point, page int) (journal.Act, int, string, error) {
	if len(points) >= s.config.MaxPoints {
		return nil, page, "", wire.TooLarge(views.FieldData, "must have at most %d points", s.config.MaxPoints)
	}
	added := journal.AddPoints{Points: []nn.Point{{}}}
	return added, math.MaxInt, fmt.Sprintf("Added row %s, in the middle of the plane.", views.Grouped(len(points)+1)), nil
}

// removeRows removes the rows that are marked.
func (s *Server) removeRows(form url.Values, points []nn.Point, page int) (journal.Act, int, string, error) {
	marked, err := markedRows(form, points)
	if err != nil || len(marked) == 0 {
		return nil, page, "", err
	}
	return journal.RemovePoints{Numbers: marked}, page, rowsDone("Removed", len(marked)), nil
}

func rowsDone(what string, n int) string {
	if n == 1 {
		return what + " 1 row."
	}
	return fmt.Sprintf("%s %d rows.", what, n)
}

// readRows returns the points that the rows of a page change. A row that says what it was shown
// with leaves its point as it is, to the last bit.
func readRows(p pageRequest, shown *views.TablePage) (changed journal.SetPoints, err error) {
	fields := []string{views.FieldRowX, views.FieldRowY, views.FieldRowLabel}
	for _, field := range fields {
		if n := len(p.form[field]); n != len(shown.Rows) {
			return changed, wire.Malformed(field, "must be given for each of the %d rows shown; got %d", len(shown.Rows), n)
		}
	}
	axes := []table.Axis{p.meta.Transform.X, p.meta.Transform.Y, p.meta.Transform.Label}
	for i, row := range shown.Rows {
		point := p.State.Data[row.Number-1]
		different := false
		for k, part := range []struct {
			was string
			dst *float64
		}{{row.X, &point.X}, {row.Y, &point.Y}, {row.Label, &point.Label}} {
			text := strings.TrimSpace(p.form[fields[k]][i])
			if text == part.was {
				continue
			}
			different = true
			if k == 2 && len(shown.Classes) > 0 {
				class, err := strconv.Atoi(text)
				if err != nil || class < 0 || class >= len(shown.Classes) {
					return changed, wire.Invalid(views.FieldTableOf, "row %d, %s: must be a class from 0 to %d; got %q", row.Number, shown.Headers[k], len(shown.Classes)-1, wire.Clip(text))
				}
				*part.dst = float64(class)
				continue
			}
			value, err := setting.ParseFloat(setting.DecimalPoint(text))
			if err != nil {
				return changed, wire.Malformed(views.FieldTableOf, "row %d, %s: %q is not a number", row.Number, shown.Headers[k], wire.Clip(text))
			}
			at := axes[k].Shown(value)
			if !(math.Abs(at) <= 1+edge) {
				low, high := axes[k].Text(-1), axes[k].Text(1)
				if axes[k].Scale < 0 {
					low, high = high, low
				}
				return changed, wire.Invalid(views.FieldTableOf, "row %d, %s: must be from %s to %s, the edges of the plane; got %s", row.Number, shown.Headers[k], low, high, wire.Clip(text))
			}
			*part.dst = max(-1, min(1, at)) + 0 // no negative zero
		}
		if different {
			changed.Numbers, changed.Points = append(changed.Numbers, row.Number-1), append(changed.Points, point)
		}
	}
	return changed, nil
}

// edge is by how much rounding may carry a value beyond the plane.
const edge = 1e-9

// markedRows returns the numbers of the points whose rows are marked, from 0.
func markedRows(form url.Values, points []nn.Point) ([]int, error) {
	var marked []int
	for _, text := range form[views.FieldRowRemove] {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > len(points) {
			return nil, wire.Invalid(views.FieldRowRemove, "must be the number of a row; got %q", wire.Clip(text))
		}
		marked = append(marked, n-1)
	}
	slices.Sort(marked)
	return slices.Compact(marked), nil
}

// pointsCSV answers POST /points.csv: the points of the page as a file, in the units that they came
// in.
func (s *Server) pointsCSV(c echo.Context) error {
	body, form, err := s.takeForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var p pageRequest
	if form == nil {
		p, err = s.decodePage(c, body)
	} else {
		form.Del(views.FieldControls) // they do not change the points
		p, err = s.decodePageForm(ctx, form)
	}
	if err != nil {
		return err
	}
	b := newAnswerBuffer(ctx)
	if err := table.WriteCSV(b, p.State.Data, p.State.Config.Task, p.meta); err != nil {
		return err
	}
	return answerFile(c, "nnvisu-points.csv", "text/csv; charset=utf-8", b.bytes)
}

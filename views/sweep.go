package views

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// A SweepAxis is a member that the runs of a sweep differ by.
type SweepAxis struct {
	Member *setting.Member
	Values []string // as [setting.Member.Text] writes them
}

// shown returns a value as people read it: a number with three digits.
func (a *SweepAxis) shown(i int) string {
	if v, err := strconv.ParseFloat(a.Values[i], 64); err == nil && a.Member.Kind == setting.Real {
		return axisNumber(v)
	}
	var c nn.Config
	_ = a.Member.Parse(&c, a.Values[i]) // it is the text of the table itself
	if text := a.Member.Shown(&c); text != "" {
		return text
	}
	return "none"
}

// named returns a value with what it is, for a sentence.
func (a *SweepAxis) named(i int) string {
	if a.Member.Name != FieldHiddenLayers {
		return a.Member.InText() + " " + a.shown(i)
	}
	if units, err := strconv.Atoi(a.Values[i]); err == nil {
		return counted(units, "hidden unit")
	}
	return "hidden layers " + a.shown(i)
}

// unit is what its numbers are, beside an axis.
func (a *SweepAxis) unit() string {
	if a.Member.Name == FieldHiddenLayers {
		return "hidden units"
	}
	return a.Member.InText()
}

// isSeed reports whether the runs differ by chance alone.
func (a *SweepAxis) isSeed() bool { return a.Member.Name == FieldSeed }

// numbers returns the values as numbers: of layers, the width of the only one. It returns nil where a
// value is no number.
func (a *SweepAxis) numbers() []float64 {
	if a.isSeed() || a.Member.Kind == setting.Word || len(a.Values) < 2 {
		return nil
	}
	all := make([]float64, len(a.Values))
	for i, text := range a.Values {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil { // several layers, or none
			return nil
		}
		all[i] = v
	}
	return all
}

// order returns the indexes of the values as a picture shows them: numbers from the lowest on, and words as
// they were given.
func (a *SweepAxis) order() []int {
	order := make([]int, len(a.Values))
	for i := range order {
		order[i] = i
	}
	if xs := a.numbers(); xs != nil {
		slices.SortFunc(order, func(i, k int) int { return cmp.Compare(xs[i], xs[k]) })
	}
	return order
}

// A SweepPage is the page of a sweep. Its runs come one after the other.
type SweepPage struct {
	Title, Question string      // of a ready sweep
	Release         string      // of the files of the page
	Steps           int         // of each run
	Axes            []SweepAxis // one or two, the first for the rows; none if the sweep cannot be made
	State           nn.State    // without a network
	JSON            StateJSON   // of its config, data and meta
	Journal         string      // that leads to these points
	Lesson          string      // of the page that asked, as FieldLesson has it
	Written         SweepForm
	Notice          Notice // why the sweep cannot be made
	Refusals        []Refusal
	Cells           []SweepCell // which are filled in as the runs are made
	Sent            int         // how many of them are on the page; the others may be under way
}

// A SweepForm is what the controls of a sweep hold.
type SweepForm struct{ Rows, RowValues, Columns, ColumnValues, Steps string }

// refusal returns what was wrong with the value of a control, or "".
func (s *SweepPage) refusal(control string) string {
	return refusalOf(s.Refusals, control)
}

// isTable reports whether the cells are a table: they have rows and columns.
func (s *SweepPage) isTable() bool { return len(s.Axes) == 2 }

// heading names what the runs differ by.
func (s *SweepPage) heading() string {
	if s.Title != "" {
		return s.Title
	}
	names := make([]string, len(s.Axes))
	for i, a := range s.Axes {
		names[i] = a.Member.Label
	}
	if len(names) == 0 {
		return "Many runs at once"
	}
	return strings.Join(names, " × ")
}

// told says what all runs have.
func (s *SweepPage) told() string {
	return fmt.Sprintf("%s of %s steps each, on the same %s.", counted(len(s.Cells), "run"), grouped(s.Steps), pointCount(s.pointed()))
}

// pointed returns the state whose points are drawn on each picture. Where each run holds out others, none
// is drawn as held out.
func (s *SweepPage) pointed() nn.State {
	state := s.State
	for _, a := range s.Axes {
		if a.isSeed() || a.Member.Name == FieldTestFraction {
			state.Config.TestFraction = 0
		}
	}
	return state
}

// bodyTag begins the body of the page. A table of many columns has the whole width.
func (s *SweepPage) bodyTag() string {
	if s.isTable() && len(s.Axes[1].Values) > mostBeside {
		return `<body class="sweep broad">`
	}
	return `<body class="sweep">`
}

// tableTag begins the table. Its style knows how many columns share the room, up to where it scrolls.
func (s *SweepPage) tableTag() string {
	return fmt.Sprintf(`<div class="sweep-scroll"><table class="sweep-cells of-%d">`, min(len(s.Axes[1].Values), mostShared))
}

// mostBeside is how many columns a table may have beside the answer.
const mostBeside = 6

// mostShared is how many columns share the room of a screen.
const mostShared = 12

// place returns the row and the column of a cell. Without columns each cell is a row.
func (s *SweepPage) place(cell int) (row, column int) {
	if !s.isTable() {
		return cell, 0
	}
	width := len(s.Axes[1].Values)
	return cell / width, cell % width
}

// values names the values of a cell.
func (s *SweepPage) values(cell int) string {
	row, column := s.place(cell)
	text := s.Axes[0].named(row)
	if s.isTable() {
		text += " and " + s.Axes[1].named(column)
	}
	return text
}

// CurveSamples returns how many samples of its curves each run needs: those of runs that differ by chance
// alone are compared.
func (s *SweepPage) CurveSamples() int {
	if len(s.Axes) == 1 && s.Axes[0].isSeed() && len(s.Axes[0].Values) > 1 {
		return min(s.Steps, sweepSamples)
	}
	return 0
}

// sweepSamples is the most samples of the curves of a run, but for the one at its beginning.
const sweepSamples = 60

// A SweepCell is a run of a sweep. It is empty until the run was made.
type SweepCell struct {
	Picture string // the address of what its network says over the plane
	Metrics nn.Metrics
	History nn.History // of [SweepPage.CurveSamples]
	State   string     // JSON of its config and network
	Problem string     // why there is no result; the rest is empty then
}

// result is what runs are compared by: the test loss where points are held out. It reports false where
// there is none.
func (c *SweepCell) result() (loss float64, ok bool) {
	if c.Problem != "" {
		return 0, false
	}
	loss = c.Metrics.Loss
	if c.Metrics.TestLoss != nil {
		loss = *c.Metrics.TestLoss
	}
	return loss, loss < math.MaxFloat64
}

// runID is the id of what shows a run.
func runID(cell int) string { return "run-" + strconv.Itoa(cell) }

// made returns the cells that are on the page.
func (s *SweepPage) made() []SweepCell { return s.Cells[:s.Sent] }

// measure names what runs are compared by.
func (s *SweepPage) measure() string {
	if slices.ContainsFunc(s.made(), func(c SweepCell) bool { return c.Metrics.TestLoss != nil }) {
		return "test loss"
	}
	return "train loss"
}

// isBest reports whether a run is better than all before it.
func (s *SweepPage) isBest(cell int) bool {
	loss, ok := s.Cells[cell].result()
	for i := range s.Cells[:cell] {
		if before, made := s.Cells[i].result(); made && before <= loss {
			return false
		}
	}
	return ok
}

// Drop forgets of a run that was sent what is large, but for the state of the best so far.
func (s *SweepPage) Drop(cell int) {
	s.Cells[cell].Picture = ""
	if !s.isBest(cell) {
		s.Cells[cell].State = ""
		return
	}
	for i := range s.Cells[:cell] {
		s.Cells[i].State = ""
	}
}

// SweepMembers returns the members that a sweep of the page may go over.
func SweepMembers() []*setting.Member {
	var all []*setting.Member
	for m := range setting.All() {
		if !m.ByData {
			all = append(all, m)
		}
	}
	return all
}

// percentOf writes an accuracy, or nothing where there is none.
func percentOf(v *float64) string {
	if v == nil {
		return ""
	}
	return percent(v)
}

// ended says that no more runs come.
func (s *SweepPage) ended(problem string) string {
	if problem != "" {
		return grouped(s.Sent) + " of " + grouped(len(s.Cells))
	}
	return "All " + counted(s.Sent, "run")
}

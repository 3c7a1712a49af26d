package views

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// ImportForm holds the values of the import's controls.
type ImportForm struct {
	File    string // the bytes of a file, which is read in place of the text; "" for none
	Text    string // the text as it was written, or the text of the file
	Options table.Options
	X, Y    string // names of columns, or "" for a guess
	Label   string
	Task    nn.Task // or "" for a guess
	Scaling table.Scaling
	Sample  bool
	Preview *ImportPreview // nil where none was asked for
}

// shownText is the most bytes of a file's text that an answer to the script brings back.
const shownText = 256 << 10

// shown returns the form as the script gets it back: without the text of a long file. The script has
// the file itself.
func (f ImportForm) shown() ImportForm {
	if len(f.Text) > shownText {
		f.Text = ""
	}
	return f
}

// ImportPreview is the result that an import would have, or the reason why it cannot be made.
type ImportPreview struct {
	Problem string
	Line    int    // the line with the problem, from 1, or 0
	Quoted  string // that line

	Columns   []PreviewColumn // empty where the text is no table
	Rows      [][]string      // the first ones
	MoreRows  int
	MoreCols  int
	Summary   string
	Sentences []string
	Classes   []ClassCount
	Groups    []PointGroup

	Decisions []table.Decision
}

// PreviewColumn is a column of the table and its role: x, y, label or none.
type PreviewColumn struct{ Name, Role string }

// ClassCount is a class with its number of points.
type ClassCount struct {
	Swatch
	Count int
}

const (
	previewRows    = 8
	previewColumns = 12
	previewCell    = 60 // characters of a cell
	previewLine    = 120
	previewRadius  = 0.05
)

// NewImportPreview shows the results of table.Parse and table.Convert. Where Parse failed t has no
// rows, and where one of them failed m is empty.
func NewImportPreview(t table.Table, m table.Import, err error) *ImportPreview {
	p := &ImportPreview{Decisions: slices.Concat(t.Decisions, m.Decisions)}
	for i, c := range t.Columns {
		column := PreviewColumn{Name: c.Name}
		if err == nil {
			switch i {
			case m.X:
				column.Role = "x"
			case m.Y:
				column.Role = "y"
			case m.Label:
				column.Role = "label"
			}
		}
		p.Columns = append(p.Columns, column)
	}
	p.MoreCols = max(0, len(t.Columns)-previewColumns)
	p.MoreRows = max(0, len(t.Rows)-previewRows)
	for _, row := range t.Rows[:len(t.Rows)-p.MoreRows] {
		cells := slices.Clone(row.Cells[:len(row.Cells)-p.MoreCols])
		for i := range cells {
			cells[i] = shorten(cells[i], previewCell)
		}
		p.Rows = append(p.Rows, cells)
	}
	if err != nil {
		p.Problem = upperFirst(err.Error())
		var at *table.Error
		if errors.As(err, &at) && at.Line > 0 {
			p.Line, p.Quoted = at.Line, shorten(t.Line(at.Line), previewLine)
		}
		return p
	}
	p.Summary = importCount(m) + "."
	for _, a := range []struct {
		table.Axis
		role string
	}{{m.Transform.X, "x"}, {m.Transform.Y, "y"}, {m.Transform.Label, "label"}} {
		p.Sentences = append(p.Sentences, a.Sentence(a.role))
	}
	p.Groups = group(m.Points, m.Task, make([]bool, len(m.Points)), previewRadius)
	if m.Task == nn.Classification {
		counts := make([]int, importClasses(m))
		for _, point := range m.Points {
			counts[int(point.Label)]++
		}
		swatches := Swatches(nn.Config{Task: m.Task, Classes: len(counts)}, m.Meta)
		for k, n := range counts {
			swatches[k].Label = ClassName(m.Meta, k)
			p.Classes = append(p.Classes, ClassCount{swatches[k], n})
		}
	}
	return p
}

// shownColumns returns the columns that fit into the preview.
func (p *ImportPreview) shownColumns() []PreviewColumn { return p.Columns[:len(p.Columns)-p.MoreCols] }

// decision returns what was decided under a name, or nil.
func (p *ImportPreview) decision(name string) *table.Decision {
	if p == nil {
		return nil
	}
	for i := range p.Decisions {
		if p.Decisions[i].Name == name {
			return &p.Decisions[i]
		}
	}
	return nil
}

// notes returns sentences about what was decided and cannot be changed, such as which rows were left
// out.
func (p *ImportPreview) notes() []string {
	var notes []string
	for _, d := range p.Decisions {
		if len(d.Choices) == 0 && d.Says != "" {
			notes = append(notes, upperFirst(d.String())+".")
		}
	}
	return notes
}

// An importControl is a control of the import with what was decided about it.
type importControl struct {
	Field, Label string
	Options      []choice
	Value        string // "" leaves it to the reader
	Reason       string // why the reader decided as it did; may be ""
}

// control returns a control whose first option leaves it to the reader, and says what that decides.
func (f ImportForm) control(name, label, value string, options []choice) importControl {
	c := importControl{Field: TableField(name), Label: label, Value: value}
	automatic := "Automatic"
	if d := f.Preview.decision(name); d != nil && !d.Asked {
		decided := d.Says
		for _, o := range options {
			if o.Value == d.Value {
				decided = o.Label
			}
		}
		if decided != "" {
			automatic = "Auto: " + table.Isolated(decided)
		}
		c.Reason = d.Reason
	}
	c.Options = append([]choice{{"", automatic}}, options...)
	return c
}

// columnControls say what becomes of the columns.
func (f ImportForm) columnControls() []importControl {
	var columns, tasks []choice
	if f.Preview != nil {
		for _, c := range f.Preview.Columns {
			columns = append(columns, choice{c.Name, c.Name})
		}
	}
	for _, c := range setting.Lookup(FieldTask).Choices {
		tasks = append(tasks, choice{c.Value, c.Label})
	}
	return []importControl{
		f.control("x", importLabels[FieldTableX], f.X, columns),
		f.control("y", importLabels[FieldTableY], f.Y, columns),
		f.control("label", importLabels[FieldTableLabel], f.Label, columns),
		f.control("task", importLabels[FieldTableTask], string(f.Task), tasks),
		{Field: FieldTableScaling, Label: importLabels[FieldTableScaling], Options: choices(table.Scalings(), scalingLabels), Value: string(f.Scaling)},
	}
}

// readingControls say how the text is read.
func (f ImportForm) readingControls() []importControl {
	var controls []importControl
	for _, o := range table.AllOptions() {
		var options []choice
		for _, v := range o.Choices {
			options = append(options, choice(v))
		}
		controls = append(controls, f.control(o.Name, o.Label, o.Of(f.Options), options))
	}
	return controls
}

// onlyForFile reports whether a control is of no use for a text that was written. Without script a
// file may come next.
func (f ImportForm) onlyForFile(c importControl) bool {
	return c.Field == TableField("encoding") && f.File == ""
}

// importClasses returns the number of classes of an import, including classes without a point.
func importClasses(m table.Import) int {
	n := len(m.Classes)
	for _, p := range m.Points {
		n = max(n, int(p.Label)+1)
	}
	return n
}

// importCount says how many points an import has, and how many classes.
func importCount(m table.Import) string {
	text := counted(len(m.Points), "point")
	if m.Task == nn.Classification {
		text += " in " + plural(importClasses(m), "class", "classes")
	}
	return text
}

// ImportSummary says in words which rows an import took and which it left out.
func ImportSummary(m table.Import) string {
	text := importCount(m) + fmt.Sprintf(" from %s, %s and %s.",
		table.Isolated(m.Transform.X.Name), table.Isolated(m.Transform.Y.Name), table.Isolated(m.Transform.Label.Name))
	if m.Unsampled > 0 {
		shares := ""
		if m.Task == nn.Classification {
			shares = ", in which each class has its share"
		}
		text += fmt.Sprintf(" A sample of %s rows%s.", grouped(len(m.Points)+m.Unsampled), shares)
	}
	if m.LeftOut > 0 {
		text += " " + plural(m.LeftOut, "row", "rows") + " with a missing value left out."
	}
	for _, name := range m.Constant {
		text += fmt.Sprintf(" %s holds one value only: its points are at 0.", table.Isolated(name))
	}
	return text
}

var scalingLabels = map[table.Scaling]string{table.ScalingFit: "Each axis to −1 … 1", table.ScalingSame: "Both axes alike", table.ScalingNone: "None"}

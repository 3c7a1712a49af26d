package views

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"nnvisu/nn"
	"nnvisu/nn/setting"
	"nnvisu/nn/table"
)

// className returns the name of a class, or its number where it has none. It can be written
// anywhere in a text: see isolated.
func className(m table.Meta, k int) string {
	if name := m.Class(k); name != "" {
		return isolated(name)
	}
	return "class " + strconv.Itoa(k)
}

// ImportForm holds the values of the import's controls.
type ImportForm struct {
	Text      string
	Header    table.Header
	Separator table.Separator
	X, Y      string // names of columns, or "" for a guess
	Label     string
	Task      nn.Task // or "" for a guess
	Scaling   table.Scaling
	Sample    bool
	Preview   *ImportPreview // nil where none was asked for
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
}

// PreviewColumn is a column of the table and its role: x, y, label or none.
type PreviewColumn struct{ Name, Role string }

// ClassCount is a class with its number of points.
type ClassCount struct {
	Swatch
	Count int
}

const (
	previewRows    = 5
	previewColumns = 12
	previewCell    = 30 // characters of a cell
	previewLine    = 120
	previewRadius  = 0.05
)

// NewImportPreview shows the results of table.Parse and table.Convert. t is empty where Parse
// failed, m where Convert failed.
func NewImportPreview(text string, t table.Table, m table.Import, err error) *ImportPreview {
	p := &ImportPreview{}
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
			p.Line, p.Quoted = at.Line, quoteLine(text, at.Line)
		}
		return p
	}
	p.Summary = ImportSummary(m)
	p.Sentences = []string{m.Transform.X.Sentence("x"), m.Transform.Y.Sentence("y"), m.Transform.Label.Sentence("label")}
	p.Groups = group(m.Points, m.Task, make([]bool, len(m.Points)), previewRadius)
	if m.Task == nn.Classification {
		counts := make([]int, importClasses(m))
		for _, point := range m.Points {
			counts[int(point.Label)]++
		}
		swatches := Swatches(nn.Config{Task: m.Task, Classes: len(counts)}, m.Meta)
		for k, n := range counts {
			swatches[k].Label = className(m.Meta, k)
			p.Classes = append(p.Classes, ClassCount{swatches[k], n})
		}
	}
	return p
}

// importClasses returns the number of classes of an import, including classes without a point.
func importClasses(m table.Import) int {
	n := len(m.Classes)
	for _, p := range m.Points {
		n = max(n, int(p.Label)+1)
	}
	return n
}

// ImportSummary says in words which rows an import took and which it left out.
func ImportSummary(m table.Import) string {
	text := counted(len(m.Points), "point")
	if m.Task == nn.Classification {
		text += " in " + plural(importClasses(m), "class", "classes")
	}
	text += fmt.Sprintf(" from %s, %s and %s.", m.Transform.X.Name, m.Transform.Y.Name, m.Transform.Label.Name)
	if m.Unsampled > 0 {
		text += fmt.Sprintf(" An even sample of %s rows.", grouped(len(m.Points)+m.Unsampled))
	}
	if m.LeftOut > 0 {
		text += " " + plural(m.LeftOut, "row", "rows") + " with a missing value left out."
	}
	for _, name := range m.Constant {
		text += fmt.Sprintf(" %s holds one value only: its points are at 0.", upperFirst(name))
	}
	return text
}

func counted(n int, thing string) string { return plural(n, thing, thing+"s") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// isolated returns a name that does not change the order of the text around it: one with letters
// that run from right to left gets the characters FSI and PDI around it (Unicode Standard Annex 9).
func isolated(name string) string {
	if strings.IndexFunc(name, runsLeft) < 0 {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// runsLeft reports whether a character is of a block of scripts that run from right to left.
func runsLeft(r rune) bool {
	return r >= 0x590 && r <= 0x8ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// shorten looks at no more of a text than it keeps.
func shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// quoteLine returns line n of a text. Lines count from 1, as for table.Parse.
func quoteLine(text string, n int) string {
	from := 0
	for at := 0; at <= len(text); at++ {
		if at < len(text) && text[at] != '\n' && text[at] != '\r' {
			continue
		}
		if n--; n == 0 {
			return strings.ToValidUTF8(shorten(text[from:at], previewLine), "\ufffd")
		}
		if strings.HasPrefix(text[at:], "\r\n") {
			at++
		}
		from = at + 1
	}
	return ""
}

// columnChoices returns the choices of a column for x, y or label.
func columnChoices(p *ImportPreview) []choice {
	options := []choice{{"", "Automatic"}}
	if p != nil {
		for _, c := range p.Columns {
			options = append(options, choice{c.Name, c.Name})
		}
	}
	return options
}

// shownColumns returns the columns that fit into the preview.
func (p *ImportPreview) shownColumns() []PreviewColumn { return p.Columns[:len(p.Columns)-p.MoreCols] }

var (
	headerLabels    = map[table.Header]string{table.HeaderAuto: "Automatic", table.HeaderYes: "First row", table.HeaderNo: "None"}
	separatorLabels = map[table.Separator]string{table.SeparatorAuto: "Automatic", table.Tab: "Tab", table.Semicolon: "Semicolon ;", table.Bar: "Bar |", table.Comma: "Comma ,", table.Space: "Spaces"}
	scalingLabels   = map[table.Scaling]string{table.ScalingFit: "Each axis to −1 … 1", table.ScalingSame: "Both axes alike", table.ScalingNone: "None"}
)

// importTasks are the choices of a task. The first leaves it to a guess.
func importTasks() []choice {
	options := []choice{{"", "Automatic"}}
	for _, c := range setting.Lookup(FieldTask).Choices {
		options = append(options, choice{c.Value, c.Label})
	}
	return options
}

// TableRows is the number of points on a page of the table.
const TableRows = 50

// TablePage is a page of the table of points, in the units of the imported table.
type TablePage struct {
	Of      string // the fingerprint of the points: see TableOf
	Page    int    // from 1
	Pages   int    // at least 1
	Headers []string
	Says    []string // sentences about the units
	Rows    []TableRow
	Classes []choice // empty where labels are values
}

// TableRow is a point. Label is a class number or, for regression, a value.
type TableRow struct {
	Number      int // from 1
	X, Y, Label string
}

// NewTablePage returns a page of a prepared state's points. A number beyond the first or last page
// stands for that page.
func NewTablePage(s nn.State, m table.Meta, page int) *TablePage {
	t := &TablePage{Of: TableOf(s, m), Pages: max(1, (len(s.Data)+TableRows-1)/TableRows)}
	t.Page = max(1, min(page, t.Pages))
	for _, a := range []struct {
		table.Axis
		name string
	}{{m.Transform.X, "x"}, {m.Transform.Y, "y"}, {m.Transform.Label, "label"}} {
		if !a.IsIdentity() {
			t.Says = append(t.Says, a.Sentence(a.name))
		}
		if a.Name != "" {
			a.name = a.Name
		}
		t.Headers = append(t.Headers, a.name)
	}
	if s.Config.Task == nn.Classification {
		for k := range s.Config.Classes {
			t.Classes = append(t.Classes, choice{strconv.Itoa(k), upperFirst(className(m, k))})
			if name := m.Class(k); name != "" {
				t.Classes[k].Label = name // unchanged
			}
		}
	}
	first := (t.Page - 1) * TableRows
	for i, p := range s.Data[first:min(first+TableRows, len(s.Data))] {
		row := TableRow{Number: first + i + 1, X: m.Transform.X.Text(p.X), Y: m.Transform.Y.Text(p.Y)}
		if s.Config.Task == nn.Classification {
			row.Label = strconv.Itoa(int(p.Label))
		} else {
			row.Label = m.Transform.Label.Text(p.Label)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// TableOf returns a fingerprint of the points and units that a table shows. It tells whether rows
// that the page posts belong to the current points.
func TableOf(s nn.State, m table.Meta) string {
	hash := fnv.New64a()
	put := func(values ...float64) {
		for _, v := range values {
			var bytes [8]byte
			for i, bits := 0, math.Float64bits(v); i < 8; i, bits = i+1, bits>>8 {
				bytes[i] = byte(bits)
			}
			_, _ = hash.Write(bytes[:]) // cannot fail
		}
	}
	for _, a := range []table.Axis{m.Transform.X, m.Transform.Y, m.Transform.Label} {
		put(a.Scale, a.Offset)
	}
	put(float64(len(s.Config.Task)), float64(s.Config.Classes))
	for _, p := range s.Data {
		put(p.X, p.Y, p.Label)
	}
	return strconv.FormatUint(hash.Sum64(), 16)
}

// rowLabel names a control of a row for screen readers.
func rowLabel(row TableRow, header string) string {
	return fmt.Sprintf("Row %d, %s", row.Number, header)
}

// rowID returns the id of a control of a row. With it the control keeps the focus when the row is
// replaced.
func rowID(row TableRow, part string) string { return fmt.Sprintf("row-%d-%s", row.Number, part) }

package views

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// ClassName returns the name of a class, or its number where it has none. It can be written
// anywhere in a text: see isolated.
func ClassName(m table.Meta, k int) string {
	if name := m.Class(k); name != "" {
		return table.Isolated(name)
	}
	return "class " + strconv.Itoa(k)
}

// classTitle is ClassName at the beginning of a sentence. A name stays as it was given: two may differ
// in nothing but their first letter's case.
func classTitle(m table.Meta, k int) string {
	if m.Class(k) != "" {
		return ClassName(m, k)
	}
	return upperFirst(ClassName(m, k))
}

func counted(n int, thing string) string { return plural(n, thing, thing+"s") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
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
			a.name = table.Isolated(a.Name)
		}
		t.Headers = append(t.Headers, a.name)
	}
	if s.Config.Task == nn.Classification {
		for k := range s.Config.Classes {
			t.Classes = append(t.Classes, choice{strconv.Itoa(k), upperFirst(ClassName(m, k))})
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

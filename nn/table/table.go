package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// Limits on tables. They bound the memory that a text can take, and what can be shown of it.
const (
	MaxCells   = 1 << 20
	MaxColumns = 1000
	MaxLine    = 1 << 20 // bytes of a line of cells; JSON may stand in one line
)

// A Table is rows of cells, all of the same length.
type Table struct {
	Columns []Column
	Rows    []Row
	Header  bool // the names of the columns were in the text
	JSON    bool
	// Separator is the separator of the cells; "" for JSON.
	Separator string
	// Skipped counts the lines that are neither rows nor names of columns.
	Skipped Skipped
	// Decisions are what was decided, in the order of the page. Parse returns them besides an error
	// too, as far as it came.
	Decisions []Decision

	text    string // as it was decoded
	comment bool   // the header was a comment
}

// A Column describes the cells of one column.
type Column struct {
	Name    string // unique and not empty within the table
	Numeric bool   // every cell is a number or missing, and one at least is a number

	survey
}

// A Row is one row of cells, with the space around them trimmed.
type Row struct {
	Line  int // of the text, from 1
	Cells []string
}

// Parse reads a table from the bytes of a file. What the options leave open it decides once for the
// whole file, from all of its rows, and says why. Text that looks like JSON or ARFF is read as such
// unless a separator is asked for. Any other text is lines of cells.
//
// Lines count from 1. Any line ending is accepted. Empty lines are skipped. No row is dropped: a text
// whose rows are of different lengths is an error.
func Parse(data []byte, o Options) (Table, error) {
	p := pace.New(o.Yield)
	t, err := parse(data, o, p)
	if p.Stopped() != nil {
		return Table{}, p.Stopped()
	}
	if err != nil {
		return Table{Decisions: t.Decisions, text: t.text}, err
	}
	return t, nil
}

func parse(data []byte, o Options, p *pace.Pace) (t Table, err error) {
	if err := o.check(); err != nil {
		return t, err
	}
	if t.text, err = t.decode(data, o.Encoding, p); err != nil {
		return t, err
	}
	if strings.TrimSpace(t.text) == "" {
		return t, errorAt(0, "", "there is no text")
	}
	format := lines
	if o.Separator == "" {
		format = formatOf(t.text)
	}
	named, lines, err := format(&t, o, p)
	if err != nil {
		return t, err
	}
	if len(t.Rows) == 0 {
		return t, errorAt(0, "", "the table has no row of data")
	}
	if err := t.describe(o, named, lines, p); err != nil {
		return t, err
	}
	slices.SortStableFunc(t.Decisions, func(a, b Decision) int { return order(a) - order(b) })
	return t, nil
}

// describe finds out what there is to know of the columns.
func (t *Table) describe(o Options, named bool, r *lineReader, p *pace.Pace) error {
	if !named {
		t.Columns = make([]Column, len(t.Rows[0].Cells))
	}
	comma, reason := t.weighDecimal(o.Decimal, t.JSON || named, p)
	rest := t.Rows
	if !named {
		rest = t.Rows[1:]
	}
	for _, row := range rest {
		if !p.Count(cellWork * len(row.Cells)) {
			return p.Stopped()
		}
		for i := range row.Cells {
			t.Columns[i].add(row, i)
		}
	}
	if !named {
		t.decideHeader(r, o.Header)
	}
	if len(t.Rows) == 0 {
		return errorAt(0, "", "the table has no row of data")
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		c.Numeric = c.numbers > 0 && c.numbers == c.filled
	}
	t.dropEmpty(p)
	switch n := len(t.Columns); {
	case n == 0:
		return errorAt(0, "", "every cell of the table is empty")
	case n > MaxColumns:
		return errorAt(0, "",
			"the table has %d columns; at most %d can be read. Only three are needed: x, y and label",
			n, MaxColumns)
	}
	t.takeRoles()
	t.nameColumns()
	t.sayDecimal(o.Decimal, comma, reason)
	return nil
}

// Text returns the text as it was decoded. It is there besides an error of the table too.
func (t Table) Text() string { return t.text }

// Line returns a line of the text as it was decoded, from 1, or "". It is there besides an error too.
func (t Table) Line(n int) string {
	for line := range strings.Lines(t.text) {
		if n--; n == 0 {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}

// dropEmpty removes columns without a name and without a filled cell. Separators at the ends of
// lines make such columns.
func (t *Table) dropEmpty(p *pace.Pace) {
	var keep []int
	for i, c := range t.Columns {
		if c.Name != "" || c.filled > 0 || !emptyColumn(t.Rows, i, p) {
			keep = append(keep, i)
		}
	}
	if len(keep) == len(t.Columns) {
		return
	}
	columns := make([]Column, len(keep))
	for to, from := range keep {
		columns[to] = t.Columns[from]
	}
	t.Columns = columns
	for r, row := range t.Rows {
		if !p.Count(cellWork * len(keep)) {
			return
		}
		cells := make([]string, len(keep))
		for to, from := range keep {
			cells[to] = row.Cells[from]
		}
		t.Rows[r].Cells = cells
	}
}

// emptyColumn reports whether a column has no cell with anything in it.
func emptyColumn(rows []Row, column int, p *pace.Pace) bool {
	for _, row := range rows {
		if row.Cells[column] != "" || !p.Count(1) {
			return false
		}
	}
	return true
}

// nameColumns gives every column a unique name. It takes time in proportion to the number of columns:
// a number that was tried for a name is not tried for it again.
func (t *Table) nameColumns() {
	taken := map[string]bool{}
	last := map[string]int{} // the last number that was tried for a name
	for i := range t.Columns {
		name := clip(normal(t.Columns[i].Name))
		switch {
		case name == "" && t.Header && i == 0:
			name = "index" // as programs leave it that number the rows
		case name == "":
			name = fmt.Sprintf("column %d", i+1)
		}
		unique := name
		for n := max(2, last[name]+1); taken[unique]; n++ {
			unique = fmt.Sprintf("%s (%d)", name, n)
			last[name] = n
		}
		taken[unique] = true
		t.Columns[i].Name = unique
	}
}

// find returns the column of a name, or -1.
func (t Table) find(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// Has reports whether there is a column of this name.
func (t Table) Has(name string) bool { return t.find(name) >= 0 }

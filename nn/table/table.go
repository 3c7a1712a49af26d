package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"nnvisu/nn/pace"
)

// Limits on tables. They bound the memory that a text can take, and what can be shown of it.
const (
	MaxCells   = 1 << 20
	MaxColumns = 1000
	MaxLine    = 1 << 20 // bytes of a line of cells; JSON may stand in one line
)

// separators is in the order in which they are tried. Comma and space come last: a comma may be
// part of a number, a space part of a name.
var separators = []struct {
	name string
	char rune
}{{Tab, '\t'}, {Semicolon, ';'}, {Bar, '|'}, {Comma, ','}, {Space, ' '}}

// A Table is rows of cells, all of the same length.
type Table struct {
	Columns []Column
	Rows    []Row
	Header  bool // the names of the columns were in the text
	JSON    bool
	// Separator is the separator of the cells; "" for JSON.
	Separator string
	// Decisions are what was decided, in the order of the page. Parse returns them besides an error
	// too, as far as it came.
	Decisions []Decision

	text string // as it was decoded
}

// A Column describes the cells of one column.
type Column struct {
	Name    string // unique and not empty within the table
	Numeric bool   // every cell is a number or missing, and one at least is a number

	filled, numbers int
}

// mostlyNumbers reports whether more than half of the cells that are not missing are numbers: then
// the others are likely mistakes.
func (c Column) mostlyNumbers() bool { return 2*c.numbers > c.filled }

// A Row is one row of cells, with the space around them trimmed.
type Row struct {
	Line  int // of the text, from 1
	Cells []string
}

// Parse reads a table from the bytes of a file. Text that begins with [ or { is JSON, unless a
// separator is given: a list of objects, whose members are the columns; a list of lists; or an object
// with such a list as its member data, like the answer of GET /data. Any other text is lines of cells.
//
// Lines count from 1. Any line ending and a byte order mark are accepted. Empty lines are skipped.
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
	text := cleaned(string(data), p)
	t.text = text
	t.decide("encoding", UTF8, o.Encoding != "", "UTF-8", "")
	begins := strings.TrimSpace(text)
	if begins == "" {
		return t, errorAt(0, "", "there is no text")
	}
	named := false
	if o.Separator == "" && (begins[0] == '[' || begins[0] == '{') {
		t.JSON = true
		named, err = t.readJSON(text, p)
	} else {
		err = t.readLines(text, o.Separator, p)
		t.decide("separator", t.Separator, o.Separator != "", t.Separator, "")
		t.decide("decimal", DecimalPoint, o.Decimal != "", "decimal point", "")
	}
	if err != nil {
		return t, err
	}
	if !named && len(t.Rows) > 0 {
		t.takeHeader(o.Header, p)
		t.decide("header", HeaderYes, o.Header != "", "names of columns", "in line 1")
	}
	if len(t.Rows) == 0 {
		return t, errorAt(0, "", "the table has no row of data")
	}
	t.countNumbers(p)
	t.dropEmpty(p)
	switch n := len(t.Columns); {
	case n == 0:
		return t, errorAt(0, "", "every cell of the table is empty")
	case n > MaxColumns:
		return t, errorAt(0, "",
			"the table has %d columns; at most %d can be read. Only three are needed: x, y and label",
			n, MaxColumns)
	}
	t.nameColumns()
	return t, nil
}

// Line returns a line of the text as it was decoded, from 1, or "". It is there besides an error too.
func (t Table) Line(n int) string {
	for line := range strings.Lines(t.text) {
		if n--; n == 0 {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}

// takeHeader makes the columns. It takes their names from the first row if that is a header.
func (t *Table) takeHeader(h string, p *pace.Pace) {
	t.Header = h == HeaderYes || h == "" && t.looksLikeHeader(t.Rows[0].Cells, p)
	t.Columns = make([]Column, len(t.Rows[0].Cells))
	if t.Header {
		for i, name := range t.Rows[0].Cells {
			t.Columns[i].Name = name
		}
		t.Rows = t.Rows[1:]
	}
}

func (t *Table) looksLikeHeader(cells []string, p *pace.Pace) bool {
	names := false
	for _, cell := range cells {
		if _, number := t.number(cell); number || cell != "" && missing(cell) || !p.Count(cellWork) {
			return false
		}
		names = names || cell != ""
	}
	return names
}

func (t *Table) countNumbers(p *pace.Pace) {
	for i := range t.Columns {
		c := &t.Columns[i]
		for _, row := range t.Rows {
			cell := row.Cells[i]
			if !p.Count(cellWork) {
				return
			}
			if missing(cell) {
				continue
			}
			c.filled++
			if _, ok := t.number(cell); ok {
				c.numbers++
			}
		}
		c.Numeric = c.numbers > 0 && c.numbers == c.filled
	}
}

// dropEmpty removes columns without a name and without a filled cell. Separators at the ends of
// lines make such columns.
func (t *Table) dropEmpty(p *pace.Pace) {
	var keep []int
	for i, c := range t.Columns {
		if c.Name != "" || c.filled > 0 {
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

// nameColumns gives every column a unique name. It takes time in proportion to the number of columns:
// a number that was tried for a name is not tried for it again.
func (t *Table) nameColumns() {
	taken := map[string]bool{}
	last := map[string]int{} // the last number that was tried for a name
	for i := range t.Columns {
		name := clip(t.Columns[i].Name)
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

// missing reports whether a cell stands for a missing value.
func missing(cell string) bool {
	switch len(cell) {
	case 0:
		return true
	case 1:
		return cell == "?"
	case 2, 3, 4:
		switch strings.ToLower(cell) {
		case "na", "n/a", "nan", "null":
			return true
		}
	}
	return false
}

// number reads a cell as a number. The minus may be typographic (U+2212).
func (t *Table) number(cell string) (float64, bool) {
	if t.Separator == Semicolon && strings.Count(cell, ",") == 1 && !strings.Contains(cell, ".") {
		cell = strings.Replace(cell, ",", ".", 1)
	}
	return parseNumber(cell)
}

// parseNumber reads a decimal number. Go's own syntax takes more: hexadecimal numbers, underscores,
// names of infinity.
func parseNumber(text string) (float64, bool) {
	text = strings.Replace(text, "−", "-", 1)
	if text == "" || strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v + 0, err == nil && !math.IsInf(v, 0) // no negative zero
}

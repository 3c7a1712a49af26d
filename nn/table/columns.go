package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// Names that columns are recognised by, in lower case.
var (
	labelNames = []string{
		"label", "labels", "class", "classes", "target", "species", "category", "variety", "outcome", "diagnosis",
		"group", "kind", "type", "cluster", "klasse", "gruppe", "kategorie", "art", "sorte", "typ",
		"classe", "groupe", "catégorie", "espèce", "clase", "grupo", "categoría", "especie", "gruppo", "categoria",
	}
	indexNames = []string{"index", "id", "nr", "nr.", "no", "no.", "#", "row", "rownames", "row names", "name", "unnamed: 0"}
	placeNames = []string{"x", "y", "x1", "x2", "z"}
)

// isKnown reports whether a cell is a usual name of a column.
func isKnown(cell string) bool {
	if len(cell) > MaxName {
		return false
	}
	cell = strings.ToLower(cell)
	return slices.Contains(labelNames, cell) || slices.Contains(indexNames, cell) || slices.Contains(placeNames, cell)
}

// The role that a name gives to a column: see WriteCSV.
type role string

const (
	roleX     role = "(x)"
	roleY     role = "(y)"
	roleClass role = "(class)"
	roleValue role = "(value)"
)

// takeRoles takes the roles from the names of columns, if there is one column for each of x, y and
// label. The roles are no part of the names.
func (t *Table) takeRoles() {
	var roles [3]role
	at := [3]int{-1, -1, -1}
	for i, c := range t.Columns {
		for k, names := range [3][]role{{roleX}, {roleY}, {roleClass, roleValue}} {
			for _, r := range names {
				if !strings.HasSuffix(c.Name, " "+string(r)) {
					continue
				}
				if at[k] >= 0 {
					return
				}
				at[k], roles[k] = i, r
			}
		}
	}
	if slices.Contains(at[:], -1) {
		return
	}
	for k, i := range at {
		t.Columns[i].role = roles[k]
		t.Columns[i].Name = strings.TrimSuffix(t.Columns[i].Name, " "+string(roles[k]))
	}
}

// chooseColumns sets the indices of the three columns.
func (m *Import) chooseColumns(t Table, c Choice, p *pace.Pace) error {
	if len(t.Columns) < 3 {
		return errorAt(0, "", "the table has %s; x, y and label need one each",
			count(len(t.Columns), "column"))
	}
	f := finder{Table: t, m: m}
	m.X, m.Y, m.Label = -1, -1, -1
	for k, name := range []string{c.X, c.Y, c.Label} {
		if name == "" {
			continue
		}
		f.asked[k] = true
		if *f.place(k) = t.find(name); *f.place(k) < 0 {
			return errorAt(0, "", "there is no column %s", inQuotes(clip(name)))
		}
	}
	f.byName()
	if f.byCells(); m.Label < 0 {
		return errorAt(0, "", "the table has no column for the label besides %s and %s, and %s, which numbers the rows; "+
			"choose one", inQuotes(t.Columns[max(0, m.X)].Name), inQuotes(t.Columns[max(0, m.Y)].Name), inQuotes(t.Columns[f.counted()].Name))
	}
	f.places()
	switch {
	case m.X < 0 || m.Y < 0:
		return f.noNumbers(p)
	case m.X == m.Y || m.X == m.Label || m.Y == m.Label:
		return errorAt(0, "", "x, y and label must be three columns; got %s, %s and %s",
			inQuotes(t.Columns[m.X].Name), inQuotes(t.Columns[m.Y].Name), inQuotes(t.Columns[m.Label].Name))
	}
	f.say()
	return nil
}

// A finder finds the columns for x, y and label.
type finder struct {
	Table
	m      *Import
	asked  [3]bool
	reason [3]string
}

// place returns where the index of x, y or label is kept.
func (f *finder) place(k int) *int { return []*int{&f.m.X, &f.m.Y, &f.m.Label}[k] }

func (f *finder) taken(i int) bool { return i == f.m.X || i == f.m.Y || i == f.m.Label }

func (f *finder) set(k, column int, reason string) {
	*f.place(k), f.reason[k] = column, reason
}

// byName finds columns by their names.
func (f *finder) byName() {
	for i, c := range f.Columns {
		switch k := slices.Index([]role{roleX, roleY, roleClass, roleValue}, c.role); {
		case k < 0:
		case *f.place(min(k, 2)) < 0 && !f.taken(i):
			f.set(min(k, 2), i, "because its name says so")
		}
	}
	guess := func(k int, names ...string) bool {
		for _, name := range names {
			for i, c := range f.Columns {
				if *f.place(k) < 0 && !f.taken(i) && strings.EqualFold(c.Name, name) && !(k < 2 && f.counts(i)) {
					f.set(k, i, "because of its name")
				}
			}
		}
		return *f.place(k) >= 0
	}
	guess(2, labelNames...)
	if !guess(0, "x") && f.has("x1") && f.has("x2") { // then y is the label's usual name
		guess(0, "x1")
		guess(1, "x2")
	} else if f.m.Label < 0 && f.m.X < 0 && f.m.Y < 0 && !f.has("x") && f.yIsLabel() {
		guess(2, "y")
	}
	guess(1, "y")
}

// yIsLabel reports whether a column y is the label, as in features and y: it stands at an end of the
// table, and is likelier the label than a column of few words.
func (f *finder) yIsLabel() bool {
	last := len(f.Columns) - 1
	at := slices.IndexFunc(f.Columns, func(c Column) bool { return strings.EqualFold(c.Name, "y") })
	if last < 2 || at > 0 && at < last {
		return false
	}
	return at == last && f.Columns[at].few() || !slices.ContainsFunc(f.Columns, func(c Column) bool { return c.numbers == 0 && c.few() })
}

// counts reports whether a column only numbers or names the rows.
func (f *finder) counts(i int) bool {
	c := f.Columns[i]
	if c.rowNames {
		return true
	}
	if i > 0 || !c.countsRows() {
		return false
	}
	// A column x that counts is a coordinate, beside another; R calls row numbers X.
	return c.Name != "x" && !(c.Name == "X" && f.has("Y"))
}

// counted returns the column that numbers the rows, or 0.
func (f *finder) counted() int {
	for i := range f.Columns {
		if f.counts(i) {
			return i
		}
	}
	return 0
}

func (f *finder) has(name string) bool {
	return slices.ContainsFunc(f.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

// isIndex reports whether a column is likely there to find a row, by its cells or its name.
func (f *finder) isIndex(i int) bool {
	return f.counts(i) || f.hasIndexName(i)
}

func (f *finder) hasIndexName(i int) bool {
	return slices.Contains(indexNames, strings.ToLower(f.Columns[i].Name))
}

// byCells finds the label by its cells: the last column if it is likely one; else the only other one
// that is, words before numbers; else the only one with words; else the last.
func (f *finder) byCells() {
	if f.m.Label >= 0 {
		return
	}
	last, words, numbers, names := -1, []int{}, []int{}, []int{}
	for i, c := range f.Columns {
		if f.taken(i) || f.counts(i) || f.JSON && c.nested() {
			continue
		}
		last = i
		if f.isIndex(i) {
			continue
		}
		if !c.mostlyNumbers() && c.filled > 0 {
			names = append(names, i)
		}
		if !c.few() {
			continue
		}
		if c.numbers == 0 {
			words = append(words, i)
		} else {
			numbers = append(numbers, i)
		}
	}
	if last < 0 {
		return
	}
	lastOne := f.Columns[last]
	switch {
	case lastOne.few() || lastOne.numbers == 0:
		f.set(2, last, "because it is the last")
	case len(words) == 1:
		f.set(2, words[0], "because it alone has few words, such as "+inQuotes(clip(f.Columns[words[0]].values[0])))
	case len(names) == 1 && f.Columns[names[0]].numbers == 0 && len(f.Columns[names[0]].values) <= maxFew:
		f.set(2, names[0], "because it alone has words")
	case len(words) == 0 && len(numbers) == 1:
		f.set(2, numbers[0], "because it alone has few whole numbers")
	default:
		f.set(2, last, "because it is the last")
	}
}

// places finds the columns for x and y: the first two with numbers. Those that number the rows are
// taken for want of others.
func (f *finder) places() {
	free := f.m.X < 0 && f.m.Y < 0
	for _, indexToo := range []bool{false, true} {
		for i, c := range f.Columns {
			if f.taken(i) || !c.mostlyNumbers() || f.isIndex(i) && !indexToo {
				continue
			}
			reason := "because it is the first with numbers"
			if indexToo {
				reason = "for want of another with numbers"
			}
			if f.m.X < 0 {
				f.set(0, i, reason)
			} else if f.m.Y < 0 {
				f.set(1, i, strings.Replace(reason, "first", "next", 1))
			}
		}
	}
	if free && f.m.Y >= 0 && f.m.Y < f.m.X && f.counts(f.m.Y) && !f.hasIndexName(f.m.Y) {
		// Such as a time in whole seconds: it comes first.
		f.m.X, f.m.Y = f.m.Y, f.m.X
		f.reason[0], f.reason[1] = f.reason[1], f.reason[0]
	}
}

// noNumbers is the error of a table without two columns of numbers. It quotes a cell of a column that
// was probably meant to have numbers only: the one with the most of them, or the first.
func (f *finder) noNumbers(p *pace.Pace) error {
	best := -1
	for i, c := range f.Columns {
		if f.taken(i) || c.odd.Line == 0 || f.isIndex(i) {
			continue
		}
		if best < 0 || c.numbers > f.Columns[best].numbers {
			best = i
		}
	}
	if best >= 0 {
		for _, row := range f.Rows {
			if !p.Count(cellWork) {
				return p.Stopped()
			}
			if cell := row.Cells[best]; !missing(cell) {
				if _, ok := f.Columns[best].number(cell); !ok {
					return errorAt(row.Line, f.Columns[best].Name,
						"%s is not a number; x and y need a column of numbers each", inQuotes(clip(cell)))
				}
			}
		}
	}
	return errorAt(0, "",
		"the table needs two columns of numbers, for x and y, besides the label in %s",
		inQuotes(f.Columns[f.m.Label].Name))
}

// say notes which columns were found.
func (f *finder) say() {
	var names []Value
	for _, c := range f.Columns {
		names = append(names, Value{c.Name, c.Name})
	}
	for k, name := range []string{"x", "y", "label"} {
		label := name
		if k == 2 {
			label = "Label"
		}
		column := f.Columns[*f.place(k)].Name
		f.m.Decisions = append(f.m.Decisions, Decision{Name: name, Label: label, Value: column,
			Says: name + " is " + Isolated(column), Reason: f.reason[k], Asked: f.asked[k], Choices: names})
	}
	if i := f.counted(); f.counts(i) && !f.taken(i) {
		c := f.Columns[i]
		reason := fmt.Sprintf("because it counts from %s", Readable(numberText(c.start)))
		if !c.countsRows() {
			reason = "because it has no name in the first line"
		}
		f.m.Decisions = append(f.m.Decisions, Decision{Name: "rows", Label: "Rows",
			Says: Isolated(c.Name) + " numbers or names the rows", Reason: reason})
	}
}

// sayUnused notes the columns that are not used.
func (m *Import) sayUnused(t Table) {
	var names []string
	for i, c := range t.Columns {
		if i != m.X && i != m.Y && i != m.Label {
			m.Unused = append(m.Unused, c.Name)
			names = append(names, Isolated(c.Name))
		}
	}
	if len(m.Unused) > 0 {
		m.Decisions = append(m.Decisions, Decision{Name: "unused", Label: "Not used",
			Says: "not used: " + list(names)})
	}
}

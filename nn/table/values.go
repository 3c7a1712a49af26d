package table

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// numbers returns the cells of a column as numbers. Long ones that float64 cannot tell apart, such as
// time stamps, are counted from the smallest; then the axis is named so.
func (m *Import) numbers(t Table, p *pace.Pace, rows []Row, column int) ([]float64, error) {
	c := t.Columns[column]
	values := make([]float64, len(rows))
	long := false
	for i, row := range rows {
		if !p.Count(cellWork) {
			return nil, p.Stopped()
		}
		cell := row.Cells[column]
		v, ok := c.number(cell)
		if !ok {
			return nil, notNumber(row, column, c)
		}
		if math.Abs(v) > MaxSize {
			return nil, errorAt(row.Line, c.Name, "must be from −1e100 to 1e100; got %s", Readable(strconv.FormatFloat(v, 'g', -1, 64)))
		}
		values[i] = v
		long = long || len(cell) > exactDigits
	}
	low, high := slices.Min(values), slices.Max(values)
	if !long || high-low > blurred*max(math.Abs(low), math.Abs(high)) {
		return values, nil
	}
	if base := m.countFrom(c, p, rows, column, values); base != "" {
		name := []rune(strings.TrimSuffix(c.Name, "…"))
		name = append(name[:min(len(name), MaxAxisName-len([]rune(base))-3)], []rune(" − "+base)...)
		for _, axis := range []struct {
			column int
			axis   *Axis
		}{{m.X, &m.Transform.X}, {m.Y, &m.Transform.Y}, {m.Label, &m.Transform.Label}} {
			if axis.column == column {
				axis.axis.Name = string(name)
			}
		}
	}
	return values, p.Stopped()
}

const (
	exactDigits = 15   // every number of as many digits has a float64 of its own
	longest     = 40   // characters of a number that is read exactly
	blurred     = 1e-2 // of the largest value: a smaller range loses digits that are shown
)

// countFrom subtracts the smallest of the numbers from all of them before they are rounded, and returns
// it, or "" if float64 holds them all.
func (m *Import) countFrom(c Column, p *pace.Pace, rows []Row, column int, values []float64) string {
	const bits = 512 // more than the longest cell can say
	exact := make([]*big.Float, len(rows))
	lost, low := false, 0
	for i, row := range rows {
		cell := row.Cells[column]
		if !p.Count(4*cellWork) || len(cell) > longest {
			return ""
		}
		v, _, err := big.ParseFloat(plainNumber(cell, c.comma), 10, bits, big.ToNearestEven)
		if err != nil {
			return ""
		}
		exact[i] = v
		lost = lost || big.NewFloat(values[i]).Cmp(v) != 0 && isLong(cell)
		if v.Cmp(exact[low]) < 0 {
			low = i
		}
	}
	if !lost {
		return ""
	}
	for i, v := range exact {
		if !p.Count(4 * cellWork) {
			return ""
		}
		values[i], _ = new(big.Float).SetPrec(bits).Sub(v, exact[low]).Float64()
	}
	return rows[low].Cells[column]
}

// isLong reports whether a number has more digits than float64 tells apart.
func isLong(cell string) bool {
	digits, _, _ := strings.Cut(strings.ToLower(cell), "e")
	n := 0
	for _, r := range strings.TrimLeft(digits, "+-−0.,") {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n > exactDigits
}

// notNumber is the error of a cell in a column of numbers.
func notNumber(row Row, column int, c Column) error {
	cell := row.Cells[column]
	if _, ok := readNumber(cell, !c.comma); ok {
		mark := "point"
		if c.comma {
			mark = "comma"
		}
		return errorAt(row.Line, c.Name, "%s is not a number with a decimal %s", inQuotes(clip(cell)), mark)
	}
	return errorAt(row.Line, c.Name, "%s is not a number", inQuotes(clip(cell)))
}

// decideTask decides the task from the labels unless it was asked for. A single cell that is not a
// number among many numbers is a mistake, not a class: as a regression, its line is reported.
func (m *Import) decideTask(t Table, p *pace.Pace, rows []Row) {
	d := Decision{Name: "task", Label: "Labels are", Asked: m.Task != "",
		Choices: []Value{{string(nn.Classification), "Classes"}, {string(nn.Regression), "Values"}}}
	c := t.Columns[m.Label]
	if m.Task == "" {
		var found []string
		var word, fraction Row
		for _, row := range rows {
			if !p.Count(cellWork) {
				break
			}
			cell := row.Cells[m.Label]
			v, ok := c.number(cell)
			if !ok && word.Line == 0 {
				word = row
			}
			if ok && fraction.Line == 0 && v != math.Trunc(v) {
				fraction = row
			}
			if ok && len(found) <= nn.MaxClasses && !slices.Contains(found, cell) {
				found = append(found, cell)
			}
		}
		names, many := word.Line > 0, len(found) > nn.MaxClasses
		say := func(task nn.Task, format string, args ...any) {
			m.Task, d.Reason = task, fmt.Sprintf("because "+format, args...)
		}
		switch {
		case c.role == roleValue:
			say(nn.Regression, "the column's name says so")
		case c.role == roleClass:
			say(nn.Classification, "the column's name says so")
		case many && (!names || c.mostlyNumbers()):
			say(nn.Regression, "there are more than %d different numbers", nn.MaxClasses)
		case fraction.Line > 0 && !names:
			say(nn.Regression, "of %s in line %d", fraction.Cells[m.Label], fraction.Line)
		case names:
			say(nn.Classification, "of %s in line %d", inQuotes(clip(word.Cells[m.Label])), word.Line)
		default:
			say(nn.Classification, "there are only %s", count(len(found), "different whole number"))
		}
	}
	if d.Value, d.Says = string(m.Task), "classes"; m.Task == nn.Regression {
		d.Says = "values"
	}
	m.Decisions = append(m.Decisions, d)
}

// classes numbers the different cells of a column and returns their names.
func classes(
	t Table, p *pace.Pace, rows []Row, column int, s Scaling,
) (labels []float64, names []string, err error) {
	labels = make([]float64, len(rows))
	cells := make([]string, len(rows))
	for i, row := range rows {
		if !p.Count(cellWork) {
			return nil, nil, p.Stopped()
		}
		cells[i] = row.Cells[column]
		labels[i], _ = t.Columns[column].number(cells[i])
	}
	withoutExponents(cells, labels, p)
	own, zero := true, s == ScalingNone
	for i, cell := range cells {
		if !p.Count(cellWork) {
			return nil, nil, p.Stopped()
		}
		own = own && len(cell) == 1 && cell[0] >= '0' && cell[0] <= '9' && labels[i] < nn.MaxClasses
		zero = zero || cell == "0"
	}
	if own && zero {
		return labels, nil, nil
	}
	nameOf := t.namer(cells, p)
	type class struct {
		row Row
		k   int
	}
	found, byCell := map[string]*class{}, map[string]*class{} // by the name, and by the cell as it stands
	for i, cell := range cells {
		if !p.Count(4 * cellWork) {
			return nil, nil, p.Stopped()
		}
		if byCell[cell] != nil {
			continue
		}
		name := nameOf(cell)
		if found[name] == nil {
			found[name] = &class{row: rows[i]}
			names = append(names, name)
		}
		byCell[cell] = found[name]
		if len(names) > nn.MaxClasses && len(byCell) > 2*nn.MaxClasses {
			break
		}
	}
	if len(names) > nn.MaxClasses {
		return nil, nil, tooManyClasses(t, p, rows, column, nameOf)
	}
	sortClasses(names)
	for k, name := range names {
		if found[name].k = k; len([]rune(name)) > MaxName {
			return nil, nil, errorAt(found[name].row.Line, t.Columns[column].Name,
				"the name of a class must have at most %d letters; got %s", MaxName, inQuotes(clip(name)))
		}
	}
	for i, cell := range cells {
		if !p.Count(cellWork) {
			return nil, nil, p.Stopped()
		}
		labels[i] = float64(byCell[cell].k)
	}
	return labels, names, nil
}

// withoutExponents writes labels such as 0.000000e+00, as NumPy does, as the whole numbers that they are,
// if each has an exponent and those that differ stay different.
func withoutExponents(cells []string, values []float64, p *pace.Pace) {
	short, taken := map[string]string{}, map[string]bool{}
	for i, cell := range cells {
		if !p.Count(cellWork) || !strings.ContainsAny(cell, "eE") || values[i] != math.Trunc(values[i]) || len(short) > nn.MaxClasses {
			return
		}
		if short[cell] != "" {
			continue
		}
		if _, number := parseNumber(strings.Replace(cell, ",", ".", 1)); !number {
			return
		}
		short[cell] = numberText(values[i])
		if taken[short[cell]] {
			return
		}
		taken[short[cell]] = true
	}
	for i, cell := range cells {
		if !p.Count(cellWork) {
			return
		}
		cells[i] = short[cell]
	}
}

// namer returns what names the classes of cells. An apostrophe stays where the cell stands without it
// too: then it makes another class.
func (t *Table) namer(cells []string, p *pace.Pace) func(cell string) string {
	plain := map[string]bool{}
	for _, cell := range cells {
		if !p.Count(cellWork) {
			break
		}
		if cell != "" && (cell[0] == '-' || cell[0] == '+' || cell[0] != '\'' && misread(cell)) {
			plain[normal(cell)] = true
		}
	}
	return func(cell string) string {
		if name := t.name(cell); !plain[name] {
			return name
		}
		return normal(cell)
	}
}

// sortClasses sorts the names of classes, as numbers if all of them are. It reads them by themselves, not
// as their table is read: so their order stays in whichever table they are written.
func sortClasses(names []string) {
	for _, comma := range []bool{false, true} {
		values := map[string]float64{}
		for _, name := range names {
			if v, ok := readNumber(name, comma); ok {
				values[name] = v
			}
		}
		if len(values) == len(names) {
			slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(values[a], values[b]), strings.Compare(a, b)) })
			return
		}
	}
	slices.Sort(names)
}

// tooManyClasses counts the classes for an error.
func tooManyClasses(t Table, p *pace.Pace, rows []Row, column int, nameOf func(string) string) error {
	found := map[string]bool{}
	for _, row := range rows {
		if cell := row.Cells[column]; !found[cell] {
			found[nameOf(cell)] = true
		}
		if !p.Count(4 * cellWork) {
			return p.Stopped()
		}
	}
	return errorAt(0, t.Columns[column].Name, "has %d classes; at most %d can be told apart", len(found), nn.MaxClasses)
}

package table

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"nnvisu/nn"
	"nnvisu/nn/pace"
)

// A Scaling is the way in which columns are scaled to [-1, 1].
type Scaling string

// The scalings.
const (
	ScalingFit  Scaling = "fit"  // the smallest and the largest value of each axis to -1 and 1
	ScalingSame Scaling = "same" // one factor for both axes, so that shapes stay; each axis centred
	ScalingNone Scaling = "none" // values must be from -1 to 1
)

// Scalings returns all scalings in the order of the page.
func Scalings() []Scaling { return []Scaling{ScalingFit, ScalingSame, ScalingNone} }

// A Choice says how to convert a table. Convert guesses what is left zero.
type Choice struct {
	// X, Y and Label are names of columns; empty names are guessed. The label is the column called
	// label, class, target, species or the like, else the last. X and Y are the columns of that
	// name, else the first two with numbers.
	X, Y, Label string
	// Task is guessed if it is empty. Names and at most ten different whole numbers are classes;
	// other numbers are values.
	Task nn.Task
	// Empty stands for ScalingFit. The labels of a regression are scaled to [-1, 1] separately,
	// unless Scaling is ScalingNone.
	Scaling Scaling
	// MaxPoints is the most points; 0 is no limit.
	MaxPoints int
	// Sample takes MaxPoints evenly spread rows if there are more. Without it more rows are an
	// error.
	Sample bool
	// Yield is called after every few thousand cells, as that of Options.
	Yield func() error
}

// An Import is the points of a table, ready for an nn.State with the same Task.
type Import struct {
	Points []nn.Point
	Task   nn.Task
	// Meta has the Transform and the names of the classes, in numerical or else alphabetical order.
	// There are no names if the labels are class numbers already.
	Meta
	X, Y, Label int // indices of the columns
	LeftOut     int // rows with a missing value
	Unsampled   int // rows that a sample did not take
	// Constant are the names of the columns for x and y whose values are all equal up to rounding.
	// All their points are at 0.
	Constant []string
	// Decisions are about x, y, label and task, and what was not used.
	Decisions []Decision
}

// Convert makes points of the rows of a table, in their order. Rows in which one of the three
// values is missing (empty, NA, NaN, null or ?) are left out and counted.
//
// Whole numbers from 0 to 9 with a 0 among them are taken as class numbers. With ScalingNone they
// need no 0, so that points that were written without a transformation come back bit for bit.
func Convert(t Table, c Choice) (Import, error) {
	p := pace.New(c.Yield)
	m, err := convert(t, c, p)
	if p.Stopped() != nil {
		return Import{}, p.Stopped()
	}
	return m, err
}

func convert(t Table, c Choice, p *pace.Pace) (Import, error) {
	if c.Scaling == "" {
		c.Scaling = ScalingFit
	}
	if !slices.Contains(Scalings(), c.Scaling) {
		return Import{}, errorAt(0, "", "the scaling must be fit, same or none; got %q",
			clip(string(c.Scaling)))
	}
	if c.Task != "" && !slices.Contains(nn.Tasks(), c.Task) {
		return Import{}, errorAt(0, "", "the task must be classification or regression; got %q",
			clip(string(c.Task)))
	}
	m := Import{Task: c.Task}
	if err := m.chooseColumns(t, c, p); err != nil {
		return Import{}, err
	}
	rows, err := m.chooseRows(t, c, p)
	if err != nil {
		return Import{}, err
	}
	xs, err := numbers(t, p, rows, m.X)
	if err != nil {
		return Import{}, err
	}
	ys, err := numbers(t, p, rows, m.Y)
	if err != nil {
		return Import{}, err
	}
	if m.Task == "" {
		m.Task = guessTask(t, p, rows, m.Label)
	}
	var labels []float64
	if m.Task == nn.Regression {
		labels, err = numbers(t, p, rows, m.Label)
	} else {
		labels, m.Classes, err = classes(t, p, rows, m.Label, c.Scaling)
	}
	if err != nil {
		return Import{}, err
	}
	if err := m.scale(t, rows, c.Scaling, xs, ys, labels); err != nil {
		return Import{}, err
	}
	m.Points = make([]nn.Point, len(rows))
	for i := range m.Points {
		m.Points[i] = nn.Point{X: xs[i], Y: ys[i], Label: labels[i]}
	}
	return m, nil
}

// Names that columns are recognised by, in lower case.
var (
	labelNames = []string{
		"label", "labels", "class", "target", "species", "category", "variety", "outcome",
		"diagnosis",
	}
	indexNames = []string{"index", "id", "nr", "no", "no.", "#", "row"}
)

// chooseColumns sets the indices of the three columns.
func (m *Import) chooseColumns(t Table, c Choice, p *pace.Pace) error {
	if len(t.Columns) < 3 {
		return errorAt(0, "", "the table has %s; x, y and label need one each",
			count(len(t.Columns), "column"))
	}
	m.X, m.Y, m.Label = -1, -1, -1
	for _, role := range []struct {
		name string
		dst  *int
	}{{c.X, &m.X}, {c.Y, &m.Y}, {c.Label, &m.Label}} {
		if role.name == "" {
			continue
		}
		if *role.dst = t.find(role.name); *role.dst < 0 {
			return errorAt(0, "", "there is no column %q", clip(role.name))
		}
	}
	taken := func(i int) bool { return i == m.X || i == m.Y || i == m.Label }
	guess := func(dst *int, names ...string) {
		for _, name := range names {
			for i, column := range t.Columns {
				if *dst < 0 && !taken(i) && strings.EqualFold(column.Name, name) {
					*dst = i
				}
			}
		}
	}
	guess(&m.Label, labelNames...)
	guess(&m.X, "x")
	if m.X < 0 && t.hasFold("x1") && t.hasFold("x2") { // then y is the label's usual name
		guess(&m.X, "x1")
		guess(&m.Y, "x2")
	}
	guess(&m.Y, "y")
	for i := len(t.Columns) - 1; i >= 0 && m.Label < 0; i-- {
		if !taken(i) {
			m.Label = i
		}
	}
	for _, indexToo := range []bool{false, true} {
		for i, column := range t.Columns {
			index := slices.Contains(indexNames, strings.ToLower(column.Name))
			if taken(i) || !column.mostlyNumbers() || index && !indexToo {
				continue
			}
			if m.X < 0 {
				m.X = i
			} else if m.Y < 0 {
				m.Y = i
			}
		}
	}
	switch {
	case m.X < 0 || m.Y < 0:
		// A column with some numbers was probably meant to have only numbers.
		best := -1
		for i, column := range t.Columns {
			if taken(i) || column.numbers == 0 {
				continue
			}
			if best < 0 || column.numbers > t.Columns[best].numbers {
				best = i
			}
		}
		if best >= 0 {
			for _, row := range t.Rows {
				if !p.Count(cellWork) {
					return p.Stopped()
				}
				if _, ok := t.number(row.Cells[best]); !ok && !missing(row.Cells[best]) {
					return errorAt(row.Line, t.Columns[best].Name,
						"%q is not a number; x and y need a column of numbers each",
						clip(row.Cells[best]))
				}
			}
		}
		return errorAt(0, "",
			"the table needs two columns of numbers, for x and y, besides the label in %q",
			t.Columns[m.Label].Name)
	case m.X == m.Y || m.X == m.Label || m.Y == m.Label:
		return errorAt(0, "", "x, y and label must be three columns; got %q, %q and %q",
			t.Columns[m.X].Name, t.Columns[m.Y].Name, t.Columns[m.Label].Name)
	}
	return nil
}

func (t Table) hasFold(name string) bool {
	return slices.ContainsFunc(t.Columns,
		func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

// chooseRows returns the rows that become points.
func (m *Import) chooseRows(t Table, c Choice, p *pace.Pace) ([]Row, error) {
	var rows []Row
	for _, row := range t.Rows {
		if !p.Count(3 * cellWork) {
			return nil, p.Stopped()
		}
		if missing(row.Cells[m.X]) || missing(row.Cells[m.Y]) || missing(row.Cells[m.Label]) {
			m.LeftOut++
			continue
		}
		rows = append(rows, row)
	}
	n := len(rows)
	if n == 0 {
		return nil, errorAt(0, "", "no row has a value in each of %q, %q and %q",
			t.Columns[m.X].Name, t.Columns[m.Y].Name, t.Columns[m.Label].Name)
	}
	if c.MaxPoints <= 0 || n <= c.MaxPoints {
		return rows, nil
	}
	if !c.Sample {
		return nil, errorAt(0, "",
			"the table makes %d points; at most %d can be used, all of them or an even sample", n,
			c.MaxPoints)
	}
	sample := make([]Row, c.MaxPoints)
	for i := range sample {
		sample[i] = rows[i*n/c.MaxPoints]
	}
	m.Unsampled = n - len(sample)
	return sample, nil
}

// numbers returns the cells of a column as numbers.
func numbers(t Table, p *pace.Pace, rows []Row, column int) ([]float64, error) {
	values := make([]float64, len(rows))
	for i, row := range rows {
		if !p.Count(cellWork) {
			return nil, p.Stopped()
		}
		v, ok := t.number(row.Cells[column])
		if !ok {
			return nil, errorAt(row.Line, t.Columns[column].Name, "%q is not a number",
				clip(row.Cells[column]))
		}
		if math.Abs(v) > maxSize {
			return nil, errorAt(row.Line, t.Columns[column].Name,
				"must be from -1e100 to 1e100; got %v", v)
		}
		values[i] = v
	}
	return values, nil
}

// guessTask guesses the task from the labels. A single cell that is not a number among many numbers
// is a mistake, not a class: as a regression, its line is reported.
func guessTask(t Table, p *pace.Pace, rows []Row, column int) nn.Task {
	names, fractions := false, false
	var found []float64
	for _, row := range rows {
		if !p.Count(cellWork) {
			break
		}
		v, ok := t.number(row.Cells[column])
		names = names || !ok
		fractions = fractions || ok && v != math.Trunc(v)
		if ok && len(found) <= nn.MaxClasses && !slices.Contains(found, v) {
			found = append(found, v)
		}
	}
	many := len(found) > nn.MaxClasses
	if many && (!names || t.Columns[column].mostlyNumbers()) || fractions && !names {
		return nn.Regression
	}
	return nn.Classification
}

// classes numbers the different cells of a column and returns their names.
func classes(
	t Table, p *pace.Pace, rows []Row, column int, s Scaling,
) (labels []float64, names []string, err error) {
	labels = make([]float64, len(rows))
	values := make([]float64, len(rows))
	numeric, own, zero := true, true, s == ScalingNone
	for i, row := range rows {
		if !p.Count(cellWork) {
			return nil, nil, p.Stopped()
		}
		v, ok := t.number(row.Cells[column])
		values[i] = v
		numeric = numeric && ok
		own = own && ok && v >= 0 && v < nn.MaxClasses && v == math.Trunc(v)
		zero = zero || v == 0
	}
	if numeric && own && zero {
		return values, nil, nil
	}
	name := func(i int) string { return rows[i].Cells[column] }
	if numeric {
		name = func(i int) string { return numberText(values[i]) }
	}
	found := map[string]int{} // to a row that has it
	for i := range rows {
		if !p.Count(4 * cellWork) {
			return nil, nil, p.Stopped()
		}
		name := name(i)
		if _, ok := found[name]; !ok {
			found[name] = i
			names = append(names, name)
		}
	}
	if len(names) > nn.MaxClasses {
		return nil, nil, errorAt(0, t.Columns[column].Name,
			"has %d classes; at most %d can be told apart", len(names), nn.MaxClasses)
	}
	slices.SortFunc(names, func(a, b string) int {
		if numeric && values[found[a]] != values[found[b]] {
			if values[found[a]] < values[found[b]] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for i := range rows {
		if !p.Count(4 * cellWork) {
			return nil, nil, p.Stopped()
		}
		labels[i] = float64(slices.Index(names, name(i)))
	}
	for _, name := range names {
		if row := rows[found[name]]; len([]rune(name)) > maxName {
			return nil, nil, errorAt(row.Line, t.Columns[column].Name,
				"the name of a class must have at most %d letters; got %q", maxName, clip(name))
		}
	}
	return labels, names, nil
}

// scale scales the values to [-1, 1] and stores the transform.
func (m *Import) scale(t Table, rows []Row, s Scaling, xs, ys, labels []float64) error {
	axis := func(column int) Axis { return Axis{Name: t.Columns[column].Name} }
	m.Transform = Transform{axis(m.X), axis(m.Y), axis(m.Label)}
	values := []struct {
		column int
		all    []float64
		axis   *Axis
	}{{m.X, xs, &m.Transform.X}, {m.Y, ys, &m.Transform.Y}, {m.Label, labels, &m.Transform.Label}}
	if m.Task == nn.Classification {
		values = values[:2]
	}
	if s == ScalingNone {
		for _, v := range values {
			for i, value := range v.all {
				if !(value >= -1 && value <= 1) {
					return errorAt(rows[i].Line, t.Columns[v.column].Name,
						"%s is not from -1 to 1; scale the columns", numberText(value))
				}
			}
		}
		return nil
	}
	var half [3]float64
	var middle [3]float64
	for k, v := range values {
		low, high := slices.Min(v.all), slices.Max(v.all)
		half[k], middle[k] = high/2-low/2, low/2+high/2
		if half[k] < 10/maxSize || half[k] < 1e-12*max(math.Abs(low), math.Abs(high)) {
			half[k] = 0
			if k < 2 {
				m.Constant = append(m.Constant, t.Columns[v.column].Name)
			}
		}
	}
	if s == ScalingSame {
		larger := max(half[0], half[1])
		for k := range 2 {
			if half[k] > 0 {
				half[k] = larger
			}
		}
	}
	for k, v := range values {
		if half[k] == 0 { // one value, at 0
			v.axis.Scale, v.axis.Offset = 1, 0-middle[k]
			clear(v.all)
			continue
		}
		v.axis.Scale = 1 / half[k]
		v.axis.Offset = 0 - middle[k]/half[k] // no negative zero
		for i, value := range v.all {
			v.all[i] = max(-1, min(1, v.axis.Shown(value))) + 0
		}
	}
	return nil
}

// count writes a number with its noun, such as "2 columns".
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

package table

import (
	"math"
	"slices"
	"strconv"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
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

// A Choice says how to convert a table. Convert decides what is left zero.
type Choice struct {
	// X, Y and Label are names of columns; Convert decides about empty ones by the names and the cells
	// of all columns.
	X, Y, Label string
	// Task is decided if it is empty. Names and at most ten different whole numbers are classes; other
	// numbers are values.
	Task nn.Task
	// Empty stands for ScalingFit. The labels of a regression are scaled to [-1, 1] separately,
	// unless Scaling is ScalingNone.
	Scaling Scaling
	// MaxPoints is the most points; 0 is no limit.
	MaxPoints int
	// Sample takes MaxPoints rows at random if there are more, always the same, in their order. Each
	// class keeps its share. Without it more rows are an error.
	Sample bool
	// Yield is called after every few thousand cells, as that of Options.
	Yield func() error
}

// An Import is the points of a table, ready for an nn.State with the same Task. The number of its
// Points, LeftOut and Unsampled together is that of the table's rows.
type Import struct {
	Points []nn.Point
	Task   nn.Task
	// Meta has the Transform and the names of the classes, in numerical or else alphabetical order.
	// There are no names if the labels are class numbers already.
	Meta
	X, Y, Label int // indices of the columns
	LeftOut     int // rows with a missing value
	Unsampled   int // rows that a sample did not take
	// Unused are the names of the other columns.
	Unused []string
	// Constant are the names of the columns for x and y whose values are all equal up to rounding.
	// All their points are at 0.
	Constant []string
	// Decisions are about x, y, label and task, and about rows and columns that are not used.
	Decisions []Decision
}

// Convert makes points of the rows of a table, in their order. Rows in which one of the three values is
// missing (empty or a word such as NA) are left out and counted.
//
// The names of classes are the cells as they stand: 1.1 and 1.10 are two. The digits from 0 to 9 with a
// 0 among them are taken as class numbers. With ScalingNone they need no 0, so that points that were
// written without a transformation come back bit for bit.
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
	rows, err := m.chooseRows(t, p)
	if err != nil {
		return Import{}, err
	}
	m.decideTask(t, p, rows)
	var labels []float64
	if m.Task == nn.Regression {
		labels, err = m.numbers(t, p, rows, m.Label)
	} else {
		labels, m.Classes, err = classes(t, p, rows, m.Label, c.Scaling)
	}
	if err != nil {
		return Import{}, err
	}
	xs, err := m.numbers(t, p, rows, m.X)
	if err != nil {
		return Import{}, err
	}
	ys, err := m.numbers(t, p, rows, m.Y)
	if err != nil {
		return Import{}, err
	}
	if n := len(rows); c.MaxPoints > 0 && n > c.MaxPoints {
		if !c.Sample {
			return Import{}, errorAt(0, "",
				"the table makes %d points; at most %d can be used, all of them or a sample", n, c.MaxPoints)
		}
		taken := m.sample(labels, c.MaxPoints)
		rows, xs, ys, labels = pick(rows, taken), pick(xs, taken), pick(ys, taken), pick(labels, taken)
	}
	if err := m.scale(t, rows, c.Scaling, xs, ys, labels); err != nil {
		return Import{}, err
	}
	m.sayUnused(t)
	m.Points = make([]nn.Point, len(rows))
	for i := range m.Points {
		m.Points[i] = nn.Point{X: xs[i], Y: ys[i], Label: labels[i]}
	}
	return m, nil
}

// scale scales the values to [-1, 1] and stores the transform.
func (m *Import) scale(t Table, rows []Row, s Scaling, xs, ys, labels []float64) error {
	name := func(axis *Axis, column int) {
		if axis.Name == "" { // numbers may have given it one
			axis.Name = t.Columns[column].Name
		}
	}
	name(&m.Transform.X, m.X)
	name(&m.Transform.Y, m.Y)
	name(&m.Transform.Label, m.Label)
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
						"%s is not from −1 to 1; scale the columns", Readable(numberText(value)))
				}
			}
		}
		return nil
	}
	var half, middle, lows, highs [3]float64
	for k, v := range values {
		low, high := slices.Min(v.all), slices.Max(v.all)
		lows[k], highs[k] = low, high
		half[k], middle[k] = high/2-low/2, low/2+high/2
		if half[k] < 10/MaxSize || half[k] < 1e-12*max(math.Abs(low), math.Abs(high)) {
			half[k] = 0
			if k < 2 {
				m.Constant = append(m.Constant, t.Columns[v.column].Name)
			}
		}
	}
	fits := half // the axes whose outermost values are at the edges
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
			switch {
			case half[k] == fits[k] && value == lows[k]: // whatever the rounding
				v.all[i] = -1
			case half[k] == fits[k] && value == highs[k]:
				v.all[i] = 1
			default:
				v.all[i] = max(-1, min(1, v.axis.Shown(value))) + 0
			}
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

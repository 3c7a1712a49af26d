package table

import (
	"math"
	"slices"

	"github.com/nnvisu/nnvisu/nn"
)

// maxFew is how many different cells of a column are few: there can be as many classes.
const maxFew = nn.MaxClasses

// A survey is what is known of the cells of a column.
type survey struct {
	comma     bool // its numbers have a decimal comma
	voted     bool // its own cells show the decimal mark
	filled    int  // cells that are not missing
	numbers   int  // cells that are numbers,
	whole     int  // those of them that are whole,
	plain     int  // those that are written without a fraction,
	low, high float64
	inOrder   bool     // each is one more than that before it, and none is missing
	start     float64  // the first of them
	values    []string // different filled cells, the first maxFew + 1 of them
	rowNames  bool     // it names the rows
	role      role     // that its name gives it
	odd       Row      // the first row whose cell is neither number nor missing
}

// number reads a cell of the column as a number.
func (s *survey) number(cell string) (float64, bool) { return readNumber(cell, s.comma) }

// mostlyNumbers reports whether more than half of the cells that are not missing are numbers: then the
// others are likely mistakes.
func (s *survey) mostlyNumbers() bool { return 2*s.numbers > s.filled }

// few reports whether the cells are likely labels: few different ones, each of them more than once.
func (s *survey) few() bool {
	return s.filled > 0 && len(s.values) <= maxFew && 2*len(s.values) <= s.filled && (s.numbers == 0 || s.whole == s.filled)
}

// countsRows reports whether the cells number the rows: 0, 1, 2 … or 1, 2, 3 …
func (s *survey) countsRows() bool {
	return s.inOrder && s.filled > 1 && (s.start == 0 || s.start == 1)
}

// nested reports whether the cells are lists or objects of JSON.
func (s *survey) nested() bool {
	return len(s.values) > 0 && (s.values[0][0] == '[' || s.values[0][0] == '{')
}

// add takes a cell into account that follows those before.
func (s *survey) add(row Row, i int) {
	cell := row.Cells[i]
	if missing(cell) {
		s.inOrder = false
		return
	}
	v, ok := s.number(cell)
	if s.filled == 0 {
		s.start, s.inOrder = v, ok
	}
	s.inOrder = s.inOrder && ok && v == s.start+float64(s.filled)
	if !ok && s.odd.Line == 0 {
		s.odd = row
	}
	s.count(cell, v, ok)
}

// addFirst takes a cell into account that stands before all others.
func (s *survey) addFirst(cell string) {
	v, ok := s.number(cell)
	if missing(cell) {
		s.inOrder = false
		return
	}
	s.inOrder = ok && (s.filled == 0 || s.inOrder && v == s.start-1)
	s.start = v
	s.count(cell, v, ok)
}

func (s *survey) count(cell string, v float64, ok bool) {
	s.filled++
	if len(s.values) <= maxFew && !slices.Contains(s.values, cell) {
		s.values = append(s.values, cell)
	}
	if !ok {
		return
	}
	if s.numbers == 0 {
		s.low, s.high = v, v
	}
	s.low, s.high = min(s.low, v), max(s.high, v)
	if s.numbers++; whole(cell) {
		s.plain++
	}
	if v == math.Trunc(v) {
		s.whole++
	}
}

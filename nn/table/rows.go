package table

import (
	"fmt"
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// chooseRows returns the rows that become points.
func (m *Import) chooseRows(t Table, p *pace.Pace) ([]Row, error) {
	names := t.namesOf(m.Label, p)
	rows := make([]Row, 0, len(t.Rows))
	reason := ""
	for _, row := range t.Rows {
		if !p.Count(3 * cellWork) {
			return nil, p.Stopped()
		}
		absent := -1
		for _, i := range []int{m.X, m.Y, m.Label} {
			if cell := row.Cells[i]; absent < 0 && missing(cell) && (i != m.Label || !names[strings.ToLower(cell)]) {
				absent = i
			}
		}
		if absent < 0 {
			rows = append(rows, row)
			continue
		}
		if m.LeftOut++; m.LeftOut == 1 {
			what := Isolated(clip(row.Cells[absent]))
			if what == "" {
				what = "an empty cell"
			}
			reason = fmt.Sprintf("because of %s in line %d, %s", what, row.Line, Isolated(t.Columns[absent].Name))
		}
	}
	if len(rows) == 0 {
		return nil, errorAt(0, "", "no row has a value in each of %s, %s and %s",
			inQuotes(t.Columns[m.X].Name), inQuotes(t.Columns[m.Y].Name), inQuotes(t.Columns[m.Label].Name))
	}
	if m.LeftOut > 0 {
		m.Decisions = append(m.Decisions, Decision{Name: "missing", Label: "Missing",
			Says: count(m.LeftOut, "row") + " with a missing value left out", Reason: reason})
	}
	return rows, nil
}

// namesOf returns the words of a column of labels, in lower case, that stand for missing values
// elsewhere and are names of classes here: they are too frequent, or - stands beside +.
func (t Table) namesOf(column int, p *pace.Pace) map[string]bool {
	n := map[string]int{}
	plus := false
	for _, row := range t.Rows {
		if !p.Count(cellWork) {
			return nil
		}
		cell := row.Cells[column]
		plus = plus || cell == "+"
		if missing(cell) && mayBeName(cell) {
			n[strings.ToLower(cell)]++
		}
	}
	names := map[string]bool{}
	for word, times := range n {
		if times >= 3 && 4*times > len(t.Rows) || plus && word == "-" {
			names[word] = true
		}
	}
	return names
}

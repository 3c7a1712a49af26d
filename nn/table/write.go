package table

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"nnvisu/nn"
)

// WriteCSV writes points as comma separated values with a header, in their original units and with
// the names of their classes.
//
// With a zero Meta, Parse, and Convert with ScalingNone, give the same points bit for bit. With the
// Meta of an Import they give them within 1e-12, as long as the same points are the outermost and
// each class has one: the scaling follows from the values.
//
// Names may come from strangers. A spreadsheet would run one that begins like a formula, so such a
// name is written behind an apostrophe, which spreadsheets know. Parse takes it away again.
func WriteCSV(w io.Writer, points []nn.Point, task nn.Task, m Meta) error {
	out := csv.NewWriter(w)
	header := []string{"x", "y", "label"}
	for i, a := range []Axis{m.Transform.X, m.Transform.Y, m.Transform.Label} {
		if a.Name != "" {
			header[i] = inert(a.Name)
		}
	}
	// Errors of Write are reported by out.Error below.
	_ = out.Write(header)
	for _, p := range points {
		label := m.Transform.Label.Text(p.Label)
		if task == nn.Classification {
			if label = inert(m.Class(int(p.Label))); label == "" {
				label = strconv.Itoa(int(p.Label))
			}
		}
		_ = out.Write([]string{m.Transform.X.Text(p.X), m.Transform.Y.Text(p.Y), label})
	}
	out.Flush()
	return out.Error()
}

// formulaStarts are the characters by which a spreadsheet knows a formula.
const formulaStarts = "=+-@\t\r"

// runs reports whether a spreadsheet would run a cell, or would without the apostrophes before it.
// A number is none of these.
func runs(cell string) bool {
	if _, number := parseNumber(cell); number {
		return false
	}
	bare := strings.TrimLeft(cell, "'")
	return bare != "" && strings.ContainsRune(formulaStarts, rune(bare[0]))
}

// inert returns a name as it is written, so that no spreadsheet runs it. An apostrophe that stands
// before such a name already gets another, so that bare finds it.
func inert(name string) string {
	if runs(name) {
		return "'" + name
	}
	return name
}

// bare is the inverse of inert.
func bare(cell string) string {
	if strings.HasPrefix(cell, "'") && runs(cell) {
		return cell[1:]
	}
	return cell
}

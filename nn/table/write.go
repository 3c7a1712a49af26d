package table

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// WriteCSV writes points as comma separated values with a header, in their original units and with
// the names of their classes.
//
// With a zero Meta, Parse, and Convert with ScalingNone, give the same points bit for bit. With the
// Meta of an Import they give them within 1e-12, as long as the same points are the outermost and
// each class has one: the scaling follows from the values. So that they find the same columns and the
// same task, the names of the columns end with their roles, (x), (y) and (class) or (value), where
// they would find others otherwise.
//
// Names may come from strangers. A spreadsheet would run one that begins like a formula, so such a
// name is written behind an apostrophe, which spreadsheets know, and so is one that stands for a
// missing value. Parse and Convert take it away again.
func WriteCSV(w io.Writer, points []nn.Point, task nn.Task, m Meta) error {
	text := csvOf(points, task, m, nil)
	if !readsBack(text, len(points), task, m) {
		roles := []role{roleX, roleY, roleClass}
		if task == nn.Regression {
			roles[2] = roleValue
		}
		text = csvOf(points, task, m, roles)
	}
	_, err := w.Write(text)
	return err
}

// columnNames returns the names of the columns as they are written.
func (m Meta) columnNames() []string {
	names := []string{"x", "y", "label"}
	for i, a := range []Axis{m.Transform.X, m.Transform.Y, m.Transform.Label} {
		if a.Name != "" {
			names[i] = a.Name
		}
	}
	return names
}

func csvOf(points []nn.Point, task nn.Task, m Meta, roles []role) []byte {
	var b bytes.Buffer
	write := func(cells ...string) {
		for i, cell := range cells {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(cell))
		}
		b.WriteByte('\n')
	}
	names := m.columnNames()
	for i := range names {
		if roles != nil {
			names[i] += " " + string(roles[i])
		}
		names[i] = inert(names[i])
	}
	write(names...)
	// 1.234 beside 999 may be a thousand and more, unless the file shows decimal points elsewhere.
	shown := false
	number := func(a Axis, v float64) string {
		text := a.Text(v)
		s := signOf(text)
		if s == maybePoint && !shown {
			text, s = text+"0", pointSign
		}
		shown = shown || s == pointSign
		return text
	}
	for _, p := range points {
		x, y, label := number(m.Transform.X, p.X), number(m.Transform.Y, p.Y), inert(m.Class(int(p.Label)))
		switch {
		case task == nn.Regression:
			label = number(m.Transform.Label, p.Label)
		case label == "":
			label = strconv.Itoa(int(p.Label))
		}
		write(x, y, label)
	}
	return b.Bytes()
}

// readsBack reports whether Parse and Convert find the columns and the task of what was written.
func readsBack(text []byte, points int, task nn.Task, m Meta) bool {
	t, err := Parse(text, Options{})
	if err != nil || len(t.Rows) != points || len(t.Columns) != 3 {
		return points == 0
	}
	for i, name := range m.columnNames() {
		if t.Columns[i].Name != name {
			return false
		}
	}
	back, err := Convert(t, Choice{})
	return err == nil && back.X == 0 && back.Y == 1 && back.Label == 2 && back.Task == task && len(back.Points) == points
}

// quoted returns a cell with quotation marks around it if it needs them: it has a separator, a quotation
// mark or the end of a line in it, or would make another file of it as its first characters.
func quoted(cell string) string {
	if cell == "" || strings.ContainsAny(cell, ",;|\t\"\r\n") || strings.ContainsRune("#%@[{", rune(cell[0])) ||
		len(cell) >= 4 && strings.EqualFold(cell[:4], "sep=") || cell[0] == ' ' || strings.Contains(cell, "---") || strings.Contains(cell, "===") {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}

// formulaStarts are the characters by which a spreadsheet knows a formula.
const formulaStarts = "=+-@\t\r"

// misread reports whether a spreadsheet would run a cell, or Convert take it for a missing value, or would
// without the apostrophes before it. A number is none of these.
func misread(cell string) bool {
	if _, number := parseNumber(cell); number {
		return false
	}
	bare := strings.TrimLeft(cell, "'")
	return bare != "" && (strings.ContainsRune(formulaStarts, rune(bare[0])) || missing(bare))
}

// inert returns a name as it is written, so that it is read as a name: behind an apostrophe. One that
// stands before such a name already gets another, so that bare finds it, and so does one at its end.
func inert(name string) string {
	if !misread(name) {
		return name
	}
	if strings.HasSuffix(name, "'") {
		name += "'"
	}
	return "'" + name
}

// bare is the inverse of inert. A cell between apostrophes, as some programs write all of them, stays.
func bare(cell string) string {
	switch {
	case !strings.HasPrefix(cell, "'") || !misread(cell):
		return cell
	case strings.HasSuffix(cell, "''"):
		return cell[1 : len(cell)-1]
	case strings.HasSuffix(cell, "'"):
		return cell
	}
	return cell[1:]
}

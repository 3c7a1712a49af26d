package table

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode"

	"nnvisu/nn/pace"
)

// readLines reads lines of cells.
func (t *Table) readLines(text string, s string, p *pace.Pace) error {
	n := 0
	for line := range strings.Lines(text) { // the readers below take a whole line at a time
		if n++; len(line) > MaxLine {
			return errorAt(n, "", "is too long; a line can have %d bytes", MaxLine)
		}
	}
	if s == "" {
		s = findSeparator(text, p)
	}
	t.Separator = s
	if s == Space {
		return t.readSpaced(text, p)
	}
	for _, known := range separators {
		if known.name == s {
			return t.readSeparated(text, known.char, p)
		}
	}
	return errorAt(0, "", "the separator must be %q",
		clip(string(s)))
}

// findSeparator returns the first separator that divides the first lines evenly, else the most
// frequent one of the first line.
func findSeparator(text string, p *pace.Pace) string {
	const look = 20
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); strings.TrimSpace(line) != "" {
			if lines = append(lines, line); len(lines) == look {
				break
			}
		}
	}
	most, best := 0, Comma
	for _, s := range separators {
		first, even := dividers(lines[0], s.char), true
		for _, line := range lines[1:] {
			even = even && p.Count(len(line)) && dividers(line, s.char) == first
		}
		if even && first > 0 {
			return s.name
		}
		if first > most && s.name != Space {
			most, best = first, s.name
		}
	}
	if most == 0 && dividers(lines[0], ' ') > 0 {
		return Space
	}
	return best
}

// dividers counts the separators of a line outside of quotes. A run of blanks is one separator.
func dividers(line string, char rune) int {
	if char == ' ' {
		line = strings.TrimSpace(line)
	}
	n, quoted, blank := 0, false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case char == ' ' && unicode.IsSpace(r):
			if !blank {
				n++
			}
		case r == char:
			n++
		}
		blank = !quoted && unicode.IsSpace(r)
	}
	return n
}

// readSeparated reads comma separated values (RFC 4180), with any separator.
func (t *Table) readSeparated(text string, char rune, p *pace.Pace) error {
	// The reader takes a whole record before it can be counted.
	if strings.Count(text, string(char))+strings.Count(text, "\n") >= MaxCells {
		return errTooMany()
	}
	r := csv.NewReader(pace.NewReader(p, text))
	r.Comma = char
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = char != '\t' // with tabs it would skip empty cells
	for {
		cells, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &wrong):
			return errorAt(wrong.StartLine, "",
				"a quotation mark is not closed, or stands in a cell that has none around it")
		case err != nil:
			return errorAt(0, "", "the table cannot be read: %v", err)
		}
		line, _ := r.FieldPos(0)
		if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
			continue // an empty line with blanks in it
		}
		if err := t.addRow(line, cells); err != nil {
			return err
		}
	}
}

// readSpaced reads cells with blanks between them. A cell with blanks in it has quotation marks
// around it.
func (t *Table) readSpaced(text string, p *pace.Pace) error {
	line, total := 0, 0
	for rest := range strings.Lines(text) {
		line++
		if !p.Count(len(rest)) {
			return p.Stopped()
		}
		var cells []string
		for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
			var cell string
			if rest[0] == '"' {
				end := strings.IndexByte(rest[1:], '"')
				if end < 0 {
					return errorAt(line, "", "a quotation mark is not closed")
				}
				cell, rest = rest[1:1+end], rest[end+2:]
			} else if end := strings.IndexFunc(rest, unicode.IsSpace); end >= 0 {
				cell, rest = rest[:end], rest[end:]
			} else {
				cell, rest = rest, ""
			}
			if total++; total > MaxCells {
				return errTooMany()
			}
			cells = append(cells, cell)
		}
		if len(cells) == 0 {
			continue
		}
		if err := t.addRow(line, cells); err != nil {
			return err
		}
	}
	return nil
}

// addRow adds a row, which must be as long as the first.
func (t *Table) addRow(line int, cells []string) error {
	if len(t.Rows) > 0 && len(cells) != len(t.Rows[0].Cells) {
		return errorAt(line, "", "has %s; the first row has %d", count(len(cells), "cell"),
			len(t.Rows[0].Cells))
	}
	for i := range cells {
		if cells[i] = strings.TrimSpace(cells[i]); !t.JSON {
			cells[i] = bare(cells[i])
		}
	}
	t.Rows = append(t.Rows, Row{line, cells})
	return nil
}

func errTooMany() error { return errorAt(0, "", "the table must have at most %d cells", MaxCells) }

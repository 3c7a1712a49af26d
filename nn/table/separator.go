package table

import (
	"fmt"
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// separators is in the order in which they are preferred where the evidence is equal. Comma and space
// come last: a comma may be part of a number, a space part of a name.
var separators = []struct {
	name string
	char byte
	says string
}{
	{Tab, '\t', "tabs"}, {Semicolon, ';', "semicolons"}, {Bar, '|', "bars"}, {Comma, ',', "commas"},
	{Space, ' ', "spaces"},
}

func separatorSays(name string) string {
	for _, s := range separators {
		if s.name == name {
			return s.says + " between the cells"
		}
	}
	return ""
}

// separatorChar returns the character of a separator, or 0 for none.
func separatorChar(name string) byte {
	for _, s := range separators {
		if s.name == name {
			return s.char
		}
	}
	return 0
}

// lookedAt is how many lines are cut to see whether their cells are numbers.
const lookedAt = 200

// findSeparator weighs the separators: how many of all lines a separator divides into the same number
// of cells, and how many of the cells are numbers then. It returns the best and the reason.
func (r *lineReader) findSeparator() (name, reason string) {
	lines := 0
	counted := make([]map[int]int, len(separators)) // lines by the number of their cells
	last := make([]struct{ cells, lines int }, len(separators))
	for k := range counted {
		counted[k] = map[int]int{}
	}
	var few []string
	every := 1
	for line := range strings.Lines(r.text) {
		if strings.TrimSpace(line) == "" || r.isComment(line) || isRule(line) {
			continue
		}
		if !r.Count(len(line)) {
			break
		}
		if lines%every == 0 { // some lines, from all of the text
			if few = append(few, line); len(few) == 2*lookedAt {
				for i := range lookedAt {
					few[i] = few[2*i]
				}
				few, every = few[:lookedAt], 2*every
			}
		}
		lines++
		for k, n := range dividers(line) {
			if l := &last[k]; l.cells != n+1 {
				counted[k][l.cells] += l.lines
				l.cells, l.lines = n+1, 0
			}
			last[k].lines++
		}
	}
	name = Comma
	best, divided, into := 0.0, 0, 0
	for k, s := range separators {
		counted[k][last[k].cells] += last[k].lines
		cells, of := 0, 0
		for n, lines := range counted[k] {
			if n > 1 && (lines > of || lines == of && n > cells) {
				cells, of = n, lines
			}
		}
		if of == 0 {
			continue
		}
		weight := float64(of) / float64(lines) * (1 + numericShare(few, s.char, cells, r.Pace))
		if cells < 3 { // x, y and label need three
			weight *= 0.7
		}
		if weight > best+1e-9 {
			name, best, divided, into = s.name, weight, of, cells
		}
	}
	switch {
	case into == 0:
		return name, "for want of another"
	case divided == lines:
		return name, fmt.Sprintf("because they divide every line into %s", count(into, "cell"))
	}
	return name, fmt.Sprintf("because they divide %d of %d lines into %s", divided, lines, count(into, "cell"))
}

// dividers counts each of the separators in a line, outside of cells between quotation marks. A run of
// blanks is one separator.
func dividers(line string) (n [5]int) {
	line = strings.TrimRight(line, "\n")
	quoted, begins, blank := false, true, true
	for i := 0; i < len(line); i++ {
		b := line[i]
		if quoted {
			quoted = b != '"'
			begins = false
			continue
		}
		switch b {
		case '\t':
			n[0]++
		case ';':
			n[1]++
		case '|':
			n[2]++
		case ',':
			n[3]++
		case '"':
			quoted, begins = begins, false
			if blank = false; quoted {
				continue
			}
		case ' ', '\v', '\f':
		default:
			if begins, blank = false, false; b > ' ' {
				continue
			}
		}
		begins = b != '"'
		if space := b == ' ' || b == '\t' || b == '\v' || b == '\f'; space && !blank {
			blank = true
			n[4]++
		} else if !space {
			blank = false
		}
	}
	if blank && n[4] > 0 {
		n[4]-- // behind the last cell
	}
	return n
}

// numericShare returns the share of numbers among the cells of the lines that are cut into a number of
// cells. Whether a comma is a decimal mark is not known yet.
func numericShare(lines []string, sep byte, cells int, p *pace.Pace) float64 {
	numbers, all := 0, 0
	c := newCutter("", 1, sep)
	for _, line := range lines {
		row, ok := c.again(line, p)
		if !ok || len(row) != cells {
			continue
		}
		for _, cell := range row {
			all++
			if isAnyNumber(cell) {
				numbers++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(numbers) / float64(all)
}

// isAnyNumber reports whether a cell is a number with one decimal mark or the other.
func isAnyNumber(cell string) bool {
	if _, ok := readNumber(cell, false); ok {
		return true
	}
	_, ok := readNumber(cell, true)
	return ok
}

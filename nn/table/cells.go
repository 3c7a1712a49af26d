package table

import (
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// A cutter cuts a text into rows of cells, one after the other.
type cutter struct {
	text string
	at   int      // where the next row begins
	line int      // its line, from 1
	sep  byte     // ' ' is any run of blanks
	tick bool     // cells may stand between apostrophes too
	free []string // for the cells of rows to come
}

// maxFree is how many cells are allocated together, at most.
const maxFree = 1 << 12

func newCutter(text string, line int, sep byte) *cutter {
	return &cutter{text: text, line: line, sep: sep}
}

// rest returns what is not cut yet of the line that the next row begins with.
func (c *cutter) rest() string {
	if end := strings.IndexByte(c.text[c.at:], '\n'); end >= 0 {
		return c.text[c.at : c.at+end]
	}
	return c.text[c.at:]
}

// skip goes on to the next line.
func (c *cutter) skip(line string) {
	c.at = min(len(c.text), c.at+len(line)+1)
	c.line++
}

// next returns the cells of the next row, with the space around them trimmed, and the line at which
// it begins. A cell with the separator, a quotation mark or the end of a line in it stands between
// quotation marks. There is always a cell.
func (c *cutter) next(p *pace.Pace) (cells []string, line int, err error) {
	text := c.rest()
	line = c.line
	most := min(maxFree, len(c.text)-c.at+1) // cells of what is left
	if cap(c.free)-len(c.free) < min(64, most) {
		c.free = make([]string, 0, most)
	}
	if !strings.Contains(text, `"`) && !(c.tick && strings.Contains(text, "'")) {
		c.skip(text)
		p.Count(len(text))
		return c.plain(text), line, nil
	}
	from := c.at
	cells, err = c.quoted()
	p.Count(c.at - from)
	return cells, line, err
}

// again cuts another text, in the place of that before. The cells hold until the next.
func (c *cutter) again(text string, p *pace.Pace) ([]string, bool) {
	c.text, c.at, c.free = text, 0, c.free[:0]
	cells, _, err := c.next(p)
	return cells, err == nil
}

// plain cuts a line without quotation marks.
func (c *cutter) plain(text string) []string {
	cells := c.free
	first := len(cells)
	if c.sep == ' ' {
		for text = trimBlanks(text); text != ""; text = trimBlanks(text) {
			end := strings.IndexAny(text, blanks)
			if end < 0 {
				end = len(text)
			}
			cells = append(cells, strings.TrimSpace(text[:end]))
			text = text[end:]
		}
		if len(cells) == first {
			cells = append(cells, "")
		}
	} else {
		for {
			end := strings.IndexByte(text, c.sep)
			if end < 0 {
				break
			}
			cells = append(cells, strings.TrimSpace(text[:end]))
			text = text[end+1:]
		}
		cells = append(cells, strings.TrimSpace(text))
	}
	c.free = cells
	return cells[first:len(cells):len(cells)]
}

// blanks divide cells where the separator is a blank. Those that may stand within a number or a name,
// such as U+00A0, do not.
const blanks = " \t\v\f"

func trimBlanks(text string) string { return strings.TrimLeft(text, blanks) }

// quoted cuts a row with quotation marks in it, which may go on over several lines.
func (c *cutter) quoted() ([]string, error) {
	var cells []string
	for {
		for c.at < len(c.text) && c.pads(c.text[c.at]) {
			c.at++
		}
		if c.sep == ' ' && len(cells) > 0 && (c.at == len(c.text) || c.text[c.at] == '\n') {
			c.skip("")
			return cells, nil
		}
		cell := ""
		if c.at < len(c.text) && (c.text[c.at] == '"' || c.tick && c.text[c.at] == '\'') {
			var ok bool
			if cell, ok = c.between(c.text[c.at]); !ok {
				return nil, errorAt(c.line, "", "a quotation mark is not closed")
			}
		}
		from := c.at
		for c.at < len(c.text) && c.text[c.at] != '\n' && !c.divides(c.text[c.at]) {
			c.at++
		}
		cells = append(cells, strings.TrimSpace(cell+c.text[from:c.at]))
		if c.at == len(c.text) || c.text[c.at] == '\n' {
			c.skip("")
			return cells, nil
		}
		if c.sep != ' ' {
			c.at++
		}
	}
}

// pads reports whether a byte before a cell is no part of it.
func (c *cutter) pads(b byte) bool {
	return strings.IndexByte(blanks, b) >= 0 && (b != c.sep || c.sep == ' ')
}

func (c *cutter) divides(b byte) bool {
	return b == c.sep || c.sep == ' ' && strings.IndexByte(blanks, b) >= 0
}

// between returns what stands between the quotation mark here and its partner. Two of them in a row
// stand for one; behind an apostrophe, a backslash stands before one.
func (c *cutter) between(mark byte) (string, bool) {
	begin, line := c.at+1, c.line
	var b strings.Builder
	at := begin
	for {
		end := strings.IndexByte(c.text[at:], mark)
		if end < 0 {
			return "", false
		}
		end += at
		line += strings.Count(c.text[at:end], "\n")
		if c.tick && end > at && c.text[end-1] == '\\' {
			b.WriteString(c.text[at : end-1])
			b.WriteByte(mark)
			at = end + 1
			continue
		}
		b.WriteString(c.text[at:end])
		if at = end + 1; at == len(c.text) || c.text[at] != mark {
			c.at, c.line = at, line
			return b.String(), true
		}
		b.WriteByte(mark)
		at++
	}
}

package table

import (
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// Skipped counts the lines of a text that are no row of data.
type Skipped struct {
	Comments int // that begin with # or %
	Titles   int // before the table: of other lengths than its rows; and lines drawn under a header
	Blank    int // and those of empty cells only
}

// readLines reads lines of cells.
func (t *Table) readLines(text string, o Options, p *pace.Pace) (*lineReader, error) {
	if err := checkLines(text, p); err != nil {
		return nil, err
	}
	r := &lineReader{Table: t, text: text, line: 1, Pace: p}
	if s := r.announced(); s != "" && o.Separator == "" {
		t.Separator = s
		t.decide("separator", s, false, separatorSays(s), "because line 1 says so")
	}
	r.findComments(o.Comments)
	switch {
	case o.Separator != "":
		t.Separator = o.Separator
		t.decide("separator", o.Separator, true, separatorSays(o.Separator), "")
	case t.Separator == "":
		var reason string
		t.Separator, reason = r.findSeparator()
		t.decide("separator", t.Separator, false, separatorSays(t.Separator), reason)
	}
	if p.Stopped() != nil {
		return nil, p.Stopped()
	}
	err := r.cut()
	r.sayComments()
	if err != nil {
		return nil, err
	}
	return r, r.align(o.Header)
}

// checkLines returns an error for a line that is too long: a whole line is taken at a time.
func checkLines(text string, p *pace.Pace) error {
	for n := 1; text != ""; n++ {
		end := strings.IndexByte(text, '\n')
		if end < 0 {
			end = len(text) - 1
		}
		if end >= MaxLine {
			return errorAt(n, "", "is too long; a line can have %d bytes", MaxLine)
		}
		text = text[end+1:]
		p.Count(end)
	}
	return nil
}

// A lineReader makes rows of equal length of lines.
type lineReader struct {
	*Table
	*pace.Pace
	text string // what is left to read
	line int    // the line that it begins with

	commentReader
	short bool // the header lacks the name of the first column
}

// announced skips a first line such as sep=; which Excel obeys, and returns the separator.
func (r *lineReader) announced() string {
	line, rest, _ := strings.Cut(r.text, "\n")
	said := strings.TrimRight(line, "\r\n")
	if len(said) == len(`"sep=;"`) && said[0] == '"' && said[len(said)-1] == '"' {
		said = said[1 : len(said)-1]
	}
	if len(said) != len("sep=;") || !strings.EqualFold(said[:4], "sep=") {
		return ""
	}
	for _, s := range separators {
		if s.char == said[4] {
			r.text, r.line = rest, 2
			r.Skipped.Titles++
			return s.name
		}
	}
	return ""
}

// isRule reports whether a line is only drawn, as between header and rows, or names R's types of the
// columns, as <dbl> <chr>.
func isRule(line string) bool {
	return isTypes(line) || strings.Contains(line, "---") && strings.Trim(line, "-+|: \t") == "" ||
		strings.Contains(line, "===") && strings.Trim(line, "=+| \t") == ""
}

func isTypes(line string) bool {
	if !strings.HasPrefix(strings.TrimLeft(line, blanks), "<") {
		return false
	}
	for word := range strings.FieldsSeq(line) {
		if len(word) < 3 || word[0] != '<' || word[len(word)-1] != '>' || strings.Trim(word[1:len(word)-1], "abcdefghijklmnopqrstuvwxyz+") != "" {
			return false
		}
	}
	return true
}

// cut cuts the lines into rows, of any lengths.
func (r *lineReader) cut() error {
	sep := separatorChar(r.Separator)
	c := newCutter(r.text, r.line, sep)
	aside := newCutter("", 1, sep) // for comments
	total := 0
	for c.at < len(c.text) {
		switch line := c.rest(); {
		case strings.TrimSpace(line) == "":
			r.Skipped.Blank++
			c.skip(line)
			continue
		case r.isComment(line):
			r.addComment(c.line, line, aside)
			c.skip(line)
			continue
		case len(r.Rows) > 0 && len(r.Rows) <= maxTitles && isRule(line):
			r.Skipped.Titles++
			c.skip(line)
			continue
		}
		cells, line, err := c.next(r.Pace)
		if err != nil {
			return err
		}
		if r.Stopped() != nil {
			return r.Stopped()
		}
		if total += len(cells); total > MaxCells {
			return errTooMany()
		}
		if blank(cells) {
			r.Skipped.Blank++
			continue
		}
		r.Rows = append(r.Rows, Row{line, cells})
	}
	r.takeHeader(aside)
	return nil
}

func errTooMany() error { return errorAt(0, "", "the table must have at most %d cells", MaxCells) }

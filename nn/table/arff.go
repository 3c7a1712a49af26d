package table

import (
	"strings"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// looksLikeARFF reports whether a text begins like a file of Weka.
func looksLikeARFF(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.ToLower(strings.TrimSpace(line))
		if line != "" && line[0] != '%' {
			return strings.HasPrefix(line, "@relation") || strings.HasPrefix(line, "@attribute")
		}
	}
	return false
}

// readARFF reads the attribute-relation file format of Weka: a line for each attribute, and behind
// @data lines of comma separated values.
func (t *Table) readARFF(o Options, p *pace.Pace) (named bool, r *lineReader, err error) {
	if err := checkLines(t.text, p); err != nil {
		return false, nil, err
	}
	t.Separator, t.Header = Comma, true
	t.Decisions = append(t.Decisions, Decision{Name: "format", Label: "Format", Says: "a file of Weka (ARFF)",
		Reason: "because of @relation and @attribute"})
	c := newCutter(t.text, 1, ',')
	c.tick = true
	data, total, weights := false, 0, 0
	for c.at < len(c.text) {
		line := c.rest()
		begins := strings.TrimSpace(line)
		switch {
		case begins == "":
			t.Skipped.Blank++
		case begins[0] == '%':
			t.Skipped.Comments++
		case !data:
			word, rest, _ := strings.Cut(strings.ReplaceAll(begins, "\t", " "), " ")
			switch strings.ToLower(word) {
			case "@attribute":
				name, _, err := (&cutter{text: rest, line: c.line, sep: ' ', tick: true}).next(p)
				if err != nil {
					return false, nil, errorAt(c.line, "", "a quotation mark is not closed")
				}
				t.Columns = append(t.Columns, Column{Name: name[0]})
				if len(t.Columns) > MaxCells {
					return false, nil, errTooMany()
				}
			case "@data":
				data = true
			case "@relation":
			default:
				return false, nil, errorAt(c.line, "", "must begin with @attribute or @data; got %s", inQuotes(clip(word)))
			}
			t.Skipped.Titles++
		case begins[0] == '{':
			return false, nil, errorAt(c.line, "", "is a sparse row of ARFF; write all values of each row")
		default:
			cells, at, err := c.next(p)
			if n := len(t.Columns); err == nil && len(cells) == n+1 && isWeight(cells[n]) {
				cells = cells[:n]
				weights++
			}
			switch {
			case err != nil:
				return false, nil, err
			case len(cells) != len(t.Columns):
				return false, nil, errorAt(at, "", "has %s; there are %s", count(len(cells), "cell"),
					count(len(t.Columns), "attribute"))
			case p.Stopped() != nil:
				return false, nil, p.Stopped()
			}
			if total += len(cells); total > MaxCells {
				return false, nil, errTooMany()
			}
			t.Rows = append(t.Rows, Row{at, cells})
			continue
		}
		p.Count(len(line))
		c.skip(line)
	}
	if weights > 0 {
		t.Decisions = append(t.Decisions, Decision{Name: "weights", Label: "Weights", Says: "not used: the weights of " + count(weights, "row")})
	}
	return true, nil, nil
}

// isWeight reports whether a cell is the weight of a row, such as {5}.
func isWeight(cell string) bool {
	if len(cell) < 3 || cell[0] != '{' || cell[len(cell)-1] != '}' {
		return false
	}
	_, ok := parseNumber(strings.TrimSpace(cell[1 : len(cell)-1]))
	return ok
}

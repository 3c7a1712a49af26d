package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// Signs of a decimal mark in a cell.
type sign int

const (
	noSign     sign = iota
	pointSign       // such as 1.5 or 1,234.5
	commaSign       // such as 1,5 or 1.234,5
	maybeComma      // 1,234: a decimal comma, or a comma between thousands
	maybePoint      // 1.234
	signs
)

// signOf returns what a cell says about its decimal mark.
func signOf(cell string) sign {
	commas, marks, digits, behind, zero, others := 0, 0, 0, 0, false, false
	for i := 0; i < len(cell); i++ {
		switch b := cell[i]; {
		case b >= '0' && b <= '9':
			zero = zero || digits == 0 && marks == 0 && b == '0'
			digits++
			behind++
		case b == '.' || b == ',':
			behind = 0
			if marks++; b == ',' {
				commas++
			}
		case (b == '+' || b == '-') && i == 0:
		case b == '+' || b == '-' || b == 'e' || b == 'E' || b == ' ' || b == '\'' || b >= utf8.RuneSelf:
			others = true
		default:
			return noSign
		}
	}
	if digits == 0 || marks == 0 {
		return noSign
	}
	if marks == 1 && !others { // the usual case, without reading the number
		thousands := behind == 3 && digits >= 4 && digits <= 6 && !zero
		switch {
		case commas > 0 && thousands:
			return maybeComma
		case commas > 0:
			return commaSign
		case thousands:
			return maybePoint
		}
		return pointSign
	}
	_, point := readNumber(cell, false)
	_, comma := readNumber(cell, true)
	switch {
	case point && comma && commas > 0:
		return maybeComma
	case point && comma:
		return maybePoint
	case point:
		return pointSign
	case comma:
		return commaSign
	}
	return noSign
}

// A vote is what the cells of a column, or of all, say about the decimal mark.
type vote struct {
	n     [signs]int // how many cells show a sign,
	first [signs]string
	line  [signs]int // and the first of them
	short Row        // the first with a whole number below 1000; Line 0 for none
	long  bool       // whether a whole number without marks has four digits or more
}

// thousands returns the sign whose mark stands between thousands in a column, or noSign: all its marked
// cells have three digits behind the mark, and smaller whole numbers stand beside them, but no longer ones.
// With decimals such numbers would end in anything.
func (v *vote) thousands() sign {
	if v.n[pointSign]+v.n[commaSign] > 0 || v.short.Line == 0 || v.long {
		return noSign
	}
	switch comma, point := v.n[maybeComma] > 0, v.n[maybePoint] > 0; {
	case comma && !point:
		return maybeComma
	case point && !comma:
		return maybePoint
	}
	return noSign
}

// votes counts the votes of each column and of all. The first row is no witness for whole numbers if it
// may be a header.
func (t *Table) votes(p *pace.Pace) (columns []vote, all vote) {
	columns = make([]vote, len(t.Columns))
	for r, row := range t.Rows {
		for i, cell := range row.Cells {
			if !p.Count(cellWork) {
				return columns, all
			}
			v := &columns[i]
			s := signOf(cell)
			switch digits := strings.TrimLeft(cell, "+-"); {
			case s != noSign:
				if v.n[s]++; v.n[s] == 1 {
					v.first[s], v.line[s] = cell, row.Line
				}
				if all.n[s]++; all.n[s] == 1 {
					all.first[s], all.line[s] = cell, row.Line
				}
			case r == 0 && t.Columns[i].Name == "" || v.long || digits == "" || strings.Trim(digits, "0123456789") != "":
			case len(digits) > 3:
				v.long = true
			case v.short.Line == 0:
				v.short = Row{row.Line, row.Cells[i : i+1]}
			}
		}
	}
	return columns, all
}

// weighDecimal decides the decimal mark of each column, and that of the table with its reason. exact says
// that points are decimal points, by the rules of the format.
//
// A column has the mark that most of its cells show. One that shows none may have its mark between
// thousands, unless another column shows that the table has this decimal mark. Any other has the mark of
// the table, unless commas divide the cells or it is JSON: their numbers have a point, as far as they
// have no comma.
func (t *Table) weighDecimal(asked string, exact bool, p *pace.Pace) (comma bool, reason string) {
	columns, all := t.votes(p)
	because := func(s sign) string { return fmt.Sprintf("because of %s in line %d", all.first[s], all.line[s]) }
	between := noSign // the mark that stands between thousands
	for i := range columns {
		v := &columns[i]
		s := v.thousands()
		if asked != "" || s == noSign || s == maybePoint && (exact || all.n[pointSign] > 0) || s == maybeComma && all.n[commaSign] > 0 {
			continue
		}
		t.Columns[i].comma, t.Columns[i].voted = s == maybePoint, true
		if between == noSign {
			mark := "comma"
			if s == maybePoint {
				mark = "point"
			}
			between = s
			reason = fmt.Sprintf("since the %s in %s, line %d, stands before three digits, and %s in line %d has none", mark,
				v.first[s], v.line[s], v.short.Cells[0], v.short.Line)
		}
	}
	switch {
	case asked != "":
		comma = asked == DecimalComma
	case all.n[commaSign] > all.n[pointSign]:
		comma, reason = true, because(commaSign)
	case all.n[pointSign] > 0:
		reason = because(pointSign)
	case between != noSign:
		comma = between == maybePoint
	case all.n[maybePoint] > 0:
		reason = because(maybePoint)
	case all.n[maybeComma] > 0 && t.Separator == Semicolon:
		comma, reason = true, because(maybeComma)+" and of the semicolons"
	case all.n[maybeComma] > 0:
		reason = fmt.Sprintf("since the comma in %s, line %d, stands before three digits", all.first[maybeComma], all.line[maybeComma])
	}
	inherit := t.Separator != Comma && !t.JSON
	for i := range t.Columns {
		v, c := &columns[i], &t.Columns[i]
		switch {
		case asked != "":
			c.comma = comma
		case v.n[pointSign]+v.n[commaSign] > 0:
			c.comma, c.voted = v.n[commaSign] > v.n[pointSign], true
		case !c.voted:
			c.comma = comma && (inherit || v.n[maybeComma] > 0 || between == maybePoint && v.n[maybePoint] > 0)
		}
	}
	return comma, reason
}

// sayDecimal notes what weighDecimal decided, if there was anything to decide.
func (t *Table) sayDecimal(asked string, comma bool, reason string) {
	if reason == "" && asked == "" {
		return
	}
	value, says, other := DecimalPoint, "decimal point", "comma"
	if comma {
		value, says, other = DecimalComma, "decimal comma", "point"
	}
	var others []string
	for _, c := range t.Columns {
		if c.voted && c.comma != comma && c.numbers > 0 {
			others = append(others, c.Name)
		}
	}
	if len(others) > 0 {
		reason += fmt.Sprintf("; a %s in %s", other, list(others))
	}
	t.decide("decimal", value, asked != "", says, reason)
}

// readNumber reads a cell as a number, with a decimal point or comma. The other one may stand between
// thousands, and so may a blank or an apostrophe. The minus may be typographic (U+2212).
func readNumber(cell string, comma bool) (float64, bool) {
	if cell == "" || len(cell) > maxNumber || cell[0] >= 'A' && cell[0] < utf8.RuneSelf {
		return 0, false
	}
	if !plain(cell) || comma && strings.IndexByte(cell, '.') >= 0 {
		if cell = plainNumber(cell, comma); cell == "" {
			return 0, false
		}
	}
	return parseNumber(cell)
}

// maxNumber is the most bytes of a cell that is a number.
const maxNumber = 4096

// plain reports whether a cell has only what a number can have that is written as in Go.
func plain(cell string) bool {
	for i := 0; i < len(cell); i++ {
		if b := cell[i]; (b < '0' || b > '9') && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E' {
			return false
		}
	}
	return true
}

// plainNumber returns a number as parseNumber takes it, or "".
func plainNumber(cell string, comma bool) string {
	mark, between := byte('.'), ","
	if comma {
		mark, between = ',', "."
	}
	rest := strings.ReplaceAll(cell, "−", "-")
	exponent := ""
	if at := strings.IndexAny(rest, "eE"); at >= 0 {
		rest, exponent = rest[:at], rest[at:]
	}
	prefix := ""
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		prefix, rest = rest[:1], strings.TrimLeft(rest[1:], " \u00a0")
	}
	fraction := ""
	if at := strings.IndexByte(rest, mark); at >= 0 {
		rest, fraction = rest[:at], "."+rest[at+1:]
	}
	if strings.Trim(rest, "0123456789") != "" {
		var ok bool
		if rest, ok = joinThousands(rest, between); !ok {
			return ""
		}
	}
	return prefix + rest + fraction + exponent
}

// joinThousands joins groups of three digits, which stand behind one to three others.
func joinThousands(text, between string) (string, bool) {
	for _, b := range []string{between, "'", "’", " ", "\u00a0", "\u202f", "\u2009"} {
		groups := strings.Split(text, b)
		if len(groups) < 2 {
			continue
		}
		for i, g := range groups {
			if strings.Trim(g, "0123456789") != "" || i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3 || g[0] == '0') {
				return "", false
			}
		}
		return strings.Join(groups, ""), true
	}
	return "", false
}

// parseNumber reads a decimal number. Go's own syntax takes more: hexadecimal numbers, underscores,
// names of infinity.
func parseNumber(text string) (float64, bool) {
	text = strings.Replace(text, "−", "-", 1)
	if text == "" || !plain(text) {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v + 0, err == nil && !math.IsInf(v, 0) // no negative zero
}

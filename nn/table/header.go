package table

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// decideHeader decides whether the first row has the names of the columns, and takes them from there
// or from a comment before it. r is nil for JSON.
func (t *Table) decideHeader(r *lineReader, asked string) {
	first := t.Rows[0]
	yes, reason := t.weighHeader(first)
	if names, line := r.commentNames(len(t.Columns)); names != nil && asked != HeaderNo && !yes {
		for i, name := range names {
			t.Columns[i].Name = name
			t.Columns[i].addFirst(first.Cells[i])
		}
		t.Header, t.comment = true, true
		t.decide("header", HeaderYes, asked != "", fmt.Sprintf("names of columns in line %d", line), "because the comment names each column")
		return
	}
	if r != nil && r.short {
		yes = true
		reason = fmt.Sprintf("because line %d has one cell less: the first column names the rows", first.Line)
		t.Columns[0].rowNames = true
	}
	if asked != "" {
		yes = asked == HeaderYes
	}
	t.Header = yes
	value, says := HeaderNo, "no names of columns"
	if yes {
		value, says = HeaderYes, fmt.Sprintf("names of columns in line %d", first.Line)
		t.Rows = t.Rows[1:]
	}
	for i, cell := range first.Cells {
		if yes {
			t.Columns[i].Name = t.name(cell)
		} else {
			t.Columns[i].addFirst(cell)
		}
	}
	t.decide("header", value, asked != "", says, reason)
}

// weighHeader weighs what the first row says about each column against the rest of the rows, which
// were surveyed. A word over numbers speaks for a header. A number over numbers, and a word that stands
// in the rest of its column too, speak against it.
func (t *Table) weighHeader(first Row) (yes bool, reason string) {
	weight := 0.0
	why := map[bool]string{}
	say := func(w float64, format string, args ...any) {
		weight += w
		if why[w > 0] == "" {
			why[w > 0] = "because " + fmt.Sprintf(format, args...)
		}
	}
	at := fmt.Sprintf("in line %d", first.Line)
	var numbers []int // columns over which the first row has whole numbers
	noNumber := true
	like, alone, lonely := -1, 0, "" // a whole number over numbers; words that their columns lack
	for i, cell := range first.Cells {
		c := &t.Columns[i]
		_, number := c.number(cell)
		noNumber = noNumber && !number && (!missing(cell) || cell == "" && (i == 0 || c.filled == 0))
		repeated := slices.Contains(c.values, cell)
		overNumbers := c.numbers > 0 && c.mostlyNumbers()
		switch {
		case cell == "":
		case number && !whole(cell) && overNumbers:
			say(-1, "%s %s is a number like those below it", cell, at)
		case number:
			if numbers = append(numbers, i); overNumbers && like < 0 {
				like = i
			}
		case repeated:
			say(-2, "%s %s stands further down too", inQuotes(clip(cell)), at)
		case overNumbers && !missing(cell):
			say(2, "%s %s stands over numbers", inQuotes(clip(cell)), at)
			if isKnown(cell) {
				weight += 0.5
			}
		case isKnown(cell) && c.filled > 0:
			say(2, "%s %s is a usual name", inQuotes(clip(cell)), at)
		case c.filled >= 4 && len(c.values) <= maxFew && 2*len(c.values) <= c.filled && !missing(cell):
			if alone++; alone == 1 {
				lonely = cell
			}
		}
	}
	switch {
	case t.numbered(first.Cells, numbers):
		say(2, "line %d counts the columns", first.Line)
	case areMissingWords(first.Cells):
		say(2, "line %d has words for missing values, each of them once", first.Line)
	case t.years(first.Cells, numbers):
		say(2, "line %d has years over other numbers", first.Line)
	case like >= 0: // then a class may well occur once
		say(-0.5, "%s %s is a number like those below it", first.Cells[like], at)
		alone = 0
	}
	if alone > 0 {
		say(0.5*float64(alone), "%s %s stands nowhere else in its column", inQuotes(clip(lonely)), at)
	}
	switch {
	case weight != 0:
	case len(why) == 0 && noNumber && !blank(first.Cells):
		return true, fmt.Sprintf("because line %d has no number", first.Line)
	case len(why) == 0:
		return false, fmt.Sprintf("because line %d is like the others", first.Line)
	}
	if weight <= 0 {
		return false, why[false]
	}
	return true, why[true]
}

// numbered reports whether the whole numbers of a first row count the columns, from 0 or 1, over
// numbers with fractions, or behind an empty cell.
func (t *Table) numbered(first []string, columns []int) bool {
	if len(columns) < 2 {
		return false
	}
	fractions, begin := 0, 0.0
	for k, i := range columns {
		v, _ := t.Columns[i].number(first[i])
		if k == 0 {
			begin = v
		}
		if v != begin+float64(k) || !whole(first[i]) {
			return false
		}
		if c := t.Columns[i]; c.numbers > 0 && c.plain == 0 {
			fractions++
		}
	}
	return (begin == 0 || begin == 1) && (fractions >= 2 || first[0] == "" && begin == 0)
}

// areMissingWords reports whether all cells are words for missing values, and different ones. They are
// names then, as NaN, NA and Na: in a row all missing values are written in one way.
func areMissingWords(cells []string) bool {
	for i, cell := range cells {
		if cell == "" || !missing(cell) || slices.Contains(cells[:i], cell) {
			return false
		}
	}
	return len(cells) > 2
}

// years reports whether the whole numbers of a first row are years, over numbers that are none.
func (t *Table) years(first []string, columns []int) bool {
	for _, i := range columns {
		c := t.Columns[i]
		v, _ := c.number(first[i])
		if v < 1800 || v > 2100 || c.numbers == 0 || c.high >= 1800 && c.low <= 2100 {
			return false
		}
	}
	return len(columns) >= 2
}

// whole reports whether a number is written as a whole one.
func whole(cell string) bool {
	for i := 0; i < len(cell); i++ {
		if b := cell[i]; (b < '0' || b > '9') && b != '-' && b != '+' && b < utf8.RuneSelf {
			return false
		}
	}
	return true
}

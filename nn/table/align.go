package table

import (
	"fmt"
	"slices"
)

// maxTitles is how many lines may stand before a table.
const maxTitles = 20

// align makes all rows of one length: the most frequent one, and the longest of several. Lines before
// the table that have another are titles. Empty cells at the ends of rows do not count.
func (r *lineReader) align(header string) error {
	if len(r.Rows) == 0 {
		return nil
	}
	width := r.width()
	r.takeTitles(width)
	first := r.Rows[0]
	if n := len(first.Cells); n < width && len(r.Rows) > 1 {
		full, empty := 0, 0 // rows that are as long, and those without the cells that the first row lacks
		for _, row := range r.Rows[1:] {
			if !r.Count(cellWork) {
				return r.Stopped()
			}
			if len(row.Cells) == width {
				full++
				if blank(row.Cells[n:]) {
					empty++
				}
			}
		}
		switch {
		case full == len(r.Rows)-1 && 2*empty >= full: // remarks, which need no name
			r.Rows[0].Cells = append(first.Cells, make([]string, width-n)...)
		case n == width-1 && n > 1 && header != HeaderNo && words(first.Cells):
			r.Rows[0].Cells = append([]string{""}, first.Cells...)
			r.short = true
		}
	}
	for i, row := range r.Rows {
		if len(row.Cells) > width && blank(row.Cells[width:]) {
			r.Rows[i].Cells = row.Cells[:width]
		} else if len(row.Cells) != width {
			others := "most rows have"
			if i > 0 && len(r.Rows[0].Cells) == width {
				others = "the first row has"
			}
			return errorAt(row.Line, "", "has %s; %s %d", count(len(row.Cells), "cell"), others, width)
		}
	}
	return nil
}

// width returns the most frequent number of cells of a row, the larger one of two.
func (r *lineReader) width() int {
	n := map[int]int{}
	best := 0
	for _, row := range r.Rows {
		n[len(row.Cells)]++
	}
	for cells, rows := range n {
		if rows > n[best] || rows == n[best] && cells > best {
			best = cells
		}
	}
	return best
}

// takeTitles removes the titles before the table.
func (r *lineReader) takeTitles(width int) {
	titles := r.beforeHeader(width)
	if titles == 0 {
		titles = r.beforeRows(width)
	}
	if titles == 0 {
		return
	}
	r.Skipped.Titles += titles
	first := r.Rows[0]
	reason := fmt.Sprintf("because line %d has not %s", first.Line, count(width, "cell"))
	if len(first.Cells) == width && !blank(first.Cells[1:]) {
		reason = fmt.Sprintf("because not all cells of line %d are filled", first.Line)
	} else if len(first.Cells) == width {
		reason = fmt.Sprintf("because only the first cell of line %d is filled", first.Line)
	}
	r.Decisions = append(r.Decisions, Decision{Name: "titles", Label: "Titles",
		Says: fmt.Sprintf("%s before the table skipped", count(titles, "line")), Reason: reason})
	r.Rows = r.Rows[titles:]
}

// beforeHeader returns how many rows stand before a header: they have other lengths, or their
// last cells are empty. They may have numbers in them, as what a logger says of itself.
func (r *lineReader) beforeHeader(width int) int {
	for i, row := range r.Rows[:min(maxTitles+1, len(r.Rows)-1)] {
		cells := row.Cells
		for len(cells) > 1 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == width {
			if width > 1 && isHeader(cells) {
				return i
			}
			return 0
		}
	}
	return 0
}

// beforeRows returns how many rows stand before the table, where no header of all of its columns
// follows them.
func (r *lineReader) beforeRows(width int) int {
	titles := 0
	for titles < min(maxTitles, len(r.Rows)-1) && r.isTitle(titles, width) {
		titles++
	}
	if titles == 0 || len(r.Rows[titles].Cells) != width && !blank(r.Rows[titles].Cells[min(width, len(r.Rows[titles].Cells)):]) {
		return 0
	}
	last, next := r.Rows[titles-1].Cells, r.Rows[titles].Cells
	if n := len(last); n > 1 && n < width && words(last) && !isHeader(next) {
		titles-- // the header of R, or of columns of which the last is empty
	}
	return titles
}

// isTitle reports whether a row is a title: it has words, and another length than the table.
func (r *lineReader) isTitle(i, width int) bool {
	cells, next := r.Rows[i].Cells, r.Rows[i+1].Cells
	switch {
	case width < 2 || cells[0] == "":
		return false
	case len(cells) == 1:
		return true
	case len(cells) == width || len(cells) > width && blank(cells[width:]) || !words(cells):
		return false
	}
	return len(cells) < width || words(next)
}

// isHeader reports whether cells are likely names: words, and only the first may be missing.
func isHeader(cells []string) bool { return words(cells) && !slices.ContainsFunc(cells[1:], missing) }

// blank reports whether all cells are empty.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" })
}

// words reports whether a filled cell is among the cells, and none of them is a number.
func words(cells []string) bool {
	for _, cell := range cells {
		if _, number := readNumber(cell, false); number {
			return false
		}
	}
	return !blank(cells)
}

package table

import (
	"fmt"
	"slices"
)

// maxTitles is how many lines may stand before a table.
const maxTitles = 20

// align makes all rows of one length: the most frequent one, and the first of several. Lines before
// the table that have another are titles. Empty cells at the ends of rows do not count.
func (r *lineReader) align(header string) error {
	if len(r.Rows) == 0 {
		return nil
	}
	width := r.width()
	if err := r.takeTitles(width, header); err != nil {
		return err
	}
	first := r.Rows[0]
	if n := len(first.Cells); n < width && len(r.Rows) > 1 {
		empty := true // the columns that the first row lacks
		for _, row := range r.Rows[1:] {
			empty = empty && r.Count(cellWork) && len(row.Cells) == width && blank(row.Cells[n:])
		}
		switch {
		case empty:
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

// width returns the most frequent number of cells of a row, the earlier one of two.
func (r *lineReader) width() int {
	n := map[int]int{}
	for _, row := range r.Rows {
		n[len(row.Cells)]++
	}
	best := len(r.Rows[0].Cells)
	for _, row := range r.Rows {
		if n[len(row.Cells)] > n[best] {
			best = len(row.Cells)
		}
	}
	return best
}

// takeTitles removes the titles before the table.
func (r *lineReader) takeTitles(width int, header string) error {
	titles := 0
	for titles < min(maxTitles, len(r.Rows)-1) && r.isTitle(titles, width) {
		titles++
	}
	if titles == 0 || len(r.Rows[titles].Cells) != width && !blank(r.Rows[titles].Cells[min(width, len(r.Rows[titles].Cells)):]) {
		return nil
	}
	// One line that lacks one cell is R's header, unless another header follows.
	if n := len(r.Rows[0].Cells); titles == 1 && n == width-1 && n > 1 && words(r.Rows[0].Cells) && !words(r.Rows[1].Cells) {
		return nil
	}
	// The header of columns of which the last is empty.
	if n := len(r.Rows[titles-1].Cells); n > 1 && n < width && words(r.Rows[titles-1].Cells) && !words(r.Rows[titles].Cells) {
		titles--
	}
	if titles == 0 {
		return nil
	}
	r.Skipped.Titles += titles
	r.Decisions = append(r.Decisions, Decision{Name: "titles", Label: "Titles",
		Says:   fmt.Sprintf("%s before the table skipped", count(titles, "line")),
		Reason: fmt.Sprintf("because line %d has not %s", r.Rows[0].Line, count(width, "cell"))})
	r.Rows = r.Rows[titles:]
	return nil
}

// isTitle reports whether a row is a title: it has another length than the table, or only its first
// cell is filled and all of the next row's are.
func (r *lineReader) isTitle(i, width int) bool {
	cells, next := r.Rows[i].Cells, r.Rows[i+1].Cells
	if width < 2 || cells[0] == "" {
		return false
	}
	if len(cells) == 1 {
		return true
	}
	if blank(cells[1:]) {
		return words(cells[:1]) && len(next) >= 2 && !blank(next[1:])
	}
	if blank(cells[min(width, len(cells)):]) && len(cells) >= width || !words(cells) {
		return false
	}
	return len(cells) < width || words(next)
}

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

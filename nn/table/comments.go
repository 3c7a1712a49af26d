package table

import (
	"fmt"
	"slices"
	"strings"
)

// A comment is a line that begins with # or %.
type comment struct {
	line int
	text string
}

// A commentReader is what a lineReader knows of comments.
type commentReader struct {
	asked string    // whether to skip them, or ""
	some  bool      // there are lines that may be comments
	begin string    // the characters of those that are
	first int       // the line of the first of them
	named []comment // the last of those before the first row, without #: one may name the columns

	// header is the first that begins with # and a separator, so that # may be the name of a column.
	// It stands before the row at headerAt.
	header   comment
	headerAt int
	rowish   map[int]*likeRows // those that may be rows, by the number of their cells
}

// likeRows are comments of one number of cells, among them a number, without a blank behind #.
type likeRows struct {
	n     int
	first comment
}

// findComments decides whether lines that begin with # or % are comments. If most lines do, the
// character belongs to the cells, as in the code of a colour.
func (r *lineReader) findComments(asked string) {
	var n, inHead [2]int
	others := 0
	for text := range strings.Lines(r.text) {
		if !r.Count(len(text) / 8) {
			return
		}
		switch begin := strings.TrimLeft(text, blanks); {
		case strings.TrimSpace(begin) == "":
		case startsComment(begin):
			k := strings.IndexByte("#%", begin[0])
			if n[k]++; others == 0 {
				inHead[k]++
			}
		default:
			others++
		}
	}
	r.asked, r.some = asked, n[0]+n[1] > 0
	for k, char := range []string{"#", "%"} {
		behind := n[k] - inHead[k]
		if n[k] > 0 && asked != CommentsRead && (asked != "" || others > 0 && behind < others) {
			r.begin += char
		}
	}
}

// isComment reports whether a line is a comment.
func (r *lineReader) isComment(line string) bool {
	line = strings.TrimLeft(line, blanks)
	return r.begin != "" && line != "" && strings.IndexByte(r.begin, line[0]) >= 0 && startsComment(line)
}

// startsComment reports whether a line may be a comment. A row may begin with #N/A or #REF!, which are none.
func startsComment(line string) bool {
	if line[0] != '#' && line[0] != '%' {
		return false
	}
	cell := line[:min(len(line), longestError+1)]
	if end := strings.IndexAny(cell, ",;|\t \n"); end > 0 {
		return end == 1 || !missing(cell[:end])
	}
	return true
}

// addComment takes a comment into account that follows the rows so far.
func (r *lineReader) addComment(at int, line string, c *cutter) {
	r.Skipped.Comments++
	text := strings.TrimLeft(line, blanks)
	if len(r.Rows) == 0 {
		r.named = append(r.named[max(0, len(r.named)-maxTitles+1):], comment{at, strings.TrimLeft(line, "#% \t")})
	}
	if r.asked == "" && r.header.line == 0 && len(r.Rows) <= maxTitles && text[0] == '#' && len(text) > 1 && text[1] == c.sep && c.sep != ' ' {
		r.header, r.headerAt = comment{at, text}, len(r.Rows)
	} else if r.first == 0 {
		r.first = at
	}
	if len(text) > 1 && strings.IndexByte(blanks, text[1]) >= 0 {
		return
	}
	cells, ok := c.again(text, r.Pace)
	if !ok || len(cells) < 3 || !slices.ContainsFunc(cells[1:], isAnyNumber) {
		return
	}
	if r.rowish == nil {
		r.rowish = map[int]*likeRows{}
	}
	like := r.rowish[len(cells)]
	if like == nil {
		like = &likeRows{first: comment{at, text}}
		r.rowish[len(cells)] = like
	}
	like.n++
}

// takeHeader makes the header of a comment that begins with the name # of a column.
func (r *lineReader) takeHeader(c *cutter) {
	if r.header.line == 0 {
		return
	}
	if len(r.Rows) == 0 {
		r.first = r.header.line
		return
	}
	cells, ok := c.again(r.header.text, r.Pace)
	width := r.width()
	isRow := func(row Row) bool { return len(row.Cells) == width }
	if ok && len(cells) == width && words(cells) && !slices.ContainsFunc(r.Rows[:r.headerAt], isRow) {
		r.Rows = slices.Insert(r.Rows, r.headerAt, Row{r.header.line, slices.Clone(cells)})
		r.Skipped.Comments--
	} else if r.first == 0 || r.first > r.header.line {
		r.first = r.header.line
	}
}

// sayComments says how many comments were skipped, and how many of them look like rows.
func (r *lineReader) sayComments() {
	switch n := r.Skipped.Comments; {
	case !r.some:
	case r.begin == "":
		r.decide("comments", CommentsRead, r.asked != "", "lines that begin with # or % are read", "because most lines do")
	case n > 0:
		first := fmt.Sprintf("because line %d begins", r.first)
		if n > 1 {
			first = fmt.Sprintf("because line %d and %d more begin", r.first, n-1)
		}
		r.decide("comments", CommentsSkip, r.asked != "", count(n, "comment")+" skipped",
			first+" with "+strings.Join(strings.Split(r.begin, ""), " or "))
	}
	if len(r.Rows) == 0 || r.asked != "" {
		return
	}
	width := r.width()
	if like := r.rowish[width]; like != nil {
		look := "look like rows"
		if like.n == 1 {
			look = "looks like a row"
		}
		r.Decisions = append(r.Decisions, Decision{Name: "commented", Label: "Comments",
			Says:   fmt.Sprintf("%s with # or %% that %s skipped", count(like.n, "line"), look),
			Reason: fmt.Sprintf("such as %s in line %d", Isolated(clip(like.first.text)), like.first.line)})
	}
}

// commentNames returns the names of the columns from a comment before the first row, and its line, or
// nil.
func (r *lineReader) commentNames(columns int) (names []string, line int) {
	if r == nil {
		return nil, 0
	}
	own := separatorChar(r.Separator)
	for i := len(r.named) - 1; i >= 0; i-- {
		for _, sep := range []byte{own, ' ', ',', '\t', ';'} {
			cells, _, err := newCutter(r.named[i].text, 1, sep).next(r.Pace)
			if err == nil && len(cells) == columns && areNames(cells) && (sep == own || slices.ContainsFunc(cells, isKnown)) {
				return cells, r.named[i].line
			}
		}
	}
	return nil, 0
}

// linkWords are words of sentences, which name no column.
var linkWords = []string{
	"an", "and", "are", "at", "by", "for", "from", "in", "is", "of", "on", "the", "this", "to", "was", "were", "with",
	"am", "aus", "bei", "das", "dem", "der", "die", "für", "im", "ist", "mit", "und", "vom", "von", "zu", "zur",
	"dans", "de", "del", "des", "du", "el", "en", "est", "et", "la", "le", "les", "par", "por", "pour", "sur",
}

// areNames reports whether the words of a comment are names and no sentence.
func areNames(cells []string) bool {
	if !words(cells) {
		return false
	}
	for i, cell := range cells {
		switch last := cell[max(0, len(cell)-1):]; {
		case cell == "" || slices.Contains(cells[:i], cell):
			return false
		case slices.Contains(linkWords, strings.ToLower(cell)) || strings.Contains(".:!?", last) && !isKnown(cell):
			return false
		}
	}
	return true
}

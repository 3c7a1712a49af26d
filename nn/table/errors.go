package table

import (
	"fmt"
	"strings"
)

// An Error says what is wrong with a table, and where.
type Error struct {
	Line    int    // of the text, from 1; 0 where it is no single line
	Column  string // name of the column, or ""
	Message string // such as `"abc" is not a number`
}

func (e *Error) Error() string {
	var place []string
	if e.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", e.Line))
	}
	if e.Column != "" {
		place = append(place, fmt.Sprintf("column %q", e.Column))
	}
	if len(place) == 0 {
		return e.Message
	}
	return strings.Join(place, ", ") + ": " + e.Message
}

func errorAt(line int, column, format string, args ...any) error {
	return &Error{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

// maxName is how many letters of a name are kept.
const maxName = 60

// clip keeps a cell from filling a message or a page.
func clip(s string) string {
	if r := []rune(s[:min(len(s), 8*maxName)]); len(r) > maxName {
		return string(r[:maxName]) + "…"
	}
	return s
}

package table

import (
	"fmt"
	"strings"
)

// An Error says what is wrong with a table, and where.
type Error struct {
	Line    int    // in the text, from 1; 0 if the error is not in one line
	Column  string // name of the column, or ""
	Message string // such as `"abc" is not a number`
}

func (e *Error) Error() string {
	var place []string
	if e.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", e.Line))
	}
	if e.Column != "" {
		place = append(place, "column "+inQuotes(e.Column))
	}
	if len(place) == 0 {
		return e.Message
	}
	return strings.Join(place, ", ") + ": " + e.Message
}

func errorAt(line int, column, format string, args ...any) error {
	return &Error{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

// MaxName is the number of letters of a name that are kept.
const MaxName = 60

// clip shortens a cell for a message or the page.
func clip(s string) string {
	if r := []rune(s[:min(len(s), 8*MaxName)]); len(r) > MaxName {
		return string(r[:MaxName]) + "…"
	}
	return s
}

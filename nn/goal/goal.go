// Package goal says what a run is to reach, and whether it has: "test accuracy 95, units 6, data
// untouched". A goal is a list of rules with commas between them. The rules are one table, which the
// reader, the page, the documents and the tests range over:
//
//	goal   = rule *("," rule)
//	rule   = name [sign] number ["%"] / part " untouched" / "after " number
//
// What the page shows of a rule is read, too: "at most 6 units", "without touching the data".
//
// A rule about a number has one direction, so a link need not write it. A sign may be there for whoever
// writes it by hand: "test accuracy ≥ 95 %". The direction must be the rule's own.
package goal

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// Field is the name of a goal in links, messages and errors.
const Field = "goal"

// MaxBytes is how long the text of a goal may be.
const MaxBytes = 300

// A Goal is what a run is to reach: all its rules. Without any there is no goal.
type Goal []Rule

// A Rule is a row of the table with its number, which a rule about a part has not.
type Rule struct {
	*Row
	Number float64
}

// Parse reads a goal. An empty text is none. The error is an [*nn.FieldError].
func Parse(text string) (Goal, error) {
	if len(text) > MaxBytes {
		return nil, bad("must have at most %d characters; got %d", MaxBytes, len(text))
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var g Goal
	for part := range strings.SplitSeq(text, ",") {
		rule, err := parseRule(part)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(g, func(r Rule) bool { return r.Row == rule.Row }) {
			return nil, bad("has the rule %q twice", rule.Name)
		}
		g = append(g, rule)
	}
	return g, nil
}

func bad(format string, args ...any) error {
	return &nn.FieldError{Field: Field, Message: fmt.Sprintf(format, args...)}
}

// signs are the ways to write a direction.
var signs = map[Direction][]string{AtLeast: {"at least", "≥", ">="}, AtMost: {"at most", "≤", "<="}}

func parseRule(text string) (Rule, error) {
	words := inOrder(strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(text), "_", " ")), " "))
	// The longest name that it begins with: "test accuracy" and not "test".
	var row *Row
	for i := range rows {
		if r := &rows[i]; strings.HasPrefix(words, r.Name) && (row == nil || len(r.Name) > len(row.Name)) {
			row = r
		}
	}
	if row == nil {
		return Rule{}, bad("must be rules with commas between them, each one of %s; got %q", Names(), clip(text))
	}
	rest := strings.TrimSpace(words[len(row.Name):])
	if row.Direction == Untouched {
		if rest != "" {
			return Rule{}, bad("has %q after the rule %q, where nothing may follow", clip(rest), row.Name)
		}
		return Rule{Row: row}, nil
	}
	for _, direction := range []Direction{AtLeast, AtMost} {
		for _, sign := range signs[direction] {
			after, found := strings.CutPrefix(rest, sign)
			if !found || row.Direction == After {
				continue
			}
			if direction != row.Direction {
				return Rule{}, bad("has the rule %q with %q; this rule is always %q", row.Name, sign, signs[row.Direction][0])
			}
			rest = strings.TrimSpace(after)
		}
	}
	digits, percent := strings.CutSuffix(rest, "%")
	number, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	switch {
	case err != nil || math.IsNaN(number):
		return Rule{}, bad("needs a number after %q; got %q", row.Name, clip(rest))
	case percent && row.Unit == "":
		return Rule{}, bad("must have for %q a number without %%; got %q", row.Name, clip(rest))
	case number < row.Least || number > row.Most || number == 0 && math.Signbit(number):
		return Rule{}, bad("must have for %q a number from %s to %s; got %s", row.Name, write(row.Least), write(row.Most), write(number))
	case row.Whole && number != math.Trunc(number):
		return Rule{}, bad("must have for %q a whole number; got %s", row.Name, write(number))
	}
	return Rule{row, number}, nil
}

// inOrder returns a rule in the order of links, where it is written as [Rule.Words] says it.
func inOrder(words string) string {
	for i := range rows {
		r := &rows[i]
		if r.Direction == Untouched && words == r.About {
			return r.Name
		}
		if r.Counts == "" || strings.HasPrefix(words, "after ") {
			continue
		}
		for _, name := range []string{r.Name, r.Counts} {
			if number, ok := strings.CutSuffix(words, " "+name); ok && number != "" {
				return r.Name + " " + number
			}
		}
	}
	return words
}

func clip(text string) string {
	text = strings.TrimSpace(text)
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

func write(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// String returns the text of a goal, as links hold it. Parse reads it.
func (g Goal) String() string {
	texts := make([]string, len(g))
	for i, r := range g {
		texts[i] = r.String()
	}
	return strings.Join(texts, ",")
}

// String returns the text of a rule.
func (r Rule) String() string {
	if r.Direction == Untouched {
		return r.Name
	}
	return r.Name + " " + write(r.Number)
}

// After returns how many acts came with the lesson. Those do not count.
func (g Goal) After() int {
	for _, r := range g {
		if r.Direction == After {
			return int(r.Number)
		}
	}
	return 0
}

// CountAfter returns a goal that says how many acts came with the lesson, unless it says so already. What
// is too long for that stays as it is.
func (g Goal) CountAfter(acts int) Goal {
	if len(g) == 0 || acts == 0 || g.After() > 0 {
		return g
	}
	row := &rows[slices.IndexFunc(rows, func(r Row) bool { return r.Direction == After })]
	longer := append(slices.Clone(g), Rule{row, float64(acts)})
	if len(longer.String()) > MaxBytes {
		return g
	}
	return longer
}

// Words says what the rule asks for: "test accuracy at least 95 %", "at most 6 units".
func (r Rule) Words() string {
	number := write(r.Number) + r.Unit
	switch {
	case r.Direction == Untouched:
		return r.About
	case r.Direction == After && r.Number == 1:
		return "since the first act, which is the lesson’s"
	case r.Direction == After:
		return "since the first " + number + " acts, which are the lesson’s"
	case r.Counts != "":
		if r.Number == 1 {
			return signs[r.Direction][0] + " " + number + " " + r.Counts
		}
		return signs[r.Direction][0] + " " + number + " " + r.Name
	}
	return r.Name + " " + signs[r.Direction][0] + " " + number
}

package docs

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
)

// TestGoals: the documents' table of the rules of goals has the rows of package goal.
func TestGoals(t *testing.T) {
	var want [][]string
	for _, r := range goal.All() {
		asks := map[goal.Direction]string{goal.AtLeast: "at least a number", goal.AtMost: "at most a number", goal.Untouched: "no number", goal.After: "nothing"}[r.Direction]
		if r.Unit != "" {
			asks += " in" + r.Unit
		}
		want = append(want, []string{"`" + r.Name + "`", asks, r.About})
	}
	isTable(t, table(t, "rule"), want)
}

// TestVerdicts: the documents' table of verdicts has the rows of package handin.
func TestVerdicts(t *testing.T) {
	var want [][]string
	for _, v := range handin.Verdicts() {
		want = append(want, []string{"`" + string(v.Verdict) + "`", v.About})
	}
	isTable(t, table(t, "verdict"), want)
}

// isTable compares a table of the documents with what it should be.
func isTable(t *testing.T, got, want [][]string) {
	t.Helper()
	if !slices.EqualFunc(got, want, slices.Equal) {
		lines := ""
		for _, row := range want {
			lines += "| " + strings.Join(row, " | ") + " |\n"
		}
		t.Errorf("the table has %q; want\n%s", got, lines)
	}
}

package table

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// TestFormulas: no name is written so that a spreadsheet runs it, numbers stay numbers, and all
// names come back.
func TestFormulas(t *testing.T) {
	for _, name := range []string{
		"=HYPERLINK(\"http://evil/\",\"x\")", "=cmd|'/C calc'!A0", "+a", "-a", "@SUM(1)", "'=1", "''-a", "-", "--1",
		"'", "''", "it's", "'a'", "a=1", "-1.5", "+1", "7",
	} {
		m := Meta{Transform: Transform{X: Axis{Name: name}}, Classes: []string{"other", name}}
		points := []nn.Point{{X: -1, Y: -1}, {X: 1, Y: 1, Label: 1}}
		text := written(t, points, nn.Classification, m)
		for cell := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' }) {
			cell = strings.TrimPrefix(cell, "\"")
			if _, number := parseNumber(cell); !number && strings.ContainsAny(cell[:min(1, len(cell))], formulaStarts) {
				t.Errorf("%q is written as %q; want no cell that begins like a formula", name, text)
			}
		}
		back, err := Parse([]byte(text), Options{Header: HeaderYes, Separator: Comma})
		if err != nil {
			t.Fatal(err)
		}
		if header, label := back.Columns[0].Name, back.name(back.Rows[1].Cells[2]); header != name || label != name {
			t.Errorf("%q comes back as the column %q and the class %q", name, header, label)
		}
	}
	if got := inert("\ta"); got != "'\ta" {
		t.Errorf("inert(tab a) = %q; want an apostrophe before it", got)
	}
}

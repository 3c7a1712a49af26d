package nn

import (
	"strings"
	"testing"
)

// TestChoices: every choice has a name for the API that no other has, and a label for people.
func TestChoices(t *testing.T) {
	checkChoices(t, activationTable)
	checkChoices(t, featureTable)
	checkChoices(t, initTable)
	checkChoices(t, optimizerTable)
	checkChoices(t, scheduleTable)
	checkChoices(t, taskTable)
}

func checkChoices[Name ~string, Rule any](t *testing.T, table choices[Name, Rule]) {
	t.Helper()
	names, labels := map[Name]bool{}, map[string]bool{}
	for _, row := range table {
		if row.name == "" || strings.Trim(string(row.name), "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			t.Errorf("%T is called %q; want lower-case letters, digits and underscores", row.name,
				row.name)
		}
		if row.label == "" || strings.Contains(row.label, "_") || strings.TrimSpace(row.label) != row.label {
			t.Errorf("%T %s has the label %q; want one for people", row.name, row.name, row.label)
		}
		if names[row.name] || labels[row.label] {
			t.Errorf("%T %s (%s) is there twice", row.name, row.name, row.label)
		}
		names[row.name], labels[row.label] = true, true
		if got := table.label(row.name); got != row.label {
			t.Errorf("label(%s) = %q; want %q", row.name, got, row.label)
		}
		if got := table.note(row.name); got != row.note {
			t.Errorf("note(%s) = %q; want %q", row.name, got, row.note)
		}
	}
	if got := table.label("new"); got != "new" {
		t.Errorf("%T: label(new) = %q; want the name of an unknown choice", table[0].name, got)
	}
	if got := table.note("new"); got != "" {
		t.Errorf("%T: note(new) = %q; want none", table[0].name, got)
	}
	defer func() {
		if got, _ := recover().(string); !strings.HasPrefix(got, "nn: ") {
			t.Errorf("%T: rule(new) panics with %q; want the prefix \"nn: \"", table[0].name, got)
		}
	}()
	table.rule("new")
}

// TestInitNote: the note of auto is made of the rows of the activations.
func TestInitNote(t *testing.T) {
	want := "He for relu, leaky_relu, gelu, silu, elu and softplus, else Xavier"
	if got := InitAuto.Note(); got != want {
		t.Errorf("auto has the note %q; want %q", got, want)
	}
}

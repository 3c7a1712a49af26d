package views

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// checkProse checks what holds for every text of the page that teaches.
func checkProse(tb testing.TB, what, text string) {
	tb.Helper()
	switch {
	case text == "" || strings.TrimSpace(text) != text || strings.Contains(text, "  "):
		tb.Errorf("%s is %q; want a text without spare spaces", what, text)
	case !strings.HasSuffix(text, "."):
		tb.Errorf("%s is %q; want a full stop at its end", what, text)
	case strings.Contains(text, "!"):
		tb.Errorf("%s is %q; want it calm", what, text)
	}
}

// TestHints: a hint is short, and there is none for what is no control.
func TestHints(t *testing.T) {
	const most = 150 // characters: two lines of a tooltip
	controls := slices.Concat(constantsNamed(t, "Field"), otherHints, upcomingFields)
	for _, f := range nn.Features() {
		controls = append(controls, FeatureHint(f))
	}
	all := maps.Clone(hints)
	for _, field := range settingFields() {
		if all[field] != "" {
			t.Errorf("the setting %s has a hint here; want it in its row alone", field)
		}
		all[field] = setting.Lookup(field).Hint
		controls = append(controls, field)
	}
	for name, hint := range all {
		checkProse(t, "the hint of "+name, hint)
		if n := utf8.RuneCountInString(hint); n > most {
			t.Errorf("the hint of %s has %d characters; want at most %d", name, n, most)
		}
		if !slices.Contains(controls, name) {
			t.Errorf("there is a hint of %s, which is no control", name)
		}
		if Hint(name) != hint {
			t.Errorf("Hint(%s) = %q; want %q", name, Hint(name), hint)
		}
	}
	if got := Hint("nothing"); got != "" {
		t.Errorf("Hint(nothing) = %q; want nothing", got)
	}
}

// otherHints are controls that are neither fields nor acts.
var otherHints = []string{
	ToolErase, HintTrain, HintUndo, HintEditWeight, HintHistory, HintLogScale,
	HintImport, HintExport, HintSave, HintOpen, HintExperiments, HintTour, HintHelp, HintDrag, HintPresent, HintTheme,
}

// selfEvident says of a control that what is written on it and beside it, in its dialog or its card, is all
// there is to say.
func selfEvident(name string) bool {
	dialogs := []string{FieldHide, FieldLock, FieldShow, FieldFormat, FieldAssignment, FieldGoal, FieldGuess, FieldPictureView, FieldPictureTheme, FieldParameter, FieldPoint}
	prefixes := []string{"table", "row_", "explain_", "sweep_"}
	return slices.Contains(dialogs, name) || slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// upcomingFields are names on the wire that fields.go may not have yet.
var upcomingFields = []string{"schedule", "schedule_steps", "schedule_factor", "until_step", "until_loss", "until_accuracy", "patience"}

// TestHintsOfAll: every control that the page shows has a hint, and so has every one that is to
// come.
func TestHintsOfAll(t *testing.T) {
	shown := map[string]string{} // by hint, the control
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, e := range page.all("form [name]") {
			field := e.attr("name")
			switch {
			case e.attr("type") == "hidden" || e.attr("type") == "image" || e.attr("aria-hidden") == "true":
				continue
			case field != FieldAct: // the hint of an act is in the table of acts
				shown[field] = name
			}
			if field == FieldFeatures {
				shown[FeatureHint(nn.Feature(e.attr("value")))] = name
			}
		}
	}
	if len(shown) < 30 {
		t.Fatalf("the page shows the controls %v; want more, or this test has grown old", shown)
	}
	for name, lab := range shown {
		if Hint(name) == "" && !selfEvident(name) {
			t.Errorf("%s: the control %s has no hint", lab, name)
		}
	}
	for _, name := range slices.Concat(otherHints, upcomingFields) {
		if Hint(name) == "" {
			t.Errorf("%s has no hint", name)
		}
	}
}

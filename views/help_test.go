package views

import (
	"slices"
	"strings"
	"testing"
)

// TestHelp: keys, notes and words are explained, the words in order.
func TestHelp(t *testing.T) {
	if !slices.IsSortedFunc(glossary, func(a, b term) int { return strings.Compare(strings.ToLower(a.Word), strings.ToLower(b.Word)) }) {
		t.Errorf("the glossary is not in the order of the alphabet")
	}
	dialog := render(t, HelpDialog("v1")).one(t, "dialog#help")
	keys, words, notes := dialog.all(".keys div"), dialog.all(".glossary div"), dialog.all("li")
	if len(keys) != len(shortcuts) || len(words) != len(glossary) || len(notes) != len(colourNotes) {
		t.Fatalf("the help has %d keys, %d words and %d notes; want %d, %d and %d", len(keys), len(words), len(notes), len(shortcuts), len(glossary), len(colourNotes))
	}
	for i, s := range shortcuts {
		var names []string
		for _, kbd := range keys[i].all("kbd") {
			names = append(names, kbd.content())
		}
		if !slices.Equal(names, s.Keys) || keys[i].one(t, "dd").content() != s.Text {
			t.Errorf("the help says %v: %q; want %v: %q", names, keys[i].one(t, "dd").content(), s.Keys, s.Text)
		}
		checkProse(t, strings.Join(s.Keys, " "), s.Text)
	}
	for i, word := range glossary {
		if got := words[i].one(t, "dfn").content(); got != word.Word || words[i].one(t, "dd").content() != word.Text {
			t.Errorf("the help explains %q; want %q", got, word.Word)
		}
		checkProse(t, word.Word, word.Text)
	}
	// Not posted, but kept by the browser, and on at first.
	keySwitch := dialog.one(t, "label input#keys[type=checkbox][data-keep]")
	_, on := keySwitch.lookup("checked")
	if _, named := keySwitch.lookup("name"); !on || named {
		t.Errorf("the keys are on: %t, and posted: %t; want them on and not posted", on, named)
	}
	for i, note := range colourNotes {
		if notes[i].content() != note {
			t.Errorf("note %d is %q; want %q", i, notes[i].content(), note)
		}
		checkProse(t, "a note", note)
	}
}

// TestColourNotes: the colours are those that the notes name.
func TestColourNotes(t *testing.T) {
	if classNames[0] != "blue" || classNames[1] != "orange" || lowColour != classColours[0] || highColour != classColours[1] {
		t.Errorf("a regression goes from %s to %s; the help says from blue to orange", lowColour.hex(), highColour.hex())
	}
}

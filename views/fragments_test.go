package views

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn/dataset"
)

// TestFragmentIDs: what the dialogs show has ids of its own, and every other element of the page
// keeps its.
func TestFragmentIDs(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, nil)
	page := render(t, Page(lab))
	for within, fragment := range map[string]templ.Component{
		"#inspector-body": Inspector(lab, Inspect(lab.State, lab.Meta, 0, 0)), "#share-body": ShareBody(Sharing{Recipe: "?a=1"}), "#probe": Reading(Probe{}),
	} {
		here := map[string]bool{}
		for _, e := range render(t, fragment).all("[id]") {
			id := e.attr("id")
			if elsewhere := len(page.all(hasID(id))) - len(page.all(within+" "+hasID(id))); elsewhere > 0 || here[id] {
				t.Errorf("the id %s within %s is there again", id, within)
			}
			here[id] = true
		}
	}
}

// targets returns the selectors of a fragment's parts.
func targets(e element) []string {
	var list []string
	for _, partial := range e.all("hx-partial") {
		list = append(list, partial.attr("hx-target"))
	}
	return list
}

// TestFragmentTargets: each part of an answer has exactly one place in the page.
func TestFragmentTargets(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for fragment, e := range map[string]element{
			"Frame":    render(t, Frame(lab)),
			"Edited":   render(t, Edited(lab, true)),
			"Noticed":  render(t, Noticed(lab.Notice)),
			"Refused":  render(t, Refused(lab.Notice, []Refusal{{FieldLearningRate, "no"}})),
			"Imported": render(t, Imported(lab, true)), "PreviewedImport": render(t, PreviewedImport(lab)), "RefusedImport": render(t, RefusedImport(lab.Notice, lab)),
			"ShownTable": render(t, ShownTable(lab)), "EditedTable": render(t, EditedTable(lab, true)),
		} {
			list := targets(e)
			if len(list) == 0 {
				t.Errorf("%s: %s has no part", name, fragment)
			}
			for i, target := range list {
				if slices.Contains(list[:i], target) {
					t.Errorf("%s: %s has two parts for %s", name, fragment, target)
				}
				if !strings.HasPrefix(target, "#") || len(page.all(target)) == 0 {
					t.Errorf("%s: %s has a part for %q; want an id that the page has", name, fragment, target)
				}
				if n := len(page.all(target)); n > 1 {
					t.Errorf("%s: %s has a part for %q, which the page has %d times; want once", name, fragment, target, n)
				}
			}
		}
	}
}

// TestFragmentParts: a frame is what training changes and no more; an edit is a frame and all else
// that follows from the state.
func TestFragmentParts(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, nil)
	frame := targets(render(t, Frame(lab)))
	if want := []string{"#live", "#past", "#plane-words", "#pattern", "#diagnosis", "#measures", "#rate", "#edges", "#panel-body"}; !slices.Equal(frame, want) {
		t.Errorf("Frame has parts for %v; want %v", frame, want)
	}
	edited := targets(render(t, Edited(lab, true)))
	for _, want := range append(frame, "#still", targetOf(t, "point", lab), "#palette", "#point-count", "#summary", "#settings", "#basic-settings", "#regularisation-settings", "#technical-settings", "#schedule-settings", "#network-view", "#legend", "#pinned", "#worksheet", "#paper-legend", "#notice") {
		if !slices.Contains(edited, want) {
			t.Errorf("Edited has parts for %v; want one for %s", edited, want)
		}
	}
	// What the page shows already is left out.
	says := Notice{Text: "Done."}
	for _, test := range []struct {
		name    string
		change  func(*Lab)
		without []string
	}{
		{"NotReshaped", func(l *Lab) { l.Reshaped = false }, []string{"#network-view", "#legend", "#plane-axes", "#paper-legend", "#layer-body"}},
		{"NotPinned", func(l *Lab) { l.ShowPinned = false }, []string{"#pinned"}},
		{"Preview", func(l *Lab) { l.Preview = true }, []string{"#notice"}},
		{"PreviewAndSays", func(l *Lab) { l.Preview, l.Notice = true, says }, nil},
		{"Task", func(l *Lab) { l.Card.Assignment.Blocks = []Node{{Text: "long"}} }, nil},
		{"Says", func(l *Lab) { l.Notice = says }, nil},
	} {
		l := lab
		test.change(&l)
		want := slices.DeleteFunc(slices.Clone(edited), func(target string) bool { return slices.Contains(test.without, target) })
		if got := targets(render(t, Edited(l, true))); !slices.Equal(got, want) {
			t.Errorf("%s: Edited has parts for %v; want %v", test.name, got, want)
		}
	}
	for _, target := range targets(render(t, Edited(lab, false))) {
		if strings.Contains(target, "settings") {
			t.Errorf("Edited without settings has a part for %s; want the controls left as the user has them", target)
		}
	}
	for name, c := range map[string]struct {
		fragment templ.Component
		want     string
	}{"Inspected": {Inspected(lab, Inspect(lab.State, lab.Meta, 0, 0)), "#inspector-body"}, "ExperimentTold": {ExperimentTold(lab), "#experiment"}} {
		if got := targets(render(t, c.fragment)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s has parts for %v; want %s alone", name, got, c.want)
		}
	}
	if got := targets(render(t, Shared(Sharing{Recipe: "?a=1"}))); !slices.Equal(got, []string{"#share-body", "#assignment-preview"}) {
		t.Errorf("Shared has parts for %v; want the links and the preview of the task", got)
	}
	if got := targets(render(t, Refused(Notice{Text: "no"}, nil))); !slices.Equal(got, []string{"#notice"}) {
		t.Errorf("Refused without a control has parts for %v; want the notice alone", got)
	}
}

// targetOf returns the place of the page that holds elements of a class.
func targetOf(tb testing.TB, class string, lab Lab) string {
	tb.Helper()
	found := render(tb, Page(lab)).all("path." + class)
	if len(found) == 0 {
		tb.Fatalf("the page has no path of the class %s", class)
	}
	for n := found[0].Parent; n != nil; n = n.Parent {
		if id := (element{n}).attr("id"); id != "" && n.Data != "g" {
			return "#" + id
		}
	}
	return ""
}

// TestFragmentsAreThePage: what a part puts into its place is what the page has there, so that an
// answer and a reload show the same.
func TestFragmentsAreThePage(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		parts := render(t, EditedTable(lab, true)).all("hx-partial")
		parts = append(parts, render(t, RefusedImport(lab.Notice, lab)).all("hx-partial")...)
		for _, partial := range append(parts, render(t, Imported(lab, true)).all("hx-partial")...) {
			places := page.all(partial.attr("hx-target"))
			if len(places) == 0 {
				continue // of TestFragmentTargets
			}
			place := places[len(places)-1]
			if got, want := inner(t, partial), inner(t, place); got != want {
				t.Errorf("%s: the part for %s is\n%.300s\nwant what the page has there,\n%.300s", name, partial.attr("hx-target"), got, want)
			}
		}
	}
}

// inner is the HTML within an element, without space between tags.
func inner(tb testing.TB, e element) string {
	tb.Helper()
	var b strings.Builder
	for n := range e.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			tb.Fatal(err)
		}
	}
	return strings.TrimSpace(regexp.MustCompile(`>\s+<`).ReplaceAllString(b.String(), "><"))
}

// TestRefusedControls: whichever control an error is about, there is a place beside it.
func TestRefusedControls(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, nil)
	lab.Explaining = &Explaining{Curve: explainedCurve{Chart: templ.NopComponent}} // its fields are there while it is
	page := render(t, Page(lab))
	for _, field := range fieldNames {
		t.Run(field, func(t *testing.T) {
			control := ControlOf(field)
			if control == "" {
				return
			}
			target := "#" + ErrorID(control)
			got := targets(render(t, Refused(Notice{Text: "no"}, []Refusal{{control, "no"}})))
			if !slices.Equal(got, []string{"#notice", target}) {
				t.Fatalf("Refused(%s) has parts for %v; want #notice and %s", control, got, target)
			}
			n := 0
			for _, e := range page.all("[id]") {
				if e.attr("id") == target[1:] {
					n++
				}
			}
			if n != 1 {
				t.Errorf("ControlOf(%s) = %s, and %s is %d times in the page; want once", field, control, target, n)
			}
		})
	}
}

// TestErrorsClear: what is wrong with a control is taken away by asking again for what can mend it:
// the act that the control asks for, or a run.
func TestErrorsClear(t *testing.T) {
	for name, lab := range labs(t) {
		page, inspector := render(t, Page(lab)), render(t, Inspector(lab, Inspect(lab.State, lab.Meta, 0, 0)))
		for _, e := range append(page.all(".field-error"), inspector.all(".field-error")...) {
			if strings.HasPrefix(e.attr("id"), FieldSweep) { // said on a page of its own
				continue
			}
			clears := e.attr("data-clears")
			if clears == "" || e.content() != "" {
				t.Fatalf("%s: %s is cleared by %q and says %q; want an act, or %s, and nothing said yet", name, e.attr("id"), clears, e.content(), pathTrain)
			}
			for _, control := range page.all("form [name=" + strings.TrimSuffix(e.attr("id"), "-error") + "]") {
				want := control.attr("data-change")
				if _, restarts := control.lookup("data-restart"); restarts {
					want = pathTrain
				}
				if want != "" && want != clears {
					t.Errorf("%s: the error of %s is cleared by %s; want %s, which the control asks for", name, control.attr("name"), clears, want)
				}
			}
		}
		if got := inspector.one(t, ".field-error").attr("data-clears"); got != "set-parameter" {
			t.Errorf("%s: the inspector's error is cleared by %s; want %s", name, got, "set-parameter")
		}
	}
	if !strings.Contains(script(t), `[data-clears="${values.act ?? path}"]`) || !strings.Contains(script(t), `path: "`+pathTrain+`"`) {
		t.Errorf("the script does not clear what an act, or %s, can mend", pathTrain)
	}
}

// TestRefusedEscapes: a message may hold what the user typed.
func TestRefusedEscapes(t *testing.T) {
	const said = `must be a number; got "<script>&amp;"`
	e := render(t, Refused(Notice{Text: said, Problem: true}, []Refusal{{FieldL1, said}}))
	parts := e.all("hx-partial")
	if len(parts) != 2 || parts[1].content() != said || e.one(t, ".notice.problem p").content() != said || len(e.all("script")) != 0 {
		t.Errorf("Refused shows %q and %q; want both times %q", parts[0].content(), parts[len(parts)-1].content(), said)
	}
}

// TestHiddenState: the hidden fields hold exactly the text they are given, through escaping and
// back.
func TestHiddenState(t *testing.T) {
	for _, json := range []StateJSON{
		{`{"a":"\"quotes\" 'both' <tags> & &amp; \u003c"}`, `[1e-7,-0.5,"` + "\u2028é€😀" + `"]`, "[]", `{"classes":["\"<é"]}`, `{"step":"<&\""}`},
		{"", "null", `"\\"`, "", ""},
		{`</textarea></form><input name="config" value="x">`, `"/>`, "a\nb\tc", "</dialog>", "'"},
	} {
		lab := sampleLab(t, dataset.Circles, nil)
		lab.JSON = json
		for name, e := range map[string]element{"Page": render(t, Page(lab)), "Edited": render(t, Edited(lab, true))} {
			for field, want := range map[string]string{FieldConfig: json.Config, FieldNetwork: json.Network, FieldData: json.Data, FieldMeta: json.Meta, FieldHistory: json.History} {
				input := e.one(t, "input[name="+field+"]")
				if got := input.attr("value"); got != want || input.attr("type") != "hidden" {
					t.Errorf("%s: the hidden field %s holds %q; want %q", name, field, got, want)
				}
			}
		}
	}
}

// TestLive: a frame carries the network and the picture.
func TestLive(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, nil)
	lab.State.Network.Step, lab.Maps = 12345, Maps("?@~")
	e := render(t, Frame(lab))
	for name, want := range map[string]string{"data-cells": string(lab.Cells.text(nil, len(paletteOf(lab.State.Config).colours))), "data-maps": string(lab.Maps.text(nil)), "data-step": "12345"} {
		if got := e.one(t, "#picture").attr(name); got != want {
			t.Errorf("%s = %.40s…; want %.40s", name, got, want)
		}
	}
	for _, partial := range e.all("hx-partial") {
		if got, want := partial.content(), rateText(lab.State); partial.attr("hx-target") == "#rate" && got != want {
			t.Errorf("a frame says the rate %s; want %s", got, want)
		}
	}
	var fields []string
	for _, input := range e.all("input") {
		fields = append(fields, input.attr("name"))
	}
	if want := []string{FieldNetwork, FieldHistory}; !slices.Equal(fields, want) {
		t.Errorf("a frame has the fields %v; want %v alone", fields, want)
	}
	if got := e.one(t, "input[name="+FieldHistory+"]").attr("value"); got != lab.JSON.History {
		t.Errorf("a frame has the history %q; want %q", got, lab.JSON.History)
	}
}

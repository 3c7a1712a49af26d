package views

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/public"
)

// TestPageIDs: an id is there once, whatever the page shows, or labels, targets and the script
// would mean the wrong element.
func TestPageIDs(t *testing.T) {
	byID := map[string][]element{} // of the page where it is there most often
	for _, lab := range labs(t) {
		here := map[string][]element{}
		for _, e := range render(t, Page(lab)).all("[id]") {
			here[e.attr("id")] = append(here[e.attr("id")], e)
		}
		for id, elements := range here {
			if len(elements) > len(byID[id]) {
				byID[id] = elements
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		t.Run(id, func(t *testing.T) {
			if id == "" || strings.ContainsAny(id, " \t\n") {
				t.Errorf("the id %q; want a name without spaces", id)
			}
			if len(byID[id]) != 1 {
				t.Errorf("the id %s is there %d times: %s; want once", id, len(byID[id]), ids(byID[id]))
			}
		})
	}
}

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

// TestPageReferences: what points to an element by id points to one that is there.
func TestPageReferences(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, attribute := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list"} {
			for _, e := range page.all("[" + attribute + "]") {
				for id := range strings.FieldsSeq(e.attr(attribute)) {
					if len(page.all(hasID(id))) == 0 {
						t.Errorf("%s: %s=%q of a %s points to nothing", name, attribute, id, e.Data)
					}
				}
			}
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
			"Reached":  render(t, Reached("Done.", lab.Choices)),
			"Refused":  render(t, Refused(lab.Notice, FieldLearningRate, "no")),
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
	if want := []string{"#live", "#past", "#measures", "#rate", "#edges", "#panel-body"}; !slices.Equal(frame, want) {
		t.Errorf("Frame has parts for %v; want %v", frame, want)
	}
	edited := targets(render(t, Edited(lab, true)))
	for _, want := range append(frame, "#still", targetOf(t, "point", lab), "#palette", "#point-count", "#summary", "#settings", "#more-settings", "#schedule-settings", "#network-view", "#legend", "#pinned", "#notice") {
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
		{"NotReshaped", func(l *Lab) { l.Reshaped = false }, []string{"#network-view", "#legend"}},
		{"NotPinned", func(l *Lab) { l.ShowPinned = false }, []string{"#pinned"}},
		{"Preview", func(l *Lab) { l.Preview = true }, []string{"#notice"}},
		{"PreviewAndSays", func(l *Lab) { l.Preview, l.Notice = true, says }, nil},
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
	}{"Inspected": {Inspected(lab, Inspect(lab.State, lab.Meta, 0, 0)), "#inspector-body"}, "Shared": {Shared(Sharing{Recipe: "?a=1"}), "#share-body"}} {
		if got := targets(render(t, c.fragment)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s has parts for %v; want %s alone", name, got, c.want)
		}
	}
	if got := targets(render(t, Reached("Done.", lab.Choices))); !slices.Equal(got, []string{"#notice", "#until-settings"}) {
		t.Errorf("Reached has parts for %v; want the notice and where runs end", got)
	}
	if got := targets(render(t, Refused(Notice{Text: "no"}, "", "no"))); !slices.Equal(got, []string{"#notice"}) {
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
		if id := (element{n}).attr("id"); id != "" {
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
		parts = append(parts, render(t, Reached(lab.Notice.Text, lab.Choices)).all("hx-partial")[1]) // behind the notice
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
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	for _, field := range fieldNames {
		t.Run(field, func(t *testing.T) {
			control := ControlOf(field)
			if control == "" {
				return
			}
			target := "#" + ErrorID(control)
			got := targets(render(t, Refused(Notice{Text: "no"}, control, "no")))
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
	e := render(t, Refused(Notice{Text: said, Problem: true}, FieldL1, said))
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

// TestPageLabels: every control has a name that can be read out.
func TestPageLabels(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, e := range slices.Concat(page.all("input"), page.all("select"), page.all("textarea"), page.all("button"), page.all("canvas"), page.all("img")) {
			if e.attr("type") == "hidden" || e.attr("aria-hidden") == "true" {
				continue
			}
			label := strings.TrimSpace(e.attr("aria-label"))
			switch {
			case e.Data == "button":
				// A sign such as + is no name.
				label += strings.TrimFunc(e.content(), func(r rune) bool { return !unicode.IsLetter(r) })
			case e.Data == "img" || e.attr("type") == "image":
				alt, ok := e.lookup("alt")
				if label += alt; e.Data == "img" && ok { // an empty one says that it is an ornament
					label += "-"
				}
			}
			for n := e.Parent; n != nil; n = n.Parent {
				if n.Data == "label" {
					label += element{n}.content()
				}
			}
			if id := e.attr("id"); id != "" {
				for _, l := range page.all(fmt.Sprintf("label[for=%q]", id)) {
					label += l.content()
				}
			}
			if strings.TrimSpace(label) == "" {
				t.Errorf("%s: %s of the type %q has no label", name, ids([]element{e}), e.attr("type"))
			}
		}
		for _, e := range page.all("fieldset") {
			if len(e.all("legend")) != 1 || e.all("legend")[0].content() == "" {
				t.Errorf("%s: a fieldset %q has no legend", name, e.attr("class"))
			}
		}
	}
}

// TestPageFields: the names that the page posts are fields that the decoder knows, and are written
// as constants.
func TestPageFields(t *testing.T) {
	constants := slices.Concat(constantsNamed(t, "Field"), settingFields())
	for _, name := range constants {
		if !IsField(name) {
			t.Errorf("IsField(%s) = false; want true, it is a constant", name)
		}
	}
	for _, name := range fieldNames {
		if !slices.Contains(append(constants, "id", "type", "frame_ms"), name) {
			t.Errorf("the field %s has no constant", name)
		}
	}
	posted := map[string]bool{}
	for _, lab := range labs(t) {
		for _, e := range render(t, Page(lab)).all("form [name]") {
			if e.attr("type") == "image" { // posts where it was clicked
				posted[e.attr("name")+".x"], posted[e.attr("name")+".y"] = true, true
				continue
			}
			posted[e.attr("name")] = true
		}
	}
	for name := range posted {
		if !slices.Contains(constants, name) {
			t.Errorf("the page posts %s, which is no constant", name)
		}
	}
	// What the page never posts, the decoder need not know, but for what is posted by programs
	// alone.
	for _, name := range constants {
		if !posted[name] && !scriptPosts[name] {
			t.Errorf("neither the page nor its script posts the field %s", name)
		}
	}
	for _, name := range []string{"", "Config", "config ", "speed", "at", "at.z"} {
		if IsField(name) {
			t.Errorf("IsField(%q) = true; want false", name)
		}
	}
}

// scriptPosts are fields that the script adds to what it posts, in its own words.
var scriptPosts = map[string]bool{FieldParameter: true, FieldValue: true, FieldProbe: true, FieldOpened: true}

// TestScriptPosts: those fields are what the script says.
func TestScriptPosts(t *testing.T) {
	said := script(t)
	for name := range scriptPosts {
		if !regexp.MustCompile(`\b` + name + `: |"` + name + `", `).MatchString(said) {
			t.Errorf("the script does not post the field %s", name)
		}
	}
}

func script(tb testing.TB) string {
	tb.Helper()
	files, err := fs.Glob(public.FS(), "*.js")
	if err != nil || len(files) == 0 {
		tb.Fatalf("the modules of the script are %v, %v", files, err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := fs.ReadFile(public.FS(), file)
		if err != nil {
			tb.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestScriptNames: the tools and transports that the script names are those of the constants.
func TestScriptNames(t *testing.T) {
	constants := []string{ToolErase, TransportSSE, TransportSocket}
	script, found := script(t), 0
	pattern := regexp.MustCompile(`field\("(?:tool|transport)"\)\.value [!=]==? "([^"]*)"`)
	for _, m := range pattern.FindAllStringSubmatch(script, -1) {
		found++
		if !slices.Contains(constants, m[1]) {
			t.Errorf("the script says %s; want a constant of this package", m[0])
		}
	}
	for _, m := range regexp.MustCompile(`\bfield\("([^"]*)"\)`).FindAllStringSubmatch(script, -1) {
		found++
		if !slices.Contains(constantsNamed(t, "Field"), m[1]) {
			t.Errorf("the script asks for the field %s; want a constant of this package", m[1])
		}
	}
	if found < 5 {
		t.Errorf("the script names %d tools, transports and fields; want five at least, or these patterns have grown old", found)
	}
	page := render(t, Page(labs(t)["Default"]))
	for _, m := range regexp.MustCompile(`\$\("([^"]*)"\)`).FindAllStringSubmatch(script, -1) {
		if len(page.all("#"+m[1])) == 0 {
			t.Errorf("the script looks for the id %s, which the page does not have", m[1])
		}
	}
}

// constantsNamed returns the string constants of fields.go whose names begin so.
func constantsNamed(tb testing.TB, prefix string) []string {
	tb.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "fields.go", nil, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			if !strings.HasPrefix(name.Name, prefix) || i >= len(spec.Values) {
				continue
			}
			if literal, ok := spec.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					tb.Fatal(err)
				}
				values = append(values, value)
			}
		}
		return true
	})
	if len(values) < 10 {
		tb.Fatalf("fields.go has the constants %v named %s…; want more", values, prefix)
	}
	return values
}

// TestPageShowsConfig: the controls show the state's own settings.
func TestPageShowsConfig(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Hills, func(l *Lab) {
		l.State.Config = nn.Config{
			Task: nn.Regression, Features: []nn.Feature{nn.FeatureX2, nn.FeatureSinY}, HiddenLayers: []int{3, 1}, Activation: nn.GELU, Init: nn.InitHe,
			Optimizer: nn.RMSprop, LearningRate: 0.001, Schedule: nn.CosineDecay, ScheduleSteps: 250, ScheduleFactor: 0.05, BatchSize: 16, L1: 0.5, L2: 1e-5, Dropout: 0.25, TestFraction: 0.1, Seed: 42,
		}
	})))
	for field, want := range map[string]string{
		FieldHiddenLayers: "3-1", FieldLearningRate: "0.001", FieldScheduleSteps: "250", FieldScheduleFactor: "0.05", FieldBatchSize: "16", FieldL1: "0.5", FieldL2: "1e-05", FieldDropout: "0.25",
		FieldTestFraction: "0.1", FieldSeed: "42",
	} {
		if got := page.one(t, "input#"+field+"[name="+field+"]").attr("value"); got != want {
			t.Errorf("the control %s shows %q; want %q", field, got, want)
		}
	}
	for field, want := range map[string]string{
		FieldTask: "regression", FieldActivation: "gelu", FieldInit: "he", FieldOptimizer: "rmsprop", FieldSchedule: "cosine", FieldTransport: TransportSSE, FieldFrameSteps: "1",
	} {
		selected := page.all("select[name=" + field + "] option[selected]")
		if len(selected) != 1 || selected[0].attr("value") != want {
			t.Errorf("the control %s has %d selected, first %v; want %s", field, len(selected), selected, want)
		}
	}
	var features []string
	for _, e := range page.all("input[name=" + FieldFeatures + "][checked]") {
		features = append(features, e.attr("value"))
	}
	if want := []string{"x2", "sin_y"}; !slices.Equal(features, want) {
		t.Errorf("the features %v are checked; want %v", features, want)
	}
}

// TestPageChoices: every choice there is can be made, and has a name of its own.
func TestPageChoices(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	for _, test := range []struct {
		field string
		want  []string
	}{
		{FieldTask, names(nn.Tasks())}, {FieldActivation, names(nn.Activations())}, {FieldInit, names(nn.Inits())}, {FieldOptimizer, names(nn.Optimizers())},
		{FieldSchedule, names(nn.Schedules())},
		{FieldTransport, []string{TransportSSE, TransportSocket}},
	} {
		var got, labels []string
		for _, e := range page.all("select[name=" + test.field + "] option") {
			got = append(got, e.attr("value"))
			if l := e.content(); l == "" || slices.Contains(labels, l) {
				t.Errorf("the option %s of %s is called %q; want a name of its own", e.attr("value"), test.field, l)
			}
			labels = append(labels, e.content())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("the options of %s are %v; want %v", test.field, got, test.want)
		}
	}
	var sets []string
	for _, info := range dataset.All() {
		sets = append(sets, string(info.Name))
	}
	var got []string
	for _, e := range page.all("input[name=" + FieldDataset + "]") {
		got = append(got, e.attr("value"))
	}
	if !slices.Equal(got, sets) {
		t.Errorf("the data sets are %v; want %v", got, sets)
	}
	for _, thumbnail := range page.all(".thumbnails label") {
		if len(thumbnail.all("svg path")) < 2 {
			t.Errorf("the thumbnail %s draws %d groups of points; want two at least", thumbnail.content(), len(thumbnail.all("svg path")))
		}
	}
}

func names[T ~string](values []T) []string {
	var list []string
	for _, v := range values {
		list = append(list, string(v))
	}
	return list
}

// TestPageOneChecked: of the tools and the data sets one is in hand.
func TestPageOneChecked(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, field := range []string{FieldTool, FieldDataset} {
			if got := len(page.all("input[type=radio][name=" + field + "][checked]")); got != 1 {
				t.Errorf("%s: %d of %s are checked; want one", name, got, field)
			}
		}
	}
}

// TestPalette: a tool for each class, or for values; the eraser; and buttons for classes within
// their limits.
func TestPalette(t *testing.T) {
	for _, test := range []struct {
		set              dataset.Name
		classes          int
		tools            []string
		less, more, step bool // the buttons can be pressed; are there
	}{
		{dataset.Circles, 2, []string{"0", "1", ToolErase}, false, true, true},
		{dataset.Circles, 3, []string{"0", "1", "2", ToolErase}, true, true, true},
		{dataset.Circles, 10, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ToolErase}, true, false, true},
		{dataset.Hills, 0, []string{"-1", "-0.5", "0", "0.5", "1", ToolErase}, false, false, false},
	} {
		e := render(t, Palette(sampleLab(t, test.set, func(l *Lab) { l.State.Config.Classes = test.classes })))
		var tools, labels []string
		for _, input := range e.all("input[name=" + FieldTool + "]") {
			tools = append(tools, input.attr("value"))
			if l := input.attr("aria-label"); slices.Contains(labels, l) {
				t.Errorf("two tools are called %q", l)
			}
			labels = append(labels, input.attr("aria-label"))
		}
		if !slices.Equal(tools, test.tools) {
			t.Errorf("the tools for %d classes are %v; want %v", test.classes, tools, test.tools)
		}
		for act, can := range map[string]bool{"remove-class": test.less, "add-class": test.more} {
			found := e.all("button[value=" + act + "]")
			if len(found) > 0 != test.step {
				t.Errorf("%s for %d classes is there %d times; want it: %t", act, test.classes, len(found), test.step)
			} else if test.step {
				if _, disabled := found[0].lookup("disabled"); disabled == can {
					t.Errorf("%s for %d classes can be pressed: %t; want %t", act, test.classes, !disabled, can)
				}
			}
		}
	}
}

// TestMeasures: what is measured is shown, and what is not is left out.
func TestMeasures(t *testing.T) {
	half, third := 0.5, 1.0/3
	for _, test := range []struct {
		name    string
		metrics *nn.Metrics
		want    map[string]string // by id; all others must be absent
	}{
		{"None", nil, map[string]string{"epoch": "4", "step": "1\u202f234", "loss": "–"}},
		{"Regression", &nn.Metrics{Loss: 0.25}, map[string]string{"epoch": "4", "step": "1\u202f234", "loss": "0.2500"}},
		{"Classification", &nn.Metrics{Loss: 0.25, Accuracy: &half}, map[string]string{"epoch": "4", "step": "1\u202f234", "loss": "0.2500", "accuracy": "50.0 %"}},
		{"All", &nn.Metrics{Loss: 0.25, Accuracy: &half, TestLoss: &third, TestAccuracy: &third}, map[string]string{
			"epoch": "4", "step": "1\u202f234", "loss": "0.2500", "accuracy": "50.0 %", "test-loss": "0.3333", "test-accuracy": "33.3 %"}},
	} {
		lab := sampleLab(t, dataset.Circles, nil)
		lab.Metrics = test.metrics
		lab.State.Network.Step, lab.State.Network.Epoch = 1234, 4
		got := map[string]string{}
		e := render(t, Measures(lab))
		for _, dd := range e.all("dd") {
			got[dd.attr("id")] = dd.content()
		}
		if !maps.Equal(got, test.want) || len(e.all("dt")) != len(got) {
			t.Errorf("%s: Measures shows %v; want %v, each with its name", test.name, got, test.want)
		}
	}
}

// TestNoticeBox: no notice is nothing; a way back is a button with the network.
func TestNoticeBox(t *testing.T) {
	if got := strings.TrimSpace(text(t, NoticeBox(Notice{}))); got != "" {
		t.Errorf("NoticeBox of nothing = %q; want nothing", got)
	}
	e := render(t, NoticeBox(Notice{Text: "Done."}))
	if len(e.all(".notice")) != 1 || len(e.all(".problem")) != 0 || len(e.all("[data-undo]")) != 0 || len(e.all("[name]")) != 0 || e.one(t, "p").content() != "Done." {
		t.Errorf("NoticeBox(Done.) = %s; want the text alone", text(t, NoticeBox(Notice{Text: "Done."})))
	}
	if e := render(t, NoticeBox(Notice{Text: "Done.", Undo: true})); e.one(t, "[data-undo]").attr("type") != "button" {
		t.Errorf("NoticeBox to be undone has the button %v; want one that does not submit", e.one(t, "[data-undo]"))
	}
	const network = `{"a":"<&'\""}`
	e = render(t, NoticeBox(Notice{Text: "Oops.", Problem: true, Recover: &RecoverAct{Act: anyAct("recover"), Step: 12345, Network: network}}))
	if got := e.one(t, "input[name="+FieldRecovered+"]").attr("value"); got != network {
		t.Errorf("NoticeBox offers the network %s; want %s", got, network)
	}
	if got := e.one(t, "button[value=recover]").content(); !strings.Contains(got, "12\u202f345") || len(e.all(".problem")) != 1 {
		t.Errorf("NoticeBox offers %q; want to go back to step 12 345", got)
	}
}

// TestPageWithoutScript: the form posts to addresses relative to the page's, so that it works
// behind a base path, and without htmx.
func TestPageWithoutScript(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	form := page.one(t, "form")
	if form.attr("method") != "post" || form.attr("action") != "edit" {
		t.Errorf("the form posts %s to %s; want post to edit", form.attr("method"), form.attr("action"))
	}
	for _, e := range page.all("[formaction]") {
		if got := e.attr("formaction"); got != "step" && got != "edit" && got != "points.csv" && got != "export" {
			t.Errorf("a %s posts to %q; want step, edit, points.csv or export", e.Data, got)
		}
	}
	for _, attribute := range []string{"src", "href", "action", "formaction", "hx-post", "hx-get"} {
		for _, e := range page.all("[" + attribute + "]") {
			if address := e.attr(attribute); strings.HasPrefix(address, "/") || strings.Contains(address, "//") && !strings.HasPrefix(address, "data:") {
				t.Errorf("%s=%q of a %s; want an address relative to the page", attribute, address, e.Data)
			}
		}
	}
	// The first button that submits is the one that the return key presses.
	for _, e := range page.all("form button") {
		if e.attr("type") == "submit" {
			if e.attr("value") != "settings" {
				t.Errorf("the return key asks for %s; want %s", e.attr("value"), "settings")
			}
			break
		}
	}
	for _, e := range page.all("form button") {
		if kind := e.attr("type"); kind != "submit" && kind != "button" {
			t.Errorf("the button %q has the type %q; want it said", e.content(), kind)
		}
	}
	image := page.one(t, "input[type=image]")
	if got := strconv.Itoa(PlaneSize); image.attr("width") != got || image.attr("height") != got || image.attr("name")+".x" != FieldClickX {
		t.Errorf("the picture to click is %s×%s and posts %s; want %s×%s and %s", image.attr("width"), image.attr("height"), image.attr("name"), got, got, FieldClickX)
	}
	if got := page.one(t, "#plane canvas"); got.attr("width") != strconv.Itoa(GridSize) || got.attr("height") != strconv.Itoa(GridSize) {
		t.Errorf("the canvas is %s×%s; want a pixel for each cell", got.attr("width"), got.attr("height"))
	}
}

// TestPagePolicy: nothing on the page needs more than the content security policy allows: no inline
// script or style, no address of another site.
func TestPagePolicy(t *testing.T) {
	for name, lab := range labs(t) {
		for component, e := range map[string]element{
			"Page": render(t, Page(lab)), "Edited": render(t, Edited(lab, true)), "Frame": render(t, Frame(lab)),
			"Refused": render(t, Refused(lab.Notice, FieldL1, "no")), "Failure": render(t, Failure("no")),
			"Imported": render(t, Imported(lab, true)), "EditedTable": render(t, EditedTable(lab, true)),
			"Inspected": render(t, Inspected(lab, Inspect(lab.State, lab.Meta, 0, 0))), "Shared": render(t, Shared(Sharing{Recipe: "?a=1", Lost: "x"})),
			"Reading": render(t, Reading(Probe{Parts: []ProbePart{{Text: "x", Marker: "M0 0", Colour: "#000000"}}, Point: "y"})),
		} {
			for n := range e.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				x := element{n}
				if n.Data == "style" || n.Data == "iframe" || n.Data == "object" || n.Data == "base" {
					t.Errorf("%s: %s has a <%s>", name, component, n.Data)
				}
				if n.Data == "script" && (x.attr("src") == "" || x.content() != "") {
					t.Errorf("%s: %s has an inline script", name, component)
				}
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") {
						t.Errorf("%s: %s has a <%s %s=%q>", name, component, n.Data, a.Key, a.Val)
					}
				}
			}
		}
	}
	// htmx would write a style sheet into the page.
	config := render(t, Page(labs(t)["Default"])).one(t, "meta[name=htmx-config]").attr("content")
	if !strings.Contains(config, `"includeIndicatorCSS":false`) {
		t.Errorf("the configuration of htmx is %s; want no style sheet of its own", config)
	}
}

// TestTemplatesWriteConstants: no template writes the name of a field as text, and none asks for an
// act but through the table of acts; the picture's is the field that the browser lengthens, and the
// tour's is not posted.
func TestTemplatesWriteConstants(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	literal := regexp.MustCompile(`<(?:input|select|button|textarea|label)\b[^>]*\b(name|value|for|data-change|data-act)="([^"]+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
			if got := m[1] + "=" + m[2]; !slices.Contains([]string{"name=at", "name=stop", "value=1", "value=100", "for=moments", "value=0"}, got) {
				t.Errorf("%s writes %s; want a constant", file, got)
			}
		}
	}
}

// TestStorageNotice: it waits hidden for what the script has to tell, with a button to close it.
func TestStorageNotice(t *testing.T) {
	notice := render(t, Page(sampleLab(t, dataset.Circles, nil))).one(t, "form #notices #storage-notice")
	if _, hidden := notice.lookup("hidden"); !hidden || notice.one(t, "#told").content() != "" || notice.one(t, "button[data-close]").attr("type") != "button" {
		t.Errorf("the storage notice says %q; want it hidden and empty, with a button to close it", notice.content())
	}
}

// TestLocked: where the points are locked or hidden there is nothing to draw with, with script or
// without, and the picture stays.
func TestLocked(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Choices)
		locked bool
	}{
		{"Free", func(*Choices) {}, false},
		{"Locked", func(c *Choices) { c.Lock = []string{PartNetwork, PartData} }, true},
		{"Hidden", func(c *Choices) { c.Hide = []string{PartData} }, true},
		{"Others", func(c *Choices) { c.Lock, c.Hide = []string{PartNetwork}, []string{PartPanel} }, false},
	} {
		lab := sampleLab(t, dataset.Circles, func(l *Lab) { test.change(&l.Choices) })
		page := render(t, Page(lab))
		plane := page.one(t, "#plane")
		if _, got := plane.lookup("data-locked"); got != test.locked {
			t.Errorf("%s: the plane is locked: %t; want %t", test.name, got, test.locked)
		}
		inputs, images := plane.all("input[type=image]"), plane.all("img")
		if got := len(inputs) == 0; got != test.locked || len(inputs)+len(images) != 1 {
			t.Fatalf("%s: the plane has %d pictures to click and %d to look at; want one, to click unless it is locked", test.name, len(inputs), len(images))
		}
		if got := append(inputs, images...)[0].attr("src"); got != lab.Cells.DataURI(lab.State.Config) {
			t.Errorf("%s: the picture is %.60s; want that of the plane", test.name, got)
		}
		plane.one(t, "canvas")
	}
}

// TestPictureColours: the colours of the picture come with the drawing of the network, and no frame
// has them.
func TestPictureColours(t *testing.T) {
	for name, lab := range labs(t) {
		lab.Reshaped = true
		for what, e := range map[string]element{"Page": render(t, Page(lab)), "Edited": render(t, Edited(lab, false))} {
			if got, want := e.one(t, "[data-palette]").attr("data-palette"), paletteOf(lab.State.Config).text; got != want || want == "" {
				t.Errorf("%s: %s has the palette %.60q; want %.60q", name, what, got, want)
			}
		}
		if len(render(t, Frame(lab)).all("[data-palette]")) != 0 {
			t.Errorf("%s: a frame has a palette; want the colours where the task may change", name)
		}
	}
}

// TestSpeeds: those of the page, in order, with the one that a link asks for.
func TestSpeeds(t *testing.T) {
	before := slices.Clone(Speeds)
	for used, want := range map[int][]int{Speeds[0]: Speeds, Speeds[len(Speeds)-1]: Speeds, 7: slices.Sorted(slices.Values(append([]int{7}, Speeds...))), 9999: append(slices.Clone(Speeds), 9999)} {
		page := render(t, Page(sampleLab(t, dataset.Circles, func(l *Lab) { l.Choices.FrameSteps = used })))
		var got []int
		for _, option := range page.all("select[name=" + FieldFrameSteps + "] option") {
			n, err := strconv.Atoi(option.attr("value"))
			if err != nil {
				t.Fatal(err)
			}
			if _, selected := option.lookup("selected"); selected != (n == used) {
				t.Errorf("with %d in use the speed %d is selected: %t", used, n, selected)
			}
			got = append(got, n)
		}
		if !slices.Equal(got, want) {
			t.Errorf("with %d in use the speeds are %v; want %v", used, got, want)
		}
	}
	if !slices.Equal(Speeds, before) {
		t.Errorf("the speeds of all pages have become %v", Speeds)
	}
}

// TestFailure says what is wrong, escaped.
func TestFailure(t *testing.T) {
	e := render(t, Failure(`<b>"no" & never`))
	if got := e.one(t, "body").content(); !strings.Contains(got, `<b>"no" & never`) || len(e.all("b")) != 0 {
		t.Errorf("Failure shows %q; want the message", got)
	}
	if e.one(t, "html").attr("lang") == "" || e.one(t, "title").content() == "" {
		t.Errorf("Failure lacks a language or a title")
	}
}

// TestPageVersion: the page says what it is, once.
func TestPageVersion(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.Version = "v1.2.3-<test>" })
	page := render(t, Page(lab))
	if got := strings.Count(page.one(t, "#help").content(), lab.Version); got != 1 {
		t.Errorf("the help says the version %s %d times; want once", lab.Version, got)
	}
	if len(page.all("h1")) != 1 || len(page.all("main")) != 1 || page.one(t, "html").attr("lang") != "en" {
		t.Errorf("the page has %d h1, %d main and the language %q; want one, one and en", len(page.all("h1")), len(page.all("main")), page.one(t, "html").attr("lang"))
	}
}

package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// TestActRows: each row of the table is whole, and its hint short enough for a tooltip.
func TestActRows(t *testing.T) {
	const most = 150 // characters: two lines
	if len(pageActsByName) != len(pageActs) {
		t.Errorf("%d acts have %d names; want a name each", len(pageActs), len(pageActsByName))
	}
	for _, a := range pageActs {
		if a.name == "" || strings.ContainsAny(a.name, " .") {
			t.Errorf("an act is called %q; want a word that a place can follow", a.name)
		}
		if a.do != nil && a.edit != nil || (a.meta != nil) != (a.edit != nil) {
			t.Errorf("%s: want an edit with its rule of meta, or do alone, or neither", a.name)
		}
		for field := range strings.FieldsSeq(a.traits.Sends) {
			if !slices.Contains(strings.Fields(views.BulkyFields), field) {
				t.Errorf("%s sends %s; want one of %s", a.name, field, views.BulkyFields)
			}
		}
		if h := a.hint; h != "" && (utf8.RuneCountInString(h) > most || !strings.HasSuffix(h, ".") || strings.Contains(h, "!") || strings.Contains(h, "  ") || strings.TrimSpace(h) != h) {
			t.Errorf("the hint of %s is %q; want calm sentences of at most %d characters in all", a.name, h, most)
		}
	}
}

// actPages are pages and fragments that have everything which asks for an act.
func actPages(t *testing.T) map[string]string {
	t.Helper()
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "blobs", 30, 0, nil), 3)
	post := func(act string, changes ...string) string {
		form := historyForm(t, s, state, h)
		form.Set(views.FieldAct, act)
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		w := postForm(s, "/edit", form)
		if w.Code != http.StatusOK {
			t.Fatalf("act %s is answered %d %.300s; want 200", act, w.Code, w.Body)
		}
		return w.Body.String()
	}
	unit := historyForm(t, s, state, h)
	unit.Set(views.FieldAct, "inspect 0.1")
	var diverged strings.Builder
	notice := failing([]errorBody{{ErrorBody: wire.ErrorBody{Code: wire.CodeDiverged, Step: 8}}}, &views.Lab{State: state, Acts: viewedAct, Kept: 1})
	stuck := views.Diagnosis(views.Lab{State: state, Acts: viewedAct, Diagnosis: nn.Diagnosis{Trouble: nn.Silent}})
	if err := errors.Join(views.Noticed(notice).Render(t.Context(), &diverged), stuck.Render(t.Context(), &diverged)); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"Shared":   post("share"),
		"Plain":    post("inspect 0.1"), // without script
		"First":    serve(s, http.MethodGet, "/", "").Body.String(),
		"Values":   post("dataset", views.FieldDataset, "hills"),
		"Locked":   post("show", views.FieldLesson, "lock=data&experiment=features"),
		"Pinned":   post("pin"),
		"Wide":     post("settings", views.FieldHiddenLayers, "20-8"),
		"Table":    post("table-show"),
		"Preview":  post("import-preview", views.FieldTableText, "x,y,label\n0,0,a\n1,1,b\n"),
		"Notebook": post("notebook", views.FieldJournal, journalText(t, s, journal.Journal{Recipe: "dataset=blobs", Entries: []journal.Entry{{Act: journal.Reset{}}}})),
		"Unit":     postForm(s, "/edit", unit, "HX-Request", "true").Body.String(),
		"Diverged": diverged.String(),
	}
}

// TestActsOffered: what the page asks for are the acts of the table, each is asked for, and the
// elements that ask for an act say of it what its row says.
func TestActsOffered(t *testing.T) {
	// The words on these buttons, or what they have beside them, say all.
	plain := strings.Fields("settings show back dataset unpin import import-preview inspect set-parameter table-set table-add table-remove table-previous table-next")
	offered, hinted := map[string]bool{"open-run": true}, map[string]bool{} // open-run: on the page of a sweep
	for name, page := range actPages(t) {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if clears := attributeOf(n, "data-clears"); clears != "" && clears != "train" && pageActsByName[clears] == nil {
				t.Errorf("%s: what %s makes good is no act", name, clears)
			}
			if act, _, _ := strings.Cut(attributeOf(n, "data-open-act"), " "); act != "" && !pageActsByName[act].traits.Looks {
				t.Errorf("%s: an edge asks for %s; want an act that looks", name, act)
			}
			asks, button := attributeOf(n, "data-change")+attributeOf(n, "data-act"), attributeOf(n, "name") == views.FieldAct
			if button {
				asks += attributeOf(n, "value")
				if n.Data != "button" || attributeOf(n, "type") != "submit" {
					t.Errorf("%s: a %s of the type %q asks for %s; want a button that submits", name, n.Data, attributeOf(n, "type"), asks)
				}
			}
			if asks == "" {
				continue
			}
			asks, place, _ := strings.Cut(asks, " ")
			act := pageActsByName[asks]
			if act == nil {
				t.Errorf("%s: a %s asks for %q, which is no act", name, n.Data, asks)
				continue
			}
			offered[asks] = true
			if got := traitsOf(n); got != act.traits {
				t.Errorf("%s: a %s asks for %s with %+v; want %+v", name, n.Data, asks, got, act.traits)
			}
			title := attributeOf(n, "title")
			hinted[asks] = hinted[asks] || title == act.hint
			inDialog := strings.Contains(place, ".") // of the unit that it shows
			if button && act.hint != "" && title != act.hint && !inDialog {
				t.Errorf("%s: the button of %s has the title %q; want the hint of the act", name, asks, title)
			}
			if button && act.hint == "" && !slices.Contains(plain, asks) {
				t.Errorf("%s: the button of %s has no hint", name, asks)
			}
		}
	}
	for _, a := range pageActs {
		if !offered[a.name] {
			t.Errorf("nothing on the page asks for the act %s", a.name)
		}
		if a.hint != "" && !hinted[a.name] {
			t.Errorf("no title of the page is the hint of %s", a.name)
		}
	}
}

// TestActsOfferedWithoutScript: where no script runs there is a button for each act, but for those that carry
// a state from somewhere else. TestActsWithoutScript posts them all.
func TestActsOfferedWithoutScript(t *testing.T) {
	// draw: by the picture itself; fit and layer: their pictures are painted by the script.
	offered := map[string]bool{"restore": true, "open": true, "open-run": true, "draw": true, "change-setting": true, "fit": true, "layer": true}
	pages := actPages(t)
	delete(pages, "Unit") // which is a fragment
	for _, page := range pages {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if attributeOf(n, "name") != views.FieldAct || attributeOf(n, "type") != "submit" {
				continue
			}
			shown := !slices.Contains(strings.Fields(attributeOf(n, "class")), "first-submit")
			for at := n; at != nil; at = at.Parent {
				if slices.Contains(strings.Fields(attributeOf(at, "class")), "script-only") {
					shown = false
				}
			}
			if act, _, _ := strings.Cut(attributeOf(n, "value"), " "); shown {
				offered[act] = true
			}
		}
	}
	for _, a := range pageActs {
		if !offered[a.name] {
			t.Errorf("without script no button asks for %s", a.name)
		}
	}
}

// traitsOf reads the traits that an element says.
func traitsOf(n *html.Node) views.Traits {
	has := func(name string) bool {
		return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	}
	return views.Traits{
		Stops: has("data-stops"), Looks: has("data-looks"), Restores: has("data-restores"),
		KeepsRun: has("data-keeps-run"), NewRun: has("data-new-run"), Sends: attributeOf(n, "data-sends"),
	}
}

// TestTraits: the acts that the script treats otherwise than a plain change.
func TestTraits(t *testing.T) {
	want := map[string]views.Traits{
		"show": {Restores: true}, "restore": {Restores: true},
		"reset": {Stops: true}, "reseed": {Stops: true}, "restart-with": {Stops: true},
		"pin": {KeepsRun: true}, "unpin": {KeepsRun: true}, "open": {NewRun: true}, "open-run": {NewRun: true},
		"share": {Looks: true, Sends: "assignment"}, "leave": {Looks: true}, "words": {Looks: true}, "notebook": {Looks: true}, "back": {Stops: true, NewRun: true}, "inspect": {Looks: true}, "explain": {Looks: true}, "explain-close": {Looks: true}, "fit": {Looks: true}, "layer": {Looks: true}, "table-show": {Looks: true},
		"import-preview": {Looks: true, Sends: "table_text table_file"}, "import": {Sends: "table_text table_file"}, "dataset": {Sends: "own"},
	}
	for _, a := range pageActs {
		if a.traits != want[a.name] {
			t.Errorf("the traits of %s are %+v; want %+v", a.name, a.traits, want[a.name])
		}
	}
}

// TestTemplatesNameActs: each name that a template asks the table for is there, or its page would
// not be shown; TestActsOffered sees only the branches that its pages take.
func TestTemplatesNameActs(t *testing.T) {
	files, err := filepath.Glob("../views/*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	asks, named := regexp.MustCompile(`\bl\.(?:Act|PlainAct|Change|Start)\(([^)]*)`), regexp.MustCompile(`^"([a-z-]+)[ "]`)
	found := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asks.FindAllStringSubmatch(string(source), -1) {
			name := named.FindStringSubmatch(m[1])
			switch {
			case name == nil && m[1] != "u.Act" && m[1] != "v.Remove": // inspect and remove-neuron
				t.Errorf("%s asks for the act %s; want its name", file, m[1])
			case name != nil:
				found[name[1]] = true
				if pageActsByName[name[1]] == nil {
					t.Errorf("%s asks for %s, which is no act", file, name[1])
				}
			}
		}
	}
	if len(found) < 20 {
		t.Errorf("the templates ask for %v; want most of the acts, or this pattern has grown old", found)
	}
}

// TestActsUnknown: a name that is not in the table is refused, with a place behind it or not.
func TestActsUnknown(t *testing.T) {
	s := newTestServer(t)
	names := []string{"explode", "explode 0", "Reset", "\treset", "data-act"}
	for _, a := range pageActs {
		names = append(names, a.name+"s", a.name+".0")
	}
	for _, name := range names {
		p := pageRequest{Message: wire.Message{State: sampleState(t, "blobs", 9, 0, nil)}, form: url.Values{}, choices: defaultChoices()}
		if err := s.change(t.Context(), name, &p); describeAs(err) != "malformed act" || !strings.Contains(err.Error(), "is unknown") {
			t.Errorf("act %q = %v; want it unknown", name, err)
		}
	}
}

// TestNamesAfterActs: behind each act a point that stays is of the class of the same name, in the
// same units, and there is no name of a class that is not there.
func TestNamesAfterActs(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "blobs", 30, 0, nil), 3)
	meta := table.Meta{Classes: []string{"uno", "due", "tre"}, Transform: table.Transform{X: table.Axis{Name: "width", Scale: 2}}}
	none := table.Meta{}
	two := table.Meta{Classes: []string{"uno", "due"}, Transform: meta.Transform}
	want := map[string]table.Meta{ // of acts that do not keep it as it is
		"clear": none, "dataset": {Source: "data_seed=1&dataset=circles&points=200"}, "open": none, "remove-class": two,
		"import": {Classes: []string{"a", "b"}, Transform: table.Transform{X: table.Axis{Name: "x"}, Y: table.Axis{Name: "y"}, Label: table.Axis{Name: "label"}}},
	}
	places := map[string]string{"add-neuron": " 0", "remove-neuron": " 0.1", "inspect": " 1.0", "explain": " weights.0.1.0", "layer": " 0", "change-setting": " l2=0.01", "restart-with": " init=he"}
	nameOf := func(m table.Meta, p nn.Point) string {
		if name := m.Class(int(p.Label)); name != "" {
			return name
		}
		return fmt.Sprint("class ", p.Label)
	}
	for _, a := range pageActs {
		form := historyForm(t, s, state, h)
		for field, value := range map[string]string{
			views.FieldAct: a.name + places[a.name], views.FieldMeta: string(mustJSON(t, meta)), views.FieldDataset: "circles",
			views.FieldStroke: "0.77,0.77", views.FieldTool: "2",
			views.FieldParameter: "biases.0.0", views.FieldValue: "1", views.FieldOpened: `{"type":"nnvisu_state","version":1,"config":{"classes":3}}`,
			views.FieldTableText: "x,y,label\n0,0,a\n1,1,b\n",
		} {
			form.Set(field, value)
		}
		w := postForm(s, "/edit", form)
		if w.Code != http.StatusOK {
			t.Errorf("act %s is answered %d %.300s; want 200", a.name, w.Code, w.Body)
			continue
		}
		p, err := s.decodePageForm(t.Context(), readForm(t, w.Body.String(), "", ""))
		if err != nil {
			t.Fatal(err)
		}
		expected, other := want[a.name]
		if !other {
			expected = meta
		}
		if got, want := string(mustJSON(t, p.meta)), string(mustJSON(t, expected)); a.name != "import" && got != want || !slices.Equal(p.meta.Classes, expected.Classes) {
			t.Errorf("behind %s the points have %s; want %s", a.name, got, want)
		}
		if p.State.Config.Task == nn.Classification && len(p.meta.Classes) > p.State.Config.Classes {
			t.Errorf("behind %s there are the names %v of %d classes", a.name, p.meta.Classes, p.State.Config.Classes)
		}
		before := map[[2]float64]string{}
		for _, q := range state.Data {
			before[[2]float64{q.X, q.Y}] = nameOf(meta, q)
		}
		stayed := 0
		for _, q := range p.State.Data {
			was, ok := before[[2]float64{q.X, q.Y}]
			if !ok {
				continue
			}
			stayed++
			if now := nameOf(p.meta, q); now != was {
				t.Errorf("behind %s the point at %v, %v is of %s; want %s as before", a.name, q.X, q.Y, now, was)
				break
			}
		}
		if stayed == 0 && !slices.Contains([]string{"clear", "dataset", "open", "restore", "import"}, a.name) { // the state that is opened has none
			t.Errorf("behind %s no point is left", a.name)
		}
	}
}

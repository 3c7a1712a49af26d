package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// pressed sends an act of the page for htmx and returns the answer and the form behind it.
func pressed(t *testing.T, s *Server, form url.Values, act string, pairs ...string) (url.Values, string) {
	t.Helper()
	form = maps.Clone(form)
	form.Set(views.FieldAct, act)
	form.Set(views.FieldControls, "")
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	fragments := postForm(s, "/edit", form, "HX-Request", "true").Body.String()
	w := postForm(s, "/edit", form)
	if w.Code != http.StatusOK {
		t.Fatalf("%s = %d %.300s", act, w.Code, w.Body)
	}
	return readForm(t, w.Body.String(), "", ""), fragments
}

// TestOwnData: whatever changes the points of a data set makes them own data, which are chosen from
// then on, and nothing else does.
func TestOwnData(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct {
		act   string
		pairs []string
		want  string
	}{
		{"draw", []string{views.FieldStroke, "0,0"}, views.OwnData},
		{"draw", []string{views.FieldStroke, ""}, "xor"},
		{"draw", []string{views.FieldStroke, "0.5,0.5 -0.5,0.5", views.FieldTool, views.ToolErase}, views.OwnData},
		{"clear", nil, views.OwnData},
		{"remove-class", nil, views.OwnData},
		{"import", []string{views.FieldTableText, "x,y,label\n0,0,a\n1,1,b\n"}, views.OwnData},
		{"add-class", nil, "xor"},
		{"reset", nil, "xor"},
		{"add-layer", nil, "xor"},
		{"dataset", []string{views.FieldDataset, "moons"}, "moons"},
	} {
		form := openLink(t, s, "dataset=xor&points=300")
		if test.act == "remove-class" {
			form = openLink(t, s, "dataset=spiral&points=60&classes=3")
		}
		form, fragments := pressed(t, s, form, test.act, test.pairs...)
		if got := form.Get(views.FieldDataset); got != test.want {
			t.Errorf("behind %s %q the data set %q is chosen; want %q", test.act, test.pairs, got, test.want)
		}
		if has := strings.Contains(fragments, `hx-target="#data-source"`); has != (test.want != "xor") {
			t.Errorf("the answer to %s %q has the controls of data sets: %t", test.act, test.pairs, has)
		}
	}
}

// TestOwnDataBack: own points that a data set took the place of come back as they were, with their
// names and their classes.
func TestOwnDataBack(t *testing.T) {
	s := newTestServer(t)
	imported, _ := pressed(t, s, openLink(t, s, "dataset=xor&points=40"), "import", views.FieldTableText, "Größe,Gewicht,Tier\n150,45,Hund\n160,52,Katze\n171.5,60,Hund\n")
	imported, _ = pressed(t, s, imported, "add-class")
	spiral, answer := pressed(t, s, imported, "dataset", views.FieldDataset, "spiral")
	if spiral.Get(views.FieldOwn) == "" || !strings.Contains(answer, `hx-target="#own"`) || !strings.Contains(answer, "Own data brings your points back.") {
		t.Errorf("the answer to a data set is %.300s; want own points kept", answer)
	}
	back, _ := pressed(t, s, spiral, "dataset", views.FieldDataset, views.OwnData)
	for _, field := range []string{views.FieldData, views.FieldMeta, views.FieldDataset} {
		if back.Get(field) != imported.Get(field) {
			t.Errorf("%s came back as %s; want %s", field, back.Get(field), imported.Get(field))
		}
	}
	p, err := s.decodePageForm(t.Context(), back)
	if err != nil || p.State.Config.Classes != 3 || p.State.Network.Step != 0 {
		t.Errorf("own data came back with %d classes, %v; want 3", p.State.Config.Classes, err)
	}

	spiral.Set(views.FieldOwn, "")
	none, answer := pressed(t, s, spiral, "dataset", views.FieldDataset, views.OwnData)
	if none.Get(views.FieldData) != spiral.Get(views.FieldData) || none.Get(views.FieldDataset) != "spiral" || !strings.Contains(answer, "You have no points of your own yet.") || !strings.Contains(answer, `hx-target="#data-sets"`) {
		t.Errorf("own data without any: %.300s, the data set %s", answer, none.Get(views.FieldDataset))
	}
	for _, bad := range []string{"[]", "{}", `{"type":"nnvisu_state","version":1,"data":[{"x":7,"y":0,"label":0}]}`, `{"type":"nnvisu_state","version":1,"meta":{"source":"` + strings.Repeat("a", 201) + `"}}`} {
		spiral.Set(views.FieldAct, "dataset")
		spiral.Set(views.FieldControls, "")
		spiral.Set(views.FieldDataset, views.OwnData)
		spiral.Set(views.FieldOwn, bad)
		if w := postForm(s, "/edit", spiral); w.Code/100 != 4 {
			t.Errorf("own data %s are answered with %d", bad, w.Code)
		}
	}
}

// TestOwnDataChanged: a data set of which some points were changed does not push out points of a
// table, and says which ones come back. Points of another table do.
func TestOwnDataChanged(t *testing.T) {
	s := newTestServer(t)
	const animals, fruits = "a,b,c\n0,0,x\n1,1,y\n", "a,b,c\n0,0,apple\n1,1,pear\n2,1,pear\n"
	stroke := []string{views.FieldStroke, "0,0"}
	imported, _ := pressed(t, s, openLink(t, s, "dataset=xor&points=40"), "import", views.FieldTableText, animals)
	moons, _ := pressed(t, s, imported, "dataset", views.FieldDataset, "moons")
	changed, _ := pressed(t, s, moons, "draw", stroke...)
	circles, answer := pressed(t, s, changed, "dataset", views.FieldDataset, "circles")
	if circles.Get(views.FieldOwn) != moons.Get(views.FieldOwn) || !strings.Contains(answer, "Own data brings back the points that you imported or drew before, and Undo those that were here.") {
		t.Errorf("after a changed data set the own points are %.200s, and the page says %.300s; want those of the table", circles.Get(views.FieldOwn), answer)
	}
	other, _ := pressed(t, s, changed, "import", views.FieldTableText, fruits)
	for _, act := range []string{"draw", ""} {
		if act != "" {
			other, _ = pressed(t, s, other, act, stroke...)
		}
		next, answer := pressed(t, s, other, "dataset", views.FieldDataset, "circles")
		if !strings.Contains(next.Get(views.FieldOwn), "pear") || !strings.Contains(answer, "Own data brings your points back.") {
			t.Errorf("after another table the own points are %.200s; want those of that table", next.Get(views.FieldOwn))
		}
	}
	changed.Set(views.FieldOwn, "garbage")
	if next, _ := pressed(t, s, changed, "dataset", views.FieldDataset, "circles"); !strings.Contains(next.Get(views.FieldOwn), `"edited":`) {
		t.Errorf("in the place of unreadable points there are %.200s; want those of the page", next.Get(views.FieldOwn))
	}
}

// TestFindSource: points of an older page are those of the data set that its controls draw, or own.
func TestFindSource(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct {
		name        string
		field, text string
		want        string
	}{
		{"Drawn", "", "", "blobs"},
		{"OtherNoise", views.FieldNoise, "0.2", views.OwnData},
		{"OtherPoints", views.FieldPoints, "31", views.OwnData},
		{"NoSet", views.FieldDataset, "cats", views.OwnData},
		{"Named", views.FieldMeta, string(mustJSON(t, table.Meta{Classes: []string{"a", "b"}})), views.OwnData},
	} {
		form := openLink(t, s, "dataset=blobs&points=30&classes=2&seed=3")
		form.Set(views.FieldMeta, "")
		if test.field != "" {
			form.Set(test.field, test.text)
		}
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil || p.choices.Dataset != test.want {
			t.Errorf("%s: the data set is %q, %v; want %q", test.name, p.choices.Dataset, err, test.want)
		}
	}
}

// TestSourceOf: tiny noise is as short as any other; and other points are not the data set's any more,
// even where the task changed with them.
func TestSourceOf(t *testing.T) {
	if got, want := sourceOf(url.Values{"dataset": {"moons"}, "points": {"1000000"}, "noise": {"1e-320"}}), "dataset=moons&noise=1e-320&points=1000000"; got != want {
		t.Errorf("the source is %s; want %s", got, want)
	}
	p := pageRequest{Message: wire.Message{State: sampleState(t, "moons", 10, 0, nil)}, meta: table.Meta{Source: "dataset=moons"}}
	values := sampleState(t, "plane", 10, 0, func(c *nn.Config) { c.Task = nn.Regression })
	if p.setState(values, keepMeta); p.meta.Edited == "" {
		t.Errorf("with other points of another task the meta is %+v; want them to be edited", p.meta)
	}
}

// TestDatasetControls: the number of classes is that of a data set before where the next one has its
// own, and a refusal shows which data set is still chosen.
func TestDatasetControls(t *testing.T) {
	s := newTestServer(t)
	form, answer := pressed(t, s, openLink(t, s, "dataset=spiral&points=60&classes=3"), "dataset", views.FieldDataset, "xor")
	if form.Get(views.FieldDataClasses) != "" || !strings.Contains(answer, "XOR: 60 points. It always has 2 classes.") {
		t.Errorf("xor after a spiral of 3 has %q classes, and says %.300s", form.Get(views.FieldDataClasses), answer)
	}
	for set, points := range map[string]string{"moons": "0", "spiral": "5000"} {
		form.Set(views.FieldAct, "dataset")
		form.Set(views.FieldControls, "")
		form.Set(views.FieldDataset, set)
		form.Set(views.FieldPoints, points)
		w := postForm(s, "/edit", form, "HX-Request", "true")
		if w.Code/100 != 4 || !strings.Contains(w.Body.String(), "Points must be from 1 to 2\u202f000; got "+strings.Replace(points, "5000", "5\u202f000", 1)) || !strings.Contains(w.Body.String(), `value="xor" checked`) {
			t.Errorf("%s points are answered %d %.400s; want the limits, and xor still chosen", points, w.Code, w.Body)
		}
	}
}

// TestChangedSetting: a setting that is wrong does not keep another from being changed.
func TestChangedSetting(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "blobs", 30, 1, nil))
	form.Set("batch_size", "many")
	form.Set("test_fraction", "0.3")
	if _, _, err := applySettings(t, s, sampleState(t, "blobs", 30, 1, nil), form); describeAs(err) != "malformed batch_size" {
		t.Errorf("all settings: %v; want what is wrong with the batch size", err)
	}
	form.Set(views.FieldChanged, "test_fraction")
	state, _, err := applySettings(t, s, sampleState(t, "blobs", 30, 1, nil), form)
	if err != nil || state.Config.TestFraction != 0.3 || state.Config.BatchSize != nn.DefaultConfig().BatchSize {
		t.Errorf("the test share alone: %+v, %v", state.Config, err)
	}
}

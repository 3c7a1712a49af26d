package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// savedRun is a run of all that a state can hold: moments, curves with a best moment, held out
// points, names.
func savedRun(tb testing.TB) (nn.State, nn.History, table.Meta) {
	tb.Helper()
	state := sampleState(tb, "blobs", 40, 0, func(c *nn.Config) {
		c.TestFraction, c.BatchSize, c.Dropout, c.Features, c.HiddenLayers = 0.25, 8, 0.1, []nn.Feature{nn.FeatureXY, nn.FeatureX}, []int{5}
	})
	state, h := sampleHistory(tb, state, 12)
	return state, h, table.Meta{Classes: []string{"a", "<b>", "c"}, Transform: table.Transform{X: table.Axis{Name: "width, cm", Scale: 0.125, Offset: -3}}}
}

// save downloads the state of a page's form.
func save(tb testing.TB, s *Server, form url.Values) string {
	tb.Helper()
	form.Set(views.FieldFormat, "state")
	w := postForm(s, "/export", form)
	if w.Code != http.StatusOK {
		tb.Fatalf("POST /export = %d %.300s", w.Code, w.Body)
	}
	form.Del(views.FieldFormat)
	return w.Body.String()
}

// openSaved opens a saved state on the page of another.
func openSaved(tb testing.TB, s *Server, text string, headers ...string) (status int, answer string) {
	tb.Helper()
	form := settingsForm(tb, s, sampleState(tb, "hills", 10, 1, nil))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldAct, "open")
	form.Set(views.FieldOpened, text)
	w := postForm(s, "/edit", form, headers...)
	return w.Code, w.Body.String()
}

// TestSaveAndOpen: what was saved is opened again, to the last bit, with and without script; and
// saved again it is the same file.
func TestSaveAndOpen(t *testing.T) {
	s := newTestServer(t)
	state, h, meta := savedRun(t)
	for name, change := range map[string]func(url.Values){
		"All":       func(url.Values) {},
		"NoMeta":    func(f url.Values) { f.Set(views.FieldMeta, "") },
		"NoHistory": func(f url.Values) { f.Set(views.FieldHistory, "{}") },
		"StateOnly": func(f url.Values) { f.Set(views.FieldMeta, ""); f.Del(views.FieldHistory) },
		"NoPoints":  func(f url.Values) { f.Set(views.FieldData, "[]") },
	} {
		t.Run(name, func(t *testing.T) {
			form := historyForm(t, s, state, h)
			form.Set(views.FieldMeta, string(mustJSON(t, meta)))
			form.Set(views.FieldControls, "")
			change(form)
			file := save(t, s, form)
			var members map[string]any
			if err := json.Unmarshal([]byte(file), &members); err != nil || members["type"] != "nnvisu_state" || members["version"] != 1. || !strings.HasSuffix(file, "}\n") ||
				!strings.HasPrefix(file, `{"type":"nnvisu_state","version":1,"config":`) {
				t.Fatalf("the file is %.200s, %v", file, err)
			}
			for _, member := range []string{views.FieldMeta, views.FieldHistory} {
				if _, got := members[member]; got != (len(form.Get(member)) > len("{}")) {
					t.Errorf("the file has %s: %t; want it where the form has it, %q", member, got, form.Get(member))
				}
			}
			want, err := s.decodePageForm(t.Context(), form)
			if err != nil {
				t.Fatal(err)
			}
			for _, hx := range []string{"true", ""} {
				status, answer := openSaved(t, s, file, "HX-Request", hx)
				if status != http.StatusOK || !strings.Contains(answer, fmt.Sprintf("Opened a state at step 12, with %d points.", len(want.State.Data))) {
					t.Fatalf("opening it = %d %.300s", status, answer)
				}
				if hx != "" && !slices.Contains(partTargets(t, answer), "#settings") {
					t.Error("the settings of the state opened are not shown")
				}
				got := decodeAnswer(t, s, answer)
				history := want.history.Clone()
				if history.Len() == 0 && len(want.State.Data) > 0 {
					trainer, err := nn.NewTrainer(want.State)
					if err != nil {
						t.Fatal(err)
					}
					addSample(t, &history, trainer)
				}
				if !same(got.State, want.State) || !reflect.DeepEqual(got.meta, want.meta) || !same(got.history, history) {
					t.Errorf("opened, the file is %+v, %+v, %+v; want %+v, %+v, %+v", got.State.Config, got.meta, got.history, want.State.Config, want.meta, history)
				}
				if name != "NoHistory" && name != "StateOnly" {
					again := readForm(t, answer, "", "")
					form := url.Values{}
					for _, field := range []string{views.FieldConfig, views.FieldNetwork, views.FieldData, views.FieldMeta, views.FieldHistory} {
						form.Set(field, again.Get(field))
					}
					if got := save(t, s, form); got != file {
						t.Errorf("saved again it is\n%.400s\nwant\n%.400s", got, file)
					}
				}
			}
		})
	}
	// Only the format state has them.
	form := historyForm(t, s, state, h)
	form.Set(views.FieldFormat, "javascript")
	if w := postForm(s, "/export", form); w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"history"`) {
		t.Errorf("the format javascript = %d; want no history in it", w.Code)
	}
}

// TestOpenLinked: the script's own file, as links carry it, is read too; what is left out is the
// default.
func TestOpenLinked(t *testing.T) {
	s := newTestServer(t)
	state, h, meta := savedRun(t)
	text := fmt.Sprintf(`{"type":"nnvisu_state","version":1,"config":%s,"network":%s,"data":%s,"meta":%s,"history":%s}`,
		mustJSON(t, state.Config), mustJSON(t, state.Network), mustJSON(t, state.Data), mustJSON(t, meta), mustJSON(t, h))
	for _, text := range []string{text, "\ufeff" + text, " \n" + text + "\n"} {
		status, answer := openSaved(t, s, text, "HX-Request", "true")
		if got := decodeAnswer(t, s, answer); status != http.StatusOK || !same(got.State, state) || !same(got.history, h) {
			t.Errorf("opening %.60q = %d; want the state", text, status)
		}
	}
	status, answer := openSaved(t, s, `{"version":1,"type":"nnvisu_state"}`)
	if got := decodeAnswer(t, s, answer); status != http.StatusOK || len(got.State.Data) != 0 || !same(got.State.Config.HiddenLayers, []int{8, 8}) || got.State.Network.Step != 0 {
		t.Errorf("opening a state of nothing = %d %+v; want the defaults without points", status, got.State.Config)
	}
	// More names than classes: those of the classes that are there.
	status, answer = openSaved(t, s, `{"type":"nnvisu_state","version":1,"config":{"classes":2},"meta":{"classes":["a","b","c"]}}`)
	if got := readForm(t, answer, "", "").Get(views.FieldMeta); status != http.StatusOK || got != `{"classes":["a","b"]}` {
		t.Errorf("opening more names than classes = %d %s; want the first two", status, got)
	}
	// The history ends with the state.
	status, answer = openSaved(t, s, `{"type":"nnvisu_state","version":1,"data":[{"x":0,"y":0,"label":0}],"history":{"every":1,"step":[0,5],"epoch":[0,5],"loss":[1,0.5]}}`)
	if got := decodeAnswer(t, s, answer); status != http.StatusOK || !slices.Equal(got.history.Step, []int{0}) {
		t.Errorf("opening a history beyond its state = %d %v; want step 0 alone", status, got.history.Step)
	}
}

// TestOpenRefused: what is wrong in a file is named, and the page stays as it was.
func TestOpenRefused(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 20 })
	const head = `{"type":"nnvisu_state","version":1,`
	points := "[" + strings.TrimSuffix(strings.Repeat(`{"x":0,"y":0,"label":0},`, 21), ",") + "]"
	for _, test := range []struct{ name, text, want string }{
		{"Empty", ``, "malformed opened"},
		{"Text", `state`, "malformed opened"},
		{"List", `[]`, "malformed opened"},
		{"Cut", head + `"config":{"seed":1`, "malformed opened"},
		{"Behind", head + `"data":[]}{}`, "malformed opened"},
		{"NoType", `{"version":1}`, "malformed opened"},
		{"Type", `{"type":"other","version":1}`, "malformed opened"},
		{"TypeNumber", `{"type":1,"version":1}`, "malformed opened.type"},
		{"NoVersion", `{"type":"nnvisu_state"}`, "malformed opened"},
		{"Version", `{"type":"nnvisu_state","version":2}`, "malformed opened"},
		{"VersionPart", `{"type":"nnvisu_state","version":1.5}`, "invalid opened.version"},
		{"Unknown", head + `"speed":1}`, "malformed opened.speed"},
		{"Twice", head + `"data":[],"data":[]}`, "malformed opened.data"},
		{"ConfigMember", head + `"config":{"speed":1}}`, "malformed opened.config.speed"},
		{"Config", head + `"config":{"learning_rate":-1}}`, "invalid opened.config.learning_rate"},
		{"ConfigSeed", head + `"config":{"seed":-1}}`, "invalid opened.config.seed"},
		{"Batch", head + `"config":{"batch_size":21}}`, "invalid opened.config.batch_size"},
		{"Network", head + `"network":{"weights":[[["a"]]]}}`, "malformed opened.network.weights[0][0][0]"},
		{"Shape", head + `"config":{"hidden_layers":[]},"network":{"weights":[[[1,2]]],"biases":[[0]]}}`, "invalid opened.network.weights[0]"},
		{"Label", head + `"data":[{"x":0,"y":0,"label":10}]}`, "invalid opened.data[0].label"},
		{"Place", head + `"data":[{"x":2,"y":0,"label":0}]}`, "invalid opened.data[0].x"},
		{"PlaceMissing", head + `"data":[{"y":0,"label":0}]}`, "invalid opened.data[0].x"},
		{"Points", head + `"data":` + points + `}`, "too_large opened.data"},
		{"Meta", head + `"meta":{"names":[]}}`, "malformed opened.meta.names"},
		{"MetaTwice", head + `"meta":{"classes":["a","a"]}}`, "invalid opened.meta.classes[1]"},
		{"MetaScale", head + `"meta":{"transform":{"x":{"scale":1e200}}}}`, "invalid opened.meta.transform.x.scale"},
		{"MetaZero", head + `"meta":{"transform":{"x":{"scale":0}}}}`, "invalid opened.meta.transform.x.scale"},
		{"History", head + `"history":{"every":1,"step":[1,1],"epoch":[0,0],"loss":[1,1]}}`, "invalid opened.history.step[1]"},
		{"HistoryLoss", head + `"history":{"every":1,"step":[1],"epoch":[0],"loss":["low"]}}`, "malformed opened.history.loss[0]"},
	} {
		p := pageRequest{form: url.Values{views.FieldOpened: {test.text}}, choices: defaultChoices()}
		p.State = sampleState(t, "circles", 5, 1, nil)
		before := p
		err := s.openSaved(t.Context(), &p, "")
		if describeAs(err) != test.want {
			t.Errorf("%s: opening %.80s = %v (%s); want %s", test.name, test.text, err, describeAs(err), test.want)
		}
		if !reflect.DeepEqual(p, before) {
			t.Errorf("%s: the page changed", test.name)
		}
		status, answer := openSaved(t, s, test.text, "HX-Request", "true")
		if status < 400 || !strings.Contains(answer, `hx-target="#opened-error"`) || !strings.Contains(answer, "The file") || strings.Contains(answer, `hx-target="#live"`) {
			t.Errorf("%s: POST /edit = %d %.300s; want what is wrong with the file, beside it", test.name, status, answer)
		}
	}
}

// TestLinkRefused: what is wrong with the state of a link is said as one of a link, in words, and where
// the file chooser is it is not said.
func TestLinkRefused(t *testing.T) {
	s := newTestServer(t)
	const head = `{"type":"nnvisu_state","version":1,`
	for text, want := range map[string]string{
		head + `"config":{"seed":1`:                                        "Its text is damaged: it may have been cut off or changed on its way.",
		`{state`:                                                           "Its text is damaged",
		`{"type":"other","version":1}`:                                     "It is not a saved state of nnvisu",
		`{"type":"nnvisu_state","version":2}`:                              "It is of version 2; this server reads version 1.",
		head + `"config":{"learning_rate":-1}}`:                            "In its settings, Learning rate must be greater than 0; got −1.",
		head + `"network":{"weights":[[["a"]]]}}`:                          "In its network, weights[0][0][0] must be a number",
		head + `"data":[{"x":0,"y":0,"label":0},{"x":2,"y":0,"label":0}]}`: "In its points, number 2, x must be from −1 to 1; got 2.",
		head + `"data":{}}`:                                                "In its points must be",
		head + `"meta":{"names":[]}}`:                                      "In its names and units, names is not",
		head + `"speed":1}`:                                                "In its text, speed is not",
	} {
		form := settingsForm(t, s, sampleState(t, "hills", 10, 1, nil))
		form.Set(views.FieldControls, "")
		form.Set(views.FieldAct, "open")
		form.Set(views.FieldOpened, text)
		form.Set(views.FieldLinked, "1")
		w := postForm(s, "/edit", form, "HX-Request", "true")
		status, answer := w.Code, w.Body.String()
		page := parseHTML(t, answer)
		said := ""
		for _, p := range find(page, ".notice.problem p") {
			said += p.FirstChild.Data
		}
		if status < 400 || !strings.HasPrefix(said, "This link cannot be opened. "+want) || !strings.HasSuffix(said, " Nothing is lost: what you had is still here.") || strings.Contains(answer, "opened-error") {
			t.Errorf("a link to %.60s is answered %d %q; want %q, and that nothing is lost", text, status, said, want)
		}
	}
}

// TestLongFields: the limit on the body is that of a file to open and of a pinned run as well.
func TestLongFields(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxBody = 100_000 })
	for _, field := range []string{views.FieldOpened, views.FieldPinned, views.FieldHide, views.FieldProbe} {
		form := settingsForm(t, s, sampleState(t, "circles", 5, 0, nil))
		form.Set(views.FieldAct, "open")
		form.Set(field, strings.Repeat("[", 100_000))
		for path, status := range map[string]int{"/edit": 413, "/train": 413, "/step": 413, "/predict": 413} {
			if w := postForm(s, path, form, "HX-Request", "true"); w.Code != status || !strings.Contains(w.Body.String(), "must have at most 100\u202f000 bytes") {
				t.Errorf("POST %s with a long %s = %d %.200s; want %d and the limit", path, field, w.Code, w.Body, status)
			}
		}
		form.Set(field, strings.Repeat("[", 50_000))
		if w := postForm(s, "/edit", form, "HX-Request", "true"); w.Code == 200 && field != views.FieldProbe || w.Body.Len() > 10_000 && w.Code != 200 {
			t.Errorf("POST /edit with %s of 50,000 brackets = %d and %d bytes; want a short refusal", field, w.Code, w.Body.Len())
		}
	}
}

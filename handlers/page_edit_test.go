package handlers

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// applied returns what an act makes of a state, and what it says.
func applied(tb testing.TB, s *Server, name, place string, state nn.State, form url.Values) (nn.State, views.Notice, error) {
	tb.Helper()
	if place != "" {
		name += " " + place
	}
	p := pageRequest{Message: wire.Message{State: state}, form: form, choices: defaultChoices()}
	err := s.change(tb.Context(), name, &p)
	return p.State, p.notice, err
}

// TestAct: what each button does, what it says, and that the state given stays.
func TestAct(t *testing.T) {
	blobs := sampleDataset(t, "blobs", 30, 1)
	same0 := func(t *testing.T, from, to nn.State) {
		if !same(to, from) {
			t.Errorf("the state changed; want it as it was")
		}
	}
	for _, test := range []struct {
		name, act, form string
		notice          string // a part of it; empty: none
		check           func(t *testing.T, from, to nn.State)
	}{
		{"None", "", "", "", same0},
		{"Settings", "settings", "", "", same0},
		{"Reset", "reset", "", "seed 1.", func(t *testing.T, from, to nn.State) {
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
		{"Reseed", "reseed", "", "seed 2.", func(t *testing.T, from, to nn.State) {
			from.Config.Seed = 2
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
		{"DrawNothing", "draw", "tool=0", "", same0},
		{"Draw", "draw", "tool=2&stroke=0.5,0.5+1,-1", "", func(t *testing.T, from, to nn.State) {
			from.Data = append(from.Data, nn.Point{X: 0.5, Y: 0.5, Label: 2}, nn.Point{X: 1, Y: -1, Label: 2})
			same0(t, from, to)
		}},
		{"EraseNothing", "draw", "tool=erase&stroke=", "", same0},
		{"Erase", "draw", fmt.Sprintf("tool=erase&stroke=9,9+%v,%v+0,0", blobs[3].X, blobs[3].Y), "", func(t *testing.T, from, to nn.State) {
			near := func(p nn.Point, x, y float64) bool { return math.Hypot(p.X-x, p.Y-y) <= views.EraserReach }
			from.Data = slices.DeleteFunc(from.Data, func(p nn.Point) bool {
				return near(p, 1, 1) || near(p, blobs[3].X, blobs[3].Y) || near(p, 0, 0)
			})
			if len(from.Data) == len(blobs) {
				t.Fatal("the stroke is near no point")
			}
			same0(t, from, to)
		}},
		{"Clear", "clear", "", "all 30 points", func(t *testing.T, from, to nn.State) {
			from.Data = []nn.Point{}
			same0(t, from, to)
		}},
		{"Dataset", "dataset", "dataset=spiral&points=50&noise=&data_classes=&data_seed=3", "50 points", func(t *testing.T, from, to nn.State) {
			from.Data = sampleDataset(t, "spiral", 50, 3)
			from.Config.Classes = 2
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
		{"DatasetOfValues", "dataset", "dataset=hills&points=50&data_classes=3", "50 points", func(t *testing.T, from, to nn.State) {
			if to.Config.Task != nn.Regression || len(to.Data) != 50 || len(to.Network.Biases[2]) != 1 || to.Network.Step != 0 {
				t.Errorf("the state = %+v; want a regression of 50 points with a new network", to)
			}
		}},
		{"AddLayer", "add-layer", "", "of 8 units", func(t *testing.T, from, to nn.State) {
			if !slices.Equal(to.Config.HiddenLayers, []int{8, 8, 8}) || !same(to.Network.Weights[:2], from.Network.Weights[:2]) || !same(to.Data, from.Data) {
				t.Errorf("layers = %v; want 8-8-8 with the weights before", to.Config.HiddenLayers)
			}
		}},
		{"RemoveLayer", "remove-layer", "", "last hidden layer", func(t *testing.T, from, to nn.State) {
			if !slices.Equal(to.Config.HiddenLayers, []int{8}) || !same(to.Network.Weights[0], from.Network.Weights[0]) || !same(to.Data, from.Data) {
				t.Errorf("layers = %v; want 8 with the weights before", to.Config.HiddenLayers)
			}
		}},
		{"AddClass", "add-class", "", "class 3", func(t *testing.T, from, to nn.State) {
			if to.Config.Classes != 4 || !same(to.Network.Weights[2][:3], from.Network.Weights[2]) || !same(to.Data, from.Data) {
				t.Errorf("classes = %d; want 4 with the weights of the three before", to.Config.Classes)
			}
		}},
		{"RemoveClass", "remove-class", "", "class 2 and its 10 points", func(t *testing.T, from, to nn.State) {
			if to.Config.Classes != 2 || !same(to.Network.Weights[2], from.Network.Weights[2][:2]) || len(to.Data) != 20 {
				t.Errorf("classes = %d of %d points; want 2 of 20 with their weights", to.Config.Classes, len(to.Data))
			}
		}},
		{"ChangeSetting", "change-setting learning_rate=0.003", "", "Learning rate is now 0.003", func(t *testing.T, from, to nn.State) {
			from.Config.LearningRate = 0.003
			same0(t, from, to)
		}},
		{"RestartWith", "restart-with activation=relu", "", "Activation is now ReLU. New weights from seed", func(t *testing.T, from, to nn.State) {
			from.Config.Activation = nn.ReLU
			from.Network = nn.Initialize(from.Config)
			same0(t, from, to)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			state := sampleState(t, "blobs", 30, 4, nil)
			before := clone(state)
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			got, notice, err := applied(t, s, test.act, "", state, form)
			if err != nil {
				t.Fatalf("act(%s): %v", test.act, err)
			}
			if !same(state, before) {
				t.Errorf("act(%s) changed the state that it was given", test.act)
			}
			if notice.Undo != (test.notice != "") || notice.Problem || !strings.Contains(notice.Text, test.notice) || (notice.Text == "") != (test.notice == "") {
				t.Errorf("act(%s) says %+v; want %q, to be undone", test.act, notice, test.notice)
			}
			test.check(t, clone(before), got)
			if err := s.checkState(t.Context(), &wire.Message{State: got}); err != nil {
				t.Errorf("act(%s) is not a state that can be used: %v", test.act, err)
			}
			if !same(state, before) {
				t.Errorf("checkState changed the state that act(%s) was given", test.act)
			}
		})
	}
}

func TestActRefused(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 31 })
	for _, test := range []struct {
		name, act, form string
		change          func(*nn.Config)
		want            string
	}{
		{"Unknown", "explode", "", nil, "malformed act"},
		{"Behind", "show x", "", nil, "malformed act"},
		{"BlankBehind", "reset ", "", nil, "malformed act"},
		{"BlankBefore", " reset", "", nil, "malformed act"},
		{"ToolMissing", "draw", "stroke=0,0", nil, "invalid tool"},
		{"ToolText", "draw", "stroke=0,0&tool=pen", nil, "invalid tool"},
		{"ToolNegative", "draw", "stroke=0,0&tool=-1", nil, "invalid tool"},
		{"ToolPast", "draw", "stroke=0,0&tool=3", nil, "invalid tool"},
		{"ToolNaN", "draw", "stroke=0,0&tool=nan", nil, "invalid tool"},
		{"Stroke", "draw", "stroke=0&tool=1", nil, "malformed stroke"},
		{"Full", "draw", "stroke=0,0+0,0&tool=1", nil, "too_large data"},
		{"DatasetMissing", "dataset", "", nil, "invalid dataset"},
		{"Dataset", "dataset", "dataset=cats", nil, "invalid dataset"},
		{"Points", "dataset", "dataset=xor&points=many", nil, "malformed points"},
		{"PointsZero", "dataset", "dataset=xor&points=0", nil, "invalid points"},
		{"PointsPast", "dataset", "dataset=xor&points=32", nil, "too_large points"},
		{"Noise", "dataset", "dataset=xor&points=9&noise=0.6", nil, "invalid noise"},
		{"NoiseText", "dataset", "dataset=xor&points=9&noise=x", nil, "malformed noise"},
		{"NoiseNaN", "dataset", "dataset=xor&points=9&noise=NaN", nil, "malformed noise"},
		{"Classes", "dataset", "dataset=spiral&points=9&data_classes=11", nil, "invalid classes"},
		{"ClassesZero", "dataset", "dataset=spiral&points=9&data_classes=0", nil, "invalid classes"},
		{"Seed", "dataset", "dataset=xor&points=9&data_seed=-1", nil, "invalid data_seed"},
		{"SeedText", "dataset", "dataset=xor&points=9&data_seed=x", nil, "malformed data_seed"},
		{"ElevenLayers", "add-layer", "", func(c *nn.Config) { c.HiddenLayers = slices.Repeat([]int{1}, 10) }, "invalid config.hidden_layers"},
		{"NoLayer", "remove-layer", "", func(c *nn.Config) { c.HiddenLayers = []int{} }, "invalid config.hidden_layers"},
		{"ElevenClasses", "add-class", "", func(c *nn.Config) { c.Classes = 10 }, "invalid config.classes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			state := sampleState(t, "blobs", 30, 1, test.change)
			before := clone(state)
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := applied(t, s, test.act, "", state, form); describeAs(err) != test.want {
				t.Errorf("act(%s, %s) = %v (%s); want %s", test.act, test.form, err, describeAs(err), test.want)
			}
			if !same(state, before) {
				t.Errorf("act(%s, %s) changed the state that it was given", test.act, test.form)
			}
		})
	}
	t.Run("TwoClasses", func(t *testing.T) {
		state := sampleState(t, "circles", 30, 1, nil)
		if _, _, err := applied(t, s, "remove-class", "", state, nil); describeAs(err) != "invalid config.classes" {
			t.Errorf("act(remove-class) of two = %v; want invalid config.classes", err)
		}
	})
}

// TestActWrapsSeed: behind the largest seed comes 0.
func TestActWrapsSeed(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 0, func(c *nn.Config) { c.Seed = math.MaxUint32 })
	if got, _, err := applied(t, s, "reseed", "", state, nil); err != nil || got.Config.Seed != 0 {
		t.Errorf("act(reseed) at the largest seed = %d, %v; want 0", got.Config.Seed, err)
	}
}

// TestActErased: the eraser reaches as far as it says, and no farther.
func TestActErased(t *testing.T) {
	s := newTestServer(t)
	state := nn.State{Config: nn.DefaultConfig(), Data: []nn.Point{{X: 0}, {X: 0.06}, {X: 0.0601}, {Y: -0.06}, {X: 0.05, Y: 0.05}, {X: 1, Y: 1}}}
	got, _, err := applied(t, s, "draw", "", state, url.Values{views.FieldTool: {views.ToolErase}, views.FieldStroke: {"0,0 2,2"}})
	if want := []nn.Point{{X: 0.0601}, {X: 0.05, Y: 0.05}}; err != nil || !same(got.Data, want) {
		t.Errorf("erasing at 0,0 and 1,1 leaves %v, %v; want %v", got.Data, err, want)
	}
}

// TestPageJourney: a page without script that is submitted as it stands, button by button, is
// answered with a page of a state that can be used.
func TestPageJourney(t *testing.T) {
	s := newTestServer(t)
	press := func(page, button, value, path string) string {
		t.Helper()
		w := postForm(s, path, readForm(t, page, button, value))
		if w.Code != http.StatusOK {
			t.Fatalf("%s=%s is answered %d %.300s; want 200", button, value, w.Code, w.Body)
		}
		return w.Body.String()
	}
	page := serve(s, http.MethodGet, "/", "").Body.String()
	for _, act := range []string{
		"reseed", "add-class", "add-layer", "settings", "remove-layer", "remove-layer",
		"remove-layer", "add-layer", "reset", "remove-class", "dataset",
	} {
		page = press(page, views.FieldAct, act, "/edit")
		page = press(page, views.FieldSteps, "1", "/step")
		if step := readForm(t, page, "", "").Get(views.FieldNetwork); !strings.Contains(step, `"step":`) {
			t.Fatalf("the page behind %s has the network %.100s", act, step)
		}
	}
	page = press(page, views.FieldAct, "clear", "/edit")
	if data := readForm(t, page, "", "").Get(views.FieldData); data != "[]" {
		t.Errorf("the page behind clear has the data %s; want []", data)
	}
}

// TestActsWithoutScript: each act that is posted without script is answered with the whole page,
// whose form can be posted again; and one that is refused with the page as it was.
func TestActsWithoutScript(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "blobs", 30, 0, nil), 3)
	file := fmt.Sprintf(`{"type":"nnvisu_state","version":1,"data":%s}`, mustJSON(t, state.Data))
	with := map[string][]string{ // what an act needs
		"draw":          {views.FieldStroke, "0,0"},
		"set-parameter": {views.FieldParameter, "biases.0.0", views.FieldValue, "1"},
		"open":          {views.FieldOpened, file},
		"open-run":      {views.FieldOpened, fmt.Sprintf(`{"type":"nnvisu_state","version":1,"config":%s}`, mustJSON(t, state.Config))},
		"import":        {views.FieldTableText, "x,y,label\n0,0,a\n1,1,b\n"},
	}
	places := map[string]string{"change-setting": " l2=0.01", "restart-with": " init=he", "add-neuron": " 0", "remove-neuron": " 0.1", "inspect": " 1.0", "explain": " weights.0.1.0", "layer": " 0"}
	refused := map[string][]string{
		"draw": {views.FieldStroke, "a"}, "change-setting learning_rate=0": nil, "restart-with classes=2": nil, "set-parameter": {views.FieldParameter, "biases.0.0"},
		"open": {views.FieldOpened, "{}"}, "import": {views.FieldTableText, ""}, "dataset": {views.FieldPoints, "0"},
		"add-neuron 9": nil, "remove-neuron 9": nil, "inspect 9.9": nil, "explain weights.9.9.9": nil, "explain close": nil, "explain biases.0.0 x": nil, "explode": nil, "": {views.FieldL1, "-1"},
	}
	post := func(act string, pairs []string) (*httptest.ResponseRecorder, url.Values) {
		form := historyForm(t, s, state, h)
		form.Set(views.FieldAct, act)
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		w := postForm(s, "/edit", form)
		page := w.Body.String()
		if !strings.HasPrefix(page, "<!doctype html>") || strings.Count(page, "<form") != 1 || strings.Contains(page, "<hx-partial") || strings.Contains(page, " style=") || strings.Count(page, "<script>") != 1 {
			t.Errorf("act %q is answered %d %.200s; want the whole page", act, w.Code, page)
		}
		return w, readForm(t, page, views.FieldSteps, "1")
	}
	for _, row := range pageActs {
		act := row.name
		w, form := post(act+places[act], with[act])
		if w.Code != http.StatusOK {
			t.Errorf("act %q is answered %d; want 200", act, w.Code)
			continue
		}
		if act != "clear" {
			if w := postForm(s, "/step", form); w.Code != http.StatusOK {
				t.Errorf("a step behind act %q is answered %d %.300s; want 200", act, w.Code, w.Body)
			}
		}
	}
	for act, pairs := range refused {
		w, form := post(act, pairs)
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), `class="notice problem"`) || form.Get(views.FieldNetwork) != string(mustJSON(t, state.Network)) {
			t.Errorf("act %q of %v is answered %d; want a refusal on the page as it was", act, pairs, w.Code)
		}
	}
}

// withAct returns a copy of a form that asks for an act.
func withAct(form url.Values, act string) url.Values {
	form = maps.Clone(form)
	form.Set(views.FieldAct, act)
	return form
}

// TestSetState: a state that takes the place of another keeps what is still true.
func TestSetState(t *testing.T) {
	state, h := sampleHistory(t, sampleState(t, "blobs", 30, 0, nil), 3)
	values := sampleState(t, "hills", 30, 0, nil)
	two := sampleState(t, "circles", 30, 0, nil)
	meta := table.Meta{Classes: []string{"a", "b", "c"}, Transform: table.Transform{X: table.Axis{Name: "width"}, Label: table.Axis{Name: "kind"}}}
	for _, test := range []struct {
		name    string
		rule    metaRule
		to      nn.State
		samples int
		want    table.Meta
	}{
		{"Same", keepMeta, state, 3, meta},
		{"Fewer", keepMeta, two, 3, table.Meta{Classes: []string{"a", "b"}, Transform: meta.Transform}},
		{"Task", keepMeta, values, 0, table.Meta{Transform: table.Transform{X: table.Axis{Name: "width"}}}},
		{"Dropped", dropMeta, state, 3, table.Meta{}},
		{"DroppedFewer", dropMeta, two, 3, table.Meta{}},
	} {
		p := pageRequest{Message: wire.Message{State: state}, meta: meta, history: h.Clone()}
		p.setState(test.to, test.rule)
		if p.history.Len() != test.samples || !reflect.DeepEqual(p.meta, test.want) || !same(p.State, test.to) {
			t.Errorf("%s: %d samples and %+v; want %d and %+v", test.name, p.history.Len(), p.meta, test.samples, test.want)
		}
	}
	if len(meta.Classes) != 3 {
		t.Error("setState shortened the names that it was given")
	}
}

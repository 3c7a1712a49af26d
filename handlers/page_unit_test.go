package handlers

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// TestSetParameter: a weight or bias is replaced by the number, and nothing else.
func TestSetParameter(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 3, func(c *nn.Config) { c.HiddenLayers = []int{2, 3} })
	for _, test := range []struct {
		parameter, value string
		set              func(nn.Parameters) *float64
		want             float64
	}{
		{"weights.0.1.0", "0.5", func(p nn.Parameters) *float64 { return &p.Weights[0][1][0] }, 0.5},
		{"weights.2.2.2", " -1e-3 ", func(p nn.Parameters) *float64 { return &p.Weights[2][2][2] }, -1e-3},
		{"weights.1.0.1", "1000000", func(p nn.Parameters) *float64 { return &p.Weights[1][0][1] }, 1e6},
		{"biases.0.0", "-0", func(p nn.Parameters) *float64 { return &p.Biases[0][0] }, 0},
		{"biases.2.1", "-1000000", func(p nn.Parameters) *float64 { return &p.Biases[2][1] }, -1e6},
	} {
		before := clone(state)
		form := url.Values{views.FieldParameter: {test.parameter}, views.FieldValue: {test.value}}
		got, notice, err := applied(t, s, "set-parameter", "", state, form)
		want := clone(state)
		*test.set(want.Network.Parameters) = test.want
		if err != nil || !same(got, want) || notice.Text != "" {
			t.Errorf("setting %s to %s: %v, %v; want that number alone to change", test.parameter, test.value, notice, err)
		}
		if !same(state, before) {
			t.Errorf("setting %s changed the state that it was given", test.parameter)
		}
	}
	for _, test := range []struct{ parameter, value, want string }{
		{"weights.0.1.0", "", "malformed value"},
		{"weights.0.1.0", "big", "malformed value"},
		{"weights.0.1.0", "NaN", "malformed value"},
		{"weights.0.1.0", "1e999", "malformed value"},
		{"weights.0.1.0", "0x1p3", "malformed value"},
		{"weights.0.1.0", "1000001", "invalid value"},
		{"biases.0.1", "-1e7", "invalid value"},
		{"", "1", "malformed parameter"},
		{"weights", "1", "malformed parameter"},
		{"weights.0.1", "1", "malformed parameter"},
		{"weights.0.1.0.0", "1", "malformed parameter"},
		{"weights.0.1.x", "1", "malformed parameter"},
		{"biases.0", "1", "malformed parameter"},
		{"biases.0.1.0", "1", "malformed parameter"},
		{"step.0", "1", "malformed parameter"},
		{"Weights.0.1.0", "1", "malformed parameter"},
		{"weights.3.0.0", "1", "invalid parameter"},
		{"weights.-1.0.0", "1", "invalid parameter"},
		{"weights.0.2.0", "1", "invalid parameter"},
		{"weights.0.0.2", "1", "invalid parameter"},
		{"biases.0.2", "1", "invalid parameter"},
		{"biases.9.0", "1", "invalid parameter"},
	} {
		_, _, err := applied(t, s, "set-parameter", "", state, url.Values{views.FieldParameter: {test.parameter}, views.FieldValue: {test.value}})
		if describeAs(err) != test.want {
			t.Errorf("setting %q to %q = %v (%s); want %s", test.parameter, test.value, err, describeAs(err), test.want)
		}
	}
}

// TestNeurons: units are added and removed one by one; weights that stay, stay.
func TestNeurons(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 3, func(c *nn.Config) { c.HiddenLayers = []int{3, 2} })
	for _, test := range []struct {
		act, place, says string
		want             func() (nn.State, error)
	}{
		{"add-neuron", "0", "Added a unit to layer 1", func() (nn.State, error) { return nn.AddNeuron(state, 0) }},
		{"add-neuron", "1", "Added a unit to layer 2", func() (nn.State, error) { return nn.AddNeuron(state, 1) }},
		{"remove-neuron", "0", "Removed unit 3 of layer 1", func() (nn.State, error) { return nn.RemoveNeuron(state, 0, 2) }},
		{"remove-neuron", "1.0", "Removed unit 1 of layer 2", func() (nn.State, error) { return nn.RemoveNeuron(state, 1, 0) }},
	} {
		want, err := test.want()
		if err != nil {
			t.Fatal(err)
		}
		got, notice, err := applied(t, s, test.act, test.place, state, nil)
		if err != nil || !same(got, want) || !notice.Undo || !strings.Contains(notice.Text, test.says) {
			t.Errorf("%s %s: %+v, %v; want %q, to be undone", test.act, test.place, notice, err, test.says)
		}
	}
	narrow := sampleState(t, "blobs", 30, 0, func(c *nn.Config) { c.HiddenLayers = []int{1, 100} })
	for _, test := range []struct {
		name, act, place string
		state            nn.State
		want             string
	}{
		{"NoPlace", "add-neuron", "", state, "malformed act"},
		{"Text", "add-neuron", "a", state, "malformed act"},
		{"Unit", "add-neuron", "0.1", state, "malformed act"},
		{"Outputs", "add-neuron", "2", state, "invalid config.hidden_layers"},
		{"Negative", "add-neuron", "-1", state, "invalid config.hidden_layers"},
		{"Widest", "add-neuron", "1", narrow, "invalid config.hidden_layers[1]"},
		{"RemoveNoPlace", "remove-neuron", "", state, "malformed act"},
		{"RemoveText", "remove-neuron", "0.b", state, "malformed act"},
		{"RemoveThree", "remove-neuron", "0.0.0", state, "malformed act"},
		{"RemoveNoLayer", "remove-neuron", "2", state, "invalid config.hidden_layers"},
		{"RemoveNegativeLayer", "remove-neuron", "-1", state, "invalid config.hidden_layers"},
		{"RemoveNoUnit", "remove-neuron", "0.3", state, "invalid config.hidden_layers[0]"},
		{"RemoveNegativeUnit", "remove-neuron", "0.-1", state, "invalid config.hidden_layers[0]"},
		{"RemoveOutput", "remove-neuron", "2.0", state, "invalid config.hidden_layers"},
		{"RemoveOnly", "remove-neuron", "0", narrow, "invalid config.hidden_layers[0]"},
		{"RemoveOnlyNamed", "remove-neuron", "0.0", narrow, "invalid config.hidden_layers[0]"},
	} {
		if _, _, err := applied(t, s, test.act, test.place, test.state, nil); describeAs(err) != test.want {
			t.Errorf("%s: %s %s = %v (%s); want %s", test.name, test.act, test.place, err, describeAs(err), test.want)
		}
	}
}

// TestInspectUnit: the answer is the unit's numbers alone; a place that is not in the network is
// refused.
func TestInspectUnit(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 3, func(c *nn.Config) { c.HiddenLayers = []int{3, 2} })
	form := settingsForm(t, s, state)
	form.Set(views.FieldControls, "")
	for _, test := range []struct {
		place, says string
		status      int
	}{
		{"0.2", "Layer 1, unit 3", 200}, {"1.0", "Layer 2, unit 1", 200}, {"2.2", "Output class 2", 200},
		{"", "must name a place in the network", 400}, {"0", "must name a place in the network", 400}, {"0.x", "must name a place in the network", 400}, {"0.0.0", "must name a place in the network", 400},
		{"0.3", "must name a unit of the network", 422}, {"0.-1", "must name a unit of the network", 422}, {"-1.0", "must name a unit of the network", 422}, {"3.0", "must name a unit of the network", 422},
		{"99999999999999999999.0", "must name a place in the network", 400},
	} {
		form.Set(views.FieldAct, "inspect "+test.place)
		w := postForm(s, "/edit", form, "HX-Request", "true")
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) || strings.Contains(w.Body.String(), `hx-target="#live"`) {
			t.Errorf("inspect %q = %d %.300s; want %d and %q alone", test.place, w.Code, w.Body, test.status, test.says)
		}
		if test.status == 200 && strings.Join(partTargets(t, w.Body.String()), " ") != "#inspector-body" {
			t.Errorf("inspect %q changes %v; want the inspector alone", test.place, partTargets(t, w.Body.String()))
		}
	}
}

// TestSetParameterPage: over HTTP, with the place for the error; the history keeps its length.
func TestSetParameterPage(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 0, nil), 5)
	form := historyForm(t, s, state, h)
	form.Set(views.FieldControls, "")
	form.Set(views.FieldAct, "set-parameter")
	form.Set(views.FieldParameter, "biases.2.1")
	form.Set(views.FieldValue, "3")
	w := postForm(s, "/edit", form, "HX-Request", "true")
	got := decodeAnswer(t, s, w.Body.String())
	if w.Code != http.StatusOK || got.State.Network.Biases[2][1] != 3 || got.history.Len() != 5 || got.history.Loss[4] == h.Loss[4] || math.Abs(got.history.Loss[3]-h.Loss[3]) > 0 {
		t.Errorf("setting a bias = %d with %d samples %v; want the bias, and the last of %v measured again", w.Code, got.history.Len(), got.history.Loss, h.Loss)
	}
	form.Set(views.FieldValue, "1e7")
	if w := postForm(s, "/edit", form, "HX-Request", "true"); w.Code != 422 || !strings.Contains(w.Body.String(), `hx-target="#value-error"`) || !strings.Contains(w.Body.String(), "must be from −1\u202f000\u202f000 to 1\u202f000\u202f000") {
		t.Errorf("setting a bias to 1e7 = %d %.400s; want 422 beside the value", w.Code, w.Body)
	}
}

// TestUnitsShown: the page draws as many units as it says that it has room for, streams do so, too, and
// all units of one layer beside them.
func TestUnitsShown(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 2, func(c *nn.Config) { c.HiddenLayers = []int{30, 12} }), 2)
	post := func(path, act string, changes ...string) (status int, body string) {
		form := historyForm(t, s, state, h)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldAct, act)
		form.Set(views.FieldSteps, "1")
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		w := postForm(s, path, form, "HX-Request", "true")
		return w.Code, w.Body.String()
	}
	const drawn, tile = `id="unit-biases.`, `id="tile-biases.`
	for _, test := range []struct {
		act, rows    string
		units, tiles int
	}{
		{"fit", "", 9 + 9 + 2, 0}, {"fit", "3", 9 + 9 + 2, 0}, {"fit", "12", 11 + 12 + 2, 0}, {"fit", "30", 30 + 12 + 2, 0}, {"fit", "1000000", 30 + 12 + 2, 0},
		{"layer 0", "12", 0, 30}, {"layer 1", "12", 0, 12},
	} {
		status, body := post("/edit", test.act, views.FieldRows, test.rows)
		if units, tiles := strings.Count(body, drawn), strings.Count(body, tile); status != http.StatusOK || units != test.units || tiles != test.tiles {
			t.Errorf("%s with room for %q is answered %d with %d units and %d tiles; want %d and %d", test.act, test.rows, status, units, tiles, test.units, test.tiles)
		}
		if got := decodeAnswer(t, s, body); !same(got.State, state) || !same(got.history, h) {
			t.Errorf("%s changes the state", test.act)
		}
	}
	scales := func(changes ...string) int {
		_, body := post("/train", "", changes...)
		_, after, _ := strings.Cut(body, `data-scales="`)
		text, _, _ := strings.Cut(after, `"`)
		return len(strings.Fields(text))
	}
	if few, all, more := scales(), scales(views.FieldRows, "30"), scales(views.FieldRows, "30", views.FieldLayer, "0"); few != 18 || all != 42 || more != 72 {
		t.Errorf("frames have the scales of %d, %d and %d hidden units; want 18, 42, and 30 more", few, all, more)
	}
	for _, test := range []struct{ act, rows string }{{"layer", ""}, {"layer 2", ""}, {"layer -1", ""}, {"layer 0.1", ""}, {"layer x", ""}, {"fit", "many"}, {"fit", "1.5"}} {
		if status, body := post("/edit", test.act, views.FieldRows, test.rows); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
			t.Errorf("%s with room for %q is answered %d %.200s; want an error", test.act, test.rows, status, body)
		}
	}
}

package handlers

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// plainText is the text of a fragment, with single spaces.
func plainText(tb testing.TB, fragment string) string {
	tb.Helper()
	var b strings.Builder
	for n := range parseHTML(tb, fragment).Descendants() {
		if n.Type == html.TextNode && attributeOf(n.Parent, "class") == "unseen" {
			continue // for screen readers: see TestProbeWords
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestProbe: the page reads what the network says at a place, or at the point that is near it.
func TestProbe(t *testing.T) {
	s := newTestServer(t)
	// A linear model: class 1 for sure where x > 0.
	state := sampleState(t, "circles", 2, 0, func(c *nn.Config) { c.HiddenLayers = []int{} })
	state.Data = []nn.Point{{X: 0.5, Y: 0.5, Label: 1}, {X: 0.52, Y: 0.5}, {X: -0.5, Y: -0.5}}
	state.Network.Weights = [][][]float64{{{-1e3, 0}, {1e3, 0}}}
	state.Network.Biases = [][]float64{{0, 0}}
	values := sampleState(t, "hills", 1, 0, func(c *nn.Config) { c.HiddenLayers = []int{} })
	values.Data = []nn.Point{{X: 0.5, Y: 0.5, Label: -0.25}}
	values.Network.Weights, values.Network.Biases = [][][]float64{{{0.5, 0}}}, [][]float64{{0}}
	huge := state
	huge.Network.Weights = [][][]float64{{{1e308, 1e308}, {1e308, 1e308}}}
	for _, test := range []struct {
		name  string
		state nn.State
		at    string
		want  string
	}{
		{"Place", state, "0.9,0.25", "(0.90, 0.25) class 0 0.0 % class 1 100.0 %"},
		{"Negative", state, "-0.9,-1e-9", "(−0.90, 0.00) class 0 100.0 % class 1 0.0 %"},
		{"Edge", state, "7,-7", "(1.00, −1.00) class 0 0.0 % class 1 100.0 %"},
		{"Undecided", state, "0,0", "(0.00, 0.00) class 0 50.0 % class 1 50.0 %"},
		{"Point", state, "0.49,0.49", "(0.50, 0.50) class 0 0.0 % class 1 100.0 % point: class 1"},
		{"NearestOfTwo", state, "0.505,0.5", "(0.50, 0.50) class 0 0.0 % class 1 100.0 % point: class 1"},
		{"NearestPoint", state, "0.515,0.5", "(0.52, 0.50) class 0 0.0 % class 1 100.0 % point: class 0"},
		{"JustNear", state, "-0.5299,-0.5", "(−0.50, −0.50) class 0 100.0 % class 1 0.0 % point: class 0"},
		{"JustFar", state, "-0.5301,-0.5", "(−0.53, −0.50) class 0 100.0 % class 1 0.0 %"},
		{"Value", values, "-0.5,0", "(−0.50, 0.00) −0.250"},
		{"ValueAtPoint", values, "0.5,0.5", "(0.50, 0.50) 0.250 point: −0.250"},
		{"Overflow", huge, "1,1", "(1.00, 1.00) class 0 not finite class 1 not finite"},
	} {
		form := settingsForm(t, s, test.state)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldProbe, test.at)
		w := postForm(s, "/predict", form, "HX-Request", "true")
		if got := plainText(t, w.Body.String()); w.Code != http.StatusOK || got != test.want {
			t.Errorf("%s: reading %s = %d %q; want %q", test.name, test.at, w.Code, got, test.want)
		}
	}
	form := settingsForm(t, s, state)
	form.Set(views.FieldMeta, `{"classes":["setosa","<b>"]}`)
	form.Set(views.FieldProbe, "0.5,0.5")
	if got, want := plainText(t, postForm(s, "/predict", form, "HX-Request", "true").Body.String()), "(0.50, 0.50) setosa 0.0 % <b> 100.0 % point: <b>"; got != want {
		t.Errorf("reading a point of a named class = %q; want %q", got, want)
	}
	for _, at := range []string{"", "0", "0,", ",0", "a,b", "0,0,0", "NaN,0", "1e999,0", "0;0"} {
		form.Set(views.FieldProbe, at)
		if w := postForm(s, "/predict", form, "HX-Request", "true"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "robe must be a place x,y") {
			t.Errorf("reading %q = %d %.200s; want 400 and what a place is", at, w.Code, w.Body)
		}
	}
}

// TestProbeWords: a screen reader says in words where the place is, and where the nearest point.
func TestProbeWords(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 2, 0, nil)
	state.Data = []nn.Point{{X: 0.5, Y: 0.5, Label: 1}, {X: -0.5, Y: -0.5}}
	values := sampleState(t, "hills", 1, 0, nil)
	values.Data = []nn.Point{{X: 0, Y: 0.9, Label: -0.25}}
	empty := clone(state)
	empty.Data = nil
	for _, test := range []struct {
		state    nn.State
		at, want string
	}{
		{state, "0.9,0.5", "the top right; the nearest point is of class 1, 0.40 to the left"},
		{state, "0.5,0.5", "the top right"},
		{state, "-0.9,-0.9", "the bottom left; the nearest point is of class 0, 0.57 up and right"},
		{values, "0,0", "the very centre; the nearest point is of value −0.25, 0.90 up"},
		{empty, "0,-1", "the bottom middle"},
	} {
		form := settingsForm(t, s, test.state)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldProbe, test.at)
		w := postForm(s, "/predict", form, "HX-Request", "true")
		words := find(parseHTML(t, w.Body.String()), ".unseen")
		if len(words) != 1 || words[0].FirstChild.Data != test.want {
			t.Errorf("reading %s says %s; want %q", test.at, w.Body, test.want)
		}
	}
}

// TestPredictForPrograms: whatever they accept beside JSON, programs get JSON.
func TestPredictForPrograms(t *testing.T) {
	s := newTestServer(t)
	const body = `{"data":[{"x":0,"y":0}]}`
	want := serve(s, http.MethodPost, "/predict", body).Body.String()
	for _, accept := range []string{"application/json", "*/*", "text/html, application/json;q=0.9", "text/html,application/xhtml+xml,*/*;q=0.8"} {
		w := serve(s, http.MethodPost, "/predict", body, "Accept", accept)
		if w.Code != http.StatusOK || w.Body.String() != want || !strings.Contains(want, `"type":"predict_result"`) {
			t.Errorf("POST /predict with Accept %q = %d %.200s; want %.200s", accept, w.Code, w.Body, want)
		}
	}
}

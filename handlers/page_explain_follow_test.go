package handlers

import (
	"maps"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/views"
)

// explains adds to a form that the page explains a parameter, with a point.
func explains(form url.Values, layer, unit, input, point int) url.Values {
	form = maps.Clone(form)
	for field, n := range map[string]int{
		views.FieldExplainLayer: layer, views.FieldExplainUnit: unit, views.FieldExplainInput: input, views.FieldPoint: point,
	} {
		form.Set(field, strconv.Itoa(n))
	}
	form.Set(views.FieldExplainPart, views.PartUpdate)
	return form
}

// explainedIn returns what an answer explains: the path, the point and the part that is shown, or why nothing.
func explainedIn(t *testing.T, body string) (path, point, part, stale string) {
	t.Helper()
	value := func(selector string) string {
		for _, n := range find(parseHTML(t, body), selector) {
			return attributeOf(n, "value")
		}
		return ""
	}
	path, point, part = value("input[name=parameter]"), value("input[name=point]"), value("input[name=explain_part][checked]")
	_, rest, _ := strings.Cut(body, `class="stale">`)
	stale, _, _ = strings.Cut(rest, "<")
	return path, point, part, strings.TrimSpace(stale)
}

// TestExplainFollows: a page that explains a parameter is shown its next update after each change of the state,
// of what is left of it; and one that explains nothing is shown nothing of the kind.
func TestExplainFollows(t *testing.T) {
	s := newTestServer(t)
	state := nntest.State(t, "moons", 40, 3, func(c *nn.Config) { c.HiddenLayers, c.BatchSize = []int{4, 3}, 10 })
	form := settingsForm(t, s, state)
	next, err := nn.Step(state, 1)
	if err != nil {
		t.Fatal(err)
	}
	after := state
	after.Network = next.Network
	e, err := nn.Explain(after, "weights.1.2.3", nn.FirstOfBatch)
	if err != nil {
		t.Fatal(err)
	}
	in, out := e.Batch.Points[7], 0
	for out = range state.Data {
		if _, err := nn.Explain(after, "weights.1.2.3", out); err != nil {
			break
		}
	}
	largest, most := 0, 0.0
	for j, delta := range e.Batch.Deltas {
		if share := math.Abs(delta * e.Batch.Inputs[j]); share > most {
			largest, most = e.Batch.Points[j], share
		}
	}
	for _, test := range []struct {
		name, address, act string
		form               url.Values
		path, point        string
		says               string
	}{
		{"Step", "/step", "", explains(form, 1, 2, 3, in), "weights.1.2.3", strconv.Itoa(in), ""},
		{"AnotherBatch", "/step", "", explains(form, 1, 2, 3, out), "weights.1.2.3", strconv.Itoa(largest), "Point " + strconv.Itoa(out) + " is not in the batch of this step."},
		{"Bias", "/step", "", explains(form, 0, 1, -1, in), "biases.0.1", strconv.Itoa(in), ""},
		{"Reset", "/edit", "reset", explains(form, 1, 2, 3, 0), "weights.1.2.3", "", ""},
		{"UnitGone", "/edit", "remove-neuron 1.2", explains(form, 1, 2, 3, 0), "weights.1.1.3", "", ""},
		{"LayerGone", "/edit", "remove-layer", explains(form, 2, 1, 2, 0), "weights.1.1.2", "", ""},
		{"InputGone", "/edit", "remove-neuron 0.3", explains(form, 1, 2, 3, 0), "weights.1.2.2", "", ""},
		{"Nothing", "/step", "", form, "", "", ""},
		{"NoPoints", "/edit", "clear", explains(form, 1, 2, 3, 0), "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := postForm(s, test.address, withAct(test.form, test.act), "HX-Request", "true")
			path, point, part, stale := explainedIn(t, w.Body.String())
			if w.Code != 200 || path != test.path || test.point != "" && point != test.point {
				t.Fatalf("%d: it explains %q at point %q; want %q at %q", w.Code, path, point, test.path, test.point)
			}
			if !strings.Contains(w.Body.String(), test.says) {
				t.Errorf("it does not say %q", test.says)
			}
			if path != "" && part != views.PartUpdate {
				t.Errorf("the part %q is shown; want the one before", part)
			}
			if got, want := stale != "", test.name == "NoPoints"; got != want {
				t.Errorf("it says %q of an explanation that is not there", stale)
			}
			if test.name == "Nothing" && strings.Contains(w.Body.String(), "#explain") {
				t.Error("an explanation is sent to a page that shows none")
			}
		})
	}
}

// TestExplainWhileTraining: the first frame of a stream says that an explanation is of an earlier step, to a page
// that shows one.
func TestExplainWhileTraining(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, nntest.State(t, "moons", 40, 3, nil))
	form.Set(views.FieldUntilStep, "10")
	for name, test := range map[string]struct {
		form url.Values
		want int
	}{"Shown": {explains(form, 0, 1, 0, 0), 1}, "Not": {form, 0}} {
		body := postForm(s, "/train", test.form, "HX-Request", "true").Body.String()
		if got := strings.Count(body, "numbers of an earlier step"); got != test.want || !strings.Contains(body, "done") {
			t.Errorf("%s: it is said %d times; want %d: %.300s", name, got, test.want, body)
		}
	}
}

// largestShare returns the point of a batch whose share in the gradient is the largest; of equals, the first.
func largestShare(b nn.ExplainedBatch) int {
	most := 0
	share := func(j int) float64 { return math.Abs(b.Deltas[j] * b.Inputs[j]) }
	for j := range b.Points {
		if share(j) > share(most) {
			most = j
		}
	}
	return b.Points[most]
}

// TestExplainChosen: what the page has chosen is explained, of a layer with fewer units what it has, and without a
// choice the weight with the largest gradient, at the point with the largest share in it.
func TestExplainChosen(t *testing.T) {
	s := newTestServer(t)
	state := nntest.State(t, "moons", 40, 3, func(c *nn.Config) { c.HiddenLayers = []int{4, 3} })
	form := settingsForm(t, s, state)
	steepest, err := nn.Explain(state, nn.Steepest, nn.FirstOfBatch)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		act         string
		form        url.Values
		path, point string
	}{
		{"explain", explains(form, 1, 2, 3, 17), "weights.1.2.3", "17"},
		{"explain", explains(form, 2, 2, 3, 17), "weights.2.1.2", "17"},
		{"explain", explains(form, 9, -5, -7, 17), "biases.2.0", "17"},
		{"explain weights.0.1.1", explains(form, 1, 2, 3, 17), "weights.0.1.1", "17"},
		{"explain weights.0.1.1 5", explains(form, 1, 2, 3, 17), "weights.0.1.1", "5"},
		{"explain", form, steepest.Parameter.Path, strconv.Itoa(largestShare(steepest.Batch))},
	} {
		w := postForm(s, "/edit", withAct(test.form, test.act), "HX-Request", "true")
		if path, point, _, _ := explainedIn(t, w.Body.String()); w.Code != 200 || path != test.path || point != test.point {
			t.Errorf("%s: %d, it explains %s at point %s; want %s at %s", test.act, w.Code, path, point, test.path, test.point)
		}
	}
	for _, field := range []string{views.FieldExplainLayer, views.FieldExplainUnit, views.FieldExplainInput, views.FieldPoint} {
		wrong := explains(form, 1, 2, 3, 17)
		wrong.Set(field, "seven")
		if w := postForm(s, "/edit", withAct(wrong, "explain"), "HX-Request", "true"); w.Code != 400 || !strings.Contains(w.Body.String(), "seven") {
			t.Errorf("%s=seven: %d %.300s; want an error that says so", field, w.Code, w.Body)
		}
	}
}

// TestExplainWrongPoint: a point that is written for the step that is explained and is not in its batch, or is no
// number, is an error beside its field; without script what was written stays, beside the explanation of another
// point. One of an earlier step gives way.
func TestExplainWrongPoint(t *testing.T) {
	s := newTestServer(t)
	state := nntest.State(t, "moons", 40, 3, func(c *nn.Config) { c.HiddenLayers = []int{4, 3} })
	form := settingsForm(t, s, state)
	for _, test := range []struct{ point, step, says string }{
		{"999", "3", "must be in the batch of this update, which has the points from 0 to 39; got 999"},
		{"-1", "3", "must be 0 or more; got −1"},
		{"seven", "3", "got &#34;seven&#34;"},
		{"999", "2", ""},
	} {
		wrong := explains(form, 1, 2, 3, 0)
		wrong.Set(views.FieldPoint, test.point)
		wrong.Set(views.FieldExplainStep, test.step)
		w := postForm(s, "/edit", withAct(wrong, "explain"), "HX-Request", "true")
		body := w.Body.String()
		if test.says == "" {
			if path, _, _, _ := explainedIn(t, body); w.Code != 200 || path != "weights.1.2.3" || !strings.Contains(body, "Point 999 is not in the batch") {
				t.Errorf("%s of step %s: %d %.300s; want another point", test.point, test.step, w.Code, body)
			}
			continue
		}
		if w.Code < 400 || !strings.Contains(body, `hx-target="#point-error"`) || !strings.Contains(body, test.says) || strings.Contains(body, "#explain-body") {
			t.Errorf("%s: %d %.400s; want %q beside the field, and nothing else", test.point, w.Code, body, test.says)
		}
		plain := parseHTML(t, postForm(s, "/edit", withAct(wrong, "explain")).Body.String())
		for _, input := range find(plain, "input[name=point]") {
			if attributeOf(input, "value") != test.point || attributeOf(input, "aria-invalid") != "true" {
				t.Errorf("without script the field has %q, invalid: %q", attributeOf(input, "value"), attributeOf(input, "aria-invalid"))
			}
		}
		if n := len(find(plain, "#point-error:not(:empty)")); n != 1 {
			t.Errorf("%s: %d errors beside the field without script; want 1", test.point, n)
		}
		// The next step is explained all the same.
		if w := postForm(s, "/step", wrong, "HX-Request", "true"); !strings.Contains(w.Body.String(), `id="point"`) {
			t.Errorf("%s: after a step it explains nothing: %.300s", test.point, w.Body)
		}
	}
}

// TestExplainReceipt: the page's form, posted to the address of the API, is answered with the receipt of what the
// page explains.
func TestExplainReceipt(t *testing.T) {
	s := newTestServer(t)
	form := explains(settingsForm(t, s, nntest.State(t, "moons", 40, 3, nil)), 0, 1, 0, 17)
	form.Set(views.FieldParameter, "weights.0.1.0")
	w := postForm(s, "/explain", form, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	body := w.Body.String()
	if w.Code != 200 || w.Header().Get("Content-Disposition") != `attachment; filename="step.json"` || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d, %v: %.300s; want a file", w.Code, w.Header(), body)
	}
	for _, want := range []string{`"type":"explain_result"`, `"path":"weights.0.1.0"`, `"point":{"index":17,`} {
		if !strings.Contains(body, want) {
			t.Errorf("the receipt has no %s: %.300s", want, body)
		}
	}
}

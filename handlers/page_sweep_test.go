package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// sweepForm is a form of the page that asks for a sweep.
func sweepForm(tb testing.TB, state nn.State, fields ...string) url.Values {
	tb.Helper()
	form := url.Values{views.FieldConfig: {string(mustJSON(tb, state.Config))}, views.FieldData: {string(mustJSON(tb, state.Data))}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// TestSweepPage: the page of each ready sweep, and of one that the controls tell, has a picture and a
// button for each run. The button opens the run byte for byte as it is alone, with the points of the page.
func TestSweepPage(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "moons", 30, 0, nil)
	own := []string{
		views.FieldSweep, views.SweepOwn, views.FieldSweepRows, "hidden_layers", views.FieldSweepRowValues, "4 8-8; 3",
		views.FieldSweepColumns, "seed", views.FieldSweepColumnValues, "2..5", views.FieldSweepSteps, "20",
	}
	forms := map[string]url.Values{"12 runs of 20": sweepForm(t, state, own...), "5 seeds": ownSweep(t, "1..5 9 11 12 4294967295", "50")}
	charts := map[string]int{"5 seeds": 2, "seeds": 2, "rate-and-width": 2, "12 runs of 20": 3, "finder": 1, "capacity": 1}
	for _, ready := range views.ReadySweeps() {
		forms[ready.Slug] = sweepForm(t, state, views.FieldSweep, ready.Slug)
	}
	for told, form := range forms {
		w := postForm(s, "/sweep", form)
		page := parseHTML(t, w.Body.String())
		buttons := find(page, `.sweep-cells button[name="opened"]`)
		cells := len(find(page, ".sweep-cells .sweep-progress"))
		if w.Code != http.StatusOK || cells < 9 || len(buttons)+len(find(page, ".sweep-problem")) != cells || len(find(page, ".sweep-cells img")) != len(buttons) {
			t.Fatalf("the sweep %q is answered with %d, %d cells and %d buttons", told, w.Code, cells, len(buttons))
		}
		if got := len(find(page, ".sweep-answer:not([aria-hidden]) .chart")); got != charts[told] || len(find(page, `.sweep-answer [name="opened"]`)) != 1 {
			t.Errorf("the sweep %q has %d charts; want %d, and a button for the best run", told, got, charts[told])
		}
		if !strings.HasSuffix(w.Body.String(), "</html>") || len(find(page, ".notice")) > 0 {
			t.Errorf("the sweep %q ends with %.300s", told, w.Body.String()[max(0, w.Body.Len()-300):])
		}
	}

	for _, test := range []struct {
		told        string
		cell, steps int
		change      func(c *nn.Config)
	}{
		{"12 runs of 20", 6, 20, func(c *nn.Config) { c.HiddenLayers, c.Seed = []int{8, 8}, 4 }},
		{"5 seeds", 3, 50, func(c *nn.Config) { c.Seed = 4 }}, // whose curves are measured on the way
	} {
		page := postForm(s, "/sweep", forms[test.told]).Body.String()
		opened := postForm(s, "/edit", readSweepForm(t, page, test.cell))
		p, err := s.decodePageForm(t.Context(), readForm(t, opened.Body.String(), "", ""))
		if err != nil {
			t.Fatal(err)
		}
		want := state.Config.Clone()
		test.change(&want)
		r, err := nn.Step(nn.State{Config: want, Data: state.Data}, test.steps)
		if err != nil {
			t.Fatal(err)
		}
		want.Classes = 2
		if got, want := string(mustJSON(t, p.State)), string(mustJSON(t, nn.State{Config: want, Network: r.Network, Data: state.Data})); got != want {
			t.Errorf("the run opens as\n%.600s\nwant\n%.600s", got, want)
		}
		if len(find(parseHTML(t, opened.Body.String()), "body[data-opened]")) != 1 {
			t.Error("the page of a run that was opened gives way to what the script has stored")
		}
	}
}

// readSweepForm returns what a press on the button of a cell posts.
func readSweepForm(tb testing.TB, page string, cell int) url.Values {
	tb.Helper()
	root, form := parseHTML(tb, page), url.Values{}
	for _, n := range find(root, `form input[type="hidden"]`) {
		form.Set(attributeOf(n, "name"), attributeOf(n, "value"))
	}
	form.Set(views.FieldOpened, attributeOf(find(root, `.sweep-cells button[name="opened"]`)[cell], "value"))
	return form
}

// deepLayers writes as many different networks of ten layers, the largest of 100 units each.
func deepLayers(units, count int) string {
	var all []string
	for i := range count {
		all = append(all, strings.Repeat(fmt.Sprintf("%d-", units), 9)+fmt.Sprint(units-i))
	}
	return strings.Join(all, " ")
}

// TestSweepPageErrors: what is wrong with a form is said on the page as it was.
func TestSweepPageErrors(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "moons", 30, 0, nil)
	for _, test := range []struct{ rows, values, steps, want, field string }{
		{"", "", "10", "choose what the runs differ by", views.FieldSweepRows},
		{"seed", ";", "10", "at least one value", views.FieldSweepRowValues},
		{"seed", "1 one", "10", "must be a whole number", views.FieldSweepRowValues},
		{"seed", "1..900", "10", "at most 144 values", views.FieldSweepRowValues},
		{"learning_rate", "0.1 0", "10", "must be greater than 0", views.FieldSweepRowValues},
		{"speed", "1", "10", "is no setting", views.FieldSweepRows},
		{"seed", "1 2", "0", "must be from 1", views.FieldSweepSteps},
		{"learning_rate", "0.01 0.1 0.01", "10", "the 1st and the 3rd are both 0.01", views.FieldSweepRowValues},
		{"hidden_layers", deepLayers(100, 90), "1", "enough for 10 runs of the largest network", views.FieldSweepRowValues},
	} {
		w := postForm(s, "/sweep", sweepForm(t, state, views.FieldSweep, views.SweepOwn, views.FieldSweepRows, test.rows,
			views.FieldSweepRowValues, test.values, views.FieldSweepSteps, test.steps))
		page := parseHTML(t, w.Body.String())
		beside := find(page, "#"+views.ErrorID(test.field))
		if w.Code < 400 || len(beside) != 1 || !strings.Contains(textOf(t, w.Body.String(), "#"+views.ErrorID(test.field)), test.want) {
			t.Errorf("%s %.60q of %s steps is answered with %d; want a page that says %q beside %s", test.rows, test.values, test.steps, w.Code, test.want, test.field)
			t.Logf("it says %q", textOf(t, w.Body.String(), "#"+views.ErrorID(test.field)))
		}
		for field, want := range map[string]string{views.FieldSweepRowValues: test.values, views.FieldSweepSteps: test.steps} {
			if got := attributeOf(find(page, "#"+field)[0], "value"); got != want {
				t.Errorf("after an error the field %s holds %q; want %q", field, got, want)
			}
		}
		if config := attributeOf(find(page, `form input[name="config"]`)[0], "value"); config != string(mustJSON(t, state.Config)) {
			t.Errorf("after an error the page carries the settings %s", config)
		}
	}
}

// TestSweepPageField: of a sweep of two settings the error stands beside the values that it is about, also
// where the name of one begins as that of the other; and so it does of a task that does not go with the points.
func TestSweepPageField(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "plane", 30, 0, nil)
	for _, test := range []struct{ rows, values, columns, columnValues, want, field string }{
		{"learning_rate", "0.1 0", "seed", "1 2", "must be greater than 0", views.FieldSweepRowValues},
		{"seed", "1 2", "learning_rate", "0.1 0", "must be greater than 0", views.FieldSweepColumnValues},
		{"schedule_steps", "5 0", "schedule", "step cosine", "must be from 1", views.FieldSweepRowValues},
		{"schedule", "step cosine", "schedule_steps", "5 0", "must be from 1", views.FieldSweepColumnValues},
		{"task", "regression classification", "", "", "does not go with the points", views.FieldSweepRowValues},
	} {
		w := postForm(s, "/sweep", sweepForm(t, state, views.FieldSweep, views.SweepOwn, views.FieldSweepRows, test.rows, views.FieldSweepRowValues, test.values,
			views.FieldSweepColumns, test.columns, views.FieldSweepColumnValues, test.columnValues, views.FieldSweepSteps, "1"))
		beside := find(parseHTML(t, w.Body.String()), "#"+views.ErrorID(test.field))
		if len(beside) != 1 || !strings.Contains(textOf(t, w.Body.String(), "#"+views.ErrorID(test.field)), test.want) {
			t.Errorf("%s %q by %s %q: want %q beside %s", test.rows, test.values, test.columns, test.columnValues, test.want, test.field)
		}
	}
}

// TestSweepPageLimit: the networks of a page have a million weights and biases in all, and not one more run.
func TestSweepPageLimit(t *testing.T) {
	over := func(change func(c *nn.Config), text string) error {
		t.Helper()
		sweep, err := wire.DecodeSweep(text, wire.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		m := wire.Message{State: nn.State{Config: nn.DefaultConfig()}, Sweep: sweep}
		m.State.Config.Classes = 2
		change(&m.State.Config)
		return checkSweepPage(&m)
	}
	eightThousand := func(c *nn.Config) { c.Features, c.HiddenLayers = []nn.Feature{nn.FeatureX}, []int{84, 90} }
	if err := over(eightThousand, `{"seed":{"from":1,"to":125,"count":125}}`); err != nil {
		t.Errorf("125 runs of 8000 weights and biases: %v", err)
	}
	if err := over(eightThousand, `{"seed":{"from":1,"to":126,"count":126}}`); err == nil || !strings.Contains(err.Error(), "have 1008000 weights and biases in all; the limit of a page is 1000000, enough for 125 runs") {
		t.Errorf("126 runs of 8000 weights and biases: %v", err)
	}
	const deep = "[100,100,100,100,100,100,100,100,100,100]"
	err := over(func(*nn.Config) {}, `{"hidden_layers":[[4],`+deep+`],"seed":{"from":1,"to":11,"count":11}}`)
	if err == nil || !strings.Contains(err.Error(), "enough for 10 runs of the largest network") {
		t.Errorf("11 of 22 runs with 91402 weights and biases each: %v", err)
	}
}

// TestSweepUsual: without values a sweep goes over the usual ones of any setting, and its form holds them.
// Values may be written as the page shows them.
func TestSweepUsual(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "moons", 30, 0, nil)
	own := func(rows, values string) (cells int, written string) {
		t.Helper()
		w := postForm(s, "/sweep", sweepForm(t, state, views.FieldSweep, views.SweepOwn, views.FieldSweepRows, rows, views.FieldSweepRowValues, values, views.FieldSweepSteps, "2"))
		page := parseHTML(t, w.Body.String())
		return len(find(page, ".sweep-cells li")), attributeOf(find(page, "#"+views.FieldSweepRowValues)[0], "value")
	}
	for _, m := range views.SweepMembers() {
		if cells, written := own(m.Name, " "); cells < 2 || written == "" {
			t.Errorf("a sweep over %s without values has %d cells, of %q", m.Name, cells, written)
		}
	}
	for _, test := range []struct{ rows, values, want string }{
		{"optimizer", "SGD Adam; adamw", "sgd adam adamw"},
		{"activation", "leaky relu, ReLU Tanh", "leaky_relu relu tanh"},
		{"init", "Zero;Normal (σ 0.5)", "zero normal"},
		{"hidden_layers", "None 4 8-8", "none 4 8-8"},
	} {
		if cells, written := own(test.rows, test.values); cells < 2 || written != test.want {
			t.Errorf("%s %q is read as %q, with %d cells; want %q", test.rows, test.values, written, cells, test.want)
		}
	}
}

// TestSweepLesson: a run that is opened from a sweep has the lesson of the page that asked for it.
func TestSweepLesson(t *testing.T) {
	s := newTestServer(t)
	page := serve(s, http.MethodGet, "/?dataset=xor&points=40&goal=accuracy+95,units+16&assignment=Do+it&hide=settings", "").Body.String()
	form := readForm(t, page, "", "")
	form.Set(views.FieldSweep, "seeds")
	swept := postForm(s, "/sweep", form).Body.String()
	opened := postForm(s, "/edit", readSweepForm(t, swept, 2)).Body.String()
	p, err := s.decodePageForm(t.Context(), readForm(t, opened, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	l := p.lesson
	if l.Goal != "accuracy 95,units 16" || l.Assignment != "Do it" || len(l.Hide) != 1 || !strings.Contains(opened, `id="goal-card"`) {
		t.Errorf("the run opens with the lesson %+v", l)
	}
}

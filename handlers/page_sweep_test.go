package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

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
	forms := map[string]url.Values{"12 runs of 20": sweepForm(t, state, own...)}
	for _, ready := range views.ReadySweeps() {
		forms[ready.Slug] = sweepForm(t, state, views.FieldSweep, ready.Slug)
	}
	for told, form := range forms {
		w := postForm(s, "/sweep", form)
		page := parseHTML(t, w.Body.String())
		buttons := find(page, `.sweep-cells button[name="opened"]`)
		cells := len(find(page, ".sweep-cells td, .sweep-cells li"))
		if w.Code != http.StatusOK || cells < 9 || len(buttons)+len(find(page, ".sweep-problem")) != cells || len(find(page, ".sweep-cells img")) != len(buttons) {
			t.Fatalf("the sweep %q is answered with %d, %d cells and %d buttons", told, w.Code, cells, len(buttons))
		}
		if !strings.HasSuffix(w.Body.String(), "</html>") || len(find(page, ".notice")) > 0 {
			t.Errorf("the sweep %q ends with %.300s", told, w.Body.String()[max(0, w.Body.Len()-300):])
		}
	}

	page := postForm(s, "/sweep", forms["12 runs of 20"]).Body.String()
	opened := postForm(s, "/edit", readSweepForm(t, page, 6))
	p, err := s.decodePageForm(t.Context(), readForm(t, opened.Body.String(), "", ""))
	if err != nil {
		t.Fatal(err)
	}
	want := state.Config.Clone()
	want.HiddenLayers, want.Seed = []int{8, 8}, 4
	r, err := nn.Step(nn.State{Config: want, Data: state.Data}, 20)
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

// TestSweepPageErrors: what is wrong with a form is said on the page as it was.
func TestSweepPageErrors(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "moons", 30, 0, nil)
	for _, test := range []struct{ rows, values, steps, want string }{
		{"", "", "10", "must name one or two"},
		{"seed", "", "10", "at least one value"},
		{"seed", "1 one", "10", "must be a whole number"},
		{"seed", "1..900", "10", "at most 144 values"},
		{"learning_rate", "0.1 0", "10", "must be greater than 0"},
		{"speed", "1", "10", "is no setting"},
		{"seed", "1 2", "0", "must be from 1"},
	} {
		w := postForm(s, "/sweep", sweepForm(t, state, views.FieldSweep, views.SweepOwn, views.FieldSweepRows, test.rows,
			views.FieldSweepRowValues, test.values, views.FieldSweepSteps, test.steps))
		if said := find(parseHTML(t, w.Body.String()), "#notice"); w.Code < 400 || len(said) != 1 || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s %q of %s steps is answered with %d; want a page that says %q", test.rows, test.values, test.steps, w.Code, test.want)
		}
	}
}

package handlers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/nnvisu/nnvisu/views"
)

// TestTold: the page carries the recipe of its run, from the first state on, as long as nothing but
// training changes it, and from a new beginning on.
func TestTold(t *testing.T) {
	s := newTestServer(t)
	first := readForm(t, serve(s, http.MethodGet, "/", "").Body.String(), "", "")
	if got := first.Get(views.FieldRecipe); got != "dataset=circles" {
		t.Errorf("the first page tells %q; want its data set", got)
	}
	const query = "dataset=moons&points=50&hidden_layers=3,2"
	begun := func() url.Values {
		return openLink(t, s, "steps=9&hide=until&frame_steps=5&"+query+"&learning_rate=0.03&utm_source=x")
	}
	trained := func() url.Values { return trainTo(t, s, begun()) }
	press := func(form url.Values, path, act string, pairs ...string) url.Values {
		t.Helper()
		form.Set(views.FieldAct, act)
		form.Set(views.FieldControls, "")
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		w := postForm(s, path, form, "HX-Request", "true")
		if w.Code != http.StatusOK {
			t.Fatalf("%s = %d %.300s", act, w.Code, w.Body)
		}
		for name, values := range readForm(t, w.Body.String(), "", "") {
			form[name] = values
		}
		return form
	}
	drawn := func() url.Values { return press(trained(), "/edit", "draw", views.FieldStroke, "0,0") }
	opened := func(form url.Values) url.Values {
		text := `{"type":"nnvisu_state","version":1,"config":` + form.Get(views.FieldConfig) + `,"network":` + form.Get(views.FieldNetwork) + `,"data":` + form.Get(views.FieldData) + `}`
		return press(trained(), "/edit", "open", views.FieldOpened, text)
	}
	faster := func(form url.Values) url.Values {
		return press(form, "/edit", "settings", views.FieldControls, "1", views.FieldLearningRate, "0.5")
	}
	const canonical = "dataset=moons&hidden_layers=3,2&points=50" // without steps, speed, parts and defaults
	for _, test := range []struct {
		name string
		form url.Values
		want string
	}{
		{"Begun", begun(), canonical},
		{"Trained", trained(), canonical},
		{"Step", press(begun(), "/step", "", views.FieldSteps, "3"), canonical},
		{"Drawn", press(begun(), "/edit", "draw", views.FieldStroke, "0,0"), ""},
		{"DrawnLater", drawn(), ""},
		{"Restored", press(trained(), "/edit", "restore"), canonical},
		{"SetAgain", press(trained(), "/edit", "settings", views.FieldControls, ""), canonical},
		{"Weight", press(begun(), "/edit", "set-parameter", views.FieldParameter, "biases.0.0", views.FieldValue, "1"), ""},
		{"RateAtFirst", faster(begun()), "dataset=moons&hidden_layers=3,2&learning_rate=0.5&points=50"},
		{"RateLater", faster(trained()), ""},
		{"ResetAfter", press(faster(trained()), "/edit", "reset"), "dataset=moons&hidden_layers=3,2&learning_rate=0.5&points=50"},
		{"Pinned", press(trained(), "/edit", "pin"), canonical},
		{"Class", press(begun(), "/edit", "add-class"), ""},
		{"Layer", press(begun(), "/edit", "add-layer"), ""},
		{"LayerAndReset", press(press(begun(), "/edit", "add-layer"), "/edit", "reset"), "dataset=moons&hidden_layers=3,2,2&points=50"},
		{"Dataset", press(drawn(), "/edit", "dataset", views.FieldDataset, "xor"), "dataset=xor&hidden_layers=3,2&points=50"},
		{"OpenedAtFirst", opened(begun()), canonical},
		{"OpenedLater", opened(trained()), ""},
	} {
		got := test.form.Get(views.FieldRecipe)
		if got != test.want {
			t.Errorf("%s: the page tells %q; want %q", test.name, got, test.want)
		}
		if got == "" {
			continue
		}
		// Whatever is told is true.
		again := openLink(t, s, got+"&steps="+strconv.Itoa(postedStep(t, test.form)))
		if again.Get(views.FieldUntilStep) != "" {
			again = trainTo(t, s, again)
		}
		for _, field := range []string{views.FieldConfig, views.FieldNetwork, views.FieldData} {
			if again.Get(field) != test.form.Get(field) {
				t.Errorf("%s: what is told leads to another %s", test.name, field)
			}
		}
	}
}

// postedStep returns the step of the network in a form.
func postedStep(tb testing.TB, form url.Values) int {
	tb.Helper()
	var network struct{ Step int }
	if err := json.Unmarshal([]byte(form.Get(views.FieldNetwork)), &network); err != nil {
		tb.Fatal(err)
	}
	return network.Step
}

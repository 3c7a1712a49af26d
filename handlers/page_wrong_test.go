package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/views"
)

// TestWrongFields: a form is answered with all that is wrong in it, each beside its control, and
// nothing of it is taken.
func TestWrongFields(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "blobs", 30, 1, nil)
	for _, test := range []struct {
		name, path, form string
		want             []string
		controls         bool
	}{
		{"Settings", "/edit", "act=settings&learning_rate=-1&batch_size=many&l2=11&dropout=0.5", []string{"learning_rate", "batch_size", "l2"}, true},
		{"Layers", "/edit", "act=settings&hidden_layers=8-0&test_fraction=1", []string{"hidden_layers", "test_fraction"}, true},
		{"Step", "/step", "steps=1&seed=x&schedule=warm&batch_size=9999", []string{"seed", "schedule", "batch_size"}, true},
		{"Schedule", "/edit", "act=settings&schedule=exponential&schedule_factor=0&l1=-1", []string{"schedule_factor", "l1"}, true},
		{"Until", "/train", "until_step=0&until_loss=-1&until_accuracy=x&patience=-3&frame_steps=1", []string{"until_step", "until_loss", "until_accuracy", "patience"}, false},
		{"UntilUnreachable", "/train", "until_accuracy=50&patience=3&frame_steps=1", []string{"patience"}, false},
		{"Dataset", "/edit", "act=dataset&dataset=blobs&points=0&noise=2&data_classes=11&data_seed=x", []string{"points", "noise", "data_classes", "data_seed"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := settingsForm(t, s, state)
			wrong, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			for name, values := range wrong {
				form[name] = values
			}
			page := parseHTML(t, postForm(s, test.path, form).Body.String())
			if !test.controls {
				form.Set(views.FieldControls, "")
			}
			w := postForm(s, test.path, form, "HX-Request", "true")
			parts := parseHTML(t, w.Body.String())
			if w.Code < 400 || w.Code >= 500 {
				t.Errorf("%s answers %d; want an error", test.path, w.Code)
			}
			var beside []string
			for _, part := range find(parts, "hx-partial") {
				if field, ok := strings.CutSuffix(attributeOf(part, "hx-target"), "-error"); ok {
					beside = append(beside, strings.TrimPrefix(field, "#"))
				}
			}
			slices.Sort(beside)
			slices.Sort(test.want)
			if !slices.Equal(beside, test.want) {
				t.Errorf("the answer has errors beside %q; want %q", beside, test.want)
			}
			if test.path == "/train" { // which has no page without script
				return
			}
			for _, name := range test.want {
				place := find(page, "#"+views.ErrorID(name))
				control := find(page, "#"+name)
				if len(place) != 1 || place[0].FirstChild == nil || len(control) != 1 || attributeOf(control[0], "aria-invalid") != "true" {
					t.Errorf("the page says nothing beside %s, or does not mark it", name)
				}
				if got := attributeOf(control[0], "value"); control[0].Data == "input" && got != wrong.Get(name) {
					t.Errorf("%s has the value %q; want what was written, %q", name, got, wrong.Get(name))
				}
			}
			if got := find(page, ".field-error:not(:empty)"); len(got) != len(test.want) {
				t.Errorf("the page has %d errors beside controls; want %d", len(got), len(test.want))
			}
			config := find(page, "#still [name=config]")
			if !strings.Contains(attributeOf(config[0], "value"), `"dropout":0,`) {
				t.Errorf("the config is %s; want nothing of the form taken", attributeOf(config[0], "value"))
			}
			if dropout := find(page, "#dropout"); attributeOf(dropout[0], "value") != form.Get("dropout") {
				t.Errorf("the dropout that was right has the value %q; want %q, as written", attributeOf(dropout[0], "value"), form.Get("dropout"))
			}
		})
	}
	t.Run("Programs", func(t *testing.T) {
		w := serve(s, http.MethodGet, "/data/blobs?points=0&noise=2", "")
		if !strings.Contains(w.Body.String(), `"field":"points"`) {
			t.Errorf("GET /data answers %s; want the first that is wrong", w.Body)
		}
	})
	t.Run("ScheduleWithFactor", func(t *testing.T) {
		old := clone(state)
		old.Config.ScheduleFactor = 0
		form := settingsForm(t, s, old)
		form.Set("schedule", "exponential")
		form.Set("schedule_factor", "0.5")
		if got, _, err := applySettings(t, s, old, form); err != nil || got.Config.Schedule != "exponential" {
			t.Errorf("a schedule with a factor that fits: %v", err)
		}
	})
}

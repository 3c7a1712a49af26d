package handlers

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// shareForm asks for the links of a page's form, and returns the recipe's query and what is lost.
func shareForm(tb testing.TB, s *Server, form url.Values) (recipe, lost, parts string) {
	tb.Helper()
	form.Set(views.FieldControls, "")
	form.Set(views.FieldAct, "share")
	w := postForm(s, "/edit", form, "HX-Request", "true")
	if got := strings.Join(partTargets(tb, w.Body.String()), " "); w.Code != http.StatusOK || got != "#share-body #assignment-preview" {
		tb.Fatalf("share = %d %.300s with parts for %s; want the links alone", w.Code, w.Body, got)
	}
	find := func(pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(w.Body.String())
		if m == nil {
			return ""
		}
		return html.UnescapeString(m[1])
	}
	return find(`id="recipe-link" href="([^"]*)"`), find(`<strong>([^<]*)</strong>`), find(`id="state-link" href="([^"]*)"`)
}

// trainTo posts a page's form as its script does, to the end of the run.
func trainTo(tb testing.TB, s *Server, form url.Values) url.Values {
	tb.Helper()
	form.Set(views.FieldControls, "")
	perFrame := form.Get(views.FieldFrameSteps)
	form.Set(views.FieldFrameSteps, "25") // frames take their time
	w := postForm(s, "/train", form, "HX-Request", "true")
	form.Set(views.FieldFrameSteps, perFrame)
	if w.Code != http.StatusOK {
		tb.Fatalf("POST /train = %d %.300s", w.Code, w.Body)
	}
	events := ssetest.Parse(w.Body.String())
	if last := events[len(events)-1]; last.Name != "done" || last.Data != `{"reason":"target"}` {
		tb.Fatalf("the run ends with %s %s; want the end of the recipe", last.Name, last.Data)
	}
	frame := readForm(tb, events[len(events)-2].Data, "", "")
	form.Set(views.FieldNetwork, frame.Get(views.FieldNetwork))
	form.Set(views.FieldHistory, frame.Get(views.FieldHistory))
	return form
}

// TestShareRoundTrip: a recipe that loses nothing leads to the same network, bit for bit.
func TestShareRoundTrip(t *testing.T) {
	s := newTestServer(t)
	for _, query := range []string{
		"dataset=circles",
		"dataset=circles&steps=7",
		"dataset=moons&points=77&noise=0.25&data_seed=5&steps=12&test_fraction=0.3&batch_size=10&frame_steps=25",
		"dataset=spiral&classes=4&points=80&seed=3&data_seed=1&steps=20&features=sin_x,xy,y2&hidden_layers=6,5,4&activation=gelu&init=normal&optimizer=adamw&l2=0.1&dropout=0.25",
		"dataset=hills&points=60&steps=30&hidden_layers=&optimizer=momentum&learning_rate=0.001&schedule=cosine&schedule_steps=20&schedule_factor=0.05&l1=0.0001&seed=4294967295",
		"dataset=blobs&points=30&steps=3&activation=leaky_relu&optimizer=rmsprop&schedule=exponential",
		"hide=data&lock=network,until&dataset=xor&points=40&steps=5",
	} {
		form := openLink(t, s, query)
		if form.Get(views.FieldUntilStep) != "" {
			form = trainTo(t, s, form)
		}
		recipe, lost, parts := shareForm(t, s, form)
		if lost != "" || !strings.HasPrefix(recipe, "?") {
			t.Errorf("the recipe of %s is %q and loses %q; want nothing lost", query, recipe, lost)
			continue
		}
		got, err := url.ParseQuery(recipe[1:])
		if err != nil {
			t.Fatal(err)
		}
		wanted, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		for name := range wanted {
			if got.Get(name) != wanted.Get(name) {
				t.Errorf("the recipe of %s is %s; %s differs", query, recipe, name)
			}
		}
		again := openLink(t, s, recipe)
		if again.Get(views.FieldUntilStep) != "" {
			again = trainTo(t, s, again)
		}
		for _, field := range []string{views.FieldConfig, views.FieldNetwork, views.FieldData, views.FieldFrameSteps} {
			if again.Get(field) != form.Get(field) {
				t.Errorf("the recipe %s leads to another %s", recipe, field)
			}
		}
		want := "?"
		if form.Get(views.FieldHide) != "" {
			want = "?hide=data&lock=network,until"
		}
		if parts != want {
			t.Errorf("the link of %s to the state begins %q; want %q", query, parts, want)
		}
	}
}

// TestShareLost: what a recipe cannot say is said beside it.
func TestShareLost(t *testing.T) {
	s := newTestServer(t)
	trained := func(query string) url.Values { return trainTo(t, s, openLink(t, s, query)) }
	press := func(form url.Values, act string, pairs ...string) url.Values {
		t.Helper()
		form.Set(views.FieldAct, act)
		form.Set(views.FieldControls, "")
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		w := postForm(s, "/edit", form)
		if w.Code != http.StatusOK {
			t.Fatalf("%s = %d %.300s", act, w.Code, w.Body)
		}
		return readForm(t, w.Body.String(), "", "")
	}
	untold := func(form url.Values) url.Values { form.Set(views.FieldRecipe, ""); return form }
	const other = "Something was changed during this run: the recipe leads to another network."
	const points = "Your own points are not in this link: it opens XOR instead."
	for _, test := range []struct {
		name string
		form url.Values
		want string
	}{
		{"Nothing", trained("dataset=xor&points=40&steps=5"), ""},
		{"Drawn", press(trained("dataset=xor&points=40&steps=5"), "draw", views.FieldStroke, "0,0"), points},
		{"Noise", press(trained("dataset=xor&points=40&steps=5"), "show", views.FieldNoise, "0.3"), ""}, // not loaded
		{"NoiseUntold", press(untold(trained("dataset=xor&points=40&steps=5")), "show", views.FieldNoise, "0.3"), ""},
		{"DataSeed", press(untold(trained("dataset=xor&steps=1")), "show", views.FieldDataSeed, "9"), ""},
		{"Cleared", press(openLink(t, s, "dataset=xor"), "clear"), "Your own points are not in this link: it opens Circles instead."},
		{"DrawnOn", press(press(openLink(t, s, "dataset=xor&points=40"), "draw", views.FieldStroke, "0,0"), "draw", views.FieldStroke, "0,1"), points},
		{"Controls", press(untold(openLink(t, s, "dataset=xor")), "show", views.FieldNoise, "much"), ""},
		{"Class", press(openLink(t, s, "dataset=xor"), "add-class"), "The number of classes is not that of the data set: it is not in this link."},
		{"Weight", press(openLink(t, s, "dataset=xor"), "set-parameter", views.FieldParameter, "biases.0.0", views.FieldValue, "1"), other},
		{"WeightLater", press(trained("dataset=xor&points=40&steps=5"), "set-parameter", views.FieldParameter, "biases.0.0", views.FieldValue, "1"), other},
		{"RateLater", press(trained("dataset=xor&points=40&steps=5"), "settings", views.FieldLearningRate, "0.1", views.FieldControls, "1"), other},
		{"OptimizerLater", press(trained("dataset=xor&points=40&steps=5"), "settings", views.FieldOptimizer, "sgd", views.FieldControls, "1"), other},
		{"Moments", press(press(trained("dataset=xor&points=40&steps=5"), "settings", views.FieldOptimizer, "sgd", views.FieldControls, "1"),
			"settings", views.FieldOptimizer, "adam", views.FieldControls, "1"), other},
		{"SeedLater", press(trained("dataset=xor&points=40&steps=5"), "settings", views.FieldSeed, "2", views.FieldControls, "1"), other},
		{"SeedBefore", press(press(openLink(t, s, "dataset=xor"), "settings", views.FieldSeed, "2", views.FieldControls, "1"), "reset"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			recipe, lost, _ := shareForm(t, s, test.form)
			if lost != test.want {
				t.Errorf("the recipe %s loses %q; want %q", recipe, lost, test.want)
			}
		})
	}
	t.Run("TooLong", func(t *testing.T) {
		form := openLink(t, s, "dataset=xor&points=40")
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		p.State.Network.Step, p.State.Network.Epoch = wire.MaxSteps+1, wire.MaxSteps+1
		form.Set(views.FieldNetwork, string(mustJSON(t, p.State.Network)))
		form.Set(views.FieldHistory, "")
		recipe, lost, _ := shareForm(t, s, form)
		if lost != "This run has made more than 100\u202f000 updates, the most that a recipe makes." {
			t.Errorf("a run of %d updates loses %q", wire.MaxSteps+1, lost)
		}
		openLink(t, s, recipe) // it can be opened, and leads as far as a recipe can
	})
	t.Run("Diverges", func(t *testing.T) {
		form := openLink(t, s, "dataset=hills&points=40&hidden_layers=&optimizer=sgd&learning_rate=10&l2=10")
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		p.State.Network.Step, p.State.Network.Epoch = 2000, 2000
		form.Set(views.FieldNetwork, string(mustJSON(t, p.State.Network)))
		form.Set(views.FieldHistory, "")
		if recipe, lost, _ := shareForm(t, s, form); lost != "A run like this diverges." {
			t.Errorf("the recipe %s loses %q; want that it diverges", recipe, lost)
		}
	})
	t.Run("Untried", func(t *testing.T) { // too costly
		small := newTestServer(t, func(c *Config) { c.MaxWork = 100 * time.Microsecond })
		form := trainTo(t, s, openLink(t, s, "dataset=xor&points=40&steps=9"))
		if recipe, lost, _ := shareForm(t, small, form); lost != "" || recipe != "?dataset=xor&points=40&steps=9" {
			t.Errorf("a run that was only trained has the recipe %s and loses %q; want nothing lost, though it is too costly to try", recipe, lost)
		}
		form = press(form, "set-parameter", views.FieldParameter, "biases.0.0", views.FieldValue, "1")
		if _, lost, _ := shareForm(t, small, form); lost != "The run is too long to be tried out here: what was changed during it is not in this link." {
			t.Errorf("a recipe that is too costly to try loses %q; want that it was not tried", lost)
		}
	})
	t.Run("Imported", func(t *testing.T) {
		form := openLink(t, s, "dataset=blobs&points=30")
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		form.Set(views.FieldMeta, string(mustJSON(t, table.Meta{Classes: []string{"a", "b", "c"}})))
		form.Set(views.FieldData, string(mustJSON(t, append(slices.Clone(p.State.Data[:29]), nn.Point{X: 1, Label: 2}))))
		if _, lost, _ := shareForm(t, s, form); lost != strings.Replace(points, "XOR", "Blobs", 1) {
			t.Errorf("the recipe of points of one's own loses %q; want that it opens Blobs", lost)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		form := openLink(t, s, "dataset=xor")
		form.Add(views.FieldLock, "everything")
		form.Set(views.FieldAct, "share")
		if w := postForm(s, "/edit", form, "HX-Request", "true"); w.Code != 422 || !strings.Contains(w.Body.String(), "lock must name parts of the page") {
			t.Errorf("share with parts that there are not = %d %.300s; want 422", w.Code, w.Body)
		}
	})
}

package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// troublesOf replays a recipe in frames of some updates, and returns what is said of it: each
// trouble once, in the order in which they are said, and with how many frames had another sentence
// than the frame before.
func troublesOf(tb testing.TB, s *Server, recipe string, frame int) (said []string, changes int) {
	tb.Helper()
	values, err := url.ParseQuery(recipe)
	if err != nil {
		tb.Fatal(err)
	}
	m, err := s.readRecipe(values)
	if err != nil {
		tb.Fatalf("readRecipe(%s) = %v", recipe, err)
	}
	t, err := nn.NewTrainer(m.State)
	if err != nil {
		tb.Fatal(err)
	}
	var h nn.History
	var before nn.Trouble
	for {
		step, epoch := t.At()
		h.Add(step, epoch, t.Metrics())
		if d := t.Diagnose(&h); d.Trouble != before {
			if before = d.Trouble; before != "" && !slices.Contains(said, string(before)) {
				said = append(said, string(before))
			}
			changes++
		}
		if step >= m.Steps || t.Step(frame) != nil {
			return said, changes
		}
	}
}

// TestTroubles: what the page says of the experiments is what their cards say is to be seen, at any
// speed; and of runs that come right it says nothing.
func TestTroubles(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	want := map[string]string{ // by the experiment
		"xor-linear":          "stuck",
		"rate-too-high":       "leaping",
		"rate-too-low":        "stuck",
		"spiral-sgd":          "stuck",
		"zero-weights":        "silent",
		"vanishing-gradients": "stuck",
		"overfitting":         "overfitting",
	}
	check := func(name, recipe, want string, frames ...int) {
		t.Helper()
		for _, frame := range frames {
			said, changes := troublesOf(t, s, recipe, frame)
			got := strings.Join(said, " ")
			// What leaps has risen at first.
			if got != want && got != "rising "+want {
				t.Errorf("%s, %d updates a frame: the page says %q; want %q", name, frame, got, want)
			}
			if changes > 3 {
				t.Errorf("%s, %d updates a frame: what the page says changes %d times; want it calm", name, frame, changes)
			}
		}
	}
	for _, e := range views.Experiments() {
		check(e.Slug, e.Query, want[e.Slug], 1, 5)
	}
	for _, set := range dataset.All() {
		if set.Name != dataset.Spiral { // of which a plateau is true
			check(string(set.Name), "steps=1000&dataset="+string(set.Name), "", 1, 5, 25)
			check(string(set.Name), "steps=1000&batch_size=10&dataset="+string(set.Name), "", 1, 25)
		}
	}
	check("hills", "dataset=hills&activation=relu&optimizer=sgd&learning_rate=10&steps=300", "exploding", 1, 5, 25)
	check("hills, one frame", "dataset=hills&activation=relu&optimizer=sgd&learning_rate=10&steps=20", "exploding", 20)
	check("relu", "dataset=spiral&learning_rate=1&activation=relu&steps=500", "dead", 1, 25)
	check("tanh", "dataset=hills&learning_rate=1&steps=400", "saturated", 1, 25)
}

// TestDivergedOnce: a run that breaks off, in a stream or in a step, has each way out once: in the
// notice, which takes the place of the diagnosis.
func TestDivergedOnce(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "hills", 20, 0, func(c *nn.Config) {
		c.Activation, c.Optimizer, c.LearningRate, c.HiddenLayers = nn.Linear, nn.SGD, 10, []int{20, 20}
	})
	form := settingsForm(t, s, state)
	form.Set(views.FieldControls, "")
	check := func(by, diagnosis, notice string) {
		t.Helper()
		if !strings.Contains(notice, "broke off at update") || len(find(parseHTML(t, notice), "button[name=act]")) == 0 || strings.TrimSpace(diagnosis) != "" {
			t.Errorf("%s: the page has the diagnosis %q and the notice %q; want the notice alone, with a way out", by, diagnosis, notice)
		}
	}
	frames, _ := streamForm(t, s, form)
	pages := pagesAfter(frames)
	page := pages[len(pages)-1]
	if before := pages[len(pages)-2]["#diagnosis"]; !strings.Contains(before, "<button") {
		t.Errorf("before the end the diagnosis is %q; want a way out", before)
	}
	check("stream", page["#diagnosis"], page["#notice"])
	last := readForm(t, strings.Join(slices.Collect(maps.Values(page)), ""), "", "")
	for _, name := range []string{views.FieldNetwork, views.FieldHistory} {
		form.Set(name, last.Get(name))
	}
	form.Set(views.FieldSteps, "100")
	step := pagesAfter([]string{postForm(s, "/step", form, "HX-Request", "true").Body.String()})[0]
	if _, is := step["#diagnosis"]; !is {
		t.Error("the answer of a step leaves the diagnosis")
	}
	check("step", step["#diagnosis"], step["#notice"])
	plain := postForm(s, "/step", form).Body.String()
	if got := find(parseHTML(t, plain), "#diagnosis button"); len(got) != 0 || len(find(parseHTML(t, plain), "#notice button[name=act]")) == 0 {
		t.Error("without script the page has ways out in the diagnosis, or none in the notice")
	}
}

// TestStuckLeadsOut: the first way that the page offers out of a loss that does not move leads out.
func TestStuckLeadsOut(t *testing.T) {
	race.Skip(t)
	t.Parallel()
	s := newTestServer(t)
	for recipe, says := range map[string]string{
		"dataset=circles&l2=0.1":                                              "L2 penalty",
		"dataset=spiral&l2=0.02":                                              "L2 penalty",
		"dataset=circles&l1=0.1":                                              "L1 penalty",
		"dataset=spiral&activation=linear":                                    "ReLU",
		"dataset=circles&dropout=0.9":                                         "dropout",
		"dataset=spiral&dropout=0.9&steps=700":                                "dropout",
		"dataset=circles&schedule=cosine&schedule_factor=0&schedule_steps=10": "constant",
		"dataset=spiral&schedule=exponential&schedule_steps=20":               "constant",
		"dataset=xor&hidden_layers=":                                          "hidden layer",
	} {
		form := openLink(t, s, recipe)
		var page string
		train := func(frames int) {
			t.Helper()
			for range frames {
				form.Set(views.FieldSteps, "10")
				w := postForm(s, "/step", form)
				if w.Code != http.StatusOK {
					t.Fatalf("%s: step = %d %.300s", recipe, w.Code, w.Body)
				}
				page = w.Body.String()
				form = readForm(t, page, "", "")
			}
		}
		steps := 20
		if strings.Contains(recipe, "steps=700") {
			steps = 70
		}
		train(steps)
		exits := find(parseHTML(t, page), "#diagnosis button")
		if len(exits) == 0 || !strings.Contains(textOf(t, page, "#diagnosis"), says) {
			t.Errorf("%s: the page says %q; want a way out by %s", recipe, textOf(t, page, "#diagnosis"), says)
			continue
		}
		form, _ = pressed(t, s, form, attributeOf(exits[0], "value"))
		train(40)
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		if loss := p.history.Loss[len(p.history.Loss)-1]; loss > 0.5 {
			t.Errorf("%s: the loss is %v after the way out %q", recipe, loss, attributeOf(exits[0], "value"))
		}
	}
}

// TestTroubleOfLocked: a stream offers no setting that a teacher has locked as a way out.
func TestTroubleOfLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		values, err := url.ParseQuery("dataset=hills&activation=relu&optimizer=sgd&learning_rate=10&steps=60")
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.readRecipe(values)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := nn.NewTrainer(m.State)
		if err != nil {
			t.Fatal(err)
		}
		m.State.Network = trainer.Network()
		form := settingsForm(t, s, m.State)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldSteps, "60")
		for lesson, want := range map[string]bool{"": true, "lock=network": true, "lock=settings": false, "hide=settings": false} {
			form.Set(views.FieldLesson, lesson)
			w := postForm(s, "/train", form, "HX-Request", "true")
			if got := strings.Contains(w.Body.String(), "restart-with learning_rate="); w.Code != http.StatusOK || got != want {
				t.Errorf("with the lesson %q the stream of an exploding run offers another learning rate: %t, status %d; want %t, 200", lesson, got, w.Code, want)
			}
		}
	})
}

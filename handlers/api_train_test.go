package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// TestPageStream: the page's stream is frames of fragments and a done event, paced at 25 a second
// whatever the form asks for.
func TestPageStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestServer(t)
		state := sampleState(t, "circles", 20, 0, nil)
		form := settingsForm(t, s, state)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldSteps, "25")
		form.Set(views.FieldFrameSteps, "10")
		start := time.Now()
		r := httptest.NewRequest(http.MethodPost, "/train", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", urlencoded)
		r.Header.Set("HX-Request", "true")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if took, want := time.Since(start), 2*pageFrameMS*time.Millisecond; took != want {
			t.Errorf("three frames took %v; want %v", took, want)
		}
		events := ssetest.Parse(w.Body.String())
		if len(events) != 4 || events[3].Name != "done" || events[3].Data != `{"reason":"steps"}` {
			t.Fatalf("the stream has the events %.300v; want three frames and done", events)
		}
		for i, step := range []int{10, 20, 25} {
			e := events[i]
			want, err := nn.Step(state, step)
			if err != nil {
				t.Fatal(err)
			}
			if got := readForm(t, e.Data, "", "").Get(views.FieldNetwork); e.Name != "" || !strings.Contains(e.Data, `hx-target="#live"`) || got != string(mustJSON(t, want.Network)) {
				t.Errorf("event %d = %.200v; want an unnamed frame with the network of step %d", i, e, step)
			}
		}
	})
}

// TestPageStreamFails: a divergence in the page's stream is a notice with the way back, then done.
func TestPageStreamFails(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "hills", 20, 0, func(c *nn.Config) {
		c.Activation, c.Optimizer, c.LearningRate = nn.Linear, nn.SGD, 10
	}))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldFrameSteps, "100")
	w := postForm(s, "/train", form, "HX-Request", "true")
	events := ssetest.Parse(w.Body.String())
	if len(events) < 2 || events[len(events)-1].Data != `{"reason":"error"}` {
		t.Fatalf("the stream ends with %.200v; want the reason error", events)
	}
	notice := events[len(events)-2].Data
	for _, want := range []string{`hx-target="#notice"`, `value="restart-with learning_rate=1"`} {
		if !strings.Contains(notice, want) {
			t.Errorf("the notice of a divergence lacks %s: %.600s", want, notice)
		}
	}
	// The way out leads to a state that can be trained on.
	form.Set(views.FieldAct, "restart-with learning_rate=0.001")
	if w := postForm(s, "/edit", form, "HX-Request", "true"); w.Code != http.StatusOK {
		t.Errorf("the way out is answered %d %.300s; want 200", w.Code, w.Body)
	}
}

func TestReadRecipe(t *testing.T) {
	s := newTestServer(t)
	const all = "dataset=spiral&points=20&noise=0.1&classes=3&seed=7&task=classification&features=x,sin_y&hidden_layers=4,3&activation=relu&init=he" +
		"&optimizer=sgd&learning_rate=0.5&schedule=step&schedule_steps=40&schedule_factor=0.25&batch_size=8&l1=0.1&l2=0.2&dropout=0.3&test_fraction=0.4&steps=5&frame_steps=2&frame_ms=40"
	query, err := url.ParseQuery(all)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.readRecipe(query)
	if err != nil {
		t.Fatalf("readRecipe(%s) = %v", all, err)
	}
	want := wire.Message{Steps: 5, FrameSteps: 2, FrameMS: 40, ClassesSet: true, Repeatable: true}
	want.State.Config = nn.Config{
		Task: nn.Classification, Features: []nn.Feature{nn.FeatureX, nn.FeatureSinY}, HiddenLayers: []int{4, 3}, Activation: nn.ReLU, Init: nn.InitHe,
		Classes: 3, Optimizer: nn.SGD, LearningRate: 0.5, Schedule: nn.StepDecay, ScheduleSteps: 40, ScheduleFactor: 0.25, BatchSize: 8, L1: 0.1, L2: 0.2, Dropout: 0.3, TestFraction: 0.4, Seed: 7,
	}
	want.State.Data = got.State.Data
	if !reflect.DeepEqual(got, want) || len(got.State.Data) != 20 {
		t.Errorf("readRecipe(%s) = %+v; want %+v", all, got, want)
	}
	for _, test := range []struct{ query, want string }{
		{"dataset=xor", "ok"},
		{"dataset=hills", "ok"},
		{"dataset=xor&hidden_layers=", "ok"},
		{"", "invalid dataset"},
		{"dataset=xor&features=", "invalid config.features[0]"},
		{"dataset=xor&hidden_layers=8,,8", "malformed config.hidden_layers"},
		{"dataset=xor&hidden_layers=8-8", "malformed config.hidden_layers"},
		{"dataset=xor&learning_rate=", "malformed config.learning_rate"},
		{"dataset=xor&learning_rate=NaN", "malformed config.learning_rate"},
		{"dataset=xor&schedule=warm", "invalid config.schedule"},
		{"dataset=xor&schedule_steps=1e3", "malformed config.schedule_steps"},
		{"dataset=xor&schedule_steps=0", "invalid config.schedule_steps"},
		{"dataset=xor&schedule_factor=NaN", "malformed config.schedule_factor"},
		{"dataset=xor&schedule=step&schedule_factor=0", "invalid config.schedule_factor"},
		{"dataset=xor&schedule=cosine&schedule_factor=0", "ok"},
		{"dataset=xor&seed=4294967296", "invalid config.seed"},
		{"dataset=xor&classes=0", "invalid config.classes"},
		{"dataset=xor&classes=3", "invalid classes"},
		{"dataset=hills&classes=2", "invalid classes"},
		{"dataset=hills&task=classification", "invalid config.task"},
		{"dataset=xor&task=regression", "invalid config.task"},
		{"dataset=xor&points=2001", "too_large points"},
		{"dataset=xor&points=0", "invalid points"},
		{"dataset=xor&noise=NaN", "malformed noise"},
		{"dataset=xor&data_seed=4294967295&seed=3", "ok"},
		{"dataset=xor&data_seed=4294967296", "invalid data_seed"},
		{"dataset=xor&data_seed=-1", "invalid data_seed"},
		{"dataset=xor&data_seed=", "malformed data_seed"},
		{"dataset=xor&data_seed=1&data_seed=2", "malformed data_seed"},
		{"dataset=xor&steps=100001", "invalid steps"},
		{"dataset=xor&config={}", "malformed config"},
		{"dataset=xor&Seed=1", "malformed Seed"},
		{"dataset=xor&seed=1&seed=1", "malformed seed"},
	} {
		var m wire.Message
		query, err := wire.ReadQuery(test.query)
		if err == nil {
			m, err = s.readRecipe(query)
		}
		if describeAs(err) != test.want {
			t.Errorf("readRecipe(%s) = %v (%s); want %s", test.query, err, describeAs(err), test.want)
		}
		if err == nil && s.checkState(t.Context(), &m) != nil {
			t.Errorf("readRecipe(%s) = %+v; want a state that can be prepared", test.query, m.State.Config)
		}
	}
}

// TestReadRecipeDataSeed: data_seed is the data set's own, and seed the network's; without it seed
// is for both.
func TestReadRecipeDataSeed(t *testing.T) {
	s := newTestServer(t)
	for query, want := range map[string]struct{ seed, data uint32 }{
		"": {1, 1}, "&seed=7": {7, 7}, "&data_seed=9": {1, 9}, "&seed=7&data_seed=9": {7, 9}, "&data_seed=0&seed=7": {7, 0},
	} {
		values, err := url.ParseQuery("dataset=moons&points=30" + query)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.readRecipe(values)
		if err != nil || m.State.Config.Seed != want.seed || !slices.Equal(m.State.Data, sampleDataset(t, "moons", 30, want.data)) {
			t.Errorf("readRecipe(%s) has the seed %d, %v; want %d, and the points of the seed %d", values.Encode(), m.State.Config.Seed, err, want.seed, want.data)
		}
	}
}

// TestReadRecipeCost: a list as long as a header may be is refused without ado.
func TestReadRecipeCost(t *testing.T) {
	s := newTestServer(t)
	query := url.Values{"dataset": {"xor"}, "hidden_layers": {strings.Repeat(",", 64<<10)}}
	var before, after = time.Now(), time.Duration(0)
	_, err := s.readRecipe(query)
	if after = time.Since(before); describeAs(err) != "malformed config.hidden_layers" || after > 5*time.Second {
		t.Errorf("readRecipe(65,536 commas) = %s after %v; want malformed config.hidden_layers at once", describeAs(err), after)
	}
}

// TestGenerateDefaults: what is left out is the data set's own, and its classes are within its
// points' labels.
func TestGenerateDefaults(t *testing.T) {
	s := newTestServer(t)
	for _, name := range datasetNames() {
		got, info, err := s.generate(url.Values{"dataset": {name}})
		if err != nil || len(got) != defaultPoints {
			t.Fatalf("generate(%s) = %d points, %v; want %d", name, len(got), err, defaultPoints)
		}
		if want := sampleDataset(t, info.Name, defaultPoints, 1); !slices.Equal(got, want) {
			t.Errorf("generate(%s) is not the data set with its own noise and seed 1", name)
		}
	}
}

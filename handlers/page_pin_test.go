package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// pinnedOf reads the run that an answer's page has pinned; nil of none.
func pinnedOf(tb testing.TB, s *Server, answer string) *views.PinnedRun {
	tb.Helper()
	run, err := s.readPinned(tb.Context(), readForm(tb, answer, "", "").Get(views.FieldPinned))
	if err != nil {
		tb.Fatal(err)
	}
	return run
}

// TestPin: a run is kept with its curves beside the next one, which does not change it, until it is
// unpinned.
func TestPin(t *testing.T) {
	s := newTestServer(t)
	state, h, meta := savedRun(t)
	form := historyForm(t, s, state, h)
	form.Set(views.FieldMeta, string(mustJSON(t, meta)))
	form.Set(views.FieldControls, "")
	form.Set(views.FieldPanel, "compare")
	form.Set(views.FieldAct, "pin")
	for _, hx := range []string{"true", ""} {
		w := postForm(s, "/edit", form, "HX-Request", hx)
		run := pinnedOf(t, s, w.Body.String())
		if w.Code != http.StatusOK || run == nil || !strings.Contains(w.Body.String(), "Pinned.") {
			t.Fatalf("pin = %d %.300s", w.Code, w.Body)
		}
		if !same(run.Config, state.Config) || !same(run.Network.Parameters, state.Network.Parameters) || run.Network.Step != 12 || !same(run.History, withoutLayers(h)) || run.Network.Optimizer.First != nil {
			t.Errorf("the pinned run is %+v, %+v; want that of the page, without moments", run.Config, run.History)
		}
		if !strings.Contains(w.Body.String(), "data:image/") {
			t.Error("there is no picture of the pinned run")
		}
		if got := decodeAnswer(t, s, w.Body.String()); !same(got.history, h) || !same(got.State, state) {
			t.Error("pinning changed the page's own run")
		}
	}
	// Train on, far enough for the history to be thinned; the run that was pinned stays.
	pinned := readForm(t, postForm(s, "/edit", form).Body.String(), "", "").Get(views.FieldPinned)
	form.Set(views.FieldPinned, pinned)
	form.Set(views.FieldSteps, "600")
	form.Set(views.FieldFrameSteps, "2")
	form.Set(views.FieldPanel, "curves")
	form.Set("frame_ms", "0")
	p, err := s.decodePageForm(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	// The request's own copies, as a stream has them.
	trainer, err := nn.NewTrainer(p.State)
	if err != nil {
		t.Fatal(err)
	}
	lab := views.Lab{State: p.State, Choices: p.choices, History: p.history, Pinned: p.pinned}
	for range 300 {
		if err := trainer.Step(2); err != nil {
			t.Fatal(err)
		}
		n := trainer.Network()
		lab.History.Add(n.Step, n.Epoch, trainer.Metrics())
	}
	if lab.History.Every < 2 || !same(lab.Pinned.History, withoutLayers(h)) {
		t.Errorf("behind 300 frames the pinned curves are those of step %v; want %v", lab.Pinned.History.Step, h.Step)
	}
	form.Set(views.FieldAct, "unpin")
	for _, hx := range []string{"true", ""} {
		w := postForm(s, "/edit", form, "HX-Request", hx)
		if w.Code != http.StatusOK || pinnedOf(t, s, w.Body.String()) != nil {
			t.Errorf("unpin = %d; want no run pinned", w.Code)
		}
	}
}

// TestPinSharesNothing: the answer that pins a run adds to the page's history, and not to the
// pinned one.
func TestPinSharesNothing(t *testing.T) {
	s := newTestServer(t)
	state, _ := sampleHistory(t, sampleState(t, "circles", 20, 0, nil), nn.MaxSamples)
	// Full, so that the next sample makes the history thin itself in place.
	var full nn.History
	trainer, err := nn.NewTrainer(sampleState(t, "circles", 20, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	for i := range nn.MaxSamples {
		full.Add(i, i, trainer.Metrics())
		if err := trainer.Step(1); err != nil {
			t.Fatal(err)
		}
	}
	p := pageRequest{Message: wire.Message{State: state}, choices: defaultChoices(), history: full.Clone()}
	if err := s.change(t.Context(), "pin", &p); err != nil {
		t.Fatal(err)
	}
	want := p.pinned.History.Clone()
	lab, err := s.lab(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	lab.History.Add(nn.MaxSamples+1, nn.MaxSamples+1, *lab.Metrics)
	lab.History.Add(3, 3, *lab.Metrics)
	lab.History.Add(4, 4, nn.Metrics{Loss: 99})
	// Between two samples, in a history with room behind it.
	var wide nn.History
	for i := range 20 {
		wide.Add(2*i, 2*i, *lab.Metrics)
	}
	older := pageRequest{Message: wire.Message{State: sampleState(t, "circles", 20, 3, nil)}, choices: defaultChoices(), history: wide}
	before := wide.Clone()
	if err := s.change(t.Context(), "pin", &older); err != nil {
		t.Fatal(err)
	}
	if !same(older.history, before) || !slices.Equal(older.pinned.History.Step, []int{0, 2, 3}) {
		t.Errorf("pinning at step 3 leaves the steps %v and pins %v; want those before, and 0, 2, 3", older.history.Step, older.pinned.History.Step)
	}
	if !same(lab.Pinned.History, want) {
		t.Errorf("the pinned curves changed with the page's own, to the steps %v", lab.Pinned.History.Step)
	}
	var written struct {
		Config  nn.Config  `json:"config"`
		Network nn.Network `json:"network"`
		History nn.History `json:"history"`
	}
	if err := json.Unmarshal([]byte(p.pinned.JSON), &written); err != nil || !same(written.History, want) {
		t.Errorf("the field of the pinned run has other curves: %v", err)
	}
}

// TestPinOlder: at an older moment the run is pinned as it was then.
func TestPinOlder(t *testing.T) {
	s := newTestServer(t)
	first := sampleState(t, "circles", 30, 0, nil)
	older, short := sampleHistory(t, first, 4)
	_, h := sampleHistory(t, first, 10)
	form := historyForm(t, s, older, h)
	form.Set(views.FieldControls, "")
	form.Set(views.FieldAct, "pin")
	answer := postForm(s, "/edit", form, "HX-Request", "true").Body.String()
	if run := pinnedOf(t, s, answer); !same(run.History, withoutLayers(short)) || run.Network.Step != 4 {
		t.Errorf("at step 4 of 10 the run is pinned with the steps %v; want %v", run.History.Step, short.Step)
	}
	if got := postedHistory(t, answer); !same(got, h) {
		t.Errorf("pinning at step 4 of 10 leaves the history %v; want all of it", got.Step)
	}
	form.Set(views.FieldData, "[]")
	if run := pinnedOf(t, s, postForm(s, "/edit", form, "HX-Request", "true").Body.String()); !same(run.History, withoutLayers(short)) {
		t.Errorf("without points the run is pinned with the steps %v; want %v", run.History.Step, short.Step)
	}
}

// TestReadPinned: a pinned run is read as strictly as a state, and what is wrong is named.
func TestReadPinned(t *testing.T) {
	s := newTestServer(t)
	const network = `"network":{"weights":[[[1,2],[3,4]]],"biases":[[0,0]]}`
	const good = `{"config":{"hidden_layers":[]},` + network + `}`
	for _, test := range []struct{ text, want string }{
		{``, "ok"}, {" \n", "ok"}, {`{}`, "ok"}, {good, "ok"},
		{`null`, "malformed pinned"}, {`[]`, "malformed pinned"}, {`{`, "malformed pinned"}, {good + `{}`, "malformed pinned"},
		{`{"data":[]}`, "malformed pinned.data"},
		{`{"config":{"speed":1}}`, "malformed pinned.config.speed"},
		{`{"config":{"learning_rate":0}}`, "invalid pinned.config.learning_rate"},
		{`{"config":{"features":[]}}`, "invalid pinned.config.features"},
		{`{"config":{"hidden_layers":[3]},` + network + `}`, "invalid pinned.network.weights"},
		{`{"network":{"weights":1}}`, "malformed pinned.network.weights"},
		{`{"network":{"biases":[[1e999]]}}`, "invalid pinned.network.biases[0][0]"},
		{`{"history":{"every":0,"step":[0],"epoch":[0],"loss":[1]}}`, "invalid pinned.history.every"},
		{`{"history":{"step":[0]}}`, "invalid pinned.history.epoch"},
	} {
		run, err := s.readPinned(t.Context(), test.text)
		if describeAs(err) != test.want {
			t.Errorf("readPinned(%s) = %v (%s); want %s", test.text, err, describeAs(err), test.want)
		}
		if (run == nil) != (test.want != "ok" || strings.TrimSpace(test.text) == "") {
			t.Errorf("readPinned(%s) = %+v", test.text, run)
		}
	}
	// As part of the page.
	form := settingsForm(t, s, sampleState(t, "circles", 5, 0, nil))
	form.Set(views.FieldPinned, `{"config":{"classes":1}}`)
	for path := range map[string]bool{"/edit": true, "/step": true, "/train": true} {
		if w := postForm(s, path, form, "HX-Request", "true"); w.Code != 422 || !strings.Contains(w.Body.String(), "inned.config.classes must be") {
			t.Errorf("POST %s with a bad pinned run = %d %.200s; want 422 and its name", path, w.Code, w.Body)
		}
	}
}

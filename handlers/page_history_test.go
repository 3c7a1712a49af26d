package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// sampleHistory is the history of a run that comes to state with a frame for each update.
func sampleHistory(tb testing.TB, state nn.State, updates int) (nn.State, nn.History) {
	tb.Helper()
	var h nn.History
	t, err := nn.NewTrainer(state)
	if err != nil {
		tb.Fatal(err)
	}
	for range updates {
		if err := t.Step(1); err != nil {
			tb.Fatal(err)
		}
		addSample(tb, &h, t)
	}
	state.Network = t.Network()
	return state, h
}

// addSample adds to a history what a frame of the trainer's state adds.
func addSample(tb testing.TB, h *nn.History, t *nn.Trainer) {
	tb.Helper()
	step, epoch := t.At()
	h.Add(step, epoch, t.Metrics())
	if err := measureLayers(t, h); err != nil {
		tb.Fatal(err)
	}
}

// withoutLayers is a history as a pinned run has it.
func withoutLayers(h nn.History) nn.History {
	h.Layers = nil
	return h
}

// historyForm is what the page posts for a state with a history.
func historyForm(tb testing.TB, s *Server, state nn.State, h nn.History) url.Values {
	tb.Helper()
	form := settingsForm(tb, s, state)
	form.Set(views.FieldHistory, string(mustJSON(tb, h)))
	return form
}

// postedHistory reads the history that a page or a fragment holds.
func postedHistory(tb testing.TB, page string) nn.History {
	tb.Helper()
	form := readForm(tb, page, "", "")
	if !form.Has(views.FieldHistory) {
		tb.Fatalf("there is no history in %.300s", page)
	}
	var h nn.History
	if err := json.Unmarshal([]byte(form.Get(views.FieldHistory)), &h); err != nil {
		tb.Fatal(err)
	}
	return h
}

// TestDecodeHistory: the field is read strictly, and what is wrong is named.
func TestDecodeHistory(t *testing.T) {
	s := newTestServer(t)
	const good = `"every":1,"step":[0],"epoch":[0],"loss":[1]`
	many := strings.TrimSuffix(strings.Repeat("1,", nn.MaxSamples+1), ",")
	for _, test := range []struct{ text, want string }{
		{``, "ok"}, {` `, "ok"}, {`{}`, "ok"}, {`{` + good + `}`, "ok"},
		{`{` + good + `,"accuracy":[1],"test_loss":[-1],"test_accuracy":[0.5],"best":{"step":0,"epoch":0,"test_loss":0.5}}`, "ok"},
		{`{"every":1e0,"step":[0.0],"epoch":[0],"loss":[1]}`, "ok"},
		{`{` + good + `,"since":5}`, "ok"},
		{`{` + good + `,"since":-1}`, "invalid history.since"},
		{`{` + good + `,"since":"1"}`, "malformed history.since"},
		{`null`, "malformed history"},
		{`[]`, "malformed history"},
		{`{`, "malformed history"},
		{`{}{}`, "malformed history"},
		{`{"speed":1}`, "malformed history.speed"},
		{`{"Step":[]}`, "malformed history.Step"},
		{`{"step":[0],"step":[0]}`, "malformed history.step"},
		{`{"step":1}`, "malformed history.step"},
		{`{"step":[null]}`, "malformed history.step[0]"},
		{`{"step":["1"]}`, "malformed history.step[0]"},
		{`{"step":[1.5]}`, "invalid history.step[0]"},
		{`{"loss":[1e999]}`, "invalid history.loss[0]"},
		{`{"every":true}`, "malformed history.every"},
		{`{"best":null}`, "malformed history.best"},
		{`{` + good + `,"best":{"step":0,"epoch":0}}`, "invalid history.best.test_loss"},
		{`{` + good + `,"best":{"step":0,"test_loss":0}}`, "invalid history.best.epoch"},
		{`{` + good + `,"best":{"epoch":0,"test_loss":0}}`, "invalid history.best.step"},
		{`{` + good + `,"best":{"step":0,"epoch":0,"test_loss":0,"loss":1}}`, "malformed history.best.loss"},
		{`{"step":[` + many + `]}`, fmt.Sprintf("invalid history.step[%d]", nn.MaxSamples)},
		{`{"test_accuracy":[` + many + `,not JSON`, fmt.Sprintf("invalid history.test_accuracy[%d]", nn.MaxSamples)}, // at the sample that is too many
		{`{` + good + `,"layers":null}`, "malformed history.layers"},
		{`{` + good + `,"layers":{"weights":1}}`, "malformed history.layers.weights"},
		{`{` + good + `,"layers":{"gradient":[1]}}`, "malformed history.layers.gradient[0]"},
		{`{` + good + `,"layers":{"step":[` + many + `]}}`, fmt.Sprintf("invalid history.layers.step[%d]", nn.MaxLayerSamples)},
		{`{` + good + `,"layers":{"update":[[` + many + `]]}}`, fmt.Sprintf("invalid history.layers.update[0][%d]", nn.MaxLayerSamples)},
		{`{` + good + `,"layers":{"idle":[` + strings.Repeat("[],", nn.MaxLayers+1) + `[]]}}`, fmt.Sprintf("invalid history.layers.idle[%d]", nn.MaxLayers)},
		{`{` + good + `,"layers":{"every":1,"step":[9],"epoch":[0],"gradient":[[1]],"update":[[1]],"idle":[]}}`, "invalid history.layers.step[0]"},
		{`{"every":1,"step":[3,3],"epoch":[0,0],"loss":[1,1]}`, "invalid history.step[1]"},
		{`{"every":1,"step":[3],"epoch":[0],"loss":[-1]}`, "invalid history.loss[0]"},
	} {
		form := url.Values{views.FieldHistory: {test.text}}
		if _, err := s.decodePageForm(t.Context(), form); describeAs(err) != test.want {
			t.Errorf("the history %.200s = %v (%s); want %s", test.text, err, describeAs(err), test.want)
		}
	}
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 0, func(c *nn.Config) { c.TestFraction = 0.3 }), 300)
	p, err := s.decodePageForm(t.Context(), historyForm(t, s, state, h))
	if err != nil || !same(p.history, h) {
		t.Errorf("the history = %+v, %v; want as it was encoded, %+v", p.history, err, h)
	}
}

// TestPanelField: the panel and its scale are choices; another panel is an error.
func TestPanelField(t *testing.T) {
	s := newTestServer(t)
	for value, want := range map[string]string{"": "ok", "curves": "ok", "compare": "ok", "Curves": "malformed panel", "loss": "malformed panel"} {
		p, err := s.decodePageForm(t.Context(), url.Values{views.FieldPanel: {value}, views.FieldLogScale: {value}})
		if describeAs(err) != want {
			t.Errorf("panel=%s: %v; want %s", value, err, want)
		}
		if err == nil && (p.choices.Panel != value && value != "" || p.choices.LogScale != (value != "")) {
			t.Errorf("panel=%s is read as %+v", value, p.choices)
		}
	}
}

// TestHistoryFirst: the page of a first visit has one sample, of its network.
func TestHistoryFirst(t *testing.T) {
	s := newTestServer(t)
	h := postedHistory(t, serve(s, http.MethodGet, "/", "").Body.String())
	if h.Len() != 1 || h.Step[0] != 0 || h.Loss[0] == 0 || h.TestLoss != nil {
		t.Errorf("the first page has the history %s; want one sample of step 0", mustJSON(t, h))
	}
}

// TestHistoryStep: a step adds its sample to those before, and one without a history begins it.
func TestHistoryStep(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 0, func(c *nn.Config) { c.TestFraction = 0.3 }), 5)
	want, err := nn.NewTrainer(state)
	if err = errors.Join(err, want.Step(3)); err != nil {
		t.Fatal(err)
	}
	for _, hx := range []string{"", "true"} {
		form := historyForm(t, s, state, h)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldSteps, "3")
		next := nn.History{}
		if err := json.Unmarshal(mustJSON(t, h), &next); err != nil {
			t.Fatal(err)
		}
		addSample(t, &next, want)
		if got := postedHistory(t, postForm(s, "/step", form, "HX-Request", hx).Body.String()); !same(got, next) {
			t.Errorf("after a step the history is %s; want %s", mustJSON(t, got), mustJSON(t, next))
		}
		form.Del(views.FieldHistory)
		next = nn.History{}
		addSample(t, &next, want)
		if got := postedHistory(t, postForm(s, "/step", form, "HX-Request", hx).Body.String()); !same(got, next) {
			t.Errorf("after a step without one the history is %s; want %s", mustJSON(t, got), mustJSON(t, next))
		}
	}
}

// TestHistoryStream: each frame of a stream, over either carrier, has the sample of its network
// behind those that were posted.
func TestHistoryStream(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 0, func(c *nn.Config) { c.BatchSize = 10 }), 5)
	form := historyForm(t, s, state, h)
	form.Set(views.FieldControls, "")
	form.Set(views.FieldSteps, "5")
	form.Set(views.FieldFrameSteps, "2")
	frames, _ := streamOf(t, form)
	want, err := nn.NewTrainer(state)
	if err != nil {
		t.Fatal(err)
	}
	if len(frames) != 3 {
		t.Fatalf("the stream has %d frames; want 3", len(frames))
	}
	for i, steps := range []int{2, 2, 1} {
		if err := want.Step(steps); err != nil {
			t.Fatal(err)
		}
		n := want.Network()
		addSample(t, &h, want)
		if got := postedHistory(t, frames[i].Data); !same(got, h) {
			t.Errorf("frame %d has the history %s; want %s", i, mustJSON(t, got), mustJSON(t, h))
		}
		if !strings.Contains(frames[i].Data, `hx-target="#panel-body"`) || !strings.Contains(frames[i].Data, `data-step1="`+fmt.Sprint(n.Step)+`"`) {
			t.Errorf("frame %d does not draw the curves to step %d", i, n.Step)
		}
	}
}

// TestHistoryStreamThinned: where samples are thinned out, frames whose sample the next replaces
// leave the history as it is; the page that goes on from there, by a look or by the next stream,
// comes to the whole of it. The frame in which a run reaches its end has it in any case.
func TestHistoryStreamThinned(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 0, nil), 300)
	form := historyForm(t, s, state, h)
	form.Set(views.FieldControls, "")
	for _, test := range []struct{ until, want string }{
		{"", "[301 303 305]"}, // the samples that stay are 2 updates apart, from step 1 on
		{"304", "[301 303 304]"},
	} {
		form.Set(views.FieldUntilStep, test.until)
		form.Set(views.FieldSteps, "5")
		trainer, err := nn.NewTrainer(state)
		if err != nil {
			t.Fatal(err)
		}
		var sent []int
		whole := h.Clone()
		frames, _ := streamOf(t, form)
		for _, e := range frames {
			if err := trainer.Step(1); err != nil {
				t.Fatal(err)
			}
			n := trainer.Network()
			addSample(t, &whole, trainer)
			page := readForm(t, e.Data, "", "")
			form.Set(views.FieldNetwork, page.Get(views.FieldNetwork))
			if page.Has(views.FieldHistory) {
				sent = append(sent, n.Step)
				form.Set(views.FieldHistory, page.Get(views.FieldHistory))
			}
			form.Set(views.FieldUntilStep, "")
			form.Set(views.FieldAct, "show")
			if got := postedHistory(t, postForm(s, "/edit", form, "HX-Request", "true").Body.String()); !same(got, whole) {
				t.Errorf("step %d: the page comes to the history %s; want %s", n.Step, mustJSON(t, got), mustJSON(t, whole))
			}
		}
		if got := fmt.Sprint(sent); got != test.want {
			t.Errorf("the history is in the frames of the steps %s; want %s", got, test.want)
		}
		form = historyForm(t, s, state, h)
		form.Set(views.FieldControls, "")
	}
}

// TestHistoryEdit: what keeps the weights keeps the curves; what draws new ones empties them; what
// goes back cuts them, and what looks back does not.
func TestHistoryEdit(t *testing.T) {
	s := newTestServer(t)
	state, h := sampleHistory(t, sampleState(t, "circles", 30, 0, nil), 10)
	older, err := nn.Step(sampleState(t, "circles", 30, 0, nil), 4)
	if err != nil {
		t.Fatal(err)
	}
	toOlder := func(f url.Values) { f.Set(views.FieldNetwork, string(mustJSON(t, older.Network))) }
	for _, test := range []struct {
		name, act string
		change    func(url.Values)
		steps     string
	}{
		{"Show", "show", nil, "[1 2 3 4 5 6 7 8 9 10]"},
		{"Restore", "restore", nil, "[1 2 3 4 5 6 7 8 9 10]"},
		{"AddLayer", "add-layer", nil, "[1 2 3 4 5 6 7 8 9 10]"},
		{"AddClass", "add-class", nil, "[1 2 3 4 5 6 7 8 9 10]"},
		{"LearningRate", "settings", func(f url.Values) { f.Set(views.FieldLearningRate, "0.1") }, "[1 2 3 4 5 6 7 8 9 10]"},
		{"TestShare", "settings", func(f url.Values) { f.Set(views.FieldTestFraction, "0.5") }, "[1 2 3 4 5 6 7 8 9 10]"},
		{"SeedOfWeights", "settings", func(f url.Values) { f.Set(views.FieldSeed, "7") }, "[1 2 3 4 5 6 7 8 9 10]"},
		{"Draw", "draw", func(f url.Values) { f.Set(views.FieldStroke, "0,0") }, "[1 2 3 4 5 6 7 8 9 10]"},
		{"Clear", "clear", nil, "[1 2 3 4 5 6 7 8 9 10]"},
		{"Reset", "reset", nil, "[0]"},
		{"Reseed", "reseed", nil, "[0]"},
		{"Dataset", "dataset", nil, "[0]"},
		{"Task", "settings", func(f url.Values) { f.Set(views.FieldTask, "regression") }, "[10]"},
		{"ResetWithoutPoints", "reset", func(f url.Values) { f.Set(views.FieldData, "[]") }, "[]"},
		{"OlderShow", "show", toOlder, "[1 2 3 4 5 6 7 8 9 10]"},
		{"OlderRestore", "restore", toOlder, "[1 2 3 4 5 6 7 8 9 10]"},
		{"OlderPin", "pin", toOlder, "[1 2 3 4 5 6 7 8 9 10]"},
		{"OlderUnpin", "unpin", toOlder, "[1 2 3 4 5 6 7 8 9 10]"},
		{"OlderShowWithoutPoints", "show", func(f url.Values) { toOlder(f); f.Set(views.FieldData, "[]") }, "[1 2 3 4 5 6 7 8 9 10]"},
		{"OlderSettings", "settings", func(f url.Values) { toOlder(f); f.Set(views.FieldLearningRate, "0.1") }, "[1 2 3 4]"},
		{"OlderDraw", "draw", func(f url.Values) { toOlder(f); f.Set(views.FieldStroke, "0,0") }, "[1 2 3 4]"},
		{"OlderClear", "clear", toOlder, "[1 2 3 4]"},
		{"ShowFirst", "show", func(f url.Values) { f.Set(views.FieldHistory, "") }, "[10]"},
	} {
		since := map[string]int{"TestShare": 10, "Draw": 10, "Clear": 10, "Task": 10, "OlderDraw": 4, "OlderClear": 4}[test.name]
		for _, hx := range []string{"", "true"} {
			form := historyForm(t, s, state, h)
			form.Set(views.FieldAct, test.act)
			if test.act != "settings" {
				form.Set(views.FieldControls, "")
			}
			if test.change != nil {
				test.change(form)
			}
			w := postForm(s, "/edit", form, "HX-Request", hx)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %.300s", test.name, w.Code, w.Body)
			}
			got := postedHistory(t, w.Body.String())
			if fmt.Sprint(got.Step) != test.steps {
				t.Errorf("%s: the history has the steps %v; want %s", test.name, got.Step, test.steps)
			}
			if got.Since != since {
				t.Errorf("%s: its samples can be compared since step %d; want %d, where the points or their split changed", test.name, got.Since, since)
			}
			if n := min(got.Len(), h.Len()) - 1; n > 3 && !reflect.DeepEqual(got.Loss[:3], h.Loss[:3]) {
				t.Errorf("%s: the losses are %v; want those that were posted, %v", test.name, got.Loss, h.Loss)
			}
		}
	}
	// An error shows the page with what was posted.
	form := historyForm(t, s, state, h)
	form.Set(views.FieldLearningRate, "-1")
	if got := postedHistory(t, postForm(s, "/edit", form).Body.String()); !same(got, h) {
		t.Errorf("after an error the history is %s; want %s", mustJSON(t, got), mustJSON(t, h))
	}
}

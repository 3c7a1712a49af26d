package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/stream/ssetest"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/views"
)

// TestPartsOfThePage: acts that only look change only their part of the page.
func TestPartsOfThePage(t *testing.T) {
	s := newTestServer(t)
	for act, want := range map[string]string{
		"inspect 0.0": "#inspector-body", "explain weights.0.1.0": "#explain-stale #explain-body #trace", "explain": "#explain-stale #explain-body #trace", "explain-close": "#explain-stale #explain-body #trace", "share": "#share-body #assignment-preview", "table-show": "#table-body #table_of-error", "import-preview": "#import-says #import-preview",
	} {
		form := settingsForm(t, s, sampleState(t, "blobs", 9, 0, nil))
		form.Set(views.FieldControls, "")
		form.Set(views.FieldAct, act)
		w := postForm(s, "/edit", form, "HX-Request", "true")
		if got := partTargets(t, w.Body.String()); w.Code != http.StatusOK || strings.Join(got, " ") != want {
			t.Errorf("act %s = %d with parts for %v; want %s alone", act, w.Code, got, want)
		}
	}
}

// TestPartsThatFollow: an edit draws the network anew only where that is another one or has other
// names, the pinned run only where the page may show another, and says nothing where it only looks.
func TestPartsThatFollow(t *testing.T) {
	s := newTestServer(t)
	state, h, meta := savedRun(t)
	base := historyForm(t, s, state, h)
	base.Set(views.FieldControls, "")
	base.Set(views.FieldMeta, string(mustJSON(t, meta)))
	base.Set(views.FieldAct, "pin")
	base.Set(views.FieldPinned, readForm(t, postForm(s, "/edit", base).Body.String(), "", "").Get(views.FieldPinned))
	_, table := postPart(s, withAct(base, "table-show"))
	rows := readForm(t, table, "", "")
	for _, test := range []struct {
		name, act string
		change    func(url.Values)
		want      string // of the drawing, the pinned run and the notice
	}{
		{"Show", "show", nil, "#pinned"},
		{"Restore", "restore", nil, "#network-view #legend #pinned"},
		{"Open", "open", func(f url.Values) { f.Set(views.FieldOpened, `{"type":"nnvisu_state","version":1}`) }, "#network-view #legend #pinned #notice"},
		{"Pin", "pin", nil, "#pinned #notice"},
		{"Unpin", "unpin", nil, "#pinned"},
		{"Draw", "draw", func(f url.Values) { f.Set(views.FieldStroke, "0,0") }, "#notice"},
		{"Reset", "reset", nil, "#notice"},
		{"AddClass", "add-class", nil, "#network-view #legend #notice"},
		{"AddLayer", "add-layer", nil, "#network-view #legend #notice"},
		{"Features", "settings", func(f url.Values) { f.Set(views.FieldControls, "1"); f.Set(views.FieldFeatures, "x") }, "#network-view #legend #notice"},
		{"Names", "clear", nil, "#network-view #legend #notice"},
		{"NoNames", "clear", func(f url.Values) { f.Set(views.FieldMeta, "") }, "#notice"},
		{"Table", "table-set", func(f url.Values) {
			for name := range rows {
				if strings.HasPrefix(name, "row_") || strings.HasPrefix(name, "table_") {
					f[name] = slices.Clone(rows[name])
				}
			}
			f[views.FieldRowLabel][0] = strconv.Itoa(2 - int(state.Data[0].Label))
		}, "#notice"},
	} {
		form := withAct(base, test.act)
		if test.change != nil {
			test.change(form)
		}
		w := postForm(s, "/edit", form, "HX-Request", "true")
		var got []string
		for _, target := range partTargets(t, w.Body.String()) {
			if slices.Contains([]string{"#network-view", "#legend", "#pinned", "#notice"}, target) {
				got = append(got, target)
			}
		}
		if w.Code != http.StatusOK || strings.Join(got, " ") != test.want {
			t.Errorf("%s = %d %.200s with parts for %v; want %s", test.name, w.Code, w.Body, got, test.want)
		}
		// Without script the page shows all of it, with the pinned run's picture.
		if page := postForm(s, "/edit", form); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), `id="network-view"`) ||
			strings.Contains(page.Body.String(), `alt="What the pinned network says`) != (test.act != "unpin") || strings.Contains(page.Body.String(), `src="data:image/png;base64,"`) {
			t.Errorf("%s without script = %d; want the whole page", test.name, page.Code)
		}
	}
	form := withAct(base, "show")
	if got := partTargets(t, postForm(s, "/step", form, "HX-Request", "true").Body.String()); slices.Contains(got, "#pinned") || slices.Contains(got, "#network-view") {
		t.Errorf("a step has parts for %v; want neither the drawing nor the pinned run", got)
	}
	// Also the page of an error shows the pinned run.
	form = withAct(base, "show")
	form.Set(views.FieldAct, "draw")
	form.Set(views.FieldStroke, "here")
	if w := postForm(s, "/edit", form); w.Code < 400 || !strings.Contains(w.Body.String(), `alt="What the pinned network says`) {
		t.Errorf("a refusal without script = %d; want the page with its pinned run", w.Code)
	}
}

// TestToolStays: after a change that takes away the tool in hand another one is in hand, or the
// next stroke would be refused.
func TestToolStays(t *testing.T) {
	for _, test := range []struct{ name, tool, act, field, value string }{
		{"RemoveClass", "2", "remove-class", "", ""},
		{"Dataset", "2", "dataset", views.FieldDataset, "moons"},
		{"ToValues", "2", "settings", views.FieldTask, "regression"},
		{"Kept", "1", "remove-class", "", ""},
		{"Eraser", views.ToolErase, "remove-class", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestServer(t)
			form := settingsForm(t, s, sampleState(t, "blobs", 30, 0, nil))
			form.Set(views.FieldTool, test.tool)
			form.Set(views.FieldAct, test.act)
			if test.field != "" {
				form.Set(test.field, test.value)
			}
			w := postForm(s, "/edit", form)
			if w.Code != http.StatusOK {
				t.Fatalf("act %s is answered %d %.300s; want 200", test.act, w.Code, w.Body)
			}
			next := readForm(t, w.Body.String(), "", "")
			next.Set(views.FieldStroke, "0,0")
			next.Set(views.FieldAct, "draw")
			drawn := postForm(s, "/edit", next)
			if drawn.Code != http.StatusOK {
				t.Errorf("behind %s the tool is %q and a stroke is answered %d; want 200", test.act, next.Get(views.FieldTool), drawn.Code)
			}
		})
	}
}

// TestInspect: the confusion matrix and the gradients are measured where they are shown, and
// nowhere else.
func TestInspect(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct {
		set, panel           string
		confusion, gradients bool
	}{
		{"circles", "curves", false, false}, {"circles", "confusion", true, false}, {"circles", "gradients", false, true},
		{"circles", "compare", false, false}, {"hills", "confusion", false, false}, {"hills", "gradients", false, true},
	} {
		state := sampleState(t, datasetName(test.set), 20, 2, nil)
		choices := defaultChoices()
		choices.Panel = test.panel
		lab, err := s.lab(context.Background(), pageRequest{Message: wire.Message{State: state}, choices: choices})
		if err != nil {
			t.Fatal(err)
		}
		if got := lab.Confusion != nil; got != test.confusion {
			t.Errorf("the panel %s of %s has a confusion matrix: %t; want %t", test.panel, test.set, got, test.confusion)
		}
		if got := lab.Layers != nil; got != test.gradients {
			t.Errorf("the panel %s of %s has gradients: %t; want %t", test.panel, test.set, got, test.gradients)
		}
		form := settingsForm(t, s, state)
		form.Set(views.FieldControls, "")
		form.Set(views.FieldPanel, test.panel)
		form.Set(views.FieldSteps, "1")
		frame := ssetest.Parse(postForm(s, "/train", form, "HX-Request", "true").Body.String())[0].Data
		if got := strings.Contains(frame, `class="confusion"`); got != test.confusion {
			t.Errorf("a frame of the panel %s of %s has a confusion matrix: %t; want %t", test.panel, test.set, got, test.confusion)
		}
		if got := strings.Contains(frame, `class="norms"`); got != test.gradients {
			t.Errorf("a frame of the panel %s of %s has gradients: %t; want %t", test.panel, test.set, got, test.gradients)
		}
		choices.Panel = test.panel
		state.Data = nil
		if lab, err = s.lab(context.Background(), pageRequest{Message: wire.Message{State: state}, choices: choices}); err != nil || lab.Confusion != nil || lab.Layers != nil {
			t.Errorf("the panel %s without points: %v, %v, %v; want nothing", test.panel, lab.Confusion, lab.Layers, err)
		}
	}
}

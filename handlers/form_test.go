package handlers

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// with returns a form with other values of some fields.
func with(form url.Values, pairs ...string) url.Values {
	form = maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// TestFormDecimalComma: a number with a decimal comma is the number with a point, in every control
// that has one.
func TestFormDecimalComma(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	type control struct {
		field string
		more  []string // what else is posted
	}
	controls := []control{
		{views.FieldNoise, []string{views.FieldAct, "dataset"}},
		{views.FieldValue, []string{views.FieldAct, "set-parameter", views.FieldParameter, "biases.0.1"}},
	}
	for m := range setting.All() {
		if m.Kind == setting.Real {
			controls = append(controls, control{m.Name, []string{views.FieldAct, "settings"}})
		}
	}
	for _, c := range controls {
		answer := func(text string) (int, string) {
			w := postForm(s, "/edit", with(with(form, c.more...), c.field, text), "HX-Request", "true")
			return w.Code, w.Body.String()
		}
		_, unset := answer("")
		status, point := answer("0.45")
		if status != http.StatusOK || point == unset {
			t.Errorf("%s 0.45 is answered with %d as nothing is; want it to count", c.field, status)
		}
		for _, text := range []string{"0,45", " 0,45 ", ",45", "4,5e-1", "4,5e−1"} {
			if status, comma := answer(text); status != http.StatusOK || comma != point {
				t.Errorf("%s %q is answered with %d, not as 0.45 is", c.field, text, status)
			}
		}
		for _, text := range []string{"1.000,5", "1,000.5", "1,000,5", "0,45 m"} {
			if status, body := answer(text); status == http.StatusOK || !strings.Contains(body, "must be a number; got &#34;"+text) {
				t.Errorf("%s %q is answered with %d; want what is wrong, as it was written", c.field, text, status)
			}
		}
	}
	u, err := readUntil(tidied(url.Values{views.FieldUntilLoss: {"0,45"}, views.FieldUntilAccuracy: {"99,5"}}))
	if want := (until{loss: 0.45, accuracy: 99.5}); err != nil || u != want {
		t.Errorf("the ends of a run are %+v, %v; want %+v", u, err, want)
	}
	for _, field := range []string{views.FieldPoints, views.FieldBatchSize, views.FieldSeed, views.FieldScheduleSteps} {
		act := "settings"
		if field == views.FieldPoints {
			act = "dataset"
		}
		w := postForm(s, "/edit", with(form, views.FieldAct, act, field, "1,5"), "HX-Request", "true")
		if w.Code == http.StatusOK || !strings.Contains(w.Body.String(), "must be a whole number; got &#34;1,5") {
			t.Errorf("%s 1,5 is answered with %d; want that it must be whole", field, w.Code)
		}
	}
}

// TestFormDecimalFields: every control for numbers that need not be whole takes a decimal comma.
func TestFormDecimalFields(t *testing.T) {
	s := newTestServer(t)
	page := settingsForm(t, s, sampleState(t, "circles", 20, 0, func(c *nn.Config) { c.Schedule = "step" }))
	found := 0
	for name := range page {
		if views.IsDecimal(name) {
			found++
			if got := tidied(url.Values{name: {"0,5"}}).Get(name); got != "0.5" {
				t.Errorf("%s 0,5 is read as %q; want 0.5", name, got)
			}
		}
	}
	if found < 9 {
		t.Errorf("%d such controls in %v; want at least 9", found, page)
	}
}

// TestFormForeign: what others put into the page's form changes nothing. A program's form may not
// have a field that is unknown.
func TestFormForeign(t *testing.T) {
	s := newTestServer(t)
	form := settingsForm(t, s, sampleState(t, "circles", 20, 0, nil))
	foreign := with(form, "Ext_field", "1", "lt-installed", "true")
	foreign["ext[]"] = []string{"1", "2"}
	// end is the end of an answer. A stream may have skipped a frame before it.
	end := func(w *httptest.ResponseRecorder) string { return w.Body.String()[max(0, w.Body.Len()-1000):] }
	for _, test := range []struct {
		path string
		more []string
	}{
		{"/edit", []string{views.FieldAct, "add-layer"}},
		{"/step", []string{views.FieldSteps, "1"}},
		{"/train", []string{views.FieldSteps, "2"}},
		{"/predict", []string{views.FieldProbe, "0,0"}},
		{"/points.csv", nil},
		{"/export", []string{views.FieldFormat, "state"}},
	} {
		for _, hx := range []string{"", "true"} {
			want := postForm(s, test.path, with(form, test.more...), "HX-Request", hx)
			if test.path == "/predict" && hx == "" {
				continue // it is for script
			}
			got := postForm(s, test.path, with(foreign, test.more...), "HX-Request", hx)
			if want.Code != http.StatusOK || got.Code != http.StatusOK || end(got) != end(want) {
				t.Errorf("POST %s with foreign fields (HX-Request %q) = %d %.200s; want %d and the same as without them", test.path, hx, got.Code, got.Body, want.Code)
			}
		}
	}

	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name := range foreign {
		if err := parts.WriteField(name, foreign.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	if w := serve(s, http.MethodPost, "/edit", body.String(), "Content-Type", parts.FormDataContentType(), "Accept", "text/html"); w.Code != http.StatusOK {
		t.Errorf("a multipart form with foreign fields is answered with %d; want 200", w.Code)
	}

	conn, ctx := dialPage(t, s)
	message := map[string]string{views.FieldControls: "", views.FieldSteps: "1", "Ext_field": "1", views.FieldConfig: form.Get(views.FieldConfig), views.FieldData: form.Get(views.FieldData)}
	if fragments, done := converse(t, conn, ctx, websocket.MessageText, mustJSON(t, message)); done != `{"reason":"steps"}` {
		t.Errorf("the socket answers foreign fields with %.200q and %s; want a frame and the reason steps", fragments, done)
	}

	program := url.Values{views.FieldConfig: form[views.FieldConfig], views.FieldData: form[views.FieldData], "step": {"1"}}
	for _, accept := range []string{"application/json", "text/html"} {
		w := postForm(s, "/step", program, "Accept", accept)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "not a field that this form has") {
			t.Errorf("a program's misspelt field is answered with %d %.200s (Accept %s); want the error", w.Code, w.Body, accept)
		}
	}
}

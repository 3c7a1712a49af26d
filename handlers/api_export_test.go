package handlers

import (
	"bytes"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/views"
)

// exportBody is a JSON message that asks for a state as a file; members that are empty are left
// out.
func exportBody(tb testing.TB, format string, state nn.State) string {
	tb.Helper()
	return string(mustJSON(tb, struct {
		ID      string     `json:"id"`
		Format  string     `json:"format"`
		Config  nn.Config  `json:"config"`
		Network nn.Network `json:"network"`
		Data    []nn.Point `json:"data"`
	}{"e1", format, state.Config, state.Network, state.Data}))
}

// exportForm is a form that does the same.
func exportForm(tb testing.TB, format string, state nn.State) url.Values {
	tb.Helper()
	return url.Values{
		views.FieldFormat:  {format},
		views.FieldConfig:  {string(mustJSON(tb, state.Config))},
		views.FieldNetwork: {string(mustJSON(tb, state.Network))},
		views.FieldData:    {string(mustJSON(tb, state.Data))},
	}
}

// checkFile fails the test unless the answer is the file of the state.
func checkFile(t *testing.T, w *httptest.ResponseRecorder, info export.Info, state nn.State) {
	t.Helper()
	var want bytes.Buffer
	if err := export.Write(&want, info.Format, state); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want.Bytes()) {
		t.Errorf("%s = %d and %d bytes %.200q; want 200 and the file of %d bytes", info.Format, w.Code, w.Body.Len(), w.Body, want.Len())
	}
	if got := w.Header().Get("Content-Type"); got != info.MediaType {
		t.Errorf("%s has the content type %q; want %q", info.Format, got, info.MediaType)
	}
	disposition := w.Header().Get("Content-Disposition")
	kind, parameters, err := mime.ParseMediaType(disposition)
	if err != nil || kind != "attachment" || parameters["filename"] != info.Filename {
		t.Errorf("%s has the disposition %q (%v); want an attachment called %s", info.Format, disposition, err, info.Filename)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s has Cache-Control %q; want no-store", info.Format, got)
	}
}

// TestExport: every format, asked for in every way, with and without points.
func TestExport(t *testing.T) {
	s := newTestServer(t)
	for _, info := range export.All() {
		for name, data := range map[string]int{"Points": 20, "NoPoints": 0} {
			t.Run(string(info.Format)+"/"+name, func(t *testing.T) {
				state := sampleState(t, "blobs", 20, 3, func(c *nn.Config) { c.Classes, c.Dropout = 5, 0.2 })
				state.Data = state.Data[:data]
				format := string(info.Format)
				checkFile(t, serve(s, http.MethodPost, "/export", exportBody(t, format, state)), info, state)
				form := exportForm(t, format, state)
				checkFile(t, postForm(s, "/export", form), info, state)
				checkFile(t, postForm(s, "/export", form, "Accept", "*/*"), info, state)
			})
		}
	}
}

// TestExportPageForm: the page's own form, with all its controls, exports the network that the page
// shows, whatever its controls say by now.
func TestExportPageForm(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 20, 3, nil)
	form := settingsForm(t, s, state)
	form.Set(views.FieldHiddenLayers, "3")
	form.Set(views.FieldLearningRate, "none")
	form.Set(views.FieldFormat, "state")
	info, _ := export.Lookup("state")
	form.Set(views.FieldHistory, "")
	checkFile(t, postForm(s, "/export", form), info, state)
	form.Set(views.FieldMeta, `{"classes":["`)
	if w := postForm(s, "/export", form); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "meta is not complete JSON") {
		t.Errorf("a broken meta is answered %d %.200s; want malformed meta", w.Code, w.Body)
	}
}

// TestExportDefaults: what is left out is filled in as elsewhere.
func TestExportDefaults(t *testing.T) {
	s := newTestServer(t)
	info, _ := export.Lookup("javascript")
	first, err := nn.State{Config: nn.DefaultConfig()}.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		`{"format":"javascript"}`,
		`{"format":"javascript","type":"export","id":7,"config":{},"network":null,"data":[]}`,
		"format=javascript&network=&data=",
	} {
		headers := []string{"Content-Type", "application/x-www-form-urlencoded"}
		checkFile(t, serve(s, http.MethodPost, "/export", body, headers...), info, first)
	}
	// The classes are those of the network where there are no labels.
	three := sampleState(t, "blobs", 9, 0, nil)
	three.Data = nil
	body := `{"format":"javascript","network":` + string(mustJSON(t, three.Network)) + `}`
	checkFile(t, serve(s, http.MethodPost, "/export", body), info, three)
}

func TestExportErrors(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 10, 0, nil)
	narrow := state
	narrow.Config = state.Config.Clone()
	narrow.Config.HiddenLayers = []int{8, 7}
	for _, test := range []struct {
		name, body string
		headers    []string
		want       string // code and field
		status     int
		says       string
	}{
		{"Unknown", exportBody(t, "keras", state), nil, "invalid format", 422,
			`must be one of pytorch, numpy, go, javascript, onnx, state; got "keras"`},
		{"Missing", `{"id":"e1"}`, nil, "invalid format", 422, `must be one of pytorch,`},
		{"Case", exportBody(t, "Go", state), nil, "invalid format", 422, `got "Go"`},
		{"Long", exportBody(t, strings.Repeat("x", 500), state), nil, "invalid format", 422, "xxx…"},
		{"NotText", `{"id":"e1","format":1}`, nil, "malformed format", 400, "must be a string"},
		{"Twice", `{"id":"e1","format":"go","format":"go"}`, nil, "malformed format", 400, "is given twice"},
		{"Member", `{"id":"e1","format":"go","steps":1}`, nil, "malformed steps", 400, "is not a member"},
		{"Type", `{"id":"e1","format":"go","type":"predict"}`, nil, "malformed type", 400, "must be export"},
		{"Shape", exportBody(t, "go", narrow), nil, "invalid network.weights[1]", 422, "must have 7 rows"},
		{"Point", `{"id":"e1","format":"go","data":[{"x":2,"y":0,"label":0}]}`, nil, "invalid data[0].x", 422, "must be from -1 to 1"},
		{"Label", `{"id":"e1","format":"state","data":[{"x":0,"y":0}]}`, nil, "invalid data[0].label", 422, "is missing"},
		{"Accept", exportBody(t, "onnx", state), []string{"Accept", "image/png"}, "unsupported", 406, "application/octet-stream"},
		{"ContentType", exportBody(t, "go", state), []string{"Content-Type", "text/plain"}, "unsupported", 415, "must be application/json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := serve(s, http.MethodPost, "/export", test.body, test.headers...)
			var got wire.ErrorMessage
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("the answer %.200q: %v", w.Body, err)
			}
			if is := strings.TrimSpace(string(got.Error.Code) + " " + got.Error.Field); is != test.want || w.Code != test.status || !strings.Contains(got.Error.Message, test.says) {
				t.Errorf("= %d %s %q; want %d %s %q", w.Code, is, got.Error.Message, test.status, test.want, test.says)
			}
			if test.name != "ContentType" && !bytes.Equal(got.ID, jsontext.Value(`"e1"`)) {
				t.Errorf("the id %s; want that of the message", got.ID)
			}
			if w.Header().Get("Content-Disposition") != "" {
				t.Error("an error is no download")
			}
		})
	}
}

// TestExportErrorPage: a browser gets an error as a page, with its state where that is fine.
func TestExportErrorPage(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 10, 2, nil)
	good := settingsForm(t, s, state)
	for _, test := range []struct {
		name, field, value, says string
		status                   int
		page                     bool
	}{
		{"Format", views.FieldFormat, "keras", "must be one of pytorch,", 422, true},
		{"NoFormat", views.FieldFormat, "", "must be one of pytorch,", 422, true},
		{"Network", views.FieldNetwork, "{", "is not complete JSON", 400, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := url.Values{}
			for name, values := range good {
				form[name] = values
			}
			form.Set(views.FieldFormat, "go")
			form.Set(test.field, test.value)
			w := postForm(s, "/export", form)
			page := w.Body.String()
			if w.Code != test.status || !strings.Contains(page, test.says) || !strings.HasPrefix(page, "<!") {
				t.Errorf("= %d %.100q; want the status %d and a page that says %q", w.Code, page, test.status, test.says)
			}
			shown := readForm(t, page, "", "")
			if got := shown.Get(views.FieldNetwork) == form.Get(views.FieldNetwork); got != test.page {
				t.Errorf("shows the state: %t; want %t", got, test.page)
			}
			w = postForm(s, "/export", form, "HX-Request", "true")
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
				t.Errorf("for htmx = %d %.100q; want %d and %q", w.Code, w.Body, test.status, test.says)
			}
		})
	}
}

package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

const flowers = "sepal length,petal width,species\n5.1,0.2,setosa\n7,1.4,versicolor\n6.3,2.5,virginica\n4.9,?,setosa\n5,0.3,setosa\n"

// tableForm is what the page posts for a state and a button, with some fields set.
func tableForm(tb testing.TB, s *Server, act string, pairs ...string) url.Values {
	tb.Helper()
	form := settingsForm(tb, s, sampleState(tb, "circles", 60, 3, nil))
	form.Set(views.FieldControls, "") // as the script posts it
	form.Set(views.FieldAct, act)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// postPart posts a form as the script does, and returns what it is answered.
func postPart(s *Server, form url.Values) (status int, answer string) {
	w := postForm(s, "/edit", form, "HX-Request", "true")
	return w.Code, w.Body.String()
}

// partTargets are the places of the page that an answer is for.
func partTargets(tb testing.TB, answer string) []string {
	tb.Helper()
	var targets []string
	for _, n := range find(parseHTML(tb, answer), "hx-partial") {
		targets = append(targets, attributeOf(n, "hx-target"))
	}
	return targets
}

// decodeAnswer reads the state that an answer puts into the form.
func decodeAnswer(tb testing.TB, s *Server, answer string) pageRequest {
	tb.Helper()
	p, err := s.decodePageForm(tb.Context(), readForm(tb, answer, "", ""))
	if err != nil {
		tb.Fatalf("the answer holds no state: %v", err)
	}
	return p
}

func TestImport(t *testing.T) {
	s := newTestServer(t)
	status, answer := postPart(s, tableForm(t, s, "import", views.FieldTableText, flowers))
	if status != http.StatusOK {
		t.Fatalf("the import is answered %d %.300s", status, answer)
	}
	p := decodeAnswer(t, s, answer)
	if len(p.State.Data) != 4 || p.State.Config.Task != nn.Classification || p.State.Config.Classes != 3 || p.State.Network.Step != 0 {
		t.Errorf("the import gives %d points of %d classes at step %d; want 4, 3 and new weights", len(p.State.Data), p.State.Config.Classes, p.State.Network.Step)
	}
	if longest := p.State.Data[1]; longest.X != 1 || longest.Label != 1 {
		t.Errorf("the second point is %v; want the longest at the right edge, of class 1", p.State.Data[1])
	}
	if got := p.meta.Transform.X; got.Name != "sepal length" || math.Abs(got.Value(1)-7) > 1e-12 || !slices.Equal(p.meta.Classes, []string{"setosa", "versicolor", "virginica"}) {
		t.Errorf("what is kept is %+v; want the units and the names", p.meta)
	}
	for _, want := range []string{"Imported 4 points in 3 classes from sepal length, petal width and species.", "1 row with a missing value left out.", "data-undo", "Draw points of virginica"} {
		if !strings.Contains(answer, want) {
			t.Errorf("the import is answered without %q", want)
		}
	}
	targets := partTargets(t, answer)
	if !slices.Contains(targets, "#still") || !slices.Contains(targets, "#import-body") || !slices.Contains(targets, "#settings") {
		t.Errorf("the import changes %v; want the state, the settings and the dialog", targets)
	}
	if strings.Contains(answer, "4.9,?") {
		t.Error("the text of the import stays in the page; want it gone, or it is posted for ever")
	}
}

// TestImportTasks: the task follows from the labels, or from what is asked for.
func TestImportTasks(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct {
		name    string
		pairs   []string
		task    nn.Task
		classes int
		points  int
	}{
		{"JSON", []string{views.FieldTableText, `{"data":[{"x":0.1,"y":2,"label":0},{"x":0.3,"y":4,"label":3}]}`}, nn.Classification, 4, 2},
		{"Values", []string{views.FieldTableText, "a;b;c\n1,5;2;0,5\n3;4;-1,5\n"}, nn.Regression, 0, 2},
		{"Asked", []string{views.FieldTableText, "1 2 0\n3 4 1\n", views.FieldTableTask, "regression"}, nn.Regression, 0, 2},
		{"OneClass", []string{views.FieldTableText, "1 2 a\n3 4 a\n"}, nn.Classification, 2, 2},
		{"Columns", []string{views.FieldTableText, "a,b,c,d\n1,2,p,4\n3,4,q,9\n", views.FieldTableX, "d", views.FieldTableY, "a", views.FieldTableLabel, "c"}, nn.Classification, 2, 2},
		{"ColumnsOfAnother", []string{views.FieldTableText, "a,b,c\n1,2,p\n3,4,q\n", views.FieldTableX, "sepal length"}, nn.Classification, 2, 2},
		{"Sample", []string{views.FieldTableText, "a,b,c\n" + strings.Repeat("1,2,p\n3,4,q\n", 1001), views.FieldTableSample, "1"}, nn.Classification, 2, 2000},
		{"Header", []string{views.FieldTableText, "1,2,3\n3,4,5\n5,6,7\n", views.TableField("header"), "yes", views.TableField("separator"), "comma"}, nn.Classification, 2, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, answer := postPart(s, tableForm(t, s, "import", test.pairs...))
			if status != http.StatusOK {
				t.Fatalf("the import is answered %d %.300s", status, answer)
			}
			p := decodeAnswer(t, s, answer)
			if c := p.State.Config; c.Task != test.task || test.task == nn.Classification && c.Classes != test.classes || len(p.State.Data) != test.points {
				t.Errorf("the import gives %d points for a %s of %d classes; want %+v", len(p.State.Data), c.Task, c.Classes, test)
			}
		})
	}
}

func TestImportRefused(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 60 })
	eleven := "a,b,c\n"
	for i := range 11 {
		eleven += fmt.Sprintf("%d,%d,s%d\n", i, i, i)
	}
	for _, test := range []struct {
		name  string
		pairs []string
		says  string
		quote string
	}{
		{"Empty", nil, "There is no text", ""},
		{"Number", []string{views.FieldTableText, "sepal,petal,species\n1,2,a\n3,abc,b\n4,5,b\n"}, "Line 3, column &#34;petal&#34;: &#34;abc&#34; is not a number", "3,abc,b"},
		{"Ragged", []string{views.FieldTableText, "a,b,c\n1,2\n"}, "Line 2: has 2 cells; the first row has 3", "1,2"},
		{"JSON", []string{views.FieldTableText, "[{\"x\":1},\n{x}]"}, "Line 2: is not JSON", "{x}]"},
		{"Classes", []string{views.FieldTableText, eleven}, "has 11 classes; at most 10 can be told apart", ""},
		{"Points", []string{views.FieldTableText, "a,b,c\n" + strings.Repeat("1,2,p\n", 61)}, "The table makes 61 points; at most 60", ""},
		{"Scaling", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableScaling, "none"}, "2 is not from −1 to 1", "1,2,p"},
		{"ScalingUnknown", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableScaling, "log"}, "The scaling must be fit, same or none", ""},
		{"Separator", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.TableField("separator"), ":"}, "The separator must be", ""},
		{"Task", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableTask, "ranking"}, "The task must be", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := tableForm(t, s, "import", test.pairs...)
			status, answer := postPart(s, form)
			if status != http.StatusUnprocessableEntity || strings.Count(answer, test.says) != 2 {
				t.Errorf("the import is answered %d %.500s; want 422 and %q, in the notice and in the dialog", status, answer, test.says)
			}
			if got := partTargets(t, answer); !slices.Equal(got, []string{"#notice", "#import-says", "#import-preview"}) {
				t.Errorf("the import changes %v; want the notice and the preview", got)
			}
			if test.quote != "" && !strings.Contains(answer, html.EscapeString(test.quote)+"</bdi></pre>") {
				t.Errorf("the preview does not quote the line %q", test.quote)
			}
			// A preview says the same, and is no error. Of no text it says nothing.
			if len(test.pairs) == 0 {
				test.says = ""
			}
			form.Set(views.FieldAct, "import-preview")
			status, answer = postPart(s, form)
			if got := partTargets(t, answer); status != http.StatusOK || !slices.Equal(got, []string{"#import-says", "#import-preview"}) || !strings.Contains(answer, test.says) {
				t.Errorf("the preview is answered %d for %v; want 200 for the preview alone, with %q", status, got, test.says)
			}
			// Without script the page is as it was, the text still in it.
			form.Set(views.FieldAct, "import")
			w := postForm(s, "/edit", form)
			page := readForm(t, w.Body.String(), "", "")
			if w.Code != http.StatusUnprocessableEntity || page.Get(views.FieldData) != form.Get(views.FieldData) || page.Get(views.FieldTableText) != form.Get(views.FieldTableText) {
				t.Errorf("without script the import is answered %d; want 422 and the page as it was", w.Code)
			}
		})
	}
}

// TestImportPreview: nothing but the preview changes, whatever it shows.
func TestImportPreview(t *testing.T) {
	s := newTestServer(t)
	form := tableForm(t, s, "import-preview", views.FieldTableText, flowers)
	status, answer := postPart(s, form)
	if got := partTargets(t, answer); status != http.StatusOK || !slices.Equal(got, []string{"#import-says", "#import-preview"}) {
		t.Errorf("the preview is answered %d for %v; want 200 for itself alone", status, got)
	}
	for _, want := range []string{"4 points in 3 classes", "x = sepal length − 6", "y = (petal width − 1.35) / 1.15", "<bdi translate=\"no\">setosa</bdi>: 2", "<bdi translate=\"no\">versicolor</bdi></td>"} {
		if !strings.Contains(answer, want) {
			t.Errorf("the preview is without %q", want)
		}
	}
	// Without script the same page can go on to import.
	w := postForm(s, "/edit", form)
	next := readForm(t, w.Body.String(), views.FieldAct, "import")
	if w.Code != http.StatusOK || next.Get(views.FieldData) != form.Get(views.FieldData) {
		t.Fatalf("without script the preview is answered %d with other points", w.Code)
	}
	w = postForm(s, "/edit", next)
	if p := decodeAnswer(t, s, w.Body.String()); w.Code != http.StatusOK || len(p.State.Data) != 4 || p.meta.IsZero() {
		t.Errorf("without script the import is answered %d with %d points and %+v", w.Code, len(p.State.Data), p.meta)
	}
}

// TestMeta: what is kept with the points comes back with every answer, and goes when the points do.
func TestMeta(t *testing.T) {
	s := newTestServer(t)
	const meta = `{"transform":{"x":{"name":"a","scale":0.5,"offset":-1},"y":{},"label":{"name":"c"}},"classes":["p","q"]}`
	kept := table.Meta{Transform: table.Transform{X: table.Axis{Name: "a", Scale: 0.5, Offset: -1}, Label: table.Axis{Name: "c"}}, Classes: []string{"p", "q"}}
	converted := table.Meta{Transform: table.Transform{X: kept.Transform.X}}
	fewer := kept
	fewer.Classes = []string{"p"}
	for _, test := range []struct {
		name  string
		pairs []string
		want  table.Meta
	}{
		{"Show", []string{views.FieldAct, "show"}, kept},
		{"Restore", []string{views.FieldAct, "restore"}, kept},
		{"Draw", []string{views.FieldAct, "draw", views.FieldStroke, "0,0", views.FieldTool, "1"}, kept},
		{"AddClass", []string{views.FieldAct, "add-class"}, kept},
		{"Clear", []string{views.FieldAct, "clear"}, table.Meta{}},
		{"Dataset", []string{views.FieldAct, "dataset"}, table.Meta{}},
		{"Task", []string{views.FieldAct, "settings", views.FieldControls, "1", views.FieldTask, "regression"}, converted},
		{"Absent", []string{views.FieldAct, "show", views.FieldMeta, ""}, table.Meta{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := tableForm(t, s, "", append([]string{views.FieldMeta, meta}, test.pairs...)...)
			for name, headers := range map[string][]string{"page": nil, "fragments": {"HX-Request", "true"}} {
				w := postForm(s, "/edit", form, headers...)
				if w.Code != http.StatusOK {
					t.Fatalf("%s: %d %.300s", name, w.Code, w.Body)
				}
				var got table.Meta
				if text := readForm(t, w.Body.String(), "", "").Get(views.FieldMeta); text != "" {
					if err := json.Unmarshal([]byte(text), &got); err != nil {
						t.Fatal(err)
					}
				}
				if got.Transform != test.want.Transform || !slices.Equal(got.Classes, test.want.Classes) {
					t.Errorf("%s: %+v is kept; want %+v", name, got, test.want)
				}
			}
		})
	}
	t.Run("RemoveClass", func(t *testing.T) {
		state := sampleState(t, "blobs", 30, 0, nil)
		form := settingsForm(t, s, state)
		form.Set(views.FieldMeta, `{"classes":["p","q","r"]}`)
		form.Set(views.FieldAct, "remove-class")
		_, answer := postPart(s, form)
		if p := decodeAnswer(t, s, answer); !slices.Equal(p.meta.Classes, []string{"p", "q"}) || !strings.Contains(answer, "Removed r and its 10 points.") {
			t.Errorf("the names %v are kept, of %.200q; want p and q, and r said", p.meta.Classes, answer)
		}
	})
	t.Run("Step", func(t *testing.T) {
		form := tableForm(t, s, "show", views.FieldMeta, meta, views.FieldSteps, "1")
		if p := decodeAnswer(t, s, postForm(s, "/step", form).Body.String()); p.meta.Transform != kept.Transform {
			t.Errorf("a step keeps %+v; want %+v", p.meta, kept)
		}
	})
}

func TestMetaRefused(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct{ meta, want string }{
		{`{`, "malformed meta"},
		{`[]`, "malformed meta"},
		{`{}{}`, "malformed meta"},
		{`null`, "malformed meta"},
		{`{"names":[]}`, "malformed meta.names"},
		{`{"classes":["a"],"classes":["b"]}`, "malformed meta.classes"},
		{`{"classes":"a"}`, "malformed meta.classes"},
		{`{"classes":["a",1]}`, "malformed meta.classes[1]"},
		{`{"classes":["a","a"]}`, "invalid meta.classes[1]"},
		{`{"classes":[""]}`, "invalid meta.classes[0]"},
		{`{"classes":["a","b","c","d","e","f","g","h","i","j","k"]}`, "invalid meta.classes[10]"},
		{`{"transform":{"z":{}}}`, "malformed meta.transform.z"},
		{`{"transform":{"x":{"scale":"1"}}}`, "malformed meta.transform.x.scale"},
		{`{"transform":{"x":{"scale":0}}}`, "invalid meta.transform.x.scale"},
		{`{"transform":{"x":{"scale":1e-200}}}`, "invalid meta.transform.x.scale"},
		{`{"transform":{"y":{"offset":1e999}}}`, "invalid meta.transform.y.offset"},
		{`{"transform":{"y":{"offset":-1e101}}}`, "invalid meta.transform.y.offset"},
		{`{"transform":{"label":{"name":1}}}`, "malformed meta.transform.label.name"},
		{`{"transform":{"label":{"name":"` + strings.Repeat("a", 100) + `"}}}`, "invalid meta.transform.label.name"},
		{`{"transform":{"label":{"unit":"cm"}}}`, "malformed meta.transform.label.unit"},
	} {
		_, err := s.decodePageForm(t.Context(), tableForm(t, s, "show", views.FieldMeta, test.meta))
		if got := describeAs(err); got != test.want {
			t.Errorf("the meta %s is %s (%v); want %s", test.meta, got, err, test.want)
		}
	}
}

// TestImportFromData: what GET /data answers can be pasted.
func TestImportFromData(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct {
		query string
		task  nn.Task
	}{{"spiral?points=40&classes=4", nn.Classification}, {"hills?points=40", nn.Regression}} {
		w := serve(s, http.MethodGet, "/data/"+test.query, "")
		_, answer := postPart(s, tableForm(t, s, "import", views.FieldTableText, w.Body.String(), views.FieldTableScaling, string(table.ScalingNone)))
		p := decodeAnswer(t, s, answer)
		var sent struct {
			Data []nn.Point `json:"data"`
			Task nn.Task    `json:"task"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &sent); err != nil {
			t.Fatal(err)
		}
		if !same(p.State.Data, sent.Data) || p.State.Config.Task != test.task || len(p.meta.Classes) != 0 {
			t.Errorf("GET /data/%s imports as %d points for a %s; want the same 40", test.query, len(p.State.Data), p.State.Config.Task)
		}
	}
}

// postFile posts a form in parts, one of them a file with a table. The script does so, and the page
// without it.
func postFile(tb testing.TB, s *Server, form url.Values, file string, headers ...string) *httptest.ResponseRecorder {
	tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	form = maps.Clone(form)
	form.Del(views.FieldTableFile) // the empty one
	for name, values := range form {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				tb.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile(views.FieldTableFile, "table.csv")
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		tb.Fatal(err)
	}
	headers = append([]string{"Content-Type", w.FormDataContentType(), "Accept", "text/html"}, headers...)
	return serve(s, http.MethodPost, "/edit", body.String(), headers...)
}

// TestImportFile: a file is read as the bytes that it has. It goes before the text, which then is that
// of the file.
func TestImportFile(t *testing.T) {
	s := newTestServer(t)
	const table = "Länge;Breite;Art\n1,5;2;Bär\n3;4;Kröte\n"
	latin := strings.NewReplacer("ä", "\xe4", "ö", "\xf6").Replace(table)
	var utf16 strings.Builder
	for _, r := range "\ufeff" + table {
		utf16.WriteByte(byte(r))
		utf16.WriteByte(byte(r >> 8))
	}
	for name, file := range map[string]string{"UTF8": table, "Windows1252": latin, "UTF16": utf16.String()} {
		t.Run(name, func(t *testing.T) {
			form := tableForm(t, s, "import-preview", views.FieldTableText, "a,b,c\n1,2,3\n")
			w := postFile(t, s, form, file, "HX-Request", "true")
			answer := w.Body.String()
			if got := partTargets(t, answer); w.Code != http.StatusOK || !slices.Equal(got, []string{"#import-text", "#import-says", "#import-preview"}) {
				t.Fatalf("the preview is answered %d for %v; want the text of the file and the preview", w.Code, got)
			}
			for _, want := range []string{"2 points in 2 classes", "<bdi translate=\"no\">Bär</bdi>: 1", "<bdi translate=\"no\">Kröte</bdi>: 1", "1,5;2;Bär"} {
				if !strings.Contains(answer, want) {
					t.Errorf("the preview is without %q", want)
				}
			}
			// Without script the page keeps the text of the file, and goes on with it.
			w = postFile(t, s, form, file)
			next := readForm(t, w.Body.String(), views.FieldAct, "import")
			if got := strings.TrimSpace(next.Get(views.FieldTableText)); got != strings.TrimSpace(table) {
				t.Fatalf("without script the text is %q; want that of the file", got)
			}
			w = postForm(s, "/edit", next)
			if p := decodeAnswer(t, s, w.Body.String()); w.Code != http.StatusOK || !slices.Equal(p.meta.Classes, []string{"Bär", "Kröte"}) {
				t.Errorf("without script the import is answered %d with the classes %q", w.Code, p.meta.Classes)
			}
			form.Set(views.FieldAct, "import")
			w = postFile(t, s, form, file, "HX-Request", "true")
			if p := decodeAnswer(t, s, w.Body.String()); len(p.State.Data) != 2 || p.meta.Transform.X.Name != "Länge" {
				t.Errorf("the import gives %d points of %q; want those of the file", len(p.State.Data), p.meta.Transform.X.Name)
			}
		})
	}
}

// TestImportFileRefused: a mistake in a file is said as one in a text, and loses neither.
func TestImportFileRefused(t *testing.T) {
	s := newTestServer(t)
	form := tableForm(t, s, "import", views.FieldTableText, "something else")
	w := postFile(t, s, form, "a,b,c\n1,2,p\n3,\xe4,q\n5,6,q\n")
	page := readForm(t, w.Body.String(), "", "")
	if w.Code != http.StatusUnprocessableEntity || page.Get(views.FieldData) != form.Get(views.FieldData) {
		t.Errorf("the import is answered %d; want 422 and the points as they were", w.Code)
	}
	if got := page.Get(views.FieldTableText); !strings.Contains(got, "3,ä,q") {
		t.Errorf("the text is %q; want that of the file, to be mended", got)
	}
}

// TestImportOptions: each option changes what comes of a table that can be read in more than one way.
func TestImportOptions(t *testing.T) {
	s := newTestServer(t)
	for _, test := range []struct{ option, value, text, want string }{
		{"separator", "semicolon", "a,b;c,d;e\n1,5;2,5;p\n3,5;4,5;q\n", "<bdi translate=\"no\">a,b</bdi>"},
		{"separator", "comma", "a,b;c,d;e\n1,5;2,5;p\n3,5;4,5;q\n", "<bdi translate=\"no\">b;c</bdi>"},
		{"decimal", "point", "a;b;c\n1,500;2;p\n3,250;4;q\n", "x = (a − 2375) / 875"},
		{"decimal", "comma", "a;b;c\n1,500;2;p\n3,250;4;q\n", "x = (a − 2.375) / 0.875"},
		{"header", "no", "2000,2001,2002\n1,2,0\n3,4,1\n5,6,1\n", "4 points"},
		{"header", "yes", "2000,2001,2002\n1,2,0\n3,4,1\n5,6,1\n", "<bdi translate=\"no\">2000</bdi>"},
		{"comments", "read", "a,b,c\n#1,2,p\n3,4,q\n5,6,p\n", "#1"},
		{"comments", "skip", "a,b,c\n#1,2,p\n3,4,q\n5,6,p\n", "2 points in 2 classes"},
		{"x", "c", "a,b,c,d\n1,2,3,p\n3,4,5,q\n", "x = c − 4"},
		{"y", "a", "x,b,a,d\n1,2,3,p\n3,4,5,q\n", "y = a − 4"},
		{"label", "a", "a,b,c,d\n1,2,3,p\n0,4,5,q\n", "label = a"},
		{"task", "regression", "a,b,c\n1,2,3\n3,4,5\n", "label = c − 4"},
	} {
		t.Run(test.option+"/"+test.value, func(t *testing.T) {
			form := tableForm(t, s, "import-preview", views.FieldTableText, test.text, views.TableField(test.option), test.value)
			status, answer := postPart(s, form)
			if status != http.StatusOK || !strings.Contains(answer, test.want) {
				t.Errorf("the preview is answered %d without %q: %s", status, test.want, answer)
			}
			if !strings.Contains(answer, "value=\""+test.value+"\" selected") {
				t.Errorf("%s is not selected; want what was asked for", test.value)
			}
		})
	}
	// A text in a form is UTF-8, whatever was asked for the file before it.
	form := tableForm(t, s, "import-preview", views.FieldTableText, "a,b,c\n1,2,Bär\n3,4,q\n", views.TableField("encoding"), "windows-1252")
	if _, answer := postPart(s, form); !strings.Contains(answer, "<bdi translate=\"no\">Bär</bdi>") {
		t.Error("a text that was written is read in another encoding")
	}
	w := postFile(t, s, tableForm(t, s, "import-preview", views.TableField("encoding"), "windows-1252"), "a,b,c\n1,2,Bär\n3,4,q\n", "HX-Request", "true")
	if !strings.Contains(w.Body.String(), "<bdi translate=\"no\">BÃ¤r</bdi>") {
		t.Error("a file is not read in the encoding that was asked for")
	}
}

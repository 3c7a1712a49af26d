package handlers

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"golang.org/x/net/html"

	"nnvisu/nn"
	"nnvisu/nn/table"
	"nnvisu/views"
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
	p, err := s.decodePageForm(readForm(tb, answer, "", ""))
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
		{"Header", []string{views.FieldTableText, "1,2,3\n3,4,5\n5,6,7\n", views.FieldTableHeader, "yes", views.FieldTableSeparator, "comma"}, nn.Classification, 2, 2},
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
		{"Scaling", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableScaling, "none"}, "2 is not from -1 to 1", "1,2,p"},
		{"ScalingUnknown", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableScaling, "log"}, "The scaling must be fit, same or none", ""},
		{"Separator", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableSeparator, ":"}, "The separator must be", ""},
		{"Task", []string{views.FieldTableText, "a,b,c\n1,2,p\n", views.FieldTableTask, "ranking"}, "The task must be", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := tableForm(t, s, "import", test.pairs...)
			status, answer := postPart(s, form)
			if status != http.StatusUnprocessableEntity || strings.Count(answer, test.says) != 2 {
				t.Errorf("the import is answered %d %.500s; want 422 and %q, in the notice and in the dialog", status, answer, test.says)
			}
			if got := partTargets(t, answer); !slices.Equal(got, []string{"#notice", "#import-preview"}) {
				t.Errorf("the import changes %v; want the notice and the preview", got)
			}
			if test.quote != "" && !strings.Contains(answer, html.EscapeString(test.quote)+"</pre>") {
				t.Errorf("the preview does not quote the line %q", test.quote)
			}
			// A preview says the same, and is no error.
			form.Set(views.FieldAct, "import-preview")
			status, answer = postPart(s, form)
			if got := partTargets(t, answer); status != http.StatusOK || !slices.Equal(got, []string{"#import-preview"}) || !strings.Contains(answer, test.says) {
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
	if got := partTargets(t, answer); status != http.StatusOK || !slices.Equal(got, []string{"#import-preview"}) {
		t.Errorf("the preview is answered %d for %v; want 200 for itself alone", status, got)
	}
	for _, want := range []string{"4 points in 3 classes", "x = sepal length − 6", "y = (petal width − 1.35) / 1.15", "setosa: 2", "<td>versicolor</td>"} {
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
		_, err := s.decodePageForm(tableForm(t, s, "show", views.FieldMeta, test.meta))
		if got := describeAs(err); got != test.want {
			t.Errorf("the meta %s is %s (%v); want %s", test.meta, got, err, test.want)
		}
	}
}

// openTable imports the flowers, opens the table and returns what the page then posts.
func openTable(tb testing.TB, s *Server, state url.Values) url.Values {
	tb.Helper()
	state.Set(views.FieldAct, "table-show")
	status, answer := postPart(s, state)
	if got := partTargets(tb, answer); status != http.StatusOK || !slices.Equal(got, []string{"#table-body", "#table_of-error"}) {
		tb.Fatalf("the table is answered %d for %v; want 200 for itself alone", status, got)
	}
	return withRows(tb, state, answer)
}

// withRows puts the rows of an answer in the place of those that a form has.
func withRows(tb testing.TB, form url.Values, answer string) url.Values {
	tb.Helper()
	next := url.Values{}
	for name, values := range form {
		next[name] = values
	}
	rows := readForm(tb, answer, "", "")
	for _, name := range []string{views.FieldConfig, views.FieldNetwork, views.FieldData, views.FieldMeta} {
		if rows.Has(name) {
			next[name] = rows[name]
		}
	}
	for _, name := range []string{views.FieldTableOf, views.FieldTablePage, views.FieldRowX, views.FieldRowY, views.FieldRowLabel, views.FieldRowRemove} {
		next[name] = slices.Clone(rows[name])
	}
	return next
}

// importFlowers is what the page posts when the flowers are in it.
func importFlowers(tb testing.TB, s *Server) url.Values {
	tb.Helper()
	form := tableForm(tb, s, "import", views.FieldTableText, flowers)
	_, answer := postPart(s, form)
	form.Set(views.FieldTableText, "")
	return withRows(tb, form, answer)
}

// TestTableUntouched: rows as they were shown change no bit of any point.
func TestTableUntouched(t *testing.T) {
	s := newTestServer(t)
	for name, form := range map[string]url.Values{"Flowers": importFlowers(t, s), "Circles": tableForm(t, s, "")} {
		open := openTable(t, s, form)
		open.Set(views.FieldAct, "table-set")
		status, answer := postPart(s, open)
		if got := partTargets(t, answer); status != http.StatusOK || !slices.Equal(got, []string{"#table-body", "#table_of-error"}) {
			t.Errorf("%s: rows that nobody touched are answered %d for %v; want the table alone", name, status, got)
		}
	}
}

// TestTableSet: a value in its own units goes to its place on the plane.
func TestTableSet(t *testing.T) {
	s := newTestServer(t)
	open := openTable(t, s, importFlowers(t, s))
	if got := open[views.FieldRowX]; !slices.Equal(got, []string{"5.1", "7", "6.3", "5"}) {
		t.Fatalf("the table shows x as %v; want the values that were imported", got)
	}
	before, _ := s.decodePageForm(open)
	open[views.FieldRowX][3] = " 6,3 " // as it may be typed
	open[views.FieldRowLabel][0] = "2"
	open.Set(views.FieldAct, "table-set")
	status, answer := postPart(s, open)
	if status != http.StatusOK || !strings.Contains(answer, "Changed 2 rows.") || !strings.Contains(answer, "data-undo") {
		t.Fatalf("two rows are answered %d %.300s; want a notice to be undone", status, answer)
	}
	targets := partTargets(t, answer)
	if !slices.Contains(targets, "#still") || !slices.Contains(targets, "#table-body") {
		t.Errorf("two rows change %v; want the state and the table", targets)
	}
	after := decodeAnswer(t, s, answer)
	want := slices.Clone(before.State.Data)
	want[0].Label = 2
	want[3].X = want[2].X
	for i := range want {
		if math.Abs(after.State.Data[i].X-want[i].X) > 1e-12 || after.State.Data[i].Y != want[i].Y || after.State.Data[i].Label != want[i].Label {
			t.Errorf("point %d is %v; want %v", i, after.State.Data[i], want[i])
		}
	}
	if !same(after.State.Network, before.State.Network) {
		t.Error("the weights changed with a row; want them kept")
	}
}

func TestTableRefused(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxPoints = 60 })
	for _, test := range []struct {
		name, act, field string
		row              int
		value            string
		says             string
	}{
		{"Text", "table-set", views.FieldRowX, 1, "abc", "Table, row 2, sepal length: &#34;abc&#34; is not a number"},
		{"Empty", "table-set", views.FieldRowY, 0, "", "Table, row 1, petal width: &#34;&#34; is not a number"},
		{"Outside", "table-next", views.FieldRowX, 0, "8", "Table, row 1, sepal length: must be from 5 to 7, the edges of the plane; got 8"},
		{"Infinite", "table-set", views.FieldRowX, 0, "1e999", "is not a number"},
		{"Class", "table-set", views.FieldRowLabel, 0, "3", "Table, row 1, species: must be a class from 0 to 2; got &#34;3&#34;"},
		{"ClassName", "table-set", views.FieldRowLabel, 0, "setosa", "must be a class from 0 to 2"},
		{"Remove", "table-remove", views.FieldRowRemove, -1, "5", "must be the number of a row; got &#34;5&#34;"},
		{"RemoveText", "table-remove", views.FieldRowRemove, -1, "all", "must be the number of a row"},
		{"Missing", "table-set", views.FieldRowX, -1, "5", "must be given for each of the 4 rows shown; got 1"},
		{"Page", "table-set", views.FieldTablePage, -1, "one", "must be a whole number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			open := openTable(t, s, importFlowers(t, s))
			if test.row < 0 {
				open.Set(test.field, test.value)
			} else {
				open[test.field][test.row] = test.value
			}
			open.Set(views.FieldAct, test.act)
			status, answer := postPart(s, open)
			if status != http.StatusUnprocessableEntity && status != http.StatusBadRequest || !strings.Contains(answer, test.says) {
				t.Errorf("%s is answered %d %.300s; want an error and %q", test.act, status, answer, test.says)
			}
			if targets := partTargets(t, answer); slices.Contains(targets, "#still") {
				t.Errorf("%s changes %v; want the points as they are", test.act, targets)
			}
		})
	}
	t.Run("Full", func(t *testing.T) {
		open := openTable(t, s, tableForm(t, s, ""))
		open.Set(views.FieldAct, "table-add")
		if status, answer := postPart(s, open); status != http.StatusRequestEntityTooLarge || !strings.Contains(answer, "at most 60 points") {
			t.Errorf("a row too many is answered %d %.300s; want 413", status, answer)
		}
		page := readForm(t, postForm(s, "/edit", open).Body.String(), "", "")
		if page.Get(views.FieldTableOf) != open.Get(views.FieldTableOf) || page.Get(views.FieldData) != open.Get(views.FieldData) {
			t.Errorf("without script a row too many is answered with the table of other points")
		}
	})
}

// TestTableStale: rows of points that are there no longer change nothing.
func TestTableStale(t *testing.T) {
	s := newTestServer(t)
	open := openTable(t, s, importFlowers(t, s))
	open[views.FieldRowX][0] = "6"
	open.Set(views.FieldData, strings.Replace(open.Get(views.FieldData), `"label":2`, `"label":1`, 1)) // as undo does
	open.Set(views.FieldAct, "table-set")
	status, answer := postPart(s, open)
	p := decodeAnswer(t, s, answer)
	if status != http.StatusOK || !strings.Contains(answer, "nothing was edited") || string(mustJSON(t, p.State.Data)) != open.Get(views.FieldData) {
		t.Errorf("stale rows are answered %d %.300s; want the points as they are", status, answer)
	}
	if got := readForm(t, answer, "", "")[views.FieldRowLabel]; !slices.Equal(got, []string{"0", "1", "1", "0"}) {
		t.Errorf("the table then shows the classes %v; want those of the points", got)
	}
}

// TestTablePages: pages are walked, rows are added and removed; what was typed on the way is kept.
func TestTablePages(t *testing.T) {
	s := newTestServer(t)
	open := openTable(t, s, tableForm(t, s, ""))
	at := func(page string, rows int) {
		t.Helper()
		if open.Get(views.FieldTablePage) != page || len(open[views.FieldRowX]) != rows {
			t.Fatalf("the table is at page %s of %d rows; want %s of %d", open.Get(views.FieldTablePage), len(open[views.FieldRowX]), page, rows)
		}
	}
	press := func(act, says string) {
		t.Helper()
		open.Set(views.FieldAct, act)
		status, answer := postPart(s, open)
		if status != http.StatusOK || !strings.Contains(answer, says) {
			t.Fatalf("%s is answered %d %.300s; want %q", act, status, answer, says)
		}
		open = withRows(t, open, answer)
	}
	at("1", 50)
	press("table-next", "")
	at("2", 10)
	press("table-next", "")
	at("2", 10)
	open[views.FieldRowX][9] = "0.125"
	press("table-previous", "Changed 1 row.")
	at("1", 50)
	press("table-add", "Added row 61")
	at("2", 11)
	if open[views.FieldRowX][9] != "0.125" || open[views.FieldRowX][10] != "0" || open[views.FieldRowY][10] != "0" {
		t.Errorf("the last rows are at x %v; want 0.125 and 0", open[views.FieldRowX][9:])
	}
	open[views.FieldRowRemove] = []string{"51", "61", "60"}
	press("table-remove", "Removed 3 rows.")
	at("2", 8)
	press("table-remove", "")
	at("2", 8)
	for i := range 8 {
		open[views.FieldRowRemove] = append(open[views.FieldRowRemove], fmt.Sprint(51+i))
	}
	press("table-remove", "Removed 8 rows.")
	at("1", 50)
}

// TestTableOfValues: a label of a regression is edited in its own units.
func TestTableOfValues(t *testing.T) {
	s := newTestServer(t)
	form := tableForm(t, s, "import", views.FieldTableText, "a,b,price\n1,2,100.5\n3,4,300.5\n2,2,150\n")
	_, answer := postPart(s, form)
	open := openTable(t, s, withRows(t, form, answer))
	if got := open[views.FieldRowLabel]; !slices.Equal(got, []string{"100.5", "300.5", "150"}) {
		t.Fatalf("the table shows the labels %v; want those imported", got)
	}
	open[views.FieldRowLabel][2] = "200.5"
	open.Set(views.FieldAct, "table-set")
	_, answer = postPart(s, open)
	if p := decodeAnswer(t, s, answer); math.Abs(p.State.Data[2].Label) > 1e-12 {
		t.Errorf("the label in the middle is %v; want 0", p.State.Data[2].Label)
	}
}

// TestPointsCSV: the points come as a file, in their own units, and the file can be imported again.
func TestPointsCSV(t *testing.T) {
	s := newTestServer(t)
	for name, form := range map[string]url.Values{"Flowers": importFlowers(t, s), "Circles": tableForm(t, s, "")} {
		t.Run(name, func(t *testing.T) {
			before, err := s.decodePageForm(form)
			if err != nil {
				t.Fatal(err)
			}
			w := postForm(s, "/points.csv", form)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || w.Header().Get("Content-Disposition") != `attachment; filename="nnvisu-points.csv"` {
				t.Fatalf("POST /points.csv = %d %v", w.Code, w.Header())
			}
			if want := "sepal length,petal width,species\n5.1,0.2,setosa\n7,1.4,versicolor\n6.3,2.5,virginica\n5,0.3,setosa\n"; name == "Flowers" && w.Body.String() != want {
				t.Errorf("POST /points.csv = %q; want %q", w.Body, want)
			}
			scaling := ""
			if before.meta.IsZero() {
				scaling = string(table.ScalingNone)
			}
			_, answer := postPart(s, tableForm(t, s, "import", views.FieldTableText, w.Body.String(), views.FieldTableScaling, scaling))
			after := decodeAnswer(t, s, answer)
			if len(after.State.Data) != len(before.State.Data) || !slices.Equal(after.meta.Classes, before.meta.Classes) {
				t.Fatalf("%d points of %v come back; want %d of %v", len(after.State.Data), after.meta.Classes, len(before.State.Data), before.meta.Classes)
			}
			for i, p := range before.State.Data {
				q := after.State.Data[i]
				if scaling != "" && p != q || math.Abs(p.X-q.X) > 1e-12 || math.Abs(p.Y-q.Y) > 1e-12 || p.Label != q.Label {
					t.Errorf("point %d is %v and comes back as %v", i, p, q)
				}
			}
		})
	}
	// Settings that are seen but were not applied do not matter, not even wrong ones.
	form := settingsForm(t, s, sampleState(t, "circles", 3, 0, nil))
	want := postForm(s, "/points.csv", form).Body.String()
	for field, value := range map[string]string{views.FieldTask: "regression", views.FieldLearningRate: "fast"} {
		form := maps.Clone(form)
		form.Set(views.FieldControls, "1")
		form.Set(field, value)
		if w := postForm(s, "/points.csv", form); w.Code != http.StatusOK || w.Body.String() != want || strings.Count(want, "\n") != 4 {
			t.Errorf("POST /points.csv with %s=%s = %d %.200q; want %q", field, value, w.Code, w.Body, want)
		}
	}
	if w := serve(s, http.MethodPost, "/points.csv", `{"data":[{"x":0.5,"y":-0.25,"label":1}]}`, "Content-Type", "application/json"); w.Code != http.StatusOK || !strings.HasSuffix(w.Body.String(), "\n0.5,-0.25,1\n") {
		t.Errorf("POST /points.csv of JSON = %d %q; want its point", w.Code, w.Body)
	}
	if w := postForm(s, "/points.csv", url.Values{views.FieldData: {"{"}}); w.Code != http.StatusBadRequest {
		t.Errorf("POST /points.csv of no points = %d; want 400", w.Code)
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

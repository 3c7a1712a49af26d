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

	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

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
	before, _ := s.decodePageForm(t.Context(), open)
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
			before, err := s.decodePageForm(t.Context(), form)
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

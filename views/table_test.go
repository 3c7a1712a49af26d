package views

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/table"
)

// TestTablePage: the rows are the points, fifty a page, in their own units.
func TestTablePage(t *testing.T) {
	s := nn.State{Config: nn.DefaultConfig()}
	s.Config.Classes = 3
	for i := range 120 {
		s.Data = append(s.Data, nn.Point{X: float64(i)/60 - 1, Y: -0.25, Label: float64(i % 3)})
	}
	m := table.Meta{Classes: []string{"p", "q"}, Transform: table.Transform{X: table.Axis{Name: "age", Scale: 1.0 / 60, Offset: -1}}}
	for _, test := range []struct{ ask, page, first, rows int }{{1, 1, 1, 50}, {2, 2, 51, 50}, {3, 3, 101, 20}, {4, 3, 101, 20}, {0, 1, 1, 50}, {-9, 1, 1, 50}} {
		got := NewTablePage(s, m, test.ask)
		if got.Page != test.page || got.Pages != 3 || len(got.Rows) != test.rows || got.Rows[0].Number != test.first {
			t.Errorf("page %d is %d of %d with %d rows from %d; want %+v", test.ask, got.Page, got.Pages, len(got.Rows), got.Rows[0].Number, test)
		}
	}
	page := NewTablePage(s, m, 2)
	if want := (TableRow{Number: 52, X: "51", Y: "-0.25", Label: "0"}); page.Rows[1] != want {
		t.Errorf("the second row of page 2 is %+v; want %+v", page.Rows[1], want)
	}
	if want := []string{"age", "y", "label"}; !slices.Equal(page.Headers, want) || len(page.Says) != 1 || page.Says[0] != "x = (age − 60) / 60" {
		t.Errorf("the columns are %q, %q; want %q and how x follows", page.Headers, page.Says, want)
	}
	if want := []choice{{"0", "p"}, {"1", "q"}, {"2", "Class 2"}}; !slices.Equal(page.Classes, want) {
		t.Errorf("the classes are %v; want %v", page.Classes, want)
	}
	s.Data = nil
	if got := NewTablePage(s, m, 1); got.Page != 1 || got.Pages != 1 || len(got.Rows) != 0 {
		t.Errorf("the table of no points is page %d of %d with %d rows; want an empty page", got.Page, got.Pages, len(got.Rows))
	}
}

// TestTableOf: whatever a row shows is in the fingerprint.
func TestTableOf(t *testing.T) {
	make := func(change func(*nn.State, *table.Meta)) string {
		s, m := nn.State{Config: nn.DefaultConfig(), Data: []nn.Point{{X: 0.5}, {Y: 0.5, Label: 1}}}, table.Meta{}
		s.Config.Classes = 2
		change(&s, &m)
		return TableOf(s, m)
	}
	seen := map[string]string{}
	for name, change := range map[string]func(*nn.State, *table.Meta){
		"Same":    func(*nn.State, *table.Meta) {},
		"X":       func(s *nn.State, _ *table.Meta) { s.Data[0].X = 0.25 },
		"Y":       func(s *nn.State, _ *table.Meta) { s.Data[0].Y = 0.25 },
		"Label":   func(s *nn.State, _ *table.Meta) { s.Data[0].Label = 1 },
		"Order":   func(s *nn.State, _ *table.Meta) { slices.Reverse(s.Data) },
		"Less":    func(s *nn.State, _ *table.Meta) { s.Data = s.Data[:1] },
		"Classes": func(s *nn.State, _ *table.Meta) { s.Config.Classes = 3 },
		"Task":    func(s *nn.State, _ *table.Meta) { s.Config.Task = nn.Regression },
		"Units":   func(_ *nn.State, m *table.Meta) { m.Transform.Y.Scale = 2 },
	} {
		got := make(change)
		if other := seen[got]; other != "" || got == "" {
			t.Errorf("the fingerprints of %s and %s are both %q", name, other, got)
		}
		seen[got] = name
	}
}

// TestTableBody: each row has its three controls in order, with labels that tell them apart.
func TestTableBody(t *testing.T) {
	for _, name := range []string{"Table", "TableOfValues"} {
		l := labs(t)[name]
		e := render(t, TableBody(l))
		for i, row := range e.all("tbody tr") {
			var posts []string
			for _, c := range row.all("[name]") {
				posts = append(posts, c.attr("name"))
				if want := "Row " + strconv.Itoa(i+1) + ", "; !strings.HasPrefix(c.attr("aria-label"), want) || c.attr("aria-label") == want {
					t.Errorf("%s: a control is called %q; want %q and its column", name, c.attr("aria-label"), want)
				}
			}
			if want := []string{FieldRowX, FieldRowY, FieldRowLabel, FieldRowRemove}; !slices.Equal(posts, want) {
				t.Fatalf("%s: row %d posts %v; want %v", name, i+1, posts, want)
			}
			if got := row.one(t, "input[name="+FieldRowX+"]").attr("value"); got != l.Table.Rows[i].X {
				t.Errorf("%s: row %d shows x as %q; want %q", name, i+1, got, l.Table.Rows[i].X)
			}
			if selected := row.all("option[selected]"); len(l.Table.Classes) > 0 && (len(selected) != 1 || selected[0].attr("value") != l.Table.Rows[i].Label) {
				t.Errorf("%s: row %d has %d classes selected; want %s", name, i+1, len(selected), l.Table.Rows[i].Label)
			}
		}
		if got := len(e.all("tbody tr")); got != 40 {
			t.Errorf("%s: %d rows; want all 40 points", name, got)
		}
		if e.one(t, "[name="+FieldTableOf+"]").attr("value") != TableOf(l.State, l.Meta) {
			t.Errorf("%s: the table does not say which points it shows", name)
		}
	}
	l := labs(t)["Default"]
	if got := strings.TrimSpace(text(t, TableBody(l))); got != "" {
		t.Errorf("a table that is not shown is %q; want nothing", got)
	}
}

// TestTablePager: at the ends there is no way on.
func TestTablePager(t *testing.T) {
	for page, want := range map[int][2]bool{1: {true, false}, 2: {false, false}, 3: {false, true}} {
		l := sampleLab(t, dataset.Circles, func(l *Lab) { l.State.Data = slices.Repeat(l.State.Data, 3) })
		l.Table = NewTablePage(l.State, l.Meta, page)
		e := render(t, TableBody(l))
		_, first := e.one(t, "#table-previous").lookup("aria-disabled")
		_, last := e.one(t, "#table-next").lookup("aria-disabled")
		if first != want[0] || last != want[1] || e.one(t, "[name="+FieldTablePage+"]").attr("value") != strconv.Itoa(page) {
			t.Errorf("page %d cannot be left backwards: %t, forwards: %t; want %v", page, first, last, want)
		}
	}
}

// TestDialogs: what the script opens and closes is there.
func TestDialogs(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	for _, id := range []string{"import", "table"} {
		dialog := page.one(t, "dialog#"+id)
		if len(page.all("[data-open="+id+"]")) != 1 || len(dialog.all("[data-close-dialog]")) != 1 {
			t.Errorf("the dialog %s has %d buttons to open it and %d to close it; want one each", id, len(page.all("[data-open="+id+"]")), len(dialog.all("[data-close-dialog]")))
		}
		if page.one(t, "#"+dialog.attr("aria-labelledby")).content() == "" {
			t.Errorf("the dialog %s has no name", id)
		}
		if got := len(page.all("form dialog#" + id)); got != 1 {
			t.Errorf("the dialog %s is within the form %d times; want its fields posted", id, got)
		}
	}
	for _, download := range page.all("[data-native]") {
		address, within := download.attr("formaction"), "#export"
		switch {
		case address == "points.csv":
			within = "#table"
		case address == "explain":
			within = "#explain"
		case address == "sweep": // no download; the script leaves it to the browser, too
			within = "#sweep"
		case download.attr("value") == string(export.State):
			within = "#share"
		}
		if download.attr("type") != "submit" || !slices.Contains(page.all(within+" [data-native]"), download) {
			t.Errorf("the download of %s posts to %q; want a button within %s", download.attr("value"), address, within)
		}
	}
	if got, want := len(page.all("[data-native]:not([formaction=sweep])")), 5+len(export.All()); got != want {
		t.Errorf("the page has %d downloads; want the points, two pictures, the curves, a step and a file of each format, %d", got, want)
	}
}

// TestClassNames: classes are called by their names where they have some.
func TestClassNames(t *testing.T) {
	l := sampleLab(t, dataset.Blobs, func(l *Lab) { l.Meta.Classes = []string{"setosa", "<b>"} })
	var labels []string
	for _, input := range render(t, Palette(l)).all("input[name=" + FieldTool + "]") {
		labels = append(labels, input.attr("aria-label"))
	}
	if want := []string{"Draw points of setosa (blue)", "Draw points of <b> (orange)", "Draw points of class 2 (green)", "Erase points"}; !slices.Equal(labels, want) {
		t.Errorf("the tools are %q; want %q", labels, want)
	}
}

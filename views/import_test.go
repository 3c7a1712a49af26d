package views

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
)

// TestImportControls: every choice that package table knows can be made, has a name of its own, and
// what was chosen is selected.
func TestImportControls(t *testing.T) {
	l := sampleLab(t, dataset.Circles, func(l *Lab) {
		l.Import = importForm(t, "a,b,c\n1,2,p\n3,4,q\n", table.Choice{X: "b", Y: "a", Label: "c", Task: nn.Classification, Scaling: table.ScalingSame, Sample: true})
		l.Import.Options = table.Options{Encoding: table.Windows1252, Separator: table.Comma, Decimal: table.DecimalPoint, Header: table.HeaderYes, Comments: table.CommentsRead}
	})
	e := render(t, ImportDialog(l))
	type control struct {
		field, selected string
		want            []string
	}
	var controls []control
	for _, o := range table.AllOptions() {
		c := control{TableField(o.Name), o.Of(l.Import.Options), []string{""}}
		for _, v := range o.Choices {
			c.want = append(c.want, v.Value)
		}
		controls = append(controls, c)
	}
	if len(controls) < 4 {
		t.Fatalf("there are %d options; want those of package table", len(controls))
	}
	for _, test := range append(controls, []control{
		{FieldTableTask, "classification", append([]string{""}, names(nn.Tasks())...)},
		{FieldTableScaling, "same", names(table.Scalings())},
		{FieldTableX, "b", []string{"", "a", "b", "c"}},
		{FieldTableY, "a", []string{"", "a", "b", "c"}},
		{FieldTableLabel, "c", []string{"", "a", "b", "c"}},
	}...) {
		var got, labels []string
		for _, o := range e.all("select[name=" + test.field + "] option") {
			got = append(got, o.attr("value"))
			if l := o.content(); l == "" || slices.Contains(labels, l) {
				t.Errorf("the option %q of %s is called %q; want a name of its own", o.attr("value"), test.field, l)
			}
			labels = append(labels, o.content())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("the options of %s are %q; want %q", test.field, got, test.want)
		}
		if s := e.all("select[name=" + test.field + "] option[selected]"); len(s) != 1 || s[0].attr("value") != test.selected {
			t.Errorf("%s has %d options selected; want %s alone", test.field, len(s), test.selected)
		}
	}
	if got := e.one(t, "textarea").content(); got != strings.TrimSpace(l.Import.Text) {
		t.Errorf("the text is %q; want %q", got, l.Import.Text)
	}
	if _, ok := e.one(t, "input[name="+FieldTableSample+"]").lookup("checked"); !ok {
		t.Error("the sample is not checked; want it as it was put")
	}
	if got := e.one(t, "input[type=file]").attr("name"); got != FieldTableFile {
		t.Errorf("the file is posted as %q; want %q", got, FieldTableFile)
	}
	// A form that is not in parts would post the name of the file.
	for _, act := range []string{"import", "import-preview"} {
		if got := e.one(t, "button[value="+act+"]").attr("formenctype"); got != "multipart/form-data" {
			t.Errorf("without script %s posts the form as %q; want it in parts", act, got)
		}
	}
}

// TestImportDecisions: each control says what was decided and why, unless it was asked for. What can
// only be said is said beside them.
func TestImportDecisions(t *testing.T) {
	decided := table.Table{Decisions: []table.Decision{
		{Name: "missing", Label: "Missing", Says: "1 row left out", Reason: "because of ? in line 4"},
		{Name: "encoding", Label: "Encoding", Value: table.Windows1252, Says: "Windows-1252", Reason: "because it is not UTF-8", Choices: []table.Value{{Value: table.Windows1252}}},
		{Name: "separator", Label: "Separator", Value: table.Tab, Says: "tabs", Asked: true, Choices: []table.Value{{Value: table.Tab}}},
		{Name: "decimal", Label: "Decimal mark", Value: table.DecimalComma, Says: "decimal comma", Reason: "because of 5,1 in line 2", Choices: []table.Value{{Value: table.DecimalComma}}},
	}}
	points := table.Import{Task: nn.Regression, Points: []nn.Point{{X: 1}}, X: 0, Y: 1, Label: 2, Decisions: []table.Decision{
		{Name: "x", Label: "x", Value: "a", Says: "a", Reason: "the first column of numbers", Choices: []table.Value{{Value: "a"}}},
		{Name: "unused", Label: "Not used", Says: "not used: d and e"},
	}}
	for _, c := range []string{"a", "b", "c", "d", "e"} {
		decided.Columns = append(decided.Columns, table.Column{Name: c})
	}
	l := sampleLab(t, dataset.Circles, func(l *Lab) {
		l.Import = ImportForm{File: "a;b", Options: table.Options{Separator: table.Tab}, Preview: NewImportPreview(decided, points, nil)}
	})
	e := render(t, ImportPreviewed(l))
	for _, test := range []struct{ field, automatic, reason string }{
		{"table_encoding", "Auto: Windows-1252", "because it is not UTF-8"},
		{"table_separator", "Automatic", ""},
		{"table_decimal", "Auto: Comma 1,5", "because of 5,1 in line 2"},
		{"table_header", "Automatic", ""},
		{"table_x", "Auto: a", "the first column of numbers"},
	} {
		s := e.one(t, "select[name="+test.field+"]")
		if got := s.all("option")[0].content(); got != test.automatic {
			t.Errorf("the first option of %s is %q; want %q", test.field, got, test.automatic)
		}
		reason := ""
		if id := s.attr("aria-describedby"); id != "" {
			reason = e.one(t, "#"+id).content()
		}
		if reason != test.reason {
			t.Errorf("the reason beside %s is %q; want %q", test.field, reason, test.reason)
		}
	}
	var notes []string
	for _, n := range e.all(".import-notes li") {
		notes = append(notes, n.content())
	}
	if want := []string{"1 row left out, because of ? in line 4.", "Not used: d and e."}; !slices.Equal(notes, want) {
		t.Errorf("the preview notes %q; want %q", notes, want)
	}
	// A text that was written has no encoding, and what was not looked at yet has no decisions.
	hidden := func(selector string) bool {
		_, is := e.one(t, selector).lookup("class")
		return is && strings.Contains(e.one(t, selector).attr("class"), "no-script")
	}
	encoding := ".control:has(#table_encoding)"
	if hidden(encoding) || hidden(".import-controls") {
		t.Error("the controls of a file are hidden from the script")
	}
	l.Import.File = ""
	if e = render(t, ImportPreviewed(l)); !hidden(encoding) || hidden(".import-controls") {
		t.Error("the encoding of a text that was written is shown, or nothing is")
	}
	l.Import.Preview = nil
	if e = render(t, ImportPreviewed(l)); !hidden(".import-controls") {
		t.Error("controls are shown before there is a table")
	}
}

// TestImportFile: the text of a file comes back with the preview, but not a long one; a text that is
// being written stays as it is.
func TestImportFile(t *testing.T) {
	long := strings.Repeat("1,2,p\n", shownText/6+1)
	for _, test := range []struct{ file, text, want string }{
		{"", "1,2,p", ""},
		{"\xff", "1,2,p", "1,2,p"},
		{"\xff", long, ""},
	} {
		l := sampleLab(t, dataset.Circles, func(l *Lab) { l.Import = ImportForm{File: test.file, Text: test.text} })
		e := render(t, PreviewedImport(l))
		text := e.all("textarea")
		if len(text) != min(len(test.file), 1) {
			t.Errorf("the preview of the file %q has %d texts; want one of a file alone", test.file, len(text))
			continue
		}
		if len(text) == 1 && text[0].content() != test.want {
			t.Errorf("the text of %d bytes of a file comes back as %.20q; want %.20q", len(test.text), text[0].content(), test.want)
		}
		// Without script the page is all that keeps it.
		if got := render(t, ImportBody(l)).one(t, "textarea").content(); got != strings.TrimSpace(test.text) {
			t.Errorf("the page has %d bytes of the text; want all %d", len(got), len(test.text))
		}
	}
}

// TestImportNames: names that are written from right to left do not turn the sentences around them.
func TestImportNames(t *testing.T) {
	for name, want := range map[string]string{"length": "length", "größe": "größe", "长度": "长度", "אורך": "\u2068אורך\u2069", "اسم": "\u2068اسم\u2069"} {
		if got := table.Isolated(name); got != want {
			t.Errorf("Isolated(%q) = %q; want %q", name, got, want)
		}
	}
	l := sampleLab(t, dataset.Circles, func(l *Lab) { l.Import = importForm(t, "اسم,b,نوع\n1,2,قط\n3,4,كلب\n", table.Choice{}) })
	e := render(t, ImportPreviewed(l))
	for _, selector := range []string{"th bdi", "td bdi", ".class-counts bdi"} {
		if len(e.all(selector)) == 0 {
			t.Errorf("there is no %s; want every name in its own direction", selector)
		}
	}
	if got := e.one(t, ".transform").content(); !strings.Contains(got, "\u2068اسم\u2069") {
		t.Errorf("the sentences are %q; want the names isolated", got)
	}
}

// TestImportPreview: what is taken is said: the columns, the units, the classes.
func TestImportPreview(t *testing.T) {
	text := "id,sepal length,petal width,species\n"
	for i := range 7 {
		text += fmt.Sprintf("%d,%v,%v,%s\n", i, 4.5+float64(i)/2, i%3, []string{"setosa", "virginica"}[i%2])
	}
	text += strings.Repeat("8,?,1,setosa\n", 4)
	l := sampleLab(t, dataset.Circles, func(l *Lab) { l.Import = importForm(t, text, table.Choice{}) })
	e := render(t, ImportBody(l))
	var roles []string
	for _, th := range e.all("th") {
		roles = append(roles, strings.Join(strings.Fields(th.content()), " "))
	}
	if want := []string{"id", "x sepal length", "y petal width", "label species"}; !slices.Equal(roles, want) {
		t.Errorf("the columns are %q; want %q", roles, want)
	}
	var cells []string
	for _, td := range e.all("td") {
		cells = append(cells, td.content())
	}
	if want := []string{"0", "4.5", "0", "setosa", "1", "5", "1", "virginica"}; len(cells) != 8*4 || !slices.Equal(cells[:8], want) {
		t.Errorf("the preview has the cells %q; want eight rows that begin with %q", cells, want)
	}
	said := e.one(t, ".import-summary").content() + e.one(t, ".import-result").content()
	for _, want := range []string{"7 points in 2 classes.", "x = (sepal length − 6) / 1.5", "y = petal width − 1", "label = species", "setosa: 4", "virginica: 3"} {
		if !strings.Contains(said, want) {
			t.Errorf("the preview says %q; want %q in it", said, want)
		}
	}
	if got := len(e.all("svg.scatter path")); got != 2 {
		t.Errorf("the preview draws %d groups of points; want one for each class", got)
	}
	if !strings.Contains(e.content(), "And 3 more rows.") {
		t.Errorf("the preview says nothing of the rows it does not show")
	}
	if len(e.all(".import-problem")) != 0 {
		t.Errorf("the preview has a problem besides a result")
	}
}

// TestImportPreviewRefused: an error is said with its line; where there is a table, other columns
// can be chosen still.
func TestImportPreviewRefused(t *testing.T) {
	for _, test := range []struct {
		text, problem, line string
		columns             int
	}{
		{"a,b,c\r\n1,2,p\r\n1,<b>,q\r\n1,3,q\r\n", `Line 3, column "b": "<b>" is not a number`, "3 1,<b>,q", 4},
		{"a,b,c\n1,2\n", "Line 2: has 2 cells; the first row has 3", "2 1,2", 1},
		{"", "There is no text", "", 1},
		{"a,b,c\n1,2," + strings.Repeat("p", 200) + "\n", "Line 2, column", "2 1,2," + strings.Repeat("p", 116) + "…", 4},
	} {
		l := sampleLab(t, dataset.Circles, func(l *Lab) { l.Import = importForm(t, test.text, table.Choice{}) })
		e := render(t, ImportBody(l))
		if got := e.one(t, ".import-problem p").content(); !strings.HasPrefix(got, test.problem) {
			t.Errorf("the preview of %.40q says %q; want %q", test.text, got, test.problem)
		}
		line := ""
		for _, pre := range e.all("pre") {
			line += pre.content()
		}
		if line != test.line {
			t.Errorf("the preview of %.40q quotes %q; want %q", test.text, line, test.line)
		}
		if got := len(e.all("select[name=" + FieldTableX + "] option")); got != test.columns || len(e.all(".import-result")) != 0 {
			t.Errorf("the preview of %.40q offers %d columns; want %d and no result", test.text, got, test.columns)
		}
	}
}

// TestImportPreviewWide: a table of many columns does not make a page of them.
func TestImportPreviewWide(t *testing.T) {
	row := strings.TrimSuffix(strings.Repeat("1,", 40), ",")
	l := sampleLab(t, dataset.Circles, func(l *Lab) { l.Import = importForm(t, row+"\n"+row+"\n", table.Choice{}) })
	e := render(t, ImportPreviewed(l))
	if got, cells := len(e.all("th")), len(e.all("td")); got != previewColumns || cells != 2*previewColumns || !strings.Contains(e.content(), "And 28 more columns.") {
		t.Errorf("the preview of 40 columns shows %d and %d cells; want %d in two rows, and the rest said", got, cells, previewColumns)
	}
}

func TestImportSummary(t *testing.T) {
	named := table.Meta{Transform: table.Transform{X: table.Axis{Name: "a"}, Y: table.Axis{Name: "b"}, Label: table.Axis{Name: "c"}}}
	for _, test := range []struct {
		m    table.Import
		want string
	}{
		{table.Import{Task: nn.Regression, Meta: named, Points: make([]nn.Point, 1)}, "1 point from a, b and c."},
		{table.Import{Task: nn.Classification, Meta: named, Points: make([]nn.Point, 1)}, "1 point in 1 class from a, b and c."},
		{table.Import{Task: nn.Classification, Meta: named, Points: []nn.Point{{Label: 2}, {}}}, "2 points in 3 classes from a, b and c."},
		{table.Import{Task: nn.Regression, Meta: named, Points: make([]nn.Point, 2000), Unsampled: 500, LeftOut: 2, Constant: []string{"b"}},
			"2\u202f000 points from a, b and c. A sample of 2\u202f500 rows. 2 rows with a missing value left out. b holds one value only: its points are at 0."},
	} {
		if got := ImportSummary(test.m); got != test.want {
			t.Errorf("ImportSummary = %q; want %q", got, test.want)
		}
	}
}

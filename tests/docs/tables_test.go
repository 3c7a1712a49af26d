package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	sets "github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/setting"
	tables "github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/views"
)

// TestConfig: the documents' table of config has the rows of package setting, word for word, and
// the defaults of nn.DefaultConfig. Members with the same words may share a row.
func TestConfig(t *testing.T) {
	defaults := map[string]string{}
	config := reflect.ValueOf(nn.DefaultConfig())
	for i, field := range reflect.VisibleFields(config.Type()) {
		text, err := json.Marshal(config.Field(i).Interface())
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		defaults[name] = "`" + string(text) + "`"
	}
	var want []string
	for m := range setting.All() {
		otherwise := defaults[m.Name]
		if m.Unset != "" {
			otherwise = m.Unset
		}
		want = append(want, "| `"+m.Name+"` | "+m.Values()+" | "+otherwise+" |")
	}
	var got []string
	for _, row := range table(t, "member") {
		for _, name := range quoted(row[0]) {
			got = append(got, "| `"+name+"` | "+strings.Join(row[1:], " | ")+" |")
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the table of config is\n%s\nwant the rows\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestLessons: the documents' table of a lesson has its members, and the parts of the page that can be
// hidden and locked, all of them.
func TestLessons(t *testing.T) {
	can := map[string]func(string) bool{"hide": views.IsPart, "lock": views.CanLock}
	var got []string
	rows := map[string][]string{}
	for _, row := range table(t, "of a lesson") {
		name := strings.Trim(row[0], "`")
		got = append(got, name)
		rows[name] = quoted(row[1])
	}
	if want := tags(export.Lesson{}); !slices.Equal(got, want) {
		t.Errorf("the table of a lesson has %q; want %q", got, want)
	}
	for name, is := range can {
		var want []string
		for _, part := range rows["hide"] {
			if is(part) {
				want = append(want, part)
			}
		}
		if !slices.Equal(slices.Sorted(slices.Values(rows[name])), slices.Sorted(slices.Values(want))) || len(want) < 4 {
			t.Errorf("the table of a lesson has to %s %q; want %q", name, rows[name], want)
		}
	}
}

// tags returns the JSON names of the members of a struct.
func tags(v any) []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// TestMembers: the API's document names every member of a state and of a result.
func TestMembers(t *testing.T) {
	text := read(t, "docs/api.md")
	for _, v := range []any{nn.State{}, nn.Network{}, nn.Moments{}, nn.Point{}, nn.Result{}, nn.Metrics{}} {
		for _, name := range tags(v) {
			if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, `"`+name+`"`) {
				t.Errorf("docs/api.md does not name %s of %T", name, v)
			}
		}
	}
}

// TestDatasets: the table of data sets has the rows of package dataset, and the defaults are those
// of GET /data.
func TestDatasets(t *testing.T) {
	rows := table(t, "data set")
	for i, info := range sets.All() {
		classes, meaning := "–", ""
		if info.MaxClasses > 0 {
			classes, meaning = fmt.Sprint(info.MinClasses), info.ClassesMeaning
		}
		if info.MaxClasses > info.MinClasses {
			classes = fmt.Sprintf("%d to %d, default %d",
				info.MinClasses, info.MaxClasses, info.DefaultClasses)
		}
		want := []string{
			"`" + string(info.Name) + "`", info.Task, meaning, classes, fmt.Sprint(info.DefaultNoise),
		}
		if i >= len(rows) {
			t.Errorf("no row %q", want)
			continue
		}
		if meaning == "" && len(rows[i]) > 2 {
			want[2] = rows[i][2] // a regression's label is described in the document alone
		}
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d is %q; want %q", i+1, rows[i], want)
		}
	}
	if got, want := len(rows), len(sets.All()); got > want {
		t.Errorf("%d data sets; want %d", got, want)
	}

	s := contract.Start(t)
	points := s.Data(t, "moons").Data
	says(t, "docs/data.md", fmt.Sprintf(
		"`points`: how many, from 1 to the server's limit (default %d)", len(points)))
	says(t, "docs/data.md", fmt.Sprintf("`noise` (0 to %v)", sets.MaxNoise))
	says(t, "docs/data.md", "`seed` (default 1)")
	if !slices.Equal(points, s.Data(t, "moons?seed=1").Data) {
		t.Error("the default of seed is not 1")
	}
}

// TestFormats: the table of formats has the rows of package export.
func TestFormats(t *testing.T) {
	want := map[string][]string{}
	for _, info := range export.All() {
		want["`"+string(info.Format)+"`"] = []string{"`" + info.Filename + "`", info.Summary}
	}
	got := map[string][]string{}
	for _, row := range table(t, "format") {
		got[row[0]] = row[1:]
	}
	sameRows(t, "format", got, want)
}

// TestErrors: the table of errors is the contract's, with the ones that every HTTP server has
// and that of pages.
func TestErrors(t *testing.T) {
	want := maps.Clone(contract.Statuses)
	s := contract.Start(t)
	for _, request := range []struct{ method, path, release string }{
		{"GET", "/nowhere", ""}, {"GET", "/step", ""}, {"GET", "/ws", ""}, {"GET", "/", "other"},
	} {
		answer, err := s.Fetch(contract.Soon(t), request.method, request.path, nil, "Nnvisu-Release", request.release)
		if err != nil {
			t.Fatal(err)
		}
		_, err = answer.Read()
		f := contract.Refusal(t, err)
		if code, status := f.Reason.Code, fmt.Sprint(f.Status); want[code] == "" {
			want[code] = status
		} else if !contract.Among(status, want[code]) {
			want[code] += "|" + status
		}
	}
	got := map[string]string{}
	for _, row := range table(t, "code") {
		got[strings.Trim(row[0], "`")] = strings.ReplaceAll(row[1], ", ", "|")
	}
	if !maps.Equal(got, want) {
		t.Errorf("the table of code has the codes and statuses %v; want %v", got, want)
	}
}

// TestTracking: the document names the parameters that are ignored.
func TestTracking(t *testing.T) {
	_, after, _ := strings.Cut(read(t, "docs/data.md"), "A name that ends in `_` stands for")
	sentence, _, _ := strings.Cut(after, ".\n")
	if got := quoted(sentence); !slices.Equal(got, wire.Tracking) {
		t.Errorf("docs/data.md says that %q are ignored; want %q", got, wire.Tracking)
	}
}

// TestTableOptions: the table of what can be asked for of an import has the options of package table.
func TestTableOptions(t *testing.T) {
	var want [][]string
	for _, o := range tables.AllOptions() {
		var values []string
		for _, v := range o.Choices {
			values = append(values, "`"+v.Value+"`")
		}
		want = append(want, []string{"`" + views.TableField(o.Name) + "`", o.Label, strings.Join(values, ", ")})
	}
	if got := table(t, "field"); !reflect.DeepEqual(got, want) {
		t.Errorf("the options of an import are %q; want %q", got, want)
	}
}

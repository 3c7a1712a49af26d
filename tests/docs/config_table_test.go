package docs

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nnvisu/nn"
	"nnvisu/nn/setting"
)

// TestConfigTable: the documents' table of config has the rows of package setting, word for word,
// and the defaults of nn.DefaultConfig. Members with the same words may share a row.
func TestConfigTable(t *testing.T) {
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
	for _, row := range readmeTable(t, "member") {
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

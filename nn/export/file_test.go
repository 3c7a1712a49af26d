package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/table"
)

// TestFile: a file has its members in the documented order, as the wire contract writes them; what
// is empty is left out, and names are not escaped as in HTML.
func TestFile(t *testing.T) {
	state := nntest.State(t, "circles", 5, 2, nil)
	metrics := nn.Metrics{Loss: 0.5}
	var history nn.History
	history.Add(2, 1, metrics)
	const kept = `,"meta":{"transform":{"x":{"name":"<x> &","scale":0.5}},"classes":["é"]}` +
		`,"history":{"every":1,"step":[2],"epoch":[1],"loss":[0.5]}`
	text, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	head := `{"type":"nnvisu_state","version":1,` + strings.TrimSuffix(string(text[1:]), "}")
	meta := table.Meta{Classes: []string{"é"}}
	meta.Transform.X = table.Axis{Name: "<x> &", Scale: 0.5}
	for _, test := range []struct {
		name string
		file File
		want string
	}{
		{"All", File{State: state, Meta: meta, History: history},
			head + kept + "}\n"},
		{"State", File{State: state}, head + "}\n"},
		{"NoSamples", File{State: state, History: nn.History{Every: 4}}, head + "}\n"},
		{"TypeSet", File{Type: "other", Version: 9, State: state}, head + "}\n"},
	} {
		var b bytes.Buffer
		if err := test.file.Write(&b); err != nil || b.String() != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, b.String(), err, test.want)
		}
	}
	bad := File{State: state, Meta: table.Meta{Classes: []string{"\xff"}}}
	if err := bad.Write(new(bytes.Buffer)); err == nil {
		t.Error("a name that is not UTF-8 is written; want an error")
	}
	broken := errors.New("broken")
	if err := (File{State: state}).Write(brokenWriter{broken}); !errors.Is(err, broken) {
		t.Errorf("Write to a broken writer = %v; want its error", err)
	}
}

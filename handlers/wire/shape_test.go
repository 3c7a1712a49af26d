package wire

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/nntest"
)

// members returns the names of the members of a shape, in order.
func members(s *Shape) (names []string) {
	for _, m := range s.Members {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}

// at returns the shape of a member below another.
func at(tb testing.TB, s *Shape, path string) *Shape {
	tb.Helper()
	for name := range strings.SplitSeq(path, ".") {
		i := slices.IndexFunc(s.Members, func(m Member) bool { return m.Name == name })
		if i < 0 {
			tb.Fatalf("there is no %s in %q", path, members(s))
		}
		for s = s.Members[i].Shape; s.Element != nil; s = s.Element {
		}
	}
	return s
}

// TestShapeOf: the shape of a message has the members that a message of its kind may have.
func TestShapeOf(t *testing.T) {
	all := []string{"config", "data", "id", "network", "type"}
	for kind, more := range map[Kind][]string{
		Step: {"steps"}, Train: {"steps", "frame_steps", "frame_ms"}, Predict: nil, Layers: nil, Export: {"format"},
	} {
		want := slices.Sorted(slices.Values(append(slices.Clone(all), more...)))
		s := ShapeOf(kind)
		if got := members(s); !slices.Equal(got, want) {
			t.Errorf("ShapeOf(%s) has the members %q; want %q", kind.TypeName(), got, want)
		}
		if got, want := members(at(t, s, "config")), slices.Sorted(slices.Values(nntest.ConfigMembers())); !slices.Equal(got, want) {
			t.Errorf("its config has the members %q; want %q", got, want)
		}
		for path, want := range map[string]ShapeKind{
			"id": ID, "type": Text, "config.seed": Whole, "config.classes": Whole, "config.l1": Number, "config.features": Text, "config.hidden_layers": Whole,
			"network.weights": Number, "network.step": Whole, "network.optimizer.updates": Whole, "network.optimizer.name": Text,
			"network.optimizer.second.biases": Number, "data.label": Number,
		} {
			if got := at(t, s, path).Kind; got != want {
				t.Errorf("%s of %s has the type %d; want %d", path, kind.TypeName(), got, want)
			}
		}
		if !at(t, s, "network").Null || at(t, s, "config").Null {
			t.Error("a network may be null, and a config may not")
		}
		for _, m := range at(t, s, "data").Members {
			if want := m.Name != "label" || kind.needsLabels(); m.Required != want {
				t.Errorf("%s of %s is required: %v; want %v", m.Name, kind.TypeName(), m.Required, want)
			}
		}
	}
}

// TestShapeOfFile: the shape of a saved state has the members that one is written with, down to the last.
func TestShapeOfFile(t *testing.T) {
	var same func(s *Shape, of reflect.Type, path string)
	same = func(s *Shape, of reflect.Type, path string) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			if s.Element != nil {
				s = s.Element
			}
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct {
			return
		}
		var want []string
		for _, field := range reflect.VisibleFields(of) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				want = append(want, name)
				if i := slices.IndexFunc(s.Members, func(m Member) bool { return m.Name == name }); i >= 0 {
					same(s.Members[i].Shape, field.Type, path+"."+name)
				}
			}
		}
		slices.Sort(want)
		if got := members(s); !slices.Equal(got, want) {
			t.Errorf("the shape of a saved state%s has %q; want %q", path, got, want)
		}
	}
	same(ShapeOfFile(), reflect.TypeFor[export.File](), "")
}

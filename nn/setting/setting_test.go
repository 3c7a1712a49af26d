package setting

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// fields returns the members of nn.Config by their names in JSON, in order.
func fields() (names []string, byName map[string]int) {
	byName = map[string]int{}
	for i, field := range reflect.VisibleFields(reflect.TypeFor[nn.Config]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names, byName[name] = append(names, name), i
	}
	return names, byName
}

// TestTable: the table has one row for each member of nn.Config, with all that people are told
// about it.
func TestTable(t *testing.T) {
	want, _ := fields()
	var got []string
	labels := map[string]string{}
	for m := range All() {
		got = append(got, m.Name)
		if other := labels[m.Label]; m.Label == "" || other != "" {
			t.Errorf("%s and %s are called %q; want a label of its own for each", m.Name, other, m.Label)
		}
		labels[m.Label] = m.Name
		if (m.Hint == "") != m.NoControl {
			t.Errorf("%s has the hint %q; want one where there is a control", m.Name, m.Hint)
		}
		if m.Values() == "" {
			t.Errorf("the documents have nothing to say about the values of %s", m.Name)
		}
		if Lookup(m.Name) != m {
			t.Errorf("Lookup(%s) is another row", m.Name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the table has the rows\n%q; want the members of nn.Config\n%q", got, want)
	}
	for _, name := range []string{"", "Task", "dataset"} {
		if m := Lookup(name); m != nil {
			t.Errorf("Lookup(%q) = %+v; want nil", name, m)
		}
	}
}

// randomConfig returns a config whose members are in range, but for the largest label.
func randomConfig(r *rand.Rand) nn.Config {
	c := nn.Config{
		Task: pick(r, nn.Tasks()), Features: slices.Clone(nn.Features()), HiddenLayers: []int{},
		Activation: pick(r, nn.Activations()), Init: pick(r, nn.Inits()), Classes: 2 + r.IntN(9),
		Optimizer: pick(r, nn.Optimizers()), LearningRate: r.ExpFloat64() + 1e-9,
		Schedule: pick(r, nn.Schedules()), ScheduleSteps: nn.ScheduleSteps(1 + r.IntN(1_000_000)),
		ScheduleFactor: nn.ScheduleFactor(1 - r.Float64()), BatchSize: r.IntN(2000),
		L1: r.Float64() * 1e-5, L2: 10 * r.Float64(), Dropout: 0.9 * r.Float64(),
		TestFraction: 0.9 * r.Float64(), Seed: r.Uint32(),
	}
	r.Shuffle(len(c.Features), func(i, j int) {
		c.Features[i], c.Features[j] = c.Features[j], c.Features[i]
	})
	c.Features = c.Features[:1+r.IntN(len(c.Features))]
	for range r.IntN(nn.MaxHiddenLayers + 1) {
		c.HiddenLayers = append(c.HiddenLayers, 1+r.IntN(nn.MaxWidth))
	}
	return c
}

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// TestTexts: the texts of the members are the whole config. Each member writes and reads its own
// field and no other, whichever value it has.
func TestTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	_, index := fields()
	for range 200 {
		from, to := randomConfig(r), randomConfig(r)
		if err := from.Validate(); err != nil {
			t.Fatal(err)
		}
		for m := range All() {
			want := to.Clone()
			i := index[m.Name]
			reflect.ValueOf(&want).Elem().Field(i).Set(reflect.ValueOf(from).Field(i))
			differs := !reflect.DeepEqual(want, to)

			got := to.Clone()
			if err := m.Parse(&got, m.Text(&from)); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: Parse(%q) gives %+v, %v; want %+v", m.Name, m.Text(&from), got, err, want)
			}
			var names []string
			for _, d := range Differing(&got, &to) {
				names = append(names, d.Name)
			}
			if differs != slices.Equal(names, []string{m.Name}) || !differs && len(names) > 0 {
				t.Fatalf("%s: the configs differ: %t; Differing gives %q", m.Name, differs, names)
			}
			if m.Shown(&from) == "" {
				t.Errorf("%s is shown as nothing", m.Name)
			}
		}
	}
}

// A reader gives one value of JSON, which is a text, numbers or a list of one of them.
type reader struct {
	text   string
	number float64
	length int
}

func (r reader) Text(dst *string) error    { *dst = r.text; return nil }
func (r reader) Number(dst *float64) error { *dst = r.number; return nil }
func (r reader) Integer(dst *int) error    { *dst = int(r.number); return nil }
func (r reader) List(_ string, element func() error) error {
	for range r.length {
		if err := element(); err != nil {
			return err
		}
	}
	return nil
}
func (r reader) Invalid(string, ...any) error { return &SyntaxError{} }

// TestReadAllocates: a number or a choice is read in place, so a decoder allocates nothing for the
// table.
func TestReadAllocates(t *testing.T) {
	var c nn.Config
	var r Reader = reader{text: "tanh", number: 1}
	for m := range All() {
		if m.Kind == List || m.Name == "seed" { // whose memory is part of the config, or of another size
			continue
		}
		n := testing.AllocsPerRun(100, func() {
			if err := Lookup(m.Name).Read(&c, r); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s: Read allocates %v times; want 0", m.Name, n)
		}
	}
}

package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn"
)

func TestLookup(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range All() {
		if got, ok := Lookup(string(info.Format)); !ok || got != info {
			t.Errorf("Lookup(%s) = %+v, %t; want %+v", info.Format, got, ok, info)
		}
		for _, unique := range []string{string(info.Format), info.Title, info.Filename, info.Summary} {
			if unique == "" || seen[unique] {
				t.Errorf("%s: %q is empty or not its own", info.Format, unique)
			}
			seen[unique] = true
		}
	}
	for _, name := range []string{"", "Go", "pytorch ", "keras"} {
		if got, ok := Lookup(name); ok {
			t.Errorf("Lookup(%q) = %+v; want none", name, got)
		}
	}
}

func TestWriteUnknown(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, "keras", samples(t)[0].state); err == nil || !strings.Contains(err.Error(), `"keras"`) || b.Len() > 0 {
		t.Errorf("Write(keras) = %v and %d bytes; want an error that names it and none", err,
			b.Len())
	}
}

// A brokenWriter takes nothing.
type brokenWriter struct{ error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.error }

// TestWriteBroken: no format swallows the error of a writer.
func TestWriteBroken(t *testing.T) {
	want := errors.New("no room")
	for _, info := range All() {
		if err := Write(brokenWriter{want}, info.Format, samples(t)[0].state); !errors.Is(err, want) {
			t.Errorf("Write(%s) to a broken writer = %v; want %v", info.Format, err, want)
		}
	}
}

// TestWrite: the same state gives the same bytes and stays as it is, and the text of a file says
// what the network is and, of code, how to run it.
func TestWrite(t *testing.T) {
	for i, s := range samples(t) {
		before := samples(t)[i].state
		for _, info := range All() {
			first, again := writeSample(t, s, info.Format), writeSample(t, s, info.Format)
			if !bytes.Equal(first, again) {
				t.Errorf("%s in %s: two files; want one", s.name, info.Format)
			}
			text := string(first)
			if info.Format == State {
				continue
			}
			for _, line := range append(about(s.state), "made with nnvisu") {
				if !strings.Contains(text, line) {
					t.Errorf("%s in %s does not say %q", s.name, info.Format, line)
				}
			}
			if info.Format == ONNX {
				continue
			}
			if head := text[:min(len(text), 1000)]; !strings.Contains(head, info.Filename) {
				t.Errorf("%s in %s does not say how to run %s", s.name, info.Format, info.Filename)
			}
			checkLayout(t, s.name+" in "+info.Filename, text)
		}
		if !reflect.DeepEqual(s.state, before) {
			t.Errorf("%s is another state after Write", s.name)
		}
	}
}

// checkLayout fails the test for what templates leave behind.
func checkLayout(t *testing.T, name, text string) {
	t.Helper()
	blank := 0
	for line := range strings.Lines(text) {
		line, ended := strings.CutSuffix(line, "\n")
		switch {
		case !ended:
			t.Errorf("%s: the last line %q does not end", name, line)
		case strings.TrimRight(line, " \t") != line:
			t.Errorf("%s: blanks behind %q", name, line)
		case strings.Contains(line, "<no value>"), strings.Contains(line, "{{"):
			t.Errorf("%s: a template shows in %q", name, line)
		case utf8.RuneCountInString(line) > codeWidth+12:
			t.Errorf("%s: %d characters in %q", name, utf8.RuneCountInString(line), line)
		}
		if blank++; line != "" {
			blank = 0
		}
		if most := 2; blank > most || blank == most && !strings.HasSuffix(name, ".py") {
			t.Errorf("%s: %d blank lines", name, blank)
		}
	}
}

func TestAbout(t *testing.T) {
	c := nn.DefaultConfig()
	c.Features = append(c.Features, nn.FeatureX2, nn.FeatureSinY)
	c.Classes = 3
	s := nn.State{Config: c, Network: nn.Network{Step: 120, Epoch: 12}}
	want := "task        classification, 3 classes\n" +
		"features    x, y, x², sin 2πy\n" +
		"layers      4 → 8 → 8 → 3\n" +
		"activation  tanh\n" +
		"trained     120 steps, 12 epochs"
	if got := strings.Join(about(s), "\n"); got != want {
		t.Errorf("about =\n%s\nwant\n%s", got, want)
	}
	s.Config.Task, s.Config.HiddenLayers = nn.Regression, nil
	want = "task        regression\n" +
		"features    x, y, x², sin 2πy\n" +
		"layers      4 → 1\n" +
		"activation  none: a linear model\n" +
		"trained     120 steps, 12 epochs"
	if got := strings.Join(about(s), "\n"); got != want {
		t.Errorf("about =\n%s\nwant\n%s", got, want)
	}
}

// TestTables: every format knows every feature and activation, and nothing else.
func TestTables(t *testing.T) {
	languages := map[string]language{
		"pytorch": pytorch, "numpy": numpy, "go": golang, "javascript": javascript,
	}
	for _, f := range nn.Features() {
		for name, lang := range languages {
			if lang.feature(features[f]) == "" {
				t.Errorf("%s lacks the feature %s", name, f)
			}
		}
		if features[f].onnx == nil {
			t.Errorf("onnx lacks the feature %s", f)
		}
	}
	for _, a := range nn.Activations() {
		row, ok := activations[a]
		if !ok {
			t.Errorf("the activation %s has no row", a)
		}
		for name, lang := range languages {
			if (lang.activation(row) == "") != (a == nn.Linear) {
				t.Errorf("%s lacks the activation %s, or applies linear", name, a)
			}
		}
		if (row.onnx.op == "") != (a == nn.Linear) {
			t.Errorf("onnx lacks the activation %s, or applies linear", a)
		}
	}
	if got, want := len(features), len(nn.Features()); got != want {
		t.Errorf("%d rows of features; want %d", got, want)
	}
	if got, want := len(activations), len(nn.Activations()); got != want {
		t.Errorf("%d rows of activations; want %d", got, want)
	}
}

func TestWriteState(t *testing.T) {
	for _, s := range samples(t) {
		text := writeSample(t, s, State)
		var got struct {
			Type    string
			Version int
			nn.State
		}
		got.Config = nn.DefaultConfig() // which stands for what is left out
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&got); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		want := s.state
		if want.Config.HiddenLayers == nil {
			want.Config.HiddenLayers = []int{}
		}
		if got.Type != "nnvisu_state" || got.Version != 1 || !reflect.DeepEqual(got.State, want) {
			t.Errorf("%s comes back as %q, version %d and another state", s.name, got.Type,
				got.Version)
		}
	}
	empty := nn.State{Config: nn.DefaultConfig()}
	empty.Config.HiddenLayers = nil
	prepared, err := empty.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	if text := writeSample(t, sample{state: prepared}, State); bytes.Contains(text, []byte("null")) {
		t.Errorf("a state without hidden layers and points is %s; want no null", text)
	}
}

func TestList(t *testing.T) {
	long := []float64{1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3}
	for _, test := range []struct {
		style  style
		indent string
		values []float64
		want   string
	}{
		{goStyle, "\t", []float64{0, -1, 0.1, 1e-7, 1e21}, "{0, -1, 0.1, 1e-07, 1e+21}"},
		{pythonStyle, "", []float64{0, -1, 0.1, 1e-7, 1e21}, "[0.0, -1.0, 0.1, 1e-07, 1e+21]"},
		{javascriptStyle, "", nil, "[]"},
		{javascriptStyle, "  ", long, "[\n" +
			"    0.3333333333333333, 0.3333333333333333, 0.3333333333333333, 0.3333333333333333,\n" +
			"    0.3333333333333333,\n  ]"},
	} {
		if got := test.style.list(test.indent, test.values); got != test.want {
			t.Errorf("list(%q, %v) = %s; want %s", test.indent, test.values, got, test.want)
		}
	}
}

// TestErfc: the polynomial is the error function's, to double precision.
func TestErfc(t *testing.T) {
	for u := 0.0; u < 30; u += 1.0 / 512 {
		x, p := (u-erfcShift)/(u+erfcShift), 0.0
		for k := len(erfcCoefficients) - 1; k >= 0; k-- {
			p = p*x + erfcCoefficients[k]
		}
		if got, want := math.Exp(-u*u)*p/(1+2*u), math.Erfc(u); math.Abs(got-want) > 4e-16 {
			t.Errorf("erfc(%v) = %v; want %v", u, got, want)
		}
	}
}

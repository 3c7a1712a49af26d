package export

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// tolerance is the most that an output of an exported model may differ from our own.
const tolerance = 1e-6

// A sample is a network with what it says at the points of the tests.
type sample struct {
	name  string
	state nn.State
	want  [][]float64 // by testPoints
}

// testPoints are 1,000 places: the corners and the middle of the plane, where features are 0 or ±1,
// and random ones.
var testPoints = func() (points []nn.Point) {
	rng := newRand(1)
	for _, x := range []float64{-1, 0, 0.5, 1} {
		for _, y := range []float64{-1, 0, 0.5, 1} {
			points = append(points, nn.Point{X: x, Y: y})
		}
	}
	for len(points) < 1000 {
		points = append(points, nn.Point{X: 2*rng.Float64() - 1, Y: 2*rng.Float64() - 1})
	}
	return points
}()

// lines are the first testPoints as a person may type them, and printed is how many there are.
const printed = 16

func lines() string {
	var b strings.Builder
	for i, p := range testPoints[:printed] {
		x, y := strconv.FormatFloat(p.X, 'g', -1, 64), strconv.FormatFloat(p.Y, 'g', -1, 64)
		b.WriteString([]string{x + " " + y, x + "," + y, " " + x + ",  " + y + "\t\n"}[i%3] + "\n")
	}
	return b.String()
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xe59047)) }

func pick[T any](rng *rand.Rand, choices []T) T { return choices[rng.IntN(len(choices))] }

// newSample trains a network of the config for some updates on random points, multiplies its
// weights and biases by gain, and asks it.
func newSample(tb testing.TB, name string, c nn.Config, updates int, gain float64) sample {
	tb.Helper()
	rng := newRand(uint64(c.Seed))
	s := nn.State{Config: c}
	for range 50 {
		p := nn.Point{X: 2*rng.Float64() - 1, Y: 2*rng.Float64() - 1}
		if c.Task == nn.Regression {
			p.Label = p.X * p.Y
		} else {
			p.Label = float64(rng.IntN(c.Classes))
		}
		s.Data = append(s.Data, p)
	}
	s, err := s.Prepare()
	if err != nil {
		tb.Fatal(err)
	}
	if updates > 0 {
		result, err := nn.Step(s, updates)
		if err != nil {
			tb.Fatal(err)
		}
		s.Network = result.Network
	}
	if gain != 1 {
		for l, rows := range s.Network.Weights {
			for _, row := range append(slices.Clone(rows), s.Network.Biases[l]) {
				for i := range row {
					row[i] *= gain
				}
			}
		}
	}
	return ask(tb, name, s)
}

// ask makes a sample of a prepared state.
func ask(tb testing.TB, name string, s nn.State) sample {
	tb.Helper()
	model, err := nn.NewModel(s)
	if err != nil {
		tb.Fatal(err)
	}
	want := model.Predict(testPoints)
	for _, row := range want {
		for _, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				tb.Fatalf("%s is no good sample: it says %v", name, row)
			}
		}
	}
	return sample{name, s, want}
}

// samples are networks of every activation: trained ones of random shapes; some whose weights are
// large, and some where they are so large that exp overflows; and the ends of what a config may be.
func samples(tb testing.TB) []sample {
	tb.Helper()
	var all []sample
	for i, activation := range nn.Activations() {
		rng := newRand(uint64(i))
		config := func(widths ...int) nn.Config {
			c := nn.DefaultConfig()
			c.Task = pick(rng, nn.Tasks())
			c.Activation = activation
			c.HiddenLayers = widths
			c.Classes = nn.MinClasses + rng.IntN(nn.MaxClasses-nn.MinClasses+1)
			c.Init = nn.InitNormal
			c.Dropout = 0.3
			c.LearningRate = 0.001
			c.Seed = rng.Uint32()
			c.Features = nil
			for _, f := range rng.Perm(len(nn.Features()))[:1+rng.IntN(len(nn.Features()))] {
				c.Features = append(c.Features, nn.Features()[f])
			}
			return c
		}
		trained := config(1+rng.IntN(9), 1+rng.IntN(9), 1+rng.IntN(9))
		large := config(6, 6)
		extreme := config(5)
		extreme.Task = nn.Classification
		all = append(all,
			newSample(tb, string(activation)+"_trained", trained, 40, 1),
			newSample(tb, string(activation)+"_large", large, 0, 20),
			newSample(tb, string(activation)+"_extreme", extreme, 0, 3e4))
	}
	for _, c := range []struct {
		name   string
		change func(*nn.Config)
	}{
		{"linear_model", func(c *nn.Config) { c.HiddenLayers = []int{} }},
		{"linear_regression", func(c *nn.Config) { c.HiddenLayers, c.Task = nil, nn.Regression }},
		{"deepest", func(c *nn.Config) { c.HiddenLayers = slices.Repeat([]int{9}, nn.MaxHiddenLayers) }},
		{"widest", func(c *nn.Config) {
			c.HiddenLayers, c.Features, c.Classes = []int{nn.MaxWidth, nn.MaxWidth}, nn.Features(), nn.MaxClasses
		}},
	} {
		config := nn.DefaultConfig()
		config.Classes = nn.MinClasses
		c.change(&config)
		all = append(all, newSample(tb, c.name, config, 20, 1))
	}
	// Here ln(1+eᶻ) is not yet z, as some take it to be from z = 20 on.
	knee := nn.DefaultConfig()
	knee.Task, knee.Activation, knee.HiddenLayers = nn.Regression, nn.Softplus, []int{1}
	return append(all, ask(tb, "softplus_knee", nn.State{Config: knee, Data: []nn.Point{}, Network: nn.Network{Parameters: nn.Parameters{
		Weights: [][][]float64{{{2, 1}}, {{1e5}}}, Biases: [][]float64{{22}, {0}},
	}}}))
}

// writeSample returns a sample in a format.
func writeSample(tb testing.TB, s sample, f Format) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, s.state); err != nil {
		tb.Fatalf("Write(%s, %s): %v", f, s.name, err)
	}
	return b.Bytes()
}

// writeSamples writes every sample to a file of a new directory and the points to another file.
func writeSamples(tb testing.TB, all []sample, f Format) (dir, points string) {
	tb.Helper()
	info, ok := Lookup(string(f))
	if !ok {
		tb.Fatalf("there is no format %q", f)
	}
	dir, points = tb.TempDir(), filepath.Join(tb.TempDir(), "points.json")
	for _, s := range all {
		write(tb, filepath.Join(dir, s.name+filepath.Ext(info.Filename)), writeSample(tb, s, f))
	}
	var pairs [][2]float64
	for _, p := range testPoints {
		pairs = append(pairs, [2]float64{p.X, p.Y})
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		tb.Fatal(err)
	}
	write(tb, points, text)
	return dir, points
}

func write(tb testing.TB, path string, text []byte) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		tb.Fatal(err)
	}
}

// run runs a program in a directory and returns what it prints.
func run(tb testing.TB, dir, stdin, program string, args ...string) []byte {
	tb.Helper()
	var stderr bytes.Buffer
	command := exec.CommandContext(tb.Context(), program, args...)
	command.Dir, command.Stdin, command.Stderr = dir, strings.NewReader(stdin), &stderr
	out, err := command.Output()
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// An answer is what an exported model says.
type answer struct {
	Outputs [][]float64 `json:"outputs"` // at all testPoints
	Printed string      `json:"printed"` // for lines; of Python models alone
}

// compare checks the answers by sample, JSON of a program, against our own. prints says that they
// were also printed.
func compare(t *testing.T, all []sample, out []byte, prints bool) {
	t.Helper()
	var answers map[string]answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%v in %.300s", err, out)
	}
	worst, where := 0.0, ""
	for _, s := range all {
		a, ok := answers[s.name]
		if !ok {
			t.Errorf("%s: no answer", s.name)
			continue
		}
		if d := distance(t, s, a.Outputs, len(testPoints)); d > worst {
			worst, where = d, s.name
		}
		if prints {
			distance(t, s, parse(t, a.Printed), printed)
		}
	}
	t.Logf("largest difference %.2g (%s)", worst, where)
}

// distance returns the largest difference between n rows of outputs and those wanted; more than the
// tolerance is an error.
func distance(t *testing.T, s sample, got [][]float64, n int) float64 {
	t.Helper()
	if len(got) != n {
		t.Errorf("%s: %d outputs; want %d", s.name, len(got), n)
		return math.Inf(1)
	}
	worst := 0.0
	for j, row := range got {
		if len(row) != len(s.want[j]) {
			t.Errorf("%s at %v: %d outputs; want %d", s.name, testPoints[j], len(row),
				len(s.want[j]))
			return math.Inf(1)
		}
		for k, v := range row {
			d := math.Abs(v - s.want[j][k])
			if !(d <= tolerance) {
				t.Errorf("%s at %v: output %d = %v; want %v", s.name, testPoints[j], k, v,
					s.want[j][k])
				return d
			}
			worst = max(worst, d)
		}
	}
	return worst
}

// parse reads what a model prints: the outputs of a point on a line.
func parse(tb testing.TB, text string) [][]float64 {
	tb.Helper()
	var rows [][]float64
	for line := range strings.Lines(text) {
		var row []float64
		for word := range strings.FieldsSeq(line) {
			v, err := strconv.ParseFloat(word, 64)
			if err != nil {
				tb.Fatalf("printed %q: %v", line, err)
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	return rows
}

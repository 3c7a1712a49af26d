package export

import (
	"bytes"
	"fmt"
	"go/format"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// These tests run what was exported, all samples of a format in one process, and compare it with
// our own answers.

func TestRunPyTorch(t *testing.T) {
	t.Parallel()
	testPython(t, PyTorch, "torch")
}

func TestRunNumPy(t *testing.T) {
	t.Parallel()
	testPython(t, NumPy, "numpy")
}

func testPython(t *testing.T, f Format, module string) {
	t.Helper()
	path, all := tools.Python(t, module), samples(t)
	dir, points := writeSamples(t, all, f)
	compare(t, all, run(t, "", lines(), path, "testdata/run.py", dir, points), true)
}

func TestRunJavaScript(t *testing.T) {
	t.Parallel()
	path, all := tools.Find(t, "node"), samples(t)
	dir, points := writeSamples(t, all, JavaScript)
	compare(t, all, run(t, "", "", path, "testdata/run.mjs", dir, points), false)
	for _, s := range programs(t, all) {
		out := run(t, dir, lines(), path, s.name+".mjs")
		distance(t, s, parse(t, string(out)), printed)
	}
}

func TestRunONNX(t *testing.T) {
	t.Parallel()
	path, all := tools.Find(t, "node"), samples(t)
	tools.NPM(t, "../..", "onnxruntime-web")
	dir, points := writeSamples(t, all, ONNX)
	compare(t, all, run(t, "", "", path, "testdata/run_onnx.mjs", dir, points), false)
}

// TestRunGo imports every sample as a package of one program, and runs some as the programs they
// are.
func TestRunGo(t *testing.T) {
	t.Parallel()
	tools.Find(t, "go")
	all := samples(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), []byte("module models\n\ngo 1.21\n"))
	var imports, calls strings.Builder
	for _, s := range all {
		code := writeSample(t, s, Go)
		if tidy, err := format.Source(code); err != nil || !bytes.Equal(code, tidy) {
			t.Errorf("%s is not what gofmt makes of it: %v", s.name, err)
		}
		write(t, filepath.Join(dir, s.name, "model.go"),
			bytes.Replace(code, []byte("\npackage main\n"), []byte("\npackage "+s.name+"\n"), 1))
		fmt.Fprintf(&imports, "\t%q\n", "models/"+s.name)
		fmt.Fprintf(&calls, "\t\t%q: ask(%s.Predict),\n", s.name, s.name)
	}
	write(t, filepath.Join(dir, "main.go"), []byte(`package main

import (
	"encoding/json"
	"log"
	"os"

`+imports.String()+`)

type answer struct{ Outputs [][]float64 }

func ask(predict func(x, y float64) []float64) (a answer) {
	for _, p := range points {
		a.Outputs = append(a.Outputs, predict(p[0], p[1]))
	}
	return a
}

var points [][2]float64

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &points)
	}
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]answer{
`+calls.String()+`	}); err != nil {
		log.Fatal(err)
	}
}
`))
	_, points := writeSamples(t, nil, Go)
	run(t, dir, "", "go", "vet", "./...")
	compare(t, all, run(t, dir, "", "go", "run", ".", points), false)
	for _, s := range programs(t, all) {
		alone := t.TempDir()
		write(t, filepath.Join(alone, "model.go"), writeSample(t, s, Go))
		out := run(t, alone, lines(), "go", "run", "model.go")
		distance(t, s, parse(t, string(out)), printed)
	}
}

// programs are the samples that are also run on their own, in a process each: with and without
// hidden layers, softmax and a helper.
func programs(tb testing.TB, all []sample) []sample {
	tb.Helper()
	var some []sample
	for _, s := range all {
		switch s.name {
		case "gelu_trained", "linear_model", "linear_regression":
			some = append(some, s)
		}
	}
	if len(some) != 3 {
		tb.Fatalf("%d programs; want 3", len(some))
	}
	return some
}

// TestSamples: the samples leave nothing out.
func TestSamples(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range samples(t) {
		c := s.state.Config
		seen[string(c.Activation)+" "+string(c.Task)] = true
		seen[fmt.Sprint(c.Outputs())] = true
		seen[fmt.Sprint(len(c.HiddenLayers), " hidden")] = true
		for _, f := range c.Features {
			seen[string(f)] = true
		}
	}
	for _, a := range nn.Activations() {
		if !seen[string(a)+" classification"] {
			t.Errorf("no classification by %s", a)
		}
	}
	for _, f := range nn.Features() {
		if !seen[string(f)] {
			t.Errorf("no sample has the feature %s", f)
		}
	}
	for _, want := range []string{"1", "2", "10", "0 hidden", "10 hidden"} {
		if !seen[want] {
			t.Errorf("no sample with %s", want)
		}
	}
}

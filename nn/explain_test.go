package nn_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/nn/nntest"
)

// formulaTolerance is the relative difference allowed between a line and its formula in an arithmetic
// that rounds elsewhere: a small difference of large numbers keeps the error of these.
const formulaTolerance = 1e-12

// explained returns a state in mid-run, with all that makes updates different, and the path of one of
// its parameters.
func explained(t *testing.T, rng *rand.Rand, o nn.Optimizer, a nn.Activation, task nn.Task) (nn.State, string) {
	t.Helper()
	pick := func(most int) int { return rng.IntN(most) }
	name := map[nn.Task]string{nn.Classification: "spiral", nn.Regression: "hills"}[task]
	s := nntest.State(t, dataset.Name(name), 2+pick(300), 0, func(c *nn.Config) {
		c.Optimizer, c.Activation, c.Task, c.Seed = o, a, task, rng.Uint32()
		c.LearningRate = 0.01
		c.HiddenLayers = [][]int{{}, {3}, {9, 2}, {4, 3, 5}}[pick(4)]
		c.Features = nn.Features()[:1+pick(len(nn.Features()))]
		c.BatchSize = []int{0, 1, 7, 130}[pick(4)]
		c.Dropout = []float64{0, 0.4}[pick(2)]
		c.L1, c.L2 = []float64{0, 0.02}[pick(2)], []float64{0, 0.03}[pick(2)]
		c.TestFraction = []float64{0, 0.3}[pick(2)]
		c.Schedule, c.ScheduleSteps = nn.Schedules()[pick(len(nn.Schedules()))], 8
	})
	r, err := nn.Step(s, pick(12))
	if err != nil {
		t.Fatal(err)
	}
	s.Network = r.Network
	at := nn.ParameterPlace{Layer: pick(len(s.Network.Weights)), In: -1}
	at.Out = pick(len(s.Network.Biases[at.Layer]))
	if pick(3) > 0 {
		at.In = pick(len(s.Network.Weights[at.Layer][at.Out]))
	}
	return s, at.String()
}

func parameterOf(t *testing.T, p nn.Parameters, path string) float64 {
	t.Helper()
	at, ok := nn.ParseParameter(path)
	if !ok {
		t.Fatalf("no path: %s", path)
	}
	if at.In < 0 {
		return p.Biases[at.Layer][at.Out]
	}
	return p.Weights[at.Layer][at.Out][at.In]
}

// TestExplain holds that an explanation of an update is what Step then does, bit for bit, for all
// optimizers, activations and losses, on all kernels, and that its formulas and its parts fit.
func TestExplain(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	rng := rand.New(rand.NewPCG(14, 1))
	seen := map[string]int{}
	for _, o := range nn.Optimizers() {
		for _, a := range nn.Activations() {
			for _, task := range nn.Tasks() {
				s, path := explained(t, rng, o, a, task)
				name := fmt.Sprintf("%s/%s/%s/%s", o, a, task, path)
				var first string
				for _, k := range kernel.Names() {
					if err := kernel.Use(k); err != nil {
						t.Fatal(err)
					}
					e := explain(t, s, path, nn.FirstOfBatch)
					point := e.Batch.Points[rng.IntN(len(e.Batch.Points))]
					if k != before {
						point = e.Batch.Points[len(e.Batch.Points)-1]
					}
					e = explain(t, s, path, point)
					text, err := json.Marshal(explain(t, s, path, nn.FirstOfBatch))
					if err != nil {
						t.Fatal(err)
					}
					if first == "" {
						first = string(text)
					} else if string(text) != first {
						t.Errorf("%s: the kernels %s explain it otherwise", name, k)
					}
					checkUpdate(t, name+"/"+k, s, e)
					checkLines(t, name, e)
					checkParts(t, name, s, e)
				}
				c := s.Config
				for what, is := range map[string]bool{
					"dropout": c.Dropout > 0, "batches": c.BatchSize > 0, "held out": c.TestFraction > 0, "l1": c.L1 > 0, "l2": c.L2 > 0,
					"weight": strings.HasPrefix(path, "w"), "bias": strings.HasPrefix(path, "b"), "blocks": len(s.Data) > 130 && c.BatchSize%7 > 1,
					string(c.Schedule): true,
				} {
					if is {
						seen[what]++
					}
				}
			}
		}
	}
	for _, what := range []string{"dropout", "batches", "held out", "l1", "l2", "weight", "bias", "blocks", "constant", "step", "exponential", "cosine"} {
		if seen[what] < 5 {
			t.Errorf("%d states with %s; want some", seen[what], what)
		}
	}
}

func explain(t *testing.T, s nn.State, path string, point int) nn.Explanation {
	t.Helper()
	e, err := nn.Explain(s, path, point)
	if err != nil {
		t.Fatalf("Explain(%+v, %s, %d) error: %v", s.Config, path, point, err)
	}
	return e
}

// checkUpdate compares an explanation with what Step does.
func checkUpdate(t *testing.T, name string, s nn.State, e nn.Explanation) {
	t.Helper()
	r, err := nn.Step(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, got, want float64) {
		t.Helper()
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s: %s = %v; want %v", name, what, got, want)
		}
	}
	path := e.Parameter.Path
	same("before", e.Parameter.Before, parameterOf(t, s.Network.Parameters, path))
	same("after", e.Parameter.After, parameterOf(t, r.Network.Parameters, path))
	lines := map[string]float64{}
	for _, l := range e.Update.Lines {
		lines[l.Name] = l.Value
	}
	same("the last line", e.Update.Lines[len(e.Update.Lines)-1].Value, e.Parameter.After)
	same("the line gradient", lines["gradient"], e.Parameter.Gradient)
	if m := r.Network.Optimizer.First; m != nil {
		same("the first moment", lines["first"], parameterOf(t, *m, path))
	}
	if m := r.Network.Optimizer.Second; m != nil {
		same("the second moment", lines["second"], parameterOf(t, *m, path))
	}
	if e.Step != s.Network.Step || e.Batch.Epoch != s.Network.Epoch {
		t.Errorf("%s: step %d, epoch %d; want %d, %d", name, e.Step, e.Batch.Epoch, s.Network.Step, s.Network.Epoch)
	}
	for i, at := range e.Curve.At {
		switch at {
		case 0:
			now, err := nn.Step(s, 0)
			if err != nil {
				t.Fatal(err)
			}
			same("the loss here", e.Curve.Loss[i], now.Loss)
		case 1:
			same("the loss next", e.Curve.Loss[i], r.Loss)
		}
	}
	if n := len(e.Curve.At); n != 21 || e.Curve.At[0] != -0.5 || e.Curve.At[n-1] != 2 {
		t.Errorf("%s: lengths %v; want 21 from -0.5 to 2", name, e.Curve.At)
	}
}

// checkLines evaluates every formula of the update.
func checkLines(t *testing.T, name string, e nn.Explanation) {
	t.Helper()
	values, largest := map[string]float64{}, 0.0
	for _, given := range e.Update.Given {
		values[given.Name] = given.Value
		largest = max(largest, math.Abs(given.Value))
	}
	if values["mean"] != e.Batch.Gradient {
		t.Errorf("%s: mean = %v; want that of the batch, %v", name, values["mean"], e.Batch.Gradient)
	}
	for _, line := range e.Update.Lines {
		want, err := nntest.Evaluate(line.Formula, values)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if math.Abs(line.Value-want) > formulaTolerance*max(math.Abs(want), 1e-3) {
			t.Errorf("%s: %s = %v; %s gives %v of %v", name, line.Name, line.Value, line.Formula, want, values)
		}
		values[line.Name] = line.Value
	}
}

// checkParts makes the sums of an explanation again.
func checkParts(t *testing.T, name string, s nn.State, e nn.Explanation) {
	t.Helper()
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > formulaTolerance*max(math.Abs(want), 1) {
			t.Errorf("%s: %s = %v; want %v", name, what, got, want)
		}
	}
	sum := 0.0
	column := -1
	for j, delta := range e.Batch.Deltas {
		sum += delta * e.Batch.Inputs[j]
		if e.Batch.Points[j] == e.Point.Index {
			column = j
		}
	}
	near("the sum of the shares", e.Batch.Gradient, sum)
	near("the share of the point", e.Batch.Deltas[column]*e.Batch.Inputs[column], e.Point.Gradient*e.Batch.Scale)
	if e.Batch.Scale != 1/float64(len(e.Batch.Points)) {
		t.Errorf("%s: scale %v of %d points", name, e.Batch.Scale, len(e.Batch.Points))
	}
	if e.Point.Label != s.Data[e.Point.Index].Label {
		t.Errorf("%s: label %v of point %d", name, e.Point.Label, e.Point.Index)
	}
	outputs := e.Point.Inputs
	for l, layer := range e.Point.Layers {
		var next []float64
		for u, unit := range layer.Units {
			z := unit.Bias
			for i, w := range unit.Weights {
				z += w * outputs[i]
			}
			near(fmt.Sprintf("sum %d.%d", l, u), unit.Sum, z)
			if unit.Activation != nil {
				f, slope := s.Config.Activation.Formulas(unit.Sum)
				for formula, value := range map[string]float64{f: *unit.Activation, slope: *unit.Slope} {
					want, err := nntest.Evaluate(formula, map[string]float64{"z": unit.Sum, "f": *unit.Activation})
					if err != nil {
						t.Fatal(err)
					}
					near(formula, value, want)
				}
				near("output", unit.Output, *unit.Activation**unit.Mask)
				back := 0.0
				for _, above := range e.Point.Layers[l+1].Units {
					back += above.Weights[u] * above.Delta
				}
				near(fmt.Sprintf("back %d.%d", l, u), *unit.Back, back)
				near(fmt.Sprintf("delta %d.%d", l, u), unit.Delta, back**unit.Slope**unit.Mask)
			}
			next = append(next, unit.Output)
		}
		if at, _ := nn.ParseParameter(e.Parameter.Path); at.Layer == l {
			input := 1.0
			if at.In >= 0 {
				input = outputs[at.In]
			}
			near("the gradient of the point", e.Point.Gradient, layer.Units[at.Out].Delta*input)
			// The point takes part in the batch as it is explained, bit for bit.
			if e.Batch.Inputs[column] != input {
				t.Errorf("%s: input %v in the batch, %v of the point", name, e.Batch.Inputs[column], input)
			}
			if len(e.Batch.Points) == 1 && e.Batch.Deltas[0] != layer.Units[at.Out].Delta {
				t.Errorf("%s: delta %v in the batch, %v of the point", name, e.Batch.Deltas[0], layer.Units[at.Out].Delta)
			}
		}
		outputs = next
	}
	loss := e.Point.Loss
	last := e.Point.Layers[len(e.Point.Layers)-1].Units
	if loss.Error != nil {
		near("loss", loss.Value, (outputs[0]-e.Point.Label)*(outputs[0]-e.Point.Label)/2)
		near("delta", last[0].Delta, outputs[0]-e.Point.Label)
		return
	}
	near("loss", loss.Value, -math.Log(loss.Probabilities[int(e.Point.Label)]))
	for k, p := range loss.Probabilities {
		near("probability", p, loss.Exponentials[k] / *loss.Total)
		near("exponential", loss.Exponentials[k], math.Exp(outputs[k]-*loss.Largest))
		want := p
		if float64(k) == e.Point.Label {
			want--
		}
		near("delta", last[k].Delta, want)
	}
}

// numericTolerance is the difference allowed between a gradient and one from differences, relative to
// the larger of it and of what differences of a loss of about 1 can tell.
const numericTolerance = 1e-5

// TestExplainNumeric compares the gradient with the one from differences. Where a rectifier has its
// kink between the two losses they differ, which few of the states do.
func TestExplainNumeric(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 2))
	large, kinks := 0, 0
	for range 3 {
		for _, a := range nn.Activations() {
			for _, task := range nn.Tasks() {
				s, path := explained(t, rng, nn.SGD, a, task)
				e := explain(t, s, path, nn.FirstOfBatch)
				if g := e.Batch.Gradient; math.Abs(g-e.Batch.Numeric) > numericTolerance*max(math.Abs(g), 1e-2) {
					if kinks++; a != nn.ReLU && a != nn.LeakyReLU && a != nn.ELU {
						t.Errorf("%s, %s, %s: gradient %v; differences give %v", a, task, path, g, e.Batch.Numeric)
					}
				}
				if math.Abs(e.Batch.Gradient) > 0.01 {
					large++
				}
			}
		}
	}
	if large < 20 || kinks > 3 {
		t.Errorf("%d large gradients, %d at a kink; want many, and few", large, kinks)
	}
}

// TestExplainSteepest: without a path it is the weight of the largest gradient among the explanations of all,
// each of which has the difference quotient that it is made of.
func TestExplainSteepest(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 5))
	for range 20 {
		s, _ := explained(t, rng, nn.Adam, nn.Tanh, nn.Tasks()[rng.IntN(2)])
		got := explain(t, s, nn.Steepest, nn.FirstOfBatch)
		if !strings.HasPrefix(got.Parameter.Path, "weights.") {
			t.Fatalf("it is %s; want a weight", got.Parameter.Path)
		}
		for l, layer := range s.Network.Weights {
			for out, row := range layer {
				for in := range row {
					e := explain(t, s, nn.ParameterPlace{Layer: l, Out: out, In: in}.String(), nn.FirstOfBatch)
					if math.Abs(e.Batch.Gradient) > math.Abs(got.Batch.Gradient) {
						t.Errorf("the gradient of %s is %v; that of the steepest, %s, is %v",
							e.Parameter.Path, e.Batch.Gradient, got.Parameter.Path, got.Batch.Gradient)
					}
				}
			}
		}
		if b := got.Batch; b.Numeric != (b.Right-b.Left)/(2*b.H) {
			t.Errorf("numeric = %v; want that of %v, %v and %v", b.Numeric, b.Left, b.Right, b.H)
		}
	}
}

// TestExplainLargestShare: the point with the largest share in the gradient is explained as if it had been named.
func TestExplainLargestShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 6))
	for range 20 {
		s, path := explained(t, rng, nn.Adam, nn.Tanh, nn.Tasks()[rng.IntN(2)])
		got := explain(t, s, path, nn.LargestShare)
		share := func(j int) float64 { return math.Abs(got.Batch.Deltas[j] * got.Batch.Inputs[j]) }
		at := slices.Index(got.Batch.Points, got.Point.Index)
		for j, point := range got.Batch.Points {
			if share(j) > share(at) || share(j) == share(at) && j < at {
				t.Errorf("the share of point %d is %v; that of %d, which is explained, %v", point, share(j), got.Point.Index, share(at))
			}
		}
		if want := explain(t, s, path, got.Point.Index); !reflect.DeepEqual(got, want) {
			t.Errorf("it is explained as %+v; want %+v", got, want)
		}
	}
}

// TestExplainChangesNothing holds that a trainer goes on as if it had not been asked.
func TestExplainChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 3))
	for _, o := range nn.Optimizers() {
		s, path := explained(t, rng, o, nn.Tanh, nn.Classification)
		want, err := nn.Step(s, 5)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := nn.NewTrainer(s)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := trainer.Explain(path, nn.FirstOfBatch); err != nil {
				t.Fatal(err)
			}
			if err := trainer.Step(1); err != nil {
				t.Fatal(err)
			}
		}
		if !nntest.Same(trainer.Result(), want) {
			t.Errorf("%s: Explain changes what Step does", o)
		}
	}
}

func TestExplainErrors(t *testing.T) {
	s := nntest.State(t, "moons", 40, 2, func(c *nn.Config) { c.BatchSize = 12; c.HiddenLayers = []int{3} })
	for _, c := range []struct {
		path  string
		point int
		want  string
	}{
		{"weights", -1, `parameter must be weights.LAYER.OUT.IN or biases.LAYER.OUT, counted from 0; got "weights"`},
		{"weights.0.0", -1, "parameter must be"},
		{"weights.0.0.-1", -1, "parameter must be"},
		{"weights.0.0.01", -1, "parameter must be"},
		{"biases.0.0.0", -1, "parameter must be"},
		{"weights.2.0.0", -1, "parameter must have a layer from 0 to 1; got 2"},
		{"weights.0.3.0", -1, "parameter must have an output from 0 to 2 in layer 0; got 3"},
		{"weights.1.0.3", -1, "parameter must have an input from 0 to 2 in layer 1; got 3"},
		{"weights.1.0.2", 40, "point must be in the batch of this update, which has the points "},
	} {
		_, err := nn.Explain(s, c.path, c.point)
		var field *nn.FieldError
		if !errors.As(err, &field) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Explain(%q, %d) error = %v; want %s", c.path, c.point, err, c.want)
		}
	}
	_, err := nn.Explain(s, "biases.0.0", 40)
	if !strings.HasSuffix(err.Error(), " and 2 more; got 40") {
		t.Errorf("error = %v; want ten points and the number of the others", err)
	}
	one := s
	one.Config.BatchSize = 1
	if _, err := nn.Explain(one, "biases.0.0", 40); !strings.HasPrefix(err.Error(), "point must be in the batch of this update, which is the point ") {
		t.Errorf("error = %v; want the one point of the batch", err)
	}

	s.Network.Weights[1][0][0] = 1e300
	s.Network.Weights[0][0][0] = 1e300
	var diverged *nn.DivergedError
	s.Config.Activation = nn.Linear
	if _, err := nn.Explain(s, "biases.0.0", -1); !errors.As(err, &diverged) {
		t.Errorf("error = %v; want that the run diverges", err)
	}
}

// TestExplainStops holds that an explanation ends early with the error of a yield.
func TestExplainStops(t *testing.T) {
	s := nntest.State(t, "moons", 2000, 0, func(c *nn.Config) { c.HiddenLayers = []int{60, 60, 60} })
	trainer, err := nn.NewTrainer(s)
	if err != nil {
		t.Fatal(err)
	}
	want := trainer.Network()
	for _, after := range []int{0, 1, 5, 20} {
		calls, enough := 0, errors.New("enough")
		trainer.SetYield(func() error {
			if calls++; calls > after {
				return enough
			}
			return nil
		})
		if _, err := trainer.Explain("biases.0.0", -1); !errors.Is(err, enough) {
			t.Errorf("error after %d yields = %v; want that of the yield", after, err)
		}
		trainer.SetYield(nil)
	}
	if !nntest.Same(trainer.Network(), want) {
		t.Error("an explanation that ended early left another network")
	}
}

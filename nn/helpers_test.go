package nn

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// newRand returns the random numbers of one test.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x7e57)) }

// pick returns one of the choices.
func pick[T any](rng *rand.Rand, choices []T) T { return choices[rng.IntN(len(choices))] }

// randomPoints returns n points with labels that suit the task, below classes.
func randomPoints(rng *rand.Rand, n int, task Task, classes int) []Point {
	points := make([]Point, n)
	for i := range points {
		p := Point{X: 2*rng.Float64() - 1, Y: 2*rng.Float64() - 1}
		if task == Regression {
			p.Label = 2*rng.Float64() - 1
		} else {
			p.Label = float64(rng.IntN(classes))
		}
		points[i] = p
	}
	return points
}

// randomConfig returns a valid config with small layers, for n points, whose rate is so low that no
// optimizer diverges in a few dozen steps. Like all that makes random states here it keeps to
// functions with the same bits on every CPU, for the sake of TestStepOnEveryCPU.
func randomConfig(rng *rand.Rand, n int) Config {
	maybe := func(most float64) float64 { return float64(rng.IntN(2)) * most * rng.Float64() }
	c := Config{
		Task:         pick(rng, Tasks()),
		Activation:   pick(rng, Activations()),
		Init:         pick(rng, Inits()),
		Optimizer:    pick(rng, Optimizers()),
		LearningRate: pick(rng, []float64{0.001, 0.003, 0.01}),

		Schedule: ConstantRate, ScheduleSteps: defaultScheduleSteps, ScheduleFactor: defaultScheduleFactor,

		L1:           maybe(0.1),
		L2:           maybe(0.1),
		Dropout:      maybe(0.6),
		TestFraction: maybe(MaxFraction),
		Seed:         rng.Uint32(),
	}
	for _, i := range rng.Perm(len(Features()))[:1+rng.IntN(len(Features()))] {
		c.Features = append(c.Features, Features()[i])
	}
	for range rng.IntN(4) {
		c.HiddenLayers = append(c.HiddenLayers, 1+rng.IntN(6))
	}
	if rng.IntN(2) == 0 {
		c.Classes = MinClasses + rng.IntN(MaxClasses-MinClasses+1)
	}
	if rng.IntN(3) > 0 {
		c.BatchSize = 1 + rng.IntN(n+5) // sometimes more than there are
	}
	return c
}

// randomState returns a valid state: with 1 to 40 points, now and then with several blocks of them,
// and with a network that is new, given by its weights or in mid-run.
func randomState(tb testing.TB, rng *rand.Rand) State {
	tb.Helper()
	n := 1 + rng.IntN(40)
	if rng.IntN(10) == 0 {
		n = blockWidth + rng.IntN(2*blockWidth)
	}
	c := randomConfig(rng, n)
	labels := 1 + rng.IntN(MaxClasses)
	if c.Classes != 0 {
		labels = 1 + rng.IntN(c.Classes)
	}
	s := State{Config: c, Data: randomPoints(rng, n, c.Task, labels)}
	switch rng.IntN(3) {
	case 1:
		s.Network = prepare(tb, s).Network
		for _, p := range numbers(s.Network.Parameters) {
			*p += 0.2*rng.Float64() - 0.1
		}
	case 2:
		s.Network = step(tb, s, 1+rng.IntN(10)).Network
	}
	return s
}

func prepare(tb testing.TB, s State) State {
	tb.Helper()
	s, err := s.Prepare()
	if err != nil {
		tb.Fatalf("Prepare() error: %v", err)
	}
	return s
}

// step is Step without errors.
func step(tb testing.TB, s State, n int) Result {
	tb.Helper()
	r, err := Step(s, n)
	if err != nil {
		tb.Fatalf("Step(%+v, %d) error: %v", s.Config, n, err)
	}
	return r
}

func trainer(tb testing.TB, s State) *Trainer {
	tb.Helper()
	t, err := NewTrainer(s)
	if err != nil {
		tb.Fatalf("NewTrainer(%+v) error: %v", s.Config, err)
	}
	return t
}

func toJSON(tb testing.TB, v any) string {
	tb.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		tb.Fatalf("Marshal(%+v): %v", v, err)
	}
	return string(text)
}

// reload returns the state as a browser gives it back: through JSON.
func reload(tb testing.TB, s State) State {
	tb.Helper()
	back := State{Config: DefaultConfig()}
	if err := json.Unmarshal([]byte(toJSON(tb, s)), &back); err != nil {
		tb.Fatalf("Unmarshal: %v", err)
	}
	return back
}

// numbers returns where the numbers of p are: the weights, layer by layer and row by row, then the
// biases.
func numbers(p Parameters) []*float64 {
	var at []*float64
	for _, layer := range p.Weights {
		for _, row := range layer {
			for i := range row {
				at = append(at, &row[i])
			}
		}
	}
	for _, layer := range p.Biases {
		for o := range layer {
			at = append(at, &layer[o])
		}
	}
	return at
}

// values returns the numbers of p in the same order.
func values(p Parameters) []float64 {
	var v []float64
	for _, at := range numbers(p) {
		v = append(v, *at)
	}
	return v
}

// isWeight reports whether number i of p is a weight.
func isWeight(p Parameters, i int) bool {
	for _, layer := range p.Biases {
		i += len(layer)
	}
	return i < len(numbers(p))
}

// deepCopy returns a copy of v that shares nothing with it. Slices are copied to their full
// capacity, and get some more if spare.
func deepCopy[T any](v T, spare bool) T {
	return copyOf(reflect.ValueOf(v), spare).Interface().(T)
}

func copyOf(v reflect.Value, spare bool) reflect.Value {
	dst := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dst.Set(reflect.New(v.Type().Elem()))
			dst.Elem().Set(copyOf(v.Elem(), spare))
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		n, all := v.Len(), v.Slice(0, v.Cap())
		more := 0
		if spare {
			more = 3
		}
		dst.Set(reflect.MakeSlice(v.Type(), all.Len()+more, all.Len()+more))
		for i := range all.Len() {
			dst.Index(i).Set(copyOf(all.Index(i), spare))
		}
		dst.Set(dst.Slice(0, n))
	case reflect.Struct:
		for i := range v.NumField() {
			dst.Field(i).Set(copyOf(v.Field(i), spare))
		}
	default:
		dst.Set(v)
	}
	return dst
}

// full returns a copy of v in which every slice is as long as its capacity, so that a comparison
// sees what lies behind its end.
func full[T any](v T) T {
	c := deepCopy(v, false)
	extend(reflect.ValueOf(&c).Elem())
	return c
}

func extend(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			extend(v.Elem())
		}
	case reflect.Slice:
		v.Set(v.Slice(0, v.Cap()))
		for i := range v.Len() {
			extend(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			extend(v.Field(i))
		}
	}
}

// plainActivations are the activations as their papers write them, with package math.
var plainActivations = map[Activation]func(z float64) float64{
	Tanh:      math.Tanh,
	ReLU:      func(z float64) float64 { return math.Max(z, 0) },
	LeakyReLU: func(z float64) float64 { return math.Max(z, 0) + 0.01*math.Min(z, 0) },
	Sigmoid:   func(z float64) float64 { return 1 / (1 + math.Exp(-z)) },
	GELU:      func(z float64) float64 { return z * math.Erfc(-z/math.Sqrt2) / 2 },
	SiLU:      func(z float64) float64 { return z / (1 + math.Exp(-z)) },
	ELU: func(z float64) float64 {
		if z > 0 {
			return z
		}
		return math.Exp(z) - 1
	},
	Softplus: func(z float64) float64 { return math.Log(1 + math.Exp(z)) },
	Sin:      math.Sin,
	Linear:   func(z float64) float64 { return z },
}

// plainFeatures are the features as the contract writes them.
var plainFeatures = map[Feature]func(x, y float64) float64{
	"x":     func(x, y float64) float64 { return x },
	"y":     func(x, y float64) float64 { return y },
	"x2":    func(x, y float64) float64 { return x * x },
	"y2":    func(x, y float64) float64 { return y * y },
	"xy":    func(x, y float64) float64 { return x * y },
	"sin_x": func(x, y float64) float64 { return math.Sin(2 * math.Pi * x) },
	"sin_y": func(x, y float64) float64 { return math.Sin(2 * math.Pi * y) },
}

// plainForward returns the outputs (logits) of the network for one place and the smallest |z| of
// its hidden units, as far as they are from a kink at 0.
func plainForward(c Config, p Parameters, x, y float64) (out []float64, margin float64) {
	for _, f := range c.Features {
		out = append(out, plainFeatures[f](x, y))
	}
	margin = math.Inf(1)
	for l, rows := range p.Weights {
		z := make([]float64, len(rows))
		for o, row := range rows {
			z[o] = p.Biases[l][o]
			for i, w := range row {
				z[o] += w * out[i]
			}
			if l < len(p.Weights)-1 {
				margin = math.Min(margin, math.Abs(z[o]))
				z[o] = plainActivations[c.Activation](z[o])
			}
		}
		out = z
	}
	return out, margin
}

// plainSoftmax returns the class probabilities of the logits.
func plainSoftmax(logits []float64) []float64 {
	sum := 0.0
	p := make([]float64, len(logits))
	for k, v := range logits {
		p[k] = math.Exp(v)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// plainLoss returns the mean loss of the network over the points and the share of them that it
// classifies correctly.
func plainLoss(c Config, p Parameters, points []Point) (loss, accuracy float64) {
	for _, q := range points {
		out, _ := plainForward(c, p, q.X, q.Y)
		if c.Task == Regression {
			loss += (out[0] - q.Label) * (out[0] - q.Label) / 2
			continue
		}
		loss -= math.Log(plainSoftmax(out)[int(q.Label)])
		best := 0
		for k := range out {
			if out[k] > out[best] {
				best = k
			}
		}
		if best == int(q.Label) {
			accuracy++
		}
	}
	n := float64(len(points))
	return loss / n, accuracy / n
}

// near reports whether got is want up to tolerance, relative to want where that is larger than 1.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))
}

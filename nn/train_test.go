package nn

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const (
	// handTolerance is for cases worked by hand, whose numbers are short decimals.
	handTolerance = 1e-15
	// epsilonTolerance is for updates worked by hand without the optimizer's ε: for RMSprop,
	// rate·g/(0.1·|g|+ε) with g as small as 0.25.
	epsilonTolerance = 1e-6
)

// line returns a state whose network is one weight and one bias: regression on x without hidden
// layers.
func line(w, b float64, points ...Point) State {
	c := DefaultConfig()
	c.Task, c.Features, c.HiddenLayers = Regression, []Feature{FeatureX}, nil
	return State{
		Config:  c,
		Network: Network{Parameters: Parameters{Weights: [][][]float64{{{w}}}, Biases: [][]float64{{b}}}},
		Data:    points,
	}
}

// checkValues compares the numbers of p, weights first.
func checkValues(t *testing.T, what string, p Parameters, tolerance float64, want ...float64) {
	t.Helper()
	if got := values(p); len(got) != len(want) {
		t.Errorf("%s = %v; want %v", what, got, want)
	} else {
		for i := range want {
			if !near(got[i], want[i], tolerance) {
				t.Errorf("%s = %v; want %v", what, got, want)
				break
			}
		}
	}
}

func TestStep(t *testing.T) {
	// A classifier of two classes on x that starts from zero, so that both probabilities are 1/2
	// everywhere and the loss is ln 2. The gradients with respect to the outputs are (-½, ½) at x =
	// 0.5 (class 0) and (½, -½) at x = -1 (class 1). Means of the products with x: dw₀ = (-½·0.5 +
	// ½·(-1))/2 = -0.375, dw₁ = 0.375, db = 0.
	t.Run("Classification", func(t *testing.T) {
		c := DefaultConfig()
		c.Features, c.HiddenLayers, c.Init = []Feature{FeatureX}, nil, InitZero
		c.Optimizer, c.LearningRate = SGD, 0.8
		s := State{Config: c, Data: []Point{{0.5, 0.3, 0}, {-1, 0.1, 1}}}
		r := step(t, s, 0)
		if !near(r.Loss, math.Ln2, handTolerance) || *r.Metrics.Accuracy != 0.5 {
			t.Errorf("Step(s, 0) = loss %v, accuracy %v; want %v, 0.5 (equal outputs are class 0)",
				r.Loss, *r.Metrics.Accuracy, math.Ln2)
		}
		r = step(t, s, 1)
		checkValues(t, "Step(s, 1)", r.Network.Parameters, handTolerance, 0.3, -0.3, 0, 0)
		// The outputs differ by 0.6·x: 0.3 and, for class 1, 0.6.
		want := (math.Log1p(math.Exp(-0.3)) + math.Log1p(math.Exp(-0.6))) / 2
		if !near(r.Loss, want, handTolerance) || *r.Metrics.Accuracy != 1 || r.Metrics.Loss != r.Loss {
			t.Errorf("Step(s, 1) = loss %v, %v, accuracy %v; want %v, 1", r.Loss, r.Metrics.Loss,
				*r.Metrics.Accuracy, want)
		}
		if r.Network.Step != 1 || r.Network.Epoch != 1 || r.Network.Optimizer != (Moments{}) {
			t.Errorf("Step(s, 1) = step %d, epoch %d, moments %v; want 1, 1, none", r.Network.Step,
				r.Network.Epoch, r.Network.Optimizer)
		}
	})

	// w = 1, b = 0 at x = 0.5: the output is 0.5, the error -0.5, the gradient (-0.25, -0.5). At
	// rate 0.4: w = 1.1, b = 0.2. Then the output is 0.75, the error -0.25, the gradient (-0.125,
	// -0.25).
	t.Run("SGD", func(t *testing.T) {
		s := line(1, 0, Point{0.5, 0, 1})
		s.Config.Optimizer, s.Config.LearningRate = SGD, 0.4
		if r := step(t, s, 0); !near(r.Loss, 0.125, handTolerance) {
			t.Errorf("Step(s, 0) = loss %v; want 0.125", r.Loss)
		}
		r := step(t, s, 1)
		checkValues(t, "Step(s, 1)", r.Network.Parameters, handTolerance, 1.1, 0.2)
		if !near(r.Loss, 0.03125, handTolerance) {
			t.Errorf("Step(s, 1) = loss %v; want 0.03125", r.Loss)
		}
		checkValues(t, "Step(s, 2)", step(t, s, 2).Network.Parameters, handTolerance, 1.15, 0.3)
	})

	// The same with velocity: after the second update 0.9·(-0.25) - 0.125 = -0.35 and 0.9·(-0.5) -
	// 0.25 = -0.7.
	t.Run("Momentum", func(t *testing.T) {
		s := line(1, 0, Point{0.5, 0, 1})
		s.Config.Optimizer, s.Config.LearningRate = Momentum, 0.4
		n := step(t, s, 2).Network
		checkValues(t, "Step(s, 2)", n.Parameters, handTolerance, 1.24, 0.48)
		checkValues(t, "velocity", *n.Optimizer.First, handTolerance, -0.35, -0.7)
		if n.Optimizer.Optimizer != Momentum || n.Optimizer.Updates != 2 || n.Optimizer.Second != nil {
			t.Errorf("moments = %+v; want 2 updates of momentum and no second", n.Optimizer)
		}
	})

	// The gradients of the first update are (-0.25, -0.5), as for SGD. Nesterov adds 0.9 of the
	// velocity, which is the gradient: 1.9·0.4 of it. RMSprop divides it by the root of 0.01 of its
	// square, Adagrad by its own size.
	for _, c := range []struct {
		optimizer Optimizer
		rate      float64
		want      [2]float64
		first     []float64
		second    []float64
	}{
		{Nesterov, 0.4, [2]float64{1.19, 0.38}, []float64{-0.25, -0.5}, nil},
		{RMSprop, 0.04, [2]float64{1.4, 0.4}, nil, []float64{0.000625, 0.0025}},
		{Adagrad, 0.4, [2]float64{1.4, 0.4}, nil, []float64{0.0625, 0.25}},
		{Adam, 0.4, [2]float64{1.4, 0.4}, []float64{-0.025, -0.05}, []float64{0.0000625, 0.00025}},
		{AdamW, 0.4, [2]float64{1.4, 0.4}, []float64{-0.025, -0.05}, []float64{0.0000625, 0.00025}},
	} {
		t.Run("First/"+string(c.optimizer), func(t *testing.T) {
			s := line(1, 0, Point{0.5, 0, 1})
			s.Config.Optimizer, s.Config.LearningRate = c.optimizer, c.rate
			n := step(t, s, 1).Network
			checkValues(t, "Step(s, 1)", n.Parameters, epsilonTolerance, c.want[:]...)
			for _, m := range []struct {
				name string
				got  *Parameters
				want []float64
			}{{"first", n.Optimizer.First, c.first}, {"second", n.Optimizer.Second, c.second}} {
				if (m.got != nil) != (m.want != nil) {
					t.Errorf("%s moment present = %v; want %v", m.name, m.got != nil, m.want != nil)
				} else if m.got != nil {
					checkValues(t, m.name+" moment", *m.got, handTolerance, m.want...)
				}
			}
		})
	}

	// Two points: the gradient is the mean. Errors 0.5 and -1.5 at x = 1 and -1: dw = (0.5 + 1.5)/2
	// = 1, db = -0.5.
	t.Run("Mean", func(t *testing.T) {
		s := line(1, 0.5, Point{1, 0, 1}, Point{-1, 0, 1})
		s.Config.Optimizer, s.Config.LearningRate = SGD, 1
		checkValues(t, "Step(s, 1)", step(t, s, 1).Network.Parameters, handTolerance, 0, 1)
	})

	// The first update of Adam moves every number by the rate against the sign of its gradient;
	// here the error is 1 at x = 0.5, so both go down.
	t.Run("Adam", func(t *testing.T) {
		s := line(2, 0, Point{0.5, 0, 0})
		s.Config.Optimizer, s.Config.LearningRate = Adam, 0.1
		checkValues(t, "Step(s, 1)", step(t, s, 1).Network.Parameters, epsilonTolerance, 1.9, -0.1)
		// With L2 the gradient of w is 0.5 + 2 and still one step of the rate.
		s.Config.L2 = 1
		checkValues(t, "Step(s, 1) with l2", step(t, s, 1).Network.Parameters, epsilonTolerance,
			1.9, -0.1)
	})

	// AdamW first shrinks the weight, and not the bias, by rate·l2 = 0.05; the bias has no gradient
	// without an error, so it shows alone.
	t.Run("AdamW", func(t *testing.T) {
		s := line(2, 3, Point{0.5, 0, 0})
		s.Config.Optimizer, s.Config.LearningRate, s.Config.L2 = AdamW, 0.1, 0.5
		n := step(t, s, 1).Network
		checkValues(t, "Step(s, 1)", n.Parameters, epsilonTolerance, 0.95*2-0.1, 3-0.1)
		// 4·0.5 of the gradient would be in the moments if l2 were in it: the gradient is 4·0.5 for
		// the weight and 4 for the bias.
		checkValues(t, "first moment", *n.Optimizer.First, handTolerance, 0.2, 0.4)
		checkValues(t, "second moment", *n.Optimizer.Second, handTolerance, 0.004, 0.016)
	})

	// L1 adds 0.5·sign, L2 0.25·w to the gradient of the weight alone. The output is right, so
	// there is no other gradient.
	t.Run("Penalties", func(t *testing.T) {
		s := line(-1, 1, Point{1, 0, 0})
		s.Config.Optimizer, s.Config.LearningRate, s.Config.L1, s.Config.L2 = SGD, 1, 0.5, 0.25
		r := step(t, s, 1)
		checkValues(t, "Step(s, 1)", r.Network.Parameters, handTolerance, -1+0.5+0.25, 1)
		if r := step(t, s, 0); r.Loss != 0 {
			t.Errorf("Step(s, 0) = loss %v; want 0, without the penalty", r.Loss)
		}
	})

	// L1 with AdamW goes by the sign of the weight before its decay, like the rest of the gradient.
	// With rate·l2 = 1 the decay leaves nothing of it.
	t.Run("PenaltyAndDecay", func(t *testing.T) {
		s := line(-1, 1, Point{1, 0, 0})
		s.Config.Optimizer, s.Config.LearningRate, s.Config.L1, s.Config.L2 = AdamW, 0.5, 0.5, 2
		n := step(t, s, 1).Network
		checkValues(t, "Step(s, 1)", n.Parameters, epsilonTolerance, 0.5, 1)
		checkValues(t, "first moment", *n.Optimizer.First, handTolerance, -0.05, 0)
	})

	// A hidden unit relu(2x - 0.5), an output 3h + 0.25. At x = 0.5 the unit is 0.5 and the output
	// 1.75. The target 0.75 leaves the error 1, so the gradients are 0.5 and 1 above and 3·0.5 and
	// 3 below. At rate 0.1 from 2, 3, -0.5, 0.25.
	t.Run("Hidden", func(t *testing.T) {
		s := line(0, 0, Point{0.5, 0, 0.75})
		s.Config.HiddenLayers, s.Config.Activation = []int{1}, ReLU
		s.Config.Optimizer, s.Config.LearningRate = SGD, 0.1
		s.Network.Parameters = Parameters{Weights: [][][]float64{{{2}}, {{3}}}, Biases: [][]float64{{-0.5}, {0.25}}}
		checkValues(t, "Step(s, 1)", step(t, s, 1).Network.Parameters, handTolerance, 1.85, 2.95,
			-0.8, 0.15)
		// At x = -1 the unit is silent: only the output's bias learns.
		s.Data[0] = Point{-1, 0, 0.75}
		checkValues(t, "Step(s, 1) of a silent unit", step(t, s, 1).Network.Parameters,
			handTolerance, 2, 3, -0.5, 0.3)
	})

	t.Run("NegativeSteps", func(t *testing.T) {
		s := line(1, 0, Point{0.5, 0, 1})
		if got, want := toJSON(t, step(t, s, -3)), toJSON(t, step(t, s, 0)); got != want {
			t.Errorf("Step(s, -3) = %s; want, as Step(s, 0), %s", got, want)
		}
	})

	t.Run("Errors", func(t *testing.T) {
		s := line(1, 0)
		checkFieldError(t, "Step without points",
			func() error { _, err := Step(s, 1); return err }(), "data",
			"at least one training point")
		s.Config.LearningRate = 0
		checkFieldError(t, "Step at rate 0", func() error { _, err := Step(s, 1); return err }(),
			"config.learning_rate", "greater than 0")
	})
}

// TestStepEpochs counts: 25 points in batches of 10 are 3 updates an epoch.
func TestStepEpochs(t *testing.T) {
	s := shuffled(25, 10, 0)
	for n, want := range []int{0, 0, 0, 1, 1, 1, 2, 2, 2, 3} {
		if got := step(t, s, n).Network; got.Step != n || got.Epoch != want {
			t.Errorf("Step(s, %d) = step %d, epoch %d; want %d, %d", n, got.Step, got.Epoch, n,
				want)
		}
	}
	// Weights alone are a fresh start from those weights.
	p := step(t, s, 4).Network.Parameters
	s.Network = Network{Parameters: p}
	if got := step(t, s, 1).Network; got.Step != 1 || got.Epoch != 0 {
		t.Errorf("Step from weights alone = step %d, epoch %d; want 1, 0", got.Step, got.Epoch)
	}
}

// TestTrainerCopies holds that a Trainer and a Model have a state of their own.
func TestTrainerCopies(t *testing.T) {
	s := shuffled(20, 7, 0.25)
	s.Network = step(t, s, 2).Network
	want := toJSON(t, step(t, s, 5))
	tr := trainer(t, s)
	m, err := NewModel(s)
	if err != nil {
		t.Fatal(err)
	}
	points := slices.Clone(s.Data)
	predicted := toJSON(t, m.Predict(points))
	s.Config.Features[0], s.Config.HiddenLayers[0] = FeatureSinX, 1
	clear(s.Data)
	for _, v := range numbers(s.Network.Parameters) {
		*v = 99
	}
	if err := tr.Step(5); err != nil {
		t.Fatal(err)
	}
	if got := toJSON(t, tr.Result()); got != want {
		t.Errorf("after a change of the state Step(5) gives %s; want %s", got, want)
	}
	if got := toJSON(t, m.Predict(points)); got != predicted {
		t.Errorf("after a change of the state Predict() = %s; want %s", got, predicted)
	}
}

// TestStepLearns holds that every optimizer learns: circles, which no straight line divides.
func TestStepLearns(t *testing.T) {
	rates := map[Optimizer]float64{SGD: 0.5, Momentum: 0.1, Nesterov: 0.1, RMSprop: 0.01, Adagrad: 0.1, Adam: 0.03, AdamW: 0.03}
	for _, o := range Optimizers() {
		s := State{Config: DefaultConfig()}
		s.Config.Optimizer, s.Config.LearningRate, s.Config.BatchSize = o, rates[o], 20
		rng := newRand(1)
		for i := range 100 {
			radius, angle := 0.3+0.5*float64(i%2), 2*math.Pi*rng.Float64()
			s.Data = append(s.Data,
				Point{radius * math.Cos(angle), radius * math.Sin(angle), float64(i % 2)})
		}
		if r := step(t, s, 1500); r.Loss > 0.1 || *r.Metrics.Accuracy < 0.99 {
			t.Errorf("%s: loss %v, accuracy %v after 1500 steps; want at most 0.1, at least 0.99",
				o, r.Loss, *r.Metrics.Accuracy)
		}
	}
}

// TestMetrics compares with the formulas on the points of each side, and says which metrics there
// are.
func TestMetrics(t *testing.T) {
	for _, task := range Tasks() {
		for _, n := range []int{1, 40, blockWidth + 1, 3 * blockWidth} {
			for _, fraction := range []float64{0, 0.4} {
				t.Run(fmt.Sprintf("%s/%d/%v", task, n, fraction), func(t *testing.T) {
					c := DefaultConfig()
					c.Task, c.TestFraction = task, fraction
					s := prepare(t, State{Config: c, Data: randomPoints(newRand(1), n, task, 3)})
					r := step(t, s, 2)
					var train, test []Point
					for i, h := range Split(n, fraction, c.Seed) {
						if h {
							test = append(test, s.Data[i])
						} else {
							train = append(train, s.Data[i])
						}
					}
					loss, accuracy := plainLoss(s.Config, r.Network.Parameters, train)
					if !near(r.Loss, loss, dropoutTolerance) || r.Metrics.Loss != r.Loss {
						t.Errorf("loss = %v, %v; want %v", r.Loss, r.Metrics.Loss, loss)
					}
					checkOptional(t, "accuracy", r.Metrics.Accuracy, task == Classification,
						accuracy)
					loss, accuracy = plainLoss(s.Config, r.Network.Parameters, test)
					checkOptional(t, "test_loss", r.Metrics.TestLoss, len(test) > 0, loss)
					checkOptional(t, "test_accuracy", r.Metrics.TestAccuracy,
						len(test) > 0 && task == Classification, accuracy)
				})
			}
		}
	}
}

func checkOptional(t *testing.T, what string, got *float64, present bool, want float64) {
	t.Helper()
	switch {
	case (got != nil) != present:
		t.Errorf("%s present = %v; want %v", what, got != nil, present)
	case got != nil && !near(*got, want, dropoutTolerance):
		t.Errorf("%s = %v; want %v", what, *got, want)
	}
}

func TestConfusion(t *testing.T) {
	c := DefaultConfig()
	c.TestFraction = 0.3
	s := prepare(t, State{Config: c, Data: randomPoints(newRand(1), 700, Classification, 4)})
	tr := trainer(t, s)
	if err := tr.Step(30); err != nil {
		t.Fatal(err)
	}
	confusion, metrics := tr.Confusion(), tr.Metrics()
	side := Split(700, 0.3, c.Seed)
	for _, m := range []struct {
		name     string
		counts   [][]int
		accuracy float64
		held     bool
	}{{"train", confusion.Train, *metrics.Accuracy, false}, {"test", confusion.Test, *metrics.TestAccuracy, true}} {
		want := make([][]int, 4)
		for k := range want {
			want[k] = make([]int, 4)
		}
		total, diagonal := 0, 0
		for i, p := range s.Data {
			if side[i] != m.held {
				continue
			}
			out, _ := plainForward(s.Config, tr.Network().Parameters, p.X, p.Y)
			best := slices.Index(out, slices.Max(out))
			want[int(p.Label)][best]++
			total++
			if best == int(p.Label) {
				diagonal++
			}
		}
		if !reflect.DeepEqual(m.counts, want) {
			t.Errorf("Confusion() %s = %v; want %v", m.name, m.counts, want)
		}
		if got := float64(diagonal) / float64(total); got != m.accuracy {
			t.Errorf("%s accuracy = %v; want the share on the diagonal, %v", m.name, m.accuracy,
				got)
		}
	}

	t.Run("Tie", func(t *testing.T) {
		s := s
		s.Config.Init, s.Network = InitZero, Network{}
		tr := trainer(t, s)
		share := 0
		for k, row := range tr.Confusion().Train {
			share += row[0]
			for j := 1; j < len(row); j++ {
				if row[j] != 0 {
					t.Errorf("equal outputs: class %d taken for %d %d times; want the first class always", k, j, row[j])
				}
			}
		}
		if want := float64(tr.Confusion().Train[0][0]) / float64(share); *tr.Metrics().Accuracy != want {
			t.Errorf("accuracy of equal outputs = %v; want %v, the share of class 0",
				*tr.Metrics().Accuracy, want)
		}
	})
	t.Run("Regression", func(t *testing.T) {
		defer func() {
			if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "nn: ") {
				t.Error("Confusion() of a regression did not panic with nn: …")
			}
		}()
		trainer(t, line(1, 1, Point{})).Confusion()
	})
}

func TestPerClass(t *testing.T) {
	// Of class 0 there are 4 points, 3 found; of class 1 there are 2, both taken for 0; class 2 has
	// none and nothing is taken for it.
	got := PerClass([][]int{{3, 1, 0}, {2, 0, 0}, {0, 0, 0}})
	v := func(x float64) *float64 { return &x }
	want := []ClassScore{{v(0.6), v(0.75), 4}, {v(0), v(0), 2}, {nil, nil, 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("PerClass() = %s; want %s", toJSON(t, got), toJSON(t, want))
	}
	// One may be defined without the other.
	got = PerClass([][]int{{0, 2}, {0, 0}})
	want = []ClassScore{{nil, v(0), 2}, {v(0), nil, 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("PerClass() = %s; want %s", toJSON(t, got), toJSON(t, want))
	}
	if got := PerClass(nil); len(got) != 0 {
		t.Errorf("PerClass(nil) = %v; want nothing", got)
	}
}

// TestDiverged makes runs end in every way there is.
func TestDiverged(t *testing.T) {
	exploding := func(change func(c *Config)) State {
		c := DefaultConfig()
		c.Task, c.Optimizer, c.LearningRate = Regression, SGD, MaxLearningRate
		change(&c)
		return State{Config: c, Data: randomPoints(newRand(1), 30, c.Task, 3)}
	}
	// chain is w₁ and w₂ of a linear unit at x = 1, target 0.
	chain := func(w1, w2 float64, o Optimizer) State {
		s := line(0, 0, Point{1, 0, 0})
		s.Config.HiddenLayers, s.Config.Activation = []int{1}, Linear
		s.Config.Optimizer, s.Config.LearningRate = o, MaxLearningRate
		s.Network.Parameters = Parameters{Weights: [][][]float64{{{w1}}, {{w2}}}, Biases: [][]float64{{0}, {0}}}
		return s
	}
	// beyond is w at x = 1, target 0, at rate 10: w becomes -9w, and the bias -10w.
	beyond := func(w float64) State {
		s := line(w, 0, Point{1, 0, 0})
		s.Config.Optimizer, s.Config.LearningRate = SGD, MaxLearningRate
		return s
	}
	later := chain(1e-8, 1e158, SGD)
	later.Network.Step, later.Network.Epoch = 7, 7
	for _, c := range []struct {
		name  string
		state State
		what  string
		step  int // 0 is any
	}{
		{"ReLU", exploding(func(c *Config) { c.Activation = ReLU }), "", 0},
		{"Linear", exploding(func(c *Config) { c.Activation, c.HiddenLayers = Linear, nil }), "", 0},
		{"Momentum", exploding(func(c *Config) { c.Optimizer, c.Activation = Momentum, ELU }), "", 0},
		{"Batches", exploding(func(c *Config) { c.Activation, c.BatchSize = ReLU, 7 }), "", 0},
		{"Dropout", exploding(func(c *Config) { c.Activation, c.BatchSize, c.Dropout = LeakyReLU, 4, 0.3 }), "", 0},
		{"Classification", exploding(func(c *Config) {
			c.Task, c.Activation, c.L2 = Classification, Linear, MaxPenalty
		}), "", 0},
		{"Decay", exploding(func(c *Config) { c.Optimizer, c.L2 = AdamW, MaxPenalty }), "", 0},
		// The output is 1e200·1e200, infinite before the first update.
		{"Gradient", chain(1e200, 1e200, SGD), "gradient", 1},
		// The output is 1e150 and the gradient of w₁ 1e150·1e158; ten times that is infinite.
		{"Weights", chain(1e-8, 1e158, SGD), "weights", 1},
		{"WeightsLater", later, "weights", 8},
		// Beyond 1e120 a weight counts as infinite.
		{"Bound", beyond(1.1e119), "weights", 1},
		{"WithinBound", beyond(0.9e119), "weights", 2},
		// The gradient of w₂ is 1e110·1e60, its square infinite, the step by its root 0.
		{"Moments", chain(1e60, 1e50, RMSprop), "optimizer moments", 1},
		{"AdamMoments", chain(1e60, 1e50, Adam), "optimizer moments", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			const most = 20000
			tr := trainer(t, c.state)
			err := tr.Step(most)
			var diverged *DivergedError
			if !errors.As(err, &diverged) {
				t.Fatalf("Step(%d) error = %v; want a *DivergedError", most, err)
			}
			if !slices.Contains([]string{"gradient", "weights", "optimizer moments"}, diverged.What) || c.what != "" && diverged.What != c.what {
				t.Errorf("What = %q; want %q", diverged.What, c.what)
			}
			n := diverged.Network
			if c.step != 0 && diverged.Step != c.step || diverged.Step != n.Step+1 {
				t.Errorf("Step = %d, of the network %d; want %d and one less", diverged.Step,
					n.Step, c.step)
			}
			if text := err.Error(); !strings.Contains(text, diverged.What) || !strings.Contains(text, fmt.Sprintf("step %d;", diverged.Step)) {
				t.Errorf("Error() = %q; want what and step %d in it", text, diverged.Step)
			}
			network := toJSON(t, n) // fails for numbers that are not finite
			again := c.state
			again.Network = n
			if _, err := again.Prepare(); err != nil {
				t.Errorf("Prepare() of the last finite network: %v", err)
			}

			// The same number of steps from the start lead to that very network.
			steps := n.Step - c.state.Network.Step
			fresh := trainer(t, c.state)
			if err := fresh.Step(steps); err != nil {
				t.Fatalf("Step(%d) from the start: %v", steps, err)
			}
			if got := toJSON(t, fresh.Network()); got != network {
				t.Errorf("Step(%d) from the start = %s; want %s", steps, got, network)
			}
			// The trainer is at that network and goes on from it: to the same end.
			if got := toJSON(t, tr.Network()); got != network {
				t.Errorf("the trainer's network = %s; want %s", got, network)
			}
			if got, want := tr.Metrics().Loss, fresh.Metrics().Loss; math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("the trainer's loss = %v; want %v", got, want)
			}
			for _, trainer := range []*Trainer{tr, fresh} {
				var second *DivergedError
				if err := trainer.Step(2); !errors.As(err, &second) || toJSON(t, second) != toJSON(t, diverged) {
					t.Errorf("Step(2) from there: error %v; want %v", err, diverged)
				}
			}
		})
	}
}

// unseen returns a regression with a linear hidden unit that gives 0 for all training points, as it
// should, whatever its weights are; the point held out is at x = 1.
func unseen() State {
	s := State{Config: DefaultConfig(), Data: make([]Point, 2)}
	s.Config.Task, s.Config.Features, s.Config.HiddenLayers, s.Config.Activation = Regression, []Feature{FeatureX}, []int{1}, Linear
	s.Config.Optimizer, s.Config.TestFraction = SGD, 0.5
	for i, h := range Split(2, 0.5, s.Config.Seed) {
		if h {
			s.Data[i].X = 1
		}
	}
	return s
}

// TestDivergedGoesOn: from the last state of a run a smaller rate leads back, as there is a
// gradient.
func TestDivergedGoesOn(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"Linear":   func(c *Config) { c.HiddenLayers = nil },
		"Tanh":     func(c *Config) {},
		"ReLU":     func(c *Config) { c.Activation = ReLU },
		"Batches":  func(c *Config) { c.Activation, c.BatchSize = ReLU, 7 },
		"Nesterov": func(c *Config) { c.Optimizer, c.HiddenLayers, c.BatchSize = Nesterov, nil, 2 },
	} {
		c := DefaultConfig()
		c.Task, c.Optimizer, c.LearningRate = Regression, SGD, MaxLearningRate
		change(&c)
		s := State{Config: c, Data: randomPoints(newRand(1), 30, c.Task, 3)}
		_, err := Step(s, 1000)
		var diverged *DivergedError
		if !errors.As(err, &diverged) {
			t.Errorf("%s: Step(s, 1000) error = %v; want a *DivergedError", name, err)
			continue
		}
		s.Network = diverged.Network
		before := step(t, s, 0).Loss
		s.Config.LearningRate = 0.001
		if after := step(t, s, 3000).Loss; !(after < before/100) {
			t.Errorf("%s: from the last finite state at a smaller rate the loss goes from %v to %v; want much less", name, before, after)
		}
	}
}

// TestLossOverflow: a loss that overflows ends no run and is the largest number there is, also that
// of a held-out point, where that of the training points is 0.
func TestLossOverflow(t *testing.T) {
	// ½·(1e200)² is infinite; the gradient is 1e200, and a rate of 1 takes it all.
	s := line(1e200, 0, Point{1, 0, 0}, Point{-1, 0, 0})
	s.Config.Optimizer, s.Config.LearningRate = SGD, 1
	if got := step(t, s, 0); got.Loss != math.MaxFloat64 || got.Metrics.Loss != math.MaxFloat64 {
		t.Errorf("Step(s, 0) = loss %v, %v; want %v", got.Loss, got.Metrics.Loss, math.MaxFloat64)
	}
	checkValues(t, "Step(s, 1)", step(t, s, 1).Network.Parameters, 0, 0, 0)

	s.Config.Task, s.Config.Classes, s.Data = Classification, 2, s.Data[:1]
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{1e308}, {-1e308}}}, Biases: [][]float64{{1e308, 0}}}
	got := step(t, s, 0) // outputs +Inf and -1e308
	if got.Loss != math.MaxFloat64 || *got.Metrics.Accuracy != 1 {
		t.Errorf("Step(s, 0) = loss %v, accuracy %v; want %v, 1", got.Loss, *got.Metrics.Accuracy,
			math.MaxFloat64)
	}

	s = unseen()
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{1e90}}, {{1e90}}}, Biases: [][]float64{{0}, {0}}}
	for _, n := range []int{0, 1, 5} {
		if m := step(t, s, n).Metrics; m.Loss != 0 || *m.TestLoss != math.MaxFloat64 {
			t.Errorf("Step(s, %d) = loss %v, test loss %v; want 0, %v", n, m.Loss, *m.TestLoss,
				math.MaxFloat64)
		}
	}
}

// TestNetworkNoNegativeZero starts from negative zeros, which JavaScript would not give back, in
// places that no update reaches.
func TestNetworkNoNegativeZero(t *testing.T) {
	minus := math.Copysign(0, -1)
	c := DefaultConfig()
	c.HiddenLayers, c.Activation, c.Optimizer = []int{3}, ReLU, Momentum
	s := prepare(t, State{Config: c, Data: []Point{{-0.5, -0.5, 0}}})
	s = State{Config: s.Config, Data: s.Data, Network: step(t, s, 1).Network}
	for _, p := range []Parameters{s.Network.Parameters, *s.Network.Optimizer.First} {
		for _, v := range numbers(p) {
			*v = minus
		}
	}
	check := func(what string, n Network) {
		t.Helper()
		for _, p := range []*Parameters{&n.Parameters, n.Optimizer.First} {
			for _, v := range values(*p) {
				if v == 0 && math.Signbit(v) {
					t.Errorf("%s has a negative zero", what)
					return
				}
			}
		}
	}
	for n := range 3 {
		check(fmt.Sprintf("Step(s, %d)", n), step(t, s, n).Network)
	}
	check("Fit", Fit(s, s.Config).Network)
}

// TestTrainerAllocates holds that updates allocate nothing.
func TestTrainerAllocates(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"Full":       func(c *Config) {},
		"Batches":    func(c *Config) { c.BatchSize = 10 },
		"Dropout":    func(c *Config) { c.Dropout, c.BatchSize = 0.5, 300 },
		"Penalties":  func(c *Config) { c.L1, c.L2, c.Optimizer = 0.1, 0.1, AdamW },
		"Regression": func(c *Config) { c.Task, c.Optimizer = Regression, RMSprop },
		"Linear":     func(c *Config) { c.HiddenLayers, c.Optimizer = nil, SGD },
		"Schedule":   func(c *Config) { c.Schedule = ExponentialDecay },
		"Features":   func(c *Config) { c.Features, c.Activation, c.Optimizer = Features(), GELU, Nesterov },
	} {
		t.Run(name, func(t *testing.T) {
			c := DefaultConfig()
			change(&c)
			tr := trainer(t, State{Config: c, Data: randomPoints(newRand(1), 500, c.Task, 2)})
			defer tr.release(tr.acquire()) // which is shared, and taken once for many updates
			if got := testing.AllocsPerRun(60, func() {
				if err := tr.update(); err != nil {
					t.Fatal(err)
				}
			}); got != 0 {
				t.Errorf("an update allocates %v times; want never", got)
			}
		})
	}
}

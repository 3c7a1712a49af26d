package nn

import (
	"math"
	"slices"
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
			tr.acquire() // which is shared, and taken once for many updates
			defer tr.release()
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

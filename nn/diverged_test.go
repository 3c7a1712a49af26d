package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

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

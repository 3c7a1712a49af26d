package nn

import (
	"slices"
	"testing"
)

// withFeatures fits a state to other input features.
func withFeatures(s State, features []Feature) State {
	to := s.Config.Clone()
	to.Features = features
	return Fit(s, to)
}

// withOptimizer fits a state to another optimizer.
func withOptimizer(s State, o Optimizer) State {
	to := s.Config.Clone()
	to.Optimizer = o
	return Fit(s, to)
}

func TestFitFeatures(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		s := learnt(t,
			func(c *Config) { with(c); c.Features = []Feature{FeatureX, FeatureY, FeatureXY} })
		features := []Feature{FeatureXY, FeatureSinX, FeatureX}
		from := []int{2, zero, 0}
		got := withFeatures(s, features)
		if !slices.Equal(got.Config.Features, features) {
			t.Errorf("withFeatures(s, %v) = %v", features, got.Config.Features)
		}
		features[0] = FeatureY
		if got.Config.Features[0] != FeatureXY {
			t.Error("the config shares the list of features")
		}
		checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
			switch {
			case k > 0 || i == bias:
				return k, o, i
			case from[i] == zero:
				return zero, 0, 0
			}
			return k, o, from[i]
		})
	})
	// Without any of the inputs that were there, nothing that is learnt depends on their weights
	// being 0; drawn, they let even rectifiers start.
	t.Run("NoneKept", func(t *testing.T) {
		s := learnt(t, func(c *Config) {})
		got := withFeatures(s, []Feature{FeatureX2, FeatureY2})
		checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
			if k == 0 && i != bias {
				return drawn, 0, 0
			}
			return k, o, i
		})

		c := DefaultConfig()
		c.Activation = ReLU
		s = prepare(t, State{Config: c, Data: []Point{{0.1, 0, 0}, {0.2, 0.1, 0}, {0.9, 0.8, 1}, {-0.9, 0.9, 1}}})
		s = withFeatures(s, []Feature{FeatureX2, FeatureY2})
		if r := step(t, s, 500); r.Loss > 0.01 {
			t.Errorf("relu with new features has loss %v after 500 steps; want less than 0.01",
				r.Loss)
		}
	})
}

func TestFitOptimizer(t *testing.T) {
	for _, from := range Optimizers() {
		for _, to := range Optimizers() {
			s := learnt(t, func(c *Config) { c.Optimizer, c.LearningRate = from, 1e-3 })
			got := withOptimizer(s, to)
			if from == to {
				if toJSON(t, got) != toJSON(t, s) {
					t.Errorf("withOptimizer(%s, %s) = %s; want %s", from, to, toJSON(t, got),
						toJSON(t, s))
				}
				continue
			}
			want := s.Network
			want.Optimizer = Moments{}
			if got.Config.Optimizer != to || toJSON(t, got.Network) != toJSON(t, want) {
				t.Errorf("withOptimizer(%s, %s) = %s, %s; want %s without moments", from, to,
					got.Config.Optimizer, toJSON(t, got.Network), toJSON(t, want))
			}
			checkTrains(t, got)
		}
	}
}

func TestFit(t *testing.T) {
	t.Run("Same", func(t *testing.T) {
		insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
			s := learnt(t, with)
			to := s.Config.Clone()
			got := Fit(s, to)
			to.Features[0], to.HiddenLayers[0] = FeatureXY, 99
			if toJSON(t, got) != toJSON(t, s) {
				t.Errorf("Fit(s, its config) = %s; want %s", toJSON(t, got), toJSON(t, s))
			}
		})
	})
	t.Run("Wider", func(t *testing.T) {
		s := learnt(t, func(c *Config) {})
		to := s.Config.Clone()
		to.HiddenLayers, to.Classes = []int{6, 2}, 5
		checkReshaped(t, s, Fit(s, to), func(k, o, i int) (int, int, int) {
			switch k {
			case 0:
				if o >= 4 {
					return drawn, 0, 0
				}
			case 1:
				if i >= 4 {
					return zero, 0, 0
				}
			case 2:
				if o >= 3 {
					return drawn, 0, 0
				}
			}
			return k, o, i
		})
	})
	t.Run("Deeper", func(t *testing.T) {
		s := learnt(t, func(c *Config) {})
		to := s.Config.Clone()
		to.HiddenLayers = []int{4, 3, 6}
		checkReshaped(t, s, Fit(s, to), func(k, o, i int) (int, int, int) {
			switch {
			case k == 2 || k == 3 && i != bias:
				return drawn, 0, 0
			case k == 3:
				return 2, o, i
			}
			return k, o, i
		})
	})
	t.Run("Shallower", func(t *testing.T) {
		s := learnt(t, func(c *Config) {})
		to := s.Config.Clone()
		to.HiddenLayers = []int{4}
		checkReshaped(t, s, Fit(s, to), func(k, o, i int) (int, int, int) {
			switch {
			case k == 1 && i != bias:
				return drawn, 0, 0
			case k == 1:
				return 2, o, i
			}
			return k, o, i
		})
	})
	t.Run("Task", func(t *testing.T) {
		for _, from := range Tasks() {
			s := learnt(t, func(c *Config) { c.Task = from })
			to := s.Config.Clone()
			to.Task = Regression
			if from == Regression {
				to.Task = Classification
			}
			s.Data = []Point{{0, 0, 0}, {0.5, 0.5, 1}} // labels of either task
			checkReshaped(t, s, Fit(s, to), func(k, o, i int) (int, int, int) {
				if k == 2 {
					return drawn, 0, 0
				}
				return k, o, i
			})
		}
	})
	// Every config can be reached from every other.
	t.Run("Random", func(t *testing.T) {
		for seed := range uint64(200) {
			rng := newRand(seed)
			s := prepare(t, randomState(t, rng))
			to := randomConfig(rng, len(s.Data))
			to.Classes = MaxClasses
			if to.Task != s.Config.Task {
				s.Data = randomPoints(rng, len(s.Data), to.Task, 3)
			}
			got := Fit(s, to)
			if toJSON(t, got.Config) != toJSON(t, to) {
				t.Errorf("seed %d: Fit() = config %s; want %s", seed, toJSON(t, got.Config),
					toJSON(t, to))
			}
			if got.Network.Step != s.Network.Step || got.Network.Epoch != s.Network.Epoch {
				t.Errorf("seed %d: Fit() = step %d, epoch %d; want %d, %d", seed, got.Network.Step,
					got.Network.Epoch, s.Network.Step, s.Network.Epoch)
			}
			checkTrains(t, got)
			if again := Fit(s, to); toJSON(t, again) != toJSON(t, got) {
				t.Errorf("seed %d: Fit() twice gives two networks", seed)
			}
		}
	})
}

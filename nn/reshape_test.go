package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// learnt returns a state in mid-run, at step 7 of epoch 3, whose numbers all say where they are:
// the weight from i to o of layer l is 10000·l + 100·o + i + 1, the bias of o its negative with i =
// 50; the moments are those plus ¼ and their size plus ½.
func learnt(t *testing.T, change func(c *Config)) State {
	t.Helper()
	c := DefaultConfig()
	c.HiddenLayers, c.Classes = []int{4, 3}, 3
	change(&c)
	s := prepare(t, State{Config: c, Data: randomPoints(newRand(1), 12, c.Task, 3)})
	s.Network = step(t, s, 1).Network // for moments of the right shape
	fill := func(p *Parameters, value func(v float64) float64) {
		if p == nil {
			return
		}
		for l := range p.Weights {
			for o := range p.Weights[l] {
				for i := range p.Weights[l][o] {
					p.Weights[l][o][i] = value(float64(10000*l + 100*o + i + 1))
				}
				p.Biases[l][o] = value(-float64(10000*l + 100*o + 50))
			}
		}
	}
	n := &s.Network
	fill(&n.Parameters, func(v float64) float64 { return v })
	fill(n.Optimizer.First, func(v float64) float64 { return v + 0.25 })
	fill(n.Optimizer.Second, func(v float64) float64 { return math.Abs(v) + 0.5 })
	n.Step, n.Epoch = 7, 3
	if n.Optimizer != (Moments{}) {
		n.Optimizer.Updates = 5
	}
	return prepare(t, s)
}

// What a number of the new network is.
const (
	zero  = -1 // 0
	drawn = -2 // new
)

// An origin says where the weight from i to o of layer l comes from in the old network, or that l
// is zero or drawn; with i = bias, the same of the bias.
type origin func(l, o, i int) (fromL, fromO, fromI int)

const bias = -1

// checkReshaped compares every weight, bias and moment with those of before at its origin, and that
// the rest of the state is what it should be.
func checkReshaped(t *testing.T, before, got State, from origin) {
	t.Helper()
	at := func(p *Parameters, l, o, i int) float64 {
		if i == bias {
			return p.Biases[l][o]
		}
		return p.Weights[l][o][i]
	}
	check := func(what string, old, now *Parameters, moment bool) {
		t.Helper()
		if (old == nil) != (now == nil) {
			t.Errorf("%s: present %v; want %v", what, now != nil, old != nil)
			return
		}
		if old == nil {
			return
		}
		for l := range now.Weights {
			for o := range now.Weights[l] {
				for i := bias; i < len(now.Weights[l][o]); i++ {
					fromL, fromO, fromI := from(l, o, i)
					v := at(now, l, o, i)
					switch {
					case fromL == drawn && i != bias && !moment:
						// Drawn weights are small and none is 0.
						if v == 0 || math.Abs(v) > 5 {
							t.Errorf("%s of layer %d from %d to %d = %v; want a new one", what, l,
								i, o, v)
						}
					case fromL < 0:
						if v != 0 {
							t.Errorf("%s of layer %d from %d to %d = %v; want 0", what, l, i, o, v)
						}
					default:
						if want := at(old, fromL, fromO, fromI); v != want {
							t.Errorf("%s of layer %d from %d to %d = %v; want %v", what, l, i, o, v,
								want)
						}
					}
				}
			}
		}
	}
	check("weight", &before.Network.Parameters, &got.Network.Parameters, false)
	check("first moment", before.Network.Optimizer.First, got.Network.Optimizer.First, true)
	check("second moment", before.Network.Optimizer.Second, got.Network.Optimizer.Second, true)
	if a, b := before.Network.Optimizer, got.Network.Optimizer; a.Optimizer != b.Optimizer || a.Updates != b.Updates {
		t.Errorf("%d updates of %q; want %d of %q", b.Updates, b.Optimizer, a.Updates, a.Optimizer)
	}
	if got.Network.Step != 7 || got.Network.Epoch != 3 {
		t.Errorf("step %d, epoch %d; want 7, 3", got.Network.Step, got.Network.Epoch)
	}
	checkTrains(t, got)
}

// checkTrains fails unless the state is prepared, complete and trains.
func checkTrains(t *testing.T, s State) {
	t.Helper()
	if p := prepare(t, s); toJSON(t, p) != toJSON(t, s) {
		t.Errorf("Prepare() = %s; want no change from %s", toJSON(t, p), toJSON(t, s))
	}
	if len(s.Data) > 0 {
		if r := step(t, s, 3); r.Network.Step != s.Network.Step+3 {
			t.Errorf("Step(s, 3) is at %d; want %d", r.Network.Step, s.Network.Step+3)
		}
	}
}

// reshaped returns the state that a reshaping returned without an error.
func reshaped(t *testing.T) func(s State, err error) State {
	return func(s State, err error) State {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// insideOptimizers runs a test with one, two and no moments.
func insideOptimizers(t *testing.T, f func(t *testing.T, with func(c *Config))) {
	for _, o := range []Optimizer{AdamW, Momentum, RMSprop, SGD} {
		t.Run(string(o), func(t *testing.T) {
			f(t, func(c *Config) { c.Optimizer, c.LearningRate = o, 1e-3 })
		})
	}
}

func TestAddNeuron(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		for l, want := range [][]int{{5, 3}, {4, 4}} {
			s := learnt(t, with)
			got := reshaped(t)(AddNeuron(s, l))
			if !slices.Equal(got.Config.HiddenLayers, want) {
				t.Errorf("AddNeuron(s, %d) = layers %v; want %v", l, got.Config.HiddenLayers, want)
			}
			unit := want[l] - 1
			checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
				switch {
				case k == l && o == unit:
					return drawn, 0, 0
				case k == l+1 && i == unit:
					return zero, 0, 0
				}
				return k, o, i
			})
			// Added and removed again it leaves no trace.
			back := reshaped(t)(RemoveNeuron(got, l, unit))
			if toJSON(t, back) != toJSON(t, s) {
				t.Errorf("RemoveNeuron(AddNeuron(s, %d)) = %s; want %s", l, toJSON(t, back),
					toJSON(t, s))
			}
		}
	})
	s := learnt(t, func(c *Config) { c.HiddenLayers = []int{100, 3} })
	for _, c := range []struct {
		l        int
		field    string
		fragment string
	}{
		{-1, "config.hidden_layers", "no layer -1"},
		{2, "config.hidden_layers", "no layer 2"},
		{0, "config.hidden_layers[0]", "from 1 to 100 units; got 101"},
	} {
		_, err := AddNeuron(s, c.l)
		checkFieldError(t, fmt.Sprintf("AddNeuron(s, %d)", c.l), err, c.field, c.fragment)
	}
}

// TestKeepsOutputs holds that a new unit and a new feature change no output, bit for bit.
func TestKeepsOutputs(t *testing.T) {
	for seed := range uint64(60) {
		rng := newRand(seed)
		s := prepare(t, randomState(t, rng))
		s.Network.Step++ // once trained; before, new weights are drawn
		points := randomPoints(rng, 50, Regression, 0)
		want := predict(t, s, points)
		for l := range s.Config.HiddenLayers {
			if got := predict(t, reshaped(t)(AddNeuron(s, l)), points); got != want {
				t.Errorf("seed %d: AddNeuron(s, %d) predicts %s; want %s", seed, l, got, want)
			}
		}
		if len(s.Config.HiddenLayers) == 0 {
			continue // the sums of the outputs themselves may round in another order
		}
		features := slices.Clone(s.Config.Features)
		for _, f := range Features() {
			if !slices.Contains(features, f) {
				features = append(features, f)
			}
		}
		if got := predict(t, withFeatures(s, features), points); got != want {
			t.Errorf("seed %d: withFeatures(s, %v) from %v predicts %s; want %s", seed, features,
				s.Config.Features, got, want)
		}
	}
}

func predict(t *testing.T, s State, points []Point) string {
	t.Helper()
	m, err := NewModel(s)
	if err != nil {
		t.Fatal(err)
	}
	return toJSON(t, m.Predict(points))
}

func TestRemoveNeuron(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		for l, widths := range []int{4, 3} {
			for u := range widths {
				s := learnt(t, with)
				got := reshaped(t)(RemoveNeuron(s, l, u))
				if want := widths - 1; got.Config.HiddenLayers[l] != want {
					t.Errorf("RemoveNeuron(s, %d, %d) = layers %v; want %d units", l, u,
						got.Config.HiddenLayers, want)
				}
				past := func(k int) int { // the old number of unit k
					if k >= u {
						return k + 1
					}
					return k
				}
				checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
					switch {
					case k == l:
						return k, past(o), i
					case k == l+1 && i != bias:
						return k, o, past(i)
					}
					return k, o, i
				})
			}
		}
	})
	s := learnt(t, func(c *Config) { c.HiddenLayers = []int{1, 3} })
	for _, c := range []struct {
		l, u     int
		field    string
		fragment string
	}{
		{-1, 0, "config.hidden_layers", "no layer -1"},
		{2, 0, "config.hidden_layers", "no layer 2"},
		{1, -1, "config.hidden_layers[1]", "no unit -1"},
		{1, 3, "config.hidden_layers[1]", "no unit 3"},
		{0, 0, "config.hidden_layers[0]", "from 1 to 100 units; got 0"},
	} {
		_, err := RemoveNeuron(s, c.l, c.u)
		checkFieldError(t, fmt.Sprintf("RemoveNeuron(s, %d, %d)", c.l, c.u), err, c.field,
			c.fragment)
	}
}

func TestAddLayer(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		for l, want := range [][]int{{5, 4, 3}, {4, 5, 3}, {4, 3, 5}} {
			s := learnt(t, with)
			got := reshaped(t)(AddLayer(s, l, 5))
			if !slices.Equal(got.Config.HiddenLayers, want) {
				t.Errorf("AddLayer(s, %d, 5) = layers %v; want %v", l, got.Config.HiddenLayers,
					want)
			}
			checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
				switch {
				case k < l:
					return k, o, i
				case k == l: // into the new layer
					return drawn, 0, 0
				case k == l+1 && i != bias: // out of it
					return drawn, 0, 0
				}
				return k - 1, o, i // a unit keeps its bias
			})
		}
		s := learnt(t, func(c *Config) { with(c); c.HiddenLayers = nil })
		got := reshaped(t)(AddLayer(s, 0, 100))
		checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
			if k == 1 && i == bias {
				return 0, o, i
			}
			return drawn, 0, 0
		})
	})
	s := learnt(t, func(c *Config) { c.HiddenLayers = []int{2, 2} })
	full := learnt(t, func(c *Config) { c.HiddenLayers = slices.Repeat([]int{2}, MaxHiddenLayers) })
	for _, c := range []struct {
		s        State
		l, width int
		field    string
		fragment string
	}{
		{s, -1, 3, "config.hidden_layers", "no place -1"},
		{s, 3, 3, "config.hidden_layers", "no place 3"},
		{s, 1, 0, "config.hidden_layers[1]", "from 1 to 100 units; got 0"},
		{s, 2, 101, "config.hidden_layers[2]", "from 1 to 100 units; got 101"},
		{full, 0, 3, "config.hidden_layers", "at most 10 layers; got 11"},
	} {
		_, err := AddLayer(c.s, c.l, c.width)
		checkFieldError(t, fmt.Sprintf("AddLayer(s, %d, %d)", c.l, c.width), err, c.field,
			c.fragment)
	}
}

func TestRemoveLayer(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		for l, want := range [][]int{{3, 2}, {4, 2}, {4, 3}} {
			s := learnt(t, func(c *Config) { with(c); c.HiddenLayers = []int{4, 3, 2} })
			got := reshaped(t)(RemoveLayer(s, l))
			if !slices.Equal(got.Config.HiddenLayers, want) {
				t.Errorf("RemoveLayer(s, %d) = layers %v; want %v", l, got.Config.HiddenLayers,
					want)
			}
			checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
				switch {
				case k < l:
					return k, o, i
				case k == l && i != bias: // into the layer that was behind it
					return drawn, 0, 0
				}
				return k + 1, o, i // a unit keeps its bias
			})
		}
		s := learnt(t, func(c *Config) { with(c); c.HiddenLayers = []int{4} })
		got := reshaped(t)(RemoveLayer(s, 0))
		checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
			if i == bias {
				return 1, o, i
			}
			return drawn, 0, 0
		})
	})
	s := learnt(t, func(c *Config) {})
	for _, l := range []int{-1, 2} {
		_, err := RemoveLayer(s, l)
		checkFieldError(t, fmt.Sprintf("RemoveLayer(s, %d)", l), err, "config.hidden_layers",
			fmt.Sprintf("no layer %d", l))
	}
}

func TestAddClass(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		s := learnt(t, with)
		got := reshaped(t)(AddClass(s))
		if got.Config.Classes != 4 || !slices.Equal(got.Data, s.Data) {
			t.Errorf("AddClass(s) = %d classes, points %v; want 4, %v", got.Config.Classes,
				got.Data, s.Data)
		}
		checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
			if k == 2 && o == 3 {
				return drawn, 0, 0
			}
			return k, o, i
		})
		if back := reshaped(t)(RemoveClass(got, 3)); toJSON(t, back) != toJSON(t, s) {
			t.Errorf("RemoveClass(AddClass(s), 3) = %s; want %s", toJSON(t, back), toJSON(t, s))
		}
	})
	s := learnt(t, func(c *Config) { c.Classes = MaxClasses })
	_, err := AddClass(s)
	checkFieldError(t, "AddClass to 10", err, "config.classes", "from 2 to 10; got 11")
}

// TestAddClassLearns holds that the output of a new class is trained: points of the class are told
// apart a little later.
func TestAddClassLearns(t *testing.T) {
	c := DefaultConfig()
	s := State{Config: c, Data: []Point{{-1, -1, 0}, {-1, 1, 0}, {1, -1, 1}}}
	s.Network = step(t, s, 100).Network
	got := reshaped(t)(AddClass(prepare(t, s)))
	got.Data = append(slices.Clone(got.Data), Point{1, 1, 2})
	if r := step(t, got, 300); *r.Metrics.Accuracy != 1 {
		t.Errorf("accuracy %v with a new class after 300 steps; want 1", *r.Metrics.Accuracy)
	}
}

func TestRemoveClass(t *testing.T) {
	insideOptimizers(t, func(t *testing.T, with func(c *Config)) {
		for class := range 3 {
			s := learnt(t, with)
			s.Data = []Point{{0, 0, 0}, {0.1, 0, 1}, {0.2, 0, 2}, {0.3, 0, 0}, {0.4, 0, 1}}
			got := reshaped(t)(RemoveClass(s, class))
			want := [][]Point{
				{{0.1, 0, 0}, {0.2, 0, 1}, {0.4, 0, 0}},
				{{0, 0, 0}, {0.2, 0, 1}, {0.3, 0, 0}},
				{{0, 0, 0}, {0.1, 0, 1}, {0.3, 0, 0}, {0.4, 0, 1}},
			}[class]
			if got.Config.Classes != 2 || !slices.Equal(got.Data, want) {
				t.Errorf("RemoveClass(s, %d) = %d classes, points %v; want 2, %v", class,
					got.Config.Classes, got.Data, want)
			}
			checkReshaped(t, s, got, func(k, o, i int) (int, int, int) {
				if k == 2 && o >= class {
					return k, o + 1, i
				}
				return k, o, i
			})
		}
	})
	s := learnt(t, func(c *Config) {})
	for _, class := range []int{-1, 3} {
		_, err := RemoveClass(s, class)
		checkFieldError(t, fmt.Sprintf("RemoveClass(s, %d)", class), err, "config.classes",
			fmt.Sprintf("no class %d", class))
	}
	two := reshaped(t)(RemoveClass(s, 0))
	_, err := RemoveClass(two, 0)
	checkFieldError(t, "RemoveClass of two", err, "config.classes", "at least 2")
}

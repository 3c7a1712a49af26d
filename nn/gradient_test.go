package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"nnvisu/nn/kernel"
)

const (
	// gradientTolerance is for a gradient against central differences of steps of 6e-6, whose own
	// error is a few times 1e-11.
	gradientTolerance = 1e-9
	// kinkMargin is how far the inputs of every unit stay from 0, where rectifiers have a kink that
	// central differences must not straddle.
	kinkMargin = 1e-4
	// normTolerance is for gradients that are differences of weights near 1.
	normTolerance = 1e-13
)

// awayFromKinks returns a state whose hidden units all stay away from 0 at all points: the first of
// a few hundred random ones from a seed on.
func awayFromKinks(t *testing.T, c Config, points int, from uint64) State {
	t.Helper()
	for seed := from; seed < from+500; seed++ {
		rng := newRand(seed)
		c.Seed = uint32(seed)
		s := prepare(t, State{Config: c, Data: randomPoints(rng, points, c.Task, 3)})
		for _, p := range numbers(s.Network.Parameters) {
			*p += 0.2 * rng.NormFloat64() // biases other than 0
		}
		margin := math.Inf(1)
		for _, p := range s.Data {
			_, m := plainForward(s.Config, s.Network.Parameters, p.X, p.Y)
			margin = math.Min(margin, m)
		}
		if margin > kinkMargin {
			return s
		}
	}
	t.Fatalf("no seed keeps %d points of %+v away from 0", points, c)
	return State{}
}

// differences returns the gradient of f with respect to the numbers of p.
func differences(p Parameters, f func(p Parameters) float64) []float64 {
	p = deepCopy(p, false)
	at := numbers(p)
	return fd.Gradient(nil, func(x []float64) float64 {
		for i := range at {
			*at[i] = x[i]
		}
		return f(p)
	}, values(p), &fd.Settings{Formula: fd.Central})
}

// checkGradient compares one update of SGD at rate 1, which subtracts the gradient, with
// differences of the loss as plainLoss computes it, penalties added.
func checkGradient(t *testing.T, s State) {
	t.Helper()
	s.Config.Optimizer, s.Config.LearningRate = SGD, 1
	got := step(t, s, 1).Network
	want := differences(s.Network.Parameters, func(p Parameters) float64 {
		loss, _ := plainLoss(s.Config, p, s.Data)
		for i, v := range values(p) {
			if isWeight(p, i) {
				loss += s.Config.L1*math.Abs(v) + s.Config.L2*v*v/2
			}
		}
		return loss
	})
	before, after := values(s.Network.Parameters), values(got.Parameters)
	largest := 0.0
	for i := range want {
		if g := before[i] - after[i]; !near(g, want[i], gradientTolerance) {
			t.Errorf("gradient of number %d = %v; want %v", i, g, want[i])
		}
		largest = math.Max(largest, math.Abs(want[i]))
	}
	if largest < 0.01 {
		t.Errorf("the largest gradient is %v: too small to show anything", largest)
	}
}

func TestGradient(t *testing.T) {
	base := DefaultConfig()
	base.HiddenLayers = []int{5, 4}
	base.Features = []Feature{FeatureX, FeatureY, FeatureXY}
	for _, task := range Tasks() {
		c := base
		c.Task = task
		for _, a := range Activations() {
			c.Activation = a
			t.Run(fmt.Sprintf("%s/%s", task, a), func(t *testing.T) {
				checkGradient(t, awayFromKinks(t, c, 12, 0))
			})
		}
		c = base
		c.Task = task
		for _, f := range Features() {
			c.Features = []Feature{f}
			t.Run(fmt.Sprintf("%s/%s", task, f), func(t *testing.T) {
				checkGradient(t, awayFromKinks(t, c, 12, 0))
			})
		}
		c = base
		c.Task = task
		for name, layers := range map[string][]int{"Linear": {}, "OneLayer": {3}, "Widening": {1, 7}, "Deep": {3, 3, 3, 3, 3, 3, 3, 3, 3, 3}} {
			c.HiddenLayers = layers
			t.Run(fmt.Sprintf("%s/%s", task, name), func(t *testing.T) {
				checkGradient(t, awayFromKinks(t, c, 12, 0))
			})
		}
		c = base
		c.Task = task
		for _, penalty := range [][2]float64{{0.3, 0}, {0, 0.3}, {0.2, 0.1}} {
			c.L1, c.L2 = penalty[0], penalty[1]
			t.Run(fmt.Sprintf("%s/L1=%v,L2=%v", task, c.L1, c.L2), func(t *testing.T) {
				checkGradient(t, awayFromKinks(t, c, 12, 0))
			})
		}
		c = base
		c.Task = task
		for _, n := range []int{1, blockWidth, 2*blockWidth + 77} {
			t.Run(fmt.Sprintf("%s/%dpoints", task, n), func(t *testing.T) {
				checkGradient(t,
					prepare(t, State{Config: c, Data: randomPoints(newRand(1), n, task, 3)}))
			})
		}
	}
}

// TestGradientDropout takes differences of the loss that the trainer computes, since the mask is
// its own; TestDropout shows that it is applied. The mask follows from seed and step, so the loss
// is a function of the weights.
func TestGradientDropout(t *testing.T) {
	for _, task := range Tasks() {
		for _, a := range Activations() {
			t.Run(fmt.Sprintf("%s/%s", task, a), func(t *testing.T) {
				c := DefaultConfig()
				c.Task, c.Activation, c.HiddenLayers, c.Dropout = task, a, []int{6, 5}, 0.4
				// The second layer is away from its kinks without the mask. With it a unit may come
				// near one: then differences of other steps are others, and the next seed has its
				// turn.
				for seed := uint64(0); ; seed++ {
					if seed == 50 {
						t.Fatal("no seed keeps the second layer away from its kinks")
					}
					s := awayFromKinks(t, c, 12, 500*seed)
					for len(s.Data) <= blockWidth {
						s.Data = append(s.Data, s.Data...)
					}
					s.Network.Step = 3
					trainer := trainer(t, s)
					trainer.acquire()
					defer trainer.release()
					theta := slices.Clone(trainer.theta)
					differences := func(size float64) []float64 {
						defer copy(trainer.theta, theta)
						return fd.Gradient(nil, func(x []float64) float64 {
							copy(trainer.theta, x)
							return dropoutLoss(trainer)
						}, theta, &fd.Settings{Formula: fd.Central, Step: size})
					}
					want := differences(6e-6)
					if !slices.EqualFunc(want, differences(2e-5), func(a, b float64) bool { return near(a, b, gradientTolerance) }) {
						continue
					}
					loss := dropoutLoss(trainer)
					trainer.gradient(0, trainer.train.n, false)
					for i := range want {
						if !near(trainer.grad[i], want[i], gradientTolerance) {
							t.Errorf("gradient of number %d = %v; want %v", i, trainer.grad[i],
								want[i])
						}
					}
					if plain, _ := plainLoss(s.Config, s.Network.Parameters, s.Data); near(loss, plain, gradientTolerance) {
						t.Errorf("the loss with dropout is %v, that without; want another", loss)
					}
					return
				}
			})
		}
	}
}

// dropoutLoss returns the mean loss of all training points under the masks of the trainer's next
// update, whose gradient the trainer computes.
func dropoutLoss(t *Trainer) (loss float64) {
	seedRandom(&t.pcg, t.config.Seed, drawDropout, t.step, 0)
	for i := range t.train.blocks {
		b := &t.train.blocks[i]
		out, sum := t.forwardTraining(b), 0.0
		if t.config.Task == Regression {
			sum = kernel.HalfSquaredError(out, b.y[:b.n])
		} else {
			sum, _ = kernel.CrossEntropy(out, b.y[:b.n], t.scratch, t.Outputs(), b.width)
		}
		loss += sum
	}
	return loss / float64(t.train.n)
}

// TestGradientNorms compares with the gradient that an update of SGD at rate 1 without batches,
// dropout and penalties subtracts; and what is asked for in between changes no bit of the training.
func TestGradientNorms(t *testing.T) {
	for seed := range uint64(60) {
		rng := newRand(seed)
		s := prepare(t, randomState(t, rng))
		tr := trainer(t, s)
		for range 3 {
			at := s
			at.Network = Network{Parameters: tr.Network().Parameters}
			at.Config.Optimizer, at.Config.LearningRate, at.Config.BatchSize = SGD, 1, 0
			at.Config.L1, at.Config.L2, at.Config.Dropout = 0, 0, 0
			after := step(t, at, 1).Network.Parameters
			got := tr.GradientNorms()
			if len(got) != len(after.Weights) {
				t.Fatalf("seed %d: GradientNorms() = %v; want %d layers", seed, got,
					len(after.Weights))
			}
			for l := range after.Weights {
				sum := 0.0
				for o, row := range after.Weights[l] {
					for i := range row {
						sum += math.Pow(at.Network.Weights[l][o][i]-row[i], 2)
					}
					sum += math.Pow(at.Network.Biases[l][o]-after.Biases[l][o], 2)
				}
				if want := math.Sqrt(sum); !near(got[l], want, normTolerance) {
					t.Errorf("seed %d, config %+v: norm of layer %d = %v; want %v", seed, s.Config,
						l, got[l], want)
				}
			}
			if err := tr.Step(2); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := toJSON(t, tr.Result()), toJSON(t, step(t, s, 6)); got != want {
			t.Errorf("seed %d: with GradientNorms in between\n%s\nwant\n%s", seed, got, want)
		}
	}
}

// TestGradientNormsByHand: the gradients of an error e at x are e·x and e; the points' mean counts;
// squares and sums that overflow do not matter.
func TestGradientNormsByHand(t *testing.T) {
	for _, test := range []struct {
		w    float64
		data []Point
		want float64
	}{
		{3, []Point{{0.75, 0, 0}}, 2.25 * 1.25},                // 2.25·(0.75, 1)
		{1, []Point{{1, 0, 0.5}, {-1, 0, -0.5}}, 0.5},          // (0.5, 0)
		{0, []Point{{1, 0, 0}}, 0},                             // nothing to learn
		{1e200, []Point{{1, 0, 0}}, 1e200 * math.Sqrt2},        // whose square is infinite
		{1.5e308, []Point{{1, 0, 0}}, math.MaxFloat64},         // whose norm is, too
		{-1e-200, []Point{{0.75, 0, 0}}, 0.75 * 1.25 * 1e-200}, // whose square is 0
	} {
		got := trainer(t, line(test.w, 0, test.data...)).GradientNorms()
		if len(got) != 1 || math.Abs(got[0]-test.want) > 1e-15*test.want {
			t.Errorf("w = %v, %v: GradientNorms() = %v; want %v", test.w, test.data, got, test.want)
		}
	}
	// Outputs that overflow have no gradient.
	s := line(0, 0, Point{1, 0, 0})
	s.Config.HiddenLayers, s.Config.Activation = []int{1}, Linear
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{1e200}}, {{1e200}}}, Biases: [][]float64{{0}, {0}}}
	for l, got := range trainer(t, s).GradientNorms() {
		if got != math.MaxFloat64 {
			t.Errorf("norm of layer %d = %v; want %v", l, got, math.MaxFloat64)
		}
	}
}

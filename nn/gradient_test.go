package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

const (
	// gradientTolerance is for a gradient against central differences of steps of 6e-6, whose own
	// error is a few times 1e-11.
	gradientTolerance = 1e-9
	// kinkMargin is how far the inputs of every unit stay from 0, where rectifiers have a kink that
	// central differences must not straddle.
	kinkMargin = 1e-4
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

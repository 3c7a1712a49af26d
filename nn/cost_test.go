package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/tests/race"
)

// workSpread is how far apart the ratios of what WorkHere says and what is measured may lie in one
// run: twice as long and half as long. Not all of it is the model's; other programs run, too.
const workSpread = 4

// TestWork: what WorkHere says is proportional to what training takes, for configurations of all
// kinds. With -v it prints the ratios.
func TestWork(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector changes what things take")
	}
	for _, name := range kernel.Names() {
		t.Run(name, func(t *testing.T) {
			useKernel(t, name)
			r := rand.New(rand.NewPCG(3, 4))
			var updates, evaluations, passes []timed
			for range 80 {
				trainer, n := randomTrainer(t, r)
				work := WorkHere(trainer.config, n)
				updates = append(updates, timed{trainer, n, work.Update, func(k int) {
					if err := trainer.Step(k); err != nil {
						t.Fatal(err)
					}
				}, 0})
				evaluations = append(evaluations, timed{trainer, n, work.Evaluation, func(k int) {
					for range k {
						trainer.Metrics()
					}
				}, 0})
				places := make([]float64, 10_000) // as many as a picture has
				for i := range places {
					places[i] = 2*r.Float64() - 1
				}
				outputs := make([]float64, len(places)*trainer.Outputs())
				passes = append(passes, timed{trainer, n, PassOf(trainer.config, len(places)), func(k int) {
					for range k {
						trainer.PredictTo(outputs, places, places)
					}
				}, 0})
			}
			checkSpread(t, "update", updates)
			checkSpread(t, "evaluation", evaluations)
			if kernel.IsVector() {
				checkSpread(t, "pass", passes)
			}
		})
	}
}

// useKernel uses the kernels of a name until the end of the test.
func useKernel(t *testing.T, name string) {
	before := kernel.Name()
	t.Cleanup(func() { _ = kernel.Use(before) })
	if err := kernel.Use(name); err != nil {
		t.Fatal(err)
	}
}

// randomTrainer returns a trainer of a configuration at random, and its number of points.
func randomTrainer(t *testing.T, r *rand.Rand) (*Trainer, int) {
	one := func(of ...float64) float64 { return of[r.IntN(len(of))] }
	size := func(most float64) int { return int(math.Pow(most, r.Float64())) }
	c := DefaultConfig()
	c.HiddenLayers = make([]int, int(one(0, 1, 1, 2, 2, 3, 4, 6, 10)))
	width := size(100)
	for l := range c.HiddenLayers {
		if r.IntN(2) == 0 {
			width = size(100)
		}
		c.HiddenLayers[l] = width
	}
	c.Activation = Activations()[r.IntN(len(Activations()))]
	c.Optimizer = Optimizers()[r.IntN(len(Optimizers()))]
	c.Task = Tasks()[r.IntN(2)]
	c.Classes = int(one(2, 2, 3, 10))
	if len(c.HiddenLayers) < 5 { // or the outputs of layers grow beyond the vector kernels
		c.Dropout = one(0, 0, 0.1, 0.5, 0.9)
	}
	c.L1 = one(0, 0, 1e-6)
	c.TestFraction = one(0, 0, 0.1, 0.5)
	c.LearningRate = 1e-6
	c.Features = Features()[:1+r.IntN(len(Features()))]
	n := 2 + size(2000)
	c.BatchSize = int(one(0, 0, 1, 10, 32, float64(n/2)))
	points := make([]Point, n)
	for i := range points {
		points[i] = Point{2*r.Float64() - 1, 2*r.Float64() - 1, float64(r.IntN(2))}
	}
	trainer, err := NewTrainer(State{Config: c, Data: points})
	if err != nil {
		t.Fatal(err)
	}
	return trainer, n
}

// timed is something that takes time.
type timed struct {
	of    *Trainer
	n     int // points
	says  time.Duration
	do    func(times int)
	takes time.Duration // at least, of all measurements
}

// measure does it again and again for about a millisecond, and keeps the shortest time of some.
func (m *timed) measure() {
	times := 1 + int(time.Millisecond/m.says)
	for range 4 {
		began := time.Now()
		m.do(times)
		if took := time.Since(began) / time.Duration(times); m.takes == 0 || took < m.takes {
			m.takes = max(took, 1)
		}
	}
}

func (m *timed) ratio() float64 { return float64(m.says) / float64(m.takes) }

func (m *timed) String() string {
	c := m.of.config
	return fmt.Sprintf("%.2f: %v instead of %v for %v %s of %d features, %d classes, %s, batch %d of %d points, dropout %v, l1 %v, test %v, %s",
		m.ratio(), m.says, m.takes, c.HiddenLayers, c.Activation, len(c.Features), c.Outputs(), c.Optimizer, c.BatchSize, m.n,
		c.Dropout, c.L1, c.TestFraction, c.Task)
}

// checkSpread measures all, and those again that seem to take too long: something else may have run.
func checkSpread(t *testing.T, what string, all []timed) {
	for i := range all {
		all[i].measure()
	}
	byRatio := func(a, b timed) int {
		if a.ratio() < b.ratio() {
			return -1
		}
		return 1
	}
	slices.SortFunc(all, byRatio)
	for range 50 {
		if all[len(all)-1].ratio() <= workSpread*all[0].ratio() {
			break
		}
		for i := range all[:10] {
			all[i].measure()
		}
		slices.SortFunc(all, byRatio)
	}
	low, middle, high := &all[0], &all[len(all)/2], &all[len(all)-1]
	t.Logf("%s: WorkHere is %.2f of what it takes, from %.2f to %.2f", what, middle.ratio(), low.ratio(), high.ratio())
	if high.ratio() > workSpread*low.ratio() {
		t.Errorf("%s: the ratios are more than %d apart:\n%v\n%v", what, workSpread, low, high)
	}
}

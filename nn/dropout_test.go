package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// dropoutTolerance is for unit outputs, and for losses without dropout, against their formulas.
const dropoutTolerance = 1e-13

// TestDropout looks at the hidden layer of one training pass: every unit is what it is without
// dropout, times 0 or 1/(1-p), at the stated rate.
func TestDropout(t *testing.T) {
	for _, p := range []float64{0.1, 0.5, MaxFraction} {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			c := DefaultConfig()
			c.HiddenLayers, c.Dropout = []int{50}, p
			s := prepare(t,
				State{Config: c, Data: randomPoints(newRand(1), blockWidth, Classification, 2)})
			tr := trainer(t, s)
			tr.acquire()
			defer tr.release()
			tr.gradient(0, blockWidth, false)

			// The network up to the hidden layer.
			below := Parameters{Weights: s.Network.Weights[:1], Biases: s.Network.Biases[:1]}
			silent := 0
			for j, q := range s.Data {
				z, _ := plainForward(s.Config, below, q.X, q.Y)
				for o, v := range z {
					got := tr.layers[0].a[o*blockWidth+j]
					if got == 0 {
						silent++
					} else if want := math.Tanh(v) / (1 - p); !near(got, want, dropoutTolerance) {
						t.Fatalf("unit %d, point %d = %v; want 0 or %v", o, j, got, want)
					}
				}
			}
			n := 50.0 * blockWidth
			if limit := standardErrors * math.Sqrt(n*p*(1-p)); math.Abs(float64(silent)-n*p) > limit {
				t.Errorf("%d of %v units are silent; want %v ± %v", silent, n, n*p, limit)
			}
		})
	}
}

// TestDropoutMasks holds that the masks of steps, layers, blocks and seeds have nothing in common,
// and that the same step has the same mask.
func TestDropoutMasks(t *testing.T) {
	const width = 20
	c := DefaultConfig()
	c.HiddenLayers, c.Dropout = []int{width, width}, 0.5
	s := prepare(t,
		State{Config: c, Data: randomPoints(newRand(1), 2*blockWidth, Classification, 2)})
	masks := map[string][]bool{}
	for _, seed := range []uint32{1, 2} {
		for at := range 3 {
			s.Config.Seed, s.Network.Step = seed, at
			tr := trainer(t, s)
			again := trainer(t, s)
			tr.acquire()
			defer tr.release()
			again.acquire()
			defer again.release()
			for block := range 2 {
				for _, t := range []*Trainer{tr, again} {
					if block == 0 {
						seedRandom(&t.pcg, seed, drawDropout, at, 0)
					}
					t.forwardTraining(&t.train.blocks[block])
				}
				for l := range 2 {
					a := tr.layers[l].a[:width*blockWidth]
					if !slices.Equal(a, again.layers[l].a[:width*blockWidth]) {
						t.Errorf("seed %d, step %d, layer %d, block %d: not the same mask twice",
							seed, at, l, block)
					}
					mask := make([]bool, len(a))
					for i, v := range a {
						mask[i] = v == 0
					}
					masks[fmt.Sprintf("seed %d, step %d, layer %d, block %d", seed, at, l, block)] = mask
				}
			}
		}
	}
	limit := standardErrors * math.Sqrt(width*blockWidth) / 2
	for a := range masks {
		for b := range masks {
			if a >= b {
				continue
			}
			same := 0
			for i := range masks[a] {
				if masks[a][i] == masks[b][i] {
					same++
				}
			}
			if math.Abs(float64(same)-width*blockWidth/2) > limit {
				t.Errorf("the masks of %s and of %s agree in %d of %d; want half ± %v", a, b, same,
					width*blockWidth, limit)
			}
		}
	}
}

// TestDropoutOnlyHidden holds that inputs and outputs are never silent: a network without hidden
// layers trains the same with and without dropout.
func TestDropoutOnlyHidden(t *testing.T) {
	c := DefaultConfig()
	c.HiddenLayers = nil
	s := State{Config: c, Data: randomPoints(newRand(1), 20, Classification, 2)}
	want := toJSON(t, step(t, s, 5))
	s.Config.Dropout = 0.5
	if got := toJSON(t, step(t, s, 5)); got != want {
		t.Errorf("with dropout %s; want, as without, %s", got, want)
	}
}

// TestDropoutOnlyTraining holds that metrics and predictions are without dropout.
func TestDropoutOnlyTraining(t *testing.T) {
	for _, task := range Tasks() {
		c := DefaultConfig()
		c.Task, c.Dropout = task, 0.5
		s := prepare(t, State{Config: c, Data: randomPoints(newRand(1), 40, task, 2)})
		tr := trainer(t, s)
		if err := tr.Step(3); err != nil {
			t.Fatal(err)
		}
		r := tr.Result()
		if want, _ := plainLoss(s.Config, r.Network.Parameters, s.Data); !near(r.Loss, want, dropoutTolerance) {
			t.Errorf("%s: loss %v; want %v", task, r.Loss, want)
		}
		s.Network = r.Network
		m, err := NewModel(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := tr.Predict(s.Data), m.Predict(s.Data); toJSON(t, got) != toJSON(t, want) {
			t.Errorf("%s: the trainer predicts %v; want %v", task, got, want)
		}
	}
}

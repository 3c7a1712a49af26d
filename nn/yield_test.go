package nn

import (
	"errors"
	"slices"
	"testing"
)

// everything is what a trainer can compute of a state.
type everything struct {
	Result    Result
	Layers    []LayerState
	Spread    []LayerDistributions
	Spaces    []LayerSpace
	Confusion Confusion
	Outputs   [][]float64
}

// computeAll makes some updates and computes the rest.
func computeAll(t *testing.T, s State, tr *Trainer, updates int) everything {
	t.Helper()
	for range updates {
		if err := tr.Step(1); err != nil {
			t.Fatal(err)
		}
	}
	all := everything{Result: tr.Result(), Layers: tr.Layers(), Spread: tr.Distributions(), Spaces: tr.Spaces(s.Data, nil, nil, nil), Outputs: tr.Predict(s.Data)}
	if s.Config.Task == Classification {
		all.Confusion = tr.Confusion()
	}
	return all
}

// largeState is a state of the largest network, with seven blocks of points.
func largeState(t *testing.T, change func(c *Config)) State {
	t.Helper()
	c := DefaultConfig()
	c.HiddenLayers, c.Features = slices.Repeat([]int{100}, 10), Features()
	change(&c)
	s, err := State{Config: c, Data: randomPoints(newRand(1), 7*blockWidth-5, c.Task, 2)}.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var yieldChanges = map[string]func(c *Config){
	"Full":       func(c *Config) {},
	"Batches":    func(c *Config) { c.BatchSize = 3*blockWidth + 7 },
	"Dropout":    func(c *Config) { c.Dropout, c.TestFraction = 0.5, 0.4 },
	"Regression": func(c *Config) { c.Task, c.Optimizer = Regression, RMSprop },
}

// TestSetYield: work that gives way has the same bits, whatever is computed in the meantime.
func TestSetYield(t *testing.T) {
	for name, change := range yieldChanges {
		t.Run(name, func(t *testing.T) {
			s := largeState(t, change)
			want := toJSON(t, computeAll(t, s, trainer(t, s), 3))
			other := trainer(t, largeState(t, func(c *Config) { c.Activation, c.Seed, c.Dropout = Sin, 7, 0.1 }))
			tr, yields := trainer(t, s), 0
			tr.SetYield(func() error {
				if yields++; tr.space != nil {
					t.Fatal("a trainer that yields holds a workspace; want them shared")
				}
				other.Metrics() // in the same workspace
				return nil
			})
			if got := toJSON(t, computeAll(t, s, tr, 3)); got != want {
				t.Errorf("with %d yields it is\n%.300s\nwant, as without,\n%.300s", yields, got, want)
			}
			if yields == 0 || tr.Stopped() != nil {
				t.Errorf("%d yields, Stopped() = %v; want some, and nil", yields, tr.Stopped())
			}
		})
	}
}

// TestYieldOften: of the largest network at most two blocks lie between two yields.
func TestYieldOften(t *testing.T) {
	s := largeState(t, func(*Config) {})
	for name, do := range map[string]func(tr *Trainer){
		"Step":          func(tr *Trainer) { _ = tr.Step(1) },
		"Metrics":       func(tr *Trainer) { tr.Metrics() },
		"Layers":        func(tr *Trainer) { tr.Layers() },
		"Distributions": func(tr *Trainer) { tr.Distributions() },
		"Spaces":        func(tr *Trainer) { xs, ys := placesOf(s.Data); tr.Spaces(s.Data, xs, ys, nil) },
		"Confusion":     func(tr *Trainer) { tr.Confusion() },
		"Predict":       func(tr *Trainer) { tr.Predict(s.Data) },
	} {
		tr, yields := trainer(t, s), 0
		tr.SetYield(func() error { yields++; return nil })
		if do(tr); yields < blocks(len(s.Data))/2 {
			t.Errorf("%s yields %d times on %d blocks; want at least every other", name, yields, blocks(len(s.Data)))
		}
	}
}

// TestYieldEnds: an error of yield ends an update before it has changed anything, and all else at
// once.
func TestYieldEnds(t *testing.T) {
	gone := errors.New("gone")
	for name, change := range yieldChanges {
		s := largeState(t, change)
		tr := trainer(t, s)
		want := toJSON(t, computeAll(t, s, trainer(t, s), 3))
		before := toJSON(t, tr.Network())
		for last := 1; ; last++ {
			yields := 0
			tr.SetYield(func() error {
				if yields++; yields == last {
					return gone
				}
				return nil
			})
			err := tr.Step(1)
			if err == nil { // it had no more yields
				if last == 1 {
					t.Fatalf("%s: an update never yields", name)
				}
				break
			}
			if !errors.Is(err, gone) || tr.Stopped() != gone {
				t.Fatalf("%s: Step = %v, Stopped() = %v; want %v", name, err, tr.Stopped(), gone)
			}
			if after := toJSON(t, tr.Network()); after != before {
				t.Fatalf("%s: an update that ends at yield %d changes the network", name, last)
			}
			tr.Metrics()
			tr.Layers()
			tr.Distributions()
			tr.Spaces(s.Data, nil, nil, nil)
			tr.Predict(s.Data)
			if yields > last {
				t.Errorf("%s: %d yields after the one that ended the work; want none", name, yields-last)
			}
		}
		tr.SetYield(nil)
		if got := toJSON(t, computeAll(t, s, tr, 2)); got != want {
			t.Errorf("%s: after updates that ended early the bits differ", name)
		}
	}
}

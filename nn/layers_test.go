package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/nnvisu/nnvisu/nn/kernel"
)

// normTolerance is for norms of differences of weights near 1.
const normTolerance = 1e-13

// distance returns the Euclidean distance of layer l of two networks, or the norm of one from nil.
func distance(l int, from Parameters, to *Parameters) float64 {
	sum := 0.0
	for o, row := range from.Weights[l] {
		for i, v := range row {
			if to != nil {
				v -= to.Weights[l][o][i]
			}
			sum += v * v
		}
		v := from.Biases[l][o]
		if to != nil {
			v -= to.Biases[l][o]
		}
		sum += v * v
	}
	return math.Sqrt(sum)
}

// TestLayers compares the gradient with what an update of SGD at rate 1 without batches, dropout and
// penalties subtracts, the update with what the next one does, and the idle units with Idle; and
// what is asked for in between changes no bit of the training.
func TestLayers(t *testing.T) {
	for seed := range uint64(60) {
		rng := newRand(seed)
		s := prepare(t, randomState(t, rng))
		tr := trainer(t, s)
		for range 3 {
			now := s
			now.Network = tr.Network()
			before := now.Network.Parameters
			plain := now
			plain.Network = Network{Parameters: before}
			plain.Config.Optimizer, plain.Config.LearningRate, plain.Config.BatchSize = SGD, 1, 0
			plain.Config.L1, plain.Config.L2, plain.Config.Dropout = 0, 0, 0
			plain.Config.Schedule = ConstantRate
			descended := step(t, plain, 1).Network.Parameters
			next := step(t, now, 1).Network.Parameters
			layers, idle := tr.Layers(), tr.Idle()
			if len(layers) != len(before.Weights) {
				t.Fatalf("seed %d: Layers() = %+v; want %d layers", seed, layers, len(before.Weights))
			}
			for l, got := range layers {
				if want := distance(l, before, &descended); !near(got.Gradient, want, normTolerance) {
					t.Errorf("seed %d, config %+v: norm of layer %d = %v; want %v", seed, s.Config, l, got.Gradient, want)
				}
				want := float64(NotMeasured)
				if size := distance(l, before, nil); size > 0 {
					want = distance(l, before, &next) / size
				}
				if !near(got.Update, want, normTolerance) {
					t.Errorf("seed %d, config %+v: update of layer %d = %v; want %v", seed, s.Config, l, got.Update, want)
				}
				counts := Idle{} // of the output
				if l < len(idle) {
					counts = idle[l]
				}
				if got.Idle != counts {
					t.Errorf("seed %d: idle units of layer %d = %+v; want %+v", seed, l, got.Idle, counts)
				}
			}
			if err := tr.Step(2); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := toJSON(t, tr.Result()), toJSON(t, step(t, s, 6)); got != want {
			t.Errorf("seed %d: with Layers in between\n%s\nwant\n%s", seed, got, want)
		}
	}
}

// TestLayersByHand: the gradients of an error e at x are e·x and e; the points' mean counts;
// squares and sums that overflow do not matter. SGD moves by the gradient times the rate.
func TestLayersByHand(t *testing.T) {
	for _, test := range []struct {
		w              float64
		data           []Point
		want, distance float64 // the norm, and how far rate 1 moves w
	}{
		{3, []Point{{0.75, 0, 0}}, 2.25 * 1.25, 2.25 * 1.25 / 3},            // 2.25·(0.75, 1)
		{1, []Point{{1, 0, 0.5}, {-1, 0, -0.5}}, 0.5, 0.5},                  // (0.5, 0)
		{0, []Point{{1, 0, 0}}, 0, NotMeasured},                             // nothing to learn, and no size
		{1e200, []Point{{1, 0, 0}}, 1e200 * math.Sqrt2, NotMeasured},        // whose square is infinite, as an update is
		{1.5e308, []Point{{1, 0, 0}}, math.MaxFloat64, NotMeasured},         // whose norm is, too
		{-1e-200, []Point{{0.75, 0, 0}}, 0.75 * 1.25 * 1e-200, 0.75 * 1.25}, // whose square is 0
		{1e-300, []Point{{1, 0, 1}}, math.Sqrt2, math.Sqrt2 / 1e-300},       // out of nearly nothing
		{5e-324, []Point{{1, 0, 1}}, math.Sqrt2, math.MaxFloat64},           // beyond all numbers
	} {
		s := line(test.w, 0, test.data...)
		s.Config.Optimizer, s.Config.LearningRate = SGD, 1
		got := trainer(t, s).Layers()
		if len(got) != 1 || math.Abs(got[0].Gradient-test.want) > 1e-15*test.want || math.Abs(got[0].Update-test.distance) > 1e-15*math.Abs(test.distance) {
			t.Errorf("w = %v, %v: Layers() = %+v; want the norm %v and the update %v", test.w, test.data, got, test.want, test.distance)
		}
	}
	// Outputs that overflow have no gradient, and no update.
	s := line(0, 0, Point{1, 0, 0})
	s.Config.HiddenLayers, s.Config.Activation = []int{1}, Linear
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{1e200}}, {{1e200}}}, Biases: [][]float64{{0}, {0}}}
	tr := trainer(t, s)
	for l, got := range tr.Layers() {
		if got.Gradient != math.MaxFloat64 || got.Update != NotMeasured {
			t.Errorf("layer %d = %+v; want a norm of %v and no update", l, got, math.MaxFloat64)
		}
	}
	if err := tr.Step(1); !errors.As(err, new(*DivergedError)) {
		t.Errorf("then Step(1) = %v; want that it diverges", err)
	}
}

// measuresDigest is that of the measures of TestMeasuresGolden.
const measuresDigest = "1afe7a5ad0dabe9a9200b7f3a21e1a71083ae5703973a3c4289c2146e194785d"

// TestMeasuresGolden pins the bits of what is shown of the layers, with all kernels that this
// machine has.
func TestMeasuresGolden(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	for _, name := range kernel.Names() {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		digest := sha256.New()
		for seed := range uint64(40) {
			s := randomState(t, newRand(1000+seed))
			s.Network = Network{} // those of the test are made with operations that may be fused
			tr := trainer(t, prepare(t, s))
			for range 3 {
				fmt.Fprintln(digest, toJSON(t, tr.Layers()), toJSON(t, tr.Distributions()))
				if tr.Step(3) != nil {
					break
				}
			}
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != measuresDigest {
			t.Errorf("%s kernels: digest of the measures = %s; want %s", name, got, measuresDigest)
		}
	}
}

// layersOf is a made-up measurement, the same for the same step.
func layersOf(step, layers int) []LayerState {
	all := make([]LayerState, layers)
	for l := range all {
		all[l] = LayerState{Gradient: 1 / float64(step+l+3), Update: 0.01 / float64(l+1+step%5), Idle: Idle{Units: 7, Dead: step % 3, Saturated: l % 2}}
	}
	all[layers-1].Idle = Idle{}
	return all
}

// addSample adds a step to a history as a frame does.
func addSample(h *History, step, layers int) {
	h.Add(step, step/3, metricsOf(step, false))
	if h.NeedsLayers(step) {
		h.AddLayers(layersOf(step, layers))
	}
}

// TestLayerHistory: whatever the frames, the samples of the layers are bounded, in order, evenly
// spread and what was measured; a detour over JSON changes nothing.
func TestLayerHistory(t *testing.T) {
	for seed := range uint64(20) {
		rng := newRand(seed)
		most, layers, step := 1+rng.IntN(100), 1+rng.IntN(4), rng.IntN(3)*1000
		first := step
		var h, twin History
		for range 200 + rng.IntN(2000) {
			addSample(&h, step, layers)
			twin = sometimesPosted(t, twin, rng)
			addSample(&twin, step, layers)
			step += 1 + rng.IntN(most)
		}
		if !reflect.DeepEqual(h, twin) {
			t.Fatalf("seed %d: in one run the layers are %s; with requests between, %s", seed, toJSON(t, h.Layers), toJSON(t, twin.Layers))
		}
		if err := h.Validate(); err != nil {
			t.Fatalf("seed %d: Validate() = %v", seed, err)
		}
		of := h.Layers
		n := of.Len()
		if n > MaxLayerSamples || n < MaxLayerSamples/4 || of.Every&(of.Every-1) != 0 || of.Step[0] != first || h.Step[h.Len()-1]-of.Step[n-1] > of.Every+most {
			t.Errorf("seed %d: %d samples, from step %d to %d, every %d; want up to %d of all %d steps", seed, n, of.Step[0], of.Step[n-1], of.Every, MaxLayerSamples, h.Step[h.Len()-1])
		}
		for i, at := range of.Step {
			if i > 0 && at-of.Step[i-1] < of.Every {
				t.Errorf("seed %d: steps %v; want them at least %d apart", seed, of.Step, of.Every)
			}
			for l, want := range layersOf(at, layers) {
				if of.Epoch[i] != at/3 || of.Gradient[l][i] != rounded(want.Gradient, 3) || of.Update[l][i] != rounded(want.Update, 3) {
					t.Fatalf("seed %d: sample %d of step %d of layer %d is not what was measured", seed, i, at, l)
				}
				if l < layers-1 && of.Idle[l][i] != rounded(float64(want.Idle.Dead+want.Idle.Saturated)/7, 3) {
					t.Fatalf("seed %d: step %d has the idle share %v in layer %d; want %+v", seed, at, of.Idle[l][i], l, want.Idle)
				}
			}
		}
		if len(of.Idle) != layers-1 {
			t.Errorf("%d layers have idle units; want the %d hidden ones", len(of.Idle), layers-1)
		}
	}
}

// TestLayerHistoryBranches: samples of another run go, a copy shares nothing, and a network with
// another number of layers begins anew.
func TestLayerHistoryBranches(t *testing.T) {
	var h History
	for step := range 50 {
		addSample(&h, step, 3)
	}
	c := h.Clone()
	addSample(&c, 20, 3)
	if c.Layers.Len() != 21 || c.Layers.Step[20] != 20 || h.Layers.Len() != 50 || h.Layers.Step[20] != 20 {
		t.Errorf("from step 20 on there are %v; want what was before, and the copy untouched: %v", c.Layers.Step, h.Layers.Step)
	}
	c = h.Clone()
	c.Layers.Gradient[0][0] = 99
	if h.Layers.Gradient[0][0] == 99 {
		t.Error("a copy shares a column")
	}
	c.Add(40, 5, metricsOf(40, false)) // fewer epochs: another run
	if last := c.Layers.Epoch[c.Layers.Len()-1]; last > 5 {
		t.Errorf("an epoch of another run stays: %d", last)
	}
	addSample(&h, 50, 2)
	if h.Layers.Len() != 1 || len(h.Layers.Gradient) != 2 || len(h.Layers.Idle) != 1 {
		t.Errorf("of another number of layers there is %s; want one sample", toJSON(t, h.Layers))
	}
	h.Truncate(0)
	if h.Layers != nil {
		t.Error("without samples of the run there are some of the layers")
	}
}

// TestLayerHistoryValidate: an error names the member.
func TestLayerHistoryValidate(t *testing.T) {
	valid := func() History {
		var h History
		for step := range 5 {
			addSample(&h, step, 3)
		}
		return h
	}
	for field, change := range map[string]func(h *History){
		"history.layers":                func(h *History) { *h.Layers = LayerHistory{} },
		"history.layers.every":          func(h *History) { h.Layers.Every = 0 },
		"history.layers.step":           func(h *History) { h.Layers.Step = make([]int, MaxLayerSamples+1) },
		"history.layers.step[2]":        func(h *History) { h.Layers.Step[2] = 1 },
		"history.layers.step[4]":        func(h *History) { h.Layers.Step[4] = 5 },
		"history.layers.epoch":          func(h *History) { h.Layers.Epoch = h.Layers.Epoch[:4] },
		"history.layers.epoch[3]":       func(h *History) { h.Layers.Epoch[3] = 2 },
		"history.layers.gradient":       func(h *History) { h.Layers.Gradient = make([][]float64, MaxLayers+1) },
		"history.layers.gradient[1]":    func(h *History) { h.Layers.Gradient[1] = nil },
		"history.layers.gradient[1][0]": func(h *History) { h.Layers.Gradient[1][0] = math.Inf(1) },
		"history.layers.update":         func(h *History) { h.Layers.Update = h.Layers.Update[:2] },
		"history.layers.update[2][4]":   func(h *History) { h.Layers.Update[2][4] = -0.5 },
		"history.layers.idle":           func(h *History) { h.Layers.Idle = append(h.Layers.Idle, nil) },
		"history.layers.idle[0][1]":     func(h *History) { h.Layers.Idle[0][1] = 1.5 },
	} {
		h := valid()
		if err := h.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&h)
		var got *FieldError
		if err := h.Validate(); !errors.As(err, &got) || got.Field != field {
			t.Errorf("Validate() = %v; want an error of %s", err, field)
		}
	}
	only := History{Layers: &LayerHistory{}}
	var got *FieldError
	if err := only.Validate(); !errors.As(err, &got) || got.Field != "history.layers" {
		t.Errorf("layers without samples of the run: %v; want an error", err)
	}
}

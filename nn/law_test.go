package nn

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

// lawStates is how many random states the law is tried on.
const lawStates = 250

// TestStepLaw holds the law of the contract, step(S, n+m) = step(step(S, n), m) byte for byte, with
// the state going through JSON between the requests.
func TestStepLaw(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(lawStates) {
		rng := newRand(seed)
		s := randomState(t, rng)
		randomSchedule(rng, &s.Config)
		parts := make([]int, 2+rng.IntN(2))
		total := 0
		for i := range parts {
			parts[i] = rng.IntN(12)
			total += parts[i]
		}
		want := toJSON(t, step(t, s, total))
		var got Result
		at := reload(t, s)
		for _, n := range parts {
			got = step(t, at, n)
			at.Network = got.Network
			at = reload(t, at)
		}
		if got := toJSON(t, got); got != want {
			t.Errorf("seed %d, config %s, %d points: %v steps give\n%s\nwant, as %d steps give,\n%s",
				seed, toJSON(t, s.Config), len(s.Data), parts, got, total, want)
		}

		c := s.Config
		seen[string(c.Task)]++
		seen[string(c.Optimizer)]++
		seen[string(c.Activation)]++
		seen[string(c.Init)]++
		seen[string(c.Schedule)]++
		seen[fmt.Sprintf("classes %d", got.Network.classes())]++
		seen[fmt.Sprintf("hidden layers %d", len(c.HiddenLayers))]++
		for name, is := range map[string]bool{
			"new": s.Network.IsEmpty(), "mid-run": s.Network.Step > 0, "weights only": !s.Network.IsEmpty() && s.Network.Step == 0,
			"dropout": c.Dropout > 0, "no dropout": c.Dropout == 0, "mini-batches": c.BatchSize > 0 && c.BatchSize < len(s.Data),
			"test points": got.Metrics.TestLoss != nil, "l1": c.L1 > 0, "l2": c.L2 > 0, "blocks": len(s.Data) > blockWidth, "one point": len(s.Data) == 1,
		} {
			if is {
				seen[name]++
			}
		}
	}
	wanted := []string{"new", "mid-run", "weights only", "dropout", "no dropout", "mini-batches", "test points", "l1", "l2", "blocks", "one point"}
	for _, o := range Optimizers() {
		wanted = append(wanted, string(o))
	}
	for _, a := range Activations() {
		wanted = append(wanted, string(a))
	}
	for _, i := range Inits() {
		wanted = append(wanted, string(i))
	}
	for _, s := range Schedules() {
		wanted = append(wanted, string(s))
	}
	for n := 1; n <= MaxClasses; n++ {
		wanted = append(wanted, fmt.Sprintf("classes %d", n))
	}
	for n := range 4 {
		wanted = append(wanted, fmt.Sprintf("hidden layers %d", n))
	}
	for _, name := range append(wanted, string(Classification), string(Regression)) {
		if seen[name] < 3 {
			t.Errorf("%d random states with %q; want some", seen[name], name)
		}
	}
}

// classes returns the number of outputs.
func (n Network) classes() int { return len(n.Biases[len(n.Biases)-1]) }

// TestTrainerStepLaw holds the law for one Trainer, whatever is asked of it between its steps.
func TestTrainerStepLaw(t *testing.T) {
	for seed := range uint64(lawStates) {
		rng := newRand(seed + lawStates)
		s := randomState(t, rng)
		randomSchedule(rng, &s.Config)
		a, b := rng.IntN(12), rng.IntN(12)
		want := toJSON(t, step(t, s, a+b))
		trainer := trainer(t, s)
		for _, n := range []int{a, b} {
			if err := trainer.Step(n); err != nil {
				t.Fatalf("seed %d: Step(%d) error: %v", seed, n, err)
			}
			for _, p := range numbers(trainer.Result().Network.Parameters) {
				*p = 99 // the result is a copy
			}
			trainer.Predict(randomPoints(rng, 300, Regression, 0))
			if s.Config.Task == Classification {
				trainer.Confusion()
			}
			trainer.Layers()
			trainer.Distributions()
			trainer.Spaces(s.Data, nil, nil, nil)
		}
		if got := toJSON(t, trainer.Result()); got != want {
			t.Errorf("seed %d, config %s: Step(%d), Step(%d) give\n%s\nwant, as Step(%d) gives,\n%s", seed, toJSON(t, s.Config), a, b, got, a+b, want)
		}
	}
}

// TestStepLawDiverged holds the law for runs that end: the steps before the end may be taken in one
// request or in several, and the end is the same. With mini-batches, dropout or held-out points the
// losses of the answers in between are of points that no update sees; some of them overflow.
func TestStepLawDiverged(t *testing.T) {
	overflows := 0
	for name, change := range map[string]func(s *State){
		"Full":     func(s *State) {},
		"Linear":   func(s *State) { s.Config.Activation, s.Config.HiddenLayers = Linear, nil },
		"Batches":  func(s *State) { s.Config.BatchSize = 7 },
		"OneByOne": func(s *State) { s.Config.BatchSize, s.Config.HiddenLayers = 1, nil },
		"Dropout":  func(s *State) { s.Config.Activation, s.Config.BatchSize, s.Config.Dropout = LeakyReLU, 4, 0.3 },
		"HeldOut":  func(s *State) { s.Config.TestFraction, s.Config.BatchSize = 0.5, 3 },
		"Momentum": func(s *State) { s.Config.Optimizer, s.Config.BatchSize, s.Config.HiddenLayers = Nesterov, 2, nil },
		"Decay":    func(s *State) { s.Config.Optimizer, s.Config.L2, s.Config.BatchSize = AdamW, MaxPenalty, 5 },
		"Deep": func(s *State) {
			s.Config.Activation, s.Config.HiddenLayers, s.Config.BatchSize = Linear, []int{3, 3, 3}, 4
		},
		"Schedule": func(s *State) {
			s.Config.Schedule, s.Config.ScheduleSteps, s.Config.ScheduleFactor = CosineDecay, 40, 0.9
		},
		"Classification": func(s *State) {
			s.Config.Task, s.Config.Activation, s.Config.L2, s.Config.BatchSize = Classification, Linear, MaxPenalty, 4
			s.Data = randomPoints(newRand(1), 30, Classification, 2)
		},
		// The penalty multiplies the weights by -9 at every update.
		"Unseen": func(s *State) { *s = unseen(); s.Config.LearningRate, s.Config.L2 = 1, MaxPenalty },
	} {
		c := DefaultConfig()
		c.Task, c.Optimizer, c.Activation, c.LearningRate = Regression, SGD, ReLU, MaxLearningRate
		s := State{Config: c, Data: randomPoints(newRand(1), 30, c.Task, 2)}
		change(&s)
		const n = 3000
		_, err := Step(s, n)
		var want *DivergedError
		if !errors.As(err, &want) || want.Network.Step < 2 {
			t.Errorf("%s: Step(s, %d) error = %v; want a *DivergedError after some steps", name, n,
				err)
			continue
		}
		last := want.Network.Step
		at := s
		for k := range last + 1 {
			r := step(t, at, min(k, 1))
			if r.Loss == math.MaxFloat64 || r.Metrics.TestLoss != nil && *r.Metrics.TestLoss == math.MaxFloat64 {
				overflows++
			}
			at.Network = r.Network
			at = reload(t, at)
			if k > 5 && k < last-20 {
				continue // these would only take long
			}
			_, err := Step(at, n-k)
			var got *DivergedError
			if !errors.As(err, &got) || toJSON(t, got) != toJSON(t, want) {
				t.Errorf("%s: Step(Step(s, %d), %d) error = %v; want %v", name, k, n-k, err, want)
			}
		}
	}
	if overflows < 10 {
		t.Errorf("%d losses overflow; want some", overflows)
	}
}

// TestStateUnmodified holds that no function changes what it is given, nor writes behind the end of
// its slices.
func TestStateUnmodified(t *testing.T) {
	for seed := range uint64(60) {
		rng := newRand(seed + 2*lawStates)
		s := deepCopy(randomState(t, rng), true)
		before := full(s)
		unmodified := func(what string) {
			t.Helper()
			if !reflect.DeepEqual(full(s), before) {
				t.Fatalf("seed %d: %s changed the state", seed, what)
			}
		}
		p := prepare(t, s)
		unmodified("Prepare")
		step(t, s, 3)
		unmodified("Step")
		tr := trainer(t, s)
		if err := tr.Step(3); err != nil {
			t.Fatalf("seed %d: Step(3) error: %v", seed, err)
		}
		tr.Result()
		tr.Layers()
		tr.Distributions()
		tr.Spaces(s.Data, nil, nil, nil)
		unmodified("Trainer")
		m, err := NewModel(s)
		if err != nil {
			t.Fatal(err)
		}
		m.Predict(s.Data)
		unmodified("Model.Predict")

		// The reshapings take a prepared state.
		s = deepCopy(p, true)
		before = full(s)
		to := prepare(t, State{Config: randomConfig(rng, len(s.Data))}).Config
		to.Classes = max(to.Classes, MinClasses)
		hidden := len(s.Config.HiddenLayers)
		for name, reshape := range map[string]func() (State, error){
			"Fit":           func() (State, error) { return Fit(s, to), nil },
			"AddNeuron":     func() (State, error) { return AddNeuron(s, 0) },
			"RemoveNeuron":  func() (State, error) { return RemoveNeuron(s, 0, 0) },
			"AddLayer":      func() (State, error) { return AddLayer(s, 0, 3) },
			"AddLayer last": func() (State, error) { return AddLayer(s, hidden, 3) },
			"RemoveLayer":   func() (State, error) { return RemoveLayer(s, 0) },
			"AddClass":      func() (State, error) { return AddClass(s) },
			"RemoveClass":   func() (State, error) { return RemoveClass(s, 0) },
			"Fit features":  func() (State, error) { return withFeatures(s, []Feature{FeatureY, FeatureSinX}), nil },
			"Fit optimizer": func() (State, error) { return withOptimizer(s, Momentum), nil },
			"SetWeight":     func() (State, error) { return SetWeight(s, 0, 0, 0, 5) },
			"SetBias":       func() (State, error) { return SetBias(s, 0, 0, 5) },
		} {
			got, err := reshape()
			unmodified(name)
			if err != nil {
				continue // no such layer, or as many as there may be
			}
			// What comes back does not share the network or the config.
			for _, v := range numbers(got.Network.Parameters) {
				*v = 99
			}
			for _, moment := range []*Parameters{got.Network.Optimizer.First, got.Network.Optimizer.Second} {
				if moment != nil {
					for _, v := range numbers(*moment) {
						*v = 99
					}
				}
			}
			clear(got.Config.Features)
			clear(got.Config.HiddenLayers)
			unmodified("a change of what came back from " + name)
		}
	}
}

// cpuDigest is set for the process that TestStepOnEveryCPU starts.
const cpuDigest = "NNVISU_TEST_CPU_DIGEST"

// TestStepOnEveryCPU trains in processes that are told not to use what this CPU has beyond the
// baseline of its architecture, and expects the same bytes.
func TestStepOnEveryCPU(t *testing.T) {
	h := sha256.New()
	for seed := range uint64(60) {
		rng := newRand(seed + 3*lawStates)
		s := randomState(t, rng)
		randomSchedule(rng, &s.Config)
		fmt.Fprintln(h, toJSON(t, step(t, s, 5)))
	}
	digest := fmt.Sprintf("digest %x", h.Sum(nil))
	if os.Getenv(cpuDigest) != "" {
		fmt.Println(digest)
		return
	}
	for _, features := range []string{"cpu.fma=off", "cpu.avx=off,cpu.avx2=off,cpu.avx512f=off,cpu.fma=off", "cpu.all=off"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStepOnEveryCPU$")
		cmd.Env = append(os.Environ(), cpuDigest+"=1", "GODEBUG="+features)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", features, err, out)
		}
		if !strings.Contains(string(out), digest) {
			t.Errorf("%s gives %s; want %s", features, out, digest)
		}
	}
}

package nn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// scheduleTolerance is for learning rates against PyTorch's recursions, which round at every one of
// some hundred updates.
const scheduleTolerance = 1e-13

// randomSchedule gives c a schedule whose time a few dozen updates go beyond.
func randomSchedule(rng *rand.Rand, c *Config) {
	c.Schedule = pick(rng, Schedules())
	c.ScheduleSteps = ScheduleSteps(1 + rng.IntN(20))
	c.ScheduleFactor = ScheduleFactor(1 - rng.Float64()) // never 0
	if c.Schedule == CosineDecay && rng.IntN(3) == 0 {
		c.ScheduleFactor = 0
	}
}

// scheduled returns a config with a schedule and the rate 1.
func scheduled(s Schedule, steps int, factor float64) Config {
	c := DefaultConfig()
	c.LearningRate, c.Schedule, c.ScheduleSteps, c.ScheduleFactor = 1, s, ScheduleSteps(steps), ScheduleFactor(factor)
	return c
}

// TestLearningRateAt is worked by hand. ½(1 + cos(π/3)) is 3/4.
func TestLearningRateAt(t *testing.T) {
	for _, test := range []struct {
		schedule Schedule
		steps    int
		factor   float64
		want     map[int]float64 // by step
	}{
		{ConstantRate, 10, 0.5, map[int]float64{0: 1, 9: 1, 10: 1, 1 << 52: 1}},
		{ConstantRate, 1, 0, map[int]float64{0: 1, 1: 1}},
		{StepDecay, 3, 0.5, map[int]float64{0: 1, 2: 1, 3: 0.5, 5: 0.5, 6: 0.25, 9: 0.125, 3 * 1074: 0x1p-1074, 3 * 1075: 0, 1 << 52: 0}},
		{StepDecay, 1, 1, map[int]float64{0: 1, 7: 1, 1 << 52: 1}},
		{ExponentialDecay, 2, 0.25, map[int]float64{0: 1, 1: 0.5, 2: 0.25, 3: 0.125, 4: 0.0625, 1 << 52: 0}},
		{ExponentialDecay, 1000, 1, map[int]float64{0: 1, 7: 1, 1 << 52: 1}},
		{ExponentialDecay, 2, math.SmallestNonzeroFloat64, map[int]float64{0: 1, 1: 0x1p-537, 2: 0x1p-1074, 3: 0, 4: 0}},
		{CosineDecay, 3, 0, map[int]float64{0: 1, 1: 0.75, 2: 0.25, 3: 0, 4: 0, 6: 0, 1 << 52: 0}},
		{CosineDecay, 4, 0.5, map[int]float64{0: 1, 2: 0.75, 4: 0.5, 8: 0.5}},
		{CosineDecay, 1, 0.1, map[int]float64{0: 1, 1: 0.1, 2: 0.1}},
		{CosineDecay, 5, 1, map[int]float64{0: 1, 1: 1, 4: 1, 5: 1}},
		// The last update before the end: ½(1 + cos(π - ε)) is ε²/4, ε = π/10⁶.
		{CosineDecay, 1_000_000, 0, map[int]float64{999_999: math.Pi * math.Pi / 4e12}},
	} {
		for _, rate := range []float64{1, 10, 0.03} {
			c := scheduled(test.schedule, test.steps, test.factor)
			c.LearningRate = rate
			for step, share := range test.want {
				// Only shares of 0 and 1 have to be hit to the bit, and what underflows has few.
				tolerance := 1e-12
				if share == 0 || share == 1 || share < 0x1p-1000 {
					tolerance = 0
				}
				if got, want := c.LearningRateAt(step), rate*share; math.Abs(got-want) > tolerance*want {
					t.Errorf("%s, %d steps, factor %v: LearningRateAt(%d) = %v; want %v",
						test.schedule, test.steps, test.factor, step, got, want)
				}
			}
		}
	}
	// PyTorch's own example of StepLR: 0.05, then 0.005, then 0.0005.
	c := scheduled(StepDecay, 30, 0.1)
	c.LearningRate = 0.05
	for step, want := range map[int]float64{0: 0.05, 29: 0.05, 30: 0.005, 59: 0.005, 60: 0.0005, 89: 0.0005} {
		if got := c.LearningRateAt(step); !near(got/want, 1, handTolerance) {
			t.Errorf("StepLR: LearningRateAt(%d) = %v; want %v", step, got, want)
		}
	}
}

// TestLearningRatePyTorch goes through the recursions that PyTorch's schedulers compute
// (torch/optim/lr_scheduler.py, get_lr), from update to update.
func TestLearningRatePyTorch(t *testing.T) {
	const steps, factor, base = 40, 0.2, 0.3
	gamma := math.Pow(factor, 1.0/steps)
	for schedule, next := range map[Schedule]func(rate float64, step int) float64{
		StepDecay: func(rate float64, step int) float64 {
			if step%steps == 0 {
				rate *= factor
			}
			return rate
		},
		ExponentialDecay: func(rate float64, _ int) float64 { return rate * gamma },
		CosineDecay: func(rate float64, step int) float64 {
			const least = factor * base
			if step > steps {
				return rate
			}
			return least + (rate-least)*(1+math.Cos(math.Pi*float64(step)/steps))/(1+math.Cos(math.Pi*float64(step-1)/steps))
		},
	} {
		c := scheduled(schedule, steps, factor)
		c.LearningRate = base
		want := base
		for step := range 3 * steps {
			if step > 0 {
				want = next(want, step)
			}
			if got := c.LearningRateAt(step); !near(got/want, 1, scheduleTolerance) {
				t.Fatalf("%s: LearningRateAt(%d) = %v; want %v", schedule, step, got, want)
			}
		}
	}
}

// TestLearningRateFalls: no schedule ever raises the rate, and none makes NaN.
func TestLearningRateFalls(t *testing.T) {
	for seed := range uint64(200) {
		rng := newRand(seed)
		c := DefaultConfig()
		randomSchedule(rng, &c)
		for range 50 {
			step := rng.IntN(1 << (1 + rng.IntN(52)))
			a, b := c.LearningRateAt(step), c.LearningRateAt(step+1)
			if !(b >= 0 && b <= a*(1+1e-12) && a <= c.LearningRate) {
				t.Fatalf("%+v: LearningRateAt(%d) = %v, then %v; want no rise", c, step, a, b)
			}
		}
	}
}

// scheduleDigest pins the bits of learning rates, as goldenDigest does those of runs.
const scheduleDigest = "88fb866c1bec22260cae715c943f5d3cd7000b92433a2ed8bd57dceaa8e92340"

func TestLearningRateGolden(t *testing.T) {
	digest := sha256.New()
	for seed := range uint64(100) {
		c := DefaultConfig()
		randomSchedule(newRand(seed), &c)
		for step := range 60 {
			fmt.Fprintln(digest, math.Float64bits(c.LearningRateAt(step)))
		}
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != scheduleDigest {
		t.Errorf("digest of the rates = %s; want %s", got, scheduleDigest)
	}
}

// TestStepSchedule: an update has the rate of its step, whatever came before. The error of w = 1 at
// x = 1 and target 0 is 1, and so are its gradients.
func TestStepSchedule(t *testing.T) {
	for _, schedule := range Schedules() {
		for at := range 8 {
			s := line(1, 0, Point{1, 0, 0})
			s.Config.Optimizer, s.Config.LearningRate = SGD, 0.25
			s.Config.Schedule, s.Config.ScheduleSteps, s.Config.ScheduleFactor = schedule, 3, 0.5
			s.Network.Step = at
			rate := s.Config.LearningRateAt(at)
			checkValues(t, fmt.Sprintf("%s at step %d", schedule, at),
				step(t, s, 1).Network.Parameters, handTolerance, 1-rate, -rate)
			// The decoupled decay goes by the same rate. The output is right, so nothing else
			// moves.
			s = line(1, -1, Point{1, 0, 0})
			s.Config.Optimizer, s.Config.LearningRate, s.Config.L2 = AdamW, 0.25, 2
			s.Config.Schedule, s.Config.ScheduleSteps, s.Config.ScheduleFactor = schedule, 3, 0.5
			s.Network.Step = at
			checkValues(t, fmt.Sprintf("decay of %s at step %d", schedule, at),
				step(t, s, 1).Network.Parameters, handTolerance, 1-2*rate, -1)
		}
	}
	// A rate that has become 0 changes nothing, with any optimizer.
	for _, o := range Optimizers() {
		s := line(1, 0, Point{1, 0, 0})
		s.Config.Optimizer, s.Config.L1, s.Config.L2 = o, 0.1, 0.1
		s.Config.Schedule, s.Config.ScheduleSteps, s.Config.ScheduleFactor = StepDecay, 1, 0.1
		s.Network.Step = 1000
		checkValues(t, string(o)+" at rate 0", step(t, s, 3).Network.Parameters, 0, 1, 0)
	}
}

// TestConfigScheduleJSON: what is not the default is written, and each schedule comes back as it
// was, a factor of 0 and the zeros of Go included.
func TestConfigScheduleJSON(t *testing.T) {
	plain := toJSON(t, DefaultConfig())
	for _, test := range []struct {
		change func(c *Config)
		want   string // beside the default
	}{
		{func(*Config) {}, ""},
		{func(c *Config) { c.Schedule = CosineDecay }, `"schedule":"cosine",`},
		{func(c *Config) { c.Schedule, c.ScheduleFactor = CosineDecay, 0 }, `"schedule":"cosine","schedule_factor":0,`},
		{func(c *Config) { c.ScheduleFactor = 0 }, `"schedule_factor":0,`},
		{func(c *Config) { c.ScheduleFactor = 1 }, `"schedule_factor":1,`},
		{func(c *Config) { c.ScheduleSteps = 1 }, `"schedule_steps":1,`},
		{func(c *Config) { c.Schedule, c.ScheduleSteps, c.ScheduleFactor = StepDecay, 7, 0.25 }, `"schedule":"step","schedule_steps":7,"schedule_factor":0.25,`},
		{func(c *Config) { c.Schedule, c.ScheduleSteps, c.ScheduleFactor = "", 0, 0 }, `"schedule":"","schedule_steps":0,"schedule_factor":0,`},
	} {
		s := State{Config: DefaultConfig()}
		test.change(&s.Config)
		text := toJSON(t, s.Config)
		if want := strings.Replace(plain, `"batch_size"`, test.want+`"batch_size"`, 1); text != want {
			t.Errorf("JSON = %s; want %s", text, want)
		}
		if back := reload(t, s); !reflect.DeepEqual(back.Config, s.Config) {
			t.Errorf("decode(encode(c)) = %+v; want %+v", back.Config, s.Config)
		}
	}
}

package nn

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// A Schedule says how the learning rate changes from update to update.
type Schedule string

// The schedules. The learning rate of an update is the rate of the config times the share given
// here, where f is ScheduleFactor, T is ScheduleSteps and t is the number of updates before.
const (
	ConstantRate     Schedule = "constant"    // 1
	StepDecay        Schedule = "step"        // f^⌊t/T⌋
	ExponentialDecay Schedule = "exponential" // f^(t/T)
	CosineDecay      Schedule = "cosine"      // from 1 to f along half a cosine, then f
)

// scheduleRule is what training needs to know of a schedule.
type scheduleRule struct {
	positive bool // the factor must be greater than 0
	share    func(f float64, t, steps int) float64
}

var scheduleTable = choices[Schedule, scheduleRule]{
	{ConstantRate, "Constant", "", scheduleRule{false, constantShare}},
	{StepDecay, "Steps", "lr·f^⌊t/T⌋", scheduleRule{true, stepShare}},
	{ExponentialDecay, "Exponential", "lr·f^(t/T)", scheduleRule{true, exponentialShare}},
	{CosineDecay, "Cosine", "half a cosine from lr to f·lr, then f·lr",
		scheduleRule{false, cosineShare}},
}

// Schedules returns all schedules in the order of the page.
func Schedules() []Schedule { return scheduleTable.names() }

// Label returns what the page calls the schedule.
func (s Schedule) Label() string { return scheduleTable.label(s) }

// Note returns what the documents say of the schedule behind its name, or "".
func (s Schedule) Note() string { return scheduleTable.note(s) }

// NeedsFactor reports whether the factor of the schedule must be greater than 0.
func (s Schedule) NeedsFactor() bool { return scheduleTable.rule(s).positive }

// ScheduleSteps is a number of optimizer updates, 1 to 1,000,000.
type ScheduleSteps int

// ScheduleFactor is a share of the learning rate, 0 to 1.
type ScheduleFactor float64

// The defaults of a schedule.
const (
	defaultScheduleSteps  ScheduleSteps  = 1000
	defaultScheduleFactor ScheduleFactor = 0.1
)

// IsZero reports whether s is the default. JSON leaves the default out, so that states from before
// there were schedules keep their bytes. The decoder starts from DefaultConfig, which restores the
// default. The zero value of Go is not the default and is written.
func (s Schedule) IsZero() bool { return s == ConstantRate }

// IsZero reports whether s is the default, as for Schedule.
func (s ScheduleSteps) IsZero() bool { return s == defaultScheduleSteps }

// IsZero reports whether f is the default, as for Schedule; 0 is another factor.
func (f ScheduleFactor) IsZero() bool { return f == defaultScheduleFactor }

// LearningRateAt returns the learning rate of the update that follows step other updates. It may be
// 0. The config must be valid.
func (c Config) LearningRateAt(step int) float64 {
	return scheduleTable.rule(c.Schedule).rate(&c, step)
}

// rate returns the learning rate of a config with this schedule for the update that follows step
// other updates.
func (r *scheduleRule) rate(c *Config, step int) float64 {
	return c.LearningRate * r.share(float64(c.ScheduleFactor), max(step, 0), int(c.ScheduleSteps))
}

func constantShare(float64, int, int) float64 { return 1 }

// stepShare is PyTorch's StepLR with gamma f and step_size T.
func stepShare(f float64, t, steps int) float64 { return detmath.Pow(f, t/steps) }

// exponentialShare is PyTorch's ExponentialLR with gamma f^(1/T). The whole part of t/T is a power
// as in stepShare, so that only the fraction goes through a logarithm.
func exponentialShare(f float64, t, steps int) float64 {
	rest := float64(t%steps) / float64(steps)
	return detmath.Pow(f, t/steps) * detmath.Exp(float64(rest*detmath.Log(f)))
}

// cosineShare is Loshchilov & Hutter 2017, "SGDR", equation 5, without restarts: f + (1-f)·½(1 +
// cos(πt/T)); It is PyTorch's CosineAnnealingLR up to T; afterwards PyTorch's rises again and this
// one stays at f. As ½(1 + cos(πt/T)) = sin²(π(T-t)/2T), nothing cancels at the end.
func cosineShare(f float64, t, steps int) float64 {
	if t >= steps {
		return f
	}
	sin := detmath.Sin(float64(math.Pi / 2 * (float64(steps-t) / float64(steps))))
	return f + float64((1-f)*float64(sin*sin))
}

package nn

import (
	"math"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// An ExplainedUpdate is the arithmetic of an optimizer for one parameter. Given has the numbers that it
// begins with. The value of each line follows from those before, by a formula of + - * / ^, sqrt, sin,
// floor, sign and pi. The last line is after.
type ExplainedUpdate struct {
	Optimizer Optimizer       `json:"optimizer"`
	Given     []ExplainedLine `json:"given"`
	Lines     []ExplainedLine `json:"lines"`
}

// An ExplainedLine is a named number. Its formula, which is empty for what is given, has the names of
// those before. Numbers are rounded after every operation, except where Fused: there the product and
// the sum behind it are rounded once.
type ExplainedLine struct {
	Name    string  `json:"name"`
	Formula string  `json:"formula,omitzero"`
	Fused   bool    `json:"fused,omitzero"`
	Value   float64 `json:"value"`
}

// The names of lines.
const (
	lineBefore   = "before"
	lineMean     = "mean"     // the gradient of the mean loss over the batch
	lineGradient = "gradient" // with the penalties
	lineRate     = "rate"
	lineFirst    = "first" // the moments
	lineSecond   = "second"
	lineAfter    = "after"
)

func (u *ExplainedUpdate) given(name string, v float64) float64 {
	u.Given = append(u.Given, ExplainedLine{Name: name, Value: told(v)})
	return v
}

func (u *ExplainedUpdate) line(name, formula string, v float64) float64 {
	u.Lines = append(u.Lines, ExplainedLine{Name: name, Formula: formula, Value: told(v)})
	return v
}

func (u *ExplainedUpdate) fused(name, formula string, v float64) float64 {
	u.line(name, formula, v)
	u.Lines[len(u.Lines)-1].Fused = true
	return v
}

// update notes how the gradient of the mean loss changes the parameter. It makes the steps of
// [Trainer.apply] for the one number.
func (e *explanation) update(mean float64) {
	t, c := e.t, &e.t.config
	u := &e.Update
	u.Optimizer = c.Optimizer
	p := u.given(lineBefore, t.theta[e.index])
	g := u.given(lineMean, mean)
	u.given("learning_rate", c.LearningRate)
	if c.Schedule != ConstantRate {
		u.given("factor", float64(c.ScheduleFactor))
		u.given("steps", float64(c.ScheduleSteps))
		u.given("step", float64(t.step))
	}
	u.line("share", shareFormula(c, t.step), t.schedule.share(float64(c.ScheduleFactor), t.step, int(c.ScheduleSteps)))
	rate := u.line(lineRate, "learning_rate * share", t.schedule.rate(c, t.step))
	l1, l2 := c.L1, c.L2
	isWeight := e.at.In >= 0
	if isWeight && l1 != 0 {
		u.given("l1", l1)
	}
	if isWeight && l2 != 0 {
		u.given("l2", l2)
	}
	penalised := ""
	if isWeight && l2 != 0 && !t.rule.decoupled {
		penalised = lineMean + " + l2 * before"
		g = math.FMA(l2, p, g)
		if l1 != 0 {
			u.fused("with_l2", penalised, g)
			penalised = "with_l2"
		}
	}
	if isWeight && l1 != 0 {
		switch {
		case p > 0:
			g += l1
		case p < 0:
			g -= l1
		}
		if penalised == "" {
			penalised = lineMean
		}
		u.line(lineGradient, penalised+" + l1 * sign(before)", g)
	} else if penalised != "" {
		u.fused(lineGradient, penalised, g)
	} else {
		u.line(lineGradient, lineMean, g)
	}
	from := lineBefore
	if isWeight && l2 != 0 && t.rule.decoupled {
		decay := u.line("decay", "1 - rate * l2", 1-float64(rate*l2))
		from, p = "decayed", u.line("decayed", "before * decay", p*decay)
	}
	step := optimizerStep{u: u, p: p, from: from, g: g, rate: rate, t: t.updates + 1}
	if t.rule.first {
		step.first = u.given("first_before", t.first[e.index])
	}
	if t.rule.second {
		step.second = u.given("second_before", t.second[e.index])
	}
	optimizerLines[c.Optimizer](step)
}

// An optimizerStep is what the lines of an optimizer follow from.
type optimizerStep struct {
	u             *ExplainedUpdate
	p             float64
	from          string // the name of p
	g, rate       float64
	first, second float64
	t             int // the number of the update since the moments were empty, from 1
}

// optimizerLines write the formulas of package kernel, operation by operation.
var optimizerLines = map[Optimizer]func(s optimizerStep){
	SGD: func(s optimizerStep) {
		s.u.fused(lineAfter, s.from+" - rate * gradient", math.FMA(-s.rate, s.g, s.p))
	},
	Momentum: func(s optimizerStep) {
		v := s.u.fused(lineFirst, "0.9 * first_before + gradient", math.FMA(s.first, 0.9, s.g))
		s.u.fused(lineAfter, s.from+" - rate * first", math.FMA(-s.rate, v, s.p))
	},
	Nesterov: func(s optimizerStep) {
		v := s.u.fused(lineFirst, "0.9 * first_before + gradient", math.FMA(s.first, 0.9, s.g))
		ahead := s.u.fused("ahead", "0.9 * first + gradient", math.FMA(v, 0.9, s.g))
		s.u.fused(lineAfter, s.from+" - rate * ahead", math.FMA(-s.rate, ahead, s.p))
	},
	RMSprop: func(s optimizerStep) {
		v := s.u.fused(lineSecond, "0.99 * second_before + 0.01 * gradient * gradient",
			math.FMA(0.01*s.g, s.g, s.second*0.99))
		rootStep(s, v, 1e-8, "1e-8")
	},
	Adagrad: func(s optimizerStep) {
		v := s.u.fused(lineSecond, "second_before + gradient * gradient", math.FMA(s.g, s.g, s.second))
		rootStep(s, v, 1e-10, "1e-10")
	},
	Adam:  adamLines,
	AdamW: adamLines,
}

// rootStep is the step of an optimizer that divides by the root of the second moment.
func rootStep(s optimizerStep, second, epsilon float64, text string) {
	divisor := s.u.line("divisor", "sqrt(second) + "+text, math.Sqrt(second)+epsilon)
	change := s.u.line("change", "rate * gradient / divisor", s.rate*s.g/divisor)
	s.u.line(lineAfter, s.from+" - change", s.p-change)
}

func adamLines(s optimizerStep) {
	s.u.given("updates", float64(s.t))
	first := s.u.fused(lineFirst, "0.9 * first_before + 0.1 * gradient", math.FMA(s.g, 0.1, s.first*0.9))
	second := s.u.fused(lineSecond, "0.999 * second_before + 0.001 * gradient * gradient",
		math.FMA(0.001*s.g, s.g, s.second*0.999))
	c1 := s.u.line("first_correction", "1 - 0.9 ^ updates", 1-detmath.Pow(0.9, s.t))
	c2 := s.u.line("second_correction", "1 - 0.999 ^ updates", 1-detmath.Pow(0.999, s.t))
	step := s.u.line("corrected_rate", "rate / first_correction", s.rate/c1)
	inverse := s.u.line("inverse_root", "1 / sqrt(second_correction)", 1/math.Sqrt(c2))
	divisor := s.u.fused("divisor", "sqrt(second) * inverse_root + 1e-8", math.FMA(math.Sqrt(second), inverse, 1e-8))
	change := s.u.line("change", "corrected_rate * first / divisor", step*first/divisor)
	s.u.line(lineAfter, s.from+" - change", s.p-change)
}

// shareFormula writes which share of the learning rate an update has.
func shareFormula(c *Config, step int) string {
	switch c.Schedule {
	case StepDecay:
		return "factor ^ floor(step / steps)"
	case ExponentialDecay:
		return "factor ^ (step / steps)"
	case CosineDecay:
		if step >= int(c.ScheduleSteps) {
			return "factor"
		}
		return "factor + (1 - factor) * sin(pi / 2 * ((steps - step) / steps)) ^ 2"
	}
	return "1"
}

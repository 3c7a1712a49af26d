package nn

import (
	"math"
	"slices"

	"github.com/nnvisu/nnvisu/nn/detmath"
)

// A Trouble is a way in which a run fails. There is none in most runs: "".
type Trouble string

// The troubles, the worst first. Where a run has several, the first one counts.
const (
	// Exploding is a loss that grows without limit: soon some number will not be finite.
	Exploding Trouble = "exploding"
	// Leaping is a loss that leaps up and down above that of a guess.
	Leaping Trouble = "leaping"
	// Rising is a train loss that has risen for long.
	Rising Trouble = "rising"
	// Silent is a loss that does not move because all weights are zero, and so is every gradient.
	Silent Trouble = "silent"
	// Dead is a loss that does not move while most units of a layer are dead; see [Idle].
	Dead Trouble = "dead"
	// Saturated is the same with saturated units.
	Saturated Trouble = "saturated"
	// Stuck is a loss that has hardly moved for long, far from 0, for another reason.
	Stuck Trouble = "stuck"
	// Overfitting is a test loss that has risen for long, while the train loss fell.
	Overfitting Trouble = "overfitting"
)

// Troubles returns all troubles, the worst first.
func Troubles() []Trouble {
	return []Trouble{Exploding, Leaping, Rising, Silent, Dead, Saturated, Stuck, Overfitting}
}

// A Diagnosis says what is wrong with a run. The zero value is a run with no trouble.
type Diagnosis struct {
	Trouble Trouble
	Since   int // the step at which it began, as far as the samples of the history say
	Layer   int // of Dead and Saturated: the first hidden layer that is so, from 0
	Idle    int // and how many of its units are
}

// The bounds of a diagnosis. They are wide: a run that would have come right by itself must not be
// called a failure, and a sentence that comes and goes helps nobody. The runs of the experiments and
// of the data sets show what they tell apart.
const (
	explodes = 50  // times the loss of a guess, and growing for
	growing  = 4   // updates
	exploded = 1e6 // times the loss of a guess: so many updates after a better sample, one says enough
	leaps    = 1.5 // times the loss of a guess, in more than half of the newer samples

	risen      = 1.5  // times the lowest train loss
	overfitted = 1.1  // times the lowest test loss (generalisation loss: Prechelt 1998, section 2.2)
	above      = 1.05 // times the lowest test loss, in every newer sample
	slack      = 0.02 // times the loss of a guess: a rise that is smaller counts for nothing

	far         = 0.5     // times the loss of a guess: what is lower has learned something
	crawls      = 0.00003 // the share of the loss by which it moves in an update, in the mean,
	still       = 0.02    // and at most in all
	stuckSteps  = 100     // updates that are needed to say so
	guessSquare = 0.5     // the loss of a guess at values: half the square of 1

	// A trouble is long if a fifth of the samples has it, and these many, over so many updates.
	longShare, longSamples, longSteps = 5, 16, 20
)

// A stretch is the part of a history that can be compared: the samples since the points or their
// split changed, up to a step.
type stretch struct {
	step       []int
	loss, test []float64 // test is nil where none was measured
}

func (h *History) stretch(step int) stretch {
	from, to := 0, h.Len()
	for from < to && h.Step[from] < h.Since {
		from++
	}
	for to > from && h.Step[to-1] > step {
		to--
	}
	s := stretch{step: h.Step[from:to], loss: h.Loss[from:to]}
	if h.TestLoss != nil {
		s.test = h.TestLoss[from:to]
	}
	return s
}

// isLong reports whether the samples from index i on are many, over many updates.
func (s *stretch) isLong(i int) bool {
	n := len(s.step)
	return n-i >= longSamples && longShare*(n-i) >= n && s.step[n-1]-s.step[i] >= longSteps
}

// least returns the index of the lowest measured value, the first of equals.
func least(values []float64) int {
	at := 0
	for i, v := range values {
		if v >= 0 && (v < values[at] || values[at] < 0) {
			at = i
		}
	}
	return at
}

// IsBest reports whether the newest sample is the best of those that can be compared: the test loss
// is lower than before, or the train loss where no point is held out.
func (h *History) IsBest() bool {
	s := h.stretch(math.MaxInt)
	values := s.loss
	if n := len(s.test); n > 0 && s.test[n-1] >= 0 {
		values = s.test
	}
	return len(values) > 0 && least(values) == len(values)-1
}

// Diagnose says what is wrong with a run whose curves up to the current network are the history. It
// is a function of the state and the history alone. Only where the loss does not move, it looks at
// the units, and takes as long as Metrics.
func (t *Trainer) Diagnose(h *History) Diagnosis {
	s := h.stretch(t.step)
	n := len(s.step)
	if n < 2 {
		return Diagnosis{}
	}
	guess := guessSquare
	if t.config.Task == Classification {
		guess = detmath.Log(float64(t.Outputs()))
	}
	guess = max(guess, s.loss[0])
	if d := s.tooHigh(guess); d.Trouble != "" {
		return d
	}
	if n < 3 {
		return Diagnosis{}
	}
	if i, is := s.isStuck(t.config.Task, guess); is {
		return t.whyStuck(s.step[i])
	}
	return s.overfits(guess)
}

// tooHigh looks for a loss that rises.
func (s *stretch) tooHigh(guess float64) Diagnosis {
	n := len(s.loss)
	from := n - 1 // of the newest samples that are worse than a guess
	for from > 0 && s.loss[from-1] > guess {
		from--
	}
	now, before := s.loss[n-1], max(from-1, 0)
	grows := now > explodes*guess && s.step[n-1]-s.step[from] >= growing ||
		now > exploded*guess && s.step[n-1]-s.step[before] >= growing
	if grows && now >= slices.Max(s.loss[from:]) {
		return Diagnosis{Trouble: Exploding, Since: s.step[before]}
	}
	isHigh := func(v float64) bool { return v > leaps*guess }
	high := 0
	for _, v := range s.loss[n/2:] {
		if isHigh(v) {
			high++
		}
	}
	if 2*high > n-n/2 && s.isLong(n/2) {
		return Diagnosis{Trouble: Leaping, Since: s.step[max(slices.IndexFunc(s.loss, isHigh)-1, 0)]}
	}
	best := least(s.loss)
	lowest := s.loss[best]
	if s.isLong(best) && rises(s.loss[best+1:], risen*lowest, risen*lowest+slack*guess) {
		return Diagnosis{Trouble: Rising, Since: s.step[best]}
	}
	return Diagnosis{}
}

// rises reports whether the newer half of the values is above a bound, in its mean above another
// one, and above the older half.
func rises(values []float64, bound, mean float64) bool {
	older, newer := values[:len(values)/2], values[len(values)/2:]
	for _, v := range newer {
		if v < bound {
			return false
		}
	}
	m := sum(newer) / float64(len(newer))
	return m > mean && m > sum(older)/float64(len(older))
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// isStuck reports whether the loss is far from 0 and has hardly moved over three quarters of the
// samples, and from which one on.
func (s *stretch) isStuck(task Task, guess float64) (from int, is bool) {
	n := len(s.loss)
	now := s.loss[n-1]
	if task == Regression { // how far the labels lie apart is not known: the first loss stands for it
		guess = s.loss[0]
	}
	steps := s.step[n-1] - s.step[n/4]
	newer := s.loss[n/4:]
	high := slices.Max(newer)
	if now < far*guess || now < slack || steps < stuckSteps ||
		high-slices.Min(newer) > min(still, crawls*float64(steps))*high {
		return 0, false
	}
	for from = n / 4; from > 0 && math.Abs(s.loss[from-1]-now) <= still*high; from-- {
	}
	return from, true
}

// whyStuck says why a loss has not moved since a step.
func (t *Trainer) whyStuck(since int) Diagnosis {
	d := Diagnosis{Trouble: Stuck, Since: since}
	isZero := true
	for _, w := range t.theta[:t.weights] {
		isZero = isZero && w == 0
	}
	if isZero {
		d.Trouble = Silent
		return d
	}
	for l, idle := range t.Idle() {
		switch {
		case 2*idle.Dead > idle.Units:
			d.Trouble, d.Layer, d.Idle = Dead, l, idle.Dead
			return d
		case 2*idle.Saturated > idle.Units:
			d.Trouble, d.Layer, d.Idle = Saturated, l, idle.Saturated
			return d
		}
	}
	return d
}

// overfits looks for a test loss that rises while the train loss falls.
func (s *stretch) overfits(guess float64) Diagnosis {
	n := len(s.test)
	if n == 0 || s.test[n-1] < 0 {
		return Diagnosis{}
	}
	best := least(s.test)
	lowest := s.test[best]
	if s.isLong(best) && s.loss[n-1] < s.loss[best] &&
		rises(s.test[best+1:], above*lowest, overfitted*lowest+slack*guess) {
		return Diagnosis{Trouble: Overfitting, Since: s.step[best]}
	}
	return Diagnosis{}
}

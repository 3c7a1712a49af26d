package nn

import (
	"math"
	"slices"
	"strconv"
)

// MaxSamples is the most samples that a History keeps.
const MaxSamples = 256

// NotMeasured stands in a column of a History for a missing number, such as the test loss while no
// point was held out.
const NotMeasured = -1

// A History is the curves of a run: samples of its metrics, in columns of equal length. It keeps
// the first sample and the newest. The samples between them are at least Every updates apart. The
// zero value is a run without samples.
//
// Losses and accuracies have five significant digits. A column in which nothing was measured is
// nil.
type History struct {
	// Every is the least number of updates between two samples that stay. It doubles whenever there
	// are more than MaxSamples samples.
	Every int `json:"every,omitzero"`
	// Step and Epoch are those of Network. Steps grow from sample to sample.
	Step  []int `json:"step,omitzero"`
	Epoch []int `json:"epoch,omitzero"`
	// Loss and the following columns hold the members of Metrics of the same name, or NotMeasured.
	Loss         []float64 `json:"loss,omitzero"`
	Accuracy     []float64 `json:"accuracy,omitzero"`
	TestLoss     []float64 `json:"test_loss,omitzero"`
	TestAccuracy []float64 `json:"test_accuracy,omitzero"`
	// Since is the step from which on the samples measure the points of today, split as they are
	// today. Earlier ones cannot be compared with later ones.
	Since int `json:"since,omitzero"`
	// Best is the lowest test loss; nil before the first.
	Best *Best `json:"best,omitzero"`
	// Layers is how the layers learned; nil before the first sample of them.
	Layers *LayerHistory `json:"layers,omitzero"`
}

// Best is the first moment at which the test loss was lowest. Its sample may have been thinned out.
type Best struct {
	Step     int     `json:"step"`
	Epoch    int     `json:"epoch"`
	TestLoss float64 `json:"test_loss"`
}

// Clone returns a copy that shares nothing with h.
func (h *History) Clone() History {
	c := *h
	c.Step, c.Epoch = slices.Clone(h.Step), slices.Clone(h.Epoch)
	for _, column := range c.columns() {
		*column = slices.Clone(*column)
	}
	if h.Best != nil {
		best := *h.Best
		c.Best = &best
	}
	c.Layers = h.Layers.clone()
	return c
}

// Len returns the number of samples.
func (h *History) Len() int { return len(h.Step) }

// Add appends the metrics of a network after step updates. It first removes the samples of the same
// or a later step, or of a later epoch, for they belong to another run. So a run that continues
// from an older moment branches there, and a run from step 0 starts a new history. A loss that is
// not finite is not added.
//
// The newest sample is always the last. If it is less than Every updates after the sample before
// it, the next sample replaces it.
//
// Add writes to the columns in place: a copy of h shares them.
func (h *History) Add(step, epoch int, m Metrics) {
	h.cut(step, epoch)
	if notFinite(m.Loss) {
		return
	}
	n := h.Len()
	if n == 0 {
		h.Every = 1
	}
	if n >= 2 && h.Step[n-1]-h.Step[n-2] < h.Every {
		n--
		h.keep(n)
	}
	h.Step, h.Epoch = append(h.Step, step), append(h.Epoch, epoch)
	for i, v := range [...]*float64{&m.Loss, m.Accuracy, m.TestLoss, m.TestAccuracy} {
		h.put(h.columns()[i], n, v)
	}
	if h.TestLoss != nil {
		h.improve(n)
	}
	for h.Len() > MaxSamples {
		h.thin()
	}
}

// Truncate removes the samples from step on.
func (h *History) Truncate(step int) { h.cut(step, math.MaxInt) }

// Renew says that the points, or which of them are held out, have changed at step.
func (h *History) Renew(step int) { h.Since, h.Best = step, nil }

// cut removes the samples at or after step, and those after epoch.
func (h *History) cut(step, epoch int) {
	if h.Since > step { // the points of then are there again
		h.Since = 0
	}
	h.cutLayers(step, epoch)
	n := h.Len()
	for n > 0 && (h.Step[n-1] >= step || h.Epoch[n-1] > epoch) {
		n--
	}
	if n == 0 {
		*h = History{Since: h.Since}
		return
	}
	if n == h.Len() && (h.Best == nil || h.Best.Step < step && h.Best.Epoch <= epoch) {
		return
	}
	h.keep(n)
	for _, column := range h.columns() {
		if !measured(*column) {
			*column = nil
		}
	}
	if h.Best == nil || h.Best.Step < step && h.Best.Epoch <= epoch {
		return
	}
	// The best of the remaining samples. Samples that were thinned out cannot be considered.
	h.Best = nil
	for i := range h.TestLoss {
		if h.Step[i] >= h.Since {
			h.improve(i)
		}
	}
}

// improve makes sample i the best if its test loss is lower.
func (h *History) improve(i int) {
	if v := h.TestLoss[i]; v >= 0 && (h.Best == nil || v < h.Best.TestLoss) {
		h.Best = &Best{Step: h.Step[i], Epoch: h.Epoch[i], TestLoss: v}
	}
}

// put appends v as value n of a column. A column without measurements is nil.
func (h *History) put(column *[]float64, n int, v *float64) {
	switch {
	case v != nil && !notFinite(*v):
		for len(*column) < n {
			*column = append(*column, NotMeasured)
		}
		*column = append(*column, rounded(*v, 5))
	case measured(*column):
		*column = append(*column, NotMeasured)
	default:
		*column = nil
	}
}

// thin doubles Every and removes samples that are now too close to the one before.
func (h *History) thin() {
	h.Every = min(2*h.Every, MaxCount)
	kept, last := 1, h.Len()-1
	for i := 1; i <= last; i++ {
		if i < last && h.Step[i]-h.Step[kept-1] < h.Every {
			continue
		}
		h.Step[kept], h.Epoch[kept] = h.Step[i], h.Epoch[i]
		for _, column := range h.columns() {
			if *column != nil {
				(*column)[kept] = (*column)[i]
			}
		}
		kept++
	}
	h.keep(kept)
	for _, column := range h.columns() {
		if !measured(*column) {
			*column = nil
		}
	}
}

// keep shortens all columns to n samples.
func (h *History) keep(n int) {
	h.Step, h.Epoch = h.Step[:n], h.Epoch[:n]
	for _, column := range h.columns() {
		if *column != nil {
			*column = (*column)[:n]
		}
	}
}

// columns returns the columns of Metrics, in its order.
func (h *History) columns() [4]*[]float64 {
	return [...]*[]float64{&h.Loss, &h.Accuracy, &h.TestLoss, &h.TestAccuracy}
}

// measured reports whether a column holds any measurement.
func measured(column []float64) bool {
	return slices.ContainsFunc(column, func(v float64) bool { return v >= 0 })
}

// rounded returns the number of so many significant digits that is nearest to v.
func rounded(v float64, digits int) float64 {
	var text [24]byte
	r, err := strconv.ParseFloat(string(strconv.AppendFloat(text[:0], v, 'e', digits-1, 64)), 64)
	if err != nil { // rounded up beyond what is finite
		return math.Copysign(1.7976e308, v)
	}
	return r + 0 // no negative zero
}

// Validate returns a *FieldError for the first member that does not fit.
func (h *History) Validate() error {
	n := h.Len()
	if h.Since < 0 || h.Since > MaxCount {
		return fieldError("history.since", "must be from 0 to 2^53-1; got %d", h.Since)
	}
	if n > MaxSamples {
		return fieldError("history.step", "must have at most %d samples; has %d", MaxSamples, n)
	}
	for _, c := range [...]struct {
		name     string
		got      int
		optional bool
	}{
		{"epoch", len(h.Epoch), false},
		{"loss", len(h.Loss), false},
		{"accuracy", len(h.Accuracy), true},
		{"test_loss", len(h.TestLoss), true},
		{"test_accuracy", len(h.TestAccuracy), true},
	} {
		if c.got != n && !(c.optional && c.got == 0) {
			return fieldError("history."+c.name, "must have %d numbers, one for each step; has %d",
				n, c.got)
		}
	}
	if n == 0 {
		switch {
		case h.Every != 0:
			return fieldError("history.every", "must be left out where there is no sample")
		case h.Best != nil:
			return fieldError("history.best", "must be left out where there is no sample")
		case h.Layers != nil:
			return fieldError("history.layers", "must be left out where there is no sample")
		}
		return nil
	}
	if h.Every < 1 || h.Every > MaxCount {
		return fieldError("history.every", "must be from 1 to 2^53-1; got %d", h.Every)
	}
	if err := validateCounts("history.step", h.Step, 1, MaxCount); err != nil {
		return err
	}
	if err := validateCounts("history.epoch", h.Epoch, 0, MaxCount); err != nil {
		return err
	}
	for _, c := range [...]struct {
		name   string
		values []float64
		most   float64
		always bool
	}{
		{"history.loss", h.Loss, math.MaxFloat64, true},
		{"history.accuracy", h.Accuracy, 1, false},
		{"history.test_loss", h.TestLoss, math.MaxFloat64, false},
		{"history.test_accuracy", h.TestAccuracy, 1, false},
	} {
		if err := validateColumn(c.name, c.values, c.most, c.always); err != nil {
			return err
		}
	}
	if err := h.Best.validate(h.Step[n-1], h.Epoch[n-1]); err != nil {
		return err
	}
	return h.Layers.validate(h.Step[n-1], h.Epoch[n-1])
}

// validate checks the best moment of a run whose last sample is at step and epoch.
func (b *Best) validate(step, epoch int) error {
	switch {
	case b == nil:
		return nil
	case b.Step < 0 || b.Step > step:
		return fieldError("history.best.step", "must be from 0 to the last step, %d; got %d", step,
			b.Step)
	case b.Epoch < 0 || b.Epoch > epoch:
		return fieldError("history.best.epoch", "must be from 0 to the last epoch, %d; got %d",
			epoch, b.Epoch)
	case !(b.TestLoss >= 0 && b.TestLoss <= math.MaxFloat64):
		return fieldError("history.best.test_loss", "must be 0 or more; got %v", b.TestLoss)
	}
	return nil
}

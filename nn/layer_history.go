package nn

import (
	"fmt"
	"math"
	"slices"
)

// MaxLayerSamples is the most samples that a LayerHistory keeps.
const MaxLayerSamples = 64

// MaxLayers is the most layers of a network, the output included.
const MaxLayers = MaxHiddenLayers + 1

// A LayerHistory is how the layers of a network learned over a run: samples of LayerState, in
// columns of equal length, a column for each layer. Numbers have three significant digits. All
// samples are of networks with the same number of layers.
type LayerHistory struct {
	// Every is the least number of updates between two samples. It doubles whenever there are more
	// than MaxLayerSamples.
	Every int `json:"every,omitzero"`
	// Step and Epoch are those of Network. Steps grow from sample to sample.
	Step  []int `json:"step,omitzero"`
	Epoch []int `json:"epoch,omitzero"`
	// Gradient[l] and Update[l] hold the members of LayerState of layer l, or NotMeasured.
	Gradient [][]float64 `json:"gradient,omitzero"`
	Update   [][]float64 `json:"update,omitzero"`
	// Idle[l] is the share of the units of hidden layer l that are dead or saturated, 0 to 1.
	Idle [][]float64 `json:"idle,omitzero"`
}

// Len returns the number of samples.
func (h *LayerHistory) Len() int {
	if h == nil {
		return 0
	}
	return len(h.Step)
}

func (h *LayerHistory) clone() *LayerHistory {
	if h == nil {
		return nil
	}
	c := *h
	c.Step, c.Epoch = slices.Clone(h.Step), slices.Clone(h.Epoch)
	for _, columns := range c.columns() {
		*columns = slices.Clone(*columns)
		for l, column := range *columns {
			(*columns)[l] = slices.Clone(column)
		}
	}
	return &c
}

func (h *LayerHistory) columns() [3]*[][]float64 {
	return [...]*[][]float64{&h.Gradient, &h.Update, &h.Idle}
}

// NeedsLayers reports whether the newest sample, of step, should get a sample of the layers: it is
// so many updates after the last one that it stays.
func (h *History) NeedsLayers(step int) bool {
	n := h.Len()
	if n == 0 || h.Step[n-1] != step {
		return false
	}
	last := h.Layers.Len() - 1
	return last < 0 || step-h.Layers.Step[last] >= h.Layers.Every
}

// AddLayers appends what [Trainer.Layers] says of the newest sample, where NeedsLayers asks for it.
// If the network has another number of layers than before, its samples are the first.
//
// Like Add, it writes to the columns in place.
func (h *History) AddLayers(layers []LayerState) {
	if h.Layers.Len() == 0 || len(h.Layers.Gradient) != len(layers) {
		hidden := len(layers) - 1
		h.Layers = &LayerHistory{
			Every:    1,
			Gradient: make([][]float64, hidden+1), Update: make([][]float64, hidden+1),
			Idle: make([][]float64, hidden),
		}
	}
	of, now := h.Layers, h.Len()-1
	of.Step, of.Epoch = append(of.Step, h.Step[now]), append(of.Epoch, h.Epoch[now])
	for l, s := range layers {
		of.Gradient[l] = append(of.Gradient[l], layerNumber(s.Gradient))
		of.Update[l] = append(of.Update[l], layerNumber(s.Update))
		if l < len(of.Idle) {
			of.Idle[l] = append(of.Idle[l], layerNumber(s.Idle.Share()))
		}
	}
	for of.Len() > MaxLayerSamples {
		of.thin()
	}
}

// layerNumber returns v with the digits of a LayerHistory.
func layerNumber(v float64) float64 { return rounded(v, 3) }

// Share returns the share of the units that hardly learn.
func (i Idle) Share() float64 {
	if i.Units == 0 {
		return 0
	}
	return float64(i.Dead+i.Saturated) / float64(i.Units)
}

// thin doubles Every and removes samples that are now too close to the one before.
func (h *LayerHistory) thin() {
	h.Every = min(2*h.Every, MaxCount)
	kept := 1
	for i := 1; i < h.Len(); i++ {
		if h.Step[i]-h.Step[kept-1] < h.Every {
			continue
		}
		h.Step[kept], h.Epoch[kept] = h.Step[i], h.Epoch[i]
		for _, columns := range h.columns() {
			for _, column := range *columns {
				column[kept] = column[i]
			}
		}
		kept++
	}
	h.keep(kept)
}

// keep shortens all columns to n samples.
func (h *LayerHistory) keep(n int) {
	h.Step, h.Epoch = h.Step[:n], h.Epoch[:n]
	for _, columns := range h.columns() {
		for l, column := range *columns {
			(*columns)[l] = column[:n]
		}
	}
}

// cutLayers removes the samples of the layers at or after step, and those after epoch.
func (h *History) cutLayers(step, epoch int) {
	n := h.Layers.Len()
	for n > 0 && (h.Layers.Step[n-1] >= step || h.Layers.Epoch[n-1] > epoch) {
		n--
	}
	if n == 0 {
		h.Layers = nil
	} else if n < h.Layers.Len() {
		h.Layers.keep(n)
	}
}

// validate checks the samples of the layers of a run whose last sample is at step and epoch.
func (h *LayerHistory) validate(step, epoch int) error {
	if h == nil {
		return nil
	}
	const name = "history.layers"
	n, layers := h.Len(), len(h.Gradient)
	switch {
	case n == 0:
		return fieldError(name, "must be left out where there is no sample")
	case n > MaxLayerSamples:
		return fieldError(name+".step", "must have at most %d samples; has %d", MaxLayerSamples, n)
	case len(h.Epoch) != n:
		return fieldError(name+".epoch", "must have %d numbers, one for each step; has %d", n,
			len(h.Epoch))
	case h.Every < 1 || h.Every > MaxCount:
		return fieldError(name+".every", "must be from 1 to 2^53-1; got %d", h.Every)
	case layers < 1 || layers > MaxLayers:
		return fieldError(name+".gradient", "must have 1 to %d layers; has %d", MaxLayers, layers)
	}
	if err := validateCounts(name+".step", h.Step, 1, step); err != nil {
		return err
	}
	if err := validateCounts(name+".epoch", h.Epoch, 0, epoch); err != nil {
		return err
	}
	for _, c := range [...]struct {
		name    string
		columns [][]float64
		layers  int
		most    float64
	}{
		{"gradient", h.Gradient, layers, math.MaxFloat64},
		{"update", h.Update, layers, math.MaxFloat64},
		{"idle", h.Idle, layers - 1, 1},
	} {
		if len(c.columns) != c.layers {
			return fieldError(name+"."+c.name, "must have %d layers; has %d", c.layers,
				len(c.columns))
		}
		for l, column := range c.columns {
			at := indexed(name+"."+c.name, l)
			if len(column) != n {
				return fieldError(at, "must have %d numbers, one for each step; has %d", n,
					len(column))
			}
			if err := validateColumn(at, column, c.most, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// validateCounts checks that numbers grow, each by at least apart, and are at most most.
func validateCounts(name string, values []int, apart, most int) error {
	least := 0
	for i, v := range values {
		switch {
		case v < least || v > MaxCount:
			return fieldError(indexed(name, i),
				"must be from %d to 2^53-1, in the order of the run; got %d", least, v)
		case v > most:
			return fieldError(indexed(name, i), "must be at most that of the last sample, %d; got %d",
				most, v)
		}
		least = v + apart
	}
	return nil
}

// validateColumn checks that numbers are from 0 to most or, unless all must be measured,
// NotMeasured.
func validateColumn(name string, values []float64, most float64, all bool) error {
	for i, v := range values {
		if v >= 0 && v <= most || v == NotMeasured && !all {
			continue
		}
		want := "must be 0 or more"
		if most == 1 {
			want = "must be from 0 to 1"
		}
		if !all {
			want += fmt.Sprintf(", or %d where nothing was measured", NotMeasured)
		}
		return fieldError(indexed(name, i), want+"; got %v", v)
	}
	return nil
}

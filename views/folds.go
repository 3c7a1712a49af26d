package views

import (
	"slices"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// A fold is a group of controls that are folded away until somebody needs them.
type fold struct {
	ID, Title string
	Settings  []string // fields of settings
	Others    []string // of other controls
}

var (
	foldRegularisation = fold{"fold-regularisation", "Regularisation", []string{FieldL1, FieldL2, FieldDropout}, nil}
	foldTechnical      = fold{"fold-technical", "Technical", []string{FieldInit, FieldSeed}, []string{FieldTransport}}
	foldSchedule       = fold{"fold-schedule", "Schedule and early stop", []string{FieldSchedule, FieldScheduleFactor, FieldScheduleSteps}, []string{FieldPatience}}
)

// needed reports whether a setting of the fold is not what it is at first, or an experiment is about
// it: then the fold is to be open.
func (f *fold) needed(l Lab) bool {
	d := nn.DefaultConfig()
	for _, m := range setting.Differing(&l.State.Config, &d) {
		if slices.Contains(f.Settings, m.Name) {
			return true
		}
	}
	e := l.Card.Experiment
	return e != nil && slices.Contains(f.Settings, e.About)
}

// open reports whether the page shows the fold open.
func (f *fold) open(l Lab) bool {
	wrong := func(field string) bool { return l.refusal(field) != "" }
	return f.needed(l) || slices.ContainsFunc(f.Settings, wrong) || slices.ContainsFunc(f.Others, wrong) ||
		slices.Contains(f.Others, FieldPatience) && l.Choices.Patience != "" ||
		slices.Contains(f.Others, FieldTransport) && l.Choices.Transport == TransportSocket
}

package views

import (
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// TestWorksheetSettings: the list of a worksheet has the settings that have an effect.
func TestWorksheetSettings(t *testing.T) {
	for _, test := range []struct {
		name, set string
		change    func(c *nn.Config)
		leavesOut []string
	}{
		{"Default", "circles", func(*nn.Config) {}, []string{"Period, steps", "Factor"}},
		{"Scheduled", "circles", func(c *nn.Config) { c.Schedule = nn.StepDecay }, nil},
		{"Linear", "circles", func(c *nn.Config) { c.HiddenLayers, c.Schedule = nil, nn.CosineDecay }, []string{"Activation", "Dropout"}},
		{"Values", "hills", func(c *nn.Config) { c.Schedule = nn.CosineDecay }, []string{"Classes"}},
	} {
		l := sampleLab(t, dataset.Name(test.set), func(l *Lab) { test.change(&l.State.Config) })
		var names []string
		for _, s := range settingsList(l) {
			names = append(names, s.Name)
		}
		for _, name := range []string{"Schedule", "Period, steps", "Factor", "Activation", "Dropout", "Classes", "Hidden layers", "L2 penalty", "Seed"} {
			if listed := slices.Contains(names, name); listed == slices.Contains(test.leavesOut, name) {
				t.Errorf("%s: %q is listed: %t; want %t", test.name, name, listed, !listed)
			}
		}
	}
}

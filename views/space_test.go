package views

import (
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// spacesOf measures the spaces of a lab.
func spacesOf(tb testing.TB, l *Lab) []nn.LayerSpace {
	tb.Helper()
	m, err := nn.NewModel(l.State)
	if err != nil {
		tb.Fatal(err)
	}
	return measureSpaces(l.State, Measured{}, m2{m}).Spaces
}

// m2 measures spaces alone.
type m2 struct{ *nn.Model }

func (m2) Confusion() nn.Confusion                { panic("views: not measured") }
func (m2) Layers() []nn.LayerState                { panic("views: not measured") }
func (m2) Distributions() []nn.LayerDistributions { panic("views: not measured") }

package views

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
)

// A panel is a view of the card below the network.
type panel struct {
	Name, Label string
	// measure measures what the view shows of a state beside the curves; nil: nothing. last is what
	// the stream's frame before showed, if there was one.
	measure func(s nn.State, last Measured, m Measurer) Measured
	// view is the inside of the card. nil is the curves, which frames write with their own pen: a
	// call that the compiler does not see through would cost each frame memory.
	view func(l Lab) templ.Component
}

// panels are in the order of their tabs; the first is shown where none was chosen.
var panels = []panel{
	{Name: "curves", Label: "Curves"},
	{Name: "confusion", Label: "Confusion", measure: measureConfusion, view: Confusion},
	// Links and stored pages have the first name of this panel, of when it showed the gradients alone.
	{Name: "gradients", Label: "Layers", measure: measureLayers, view: Layers},
	{Name: "histograms", Label: "Histograms", measure: measureHistograms, view: Histograms},
	{Name: "space", Label: "Layer space", measure: measureSpaces, view: Spaces},
	{Name: "compare", Label: "Compare", view: Compare},
}

// A Measurer measures a state for the panels; *nn.Trainer is one.
type Measurer interface {
	Confusion() nn.Confusion
	Layers() []nn.LayerState
	Distributions() []nn.LayerDistributions
	Spaces(points []nn.Point, xs, ys []float64, before []nn.LayerSpace) []nn.LayerSpace
}

// Measured is what one panel shows beside the curves; the rest of it is nil, and so is all where
// there is no point to measure with.
type Measured struct {
	Confusion     *nn.Confusion
	Layers        []nn.LayerState // the output last, here and below
	Distributions []nn.LayerDistributions
	Spaces        []nn.LayerSpace // the input first; of the frame before, until this one is measured
}

func measureConfusion(s nn.State, _ Measured, m Measurer) (got Measured) {
	if s.Config.Task == nn.Classification {
		confusion := m.Confusion()
		got.Confusion = &confusion
	}
	return got
}

func measureLayers(_ nn.State, _ Measured, m Measurer) Measured { return Measured{Layers: m.Layers()} }

func measureHistograms(_ nn.State, _ Measured, m Measurer) Measured {
	return Measured{Distributions: m.Distributions()}
}

// Panels returns the names of the panels, which are the values of FieldPanel.
func Panels() []string {
	names := make([]string, len(panels))
	for i, p := range panels {
		names[i] = p.Name
	}
	return names
}

// panel returns the panel that is shown.
func (l *Lab) panel() *panel {
	at := slices.IndexFunc(panels, func(p panel) bool { return p.Name == l.Choices.Panel })
	return &panels[max(at, 0)]
}

// Measure measures what the panel that is shown needs beside the metrics.
func (l *Lab) Measure(m Measurer) {
	if p := l.panel(); p.measure != nil {
		l.Measured = p.measure(l.State, l.Measured, m)
	}
}

// PanelBody is the inside of the panel that is shown.
func PanelBody(l Lab) templ.Component {
	if p := l.panel(); p.view != nil {
		return p.view(l)
	}
	return Curves(l)
}

package wire

import (
	"iter"
	"math"
	"slices"
	"sync"

	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// A Parameter is a row of the table of what a query may have.
type Parameter struct {
	Name    string
	About   string // a sentence in Markdown, without its stop
	Kind    setting.Kind
	Choices []string
	// Range is what a number may be, or an element of a list of numbers. Its Most is infinite where
	// the server sets the limit.
	Range setting.Range
	Items setting.Range // how many elements a list may have
	// Or is a word that may stand for the number in a query, and what it means.
	Or, OrAbout string
	// OfData says that a query for points alone may have it as well.
	OfData bool
	// OfConfig says that it is a member of config.
	OfConfig bool
}

// parameters are those that are no members of config.
var parameters = []Parameter{
	{
		Name: "dataset", Kind: setting.Word, Choices: datasets(),
		About: "the data set to train on",
	},
	{
		Name: "points", Kind: setting.Whole, Range: setting.Range{Least: 1, Most: math.Inf(1)}, OfData: true,
		About: "how many points, 1 to the server's limit",
	},
	{
		Name: "noise", Kind: setting.Real, Range: setting.Range{Most: dataset.MaxNoise}, OfData: true,
		About: "standard deviation of the noise; each data set has its own default",
	},
	{
		Name: "label_noise", Kind: setting.Real, Range: setting.Range{Most: dataset.MaxLabelNoise}, OfData: true,
		About: "share of labels that are redrawn by chance; 0, the default, for none",
	},
	{
		Name: "data_seed", Kind: setting.Whole, Range: setting.Range{Most: math.MaxUint32},
		About: "the seed of the data set alone",
	},
	{
		Name: "steps", Kind: setting.Whole, Range: setting.Range{Least: float64(Train.leastSteps()), Most: MaxSteps},
		About: "updates to make in all; 0, the default, for no end",
	},
	{
		Name: "frame_steps", Kind: setting.Whole, Range: setting.Range{Least: 1, Most: MaxSteps},
		Or: FrameStepsMax, OrAbout: "for as many as take about 20 ms",
		About: "updates between two events",
	},
	{
		Name: "frame_ms", Kind: setting.Whole, Range: setting.Range{Most: MaxFrameMS},
		About: "least time between two events, in milliseconds",
	},
}

// Parameters returns what a recipe may have: the rows of the table, and the members of config. A data
// set has the classes and the seed of the network.
func Parameters() iter.Seq[Parameter] {
	return func(yield func(Parameter) bool) {
		for _, p := range parameters {
			if !yield(p) {
				return
			}
		}
		for m := range setting.All() {
			p := Parameter{
				Name: m.Name, About: m.Values(), Kind: m.Kind, Range: m.Range, Items: m.Items,
				OfData: m.Name == "classes" || m.Name == "seed", OfConfig: true,
			}
			for _, c := range m.Choices {
				p.Choices = append(p.Choices, c.Value)
			}
			if !yield(p) {
				return
			}
		}
	}
}

// dataParameters returns the names of the parameters of a query for points.
var dataParameters = sync.OnceValue(func() (names []string) {
	for p := range Parameters() {
		if p.OfData {
			names = append(names, p.Name)
		}
	}
	return names
})

// IsDataParameter reports whether a query for points may have a parameter of this name.
func IsDataParameter(name string) bool { return slices.Contains(dataParameters(), name) }

// RecipeNames returns the names of the parameters of a recipe that are no members of config.
func RecipeNames() []string {
	var names []string
	for _, p := range parameters {
		names = append(names, p.Name)
	}
	return names
}

// datasets returns the names of the data sets.
func datasets() []string {
	var names []string
	for _, info := range dataset.All() {
		names = append(names, string(info.Name))
	}
	return names
}

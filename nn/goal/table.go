package goal

import (
	"math"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// A Direction is what a rule asks for.
type Direction int

// The directions.
const (
	AtLeast Direction = iota
	AtMost
	Untouched // no act has changed a part of the run
	After     // asks for nothing: it says where the acts begin that count
)

// A Row is a row of the table of rules.
type Row struct {
	Name      string
	Direction Direction
	// Least and Most are what its number may be; Whole says that it has no decimals. Unit follows it.
	Least, Most float64
	Whole       bool
	Unit        string
	// Counts is what it counts, for the number one; "" for what is measured.
	Counts string
	// About says what it is about, in the docs. Of a part it is what the page says.
	About string
	// Example is a number that it may have.
	Example string

	value func(r *Run) (v float64, ok bool)
	part  Part
	// ofTest says that it is about test points, and ofClasses that only a run with classes has it.
	ofTest, ofClasses bool
}

// What a run may lack.
const (
	NoClasses    = "no classes"
	NoTestPoints = "no test points"
)

// Lacks says what keeps every run with a config from having the number of a rule. It returns "" where
// there is nothing.
func (r *Row) Lacks(c nn.Config) string {
	switch {
	case r.ofClasses && c.Task == nn.Regression:
		return NoClasses
	case r.ofTest && c.TestFraction == 0:
		return NoTestPoints
	}
	return ""
}

// most is more than any count is.
const most = 1e9

// rows is the table, in the order in which people are told about it.
var rows = []Row{
	{Name: "test accuracy", Example: "95", Most: 100, Unit: " %", About: "share of the test points whose class is right",
		ofTest: true, ofClasses: true, value: func(r *Run) (float64, bool) { return given(r.Metrics.TestAccuracy) }},
	{Name: "accuracy", Example: "98", Most: 100, Unit: " %", About: "the same of the points for training",
		ofClasses: true, value: func(r *Run) (float64, bool) { return given(r.Metrics.Accuracy) }},
	{Name: "test loss", Example: "0.2", Direction: AtMost, Most: math.MaxFloat64, About: "loss of the test points",
		ofTest: true, value: func(r *Run) (float64, bool) { return given(r.Metrics.TestLoss) }},
	{Name: "loss", Example: "0.1", Direction: AtMost, Most: math.MaxFloat64, About: "loss of the points for training",
		value: func(r *Run) (float64, bool) { return r.Metrics.Loss, r.Measured }},
	{Name: "units", Example: "6", Direction: AtMost, Most: most, Whole: true, Counts: "unit", About: "units of all hidden layers",
		value: func(r *Run) (float64, bool) { return float64(r.Config.HiddenUnits()), true }},
	{Name: "layers", Example: "1", Direction: AtMost, Most: most, Whole: true, Counts: "layer", About: "hidden layers",
		value: func(r *Run) (float64, bool) { return float64(len(r.Config.HiddenLayers)), true }},
	{Name: "parameters", Example: "30", Direction: AtMost, Most: most, Whole: true, Counts: "parameter", About: "weights and biases",
		value: func(r *Run) (float64, bool) { return float64(nn.ParameterCount(r.Config)), true }},
	{Name: "features", Example: "2", Direction: AtMost, Least: 1, Most: most, Whole: true, Counts: "feature", About: "input features",
		value: func(r *Run) (float64, bool) { return float64(len(r.Config.Features)), true }},
	{Name: "steps", Example: "500", Direction: AtMost, Most: most, Whole: true, Counts: "step", About: "updates of the network",
		value: func(r *Run) (float64, bool) { return float64(r.Step), true }},
	{Name: "acts", Example: "10", Direction: AtMost, Most: most, Whole: true, Counts: "act", About: "changes that are no training",
		value: func(r *Run) (float64, bool) {
			if r.Acts == nil {
				return 0, false
			}
			return float64(r.Acts.Number), true
		}},
	{Name: "after", Example: "3", Direction: After, Least: 1, Most: most, Whole: true, About: "acts that came with the lesson, which do not count"},
	{Name: "data untouched", Direction: Untouched, part: Data, About: "without touching the data"},
	{Name: "weights untouched", Direction: Untouched, part: Weights, About: "without setting weights by hand"},
	{Name: "network untouched", Direction: Untouched, part: Network, About: "without changing layers and units"},
	{Name: "features untouched", Direction: Untouched, part: Features, About: "without changing the input features"},
	{Name: "seed untouched", Direction: Untouched, part: Seed, About: "without another seed"},
	{Name: "settings untouched", Direction: Untouched, part: Settings, About: "without changing any other setting"},
}

// All returns the rows of the table.
func All() []Row { return rows }

// Names lists the names of the rules, as messages do.
func Names() string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

func given(v *float64) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return *v, true
}

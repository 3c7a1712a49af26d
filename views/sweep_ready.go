package views

import (
	"fmt"
	"math"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// SweepOwn is the value of FieldSweep for a sweep that the controls tell. All others are ready ones.
const SweepOwn = "own"

// A ReadySweep is a prepared sweep that answers one question.
type ReadySweep struct {
	Slug     string // the value of FieldSweep
	Title    string
	Question string
	Steps    int    // updates of each run
	Recipe   string // the query of the settings and points to sweep over, or "" for those of the page
	// Over says what the runs differ by, as JSON, where the page has these settings.
	Over func(c *nn.Config) string
}

// usualValues are the values of a sweep over a member where none are written. A member with a closed set
// of values has all of them.
var usualValues = map[string]string{
	FieldFeatures: "x,y x,y,xy x,y,x2,y2", FieldHiddenLayers: "none 2 4 8 16", FieldLearningRate: "0.003 0.01 0.03 0.1",
	"schedule_steps": "100 300 1000", "schedule_factor": "0.1 0.3 0.9", "batch_size": "0 8 32", "l1": "0 0.0001 0.001 0.01",
	"l2": "0 0.0001 0.001 0.01", "dropout": "0 0.1 0.2 0.5", FieldTestFraction: "0.2 0.5", FieldSeed: "1..9",
}

// UsualValues returns the values of a sweep over a member where none are written.
func UsualValues(m *setting.Member) string {
	if m.Kind != setting.Word {
		return usualValues[m.Name]
	}
	var all []string
	for _, c := range m.Choices {
		all = append(all, c.Value)
	}
	return strings.Join(all, " ")
}

// sweepSeeds is how many seeds the ready sweep over seeds has.
const sweepSeeds = 9

// ReadySweeps returns the ready sweeps, in the order of the page.
func ReadySweeps() []ReadySweep {
	always := func(over string) func(*nn.Config) string { return func(*nn.Config) string { return over } }
	return []ReadySweep{
		{
			Slug: "seeds", Title: "Nine seeds", Steps: 300,
			Question: "How lucky was your run? The same settings and points, with other first weights. The first is yours.",
			Over: func(c *nn.Config) string {
				first := min(c.Seed, math.MaxUint32-sweepSeeds+1)
				var seeds []string
				for i := range uint32(sweepSeeds) {
					seeds = append(seeds, fmt.Sprint(first+i))
				}
				return `{"seed":[` + strings.Join(seeds, ",") + `]}`
			},
		},
		{
			Slug: "rate-and-width", Title: "Learning rate × width", Steps: 300,
			Question: "Does a wide network need another learning rate than a narrow one?",
			Over:     always(`{"hidden_layers":[[2],[4],[8],[16],[32]],"learning_rate":{"from":0.001,"to":1,"count":4,"scale":"log"}}`),
		},
		{
			Slug: "finder", Title: "Learning-rate finder", Steps: 100,
			Question: "Which learning rate learns fastest, and from where on does it fail?",
			Over:     always(`{"learning_rate":{"from":0.0001,"to":10,"count":16,"scale":"log"}}`),
		},
		{
			Slug: "capacity", Title: "Capacity and wrong labels", Steps: 2000,
			Question: "Of these 160 labels, 21 are wrong. How wide must a network be to learn even them, and what does that do to the test loss?",
			Recipe:   "dataset=moons&points=160&noise=0.15&label_noise=0.2&test_fraction=0.5&learning_rate=0.01&data_seed=3",
			Over:     always(`{"hidden_layers":[[1],[2],[4],[8],[16],[32],[64]],"seed":[1,2,3]}`),
		},
	}
}

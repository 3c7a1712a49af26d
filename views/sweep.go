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
			Question: "A fifth of these labels are wrong. How wide must a network be to learn even them, and what does that do to the test loss?",
			Recipe:   "dataset=moons&points=160&noise=0.15&label_noise=0.2&test_fraction=0.5&learning_rate=0.01&data_seed=3",
			Over:     always(`{"hidden_layers":[[1],[2],[4],[8],[16],[32],[64]],"seed":[1,2,3]}`),
		},
	}
}

// A SweepAxis is a member that the runs of a sweep differ by.
type SweepAxis struct {
	Label  string
	Values []string // as people read them
}

// A SweepPage is the page of a sweep without its cells, which come one after the other.
type SweepPage struct {
	Title, Question string
	Release         string // of the files of the page
	Steps           int
	Axes            []SweepAxis // one or two, the first for the rows
	State           nn.State    // without a network
	JSON            StateJSON   // of its config, data and meta
	Journal         string      // that leads to these points
}

// isTable reports whether the cells are a table: they have rows and columns.
func (s SweepPage) isTable() bool { return len(s.Axes) == 2 }

// heading names what the runs differ by.
func (s SweepPage) heading() string {
	names := make([]string, len(s.Axes))
	for i, a := range s.Axes {
		names[i] = a.Label
	}
	return strings.Join(names, " × ")
}

// told says what all runs have.
func (s SweepPage) told() string {
	cells := 1
	for _, a := range s.Axes {
		cells *= len(a.Values)
	}
	return fmt.Sprintf("%d runs of %s steps on the same %s. Press a picture to open its run.", cells, grouped(s.Steps), pointCount(s.State))
}

// place returns the row and the column of a cell. Without columns each cell is a row.
func (s SweepPage) place(cell int) (row, column int) {
	if !s.isTable() {
		return cell, 0
	}
	width := len(s.Axes[1].Values)
	return cell / width, cell % width
}

// values names the values of a cell.
func (s SweepPage) values(cell int) string {
	row, column := s.place(cell)
	text := s.Axes[0].Label + " " + s.Axes[0].Values[row]
	if s.isTable() {
		text += ", " + s.Axes[1].Label + " " + s.Axes[1].Values[column]
	}
	return text
}

// A SweepCell is a run of a sweep.
type SweepCell struct {
	Cell    int
	Picture string // the address of what its network says over the plane
	Metrics nn.Metrics
	State   string // JSON of its config and network
	Problem string // why there is no result; the rest is empty then
}

// SweepMembers returns the members that a sweep of the page may go over.
func SweepMembers() []*setting.Member {
	var all []*setting.Member
	for m := range setting.All() {
		if !m.ByData {
			all = append(all, m)
		}
	}
	return all
}

package goal

import (
	"slices"
	"strconv"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// A Run is what a goal is compared with.
type Run struct {
	Config   nn.Config
	Step     int
	Metrics  nn.Metrics
	Measured bool  // there are points to measure by
	Acts     *Acts // those that count, see [Goal.After]; nil where nobody knows what was done
}

// A Part is what acts change.
type Part string

// The parts.
const (
	Data     Part = "data"
	Weights  Part = "weights"
	Network  Part = "network"
	Features Part = "features"
	Seed     Part = "seed"
	Settings Part = "settings"
)

// Acts is what was done in a run.
type Acts struct {
	Number int
	Of     map[Part]int // how many changed which part
}

// ActsOf counts the acts of a journal from number after on, which begins at 0; first is the config with
// which the journal begins.
func ActsOf(j journal.Journal, first nn.Config, after int) *Acts {
	parts := Parts(j, first)
	parts = parts[min(after, len(parts)):]
	a := &Acts{Number: len(parts), Of: map[Part]int{}}
	for _, of := range parts {
		for _, part := range of {
			a.Of[part]++
		}
	}
	return a
}

// Parts returns for each act of a journal the parts that it changes, each once; first is the config with
// which the journal begins. To begin again with the same weights changes none. Where points are held out
// for testing, the seed chooses which: then another seed is of the data, too.
func Parts(j journal.Journal, first nn.Config) [][]Part {
	all := make([][]Part, len(j.Entries))
	tests := first.TestFraction > 0
	for i, e := range j.Entries {
		parts := partsOf(e.Act)
		if settings, ok := e.Act.(journal.Settings); ok {
			tests = holdsOut(settings, tests)
		}
		if tests && slices.Contains(parts, Seed) && !slices.Contains(parts, Data) {
			parts = append([]Part{Data}, parts...)
		}
		all[i] = parts
	}
	return all
}

// holdsOut reports whether points are held out after an act; before says whether they were.
func holdsOut(a journal.Settings, before bool) bool {
	for _, one := range a {
		if one.Name == "test_fraction" {
			v, err := strconv.ParseFloat(one.Value, 64)
			before = err != nil || v > 0
		}
	}
	return before
}

func partsOf(act journal.Act) []Part {
	switch a := act.(type) {
	case journal.Settings:
		var parts []Part
		for _, one := range a {
			if part := partOfSetting(one.Name); !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
		return parts
	case journal.Reseed:
		return []Part{Seed}
	case journal.AddLayer, journal.RemoveLayer, journal.AddUnit, journal.RemoveUnit:
		return []Part{Network}
	case journal.SetWeight, journal.SetBias:
		return []Part{Weights}
	case journal.AddClass, journal.RemoveClass, journal.AddPoints, journal.RemovePoints, journal.SetPoints,
		journal.ClearPoints, journal.Dataset, journal.Import:
		return []Part{Data}
	}
	return nil
}

// partOfSetting returns the part that a member of the config belongs to. Which points are held out
// for testing is of the data: who chooses them chooses how good the test says that the network is.
func partOfSetting(name string) Part {
	switch name {
	case "task", "classes", "test_fraction":
		return Data
	case "hidden_layers":
		return Network
	case "features":
		return Features
	case "seed":
		return Seed
	}
	return Settings
}

// A Result says of a rule whether a run keeps it.
type Result struct {
	Rule
	Met   bool
	Known bool   // whether it can be said: there may be no test points, or no journal
	Got   string // what the run has: "93.1 %", "2 changes"
	Lack  string // where it is not known, what the run lacks: "no test points"; "" if nobody says
	Lost  bool   // no training and no other act makes up for it: only who undoes an act keeps it again
}

// Check compares a run with each rule of a goal.
func (g Goal) Check(r *Run) []Result {
	results := make([]Result, len(g))
	for i, rule := range g {
		results[i] = rule.check(r)
	}
	return results
}

// Reached reports whether all rules are met.
func Reached(results []Result) bool {
	for _, r := range results {
		if !r.Met {
			return false
		}
	}
	return true
}

func (r Rule) check(run *Run) Result {
	result := Result{Rule: r}
	if r.Direction >= Untouched && run.Acts == nil {
		return result
	}
	switch r.Direction {
	case After:
		result.Known, result.Met, result.Got = true, true, changes(run.Acts.Number)
		return result
	case Untouched:
		n := run.Acts.Of[r.part]
		result.Known, result.Met, result.Got, result.Lost = true, n == 0, changes(n), n > 0
		return result
	}
	v, ok := r.value(run)
	if !ok {
		result.Lack = r.Lacks(run.Config)
		return result
	}
	limit := r.Number
	if r.Unit != "" {
		limit /= 100 // a share: 0.57 is nearer to 57/100 than 57 is to 100 times it
	}
	result.Known = true
	if result.Met = v <= limit; r.Direction == AtLeast {
		result.Met = v >= limit
	}
	result.Got = r.shown(v, result.Met)
	result.Lost = r.Name == "acts" && !result.Met
	return result
}

func changes(n int) string {
	if n == 1 {
		return "1 change"
	}
	return strconv.Itoa(n) + " changes"
}

// shown writes a number of a run: as short as the page has it, and with more digits where it would look as
// if it were enough and is not.
func (r Rule) shown(v float64, met bool) string {
	if r.Whole {
		return write(v)
	}
	for digits := 1; ; digits++ {
		text := strconv.FormatFloat(v, 'g', 3+digits, 64)
		if r.Unit != "" {
			text = strconv.FormatFloat(100*v, 'f', digits, 64)
		}
		rounded, _ := strconv.ParseFloat(text, 64) // which was written so
		enough := r.Direction == AtLeast && rounded >= r.Number || r.Direction == AtMost && rounded <= r.Number
		if met || !enough || digits > 15 {
			return text + r.Unit
		}
	}
}

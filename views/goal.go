package views

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn/goal"
)

// GoalReached says so when a run comes there.
const GoalReached = "Your goal is reached."

// GoalExample is a goal that a run of the first page can reach.
const GoalExample = "accuracy 95, units 6, data untouched"

// goalWords says a goal in words.
func goalWords(g goal.Goal) string {
	words := make([]string, len(g))
	for i, r := range g {
		words[i] = r.Words()
	}
	return strings.Join(words, ", ")
}

// goalGot says what a run has of a rule.
func goalGot(r goal.Result) string {
	if !r.Known {
		return cmp.Or(r.Lack, "not known here")
	}
	return r.Got
}

// goalState says whether that is enough, to who does not see the mark.
func goalState(r goal.Result) string {
	switch {
	case r.Met:
		return "kept"
	case r.Lost:
		return "no longer kept"
	}
	return "not kept yet"
}

// goalLost reports whether an act has broken a rule for good.
func goalLost(results []goal.Result) bool {
	return slices.ContainsFunc(results, func(r goal.Result) bool { return r.Lost })
}

// goalExample shows how a rule is written.
func goalExample(r goal.Row) string {
	if r.Direction == goal.Untouched {
		return r.Name
	}
	return r.Name + " " + r.Example
}

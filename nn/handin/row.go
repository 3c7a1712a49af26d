package handin

import (
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/goal"
)

// A Report is what was found out about hand-ins.
type Report struct {
	Release string // that replayed them
	Goal    goal.Goal
	Lesson  bool // they were compared with the beginning of a lesson
	Rows    []Row
}

// A Row is what was found out about one hand-in, as it is written in JSON. What follows Error is only
// there if it could be replayed.
type Row struct {
	Name        string       `json:"name"`
	Verdict     Verdict      `json:"verdict"`
	Differences []Difference `json:"differences,omitempty"` // the first is that of the verdict
	Error       *Error       `json:"error,omitzero"`        // of one that cannot be read or replayed

	Reached    *bool       `json:"reached,omitzero"` // whether the goal is; nil where there is none
	Rules      []Rule      `json:"rules,omitempty"`  // of the goal
	Loss       *float64    `json:"loss,omitzero"`    // to which the journal leads
	Claimed    *float64    `json:"claimed_loss,omitzero"`
	Metrics    *nn.Metrics `json:"metrics,omitzero"`
	Steps      int         `json:"steps"`
	Updates    int         `json:"updates"`                 // that lead to the state, and were made here
	Before     int         `json:"updates_before,omitzero"` // that the journal tells of before the run began again; nobody made them here
	Parameters int         `json:"parameters"`
	Units      int         `json:"units"` // of all hidden layers
	Acts       int         `json:"acts"`
	// Changes are the acts that changed a part, by its name.
	Changes map[goal.Part]int `json:"changes,omitempty"`
	// Timeline has the acts, but no more than MaxMoments.
	Timeline []Moment `json:"timeline,omitempty"`
	// Digest is the same for the same run, and SameAs has the numbers, from 0, of the others with this
	// digest.
	Digest string `json:"digest,omitzero"`
	SameAs []int  `json:"same_as,omitempty"`
	// Journal is the text of the journal that was replayed.
	Journal string `json:"-"`
}

// MaxMoments is the most acts that a time line has.
const MaxMoments = 100

// A Moment is an act of a time line.
type Moment struct {
	Step    int         `json:"step"`
	Updates int         `json:"updates"` // made before it, see Row
	Words   string      `json:"words"`
	Parts   []goal.Part `json:"parts,omitempty"` // that it changes
}

// An Error says why a hand-in cannot be read or replayed. Its members are those of every error of the API.
type Error struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitzero"`
	Message string `json:"message"`
}

// A Rule says whether a rule of the goal is kept.
type Rule struct {
	Rule  string `json:"rule"`
	Met   bool   `json:"met"`
	Got   string `json:"got,omitzero"` // left out where it is not known, such as without test points
	Words string `json:"-"`
	Lack  string `json:"-"` // of one that is not known, what the run lacks
}

// LeaveOut takes out of a row, which has all updates that its journal tells of, those before the run began
// again. They have no part in its state, so a replay does not make them, and the journal may say of them
// what it likes.
func (r *Row) LeaveOut(before int) {
	r.Updates, r.Before = r.Updates-before, before
	for i := range r.Timeline {
		m := &r.Timeline[i]
		m.Updates = max(0, m.Updates-before)
	}
}

// Judge adds to a row what the goal says of a run.
func (r *Row) Judge(g goal.Goal, run *goal.Run) {
	if len(g) == 0 {
		return
	}
	results := g.Check(run)
	reached := goal.Reached(results)
	r.Reached = &reached
	for _, result := range results {
		r.Rules = append(r.Rules, Rule{result.String(), result.Met, result.Got, result.Words(), result.Lack})
	}
}

// MarkSame fills SameAs of rows.
func MarkSame(rows []Row) {
	numbers := map[string][]int{}
	for i, r := range rows {
		if r.Digest != "" {
			numbers[r.Digest] = append(numbers[r.Digest], i)
		}
	}
	for _, same := range numbers {
		for _, i := range same {
			for _, other := range same {
				if other != i {
					rows[i].SameAs = append(rows[i].SameAs, other)
				}
			}
		}
	}
}

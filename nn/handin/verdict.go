package handin

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// A Verdict says how a hand-in compares with what its journal leads to.
type Verdict string

// The verdicts. Those from Release to Loss name what does not agree: a cause comes before what follows
// from it, so the first of several is the verdict.
const (
	Holds        Verdict = "holds"
	Unclaimed    Verdict = "unclaimed"
	Release      Verdict = "release"
	Seed         Verdict = "seed"
	Acts         Verdict = "acts"
	Data         Verdict = "data"
	Settings     Verdict = "settings"
	Weights      Verdict = "weights"
	Loss         Verdict = "loss"
	Unreadable   Verdict = "unreadable"
	Unreplayable Verdict = "unreplayable"
)

// An Entry of the table of verdicts is what people are told about one.
type Entry struct {
	Verdict
	Label string // of a cell of a table
	About string // a sentence
}

var verdicts = []Entry{
	{Holds, "holds", "The journal leads to what is claimed. If there is a lesson, it begins as that does."},
	{Unclaimed, "nothing claimed", "The journal can be replayed, and claims nothing: what is shown is what it leads to."},
	{Release, "other release", "Another release made it, or its mark was changed: the numbers may differ for that reason alone."},
	{Seed, "other seed", "The run has another seed than it claims, or than the lesson."},
	{Acts, "other acts", "The journal has other acts than it claims, or than those that the lesson begins with: one was removed, added or changed."},
	{Data, "other data", "The points are others than it claims or come from elsewhere, or others than those with which the lesson begins."},
	{Settings, "other settings", "The settings are others than it claims, or than those with which the lesson begins."},
	{Weights, "other weights", "The weights are not those that the acts lead to."},
	{Loss, "other loss", "The loss that is claimed, or another number at the end of the curves, is not that of the weights."},
	{Unreadable, "unreadable", "It is no journal, no link with one and no saved state with one, or it is damaged."},
	{Unreplayable, "cannot be replayed", "An act of it cannot be done, or the run diverges, or it is more work than the server does for one hand-in."},
}

// Verdicts returns the table of verdicts.
func Verdicts() []Entry { return verdicts }

// Entry returns the row of a verdict.
func (v Verdict) Entry() Entry { return verdicts[v.row()] }

func (v Verdict) row() int {
	return slices.IndexFunc(verdicts, func(e Entry) bool { return e.Verdict == v })
}

// A Difference is something that does not agree, in words.
type Difference struct {
	What    Verdict `json:"what"`
	Message string  `json:"message"` // a sentence without its full stop
}

// A Run is a hand-in and what its journal leads to.
type Run struct {
	Journal journal.Journal
	Claim   *Claim     // nil where there is none
	Saved   *nn.State  // of the file that was handed in; nil for a link
	Curves  nn.History // of the file; none for a link
	// Beyond says that the curves may go on after the state: a link has them so while the page shows an
	// earlier moment.
	Beyond bool
	// NotTheirs is the data set that the file says its points are, and they are not; or "".
	NotTheirs string
	First     nn.State    // the state with which the journal begins
	Last      nn.State    // and that to which it leads
	Metrics   *nn.Metrics // of that; nil where there are no points for training
	Loss      float64     // the same; NaN where there are none
	Own       Claim       // what [New] says of all that
}

// Compare says what does not agree in a run, with its causes first; lesson is the state with which the run
// should begin, or nil, told the journal with which it should go on from there, or nil, and release that of
// the program that replayed it.
func (r *Run) Compare(lesson *nn.State, told *journal.Journal, release string) (Verdict, []Difference) {
	var all []Difference
	differs := func(differ bool, what Verdict, format string, args ...any) {
		if differ && !slices.ContainsFunc(all, func(d Difference) bool { return d.What == what }) {
			all = append(all, Difference{what, fmt.Sprintf(format, args...)})
		}
	}
	differs(r.Journal.Release != release, Release, "it was made by release %q, and this is %q", r.Journal.Release, release)
	if lesson != nil {
		compareConfigs(differs, "the run begins", r.First.Config, "the lesson", lesson.Config)
		differs(!slices.Equal(r.First.Data, lesson.Data), Data, "the run begins with other points than the lesson")
	}
	if told != nil {
		differs(!goesOn(r.Journal, *told), Acts, "the run does not go on from where the lesson ends, at step %d after %d acts", told.Step, len(told.Entries))
	}
	if c := r.Claim; c != nil {
		own := r.Own
		differs(c.Release != own.Release, Release, "the mark of its release is another than it claims")
		differs(c.Seed != own.Seed, Seed, "it claims seed %d, and its journal has %d", c.Seed, own.Seed)
		differs(c.Acts > own.Acts, Acts, "it claims %d acts, and its journal has %d: some were removed", c.Acts, own.Acts)
		differs(c.Acts < own.Acts, Acts, "it claims %d acts, and its journal has %d: some were added", c.Acts, own.Acts)
		differs(c.Doings != own.Doings, Acts, "an act, or the step of one, is another than it claims")
		differs(c.Data != own.Data, Data, "the points are others than it claims")
		differs(c.Settings != own.Settings, Settings, "the settings are others than it claims")
		differs(c.Weights != own.Weights, Weights, "the weights are others than it claims")
		differs(!same(c.Loss, own.Loss), Loss, "it claims the loss %s, and its journal leads to %s", written(c.Loss), written(own.Loss))
	}
	if s := r.Saved; s != nil {
		compareConfigs(differs, "the file ends", s.Config, "its journal", r.Last.Config)
		differs(!slices.Equal(s.Data, r.Last.Data), Data, "the points of the file are not those that its journal leads to")
		differs(sumOfNetwork(s.Network) != sumOfNetwork(r.Last.Network), Weights, "the weights of the file are not those that its journal leads to")
		differs(r.NotTheirs != "", Data, "the file says that its points are those of %s, and they are not", r.NotTheirs)
		r.compareCurves(differs)
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return a.What.row() - b.What.row() })
	switch {
	case len(all) > 0:
		return all[0].What, all
	case r.Claim == nil && r.Saved == nil:
		return Unclaimed, nil
	}
	return Holds, nil
}

// goesOn reports whether a run does what another one does, and then what it likes.
func goesOn(j, from journal.Journal) bool {
	begun, err := j.Cut(len(from.Entries), from.Step)
	return err == nil && doings(begun) == doings(from)
}

// doings writes the acts of a journal and the steps at which they were done.
func doings(j journal.Journal) string {
	text, err := journal.Journal{Entries: j.Entries, Step: j.Step}.Text()
	if err != nil {
		return err.Error() // a journal beyond the limits, which nobody can hand in
	}
	return text
}

func compareConfigs(differs func(bool, Verdict, string, ...any), whose string, a nn.Config, whom string, b nn.Config) {
	differs(a.Seed != b.Seed, Seed, "%s with seed %d, and %s has %d", whose, a.Seed, whom, b.Seed)
	var labels []string
	for _, m := range setting.Differing(&a, &b) {
		if m.Name != "seed" {
			labels = append(labels, strings.ToLower(m.Label))
		}
	}
	differs(len(labels) > 0, Settings, "%s with other settings than %s: %s", whose, whom, strings.Join(labels, ", "))
}

// same reports whether two losses have the same bits; there may be none.
func same(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b }

// SavedLoss returns the loss that the curves of the file have for its state, with five digits; NaN where
// there is none.
func (r *Run) SavedLoss() float64 {
	if i := r.sample(); i >= 0 {
		return r.Curves.Loss[i]
	}
	return math.NaN()
}

// sample returns the number of the sample of the state of the file, or -1. It is the last.
func (r *Run) sample() int {
	h := &r.Curves
	if r.Saved == nil {
		return -1
	}
	i, found := slices.BinarySearch(h.Step, r.Saved.Network.Step)
	if !found || i != h.Len()-1 && !r.Beyond {
		return -1
	}
	return i
}

// compareCurves compares the sample of the state of the file with what is measured here. Where there are
// no points, or the loss overflows, curves get no sample.
func (r *Run) compareCurves(differs func(bool, Verdict, string, ...any)) {
	h := &r.Curves
	var own nn.History
	if r.Metrics != nil {
		own.Add(r.Last.Network.Step, r.Last.Network.Epoch, *r.Metrics)
	}
	if h.Len() == 0 || own.Len() == 0 {
		return
	}
	i := r.sample()
	if i < 0 {
		differs(true, Loss, "the curves of the file end at step %d, and its network is at step %d", h.Step[h.Len()-1], r.Saved.Network.Step)
		return
	}
	for _, column := range []struct {
		what           string
		claimed, found []float64
	}{
		{"loss", h.Loss, own.Loss}, {"accuracy", h.Accuracy, own.Accuracy}, {"test loss", h.TestLoss, own.TestLoss}, {"test accuracy", h.TestAccuracy, own.TestAccuracy},
	} {
		claimed, found := float64(nn.NotMeasured), float64(nn.NotMeasured)
		if column.claimed != nil {
			claimed = column.claimed[i]
		}
		if column.found != nil {
			found = column.found[0]
		}
		differs(claimed != found, Loss, "the curves of the file end with the %s %s, and its journal leads to %s", column.what, measured(claimed), measured(found))
	}
	differs(h.Epoch[i] != own.Epoch[0], Loss, "the curves of the file end with epoch %d, and its journal leads to epoch %d", h.Epoch[i], own.Epoch[0])
}

// measured writes a number of curves.
func measured(v float64) string {
	if v == nn.NotMeasured {
		return "none"
	}
	return written(v)
}

func written(loss float64) string {
	if loss != loss {
		return "of no points"
	}
	return fmt.Sprintf("%.6g", loss)
}

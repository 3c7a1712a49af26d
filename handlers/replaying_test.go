package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/tests/race"
)

// smallBatches is a recipe whose points take much longer to measure than an update.
const smallBatches = "dataset=moons&points=2000&batch_size=1&hidden_layers=100,100,100,100,100,100"

// again returns entries that do the same n times, every so many steps.
func again(n, every int, act journal.Act) []journal.Entry {
	entries := make([]journal.Entry, n)
	for i := range entries {
		entries[i] = journal.Entry{Step: i * every, Act: act}
	}
	return entries
}

// TestReplayCurvesCost: the curves of a run take little beside the run, however often it was changed, and
// however long it takes to measure. They have the run's beginning and its end.
func TestReplayCurvesCost(t *testing.T) {
	race.Skip(t)
	s := newTestServer(t)
	bias := journal.SetBias{Value: 0.5}
	for what, j := range map[string]journal.Journal{
		"training":     {Step: 1000},
		"acts":         {Entries: again(400, 0, bias)},
		"acts, trains": {Entries: again(100, 2, bias), Step: 200},
	} {
		j.Recipe = smallBatches
		var ratio float64
		for range 5 {
			began := time.Now()
			if _, err := s.replayJournal(t.Context(), j, nil); err != nil {
				t.Fatal(err)
			}
			without := time.Since(began)
			var curves nn.History
			began = time.Now()
			state, err := s.replayJournal(t.Context(), j, &curves)
			if err != nil {
				t.Fatal(err)
			}
			ratio = float64(time.Since(began)) / float64(without)
			n := curves.Len()
			metrics, err := metricsOf(t.Context(), state)
			if err != nil {
				t.Fatal(err)
			}
			var want nn.History
			want.Add(state.Network.Step, state.Network.Epoch, *metrics)
			if n == 0 || curves.Step[0] != 0 || curves.Step[n-1] != j.Step || curves.Loss[n-1] != want.Loss[0] {
				t.Fatalf("%s: samples at %v, the last %v; want from 0 to %d, %v", what, curves.Step, curves.Loss[n-1], j.Step, want.Loss)
			}
			if ratio < 3 {
				break
			}
		}
		if ratio >= 3 {
			t.Errorf("%s: with its curves a replay takes %.1f times as long; want less than 3", what, ratio)
		}
	}
}

// TestReplayCurvesRenewed: curves know since when there are other points, and samples of a run that new
// weights ended are in none of them, though no sample takes their place.
func TestReplayCurvesRenewed(t *testing.T) {
	s := newTestServer(t)
	var curves nn.History
	entries := append(again(2, 300, journal.SetBias{Value: 0.5}), journal.Entry{Step: 600, Act: journal.AddPoints{Points: []nn.Point{{X: 1}}}})
	j := journal.Journal{Recipe: strings.Replace(smallBatches, "2000", "1999", 1), Entries: entries, Step: 601}
	if _, err := s.replayJournal(t.Context(), j, &curves); err != nil {
		t.Fatal(err)
	}
	if curves.Since != 600 || !slices.Contains(curves.Step, 0) || curves.Step[curves.Len()-1] != 601 {
		t.Errorf("other points since %d; samples at %v", curves.Since, curves.Step)
	}
	r := &replaying{s: s, ctx: t.Context(), curves: &curves}
	before := leadsTo(t, s, journal.Journal{Recipe: smallBatches, Step: 1})
	after := before
	after.Network = nn.Initialize(before.Config)
	if err := r.done(before, after); err != nil || curves.Len() != 0 {
		t.Errorf("after new weights there are samples at %v, %v; want none", curves.Step, err)
	}
}

// TestReplayWorkLimit: the longest run to which Share gives a link can be opened and verified, and its page
// has curves. One more update is too many.
func TestReplayWorkLimit(t *testing.T) {
	race.Skip(t)
	s := newTestServer(t, func(c *Config) { c.MaxWork = 30 * time.Millisecond })
	j := journal.Journal{Recipe: "dataset=moons&points=500&batch_size=1", Entries: []journal.Entry{{Act: journal.SetBias{}}, {Act: journal.AddUnit{}}}}
	work := func(step int) time.Duration {
		j.Step = step
		items, err := s.notebook(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		return items[len(items)-1].Work
	}
	for step := 1 << 20; step > 0; step /= 2 {
		if work(j.Step+step) > s.config.MaxWork {
			j.Step -= step
		}
	}
	longest := journalText(t, s, j)
	if w := serve(s, http.MethodGet, "/?journal="+longest, ""); w.Code != http.StatusOK {
		t.Errorf("a run of %d steps is answered %d", j.Step, w.Code)
	}
	if _, got := verifyAll(t, s, "", longest); got.HandIns[0].Verdict != handin.Unclaimed {
		t.Errorf("handed in it is %+v, %+v", got.HandIns[0], got.HandIns[0].Error)
	}
	j.Step++
	if w := serve(s, http.MethodGet, "/?journal="+journalText(t, s, j), ""); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a run of %d steps is answered %d; want 413", j.Step, w.Code)
	}
}

// TestVerifyCountsActs: what was done counts as much as what was trained, in each hand-in and in all of
// them together.
func TestVerifyCountsActs(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxWork = 20 * time.Millisecond })
	const recipe = "dataset=moons&points=2000&hidden_layers=100,100,100&batch_size=1"
	first := leadsTo(t, s, journal.Journal{Recipe: recipe})
	for _, act := range []journal.Act{journal.Reset{}, journal.Dataset{Source: "dataset=moons&points=2000"}, journal.AddPoints{}, journal.Settings{{Name: "l2", Value: "0.1"}}} {
		handIn := func(share float64) string {
			n := int(share * float64(s.config.MaxWork) / float64(journal.WorkOf(act, first)))
			return journalText(t, s, journal.Journal{Recipe: recipe, Entries: again(n, 0, act)})
		}
		_, got := verifyAll(t, s, "", slices.Repeat([]string{handIn(0.9)}, 15)...)
		left := 0
		for _, row := range got.HandIns {
			if row.Error != nil && row.Error.Code == string(wire.CodeTooLarge) && strings.Contains(row.Error.Message, "another one") {
				left++
			}
		}
		if left < 4 || left > 5 { // of 0.9 each, 11 fit into 10, or 10 with what measuring takes
			t.Errorf("%T: of 15 hand-ins of almost the largest size %d are left for another request; want 4 or 5", act, left)
		}
		_, got = verifyAll(t, s, "", handIn(1.2))
		if row := got.HandIns[0]; row.Verdict != handin.Unreplayable || row.Error == nil || !strings.Contains(row.Error.Message, "0.02 s") {
			t.Errorf("%T: more of it than a request may: %+v %+v", act, row, row.Error)
		}
	}
}

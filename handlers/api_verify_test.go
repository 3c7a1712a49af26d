package handlers

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// A verified is the answer to hand-ins.
type verified struct {
	Type    string
	ID      any
	Release string
	Goal    string
	HandIns []handin.Row `json:"hand_ins"`
	Error   struct{ Code, Field, Message string }
}

// verifyAll posts hand-ins.
func verifyAll(t testing.TB, s *Server, lesson string, texts ...string) (int, verified) {
	t.Helper()
	m := map[string]any{"type": "verify", "lesson": lesson}
	var all []map[string]string
	for i, text := range texts {
		all = append(all, map[string]string{"name": fmt.Sprint("pupil ", i), "text": text})
	}
	m["hand_ins"] = all
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	w := serve(s, http.MethodPost, "/verify", string(body), "Content-Type", "application/json")
	var got verified
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%d %.500s: %v", w.Code, w.Body, err)
	}
	return w.Code, got
}

// lessonRecipe is what the pupils of these tests were given.
const lessonRecipe = "dataset=circles&points=60&hidden_layers=4&test_fraction=0.3&seed=3"

// honest is the run of a pupil, with what it leads to.
func honest(t testing.TB, s *Server) (journal.Journal, nn.State) {
	t.Helper()
	j := journal.Journal{Release: s.journalRelease(), Recipe: lessonRecipe, Step: 60, Entries: []journal.Entry{
		{Step: 10, Act: journal.Settings{{Name: "learning_rate", Value: "0.1"}}},
		{Step: 20, Act: journal.SetWeight{Layer: 0, Out: 1, In: 0, Value: 2}},
		{Step: 30, Act: journal.AddPoints{Points: []nn.Point{{X: 0.5, Y: 0.25, Label: 1}}}},
	}}
	return j, leadsTo(t, s, j)
}

// leadsTo is the state that a journal leads to.
func leadsTo(t testing.TB, s *Server, j journal.Journal) nn.State {
	t.Helper()
	state, err := journal.Replay(s.world(t.Context()), j)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// lossOf is the loss of a state.
func lossOf(t testing.TB, state nn.State) float64 {
	t.Helper()
	m, err := metricsOf(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	return m.Loss
}

// handInOf is what a pupil hands in: a journal that claims what another one, or the same, leads to.
func handInOf(t testing.TB, s *Server, told, claimed journal.Journal, state nn.State, loss float64) string {
	t.Helper()
	return handin.Join(journalText(t, s, told), handin.New(claimed, state, loss).Text())
}

// savedText is the file of a state.
func savedText(t testing.TB, f export.File) string {
	t.Helper()
	var b strings.Builder
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestVerifyNamesForgeries: each kind of forgery has a verdict of its own, in a link and in a file, and an
// honest hand-in has none.
func TestVerifyNamesForgeries(t *testing.T) {
	s := newTestServer(t)
	j, state := honest(t, s)
	loss := lossOf(t, state)
	claimed := func(change func(j *journal.Journal)) string {
		told := j
		told.Entries = slices.Clone(j.Entries)
		change(&told)
		return handInOf(t, s, told, j, state, loss)
	}
	recipe := func(from, to string) string {
		return claimed(func(j *journal.Journal) { j.Recipe = strings.Replace(j.Recipe, from, to, 1) })
	}
	link := claimed(func(*journal.Journal) {})
	file := export.File{State: state, Journal: link, History: nn.History{Every: 1}}
	file.History.Add(30, 2, nn.Metrics{Loss: 1})
	metrics, err := metricsOf(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	file.History.Add(state.Network.Step, state.Network.Epoch, *metrics)
	file.Meta = s.metaOfJournal(j)
	later := func(f *export.File, step int) {
		f.History.Step[1] = step
		f.History.Best = nil
	}
	fullLink := func(text string) string { return "https://example.org/#state=" + packed(t, text) }
	edited := func(change func(f *export.File)) string {
		f := file
		f.State, f.History = clone(f.State), f.History.Clone()
		change(&f)
		return savedText(t, f)
	}
	// Whoever makes a consistent run of another recipe is found out by the lesson.
	consistent := func(from, to string) string {
		other := j
		other.Recipe = strings.Replace(j.Recipe, from, to, 1)
		state := leadsTo(t, s, other)
		return handInOf(t, s, other, other, state, lossOf(t, state))
	}
	for _, test := range []struct {
		what, text string
		want       handin.Verdict
	}{
		{"an honest link", "https://example.org/nnvisu/?hide=until&journal=" + link, handin.Holds},
		{"an honest journal", link, handin.Holds},
		{"an honest file", edited(func(*export.File) {}), handin.Holds},
		{"a journal without a claim", journalText(t, s, j), handin.Unclaimed},

		{"edited weights, in a file", edited(func(f *export.File) { f.Network.Weights[1][0][0] += 1e-9 }), handin.Weights},
		{"edited weights, in a claim", handInOf(t, s, j, j, func() nn.State { s := state; s.Network.Step++; return s }(), loss), handin.Weights},
		{"changed loss, in a claim", handInOf(t, s, j, j, state, loss/2), handin.Loss},
		{"changed loss, in a file", edited(func(f *export.File) { f.History.Loss[1] = 0.001 }), handin.Loss},
		{"changed accuracy, in a file", edited(func(f *export.File) { f.History.Accuracy[1] = 1 }), handin.Loss},
		{"changed test loss, in a file", edited(func(f *export.File) { f.History.TestLoss[1], f.History.Best = 0.001, nil }), handin.Loss},
		{"changed test accuracy, in a file", edited(func(f *export.File) { f.History.TestAccuracy[1] = 1 }), handin.Loss},
		{"no test accuracy, in a file", edited(func(f *export.File) { f.History.TestAccuracy = nil }), handin.Loss},
		{"another epoch, in a file", edited(func(f *export.File) { f.History.Epoch[1]++ }), handin.Loss},
		{"curves that end later, in a file", edited(func(f *export.File) { later(f, 70) }), handin.Loss},
		{"curves that end earlier, in a file", edited(func(f *export.File) { later(f, 50) }), handin.Loss},
		{"curves that go on, in a file", edited(func(f *export.File) { f.History.Add(70, 999, nn.Metrics{Loss: 0.001}) }), handin.Loss},
		{"curves that go on, in a full link", fullLink(edited(func(f *export.File) { f.History.Add(70, 999, nn.Metrics{Loss: 0.001}) })), handin.Holds},
		{"curves that end elsewhere, in a full link", fullLink(edited(func(f *export.File) { later(f, 70) })), handin.Loss},
		{"forged source", edited(func(f *export.File) { f.Meta.Source, f.Meta.Edited = f.Meta.Edited, "" }), handin.Data},
		{"forged source, of edited points", edited(func(f *export.File) { f.Meta.Edited = "dataset=moons" }), handin.Data},
		{"a source that is none", edited(func(f *export.File) { f.Meta.Source, f.Meta.Edited = "the teacher", "" }), handin.Data},
		{"own points", edited(func(f *export.File) { f.Meta.Edited = "" }), handin.Holds},
		{"foreign seed", recipe("seed=3", "seed=4"), handin.Seed},
		{"foreign seed, in a file", edited(func(f *export.File) { f.Config.Seed = 4 }), handin.Seed},
		{"foreign seed, claimed", consistent("seed=3", "seed=4&data_seed=3"), handin.Seed},
		{"other data", recipe("circles", "moons"), handin.Data},
		{"other data, in a file", edited(func(f *export.File) { f.Data[7].X = 0.125 }), handin.Data},
		{"other data, claimed", consistent("points=60", "points=61"), handin.Data},
		{"removed act", claimed(func(j *journal.Journal) { j.Entries = slices.Delete(j.Entries, 1, 2) }), handin.Acts},
		{"removed act, of points", claimed(func(j *journal.Journal) { j.Entries = j.Entries[:2] }), handin.Acts},
		{"removed training", claimed(func(j *journal.Journal) { j.Step = 50 }), handin.Acts},
		{"other release", claimed(func(j *journal.Journal) { j.Release = "0.0.1" }), handin.Release},
		{"other release, without a claim", journalText(t, s, func() journal.Journal { j := j; j.Release = "0.0.1"; return j }()), handin.Release},
		{"other release, claimed", handInOf(t, s, j, func() journal.Journal { j := j; j.Release = "0.0.1"; return j }(), state, loss), handin.Release},
		{"other settings, in a file", edited(func(f *export.File) { f.Config.L2 = 0.5 }), handin.Settings},
		{"changed act", claimed(func(j *journal.Journal) { j.Entries[1].Act = journal.SetWeight{Layer: 0, Out: 1, In: 0, Value: 3} }), handin.Acts},
		{"added act", claimed(func(j *journal.Journal) {
			j.Entries = append(j.Entries, journal.Entry{Step: 60, Act: journal.AddUnit{Layer: 0}})
		}), handin.Acts},
		{"other settings", recipe("hidden_layers=4", "hidden_layers=4&l2=0.1"), handin.Settings},
		{"damaged", link[:len(link)-9], handin.Unreadable},
		{"nothing", "", handin.Unreadable},
	} {
		code, got := verifyAll(t, s, "?"+lessonRecipe, test.text)
		if code != http.StatusOK || got.Type != "verify_result" || len(got.HandIns) != 1 {
			t.Fatalf("%s: %d %+v", test.what, code, got)
		}
		row := got.HandIns[0]
		if row.Verdict != test.want {
			t.Errorf("%s: verdict %q, %+v, %+v; want %q", test.what, row.Verdict, row.Differences, row.Error, test.want)
		}
		// Most of it is found without the lesson, too.
		if strings.HasSuffix(test.what, "claimed") && test.want != handin.Release {
			test.want = handin.Holds
		}
		if _, got := verifyAll(t, s, "", test.text); got.HandIns[0].Verdict != test.want {
			t.Errorf("%s, without the lesson: verdict %q, %+v; want %q", test.what, got.HandIns[0].Verdict, got.HandIns[0].Differences, test.want)
		}
		if replayed := row.Verdict != handin.Unreadable; replayed != (row.Loss != nil) || replayed == (row.Error != nil) {
			t.Errorf("%s: row %+v", test.what, row)
		}
	}
}

// TestVerifyRow: a row says what the run came to, when what was done, and which rule of the goal is
// broken; the goal of the teacher goes before that of the hand-in.
func TestVerifyRow(t *testing.T) {
	s := newTestServer(t)
	j, state := honest(t, s)
	j.Recipe = withGoal(lessonRecipe, "units 100")
	loss := lossOf(t, state)
	own := handInOf(t, s, j, j, state, loss)
	again := j
	again.Entries = append(slices.Clone(j.Entries), journal.Entry{Step: 60, Act: journal.Reset{}})
	again.Step = 5
	boast := journal.Journal{Release: j.Release, Recipe: lessonRecipe, Step: 5, Entries: []journal.Entry{{Step: 1_000_000_000, Act: journal.Reset{}}}}
	_, got := verifyAll(t, s, "", own, journalText(t, s, again), own, journalText(t, s, boast))
	if row := got.HandIns[3]; row.Updates != 5 || row.Before != 1_000_000_000 {
		t.Errorf("training that nobody made: %+v", row)
	}
	if row := got.HandIns[0]; got.Goal != "" || row.Reached == nil || !*row.Reached || len(row.Rules) != 1 || row.Rules[0].Rule != "units 100" {
		t.Errorf("with the hand-in's own goal: %q %+v", got.Goal, row)
	}
	row := got.HandIns[0]
	if row.Name != "pupil 0" || row.Steps != 60 || row.Updates != 60 || row.Acts != 3 || row.Units != 4 || row.Parameters != nn.ParameterCount(state.Config) ||
		*row.Loss != loss || *row.Claimed != loss || row.Metrics.TestLoss == nil || row.Changes["data"] != 1 || row.Changes["weights"] != 1 {
		t.Errorf("row %+v", row)
	}
	if len(row.Timeline) != 3 || row.Timeline[2].Updates != 30 || row.Timeline[2].Words != "1 point added" || row.Timeline[2].Parts[0] != "data" {
		t.Errorf("time line %+v", row.Timeline)
	}
	if row := got.HandIns[1]; row.Steps != 5 || row.Updates != 5 || row.Before != 60 || len(row.Timeline) != 4 || row.Timeline[3].Updates != 0 {
		t.Errorf("after a reset: %+v", row)
	}
	if a, b := got.HandIns[0], got.HandIns[2]; a.Digest != b.Digest || !slices.Equal(a.SameAs, []int{2}) || !slices.Equal(b.SameAs, []int{0}) || len(got.HandIns[1].SameAs) != 0 {
		t.Errorf("equal hand-ins are the same as %v, %v, %v", a.SameAs, got.HandIns[1].SameAs, b.SameAs)
	}
	_, got = verifyAll(t, s, "https://example.org/?"+lessonRecipe+"&goal=test+accuracy+1,units+4,data+untouched", own)
	row = got.HandIns[0]
	if got.Goal != "test accuracy 1,units 4,data untouched" || row.Reached == nil || *row.Reached || len(row.Rules) != 3 ||
		!row.Rules[0].Met || !row.Rules[1].Met || row.Rules[2].Met || row.Rules[2].Got != "1 change" {
		t.Errorf("with the lesson's goal: %q %+v", got.Goal, row)
	}
	if row.Verdict != handin.Holds {
		t.Errorf("a goal of the pupil's own makes the verdict %q, %v", row.Verdict, row.Differences)
	}
}

// TestVerifyRefuses: what is wrong names its field and its limit; what is wrong with one hand-in leaves the
// others; and none costs more than another request, nor all of them more than their share.
func TestVerifyRefuses(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxWork = 20 * time.Millisecond })
	text := func(steps int) string {
		return journalText(t, s, journal.Journal{Recipe: "dataset=xor&points=50", Step: steps})
	}
	code, got := verifyAll(t, s, "", text(1_000_000), text(10))
	if row := got.HandIns[0]; code != http.StatusOK || row.Verdict != handin.Unreplayable || row.Error.Code != "too_large" ||
		row.Error.Field != "hand_ins[0].text" || !strings.Contains(row.Error.Message, "0.02 s") || row.Acts != 0 {
		t.Errorf("a million updates: %d %+v %+v", code, row, row.Error)
	}
	if row := got.HandIns[1]; row.Verdict != handin.Unclaimed {
		t.Errorf("after it: %+v", row)
	}
	work := nn.WorkOf(leadsTo(t, s, journal.Journal{Recipe: "dataset=xor&points=50"}).Config, 50)
	most := int(s.config.MaxWork*9/10/work.Update) - 10
	_, got = verifyAll(t, s, "", slices.Repeat([]string{text(most)}, 15)...)
	left := 0
	for _, row := range got.HandIns {
		if row.Verdict == handin.Unreplayable && row.Error.Code == "too_large" && strings.Contains(row.Error.Message, "another one") {
			left++
		}
	}
	if left != 4 { // of 0.9 each, 11 fit into 10
		t.Errorf("of 15 hand-ins of the largest size %d are left for another request; want 4", left)
	}
	for _, test := range []struct{ what, body, code, field, message string }{
		{"too many", `{"hand_ins":[` + strings.Repeat(`{"text":""},`, 60) + `{"text":""}]}`, "too_large", "hand_ins", "at most 60"},
		{"none", `{"hand_ins":[]}`, "invalid", "hand_ins", "from 1 to 60"},
		{"a long name", `{"hand_ins":[{"name":"` + strings.Repeat("a", 201) + `"}]}`, "too_large", "hand_ins[0].name", "at most 200 bytes; got 201"},
		{"another member", `{"hand_ins":[{"link":""}]}`, "malformed", "hand_ins[0].link", "is not a member"},
		{"a state", `{"config":{}}`, "malformed", "config", "is not a member"},
		{"a wrong lesson", `{"hand_ins":[{}],"lesson":"?dataset=nothing"}`, "invalid", "lesson", "cannot be opened: dataset must be one of"},
		{"a wrong goal", `{"hand_ins":[{}],"lesson":"test accuracy 101"}`, "invalid", "lesson", "from 0 to 100; got 101"},
		{"a long lesson", `{"hand_ins":[{}],"lesson":"` + strings.Repeat("a", 9001) + `"}`, "too_large", "lesson", "at most 9000 bytes; got 9001"},
	} {
		w := serve(s, http.MethodPost, "/verify", test.body, "Content-Type", "application/json")
		var got verified
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Error.Code != test.code || got.Error.Field != test.field || !strings.Contains(got.Error.Message, test.message) {
			t.Errorf("%s: %+v; want %s %s %s", test.what, got.Error, test.code, test.field, test.message)
		}
	}
}

// TestVerifyNothing: a run without points, and one whose loss overflows, have a row as others have.
func TestVerifyNothing(t *testing.T) {
	s := newTestServer(t)
	j := journal.Journal{Release: s.journalRelease(), Recipe: "dataset=xor&points=10", Entries: []journal.Entry{{Act: journal.ClearPoints{}}}}
	state := leadsTo(t, s, j)
	_, got := verifyAll(t, s, "loss 0.1,acts 1", handInOf(t, s, j, j, state, math.NaN()))
	row := got.HandIns[0]
	if row.Verdict != handin.Holds || row.Loss != nil || row.Claimed != nil || row.Rules[0].Met || row.Rules[0].Got != "" || !row.Rules[1].Met {
		t.Errorf("without points: %+v %+v", row, row.Error)
	}
}

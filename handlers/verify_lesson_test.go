package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// TestVerifyLessonTexts: a text without a question mark or a parameter is a goal alone; a link is compared
// with what it opens, even if it says nothing of a run.
func TestVerifyLessonTexts(t *testing.T) {
	s := newTestServer(t)
	j, state := honest(t, s)
	other := handInOf(t, s, j, j, state, lossOf(t, state))
	p, err := s.readLink(t.Context(), url.Values{"goal": {"accuracy 1"}})
	if err != nil {
		t.Fatal(err)
	}
	s.beginLinked(t.Context(), &p)
	first := leadsTo(t, s, journal.Journal{Recipe: p.recipe})
	own, _, err := handInText(t.Context(), p.journal, first)
	if err != nil || own == "" {
		t.Fatal(own, err)
	}
	for _, test := range []struct {
		lesson, goal string
		first, other handin.Verdict
	}{
		{"http://lab/?goal=accuracy+1,data+untouched&assignment=Do+it", "accuracy 1,data untouched", handin.Holds, handin.Data},
		{"?goal=accuracy+1", "accuracy 1", handin.Holds, handin.Data},
		{"http://lab/", "", handin.Holds, handin.Data},
		{"http://lab/?" + lessonRecipe + "&goal=units+9", "units 9", handin.Data, handin.Holds},
		{lessonRecipe, "", handin.Data, handin.Holds},
		{"http://lab/?" + lessonRecipe + "&hide=until&hide=panel&lock=data#network", "", handin.Data, handin.Holds},
		{"http://lab/?points=200&seed=1&goal=units+99", "units 99", handin.Holds, handin.Data},
		{"http://lab/?experiment=momentum&goal=units+99", "units 99", handin.Data, handin.Data},
		{"units <= 6", "units 6", handin.Holds, handin.Holds},
		{"units<=6, test_accuracy >= 1 %", "units 6,test accuracy 1", handin.Holds, handin.Holds},
		{"Units ≤ 6", "units 6", handin.Holds, handin.Holds},
		{"goal=units+6", "units 6", handin.Holds, handin.Holds},
		{"", "", handin.Holds, handin.Holds},
	} {
		code, got := verifyAll(t, s, test.lesson, own, other)
		if code != http.StatusOK || got.Goal != test.goal {
			t.Errorf("%s: %d, goal %q, %+v", test.lesson, code, got.Goal, got.Error)
			continue
		}
		verdicts := []handin.Verdict{got.HandIns[0].Verdict, got.HandIns[1].Verdict}
		if slices.Contains([]handin.Verdict{handin.Seed, handin.Settings}, verdicts[0]) && test.first == handin.Data {
			verdicts[0] = handin.Data // several things differ
		}
		if slices.Contains([]handin.Verdict{handin.Seed, handin.Settings}, verdicts[1]) && test.other == handin.Data {
			verdicts[1] = handin.Data
		}
		if verdicts[0] != test.first || verdicts[1] != test.other {
			t.Errorf("%s: verdicts %q, %+v; want %q, %q", test.lesson, verdicts, got.HandIns, test.first, test.other)
		}
	}
	_, got := verifyAll(t, s, "units >= 6", own)
	if got.Error.Field != "lesson" || !strings.Contains(got.Error.Message, `this rule is always "at most"`) {
		t.Errorf("a sign the wrong way round: %+v", got.Error)
	}
}

// TestVerifyLessonJournal: with a notebook link as the lesson a hand-in must go on from where that ends,
// and only what comes after it is the pupil's.
func TestVerifyLessonJournal(t *testing.T) {
	s := newTestServer(t)
	given := journal.Journal{Release: s.journalRelease(), Recipe: lessonRecipe, Step: 20, Entries: []journal.Entry{
		{Step: 10, Act: journal.AddPoints{Points: []nn.Point{{X: 0.5, Y: 0.25, Label: 1}}}},
	}}
	lesson := "https://example.org/?journal=" + journalText(t, s, given) + "&goal=accuracy+1,data+untouched,acts+1"
	of := func(step int, entries ...journal.Entry) string {
		j := given
		j.Step, j.Entries = step, entries
		state := leadsTo(t, s, j)
		return handInOf(t, s, j, j, state, lossOf(t, state))
	}
	unit := journal.Entry{Step: 25, Act: journal.AddUnit{Layer: 0}}
	point := journal.Entry{Step: 25, Act: journal.AddPoints{Points: []nn.Point{{X: 0.1, Y: 0.1, Label: 1}}}}
	early := journal.Entry{Step: 15, Act: journal.AddUnit{Layer: 0}}
	changed := journal.Entry{Step: 10, Act: journal.AddPoints{Points: []nn.Point{{X: 0.5, Y: 0.5, Label: 1}}}}
	for _, test := range []struct {
		what, text string
		verdict    handin.Verdict
		reached    bool
	}{
		{"only trained", of(60, given.Entries[0]), handin.Holds, true},
		{"not begun", of(20, given.Entries[0]), handin.Holds, true},
		{"a unit added", of(60, given.Entries[0], unit), handin.Holds, true},
		{"a point added", of(60, given.Entries[0], point), handin.Holds, false},
		{"two acts", of(60, given.Entries[0], unit, journal.Entry{Step: 30, Act: journal.AddUnit{Layer: 0}}), handin.Holds, false},
		{"without the lesson's act", of(60), handin.Acts, true},
		{"another act in its place", of(60, changed), handin.Acts, true},
		{"an act within the lesson", of(60, given.Entries[0], early), handin.Acts, true},
		{"less training than the lesson", of(15, given.Entries[0]), handin.Acts, true},
	} {
		_, got := verifyAll(t, s, lesson, test.text)
		row := got.HandIns[0]
		if row.Verdict != test.verdict || row.Reached == nil || *row.Reached != test.reached {
			t.Errorf("%s: %q %+v, rules %+v; want %q, reached %t", test.what, row.Verdict, row.Differences, row.Rules, test.verdict, test.reached)
		}
	}
}

// TestVerifyLessonLink: the notebook link of a run is read as a lesson with what that link brings: its
// claim, and the goal that its run was made for. What cannot be a lesson is refused by its name.
func TestVerifyLessonLink(t *testing.T) {
	s := newTestServer(t)
	given := journal.Journal{Release: s.journalRelease(), Recipe: withGoal(lessonRecipe, "accuracy 1,data untouched"), Step: 20, Entries: []journal.Entry{
		{Step: 10, Act: journal.AddPoints{Points: []nn.Point{{X: 0.5, Y: 0.25, Label: 1}}}},
	}}
	began := leadsTo(t, s, given)
	link := "https://example.org/?journal=" + handInOf(t, s, given, given, began, lossOf(t, began))
	j := given
	j.Step = 60
	state := leadsTo(t, s, j)
	own := handInOf(t, s, j, j, state, lossOf(t, state))
	for lesson, want := range map[string]string{
		link:                     "accuracy 1,data untouched,after 1",
		link + "&goal=units+9":   "units 9,after 1",
		link + "&hide=until#top": "accuracy 1,data untouched,after 1",
	} {
		code, got := verifyAll(t, s, lesson, own)
		if code != http.StatusOK || got.Goal != want {
			t.Errorf("%s: %d, the goal is %q, %+v; want %q", lesson, code, got.Goal, got.Error, want)
			continue
		}
		if row := got.HandIns[0]; row.Verdict != handin.Holds || row.Reached == nil || !*row.Reached {
			t.Errorf("%s: %q %+v, rules %+v; want one that holds and has reached the goal", lesson, row.Verdict, row.Differences, row.Rules)
		}
	}
	for lesson, reached := range map[string]bool{"data untouched,after 1": true, "data untouched": false} {
		if _, got := verifyAll(t, s, lesson, own); *got.HandIns[0].Reached != reached {
			t.Errorf("%s: rules %+v; want reached %t", lesson, got.HandIns[0].Rules, reached)
		}
	}
	for lesson, want := range map[string]string{
		"https://example.org/?journal=AQ.AA": "has a journal that cannot be read",
		"https://example.org/#state=H4sI":    "must be a short link or a notebook link",
	} {
		if _, got := verifyAll(t, s, lesson, own); got.Error.Field != "lesson" || !strings.Contains(got.Error.Message, want) {
			t.Errorf("%s: %+v; want %q", lesson, got.Error, want)
		}
	}
}

// TestVerifySeedIsOfTheData: who changes the seed trains on other points, and then tests on those.
func TestVerifySeedIsOfTheData(t *testing.T) {
	s := newTestServer(t)
	unread := journal.Journal{Recipe: lessonRecipe + "&test_fraction=lots", Step: 20, Entries: []journal.Entry{{Step: 10, Act: journal.Reseed{}}}}
	unread.Recipe = strings.Replace(unread.Recipe, "test_fraction=0.3&", "", 1)
	if _, got := verifyAll(t, s, "", journalText(t, s, unread)); got.HandIns[0].Verdict != handin.Unreplayable || got.HandIns[0].Changes["data"] != 1 {
		t.Errorf("a share of test points that nobody can read: %+v", got.HandIns[0])
	}
	for recipe, touched := range map[string]bool{lessonRecipe: true, strings.Replace(lessonRecipe, "test_fraction=0.3&", "", 1): false} {
		j := journal.Journal{Release: s.journalRelease(), Recipe: recipe, Step: 60, Entries: []journal.Entry{
			{Step: 10, Act: journal.Settings{{Name: "seed", Value: "4"}}}, {Step: 50, Act: journal.Settings{{Name: "seed", Value: "3"}}},
		}}
		state := leadsTo(t, s, j)
		_, got := verifyAll(t, s, "?"+recipe+"&goal=data+untouched", handInOf(t, s, j, j, state, lossOf(t, state)))
		row := got.HandIns[0]
		if row.Verdict != handin.Holds || *row.Reached == touched || row.Changes["seed"] != 2 || (row.Changes["data"] == 2) != touched ||
			(row.Timeline[0].Parts[0] == "data") != touched {
			t.Errorf("%s: %+v %+v %+v", recipe, row, row.Rules, row.Timeline)
		}
	}
}

// TestGoalAfterJournal: on the page of a notebook link with a goal beside it, what the link brings does not
// count, and the pupil's link and file keep saying so.
func TestGoalAfterJournal(t *testing.T) {
	s := newTestServer(t)
	j := journal.Journal{Release: s.journalRelease(), Recipe: lessonRecipe, Step: 20, Entries: []journal.Entry{
		{Step: 10, Act: journal.AddPoints{Points: []nn.Point{{X: 0.5, Y: 0.25, Label: 1}}}},
	}}
	page := func(of string) (pageRequest, []goal.Result) {
		t.Helper()
		query := url.Values{"journal": {journalText(t, s, j)}}
		if of != "" {
			query.Set("goal", of)
		}
		p, err := s.readLink(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		g, run := p.goal()
		return p, g.Check(&run)
	}
	p, got := page("data untouched")
	if p.lesson.Goal != "data untouched,after 1" || !got[0].Met {
		t.Errorf("the goal is %q, %+v", p.lesson.Goal, got)
	}
	links, err := s.share(t.Context(), p)
	if err != nil || !strings.Contains(links.Journal, "goal=data+untouched,after+1") {
		t.Errorf("it is shared as %s, %v", links.Journal, err)
	}
	if _, got := page("seed untouched,after 1"); !got[0].Met || len(got) != 2 {
		t.Errorf("a goal that says it already: %+v", got)
	}
	j.Recipe = withGoal(lessonRecipe, "data untouched")
	for _, of := range []string{"", "data untouched"} {
		if p, got := page(of); p.lesson.Goal != "data untouched" || got[0].Met {
			t.Errorf("a journal that was made for its goal, and %q: %q, %+v", of, p.lesson.Goal, got)
		}
	}
}

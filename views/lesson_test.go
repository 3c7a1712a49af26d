package views

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/dataset"
)

// sampleCard tells the first experiment and a task.
func sampleCard(tb testing.TB, assignment string, run int) Card {
	tb.Helper()
	a, err := NewAssignment(assignment, func(to string) string { return to })
	if err != nil {
		tb.Fatal(err)
	}
	e := &Experiments()[0]
	card := ExperimentCard{
		Experiment: e, Run: run, Ends: 200, Guess: "1", Again: "?again",
		TryLinks: make([]string, len(e.Tries)), Next: &Experiments()[1], NextLink: "?next",
	}
	for i := range card.TryLinks {
		card.TryLinks[i] = "?try"
	}
	if run == RunOfOwn {
		card.Ends = 0
	}
	return Card{Query: "experiment=" + e.Slug, Assignment: a, Experiment: &card}
}

// TestLessonCard: the card asks, says what to watch and what to try, and keeps the answer for the
// step at which it is there. Its place is there before, so that nothing moves.
func TestLessonCard(t *testing.T) {
	e := Experiments()[0]
	for _, test := range []struct {
		name    string
		run     int
		reached bool
		asks    string
		seen    string
		links   []string
	}{
		{"Asked", RunOfQuestion, false, e.Question, e.Answer, []string{"?next", "#" + e.About, "?try", "?next"}},
		{"Answered", RunOfQuestion, true, e.Question, e.Answer, []string{"?next", "#" + e.About, "?try", "?next"}},
		{"Tried", 0, true, "You try: " + e.Tries[0].Do, e.Tries[0].See, []string{"?next", "#" + e.About, "?again", "?next"}},
		{"Own", RunOfOwn, false, e.Question, e.Answer, []string{"?next", "#" + e.About, "?again", "?try", "?next"}},
	} {
		lab := sampleLab(t, dataset.Circles, func(l *Lab) {
			l.Card = sampleCard(t, "", test.run)
			l.Card.Experiment.Reached = test.reached
		})
		card := render(t, Page(lab)).one(t, "#lesson")
		if _, hidden := card.lookup("hidden"); hidden {
			t.Errorf("%s: the card is hidden", test.name)
		}
		if got := len(card.all(".telling.reached")) == 1; got != test.reached {
			t.Errorf("%s: the answer is shown: %t; want %t", test.name, got, test.reached)
		}
		if got := card.all("h3")[0].content(); got != test.asks {
			t.Errorf("%s: the card asks %q; want %q", test.name, got, test.asks)
		}
		if got := card.one(t, ".after").content(); !strings.Contains(got, test.seen) {
			t.Errorf("%s: the answer is %q; want %q", test.name, got, test.seen)
		}
		if got := card.one(t, ".before").content(); !strings.Contains(got, e.Watch) {
			t.Errorf("%s: before it stands %q; want what to watch", test.name, got)
		}
		var links []string
		for _, a := range card.all("a") {
			links = append(links, a.attr("href"))
		}
		if strings.Join(links, " ") != strings.Join(test.links, " ") {
			t.Errorf("%s: the links are %q; want %q", test.name, links, test.links)
		}
		if guesses := card.all("input[type=radio]"); len(guesses) > 0 {
			for i, guess := range guesses {
				if _, checked := guess.lookup("checked"); checked != (i == 1) {
					t.Errorf("%s: guess %d is chosen: %t; want what was chosen before", test.name, i, checked)
				}
			}
			if right := card.all(".verdict.right"); len(right) != 1 || len(card.all(".verdict")) != len(e.Guesses) {
				t.Errorf("%s: %d of %d guesses are right; want one of each", test.name, len(right), len(card.all(".verdict")))
			}
		} else if test.run != 0 {
			t.Errorf("%s: there is nothing to guess", test.name)
		}
	}
	if _, hidden := render(t, Page(sampleLab(t, dataset.Circles, nil))).one(t, "#lesson").lookup("hidden"); !hidden {
		t.Error("a page without a lesson shows its card")
	}
}

// TestMarked: what each experiment is about is one thing on the page, is marked, and can be gone to
// from the card.
func TestMarked(t *testing.T) {
	for i, e := range Experiments() {
		card := &ExperimentCard{Experiment: &Experiments()[i], Run: RunOfOwn, TryLinks: make([]string, len(e.Tries))}
		lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.Card = Card{Experiment: card} })
		page := render(t, Page(lab))
		marked := page.all(".marked")
		if len(marked) != 1 {
			t.Errorf("%s: %d things are marked; want %s", e.Slug, len(marked), e.About)
			continue
		}
		to := page.one(t, "#"+card.control().ID)
		if to.attr("name") == e.About && len(marked[0].all("#"+e.About)) != 1 {
			t.Errorf("%s: the mark is around %q; want %s in it", e.Slug, marked[0].content(), e.About)
		}
		if card.control().Label == "" || !strings.Contains(page.one(t, ".before").content(), card.control().Label) {
			t.Errorf("%s: the card does not say that it is about %q", e.Slug, card.control().Label)
		}
	}
	if n := len(render(t, Page(sampleLab(t, dataset.Circles, nil))).all(".marked")); n > 0 {
		t.Errorf("a page without an experiment marks %d things", n)
	}
}

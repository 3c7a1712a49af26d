package browser

import (
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserFolds: settings that are seldom needed are folded away, until one of them is another than at first or is
// wrong. What the user folds stays so.
func TestBrowserFolds(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, laptop, provoking(saysRefused))
	open := func(name string) bool {
		return eval[bool](p, script(`document.getElementById("fold-" + %s).open`, name))
	}
	fold := func(name string) { p.click("#fold-" + name + " > summary") }
	all := func(when string, wants ...string) {
		t.Helper()
		for _, name := range []string{"regularisation", "technical", "schedule"} {
			want := false
			for _, w := range wants {
				want = want || w == name
			}
			if open(name) != want {
				t.Errorf("%s the fold %s is open: %t; want %t", when, name, open(name), want)
			}
		}
	}
	all("at first")
	for _, id := range []string{"test_fraction", "task", "until_step", "learning_rate"} {
		if !p.seen("#" + id) {
			t.Errorf("%s is folded away; want the basics in sight", id)
		}
	}
	if p.seen("#l1") {
		t.Error("l1 is in sight; want it folded away")
	}

	// The keyboard opens it, and goes on into it.
	p.run(`document.querySelector("#fold-regularisation > summary").focus()`)
	p.press(kb.Enter)
	p.press(kb.Tab)
	if got := p.focused(); got != "l1" {
		t.Errorf("behind the title the focus is at %s; want l1", got)
	}
	all("opened", "regularisation")
	p.change("a penalty", func() { p.fill("l1", "0.1") })
	fold("regularisation")
	p.change("a step", func() { p.step(1) })
	all("folded by hand")
	p.reload()
	all("loaded again")

	// An error opens it, and is said there and nowhere else.
	p.run(`(() => { const e = document.getElementById("l2"); e.value = "-1"; e.dispatchEvent(new Event("change", {bubbles: true})); })()`)
	p.until("the error", func(v view) bool { return p.besideField("l2") != "" && v.Notice == "" })
	all("with an error", "regularisation")

	// A link whose settings are others opens what they are in.
	p = s.open(t, at("?schedule=step&seed=7"))
	all("by a link", "schedule", "technical")
	p = s.open(t, at("?experiment=regularisation"))
	if about := eval[string](p, `document.querySelector(".marked input, .marked select")?.id ?? ""`); about != "l2" || !p.seen("#"+about) {
		t.Errorf("the experiment is about %s, which is folded away", about)
	}
	// What undo brings back opens it, too.
	p = s.open(t)
	p.change("dropout", func() { p.fill("dropout", "0.2") })
	p.change("undo", func() { p.use("#undo") })
	fold("regularisation")
	all("undone and folded")
	p.choose("init", "he")
	contract.Eventually(t, "the fold of the first weights is open", func() bool { return open("technical") })
}

// TestBrowserFoldsWithoutScript: there an error opens its fold, too.
func TestBrowserFoldsWithoutScript(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, withoutScript, provoking(saysRefused))
	p.fill("l2", "-1")
	p.act("settings")
	p.until("the error", func(v view) bool { return v.Notice != "" })
	p.ready()
	if !p.seen("#l2") || p.seen("#init") {
		t.Errorf("l2 is in sight: %t, and the first weights: %t; want what is wrong alone", p.seen("#l2"), p.seen("#init"))
	}
}

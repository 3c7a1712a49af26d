package browser

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserTour: the tour comes on a first visit and not again; it goes to any stop, by its dots,
// by Next and by the arrow keys, marks what the stop is about, and ends at any time.
func TestBrowserTour(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, touring)
	open := func(p *tab) bool { return eval[bool](p, `document.getElementById("tour").checkVisibility()`) }
	type stop struct{ Title, Marked string }
	look := func() stop {
		return eval[stop](p, `({
			Title: [...document.querySelectorAll("#tour section")].filter((e) => e.checkVisibility()).map((e) => e.querySelector("h3").innerText).join("+"),
			Marked: [...document.querySelectorAll("body [id]")].filter((e) => getComputedStyle(e).outlineOffset === "3px" && getComputedStyle(e).outlineStyle === "solid").map((e) => e.id).join("+"),
		})`)
	}
	contract.Eventually(t, "the tour is open on a first visit", func() bool { return open(p) })
	stops := eval[[]string](p, `Array.from(document.querySelectorAll("#tour section"), (e) => e.dataset.target)`)
	if len(stops) < 4 {
		t.Fatalf("the tour stops at %q; want several parts of the page", stops)
	}
	seen := map[string]bool{}
	for i, id := range stops {
		got := look()
		if got.Title == "" || seen[got.Title] || got.Marked != id {
			t.Errorf("stop %d shows %+v; want one of its own that marks %s alone", i+1, got, id)
		}
		seen[got.Title] = true
		if i+1 < len(stops) {
			p.click("#tour-next")
		}
	}
	p.click("#tour-back")
	if got := look(); got.Marked != stops[len(stops)-2] {
		t.Errorf("Back shows %+v; want %s", got, stops[len(stops)-2])
	}
	p.run(`document.getElementById("tour-1").click()`)
	if !eval[bool](p, `document.getElementById("tour-back").getAttribute("aria-disabled") === "true"`) {
		t.Error("at the first stop there is a way back")
	}
	p.run(`document.getElementById("tour-2").click()`)
	if got := look(); got.Marked != stops[1] {
		t.Errorf("the second dot shows %+v; want %s", got, stops[1])
	}
	p.run(`document.getElementById("tour-2").focus()`)
	p.press(kb.ArrowRight)
	if got := look(); got.Marked != stops[2] {
		t.Errorf("the arrow key goes on to %+v; want %s", got, stops[2])
	}
	p.reload()
	if open(p) {
		t.Error("the tour comes again after a reload")
	}
	if open(p.beside(touring)) {
		t.Error("the tour comes again in another tab")
	}
	// All else works beside it, and Escape or the button end it.
	for name, end := range map[string]func(*tab){
		"Escape":     func(q *tab) { q.press(kb.Escape) },
		"the button": func(q *tab) { q.click("#tour [data-close-dialog]") },
	} {
		q := p.open(t, touring)
		contract.Eventually(t, "the tour is open", func() bool { return open(q) })
		q.change("a step beside the tour", func() { q.step(1) })
		end(q)
		if open(q) {
			t.Errorf("the tour goes on after %s", name)
		}
	}
	// A link is no visit to be shown around.
	if open(p.open(t, touring, at("?dataset=moons"))) {
		t.Error("the tour covers what a link shows")
	}
}

// TestBrowserExperiments: a card opens its experiment, which waits for a guess, runs to its end, stops
// and tells its answer. Nothing moves when it is there.
func TestBrowserExperiments(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	mine := p.trainTo(3)
	p.dialog("experiments")
	cards := eval[[]string](p, `Array.from(document.querySelectorAll("#experiments li a"), (a) => a.closest("li").id)`)
	if len(cards) < 10 {
		t.Fatalf("the experiments are %q; want a set of them", cards)
	}
	p.leave("experiments")
	for _, card := range []struct {
		id   string
		step int
		ok   func(view) bool
	}{
		{"experiment-xor-linear", 200, func(v view) bool { return v.setting(t, "hidden_layers") == "[]" && v.Accuracy < "67" }},
		{"experiment-xor-hidden", 200, func(v view) bool { return v.setting(t, "hidden_layers") == "[4]" && v.Accuracy > "98" }},
	} {
		p.dialog("experiments")
		if eval[bool](p, script(`document.querySelector(%s).open`, "#"+card.id+" details")) {
			t.Errorf("%s tells at once what one sees; want it to be guessed first", card.id)
		}
		p.click("#" + card.id + " summary")
		contract.Eventually(t, "what one sees", func() bool { return p.shown("#"+card.id+" details p") != "" })
		p.click("#" + card.id + " a")
		p.until(card.id+" waits", func(v view) bool { return ready(v) && v.Step == "0" && v.differs(mine.state) != "" })
		if p.look().Pressed || p.seen("#experiment .after") || !p.seen("#experiment .before") {
			t.Errorf("%s trains or answers before there is a guess", card.id)
		}
		p.click("#guess-1")
		p.run(`window.shifts = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => { window.shifts += e.value })).observe({type: "layout-shift"})`)
		p.train()
		v := p.until(card.id+" ends", func(v view) bool { return ready(v) && !v.Pressed && v.steps() >= card.step })
		if v.steps() != card.step || !card.ok(v) {
			t.Errorf("%s ends with %v; want step %d and what its card says", card.id, v, card.step)
		}
		p.still()
		contract.Eventually(t, "the answer of "+card.id, func() bool { return p.seen("#experiment .after") })
		if p.seen("#experiment .before") || !eval[bool](p, `document.getElementById("guess-1").checked`) {
			t.Errorf("%s: with the answer, what was to be watched is still there, or the guess is lost", card.id)
		}
		if moved := eval[float64](p, `window.shifts`); moved > 0.02 {
			t.Errorf("%s: the page moves by %.3f when the answer comes; want at most 0.02", card.id, moved)
		}
		if got := p.reload(); !p.seen("#experiment .after") || !eval[bool](p, `document.getElementById("guess-1").checked`) {
			t.Errorf("after %s and a reload the answer or the guess is gone", card.id)
		} else if got.differs(v.state) != "" {
			t.Errorf("after %s and a reload: %s", card.id, got.differs(v.state))
		}
	}
}

// TestBrowserHelp: the help opens by its button and by its key, and every control explains itself
// to who gives it the focus.
func TestBrowserHelp(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.press("?")
	contract.Eventually(t, "the help", func() bool { return p.isOpen("help") })
	if text := p.shown("#help"); !strings.Contains(text, "Space") || !strings.Contains(strings.ToLower(text), "epoch") {
		t.Errorf("the help says %.200q…; want keys and words", text)
	}
	p.press(kb.Escape)
	contract.Eventually(t, "the help is closed", func() bool { return !p.isOpen("help") })
	p.dialog("help")
	p.leave("help")
	p.dialog("help")
	p.clickAt(3, 400) // beside it
	contract.Eventually(t, "the help is closed by a click beside it", func() bool { return !p.isOpen("help") })

	p.move(1, 1)
	seen := func(id string) bool {
		return eval[bool](p, script(`((e) => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && e.innerText.trim() !== "")(document.getElementById(%s))`, id+"-hint"))
	}
	fields := eval[[]string](p, `Array.from(document.querySelectorAll("main .control [id][aria-describedby]"), (e) => e.id)`)
	if len(fields) < 20 {
		t.Fatalf("the controls with a hint are %q; want all the settings", fields)
	}
	for _, id := range []string{fields[0], "learning_rate", "until_step", "l2", fields[len(fields)-1]} {
		if seen(id) {
			t.Errorf("the hint of %s is seen without the focus", id)
		}
		p.enter(id)
		contract.Eventually(t, "the hint of "+id, func() bool { return seen(id) })
		p.run(`document.activeElement.blur()`)
		contract.Eventually(t, "the hint of "+id+" goes", func() bool { return !seen(id) })
	}
	if empty := eval[[]string](p, `Array.from(document.querySelectorAll("main .control .tip"), (e) => e.textContent.trim() ? "" : e.id).filter(Boolean)`); len(empty) > 0 {
		t.Errorf("the hints %q are empty", empty)
	}
	p.point("#noise")
	contract.Eventually(t, "the hint of what is pointed at", func() bool { return seen("noise") })
}

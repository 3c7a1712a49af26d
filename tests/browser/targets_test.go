package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// smallTargets lists the targets for a pointer that are too small and have too little room around
// them, by the rule of WCAG 2.2, 2.5.8: a target is 24 px wide and high, or a circle of 24 px around
// its centre touches no other target and no such circle. A label around a control is its target, and so
// is one beside a control that takes no pointer. Another label beside a control, and an edge of the
// network, do what a larger target does. A link in a
// sentence may be as high as its line.
const smallTargets = `(() => {
	const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " " + (e.innerText || e.ariaLabel || e.value || e.name || "").trim().slice(0, 30);
	const modal = document.querySelector("dialog:modal");
	const found = new Set();
	for (const e of (modal ?? document).querySelectorAll("a[href], button, input, select, textarea, summary, label.button, [tabindex]")) {
		const beside = getComputedStyle(e).pointerEvents === "none" ? e.labels?.[0] : null;
		const target = e.closest("label") ?? beside ?? e;
		const style = getComputedStyle(target);
		if (e.disabled || e.type === "hidden" || e.tabIndex < 0 && e.type !== "radio" || !target.checkVisibility({visibilityProperty: true}) || style.pointerEvents === "none" || target.closest("[inert]")) continue;
		if (e.tagName === "A" && style.display === "inline") continue;
		found.add(target);
	}
	const all = [...found].map((e) => {
		const {left, top, right, bottom, width, height} = e.getBoundingClientRect();
		return {e, left, top, right, bottom, x: (left + right) / 2, y: (top + bottom) / 2, small: Math.min(width, height) < 23.99, width, height};
	}).filter(({width, height}) => width && height).filter(({e, x, y}) => e.closest(".bar") || !document.elementFromPoint(x, y)?.closest(".bar")); // which lies over the page
	// What a box that scrolls, or that lies over the page, does not show is no neighbour.
	const box = (e) => e.closest("#network-view, .table-scroll, dialog, #notices, .bar");
	const apart = ({x, y}, b) => {
		const outer = box(b.e)?.getBoundingClientRect();
		return outer && (x < outer.left || x > outer.right || y < outer.top || y > outer.bottom);
	};
	const gap = (a, b) => b.small ? Math.hypot(a.x - b.x, a.y - b.y) - 24 :
		Math.hypot(Math.max(b.left - a.x, 0, a.x - b.right), Math.max(b.top - a.y, 0, a.y - b.bottom)) - 12;
	const problems = [];
	for (const a of all.filter((a) => a.small)) {
		const near = all.find((b) => b !== a && !a.e.contains(b.e) && !b.e.contains(a.e) && !apart(a, b) && !apart(a, a) && (box(a.e) === box(b.e) || !box(a.e)?.matches("dialog")) && gap(a, b) < -0.01);
		if (near) problems.push(name(a.e) + " has " + a.width.toFixed(1) + "×" + a.height.toFixed(1) + " px and too little room beside " + name(near.e));
	}
	return {Targets: all.length, Problems: problems};
})()`

// checkTargets fails the test for every target that is too small.
func (p *tab) checkTargets(t *testing.T) {
	t.Helper()
	got := eval[struct {
		Targets  int
		Problems []string
	}](p, smallTargets)
	if got.Targets < 2 {
		t.Errorf("there are %d targets; want some", got.Targets)
	}
	judge(t, got.Problems)
}

// deepest has as many layers as there may be, and wide ones among them.
const deepest = "100-8-8-8-8-8-8-8-8-100"

// TestBrowserTargets: every target is large enough for a finger that is not steady, with as many
// layers and classes as there may be.
func TestBrowserTargets(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, touch := range []bool{false, true} {
		widths := []int64{320, 360, 390, 768, 1024, 1440, 1920}
		p := s.open(t, func(o *tabOptions) { o.width, o.phone = widths[0], touch })
		check := func(when string) {
			for _, width := range widths {
				p.screen(width, touch)
				p.settled()
				p.part(fmt.Sprintf("%d/%t%s", width, touch, when), func(t *testing.T) {
					p.checkTargets(t)
					least := eval[float64](p, `Math.min(...[...document.querySelectorAll(".head button")].map((e) => Math.min(e.offsetWidth, e.offsetHeight)))`)
					if least < 24 {
						t.Errorf("a button of a layer has %v px; want 24", least)
					}
				})
			}
		}
		check("First")
		p.change("ten classes", func() { p.fill("data_classes", "10") })
		p.change("many layers", func() { p.fill("hidden_layers", deepest) })
		check("Most")
	}
}

// checkFields fails the test for every text field whose letters are so small that an iPhone zooms to
// it.
func (p *tab) checkFields(t *testing.T) {
	t.Helper()
	judge(t, eval[[]string](p, `[...document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox], [type=range], [type=file], [type=image]), select, textarea")]
		.filter((e) => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 16)
		.map((e) => (e.id || e.name) + " has letters of " + getComputedStyle(e).fontSize + "; want 16px")`))
}

// TestBrowserFingers: on a screen for fingers what is used most is 44 px high.
func TestBrowserFingers(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	judge(t, eval[[]string](p, `[...document.querySelectorAll("header :is(button, summary), .tools button, .palette svg, .control input, .control select")]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
		.map((e) => (e.id || e.innerText || e.outerHTML.slice(0, 60)) + " is " + e.getBoundingClientRect().height + " px high; want 44")`))
}

// TestBrowserBar: on a phone Train, the step and the loss stay in sight, and cover nothing that has
// the focus.
func TestBrowserBar(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	v := p.trainTo(3)
	p.run(`document.getElementById("until_step").scrollIntoView()`)
	p.click("#one-step")
	next := p.until("a step more", func(now view) bool { return ready(now) && now.steps() == v.steps()+1 })
	if y := eval[float64](p, `scrollY`); y < 800 {
		t.Errorf("Step was clicked at %v px from the top; want it to be there far down the page", y)
	}
	if got, want := p.shown(".bar p"), fmt.Sprintf("Step %s\nLoss %s", next.Step, next.Loss); got != want {
		t.Errorf("the bar says %q; want %q", got, want)
	}

	p.run(`scrollTo(0, 0); document.querySelector("h1").scrollIntoView(); document.activeElement.blur()`)
	stops := map[string]bool{}
	for _, modifiers := range []int{0, 1} { // forwards, and back
		for range 120 {
			if modifiers == 0 {
				p.press(kb.Tab)
			} else {
				p.press(kb.Tab, chromedp.ModifierShift)
			}
			got := eval[struct{ Name, Covered string }](p, `(() => {
				const e = document.activeElement, target = e.closest("label") ?? e, r = target.getBoundingClientRect();
				const bar = document.querySelector(".bar").getBoundingClientRect();
				if (e === document.body) return {Name: "", Covered: ""};
				const inBar = e.closest(".bar");
				const seen = Math.min(r.bottom, innerHeight) - Math.max(r.top, inBar ? 0 : bar.bottom);
				return {Name: e.id || e.name || e.innerText, Covered: seen < Math.min(r.height, 20) ? r.top + " to " + r.bottom + " behind " + bar.bottom : ""};
			})()`)
			if got.Name == "" {
				break
			}
			stops[got.Name] = true
			if got.Covered != "" {
				t.Errorf("%s has the focus at %s", got.Name, got.Covered)
			}
		}
	}
	if len(stops) < 40 {
		t.Errorf("the focus was on %d elements; want all of the page's", len(stops))
	}
}

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserOld: what a browser of the last years lacks is made up for, or said. Here it is taken
// away from a new one.
func TestBrowserOld(t *testing.T) {
	t.Parallel()
	s := start(t)
	old := before(`
		for (const name of ["ariaLive", "ariaValueText"]) delete Element.prototype[name];
		delete AbortSignal.timeout;
		delete HTMLDialogElement.prototype.closedBy; // with what it does, see below
		delete self.CompressionStream;
		delete self.DecompressionStream;
		addEventListener("toggle", (e) => e.stopImmediatePropagation(), true);
		const { matches, closest, querySelector } = Element.prototype;
		for (const [name, find] of Object.entries({matches, closest, querySelector}))
			Element.prototype[name] = function (selector) {
				if (/:(modal|has|open)\b/.test(selector)) throw new DOMException(selector + " is not a valid selector", "SyntaxError");
				return find.call(this, selector);
			};
		addEventListener("DOMContentLoaded", () => {
			for (const dialog of document.querySelectorAll("dialog")) dialog.removeAttribute("closedby");
		});`)
	p := s.open(t, old, touring)
	contract.Eventually(t, "the tour", func() bool { return p.isOpen("tour") })
	p.press(kb.Escape)
	contract.Eventually(t, "the end of the tour", func() bool { return !p.isOpen("tour") })
	p.trainTo(3)

	p.part("probe", func(t *testing.T) {
		p.point("#plane")
		contract.Eventually(t, "what the network says", func() bool { return strings.Contains(p.shown("#probe"), "%") })
		if live := eval[string](p, `document.getElementById("probe").getAttribute("aria-live")`); live != "polite" {
			t.Errorf("the reading of a page that does not train has aria-live %q; want polite", live)
		}
	})
	p.part("keys", func(t *testing.T) {
		v := p.look()
		p.move(5, 5)
		p.press("s")
		p.until("a step", func(w view) bool { return ready(w) && w.steps() == v.steps()+1 })
		p.press("?")
		contract.Eventually(t, "the help", func() bool { return p.isOpen("help") })
		p.press("s") // is no step behind a dialog
		p.press(kb.Escape)
		contract.Eventually(t, "the end of the help", func() bool { return !p.isOpen("help") })
		if w := p.still(); w.steps() != v.steps()+1 {
			t.Errorf("step %d after s behind a dialog; want %d", w.steps(), v.steps()+1)
		}
	})
	p.part("notices", func(t *testing.T) {
		p.provokes(saysRefused)
		p.dialog("import")
		p.click("button[value=import]")
		contract.Eventually(t, "the refusal", func() bool { return p.shown("#import #notices .notice") != "" })
		p.clickAt(4, 4) // beside it
		contract.Eventually(t, "the end of the import", func() bool { return !p.isOpen("import") })
		contract.Eventually(t, "the notice over the page", func() bool { return p.shown("#lab > #notices .notice") != "" })
	})
	p.part("links", func(t *testing.T) {
		p.dialog("share")
		contract.Eventually(t, "a word about links", func() bool {
			return strings.Contains(p.shown("#share-body"), "This browser is too old to make such links.")
		})
		if n := eval[int](p, `document.querySelectorAll("#state-link").length`); n != 0 {
			t.Error("there is a link to the state; want none")
		}
		p.leave("share")
	})
	p = s.open(t, old, at("#state=abcd"))
	if got := p.look().Storage; got != "This browser is too old to open the state in this link." {
		t.Errorf("a link to a state says %q; want that the browser is too old", got)
	}
}

// TestBrowserScriptless: where the script cannot run, whatever the reason, the page works in steps
// and says so.
func TestBrowserScriptless(t *testing.T) {
	t.Parallel()
	for _, test := range few(2, []struct {
		name string
		with func(*tabOptions)
		told string
	}{
		{"no htmx", before(`Object.defineProperty(self, "htmx", {set() {}, get() { throw new Error("blocked"); }, configurable: true}); delete self.htmx;
			new MutationObserver((all) => all.forEach(({addedNodes}) => addedNodes.forEach((node) => {
				if (node.src?.includes("htmx") || node.src?.includes("hx-sse")) node.type = "blocked"; // as a filter does
			}))).observe(document, {childList: true, subtree: true})`), ""},
		{"throws later", before(`URLSearchParams.prototype.toString = () => { throw new TypeError("this browser has no queries"); }`),
			"Something went wrong in this page: this browser has no queries"},
		{"throws at once", before(`self.matchMedia = () => { throw new TypeError("this browser has no media"); }`),
			"Something went wrong in this page: this browser has no media"},
		{"off", withoutScript, ""},
		{"no dialogs", before(`delete self.HTMLDialogElement`), ""},
	}) {
		t.Run(test.name, func(t *testing.T) {
			p := start(t).open(t, test.with, provoking("."))
			contract.Eventually(t, "the sentence", func() bool { return p.sees("#scriptless") })
			if told := p.shown("#told"); told != test.told {
				t.Errorf("the page says %q; want %q", told, test.told)
			}
			if p.sees("#train") {
				t.Error("there is a Train button; want none without script")
			}
			for n := 1; n <= 2; n++ {
				p.run(`self.page = "the one before"`)
				p.step(100)
				p.until(fmt.Sprintf("step %d", 100*n), func(v view) bool { return v.steps() == 100*n })
				p.ready()
				if page := eval[string](p, `self.page ?? "another"`); page != "another" {
					t.Errorf("a step is shown on %s; want the page to be loaded, as it is without script", page)
				}
			}
			if !p.sees("#import-heading") || !p.sees("#share-heading") {
				t.Error("the dialogs are not to be seen; want them below the page")
			}
		})
	}
	p := start(t).open(t)
	if p.sees("#scriptless") {
		t.Error("with script the page says that there is none; want nothing")
	}
}

// sees reports whether an element is to be seen.
func (p *tab) sees(selector string) bool {
	p.tb.Helper()
	return eval[bool](p, script(`document.querySelector(%s)?.checkVisibility() ?? false`, selector))
}

// TestBrowserEscape: Escape closes a dialog wherever the focus is, and takes its default away from
// nothing else.
func TestBrowserEscape(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	prevented := func() bool {
		t.Helper()
		p.run(`addEventListener("keydown", (e) => { self.prevented = e.defaultPrevented; }, {once: true})`)
		p.press(kb.Escape)
		return eval[bool](p, `self.prevented`)
	}
	for range 2 { // the second time the table is there before its answer
		p.dialog("table")
		p.run(`document.activeElement.blur()`)
		if prevented() {
			t.Error("Escape over a dialog is kept from the browser; want it to close the dialog")
		}
		contract.Eventually(t, "the table is closed", func() bool { return !p.isOpen("table") })
	}
	if prevented() {
		t.Error("Escape is kept from the browser without a dialog; want it left alone")
	}
	p.click("button.unit")
	contract.Eventually(t, "the inspector", func() bool { return p.isOpen("inspector") && ready(p.look()) })
	if !prevented() || p.isOpen("inspector") {
		t.Error("Escape does not close the inspector, or does more; want it closed")
	}
}

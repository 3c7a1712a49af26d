package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// presents reports whether the page presents.
func (p *tab) presents() bool {
	p.tb.Helper()
	return eval[bool](p, `document.documentElement.classList.contains("present")`)
}

// TestBrowserPresent: on a projector, one key shows a lesson on one screen, in letters of 20 pixels.
func TestBrowserPresent(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, size := range few(2, []struct {
		width, height int64
		lesson        string
		text          float64
	}{
		{1280, 720, "?experiment=xor-linear", 16}, {3840, 2160, "?lock=network&assignment=" + strings.Repeat("Find+out+why.+", 140), 40},
		{1024, 768, "?hide=network&lock=data,settings", 16}, {1920, 1080, "?experiment=xor-linear", 24}, {1280, 720, "", 16},
	}) {
		t.Run(fmt.Sprint(size.width, size.lesson[:min(20, len(size.lesson))]), func(t *testing.T) {
			p := s.open(t, at(size.lesson), func(o *tabOptions) { o.width, o.height = size.width, size.height })
			p.change("step 5", func() { p.step(1) })
			p.press("p")
			if !p.presents() || !strings.HasPrefix(p.shown("#said"), "Presenting") {
				t.Fatalf("after P the page presents: %t, and says %q", p.presents(), p.shown("#said"))
			}
			p.settled()
			judge(t, eval[[]string](p, `(() => {
				const problems = [];
				const root = document.documentElement;
				if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) problems.push("the page is " + root.scrollWidth + "×" + root.scrollHeight);
				for (const part of ["#train", "#one-step", "#loss", "#plane", ".chart", "#present", ...(location.search.includes("hide=network") ? [] : ["#network-view .unit"]), ...(location.search.includes("experiment") ? ["#question", ".guesses"] : [])]) {
					const e = document.querySelector(part), box = e?.getBoundingClientRect();
					if (!e?.checkVisibility({visibilityProperty: true})) problems.push(part + " is not there");
					else if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) problems.push(part + " is not on the screen");
				}
				for (const part of ["#learning_rate", "#l1", "#until_step", "#data-sets", "#tool-0", "#experiments-open"]) {
					if (document.querySelector(part).checkVisibility()) problems.push(part + " is there");
				}
				if (document.querySelector("#plane").clientHeight < Math.min(innerWidth * 0.27, innerHeight * (location.search.includes("assignment") ? 0.3 : 0.4))) problems.push("the plane is " + document.querySelector("#plane").clientHeight + " high");
				return problems;
			})()`))
			for _, small := range p.smallText(size.text) {
				t.Error(small)
			}
			p.reload()
			if !p.presents() || eval[string](p, `document.getElementById("present").getAttribute("aria-pressed")`) != "true" {
				t.Error("a reload ends the presentation; want it kept")
			}
			p.press(kb.Escape)
			if p.presents() || !strings.HasPrefix(p.shown("#said"), "The presentation is over") {
				t.Errorf("after Escape the page presents: %t, and says %q", p.presents(), p.shown("#said"))
			}
			p.reload()
			if p.presents() {
				t.Error("a reload begins the presentation again")
			}
		})
	}
}

// TestBrowserPresentFocus: the button presents, too. Who was at a control that is gone then is not lost, and a
// letter that is written presents nothing.
func TestBrowserPresentFocus(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, phone)
	p.click("#more > summary")
	p.click("#present")
	if !p.presents() {
		t.Fatal("the button does not present")
	}
	if wide := eval[float64](p, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("on a phone the page that presents is %v wide; want 360", wide)
	}
	p.press("p")
	if p.presents() {
		t.Error("P does not end the presentation")
	}
	p.run(`document.querySelector("#data-sets input").focus()`)
	p.press("p")
	contract.Eventually(t, "the focus", func() bool { return p.focused() == "present" })
	p.press("p")
	p.enter("learning_rate")
	p.press("p")
	if p.presents() {
		t.Error("a letter in a field presents")
	}
}

// smallText returns what is written on the page in letters of fewer pixels than so many, and how small they are.
func (p *tab) smallText(least float64) []string {
	p.tb.Helper()
	return eval[[]string](p, fmt.Sprintf(`((least) => {
		const found = new Map();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let text = walk.nextNode(); text; text = walk.nextNode()) {
			const e = text.parentElement;
			if (!text.data.trim() || e.closest("script, style, title, option, .unseen") || !e.checkVisibility({visibilityProperty: true})) continue;
			const range = document.createRange();
			range.selectNodeContents(text);
			if (!range.getClientRects().length) continue;
			const scale = e instanceof SVGElement ? e.getScreenCTM()?.a ?? 1 : 1;
			const size = parseFloat(getComputedStyle(e).fontSize) * scale;
			const box = e.closest("[id]")?.id;
			if (size < least - 0.01) found.set(box + " " + e.localName + "." + (e.getAttribute("class") ?? ""), "“" + text.data.trim().slice(0, 30) + "” has " + size.toFixed(1) + " px");
		}
		return [...found].map(([where, what]) => where + ": " + what);
	})(%g)`, least))
}

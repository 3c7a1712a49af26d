package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// focused is the id of the element with the focus, or the name of its element.
func (p *tab) focused() string {
	p.tb.Helper()
	return eval[string](p, `document.activeElement.id || document.activeElement.localName`)
}

// TestBrowserWords: the result can be asked for in words. What was said of a picture is not said of
// the next one.
func TestBrowserWords(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	v := p.trainTo(40)
	hint := p.shown("#plane-words")
	p.dialog("words")
	contract.Eventually(t, "the words", func() bool { return strings.Contains(p.shown("#words-body"), "of the plane:") })
	if got := p.shown("#words-body"); !strings.Contains(got, "At step "+v.Step+",") || !strings.Contains(got, "Unit 1 ") || !strings.Contains(got, "training points") {
		t.Errorf("the words are %q; want step, units and points", got)
	}
	if got := p.focused(); got != "words-heading" {
		t.Errorf("the dialog has the focus at %s; want its heading", got)
	}
	p.press(kb.Escape)
	if p.isOpen("words") || p.focused() != "words-open" {
		t.Errorf("after Escape the words are open: %t, and the focus is at %s", p.isOpen("words"), p.focused())
	}
	if got := p.shown("#plane-words"); !strings.Contains(got, "fills") {
		t.Errorf("the picture is described as %q; want the words", got)
	}
	if got := eval[string](p, `document.querySelector("#plane canvas").getAttribute("aria-describedby")`); got != "plane-words" {
		t.Errorf("the picture is described by %q", got)
	}
	p.change("a step", func() { p.step(1) })
	if got := p.shown("#plane-words"); got != hint {
		t.Errorf("another picture is described as %q; want %q", got, hint)
	}
}

// TestBrowserSaid: a pause says the result, once; while it trains nothing polite changes for some
// seconds.
func TestBrowserSaid(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.run(`{
		window.testSaid = [];
		new MutationObserver((changes) => changes.forEach(({target}) => {
			const region = (target.closest ? target : target.parentElement)?.closest("[role=status], [role=alert], [aria-live=polite], output:not([aria-live])");
			if (region && region.ariaLive !== "off") testSaid.push(region.id + ": " + region.textContent.trim());
		})).observe(document.body, {subtree: true, childList: true, characterData: true});
	}`)
	p.train()
	p.until("training", func(v view) bool { return v.steps() > 5 })
	p.run(`testSaid.length = 0`)
	time.Sleep(2 * time.Second)
	if said := eval[[]string](p, `testSaid`); len(said) != 0 {
		t.Errorf("in two seconds of training %q was said; want nothing", said)
	}
	v := p.pause()
	want := "Paused at step " + v.Step + ": train loss " + p.shown("#loss") + ", train accuracy " + p.shown("#accuracy") + "."
	contract.Eventually(t, "the result", func() bool { return p.shown("#said") == want })
	if role := eval[string](p, `document.getElementById("said").getAttribute("role")`); role != "status" {
		t.Errorf("the result has the role %q", role)
	}
	v = p.change("a step", func() { p.step(1) })
	contract.Eventually(t, "the step", func() bool { return strings.HasPrefix(p.shown("#said"), "Step "+v.Step+": train loss ") })
}

// TestBrowserFocusKept: a button that can do no more keeps the focus, and does nothing.
func TestBrowserFocusKept(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	press := func(id string) { p.run(script(`{ const e = document.getElementById(%s); e.focus(); e.click(); }`, id)) }
	for _, test := range []struct {
		id    string
		times int
	}{{"add-class", 8}, {"remove-class", 8}, {"add-layer", 8}, {"remove-layer", 10}, {"undo", 34}} {
		for range test.times {
			press(test.id)
			p.until("the answer", ready)
		}
		off := eval[bool](p, script(`document.getElementById(%s).getAttribute("aria-disabled") === "true"`, test.id))
		if got := p.focused(); got != test.id || !off {
			t.Errorf("after %d times %s: the focus is at %s, and it is off: %t", test.times, test.id, got, off)
		}
		before := p.look()
		press(test.id)
		if d := p.still().differs(before.state); d != "" {
			t.Errorf("%s that is off: %s", test.id, d)
		}
	}
}

// TestBrowserTips: a tip stays while its control is pointed at, itself included, or has the focus.
// Escape hides it until its control is left.
func TestBrowserTips(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, laptop)
	isShown := func(id string) bool {
		return eval[bool](p, script(`getComputedStyle(document.getElementById(%s + "-hint")).visibility === "visible"`, id))
	}
	shows := func(id string, want bool) {
		t.Helper()
		contract.Eventually(t, "the tip of "+id, func() bool { return isShown(id) == want })
	}
	for _, id := range []string{"activation", "points", "test_fraction"} {
		p.run(`document.activeElement.blur()`)
		p.move(5, 5)
		shows(id, false)
		p.point("#" + id)
		shows(id, true)
		p.point("#" + id + "-hint")
		time.Sleep(300 * time.Millisecond)
		if !isShown(id) {
			t.Errorf("the tip of %s goes when it is pointed at", id)
		}
		p.press(kb.Escape)
		shows(id, false)
		p.point("#optimizer")
		shows("optimizer", true)
		p.point("#" + id)
		shows(id, true)
		p.click("#" + id + "-hint")
		shows(id, false)
	}
	p.move(5, 5)
	p.enter("learning_rate")
	shows("learning_rate", true)
	if n := eval[int](p, `document.getElementById("learning_rate-hint").getAnimations().filter((a) => a.effect.getTiming().duration > 1000).length`); n != 0 {
		t.Error("the tip goes after a while")
	}
	p.press(kb.Escape)
	shows("learning_rate", false)
	p.press(kb.Tab)
	shows("optimizer", true)

	// Two at once: one control has the focus, and another is pointed at.
	p.point("#test_fraction")
	shows("test_fraction", true)
	shows("optimizer", true)
	p.press(kb.Escape)
	shows("test_fraction", false)
	shows("optimizer", false)
	p.point("#points")
	shows("points", true)
	if isShown("optimizer") {
		t.Error("the tip of the control that keeps the focus comes back when another is pointed at")
	}
}

// TestBrowserOrder: in a window of any width, the parts of the page come one after another as they
// are seen: columns from left to right, and in a narrow window rows from top to bottom.
func TestBrowserOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	type card struct {
		Name      string
		Left, Top float64
	}
	for _, width := range []int64{360, 800, 1440} {
		for _, options := range [][]func(*tabOptions){nil, {withoutScript}} {
			p := s.open(t, append(options, wide(width))...)
			cards := eval[[]card](p, `Array.from(document.querySelectorAll("main .card"), (e) => {
				const {left, top} = e.getBoundingClientRect();
				return {Name: e.getAttribute("aria-labelledby"), Left: left, Top: top};
			})`)
			if len(cards) != 6 {
				t.Fatalf("there are %d cards", len(cards))
			}
			for i := 1; i < len(cards); i++ {
				before, now := cards[i-1], cards[i]
				// The page at 1440 has columns; the settings stand below the result.
				if now.Top < before.Top && now.Left <= before.Left {
					t.Errorf("%d px, no script %t: %s is seen before %s, and comes after it", width, options != nil, now.Name, before.Name)
				}
				if width < 1240 && now.Top < before.Top {
					t.Errorf("%d px, no script %t: %s is higher than %s, and comes after it", width, options != nil, now.Name, before.Name)
				}
			}
			if width == 360 && options == nil && cards[0].Name != "result-heading" {
				t.Errorf("on a phone %s comes first; want the result", cards[0].Name)
			}
		}
	}
	// A window that becomes wide is in the order of a wide one.
	p := s.open(t, wide(360))
	p.size(1440, 800, false)
	contract.Eventually(t, "the order of a wide window", func() bool {
		return eval[string](p, `document.querySelector("main .card").getAttribute("aria-labelledby")`) == "data-heading"
	})
}

// TestBrowserReflow: at 320 CSS pixels no screen scrolls in two directions, but for what needs two:
// the network, and tables in boxes of their own.
func TestBrowserReflow(t *testing.T) {
	p := start(t).open(t, wide(320), provoking(saysRefused))
	p.walk(func(t *testing.T) { p.checkWidth(t, 320) })
	q := p.beside(wide(320), withoutScript)
	q.checkWidth(t, 320)
	if got := eval[int](q, `document.querySelector("#plane input").getBoundingClientRect().width`); got != 320 {
		t.Errorf("without script the picture is %d px wide; want the 320 that a click counts in", got)
	}
}

// TestBrowserTextSpacing: with the spacing of criterion 1.4.12 no text is cut off.
func TestBrowserTextSpacing(t *testing.T) {
	p := start(t).open(t, wide(1280), provoking(saysRefused))
	p.run(`{
		const sheet = new CSSStyleSheet();
		sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
		document.adoptedStyleSheets.push(sheet);
	}`)
	p.walk(func(t *testing.T) {
		cut := eval[[]string](p, `Array.from(document.querySelectorAll("body *")).filter((e) => {
			const style = getComputedStyle(e);
			return e.checkVisibility() && e.innerText?.trim() && !e.closest(".unseen, .first-submit, legend, svg") && style.overflowX === "hidden"
				&& (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
		}).map((e) => e.outerHTML.slice(0, 80))`)
		cut = append(cut, eval[[]string](p, `Array.from(document.querySelectorAll("button:not(.unit, .first-submit), .button, .tabs label")).filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
			.map((e) => e.outerHTML.slice(0, 80))`)...)
		if len(cut) > 0 {
			t.Errorf("cut off: %q", cut)
		}
	})
}

// TestBrowserForcedColours: in forced colours what is chosen looks otherwise than what is not, and
// axe-core's rules of names still hold for what the style sheet redraws.
func TestBrowserForcedColours(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	must(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}},
	})
	for _, group := range []string{".tabs input[type=radio] + span", ".palette input + svg", ".thumbnails input + svg"} {
		looks := eval[map[string]string](p, script(`Object.fromEntries([true, false].map((on) => {
			const e = Array.from(document.querySelectorAll(%s)).find((e) => e.previousElementSibling.checked === on);
			const {backgroundColor, outlineStyle, borderColor} = getComputedStyle(e);
			return [on, backgroundColor + outlineStyle + borderColor];
		}))`, group))
		if looks["true"] == looks["false"] {
			t.Errorf("%s: chosen or not, it looks %s", group, looks["true"])
		}
	}
}

// TestBrowserInvalid: a control whose value is refused is marked until it holds another.
func TestBrowserInvalid(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, provoking(saysRefused))
	invalid := func() bool {
		return eval[bool](p, `document.getElementById("hidden_layers").getAttribute("aria-invalid") === "true"`)
	}
	p.fill("hidden_layers", "8-0")
	contract.Eventually(t, "the mark", invalid)
	p.fill("hidden_layers", "4")
	contract.Eventually(t, "no mark", func() bool { return !invalid() })
}

// TestBrowserNotObscured: whatever has the focus by Tab is not hidden entirely by a notice.
func TestBrowserNotObscured(t *testing.T) {
	p := start(t).open(t, wide(360), provoking(saysRefused))
	p.act("clear")
	p.train()
	p.until("the notice", func(view) bool { return p.shown("#notice") != "" })
	p.run(`document.getElementById("train").focus()`)
	seen := map[string]bool{}
	for range 90 {
		p.press(kb.Tab)
		hidden := eval[string](p, `(() => {
			const e = document.activeElement;
			if (e === document.body || e.closest("#notices")) return "";
			const target = e.matches("input[type=radio], input[type=checkbox]") ? e.closest("label") ?? e : e;
			const {left, right, top, bottom} = target.getBoundingClientRect();
			const hit = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.9], [0.5, 0.05], [0.5, 0.95]].map(([x, y]) =>
				document.elementFromPoint(left + x * (right - left), top + y * (bottom - top)));
			return hit.every((h) => !h || h.closest("#notices")) ? (e.id || e.outerHTML.slice(0, 60)) : "";
		})()`)
		if hidden != "" {
			t.Errorf("the notice hides %s, which has the focus", hidden)
		}
		seen[p.focused()] = true
	}
	if len(seen) < 30 {
		t.Errorf("Tab reaches %d things; want more", len(seen))
	}
}

// TestBrowserDirection: in a page that a translator has turned round, places and time still run from
// left to right; a name does not turn round what is beside it.
func TestBrowserDirection(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.trainTo(3)
	p.run(`document.documentElement.dir = "rtl"`)
	for _, selector := range []string{"#network-view", ".chart", ".plane-frame"} {
		if got := eval[string](p, script(`getComputedStyle(document.querySelector(%s)).direction`, selector)); got != "ltr" {
			t.Errorf("%s runs %s", selector, got)
		}
	}
	x := func(selector string) float64 { return p.box(selector).X }
	if x("label:has(> #feature-x)") > x("#unit-biases\\.0\\.0") {
		t.Error("the units stand left of the inputs")
	}
	p.run(`document.documentElement.dir = "ltr"`)
	p.run(script(`document.querySelector("[name=meta]").value = %s`, `{"classes":["زهرة السوسن","a name of forty-three letters without a break"]}`))
	p.panel("confusion")
	p.until("the matrix", func(view) bool { return strings.Contains(p.shown("#panel-body"), "forty-three") })
	if eval[bool](p, `document.getElementById("panel-body").scrollWidth > document.getElementById("panel-body").clientWidth`) {
		t.Error("long names push the matrix out of its card")
	}
	if got := eval[int](p, `document.querySelectorAll("#panel-body bdi").length`); got != 4 {
		t.Errorf("%d names are isolated; want 4", got)
	}
}

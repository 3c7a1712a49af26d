package browser

import (
	"context"
	"fmt"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// A screen is something that the page may show, for the tests that judge every screen by the same
// rules.
type screen struct {
	name  string
	needs string // a selector: a page without such an element has no such screen
	show  func(p *tab)
	leave func(p *tab) // nothing if nil
}

// screens are shown one after another on the same page. Dialogs and the tabs of the panel need no
// entry: they are found.
var screens = []screen{
	{name: "first", show: func(*tab) {}, leave: (*tab).endTour},
	{name: "trained", show: func(p *tab) { p.trainTo(5) }},
	{name: "refused", show: func(p *tab) {
		p.fill("hidden_layers", "8-0")
		p.until("the error", func(view) bool { return p.besideField("hidden_layers") != "" })
	}, leave: func(p *tab) {
		p.fill("hidden_layers", "8-8")
		p.until("no error", func(v view) bool { return p.besideField("hidden_layers") == "" && ready(v) })
	}},
	{name: "held-out", show: func(p *tab) { p.change("points held out", func() { p.fill("test_fraction", "0.3") }) }},
	explainScreen("update", 4),
	explainScreen("curve", 5),
	{name: "no-points", show: func(p *tab) { p.change("no points", func() { p.act("clear") }) }, leave: func(p *tab) {
		p.change("the points", p.undo)
	}},
}

// explainScreen shows a part of the step by hand. The first one is found.
func explainScreen(name string, part int) screen {
	return screen{name: "explain-" + name, show: func(p *tab) {
		p.use(theStepByHand)
		contract.Eventually(p.tb, "the explanation", func() bool { return p.count(".explained section") == 6 })
		p.run(fmt.Sprintf(`document.getElementById("explain-%d").click()`, part))
		p.run(`document.querySelectorAll("#explain details").forEach((d) => { d.open = true; })`)
	}, leave: func(p *tab) { p.run(`document.getElementById("explain").close()`) }}
}

// lastScreen is seen after those that are found: a regression has fewer tools and measures than a
// classification.
var lastScreen = screen{name: "regression", show: func(p *tab) {
	p.change("a regression", func() { p.choose("task", "regression") })
}}

// layerScreen comes behind it: it needs a wider layer than the page begins with.
var layerScreen = screen{name: "layer", needs: "#layer", show: func(p *tab) {
	p.change("a wide layer", func() { p.fill("hidden_layers", "100-8") })
	p.openDialog("layer")
	contract.Eventually(p.tb, "the units of the layer", func() bool { return p.seen("#layer .tiles") && ready(p.look()) })
}, leave: func(p *tab) {
	p.run(`document.getElementById("layer").close()`)
	p.change("the layer of before", p.undo)
}}

// looks are the windows in which every screen is judged. CI takes the first two, which have both
// colours and both sizes.
var looks = []struct {
	name    string
	width   int64
	options []func(*tabOptions)
}{
	{"Dark", 1440, []func(*tabOptions){laptop, dark}},
	{"Phone", 360, []func(*tabOptions){phone}},
	{"Light", 1440, []func(*tabOptions){laptop}},
	{"Large", 3840, []func(*tabOptions){func(o *tabOptions) { o.width, o.height = 3840, 2160 }}},
}

// TestBrowserScreens: on any screen nothing has to be scrolled sideways, no letter is too small to be
// read and no target too small to be met, and axe-core finds nothing to object to.
func TestBrowserScreens(t *testing.T) {
	t.Parallel()
	for _, look := range few(2, looks) {
		t.Run(look.name, func(t *testing.T) {
			p := start(t).open(t, append(look.options, touring, provoking(saysRefused))...)
			seen := 0
			p.walk(func(t *testing.T) {
				seen += eval[int](p, `[...document.querySelectorAll("text, span, p, label")].filter((e) => e.checkVisibility()).length`)
				p.part("Width", func(t *testing.T) { p.checkWidth(t, look.width) })
				p.part("Text", func(t *testing.T) { judge(t, p.smallText(leastText)) })
				p.part("Targets", p.checkTargets)
				if look.name == "Phone" {
					p.part("Fields", p.checkFields)
				}
				p.part("Axe", p.checkAxe)
			})
			if seen < 1000 {
				t.Errorf("%d texts were seen; want more", seen)
			}
		})
	}
}

// leastText is the least size of letters, in CSS pixels.
const leastText = 12

// walk shows every screen of the page in turn, and lets check judge each in a part of the test
// under its name.
func (p *tab) walk(check func(t *testing.T)) {
	p.tb.Helper()
	at := func(s screen) {
		if s.needs != "" && !eval[bool](p, script(`!!document.querySelector(%s)`, s.needs)) {
			return
		}
		p.part(s.name, func(t *testing.T) {
			if s.leave != nil {
				defer s.leave(p) // also where show fails, for the next screen
			}
			s.show(p)
			p.settled()
			check(t)
		})
	}
	for _, s := range screens {
		at(s)
	}
	for _, value := range eval[[]string](p, `Array.from(document.querySelectorAll("input[name=panel]"), (e) => e.value)`) {
		at(screen{name: "panel-" + value, show: func(p *tab) { p.use(fmt.Sprintf("input[name=panel][value=%q]", value)) }})
	}
	for _, id := range eval[[]string](p, `Array.from(document.querySelectorAll("dialog"), (e) => e.id)`) {
		if id == "layer" { // it is a screen of its own, as the first network has no button for it
			continue
		}
		if id == "" {
			p.tb.Error("a dialog has no id; want one, for its button to open it")
			continue
		}
		at(screen{name: "dialog-" + id, show: func(p *tab) { p.openDialog(id) }, leave: func(p *tab) {
			p.run(script(`document.getElementById(%s).close()`, id))
		}})
	}
	at(lastScreen)
	at(layerScreen)
}

// use clicks the first such element by script, wherever on the page it is, and waits for what it
// does.
func (p *tab) use(selector string) {
	p.tb.Helper()
	p.run(script(`document.querySelector(%s).click()`, selector))
	p.until("the page is ready", ready)
}

// endTour closes the tour if it is shown.
func (p *tab) endTour() {
	p.tb.Helper()
	p.run(`document.getElementById("tour")?.close()`)
}

// openDialog opens a dialog by its first button, or as a button would if it has none.
func (p *tab) openDialog(id string) {
	p.tb.Helper()
	p.run(script(`((dialog, opener) => dialog.id === "tour" ? dialog.setAttribute("open", "") : opener ? opener.click() : dialog.showModal())
		(document.getElementById(%s), document.querySelector("[data-open=" + %s + "]:enabled"))`, id, id))
	contract.Eventually(p.tb, "the dialog "+id+" is open", func() bool { return eval[bool](p, script(`document.getElementById(%s).open`, id)) })
	p.until("the page is ready", ready)
}

// settled waits until nothing moves any more, so that every colour is the final one.
func (p *tab) settled() {
	p.tb.Helper()
	await[chromedp.Void](p, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
		Promise.allSettled(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime < 5000).map((a) => a.finished)))
		.then(() => {})`)
}

// await evaluates an expression whose value is a promise, and waits for what it promises.
func await[T any](p *tab, expression string) T {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.tb.Fatalf("await %s: %v", brief(expression), err)
	}
	return v
}

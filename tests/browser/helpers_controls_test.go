package browser

import (
	"fmt"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// hidden returns the value of a hidden field.
func (p *tab) hidden(name string) string {
	p.tb.Helper()
	return read[string](p, script(`document.getElementById("lab").elements.namedItem(%s).value`, name))
}

// dialog opens a dialog by its button.
func (p *tab) dialog(id string) {
	p.tb.Helper()
	p.click("button[data-open=" + id + "]:not(.unit)")
	contract.Eventually(p.tb, "the dialog "+id+" is open", func() bool { return p.isOpen(id) && ready(p.look()) })
}

func (p *tab) isOpen(id string) bool {
	p.tb.Helper()
	return read[bool](p, script(`document.getElementById(%s).open`, id))
}

// leave closes a dialog by the button that only closes it.
func (p *tab) leave(id string) {
	p.tb.Helper()
	p.click("#" + id + ` button[type=button][data-close-dialog]`)
	contract.Eventually(p.tb, "the dialog "+id+" is closed", func() bool { return !p.isOpen(id) })
}

// dataset chooses a data set.
func (p *tab) dataset(name string) {
	p.tb.Helper()
	p.click(fmt.Sprintf(`label:has(> input[name=dataset][value="%s"])`, name))
}

// toggle clicks a check box.
func (p *tab) toggle(name string) {
	p.tb.Helper()
	p.click("label:has(> input[name=" + name + "])")
}

// panel shows a view of the panel.
func (p *tab) panel(name string) {
	p.tb.Helper()
	p.click("label:has(> #panel-" + name + ")")
	contract.Eventually(p.tb, "the view "+name, func() bool {
		return eval[bool](p, script(`document.getElementById("panel-" + %s).checked`, name)) && ready(p.look())
	})
}

// act clicks the button for an act of the page.
func (p *tab) act(name string) {
	p.tb.Helper()
	p.click(fmt.Sprintf("button[name=act][value=%s]:not(.first-submit)", name))
}

// step clicks the button for so many updates.
func (p *tab) step(n int) {
	p.tb.Helper()
	p.click(fmt.Sprintf(`button[name=steps][value="%d"]`, n))
}

// train clicks the Train button, which is the Pause button too.
func (p *tab) train() { p.tb.Helper(); p.click("#train") }

// undo takes the last change back by the keyboard.
func (p *tab) undo() { p.tb.Helper(); p.press("z", chromedp.ModifierCtrl) }

// seen reports whether an element can be seen: it is drawn, and not only its place is kept.
func (p *tab) seen(selector string) bool {
	p.tb.Helper()
	return read[bool](p, script(`!!document.querySelector(%s)?.checkVisibility({visibilityProperty: true})`, selector))
}

// besideField returns what is said beside a field.
func (p *tab) besideField(id string) string { p.tb.Helper(); return p.shown("#" + id + "-error") }

// pause clicks the Pause button and returns the state that the page stops in.
func (p *tab) pause() view {
	p.tb.Helper()
	p.train()
	v := p.still()
	if v.Pressed {
		p.tb.Errorf("the Train button is pressed after a pause; want it not to be")
	}
	return v
}

// trainTo trains until the step shown is at least n, and pauses.
func (p *tab) trainTo(n int) view {
	p.tb.Helper()
	p.train()
	p.until(fmt.Sprintf("step %d", n), func(v view) bool { return v.steps() >= n })
	return p.pause()
}

// pageTransports are the ways a stream reaches the page: values of its select.
var pageTransports = []struct{ name, value string }{{"SSE", "sse"}, {"WebSocket", "websocket"}}

// by makes the page train over a transport.
func (p *tab) by(transport string) {
	p.tb.Helper()
	p.choose("transport", transport)
}

package browser

import (
	"testing"

	"nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserKeys: the keys do what the help says, unless a control has the focus that needs them
// itself.
func TestBrowserKeys(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	first := p.look()
	v := p.change("a step", func() { p.press("s") })
	if v.steps() != 1 {
		t.Errorf("step %s after pressing s; want 1", v.Step)
	}
	p.press(" ")
	p.until("the training", func(v view) bool { return v.Pressed && v.steps() > 3 })
	p.press(" ")
	if v = p.still(); v.Pressed {
		t.Error("the space bar does not pause")
	}
	v = p.change("the first weights", func() { p.press("r") })
	if d := v.differs(first.state); d != "" {
		t.Errorf("after pressing r: %s", d)
	}
	p.change("undo", p.undo)

	// With the focus on a button, space presses that button and nothing else.
	v = p.look()
	p.run(`document.getElementById("one-step").focus()`)
	now := p.change("a step", func() { p.press(" ") })
	if now.steps() != v.steps()+1 || p.still().Pressed {
		t.Errorf("space on the Step button: step %s, pressed %t; want step %d and no training", now.Step, now.Pressed, v.steps()+1)
	}
	p.run(`document.getElementById("train").focus()`)
	p.press(" ")
	p.until("the training", func(v view) bool { return v.Pressed && v.steps() > now.steps()+1 })
	p.press(" ")
	p.still()
	// In a field the keys are letters.
	p.provokes(saysRefused)
	v = p.look()
	for _, id := range []string{"learning_rate", "table_text"} {
		if id == "table_text" {
			p.dialog("import")
		}
		p.enter(id)
		for _, key := range []string{" ", "s", "r", "?", kb.ArrowLeft} {
			p.press(key)
		}
		if id == "table_text" {
			contract.Eventually(t, "the preview", func() bool { return p.shown("#import-says") != "" })
			p.until("the page is ready", ready)
		}
		if d := p.still().differs(v.state); d != "" || p.isOpen("help") {
			t.Errorf("keys pressed in %s: %s, help %t; want nothing but what is written", id, d, p.isOpen("help"))
		}
		if got := p.holds(id); got != " sr?" {
			t.Errorf("%s holds %q; want what was typed", id, got)
		}
	}
	// Nor do they reach the page behind a dialog.
	p.leave("import")
	p.dialog("help")
	p.press("s")
	p.press("r")
	if d := p.still().differs(v.state); d != "" {
		t.Errorf("keys pressed over the help: %s", d)
	}
	p.leave("help")
}

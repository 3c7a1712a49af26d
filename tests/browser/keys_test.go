package browser

import (
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

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

// TestBrowserToolKeys: the digits take the tools of the palette in hand, unless a field needs them or
// they are turned off.
func TestBrowserToolKeys(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("a class", func() { p.act("add-class") })
	press := func(key, want string) {
		t.Helper()
		p.press(key)
		if got := p.held(); got != want {
			t.Errorf("after pressing %s the tool in hand is %s; want %s", key, got, want)
		}
	}
	press("3", "2")
	press("2", "1")
	press("0", "erase")
	press("9", "erase") // there are three classes
	press("4", "erase") // where the eraser is
	press("1", "0")
	p.onPlane()
	press("2", "1")
	p.enter("learning_rate")
	press("3", "1")
	p.press(kb.Escape)
	p.run(`document.activeElement.blur()`)
	p.still()
	p.change("a point", func() { p.dab(0.1, 0.9) })
	if points := p.look().points(t); points[len(points)-1].Label != 1 {
		t.Errorf("the point %v is drawn; want one of the class of key 2", points[len(points)-1])
	}
	p.change("a regression", func() { p.dataset("plane") })
	press("2", "-0.5")
	press("5", "1")
	p.reload()
	if got := p.held(); got != "1" {
		t.Errorf("after a reload the tool in hand is %s; want the one that a key took, 1", got)
	}
	p.dialog("help")
	p.click("label:has(> #keys)")
	p.leave("help")
	press("2", "1")
}

package browser

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserNotebook: the notebook lists a run that was trained, changed, undone and drawn into. A line
// of it leads back, Undo leads forward, and the link of the run leads to it in another tab.
func TestBrowserNotebook(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	list := func() string {
		t.Helper()
		p.dialog("notebook")
		contract.Eventually(t, "the notebook", func() bool { return strings.Contains(p.shown("#notebook-body"), "You are here") })
		return eval[string](p, `Array.from(document.querySelectorAll(".notebook tbody th"), (e) => e.textContent).join(" · ")`)
	}
	then := p.trainTo(12)
	p.change("a layer", func() { p.act("add-layer") })
	p.change("a step", func() { p.step(1) })
	p.change("undoing the step", p.undo)
	if v := p.change("undoing the layer", p.undo); v.Network != then.Network {
		t.Fatalf("after both are undone: %s", v.differs(then.state))
	}
	p.change("a point", func() { p.dab(0.5, 0.5) })
	p.change("a step", func() { p.step(1) })
	if got, want := list(), "Circles · training "+then.Step+" steps · 1 point added · training 1 step"; got != want {
		t.Errorf("the notebook says %q; want %q", got, want)
	}
	p.leave("notebook")
	end := p.look()
	p.dialog("share")
	contract.Eventually(t, "the link", func() bool { return eval[bool](p, `!!document.querySelector("#journal-link")`) })
	link := eval[string](p, `document.getElementById("journal-link").getAttribute("href")`)
	p.leave("share")
	if q := s.open(t, at(link)); q.look().Network != end.Network {
		t.Errorf("the link leads to another network")
	}
	list()
	p.change("back", func() { p.click(`.notebook button[value="back 0.` + then.Step + `"]`) })
	if got := p.look(); got.Network != then.Network || p.isOpen("notebook") {
		t.Errorf("back at step %s the network is another one, or the list is open: %t", then.Step, p.isOpen("notebook"))
	}
	p.undo()
	contract.Eventually(t, "forward again", func() bool { v := p.look(); return ready(v) && v.Network == end.Network })
}

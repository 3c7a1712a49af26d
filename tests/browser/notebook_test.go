package browser

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserNotebook: the notebook lists a run that was trained, changed, undone and drawn into. A line
// of it leads back, with the curves of then, and Undo leads forward. The links to the run lead to it in another
// tab, a reload keeps it, and what is done after going back is another branch.
func TestBrowserNotebook(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	list := func(p *tab) string {
		t.Helper()
		p.dialog("notebook")
		contract.Eventually(t, "the notebook", func() bool { return strings.Contains(p.shown("#notebook-body"), "You are here") })
		return eval[string](p, `Array.from(document.querySelectorAll(".notebook tbody th"), (e) => e.textContent).join(" · ")`)
	}
	then := p.trainTo(12)
	want := p.losses()
	p.change("a layer", func() { p.act("add-layer") })
	p.change("a step", func() { p.step(1) })
	p.change("undoing the step", p.undo)
	if v := p.change("undoing the layer", p.undo); v.Network != then.Network {
		t.Fatalf("after both are undone: %s", v.differs(then.state))
	}
	p.change("a point", func() { p.dab(0.5, 0.5) })
	p.change("a step", func() { p.step(1) })
	told := "Circles · training " + then.Step + " steps"
	whole := told + " · 1 point added · training 1 step"
	check := func(p *tab, where, want string) {
		t.Helper()
		if got := list(p); got != want {
			t.Errorf("%s the notebook says %q; want %q", where, got, want)
		}
		p.leave("notebook")
	}
	check(p, "after a branch that was undone", whole)
	end, curves := p.look(), p.hidden("history")
	p.dialog("share")
	contract.Eventually(t, "the link", func() bool { return eval[bool](p, `!!document.querySelector("#journal-link")`) })
	link := eval[string](p, `document.getElementById("journal-link").getAttribute("href")`)
	full := eval[string](p, `document.getElementById("state-link").hash`)
	p.leave("share")
	q := s.open(t, at(link))
	if q.look().Network != end.Network {
		t.Errorf("the link leads to another network")
	}
	check(q, "by its link", whole)
	check(s.open(t, at(full)), "by the link to the state", whole)

	list(p)
	p.change("back", func() { p.click(`.notebook button[value="back 0.` + then.Step + `"]`) })
	if got := p.look(); got.Network != then.Network || p.isOpen("notebook") {
		t.Errorf("back at step %s the network is another one, or the list is open: %t", then.Step, p.isOpen("notebook"))
	}
	got := p.losses()
	if len(got) != then.steps()+1 || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
		t.Errorf("back at step %s the losses are %v; want those of then, %v", then.Step, got, want)
	}
	p.change("another layer", func() { p.act("add-layer") })
	check(p, "in another branch", told+" · layer of 8 units added")
	p.change("undoing the layer", p.undo)
	p.change("undoing the way back", p.undo)
	if v := p.look(); v.Network != end.Network || p.hidden("history") != curves {
		t.Errorf("forward again: %s, or other curves", v.differs(end.state))
	}
	p.reload()
	check(p, "after a reload", whole)
}

// losses returns those of the curves.
func (p *tab) losses() []float64 {
	p.tb.Helper()
	return eval[[]float64](p, `JSON.parse(document.querySelector("[name=history]").value).loss`)
}

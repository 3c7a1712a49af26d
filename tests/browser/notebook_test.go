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

// TestBrowserNotebookTakesBack: Undo takes back a change after which the page trained on. The weights stay, the
// notebook tells of it, and its link leads to the same weights. So it is while an earlier moment is shown.
func TestBrowserNotebookTakesBack(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, at("?dataset=circles&optimizer=sgd"))
	first := p.trainTo(3)
	p.change("an optimizer", func() { p.choose("optimizer", "adam") })
	second := p.trainTo(first.steps() + 3)
	p.change("a point", func() { p.dab(0.5, 0.5) })
	end := p.trainTo(second.steps() + 3)
	for _, back := range []struct {
		shown       int // the moment
		data, after string
	}{
		{p.timeline().Most, first.Data, " · 1 point removed"},
		{1, first.Data, " · 1 point removed · optimizer Adam → SGD"},
	} {
		p.slide(back.shown)
		v := p.change("undo", p.undo)
		if v.Step != end.Step || v.Data != back.data {
			t.Fatalf("after the undo: %s", v.differs(end.state))
		}
		p.dialog("notebook")
		contract.Eventually(t, "the notebook", func() bool { return strings.Contains(p.shown("#notebook-body"), "You are here") })
		told := eval[string](p, `Array.from(document.querySelectorAll(".notebook tbody th"), (e) => e.textContent).join(" · ")`)
		if !strings.HasSuffix(told, back.after) {
			t.Errorf("the notebook says %q; want %q at its end", told, back.after)
		}
		p.leave("notebook")
		p.dialog("share")
		contract.Eventually(t, "the link", func() bool { return eval[bool](p, `!!document.querySelector("#journal-link")`) })
		link := eval[string](p, `document.getElementById("journal-link").getAttribute("href")`)
		p.leave("share")
		if d := s.open(t, at(link)).look().differs(v.state); d != "" {
			t.Errorf("the link leads elsewhere: %s", d)
		}
	}
}

// losses returns those of the curves.
func (p *tab) losses() []float64 {
	p.tb.Helper()
	return eval[[]float64](p, `JSON.parse(document.querySelector("[name=history]").value).loss`)
}

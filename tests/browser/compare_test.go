package browser

import (
	"slices"
	"testing"

	"nnvisu/tests/contract"
)

// compared returns the rows of the comparison: name, pinned, now.
func (p *tab) compared() [][]string {
	p.tb.Helper()
	return eval[[][]string](p, `Array.from(document.querySelectorAll("#panel-body .compare tbody tr"), (tr) => Array.from(tr.children, (cell) => cell.innerText.trim()))`)
}

// TestBrowserCompare: a pinned run stays as it was beside the next, and what differs is listed.
func TestBrowserCompare(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	pinned := p.trainTo(6)
	p.panel("compare")
	if rows := p.compared(); len(rows) != 0 {
		t.Errorf("before there is a pinned run the comparison is %q; want none", rows)
	}
	p.click("#pinned button[value=pin]")
	contract.Eventually(t, "the run is pinned", func() bool { return len(p.compared()) > 0 && ready(p.look()) })
	if d := p.still().differs(pinned.state); d != "" {
		t.Errorf("to pin a run changes %s", d)
	}
	want := [][]string{{"Step", pinned.Step, pinned.Step}, {"Train loss", pinned.Loss, pinned.Loss}, {"Train accuracy", pinned.Accuracy, pinned.Accuracy}}
	same := func(when string, rows, want [][]string) {
		t.Helper()
		if !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
			t.Errorf("%s the comparison is %q; want %q", when, rows, want)
		}
	}
	same("at once", p.compared(), want)
	picture := func() string {
		return eval[string](p, `document.querySelector("#pinned img")?.src ?? ""`)
	}
	drawn := picture()

	p.change("another learning rate", func() { p.fill("learning_rate", "0.1") })
	p.change("another optimizer", func() { p.choose("optimizer", "sgd") })
	p.change("the first weights", func() { p.act("reset") })
	p.train()
	p.until("step 3", func(v view) bool { return v.steps() >= 3 })
	moving := p.compared()
	v := p.pause()
	now := [][]string{
		{"Step", pinned.Step, v.Step}, {"Train loss", pinned.Loss, v.Loss}, {"Train accuracy", pinned.Accuracy, v.Accuracy},
		{"Optimizer", "Adam", "SGD"}, {"Learning rate", "0.03", "0.1"},
	}
	same("after another run", p.compared(), now)
	if len(moving) != 5 || moving[0][1] != pinned.Step || number(moving[0][2]) < 3 {
		t.Errorf("while the other run trains the comparison is %q; want its step beside that of the pinned run", moving)
	}
	if drawn == "" || picture() != drawn {
		t.Error("the picture of the pinned run changed; want it to stay")
	}
	p.panel("curves")
	if curves := eval[int](p, `document.querySelectorAll("[data-chart=loss] > svg path.pinned").length`); curves == 0 {
		t.Error("the curve of the pinned run is not drawn")
	}

	p.reload()
	p.panel("compare")
	same("after a reload", p.compared(), now)
	if picture() != drawn {
		t.Error("after a reload the picture of the pinned run is another")
	}
	p.click("#pinned button[value=unpin]")
	contract.Eventually(t, "the run is unpinned", func() bool { return p.hidden("pinned") == "" && len(p.compared()) == 0 })
	p.until("the page is ready", ready)
	p.click("#undo")
	contract.Eventually(t, "the pinned run is back", func() bool { return len(p.compared()) == 5 })
	p.until("the page is ready", ready)
	p.click("#pinned button[value=pin]")
	want = [][]string{{"Step", v.Step, v.Step}, {"Train loss", v.Loss, v.Loss}, {"Train accuracy", v.Accuracy, v.Accuracy}}
	contract.Eventually(t, "this run is pinned instead", func() bool { return len(p.compared()) == 3 })
	same("after pinning this run", p.compared(), want)
}

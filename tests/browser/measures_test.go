package browser

import (
	"testing"
)

// A measure is one of the numbers above the plane.
type measure struct {
	Name        string
	Left, Top   float64
	Right, Wide float64 // where its number ends, and where the card does
}

// TestBrowserMeasures: train and test stand below each other, loss and accuracy side by side, and the
// plane is at one height whatever there is to measure.
func TestBrowserMeasures(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, laptop)
	measures := func() []measure {
		return eval[[]measure](p, `Array.from(document.querySelectorAll("#measures > div"), (e) => ({
			Name: e.querySelector("dt").innerText, Left: e.getBoundingClientRect().left, Top: e.getBoundingClientRect().top,
			Right: e.querySelector("dd").getBoundingClientRect().right, Wide: e.getBoundingClientRect().right,
		}))`)
	}
	top := func() float64 {
		return eval[float64](p, `document.getElementById("plane").getBoundingClientRect().top`)
	}
	first := top()
	at := func(when string, n int) {
		t.Helper()
		all := measures()
		if len(all) != n {
			t.Errorf("%s there are the measures %v; want %d", when, all, n)
		}
		for _, m := range all {
			if m.Right > m.Wide {
				t.Errorf("%s the number of %s has no room", when, m.Name)
			}
		}
		if got := top(); got != first {
			t.Errorf("%s the plane is at %v; want it where it was, at %v", when, got, first)
		}
	}
	at("at first", 4)
	p.change("points held out", func() { p.fill("test_fraction", "0.3") })
	at("with test points", 6)
	all := measures()
	for i, want := range []struct {
		name        string
		column, row int
	}{{"Epoch", 0, 0}, {"Step", 1, 0}, {"Train loss", 0, 2}, {"Train accuracy", 1, 2}, {"Test loss", 0, 4}, {"Test accuracy", 1, 4}} {
		if m := all[i]; m.Name != want.name || m.Left != all[want.column].Left || m.Top != all[want.row].Top {
			t.Errorf("%s is at %v, %v; want %s in the column of %s and the row of %s", m.Name, m.Left, m.Top, want.name, all[want.column].Name, all[want.row].Name)
		}
	}
	if all[0].Top >= all[2].Top || all[2].Top >= all[4].Top {
		t.Errorf("the rows are at %v, %v and %v; want one below the other", all[0].Top, all[2].Top, all[4].Top)
	}
	p.trainTo(3)
	at("after training", 6)
	p.change("values", func() { p.choose("task", "regression") })
	at("with values", 4)
	p.change("no points", func() { p.act("clear") })
	at("without points", 3)
}

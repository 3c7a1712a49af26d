package browser

import (
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserTourKeys: the tour goes on by a button that keeps the focus, and brings what it is about
// into view.
func TestBrowserTourKeys(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, touring, phone)
	contract.Eventually(t, "the tour", func() bool { return p.isOpen("tour") })
	p.run(`document.getElementById("tour-next").focus()`)
	for i := range 5 {
		p.press(kb.Enter)
		in := eval[bool](p, `(() => {
			const {top, bottom} = document.querySelector(".toured").getBoundingClientRect();
			return bottom > 0 && top < innerHeight;
		})()`)
		if got := p.focused(); got != "tour-next" || !in {
			t.Errorf("stop %d: the focus is at %s, its target is in view: %t", i+2, got, in)
		}
	}
	if !eval[bool](p, `document.getElementById("tour-6").checked && document.getElementById("tour-next").getAttribute("aria-disabled") === "true"`) {
		t.Error("the tour has not come to its last stop")
	}
}

// TestBrowserTourFocus: after the tour the focus is at Train, at the top of the page, unless it is
// where someone works beside the tour.
func TestBrowserTourFocus(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, end := range map[string]func(*tab){
		"Escape":     func(p *tab) { p.press(kb.Escape) },
		"the button": func(p *tab) { p.click("#tour [data-close-dialog]") },
	} {
		p := s.open(t, touring, phone)
		contract.Eventually(t, "the tour", func() bool { return p.isOpen("tour") })
		p.run(`document.getElementById("tour-next").focus(); document.getElementById("tour-next").click()`)
		end(p)
		contract.Eventually(t, "the focus at Train after "+name, func() bool { return p.focused() == "train" })
		if y := eval[float64](p, `scrollY`); y != 0 {
			t.Errorf("after %s the page is scrolled to %v px; want its top", name, y)
		}
	}
	p := s.open(t, touring)
	contract.Eventually(t, "the tour", func() bool { return p.isOpen("tour") })
	p.enter("seed")
	p.press(kb.Escape)
	contract.Eventually(t, "the end of the tour", func() bool { return !p.isOpen("tour") })
	if got := p.focused(); got != "seed" {
		t.Errorf("the focus goes from the seed to %s", got)
	}
}

// TestBrowserOneDialog: a file that is dropped over a dialog opens the import in its place.
func TestBrowserOneDialog(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.dialog("help")
	p.drop("#help h2", "a.csv", []byte("u,v,w\n1,2,a\n3,4,b\n"))
	contract.Eventually(t, "the import", func() bool { return p.isOpen("import") })
	if p.isOpen("help") {
		t.Error("the help stays open below the import")
	}
}

// TestBrowserFocusVisible: whatever Tab reaches, or what is drawn for it, has an outline.
func TestBrowserFocusVisible(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	seen := map[string]bool{}
	for range 90 {
		p.press(kb.Tab)
		bare := eval[string](p, `(() => {
			const e = document.activeElement;
			const drawn = [e, e.nextElementSibling].filter(Boolean).map((e) => getComputedStyle(e));
			const outlined = drawn.some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && s.opacity !== "0");
			return e === document.body || outlined ? "" : e.id || e.outerHTML.slice(0, 80);
		})()`)
		if bare != "" {
			t.Errorf("%s has the focus, and no outline", bare)
		}
		seen[p.focused()] = true
	}
	if len(seen) < 30 {
		t.Errorf("Tab reaches %d things; want more", len(seen))
	}
}

// TestBrowserNoTrap: keys alone leave each dialog: Tab goes round in it, and Escape closes it.
func TestBrowserNoTrap(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	for _, id := range []string{"help", "experiments", "import", "export", "table"} {
		p.dialog(id)
		for range 5 {
			p.press(kb.Tab)
		}
		p.press(kb.Escape)
		contract.Eventually(t, "the end of the dialog "+id, func() bool { return !p.isOpen(id) })
		p.press(kb.Tab)
		if got := p.focused(); got == "body" {
			t.Errorf("after %s Tab reaches nothing", id)
		}
	}
}

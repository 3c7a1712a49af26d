package browser

import (
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserTheme: the user chooses the colours of the page, in all tabs and before anything is painted.
func TestBrowserTheme(t *testing.T) {
	t.Parallel()
	// The first frame that is painted is looked at from the page itself.
	p := start(t).open(t, before(`requestAnimationFrame(() => { window.testFirst = document.body && getComputedStyle(document.body).backgroundColor; })`))
	const light, black = "rgb(244, 243, 240)", "rgb(20, 22, 26)"
	choose := func(p *tab, theme string) {
		p.run(script(`((list, theme) => { list.value = theme; list.dispatchEvent(new Event("change", {bubbles: true})); })(document.getElementById("theme"), %s)`, theme))
	}
	ground := func() string { return eval[string](p, `getComputedStyle(document.body).backgroundColor`) }
	scheme := func() string { return eval[string](p, `getComputedStyle(document.documentElement).colorScheme`) }
	dims := func() bool {
		return eval[string](p, `getComputedStyle(document.querySelector("#plane canvas")).filter`) != "none"
	}
	check := func(when, wantGround, wantScheme string) {
		t.Helper()
		contract.Eventually(t, when+": the ground "+wantGround, func() bool { return ground() == wantGround })
		if got := scheme(); got != wantScheme {
			t.Errorf("%s the scheme is %s; want %s", when, got, wantScheme)
		}
		if dims() != (wantGround == black) {
			t.Errorf("%s the picture is dimmed: %t", when, dims())
		}
	}
	check("at first", light, "light dark")
	choose(p, "dark")
	check("dark on a light system", black, "dark")
	p.scheme("dark")
	choose(p, "light")
	check("light on a dark system", light, "light")
	p.reload()
	check("loaded again", light, "light")
	if first := eval[string](p, `window.testFirst ?? ""`); first != "" && first != light {
		t.Errorf("the first frame was %s; want %s", first, light)
	}
	if got := p.holds("theme"); got != "light" {
		t.Errorf("the list shows %q; want light", got)
	}
	q := p.beside(dark)
	if got := eval[string](q, `getComputedStyle(document.body).backgroundColor`); got != light {
		t.Errorf("another tab is %s; want %s", got, light)
	}
	choose(q, "")
	check("chosen in the other tab", black, "light dark")
	p.scheme("light")
	check("the system's", light, "light dark")
}

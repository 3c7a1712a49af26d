package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// firstVisitBytes is what a first visit may transfer, headers included: about a second on a slow
// connection of 1.4 Mbit/s.
const firstVisitBytes = 178.8e3

// TestBrowserBudget: a first visit transfers little, and nothing of it is training.
func TestBrowserBudget(t *testing.T) {
	t.Parallel()
	p := start(t).open(t) // in a browser context of its own, whose cache is empty
	contract.Eventually(t, "everything has been transferred", func() bool {
		return !slices.ContainsFunc(p.sentSoFar(), func(r sent) bool { return r.open })
	})
	total, files, transferred := 0.0, 0, map[string]bool{}
	for _, r := range p.sentSoFar() {
		t.Logf("%7.0f bytes for %v", r.bytes, r)
		total += r.bytes
		transferred[r.path] = transferred[r.path] || r.bytes > 0 // the page shows its icon, too
		if strings.Contains(r.path, "/public/") {
			files++
		}
		if !transferred[r.path] {
			t.Errorf("%v transferred nothing; want all of it counted", r)
		}
		if r.method != "GET" || strings.HasSuffix(r.path, "/train") {
			t.Errorf("a first visit sends %v; want it to ask for the page and its files only", r)
		}
	}
	t.Logf("%7.0f bytes in all", total)
	if total >= firstVisitBytes {
		t.Errorf("a first visit transfers %.0f bytes; want less than %.0f", total, firstVisitBytes)
	}
	if files < 3 {
		t.Errorf("a first visit loads %d files; want script and style counted", files)
	}
}

// TestBrowserBudgetInteractive: the page answers at once, whatever the server takes to.
func TestBrowserBudgetInteractive(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.slow(2 * contract.Patience) // from here on no request is answered
	p.choose("frame_steps", "25")
	p.train()
	v := p.look()
	if !v.Pressed || v.Connection != saysTraining || v.Step != "0" {
		t.Errorf("after a click on Train, before any answer: %v; want the button pressed and %q", v, saysTraining)
	}
	contract.Eventually(t, "a request to train is under way, once it is packed", func() bool {
		return slices.ContainsFunc(p.sentSoFar(), func(r sent) bool { return strings.HasSuffix(r.path, "/train") && r.open })
	})
	p.fill("points", "50")
	p.tool("1")
	if points, speed := p.holds("points"), eval[string](p, `document.querySelector("[name=frame_steps]").value`); points != "50" || speed != "25" || p.held() != "1" {
		t.Errorf("points %q, speed %q, tool %q before any answer; want what was chosen: 50, 25 and 1", points, speed, p.held())
	}
	p.train()
	if v := p.look(); v.Pressed || v.Step != "0" {
		t.Errorf("after a second click: %v; want the button not pressed", v)
	}
}

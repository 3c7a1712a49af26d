package browser

import (
	"os"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/tools"

	"github.com/chromedp/cdproto/emulation"
)

// axeTags are the rules that every screen obeys: WCAG 2.2 up to AA, and what axe-core calls good
// practice.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"}

// leastRules is how many rules every screen passes at least, a dialog included: fewer, and axe-core
// has not looked.
const leastRules = 15

// TestBrowserAxeNoScript: axe-core finds nothing to object to on the page without script, either.
func TestBrowserAxeNoScript(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, look := range few(2, looks) {
		t.Run(look.name, func(t *testing.T) {
			p := s.open(t, append(look.options, withoutScript)...)
			// The page's scripts have not run and will not; axe-core needs timers.
			must(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
			if eval[bool](p, `document.documentElement.classList.contains("script")`) {
				t.Fatal("the page's script ran; want it not to")
			}
			p.checkAxe(t)
		})
	}
}

// checkAxe fails the test for every violation on the page as it is, with the elements that violate. Of a
// page with a modal dialog it looks at the dialog only: what lies behind it is a screen of its own.
// The first time on a page it loads axe-core.
func (p *tab) checkAxe(t *testing.T) {
	t.Helper()
	if !eval[bool](p, `"axe" in window`) {
		axe, err := os.ReadFile(tools.NPM(t, "../..", "axe-core/axe.min.js"))
		if err != nil {
			t.Fatal(err)
		}
		p.run(string(axe))
	}
	p.run(`scrollTo(0, 0)`) // what stays at the top lies over something elsewhere
	report := await[struct {
		Violations []struct {
			ID, Impact, Help string
			Nodes            []struct{ Target, Summary string }
		}
		Passes int
	}](p, script(`axe.run(document.querySelector("dialog:modal") ?? document, {runOnly: {type: "tag", values: %s}, resultTypes: ["violations"]}).then((r) => ({
		Violations: r.violations.map((v) => ({ID: v.id, Impact: v.impact ?? "", Help: v.help, Nodes: v.nodes.map((n) => ({
			Target: n.target.flat(Infinity).join(" "), Summary: n.failureSummary ?? "",
		}))})),
		Passes: r.passes.length,
	}))`, axeTags))
	for _, v := range report.Violations {
		for _, n := range v.Nodes {
			t.Errorf("%s (%s) at %s: %s\n%s", v.ID, v.Impact, n.Target, v.Help, strings.ReplaceAll(n.Summary, "\n", "; "))
		}
	}
	if report.Passes < leastRules {
		t.Errorf("%d rules passed; want at least %d, or axe-core has not seen the page", report.Passes, leastRules)
	}
}

package browser

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserExplain: the inspector leads to how the next step changes a weight, which marks the way in
// the network and ends with the value that the step gives.
func TestBrowserExplain(t *testing.T) {
	s := start(t)
	for name, options := range map[string][]func(*tabOptions){"light": {laptop}, "dark": {laptop, dark}, "phone": {phone}} {
		p := s.open(t, options...)
		p.step(5)
		p.inspect("biases.0.1")
		p.click(`#inspector button[value="explain weights.0.1.0"]`)
		contract.Eventually(t, "the explanation", func() bool {
			return p.isOpen("explain") && eval[int](p, `document.querySelectorAll("#explain math").length`) > 20
		})
		if own := eval[int](p, `document.querySelectorAll("#trace path.own").length`); own != 1 {
			t.Errorf("%d edges are marked as the weight's own; want 1", own)
		}
		end := eval[string](p, `(() => { const all = document.querySelectorAll("#explain math"); return all[all.length - 1].textContent.split("=").pop(); })()`)
		if dir := os.Getenv("NNVISU_SCREENSHOTS"); dir != "" {
			p.screenshot(dir, "explain-"+name)
			p.run(`document.querySelectorAll("#explain details").forEach((d) => { d.open = true; })`)
			p.run(`document.querySelectorAll("#explain details")[3].scrollIntoView()`)
			p.screenshot(dir, "explain-"+name+"-all")
		}
		p.click("#explain [data-close-dialog]")
		v := p.change("a step", func() { p.step(1) })
		got := v.net(t).Weights[0][1][0]
		if want := strings.ReplaceAll(end, "−", "-"); !isShown(want, got) {
			t.Errorf("the explanation ends with %s; the step gives %v", want, got)
		}
	}
}

// isShown reports whether a text of six digits is a number.
func isShown(text string, v float64) bool {
	shown, err := strconv.ParseFloat(text, 64)
	return err == nil && math.Abs(v-shown) <= 1e-5*math.Abs(v)
}

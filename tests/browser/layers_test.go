package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// layerHistory is how the layers learned over a run, as the page holds it.
type layerHistory struct {
	Step     []int       `json:"step"`
	Epoch    []int       `json:"epoch"`
	Gradient [][]float64 `json:"gradient"`
	Update   [][]float64 `json:"update"`
	Idle     [][]float64 `json:"idle"`
}

func (p *tab) layers() layerHistory {
	p.tb.Helper()
	var h struct{ Layers layerHistory }
	if err := json.Unmarshal([]byte(p.hidden("history")), &h); err != nil {
		p.tb.Fatal(err)
	}
	return h.Layers
}

// TestBrowserLayers: the curves of the layers are those of the whole run, grow while it trains, and
// tell their values under the pointer; and so do the histograms.
func TestBrowserLayers(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.panel("gradients")
	if text := p.shown("#panel-body"); !strings.Contains(text, "114 parameters") {
		t.Errorf("before the first step the panel says %q; want the parameters", text)
	}
	p.panel("curves")
	v := p.trainTo(12) // while the tab is not open
	p.panel("gradients")
	lines := func() []string {
		t.Helper()
		return eval[[]string](p, `Array.from(document.querySelectorAll("#panel-body [data-of=layers] path.curve[d]:not(.key *)"), (e) => e.getAttribute("d"))`)
	}
	before := lines()
	if len(before) != 8 { // three layers, three layers, and two that are hidden
		t.Fatalf("%d lines: %v; want one of each layer in each chart", len(before), before)
	}
	h := p.layers()
	n := len(h.Step)
	if n < 10 || h.Step[0] != 0 || len(h.Gradient) != 3 || len(h.Update) != 3 || len(h.Idle) != 2 {
		t.Fatalf("after %s steps there are the samples %+v of the layers; want one of each frame", v.Step, h)
	}
	p.train()
	contract.Eventually(t, "the curves grow", func() bool {
		now := lines()
		return len(now) == 8 && len(p.layers().Step) > n && now[0] != before[0] && now[3] != before[3]
	})
	p.pause()
	h = p.layers()

	// The values under the pointer are those of the sample.
	const i = 4
	p.box("[data-chart=update] > svg")
	at := eval[box](p, script(`(([step]) => {
		const svg = document.querySelector("[data-chart=update] > svg"), box = svg.getBoundingClientRect();
		const {x0, x1, step0, step1} = Object.fromEntries(Object.entries(svg.dataset).map(([k, v]) => [k, Number(v)]));
		const x = x0 + (step - step0) / (step1 - step0) * (x1 - x0);
		return {X: box.x + (x - svg.viewBox.baseVal.x) / svg.viewBox.baseVal.width * box.width, Y: box.y + box.height / 2};
	})(%s)`, []any{h.Step[i]}))
	p.move(at.X, at.Y)
	moment := fmt.Sprintf("epoch %d", h.Epoch[i])
	contract.Eventually(t, moment+" is read", func() bool {
		return p.shown("[data-chart=update] .curve-moment") == moment
	})
	for name, columns := range map[string][][]float64{"gradient": h.Gradient, "update": h.Update} {
		for l, column := range columns {
			var got float64
			text := p.shown(fmt.Sprintf("[data-for=%q]", fmt.Sprintf("%s.%d", name, l)))
			if _, err := fmt.Sscan(text, &got); err != nil || got != column[i] {
				t.Errorf("%s of layer %d reads %q; want %v", name, l, text, column[i])
			}
		}
	}
	p.move(1, 1)

	p.panel("histograms")
	bars := func() []string {
		t.Helper()
		return eval[[]string](p, `Array.from(document.querySelectorAll("#panel-body .histogram path.norm"), (e) => e.getAttribute("d"))`)
	}
	shown := bars()
	if len(shown) != 6 {
		t.Fatalf("%d histograms; want two of each layer", len(shown))
	}
	p.train()
	contract.Eventually(t, "the histograms follow the training", func() bool {
		now := bars()
		return len(now) == 6 && now[0] != shown[0] && now[3] != shown[3]
	})
	p.pause()
}

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// more returns what the columns say of the units that they leave out.
func (p *tab) more() []string {
	p.tb.Helper()
	return eval[[]string](p, `Array.from(document.querySelectorAll("#network-view .more button"), (e) => e.textContent)`)
}

// TestBrowserUnitsFit: a large window draws units that a small one leaves out, and those that are left
// out can be seen, live.
func TestBrowserUnitsFit(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, wide(1280))
	p.size(1280, 720, false)
	p.change("wide layers", func() { p.fill("hidden_layers", "16-50") })
	if got := p.more(); len(got) != 2 || got[0] != "and 7 more" || got[1] != "and 41 more" {
		t.Errorf("a small window says %q; want 7 and 41 units left out", got)
	}
	before := p.look().state
	p.size(3840, 2160, false)
	contract.Eventually(t, "there is room for 16 units and more of the 50", func() bool {
		more := p.more()
		return len(more) == 1 && number(more[0]) < 41 && ready(p.look())
	})
	d := p.drawing()
	p.server.checkOutputs(t, d)
	if d := p.still().differs(before); d != "" {
		t.Errorf("a larger window changes %s", d)
	}
	v := p.change("a step", func() { p.step(1) })
	p.server.checkOutputs(t, p.drawing())
	p.server.checkLaw(t, before, v)
	p.size(1280, 720, false)
	contract.Eventually(t, "as few as before", func() bool { return strings.Join(p.more(), "") == "and 7 moreand 41 more" && ready(p.look()) })

	p.click("#layer-1")
	tiles := func() []string {
		return eval[[]string](p, `Array.from(document.querySelectorAll("#layer .tiles canvas"), (c) => c.getContext("2d").getImageData(0, 0, 20, 20).data.join(""))`)
	}
	contract.Eventually(t, "all units of the layer", func() bool { return len(tiles()) == 50 && ready(p.look()) })
	first := tiles()
	seen := map[string]bool{}
	for i, tile := range first {
		if seen[tile] {
			t.Errorf("unit %d looks like another; want a picture of its own", i+1)
		}
		seen[tile] = true
	}
	p.train()
	p.until("some steps", func(v view) bool { return v.steps() >= 10 })
	later := tiles()
	p.pause()
	for i := range later {
		if later[i] == first[i] {
			t.Fatalf("unit %d looks the same after training; want it to follow", i+1)
		}
	}
	p.click(`[id="tile-biases.1.49"]`)
	contract.Eventually(t, "the weights of unit 50", func() bool {
		return strings.Contains(p.shown("#inspector"), "Layer 2, unit 50") && ready(p.look())
	})
	p.press("\x1b")
	contract.Eventually(t, "both are closed", func() bool { return !p.isOpen("layer") && !p.isOpen("inspector") })
	contract.Eventually(t, "nothing more of the layer is posted", func() bool {
		return eval[bool](p, `!document.getElementById("lab").elements.layer`)
	})
}

// checkOutputs fails the test unless each unit of a drawing has a picture, and edges join them.
func (s *server) checkOutputs(tb testing.TB, d drawing) {
	tb.Helper()
	edges := 0
	for _, n := range d.Edges {
		edges += n
	}
	units := 0
	for path, cells := range d.Units {
		units++
		if strings.Contains(cells, "transparent") || len(cells) != 6*mapCells*mapCells {
			tb.Errorf("%s has no picture", path)
		}
	}
	second := units - 16 - 2
	if want := 2*16 + 16*second + second*2; edges != want {
		tb.Errorf("%d edges of %s; want %d", edges, fmt.Sprint(units, " units"), want)
	}
}

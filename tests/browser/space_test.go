package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserSpace: the pictures of the layers move while it trains, a moment of the history has its own,
// and in the last hidden layer the areas of the classes meet.
func TestBrowserSpace(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, at("?dataset=circles&hidden_layers=4,2&learning_rate=0.05"))
	p.panel("space")
	drawn := func() []string {
		t.Helper()
		return eval[[]string](p, `Array.from(document.querySelectorAll("#panel-body .space svg"), (e) => e.innerHTML)`)
	}
	before := drawn()
	if len(before) != 4 {
		t.Fatalf("%d pictures; want those of the input, two layers and the output", len(before))
	}
	if text := p.shown("#panel-body"); !strings.Contains(text, "Hidden 2") || !strings.Contains(text, "1st direction, ") {
		t.Errorf("the panel says %q; want the layers and their directions", text)
	}
	for i, picture := range before {
		if got, want := strings.Contains(picture, "space-area"), i == 2; got != want {
			t.Errorf("picture %d has areas of classes: %t; want %t", i, got, want)
		}
	}
	p.train()
	contract.Eventually(t, "the pictures move", func() bool {
		now := drawn()
		return len(now) == 4 && now[0] == before[0] && now[1] != before[1] && now[2] != before[2] && now[3] != before[3]
	})
	p.pause()
	end := drawn()
	p.panel("curves")
	p.panel("space")
	contract.Eventually(t, "the pictures come again", func() bool { return slices.Equal(drawn(), end) })
}

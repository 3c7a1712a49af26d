package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// A largePicture is what the lens shows.
type largePicture struct {
	Caption, Low, High string
	Same               bool // its cells are those of the unit
	Covers             bool // it lies over the drawing
	Shows              bool
}

// lens reads the large picture of the unit that a selector finds.
func (p *tab) lens(unit string) largePicture {
	p.tb.Helper()
	return eval[largePicture](p, script(`((selector) => {
		const lens = document.getElementById("lens"), [low, high] = lens.querySelectorAll("span");
		const cells = (canvas) => canvas.getContext("2d").getImageData(0, 0, 20, 20).data.join();
		const a = lens.getBoundingClientRect(), b = document.querySelector(".drawing").getBoundingClientRect();
		return {
			Caption: lens.querySelector("figcaption").innerText, Low: low.innerText, High: high.innerText,
			Same: cells(lens.querySelector("canvas")) === cells(document.querySelector(selector + " canvas")),
			Covers: a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top,
			Shows: lens.classList.contains("shows"),
		};
	})(%s)`, unit))
}

// TestBrowserLens: the unit that is pointed at, or has the focus, is seen large beside the drawing, with
// its scale. It stays while it is looked at, follows the training, and Escape takes it away.
func TestBrowserLens(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, laptop)
	sent := len(p.sentSoFar())
	const unit, output, input = `[id="unit-biases.0.3"]`, `[id="unit-biases.2.1"]`, `[id="input-x"]`
	if got := p.lens(unit); got.Shows || !strings.HasPrefix(got.Caption, "Point at a unit") {
		t.Errorf("at first the large picture is %+v; want to be told how to get one", got)
	}
	shows := func(when, selector, caption string, ok func(largePicture) bool) {
		t.Helper()
		contract.Eventually(t, when+", "+caption+" is large", func() bool {
			got := p.lens(selector)
			return got.Shows && got.Same && got.Caption == caption && !got.Covers && ok(got)
		})
	}
	signed := func(got largePicture) bool {
		return strings.HasPrefix(got.Low, "−") && "−"+got.High == got.Low && got.High != ""
	}
	p.point(unit)
	shows("pointed at", unit, "Layer 1, unit 4", signed)
	at := p.box("#lens > canvas")
	p.move(at.X, at.Y) // it can be looked at closely
	shows("with the pointer on it", unit, "Layer 1, unit 4", signed)
	if now := len(p.sentSoFar()); now != sent {
		t.Errorf("the large picture takes %d requests; want none", now-sent)
	}
	first := p.lens(unit)
	p.trainTo(20)
	shows("after training", unit, "Layer 1, unit 4", signed)
	if p.lens(unit).High == first.High {
		t.Errorf("after training the scale ends at %s, as before; want it to follow", first.High)
	}
	p.run(`document.querySelector('[id="unit-biases.2.1"]').focus()`)
	shows("with the focus", output, "Output for class 1", func(got largePicture) bool { return got.Low == "0 %" && got.High == "100 %" })
	p.point(input)
	shows("pointed at", input, "Input x", func(got largePicture) bool { return got.Low == "−1" && got.High == "1" })
	p.press("\x1b")
	contract.Eventually(t, "Escape takes it away", func() bool { return !p.lens(input).Shows })
	p.point(unit)
	shows("pointed at again", unit, "Layer 1, unit 4", signed)
	p.change("no such unit", func() { p.fill("hidden_layers", "2") })
	contract.Eventually(t, "it goes with its unit", func() bool { return !p.lens(input).Shows })
}

// TestBrowserNetworkLegend: the legend has the colours of the lines that it explains, on any ground, and
// stands beside or below the drawing.
func TestBrowserNetworkLegend(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		name    string
		options []func(*tabOptions)
	}{{"Light", []func(*tabOptions){laptop}}, {"Dark", []func(*tabOptions){laptop, dark}}, {"Phone", []func(*tabOptions){phone}}} {
		t.Run(size.name, func(t *testing.T) {
			p := start(t).open(t, size.options...)
			got := eval[struct {
				Text           string
				Legend, Lines  []string // the colours below and above 0
				Covers, Inside bool
			}](p, `(() => {
				const legend = document.getElementById("network-legend"), box = (e) => e.getBoundingClientRect();
				const colours = (of) => ["negative", "positive"].map((sign) => getComputedStyle(of.querySelector(".edge." + sign)).stroke);
				const a = box(legend), b = box(document.querySelector(".drawing")), card = box(document.querySelector(".card.network"));
				return {
					Text: legend.innerText, Legend: colours(legend), Lines: colours(document.getElementById("edges")),
					Covers: a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top,
					Inside: a.width > 0 && a.left >= card.left && a.right <= card.right && a.bottom <= card.bottom,
				};
			})()`)
			if !slices.Equal(got.Legend, got.Lines) || got.Legend[0] == got.Legend[1] || got.Covers || !got.Inside {
				t.Errorf("the legend is %+v; want the colours of the lines, in the card and not over the drawing", got)
			}
			if !strings.Contains(got.Text, "Line: a weight") || !strings.Contains(got.Text, "Tile: what the unit answers") {
				t.Errorf("the legend says %q; want what a line and a tile are", got.Text)
			}
		})
	}
}

package browser

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// at returns where in the window a place of the plane is.
func (p *tab) at(x, y float64) (float64, float64) {
	p.tb.Helper()
	b := p.box("#plane")
	return b.X + (x+1)/2*b.Width, b.Y + (1-y)/2*b.Height
}

// dab clicks into the plane.
func (p *tab) dab(x, y float64) {
	p.tb.Helper()
	px, py := p.at(x, y)
	p.do("click into the plane", chromedp.MouseClickXY(px, py))
}

// drag draws a line across the plane with the button held.
func (p *tab) drag(x0, y0, x1, y1 float64) {
	p.tb.Helper()
	p.dragWith(input.MouseButtonLeft, 1, x0, y0, x1, y1)
}

// dragWith draws a line with a button of the mouse, whose bit is given.
func (p *tab) dragWith(button input.MouseButton, bit int64, x0, y0, x1, y1 float64) {
	p.tb.Helper()
	const moves = 16
	px0, py0 := p.at(x0, y0)
	px1, py1 := p.at(x1, y1)
	held := func(e *input.DispatchMouseEventParams) { e.Button, e.Buttons = button, bit }
	actions := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(chromedp.MousePressed, px0, py0, held, chromedp.ClickCount(1))}
	for i := 1; i <= moves; i++ {
		share := float64(i) / moves
		actions = append(actions, chromedp.MouseEvent(chromedp.MouseMoved, px0+share*(px1-px0), py0+share*(py1-py0), held))
	}
	actions = append(actions, chromedp.MouseEvent(chromedp.MouseReleased, px1, py1, func(e *input.DispatchMouseEventParams) { e.Button = button }, chromedp.ClickCount(1)))
	p.do("drag over the plane", actions...)
}

// tool takes a tool of the palette in hand.
func (p *tab) tool(value string) {
	p.tb.Helper()
	contract.Eventually(p.tb, "the tool "+value+" is in hand", func() bool { // a page that is being laid out may move it away
		p.click(fmt.Sprintf(`label:has(> input[name=tool][value="%s"])`, value))
		return p.held() == value
	})
}

// held is the tool that is seen to be in hand.
func (p *tab) held() string {
	p.tb.Helper()
	return eval[string](p, `document.querySelector("[name=tool]:checked")?.value ?? "none"`)
}

// pixels returns the picture, four bytes a cell.
func (p *tab) pixels() []byte {
	p.tb.Helper()
	text := eval[string](p, `(() => {
		const canvas = document.querySelector("#plane canvas");
		const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
	})()`)
	pixels, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		p.tb.Fatalf("the picture: %v", err)
	}
	return pixels
}

// colours counts the colours of a picture.
func colours(pixels []byte) int {
	found := map[string]bool{}
	for cell := range slices.Chunk(pixels, 4) {
		found[string(cell)] = true
	}
	return len(found)
}

// markersShown counts the points that the picture shows.
const markersShown = `Array.from(document.querySelectorAll("#plane path.point, #plane path.held"),
	(path) => path.getAttribute("d").split("M").length - 1).reduce((a, b) => a + b, 0)`

// aPixel is how far, on a plane of two units, a point may be from where it was meant.
const aPixel = 0.01

// checkPoints fails the test unless the points are those wanted, to a pixel.
func checkPoints(tb testing.TB, got, want []contract.Point) {
	tb.Helper()
	if len(got) != len(want) {
		tb.Fatalf("%d points %v; want %d: %v", len(got), got, len(want), want)
	}
	for i := range got {
		if max(got[i].X-want[i].X, want[i].X-got[i].X, got[i].Y-want[i].Y, want[i].Y-got[i].Y) > aPixel || got[i].Label != want[i].Label {
			tb.Errorf("point %d = %v; want %v", i, got[i], want[i])
		}
	}
}

package browser

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// cells is the number of cells along each side of the picture.
const cells = 100

// TestBrowserPicture: the canvas shows what the network says, as the picture without script does,
// and the same for the same state.
func TestBrowserPicture(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	soft := p.pixels()
	text := eval[string](p, `document.querySelector("#plane input").getAttribute("src")`)
	encoded, ok := strings.CutPrefix(text, "data:image/png;base64,")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		t.Fatalf("the picture for the page without script is %s (%v); want a PNG in a data address", brief(text), err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil || picture.Bounds().Dx() != cells || picture.Bounds().Dy() != cells {
		t.Fatalf("the picture for the page without script: %v; want %d×%d cells", err, cells, cells)
	}
	for i := range cells * cells {
		c := color.NRGBAModel.Convert(picture.At(i%cells, i/cells)).(color.NRGBA)
		if got := [4]byte(soft[4*i:]); got != [4]byte{c.R, c.G, c.B, c.A} {
			t.Fatalf("cell %d of the canvas is %v; want %v as without script", i, got, c)
		}
	}

	p.change("a data set", func() { p.dataset("moons") })
	v := p.trainTo(6)
	soft = p.pixels()
	if n := colours(soft); n < 20 {
		t.Errorf("%d colours; want soft edges", n)
	}
	p.toggle("hard")
	contract.Eventually(t, "the edges are hard", func() bool { return colours(p.pixels()) == 2 })
	hard := p.pixels()
	if d := p.still().differs(v.state); d != "" {
		t.Errorf("hard edges change %s", d)
	}

	// A colour of the hard picture stands for one class everywhere, the one that POST /predict
	// names.
	var places []contract.Point
	var colour [][4]byte
	for i := 3; i < cells; i += 7 {
		for j := 3; j < cells; j += 7 {
			places = append(places, contract.Point{X: (float64(j)+0.5)/(cells/2) - 1, Y: 1 - (float64(i)+0.5)/(cells/2)})
			colour = append(colour, [4]byte(hard[4*(i*cells+j):]))
		}
	}
	classes := map[[4]byte]bool{}
	for k, output := range s.Predict(t, contract.Message{"config": json.RawMessage(v.Config), "network": json.RawMessage(v.Network), "data": places}) {
		class := output[1] > output[0]
		if known, ok := classes[colour[k]]; ok && known != class {
			t.Fatalf("colour %v stands for both classes, at %v for %v; want one", colour[k], places[k], output)
		}
		classes[colour[k]] = class
	}
	if len(classes) != 2 {
		t.Errorf("the colours stand for %v; want one for each class", classes)
	}

	p.reload()
	if !bytes.Equal(p.pixels(), hard) {
		t.Error("after a reload the picture is another; want the same for the same state")
	}
	p.toggle("hard")
	contract.Eventually(t, "the edges are soft as they were", func() bool { return bytes.Equal(p.pixels(), soft) })

	p.toggle("hard")
	contract.Eventually(t, "the edges are hard", func() bool { return bytes.Equal(p.pixels(), hard) })
	p.trainTo(v.steps() + 3)
	trained := p.pixels()
	if n := colours(trained); n > 2 {
		t.Errorf("%d colours after training with hard edges; want 2", n)
	}
	p.reload()
	if !bytes.Equal(p.pixels(), trained) {
		t.Error("the picture of the last frame is not that of its state")
	}
	p.change("a regression", func() { p.dataset("hills") })
	if n := colours(p.pixels()); n > 5 {
		t.Errorf("%d colours of a regression with hard edges; want at most 5", n)
	}
}

// TestBrowserHeldOut: points held out for testing are hollow, counted, and can be hidden.
func TestBrowserHeldOut(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	type look struct {
		Held, Point int
		Hollow      bool
	}
	const looks = `(() => {
		const count = (paths) => Array.from(paths, (path) => path.getAttribute("d").split("M").length - 1).reduce((a, b) => a + b, 0);
		const held = [...document.querySelectorAll("#plane .held")], point = document.querySelectorAll("#plane .point");
		const hollow = held.every((path) => getComputedStyle(path).fill === "rgb(255, 255, 255)" && getComputedStyle(path).stroke !== "rgb(255, 255, 255)");
		return {Held: count(held), Point: count(point), Hollow: hollow};
	})()`
	if got, want := eval[look](p, looks), (look{0, 200, true}); got != want {
		t.Errorf("at first %+v; want %+v", got, want)
	}
	v := p.change("points held out", func() { p.fill("test_fraction", "0.3") })
	if got, want := eval[look](p, looks), (look{60, 140, true}); got != want || !strings.HasPrefix(v.Points, "200 points, 60 held out") {
		t.Errorf("with 0.3 held out %+v, %q; want %+v", got, v.Points, want)
	}
	if loss, accuracy := p.shown("#test-loss"), p.shown("#test-accuracy"); loss == "" || !strings.HasSuffix(accuracy, "%") {
		t.Errorf("test loss %q, test accuracy %q; want both", loss, accuracy)
	}
	p.toggle("hide_test")
	contract.Eventually(t, "the points held out are hidden", func() bool { return eval[look](p, looks) == look{0, 140, true} })
	p.toggle("hide_test")
	contract.Eventually(t, "the points held out are back", func() bool { return eval[look](p, looks) == look{60, 140, true} })
	p.change("none held out", func() { p.fill("test_fraction", "0") })
	if loss := p.shown("#test-loss"); loss != "" {
		t.Errorf("test loss %q; want none", loss)
	}
}

// TestBrowserSizes: nothing is wider than the screen, whatever is shown, and dark is dark.
func TestBrowserSizes(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, provoking(saysRefused))
	sizes := func(when string) {
		t.Helper()
		for _, width := range []int64{1920, 1280, 768, 360} {
			p.screen(width, width < 400)
			type look struct {
				Page, Screen float64
				Widest       string
			}
			got := eval[look](p, `(() => {
				const Screen = document.documentElement.clientWidth;
				const within = (e) => e && (getComputedStyle(e).overflowX !== "visible" || within(e.parentElement)); // what scrolls by itself
				const wide = [...document.querySelectorAll("body *")].find((e) => e.checkVisibility() && !within(e.parentElement) && e.getBoundingClientRect().right > Screen + 0.5);
				return {Page: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth), Screen, Widest: wide?.outerHTML.slice(0, 120) ?? ""};
			})()`)
			if got.Page > got.Screen || got.Screen > float64(width) || got.Widest != "" {
				t.Errorf("%s, on a screen of %d: %+v; want nothing wider than the screen", when, width, got)
			}
		}
		p.screen(1280, false)
	}
	sizes("at first")
	p.fill("learning_rate", "-1")
	p.until("an error", func(view) bool { return p.besideField("learning_rate") != "" })
	sizes("with an error")
	p.change("another learning rate", func() { p.fill("learning_rate", "0.123456789") })
	p.change("ten classes", func() { p.fill("data_classes", "10") })
	p.change("points held out", func() { p.fill("test_fraction", "0.5") })
	p.change("many layers", func() { p.fill("hidden_layers", "10-1-10-1-10-1-10-1-10-1") })
	p.train()
	p.until("it trains", func(v view) bool { return v.steps() > 0 })
	sizes("with everything large, while it trains")
	p.pause()
	for scheme, isDark := range map[string]bool{"light": false, "dark": true} {
		p.scheme(scheme)
		sum := 0
		for _, part := range strings.FieldsFunc(eval[string](p, `getComputedStyle(document.body).backgroundColor`), func(r rune) bool { return r < '0' || r > '9' }) {
			sum += number(part)
		}
		if sum < 3*128 != isDark {
			t.Errorf("the parts of the background's colour add up to %d of 765; want a page that is %s", sum, scheme)
		}
	}
}

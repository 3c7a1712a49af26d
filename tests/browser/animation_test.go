package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// largestPicture is how many bytes a picture of the documents may have.
const largestPicture = 500_000

// The animation shows the network and the result while two spirals are learnt. In a window of this
// size they stand side by side.
const (
	animationWidth  = 1280
	animationHeight = 900
	animationLink   = "?dataset=spiral&hidden_layers=8,8&activation=gelu&test_fraction=0.2"
)

// animationSteps are the steps that it shows.
var animationSteps = []int{0, 10, 20, 30, 40, 55, 70, 85, 100, 120, 150}

// How long a frame is shown, in hundredths of a second.
const (
	frameTime     = 50
	lastFrameTime = 300
)

// TestBrowserAnimation saves an animation of a run, in light and in dark colours, into the folder
// that NNVISU_SCREENSHOTS names. The Step button makes the updates, so each time it shows the same
// steps.
func TestBrowserAnimation(t *testing.T) {
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	if dir == "" {
		t.Skip("NNVISU_SCREENSHOTS is not set")
	}
	s := start(t)
	size := func(o *tabOptions) { o.width, o.height = animationWidth, animationHeight }
	for _, scheme := range []struct {
		name    string
		options []func(*tabOptions)
	}{
		{"light", []func(*tabOptions){size, at(animationLink)}},
		{"dark", []func(*tabOptions){size, at(animationLink), dark}},
	} {
		t.Run(scheme.name, func(t *testing.T) {
			p := s.open(t, scheme.options...)
			var frames []image.Image
			for _, step := range animationSteps {
				p.advance(step)
				frames = append(frames, p.networkAndResult())
			}
			text, colours := animated(t, frames)
			if err := os.WriteFile(filepath.Join(dir, "training-"+scheme.name+".gif"), text, 0o644); err != nil {
				t.Fatal(err)
			}
			size := frames[0].Bounds().Size()
			t.Logf("%d frames of %v, %d colours, %d bytes", len(frames), size, colours, len(text))
		})
	}
}

// advance makes the updates up to a step, by the Step button.
func (p *tab) advance(step int) {
	p.tb.Helper()
	updates := step - p.look().steps()
	if updates == 0 {
		return
	}
	p.run(script(`document.getElementById("one-step").value = %s`, fmt.Sprint(updates)))
	p.click("#one-step")
	p.until(fmt.Sprintf("step %d", step), func(v view) bool {
		return ready(v) && v.steps() == step
	})
}

// networkAndResult returns a picture of the cards of the network and of the result.
func (p *tab) networkAndResult() image.Image {
	p.tb.Helper()
	const margin = 8
	network, result := p.area(".card.network"), p.area(".card.result")
	cut := image.Rect(network.Min.X-margin, network.Min.Y-margin, result.Max.X+margin, network.Max.Y)
	return p.window().(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(cut)
}

// window returns a picture of the window.
func (p *tab) window() image.Image {
	p.tb.Helper()
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.tb.Fatalf("screenshot: %v", err)
	}
	window, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		p.tb.Fatalf("screenshot: %v", err)
	}
	return window
}

// area returns where in the window an element is.
func (p *tab) area(selector string) image.Rectangle {
	p.tb.Helper()
	b := eval[box](p, script(`(({x, y, width, height}) => ({X: x, Y: y, Width: width, Height: height}))(
		document.querySelector(%s).getBoundingClientRect())`, selector))
	return image.Rect(int(b.X), int(b.Y), int(b.X+b.Width), int(b.Y+b.Height))
}

// animated returns an animated GIF of at most largestPicture bytes, and how many colours it has: as
// many as this size allows, because areas of one colour take fewer bytes.
func animated(tb testing.TB, frames []image.Image) (text []byte, colours int) {
	tb.Helper()
	const fewest = 48
	for colours = 255; colours >= fewest; colours -= 9 {
		var out bytes.Buffer
		if err := gif.EncodeAll(&out, animationOf(frames, paletteOf(frames, colours))); err != nil {
			tb.Fatal(err)
		}
		if out.Len() <= largestPicture {
			return out.Bytes(), colours
		}
	}
	tb.Fatalf("the animation has more than %d bytes even with %d colours", largestPicture, fewest)
	return nil, 0
}

// animationOf returns an animation that starts again at its end. A frame holds the pixels that
// differ from the frame before; the other pixels are transparent.
func animationOf(frames []image.Image, palette color.Palette) *gif.GIF {
	transparent := uint8(len(palette))
	withTransparent := append(slices.Clone(palette), color.RGBA{})
	size := frames[0].Bounds().Size()
	animation := &gif.GIF{ // one table of colours for all frames
		Config: image.Config{ColorModel: withTransparent, Width: size.X, Height: size.Y},
	}
	var before *image.Paletted
	for _, frame := range frames {
		now := paletted(frame, palette)
		shown := image.NewPaletted(now.Rect, withTransparent)
		copy(shown.Pix, now.Pix)
		if before != nil {
			for i, index := range now.Pix {
				if index == before.Pix[i] {
					shown.Pix[i] = transparent
				}
			}
		}
		animation.Image = append(animation.Image, shown)
		animation.Delay = append(animation.Delay, frameTime)
		animation.Disposal = append(animation.Disposal, gif.DisposalNone)
		before = now
	}
	animation.Delay[len(frames)-1] = lastFrameTime
	return animation
}

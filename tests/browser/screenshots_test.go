package browser

import (
	"os"
	"testing"
)

// TestBrowserScreenshots saves pictures of the page into the folder that NNVISU_SCREENSHOTS names:
//
//	NNVISU_SCREENSHOTS=/tmp/pictures go test -run BrowserScreenshots ./tests/browser
//
// With the variable set, a browser test that fails leaves a picture there, too.
func TestBrowserScreenshots(t *testing.T) {
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	if dir == "" {
		t.Skip("NNVISU_SCREENSHOTS is not set")
	}
	s := start(t)
	for _, size := range []struct {
		name    string
		options []func(*tabOptions)
	}{
		{"light", []func(*tabOptions){laptop}}, {"dark", []func(*tabOptions){laptop, dark}}, {"tablet", []func(*tabOptions){wide(768)}},
		{"phone", []func(*tabOptions){phone}}, {"phone-dark", []func(*tabOptions){phone, dark}},
		{"no-script", []func(*tabOptions){withoutScript}},
	} {
		t.Run(size.name, func(t *testing.T) {
			p := s.open(t, append(size.options, provoking(saysRefused))...)
			p.screenshot(dir, size.name+"-first")
			if size.name == "no-script" {
				return
			}
			p.change("a data set", func() { p.dataset("spiral") })
			p.change("wider layers", func() { p.fill("hidden_layers", "16-16") })
			p.change("points held out", func() { p.fill("test_fraction", "0.2") })
			p.choose("frame_steps", "25")
			p.run(`scrollTo(0, 0)`)
			p.train()
			p.until("step 500", func(v view) bool { return v.steps() >= 500 })
			p.screenshot(dir, size.name+"-training")
			p.smallScreenshot(dir, size.name+"-small")
			p.pause()
			p.fill("hidden_layers", "8-0")
			p.until("the error", func(v view) bool { return p.besideField("hidden_layers") != "" })
			p.run(`scrollTo(0, 0)`)
			p.screenshot(dir, size.name+"-error")
		})
	}
}

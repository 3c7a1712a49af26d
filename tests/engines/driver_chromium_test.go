//go:build unix

package engines

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"

	"github.com/chromedp/cdproto/cdp"
	cdpdom "github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium speaks the protocol of its developer tools.
type chromium struct {
	tab context.Context

	mu   sync.Mutex
	said []string
}

func startChromium(tb testing.TB, dark bool) driver {
	tb.Helper()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(tools.Chromium(tb))} // with a new profile
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-extensions",
		"disable-dev-shm-usage", "disable-sync", "disable-component-update", "mute-audio",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tab, cancel := chromedp.NewContext(allocator)
	tb.Cleanup(func() { cancel(); stop() })
	c := &chromium{tab: tab}
	// The first use of a context must be without a deadline: the tab lives no longer than that.
	if err := chromedp.Listen(tab, c.listen); err != nil {
		tb.Fatalf("start Chromium: %v", err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	if err := call(c, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		tb.Fatal(err)
	}
	return c
}

// listen takes what the browser tells of its tab.
func (c *chromium) listen(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch event := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		c.said = append(c.said, event.ExceptionDetails.Text+" "+event.ExceptionDetails.Exception.Description)
	case *cdplog.EventEntryAdded:
		if event.Entry.Level == cdplog.EntryLevelError {
			c.said = append(c.said, event.Entry.Text+" "+event.Entry.URL)
		}
	}
}

func (c *chromium) complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said
}

// call sends a command to the browser.
func call[P, R any](c *chromium, command cdp.Command[P, R], params P) error {
	_, err := result(c, command, params)
	return err
}

func result[P, R any](c *chromium, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(c.tab, contract.Patience)
	defer cancel()
	return chromedp.Call(ctx, command, params)
}

func (c *chromium) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(c.tab, contract.Patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func (c *chromium) open(url string) error { return c.do(chromedp.Navigate(url)) }

func (c *chromium) reload() error { return c.do(chromedp.Reload()) }

func (c *chromium) evaluate(expression string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.tab, contract.Patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](asJSON(expression)))
	return []byte(text), err
}

func (c *chromium) point(places ...place) error {
	held := func(e *input.DispatchMouseEventParams) { e.Button, e.Buttons = input.MouseButtonLeft, 1 }
	first, last := places[0], places[len(places)-1]
	actions := []chromedp.Action[chromedp.Void]{
		chromedp.MouseEvent(chromedp.MouseMoved, first.X, first.Y),
		chromedp.MouseEvent(chromedp.MousePressed, first.X, first.Y, held, chromedp.ClickCount(1)),
	}
	for _, p := range places[1:] {
		actions = append(actions, chromedp.MouseEvent(chromedp.MouseMoved, p.X, p.Y, held))
	}
	return c.do(append(actions, chromedp.MouseEvent(chromedp.MouseReleased, last.X, last.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)))...)
}

func (c *chromium) press(keys ...string) error {
	names := map[string]string{
		"Escape": kb.Escape, "Tab": kb.Tab, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	}
	var held chromedp.Modifier
	for _, key := range keys {
		if key == "Control" {
			held = chromedp.ModifierCtrl
			continue
		}
		if name, ok := names[key]; ok {
			key = name
		}
		if err := c.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(held))); err != nil {
			return err
		}
	}
	return nil
}

func (c *chromium) choose(selector, path string) error {
	found, err := result(c, cdpruntime.Evaluate, cdpruntime.EvaluateParams{Expression: fmt.Sprintf("document.querySelector(%q)", selector)})
	if err != nil {
		return err
	}
	return call(c, cdpdom.SetFileInputFiles, cdpdom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.Result.ObjectID})
}

func (c *chromium) resize(width, height int) error {
	return call(c, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1,
	})
}

func (c *chromium) picture() ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.tab, contract.Patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

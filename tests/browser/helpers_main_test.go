package browser

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"

	"github.com/chromedp/chromedp"
)

// TestMain ends the browser that the browser tests share.
func TestMain(m *testing.M) {
	m.Run()
	if browser.stop != nil {
		browser.stop()
	}
}

// A server is the real server, for a browser to open its page.
type server struct{ *contract.Server }

// start starts a server with the default limits, changed by options. It stops when the test ends.
func start(tb testing.TB, options ...func(*handlers.Config)) *server {
	tb.Helper()
	return &server{contract.Start(tb, options...)}
}

// few returns the first n of all with go test -short, which is what CI runs, and else all of them,
// as the task browser does. So those that differ most come first.
func few[S ~[]T, T any](n int, all S) S {
	if testing.Short() {
		return all[:n]
	}
	return all
}

// browser is the one browser process, started by the first test that needs it.
var browser struct {
	start sync.Once
	ctx   context.Context
	stop  func()
	err   error
}

// browserFlags make a browser that minds its own business.
var browserFlags = []string{
	"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
	"disable-component-update", "disable-sync", "disable-extensions", "no-default-browser-check", "mute-audio",
	"disable-dev-shm-usage", // small in many containers
	"hide-scrollbars",
	// Every tab is a window of its own here, and none of them is in the back.
	"disable-backgrounding-occluded-windows", "disable-renderer-backgrounding", "disable-background-timer-throttling",
}

// theBrowser starts the browser if it does not run yet.
func theBrowser(tb testing.TB) context.Context {
	tb.Helper()
	path := tools.Chromium(tb)
	browser.start.Do(func() {
		options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.WindowSize(1280, 800)}
		for _, flag := range browserFlags {
			options = append(options, chromedp.Flag(flag, true))
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...) // with a new profile
		ctx, cancel := chromedp.NewContext(allocator)
		browser.ctx, browser.stop = ctx, func() {
			ctx, done := context.WithTimeout(ctx, 5*time.Second)
			defer done()
			_ = chromedp.Cancel(ctx) // the tests are over
			cancel()
			stop()
		}
		browser.err = chromedp.Do(ctx)
	})
	if browser.err != nil {
		tb.Fatalf("start %s: %v", path, browser.err)
	}
	return browser.ctx
}

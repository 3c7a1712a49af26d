package browser

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/emulation"
	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A tab shows the page of a server. It fails its test for every exception, console error and
// violation of the content security policy, except for what the test says it provokes.
type tab struct {
	*server
	tb   testing.TB
	ctx  context.Context
	home string // the address of the page

	noScript bool // each act loads another page

	mu         sync.Mutex
	complaints []string
	provoked   []*regexp.Regexp
	requests   []sent
	streams    int // the most that were under way at a time
}

// tabOptions are what has to be said before the page is loaded.
type tabOptions struct {
	noScript bool
	before   []string // scripts to run before those of the page, in every document
	width    int64    // of the screen in CSS pixels; 0: as wide as the window
	height   int64    // 0: 800
	phone    bool
	dark     bool
	tour     bool   // it is a first visit
	address  string // below the page's own: a link
	provoked []string
}

func withoutScript(o *tabOptions)         { o.noScript = true }
func dark(o *tabOptions)                  { o.dark = true }
func phone(o *tabOptions)                 { o.width, o.phone = 360, true }
func touring(o *tabOptions)               { o.tour = true }
func wide(pixels int64) func(*tabOptions) { return func(o *tabOptions) { o.width = pixels } }

func at(address string) func(*tabOptions) {
	return func(o *tabOptions) { o.address = address }
}

func laptop(o *tabOptions) { o.width, o.height = 1440, 900 }

func before(js string) func(o *tabOptions) {
	return func(o *tabOptions) { o.before = append(o.before, js) }
}

// provoking is for complaints that come while the page is opened, or later.
func provoking(patterns ...string) func(*tabOptions) {
	return func(o *tabOptions) { o.provoked = append(o.provoked, patterns...) }
}

// open opens the page in a new browser context, which shares no storage with any other.
func (s *server) open(tb testing.TB, options ...func(*tabOptions)) *tab {
	tb.Helper()
	return s.openIn(tb, theBrowser(tb), []chromedp.ContextOption{chromedp.WithNewBrowserContext()}, options...)
}

// beside opens the page once more, in another tab of the same browser context.
func (p *tab) beside(options ...func(*tabOptions)) *tab {
	p.tb.Helper()
	return p.openIn(p.tb, p.ctx, nil, options...)
}

func (s *server) openIn(tb testing.TB, parent context.Context, how []chromedp.ContextOption, options ...func(*tabOptions)) *tab {
	tb.Helper()
	var with tabOptions
	for _, option := range options {
		option(&with)
	}
	ctx, cancel := chromedp.NewContext(parent, how...)
	p := &tab{server: s, tb: tb, ctx: ctx, home: s.Root + s.Base + "/" + with.address, noScript: with.noScript}
	scripts := []string{tellViolations}
	if !with.tour {
		scripts = append(scripts, toured)
	}
	p.provokes(with.provoked...)
	tb.Cleanup(func() {
		tb.Helper()
		if tb.Failed() {
			p.describe()
		}
		cancel()
		p.checkComplaints("the page")
	})
	// The first use of a context must be without a deadline: the tab lives no longer than that.
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		tb.Fatalf("open a tab: %v", err)
	}
	for _, script := range append(scripts, with.before...) {
		must(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	}
	if with.noScript {
		must(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	p.scheme("light")
	if with.dark {
		p.scheme("dark")
	}
	if with.width > 0 {
		p.screen(with.width, with.phone)
	}
	if with.height > 0 {
		p.size(with.width, with.height, with.phone)
	}
	if with.phone {
		must(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 5})
	}
	p.do("open "+p.home, chromedp.Navigate(p.home))
	p.ready()
	return p
}

// part runs a part of the test on the same page, under a name of its own.
func (p *tab) part(name string, f func(t *testing.T)) {
	p.tb.Helper()
	whole := p.tb
	whole.(*testing.T).Run(name, func(t *testing.T) {
		p.tb = t
		defer func() { p.tb = whole }()
		f(t)
	})
}

// tellViolations makes a violation of the content security policy a console error.
const tellViolations = `addEventListener("securitypolicyviolation", (e) =>
	console.error("content security policy", e.violatedDirective, e.blockedURI, e.sourceFile, e.lineNumber))`

// toured keeps the tour of a first visit from what the test is about.
const toured = `{
	const show = HTMLDialogElement.prototype.show;
	HTMLDialogElement.prototype.show = function () { this.id === "tour" || show.call(this); };
}`

// scheme says which colours the user prefers: light or dark.
func (p *tab) scheme(name string) {
	p.tb.Helper()
	must(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

// screen makes the window as wide as a screen, in CSS pixels.
func (p *tab) screen(width int64, mobile bool) {
	p.tb.Helper()
	p.size(width, 800, mobile)
}

func (p *tab) size(width, height int64, mobile bool) {
	p.tb.Helper()
	must(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: mobile,
	})
}

// slow makes every answer take longer, as one from far away does.
func (p *tab) slow(latency time.Duration) {
	p.tb.Helper()
	must(p, cdpnetwork.EmulateNetworkConditionsByRule, cdpnetwork.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*cdpnetwork.Conditions{{
			Latency: float64(latency.Milliseconds()), DownloadThroughput: -1, UploadThroughput: -1,
		}},
	})
}

// describe logs what a person would see, for a test that failed.
func (p *tab) describe() {
	p.tb.Helper()
	v, err := p.peek()
	if err != nil {
		p.tb.Logf("the page cannot be read: %v", err)
		return
	}
	p.tb.Logf("the page at the end: %v", v)
	if dir := os.Getenv("NNVISU_SCREENSHOTS"); dir != "" {
		p.screenshot(dir, "failed-"+strings.ReplaceAll(p.tb.Name(), "/", "-"))
	}
}

// screenshot saves a picture of the window.
func (p *tab) screenshot(dir, name string) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
	}
	if err != nil {
		p.tb.Errorf("screenshot %s: %v", name, err)
	}
}

// reload loads the page again.
func (p *tab) reload() view {
	p.tb.Helper()
	p.do("reload", chromedp.Reload())
	return p.ready()
}

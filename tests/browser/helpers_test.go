package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"nnvisu/handlers"
	"nnvisu/tests/contract"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	cdpdom "github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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

// browser is the one browser process, started by the first test that needs it.
var browser struct {
	start sync.Once
	ctx   context.Context
	stop  func()
	err   error
}

// browserNames are looked for on the PATH, in turn. Ubuntu's chromium-browser, which may be no more than a pointer to
// a snap, comes last.
var browserNames = []string{"chromium", "google-chrome", "google-chrome-stable", "chromium-browser"}

func findBrowser() (string, error) {
	if path := os.Getenv("NNVISU_CHROMIUM"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range browserNames {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium on the PATH")
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

// theBrowser starts the browser if it does not run yet. A test that needs one fails where there is none: a browser
// test that is skipped in silence is worth nothing. NNVISU_NO_BROWSER says that it shall be skipped.
func theBrowser(tb testing.TB) context.Context {
	tb.Helper()
	if os.Getenv("NNVISU_NO_BROWSER") != "" {
		tb.Skip("NNVISU_NO_BROWSER is set")
	}
	browser.start.Do(func() {
		path, err := findBrowser()
		if err != nil {
			browser.err = err
			return
		}
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
		tb.Fatalf("no browser: %v; install Chromium, or set NNVISU_CHROMIUM to its path, or NNVISU_NO_BROWSER to go without these tests", browser.err)
	}
	return browser.ctx
}

// A tab shows the page of a server. It fails its test for every exception, console error and violation of the content
// security policy, except for what the test says it provokes.
type tab struct {
	*server
	tb   testing.TB
	ctx  context.Context
	home string // the address of the page

	mu         sync.Mutex
	complaints []string
	provoked   []*regexp.Regexp
	requests   []sent
	streams    int // the most that were under way at a time
}

// sent is a request that a tab made.
type sent struct {
	id           cdpnetwork.RequestID
	method, path string  // method SOCKET opens a WebSocket
	open         bool    // it is still under way
	bytes        float64 // that came in answer, headers included, as they were transferred
}

func (r sent) String() string { return r.method + " " + r.path }

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
	p := &tab{server: s, tb: tb, ctx: ctx, home: s.Root + s.Base + "/" + with.address}
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
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, complaint := range p.complaints {
			if !slices.ContainsFunc(p.provoked, func(r *regexp.Regexp) bool { return r.MatchString(complaint) }) {
				tb.Errorf("the browser says %q; want nothing", complaint)
			}
		}
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

// provokes says which complaints of the browser the test brings about: regular expressions.
func (p *tab) provokes(patterns ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pattern := range patterns {
		p.provoked = append(p.provoked, regexp.MustCompile(pattern))
	}
}

// What a browser says of an answer that is an error, and of a server that is not there.
const (
	saysRefused = `Failed to load resource: the server responded with a status of 4\d\d`
	saysBusy    = `Failed to load resource: the server responded with a status of 503`
	saysGone    = `net::ERR_(CONNECTION_\w+|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)|WebSocket connection to .* failed|` +
		`htmx:sse:error: network error|htmx:error: Failed to fetch`
)

// listen takes what the browser tells of a tab.
func (p *tab) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *cdpruntime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if e := ev.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description + string(e.Value)
		}
		p.complaints = append(p.complaints, "exception: "+text)
	case *cdpruntime.EventConsoleAPICalled:
		if ev.Type != cdpruntime.ConsoleAPICalledTypeError && ev.Type != cdpruntime.ConsoleAPICalledTypeAssert {
			return
		}
		text := "console:"
		for _, arg := range ev.Args {
			text += " " + string(arg.Value) + arg.Description
		}
		p.complaints = append(p.complaints, text)
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError || ev.Entry.Source == cdplog.EntrySourceSecurity {
			p.complaints = append(p.complaints, fmt.Sprintf("%s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL))
		}
	case *cdpnetwork.EventRequestWillBeSent:
		p.began(ev.RequestID, ev.Request.Method, ev.Request.URL)
	case *cdpnetwork.EventWebSocketCreated:
		p.began(ev.RequestID, "SOCKET", ev.URL)
	case *cdpnetwork.EventLoadingFinished:
		p.ended(ev.RequestID, ev.EncodedDataLength)
	case *cdpnetwork.EventLoadingFailed:
		p.ended(ev.RequestID, 0)
	case *cdpnetwork.EventWebSocketClosed:
		p.ended(ev.RequestID, 0)
	}
}

func (p *tab) began(id cdpnetwork.RequestID, method, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" { // a picture inside the page
		return
	}
	p.requests = append(p.requests, sent{id: id, method: method, path: u.Path, open: true})
	open := 0
	for _, r := range p.requests {
		if r.open && (r.method == "SOCKET" || strings.HasSuffix(r.path, "/train")) {
			open++
		}
	}
	p.streams = max(p.streams, open)
}

func (p *tab) ended(id cdpnetwork.RequestID, bytes float64) {
	for i := range p.requests {
		if p.requests[i].id == id {
			p.requests[i].open, p.requests[i].bytes = false, bytes
		}
	}
}

// sentSoFar returns the requests that the tab has made.
func (p *tab) sentSoFar() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

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

// do runs actions of the browser, which must not take longer than patience.
func (p *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.tb.Fatalf("%s: %v", what, err)
	}
}

// must sends a command to the browser.
func must[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	answer, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.tb.Fatalf("%s: %v", command.Method, err)
	}
	return answer
}

// try evaluates an expression in the page.
func try[T any](p *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// eval is try for a test that cannot go on without the value.
func eval[T any](p *tab, expression string) T {
	p.tb.Helper()
	v, err := try[T](p, expression)
	if err != nil {
		p.tb.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// run evaluates an expression for its effect.
func (p *tab) run(expression string) {
	p.tb.Helper()
	eval[chromedp.Void](p, expression)
}

// script puts values into an expression, as JavaScript writes them.
func script(format string, args ...any) string {
	for i, arg := range args {
		args[i] = contract.Encode(arg)
	}
	return fmt.Sprintf(format, args...)
}

// A state is what the page sends and stores.
type state struct {
	Config  string `json:"config"`
	Network string `json:"network"`
	Data    string `json:"data"`
}

// net is the network, read.
func (s state) net(tb testing.TB) contract.Network {
	tb.Helper()
	return contract.Decode[contract.Network](tb, []byte(s.Network))
}

// points are the data, read.
func (s state) points(tb testing.TB) []contract.Point {
	tb.Helper()
	return contract.Decode[[]contract.Point](tb, []byte(s.Data))
}

// setting is a member of the configuration, as JSON.
func (s state) setting(tb testing.TB, name string) string {
	tb.Helper()
	return string(contract.Decode[map[string]json.RawMessage](tb, []byte(s.Config))[name])
}

// differs says in which parts a state is not the one wanted; "" if they are the same, byte for byte.
func (s state) differs(want state) string {
	var parts []string
	for _, part := range []struct{ name, got, want string }{
		{"config", s.Config, want.Config}, {"network", s.Network, want.Network}, {"data", s.Data, want.Data},
	} {
		if part.got != part.want {
			parts = append(parts, fmt.Sprintf("%s %s; want %s", part.name, brief(part.got), brief(part.want)))
		}
	}
	return strings.Join(parts, "\n")
}

// brief shortens what is only to be recognized.
func brief(text string) string {
	const enough = 120
	if len(text) > enough {
		return fmt.Sprintf("%s… (%d bytes)", text[:enough], len(text))
	}
	return text
}

// A view is what is to be seen of the page, and the state behind it, at one moment.
type view struct {
	state
	Step       string `json:"step"`
	Epoch      string `json:"epoch"`
	Loss       string `json:"loss"`
	Accuracy   string `json:"accuracy"`
	Connection string `json:"connection"` // what the page says it is doing
	Notice     string `json:"notice"`     // with the words on its buttons
	Storage    string `json:"storage"`    // the notice about storage
	Pressed    bool   `json:"pressed"`    // the Train button says Pause
	Points     string `json:"points"`     // how many there are, in words
	Undo       bool   `json:"undo"`       // there is something to take back
	Session    state  `json:"session"`    // in sessionStorage; only of look
	Local      state  `json:"local"`      // in localStorage; only of look
}

// viewScript makes a view; its argument says whether what is stored is wanted, too.
const viewScript = `((full) => {
	const $ = (id) => document.getElementById(id);
	const text = (id) => $(id)?.innerText.trim() ?? "";
	const value = (name) => document.querySelector("[name=" + name + "]").value;
	const stored = (name) => {
		if (!full) return {};
		try {
			const get = (key) => window[name].getItem(key) ?? "";
			return {config: get("nnvisu_config"), network: get("nnvisu_weights"), data: get("nnvisu_data")};
		} catch { return {}; }
	};
	return {
		config: value("config"), network: value("network"), data: value("data"),
		step: text("step"), epoch: text("epoch"), loss: text("loss"), accuracy: text("accuracy"),
		connection: text("connection"), notice: text("notice"), storage: text("storage-notice").replace(/\s*✕$/, ""),
		pressed: $("train").getAttribute("aria-pressed") === "true",
		points: text("point-count"), undo: !$("undo").disabled,
		session: stored("sessionStorage"), local: stored("localStorage"),
	};
})`

func (p *tab) peek() (view, error) { return try[view](p, viewScript+"(false)") }

// look returns what is to be seen now.
func (p *tab) look() view {
	p.tb.Helper()
	return eval[view](p, viewScript+"(true)")
}

// steps is the step that is shown.
func (v view) steps() int { return number(v.Step) }

// notice is the text of the notice, without its buttons.
func (v view) notice() string {
	text, _, _ := strings.Cut(v.Notice, "\n")
	return text
}

func (v view) String() string {
	return fmt.Sprintf("%s, step %s, loss %s, accuracy %s, %s; notice %q, storage notice %q, pressed %t\n\tconfig %s\n\tnetwork %s\n\tdata %s",
		v.Connection, v.Step, v.Loss, v.Accuracy, v.Points, v.Notice, v.Storage, v.Pressed, v.Config, brief(v.Network), brief(v.Data))
}

// number reads the digits of a text as a number; -1 if it has none.
func number(text string) int {
	n, err := strconv.Atoi(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text))
	if err != nil {
		return -1
	}
	return n
}

// until waits until ok holds and returns the view it holds for.
func (p *tab) until(what string, ok func(view) bool) view {
	p.tb.Helper()
	var v view
	var err error
	for deadline := time.Now().Add(contract.Patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if v, err = p.peek(); err == nil && ok(v) { // an error: there is none between two pages
			return v
		}
	}
	p.tb.Fatalf("not within %v: %s (%v)", contract.Patience, what, err)
	return v
}

// How the page says what it is doing.
const (
	saysReady    = "Ready"
	saysTraining = "Training"
	saysWaiting  = "No answer" // and more
)

func ready(v view) bool   { return v.Connection == saysReady }
func waiting(v view) bool { return strings.HasPrefix(v.Connection, saysWaiting) }

// ready waits until the page is loaded and has nothing under way.
func (p *tab) ready() view {
	p.tb.Helper()
	contract.Eventually(p.tb, "the page is loaded", func() bool {
		loaded, err := try[bool](p, `document.readyState === "complete" && !!document.getElementById("train")`)
		return err == nil && loaded
	})
	return p.until("the page is ready", ready)
}

// reload loads the page again.
func (p *tab) reload() view {
	p.tb.Helper()
	p.do("reload", chromedp.Reload())
	return p.ready()
}

// A box is where an element is, in CSS pixels of the window.
type box struct{ X, Y, Width, Height float64 }

// box scrolls an element into view and returns where it is. It fails if a click into the element's middle would hit
// something else.
func (p *tab) box(selector string) box {
	p.tb.Helper()
	var f struct {
		box
		Problem string
	}
	var err error
	for deadline := time.Now().Add(contract.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		f, err = try[struct {
			box
			Problem string
		}](p, script(`((selector) => {
			const e = document.querySelector(selector);
			if (!e) return {Problem: "is not there"};
			if (e.disabled) return {Problem: "is disabled"};
			let r, hit;
			for (const scroll of [false, true]) { // as a person would who does not see all of it
				if (scroll) e.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
				r = e.getBoundingClientRect();
				hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
				if (e.contains(hit) && r.top >= 0 && r.bottom <= innerHeight) break;
			}
			const Problem = e.contains(hit) ? "" : "is behind " + (hit?.outerHTML.slice(0, 100) ?? "nothing");
			return {X: r.x, Y: r.y, Width: r.width, Height: r.height, Problem};
		})(%s)`, selector))
		if err == nil && f.Problem == "" {
			return f.box
		}
	}
	p.tb.Fatalf("%s %s (%v); want to click it", selector, f.Problem, err)
	return f.box
}

// click clicks with the mouse into the middle of an element.
func (p *tab) click(selector string) {
	p.tb.Helper()
	b := p.box(selector)
	p.do("click "+selector, chromedp.MouseClickXY(b.X+b.Width/2, b.Y+b.Height/2))
}

// clickAt clicks a place in the window.
func (p *tab) clickAt(x, y float64) {
	p.tb.Helper()
	p.do("click", chromedp.MouseClickXY(x, y))
}

// point moves the mouse to the middle of an element.
func (p *tab) point(selector string) {
	p.tb.Helper()
	b := p.box(selector)
	p.move(b.X+b.Width/2, b.Y+b.Height/2)
}

// move moves the mouse to a place in the window.
func (p *tab) move(x, y float64) {
	p.tb.Helper()
	p.do("move the mouse", chromedp.MouseEvent(chromedp.MouseMoved, x, y))
}

// hidden returns the value of a hidden field.
func (p *tab) hidden(name string) string {
	p.tb.Helper()
	return eval[string](p, script(`document.getElementById("lab").elements.namedItem(%s).value`, name))
}

// dialog opens a dialog by its button.
func (p *tab) dialog(id string) {
	p.tb.Helper()
	p.click("button[data-open=" + id + "]:not(.unit)")
	contract.Eventually(p.tb, "the dialog "+id+" is open", func() bool { return p.isOpen(id) && ready(p.look()) })
}

func (p *tab) isOpen(id string) bool {
	p.tb.Helper()
	return eval[bool](p, script(`document.getElementById(%s).open`, id))
}

// leave closes a dialog by the button that only closes it.
func (p *tab) leave(id string) {
	p.tb.Helper()
	p.click("#" + id + ` button[type=button][data-close-dialog]`)
	contract.Eventually(p.tb, "the dialog "+id+" is closed", func() bool { return !p.isOpen(id) })
}

// downloads makes the tab save what it downloads, and returns where.
func (p *tab) downloads() string {
	p.tb.Helper()
	dir := p.tb.TempDir()
	must(p, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior:         cdpbrowser.SetDownloadBehaviorBehaviorAllow,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
		DownloadPath:     dir,
	})
	return dir
}

// downloaded waits for a file and returns what is in it.
func (p *tab) downloaded(dir, name string) []byte {
	p.tb.Helper()
	var body []byte
	contract.Eventually(p.tb, "the download of "+name, func() (ok bool) {
		var err error
		body, err = os.ReadFile(filepath.Join(dir, name))
		return err == nil && len(body) > 0
	})
	return body
}

// upload chooses a file, as a person does in the browser's own dialog.
func (p *tab) upload(selector, name string, body []byte) {
	p.tb.Helper()
	path := filepath.Join(p.tb.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		p.tb.Fatal(err)
	}
	found := must(p, cdpruntime.Evaluate, cdpruntime.EvaluateParams{Expression: script(`document.querySelector(%s)`, selector)})
	if found.Result.ObjectID == "" {
		p.tb.Fatalf("%s is not there; want to choose a file with it", selector)
	}
	must(p, cdpdom.SetFileInputFiles, cdpdom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.Result.ObjectID})
}

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
	const moves = 16
	px0, py0 := p.at(x0, y0)
	px1, py1 := p.at(x1, y1)
	held := func(e *input.DispatchMouseEventParams) { e.Button, e.Buttons = input.MouseButtonLeft, 1 }
	actions := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(chromedp.MousePressed, px0, py0, held, chromedp.ClickCount(1))}
	for i := 1; i <= moves; i++ {
		share := float64(i) / moves
		actions = append(actions, chromedp.MouseEvent(chromedp.MouseMoved, px0+share*(px1-px0), py0+share*(py1-py0), held))
	}
	actions = append(actions, chromedp.MouseEvent(chromedp.MouseReleased, px1, py1, chromedp.ButtonLeft, chromedp.ClickCount(1)))
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

// dataset chooses a data set.
func (p *tab) dataset(name string) {
	p.tb.Helper()
	p.click(fmt.Sprintf(`label:has(> input[name=dataset][value="%s"])`, name))
}

// toggle clicks a check box.
func (p *tab) toggle(name string) {
	p.tb.Helper()
	p.click("label:has(> input[name=" + name + "])")
}

// panel shows a view of the panel.
func (p *tab) panel(name string) {
	p.tb.Helper()
	p.click("label:has(> #panel-" + name + ")")
	contract.Eventually(p.tb, "the view "+name, func() bool {
		return eval[bool](p, script(`document.getElementById("panel-" + %s).checked`, name)) && ready(p.look())
	})
}

// act clicks the button for an act of the page.
func (p *tab) act(name string) {
	p.tb.Helper()
	p.click(fmt.Sprintf("button[name=act][value=%s]:not(.first-submit)", name))
}

// step clicks the button for so many updates.
func (p *tab) step(n int) {
	p.tb.Helper()
	p.click(fmt.Sprintf(`button[name=steps][value="%d"]`, n))
}

// train clicks the Train button, which is the Pause button too.
func (p *tab) train() { p.tb.Helper(); p.click("#train") }

// undo takes the last change back by the keyboard.
func (p *tab) undo() { p.tb.Helper(); p.press("z", chromedp.ModifierCtrl) }

// press presses a key.
func (p *tab) press(key string, modifiers ...chromedp.Modifier) {
	p.tb.Helper()
	p.do("press "+key, chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
}

// fill writes into a field in place of what is there, and leaves it.
func (p *tab) fill(id, text string) {
	p.tb.Helper()
	p.enter(id)
	if text == "" {
		p.press(kb.Backspace)
	} else {
		must(p, input.InsertText, input.InsertTextParams{Text: text})
	}
	p.press(kb.Tab)
}

// enter puts the focus into a field and selects what it holds.
func (p *tab) enter(id string) {
	p.tb.Helper()
	p.run(script(`((e) => { e.focus(); e.select?.(); })(document.getElementById(%s))`, id))
}

// choose takes an option of a select. A browser without a screen has no list to click on.
func (p *tab) choose(name, value string) {
	p.tb.Helper()
	p.run(script(`((e, value) => {
		e.focus();
		e.value = value;
		for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, {bubbles: true}));
	})(document.querySelector("select[name=" + %s + "]"), %s)`, name, value))
}

// holds returns what is written in a field.
func (p *tab) holds(id string) string {
	p.tb.Helper()
	return eval[string](p, script(`document.getElementById(%s).value`, id))
}

// shown returns the text of an element as it is seen; "" if it is hidden or not there.
func (p *tab) shown(selector string) string {
	p.tb.Helper()
	return eval[string](p, script(`document.querySelector(%s)?.innerText.trim() ?? ""`, selector))
}

// besideField returns what is said beside a field.
func (p *tab) besideField(id string) string { p.tb.Helper(); return p.shown("#" + id + "-error") }

// change does something and waits until the state is another and the page is ready again.
func (p *tab) change(what string, do func()) view {
	p.tb.Helper()
	from := p.look().state
	do()
	return p.until(what, func(v view) bool { return ready(v) && v.state != from })
}

// still fails the test if the page trains or changes by itself, and returns what it shows.
func (p *tab) still() view {
	p.tb.Helper()
	first := p.until("the page is ready", ready)
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if v, err := p.peek(); err != nil || v.state != first.state || v.Step != first.Step || !ready(v) {
			p.tb.Errorf("the page went on by itself: %v (%v); want it to stay as it was: %v", v, err, first)
			break
		}
	}
	return p.look() // with what was stored meanwhile
}

// pause clicks the Pause button and returns the state that the page stops in.
func (p *tab) pause() view {
	p.tb.Helper()
	p.train()
	v := p.still()
	if v.Pressed {
		p.tb.Errorf("the Train button is pressed after a pause; want it not to be")
	}
	return v
}

// trainTo trains until the step shown is at least n, and pauses.
func (p *tab) trainTo(n int) view {
	p.tb.Helper()
	p.train()
	p.until(fmt.Sprintf("step %d", n), func(v view) bool { return v.steps() >= n })
	return p.pause()
}

// A frame is what a tab showed, from the first moment that a script could see it.
type frame struct {
	At      float64 `json:"at"` // ms
	Step    string  `json:"step"`
	Loss    string  `json:"loss"`
	Network string  `json:"network"`
}

// recorder keeps every frame, and everything that the page says it is doing.
const recorder = `(() => {
	const $ = (id) => document.getElementById(id);
	window.testFrames = [];
	window.testSaid = [];
	window.testKeep = () => ({
		at: performance.now(), step: $("step").textContent, loss: $("loss").textContent,
		network: document.querySelector("[name=network]").value,
	});
	new MutationObserver(() => testFrames.push(testKeep())).observe($("measures"), {childList: true, subtree: true});
	const say = () => {
		const text = $("connection").innerText.trim();
		if (testSaid.at(-1) !== text) testSaid.push(text);
	};
	say();
	new MutationObserver(say).observe(document.documentElement, {subtree: true, attributeFilter: ["data-state"]});
})()`

// recorded records from the first moment of every document, and keeps the last frame over a reload.
func recorded(o *tabOptions) {
	o.before = append(o.before, `
		window.testStored = sessionStorage.getItem("nnvisu_weights") ?? "";
		window.testLast = JSON.parse(sessionStorage.getItem("test_last") ?? "null");
		document.addEventListener("DOMContentLoaded", () => `+recorder+`);
		addEventListener("pagehide", () => sessionStorage.setItem("test_last", JSON.stringify(testKeep())));
	`)
}

func (p *tab) frames() []frame { p.tb.Helper(); return eval[[]frame](p, `testFrames`) }

// checkFrames fails the test unless the frames are whole and their steps never go back, and every frame of one step has
// the same weights.
func (p *tab) checkFrames(frames []frame) {
	p.tb.Helper()
	if len(frames) == 0 {
		p.tb.Error("no frame was shown; want some")
	}
	weights := map[int]string{}
	last := -1
	for i, f := range frames {
		step := number(f.Step)
		if n := contract.Decode[contract.Network](p.tb, []byte(f.Network)); n.Step != step {
			p.tb.Errorf("frame %d shows step %d with a network of step %d; want a whole frame", i, step, n.Step)
		}
		if step < last {
			p.tb.Errorf("frame %d shows step %d after step %d; want no step back", i, step, last)
		}
		last = step
		got := parameters(p.tb, f.Network)
		if known, ok := weights[step]; ok && known != got {
			p.tb.Errorf("frame %d shows other weights for step %d than a frame before; want the same", i, step)
		}
		weights[step] = got
	}
}

// checkNeverWaited fails the test if the page said that the server does not answer.
func (p *tab) checkNeverWaited() {
	p.tb.Helper()
	for _, text := range eval[[]string](p, `testSaid`) {
		if strings.HasPrefix(text, saysWaiting) {
			p.tb.Errorf("the page said %q; want no such word of a server that answers", text)
			return
		}
	}
}

// parameters are the weights and biases of a network, without the optimizer's moments.
func parameters(tb testing.TB, text string) string {
	tb.Helper()
	n := contract.Decode[contract.Network](tb, []byte(text))
	return string(contract.Encode([]any{n.Weights, n.Biases}))
}

// trained returns the network that a state becomes after some updates, by POST /step.
func (s *server) trained(tb testing.TB, from state, steps int) string {
	tb.Helper()
	m := contract.Message{"type": "train_step", "config": json.RawMessage(from.Config), "data": json.RawMessage(from.Data), "steps": steps}
	if from.Network != "" {
		m["network"] = json.RawMessage(from.Network)
	}
	return string(s.Step(tb, m).Network)
}

// checkLaw fails the test unless a view is what a state becomes after the updates between them.
func (s *server) checkLaw(tb testing.TB, from state, got view) {
	tb.Helper()
	n := got.net(tb).Step - from.net(tb).Step
	if n < 1 {
		tb.Errorf("step %d after step %d; want more steps", got.net(tb).Step, from.net(tb).Step)
		return
	}
	if want := s.trained(tb, from, n); got.Network != want {
		tb.Errorf("after %d updates the page holds %s; want what POST /step makes of the same start, %s", n, brief(got.Network), brief(want))
	}
}

// checkStored fails the test unless the page shows, holds and stores one and the same state.
func (p *tab) checkStored(v view) {
	p.tb.Helper()
	if n := v.net(p.tb); n.Step != v.steps() {
		p.tb.Errorf("the page shows step %s and holds a network of step %d; want one step", v.Step, n.Step)
	}
	if d := v.Session.differs(v.state); d != "" {
		p.tb.Errorf("sessionStorage does not hold the state of the page: %s", d)
	}
	if d := v.Local.differs(v.state); d != "" {
		p.tb.Errorf("localStorage does not hold the state of the page: %s", d)
	}
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

// pageTransports are the ways a stream reaches the page: values of its select.
var pageTransports = []struct{ name, value string }{{"SSE", "sse"}, {"WebSocket", "websocket"}}

// by makes the page train over a transport.
func (p *tab) by(transport string) {
	p.tb.Helper()
	p.choose("transport", transport)
}

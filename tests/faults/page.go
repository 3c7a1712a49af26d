//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/debugger"
	"github.com/chromedp/cdproto/emulation"
	cdpnetwork "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// enough is how long a command to the browser may take.
const enough = 20 * time.Second

// A browser is one process of Chromium.
type browser struct {
	ctx  context.Context
	stop func()
}

func startBrowser(ctx context.Context) (*browser, error) {
	path := os.Getenv("NNVISU_CHROMIUM")
	if path == "" {
		var err error
		if path, err = exec.LookPath("chromium"); err != nil {
			return nil, fmt.Errorf("%w; install it: apt-get install chromium, or set NNVISU_CHROMIUM", err)
		}
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.WindowSize(1280, 800)}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-extensions",
		"disable-dev-shm-usage", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
		"disable-background-timer-throttling",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	return &browser{ctx, func() { cancel(); stop() }}, chromedp.Do(ctx)
}

// A page is a tab that trains.
type page struct {
	ctx       context.Context
	transport string
	first     state

	mu   sync.Mutex
	seen pageReport
}

// A state is the three values that the page holds.
type state struct{ Config, Network, Data string }

// A view is what a page shows and holds.
type view struct {
	State      state
	Step       string
	Connection string
	Pressed    bool
}

// look is the expression of a view.
const look = `(() => {
	const text = (id) => document.getElementById(id).innerText.trim();
	const value = (name) => document.querySelector("[name=" + name + "]").value;
	return {
		State: {Config: value("config"), Network: value("network"), Data: value("data")},
		Step: text("step"), Connection: text("connection"),
		Pressed: document.getElementById("train").dataset.trains === "true",
	};
})()`

// A pageReport is what was seen of a page.
type pageReport struct {
	step, most, results, lost int
	gap                       time.Duration
	said                      map[string]int // changes to these words
	last                      time.Time
	now                       string
}

func (r pageReport) words() string {
	var all []string
	for words, n := range r.said {
		all = append(all, fmt.Sprintf("%d× %s", n, words))
	}
	return strings.Join(all, "; ")
}

// open opens the page in two tabs of a new context of the browser, one for each transport. leave
// closes them.
func (b *browser) open(url string) (pages []*page, leave func(), err error) {
	parent, how := b.ctx, []chromedp.ContextOption{chromedp.WithNewBrowserContext()}
	var closing []func()
	leave = func() {
		for _, f := range closing {
			f()
		}
	}
	for _, transport := range []string{"sse", "websocket"} {
		ctx, cancel := chromedp.NewContext(parent, how...)
		closing = append([]func(){cancel}, closing...)
		p := &page{ctx: ctx, transport: transport}
		if err := chromedp.Do(ctx); err != nil {
			return nil, leave, err
		}
		// The tabs are both in front: what stands in the back gets no frames of its screen.
		if err := call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return nil, leave, err
		}
		if err := p.do(chromedp.Navigate(url + "/")); err != nil {
			return nil, leave, err
		}
		pages = append(pages, p)
		parent, how = ctx, nil
	}
	return pages, leave, nil
}

func (p *page) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, enough)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func eval[T any](p *page, within time.Duration, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// until waits until a view is as it should be.
func (p *page) until(what string, ok func(view) bool) (view, error) {
	var v view
	var err error
	for deadline := time.Now().Add(enough); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if v, err = eval[view](p, enough, look); err == nil && ok(v) {
			return v, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("it says %q", v.Connection)
	}
	return v, fmt.Errorf("the page (%s) is not %s: %w", p.transport, what, err)
}

// train sets the transport and begins to train.
func (p *page) train() error {
	v, err := p.until("ready", func(v view) bool { return v.Connection == "Ready" })
	if err != nil {
		return err
	}
	p.first = v.State
	_, err = eval[chromedp.Void](p, enough, fmt.Sprintf(`{
		const e = document.querySelector("select[name=transport]");
		e.value = %q;
		for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, {bubbles: true}));
		const tour = document.getElementById("tour");
		if (tour?.open) tour.close();
		document.getElementById("train").click();
	}`, p.transport))
	if err != nil {
		return err
	}
	_, err = p.until("training", func(v view) bool { return number(v.Step) >= 3 })
	return err
}

// watch looks at the page again and again.
func (p *page) watch(ctx context.Context) {
	p.mu.Lock()
	p.seen = pageReport{said: map[string]int{}, last: time.Now()}
	p.mu.Unlock()
	for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		v, err := eval[struct{ Step, Connection string }](p, time.Second, `({
			Step: document.getElementById("step").innerText,
			Connection: document.getElementById("connection").innerText.trim(),
		})`)
		if err == nil {
			p.note(number(v.Step), v.Connection)
		}
	}
}

// note takes what the page shows.
func (p *page) note(step int, words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, r := time.Now(), &p.seen
	if words != r.now {
		r.said[words]++
		r.now = words
	}
	if step > r.step {
		// While a page is loaded it shows step 0, and then what it had. Who trains on from less
		// has lost the difference.
		if step < r.most {
			r.lost += r.most - r.step
			r.most = step
		}
		r.most = max(r.most, step)
		r.gap = max(r.gap, now.Sub(r.last))
		r.last = now
		r.results++
	}
	r.step = step
}

func (p *page) report() pageReport {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.seen
	r.gap = max(r.gap, time.Since(r.last))
	return r
}

// verify pauses the page, makes its updates in one piece at a server, and compares the bytes.
func (p *page) verify(ctx context.Context, url string) error {
	v, err := eval[view](p, enough, look)
	if err != nil {
		return err
	}
	if v.Pressed {
		if _, err := eval[chromedp.Void](p, enough, `document.getElementById("train").click()`); err != nil {
			return err
		}
	}
	if v, err = p.until("ready", func(v view) bool { return v.Connection == "Ready" && !v.Pressed }); err != nil {
		return err
	}
	updates := stepOf(v.State) - stepOf(p.first)
	if updates < 1 {
		return errors.New("nothing was trained")
	}
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	body := contract.Encode(contract.Message{
		"config": raw(p.first.Config), "network": raw(p.first.Network), "data": raw(p.first.Data), "steps": updates,
	})
	s := &contract.Server{Root: url, Client: &http.Client{}}
	defer s.Client.CloseIdleConnections()
	reply, err := s.Fetch(ctx, "POST", "/step", body, "Content-Type", "application/json")
	if err != nil {
		return err
	}
	want, err := reply.Read()
	if err != nil {
		return err
	}
	if !bytes.Equal([]byte(v.State.Network), want.Network) {
		return fmt.Errorf("after %d updates the page does not hold the state of an undisturbed run", updates)
	}
	return nil
}

func stepOf(s state) int {
	var n struct{ Step int }
	_ = json.Unmarshal([]byte(s.Network), &n) // what is no network has step 0
	return n.Step
}

// reload loads the page again, and trains on.
func (p *page) reload() error {
	if err := p.do(chromedp.Reload()); err != nil {
		return err
	}
	if _, err := p.until("ready", func(v view) bool { return v.Connection == "Ready" && number(v.Step) > 0 }); err != nil {
		return err
	}
	_, err := eval[chromedp.Void](p, enough, `document.getElementById("train").click()`)
	return err
}

// offline takes the network away from the tab.
func (p *page) offline(is bool) error {
	return call(p, cdpnetwork.OverrideNetworkState, cdpnetwork.OverrideNetworkStateParams{
		Offline: is, DownloadThroughput: -1, UploadThroughput: -1,
	})
}

// freeze stops the script of the page, as a machine that sleeps does; its connections stay open.
// What looks at the page meanwhile waits.
func (p *page) freeze(is bool) error {
	if !is {
		return call(p, debugger.Resume, debugger.ResumeParams{})
	}
	ctx, cancel := context.WithTimeout(p.ctx, enough)
	defer cancel()
	if _, err := chromedp.Call(ctx, debugger.Enable, debugger.EnableParams{}); err != nil {
		return err
	}
	return call(p, debugger.Pause, cdp.Empty{})
}

// number reads the digits of a text.
func number(text string) int {
	n, _ := strconv.Atoi(strings.Map(func(r rune) rune { // no digits are 0
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text))
	return n
}

// call sends a command to the browser.
func call[P, R any](p *page, command cdp.Command[P, R], params P) error {
	ctx, cancel := context.WithTimeout(p.ctx, enough)
	defer cancel()
	_, err := chromedp.Call(ctx, command, params)
	return err
}

package browser

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// What the proxies of these tests make the browser say.
const (
	saysAny    = `Failed to load resource: the server responded with a status of \d+`
	saysSilent = `htmx:sse:error|htmx:error|WebSocket connection to .* failed`
)

// fragment is an answer of ours that says something.
const fragment = `<hx-partial hx-target="#notice" hx-swap="innerHTML"><div class="notice problem" role="alert"><p>Oops.</p></div></hx-partial>`

// silence says after how many seconds of silence the page takes a line for broken.
func (p *tab) silence(seconds int) {
	p.tb.Helper()
	p.run(script(`document.getElementById("lab").setAttribute("data-silence", %s)`, fmt.Sprint(seconds)))
}

// trainSome trains for some steps, and returns what the page showed before.
func (p *tab) trainSome() view {
	p.tb.Helper()
	first := p.look()
	p.train()
	p.until("some steps", func(v view) bool { return v.steps() >= first.steps()+3 })
	return first
}

// goesOn waits until the training goes on from a view, and checks the law from another one.
func (x *proxy) goesOn(p *tab, from, first view) {
	p.tb.Helper()
	p.until("the training goes on", func(v view) bool { return v.Connection == saysTraining && v.steps() >= from.steps()+3 })
	x.behind.checkLaw(p.tb, first.state, p.pause())
}

// TestBrowserSilentLine: a line that swallows everything is noticed, and the page goes on over
// another one.
func TestBrowserSilentLine(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, recorded, provoking(saysSilent))
	p.silence(3)
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			first := p.trainSome()
			x.fallSilent()
			p.until("no frame comes", func(v view) bool {
				time.Sleep(500 * time.Millisecond)
				now, err := p.peek()
				return err == nil && now.Step == v.Step
			})
			v := p.until("the training goes on", func(v view) bool {
				now, err := p.peek()
				return err == nil && now.steps() > v.steps()
			})
			x.goesOn(p, v, first)
		})
	}
	p.checkFrames(p.frames())
	if tabs := x.tabsSoFar(); len(tabs) != 1 || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(tabs[0]) {
		t.Errorf("the page's requests name the tabs %q; want one of 128 bits", tabs)
	}
}

// TestBrowserPauseSilent: Pause, a step and an edit do not wait for a line that is silent.
func TestBrowserPauseSilent(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, provoking(saysSilent))
	for _, transport := range pageTransports {
		p.part(transport.name, func(t *testing.T) {
			p.by(transport.value)
			first := p.trainSome()
			p.silence(60)
			x.fallSilent()
			began := time.Now()
			paused := p.pause()
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("Pause took %v; want it at once", took)
			}
			x.behind.checkLaw(t, first.state, paused)
			p.silence(1) // for connections that the browser has kept
			v := p.change("a step", func() { p.step(1) })
			if v.steps() != paused.steps()+1 {
				t.Errorf("a step behind the pause leads from step %s to %s", paused.Step, v.Step)
			}
		})
	}
}

// TestBrowserSlowAnswer: the page says when an answer does not come, gives it up after a while, and
// asks again; a click on Try now does so at once.
func TestBrowserSlowAnswer(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, provoking(saysSilent))
	never := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for _, byHand := range []bool{false, true} {
		p.part(fmt.Sprint("ByHand", byHand), func(t *testing.T) {
			p.silence(2)
			if byHand {
				p.silence(3)
			}
			first := p.look()
			x.asked.Store(0)
			x.answer.Store(&never)
			began := time.Now()
			p.step(1)
			p.until("the page says that no answer comes", func(v view) bool {
				return regexp.MustCompile(`^No answer yet for \d s\. Nothing is lost; still waiting…$`).MatchString(v.Connection)
			})
			x.answer.Store(nil)
			if byHand {
				p.click("#retry")
			}
			v := p.until("the step", func(v view) bool { return ready(v) && v.steps() == first.steps()+1 })
			x.behind.checkLaw(t, first.state, v)
			if took := time.Since(began); byHand == (took > 6*time.Second) {
				t.Errorf("given up by hand %t: the step took %v", byHand, took)
			}
		})
	}
}

// TestBrowserForeignAnswers: what proxies and portals say in place of the server is waited out, and
// said in words.
func TestBrowserForeignAnswers(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, provoking(saysAny, saysSilent))
	first := p.trainSome()
	for _, test := range few(3, []struct {
		status  int
		text    string
		headers []string
		says    string
	}{
		{200, "<title>Log in</title>", nil, "Something before the server has answered. Is there a login page of this network? Nothing is lost"},
		{408, "no", nil, "No answer"},
		{429, "no", []string{"Retry-After", "1"}, "No room on the server"},
		{425, "no", nil, "No answer"},
		{500, "no", nil, "No answer"},
		{502, "no", nil, "No answer"},
		{520, "no", nil, "No answer"},
		{530, "no", nil, "No answer"},
	}) {
		p.part(fmt.Sprint(test.status), func(t *testing.T) {
			before := len(p.sentSoFar())
			x.answers(test.status, test.text, test.headers...)
			p.toggle("hard") // ends the stream, and is no training itself
			p.until("the page says so", func(v view) bool { return strings.HasPrefix(v.Connection, test.says) })
			time.Sleep(time.Second)
			// Those of the page: after 408 Chromium tries each again on all its connections.
			if n := len(p.sentSoFar()) - before; n < 1 || n > 12 {
				t.Errorf("%d tries within a second; want at most 12", n)
			}
			v := p.look()
			if !v.Pressed || v.Storage != "" || v.Notice != "" {
				t.Errorf("meanwhile the page shows %v; want it to go on training, without a notice", v)
			}
			x.answer.Store(nil)
			p.until("the training goes on", func(now view) bool { return now.Connection == saysTraining && now.steps() > v.steps() })
		})
	}
	x.goesOn(p, p.look(), first)
}

// TestBrowserTooLargeForProxy: a proxy's limit ends the training, and the page says whose it is.
func TestBrowserTooLargeForProxy(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, provoking(saysAny))
	x.answers(413, "<h1>413 Request Entity Too Large</h1>")
	p.train()
	v := p.until("the page says so", func(v view) bool { return ready(v) && v.Storage != "" })
	if want := "This is too large for a proxy before the server (0.0 MB)."; v.Pressed || !strings.HasPrefix(v.Storage, want) {
		t.Errorf("behind a 413: pressed %t, %q; want a pause and %q", v.Pressed, v.Storage, want)
	}
}

// TestBrowserFault: a fault of the server is tried again some times, and then shown.
func TestBrowserFault(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, provoking(saysAny))
	x.answers(500, fragment)
	p.train()
	v := p.until("the page shows it", func(v view) bool { return ready(v) && v.Notice != "" })
	if n := x.asked.Load(); v.Pressed || v.notice() != "Oops." || n != 5 {
		t.Errorf("after %d tries: pressed %t, notice %q; want a pause and the notice after 5", n, v.Pressed, v.notice())
	}
	x.answers(500, fragment)
	p.train()
	contract.Eventually(t, "a few tries", func() bool { return x.asked.Load() >= 2 })
	x.answer.Store(nil)
	x.goesOn(p, p.look(), v)
}

// TestBrowserTryNow: the user, the browser that is online again and a page that is seen again do
// not wait for the next try.
func TestBrowserTryNow(t *testing.T) {
	t.Parallel()
	x := startProxy(t)
	p := x.open(t, provoking(saysAny))
	for _, test := range []struct {
		name string
		do   func()
	}{
		{"Button", func() { p.click("#retry") }},
		{"Online", func() { p.run(`dispatchEvent(new Event("online"))`) }},
		{"Visible", func() { p.run(`document.dispatchEvent(new Event("visibilitychange"))`) }},
	} {
		p.part(test.name, func(t *testing.T) {
			x.answers(429, "no", "Retry-After", "30")
			first := p.look()
			p.train()
			p.until("the page waits", func(v view) bool { return full(v) && strings.Contains(v.Connection, " for 2 s.") })
			x.answer.Store(nil)
			time.Sleep(500 * time.Millisecond)
			if v := p.look(); !full(v) {
				t.Fatalf("the page tries before it is to: %v", v)
			}
			began := time.Now()
			test.do()
			p.until("the training goes on", func(v view) bool { return v.Connection == saysTraining && v.steps() > first.steps() })
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("it goes on after %v; want it at once", took)
			}
			p.pause()
			if focus := eval[string](p, `document.activeElement.id`); test.name == "Button" && focus != "connection" && focus != "train" {
				t.Errorf("when the button has gone the focus is at %q; want it kept", focus)
			}
		})
	}
}

// TestBrowserRollover: a stream that lasts as long as it may is followed by the next one without a
// word.
func TestBrowserRollover(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *handlers.Config) { c.MaxStream = 1500 * time.Millisecond })
	p := s.open(t, recorded)
	for _, transport := range pageTransports {
		p.by(transport.value)
		first := p.look()
		from := len(p.sentSoFar())
		p.train()
		contract.Eventually(t, "three streams", func() bool { return len(p.sentSoFar()) >= from+3 })
		s.checkLaw(t, first.state, p.pause())
	}
	said := eval[[]string](p, `testSaid`)
	if slices.ContainsFunc(said, func(text string) bool { return text != saysReady && text != saysTraining }) {
		t.Errorf("the page said %q; want nothing but %s and %s", said, saysReady, saysTraining)
	}
}

// soonBack is how long after the server a page may come back. It takes less than a second on a quiet
// machine, in 95 of 100 outages.
const soonBack = 5 * time.Second

// TestBrowserComesBack: a page comes back soon after the server, however long that was away.
// NNVISU_OUTAGES=20 measures so many outages of 1 to 10 seconds.
func TestBrowserComesBack(t *testing.T) {
	t.Parallel()
	outages, longest := 3, 2*time.Second
	if text := os.Getenv("NNVISU_OUTAGES"); text != "" {
		longest = 10 * time.Second
		if outages = number(text); outages < 1 {
			t.Fatalf("NNVISU_OUTAGES = %q; want a number of outages, such as 20", text)
		}
	}
	s := startMortal(t)
	p := s.open(t, provoking(saysGone, saysBusy))
	var took []time.Duration
	for i := range outages {
		p.by(pageTransports[i%2].value)
		first := p.trainSome()
		s.die()
		time.Sleep(time.Second + time.Duration(rand.Int64N(int64(longest-time.Second))))
		from := p.look()
		s.live()
		began := time.Now()
		p.until("the training goes on", func(v view) bool { return v.steps() > from.steps() })
		took = append(took, time.Since(began).Round(time.Millisecond))
		s.checkLaw(t, first.state, p.pause())
	}
	slices.Sort(took)
	t.Logf("back after %v", took)
	if last := took[len(took)-1]; last > soonBack {
		t.Errorf("back %v after the server; want within %v", last, soonBack)
	}
}

// TestBrowserBulky: what only an import needs is posted with an import only.
func TestBrowserBulky(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.run(`const real = fetch; window.testSizes = []; window.fetch = (url, request) => {
		testSizes.push(request?.body?.byteLength ?? String(request?.body).length);
		return real(url, request);
	}`)
	p.run(`document.getElementById("lab").elements.namedItem("table_text").value = Array.from({length: 20000}, Math.random).join()`)
	p.change("a step", func() { p.step(1) })
	if sizes := eval[[]int](p, `testSizes`); len(sizes) != 1 || sizes[0] > 50_000 {
		t.Errorf("a step posts %d bytes; want one request without a table of 400,000", sizes)
	}
}

package browser

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// address returns what follows the page's path in the address bar, once it has all the parts.
func (p *tab) address(parts ...string) string {
	p.tb.Helper()
	var query string
	contract.Eventually(p.tb, "the address has "+strings.Join(parts, " and "), func() bool {
		query = strings.TrimPrefix(eval[string](p, `location.href`), p.Root+p.Base+"/")
		for _, part := range parts {
			if !strings.Contains(query, part) {
				return false
			}
		}
		return true
	})
	return query
}

// rest waits for longer than the page does before it changes the address.
func (p *tab) rest() {
	p.tb.Helper()
	p.still()
	time.Sleep(800 * time.Millisecond)
}

// go to an address as by a link or by typing.
func (p *tab) visit(address string) {
	p.tb.Helper()
	p.do("open "+address, chromedp.Navigate(p.Root+p.Base+"/"+address))
}

// TestBrowserAddress: the address is the recipe of the run while there is one, and leads to the same
// state in another browser, bit for bit.
func TestBrowserAddress(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, at("?hide=until&lock=settings&fbclid=x"))
	if got := p.address(); got != "?hide=until&lock=settings" {
		t.Errorf("a first visit has the address %s; want the parts alone", got)
	}
	copied := func(address string) view {
		t.Helper()
		q := s.open(t, at(address))
		return q.until("the run of the address", func(v view) bool {
			return ready(v) && !v.Pressed && (v.Step != "0" || !strings.Contains(address, "steps="))
		})
	}
	p.change("another data set", func() { p.dataset("moons") })
	if got := p.address("dataset=moons"); got != "?dataset=moons&hide=until&lock=settings" {
		t.Errorf("the address of a data set is %s", got)
	}

	p.train()
	p.until("steps", func(v view) bool { return v.steps() > 20 })
	if got := p.address(); strings.Contains(got, "steps") {
		t.Errorf("the address of a run under way is %s; want it changed at rest alone", got)
	}
	v := p.pause()
	address := p.address("steps=" + v.Step)
	if got := copied(address); got.differs(v.state) != "" {
		t.Errorf("a copy of the address %s leads to another state: %s", address, got.differs(v.state))
	}

	// A point drawn by hand is not in the address, which stays what it was.
	p.change("a point", func() { p.dab(0.5, 0.5) })
	drawn := p.change("a step", func() { p.step(1) })
	p.rest()
	if got := p.address(); got != address {
		t.Errorf("after drawing the address is %s; want it to stay %s", got, address)
	}
	p.dialog("share")
	p.link("recipe-link")
	if text := p.shown("#share-body"); !strings.Contains(text, "The address of this page does not lead to it") {
		t.Errorf("Share says %q; want that the address leads elsewhere", text)
	}
	p.leave("share")

	p.part("Reload", func(t *testing.T) {
		fields := p.fields()
		for range 2 {
			if v := p.reload(); v.differs(drawn.state) != "" || p.fields() != fields {
				t.Errorf("after a reload: %s; want what was there", v.differs(drawn.state))
			}
		}
		p.rest()
		if got := p.address(); got != address {
			t.Errorf("after a reload the address is %s; want %s", got, address)
		}
	})

	p.part("Undo", func(t *testing.T) {
		q := s.open(t, at(address))
		begun := q.until("the run of the address", func(v view) bool { return ready(v) && !v.Pressed && v.Step != "0" })
		q.change("a point", func() { q.dab(0.5, 0.5) })
		q.change("undo", func() { q.click("#undo") })
		end := q.trainTo(begun.steps() + 7)
		if got := copied(q.address("steps=" + end.Step)); got.differs(end.state) != "" {
			t.Errorf("after undoing a point, the address leads elsewhere: %s", got.differs(end.state))
		}
	})

	p.part("OtherTab", func(t *testing.T) { // of the same browser, whose stores have what was drawn
		q := p.beside(at(address))
		got := q.until("the run of the address", func(v view) bool { return ready(v) && !v.Pressed && v.Step != "0" })
		if got.differs(drawn.state) == "" || got.differs(v.state) != "" {
			t.Errorf("another tab with this address: %s; want the run of the address", got.differs(v.state))
		}
		q.change("a step", func() { q.step(1) })
		q.address("steps=" + q.look().Step)
		if got := p.reload(); got.differs(drawn.state) != "" {
			t.Errorf("the first tab after a reload: %s; want its own state", got.differs(drawn.state))
		}
	})

	// A browser may take an address that is entered again for a reload. A link, such as that of an
	// experiment, opens the recipe, and what was there can be had back.
	p.part("Link", func(t *testing.T) {
		p.run(`window.testBefore = true`)
		p.run(`{ const a = document.createElement("a"); a.href = location.href; document.body.append(a); a.click(); }`)
		contract.Eventually(t, "the page of the link", func() bool {
			before, err := try[bool](p, `Boolean(window.testBefore)`)
			return err == nil && !before
		})
		got := p.until("the run of the address", func(v view) bool { return ready(v) && !v.Pressed && v.Undo && v.Step != "0" })
		if got.differs(v.state) != "" {
			t.Errorf("a link to the address: %s; want its run", got.differs(v.state))
		}
		contract.Eventually(t, "undo brings back what was drawn", func() bool {
			p.click("#undo")
			return p.still().differs(drawn.state) == ""
		})
	})

	p.part("Back", func(t *testing.T) {
		q := s.open(t, at(address))
		q.until("the run of the address", func(v view) bool { return ready(v) && !v.Pressed && v.Step != "0" })
		q.rest()
		q.visit("?dataset=xor&steps=3")
		other := q.until("the other run", func(v view) bool { return ready(v) && !v.Pressed && v.Step == "3" })
		q.rest()
		q.do("back", chromedp.NavigateBack())
		if got := q.until("the first run", func(v view) bool { return ready(v) && !v.Pressed && v.Step != "0" && v.Step != "3" }); got.differs(v.state) != "" {
			t.Errorf("back: %s; want the run of the address", got.differs(v.state))
		}
		q.rest()
		q.do("forward", chromedp.NavigateForward())
		if got := q.until("the other run", func(v view) bool { return ready(v) && !v.Pressed && v.Step == "3" }); got.differs(other.state) != "" {
			t.Errorf("forward: %s; want the run of the address", got.differs(other.state))
		}
	})
}

// TestBrowserHash: a link to a state opens in the tab that shows the page already. A damaged one is
// said to be damaged, and an old one opens.
func TestBrowserHash(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, at("?dataset=xor&steps=4&lock=settings"))
	end := p.until("the recipe is replayed", func(v view) bool { return ready(v) && !v.Pressed && v.Step == "4" })
	p.dialog("share")
	whole, fields := p.link("state-link"), p.fields()
	p.leave("share")
	_, packed, _ := strings.Cut(whole, "#state=")
	p.rest()
	own := p.change("steps", func() { p.step(1) })
	p.address("steps=5")
	enter := func(fragment string) { eval[string](p, script(`location.hash = %s`, fragment)) }

	for _, fragment := range []string{"state=" + packed, "state=" + packed[:50] + "%C2%AD" + packed[50:] + ").", "state=" + packed + "&utm_source=chat"} {
		enter(fragment)
		p.until("the state is opened", func(v view) bool { return ready(v) && v.differs(end.state) == "" })
		if p.fields() != fields {
			t.Errorf("#%.80s opens other fields", fragment)
		}
		if got := p.address(); got != "?lock=settings" {
			t.Errorf("the address is %s; want the parts alone", got)
		}
		if v := p.change("undo", func() { p.click("#undo") }); v.differs(own.state) != "" {
			t.Errorf("after undoing the link: %s", v.differs(own.state))
		}
		p.address("steps=5", "lock=settings")
	}

	middle := len(packed) / 2
	for _, damaged := range []string{
		packed[:middle] + flipped(packed[middle:middle+1]) + packed[middle+1:], packed[:len(packed)-7], "A", "",
	} {
		enter("state=" + damaged)
		v := p.until("that it is damaged", func(v view) bool { return ready(v) && strings.Contains(v.Storage, "damaged") })
		if v.differs(own.state) != "" {
			t.Errorf("after a damaged link: %s", v.differs(own.state))
		}
		if got := p.address("steps=5"); strings.Contains(got, "#") {
			t.Errorf("after a damaged link the address is %.80s", got)
		}
		p.click("#storage-notice [data-close]")
	}

	enter("state=" + flipped(packed[:1]) + packed[1:])
	p.until("that it is damaged", func(v view) bool { return ready(v) && strings.Contains(v.Storage, "damaged") })
	enter("state=" + packed)
	if v := p.until("the state is opened", func(v view) bool { return ready(v) && v.differs(end.state) == "" }); v.Storage != "" {
		t.Errorf("above a state that was opened stands %q; want no word of the link before", v.Storage)
	}
	p.change("undo", func() { p.click("#undo") })

	compressed, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil {
		t.Fatal(err)
	}
	text, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	var old bytes.Buffer
	w, _ := flate.NewWriter(&old, flate.BestCompression)
	if _, err = io.Copy(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	enter("state=" + base64.RawURLEncoding.EncodeToString(old.Bytes()))
	p.until("the old link is opened", func(v view) bool { return ready(v) && v.differs(end.state) == "" })
	if v := p.reload(); v.differs(end.state) != "" {
		t.Errorf("after a reload: %s; want the state of the old link", v.differs(end.state))
	}
}

// flipped returns another character of base64url.
func flipped(c string) string {
	if c == "A" {
		return "B"
	}
	return "A"
}

// TestBrowserLinkRefused: a link that could not be opened stays in the address while that is said. So
// it can be mended there, or followed again when the server can open it.
func TestBrowserLinkRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t, provoking(saysRefused))
	own := p.trainTo(3) // which the browser stores
	p.rest()
	const link = "?dataset=moons&points=5O&hide=until"
	p.visit(link)
	for range 2 {
		if v := p.ready(); !strings.Contains(v.Notice, "This link cannot be opened. ") || v.differs(own.state) != "" {
			t.Errorf("after a link with a mistake: %v; want to be told, and what was stored", v)
		}
		p.rest()
		if got := p.address(); got != link {
			t.Errorf("a link with a mistake has become %s; want it as it was", got)
		}
		p.reload()
	}

	// Its server can open it by now. The browser does not know: its page is an entry of a link refused.
	p.run(`history.replaceState(history.state, "", "?dataset=moons&points=50")`)
	if v := p.reload(); v.Points != "50 points" || v.Notice != "" {
		t.Errorf("the link, followed again when it can be opened: %v; want its 50 points", v)
	}

	p.visit(link)
	p.ready()
	p.change("a step", func() { p.step(1) })
	if got := p.address("steps="); strings.Contains(got, "5O") || !strings.Contains(got, "hide=until") {
		t.Errorf("after a step the address is %s; want the recipe of what is shown", got)
	}
}

// TestBrowserEntities: a link whose ampersands were written as numbers, as blogs do, is put together
// again. Browsers take what follows the first of them for a fragment.
func TestBrowserEntities(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	own := p.trainTo(3)
	for _, link := range []string{"?dataset=moons&#038;points=50&#038;noise=0", "?dataset=moons&#x26;points=50"} {
		p.visit(link)
		v := p.until("the link is opened", func(v view) bool { return ready(v) && v.Points == "50 points" })
		if v.Notice != "" || v.Storage != "" {
			t.Errorf("after %s: %v; want no word", link, v)
		}
		if got := p.address("points=50"); strings.Contains(got, "#") || strings.Contains(link, "noise") != strings.Contains(got, "noise=0") {
			t.Errorf("after %s the address is %s", link, got)
		}
		p.change("undo", func() { p.click("#undo") })
		if v := p.look(); v.differs(own.state) != "" {
			t.Errorf("undo after %s: %s; want what was there before", link, v.differs(own.state))
		}
	}
}

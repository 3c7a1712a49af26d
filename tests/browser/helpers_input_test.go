package browser

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	cdpdom "github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A box is where an element is, in CSS pixels of the window.
type box struct{ X, Y, Width, Height float64 }

// box scrolls an element into view and returns where it is. It waits for a page that is still being loaded,
// where what comes moves the element away from there. It fails if a click into the element's middle would hit
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
			if (`+isLoading+`) return {Problem: "is in a page that is being loaded"};
			if (e.disabled || e.getAttribute("aria-disabled") === "true") return {Problem: "is disabled"};
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

// upload chooses a file, as a person does in the browser's own dialog, or the folder that its name begins
// with.
func (p *tab) upload(selector, name string, body []byte) {
	p.tb.Helper()
	folder, _, inFolder := strings.Cut(name, "/")
	dir := p.tb.TempDir()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, body, 0o600)); err != nil {
		p.tb.Fatal(err)
	}
	if inFolder {
		path = filepath.Join(dir, folder)
	}
	found := must(p, cdpruntime.Evaluate, cdpruntime.EvaluateParams{Expression: script(`document.querySelector(%s)`, selector)})
	if found.Result.ObjectID == "" {
		p.tb.Fatalf("%s is not there; want to choose a file with it", selector)
	}
	must(p, cdpdom.SetFileInputFiles, cdpdom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.Result.ObjectID})
}

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

// enter puts the focus into a field, which may be folded away, and selects what it holds.
func (p *tab) enter(id string) {
	p.tb.Helper()
	p.run(script(`((e) => { e.closest("details")?.setAttribute("open", ""); e.focus(); e.select?.(); })(document.getElementById(%s))`, id))
}

// choose takes an option of a select. A browser without a screen has no list to click on.
func (p *tab) choose(name, value string) {
	p.tb.Helper()
	p.run(script(`((e, value) => {
		e.closest("details")?.setAttribute("open", "");
		e.focus();
		e.value = value;
		for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, {bubbles: true}));
	})(document.querySelector("select[name=" + %s + "]"), %s)`, name, value))
}

// holds returns what is written in a field.
func (p *tab) holds(id string) string {
	p.tb.Helper()
	return read[string](p, script(`document.getElementById(%s).value`, id))
}

// shown returns the text of an element as it is seen; "" if it is hidden or not there.
func (p *tab) shown(selector string) string {
	p.tb.Helper()
	return read[string](p, script(`document.querySelector(%s)?.innerText.trim() ?? ""`, selector))
}

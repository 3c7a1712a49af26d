package browser

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/chromedp"
)

// link returns what follows the page's address in the link of the share dialog.
func (p *tab) link(id string) string {
	p.tb.Helper()
	var href string
	contract.Eventually(p.tb, "the link "+id, func() bool {
		href = eval[string](p, script(`((a) => a && (a.id !== "state-link" || a.href.includes("#state=")) ? a.href : "")(document.getElementById(%s))`, id))
		return href != ""
	})
	rest, ok := strings.CutPrefix(href, p.Root+p.Base+"/")
	if !ok {
		p.tb.Fatalf("the link is %s; want one to this page", brief(href))
	}
	return rest
}

// fields are all hidden fields that a saved state holds.
func (p *tab) fields() [5]string {
	p.tb.Helper()
	return [5]string{p.hidden("config"), p.hidden("network"), p.hidden("data"), p.hidden("meta"), p.hidden("history")}
}

// TestBrowserShare: a link to the recipe replays the run, one to the state is the state, bit for
// bit, and neither loses what the browser that opens it had.
func TestBrowserShare(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.change("another data set", func() { p.dataset("moons") })
	p.change("points held out", func() { p.fill("test_fraction", "0.2") })
	p.change("a batch size", func() { p.fill("batch_size", "16") })
	p.choose("frame_steps", "5")
	end := p.trainTo(40)
	p.dialog("share")
	recipe, whole, fields := p.link("recipe-link"), p.link("state-link"), p.fields()
	if strings.Contains(p.shown("#share-body"), "this link:") || strings.Contains(p.shown("#share-body"), "other weights") {
		t.Errorf("the dialog says %q; want a recipe that says it all", p.shown("#share-body"))
	}
	p.leave("share")

	p.part("Recipe", func(t *testing.T) {
		q := s.open(t, at(recipe))
		v := q.until("the recipe is replayed", func(v view) bool { return ready(v) && !v.Pressed && v.Step == end.Step })
		if v.differs(end.state) != "" || v.Loss != end.Loss || v.Accuracy != end.Accuracy {
			t.Errorf("the recipe leads to %v; want %v\n%s", v, end, v.differs(end.state))
		}
		if address := q.address("steps="); address != recipe {
			t.Errorf("the address is %s after opening the link; want its recipe", address)
		}
		if v = q.reload(); v.differs(end.state) != "" {
			t.Errorf("after a reload: %s", v.differs(end.state))
		}
	})

	p.part("State", func(t *testing.T) {
		q := s.open(t)
		mine := q.trainTo(3)
		q.do("open the link", chromedp.Navigate(s.Root+s.Base+"/"+whole))
		v := q.until("the state is opened", func(v view) bool { return ready(v) && v.Step == end.Step })
		if got := q.fields(); got != fields {
			t.Errorf("the link opens %v; want the hidden fields as they were", v)
		}
		q.checkStored(q.still())
		if n := q.curve("loss", "train"); n != p.curve("loss", "train") {
			t.Error("the curve is another than that of the state's own page")
		}
		if v = q.reload(); q.fields() != fields {
			t.Errorf("after a reload: %v; want the state that was opened", v)
		}
		q.do("open the link again", chromedp.Navigate(s.Root+s.Base+"/"+whole))
		q.until("the state is opened", func(v view) bool { return ready(v) && v.Step == end.Step && v.Undo })
		q.train()
		q.until("the training goes on", func(v view) bool { return v.steps() > end.steps()+5 })
		s.checkLaw(t, end.state, q.pause())
		if q.look().differs(mine.state) == "" {
			t.Error("the link did not replace what was there")
		}
	})

	p.part("PreviousWork", func(t *testing.T) {
		for name, link := range map[string]string{"recipe": recipe, "state": whole} {
			q := s.open(t)
			mine := q.trainTo(3)
			history := q.hidden("history")
			q.do("open the link", chromedp.Navigate(s.Root+s.Base+"/"+link))
			q.until("the link is opened", func(v view) bool { return ready(v) && !v.Pressed && v.Step == end.Step })
			v := q.until("the own work is back", func() func(v view) bool {
				q.click("#undo")
				return func(v view) bool { return ready(v) && v.differs(mine.state) == "" }
			}())
			if v.Loss != mine.Loss || q.hidden("history") != history {
				t.Errorf("after undoing the %s: %v; want what was before, with its curves", name, v)
			}
		}
	})

	p.part("Parts", func(t *testing.T) {
		p.dialog("share")
		p.click(`[name=hide][value=until]`)
		p.until("the links", ready)
		p.click(`[name=hide][value=experiments]`)
		p.until("the links", ready)
		p.click(`[name=lock][value=data]`)
		contract.Eventually(t, "the links say so", func() bool {
			return ready(p.look()) && strings.Contains(p.link("recipe-link"), "lock=data")
		})
		recipe, whole := p.link("recipe-link"), p.link("state-link")
		p.leave("share")
		check := func(q *tab, when string) {
			t.Helper()
			type look struct{ Until, Experiments, Network, Locked, Free bool }
			got := eval[look](q, `({
				Until: document.querySelector(".until").checkVisibility(), Experiments: document.getElementById("experiments-open").checkVisibility(),
				Network: document.querySelector(".network").checkVisibility(),
				Locked: document.querySelector("#data-card .lockable").inert && document.querySelector("#data-card .lock-note").checkVisibility(),
				Free: !document.querySelector(".network .lockable").inert && !document.querySelector(".network .lock-note").checkVisibility(),
			})`)
			if want := (look{Network: true, Locked: true, Free: true}); got != want {
				t.Errorf("%s: %+v; want %+v", when, got, want)
			}
		}
		for name, link := range map[string]string{"recipe": recipe, "state": whole} {
			q := s.open(t, at(link))
			v := q.until("the link is opened", func(v view) bool { return ready(v) && !v.Pressed && v.Step == end.Step })
			if d := v.differs(end.state); d != "" {
				t.Errorf("the %s with parts left out leads to another state: %s", name, d)
			}
			check(q, "the "+name)
			v = q.reload()
			check(q, "the "+name+" after a reload")
			if d := v.differs(end.state); d != "" {
				t.Errorf("after a reload: %s", d)
			}
			q.change("a step all the same", func() { q.step(1) })
		}
	})

	p.part("Damaged", func(t *testing.T) {
		q := s.open(t)
		mine := q.trainTo(3)
		q.provokes(saysRefused)
		for name, link := range map[string]string{
			"cut off": whole[:len(whole)-40], "no base64": "?#state=!!!", "no JSON": "?#state=S0wqSklNS88AAA", // "lorem"-like
		} {
			q.do("open the link", chromedp.Navigate(s.Root+s.Base+"/"+link))
			v := q.until("what is wrong with a link that is "+name+" is said", func(v view) bool { return ready(v) && v.Storage+v.Notice != "" })
			if d := v.differs(mine.state); d != "" && strings.Contains(v.Storage, "still here") {
				t.Errorf("after a link that is %s, of which %q is said: %s", name, v.Storage, d)
			} else if d != "" {
				v = q.change("undo", func() { q.click("#undo") })
				if d := v.differs(mine.state); d != "" {
					t.Errorf("after a link that is %s: %s", name, d)
				}
			}
			if v = q.reload(); v.differs(mine.state) != "" {
				t.Errorf("after a link that is %s and a reload: %s", name, v.differs(mine.state))
			}
		}
		// So is a state that is none of ours.
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write([]byte(`{"type":"something","version":1}`)) // to memory
		_ = z.Close()
		for range 2 { // in the open page, and from elsewhere
			q.do("open the link", chromedp.Navigate(s.Root+s.Base+"/#state="+base64.RawURLEncoding.EncodeToString(packed.Bytes())))
			v := q.until("that it is no state of ours", func(v view) bool {
				return ready(v) && strings.Contains(v.Notice, "This link cannot be opened. It is not a saved state") && strings.Contains(v.Notice, "still here")
			})
			if d := v.differs(mine.state); d != "" {
				t.Errorf("after a link to something else: %s", d)
			}
			q.do("leave the page", chromedp.Navigate("about:blank"))
		}
		// A recipe that cannot be is told, too.
		q.do("open the link", chromedp.Navigate(s.Root+s.Base+"/?dataset=moons&learning_rate=99"))
		v := q.until("what is wrong with the recipe is said", func(v view) bool { return ready(v) && strings.Contains(v.Notice, "cannot be opened") })
		if d := v.differs(mine.state); d != "" {
			t.Errorf("after a recipe that cannot be: %s", d)
		}
	})

	p.part("File", func(t *testing.T) {
		dir := p.downloads()
		p.dialog("share")
		p.click("#share button[value=state]")
		body := p.downloaded(dir, "nnvisu_state.json")
		var file map[string]json.RawMessage
		if err := json.Unmarshal(body, &file); err != nil || string(file["network"]) != end.Network || string(file["data"]) != end.Data {
			t.Fatalf("the file is %s (%v); want the state", brief(string(body)), err)
		}
		p.leave("share")
		p.change("something else", func() { p.dataset("xor") })
		other := p.look()
		p.dialog("share")
		p.upload("[data-open-state]", "state.json", body)
		v := p.until("the file is opened", func(v view) bool { return ready(v) && v.differs(end.state) == "" })
		contract.Eventually(t, "the dialog is closed", func() bool { return !p.isOpen("share") })
		s.checkLaw(t, v.state, p.change("a step", func() { p.step(1) }))
		p.change("undo", func() { p.click("#undo") })
		if v = p.change("undo", func() { p.click("#undo") }); v.differs(other.state) != "" {
			t.Errorf("after undoing the file: %s", v.differs(other.state))
		}
		p.provokes(saysRefused)
		p.dialog("share")
		p.upload("[data-open-state]", "state.json", []byte(`{"type":"something","version":1}`))
		contract.Eventually(t, "what is wrong with the file is said", func() bool { return strings.Contains(p.besideField("opened"), "not a saved state") })
		if !p.isOpen("share") || p.still().differs(other.state) != "" {
			t.Error("a file that is no state closes the dialog or changes the state")
		}
		p.upload("[data-open-state]", "state.json", body)
		p.until("the file is opened", func(v view) bool { return ready(v) && v.differs(end.state) == "" })
		if text := p.besideField("opened"); text != "" {
			t.Errorf("beside the file is %q after one that can be opened; want nothing", text)
		}
	})
}

// TestBrowserExport: each button of the export downloads the file that it says.
func TestBrowserExport(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.trainTo(3)
	dir := p.downloads()
	before := p.still()
	p.dialog("export")
	files := map[string]struct{ name, begins, has string }{
		"pytorch":    {"model.py", "", "import torch"},
		"numpy":      {"model_numpy.py", "", "import numpy"},
		"go":         {"model.go", "", "package"},
		"javascript": {"model.mjs", "", "export"},
		"onnx":       {"model.onnx", "\x08", ""},
	}
	formats := eval[[]string](p, `Array.from(document.querySelectorAll("#export button[name=format]"), (e) => e.value)`)
	if len(formats) != len(files) {
		t.Errorf("the formats are %q; want %d of them", formats, len(files))
	}
	for _, format := range formats {
		want := files[format]
		p.click("#export button[value=" + format + "]")
		body := string(p.downloaded(dir, want.name))
		if !strings.HasPrefix(body, want.begins) || !strings.Contains(body, want.has) {
			t.Errorf("%s begins with %.60q; want %q, and %q in it", want.name, body, want.begins, want.has)
		}
	}
	p.run(`document.querySelector("[name=picture_view]").value = "lab"`)
	p.run(`document.querySelector("[name=picture_theme]").value = "dark"`)
	p.settled()
	for address, want := range map[string]struct{ name, begins, has string }{
		"picture.svg": {"nnvisu-lab.svg", "<svg ", "after " + before.Step + " updates"},
		"picture.png": {"nnvisu-lab.png", "\x89PNG", "pHYs"},
		"curves.csv":  {"nnvisu-curves.csv", "step,epoch,train_loss", "\n" + before.Step + ","},
	} {
		p.click("#export button[formaction='" + address + "']")
		body := string(p.downloaded(dir, want.name))
		if !strings.HasPrefix(body, want.begins) || !strings.Contains(body, want.has) {
			t.Errorf("%s begins with %.60q; want %q, and %q in it", want.name, body, want.begins, want.has)
		}
	}
	p.leave("export")
	if v := p.still(); v.differs(before.state) != "" || v.Notice != before.Notice {
		t.Errorf("a download changes the page: %v", v)
	}
	p.change("a step", func() { p.step(1) })
}

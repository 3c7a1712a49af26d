package browser

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestBrowserStored: the browser stores the values of the contract, which any program can take on
// from there.
func TestBrowserStored(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.open(t)
	p.change("points held out", func() { p.fill("test_fraction", "0.25") })
	v := p.trainTo(4)
	p.checkStored(v)
	config := contract.Decode[map[string]json.RawMessage](t, []byte(v.Local.Config))
	for _, member := range []string{"task", "features", "hidden_layers", "activation", "init", "classes", "optimizer",
		"learning_rate", "batch_size", "l1", "l2", "dropout", "test_fraction", "seed"} {
		if _, ok := config[member]; !ok {
			t.Errorf("nnvisu_config has no %s: %s", member, v.Local.Config)
		}
		delete(config, member)
	}
	if len(config) > 0 {
		t.Errorf("nnvisu_config has %s; want the members of the contract", contract.Encode(config))
	}
	n := v.Local.net(t) // which knows no other members than the contract
	if n.Step != v.steps() || n.Epoch != number(v.Epoch) || len(n.Weights) != 3 || len(n.Optimizer) == 0 {
		t.Errorf("nnvisu_weights: step %d, epoch %d, %d layers, optimizer %s; want what is shown: %v", n.Step, n.Epoch, len(n.Weights), n.Optimizer, v)
	}
	if points := v.Local.points(t); len(points) != 200 {
		t.Errorf("nnvisu_data has %d points; want 200", len(points))
	}
	if got := contract.Decode[contract.Network](t, []byte(s.trained(t, v.Local, 1))).Step; got != n.Step+1 {
		t.Errorf("POST /step of what is stored makes step %d; want %d", got, n.Step+1)
	}
}

// TestBrowserSwitches: what the user chose besides the state survives a reload, too.
func TestBrowserSwitches(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.change("a class more", func() { p.act("add-class") })
	p.change("points held out", func() { p.fill("test_fraction", "0.2") }) // which can be hidden
	for _, name := range []string{"hard", "hide_test"} {
		p.toggle(name)
		p.still()
	}
	p.choose("frame_steps", "25")
	p.by("websocket")
	p.tool("2")
	p.toggle("log_scale") // which is a matter of the curves
	p.still()
	p.panel("gradients")
	p.fill("until_loss", "0.001")
	p.still()
	const switches = `(({hard, hide_test, frame_steps, transport, tool, log_scale, panel, until_loss}) =>
		[hard.checked, hide_test.checked, frame_steps.value, transport.value, tool.value, log_scale.checked, panel.value, until_loss.value].join())(
		document.getElementById("lab").elements)`
	const want = "true,true,25,websocket,2,true,gradients,0.001"
	if got := eval[string](p, switches); got != want {
		t.Fatalf("the switches are %s; want %s", got, want)
	}
	picture := string(p.pixels())
	p.reload()
	if got := eval[string](p, switches); got != want {
		t.Errorf("after a reload the switches are %s; want %s", got, want)
	}
	if string(p.pixels()) != picture {
		t.Error("after a reload the picture is another; want the hard edges of before")
	}
}

// storageFull makes a browser whose storage has no room left.
const storageFull = `Storage.prototype.setItem = () => { throw new DOMException("no room", "QuotaExceededError"); };`

// TestBrowserStorageBroken: a browser that does not store is told so; all else works.
func TestBrowserStorageBroken(t *testing.T) {
	t.Parallel()
	for _, broken := range []struct{ name, script string }{
		{"Full", storageFull},
		{"Blocked", `for (const name of ["localStorage", "sessionStorage"])
			Object.defineProperty(window, name, {get() { throw new DOMException("denied", "SecurityError"); }})`},
	} {
		t.Run(broken.name, func(t *testing.T) {
			s := start(t)
			p := s.open(t, before(broken.script))
			first := p.look().state
			v := p.trainTo(3)
			s.checkLaw(t, first, v)
			if !strings.Contains(v.Storage, "stor") {
				t.Errorf("the notice about storage is %q; want to be told", v.Storage)
			}
			p.change("a point", func() { p.dab(0.5, 0.5) })
			if d := p.change("undo", func() { p.click("#undo") }).differs(v.state); d != "" {
				t.Errorf("after the undo: %s", d)
			}
			p.reload() // begins anew, and works
			p.change("a step", func() { p.step(1) })
		})
	}
}

// firstState is the state that the page begins with.
func (s *server) firstState(tb testing.TB) state {
	tb.Helper()
	text := string(s.Get(tb, "/").Body)
	field := func(name string) string {
		_, after, found := strings.Cut(text, `name="`+name+`" value="`)
		value, _, ended := strings.Cut(after, `"`)
		if !found || !ended {
			tb.Fatalf("the page has no field %s", name)
		}
		return html.UnescapeString(value)
	}
	return state{field("config"), field("network"), field("data")}
}

// TestBrowserStorageUnreadable: what is stored but cannot be used is set aside, not lost, and the
// page begins anew.
func TestBrowserStorageUnreadable(t *testing.T) {
	t.Parallel()
	s := start(t)
	good := s.firstState(t)
	for _, test := range []struct {
		name   string
		stored state
		full   bool // there is no room to set it aside
	}{
		{name: "Garbage", stored: state{good.Config, "garbage", good.Data}},
		{name: "OtherVersion", stored: state{`{"learningRate":0.1,"layers":[2,4,2]}`, `{"weights":[]}`, `[{"x":7}]`}},
		{name: "NoRoom", stored: state{good.Config, "garbage", good.Data}, full: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			// It is stored once, before the first document of the tab looks.
			store := script(`
				if (!sessionStorage.getItem("test_stored")) {
					sessionStorage.setItem("test_stored", "1");
					const {config, network, data} = %s;
					localStorage.setItem("nnvisu_config", config);
					localStorage.setItem("nnvisu_weights", network);
					localStorage.setItem("nnvisu_data", data);
				}
			`, test.stored)
			if test.full {
				store += storageFull
			}
			p := s.open(t, provoking(saysRefused), before(store))
			v := p.still()
			if d := v.differs(good); d != "" {
				t.Errorf("the page does not begin anew: %s", d)
			}
			s.checkLaw(t, good, p.change("a step", func() { p.step(1) }))
			if test.full {
				if v.Storage == "" {
					t.Error("there is no notice about storage; want to be told that it is full")
				}
				if left := v.Local.Network + eval[string](p, `localStorage.getItem("nnvisu_weights_set_aside") ?? ""`); left != "garbage" {
					t.Errorf("localStorage has %q; want what was stored, wherever there is room for it", brief(left))
				}
				return
			}
			if !strings.Contains(v.Storage, "set aside") {
				t.Errorf("the notice about storage is %q; want to be told that the state was set aside", v.Storage)
			}
			aside := eval[state](p, `((get) => ({config: get("nnvisu_config"), network: get("nnvisu_weights"), data: get("nnvisu_data")}))(
				(key) => localStorage.getItem(key + "_set_aside") ?? "")`)
			if d := aside.differs(test.stored); d != "" {
				t.Errorf("what was set aside is not what was stored: %s", d)
			}
			v = p.still()
			p.checkStored(v)
			if now := p.reload(); now.differs(v.state) != "" || now.Storage != "" {
				t.Errorf("after a reload: %v; want the state of before and no word of storage", now)
			}
		})
	}
}

// TestBrowserStorageInPart: what is stored need not be everything, and unreadable switches are no
// reason to lose it.
func TestBrowserStorageInPart(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, before(`localStorage.setItem("nnvisu_data", '[{"x":0.5,"y":-0.5,"label":1},{"x":-0.5,"y":0.5,"label":0}]')`))
	if v := p.still(); v.Points != "2 points" || v.Storage != "" {
		t.Errorf("with nothing but points stored: %v; want these two points and no word of storage", v)
	}
	v := p.trainTo(2)
	p.run(`addEventListener("pagehide", () => [localStorage, sessionStorage].forEach((store) => store.setItem("nnvisu_page", "garbage")))`)
	if now := p.reload(); now.differs(v.state) != "" {
		t.Errorf("with unreadable switches: %v; want the state of before", now)
	}
	p.trainTo(v.steps() + 2)
}

// TestBrowserStorageCorrupt: whatever stands in the place of a text that is stored, the page works.
func TestBrowserStorageCorrupt(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, provoking(saysRefused))
	for _, key := range []string{"page", "mark", "config", "data", "meta", "recipe", "weights", "history", "pinned", "own", "renewal", "loads"} {
		for _, value := range few(1, []string{`{"a":null,"points":[1]}`, "null", "garbage"}) {
			own := p.change("a step", func() { p.step(1) })
			// After the page, which stores at each of both events.
			p.run(script(`for (const event of ["pagehide", "visibilitychange"]) addEventListener(event, () =>
				[localStorage, sessionStorage].forEach((store) => store.setItem(%s, %s)))`, "nnvisu_"+key, value))
			v := p.reload()
			if strings.Contains(v.Storage, "went wrong") {
				t.Fatalf("with %s stored as %s the page says %q", key, value, v.Storage)
			}
			switch key {
			case "page", "mark", "recipe", "own", "renewal", "loads": // which are no part of the state
				if v.differs(own.state) != "" {
					t.Errorf("with %s stored as %s: %s; want the state of before", key, value, v.differs(own.state))
				}
			}
		}
	}
	p.trainTo(p.look().steps() + 3)
}

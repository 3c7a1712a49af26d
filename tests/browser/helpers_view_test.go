package browser

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
)

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

// differs says in which parts a state is not the one wanted; "" if they are the same, byte for
// byte.
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
		pressed: $("train").getAttribute("data-trains") === "true",
		points: text("point-count"), undo: $("undo").getAttribute("aria-disabled") !== "true",
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
	saysFull     = "No room"   // and more
)

func ready(v view) bool   { return v.Connection == saysReady }
func waiting(v view) bool { return strings.HasPrefix(v.Connection, saysWaiting) }
func full(v view) bool    { return strings.HasPrefix(v.Connection, saysFull) }

// ready waits until the page is loaded and has nothing under way.
func (p *tab) ready() view {
	p.tb.Helper()
	contract.Eventually(p.tb, "the page is loaded", func() bool {
		loaded, err := try[bool](p, `document.readyState === "complete" && !!document.getElementById("train")`)
		return err == nil && loaded
	})
	return p.until("the page is ready", ready)
}

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

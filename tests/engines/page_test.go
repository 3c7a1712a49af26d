//go:build unix

package engines

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/fleet"
)

// A page is the page of a server in a browser.
type page struct {
	driver
	*testing.T
	lesson
	server *fleet.Replica
}

// A view is what is to be seen of the page, and the state behind it, at one moment.
type view struct {
	Config, Network, Data string
	Step                  int
	Connection            string
	Points                string
	Moment                string
	Notice                string
}

const look = `(() => {
	const text = (id) => document.getElementById(id)?.innerText.trim() ?? "";
	const value = (name) => document.querySelector("[name=" + name + "]").value;
	return {
		Config: value("config"), Network: value("network"), Data: value("data"),
		Step: Number(text("step").replace(/\D/g, "")), Connection: text("connection"),
		Points: text("point-count"), Moment: text("moment"), Notice: text("notices"),
	};
})()`

func (v view) String() string {
	return fmt.Sprintf("step %d, %s, %s, history %q, notices %q", v.Step, v.Connection, v.Points, v.Moment, v.Notice)
}

// eval evaluates an expression in the page.
func eval[T any](p *page, expression string, args ...any) T {
	p.Helper()
	for i, arg := range args {
		args[i] = contract.Encode(arg)
	}
	expression = fmt.Sprintf(expression, args...)
	text, err := p.evaluate(expression)
	var v T
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		p.Fatalf("%s is %q: %v", expression, text, err)
	}
	return v
}

// until waits until the page looks as it should, and returns how that is.
func (p *page) until(what string, ok func(view) bool) view {
	p.Helper()
	var v view
	for deadline := time.Now().Add(contract.Patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		text, err := p.evaluate(look)
		if err == nil && json.Unmarshal(text, &v) == nil && ok(v) { // between two pages there is no view
			return v
		}
	}
	p.Fatalf("not within %v: %s. The page: %v", contract.Patience, what, v)
	return v
}

func ready(v view) bool { return v.Connection == "Ready" }

// ready waits until nothing is under way.
func (p *page) ready() view { p.Helper(); return p.until("the page is ready", ready) }

// visit opens an address and waits until the script runs.
func (p *page) visit(url string) view {
	p.Helper()
	p.must("open "+url, p.open(url))
	return p.loaded()
}

func (p *page) loaded() view {
	p.Helper()
	p.is("the script runs", `document.documentElement.classList.contains("script")`)
	return p.ready()
}

func (p *page) must(what string, err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("%s: %v", what, err)
	}
}

// is waits until an expression is true.
func (p *page) is(what, expression string, args ...any) {
	p.Helper()
	contract.Eventually(p, what, func() bool { return eval[bool](p, expression, args...) })
}

// at returns where in the window a place of an element is: 0.5, 0.5 is the middle.
func (p *page) at(selector string, x, y float64) place {
	p.Helper()
	var box struct {
		X, Y, Width, Height float64
		Problem             string
	}
	for deadline := time.Now().Add(contract.Patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		box = eval[struct {
			X, Y, Width, Height float64
			Problem             string
		}](p, `((selector, x, y) => {
			const e = document.querySelector(selector);
			if (!e) return {Problem: "is not there"};
			if (e.disabled) return {Problem: "is disabled"};
			let box = e.getBoundingClientRect();
			if (box.top < 0 || box.bottom > innerHeight) e.scrollIntoView({block: "center", behavior: "instant"});
			box = e.getBoundingClientRect();
			const hit = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
			const Problem = e.contains(hit) ? "" : "is behind " + (hit?.outerHTML.slice(0, 80) ?? "nothing");
			return {X: box.x, Y: box.y, Width: box.width, Height: box.height, Problem};
		})(%s, %s, %s)`, selector, x, y)
		if box.Problem == "" {
			return place{box.X + x*box.Width, box.Y + y*box.Height}
		}
	}
	p.Fatalf("%s %s", selector, box.Problem)
	return place{}
}

// click clicks into the middle of an element.
func (p *page) click(selector string) {
	p.Helper()
	p.must("click "+selector, p.point(p.at(selector, 0.5, 0.5)))
}

func (p *page) key(keys ...string) {
	p.Helper()
	p.must("press "+strings.Join(keys, "+"), p.press(keys...))
}

// change does something that changes the state, and waits until the page is ready again.
func (p *page) change(what string, do func()) view {
	p.Helper()
	from := p.ready()
	do()
	return p.until(what, func(v view) bool {
		return ready(v) && (v.Network != from.Network || v.Data != from.Data || v.Config != from.Config)
	})
}

// train trains for some steps at least, pauses, and checks that the server makes the same of the
// same start in one piece.
func (p *page) train(steps int, meanwhile func(step int)) view {
	p.Helper()
	from := p.ready()
	p.click("#train")
	v := p.until("the training", func(v view) bool { return v.Step >= from.Step+steps })
	meanwhile(v.Step)
	p.click("#train")
	now := p.ready()
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	answer := p.client().Post(p, "/step", contract.Encode(contract.Message{
		"config": raw(from.Config), "network": raw(from.Network), "data": raw(from.Data), "steps": now.Step - from.Step,
	}))
	want, err := answer.Read()
	p.must("POST /step", err)
	if string(want.Network) != now.Network {
		p.Errorf("after %d updates the page holds another network than POST /step makes of the same start", now.Step-from.Step)
	}
	return now
}

func nothing(int) {}

func (p *page) client() *contract.Server {
	return &contract.Server{Root: p.server.URL(), Client: http.DefaultClient}
}

// same fails the test unless the page holds the state of before.
func (p *page) same(what string, got, want view) {
	p.Helper()
	if got.Network != want.Network || got.Data != want.Data || got.Config != want.Config {
		p.Errorf("%s: the state is another than before: %v; want %v", what, got, want)
	}
}

// points is how many points there are.
func (v view) points() int {
	n, _ := strconv.Atoi(strings.Fields(v.Points + " ")[0]) // 0 for no number
	return n
}

// file writes a file and returns its path.
func (p *page) file(name, text string) string {
	p.Helper()
	path := filepath.Join(p.TempDir(), name)
	p.must("write "+name, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// screenshot saves what is seen into the folder that NNVISU_SCREENSHOTS names, if it is set.
func (p *page) screenshot(name string) {
	p.Helper()
	dir := os.Getenv("NNVISU_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := p.picture()
	p.must("take a picture", err)
	p.must("save a picture", os.MkdirAll(dir, 0o755))
	p.must("save a picture", os.WriteFile(filepath.Join(dir, p.lesson.String()+"-"+name+".png"), png, 0o644))
}

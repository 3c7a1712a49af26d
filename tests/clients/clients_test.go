// Package clients tests the clients of public/clients as their users run them: in Python and in
// Node.js, against the real server, and against servers and lines that fail.
package clients

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/public"
	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// A language has a client, a program that runs it, and one in testdata that drives it.
type language struct{ name, program, driver, client string }

var (
	python     = language{"Python", "python3", "drive.py", "nnvisu.py"}
	javaScript = language{"JavaScript", "node", "drive.mjs", "nnvisu.mjs"}
)

// each tests every client.
func each(t *testing.T, test func(t *testing.T, c client)) {
	for _, l := range []language{python, javaScript} {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			test(t, l.install(t))
		})
	}
}

// install returns a new folder that has the client as the server serves it, and its driver.
func (l language) install(tb testing.TB) client {
	tb.Helper()
	c := client{program: tools.Find(tb, l.program), driver: l.driver, dir: tb.TempDir()}
	for _, file := range public.Clients() {
		if file.Name == l.client {
			c.write(tb, file.Name, file.Text())
		}
	}
	driver, err := os.ReadFile(filepath.Join("testdata", l.driver))
	if err != nil {
		tb.Fatal(err)
	}
	c.write(tb, l.driver, driver)
	return c
}

// A client is a folder in which a client can be run.
type client struct{ program, driver, dir string }

func (c client) write(tb testing.TB, name string, text []byte) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), text, 0o644); err != nil {
		tb.Fatal(err)
	}
}

func (c client) read(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// command is the driver with the urls of a client, its options as JSON, and arguments.
func (c client) command(tb testing.TB, command, urls, options string, arguments ...string) *exec.Cmd {
	tb.Helper()
	run := exec.CommandContext(contract.Soon(tb), c.program,
		append([]string{c.driver, command, urls, options}, arguments...)...)
	// Nothing of the user's, such as a proxy.
	run.Dir, run.Env = c.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir}
	run.WaitDelay = time.Second
	return run
}

// run runs the driver and returns what it prints.
func (c client) run(tb testing.TB, command, urls, options string, arguments ...string) string {
	tb.Helper()
	run := c.command(tb, command, urls, options, arguments...)
	var said strings.Builder
	run.Stderr = &said
	out, err := run.Output()
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", command, arguments, err, contract.Clip([]byte(said.String())))
	}
	return strings.TrimSpace(string(out))
}

// TestServed: the server gives the clients away, below its base path, and says what they are.
func TestServed(t *testing.T) {
	for _, base := range []string{"", "/lab"} {
		s := contract.Start(t, func(c *handlers.Config) { c.BasePath = base })
		for name, kind := range map[string]string{
			"nnvisu.py": "text/x-python; charset=utf-8", "nnvisu.mjs": "text/javascript; charset=utf-8",
		} {
			text, err := os.ReadFile("../../public/clients/" + name)
			if err != nil {
				t.Fatal(err)
			}
			answer := s.Get(t, "/"+name)
			if got := answer.Header.Get("Content-Type"); answer.Status != 200 || got != kind || !bytes.Equal(answer.Body, text) {
				t.Errorf("GET %s/%s: status %d, Content-Type %q, %d bytes; want 200, %q and the file of %d bytes",
					base, name, answer.Status, got, len(answer.Body), kind, len(text))
			}
		}
	}
}

// TestDoctest: the examples in the documentation of the Python client are true, and the oldest Python
// that it promises can read it.
func TestDoctest(t *testing.T) {
	s := contract.Start(t)
	text, err := os.ReadFile("../../public/clients/nnvisu.py")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("http://localhost:8888"), []byte(s.Root))
	c := python.install(t)
	c.write(t, "nnvisu.py", text)
	for _, script := range []string{
		"import doctest, nnvisu; r = doctest.testmod(nnvisu); assert r.failed == 0 and r.attempted >= 12, r",
		"import ast; ast.parse(open('nnvisu.py').read(), feature_version=(3, 9))",
	} {
		run := exec.CommandContext(contract.Soon(t), c.program, "-c", script)
		run.Dir, run.Env = c.dir, []string{"PATH=" + os.Getenv("PATH")}
		if out, err := run.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}

// TestLaw: what a client saves is the file that it has read, byte for byte, and what it trains has
// the bytes that the server gives to a program that knows nothing but the contract.
func TestLaw(t *testing.T) {
	s := contract.Start(t)
	states := map[string]contract.Message{
		"Dropout":    {"config": contract.Message{"batch_size": 32, "dropout": 0.1, "seed": 7}, "data": contract.Scatter(150, 3, 1)},
		"Regression": {"config": contract.Message{"task": "regression", "optimizer": "momentum"}, "data": contract.Slope(60, 2)},
		"Numbers": {"config": contract.Message{"learning_rate": 1e-7}, "data": []contract.Point{
			{X: 1e-9, Y: 5e-324, Label: 1}, {X: math.Copysign(0, -1), Y: 0.1, Label: 0}, // JSON.stringify loses this sign
		}},
	}
	for name, state := range states {
		t.Run(name, func(t *testing.T) {
			file := func(state contract.Message) []byte {
				return s.Post(t, "/export", state.With("format", "state").Text()).Body
			}
			before := state.With("network", s.Step(t, state.With("steps", 4)).Network)
			after := state.With("network", s.Step(t, before.With("steps", 13)).Network)
			from, want := file(before), file(after)
			if name == "Numbers" && !bytes.Contains(from, []byte(`"x":-0,`)) {
				t.Errorf("the state has no zero with a sign: %s", from)
			}
			each(t, func(t *testing.T, c client) {
				c.write(t, "state.json", from)
				c.run(t, "law", s.Root, `{"compress": true}`, "same.json", "once.json", "stream.json")
				for name, want := range map[string][]byte{"same.json": from, "once.json": want, "stream.json": want} {
					if got := c.read(t, name); !bytes.Equal(got, want) {
						t.Errorf("%s is\n%s\nwant\n%s", name, contract.Clip(got), contract.Clip(want))
					}
				}
			})
		})
	}
}

// TestKept: what the page keeps in a file stays there, but for curves that end before the state.
func TestKept(t *testing.T) {
	s := contract.Start(t)
	state := contract.Message{"data": contract.Scatter(9, 2, 1)}
	file := s.Post(t, "/export", state.With("format", "state").Text()).Body
	kept := bytes.Replace(file, []byte("]}\n"), []byte(`],"meta":{"x":{"name":"a, \"b\" {"}},"history":{"step":[0],"epoch":[0],"loss":[1]},`+
		`"journal":"AQ.x","lesson":{"hide":["data"]}}`+"\n"), 1)
	if bytes.Equal(kept, file) {
		t.Fatalf("the file ends in another way: %s", contract.Clip(file))
	}
	trained := s.Post(t, "/export", state.With("format", "state", "network", s.Step(t, state.With("steps", 13)).Network).Text()).Body
	want := bytes.Replace(trained, []byte("]}\n"), []byte(`],"meta":{"x":{"name":"a, \"b\" {"}},"journal":"AQ","lesson":{"hide":["data"]}}`+"\n"), 1)
	each(t, func(t *testing.T, c client) {
		c.write(t, "state.json", kept)
		c.run(t, "law", s.Root, "{}", "same.json", "once.json", "stream.json")
		if got := c.read(t, "same.json"); !bytes.Equal(got, kept) {
			t.Errorf("the file is saved as\n%s\nwant\n%s", got, kept)
		}
		if got := c.read(t, "once.json"); !bytes.Equal(got, want) {
			t.Errorf("the state is saved as\n%s\nwant\n%s", got, want)
		}
	})
}

// TestRequests: what a client makes of good and of bad requests.
func TestRequests(t *testing.T) {
	s := contract.Start(t)
	stream, err := s.Recipe(contract.Soon(t), "dataset=spiral&points=50&classes=3&seed=4&data_seed=5&steps=9&frame_steps=9")
	if err != nil {
		t.Fatal(err)
	}
	recipe := contract.Decode[struct {
		Network       map[string]any
		Type          string
		Loss, Metrics any
	}](t, []byte(stream.MustResults(t, "steps")[0].Data)).Network
	type says = map[string]any
	each(t, func(t *testing.T, c client) {
		for request, want := range map[string]says{
			"data":                   {"result": 3.0},
			"name":                   {"code": "invalid", "field": "dataset", "status": 422.0},
			"rate":                   {"code": "invalid", "field": "config.learning_rate", "status": 422.0},
			"place":                  {"code": "invalid", "field": "data[1].x", "status": 422.0},
			"steps":                  {"code": "invalid", "field": "steps", "status": 422.0},
			"every":                  {"code": "invalid", "field": "frame_steps", "status": 422.0},
			"shape":                  {"code": "invalid", "field": "network.weights", "status": 422.0},
			"diverge":                {"code": "diverged", "field": "", "status": 422.0},
			"diverge in a stream":    {"code": "diverged", "field": "", "status": 0.0},
			"other optimizer":        {"result": 5.0},
			"large":                  {"result": 2.0},
			"many":                   {"result": 2001.0},
			"recipe":                 {"result": recipe},
			"layers":                 {"result": []any{[]any{"input", "hidden 1", "output"}, true, 441.0, 20.0, []any{"grid", "layers"}}},
			"layers of nothing":      {"code": "invalid", "field": "data", "status": 422.0},
			"explain":                {"result": []any{5.0, 2.0, true, true, false}},
			"explain nothing":        {"code": "invalid", "field": "parameter", "status": 422.0},
			"replay":                 {"result": []any{200.0, []any{5.0}, true, nil, nil}},
			"replay another release": {"code": "release", "field": "journal", "status": 409.0},
			"replay nothing":         {"code": "malformed", "field": "journal", "status": 400.0},
			"verify":                 {"result": []any{[]any{"Ada", "release", false, 2.0}, []any{"Bob", "unreadable", nil, 0.0}}},
			"verify nothing":         {"code": "invalid", "field": "hand_ins", "status": 422.0},
			"sweep over nothing":     {"code": "invalid", "field": "over", "status": 422.0},
			"sweep": {"result": []any{
				[]any{says{"learning_rate": 10.0, "seed": 0.0}, "diverged", true}, []any{says{"learning_rate": 10.0, "seed": 1.0}, "diverged", true},
				[]any{says{"learning_rate": 0.001, "seed": 0.0}, nil, true}, []any{says{"learning_rate": 0.001, "seed": 1.0}, nil, true},
			}},
		} {
			var got says
			if err := json.Unmarshal([]byte(c.run(t, "ask", s.Root, "{}", request)), &got); err != nil {
				t.Fatal(err)
			}
			if got["code"] == "diverged" {
				if step, _ := got["step"].(float64); step < 1 || got["same"] != true {
					t.Errorf("%s: its state is at step %v, and that of so many updates is the same: %v", request, got["step"], got["same"])
				}
				delete(got, "step")
				delete(got, "same")
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v; want %v", request, got, want)
			}
		}
	})
}

// TestWrongArguments: what is wrong with an argument is said of it, with what it must be.
func TestWrongArguments(t *testing.T) {
	s := contract.Start(t)
	each(t, func(t *testing.T, c client) {
		for mistake, want := range map[string][2]string{ // in Python and in JavaScript
			"a list":            {"urls must each be a text that begins with http:// or https://; got []", "urls must have at least one address"},
			"no scheme":         {"urls must each be a text that begins with http:// or https://; got 'localhost:8888'", `urls must each begin with http:// or https://; got "localhost:8888"`},
			"no host":           {"urls must each be a text that begins with http:// or https://; got 'http://'", `urls must each begin with http:// or https://; got "http:"`},
			"no time":           {"timeout must be greater than 0; got 0", "timeout must be greater than 0; got 0"},
			"steps":             {"steps must be from 1 to 100000; got -5", "steps must be from 1 to 100000; got -5"},
			"steps of a stream": {"steps must be at least 0; got -5", "steps must be a whole number from 0 on; got -5"},
			"steps in quotes":   {"", "steps must be a whole number from 0 on; got 5"},
			"steps of a sweep":  {"steps must be from 1 to 100000; got -5", "steps must be from 1 to 100000; got -5"},
			"binary":            {"format must be one that is text; onnx is binary, ask POST /export for it", "format must be one that is text; onnx is binary, ask POST /export for it"},
			"format":            {"format must be one of pytorch,", "format must be one of pytorch,"},
			"no picture":        {"states must have at least one", ""},
			"small picture":     {"size must be at least 1 pixel; got 0", ""},
		} {
			said := want[0]
			if c.driver == javaScript.driver {
				said = want[1]
			}
			if said == "" {
				continue // it has no such thing
			}
			if got := c.run(t, "wrong", s.Root, "{}", mistake); !strings.HasPrefix(got, said) {
				t.Errorf("%s: %.300q; want %q", mistake, got, said)
			}
		}
	})
}

// TestNumPy: arrays of NumPy are points.
func TestNumPy(t *testing.T) {
	s, c := contract.Start(t), python.install(t)
	run := exec.CommandContext(contract.Soon(t), tools.Python(t, "numpy"), "-c", `
import sys, numpy as np, nnvisu
lab = nnvisu.Client(sys.argv[1])
places, labels = np.array([[0.5, 0.25], [-0.5, 0]]), np.array([1, 0])
state = lab.new(data=nnvisu.points(places, labels))
assert state == lab.new(data=np.array([[0.5, 0.25, 1], [-0.5, 0, 0]])), state.data
assert state.data == [(0.5, 0.25, 1), (-0.5, 0, 0)], state.data
print(np.array(lab.predict(state, places)).shape)`, s.Root)
	run.Dir, run.Env = c.dir, []string{"PATH=" + os.Getenv("PATH")}
	if out, err := run.CombinedOutput(); err != nil || string(out) != "(2, 2)\n" {
		t.Errorf("%v, %q; want the shape (2, 2)", err, out)
	}
}

// TestNames: the names in the document's table of clients exist.
func TestNames(t *testing.T) {
	s := contract.Start(t)
	text, err := os.ReadFile("../../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| in Python | in JavaScript |")
	table, _, _ = strings.Cut(table, "\n\n")
	name := regexp.MustCompile("`(?:(lab|state|nnvisu)\\.(\\w+)|\\.(\\w+))")
	var names [2][]string // of Python and of JavaScript
	for line := range strings.Lines(table) {
		for i, cell := range strings.Split(line, "|") {
			if i != 1 && i != 2 {
				continue
			}
			if strings.TrimSpace(cell) == "the same" {
				cell = strings.Split(line, "|")[1]
			}
			for _, m := range name.FindAllStringSubmatch(cell, -1) {
				of, member := m[1], m[2]+m[3]
				if of == "" {
					of = "state" // as the name before it
				}
				names[i-1] = append(names[i-1], of+"."+member)
			}
		}
	}
	for i, program := range []struct {
		language
		flag, text string
	}{
		{python, "-c", `
import sys, nnvisu
lab = nnvisu.Client(sys.argv[1])
state = lab.step(lab.new("moons"))
for name in sys.argv[2:]:
    eval(name)`},
		{javaScript, "-e", `import("./nnvisu.mjs").then(async ({ Client }) => {
	const lab = new Client(process.argv[1]);
	const of = { lab, state: await lab.step(await lab.new("moons")) };
	for (const [object, name] of process.argv.slice(2).map((name) => name.split("."))) {
		if (!(name in of[object])) throw name;
	}
})`},
	} {
		if len(names[i]) < 14 {
			t.Fatalf("the table has the names %q; want more", names[i])
		}
		c := program.install(t)
		run := exec.CommandContext(contract.Soon(t), c.program, append([]string{program.flag, program.text, s.Root}, names[i]...)...)
		run.Dir, run.Env = c.dir, []string{"PATH=" + os.Getenv("PATH")}
		if out, err := run.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", program.name, err, out)
		}
	}
}

//go:build unix

// Package engines tests the page in the browsers that people bring: Firefox, WebKit, which is the
// engine of Safari and of every iPad, and Chromium. One function is the journey in all of them.
//
// Firefox speaks WebDriver BiDi itself, WebKitGTK comes with a server of WebDriver, and Chromium has
// its own protocol. A driver of each knows as little as the journey needs.
package engines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/fleet"
)

// A driver drives the one window of a browser. It clicks and types as a person does.
type driver interface {
	// open loads an address, reload what is shown; both wait until it is loaded.
	open(url string) error
	reload() error
	// evaluate returns the JSON of an expression of JavaScript.
	evaluate(expression string) ([]byte, error)
	// point presses the button of the mouse at the first place, moves it over the others, and lets
	// it go at the last. Places are in CSS pixels of the window.
	point(places ...place) error
	// press presses keys together: a letter, or one of keyNames.
	press(keys ...string) error
	// choose chooses a file in an input.
	choose(selector, path string) error
	// resize makes the page so large, in CSS pixels.
	resize(width, height int) error
	// picture returns what is seen, as PNG.
	picture() ([]byte, error)
	// complaints are the errors that the browser has told so far, where it tells any.
	complaints() []string
}

type place struct{ X, Y float64 }

// keyNames are the keys that are no letters, as WebDriver writes them.
var keyNames = map[string]string{
	"Control": "\ue009", "Escape": "\ue00c", "Tab": "\ue004", "ArrowLeft": "\ue012", "ArrowRight": "\ue014",
}

// An engine is a browser to test in.
type engine struct {
	name  string
	start func(tb testing.TB, dark bool) driver // ends with the test
}

var engines = []engine{{"Firefox", startFirefox}, {"WebKit", startWebKit}, {"Chromium", startChromium}}

// An action is a move of a finger: what WebDriver and WebDriver BiDi call so.
type action struct {
	Type     string  `json:"type"`
	X        float64 `json:"x"`
	Y        float64 `json:"y"`
	Button   int     `json:"button"`
	Duration int     `json:"duration,omitempty"` // of a move or a pause, in milliseconds
	Value    string  `json:"value,omitempty"`    // the key
}

// mouse are the actions of point, for a command of either protocol.
func mouse(places []place) map[string]any {
	var actions []action
	for i, p := range places {
		actions = append(actions, action{Type: "pointerMove", X: p.X, Y: p.Y, Duration: 10})
		if i == 0 {
			actions = append(actions, action{Type: "pointerDown"})
		}
	}
	actions = append(actions, action{Type: "pointerUp"})
	return map[string]any{"actions": []any{map[string]any{
		"type": "pointer", "id": "mouse", "parameters": map[string]string{"pointerType": "mouse"}, "actions": actions,
	}}}
}

// keyboard are the actions of press.
func keyboard(keys []string) map[string]any {
	var down, up []map[string]string
	for _, key := range keys {
		if code, ok := keyNames[key]; ok {
			key = code
		}
		down = append(down, map[string]string{"type": "keyDown", "value": key})
		up = append([]map[string]string{{"type": "keyUp", "value": key}}, up...)
	}
	return map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": append(down, up...)}}}
}

// asJSON makes an expression a text, which both protocols return as it is.
func asJSON(expression string) string { return "JSON.stringify((" + expression + ") ?? null)" }

// run starts a program in a process group of its own, which the end of the test ends, and returns
// what it writes on the standard error.
func run(tb testing.TB, command *exec.Cmd) io.Reader {
	tb.Helper()
	out, in := io.Pipe()
	command.Stderr = in
	command.SysProcAttr = fleet.Attributes()
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // it may have ended
		_ = in.CloseWithError(io.EOF)                           // never fails
		_ = command.Wait()                                      // it was killed
	})
	return out
}

// await returns the first line that scan can read, and reads on so that the program can write.
func await[T any](tb testing.TB, r io.Reader, format string) T {
	tb.Helper()
	found := make(chan T, 1)
	go func() {
		for lines := bufio.NewScanner(r); lines.Scan(); {
			var v T
			if n, _ := fmt.Sscanf(lines.Text(), format, &v); n == 1 { // most lines say something else
				select {
				case found <- v:
				default:
				}
			}
		}
	}()
	select {
	case v := <-found:
		return v
	case <-time.After(startTime):
		tb.Fatalf("nothing like %q within %v", format, startTime)
		panic("unreachable")
	}
}

// startTime is how long a browser may take to start, on a busy machine.
const startTime = 60 * time.Second

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // we make them all
	}
	return text
}

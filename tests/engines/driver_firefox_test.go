//go:build unix

package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"

	"github.com/coder/websocket"
)

// firefox speaks WebDriver BiDi, which is commands and events over one WebSocket.
// https://w3c.github.io/webdriver-bidi/
type firefox struct {
	socket  *websocket.Conn
	context string // the window

	mu      sync.Mutex
	last    int // command
	waiting map[int]chan reply
	said    []string
}

// A reply is the answer to a command, or an event.
type reply struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Method  string          `json:"method"`
	Params  struct {
		Level string `json:"level"`
		Text  string `json:"text"`
	} `json:"params"`
}

// preferences leave Firefox alone with the test.
const preferences = `user_pref("app.normandy.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("layout.css.prefers-color-scheme.content-override", %d);
user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");
`

func startFirefox(tb testing.TB, dark bool) driver {
	tb.Helper()
	profile, scheme := tb.TempDir(), 1
	if dark {
		scheme = 0
	}
	if err := os.WriteFile(filepath.Join(profile, "user.js"), fmt.Appendf(nil, preferences, scheme), 0o600); err != nil {
		tb.Fatal(err)
	}
	command := exec.Command(tools.Firefox(tb), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0")
	command.Env = append(os.Environ(), "HOME="+profile)
	address := await[string](tb, run(tb, command), "WebDriver BiDi listening on %s")

	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	tb.Cleanup(cancel)
	socket, _, err := websocket.Dial(ctx, address+"/session", nil)
	if err != nil {
		tb.Fatalf("dial Firefox: %v", err)
	}
	socket.SetReadLimit(64 << 20)
	f := &firefox{socket: socket, waiting: map[int]chan reply{}}
	go f.read()
	tb.Cleanup(func() { _ = socket.CloseNow() }) // the browser ends as well
	var tree struct{ Contexts []struct{ Context string } }
	err = f.call("session.new", map[string]any{"capabilities": map[string]any{}}, nil)
	if err == nil {
		err = f.call("session.subscribe", map[string]any{"events": []string{"log.entryAdded"}}, nil)
	}
	if err == nil {
		err = f.call("browsingContext.getTree", map[string]any{}, &tree)
	}
	if err != nil || len(tree.Contexts) == 0 {
		tb.Fatalf("start Firefox: %v, windows %v", err, tree)
	}
	f.context = tree.Contexts[0].Context
	return f
}

// read takes what the browser sends, until the socket is closed.
func (f *firefox) read() {
	for {
		_, text, err := f.socket.Read(context.Background())
		var r reply
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		f.mu.Lock()
		switch {
		case err != nil:
			for id, waits := range f.waiting {
				waits <- reply{Type: "error", Error: "lost connection", Message: err.Error()}
				delete(f.waiting, id)
			}
		case f.waiting[r.ID] != nil:
			f.waiting[r.ID] <- r
			delete(f.waiting, r.ID)
		case r.Method == "log.entryAdded" && r.Params.Level == "error":
			f.said = append(f.said, r.Params.Text)
		}
		f.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// call sends a command and reads its result.
func (f *firefox) call(method string, params map[string]any, result any) error {
	if f.context != "" {
		params["context"] = f.context
	}
	answer := make(chan reply, 1)
	f.mu.Lock()
	f.last++
	id := f.last
	f.waiting[id] = answer
	f.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), contract.Patience)
	defer cancel()
	if err := f.socket.Write(ctx, websocket.MessageText, encode(map[string]any{"id": id, "method": method, "params": params})); err != nil {
		return err
	}
	select {
	case r := <-answer:
		if r.Type != "success" {
			return fmt.Errorf("%s: %s: %s", method, r.Error, r.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (f *firefox) open(url string) error {
	return f.call("browsingContext.navigate", map[string]any{"url": url, "wait": "complete"}, nil)
}

func (f *firefox) reload() error {
	return f.call("browsingContext.reload", map[string]any{"wait": "complete"}, nil)
}

// A value is what an expression is: a text, or an element.
type value struct {
	Type   string
	Result struct {
		Value    json.RawMessage
		SharedID string
	}
	ExceptionDetails struct{ Text string }
}

func (f *firefox) value(expression string) (value, error) {
	var v value
	err := f.call("script.evaluate", map[string]any{
		"expression": expression, "awaitPromise": false, "target": map[string]string{"context": f.context},
	}, &v)
	if err == nil && v.Type != "success" {
		err = fmt.Errorf("%s: %s", expression, v.ExceptionDetails.Text)
	}
	return v, err
}

func (f *firefox) evaluate(expression string) ([]byte, error) {
	v, err := f.value(asJSON(expression))
	if err != nil {
		return nil, err
	}
	var text string
	err = json.Unmarshal(v.Result.Value, &text)
	return []byte(text), err
}

func (f *firefox) point(places ...place) error {
	return f.call("input.performActions", mouse(places), nil)
}

func (f *firefox) press(keys ...string) error {
	return f.call("input.performActions", keyboard(keys), nil)
}

func (f *firefox) choose(selector, path string) error {
	v, err := f.value(fmt.Sprintf("document.querySelector(%q)", selector))
	if err != nil {
		return err
	}
	return f.call("input.setFiles", map[string]any{"element": map[string]string{"sharedId": v.Result.SharedID}, "files": []string{path}}, nil)
}

func (f *firefox) resize(width, height int) error {
	return f.call("browsingContext.setViewport", map[string]any{"viewport": map[string]int{"width": width, "height": height}}, nil)
}

func (f *firefox) picture() ([]byte, error) {
	var shot struct{ Data []byte }
	err := f.call("browsingContext.captureScreenshot", map[string]any{}, &shot)
	return shot.Data, err
}

func (f *firefox) complaints() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.said
}

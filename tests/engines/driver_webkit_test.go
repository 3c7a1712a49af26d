//go:build unix

package engines

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/tools"
)

// webkit speaks WebDriver, which is requests to a server of its own that starts the browser.
// https://www.w3.org/TR/webdriver2/
type webkit struct {
	session string // its address
}

// element is the name that WebDriver gives to the id of an element.
const element = "element-6066-11e4-a52e-4f735466cecf"

func startWebKit(tb testing.TB, dark bool) driver {
	tb.Helper()
	program := tools.Find(tb, "WebKitWebDriver")
	browsers, err := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	if err != nil || len(browsers) == 0 {
		tb.Fatalf("no MiniBrowser beside %s (%v); it belongs to the package webkit2gtk-driver depends on", program, err)
	}
	home := tb.TempDir()
	env := append(os.Environ(),
		"DISPLAY="+startScreen(tb), "HOME="+home, "XDG_CACHE_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home,
		"LIBGL_ALWAYS_SOFTWARE=1", "NO_AT_BRIDGE=1",
	)
	if os.Getenv("NNVISU_SCREENSHOTS") == "" {
		// Without a graphics card this is several times as fast, but shows nothing.
		env = append(env, "WEBKIT_DISABLE_COMPOSITING_MODE=1", "WEBKIT_DISABLE_DMABUF_RENDERER=1")
	}
	if dark {
		env = append(env, "GTK_THEME=Adwaita:dark")
	}
	port := freePort(tb)
	command := exec.Command(program, "--host=127.0.0.1", fmt.Sprintf("--port=%d", port))
	command.Env = env
	go func(r io.Reader) { _, _ = io.Copy(io.Discard, r) }(run(tb, command)) // until the test ends
	root := fmt.Sprintf("http://127.0.0.1:%d/session", port)
	capabilities := map[string]any{"webkitgtk:browserOptions": map[string]any{"binary": browsers[0], "args": []string{"--automation"}}}
	var made struct{ SessionID string }
	for deadline := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		err := request("POST", root, map[string]any{"capabilities": map[string]any{"alwaysMatch": capabilities}}, &made)
		var refused *net.OpError // the server has not started yet
		if err == nil {
			break
		}
		if !errors.As(err, &refused) || time.Now().After(deadline) {
			tb.Fatalf("start WebKit: %v", err)
		}
	}
	w := &webkit{root + "/" + made.SessionID}
	tb.Cleanup(func() { // The browser is no child of ours.
		if err := request("DELETE", w.session, nil, nil); err != nil {
			tb.Logf("close WebKit: %v", err)
		}
	})
	return w
}

// startScreen starts a screen that nobody sees, and returns its name.
func startScreen(tb testing.TB) string {
	tb.Helper()
	// -displayfd lets the server find a number that is free.
	command := exec.Command(tools.Find(tb, "Xvfb"), "-displayfd", "2", "-screen", "0", "2000x1600x24", "-nolisten", "tcp")
	return fmt.Sprintf(":%d", await[int](tb, run(tb, command), "%d"))
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// request makes a request of WebDriver and reads the value that it answers.
func request(method, url string, body, result any) error {
	var text io.Reader
	if body != nil {
		text = bytes.NewReader(encode(body))
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, text)
	if err != nil {
		return err
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer w.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %s: %w", method, url, w.Status, err)
	}
	if w.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, url, answer.Value)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, result)
}

func (w *webkit) post(path string, body, result any) error {
	return request("POST", w.session+path, body, result)
}

func (w *webkit) open(url string) error {
	return w.post("/url", map[string]string{"url": url}, nil)
}

func (w *webkit) reload() error {
	return w.post("/refresh", map[string]any{}, nil)
}

func (w *webkit) evaluate(expression string) ([]byte, error) {
	var text string
	err := w.post("/execute/sync", map[string]any{"script": "return " + asJSON(expression), "args": []any{}}, &text)
	return []byte(text), err
}

func (w *webkit) point(places ...place) error {
	return w.post("/actions", mouse(places), nil)
}

func (w *webkit) press(keys ...string) error {
	return w.post("/actions", keyboard(keys), nil)
}

func (w *webkit) choose(selector, path string) error {
	var found map[string]string
	if err := w.post("/element", map[string]string{"using": "css selector", "value": selector}, &found); err != nil {
		return err
	}
	return w.post("/element/"+found[element]+"/value", map[string]string{"text": path}, nil)
}

// narrowest is how narrow MiniBrowser can be, more or less. For the page that is a phone.
const narrowest = 450

// resize makes the window larger than the page by what the browser has around it.
func (w *webkit) resize(width, height int) error {
	var rect struct{ Width, Height int }
	var inner [2]int
	for range 3 { // a window manager or GTK may round
		if err := request("GET", w.session+"/window/rect", nil, &rect); err != nil {
			return err
		}
		text, err := w.evaluate("[innerWidth, innerHeight]")
		if err == nil {
			err = json.Unmarshal(text, &inner)
		}
		if err != nil || inner == [2]int{width, height} {
			return err
		}
		rect.Width, rect.Height = rect.Width+width-inner[0], rect.Height+height-inner[1]
		if err := w.post("/window/rect", map[string]int{"width": rect.Width, "height": rect.Height}, nil); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond) // the page hears of it later
	}
	if width < narrowest && inner[0] < 2*width && inner[1] == height {
		return nil
	}
	return fmt.Errorf("the page is %v large; want %d × %d", inner, width, height)
}

func (w *webkit) picture() ([]byte, error) {
	var png []byte // base64
	err := request("GET", w.session+"/screenshot", nil, &png)
	return png, err
}

// complaints of WebKit reach nobody: its WebDriver has no log.
func (w *webkit) complaints() []string { return nil }

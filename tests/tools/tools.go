// Package tools finds the programs and packages that tests need besides Go. A test whose tool is
// missing fails, with the command that installs the tool: a test that skips in silence shows
// nothing. To go without a kind of test, leave it out by its path or with go test -skip.
package tools

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// debian names the Debian package of a program where the names differ.
var debian = map[string]string{
	"cmp": "diffutils", "node": "nodejs npm", "go": "golang", "WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb",
}

// install returns the command that installs packages on Debian.
func install(packages string) string {
	return "apt-get install --no-install-recommends " + packages
}

// Find returns the path of a program on the PATH, or of one for administrators in /usr/sbin.
func Find(tb testing.TB, program string) string {
	tb.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("PATH") != "" {
		if admin, inSbin := exec.LookPath("/usr/sbin/" + program); inSbin == nil {
			return admin
		}
	}
	if err != nil {
		packages, ok := debian[program]
		if !ok {
			packages = program
		}
		tb.Fatalf("%v; install it: %s", err, install(packages))
	}
	return path
}

// Caddy is the module of the balancer Caddy in the version that tests run. The task caddy builds it,
// and compose.yaml of deploy/ takes what that built.
const Caddy = "github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9"

// Balancer returns the path of haproxy, nginx or caddy. Caddy is what the task of its name built
// into dist/ of the repository, which the tests of a package find relative to root.
func Balancer(tb testing.TB, root, name string) string {
	tb.Helper()
	if name != "caddy" {
		return Find(tb, name)
	}
	path, err := filepath.Abs(filepath.Join(root, "dist", "caddy"))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		tb.Fatalf("%v; build it: CGO_ENABLED=0 GOBIN=$PWD/dist go install %s", err, Caddy)
	}
	return path
}

// NPM returns the path of a file or folder below node_modules of the repository, where the tests of
// a package find it relative to root.
func NPM(tb testing.TB, root, path string) string {
	tb.Helper()
	path = filepath.Join(root, "node_modules", path)
	if _, err := os.Stat(path); err != nil {
		tb.Fatalf("%v; install it: npm ci", err)
	}
	return path
}

// Python returns a Python that has the module: NNVISU_PYTHON, the system's, which Debian's packages
// are for, or the one on the PATH.
func Python(tb testing.TB, module string) string {
	tb.Helper()
	candidates := []string{"/usr/bin/python3", "python3"}
	if path := os.Getenv("NNVISU_PYTHON"); path != "" {
		candidates = []string{path}
	}
	var why []string
	for _, path := range candidates {
		out, err := exec.CommandContext(tb.Context(), path, "-c", "import "+module).CombinedOutput()
		if err == nil {
			return path
		}
		why = append(why, fmt.Sprintf("%s: %v %s", path, err, out))
	}
	tb.Fatalf("no Python with the module %s; install it: %s, or set NNVISU_PYTHON to a Python that has it\n%s",
		module, install("python3-"+module), strings.Join(why, "\n"))
	return ""
}

// Chromium returns the path of a browser: NNVISU_CHROMIUM, or the first one on the PATH. Ubuntu's
// chromium-browser, which may be no more than a pointer to a snap, comes last.
func Chromium(tb testing.TB) string {
	tb.Helper()
	return browser(tb, "NNVISU_CHROMIUM", "chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
}

// Firefox returns the path of a browser: NNVISU_FIREFOX, or the first one on the PATH.
func Firefox(tb testing.TB) string {
	tb.Helper()
	return browser(tb, "NNVISU_FIREFOX", "firefox-esr", "firefox")
}

// browser returns what a variable names, or the first of some programs. The first one is named as
// its package.
func browser(tb testing.TB, variable string, programs ...string) string {
	tb.Helper()
	candidates := programs
	if path := os.Getenv(variable); path != "" {
		candidates = []string{path}
	}
	for _, name := range candidates {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	tb.Fatalf("none of %s; install it: %s, or set %s to the path of the browser",
		strings.Join(candidates, ", "), install(programs[0]), variable)
	return ""
}

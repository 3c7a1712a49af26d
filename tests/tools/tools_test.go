package tools

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A failing TB keeps why a test failed, and ends its goroutine as a test's.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.why = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// TestMissing: a test without its tool fails, and is told the command that installs it.
func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("NNVISU_PYTHON", "no-such-python")
	t.Setenv("NNVISU_CHROMIUM", "")
	t.Setenv("NNVISU_FIREFOX", "")
	for name, test := range map[string]struct {
		find func(tb testing.TB)
		want string
	}{
		"Program":  {func(tb testing.TB) { Find(tb, "curl") }, "apt-get install --no-install-recommends curl"},
		"Node":     {func(tb testing.TB) { Find(tb, "node") }, "apt-get install --no-install-recommends nodejs npm"},
		"Caddy":    {func(tb testing.TB) { Balancer(tb, t.TempDir(), "caddy") }, "go install " + Caddy},
		"NPM":      {func(tb testing.TB) { NPM(tb, t.TempDir(), "axe-core") }, "npm ci"},
		"Python":   {func(tb testing.TB) { Python(tb, "torch") }, "apt-get install --no-install-recommends python3-torch"},
		"Chromium": {func(tb testing.TB) { Chromium(tb) }, "apt-get install --no-install-recommends chromium"},
		"Firefox":  {func(tb testing.TB) { Firefox(tb) }, "apt-get install --no-install-recommends firefox-esr"},
		"WebKit":   {func(tb testing.TB) { Find(tb, "WebKitWebDriver") }, "apt-get install --no-install-recommends webkit2gtk-driver"},
		"Screen":   {func(tb testing.TB) { Find(tb, "Xvfb") }, "apt-get install --no-install-recommends xvfb"},
	} {
		t.Run(name, func(t *testing.T) {
			f, done := &failing{TB: t}, make(chan struct{})
			go func() { defer close(done); test.find(f) }()
			<-done
			if !strings.Contains(f.why, test.want) {
				t.Errorf("without it the test fails with %q; want the command %q", f.why, test.want)
			}
		})
	}
}

package docs

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// exampleHost is the server of the examples.
const exampleHost = "localhost:8888"

// TestExamples runs the examples of each document in order, in one directory and with one server.
// Together they make every kind of request.
func TestExamples(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "node", "cmp", "grep", "python3"} {
		tools.Find(t, tool)
	}
	var scripts strings.Builder
	for _, d := range documents(t) {
		t.Run(d.name, func(t *testing.T) { runExamples(t, d, &scripts) })
	}
	for _, row := range table(t, "request") {
		method, path, _ := strings.Cut(quoted(row[0])[0], " ")
		prefix, _, _ := strings.Cut(path, "{")
		call := regexp.MustCompile(`(?m)` + exampleHost + regexp.QuoteMeta(prefix) + `.*$`)
		if !slices.ContainsFunc(call.FindAllString(scripts.String(), -1), func(line string) bool {
			return strings.Contains(line, " -d ") == (method == "POST")
		}) {
			t.Errorf("no example for %s %s", method, path)
		}
	}
}

// runExamples runs the examples of a document and adds what it ran to scripts.
func runExamples(t *testing.T, d document, scripts *strings.Builder) {
	s, dir := contract.Start(t), t.TempDir()
	host := strings.TrimPrefix(s.Root, "http://")
	// Nothing of the user's: no curl configuration, no proxy, no messages in another language.
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C"}
	sessions := map[string]string{} // what ran before, by language
	for _, b := range fences(d.text) {
		if !b.run {
			if b.kind == "sh" && strings.Contains(b.text, "curl ") {
				t.Errorf("%s:%d: an example that is not marked to be run", d.name, b.line)
			}
			continue
		}
		scripts.WriteString(b.text)
		t.Run(fmt.Sprintf("Line%d", b.line), func(t *testing.T) {
			env := env
			if strings.Contains(b.text, "new WebSocket(") {
				env = withWebSocket(t, env)
			}
			script := b.text
			if l, ok := languages[b.kind]; ok {
				script = l.script(sessions[b.kind], b.text)
				sessions[b.kind] += b.text
			}
			got := runBash(t, dir, env, strings.ReplaceAll(script, exampleHost, host))
			if script != b.text {
				_, got, _ = strings.Cut(got, exampleMark+"\n")
			}
			if b.shows != nil && !shows(b.shows, strings.ReplaceAll(got, host, exampleHost)) {
				t.Errorf("%s:%d prints\n%s\nbut shows\n%s",
					d.name, b.line, contract.Clip([]byte(got)), b.shows.text)
			}
		})
	}
}

// languages are what examples are written in besides sh.
var languages = map[string]language{
	"python": {"python3 -", "print"},
	"js":     {"node --input-type=module -", "console.log"},
}

// A language is the command of an interpreter that reads a program, and how programs print.
type language struct{ command, print string }

// script returns a script that runs an example after those before it. It prints exampleMark between.
func (l language) script(before, text string) string {
	return fmt.Sprintf("%s <<'END'\n%s%s(%q)\n%sEND\n", l.command, before, l.print, exampleMark, text)
}

const exampleMark = "--- the example ---"

// runBash runs a script and returns what it prints; it fails the test if the script does.
func runBash(tb testing.TB, dir string, env []string, script string) string {
	tb.Helper()
	var stderr strings.Builder
	run := exec.CommandContext(contract.Soon(tb), "bash", "-eu", "-o", "pipefail")
	run.Dir, run.Env, run.Stdin, run.Stderr = dir, env, strings.NewReader(script), &stderr
	run.WaitDelay = time.Second // what it started may have its output open still
	out, err := run.Output()
	if err != nil {
		tb.Fatalf("%v\nscript\n%s\nstdout\n%s\nstderr\n%s",
			err, script, contract.Clip(out), contract.Clip([]byte(stderr.String())))
	}
	return string(out)
}

// withWebSocket returns an environment in which node has a WebSocket. Node.js 20 has one behind a
// flag.
func withWebSocket(tb testing.TB, env []string) []string {
	tb.Helper()
	withFlag := append(slices.Clone(env), "NODE_OPTIONS=--experimental-websocket")
	for _, try := range [][]string{env, withFlag} {
		run := exec.CommandContext(contract.Soon(tb), "node", "-p", "typeof WebSocket")
		run.Env = try
		if out, err := run.Output(); err == nil && strings.TrimSpace(string(out)) == "function" {
			return try
		}
	}
	tb.Fatal("this Node.js has no WebSocket; install version 20 or later")
	return nil
}

package docs

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// TestMetrics: the table of metrics has every metric of ours, with its labels and what it means,
// and no other.
func TestMetrics(t *testing.T) {
	want := map[string][]string{}
	for _, m := range contract.Start(t).Metrics() {
		labels := "–"
		if len(m.Labels) > 0 {
			labels = "`" + strings.Join(m.Labels, "`, `") + "`"
		}
		want["`"+m.Name+"`"] = []string{labels, m.Help}
	}
	got := map[string][]string{}
	for _, row := range table(t, "metric") {
		got[row[0]] = row[1:]
	}
	sameRows(t, "metric", got, want)
}

// TestProgram builds the program and compares the documents with what it says.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "nnvisu")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	// A first build compiles everything.
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	goTool(ctx, t, "build", "-o", program, ".")
	says := func(t *testing.T, arg string) string {
		out, err := exec.CommandContext(contract.Soon(t), program, arg).Output()
		if err != nil {
			t.Fatalf("nnvisu %s: %v", arg, err)
		}
		return string(out)
	}
	t.Run("Flags", func(t *testing.T) { checkFlags(t, says(t, "-help")) })
	t.Run("Version", func(t *testing.T) { checkVersion(t, says(t, "-version")) })
}

// goTool runs the go command in the folder of the repository and returns what it prints.
func goTool(ctx context.Context, tb testing.TB, args ...string) string {
	tb.Helper()
	command := exec.CommandContext(ctx, tools.Find(tb, "go"), args...)
	command.Dir = root
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		tb.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// checkFlags fails the test unless the table of flags has the flags of the program's help, each
// with its variable and its default.
func checkFlags(t *testing.T, help string) {
	got := map[string][]string{}
	for _, row := range table(t, "flag") {
		got[row[0]] = row[1:3]
	}
	want := map[string][]string{}
	flag := regexp.MustCompile(`(?m)^  (-\S+).*\n\s+.*?(?:; (NNVISU_\w+))?(?: \(default "?(.*?)"?\))?$`)
	for _, m := range flag.FindAllStringSubmatch(help, -1) {
		for i := range m {
			if m[i] = "`" + m[i] + "`"; m[i] == "``" {
				m[i] = "–"
			}
		}
		want[m[1]] = m[2:]
	}
	sameRows(t, "flag", got, want)
}

// checkVersion fails the test unless the newest release of the changelog is the one that the program
// names, and every release says whether its bits changed. What is not released yet may come before.
func checkVersion(t *testing.T, version string) {
	version, _, _ = strings.Cut(strings.TrimSpace(strings.TrimPrefix(version, "nnvisu ")), "+")
	_, releases, _ := strings.Cut("\n"+read(t, "CHANGELOG.md"), "\n## ")
	if unreleased, rest, ok := strings.Cut(releases, "\n## "); ok && strings.HasPrefix(unreleased, "Unreleased\n") {
		releases = rest
	}
	for i, release := range strings.Split(releases, "\n## ") {
		heading, text, _ := strings.Cut(release, "\n")
		if i == 0 && heading != version {
			t.Errorf("the newest heading of CHANGELOG.md is %q; want the version, %q", heading, version)
		}
		if !regexp.MustCompile(`(?m)^Bits changed: (yes|no)\b`).MatchString(text) {
			t.Errorf("CHANGELOG.md does not say whether %s changed bits", heading)
		}
	}
}

// TestAttackTable: the table of attacks has the attacks of the load generator.
func TestAttackTable(t *testing.T) {
	list := goTool(contract.Soon(t), t, "run", "./tests/bench/load", "attack", "-list")
	want := map[string][]string{}
	for line := range strings.Lines(list) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		if len(cells) == 2 && cells[0] != "attack" {
			want[cells[0]] = cells[1:]
		}
	}
	if len(want) == 0 {
		t.Fatalf("attack -list prints no attack: %s", list)
	}
	got := map[string][]string{}
	for _, row := range table(t, "attack") {
		got[row[0]] = row[1:2]
	}
	sameRows(t, "attack", got, want)
}

// TestMaxWork: the example that explains -max-work is right.
func TestMaxWork(t *testing.T) {
	config := nn.DefaultConfig()
	config.Classes = nn.MinClasses
	work := nn.WorkOf(config, 500)
	most := (handlers.DefaultConfig().MaxWork - work.Evaluation) / work.Update
	says(t, "docs/operation.md",
		fmt.Sprintf("%d,000 updates of the default network on 500 points", most/1000))
}

// Package docs tests what the documents say.
package docs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"nnvisu/handlers"
	"nnvisu/nn"
	sets "nnvisu/nn/dataset"
	"nnvisu/nn/export"
	"nnvisu/tests/contract"
	"nnvisu/tests/tools"
)

// What the README says is tested twice: its examples are run and must print what it shows, and its tables must say what
// the code says. Each of its tables is found by the first cell of its head, so these are part of the test.

// readmeHost is the server of the examples.
const readmeHost = "localhost:8888"

// readReadme returns the README.
func readReadme(tb testing.TB) string {
	tb.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// A block is fenced code.
type block struct {
	line  int    // of its opening fence, from 1
	kind  string // sh, text, json…
	text  string
	run   bool   // the line before is the marker of an example
	shows *block // what an example prints: the text or json that follows at once, or nil
}

// fences returns the blocks of a Markdown text.
func fences(markdown string) []*block {
	const marker = "<!-- run -->"
	var all []*block
	var open *block
	before, last := "", (*block)(nil) // the line before, and the block that ended on it
	for i, line := range strings.Split(markdown, "\n") {
		kind, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 1, kind: kind, run: before == marker}
			if last != nil && last.run && (kind == "text" || kind == "json") {
				last.shows = open
			}
			last = nil
		case fence:
			all, last, open = append(all, open), open, nil
		case open != nil:
			open.text += line + "\n"
		default:
			last = nil
		}
		before = line
	}
	return all
}

// shows reports whether got is what an example shows. In a text … stands for anything within a line and, alone on a
// line, for any lines. JSON may be laid out in any way; there … stands for anything.
func shows(want *block, got string) bool {
	expected, any := want.text, "[^\n]*"
	if want.kind == "json" {
		expected, got, any = compact(expected), compact(got), "(?s:.*)"
	}
	var pattern strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(expected), "\n") {
		if line == "…" && want.kind != "json" {
			pattern.WriteString("(?:[^\n]*\n)*")
			continue
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", any) + "\n")
	}
	return regexp.MustCompile("^" + pattern.String() + "$").MatchString(strings.TrimSpace(got) + "\n")
}

// compact returns JSON, or what an elision makes of it, without the space around its tokens.
func compact(text string) string {
	quoted, escaped := false, false
	return strings.Map(func(r rune) rune {
		if !quoted && unicode.IsSpace(r) {
			return -1
		}
		quoted = quoted != (r == '"' && !escaped)
		escaped = r == '\\' && !escaped
		return r
	}, text)
}

// TestReadmeShows: what compares the examples with what they print can tell them apart.
func TestReadmeShows(t *testing.T) {
	for _, test := range []struct {
		kind, want, got string
		same            bool
	}{
		{"text", "a\n", "a\n", true},
		{"text", "a\n", "b\n", false},
		{"text", "a\n", "a\nb\n", false},
		{"text", "a\nb\n", "a\n", false},
		{"text", "a\n", "", false},
		{"text", "a…c\n", "abbc\n", true},
		{"text", "a…c\n", "abb\nc\n", false},
		{"text", "a\n…\nc\n", "a\nb\nb\nc\n", true},
		{"text", "a\n…\nc\n", "a\nb\nb\n", false},
		{"text", "1.5\n", "125\n", false},
		{"json", `{"a": 1,` + "\n" + ` "b": "x y"}`, `{"a":1,"b":"x y"}`, true},
		{"json", `{"a": "x y"}`, `{"a":"xy"}`, false},
		{"json", `{"a": "x\" y"}`, `{"a":"x\"y"}`, false},
		{"json", `{"a": 1}`, `{"a":1,"b":2}`, false},
		{"json", `{"a": 0.5…, "b": [1, …]}`, `{"a":0.58,"b":[1,2,3]}`, true},
		{"json", `{"a": 0.5…}`, `{"a":0.6}`, false},
	} {
		if got := shows(&block{kind: test.kind, text: test.want}, test.got); got != test.same {
			t.Errorf("shows(%s %q, %q) = %v; want %v", test.kind, test.want, test.got, got, test.same)
		}
	}
}

// TestReadmeExamples runs the examples in order, in one directory and with one server.
func TestReadmeExamples(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "node", "cmp", "grep"} {
		tools.Find(t, tool)
	}
	s, dir := contract.Start(t), t.TempDir()
	host := strings.TrimPrefix(s.Root, "http://")
	// Nothing of the user's: no curl configuration, no proxy, no messages in another language.
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C"}
	var scripts strings.Builder
	for _, b := range fences(readReadme(t)) {
		if !b.run {
			if b.kind == "sh" && strings.Contains(b.text, "curl ") {
				t.Errorf("README.md:%d: an example that is not marked to be run", b.line)
			}
			continue
		}
		scripts.WriteString(b.text)
		t.Run(fmt.Sprintf("Line%d", b.line), func(t *testing.T) {
			env := env
			if strings.Contains(b.text, "new WebSocket(") {
				env = withWebSocket(t, env)
			}
			script := strings.ReplaceAll(b.text, readmeHost, host)
			got := runBash(t, dir, env, script)
			if b.shows != nil && !shows(b.shows, strings.ReplaceAll(got, host, readmeHost)) {
				t.Errorf("README.md:%d prints\n%s\nbut shows\n%s", b.line, contract.Clip([]byte(got)), b.shows.text)
			}
		})
	}
	for _, row := range readmeTable(t, "request") {
		method, path, _ := strings.Cut(quoted(row[0])[0], " ")
		prefix, _, _ := strings.Cut(path, "{")
		call := regexp.MustCompile(`(?m)` + readmeHost + regexp.QuoteMeta(prefix) + `.*$`)
		if !slices.ContainsFunc(call.FindAllString(scripts.String(), -1), func(line string) bool {
			return strings.Contains(line, " -d ") == (method == "POST")
		}) {
			t.Errorf("no example for %s %s", method, path)
		}
	}
}

// runBash runs a script and returns what it prints; it fails the test if the script does.
func runBash(tb testing.TB, dir string, env []string, script string) string {
	tb.Helper()
	var stderr strings.Builder
	run := exec.CommandContext(contract.Soon(tb), "bash", "-eu", "-o", "pipefail")
	run.Dir, run.Env, run.Stdin, run.Stderr = dir, env, strings.NewReader(script), &stderr
	run.WaitDelay = time.Second // what it started may have its output open still
	out, err := run.Output()
	if err != nil {
		tb.Fatalf("%v\nscript\n%s\nstdout\n%s\nstderr\n%s", err, script, contract.Clip(out), contract.Clip([]byte(stderr.String())))
	}
	return string(out)
}

// withWebSocket returns an environment in which node has a WebSocket. Node.js 20 has one behind a flag.
func withWebSocket(tb testing.TB, env []string) []string {
	tb.Helper()
	for _, try := range [][]string{env, append(slices.Clone(env), "NODE_OPTIONS=--experimental-websocket")} {
		run := exec.CommandContext(contract.Soon(tb), "node", "-p", "typeof WebSocket")
		run.Env = try
		if out, err := run.Output(); err == nil && strings.TrimSpace(string(out)) == "function" {
			return try
		}
	}
	tb.Fatal("this Node.js has no WebSocket; install version 20 or later")
	return nil
}

// readmeTable returns the cells of the rows of the table whose head begins with the cell.
func readmeTable(tb testing.TB, head string) [][]string {
	tb.Helper()
	var rows [][]string
	inside := false
	for line := range strings.Lines(readReadme(tb)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "| "+head+" |"):
			inside = true
		case inside && !strings.HasPrefix(line, "|"):
			return rows
		case inside && !strings.HasPrefix(line, "|---"):
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	tb.Fatalf("README.md has no table of %s", head)
	return nil
}

// quoted returns what stands between backquotes.
func quoted(text string) []string {
	var words []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			words = append(words, part)
		}
	}
	return words
}

// sameRows fails the test for each row of the README that is missing, wrong or too many.
func sameRows(tb testing.TB, got, want map[string][]string) {
	tb.Helper()
	for key, row := range want {
		if found, ok := got[key]; !ok {
			tb.Errorf("README.md lacks %s %q", key, row)
		} else if !slices.Equal(found, row) {
			tb.Errorf("README.md has %s %q; want %q", key, found, row)
		}
	}
	for key, row := range got {
		if _, ok := want[key]; !ok {
			tb.Errorf("README.md has %s %q; want no such row", key, row)
		}
	}
}

// says fails the test unless the README has the sentence, however its lines are broken.
func says(tb testing.TB, sentence string) {
	tb.Helper()
	if !strings.Contains(strings.Join(strings.Fields(readReadme(tb)), " "), sentence) {
		tb.Errorf("README.md does not say %q", sentence)
	}
}

// TestReadmeConfig: the table of config has every member with its default, every name there is and every limit.
func TestReadmeConfig(t *testing.T) {
	rows := map[string][]string{}
	for _, row := range readmeTable(t, "member") {
		for _, member := range quoted(row[0]) {
			rows[member] = row
		}
	}
	defaults := map[string]json.RawMessage{}
	config := nn.DefaultConfig()
	if err := json.Unmarshal(contract.Encode(config), &defaults); err != nil {
		t.Fatal(err)
	}
	// JSON leaves out the defaults of a schedule.
	defaults["schedule"], defaults["schedule_steps"], defaults["schedule_factor"] = contract.Encode(config.Schedule), contract.Encode(config.ScheduleSteps), contract.Encode(config.ScheduleFactor)
	names := map[string][]string{
		"task": words(nn.Tasks()), "features": words(nn.Features()), "activation": words(nn.Activations()),
		"init": words(nn.Inits()), "optimizer": words(nn.Optimizers()), "schedule": words(nn.Schedules()),
	}
	limits := map[string]string{
		"hidden_layers":   fmt.Sprintf("0 to %d widths, each 1 to %d", nn.MaxHiddenLayers, nn.MaxWidth),
		"classes":         fmt.Sprintf("%d to %d", nn.MinClasses, nn.MaxClasses),
		"learning_rate":   fmt.Sprintf("greater than 0, at most %v", nn.MaxLearningRate),
		"schedule_steps":  fmt.Sprintf("1 to %d", nn.MaxScheduleSteps),
		"schedule_factor": "0 to 1",
		"l1":              fmt.Sprintf("0 to %v", nn.MaxPenalty),
		"l2":              fmt.Sprintf("0 to %v", nn.MaxPenalty),
		"dropout":         fmt.Sprintf("0 to %v", nn.MaxFraction),
		"test_fraction":   fmt.Sprintf("0 to %v", nn.MaxFraction),
		"seed":            fmt.Sprintf("0 to %d", ^nn.Config{}.Seed),
	}
	for _, member := range tags(nn.Config{}) {
		row := rows[member]
		delete(rows, member)
		if len(row) != 3 {
			t.Errorf("config.%s has the row %q; want three cells", member, row)
			continue
		}
		if got := quoted(row[1]); names[member] != nil && !slices.Equal(got, names[member]) {
			t.Errorf("config.%s has the names %q; want %q", member, got, names[member])
		}
		if want := limits[member]; !strings.Contains(row[1], want) {
			t.Errorf("config.%s is %q; want %q", member, row[1], want)
		}
		if want, ok := defaults[member]; ok && row[2] != "`"+string(want)+"`" {
			t.Errorf("config.%s has the default %s; want %s", member, row[2], want)
		}
	}
	for member := range rows {
		t.Errorf("config.%s is not a member", member)
	}
}

// words returns names as strings.
func words[T ~string](names []T) []string {
	var all []string
	for _, name := range names {
		all = append(all, string(name))
	}
	return all
}

// tags returns the JSON names of the members of a struct.
func tags(v any) []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// TestReadmeMembers: the README names every member of a state and of a result.
func TestReadmeMembers(t *testing.T) {
	text := readReadme(t)
	for _, v := range []any{nn.State{}, nn.Network{}, nn.Moments{}, nn.Point{}, nn.Result{}, nn.Metrics{}} {
		for _, name := range tags(v) {
			if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, `"`+name+`"`) {
				t.Errorf("README.md does not name %s of %T", name, v)
			}
		}
	}
}

// TestReadmeDatasets: the table of data sets is that of package dataset, and the defaults are those of /data.
func TestReadmeDatasets(t *testing.T) {
	rows := readmeTable(t, "data set")
	for i, info := range sets.All() {
		classes, meaning := "–", ""
		if info.MaxClasses > 0 {
			classes, meaning = fmt.Sprint(info.MinClasses), info.ClassesMeaning
		}
		if info.MaxClasses > info.MinClasses {
			classes = fmt.Sprintf("%d to %d, default %d", info.MinClasses, info.MaxClasses, info.DefaultClasses)
		}
		want := []string{"`" + string(info.Name) + "`", info.Task, meaning, classes, fmt.Sprint(info.DefaultNoise)}
		if i >= len(rows) {
			t.Errorf("no row %q", want)
			continue
		}
		if meaning == "" && len(rows[i]) > 2 {
			want[2] = rows[i][2] // a regression's label is described in the README alone
		}
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d is %q; want %q", i+1, rows[i], want)
		}
	}
	if got, want := len(rows), len(sets.All()); got > want {
		t.Errorf("%d data sets; want %d", got, want)
	}

	s := contract.Start(t)
	points := s.Data(t, "moons").Data
	says(t, fmt.Sprintf("`points` of them (default %d)", len(points)))
	says(t, fmt.Sprintf("`noise` (0 to %v,", sets.MaxNoise))
	says(t, "a `seed` (default 1)")
	if !slices.Equal(points, s.Data(t, "moons?seed=1").Data) {
		t.Error("the default of seed is not 1")
	}
}

// TestReadmeFormats: the table of formats is that of package export.
func TestReadmeFormats(t *testing.T) {
	want := map[string][]string{}
	for _, info := range export.All() {
		want["`"+string(info.Format)+"`"] = []string{"`" + info.Filename + "`", info.Summary}
	}
	got := map[string][]string{}
	for _, row := range readmeTable(t, "format") {
		got[row[0]] = row[1:]
	}
	sameRows(t, got, want)
}

// TestReadmeErrors: the table of errors is the contract's, with those that every HTTP server has.
func TestReadmeErrors(t *testing.T) {
	want := maps.Clone(contract.Statuses)
	s := contract.Start(t)
	for _, request := range []struct{ method, path string }{{"GET", "/nowhere"}, {"GET", "/step"}, {"GET", "/ws"}} {
		answer, err := s.Fetch(contract.Soon(t), request.method, request.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = answer.Read()
		f := contract.Refusal(t, err)
		if code, status := f.Reason.Code, fmt.Sprint(f.Status); want[code] == "" {
			want[code] = status
		} else if !contract.Among(status, want[code]) {
			want[code] += "|" + status
		}
	}
	got := map[string]string{}
	for _, row := range readmeTable(t, "code") {
		got[strings.Trim(row[0], "`")] = strings.ReplaceAll(row[1], ", ", "|")
	}
	if !maps.Equal(got, want) {
		t.Errorf("README.md has the codes and statuses %v; want %v", got, want)
	}
}

// TestReadmeMetrics: the README names every metric of ours with its labels, and no other.
func TestReadmeMetrics(t *testing.T) {
	s := contract.Start(t)
	s.Get(t, "/nowhere") // an error to count
	answer := s.Get(t, "/metrics")
	want := map[string][]string{} // labels by metric
	for line := range strings.Lines(string(answer.Body)) {
		if name, ok := strings.CutPrefix(line, "# TYPE nnvisu_"); ok {
			name, _, _ = strings.Cut(name, " ")
			want["nnvisu_"+name] = nil
		}
	}
	label := regexp.MustCompile(`[{,](\w+)="`)
	for line := range strings.Lines(string(answer.Body)) {
		for name := range want {
			if strings.HasPrefix(line, name+"{") || strings.HasPrefix(line, name+"_count{") {
				want[name] = nil
				for _, m := range label.FindAllStringSubmatch(line, -1) {
					want[name] = append(want[name], m[1])
				}
			}
		}
	}
	_, text, _ := strings.Cut(readReadme(t), "\nThe metrics are ")
	text, _, _ = strings.Cut(text, "\n\n")
	got := map[string][]string{}
	last := ""
	for _, word := range quoted(text) {
		if strings.HasPrefix(word, "nnvisu_") {
			last = word
			got[last] = nil
		} else {
			got[last] = append(got[last], word)
		}
	}
	for _, labels := range []map[string][]string{got, want} {
		for name := range labels {
			slices.Sort(labels[name])
		}
	}
	sameRows(t, got, want)
}

// TestReadmeFlags: the table of flags is what the program itself says of them.
func TestReadmeFlags(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "nnvisu")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a first build compiles everything
	defer cancel()
	if out, err := exec.CommandContext(ctx, tools.Find(t, "go"), "build", "-o", program, "nnvisu").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	help, err := exec.CommandContext(contract.Soon(t), program, "-help").Output()
	if err != nil {
		t.Fatalf("nnvisu -help: %v", err)
	}

	got := map[string][]string{}
	for _, row := range readmeTable(t, "flag") {
		got[row[0]] = row[1:3]
	}
	want := map[string][]string{}
	flag := regexp.MustCompile(`(?m)^  (-\S+).*\n\s+.*?(?:; (NNVISU_\w+))?(?: \(default "?(.*?)"?\))?$`)
	for _, m := range flag.FindAllStringSubmatch(string(help), -1) {
		for i := range m {
			if m[i] = "`" + m[i] + "`"; m[i] == "``" {
				m[i] = "–"
			}
		}
		want[m[1]] = m[2:]
	}
	sameRows(t, got, want)

	// The README explains -max-work by an example.
	config := nn.DefaultConfig()
	config.Classes = nn.MinClasses
	work := nn.WorkOf(config, 500)
	most := (handlers.DefaultConfig().MaxWork - work.Evaluation) / work.Update
	says(t, fmt.Sprintf("%.0f,000 updates of the default network on 500 points", most/1000))
}

// TestReadmePlaces: the README's commands and paths are there, and no package is missing from its rooms.
func TestReadmePlaces(t *testing.T) {
	text := readReadme(t)
	taskfile, err := os.ReadFile("../../Taskfile.yml")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`go run (github.com/go-task/\S+@\S+) ([\w:]+)`)
	for _, m := range command.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(string(taskfile), m[1]+" ") {
			t.Errorf("README.md runs %s; want the version in Taskfile.yml", m[1])
		}
		if !strings.Contains(string(taskfile), "\n  "+m[2]+":\n") {
			t.Errorf("README.md runs the task %s; Taskfile.yml has none", m[2])
		}
	}

	paths := []string{}
	for _, m := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(text, -1) {
		paths = append(paths, m[1])
	}
	rooms := map[string]bool{}
	for _, row := range readmeTable(t, "room") {
		for _, room := range quoted(row[0]) {
			rooms[filepath.Clean(room)] = true
			paths = append(paths, room)
		}
	}
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join("../..", path)); err != nil {
			t.Errorf("README.md names %s: %v", path, err)
		}
	}
	for _, pattern := range []string{"../../*/*.go", "../../*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			room, err := filepath.Rel("../..", filepath.Dir(file))
			if err != nil {
				t.Fatal(err)
			}
			if !rooms[room] && !strings.HasPrefix(room, "node_modules") {
				t.Errorf("README.md has no room for %s", file)
				rooms[room] = true // once is enough
			}
		}
	}
}

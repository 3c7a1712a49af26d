package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// longestReadme is how many lines the README may have: a user is to read all of it.
const longestReadme = 150

// largestFile is how many bytes a picture of the documents may have.
const largestFile = 500_000

// TestSizes: the README is short, and so are the files of docs/.
func TestSizes(t *testing.T) {
	if lines := strings.Count(read(t, "README.md"), "\n"); lines > longestReadme {
		t.Errorf("README.md has %d lines; want at most %d", lines, longestReadme)
	}
	files, err := os.ReadDir(filepath.Join(root, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > largestFile {
			t.Errorf("docs/%s has %d bytes; want at most %d", file.Name(), info.Size(), largestFile)
		}
	}
}

// TestCommands: the tasks that the documents name are in the Taskfile, and they run its version of
// Task.
func TestCommands(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Taskfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	taskfile := string(text)
	hasTask := func(name string) bool { return strings.Contains(taskfile, "\n  "+name+":\n") }
	command := regexp.MustCompile(`go run (github.com/go-task/\S+@\S+) ([\w:]+)`)
	commands := 0
	for _, d := range documents(t) {
		for _, m := range command.FindAllStringSubmatch(d.text, -1) {
			commands++
			if !strings.Contains(taskfile, m[1]+" ") {
				t.Errorf("%s runs %s; want the version in Taskfile.yml", d.name, m[1])
			}
			if !hasTask(m[2]) {
				t.Errorf("%s runs the task %s; Taskfile.yml has none", d.name, m[2])
			}
		}
	}
	if commands == 0 {
		t.Error("no document runs a task")
	}
	for _, row := range table(t, "task") {
		if name := quoted(row[0])[0]; !hasTask(name) {
			t.Errorf("the table of tasks has %s; Taskfile.yml has no such task", name)
		}
	}
}

// TestWithoutRaceDetector: what skips itself under the race detector is run without it by the task
// test.
func TestWithoutRaceDetector(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Taskfile.yml"))
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`-run '(.+)' \./handlers; fi`).FindSubmatch(text)
	if names == nil {
		t.Fatal("Taskfile.yml runs no tests of handlers without the race detector")
	}
	runs := regexp.MustCompile(string(names[1]))
	skips := regexp.MustCompile(`race\.Skip\(|race\.Enabled[^{\n]*\{\n\s*t\.Skip\(`)
	files, err := filepath.Glob(filepath.Join(root, "handlers", "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	skipping := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, function := range strings.Split(string(text), "\nfunc ")[1:] {
			name, _, _ := strings.Cut(function, "(")
			if !skips.MatchString(function) {
				continue
			}
			skipping++
			if !runs.MatchString(name) {
				t.Errorf("%s of %s skips itself under the race detector, and %s does not run it without", name, filepath.Base(file), names[1])
			}
		}
	}
	if skipping == 0 {
		t.Error("no test skips itself under the race detector")
	}
}

// TestLinks: the links and the pictures of the documents lead to files and to headings that exist.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	links := 0
	for _, d := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(d.text, -1) {
			target := m[1] + m[2]
			if strings.Contains(target, "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(target, "#")
			if file == "" {
				file = d.name
			} else {
				file = path.Join(path.Dir(d.name), file)
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s links to %s: %v", d.name, target, err)
			} else if anchor != "" && !hasHeading(read(t, file), anchor) {
				t.Errorf("%s links to %s; %s has no such heading", d.name, target, file)
			}
		}
	}
	if links == 0 {
		t.Error("no document has a link")
	}
}

// hasHeading reports whether a document has a heading with the anchor that GitHub makes of it: in
// lower case, a hyphen for each space, and without punctuation.
func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		made := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(heading))
		if made == anchor {
			return true
		}
	}
	return false
}

// Package docs tests what the documents say. Their examples are run and must print what the
// document shows. Their tables must say what the code says. Files, links and tasks that they name
// must exist.
package docs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the repository.
const root = "../.."

// A document is a Markdown file.
type document struct {
	name string // its path below the root, with slashes
	text string
}

// documents returns all documents of the repository.
func documents(tb testing.TB) []document {
	tb.Helper()
	var all []document
	for _, pattern := range []string{"*.md", "docs/*.md", "deploy/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			tb.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, document{filepath.ToSlash(name), string(text)})
		}
	}
	return all
}

// read returns the text of a document.
func read(tb testing.TB, name string) string {
	tb.Helper()
	for _, d := range documents(tb) {
		if d.name == name {
			return d.text
		}
	}
	tb.Fatalf("there is no document %s", name)
	return ""
}

// table returns the cells of the rows of the one table whose head begins with the cell. So these
// cells of the documents are part of the tests.
func table(tb testing.TB, head string) [][]string {
	tb.Helper()
	var rows [][]string
	tables := 0
	for _, d := range documents(tb) {
		inside := false
		for line := range strings.Lines(d.text) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "| "+head+" |"):
				inside = true
				tables++
			case !strings.HasPrefix(line, "|"):
				inside = false
			case inside && !strings.HasPrefix(line, "|---"):
				cells := strings.Split(strings.Trim(line, "|"), "|")
				for i := range cells {
					cells[i] = strings.TrimSpace(cells[i])
				}
				rows = append(rows, cells)
			}
		}
	}
	if tables != 1 {
		tb.Fatalf("the documents have %d tables of %s; want one", tables, head)
	}
	return rows
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

// sameRows fails the test for each row of a table that is missing, wrong or too many.
func sameRows(tb testing.TB, head string, got, want map[string][]string) {
	tb.Helper()
	for key, row := range want {
		if found, ok := got[key]; !ok {
			tb.Errorf("the table of %s lacks %s %q", head, key, row)
		} else if !slices.Equal(found, row) {
			tb.Errorf("the table of %s has %s %q; want %q", head, key, found, row)
		}
	}
	for key, row := range got {
		if _, ok := want[key]; !ok {
			tb.Errorf("the table of %s has %s %q; want no such row", head, key, row)
		}
	}
}

// says fails the test unless a document has the sentence, however its lines are broken.
func says(tb testing.TB, name, sentence string) {
	tb.Helper()
	if !strings.Contains(strings.Join(strings.Fields(read(tb, name)), " "), sentence) {
		tb.Errorf("%s does not say %q", name, sentence)
	}
}

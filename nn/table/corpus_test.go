package table

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

var update = flag.Bool("update", false, "write what comes of the tables in testdata/corpus as what is expected")

// TestCorpus: small tables as people bring them, each with what a person expects. A file has a sentence
// about the table, and behind a line such as "-- input --" each of: the input, with escapes as in Go if
// it is called "escaped"; the options, if any; and what is expected.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("there are %d tables, %v; want sixty at least", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, want, found := strings.Cut(string(text), "-- want --\n")
			before, options, _ := strings.Cut(before, "-- options --\n")
			about, input, plain := strings.Cut(before, "-- input --\n")
			if !plain {
				about, input, _ = strings.Cut(before, "-- escaped --\n")
				if input, err = strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(input, "\n", ""), `"`, `\"`) + `"`); err != nil {
					t.Fatal(err)
				}
			}
			if len(about) < 10 || input == "" {
				t.Fatal("want a sentence about the table, and the table")
			}
			got := outcome(t, []byte(input), options)
			if *update {
				if err := os.WriteFile(file, []byte(strings.TrimSuffix(string(text), "-- want --\n"+want)+"-- want --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !found || got != want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", input, got, want)
			}
		})
	}
}

// outcome says what comes of a table: the points in their own units.
func outcome(tb testing.TB, data []byte, options string) string {
	tb.Helper()
	var o Options
	var c Choice
	for line := range strings.Lines(options) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "x":
			c.X = value
		case "y":
			c.Y = value
		case "label":
			c.Label = value
		case "task":
			c.Task = nn.Task(value)
		case "sample":
			c.MaxPoints, _ = strconv.Atoi(value)
			c.Sample = true
		default:
			known := false
			for _, option := range AllOptions() {
				if option.Name == name {
					option.Set(&o, value)
					known = true
				}
			}
			if !known {
				tb.Fatalf("there is no option %q", name)
			}
		}
	}
	var b strings.Builder
	t, err := Parse(data, o)
	var m Import
	if err == nil {
		m, err = Convert(t, c)
	}
	for _, d := range append(t.Decisions, m.Decisions...) {
		fmt.Fprintf(&b, "%s: %s\n", d.Name, d)
	}
	if t.Skipped != (Skipped{}) {
		fmt.Fprintf(&b, "skipped: %+v\n", t.Skipped)
	}
	if err != nil {
		return b.String() + "error: " + err.Error() + "\n"
	}
	if len(m.Points)+m.LeftOut+m.Unsampled != len(t.Rows) {
		tb.Errorf("%d points, %d rows left out and %d not taken are not the %d rows", len(m.Points), m.LeftOut, m.Unsampled, len(t.Rows))
	}
	fmt.Fprintf(&b, "points: %d of %d rows\n", len(m.Points), len(t.Rows))
	for _, p := range m.Points[:min(len(m.Points), 8)] {
		label := m.Class(int(p.Label))
		switch {
		case m.Task == nn.Regression:
			label = m.Transform.Label.Text(p.Label)
		case label == "":
			label = "class " + strconv.Itoa(int(p.Label))
		}
		fmt.Fprintf(&b, "\t%s  %s  %s\n", m.Transform.X.Text(p.X), m.Transform.Y.Text(p.Y), label)
	}
	return b.String()
}

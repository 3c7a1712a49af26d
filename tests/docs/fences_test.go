package docs

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

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

// shows reports whether got is what an example shows. In a text … stands for anything within a line
// and, alone on a line, for any lines. JSON may be laid out in any way; there … stands for anything.
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

// TestShows: what compares the examples with what they print can tell them apart.
func TestShows(t *testing.T) {
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

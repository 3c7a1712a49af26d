package table

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// TestCleaned: text becomes UTF-8 with plain ends of lines wherever it is cut into strides.
func TestCleaned(t *testing.T) {
	for _, unit := range []string{"ab\r\n", "ab\r", "\r\n", "\r", "é\r\n", "a\xff\r\r\n", "\xff", "\n"} {
		for before := range 4 {
			text := strings.Repeat("x", before) + strings.Repeat(unit, 2*pace.Stride/len(unit)+1)
			want := strings.ToValidUTF8(text, "\ufffd")
			want = strings.ReplaceAll(strings.ReplaceAll(want, "\r\n", "\n"), "\r", "\n")
			if got := cleaned(text, new(pace.Pace)); got != want {
				t.Errorf("cleaned(%q…) = %d bytes %.10q…; want %d bytes %.10q…", text[:10], len(got), got,
					len(want), want)
			}
		}
	}
}

// TestYield: Parse and Convert yield at least once in two strides of text, and end with the error
// that yield returns.
func TestYield(t *testing.T) {
	const size = 20 * pace.Stride
	fill := func(before, unit, after string) string {
		return before + strings.Repeat(unit, size/len(unit)) + after
	}
	long := strings.Repeat("5", 2000)
	for _, test := range []struct {
		name, text string
		options    Options
	}{
		{"Comma", fill("a,b,c\n", "1.25,2,p\n", ""), Options{}},
		{"Semicolon", fill("a;b;c\n", "1,25;2;7\n", ""), Options{}},
		{"Space", fill("a b c\n", "1.25 2 p\n", ""), Options{}},
		{"Long", fill("a,b,c\n", long+",2,p\n", ""), Options{}},
		{"LongSpace", fill("a b c\n", long+" 2 p\n", ""), Options{}},
		{"Quoted", fill("a,b,c\n1,2,\"", "\n\"\"", "\"\n"), Options{}},
		{"Returns", fill("a,b,c\r", "1.25,2,p\r", ""), Options{}},
		{"Objects", fill("[", `{"a":1,"b":2,"c":3},`, `{"a":4}]`), Options{}},
		{"Lists", fill("[", `[1,2,"p"],`, "[1,2,3]]"), Options{}},
		{"JSONString", fill(`[[1,2,"`, "é", `"]]`), Options{}},
		{"JSONBlanks", fill("[", " ", "[1,2,3]]"), Options{}},
		{"JSONOther", fill(`{"a":[0`, ",[]", `],"data":[[1,2,3]]}`), Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			calls := 0
			test.options.Yield = func() error { calls++; return nil }
			table, err := Parse([]byte(test.text), test.options)
			if err != nil {
				t.Fatal(err)
			}
			if least := size / pace.Stride / 2; calls < least {
				t.Errorf("Parse of %d bytes yields %d times; want %d at least", size, calls, least)
			}
			gone := errors.New("gone")
			stopped := 0
			test.options.Yield = func() error { stopped++; return gone }
			if _, err := Parse([]byte(test.text), test.options); err != gone || stopped != 1 {
				t.Errorf("Parse = %v after %d calls; want what yield returned, at once", err, stopped)
			}

			if len(table.Rows) < 10_000 {
				return
			}
			calls = 0
			c := Choice{MaxPoints: 100, Sample: true, Yield: func() error { calls++; return nil }}
			if _, err := Convert(table, c); err != nil || calls < len(table.Rows)*3*cellWork/pace.Stride {
				t.Errorf("Convert of %d rows yields %d times, %v", len(table.Rows), calls, err)
			}
			c.Yield = test.options.Yield
			if _, err := Convert(table, c); err != gone {
				t.Errorf("Convert = %v; want what yield returned", err)
			}
		})
	}
}

// TestAllocated: a table takes no more memory than a few times that of its text, however many short
// lines there are of a kind.
func TestAllocated(t *testing.T) {
	const n, most = 20_000, 100 // bytes for a byte of the text
	for _, test := range []struct{ name, text string }{
		{"Comments", strings.Repeat("#\n", n) + "1,2,a\n3,4,b\n"},
		{"Attributes", strings.Repeat("@attribute a real\n", n) + "@data\n"},
		{"Rows", strings.Repeat("1,2,a\n", n)},
		{"Quoted", strings.Repeat("1,2,\"a\"\n", n)},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = Parse([]byte(test.text), Options{})
		runtime.ReadMemStats(&after)
		if got := (after.TotalAlloc - before.TotalAlloc) / uint64(len(test.text)); got > most {
			t.Errorf("%s: Parse takes %d bytes for each byte of the text; want at most %d", test.name, got, most)
		} else {
			t.Logf("%s: %d bytes for each byte", test.name, got)
		}
	}
}

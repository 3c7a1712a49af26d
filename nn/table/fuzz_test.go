package table

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// linesOf returns the lines of a text.
func linesOf(text string) []string { return slices.Collect(strings.Lines(text)) }

// headerLine reports whether a line of the text that is not counted as a comment has the names of the columns.
func headerLine(t Table) bool {
	for _, d := range t.Decisions {
		if d.Name == "header" {
			n, _ := strconv.Atoi(d.Says[strings.LastIndexByte(d.Says, ' ')+1:])
			return d.Value == HeaderYes && !t.comment && n > 0
		}
	}
	return false
}

// FuzzConvert: no text panics, what comes of one is valid, and what is written of it can be read.
func FuzzConvert(f *testing.F) {
	for _, text := range []string{
		"x,y,label\n0.1,0.2,0\n0.3,-1,1\n",
		"a;b;c\n1,5;2;p\n-1e3;?;q\n7;8;p\n",
		"1 2 3\n4 5 6\n\"7\" 8 9\n",
		"a|b|c\n1|2|true\n1|2|false\n",
		"\ufeff,x,y\r\n0,1,2\r\n1,1e99,2.5\r\n",
		`[{"x":1,"y":2,"label":"a"},{"y":-3,"x":null,"label":"b"},{"x":4,"y":1e-9,"label":"a"}]`,
		`{"data":[["a","b","c"],[1,2,3.5],[2,3,4]],"task":"regression"}`,
		"T\n#,x,y,l\n1,2,3,p\n#4,5,6,q\n#VALEUR!,5,6,q\n",
		"# x y z\n1 2 3\n# pause\n4 5.5 6\n\n",
		"sep=;\nTitle\na;b;c\n1,5;2;p\n1.234,5;#N/A;q;\n",
		"@relation r\n@attribute a real\n@attribute b real\n@attribute c {p,q}\n% no\n@data\n1,2,p\n3,?,q\n",
		"| a | b | c |\n|---|---|---|\n| 1 | 2 | p |\n",
		`{"x":{"0":1,"1":2},"y":{"0":3,"1":NaN},"l":{"0":"a","1":"b"}}`,
		`{"columns":["a","b","c"],"data":[[1,2,3],[4,5,6]]}`,
		`{"columns":[["a","u"],["a","v"],["b","l"]],"index":[0,1],"data":[[1,2,"a"],[3,4,"b"]]}`,
		`{"feature_names":[{"a":1},{"b":[]}],"data":[[1,2],[3,4]],"target":["a","b"]}`,
		"{\"x\":[1,2],\"y\":[3,4],\"l\":[0,1]}\n",
		"{\"x\":1,\"y\":2,\"l\":0}\n{\"x\":3,\"y\":4,\"l\":1}",
		"\xff\xfex\x00,\x00y\x00,\x00l\x00\n\x001\x00,\x002\x00,\x003\x00",
		"x,y,l\n1,2,M\xfcller\n3,4,b\n",
		"größe,höhe,früh\n1,2,Köln\n3,4,K\xc3ln\n\xe9,5,b\n",
		"a\tb\tc\n1e100\t1e-99\t0\n-1e100\t0\t1\n",
	} {
		for mode := range uint8(4) {
			f.Add(text, mode)
		}
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		table, err := Parse([]byte(text), Options{Header: []string{"", HeaderYes, HeaderNo}[int(mode/4)%3]})
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("Parse(%q) = %T; want *Error", text, err)
			}
			return
		}
		// No row is lost in silence: where no cell has lines in it, every line is told.
		if lines := len(linesOf(table.text)); !table.JSON && !strings.Contains(table.text, "\"") && !strings.Contains(table.text, "'") {
			header := 0
			if table.Separator != "" && headerLine(table) {
				header = 1
			}
			s := table.Skipped
			if told := len(table.Rows) + header + s.Comments + s.Titles + s.Blank; told != lines {
				t.Fatalf("Parse(%q) has %d lines and tells of %d: %d rows, %d header, %+v", text, lines, told, len(table.Rows), header, s)
			}
		}
		m, err := Convert(table, Choice{Scaling: Scalings()[int(mode/12)%3], Task: append(nn.Tasks(), "")[mode%3], MaxPoints: 50, Sample: mode%2 == 0})
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("Convert(%q) = %T; want *Error", text, err)
			}
			return
		}
		if n := len(m.Points) + m.LeftOut + m.Unsampled; n != len(table.Rows) {
			t.Fatalf("Convert(%q) tells of %d rows; want %d", text, n, len(table.Rows))
		}
		if _, err := (nn.State{Config: configOf(m), Data: m.Points}).Prepare(); err != nil {
			t.Fatalf("Convert(%q) is no state: %v", text, err)
		}
		if err := m.Check(nn.MaxClasses); err != nil {
			t.Fatalf("Convert(%q) keeps %+v: %v", text, m.Meta, err)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, m.Points, m.Task, m.Meta); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(b.Bytes(), Options{Separator: Comma, Header: HeaderYes})
		if err != nil || len(again.Rows) != len(m.Points) {
			t.Fatalf("WriteCSV of %q gives %q, which is read as %d rows, %v; want %d", text,
				b.String(), len(again.Rows), err, len(m.Points))
		}
	})
}

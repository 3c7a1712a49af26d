package table

import (
	"bytes"
	"testing"

	"nnvisu/nn"
)

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
		"a\tb\tc\n1e100\t1e-99\t0\n-1e100\t0\t1\n",
	} {
		for mode := range uint8(4) {
			f.Add(text, mode)
		}
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		table, err := Parse(text, Options{Header: Headers()[int(mode/4)%3]})
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("Parse(%q) = %T; want *Error", text, err)
			}
			return
		}
		m, err := Convert(table, Choice{Scaling: Scalings()[int(mode/12)%3], Task: append(nn.Tasks(), "")[mode%3], MaxPoints: 50, Sample: mode%2 == 0})
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("Convert(%q) = %T; want *Error", text, err)
			}
			return
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
		again, err := Parse(b.String(), Options{Separator: Comma, Header: HeaderYes})
		if err != nil || len(again.Rows) != len(m.Points) {
			t.Fatalf("WriteCSV of %q gives %q, which is read as %d rows, %v; want %d", text,
				b.String(), len(again.Rows), err, len(m.Points))
		}
	})
}

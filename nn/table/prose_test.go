package table

import (
	"strings"
	"testing"
)

// TestReadable: a number is written with the signs that people write, and once is enough.
func TestReadable(t *testing.T) {
	for number, want := range map[string]string{
		"0": "0", "-0.5": "−0.5", "1.23e-05": "1.23e−5", "1.23e-10": "1.23e−10", "-1e-100": "−1e−100", "1e+04": "1e4", "1e+21": "1e21", "1e101": "1e101", "1e-7": "1e−7", "5.50": "5.50",
	} {
		if got := Readable(number); got != want || Readable(got) != want {
			t.Errorf("Readable(%q) = %q, and of that %q; want %q", number, got, Readable(got), want)
		}
	}
}

// TestNamesIsolated: whatever is said of a table, names from right to left do not turn it round.
func TestNamesIsolated(t *testing.T) {
	const x, y, class, other = "طول", "عرض", "نوع", "رقم"
	var said []string
	tell := func(text string, c Choice) {
		t.Helper()
		parsed, err := Parse([]byte(text), Options{})
		if err == nil {
			var m Import
			m, err = Convert(parsed, c)
			for _, d := range append(parsed.Decisions, m.Decisions...) {
				said = append(said, d.String())
			}
			said = append(said, m.Transform.String())
		}
		if err != nil {
			said = append(said, err.Error())
		}
	}
	head := x + "," + y + "," + class + "," + other + "\n"
	tell(head+"1,2,قط,5\n3,5,كلب,7\n,5,كلب,8\n", Choice{})
	tell(head+"1,2,قط,5\n3,خمسة,كلب,7\n4,5,قط,9\n", Choice{X: x, Y: y, Label: class})
	tell(head+"1,2,قط,5\n3,5,كلب,7\n", Choice{X: x, Y: x, Label: class})
	tell(head+"1,2,قط,5\n3,5,كلب,7\n", Choice{X: "لا"})
	all := strings.Join(said, "\n")
	for _, name := range []string{x, y, class, other, "خمسة", "لا"} {
		if !strings.Contains(all, name) {
			t.Errorf("%s is not in what is said:\n%s", name, all)
		}
	}
	inside := 0
	for at, r := range all {
		switch {
		case r == '\u2068':
			inside++
		case r == '\u2069':
			inside--
		case runsLeft(r) && inside == 0:
			t.Fatalf("%.30q is not isolated in\n%s", all[at:], all)
		}
	}
}

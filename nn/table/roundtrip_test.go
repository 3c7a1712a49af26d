package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// TestLawOfTheRoundTrip: a table that was imported with chosen columns, downloaded and imported again,
// with nothing chosen, gives the same points and the same task, whatever the names, the separators and
// the cells.
func TestLawOfTheRoundTrip(t *testing.T) {
	const tables = 3000
	done := 0
	for seed := range uint64(tables) {
		r := rand.New(rand.NewPCG(seed, 1))
		text, o, c := randomTable(r)
		table, err := Parse([]byte(text), o)
		if err != nil {
			continue
		}
		first, err := Convert(table, c)
		if err != nil {
			continue
		}
		done++
		csv := written(t, first.Points, first.Task, first.Meta)
		back, err := Parse([]byte(csv), Options{})
		if err != nil {
			t.Fatalf("seed %d: %q gives %q: %v", seed, text, csv, err)
		}
		again, err := Convert(back, Choice{Scaling: c.Scaling})
		if err != nil || again.Task != first.Task || len(again.Points) != len(first.Points) || !slices.Equal(again.Classes, first.Classes) {
			t.Fatalf("seed %d: %q with %+v gives %d points of a %s, %q. It is written as %q, which gives %d of a %s, %q, %v", seed, text, c,
				len(first.Points), first.Task, first.Classes, csv, len(again.Points), again.Task, again.Classes, err)
		}
		for i, p := range first.Points {
			q := again.Points[i]
			near := func(a, b float64, axis Axis) bool { // a value has 53 bits, however little of it the range is
				return math.Abs(a-b) <= tolerance+0x1p-50*math.Abs(axis.Offset)
			}
			if tr := first.Transform; !(near(p.X, q.X, tr.X) && near(p.Y, q.Y, tr.Y) && near(p.Label, q.Label, tr.Label)) {
				t.Fatalf("seed %d: %q with %+v gives point %d as %v. It is written as %q, which gives %v", seed, text, c, i, p, csv, q)
			}
		}
	}
	if done < tables/2 {
		t.Errorf("%d of %d tables were imported; want half of them at least", done, tables)
	}
}

// randomTable returns a table with names and cells that are easily mistaken, and what is chosen of it.
func randomTable(r *rand.Rand) (string, Options, Choice) {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	sep := one("comma", "semicolon", "tab", "bar")
	char := map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}[sep]
	quote := func(cell string) string {
		if r.IntN(4) == 0 || strings.ContainsAny(cell, ",;\t|\"\n#%") {
			return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		return cell
	}
	columns, rows := 3+r.IntN(3), 2+r.IntN(12)
	var b strings.Builder
	names := map[string]bool{}
	var order []string
	for i := range columns {
		name := one("x", "y", "X", "label", "class", "target", "0", "1", "2", "1.5", "2020", "Index", "id", "NA", "none", "-", "=1+1", "@a", "'b", "'-a", "''-a", "'-1'", "-1'", "# c", "%d",
			"sep=;", "a,b", "a;b", `say "y"`, "two\nlines", "[cm]", "{g}", "a (x)", "b (y)", "c (class)", "d (value)", "Müller", "e\u0301", "---", "|", "1,5", "index", "species", "x1", "x2", "@relation a")
		if names[name] {
			name += strconv.Itoa(i)
		}
		names[name] = true
		order = append(order, name)
		if i > 0 {
			b.WriteString(char)
		}
		b.WriteString(quote(name))
	}
	b.WriteByte('\n')
	kinds := make([]int, columns)
	for i := range kinds {
		kinds[i] = r.IntN(8)
	}
	label := r.IntN(columns)
	if r.IntN(2) == 0 {
		kinds[label] = 8 + r.IntN(2)
	}
	for row := range rows {
		for i, kind := range kinds {
			if i > 0 {
				b.WriteString(char)
			}
			cell := ""
			switch kind {
			case 0:
				cell = strconv.Itoa(row) // counts the rows
			case 1:
				cell = strconv.Itoa(row + 1)
			case 2:
				cell = strconv.Itoa(r.IntN(4))
			case 3:
				cell = fmt.Sprintf("%.3f", r.NormFloat64()*float64(1+r.IntN(2000)))
			case 4:
				cell = strconv.FormatFloat(r.NormFloat64(), 'g', -1, 64)
			case 5:
				cell = strconv.Itoa(1e9+r.IntN(1e6)) + one("", ".5", ".25")
			case 6:
				cell = strconv.FormatInt(1_700_000_000_000_000_000+r.Int64N(1e6), 10)
			case 7:
				cell = one("999", "2", "1.234", "12.345")
			case 8:
				cell = one("a", "b", "none", "=x", "'=x", "''-a", "'-a", "'-1'", "-1'", "''-1''", "-'", "a,b", "1.5", "1.50", "-", "+")
			case 9:
				cell = one("1.1", "1.10", "2", "2.0", "1,5")
			}
			b.WriteString(quote(cell))
		}
		b.WriteByte('\n')
	}
	places := r.Perm(columns)
	if k := slices.Index(places, label); k != 2 {
		places[k], places[2] = places[2], places[k]
	}
	c := Choice{X: order[places[0]], Y: order[places[1]], Label: order[places[2]], Scaling: Scalings()[r.IntN(2)], Task: append(nn.Tasks(), "")[r.IntN(3)]}
	return b.String(), Options{Header: HeaderYes, Separator: sep, Comments: CommentsRead}, c
}

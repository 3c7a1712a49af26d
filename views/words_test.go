package views

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/table"
)

var update = flag.Bool("update", false, "write the goldens of the words")

// ran returns a state after updates of a run, with its history.
func ran(tb testing.TB, name dataset.Name, n, updates int, change func(*nn.Config)) (nn.State, nn.History) {
	tb.Helper()
	s := nntest.State(tb, name, n, 0, change)
	trainer, err := nn.NewTrainer(s)
	if err != nil {
		tb.Fatal(err)
	}
	var h nn.History
	h.Add(0, 0, trainer.Metrics())
	for range updates {
		if err := trainer.Step(1); err != nil {
			tb.Fatal(err)
		}
		step, epoch := trainer.At()
		h.Add(step, epoch, trainer.Metrics())
	}
	s.Network = trainer.Network()
	return s, h
}

// TestWordsGolden: each run has the words that a person has read and found true of its picture.
// Flag -update writes them.
func TestWordsGolden(t *testing.T) {
	iris := table.Meta{Classes: []string{"setosa", "زهرة"}}
	for _, test := range []struct {
		name    string
		set     dataset.Name
		n       int
		updates int
		meta    table.Meta
		change  func(*nn.Config)
	}{
		{name: "circles", set: dataset.Circles, n: 100, updates: 150},
		{name: "untrained", set: dataset.Moons, n: 60},
		{name: "names", set: dataset.Moons, n: 60, updates: 100, meta: iris, change: func(c *nn.Config) { c.HiddenLayers = []int{3}; c.Activation = nn.ReLU }},
		{name: "linear", set: dataset.Blobs, n: 90, updates: 300, change: func(c *nn.Config) { c.HiddenLayers = nil; c.Classes = 3 }},
		{name: "five-classes", set: dataset.Blobs, n: 100, updates: 40, change: func(c *nn.Config) { c.Classes = 5 }},
		{name: "spiral-held-out", set: dataset.Spiral, n: 120, updates: 400, change: func(c *nn.Config) {
			c.HiddenLayers, c.TestFraction = []int{16, 16}, 0.4
		}},
		{name: "hills", set: dataset.Hills, n: 100, updates: 200},
		{name: "plane", set: dataset.Plane, n: 60, updates: 100, change: func(c *nn.Config) { c.HiddenLayers = []int{2} }},
		{name: "zeros", set: dataset.XOR, n: 40, updates: 1, change: func(c *nn.Config) { c.Init, c.Activation = nn.InitZero, nn.ReLU }},
		{name: "no-points", set: dataset.XOR, n: 40, change: nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, h := ran(t, test.set, test.n, test.updates, test.change)
			if test.name == "no-points" {
				s.Data, h = nil, nn.History{}
			}
			before := fmt.Sprint(s, h)
			w, err := NewWords(s, test.meta, h, nil)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(s, h) != before {
				t.Error("NewWords changed the state or its history")
			}
			got := wordsText(w)
			path := filepath.Join("testdata", "words", test.name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the words are\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// wordsText writes words as a text that a person can review.
func wordsText(w *Words) string {
	var b strings.Builder
	section := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "%s\n  %s\n", title, strings.Join(lines, "\n  "))
		}
	}
	section("The plane", w.Areas)
	for _, row := range w.Ninths {
		fmt.Fprintf(&b, "  | %s |\n", strings.Join(row[:], " | "))
	}
	section("Loss and accuracy", w.Curves)
	section("Points", w.Points)
	for _, l := range w.Layers {
		section(l.Title, l.Units)
		if l.More > 0 {
			fmt.Fprintf(&b, "  and %d more\n", l.More)
		}
	}
	for _, t := range w.Tables {
		fmt.Fprintf(&b, "%s: %s; %d rows\n", t.Title, strings.Join(t.Columns, ", "), len(t.Rows))
	}
	return b.String()
}

// TestNinthsNames: what names say of a set of ninths is that set.
func TestNinthsNames(t *testing.T) {
	for set, want := range map[ninths]string{
		allNinths:             "the whole plane",
		allNinths &^ (1 << 4): "everything but the centre",
		1 << 4:                "the centre",
		1 << 6:                "the bottom left",
		0b001_001_001:         "the left third",
		0b111_111_000:         "the bottom two thirds",
		0b101_000_101:         "the four corners",
		0b111_000_111:         "the top third and the bottom third",
		0b010_111_010:         "the middle third from top to bottom and the middle third from left to right",
		0b000_000_011:         "the top left and the top middle",
		1<<0 | 1<<8:           "the top left and the bottom right",
		0b011_011_011 | 1<<2:  "the left two thirds and the top right",
	} {
		if got := set.names(); got != want {
			t.Errorf("%09b is %q; want %q", set, got, want)
		}
	}
	// Every set of at most seven is said by names whose sets make it up.
	sets := map[string]ninths{}
	for i, name := range ninthNames {
		sets[name] = 1 << i
	}
	for _, g := range ninthGroups {
		sets[g.name] = g.set
	}
	for set := ninths(1); set < allNinths; set++ {
		if set.count() == 8 {
			continue
		}
		var said ninths
		for _, name := range strings.Split(strings.ReplaceAll(set.names(), " and ", ", "), ", ") {
			if sets[name] == 0 {
				t.Fatalf("%09b is %q, where %q is no place", set, set.names(), name)
			}
			said |= sets[name]
		}
		if said != set {
			t.Errorf("%09b is %q, which is %09b", set, set.names(), said)
		}
	}
}

// TestPlaceWords: a place is in the ninth where its coordinates are.
func TestPlaceWords(t *testing.T) {
	for _, test := range []struct {
		x, y float64
		want string
	}{
		{0, 0, "the very centre"}, {0.1, -0.1, "the centre"}, {-1, 1, "the top left"}, {1, 1, "the top right"}, {1, -1, "the bottom right"},
		{0, 0.9, "the top middle"}, {-0.5, 0.2, "the middle left"}, {-0.3, -0.4, "the bottom middle"},
	} {
		if got := placeWords(test.x, test.y); got != test.want {
			t.Errorf("placeWords(%v, %v) = %q; want %q", test.x, test.y, got, test.want)
		}
	}
	xs, ys := Grid()
	for j := range xs {
		if want := ninthNames[ninthOf(j, GridSize)]; math.Hypot(xs[j], ys[j]) >= 0.02 && placeWords(xs[j], ys[j]) != want {
			t.Fatalf("cell %d at (%v, %v) is in %s; placeWords says %s", j, xs[j], ys[j], want, placeWords(xs[j], ys[j]))
		}
	}
}

// TestResponds: a unit that rises in a direction responds to the points there.
func TestResponds(t *testing.T) {
	xs, ys := MapGrid()
	unit := func(f func(x, y float64) float64) []float64 {
		values := make([]float64, len(xs))
		for j := range values {
			values[j] = f(xs[j], ys[j])
		}
		return values
	}
	for i, way := range octants {
		angle := float64(i) * math.Pi / 4
		got := responds(unit(func(x, y float64) float64 { return math.Tanh(2 * (x*math.Cos(angle) + y*math.Sin(angle))) }))
		if want := "responds most to points " + way; !strings.HasPrefix(got, want) {
			t.Errorf("a unit that rises %s %q; want %q", way, got, want)
		}
	}
	for want, f := range map[string]func(x, y float64) float64{
		"responds most in the centre":               func(x, y float64) float64 { return math.Exp(-6 * (x*x + y*y)) },
		"responds most in the four corners":         func(x, y float64) float64 { return x*x + y*y },
		"is 0 everywhere: it responds to nothing.":  func(x, y float64) float64 { return 0 },
		"is about −0.25 everywhere: it hardly":      func(x, y float64) float64 { return -0.25 + 1e-6*x },
		"is not finite everywhere.":                 func(x, y float64) float64 { return math.Inf(1) * x },
		"responds most to points on the left (1.95": func(x, y float64) float64 { return max(0, 1-x) },
	} {
		if got := responds(unit(f)); !strings.HasPrefix(got, want) {
			t.Errorf("a unit %q; want %q", got, want)
		}
	}
	if got, want := responds(unit(func(x, _ float64) float64 { return max(0, x) })), "It is 0 on 50 % of the plane."; !strings.HasSuffix(got, want) {
		t.Errorf("half a unit %q; want %q", got, want)
	}
}

// TestPieces: pieces of an area are counted, the smallest left out.
func TestPieces(t *testing.T) {
	best := make([]int, GridSize*GridSize)
	fill := func(k, top, left, size int) {
		for r := top; r < top+size; r++ {
			for c := left; c < left+size; c++ {
				best[r*GridSize+c] = k
			}
		}
	}
	fill(1, 10, 10, 20)
	fill(1, 60, 60, 20)
	fill(1, 90, 5, 3) // too small
	fill(2, 0, 90, 10)
	best[50*GridSize+50] = -1
	pieces, rims := piecesOf(best, 3)
	if want := []int{1, 2, 1}; !slices.Equal(pieces, want) {
		t.Errorf("pieces %v; want %v", pieces, want)
	}
	if want := []bool{true, false, true}; !slices.Equal(rims, want) {
		t.Errorf("at the edge %v; want %v", rims, want)
	}
}

// TestTrend: the last quarter of a run decides.
func TestTrend(t *testing.T) {
	steps := []int{0, 25, 50, 75, 100}
	for _, test := range []struct {
		values []float64
		want   string
	}{
		{[]float64{1, 0.8, 0.6, 0.4, 0.2}, "It is still falling."},
		{[]float64{1, 0.2, 0.2, 0.2, 0.2}, "It hardly changes any more."},
		{[]float64{1, 0.5, 0.1, 0.2, 0.3}, "It is rising."},
		{[]float64{0, 0, 0, 0, 0}, "It hardly changes any more."},
	} {
		if got := trend(steps, test.values); got != test.want {
			t.Errorf("trend(%v) = %q; want %q", test.values, got, test.want)
		}
	}
}

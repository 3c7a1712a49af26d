package dataset

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/points.golden")

// halfDecimal is how far rounding to 4 decimals may move a number, with room for the rounding of
// the comparison itself.
const halfDecimal = 0.5e-4 + 1e-9

// generate returns the points of valid parameters.
func generate(tb testing.TB, name Name, p Params) []Point {
	tb.Helper()
	points, err := Generate(name, p)
	if err != nil {
		tb.Fatalf("Generate(%s, %+v): %v", name, p, err)
	}
	return points
}

// classesOf returns the numbers of classes a data set can be drawn with.
func classesOf(info Info) []int {
	var classes []int
	for k := info.MinClasses; k <= info.MaxClasses; k++ {
		classes = append(classes, k)
	}
	return classes
}

// checkInvariants fails unless the points keep what the package promises of every data set.
func checkInvariants(tb testing.TB, info Info, p Params, points []Point) {
	tb.Helper()
	if len(points) != p.Points {
		tb.Fatalf("%s %+v: %d points", info.Name, p, len(points))
	}
	classes := p.Classes
	if classes == 0 {
		classes = info.DefaultClasses
	}
	for i, q := range points {
		for _, v := range []float64{q.X, q.Y, q.Label} {
			text := strconv.FormatFloat(v, 'f', -1, 64)
			_, decimals, _ := strings.Cut(text, ".")
			if math.IsNaN(v) || math.IsInf(v, 0) || len(decimals) > 4 || text == "-0" {
				tb.Fatalf("%s %+v: point %d is %v; want finite, at most 4 decimals, no -0",
					info.Name, p, i, q)
			}
		}
		if math.Abs(q.X) > 1 || math.Abs(q.Y) > 1 {
			tb.Fatalf("%s %+v: point %d is %v; want coordinates in [-1, 1]", info.Name, p, i, q)
		}
		if info.Task == Regression {
			if math.Abs(q.Label) > 1 {
				tb.Fatalf("%s %+v: point %d is %v; want a label in [-1, 1]", info.Name, p, i, q)
			}
		} else if q.Label != float64(i%classes) {
			tb.Fatalf("%s %+v: point %d is %v; want label %d mod %d", info.Name, p, i, q, i,
				classes)
		}
	}
}

func TestGenerate(t *testing.T) {
	for _, info := range All() {
		t.Run(string(info.Name), func(t *testing.T) {
			for _, classes := range append(classesOf(info), 0) {
				for _, noise := range []float64{0, 0.1, MaxNoise} {
					for _, points := range []int{1, 7, 500} { // 7: fewer than most classes
						for _, seed := range []uint32{0, 1, math.MaxUint32} {
							p := Params{Points: points, Classes: classes, Noise: noise, Seed: seed}
							checkInvariants(t, info, p, generate(t, info.Name, p))
						}
					}
				}
			}
		})
	}
}

func TestGenerateErrors(t *testing.T) {
	valid := Params{Points: 10}
	with := func(change func(*Params)) Params {
		p := valid
		change(&p)
		return p
	}
	classes := func(k int) Params { return with(func(p *Params) { p.Classes = k }) }
	noise := func(v float64) Params { return with(func(p *Params) { p.Noise = v }) }
	labels := func(v float64) Params { return with(func(p *Params) { p.LabelNoise = v }) }
	points := func(n int) Params { return with(func(p *Params) { p.Points = n }) }

	for _, test := range []struct {
		name    Name
		params  Params
		field   string
		message string
	}{
		{"donut", valid, "dataset", `must be one of circles, moons, blobs, aniso, varied, xor, gauss, spiral, plane, hills; got "donut"`},
		{"Circles", valid, "dataset", `must be one of circles, moons, blobs, aniso, varied, xor, gauss, spiral, plane, hills; got "Circles"`},
		{Circles, Params{}, "points", "must be between 1 and 1000000; got 0"},
		{Circles, points(-5), "points", "must be between 1 and 1000000; got -5"},
		{Circles, points(MaxPoints + 1), "points", "must be between 1 and 1000000; got 1000001"},
		{Circles, classes(1), "classes", "must be between 2 and 10; got 1"},
		{Spiral, classes(11), "classes", "must be between 2 and 10; got 11"},
		{Blobs, classes(-1), "classes", "must be between 2 and 10; got -1"},
		{Moons, classes(3), "classes", "must be 2; moons has two interleaving arcs, got 3"},
		{Moons, classes(1), "classes", "must be 2; moons has two interleaving arcs, got 1"},
		{XOR, classes(4), "classes", "must be 2; xor has two pairs of opposite quadrants, got 4"},
		{Plane, classes(2), "classes", "must be 0; plane has numbers for labels and no classes, got 2"},
		{Hills, classes(-1), "classes", "must be 0; hills has numbers for labels and no classes, got -1"},
		{Gauss, noise(0.7), "noise", "must be between 0 and 0.5; got 0.7"},
		{Plane, noise(-0.1), "noise", "must be between 0 and 0.5; got -0.1"},
		{Gauss, noise(math.NaN()), "noise", "must be between 0 and 0.5; got NaN"},
		{Gauss, noise(math.Inf(1)), "noise", "must be between 0 and 0.5; got +Inf"},
		{Gauss, labels(1.5), "label_noise", "must be between 0 and 1; got 1.5"},
		{Hills, labels(-0.1), "label_noise", "must be between 0 and 1; got -0.1"},
		{Moons, labels(math.NaN()), "label_noise", "must be between 0 and 1; got NaN"},
	} {
		got, err := Generate(test.name, test.params)
		var paramErr *ParamError
		if !errors.As(err, &paramErr) {
			t.Errorf("Generate(%s, %+v) error = %v; want a *ParamError", test.name, test.params,
				err)
			continue
		}
		if want := (ParamError{test.field, test.message}); *paramErr != want || got != nil {
			t.Errorf("Generate(%s, %+v) = %v, %+v; want nil, %+v", test.name, test.params, got,
				*paramErr, want)
		}
		if want := test.field + " " + test.message; err.Error() != want {
			t.Errorf("Error() = %q; want %q", err, want)
		}
	}
}

func TestGenerateLargest(t *testing.T) {
	p := Params{Points: MaxPoints}
	if got := len(generate(t, Plane, p)); got != MaxPoints {
		t.Errorf("Generate(plane, %+v) has %d points", p, got)
	}
}

// TestGenerateChance asks what the points do and do not depend on.
func TestGenerateChance(t *testing.T) {
	for _, info := range All() {
		t.Run(string(info.Name), func(t *testing.T) {
			p := Params{Points: 50, Noise: 0.1, Seed: 7}
			points := generate(t, info.Name, p)

			if again := generate(t, info.Name, p); !reflect.DeepEqual(again, points) {
				t.Error("the same parameters gave other points")
			}
			explicit := p
			explicit.Classes = info.DefaultClasses
			if got := generate(t, info.Name, explicit); !reflect.DeepEqual(got, points) {
				t.Errorf("classes %d and the default 0 differ", explicit.Classes)
			}
			more := p
			more.Points = 80
			if got := generate(t, info.Name, more); !reflect.DeepEqual(got[:50], points) {
				t.Error("more points do not begin with the same points")
			}
			for _, seed := range []uint32{0, 6, 8, 1<<31 + 7} {
				other := p
				other.Seed = seed
				same := 0
				for i, q := range generate(t, info.Name, other) {
					if q.X == points[i].X || q.Y == points[i].Y {
						same++
					}
				}
				if same > 2 { // two numbers of 4 decimals meet by chance in one point of a thousand
					t.Errorf("seeds 7 and %d share %d points of 50", seed, same)
				}
			}
		})
	}
	t.Run("names", func(t *testing.T) {
		p := Params{Points: 1, Seed: 7}
		if generate(t, Plane, p)[0].X == generate(t, Hills, p)[0].X {
			t.Error("plane and hills draw the same places")
		}
	})
}

// TestGenerateNoise asks whether noise is what it is said to be: a normal deviation of the stated
// size from the noise-free points, in the same direction whatever its size.
func TestGenerateNoise(t *testing.T) {
	const small = 0.01
	for _, info := range All() {
		t.Run(string(info.Name), func(t *testing.T) {
			p := Params{Points: 4000, Seed: 3}
			clean := generate(t, info.Name, p)
			p.Noise = small
			noisy := generate(t, info.Name, p)
			p.Noise = 2 * small
			noisier := generate(t, info.Name, p)

			var shifts []float64
			compare := func(clean, noisy, noisier float64) {
				if math.Abs(clean) > 1-10*small { // the border would fold it back
					return
				}
				shift := noisy - clean
				shifts = append(shifts, shift/small)
				if math.Abs(noisier-clean-2*shift) > 6*halfDecimal { // 1 + 2 + (1+2): each difference has two roundings
					t.Fatalf("%v moved to %v and %v; want twice as far the second time", clean,
						noisy, noisier)
				}
			}
			for i := range clean {
				if info.Task == Regression {
					if noisy[i].X != clean[i].X || noisy[i].Y != clean[i].Y {
						t.Fatalf("noise moved the place %v to %v; want the label only", clean[i],
							noisy[i])
					}
					compare(clean[i].Label, noisy[i].Label, noisier[i].Label)
					continue
				}
				compare(clean[i].X, noisy[i].X, noisier[i].X)
				compare(clean[i].Y, noisy[i].Y, noisier[i].Y)
			}
			checkDistribution(t, "noise", shifts, normalCDF)
		})
	}
}

// TestGenerateFold asks that noise does not heap points or labels up on the border.
func TestGenerateFold(t *testing.T) {
	const n = 20000
	for _, test := range []struct {
		name  Name
		value func(Point) float64
	}{
		{XOR, func(p Point) float64 { return p.X }},
		{XOR, func(p Point) float64 { return p.Y }},
		{Plane, func(p Point) float64 { return p.Label }},
	} {
		atBorder := 0
		for _, p := range generate(t, test.name, Params{Points: n, Noise: MaxNoise, Seed: 1}) {
			if math.Abs(test.value(p)) > 0.99 {
				atBorder++
			}
		}
		// The sizes are spread smoothly over [0, 1], so about a hundredth lies in the last
		// hundredth; without folding a tenth or more would lie on the border.
		if atBorder < n/400 || atBorder > n/50 {
			t.Errorf("%s: %d of %d values lie within 0.01 of the border; want about %d", test.name,
				atBorder, n, n/100)
		}
	}
}

func TestAll(t *testing.T) {
	var names []Name
	for _, info := range All() {
		names = append(names, info.Name)
		if got, ok := Lookup(string(info.Name)); !ok || got != info {
			t.Errorf("Lookup(%q) = %+v, %t; want %+v, true", info.Name, got, ok, info)
		}
		if info.Title == "" || !strings.HasSuffix(info.Summary, ".") || info.ClassesMeaning == "" {
			t.Errorf("%s does not say what it is: %+v", info.Name, info)
		}
		regression := info.Name == Plane || info.Name == Hills
		wantTask, wantMax := "classification", 10
		switch {
		case regression:
			wantTask, wantMax = "regression", 0
		case info.Name == Moons || info.Name == XOR:
			wantMax = 2
		}
		if info.Task != wantTask || info.MaxClasses != wantMax {
			t.Errorf("%s: task %s with up to %d classes; want %s with %d", info.Name, info.Task,
				info.MaxClasses, wantTask, wantMax)
		}
		p := Params{Points: 200, Classes: info.DefaultClasses, Noise: info.DefaultNoise, Seed: 1}
		checkInvariants(t, info, p, generate(t, info.Name, p))
	}
	want := []Name{"circles", "moons", "blobs", "aniso", "varied", "xor", "gauss", "spiral", "plane", "hills"}
	if !slices.Equal(names, want) {
		t.Errorf("All() has %v; want %v", names, want)
	}

	mine, yours := All(), All()
	mine[0].Name = "mine"
	if yours[0].Name != Circles || All()[0].Name != Circles {
		t.Error("All() hands out one table to all: a caller renamed circles for the others")
	}
}

func TestLookupUnknown(t *testing.T) {
	for _, name := range []string{"", "donut", "Circles", "circles "} {
		if info, ok := Lookup(name); ok || info != (Info{}) {
			t.Errorf("Lookup(%q) = %+v, %t; want nothing", name, info, ok)
		}
	}
}

// TestGolden holds every data set to the points it had before: a link that names a recipe shows the
// same picture next year and on another CPU. The checksum is of all points, the first few are for
// the reader.
func TestGolden(t *testing.T) {
	const path = "testdata/points.golden"
	var b strings.Builder
	for _, info := range All() {
		for _, classes := range slices.Compact([]int{info.MinClasses, info.MaxClasses}) {
			p := Params{Points: 2000, Classes: classes, Noise: 0.05, Seed: 42}
			sum := fnv.New64a()
			points := generate(t, info.Name, p)
			for _, q := range points {
				fmt.Fprintln(sum, q.X, q.Y, q.Label)
			}
			fmt.Fprintf(&b, "%s points=%d classes=%d noise=%v seed=%d fnv64a=%016x\n",
				info.Name, p.Points, p.Classes, p.Noise, p.Seed, sum.Sum64())
			for _, q := range points[:3] {
				fmt.Fprintln(&b, "\t", q.X, q.Y, q.Label)
			}
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("points differ from %s; if that is meant, go test ./nn/dataset -update\ngot\n%s\nwant\n%s", path, got, want)
	}
}

// FuzzGenerate asks of any parameters: either an error about one that is out of range, or points
// that keep every promise.
func FuzzGenerate(f *testing.F) {
	for i := range len(sets) + 1 {
		f.Add(uint8(i), 100, 0, 0.1, uint32(1))
	}
	f.Add(uint8(0), 10, 10, 0.5, uint32(math.MaxUint32))
	f.Add(uint8(1), 10, 3, 0.0, uint32(0))
	f.Add(uint8(2), -1, 0, math.NaN(), uint32(0))
	f.Add(uint8(3), 3, 7, math.SmallestNonzeroFloat64, uint32(0))
	f.Fuzz(func(t *testing.T, set uint8, points, classes int, noise float64, seed uint32) {
		if points > 3000 && points <= MaxPoints {
			points %= 3000 // valid, but slow
		}
		p := Params{Points: points, Classes: classes, Noise: noise, Seed: seed}
		names := append(All(), Info{Name: "unknown"})
		info := names[int(set)%len(names)]

		wrong := map[string]bool{
			"dataset": info.Name == "unknown",
			"points":  points < 1 || points > 1e6,
			"classes": classes != 0 && (classes < info.MinClasses || classes > info.MaxClasses),
			"noise":   !(noise >= 0 && noise <= 0.5),
		}
		got, err := Generate(info.Name, p)
		if err != nil {
			var paramErr *ParamError
			if !errors.As(err, &paramErr) || !wrong[paramErr.Field] || got != nil {
				t.Fatalf("Generate(%s, %+v) = %v, %v; want an error about one of %v", info.Name, p,
					got, err, wrong)
			}
			return
		}
		for field, bad := range wrong {
			if bad {
				t.Fatalf("Generate(%s, %+v) accepts wrong %s", info.Name, p, field)
			}
		}
		checkInvariants(t, info, p, got)
	})
}

func BenchmarkGenerate(b *testing.B) {
	for _, info := range All() {
		for _, points := range []int{200, 2000} {
			b.Run(fmt.Sprintf("%s/%d", info.Name, points), func(b *testing.B) {
				p := Params{Points: points, Noise: 0.1, Seed: 1}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Generate(info.Name, p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

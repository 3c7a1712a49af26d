package detmath

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// functions lists all functions of one number: package math's for the benchmarks, and the bound on
// the error that the doc comment states.
var functions = []struct {
	name   string
	f      func(float64) float64
	math   func(float64) float64
	maxUlp float64
}{
	{"Exp", Exp, math.Exp, 1},
	{"Expm1", Expm1, math.Expm1, 1.8},
	{"Log", Log, math.Log, 1},
	{"Log1p", Log1p, math.Log1p, 1.5},
	{"Tanh", Tanh, math.Tanh, 2.2},
	{"Sigmoid", Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 1.9},
	{"Erfc", Erfc, math.Erfc, 3.5},
	{"Sin", Sin, math.Sin, 1},
	{"Cos", Cos, math.Cos, 1},
}

// TestAccuracy compares with the table that testdata/reference.py made with mpmath.
// DETMATH_REFERENCE names another, longer table.
func TestAccuracy(t *testing.T) {
	path := os.Getenv("DETMATH_REFERENCE")
	if path == "" {
		path = "testdata/reference.txt"
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // only read
	type worst struct {
		points  int
		ulp, at float64
	}
	seen := map[string]*worst{}
	for _, f := range functions {
		seen[f.name] = new(worst)
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		field := strings.Fields(lines.Text())
		x, y, d := parse(t, field[1]), parse(t, field[2]), parse(t, field[3])
		for _, f := range functions {
			if f.name != field[0] {
				continue
			}
			ulp := math.Nextafter(math.Abs(y), math.Inf(1)) - math.Abs(y)
			e := math.Abs((f.f(x)-y)/ulp - d)
			w := seen[f.name]
			w.points++
			if e > w.ulp {
				w.ulp, w.at = e, x
			}
			if !(e <= f.maxUlp) {
				t.Errorf("%s(%v) = %v; want %v, it is %.2f ulp away", f.name, x, f.f(x), y, e)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		w := seen[f.name]
		if w.points < 400 {
			t.Errorf("%s: %d points in %s; want 400 or more", f.name, w.points, path)
		}
		t.Logf("%-8s %6d points, at most %.3f ulp, at %v", f.name, w.points, w.ulp, w.at)
	}
}

func parse(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSpecialCases(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	const tiny, huge = math.SmallestNonzeroFloat64, math.MaxFloat64
	const below1 = 1 - 0x1p-53
	for _, test := range []struct {
		name string
		f    func(float64) float64
		want [][2]float64 // x and f(x)
	}{
		{"Exp", Exp, [][2]float64{{nan, nan}, {inf, inf}, {-inf, 0}, {0, 1}, {zero, 1}, {tiny, 1}, {huge, inf}, {-huge, 0},
			{709.782712893384, 0x1.fffffffffff2ap+1023}, {709.7827128933841, inf}, {-745.1332191019411, tiny}, {-745.1332191019412, 0}}},
		{"Expm1", Expm1, [][2]float64{{nan, nan}, {inf, inf}, {-inf, -1}, {0, 0}, {zero, zero}, {tiny, tiny}, {-tiny, -tiny}, {huge, inf}, {-huge, -1},
			{-40, -1}, {709.7827128933841, inf}}},
		{"Log", Log, [][2]float64{{nan, nan}, {inf, inf}, {-inf, nan}, {0, -inf}, {zero, -inf}, {-tiny, nan}, {-1, nan}, {1, 0}}},
		{"Log1p", Log1p, [][2]float64{{nan, nan}, {inf, inf}, {-inf, nan}, {-1, -inf}, {math.Nextafter(-1, -2), nan}, {0, 0}, {zero, zero},
			{tiny, tiny}, {-tiny, -tiny}}},
		{"Tanh", Tanh, [][2]float64{{nan, nan}, {inf, 1}, {-inf, -1}, {0, 0}, {zero, zero}, {tiny, tiny}, {-tiny, -tiny}, {huge, 1}, {-huge, -1},
			{18.69, below1}, {18.7, 1}, {-18.7, -1}}},
		{"Sigmoid", Sigmoid, [][2]float64{{nan, nan}, {inf, 1}, {-inf, 0}, {0, 0.5}, {zero, 0.5}, {tiny, 0.5}, {huge, 1}, {-huge, 0}, {-745, tiny}, {-746, 0}}},
		{"Erfc", Erfc, [][2]float64{{nan, nan}, {inf, 0}, {-inf, 2}, {0, 1}, {zero, 1}, {tiny, 1}, {huge, 0}, {-huge, 2}, {27.226, tiny}, {27.3, 0}, {-27.3, 2}}},
		{"Sin", Sin, [][2]float64{{nan, nan}, {inf, nan}, {-inf, nan}, {0, 0}, {zero, zero}, {tiny, tiny}, {-tiny, -tiny}, {math.Pi / 2, 1}, {-math.Pi / 2, -1}}},
		{"Cos", Cos, [][2]float64{{nan, nan}, {inf, nan}, {-inf, nan}, {0, 1}, {zero, 1}, {tiny, 1}, {math.Pi, -1}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, w := range test.want {
				// Bits, so that -0 is not 0 and a NaN is math.NaN().
				if got := test.f(w[0]); math.Float64bits(got) != math.Float64bits(w[1]) {
					t.Errorf("%s(%v) = %v (%#x); want %v", test.name, w[0], got,
						math.Float64bits(got), w[1])
				}
			}
			for _, payload := range []uint64{0x7ff0000000000001, 0xfff8000000000000, 0xffffffffffffffff} {
				if got := math.Float64bits(test.f(math.Float64frombits(payload))); got != math.Float64bits(nan) {
					t.Errorf("%s(NaN %#x) = %#x; want the bits of math.NaN()", test.name, payload,
						got)
				}
			}
		})
	}
}

func TestSymmetry(t *testing.T) {
	for _, x := range inputs() {
		if x != x {
			continue
		}
		if got, want := Tanh(-x), -Tanh(x); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("Tanh(%v) = %v; want %v", -x, got, want)
		}
		if math.IsInf(x, 0) {
			continue
		}
		if got, want := Sin(-x), -Sin(x); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("Sin(%v) = %v; want %v", -x, got, want)
		}
		if got, want := Cos(-x), Cos(x); got != want {
			t.Errorf("Cos(%v) = %v; want %v", -x, got, want)
		}
		if got := Sin(x)*Sin(x) + Cos(x)*Cos(x); math.Abs(got-1) > 4e-16 {
			t.Errorf("Sin**2 + Cos**2 at %v = %v; want 1", x, got)
		}
		if got := Sigmoid(x) + Sigmoid(-x); math.Abs(got-1) > 4e-16 {
			t.Errorf("Sigmoid(%v) + Sigmoid(%v) = %v; want 1", x, -x, got)
		}
		if got := Erfc(x) + Erfc(-x); math.Abs(got-2) > 4e-16 {
			t.Errorf("Erfc(%v) + Erfc(%v) = %v; want 2", x, -x, got)
		}
	}
}

func TestRange(t *testing.T) {
	for _, test := range []struct {
		name      string
		f         func(float64) float64
		low, high float64
	}{
		{"Exp", Exp, 0, math.Inf(1)},
		{"Expm1", Expm1, -1, math.Inf(1)},
		{"Tanh", Tanh, -1, 1},
		{"Sigmoid", Sigmoid, 0, 1},
		{"Erfc", Erfc, 0, 2},
		{"Sin", Sin, -1, 1},
		{"Cos", Cos, -1, 1},
	} {
		xs := inputs()
		// Around multiples of Pi/2, where rounding could lift a sine above 1.
		for k := -2000.0; k <= 2000; k++ {
			x := k * (math.Pi / 2)
			xs = append(xs, x, math.Nextafter(x, 0), x+1e-9, x-1e-8, x+1e-7)
		}
		for _, x := range xs {
			y := test.f(x)
			if x != x || math.IsInf(x, 0) && (test.name == "Sin" || test.name == "Cos") {
				continue
			}
			if !(test.low <= y && y <= test.high) {
				t.Errorf("%s(%v) = %v; want it within [%v, %v]", test.name, x, y, test.low,
					test.high)
			}
		}
	}
}

// TestMonotone steps by 1/1000, where the functions change by much more than their error, or not at
// all.
func TestMonotone(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func(float64) float64
		sign float64
	}{
		{"Exp", Exp, 1},
		{"Expm1", Expm1, 1},
		{"Log1p", Log1p, 1},
		{"Tanh", Tanh, 1},
		{"Sigmoid", Sigmoid, 1},
		{"Erfc", Erfc, -1},
	} {
		for i := -30000; i < 30000; i++ {
			x, next := float64(i)/1000, float64(i+1)/1000
			if test.sign*(test.f(next)-test.f(x)) < 0 {
				t.Errorf("%s(%v) = %v and %s(%v) = %v; want them in order", test.name, x, test.f(x),
					test.name, next, test.f(next))
			}
		}
	}
}

// TestGolden holds the bits of every function: a CPU, compiler or option that makes others breaks
// the promise of the package. Correct changes of the code change them as well; then every replica
// must be of one release.
func TestGolden(t *testing.T) {
	golden := map[string]uint64{
		"Exp":     0x88ae7d373e3d3ade,
		"Expm1":   0xacec222d2d8ea231,
		"Log":     0xc9454db51fb50c44,
		"Log1p":   0xa65c0056424ea9dc,
		"Tanh":    0x07e659cce3c205dd,
		"Sigmoid": 0x5b9125265ceb5ba7,
		"Erfc":    0xe611d528b7c9b2c0,
		"Sin":     0x697f3cc9e0ddd4b2,
		"Cos":     0x3ffbb359b80c683e,
	}
	xs := inputs()
	for _, f := range functions {
		// FNV-1a, by words.
		hash := uint64(0xcbf29ce484222325)
		for _, x := range xs {
			hash = (hash ^ math.Float64bits(f.f(x))) * 0x100000001b3
			hash ^= hash >> 32
		}
		if hash != golden[f.name] {
			t.Errorf("%s: hash %#016x; want %#016x", f.name, hash, golden[f.name])
		}
	}
}

// TestProducts reads the code, as a fused product of a small term changes the result of one
// argument in a million or fewer: every product is the operand of float64(...), or of a further
// multiplication or a division, which do not fuse.
func TestProducts(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		rounded := map[ast.Expr]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				return n.Tok != token.CONST
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "float64" {
					rounded[n.Args[0]] = true
				}
			case *ast.ParenExpr:
				rounded[n.X] = rounded[n]
			case *ast.AssignStmt:
				if n.Tok == token.MUL_ASSIGN {
					t.Errorf("%v: a product without float64(...)", fset.Position(n.Pos()))
				}
			case *ast.BinaryExpr:
				if n.Op == token.MUL {
					found++
					if !rounded[n] {
						t.Errorf("%v: a product without float64(...)", fset.Position(n.Pos()))
					}
				}
				if n.Op == token.MUL || n.Op == token.QUO {
					rounded[n.X], rounded[n.Y] = true, true
				}
			}
			return true
		})
	}
	if found < 50 {
		t.Errorf("%d products in %v; want those of the whole package", found, paths)
	}
}

// inputs returns arguments of all kinds, always the same: any bits, numbers of a training's size of
// either sign, and all magnitudes between.
func inputs() []float64 {
	r := splitmix(42)
	var xs []float64
	for range 20000 {
		xs = append(xs,
			math.Float64frombits(r.next()), // also NaN and infinities
			r.uniform(-8, 8),
			r.uniform(0, 1),
			r.uniform(-750, 750),
			r.uniform(-1.1e5, 1.1e5),
			math.Float64frombits(r.next()%(60<<52)+(1023-50)<<52), // 2**-50 to 2**10
		)
	}
	return xs
}

// splitmix is Steele, Lea and Flood's SplitMix64: inputs that no library changes.
type splitmix uint64

func (s *splitmix) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// uniform returns a number in [low, high).
func (s *splitmix) uniform(low, high float64) float64 {
	return low + float64((high-low)*(float64(s.next()>>11)*0x1p-53))
}

// Benchmark runs every function beside package math's over 1000 arguments of a training's size, in
// no order that a branch predictor could learn.
func Benchmark(b *testing.B) {
	x := make([]float64, 1000)
	dst := make([]float64, len(x))
	for _, f := range functions {
		r := splitmix(1)
		low, high := -5.0, 5.0
		if strings.HasPrefix(f.name, "Log") {
			low, high = 0, 1
		}
		for i := range x {
			x[i] = r.uniform(low, high)
		}
		b.Run(f.name+"/detmath", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i, v := range x {
					dst[i] = f.f(v)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/element")
		})
		b.Run(f.name+"/math", func(b *testing.B) {
			for b.Loop() {
				for i, v := range x {
					dst[i] = f.math(v)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/element")
		})
	}
}

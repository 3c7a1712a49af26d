package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// guard is written around every slice that a kernel writes: a kernel that goes beyond its slice, as
// assembly can, changes it.
const guard = 1234.5

// guards is how many numbers stand before and behind.
const guards = 4

// A buffer is a slice of the test with guards around it.
type buffer struct{ all, in []float64 }

func newBuffer(n int, value float64) buffer {
	b := buffer{all: slices.Repeat([]float64{guard}, n+2*guards)}
	b.in = b.all[guards : guards+n]
	for i := range b.in {
		b.in[i] = value
	}
	return b
}

// intact reports whether the guards are as they were.
func (b buffer) intact() bool {
	changed := func(v float64) bool { return v != guard }
	n := len(b.in)
	return !slices.ContainsFunc(b.all[:guards], changed) && !slices.ContainsFunc(b.all[guards+n:],
		changed)
}

// normals returns n draws from the standard normal distribution.
func normals(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// near reports whether got is want up to tolerance, relative to want where that is larger than 1.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// sameBits reports whether a and b are the same numbers, bit for bit.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b,
		func(v, w float64) bool { return math.Float64bits(v) == math.Float64bits(w) })
}

// eachKernel runs a test with all kernels that this machine has.
func eachKernel(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	before := Name()
	defer func() { must(t, Use(before)) }()
	for _, name := range Names() {
		must(t, Use(name))
		t.Run(name, test)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestUse holds that kernels are chosen by their names, that the fastest come first and portable is
// always there, and that an unknown one is an error that names those there are.
func TestUse(t *testing.T) {
	before := Name()
	defer func() { must(t, Use(before)) }()
	names := Names()
	if names[len(names)-1] != "portable" {
		t.Errorf("Names() = %q; want portable at the end", names)
	}
	for _, name := range names {
		if err := Use(name); err != nil || Name() != name {
			t.Errorf("Use(%q) = %v and Name() = %q", name, err, Name())
		}
	}
	if err := Use(Fastest); err != nil || Name() != names[0] {
		t.Errorf("Use(Fastest) = %v and Name() = %q; want %q", err, Name(), names[0])
	}
	err := Use("sse9")
	if want := `must be one of ` + strings.Join(names, ", ") + ` on this machine; got "sse9"`; err == nil || err.Error() != want || Name() != names[0] {
		t.Errorf("Use(\"sse9\") = %v and Name() = %q; want %s and %q", err, Name(), want, names[0])
	}
}

// TestLanes holds that what would make a vector kernel write beyond its slices panics before.
func TestLanes(t *testing.T) {
	x := make([]float64, 64)
	for name, call := range map[string]func(){
		"samples":        func() { DenseForward(x, x, x, x, 1, 1, 12) },
		"no samples":     func() { DenseForward(x, x, x, x, 1, 1, 0) },
		"a short z":      func() { DenseForward(x, x, x, x, 1, 9, 8) },
		"a short d":      func() { DenseBackward(x, x, x, 9, 1, 8) },
		"a short dz":     func() { DenseGradient(x, x, x, x, 1, 9, 8) },
		"a short a":      func() { DenseGradient(x, x, x, x, 9, 1, 8) },
		"an odd vector":  func() { Tanh(x[:7], nil, x[:7]) },
		"a short slope":  func() { GELU(x, x[:8], x) },
		"short logits":   func() { Softmax(x, 9, 8) },
		"short labels":   func() { SoftmaxGradient(x, x[:4], 1, 2, 8) },
		"a short moment": func() { Adam(x, x, x, x[:8], 1, 1) },
		"an odd product": func() { Mul(x[:9], x[:9]) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func TestFinite(t *testing.T) { eachKernel(t, testFinite) }

func testFinite(t *testing.T) {
	for _, x := range [][]float64{nil, {0}, {math.Copysign(0, -1), 5e-324}, {math.MaxFloat64, math.MaxFloat64}, {math.MaxFloat64, -math.MaxFloat64}} {
		if !Finite(x) {
			t.Errorf("Finite(%v) = false; want true", x)
		}
	}
	for _, n := range []int{1, 2, 7, 8, 29, 64} {
		for i := range n {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				x := make([]float64, n)
				x[i] = bad
				if Finite(x) {
					t.Errorf("Finite(%v at %d of %d zeros) = true; want false", bad, i, n)
				}
			}
		}
	}
}

func TestWithin(t *testing.T) { eachKernel(t, testWithin) }

func testWithin(t *testing.T) {
	for _, test := range []struct {
		x    []float64
		want bool
	}{
		{nil, true}, {[]float64{0, 2, -2}, true}, {[]float64{0, 1, 2.0000000000000004}, false}, {[]float64{-3, 0}, false},
		{[]float64{0, math.NaN(), 0}, false}, {[]float64{math.Inf(1)}, false}, {[]float64{0, math.Inf(-1)}, false},
	} {
		if got := Within(test.x, 2); got != test.want {
			t.Errorf("Within(%v, 2) = %v; want %v", test.x, got, test.want)
		}
	}
}

func TestMul(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		dst := newBuffer(8, 0)
		copy(dst.in, []float64{1, -2, 3, 0, 5, 1e300, 5e-324, 0.5})
		Mul(dst.in, []float64{2, 3, -4, 7, 0, 1e300, 0.5, 0.5})
		if want := []float64{2, -6, -12, 0, 0, math.Inf(1), 0, 0.25}; !slices.Equal(dst.in, want) || !dst.intact() {
			t.Errorf("Mul = %v; want %v", dst.all, want)
		}
	})
}

func TestScale(t *testing.T) {
	w := newBuffer(3, 0)
	copy(w.in, []float64{2, -4, 0})
	Scale(w.in, 0.75)
	if want := []float64{1.5, -3, 0}; !slices.Equal(w.in, want) || !w.intact() {
		t.Errorf("Scale = %v; want %v", w.all, want)
	}
}

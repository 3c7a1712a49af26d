package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A draw is a way to fill slices with numbers.
type draw struct {
	name string
	next func(rng *rand.Rand) float64
}

// draws are numbers as training has them, and as only a run that diverges or dies out has them.
var draws = []draw{
	{"normal", func(rng *rand.Rand) float64 { return rng.NormFloat64() }},
	{"spread", func(rng *rand.Rand) float64 { return rng.NormFloat64() * math.Pow(10, float64(rng.IntN(9)-6)) }},
	{"wide", func(rng *rand.Rand) float64 { return 40 * rng.NormFloat64() }},
	{"denormal", func(rng *rand.Rand) float64 {
		return math.Float64frombits(rng.Uint64N(1<<52)) * float64(1-2*rng.IntN(2))
	}},
	{"huge", func(rng *rand.Rand) float64 { return rng.NormFloat64() * math.Pow(10, float64(290+rng.IntN(18))) }},
	{"any", func(rng *rand.Rand) float64 { return math.Float64frombits(rng.Uint64()) }}, // NaN and infinities are rare
	{"special", func(rng *rand.Rand) float64 {
		special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 18.7, -18.7, 36, -36, 350, 700, -700, 708, -745, 1e5, -1e5, 5e-324, -5e-324,
			0x1p-1022, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
		return special[rng.IntN(len(special))]
	}},
}

// TestSameBits runs all kernels that this machine has against each other, bit for bit. NaN counts
// as NaN: which of its bits are set is no part of any result.
func TestSameBits(t *testing.T) {
	if len(Names()) == 1 {
		t.Skip("this machine has the portable kernels only")
	}
	before := Name()
	defer func() { must(t, Use(before)) }()
	rng := rand.New(rand.NewPCG(11, 0))
	for round := range 300 {
		d := draws[round%len(draws)]
		fill := func(n int) []float64 {
			x := make([]float64, n)
			for i := range x {
				x[i] = d.next(rng)
			}
			return x
		}
		in, out, n := 1+rng.IntN(20), 1+rng.IntN(20), Lanes*(1+rng.IntN(12))
		w, b, a, dz, slope := fill(out*in), fill(out), fill(in*n), fill(out*n), fill(in*n)
		moment := fill(in * n)
		for i, v := range moment {
			moment[i] = math.Abs(v) // of squares
		}
		c := 1 + rng.IntN(10)
		logits, labels := fill(c*n), make([]float64, n)
		for j := range labels {
			labels[j] = float64(rng.IntN(c))
		}
		rate, step := math.Abs(d.next(rng)), 1+rng.IntN(2000)

		// results computes everything there is, each result by its name.
		results := func() (names []string, values [][]float64) {
			put := func(name string, v []float64) { names, values = append(names, name), append(values, v) }
			z := make([]float64, out*n)
			DenseForward(z, w, b, a, in, out, n)
			put("DenseForward", z)
			dw, db := slices.Clone(w), slices.Clone(b)
			DenseGradient(dw, db, dz, a, in, out, n)
			put("DenseGradient's dw", dw)
			put("DenseGradient's db", db)
			back := slices.Clone(slope)
			DenseBackward(back, w, dz, in, out, n)
			put("DenseBackward", back)
			for _, f := range activations {
				value, only, slope := make([]float64, in*n), make([]float64, in*n), make([]float64,
					in*n)
				f.forward(value, slope, a)
				f.forward(only, nil, a)
				put(f.name, value)
				put(f.name+" alone", only)
				put(f.name+"'s slope", slope)
			}
			p, g := slices.Clone(logits), slices.Clone(logits)
			Softmax(p, c, n)
			SoftmaxGradient(g, labels, rate, c, n)
			loss, correct := crossEntropy(logits, labels, c, n)
			put("CrossEntropy", []float64{loss, float64(correct)})
			put("Softmax", p)
			put("SoftmaxGradient", g)
			for _, u := range plainUpdates {
				p, first, second := slices.Clone(slope), slices.Clone(a), slices.Clone(moment)
				u.update(p, a, first, second, rate, step)
				put(u.name, p)
				put(u.name+"'s first moment", first)
				put(u.name+"'s second moment", second)
			}
			product := slices.Clone(a)
			Mul(product, slope)
			put("Mul", product)
			within := 0.0
			if Within(a, rate) {
				within = 1
			}
			put("Within", []float64{within})
			return names, values
		}
		must(t, Use(portable))
		names, want := results()
		for _, kernel := range Names() {
			must(t, Use(kernel))
			_, got := results()
			for i, name := range names {
				for j := range want[i] {
					if g, w := got[i][j], want[i][j]; math.Float64bits(g) != math.Float64bits(w) && !(g != g && w != w) {
						t.Errorf("%s numbers, %d inputs, %d outputs, %d classes, %d samples: %s of %s at %d = %x; portable %x", d.name, in, out, c, n, name, kernel, j, g, w)
						break
					}
				}
			}
		}
	}
}

// TestRegisters holds that the kernels for AVX2 use no register and no instruction that only
// AVX-512 has.
func TestRegisters(t *testing.T) {
	text, err := os.ReadFile("vector_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	newer := regexp.MustCompile(`\b([XY](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	functions := 0
	for function := range strings.SplitSeq(string(text), "TEXT ·") {
		name, body, _ := strings.Cut(function, "(SB)")
		if !strings.HasSuffix(name, "AVX2") {
			continue
		}
		functions++
		if found := newer.FindString(body); found != "" {
			t.Errorf("%s uses %s", name, found)
		}
	}
	if functions < 30 {
		t.Errorf("%d functions for AVX2; want them all", functions)
	}
}

// TestEnvironment holds that the tests run with the kernels that the environment names.
func TestEnvironment(t *testing.T) {
	if want := os.Getenv(environment); want != "" && Name() != want {
		t.Errorf("the kernels in use are %s; want %s", Name(), want)
	}
	if got, want := fmt.Sprint(Names()[len(Names())-1]), portable; got != want {
		t.Errorf("the last kernels are %s; want %s", got, want)
	}
}

package kernel

import (
	"fmt"
	"math"
	"os"
	"strings"
)

// Lanes is the number of float64 in the widest registers. Every number of samples and every length
// of a vector is a multiple of it; callers pad.
const Lanes = 8

// vectors are the kernels of one set of vector instructions. They check nothing.
type vectors struct {
	name            string
	forward         func(z, w, b, a *float64, in, out, n int)
	backward        func(d, w, dz *float64, in, out, n int)
	gradient        []gradientRows // the most rows first, one row last
	rowSums         func(db, dz *float64, out, n int)
	softmax         func(logits *float64, c, n int)
	softmaxGradient func(logits, labels *float64, scale float64, c, n int)
	exponentials    func(tops, sums, logits *float64, c, n int)
	multiply        func(dst, s *float64, n int)
	within          func(x *float64, n int, limit float64) bool

	tanh, sigmoid, relu, leakyReLU, gelu, silu, elu, softplus, sin elementwise

	sgd                 func(p, g *float64, n int, rate float64)
	heavyBall, nesterov func(p, g, first *float64, n int, rate float64)
	rmsprop, adagrad    func(p, g, second *float64, n int, rate float64)
	adam                func(p, g, first, second *float64, n int, step, invRoot float64)
}

// gradientRows is a kernel for a given number of rows of a weight gradient.
type gradientRows struct {
	rows int
	add  func(dw, dz, a *float64, in, n int)
}

// elementwise is an activation alone and with its derivative.
type elementwise struct {
	value func(a, z *float64, n int)
	slope func(a, d, z *float64, n int)
}

// Names of kernels that every machine has.
const (
	Fastest  = "fastest"  // the first of Names
	portable = "portable" // those in Go
)

// vector is the set in use; nil is portable.
var vector *vectors

// environment is the variable that names the kernels to use.
const environment = "NNVISU_KERNEL"

func init() {
	// The variable is for tests, which have no flags. The program reports a wrong name itself.
	if Use(os.Getenv(environment)) != nil {
		_ = Use(Fastest) // there always is one
	}
}

// Names returns the kernels that this machine can run, the fastest first.
func Names() []string {
	var names []string
	for _, v := range available() {
		names = append(names, v.name)
	}
	return append(names, portable)
}

// Name returns the kernels in use.
func Name() string {
	if vector == nil {
		return portable
	}
	return vector.name
}

// IsVector reports whether the kernels in use have vector instructions.
func IsVector() bool { return vector != nil }

// Use chooses the kernels by their name: Fastest or one of Names. All give the same bits. Use must
// not be called while a kernel runs.
func Use(name string) error {
	sets := available()
	for _, v := range sets {
		if name == Fastest || name == v.name {
			vector = v
			return nil
		}
	}
	if name == Fastest || name == portable {
		vector = nil
		return nil
	}
	return fmt.Errorf("must be one of %s on this machine; got %q", strings.Join(Names(), ", "),
		name)
}

// checkLanes panics if n is not a positive multiple of Lanes.
func checkLanes(n int) {
	if n <= 0 || n%Lanes != 0 {
		panic("kernel: a number of samples that is no multiple of 8")
	}
}

// leading returns the first n numbers of x, and panics if there are fewer.
func leading(x []float64, n int) []float64 {
	_ = x[n-1] // x[:n] alone would look at the capacity
	return x[:n]
}

// checkLengths panics unless n is a multiple of Lanes and every vector that is not nil has length
// n.
func checkLengths(n int, vs ...[]float64) {
	if n%Lanes != 0 {
		panic("kernel: a vector whose length is no multiple of 8")
	}
	for _, v := range vs {
		if v != nil && len(v) != n {
			panic("kernel: vectors of different lengths")
		}
	}
}

// Mul sets dst to dst·s, element by element.
func Mul(dst, s []float64) {
	checkLengths(len(dst), s)
	if vector != nil && len(dst) > 0 {
		vector.multiply(&dst[0], &s[0], len(dst))
		return
	}
	for j, v := range s {
		dst[j] *= v
	}
}

// Within reports whether |v| ≤ limit for every element v of x. It is false if one is NaN.
func Within(x []float64, limit float64) bool {
	if whole := len(x) - len(x)%Lanes; vector != nil && whole > 0 {
		if !vector.within(&x[0], whole, limit) {
			return false
		}
		x = x[whole:]
	}
	for _, v := range x {
		if !(math.Abs(v) <= limit) {
			return false
		}
	}
	return true
}

// Finite reports whether no element of x is infinite or NaN.
func Finite(x []float64) bool { return Within(x, math.MaxFloat64) }

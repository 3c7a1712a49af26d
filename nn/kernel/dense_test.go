package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// denseTolerance is for sums of up to 300 products of numbers near 1, taken in
// another order.
const denseTolerance = 1e-13

// denseShapes are in, out and n: single ones, odd ones that leave a rest
// behind every vector width, and whole blocks.
var denseShapes = [][3]int{{1, 1, 1}, {2, 8, 1}, {1, 3, 2}, {3, 5, 7}, {5, 2, 9}, {8, 8, 15}, {7, 1, 33}, {2, 3, 255}, {8, 8, 256}, {100, 10, 17}}

// A dense is one layer with everything that DenseForward and DenseBackward read.
type dense struct {
	in, out, n  int
	w, b, a, dz []float64
}

func newDense(shape [3]int) dense {
	rng := rand.New(rand.NewPCG(1, uint64(shape[2])))
	l := dense{in: shape[0], out: shape[1], n: shape[2]}
	l.w, l.b = normals(rng, l.out*l.in), normals(rng, l.out)
	l.a, l.dz = normals(rng, l.in*l.n), normals(rng, l.out*l.n)
	return l
}

func (l dense) equal(m dense) bool {
	return sameBits(l.w, m.w) && sameBits(l.b, m.b) && sameBits(l.a, m.a) && sameBits(l.dz, m.dz)
}

// checkNear fails for the first number of got that is not near want.
func checkNear(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if !near(got[i], want[i], denseTolerance) {
			t.Errorf("%s[%d] = %v; want %v", what, i, got[i], want[i])
			return
		}
	}
}

func TestDenseForward(t *testing.T) {
	for _, shape := range denseShapes {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			l := newDense(shape)
			want := make([]float64, l.out*l.n)
			for o := range l.out {
				for j := range l.n {
					sum := l.b[o]
					for i := range l.in {
						sum += l.w[o*l.in+i] * l.a[i*l.n+j]
					}
					want[o*l.n+j] = sum
				}
			}
			z := newBuffer(l.out*l.n, math.NaN())
			DenseForward(z.in, l.w, l.b, l.a, l.in, l.out, l.n)
			checkNear(t, "z", z.in, want)
			if !z.intact() {
				t.Error("wrote beyond z")
			}
			if !l.equal(newDense(shape)) {
				t.Error("an operand was modified")
			}
		})
	}
}

func TestDenseBackward(t *testing.T) {
	const before = 0.5 // of dw and db, which are added to
	for _, shape := range denseShapes {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			l := newDense(shape)
			wantW := slices.Repeat([]float64{before}, l.out*l.in)
			wantB := slices.Repeat([]float64{before}, l.out)
			wantA := make([]float64, l.in*l.n)
			for o := range l.out {
				for j := range l.n {
					g := l.dz[o*l.n+j]
					wantB[o] += g
					for i := range l.in {
						wantW[o*l.in+i] += g * l.a[i*l.n+j]
						wantA[i*l.n+j] += g * l.w[o*l.in+i]
					}
				}
			}
			dw, db := newBuffer(l.out*l.in, before), newBuffer(l.out, before)
			da := newBuffer(l.in*l.n, math.NaN())
			DenseBackward(dw.in, db.in, da.in, l.w, l.a, l.dz, l.in, l.out, l.n)
			checkNear(t, "dw", dw.in, wantW)
			checkNear(t, "db", db.in, wantB)
			checkNear(t, "da", da.in, wantA)
			if !dw.intact() || !db.intact() || !da.intact() {
				t.Error("wrote beyond dw, db or da")
			}
			if !l.equal(newDense(shape)) {
				t.Error("an operand was modified")
			}

			dw2, db2 := newBuffer(l.out*l.in, before), newBuffer(l.out, before)
			DenseBackward(dw2.in, db2.in, nil, l.w, l.a, l.dz, l.in, l.out, l.n)
			if !sameBits(dw2.in, dw.in) || !sameBits(db2.in, db.in) {
				t.Error("without da, dw or db differ from those with it")
			}
		})
	}
}

// TestDenseAlignment holds that the bits do not depend on where in memory the
// operands lie: a vector kernel that peels off numbers until an address is a
// multiple of 16 or 32 adds in another order at another address.
func TestDenseAlignment(t *testing.T) {
	for _, shape := range denseShapes {
		l := newDense(shape)
		var first []float64
		for offset := range 8 {
			at := func(x []float64) []float64 {
				moved := make([]float64, len(x)+8+512) // large enough to be aligned itself
				return moved[offset : offset+copy(moved[offset:], x)]
			}
			w, b, a, dz := at(l.w), at(l.b), at(l.a), at(l.dz)
			z, da := at(make([]float64, l.out*l.n)), at(make([]float64, l.in*l.n))
			dw, db := at(make([]float64, l.out*l.in)), at(make([]float64, l.out))
			DenseForward(z, w, b, a, l.in, l.out, l.n)
			DenseBackward(dw, db, da, w, a, dz, l.in, l.out, l.n)
			got := slices.Concat(z, dw, db, da)
			if first == nil {
				first = got
			}
			if !sameBits(got, first) {
				t.Errorf("shape %v: the bits at offset %d differ from those at 0", shape, offset)
			}
		}
	}
}

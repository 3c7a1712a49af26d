package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/nn/kernel/reference"
)

// denseTolerance is for sums of up to 300 products of numbers near 1, taken in another order.
const denseTolerance = 1e-12

// denseShapes are in, out and n: widths that leave every rest behind the tiles of the kernels, and
// numbers of samples that do so behind their strips.
var denseShapes = [][3]int{{1, 1, 8}, {2, 8, 8}, {1, 3, 16}, {3, 5, 24}, {5, 2, 40}, {8, 8, 16}, {7, 1, 64}, {2, 3, 256}, {8, 8, 168}, {3, 8, 120}, {100, 10, 32},
	{13, 11, 48}, {10, 15, 8}, {6, 7, 72}, {4, 4, 80}, {9, 12, 104}}

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
	eachKernel(t, func(t *testing.T) {
		for _, shape := range denseShapes {
			l := newDense(shape)
			want := make([]float64, l.out*l.n)
			reference.DenseForward(want, l.w, l.b, l.a, l.in, l.out, l.n)
			z := newBuffer(l.out*l.n, math.NaN())
			DenseForward(z.in, l.w, l.b, l.a, l.in, l.out, l.n)
			checkNear(t, fmt.Sprint(shape, " z"), z.in, want)
			if !z.intact() {
				t.Errorf("%v: wrote beyond z", shape)
			}
			if !l.equal(newDense(shape)) {
				t.Errorf("%v: an operand was modified", shape)
			}
		}
	})
}

func TestDenseBackward(t *testing.T) {
	const before = 0.5 // of dw and db, which are added to
	eachKernel(t, func(t *testing.T) {
		for _, shape := range denseShapes {
			l := newDense(shape)
			wantW := slices.Repeat([]float64{before}, l.out*l.in)
			wantB := slices.Repeat([]float64{before}, l.out)
			wantD := make([]float64, l.in*l.n)
			reference.DenseBackward(wantW, wantB, wantD, l.w, l.a, l.dz, l.in, l.out, l.n)
			slope := normals(rand.New(rand.NewPCG(9, 0)), l.in*l.n)
			for i, v := range slope {
				wantD[i] *= v
			}

			dw, db := newBuffer(l.out*l.in, before), newBuffer(l.out, before)
			DenseGradient(dw.in, db.in, l.dz, l.a, l.in, l.out, l.n)
			d := newBuffer(l.in*l.n, 0)
			copy(d.in, slope)
			DenseBackward(d.in, l.w, l.dz, l.in, l.out, l.n)
			checkNear(t, fmt.Sprint(shape, " dw"), dw.in, wantW)
			checkNear(t, fmt.Sprint(shape, " db"), db.in, wantB)
			checkNear(t, fmt.Sprint(shape, " d"), d.in, wantD)
			if !dw.intact() || !db.intact() || !d.intact() {
				t.Errorf("%v: wrote beyond dw, db or d", shape)
			}
			if !l.equal(newDense(shape)) {
				t.Errorf("%v: an operand was modified", shape)
			}
		}
	})
}

// TestDenseAlignment holds that the bits do not depend on where in memory the operands lie: a
// vector kernel that peels off numbers until an address is a multiple of 16 or 32 adds in another
// order at another address.
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
			z, d := at(make([]float64, l.out*l.n)), at(slices.Repeat([]float64{1}, l.in*l.n))
			dw, db := at(make([]float64, l.out*l.in)), at(make([]float64, l.out))
			DenseForward(z, w, b, a, l.in, l.out, l.n)
			DenseGradient(dw, db, dz, a, l.in, l.out, l.n)
			DenseBackward(d, w, dz, l.in, l.out, l.n)
			got := slices.Concat(z, dw, db, d)
			if first == nil {
				first = got
			}
			if !sameBits(got, first) {
				t.Errorf("shape %v: the bits at offset %d differ from those at 0", shape, offset)
			}
		}
	}
}

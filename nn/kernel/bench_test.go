package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchShapes are in, out and n of the layers that users wait for.
var benchShapes = [][3]int{{2, 8, 256}, {8, 8, 256}, {8, 8, 10}, {100, 100, 256}}

func BenchmarkDenseForward(b *testing.B) {
	for _, shape := range benchShapes {
		b.Run(fmt.Sprintf("%dx%dx%d", shape[0], shape[1], shape[2]), func(b *testing.B) {
			l := newDense(shape)
			z := make([]float64, l.out*l.n)
			b.ReportAllocs()
			for b.Loop() {
				DenseForward(z, l.w, l.b, l.a, l.in, l.out, l.n)
			}
		})
	}
}

func BenchmarkDenseBackward(b *testing.B) {
	for _, shape := range benchShapes {
		b.Run(fmt.Sprintf("%dx%dx%d", shape[0], shape[1], shape[2]), func(b *testing.B) {
			l := newDense(shape)
			dw, db, da := make([]float64, l.out*l.in), make([]float64, l.out), make([]float64, l.in*l.n)
			b.ReportAllocs()
			for b.Loop() {
				DenseBackward(dw, db, da, l.w, l.a, l.dz, l.in, l.out, l.n)
			}
		})
	}
}

// BenchmarkActivation takes a layer of 8 units and a block of 256 samples, with the derivative.
func BenchmarkActivation(b *testing.B) {
	const n = 8 * 256
	z := normals(rand.New(rand.NewPCG(5, 0)), n)
	a, d := make([]float64, n), make([]float64, n)
	for _, f := range activations {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.forward(a, d, z)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}

func BenchmarkSoftmaxCrossEntropy(b *testing.B) {
	const n = 256
	for _, c := range []int{2, 10} {
		b.Run(fmt.Sprintf("%dx%d", c, n), func(b *testing.B) {
			logits := normals(rand.New(rand.NewPCG(6, 0)), c*n)
			work, labels := make([]float64, c*n), make([]int, n)
			b.ReportAllocs()
			for b.Loop() {
				copy(work, logits)
				SoftmaxCrossEntropy(work, labels, 1, c, n)
			}
		})
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{114, 20602} { // the parameters of 2-8-8-2 and 2-100-100-100-2
		for _, c := range plainUpdates {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(7, 0))
				p, g := normals(rng, n), normals(rng, n)
				first, second := make([]float64, n), make([]float64, n)
				b.ReportAllocs()
				t := 0
				for b.Loop() {
					t++
					c.update(p, g, first, second, 1e-6, t)
				}
			})
		}
	}
}

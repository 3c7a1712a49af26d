package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// benchShapes are in, out and n of the layers that users wait for.
var benchShapes = [][3]int{{2, 8, 120}, {8, 8, 120}, {8, 8, 16}, {100, 100, 120}}

// benchEach measures with all kernels that this machine has.
func benchEach(b *testing.B, bench func(b *testing.B)) {
	before := Name()
	defer func() { _ = Use(before) }() // it was in use
	for _, name := range Names() {
		if err := Use(name); err != nil {
			b.Fatal(err)
		}
		b.Run(name, bench)
	}
}

// reportRate reports billions of multiply-adds a second.
func reportRate(b *testing.B, products int) {
	b.ReportMetric(float64(products)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFMA/s")
}

func BenchmarkDense(b *testing.B) {
	benchEach(b, func(b *testing.B) {
		for _, shape := range benchShapes {
			l := newDense(shape)
			z, d := make([]float64, l.out*l.n), slices.Repeat([]float64{1}, l.in*l.n)
			dw, db := make([]float64, l.out*l.in), make([]float64, l.out)
			for _, c := range []struct {
				name string
				run  func()
			}{
				{"forward", func() { DenseForward(z, l.w, l.b, l.a, l.in, l.out, l.n) }},
				{"backward", func() { DenseBackward(d, l.w, l.dz, l.in, l.out, l.n) }},
				{"gradient", func() { DenseGradient(dw, db, l.dz, l.a, l.in, l.out, l.n) }},
			} {
				b.Run(fmt.Sprintf("%s/%dx%dx%d", c.name, shape[0], shape[1], shape[2]), func(b *testing.B) {
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						if i%64 == 0 { // or d would vanish and be denormal
							for j := range d {
								d[j] = 1
							}
						}
						c.run()
					}
					reportRate(b, l.in*l.out*l.n)
				})
			}
		}
	})
}

// BenchmarkActivation takes a layer of 8 units and a block of 120 samples, with the derivative.
func BenchmarkActivation(b *testing.B) {
	const n = 8 * 120
	z := normals(rand.New(rand.NewPCG(5, 0)), n)
	a, d := make([]float64, n), make([]float64, n)
	benchEach(b, func(b *testing.B) {
		for _, f := range activations {
			b.Run(f.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f.forward(a, d, z)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	})
}

func BenchmarkSoftmaxGradient(b *testing.B) {
	const n = 120
	benchEach(b, func(b *testing.B) {
		for _, c := range []int{2, 10} {
			b.Run(fmt.Sprintf("%dx%d", c, n), func(b *testing.B) {
				logits := normals(rand.New(rand.NewPCG(6, 0)), c*n)
				work, labels := make([]float64, c*n), make([]float64, n)
				b.ReportAllocs()
				for b.Loop() {
					copy(work, logits)
					SoftmaxGradient(work, labels, 1, c, n)
				}
			})
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	benchEach(b, func(b *testing.B) {
		for _, n := range []int{120, 20608} { // the parameters of 2-8-8-2 and 2-100-100-100-2
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
	})
}

package kernel

import "math"

// DenseForward computes z = w·a + b, where z is out×n, w out×in, a in×n and b holds one number for
// each row of z. Each element is summed from b on, in the order of the inputs, with fused
// multiply-adds.
func DenseForward(z, w, b, a []float64, in, out, n int) {
	checkLanes(n)
	z, w, b, a = leading(z, out*n), leading(w, in*out), leading(b, out), leading(a, in*n)
	if vector != nil {
		vector.forward(&z[0], &w[0], &b[0], &a[0], in, out, n)
		return
	}
	for o := range out {
		zo := z[o*n : (o+1)*n]
		for j := range zo {
			zo[j] = b[o]
		}
		addProducts(zo, w[o*in:], 1, a, n, in)
	}
}

// addProducts adds w[0]·x₀ + w[stride]·x₁ + … to sum, where xᵢ begins at x[i·n], for i below depth.
// It takes four at a time, in the same order as one after the other.
func addProducts(sum, w []float64, stride int, x []float64, n, depth int) {
	columns := len(sum)
	i := 0
	for ; i+4 <= depth; i += 4 {
		w0, w1, w2, w3 := w[i*stride], w[(i+1)*stride], w[(i+2)*stride], w[(i+3)*stride]
		x0, x1 := x[i*n:][:columns], x[(i+1)*n:][:columns]
		x2, x3 := x[(i+2)*n:][:columns], x[(i+3)*n:][:columns]
		for j, s := range sum {
			sum[j] = math.FMA(w3, x3[j],
				math.FMA(w2, x2[j], math.FMA(w1, x1[j], math.FMA(w0, x0[j], s))))
		}
	}
	for ; i < depth; i++ {
		wi := w[i*stride]
		for j, v := range x[i*n:][:columns] {
			sum[j] = math.FMA(wi, v, sum[j])
		}
	}
}

// DenseBackward passes dz, the gradient with respect to the z of DenseForward, back to the layer
// below. It replaces d, in×n, the derivative f'(z) of the layer below, by d·(wᵀ·dz), the gradient
// with respect to the z of the layer below. The product with d is taken element by element. Each
// element is summed in the order of the outputs.
func DenseBackward(d, w, dz []float64, in, out, n int) {
	checkLanes(n)
	d, w, dz = leading(d, in*n), leading(w, in*out), leading(dz, out*n)
	if vector != nil {
		vector.backward(&d[0], &w[0], &dz[0], in, out, n)
		return
	}
	var strip [32 * Lanes]float64
	for i := range in {
		for from := 0; from < n; from += len(strip) {
			sums := strip[:min(len(strip), n-from)]
			clear(sums)
			addProducts(sums, w[i:], in, dz[from:], n, out)
			for j, sum := range sums {
				d[i*n+from+j] *= sum
			}
		}
	}
}

// DenseGradient adds the gradients with respect to w and b of DenseForward to dw and db. A sum over
// the samples is taken in eight lanes, sample j in lane j mod 8. In the end the lanes are added as
// ((0+4)+(1+5)) + ((2+6)+(3+7)).
func DenseGradient(dw, db, dz, a []float64, in, out, n int) {
	checkLanes(n)
	dw, db, dz, a = leading(dw, in*out), leading(db, out), leading(dz, out*n), leading(a, in*n)
	if vector != nil {
		o := 0
		for _, kernel := range vector.gradient {
			for ; out-o >= kernel.rows; o += kernel.rows {
				kernel.add(&dw[o*in], &dz[o*n], &a[0], in, n)
			}
		}
		vector.rowSums(&db[0], &dz[0], out, n)
		return
	}
	for o := range out {
		dzo := dz[o*n : (o+1)*n]
		var sums [Lanes]float64
		for j := 0; j < n; j += Lanes {
			for k, v := range dzo[j:][:Lanes] {
				sums[k] += v
			}
		}
		db[o] += addLanes(&sums)
		for i := range in {
			ai := a[i*n : (i+1)*n]
			var s0, s1, s2, s3, s4, s5, s6, s7 float64
			for j := 0; j < n; j += Lanes {
				x, y := dzo[j:][:Lanes], ai[j:][:Lanes]
				s0, s1 = math.FMA(x[0], y[0], s0), math.FMA(x[1], y[1], s1)
				s2, s3 = math.FMA(x[2], y[2], s2), math.FMA(x[3], y[3], s3)
				s4, s5 = math.FMA(x[4], y[4], s4), math.FMA(x[5], y[5], s5)
				s6, s7 = math.FMA(x[6], y[6], s6), math.FMA(x[7], y[7], s7)
			}
			dw[o*in+i] += addLanes(&[Lanes]float64{s0, s1, s2, s3, s4, s5, s6, s7})
		}
	}
}

// addLanes adds in the order in which vector registers are folded: first the upper half to the
// lower half, then neighbours, then the two halves again.
func addLanes(s *[Lanes]float64) float64 {
	return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]))
}

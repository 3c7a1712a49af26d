package kernel

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// DenseForward computes z = w·a + b, where z is out×n, w out×in, a in×n and
// b holds one number for each row of z.
func DenseForward(z, w, b, a []float64, in, out, n int) {
	for o := range out {
		zo := z[o*n : (o+1)*n]
		for j := range zo {
			zo[j] = b[o]
		}
		for i, wi := range w[o*in : (o+1)*in] {
			vectorAddScaled(zo, wi, a[i*n:(i+1)*n])
		}
	}
}

// DenseBackward takes dz, the gradient with respect to z of DenseForward, adds
// the gradients with respect to w and b to dw and db, and sets da to the
// gradient with respect to a. A nil da is not computed.
func DenseBackward(dw, db, da, w, a, dz []float64, in, out, n int) {
	for o := range out {
		dzo := dz[o*n : (o+1)*n]
		db[o] += sum(dzo)
		for i := range in {
			dw[o*in+i] += vectorDot(dzo, a[i*n:(i+1)*n])
		}
	}
	if da == nil {
		return
	}
	for i := range in {
		dai := da[i*n : (i+1)*n]
		for j := range dai {
			dai[j] = 0
		}
		for o := range out {
			vectorAddScaled(dai, w[o*in+i], dz[o*n:(o+1)*n])
		}
	}
}

// sum adds in four interleaved lanes. gonum's Sum begins at a 16-byte boundary,
// so that its bits depend on where x lies in memory.
func sum(x []float64) float64 {
	var s [4]float64
	for len(x) >= 4 {
		s[0] += x[0]
		s[1] += x[1]
		s[2] += x[2]
		s[3] += x[3]
		x = x[4:]
	}
	for i, v := range x {
		s[i] += v
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// Mul sets dst to dst·s, element by element.
func Mul(dst, s []float64) { floats.Mul(dst, s) }

// Within reports whether no element of x is larger than limit in size, or NaN.
func Within(x []float64, limit float64) bool {
	for _, v := range x {
		if !(math.Abs(v) <= limit) {
			return false
		}
	}
	return true
}

// Finite reports whether no element of x is infinite or NaN.
func Finite(x []float64) bool {
	// 0·v is 0 for a finite v and NaN for all others; NaN stays in a sum.
	sum := 0.0
	for _, v := range x {
		sum += float64(v * 0)
	}
	return sum == 0
}

package reference

import (
	"gonum.org/v1/gonum/floats"
)

// DenseForward computes z = w·a + b, where z is out×n, w out×in, a in×n and b holds one number for
// each row of z.
func DenseForward(z, w, b, a []float64, in, out, n int) {
	for o := range out {
		zo := z[o*n : (o+1)*n]
		for j := range zo {
			zo[j] = b[o]
		}
		for i, wi := range w[o*in : (o+1)*in] {
			floats.AddScaled(zo, wi, a[i*n:(i+1)*n])
		}
	}
}

// DenseBackward takes dz, the gradient with respect to z of DenseForward, adds the gradients with
// respect to w and b to dw and db, and sets da to the gradient with respect to a. A nil da is not
// computed.
func DenseBackward(dw, db, da, w, a, dz []float64, in, out, n int) {
	for o := range out {
		dzo := dz[o*n : (o+1)*n]
		db[o] += floats.Sum(dzo)
		for i := range in {
			dw[o*in+i] += floats.Dot(dzo, a[i*n:(i+1)*n])
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
			floats.AddScaled(dai, w[o*in+i], dz[o*n:(o+1)*n])
		}
	}
}

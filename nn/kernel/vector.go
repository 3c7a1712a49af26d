package kernel

// addScaled sets dst to dst + alpha·x, each product rounded before it is added.
func addScaled(dst []float64, alpha float64, x []float64) {
	for j, v := range x {
		dst[j] += float64(alpha * v)
	}
}

// dot returns the sum of x·y in four interleaved lanes, the last elements that do
// not fill them going to the first: the order in which gonum's amd64 assembly adds.
func dot(x, y []float64) float64 {
	var s0, s1, s2, s3 float64
	j := 0
	for ; j+4 <= len(x); j += 4 {
		s0 += float64(x[j] * y[j])
		s1 += float64(x[j+1] * y[j+1])
		s2 += float64(x[j+2] * y[j+2])
		s3 += float64(x[j+3] * y[j+3])
	}
	for ; j < len(x); j++ {
		s0 += float64(x[j] * y[j])
	}
	return (s0 + s2) + (s1 + s3)
}

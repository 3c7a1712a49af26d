package detmath

// ExpTo writes Exp(x[i]) to dst[i].
func ExpTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Exp(v)
	}
}

// Expm1To writes Expm1(x[i]) to dst[i].
func Expm1To(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Expm1(v)
	}
}

// LogTo writes Log(x[i]) to dst[i].
func LogTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Log(v)
	}
}

// Log1pTo writes Log1p(x[i]) to dst[i].
func Log1pTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Log1p(v)
	}
}

// TanhTo writes Tanh(x[i]) to dst[i].
func TanhTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Tanh(v)
	}
}

// SigmoidTo writes Sigmoid(x[i]) to dst[i].
func SigmoidTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Sigmoid(v)
	}
}

// ErfcTo writes Erfc(x[i]) to dst[i].
func ErfcTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Erfc(v)
	}
}

// SinTo writes Sin(x[i]) to dst[i].
func SinTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Sin(v)
	}
}

// CosTo writes Cos(x[i]) to dst[i].
func CosTo(dst, x []float64) {
	checkLengths(dst, x)
	for i, v := range x {
		dst[i] = Cos(v)
	}
}

func checkLengths(dst, x []float64) {
	if len(dst) != len(x) {
		panic("detmath: slices of different lengths")
	}
}

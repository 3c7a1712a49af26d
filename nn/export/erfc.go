package export

// For u ≥ 0, (1+2u)·exp(u²)·erfc(u) lies between 1 and 1.29 and is smooth in t = (u-K)/(u+K) (M. M.
// Shepherd and J. G. Laframboise, Chebyshev approximation of (1+2x)exp(x²)erfc x in 0 ≤ x < ∞,
// Mathematics of Computation 36, 1981). K and the polynomial in t are a copy in decimals of those
// in package detmath (erfc.go), which is the master. They are for files whose language has no error
// function.
const erfcShift = 4.5 // K

// erfcCoefficients are the coefficients of the polynomial, the constant first.
var erfcCoefficients = []float64{
	1.224848042738414, -0.1367070998554379, 0.0333440639682309, 0.043372220058862564,
	-0.08357835444789126, 0.0903336060251573, -0.07519744543992146, 0.051613843329159526,
	-0.029681792254088034, 0.01416683738039759, -0.005404217947239369, 0.001484322315519536,
	-0.00018218608685421843, -6.778833286730175e-05, 4.405290817274439e-05, -7.814108846914463e-06,
	-2.518737499972239e-06, 1.626541585635964e-06, -1.0268415003590003e-07, -1.8731768120075297e-07,
	4.8207557219200194e-08, 1.9870547513334568e-08, -6.7155898195067985e-09, -2.397255470956321e-09,
}

package peak

import "testing"

// TestKernels: each kernel makes the multiply-adds that it is credited with.
func TestKernels(t *testing.T) {
	chains := map[string]float64{"math.FMA": 8, "AVX2": 12 * 4, "AVX-512": 24 * 8}
	for _, k := range kernels() {
		for _, n := range []int{1, 2, 1000} {
			if got, want := k.run(n), chains[k.name]*float64(n); got != want {
				t.Errorf("%s(%d) = %v; want %v", k.name, n, got, want)
			}
		}
	}
}

// TestMeasure: the best kernel is one of those there are, and faster than one addition at a time on
// the slowest CPU.
func TestMeasure(t *testing.T) {
	rate, name := Measure()
	if rate < 1e6 || name == "" {
		t.Errorf("Measure() = %v, %q; want a million a second at least", rate, name)
	}
}

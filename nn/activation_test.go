package nn

import (
	"testing"

	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/nn/kernel/reference"
)

// TestActivations: every activation computes the formula of its name. How exact it is and what
// becomes of unusual arguments is tested in package kernel.
func TestActivations(t *testing.T) {
	if got, want := len(activationTable), len(reference.Activations); got != want {
		t.Errorf("%d activations; the reference has %d", got, want)
	}
	for _, row := range activationTable {
		formula, ok := reference.Activations[string(row.name)]
		if !ok {
			t.Errorf("%s has no reference", row.name)
			continue
		}
		z := make([]float64, 2*kernel.Lanes)
		for j := range z {
			z[j] = (float64(j) - 7.5) / 4
		}
		a, d := make([]float64, len(z)), make([]float64, len(z))
		row.rule.forward(a, d, z)
		for j, v := range z {
			if want := formula.F(v); !near(a[j], want, 1e-12) {
				t.Errorf("%s(%v) = %v; want %v", row.name, v, a[j], want)
			}
			if want := formula.Slope(v); !near(d[j], want, 1e-12) {
				t.Errorf("%s'(%v) = %v; want %v", row.name, v, d[j], want)
			}
		}
	}
}

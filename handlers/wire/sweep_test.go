package wire

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// sweepOf reads a sweep.
func sweepOf(over string) (Sweep, error) {
	m, err := DecodeMessage([]byte(`{"data":[{"x":0,"y":0,"label":0}],"steps":1,"over":`+over+`}`), SweepOver, Limits{Points: 1})
	return m.Sweep, err
}

// TestSweepRanges: a range has its ends, and values between them as people would write them.
func TestSweepRanges(t *testing.T) {
	for over, want := range map[string]string{
		`{"learning_rate":{"from":0.001,"to":10,"count":5,"scale":"log"}}`:   "0.001 0.01 0.1 1 10",
		`{"learning_rate":{"from":0.001,"to":0.01,"count":3,"scale":"log"}}`: "0.001 0.00316228 0.01",
		`{"l2":{"from":0.1,"to":0.4,"count":4}}`:                             "0.1 0.2 0.3 0.4",
		`{"l2":{"from":0.4,"to":0,"count":3,"scale":"linear"}}`:              "0.4 0.2 0",
		`{"l1":{"from":1e-300,"to":1e300,"count":3,"scale":"log"}}`:          "1e-300 1 1e+300",
		`{"seed":{"from":1,"to":9,"count":9}}`:                               "1 2 3 4 5 6 7 8 9",
		`{"seed":{"from":4294967290,"to":4294967295,"count":2}}`:             "4294967290 4294967295",
		`{"batch_size":{"from":1,"to":100,"count":3,"scale":"log"}}`:         "1 10 100",
		`{"batch_size":{"from":0,"to":5,"count":3}}`:                         "0 3 5", // 2.5
	} {
		s, err := sweepOf(over)
		if err != nil {
			t.Errorf("%s: %v", over, err)
			continue
		}
		if got := strings.Join(s[0].Values, " "); got != want {
			t.Errorf("%s has the values %s; want %s", over, got, want)
		}
	}
	for _, over := range []string{`{"l1":{"from":-1e308,"to":1e308,"count":3}}`, `{"batch_size":{"from":1e300,"to":1,"count":3}}`} {
		if _, err := sweepOf(over); err != nil && !strings.Contains(err.Error(), "over.") {
			t.Errorf("%s: %v; want an error that names it", over, err)
		}
	}
}

// TestSweepCells: cells are counted row by row, and each has its own config, which shares nothing with
// that of the others.
func TestSweepCells(t *testing.T) {
	s, err := sweepOf(`{"hidden_layers":[[8],[]],"seed":[5,6,7]}`)
	if err != nil {
		t.Fatal(err)
	}
	base := nn.DefaultConfig()
	if s.Cells() != 6 {
		t.Errorf("there are %d cells; want 6", s.Cells())
	}
	for cell, want := range []string{"8 5", "8 6", "8 7", " 5", " 6", " 7"} {
		if got := strings.Join(s.Values(cell), " "); got != want {
			t.Errorf("cell %d has the values %q; want %q", cell, got, want)
		}
		c := s.Config(base, cell)
		if layers := [][]int{{8}, {}}[cell/3]; !slices.Equal(c.HiddenLayers, layers) || c.Seed != uint32(5+cell%3) || c.Optimizer != base.Optimizer {
			t.Errorf("cell %d has the config %+v", cell, c)
		}
	}
	if !slices.Equal(base.HiddenLayers, nn.DefaultConfig().HiddenLayers) {
		t.Errorf("the config of the sweep became %+v", base)
	}
}

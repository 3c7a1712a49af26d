package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestMetrics compares with the formulas on the points of each side, and says which metrics there
// are.
func TestMetrics(t *testing.T) {
	for _, task := range Tasks() {
		for _, n := range []int{1, 40, blockWidth + 1, 3 * blockWidth} {
			for _, fraction := range []float64{0, 0.4} {
				t.Run(fmt.Sprintf("%s/%d/%v", task, n, fraction), func(t *testing.T) {
					c := DefaultConfig()
					c.Task, c.TestFraction = task, fraction
					s := prepare(t, State{Config: c, Data: randomPoints(newRand(1), n, task, 3)})
					r := step(t, s, 2)
					var train, test []Point
					for i, h := range Split(n, fraction, c.Seed) {
						if h {
							test = append(test, s.Data[i])
						} else {
							train = append(train, s.Data[i])
						}
					}
					loss, accuracy := plainLoss(s.Config, r.Network.Parameters, train)
					if !near(r.Loss, loss, dropoutTolerance) || r.Metrics.Loss != r.Loss {
						t.Errorf("loss = %v, %v; want %v", r.Loss, r.Metrics.Loss, loss)
					}
					checkOptional(t, "accuracy", r.Metrics.Accuracy, task == Classification,
						accuracy)
					loss, accuracy = plainLoss(s.Config, r.Network.Parameters, test)
					checkOptional(t, "test_loss", r.Metrics.TestLoss, len(test) > 0, loss)
					checkOptional(t, "test_accuracy", r.Metrics.TestAccuracy,
						len(test) > 0 && task == Classification, accuracy)
				})
			}
		}
	}
}

func checkOptional(t *testing.T, what string, got *float64, present bool, want float64) {
	t.Helper()
	switch {
	case (got != nil) != present:
		t.Errorf("%s present = %v; want %v", what, got != nil, present)
	case got != nil && !near(*got, want, dropoutTolerance):
		t.Errorf("%s = %v; want %v", what, *got, want)
	}
}

func TestConfusion(t *testing.T) {
	c := DefaultConfig()
	c.TestFraction = 0.3
	s := prepare(t, State{Config: c, Data: randomPoints(newRand(1), 700, Classification, 4)})
	tr := trainer(t, s)
	if err := tr.Step(30); err != nil {
		t.Fatal(err)
	}
	confusion, metrics := tr.Confusion(), tr.Metrics()
	side := Split(700, 0.3, c.Seed)
	for _, m := range []struct {
		name     string
		counts   [][]int
		accuracy float64
		held     bool
	}{{"train", confusion.Train, *metrics.Accuracy, false}, {"test", confusion.Test, *metrics.TestAccuracy, true}} {
		want := make([][]int, 4)
		for k := range want {
			want[k] = make([]int, 4)
		}
		total, diagonal := 0, 0
		for i, p := range s.Data {
			if side[i] != m.held {
				continue
			}
			out, _ := plainForward(s.Config, tr.Network().Parameters, p.X, p.Y)
			best := slices.Index(out, slices.Max(out))
			want[int(p.Label)][best]++
			total++
			if best == int(p.Label) {
				diagonal++
			}
		}
		if !reflect.DeepEqual(m.counts, want) {
			t.Errorf("Confusion() %s = %v; want %v", m.name, m.counts, want)
		}
		if got := float64(diagonal) / float64(total); got != m.accuracy {
			t.Errorf("%s accuracy = %v; want the share on the diagonal, %v", m.name, m.accuracy,
				got)
		}
	}

	t.Run("Tie", func(t *testing.T) {
		s := s
		s.Config.Init, s.Network = InitZero, Network{}
		tr := trainer(t, s)
		share := 0
		for k, row := range tr.Confusion().Train {
			share += row[0]
			for j := 1; j < len(row); j++ {
				if row[j] != 0 {
					t.Errorf("equal outputs: class %d taken for %d %d times; want the first class always", k, j, row[j])
				}
			}
		}
		if want := float64(tr.Confusion().Train[0][0]) / float64(share); *tr.Metrics().Accuracy != want {
			t.Errorf("accuracy of equal outputs = %v; want %v, the share of class 0",
				*tr.Metrics().Accuracy, want)
		}
	})
	t.Run("Regression", func(t *testing.T) {
		defer func() {
			if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "nn: ") {
				t.Error("Confusion() of a regression did not panic with nn: …")
			}
		}()
		trainer(t, line(1, 1, Point{})).Confusion()
	})
}

func TestPerClass(t *testing.T) {
	// Of class 0 there are 4 points, 3 found; of class 1 there are 2, both taken for 0; class 2 has
	// none and nothing is taken for it.
	got := PerClass([][]int{{3, 1, 0}, {2, 0, 0}, {0, 0, 0}})
	v := func(x float64) *float64 { return &x }
	want := []ClassScore{{v(0.6), v(0.75), 4}, {v(0), v(0), 2}, {nil, nil, 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("PerClass() = %s; want %s", toJSON(t, got), toJSON(t, want))
	}
	// One may be defined without the other.
	got = PerClass([][]int{{0, 2}, {0, 0}})
	want = []ClassScore{{nil, v(0), 2}, {v(0), nil, 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("PerClass() = %s; want %s", toJSON(t, got), toJSON(t, want))
	}
	if got := PerClass(nil); len(got) != 0 {
		t.Errorf("PerClass(nil) = %v; want nothing", got)
	}
}

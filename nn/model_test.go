package nn

import (
	"math"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/tests/race"
)

// predictTolerance is for outputs against the formulas.
const predictTolerance = 1e-13

// TestPredict compares with the formulas.
func TestPredict(t *testing.T) {
	for seed := range uint64(100) {
		rng := newRand(seed)
		s := prepare(t, randomState(t, rng))
		m, err := NewModel(s)
		if err != nil {
			t.Fatal(err)
		}
		points := randomPoints(rng, pick(rng, []int{0, 1, 7, blockWidth, 2*blockWidth + 3}),
			Regression, 0)
		got := m.Predict(points)
		if len(got) != len(points) {
			t.Fatalf("seed %d: Predict() has %d rows; want %d", seed, len(got), len(points))
		}
		for j, p := range points {
			want, _ := plainForward(s.Config, s.Network.Parameters, p.X, p.Y)
			if s.Config.Task == Classification {
				want = plainSoftmax(want)
			}
			if len(got[j]) != m.Outputs() || len(want) != m.Outputs() {
				t.Fatalf("seed %d: Predict()[%d] = %v; want %d outputs", seed, j, got[j],
					m.Outputs())
			}
			for k := range want {
				if !near(got[j][k], want[k], predictTolerance) {
					t.Errorf("seed %d, config %+v: Predict()[%d] = %v; want %v", seed, s.Config, j,
						got[j], want)
					break
				}
			}
		}
	}
}

// TestPredictByHand is worked by hand: relu(2x - 0.5) is 0.5 at x = 0.5 and 0 at x = -1; times 3,
// plus 0.25.
func TestPredictByHand(t *testing.T) {
	s := line(0, 0)
	s.Config.HiddenLayers, s.Config.Activation = []int{1}, ReLU
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{2}}, {{3}}}, Biases: [][]float64{{-0.5}, {0.25}}}
	m, err := NewModel(s)
	if err != nil {
		t.Fatal(err)
	}
	got := m.Predict([]Point{{0.5, 0, 0}, {-1, 0.3, math.NaN()}})
	if want := [][]float64{{1.75}, {0.25}}; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("Predict() = %v; want %v", got, want)
	}

	// Two classes whose logits are ln 3 and 0 at x = 1: 3/4 and 1/4.
	s.Config.Task, s.Config.HiddenLayers, s.Config.Classes = Classification, nil, 2
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{math.Log(3)}, {0}}}, Biases: [][]float64{{0, 0}}}
	if m, err = NewModel(s); err != nil {
		t.Fatal(err)
	}
	row := m.Predict([]Point{{1, 0, 0}})[0]
	if !near(row[0], 0.75, handTolerance) || !near(row[1], 0.25, handTolerance) {
		t.Errorf("Predict() = %v; want [0.75 0.25]", row)
	}
}

// TestPredictTo holds that dst is outputs × places, the same as Predict.
func TestPredictTo(t *testing.T) {
	c := DefaultConfig()
	c.Classes = 3
	m, err := NewModel(State{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	const n = 2*blockWidth + 88
	points := randomPoints(newRand(1), n, Regression, 0)
	xs, ys, dst := make([]float64, n), make([]float64, n), make([]float64, 3*n)
	for j, p := range points {
		xs[j], ys[j] = p.X, p.Y
	}
	m.PredictTo(dst, xs, ys)
	for j, row := range m.Predict(points) {
		for k, want := range row {
			if dst[k*n+j] != want {
				t.Fatalf("PredictTo()[%d·n+%d] = %v; want %v", k, j, dst[k*n+j], want)
			}
		}
	}
	if got := testing.AllocsPerRun(5, func() { m.PredictTo(dst, xs, ys) }); got != 0 && !race.Enabled {
		t.Errorf("PredictTo allocates %v times; want never", got)
	}
}

// TestUnitsTo is worked by hand for two hidden layers, and compares with PredictTo.
func TestUnitsTo(t *testing.T) {
	// relu(2x - 0.5) and relu(y), their difference and 3 times it plus 0.25.
	s := line(0, 0)
	s.Config.Features, s.Config.HiddenLayers, s.Config.Activation = []Feature{FeatureX, FeatureY}, []int{2, 1}, ReLU
	s.Network.Parameters = Parameters{Weights: [][][]float64{{{2, 0}, {0, 1}}, {{1, -1}}, {{3}}}, Biases: [][]float64{{-0.5, 0}, {0}, {0.25}}}
	m, err := NewModel(s)
	if err != nil {
		t.Fatal(err)
	}
	got := [][]float64{make([]float64, 6), make([]float64, 3), make([]float64, 3)}
	m.UnitsTo(got, []float64{0.5, -1, 1}, []float64{0.25, 0.5, -1})
	want := [][]float64{{0.5, 0, 1.5, 0.25, 0.5, 0}, {0.25, 0, 1.5}, {1, 0.25, 4.75}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("UnitsTo() = %v; want %v", got, want)
	}

	for seed := range uint64(60) {
		rng := newRand(seed)
		s := prepare(t, randomState(t, rng))
		m, err := NewModel(s)
		if err != nil {
			t.Fatal(err)
		}
		n := pick(rng, []int{0, 1, 7, blockWidth, 2*blockWidth + 3})
		xs, ys := make([]float64, n), make([]float64, n)
		for j, p := range randomPoints(rng, n, Regression, 0) {
			xs[j], ys[j] = p.X, p.Y
		}
		var dst [][]float64
		for _, units := range s.Config.Sizes()[1:] {
			dst = append(dst, make([]float64, units*n))
		}
		m.UnitsTo(dst, xs, ys)
		said := make([]float64, m.Outputs()*n)
		m.PredictTo(said, xs, ys)
		if !slices.Equal(dst[len(dst)-1], said) {
			t.Errorf("seed %d: the outputs of UnitsTo are not those of PredictTo", seed)
		}
		for j := range n {
			p := Parameters{}
			for l := range len(dst) - 1 {
				// The activations of layer l are those of the outputs of a network that ends there.
				p.Weights, p.Biases = s.Network.Weights[:l+1], s.Network.Biases[:l+1]
				z, _ := plainForward(s.Config, p, xs[j], ys[j])
				for o, v := range z {
					if want := plainActivations[s.Config.Activation](v); !near(dst[l][o*n+j], want, predictTolerance) {
						t.Fatalf("seed %d, config %+v: unit %d of layer %d at place %d = %v; want %v", seed, s.Config, o, l, j, dst[l][o*n+j], want)
					}
				}
			}
		}
	}

	t.Run("LayersMissing", func(t *testing.T) {
		defer func() {
			if r := recover(); r != "nn: the units of another number of layers" {
				t.Errorf("UnitsTo of one layer: %v; want a panic", r)
			}
		}()
		m.UnitsTo(got[:1], nil, nil)
	})
}

func TestFeaturesTo(t *testing.T) {
	xs, ys := []float64{0.5, -1, 0}, []float64{0.25, 0.5, -1}
	got := make([]float64, 9)
	FeaturesTo(got, []Feature{FeatureXY, FeatureY, FeatureX2}, xs, ys)
	if want := []float64{0.125, -0.5, 0, 0.25, 0.5, -1, 0.25, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("FeaturesTo() = %v; want %v", got, want)
	}
}

// TestFeature holds the formulas of the contract, and the order of the inputs.
func TestFeature(t *testing.T) {
	half := math.Sqrt2 / 2
	for f, want := range map[Feature]float64{
		FeatureX: 0.25, FeatureY: -0.125, FeatureX2: 0.0625, FeatureY2: 0.015625, FeatureXY: -0.03125, FeatureSinX: 1, FeatureSinY: -half,
	} {
		if got := featureTable.rule(f).of(0.25, -0.125); !near(got, want, handTolerance) {
			t.Errorf("%s at (0.25, -0.125) = %v; want %v", f, got, want)
		}
	}
	s := line(0, 0)
	s.Config.Features = []Feature{FeatureXY, FeatureX}
	s.Network.Weights[0][0] = []float64{1, 10}
	m, err := NewModel(s)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Predict([]Point{{0.5, 0.25, 0}})[0][0]; got != 5.125 {
		t.Errorf("xy + 10x at (0.5, 0.25) = %v; want 5.125", got)
	}
}

func TestParameterCount(t *testing.T) {
	for _, k := range []struct {
		task   Task
		layers []int
		want   int
	}{
		{Classification, nil, 9},         // 2·3 + 3
		{Classification, []int{4}, 27},   // 12 + 15
		{Regression, nil, 3},             // 2 + 1
		{Regression, []int{4, 5, 1}, 45}, // 12 + 25 + 6 + 2
	} {
		c := DefaultConfig()
		c.Task, c.HiddenLayers, c.Classes = k.task, k.layers, 3
		if got := ParameterCount(c); got != k.want {
			t.Errorf("ParameterCount(%s, %v) = %d; want %d", k.task, k.layers, got, k.want)
		}
	}
}

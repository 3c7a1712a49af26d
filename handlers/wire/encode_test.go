package wire

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// checkEncoded fails the test unless a value is encoded as json.Marshal writes it.
func checkEncoded(tb testing.TB, got []byte, value any) {
	tb.Helper()
	if want := mustJSON(tb, value); string(got) != string(want) {
		tb.Fatalf("encoded as\n%s; want\n%s", got, want)
	}
}

// edgeNumbers are where the way to write a number changes.
var edgeNumbers = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, 0.1, 1e-6, 9.999999999999999e-7, 1e-7, -1e-7, 1.5e-10, 1e-9, 1e-10, 1e-99, 1e-100, 1e-109, 1e-300, math.SmallestNonzeroFloat64, 2.2250738585072014e-308,
	999999999999999, 1e15, 1e16, 1<<53 - 1, 1 << 53, 1<<53 + 2, -(1<<53 - 1), 1 << 62, 1 << 63, 1 << 64, 1e20, 123456789012345678901, 999999999999999900000, 1e21, -1e21, 1e22, 1e100, math.MaxFloat64, -math.MaxFloat64,
	math.Pi, 1.0 / 3, 0.30000000000000004, 100.25,
}

// TestAppendNumber: numbers are written as json.Marshal writes them.
func TestAppendNumber(t *testing.T) {
	numbers := slices.Clone(edgeNumbers)
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		numbers = append(numbers, math.Float64frombits(r.Uint64()), math.Ldexp(r.Float64()-0.5, r.IntN(140)-70), math.Trunc(math.Ldexp(r.Float64()-0.5, r.IntN(70))), float64(r.IntN(20001)-10000)/10000)
	}
	numbers = slices.DeleteFunc(numbers, func(v float64) bool { return v-v != 0 })
	checkEncoded(t, appendNumbers(nil, numbers), numbers)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("appendNumber takes %v", v)
				}
			}()
			appendNumber(nil, v)
		}()
	}
}

// TestAppendResult: states of every optimizer are written as json.Marshal writes them, with all
// that may be left out and without.
func TestAppendResult(t *testing.T) {
	type message struct {
		Type string         `json:"type"`
		ID   jsontext.Value `json:"id,omitzero"`
		nn.Result
	}
	for _, o := range nn.Optimizers() {
		for _, set := range []dataset.Name{"spiral", "plane"} {
			for _, held := range []float64{0, 0.25} {
				state := nntest.State(t, set, 40, 3, func(c *nn.Config) { c.Optimizer, c.LearningRate, c.TestFraction = o, 0.01, held })
				result, err := nn.Step(state, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range []string{"", `"a"`, `12`, `-1.50e+3`, `"é\u00e9\/<&\u0007"`} {
					m := message{Type: "train_step_result", Result: result}
					if id != "" {
						m.ID = jsontext.Value(id)
					}
					got, err := EncodeResult(m.ID, result, new(pace.Pace))
					if err != nil {
						t.Fatal(err)
					}
					checkEncoded(t, got, m)
					if size := ResultSize(result); len(got) > size || size > 2*len(got)+1024 {
						t.Errorf("ResultSize = %d for %d bytes", size, len(got))
					}
				}
				checkEncoded(t, AppendPoints(nil, state.Data), state.Data)
			}
		}
	}
	var empty nn.Result
	got, err := EncodeResult(nil, empty, new(pace.Pace))
	if err != nil {
		t.Fatal(err)
	}
	checkEncoded(t, got, message{Type: "train_step_result"})
	checkEncoded(t, AppendPoints(nil, nil), []nn.Point{})
	if got, err := EncodeResult(jsontext.Value(`"\ud800"`), empty, new(pace.Pace)); err == nil {
		t.Errorf("an id that is no text is written as %s", got)
	}
}

// TestAppendHistory: so are histories.
func TestAppendHistory(t *testing.T) {
	var h nn.History
	checkEncoded(t, AppendHistory(nil, h), h)
	for i := range 600 {
		m := nn.Metrics{Loss: 1 / float64(i+1)}
		if i > 100 {
			test, accuracy := float64(600-i)*1e-9, float64(i%7)/7
			m.Accuracy, m.TestLoss = &accuracy, &test
		}
		h.Add(3*i, i/2, m)
		if h.NeedsLayers(3*i) && i > 10 {
			h.AddLayers([]nn.LayerState{{Gradient: 1 / float64(i), Update: 1e-9 * float64(i), Idle: nn.Idle{Units: 3, Dead: i % 3}}, {Update: nn.NotMeasured}})
		}
		if i < 3 || i%50 == 0 || i == 599 {
			checkEncoded(t, AppendHistory(nil, h), h)
		}
	}
	h = nn.History{Step: []int{}, Epoch: []int{}, Loss: []float64{}, TestAccuracy: []float64{-1}, Best: &nn.Best{}, Since: 3}
	checkEncoded(t, AppendHistory(nil, h), h)
}

// TestAppendPrediction: and what predict answers.
func TestAppendPrediction(t *testing.T) {
	for _, outputs := range [][][]float64{nil, {}, {{}}, {{0.25, 0.75}, {1e-7, 1}}} {
		for _, id := range []jsontext.Value{nil, jsontext.Value(`"\u00e9"`)} {
			got, err := AppendPrediction(nil, id, outputs)
			if err != nil {
				t.Fatal(err)
			}
			checkEncoded(t, got, struct {
				Type    string         `json:"type"`
				ID      jsontext.Value `json:"id,omitzero"`
				Outputs [][]float64    `json:"outputs"`
			}{"predict_result", id, outputs})
		}
	}
}

// TestAppendAllocates: a buffer that has room is all the memory that an answer needs.
func TestAppendAllocates(t *testing.T) {
	state := nntest.State(t, "spiral", 50, 3, nil)
	result, err := nn.Step(state, 1)
	if err != nil {
		t.Fatal(err)
	}
	at := new(pace.Pace)
	buffer, err := EncodeResult(nil, result, at)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		buffer, _ = AppendResult(buffer[:0], nil, result, at)
		buffer = AppendPoints(AppendNetwork(buffer[:0], result.Network, at), nil)
	}); n != 0 {
		t.Errorf("%v allocations; want none", n)
	}
}

package wire

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	stdjson "encoding/json"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// readWith reads a message from one source alone.
func readWith(from source, kind Kind, limits Limits) (Message, error) {
	m := NewMessage(kind)
	err := readAll(&reader{from}, func(r *reader) error { return r.message(&m, kind, limits) })
	return m, err
}

// checkFast fails the test unless what a fastSource takes is what a strictSource takes, and
// DecodeMessage answers as a strictSource alone would. It reports whether the message was taken
// fast.
func checkFast(tb testing.TB, text string, kind Kind, limits Limits) bool {
	tb.Helper()
	strict, wrong := readWith(newStrictSource([]byte(text), "", new(pace.Pace)), kind, limits)
	fast, unusual := readWith(newFastSource([]byte(text), new(pace.Pace)), kind, limits)
	if unusual == nil && (wrong != nil || !sameMessage(fast, strict)) {
		tb.Fatalf("a fastSource reads %s as\n%+v; want\n%+v, %v", text, fast, strict, wrong)
	}
	got, err := DecodeMessage([]byte(text), kind, limits)
	if wrong == nil {
		wrong = strict.CheckCounts(kind)
	}
	if fmt.Sprint(err) != fmt.Sprint(wrong) || err == nil && !sameMessage(got, strict) {
		tb.Fatalf("DecodeMessage(%s) = %+v, %v; want %+v, %v", text, got, err, strict, wrong)
	}
	return unusual == nil
}

// sameMessage compares numbers bit for bit, and tells nil from empty.
func sameMessage(a, b Message) bool { return nntest.Same(a, b) && reflect.DeepEqual(a, b) }

// TestFastSourceUsual: the messages of the page and of programs are taken fast, with the values
// that were sent.
func TestFastSourceUsual(t *testing.T) {
	for _, o := range nn.Optimizers() {
		for _, set := range []dataset.Name{"spiral", "hills"} {
			state := nntest.State(t, set, 60, 20, func(c *nn.Config) {
				c.Optimizer, c.LearningRate, c.Schedule, c.HiddenLayers, c.Features = o, 0.01, nn.CosineDecay, []int{3, 12}, nn.Features()
			})
			text := fmt.Sprintf(`{"type":"train_step","id":"7 ~","config":%s,"network":%s,"data":%s,"steps":3,"frame_steps":2,"frame_ms":40}`,
				mustJSON(t, state.Config), mustJSON(t, state.Network), mustJSON(t, state.Data))
			var indented bytes.Buffer
			if err := stdjson.Indent(&indented, []byte(text), "\t", "  "); err != nil {
				t.Fatal(err)
			}
			spaced := " " + strings.NewReplacer(`":`, `": `, `,`, `, `).Replace(text) + "\r\n" // as Python writes it
			sorted := strings.Replace(text, string(mustJSON(t, state.Data)), sortedPoints(t, state.Data), 1)
			for _, text := range []string{text, indented.String(), spaced, sorted, strings.NewReplacer(`":`, `" : `, `,`, ` ,`).Replace(sorted)} {
				if !checkFast(t, text, Train, limits) {
					t.Errorf("a fastSource gives up at %s", text)
				}
			}
			m, err := DecodeMessage([]byte(text), Train, limits)
			if err != nil || !nntest.Same(m.State, state) || string(m.ID) != `"7 ~"` || m.Type != "train_step" || m.Steps != 3 || m.FrameSteps != 2 || m.FrameMS != 40 {
				t.Errorf("DecodeMessage = %+v, %v; want what was sent", m, err)
			}
		}
	}
	for _, text := range []string{
		`{}`, `{"data":[],"network":{},"config":{}}`, `{"id":12}`, `{"id":-1.5e+3}`, `{"data":[{"x":0,"y":1}]}`, `{"network":{"weights":[],"biases":[[],[1]]}}`,
		`{"data":[{"label":1,"x":0,"y":-0.5}]}`, `{"data":[{"y":1,"x":2},{"x":1,"y":0},{"x":0,"label":3,"y":1},{"y":1,"label":0,"x":2},{"x":0,"y":0,"label":1}]}`,
		`{"config":{"hidden_layers":[]},"data":[{"x":1,"y":-0.0,"label":1E-1} , {"x":0,"y":1}]}`,
	} {
		if !checkFast(t, text, Predict, limits) {
			t.Errorf("a fastSource gives up at %s", text)
		}
	}
	history := nn.History{}
	for i := range 300 {
		accuracy, test := rand.Float64(), rand.Float64()
		history.Add(i, i/3, nn.Metrics{Loss: rand.ExpFloat64(), Accuracy: &accuracy, TestLoss: &test})
		if history.NeedsLayers(i) {
			history.AddLayers([]nn.LayerState{{Gradient: rand.ExpFloat64(), Idle: nn.Idle{Units: 3, Dead: 1}}, {Update: nn.NotMeasured}})
		}
	}
	var got nn.History
	err := readAll(&reader{newFastSource(mustJSON(t, history), new(pace.Pace))}, func(r *reader) error { return r.history(&got) })
	if err != nil || !nntest.Same(got, history) {
		t.Errorf("a fastSource reads the history as %+v, %v; want %+v", got, err, history)
	}
}

// unusual are messages that only a strictSource may judge; not all of them are wrong.
var unusual = []string{
	``, ` `, `{`, `[]`, `null`, `{}{}`, `{} x`, `{}]`, `{"steps":1}}`, `{,}`, `{"steps":1,}`, `{"steps":1 "id":1}`, `{"steps"}`, `{"steps":}`, `{steps:1}`, `{'steps':1}`,
	`{"steps":1,"steps":1}`, `{"config":{},"config":{}}`, `{"network":{"step":1,"step":1}}`, `{"data":[],"data":[]}`, `{"network":{"weights":[],"biases":[],"weights":[]}}`,
	`{"Steps":1}`, `{"STEPS":1}`, `{"\u0073teps":1}`, `{"steps ":1}`, `{"":1}`, `{"speed":1}`, `{"config":{"Task":"regression"}}`, `{"data":[{"X":0,"y":0,"label":0}]}`,
	`{"data":[{"x":1,"y":0,"label":1}],"network":null}`, `{"config":null}`, `{"data":null}`, `{"data":[null]}`, `{"steps":null}`, `{"id":null}`, `{"id":{}}`, `{"id":true}`,
	`{"steps":"1"}`, `{"config":{"task":1}}`, `{"data":{}}`, `{"data":[[]]}`, `{"network":[]}`, `{"network":{"weights":[[1]]}}`, `{"network":{"biases":[1]}}`,
	`{"id":"é"}`, "{\"id\":\"\xff\"}", "{\"id\":\"\x7f\"}", "{\"id\":\"\x00\"}", "{\"id\":\"\n\"}", `{"id":"\\"}`, `{"id":"\ud800"}`, `{"id":"`, `{"id":"5`, "{\"id\":\"5\xff,\"steps\":1}",
	`{"id":"` + strings.Repeat("i", MaxID-1) + `"}`, `{"id":` + strings.Repeat("1", MaxID+1) + `}`,
	`{"data":[{"x":0,"y":0,"label":0,}]}`, `{"data":[{"x":0,"y":0,}]}`, `{"data":[{"x":0,"y":0,"label":0}`, `{"data":[{"x":0,"y":0,"label":0},]}`, `{"data":[,]}`, `{"data":[{}]}`, `{"data":[{"x":0}]}`,
	`{"data":[{"x":0,"y":0,"label":0,"label":0}]}`, `{"data":[{"x":0,"x":0,"label":0}]}`, `{"data":[{"label":0,"label":0,"x":0,"y":0}]}`, `{"data":[{"y":0,"x":0,"y":0}]}`, `{"data":[{"label":0,"x":0}]}`, `{"data":[{"label":0,"y":0,"z":0,"x":0}]}`,
	`{"data":[{"x":0,"y":0,"label":0},{"label":0,"x":0,"y":0,"x":1}]}`, `{"data":[{"label":0 "x":0,"y":0}]}`, `{"data":[{"label":0,,"x":0,"y":0}]}`, `{"data":[{,"label":0,"x":0,"y":0}]}`, `{"data":[{"label":0,"x":0,"y":0,}]}`, `{"data":[{"Label":0,"x":0,"y":0}]}`, `{"data":[{"x":0,"y":0,"label":0 "z":0}]}`, `{"data":[{" x":0,"y":0}]}`,
	`{"data":[` + strings.TrimSuffix(strings.Repeat(`{"x":0,"y":0,"label":0},`, 21), ",") + `]}`,
	`{"config":{"hidden_layers":[` + strings.TrimSuffix(strings.Repeat("1,", maxList+1), ",") + `]}}`,
	`{"network":{"biases":[[` + strings.TrimSuffix(strings.Repeat("1,", maxList+1), ",") + `]]}}`,
	`{"network":{"biases":[` + strings.TrimSuffix(strings.Repeat("[],", maxList+1), ",") + `]}}`,
	`{"network":{"weights":[` + strings.TrimSuffix(strings.Repeat("[],", maxList+1), ",") + `]}}`,
	`{"config":{"classes":0}}`, `{"config":{"seed":-1}}`, `{"config":{"seed":4294967296}}`, `{"config":{"seed":1.5}}`, `{"steps":1.5}`, `{"steps":9007199254740993e2}`, `{"format":"onnx"}`,
	"{\u00a0}", "\ufeff{}", "{}\x00", "{\v}", "{\"steps\"\f:1}", strings.Repeat(`{"config":`, 60), strings.Repeat(`[`, 60), `{"data":` + strings.Repeat(`[`, 20000),
}

// wrongNumbers are not JSON's, or fit no float64.
var wrongNumbers = []string{
	`01`, `-01`, `00`, `-`, `+1`, `.5`, `1.`, `-.5`, `1.e1`, `1e`, `1e+`, `1e-`, `1E+-1`, `1e1.5`, `1_0`, `0x10`, `0x1p-2`, `NaN`, `Infinity`, `-Infinity`, `inf`, `1e309`, `-1e309`, `1e999999999999999999999`,
	`1.7976931348623159e308`, `1 2`, `1-`, `1a`, `--1`, `1..2`, `"1"`, `true`,
}

// TestFastSourceUnusual: a fastSource gives up, and errors are those of a strictSource.
func TestFastSourceUnusual(t *testing.T) {
	few := Limits{Points: 20}
	for _, text := range unusual {
		if checkFast(t, text, Step, few) {
			t.Errorf("a fastSource takes %.100s", text)
		}
		checkFast(t, text, Predict, few)
		checkFast(t, text, Train, few)
	}
	for _, number := range wrongNumbers {
		for _, around := range []string{`{"steps":%s}`, `{"config":{"l1":%s}}`, `{"network":{"biases":[[0,%s]]}}`, `{"data":[{"x":%s,"y":0,"label":0}]}`, `{"id":%s}`} {
			text := fmt.Sprintf(around, number)
			if checkFast(t, text, Step, few) && around != `{"id":%s}` { // whose strings are another matter
				t.Errorf("a fastSource takes %s", text)
			}
		}
	}
}

// TestFastSourceCut: no message that is cut short or has one byte of another value makes a
// difference.
func TestFastSourceCut(t *testing.T) {
	few := Limits{Points: 20}
	others := []rune("\x00 \n\"\\,:{}[]-+.eE059xé")
	texts := []string{everything, strings.NewReplacer("é", "e", `\u00e9`, "", ":", " : ").Replace(everything)}
	texts = append(texts, strings.Replace(everything, `{"x":0.1,"y":-0,"label":2}`, `{"label":2,"x":0.1,"y":-0}`, 1))
	for _, text := range texts {
		for i := range text {
			checkFast(t, text[:i], Step, few)
			for k := range 5 {
				c := others[(i+4*k)%len(others)]
				checkFast(t, text[:i]+string(c)+text[i+1:], Step, few)
				checkFast(t, text[:i]+string(c)+text[i:], Predict, few)
			}
		}
	}
}

// TestFastNumbers: a fastSource reads numbers as strconv does, which rounds to the nearest.
func TestFastNumbers(t *testing.T) {
	exact := 0
	check := func(text string) {
		t.Helper()
		want, err := strconv.ParseFloat(text, 64)
		f := newFastSource([]byte(text), new(pace.Pace))
		got, ok := f.float()
		if ok != (err == nil) || ok && (math.Float64bits(got) != math.Float64bits(want) || f.at != len(text)) {
			t.Fatalf("%s is read as %v, %v; want %v, %v", text, got, ok, want, err)
		}
	}
	for _, text := range []string{
		"0", "-0", "-0.0", "0e5", "-0e-400", "0.000", "1e22", "1e23", "1e-22", "1e-23", "1e-27", "1e-28", "9007199254740992", "9007199254740993", "9007199254740993e-22", "9007199254740993e22",
		"9999999999999999999", "10000000000000000000", "18446744073709551615", "18446744073709551616", "18446744073709551615e-27", "18446744073709551615e-28",
		"1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "4.9e-324", "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308", "1e-400", "1e400",
		"0.00000000000000000000000012345678901234567", "0.0000000000000000000000000000000000", "123456789012345678901234567890", "0.30000000000000004", "1E5", "1e+5", "1e00005", "1e-00005", "1e1000000000000000000000000", "1e-99999999999999999999999",
		"9007199254740993.0", "9007199254740992.99999", "9007199254740993.00000000000000000000000001", "4503599627370497.5", "4503599627370498.5", "1152921504606847104", "1152921504606847103", "1152921504606847105",
	} {
		check(text)
		check("-" + text)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300_000 {
		m, places := r.Uint64()>>r.IntN(64), r.IntN(60)-30
		if v, ok := decimal(m, places); ok {
			exact++
			text := fmt.Sprintf("%de%d", m, -places)
			if want, _ := strconv.ParseFloat(text, 64); v != want {
				t.Fatalf("decimal(%d, %d) = %v; want %v", m, places, v, want)
			}
		}
		v := math.Float64frombits(r.Uint64())
		if r.IntN(2) == 0 {
			v = math.Ldexp(r.Float64(), r.IntN(80)-60)
		}
		if v-v != 0 {
			continue
		}
		check(strconv.FormatFloat(v, "efg"[r.IntN(3)], r.IntN(22)-1, 64))
		// Halfway between two neighbours, and next to it: what is hardest to round.
		half := new(big.Float).SetPrec(80).SetInt64(1<<53 + r.Int64N(1<<53))
		half.SetMantExp(half.Add(half, big.NewFloat(0.5)), -r.IntN(60))
		for digits := range 6 {
			check(half.Text('f', 14+digits))
		}
	}
	if exact < 100_000 {
		t.Errorf("%d of 300000 numbers were read by exact arithmetic; want most", exact)
	}
}

// FuzzFastSource: whatever is sent, what a fastSource takes is what a strictSource takes.
func FuzzFastSource(f *testing.F) {
	for _, seed := range append(decodeSeeds(f), unusual...) {
		f.Add([]byte(seed), byte(len(seed)))
	}
	for _, number := range wrongNumbers {
		f.Add([]byte(`{"network":{"biases":[[0,`+number+`]]}}`), byte(0))
	}
	state := nntest.State(f, "circles", 5, 3, nil)
	f.Add(fmt.Appendf(nil, `{"config":%s, "network":%s, "data":%s}`, mustJSON(f, state.Config), mustJSON(f, state.Network), mustJSON(f, state.Data)), byte(0))
	few := Limits{Points: 20}
	f.Fuzz(func(t *testing.T, body []byte, n byte) {
		checkFast(t, string(body), []Kind{Step, Train, Predict, Layers, Export}[n%5], few)
	})
}

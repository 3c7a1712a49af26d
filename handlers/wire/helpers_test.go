package wire

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// limits are those of a server.
var limits = Limits{Points: 2000}

// describeAs returns the code of an error as a client is told it, with its field.
func describeAs(err error) string {
	if err == nil {
		return "ok"
	}
	b := Describe(err)
	return strings.TrimSpace(string(b.Code) + " " + b.Field)
}

func mustJSON(tb testing.TB, v any) []byte {
	tb.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// stdJSON is JSON as encoding/json writes it, with the members of maps sorted.
func stdJSON(tb testing.TB, v any) []byte {
	tb.Helper()
	text, err := stdjson.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// checkError checks that an error of a decoder is one that a client can understand and act on.
func checkError(tb testing.TB, err error, codes ...Code) {
	tb.Helper()
	var known *Error
	if !errors.As(err, &known) {
		tb.Fatalf("error %v is a %T; want a *Error", err, err)
	}
	b := Describe(err)
	listed := false
	for _, c := range codes {
		listed = listed || b.Code == c
	}
	if !listed {
		tb.Errorf("error %v has the code %s; want one of %v", err, b.Code, codes)
	}
	if b.Message == "" || !utf8.ValidString(b.Message) || !utf8.ValidString(b.Field) {
		tb.Errorf("error has the field %q and the message %q; want readable text", b.Field, b.Message)
	}
	if _, err := json.Marshal(ErrorMessage{Type: "error", Error: b}); err != nil {
		tb.Errorf("error %v cannot be encoded: %v", b, err)
	}
}

// everything is a train_step message with every member of the contract.
const everything = `{"type":"train_step","id":"é\u00e9","config":{"task":"classification","features":["x","y","x2","y2","xy","sin_x","sin_y"],` +
	`"hidden_layers":[2],"activation":"leaky_relu","init":"he","classes":3,"optimizer":"adamw","learning_rate":1e-3,"schedule":"cosine","schedule_steps":5e2,"schedule_factor":0,"batch_size":2,` +
	`"l1":0.5,"l2":1e-300,"dropout":0.9,"test_fraction":0.25,"seed":4294967295},` +
	`"network":{"weights":[[[0.1,-0.2,3e-7,4,-5.5,6,7],[1,2,3,4,5,6,-0]],[[0.1,0.2],[0.3,0.4],[0.5,0.6]]],"biases":[[1,2],[3,4,5]],` +
	`"optimizer":{"name":"adamw","updates":3,` +
	`"first":{"weights":[[[1,2,3,4,5,6,7],[1,2,3,4,5,6,7]],[[1,2],[3,4],[5,6]]],"biases":[[1,2],[3,4,5]]},` +
	`"second":{"weights":[[[1,2,3,4,5,6,7],[1,2,3,4,5,6,7]],[[1,2],[3,4],[5,6]]],"biases":[[1,2],[3,4,5]]}},"step":4503599627370496,"epoch":1},` +
	`"data":[{"x":-1,"y":1,"label":0},{"x":0.1,"y":-0,"label":2}],"steps":1}`

// decodeSeeds has every member of the contract, every value it lists by name, and one of each kind
// of fault.
func decodeSeeds(tb testing.TB) []string {
	seeds := []string{
		everything,
		`{}`,
		`{"type":"train_step","steps":0,"frame_steps":10,"frame_ms":40,"data":[{"x":0,"y":0,"label":1}]}`,
		`{"type":"predict","network":null,"data":[{"x":0.5,"y":0.5}]}`,
		`{"network":{},"data":[]}`,
		`{"data":[{"label":1,"x":0.5,"y":-0.5},{"y":0,"x":1,"label":0},{"x":0,"y":0,"label":1}]}`,
		`{"data":[{ "label" : 1 , "x" : 0.5 , "y" : 1 }]}`,
		`{"network":{"weights":[],"biases":[]}}`,
		`{"network":{"optimizer":{},"step":0,"epoch":0}}`,
		`{"network":{"step":1}}`,
		`{"config":{"hidden_layers":[]},"network":{"weights":[[[1,2],[3,4]]],"biases":[[5,6]]}}`,
		`{"config":{"hidden_layers":[],"task":"regression"},"network":{"weights":[[[1e308,-1e308]]],"biases":[[5e-324]],"optimizer":{"name":"adam"}},"data":[{"x":0,"y":0,"label":-0.5}]}`,
		`{"config":{"hidden_layers":[],"optimizer":"sgd"},"network":{"weights":[[[1,2],[3,4]]],"biases":[[5,6]],"optimizer":{"name":"sgd","updates":7}}}`,
		`{"config":{"hidden_layers":[1e1,1.0]}}`,
		`{"id":-1.50e+3}`,
		`{"id":""}`,
		` {"steps" : 1 } `,
		`{"steps":1}{}`, `{"steps":1`, `[]`, `null`, ``, `{"steps":1,"steps":1}`, `{"steps":1,}`, `{"speed":1}`, "{\"id\":\"\xff\"}", "\ufeff{}",
		`{"id":"\ud800"}`, `{"steps":01}`, `{"config":{"learning_rate":1e999}}`, `{"data":[{"x":NaN}]}`, `{"data":[{"x":0,"y":0,"label":0,"z":0}]}`,
		strings.Repeat(`{"config":`, 50), strings.Repeat(`[`, 50),
		`{"data":[` + strings.TrimSuffix(strings.Repeat(`{"x":0,"y":0,"label":0},`, 21), ",") + `]}`,
	}
	config := func(member string, value any) {
		text, err := json.Marshal(value)
		if err != nil {
			tb.Fatal(err)
		}
		seeds = append(seeds, fmt.Sprintf(`{"config":{"%s":%s}}`, member, text))
	}
	for _, v := range nn.Tasks() {
		config("task", v)
	}
	for _, v := range nn.Features() {
		config("features", []nn.Feature{v})
	}
	for _, v := range nn.Activations() {
		config("activation", v)
	}
	for _, v := range nn.Inits() {
		config("init", v)
	}
	for _, v := range nn.Optimizers() {
		config("optimizer", v)
	}
	for _, v := range nn.Schedules() {
		config("schedule", v)
	}
	for _, member := range []string{"classes", "learning_rate", "schedule_steps", "schedule_factor", "batch_size", "l1", "l2", "dropout", "test_fraction", "seed"} {
		for _, v := range []float64{0, 1, 0.5, 10, 11, -1} {
			config(member, v)
		}
	}
	return seeds
}

// checkRoundTrip encodes a prepared message as the server does and as a client sends it back, and
// checks that it comes out as it went in.
func checkRoundTrip(tb testing.TB, m Message, kind Kind) {
	tb.Helper()
	texts := map[string][]byte{}
	for name, value := range map[string]any{"config": m.State.Config, "network": m.State.Network, "data": m.State.Data} {
		text, err := json.Marshal(value)
		if err != nil {
			tb.Fatalf("encoding the %s: %v", name, err)
		}
		texts[name] = text
	}
	body := fmt.Appendf(nil, `{"config":%s,"network":%s,"data":%s}`, texts["config"], texts["network"], texts["data"])
	again, err := DecodeMessage(body, kind, limits)
	if err == nil {
		again.State, err = again.State.Prepare()
	}
	if err != nil {
		tb.Fatalf("DecodeMessage(%s): %v; want the state that was encoded", body, err)
	}
	if !nntest.Same(again.State, m.State) {
		tb.Errorf("the state = %+v; want as it was encoded, %+v", again.State, m.State)
	}
	answer, err := EncodeResult(m.ID, nn.Result{Network: m.State.Network}, new(pace.Pace))
	if err != nil {
		tb.Fatalf("EncodeResult: %v", err)
	}
	var got struct{ ID, Network jsontext.Value }
	if err := json.Unmarshal(answer, &got, json.MatchCaseInsensitiveNames(true)); err != nil {
		tb.Fatalf("the answer %s cannot be read: %v", answer, err)
	}
	if !sameID(got.ID, m.ID) {
		tb.Errorf("the answer has the id %s; want %s", got.ID, m.ID)
	}
	var network nn.Network
	if err := (&reader{newStrictSource(got.Network, "network", new(pace.Pace))}).network(&network); err != nil || !nntest.Same(network, m.State.Network) {
		tb.Errorf("the answer has the network %+v, %v; want %+v", network, err, m.State.Network)
	}
}

// sameID reports whether two ids are the same value: strings may be escaped in another way.
func sameID(a, b jsontext.Value) bool {
	var aText, bText string
	if stdjson.Unmarshal(a, &aText) == nil && stdjson.Unmarshal(b, &bText) == nil {
		return aText == bText
	}
	return bytes.Equal(a, b)
}

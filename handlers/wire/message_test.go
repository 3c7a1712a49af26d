package wire

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/nn/nntest"
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

// TestDecodePath: the field of an error is the path of the value at fault, as a
// person would write it.
func TestDecodePath(t *testing.T) {
	long := strings.Repeat("n", 50)
	for _, test := range []struct{ name, body, want string }{
		{"Slash", `{"a/b":1}`, "malformed a/b"},
		{"Tilde", `{"a~b":1}`, "malformed a~b"},
		{"TildeOne", `{"a~1b":1}`, "malformed a~1b"},
		{"Dot", `{"config":{"a.b":1}}`, "malformed config.a.b"},
		{"Digits", `{"config":{"0":1}}`, "malformed config.0"},
		{"DigitsInPoint", `{"data":[{"x":0,"y":0,"label":0},{"0":1}]}`, "malformed data[1].0"},
		{"NoName", `{"config":{"":1}}`, "malformed config."},
		{"Escaped", `{"config":{"\u0053eed":1}}`, "malformed config.Seed"},
		{"Long", `{"config":{"` + long + `":1}}`, "malformed config." + long[:40] + "…"},
		{"LongCutInRune", `{"config":{"` + long[:39] + `éé":1}}`, "malformed config." + long[:39] + "…"},
		{"LongThenIndex", `{"data":[{"` + long + `":1}]}`, "malformed data[0]." + long[:40] + "…"},
		{"Nested", `{"network":{"optimizer":{"first":{"weights":[[],[[],[0,null]]]}}}}`, "malformed network.optimizer.first.weights[1][1][1]"},
		{"Second", `{"network":{"optimizer":{"second":{"biases":[[0],[0,"1"]]}}}}`, "malformed network.optimizer.second.biases[1][1]"},
		{"Layer", `{"network":{"weights":[[[0]],{}]}}`, "malformed network.weights[1]"},
		{"Overflow", `{"network":{"biases":[[0,-1e400]]}}`, "invalid network.biases[0][1]"},
		{"SyntaxInList", `{"config":{"hidden_layers":[8,,8]}}`, "malformed config.hidden_layers[1]"},
		{"SyntaxInObject", `{"config":{"seed":+1}}`, "malformed config.seed"},
		{"DuplicateDeep", `{"data":[{"x":0,"y":0,"label":0,"y":0}]}`, "malformed data[0].y"},
		{"MissingX", `{"data":[{"y":0,"label":0}]}`, "invalid data[0].x"},
		{"MissingLabel", `{"data":[{"x":0,"y":0,"label":0},{"x":0,"y":0}]}`, "invalid data[1].label"},
		{"SeedLarge", `{"config":{"seed":4294967296}}`, "invalid config.seed"},
		{"ClassesZero", `{"config":{"classes":0}}`, "invalid config.classes"},
		{"IDMost", `{"id":"` + strings.Repeat("a", 254) + `","steps":0}`, "invalid steps"},
		{"IDLong", `{"id":"` + strings.Repeat("a", 255) + `"}`, "invalid id"},
		{"ListsOfLists", `{"network":{"weights":[[` + strings.Repeat("[],", 1000) + `[],[]]]}}`, "invalid network.weights[0][1000]"},
		{"ManyNumbers", `{"network":{"biases":[[` + strings.Repeat("0,", 1000) + `0,{}]]}}`, "invalid network.biases[0][1000]"},
		{"ManyLayers", `{"config":{"hidden_layers":[` + strings.Repeat("1,", 1000) + `1,{}]}}`, "invalid config.hidden_layers[1000]"},
		{"ManyFeatures", `{"config":{"features":[` + strings.Repeat(`"x",`, 1000) + `"x",{}]}}`, "invalid config.features[1000]"},
		{"WholePastExact", `{"network":{"step":9007199254740994}}`, "invalid network.step"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := DecodeMessage([]byte(test.body), Step, limits)
			if describeAs(err) != test.want {
				t.Errorf("DecodeMessage(%s) = %v (%s); want %s", test.body, err, describeAs(err), test.want)
			}
		})
	}
}

// TestDecodePathPrefix: in a form the path begins with the field's name.
func TestDecodePathPrefix(t *testing.T) {
	for _, test := range []struct{ field, text, want string }{
		{"config", `{"seed":"1"}`, "malformed config.seed"},
		{"config", `{"seed":1`, "malformed config"},
		{"config", `{"seed":1}x`, "malformed config"},
		{"config", `{"seed":1 "task":1}`, "malformed config.seed"},
		{"config", `[]`, "malformed config"},
		{"network", `{"weights":[[[0,{}]]]}`, "malformed network.weights[0][0][1]"},
		{"data", `[{"x":0,"y":0,"label":0},7]`, "malformed data[1]"},
		{"data", `[{"x":0,"y":0}]`, "invalid data[0].label"},
		{"data", `{}`, "malformed data"},
		{"id", `{}`, "malformed id"},
		{"id", `"a`, "malformed id"},
	} {
		_, err := DecodeForm(url.Values{test.field: {test.text}}, messageFields, Step, limits)
		if got := describeAs(err); got != test.want && !(strings.HasPrefix(test.text, `{"seed":1 `) && strings.HasPrefix(got, "malformed config")) {
			t.Errorf("DecodeForm(%s=%s) = %v (%s); want %s", test.field, test.text, err, got, test.want)
		}
	}
}

// TestDecodeMembers: which members a message may have depends on its address.
func TestDecodeMembers(t *testing.T) {
	const unlabelled = `{"data":[{"x":0,"y":0}]}`
	for _, test := range []struct {
		name string
		kind Kind
		body string
		want string
	}{
		{"StepSteps", Step, `{"steps":1}`, "ok"},
		{"StepWhole", Step, `{"steps":1e2}`, "ok"},
		{"StepZero", Step, `{"steps":0}`, "invalid steps"},
		{"StepMost", Step, `{"steps":100000}`, "ok"},
		{"StepTooMany", Step, `{"steps":100001}`, "invalid steps"},
		{"StepFrames", Step, `{"frame_steps":1}`, "malformed frame_steps"},
		{"StepUnlabelled", Step, unlabelled, "invalid data[0].label"},
		{"TrainZero", Train, `{"steps":0}`, "ok"},
		{"TrainNegative", Train, `{"steps":-1}`, "invalid steps"},
		{"TrainFrames", Train, `{"frame_steps":100000,"frame_ms":60000}`, "ok"},
		{"TrainFramesZero", Train, `{"frame_steps":0}`, "invalid frame_steps"},
		{"TrainFramesMany", Train, `{"frame_steps":100001}`, "invalid frame_steps"},
		{"TrainLong", Train, `{"frame_ms":60001}`, "invalid frame_ms"},
		{"TrainNegativeMS", Train, `{"frame_ms":-1}`, "invalid frame_ms"},
		{"TrainUnlabelled", Train, unlabelled, "invalid data[0].label"},
		{"PredictUnlabelled", Predict, unlabelled, "ok"},
		{"PredictSteps", Predict, `{"steps":1}`, "malformed steps"},
		{"PredictFrames", Predict, `{"frame_ms":1}`, "malformed frame_ms"},
	} {
		if _, err := DecodeMessage([]byte(test.body), test.kind, limits); describeAs(err) != test.want {
			t.Errorf("%s: DecodeMessage(%s) = %v (%s); want %s", test.name, test.body, err, describeAs(err), test.want)
		}
	}
}

// TestDecodeDefaults: what is left out has its default, which is not the same
// for each address.
func TestDecodeDefaults(t *testing.T) {
	for _, test := range []struct {
		kind  Kind
		steps int
	}{{Step, 1}, {Train, 0}, {Predict, 1}} {
		m, err := DecodeMessage([]byte(`{}`), test.kind, limits)
		want := Message{State: nn.State{Config: nn.DefaultConfig()}, Steps: test.steps, FrameSteps: 1}
		if err != nil || !reflect.DeepEqual(m, want) {
			t.Errorf("DecodeMessage({}, %+v) = %+v, %v; want %+v", test.kind, m, err, want)
		}
	}
}

// TestDecodeID: an error carries the id of its message wherever the id stands,
// if it can be found at all.
func TestDecodeID(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"Good", `{"id":"a"}`, `"a"`},
		{"Before", `{"id":7,"steps":"1"}`, `7`},
		{"Behind", `{"steps":"1","id":"a"}`, `"a"`},
		{"BehindDeep", `{"config":{"features":["x",{"id":1}]},"id":"b"}`, `"b"`},
		{"BehindUnknown", `{"speed":[[{}]],"id":1.50}`, `1.50`},
		{"BehindCount", `{"steps":0,"id":-0}`, `-0`},
		{"Inner", `{"config":{"id":5}}`, ``},
		{"WrongType", `{"id":{}}`, ``},
		{"Null", `{"id":null}`, ``},
		{"First", `{"id":1,"id":2}`, `1`},
		{"BrokenBehind", `{"id":"a","config":`, `"a"`},
		{"BrokenBefore", `{"config":{,"id":"a"}`, ``},
		{"List", `[{"id":1}]`, ``},
		{"Unicode", `{"steps":"1","id":"é\u00e9"}`, `"é\u00e9"`},
		{"Empty", ``, ``},
	} {
		m, err := DecodeMessage([]byte(test.body), Step, limits)
		if string(m.ID) != test.want {
			t.Errorf("%s: DecodeMessage(%s).id = %s (%v); want %s", test.name, test.body, m.ID, err, test.want)
		}
	}
}

// TestDecodeLimitFirst: a list of points that is too long is refused at the
// point that is too many, whatever follows.
func TestDecodeLimitFirst(t *testing.T) {
	two := Limits{Points: 2}
	const point = `{"x":0,"y":0,"label":0}`
	for _, test := range []struct{ body, want string }{
		{`{"data":[` + point + `,` + point + `]}`, "ok"},
		{`{"data":[` + point + `,` + point + `,` + point + `]}`, "too_large data"},
		{`{"data":[` + point + `,` + point + `,not JSON`, "too_large data"},
	} {
		if _, err := DecodeMessage([]byte(test.body), Step, two); describeAs(err) != test.want {
			t.Errorf("DecodeMessage(%s) = %v; want %s", test.body, err, test.want)
		}
	}
}

// TestDecodeMessages: an error of the grammar says what is wrong and where, and
// holds nothing of the text but what is short.
func TestDecodeMessages(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{``, "is not complete JSON"},
		{`{"id":1`, "is not complete JSON"},
		{`{"steps":1}x`, "has something behind the end of its JSON"},
		{`{"steps":tru}`, "steps is not JSON"},
		{`{"steps":true}`, "steps must be a number; got a boolean"},
		{`{"steps":null}`, "steps must be a number; got null"},
		{`{"config":[]}`, "config must be an object; got a list"},
		{`{"data":{}}`, "data must be a list; got an object"},
		{`{"data":"` + strings.Repeat("long ", 1000) + `"}`, "data must be a list; got a string"},
		{`{"type":1}`, "type must be a string; got a number"},
		{`{"id":[]}`, "id must be a string or a number; got a list"},
		{`{"steps":1,"steps":1}`, "steps is given twice"},
		{`{"speed":1}`, "speed is not a member that this message has"},
		{`{"steps":1.5}`, "steps must be a whole number; got 1.5"},
	} {
		_, err := DecodeMessage([]byte(test.body), Step, limits)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || len(err.Error()) > 200 {
			t.Errorf("DecodeMessage(%.60s) = %v; want %s", test.body, err, test.want)
		}
	}
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

// decodeSeeds has every member of the contract, every value it lists by name,
// and one of each kind of fault.
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

// FuzzDecodeMessage: whatever is sent, the decoder answers with a message or
// with an error that a client understands. What it takes is JSON, and what it
// took survives the way through our encoder bit for bit.
func FuzzDecodeMessage(f *testing.F) {
	for _, seed := range decodeSeeds(f) {
		for kind := range byte(3) {
			f.Add([]byte(seed), kind)
		}
	}
	// Few points keep a run fast; the limit is checked alike.
	few := Limits{Points: 20}
	f.Fuzz(func(t *testing.T, body []byte, n byte) {
		kind := []Kind{Step, Train, Predict}[n%3]
		sent := bytes.Clone(body)
		m, err := DecodeMessage(body, kind, few)
		if !bytes.Equal(body, sent) {
			t.Fatalf("DecodeMessage changed its body from %q to %q", sent, body)
		}
		valid := stdjson.Valid(body)
		if err != nil {
			checkError(t, err, CodeMalformed, CodeInvalid, CodeTooLarge)
			// Text that is not UTF-8 and half surrogates are all that encoding/json takes and we do not.
			strict := !utf8.Valid(body) || bytes.Contains(body, []byte(`\u`))
			if valid && !strict && strings.Contains(err.Error(), "JSON") {
				t.Errorf("DecodeMessage(%s) = %v; encoding/json finds it valid", body, err)
			}
			return
		}
		if !valid {
			t.Fatalf("DecodeMessage(%q) succeeds; encoding/json finds it invalid", body)
		}
		if len(m.State.Data) > few.Points {
			t.Errorf("DecodeMessage took %d points; want at most %d", len(m.State.Data), few.Points)
		}
		if again, err := DecodeMessage(body, kind, few); err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("DecodeMessage twice = %+v, then %+v, %v", m, again, err)
		}
		if m.State, err = m.State.Prepare(); err != nil {
			if b := Describe(err); b.Code != CodeInvalid || b.Field == "" {
				t.Errorf("Prepare: %v is %s for field %q; want invalid for a field", err, b.Code, b.Field)
			}
			return
		}
		checkRoundTrip(t, m, kind)
	})
}

// checkRoundTrip encodes a prepared message as the server does and as a client
// sends it back, and checks that it comes out as it went in.
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
	answer, err := EncodeResult(m.ID, nn.Result{Network: m.State.Network})
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
	if err := newReader(got.Network, "network").network(&network); err != nil || !nntest.Same(network, m.State.Network) {
		tb.Errorf("the answer has the network %+v, %v; want %+v", network, err, m.State.Network)
	}
}

// sameID reports whether two ids are the same value: strings may be escaped in
// another way.
func sameID(a, b jsontext.Value) bool {
	var aText, bText string
	if stdjson.Unmarshal(a, &aText) == nil && stdjson.Unmarshal(b, &bText) == nil {
		return aText == bText
	}
	return bytes.Equal(a, b)
}

// TestDecodeRoundTrip is the round trip of what every optimizer and task keeps.
func TestDecodeRoundTrip(t *testing.T) {
	for _, o := range nn.Optimizers() {
		for _, set := range []dataset.Name{"circles", "hills"} {
			t.Run(string(o)+"/"+string(set), func(t *testing.T) {
				state := nntest.State(t, set, 40, 3, func(c *nn.Config) { c.Optimizer, c.LearningRate = o, 0.01 })
				checkRoundTrip(t, Message{State: state, ID: jsontext.Value(`"1"`)}, Step)
			})
		}
	}
}

// TestDecodeEverything: the message with every member is taken, and each member
// arrives where it belongs.
func TestDecodeEverything(t *testing.T) {
	m, err := DecodeMessage([]byte(everything), Step, limits)
	if err != nil {
		t.Fatalf("DecodeMessage(everything): %v", err)
	}
	wantConfig := nn.Config{
		Task: "classification", Features: nn.Features(), HiddenLayers: []int{2}, Activation: "leaky_relu", Init: "he", Classes: 3, Optimizer: "adamw",
		LearningRate: 1e-3, Schedule: "cosine", ScheduleSteps: 500, ScheduleFactor: 0, BatchSize: 2, L1: 0.5, L2: 1e-300, Dropout: 0.9, TestFraction: 0.25, Seed: 4294967295,
	}
	if !nntest.Same(m.State.Config, wantConfig) {
		t.Errorf("config = %+v; want %+v", m.State.Config, wantConfig)
	}
	n := m.State.Network
	if n.Step != 1<<52 || n.Epoch != 1 || n.Optimizer.Updates != 3 || n.Optimizer.Optimizer != nn.AdamW || n.Optimizer.First.Biases[1][2] != 5 ||
		n.Optimizer.Second.Weights[1][2][1] != 6 || n.Weights[0][0][2] != 3e-7 || n.Biases[0][1] != 2 {
		t.Errorf("network = %+v; want that of the message", n)
	}
	if want := []nn.Point{{X: -1, Y: 1}, {X: 0.1, Label: 2}}; !reflect.DeepEqual(m.State.Data, want) {
		t.Errorf("data = %+v; want %+v", m.State.Data, want)
	}
	if m.Type != "train_step" || m.Steps != 1 || !m.ClassesSet || string(m.ID) != `"é\u00e9"` {
		t.Errorf("message = %+v; want type, id, steps and classes", m)
	}
	checkRoundTrip(t, m, Step)
}

// TestConfigMembers: both sources read each member of nn.Config.
func TestConfigMembers(t *testing.T) {
	for _, name := range nntest.ConfigMembers() {
		config := nn.DefaultConfig()
		nntest.ChangeMember(t, &config, name)
		text := mustJSON(t, config)
		for what, source := range map[string]source{
			"fast": &fastSource{json: text}, "strict": newStrictSource(text, ""),
		} {
			var got nn.Config
			var classesSet bool
			err := readAll(&reader{source}, func(r *reader) error { return r.config(&got, &classesSet) })
			if err != nil || !reflect.DeepEqual(got, config) || classesSet != (name == "classes") {
				t.Errorf("the %s source reads %s as %+v, %v; want %+v", what, text, got, err, config)
			}
		}
	}
}

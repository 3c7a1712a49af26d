package wire

import (
	"bytes"
	stdjson "encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// TestDecodePath: the field of an error is the path of the value at fault, as a person would write
// it.
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

// TestDecodeDefaults: what is left out has its default, which is not the same for each address.
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

// TestDecodeID: an error carries the id of its message wherever the id stands, if it can be found
// at all.
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

// TestDecodeType: a message says no type, or the one of its kind.
func TestDecodeType(t *testing.T) {
	for kind := Step; kind <= Export; kind++ {
		for name, want := range map[string]bool{kind.TypeName(): true, "": false, "train_stop": false, "Predict": false} {
			_, err := DecodeMessage([]byte(`{"type":"`+name+`"}`), kind, Limits{})
			if (err == nil) != want || err != nil && Describe(err).Field != "type" {
				t.Errorf("a message to %s with the type %q: %v; want ok %v", kind.TypeName(), name, err, want)
			}
			_, err = DecodeForm(url.Values{"type": {name}}, messageFields, kind, Limits{})
			if want = want || name == ""; (err == nil) != want || err != nil && Describe(err).Code != CodeMalformed {
				t.Errorf("a form to %s with the type %q: %v; want ok %v", kind.TypeName(), name, err, want)
			}
		}
	}
	const moments = `{"network":{"optimizer":{"name":""}}}`
	if _, err := DecodeMessage([]byte(moments), Step, Limits{}); err == nil || Describe(err).Field != "network.optimizer.name" {
		t.Errorf("moments without the name of an optimizer: %v; want an error", err)
	}
}

// TestDecodeLimitFirst: a list of points that is too long is refused at the point that is too many,
// whatever follows.
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

// TestDecodeMessages: an error of the grammar says what is wrong and where, and holds nothing of
// the text but what is short.
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

// FuzzDecodeMessage: whatever is sent, the decoder answers with a message or with an error that a
// client understands. What it takes is JSON, and what it took survives the way through our encoder
// bit for bit.
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
			// Text that is not UTF-8 and half surrogates are all that encoding/json takes and we do
			// not.
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

// TestDecodeEverything: the message with every member is taken, and each member arrives where it
// belongs.
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
			"fast": newFastSource(text, new(pace.Pace)), "strict": newStrictSource(text, "", new(pace.Pace)),
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

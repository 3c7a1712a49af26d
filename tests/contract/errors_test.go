package contract

import (
	"context"
	"maps"
	"strings"
	"testing"
)

// good is a train_step with something of everything. The tables of bad input change one place in
// it.
const good = `{"type":"train_step","id":"good",` +
	`"config":{"task":"classification","features":["x","y"],"hidden_layers":[3,2],"activation":"tanh","init":"auto","classes":2,` +
	`"optimizer":"adam","learning_rate":0.1,"schedule":"exponential","schedule_steps":50,"schedule_factor":0.5,"batch_size":3,"l1":0.01,"l2":0.02,"dropout":0.25,"test_fraction":0.125,"seed":5},` +
	`"network":{"weights":[[[0.1,0.2],[0.3,0.4],[0.5,0.6]],[[0.7,0.8,0.9],[-0.1,-0.2,-0.3]],[[-0.4,-0.5],[-0.6,-0.7]]],` +
	`"biases":[[0.01,0.02,0.03],[0.04,0.05],[0.06,0.07]],"optimizer":{},"step":0,"epoch":0},` +
	`"data":[{"x":0.5,"y":-0.5,"label":0},{"x":-0.25,"y":0.25,"label":1},{"x":0.125,"y":0.75,"label":1},{"x":-0.75,"y":-0.125,"label":0}],` +
	`"steps":1}`

// bad is one thing wrong with good: old replaced by new, or with no old new instead of it all.
type bad struct {
	name, old, new string
	code, field    string // alternatives as in check
}

func (b bad) text(tb testing.TB) []byte {
	tb.Helper()
	if b.old == "" {
		return []byte(b.new)
	}
	if n := strings.Count(good, b.old); n != 1 {
		tb.Fatalf("%q is %d times in the good request; want once", b.old, n)
	}
	return []byte(strings.Replace(good, b.old, b.new, 1))
}

// either is for what the contract does not decide: whether a number that is none of the member's
// kind is of a wrong type or out of range.
const either = "malformed|invalid"

var badSyntax = []bad{
	{"Empty", "", "", "malformed", ""},
	{"Space", "", " ", "malformed", ""},
	{"Text", "", "step please", "malformed", ""},
	{"Null", "", "null", "malformed", ""},
	{"Number", "", "17", "malformed", ""},
	{"Array", "", "[" + good + "]", "malformed", ""},
	{"String", "", `"train_step"`, "malformed", ""},
	{"CutShort", "", good[:len(good)-1], "malformed", "*"},
	{"CutInMember", "", good[:len(good)/2], "malformed", "*"},
	{"TrailingValue", "", good + "{}", "malformed", ""},
	{"TrailingSecond", "", good + good, "malformed", ""},
	{"TrailingText", "", good + "\nx", "malformed", ""},
	{"TrailingNull", "", good + "\x00", "malformed", ""},
	{"Comma", `"steps":1}`, `"steps":1,}`, "malformed", "*"},
	{"Comment", `"steps":1}`, `"steps":1/* one */}`, "malformed", "*"},
	{"SingleQuotes", `"train_step"`, `'train_step'`, "malformed", "*"},
	{"NaN", `0.1,"schedule`, `NaN,"schedule`, "malformed", "*"},
	{"Infinity", `0.1,"schedule`, `Infinity,"schedule`, "malformed", "*"},
	{"LeadingZero", `"steps":1`, `"steps":01`, "malformed", "*"},
	{"LeadingPlus", `"steps":1`, `"steps":+1`, "malformed", "*"},
	{"Hexadecimal", `"steps":1`, `"steps":0x1`, "malformed", "*"},
	{"BarePoint", `"x":0.5`, `"x":.5`, "malformed", "*"},
	{"ControlCharacter", `"good"`, "\"go\x01od\"", "malformed", "*"},
	{"DeepArrays", `"steps":1`, `"steps":` + strings.Repeat("[", 100_000), "malformed", "*"},
	{"DeepObjects", `"optimizer":{}`, `"optimizer":` + strings.Repeat(`{"a":`, 50_000), "malformed", "*"},
	{"DeepUnknown", `"steps":1`, `"steps":1,"z":` + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000), "malformed", "*"},
}

var badMembers = []bad{
	{"Unknown", `"steps":1`, `"steps":1,"speed":2`, "malformed", "speed"},
	{"UnknownNull", `"steps":1`, `"steps":1,"speed":null`, "malformed", "speed"},
	{"UnknownEmpty", `"steps":1`, `"steps":1,"":2`, "malformed", ""},
	{"UnknownDigits", `"seed":5`, `"seed":5,"7":2`, "malformed", "config.7"},
	{"UnknownInConfig", `"seed":5`, `"seed":5,"momentum":0.9`, "malformed", "config.momentum"},
	{"UnknownInNetwork", `"epoch":0`, `"epoch":0,"bias":[]`, "malformed", "network.bias"},
	{"UnknownInPoint", `"x":0.125,`, `"x":0.125,"z":0,`, "malformed", "data[2].z"},
	{"UnknownType", `"train_step"`, `"train_steps"`, "malformed", "type"},
	{"AnswerType", `"train_step"`, `"train_step_result"`, "malformed", "type"},
	{"TypeCase", `"train_step"`, `"Train_Step"`, "malformed", "type"},
	{"Case", `"steps":1`, `"Steps":1`, "malformed", "Steps"},
	{"CaseInConfig", `"learning_rate"`, `"Learning_Rate"`, "malformed", "config.Learning_Rate"},
	{"CaseInNetwork", `"biases"`, `"Biases"`, "malformed", "network.Biases"},
	{"CaseInPoint", `"x":0.125`, `"X":0.125`, "malformed", "data[2].X"},
	{"Duplicate", `"steps":1`, `"steps":1,"steps":1`, "malformed", "steps"},
	{"DuplicateConfig", `"steps":1`, `"steps":1,"config":{}`, "malformed", "config"},
	{"DuplicateInConfig", `"seed":5`, `"seed":5,"seed":5`, "malformed", "config.seed"},
	{"DuplicateEscaped", `"seed":5`, `"seed":5,"s\u0065ed":6`, "malformed", "config.seed"},
	{"DuplicateInNetwork", `"epoch":0`, `"epoch":0,"step":0`, "malformed", "network.step"},
	{"DuplicateInPoint", `"y":0.75`, `"y":0.75,"x":0.125`, "malformed", "data[2].x"},
}

var badTypes = []bad{
	{"TypeNumber", `"train_step"`, `5`, "malformed", "type"},
	{"IDObject", `"good"`, `{}`, "malformed", "id"},
	{"IDArray", `"good"`, `[1]`, "malformed", "id"},
	{"IDBool", `"good"`, `true`, "malformed", "id"},
	{"StepsString", `"steps":1`, `"steps":"1"`, "malformed", "steps"},
	{"StepsList", `"steps":1`, `"steps":[1]`, "malformed", "steps"},
	{"StepsFraction", `"steps":1`, `"steps":1.5`, either, "steps"},
	{"StepsHuge", `"steps":1`, `"steps":1e30`, either + "|too_large", "steps"},
	{"ConfigList", "", `{"type":"train_step","config":[],"data":[{"x":0,"y":0,"label":0}],"steps":1}`, "malformed", "config"},
	{"ConfigString", "", `{"type":"train_step","config":"{}","data":[{"x":0,"y":0,"label":0}],"steps":1}`, "malformed", "config"},
	{"NetworkList", "", `{"type":"train_step","network":[],"data":[{"x":0,"y":0,"label":0}],"steps":1}`, "malformed", "network"},
	{"TaskNumber", `"classification"`, `1`, "malformed", "config.task"},
	{"FeaturesString", `["x","y"]`, `"x,y"`, "malformed", "config.features"},
	{"FeatureNumber", `["x","y"]`, `["x",1]`, "malformed", "config.features[1]"},
	{"LayersNumber", `"hidden_layers":[3,2]`, `"hidden_layers":3`, "malformed", "config.hidden_layers"},
	{"LayersObject", `"hidden_layers":[3,2]`, `"hidden_layers":{}`, "malformed", "config.hidden_layers"},
	{"LayerString", `"hidden_layers":[3,2]`, `"hidden_layers":[3,"2"]`, "malformed", "config.hidden_layers[1]"},
	{"LayerFraction", `"hidden_layers":[3,2]`, `"hidden_layers":[3,2.5]`, either, "config.hidden_layers[1]"},
	{"ActivationBool", `"tanh"`, `true`, "malformed", "config.activation"},
	{"LearningRateString", `"learning_rate":0.1`, `"learning_rate":"0.1"`, "malformed", "config.learning_rate"},
	{"LearningRateObject", `"learning_rate":0.1`, `"learning_rate":{}`, "malformed", "config.learning_rate"},
	{"LearningRateHuge", `"learning_rate":0.1`, `"learning_rate":1e999`, either, "config.learning_rate"},
	{"ScheduleNumber", `"exponential"`, `1`, "malformed", "config.schedule"},
	{"ScheduleStepsString", `"schedule_steps":50`, `"schedule_steps":"50"`, "malformed", "config.schedule_steps"},
	{"ScheduleStepsFraction", `"schedule_steps":50`, `"schedule_steps":0.5`, either, "config.schedule_steps"},
	{"ScheduleFactorNull", `"schedule_factor":0.5`, `"schedule_factor":null`, "malformed", "config.schedule_factor"},
	{"BatchFraction", `"batch_size":3`, `"batch_size":3.5`, either, "config.batch_size"},
	{"SeedString", `"seed":5`, `"seed":"5"`, "malformed", "config.seed"},
	{"SeedFraction", `"seed":5`, `"seed":0.5`, either, "config.seed"},
	{"ClassesBool", `"classes":2`, `"classes":true`, "malformed", "config.classes"},
	{"DataObject", "", good[:strings.Index(good, `[{"x"`)] + `{},"steps":1}`, "malformed", "data"},
	{"PointNumber", `{"x":-0.25,"y":0.25,"label":1}`, `5`, "malformed", "data[1]"},
	{"PointList", `{"x":-0.25,"y":0.25,"label":1}`, `[-0.25,0.25,1]`, "malformed", "data[1]"},
	{"XString", `"x":-0.25`, `"x":"-0.25"`, "malformed", "data[1].x"},
	{"YBool", `"y":0.75`, `"y":false`, "malformed", "data[2].y"},
	{"LabelString", `"y":-0.125,"label":0`, `"y":-0.125,"label":"0"`, "malformed", "data[3].label"},
	{"XHuge", `"x":-0.25`, `"x":1e999`, either, "data[1].x"},
	{"WeightsObject", "", `{"type":"train_step","network":{"weights":{}},"data":[{"x":0,"y":0,"label":0}],"steps":1}`, "malformed", "network.weights"},
	{"WeightString", `0.3,0.4`, `0.3,"0.4"`, "malformed", "network.weights[0][1][1]"},
	{"WeightRowNumber", `[0.3,0.4]`, `0.3`, "malformed", "network.weights[0][1]"},
	{"WeightHuge", `0.3,0.4`, `0.3,1e999`, either, "network.weights[0][1][1]"},
	{"BiasString", `0.04,0.05`, `0.04,"0.05"`, "malformed", "network.biases[1][1]"},
	{"OptimizerNumber", `"optimizer":{}`, `"optimizer":5`, "malformed", "network.optimizer"},
	{"StepString", `"step":0`, `"step":"0"`, "malformed", "network.step"},
	{"EpochFraction", `"epoch":0`, `"epoch":0.5`, either, "network.epoch"},
}

var badValues = []bad{
	{"Task", `"classification"`, `"clustering"`, "invalid", "config.task"},
	{"NoFeatures", `["x","y"]`, `[]`, "invalid", "config.features"},
	{"FeatureRepeated", `["x","y"]`, `["x","x"]`, "invalid", "config.features|config.features[1]"},
	{"FeatureUnknown", `["x","y"]`, `["x","z"]`, "invalid", "config.features|config.features[1]"},
	{"WidthZero", `"hidden_layers":[3,2]`, `"hidden_layers":[3,0]`, "invalid", "config.hidden_layers|config.hidden_layers[1]"},
	{"WidthNegative", `"hidden_layers":[3,2]`, `"hidden_layers":[-3,2]`, "invalid", "config.hidden_layers|config.hidden_layers[0]"},
	{"WidthLarge", `"hidden_layers":[3,2]`, `"hidden_layers":[101,2]`, "invalid", "config.hidden_layers|config.hidden_layers[0]"},
	{"ElevenLayers", `"hidden_layers":[3,2]`, `"hidden_layers":[1,1,1,1,1,1,1,1,1,1,1]`, "invalid", "config.hidden_layers"},
	{"Activation", `"tanh"`, `"step"`, "invalid", "config.activation"},
	{"ActivationEmpty", `"tanh"`, `""`, "invalid", "config.activation"},
	{"Init", `"auto"`, `"lucky"`, "invalid", "config.init"},
	{"ClassesOne", `"classes":2`, `"classes":1`, "invalid", "config.classes"},
	{"ClassesEleven", `"classes":2`, `"classes":11`, "invalid", "config.classes"},
	{"ClassesTooFew", `"y":0.75,"label":1`, `"y":0.75,"label":2`, "invalid", "config.classes|data[2].label"},
	{"Optimizer", `"adam"`, `"lion"`, "invalid", "config.optimizer"},
	{"LearningRateZero", `"learning_rate":0.1`, `"learning_rate":0`, "invalid", "config.learning_rate"},
	{"LearningRateNegative", `"learning_rate":0.1`, `"learning_rate":-1`, "invalid", "config.learning_rate"},
	{"Schedule", `"exponential"`, `"linear"`, "invalid", "config.schedule"},
	{"ScheduleEmpty", `"exponential"`, `""`, "invalid", "config.schedule"},
	{"ScheduleStepsZero", `"schedule_steps":50`, `"schedule_steps":0`, "invalid", "config.schedule_steps"},
	{"ScheduleStepsMany", `"schedule_steps":50`, `"schedule_steps":1000001`, "invalid", "config.schedule_steps"},
	{"ScheduleFactorNegative", `"schedule_factor":0.5`, `"schedule_factor":-0.1`, "invalid", "config.schedule_factor"},
	{"ScheduleFactorLarge", `"schedule_factor":0.5`, `"schedule_factor":1.5`, "invalid", "config.schedule_factor"},
	{"ScheduleFactorZero", `"schedule_factor":0.5`, `"schedule_factor":0`, "invalid", "config.schedule_factor"},
	{"LearningRateLarge", `"learning_rate":0.1`, `"learning_rate":10.1`, "invalid", "config.learning_rate"},
	{"BatchNegative", `"batch_size":3`, `"batch_size":-1`, "invalid", "config.batch_size"},
	{"BatchLarge", `"batch_size":3`, `"batch_size":2001`, "invalid", "config.batch_size"},
	{"L1", `"l1":0.01`, `"l1":-0.01`, "invalid", "config.l1"},
	{"L2", `"l2":0.02`, `"l2":10.5`, "invalid", "config.l2"},
	{"Dropout", `"dropout":0.25`, `"dropout":0.95`, "invalid", "config.dropout"},
	{"DropoutNegative", `"dropout":0.25`, `"dropout":-0.1`, "invalid", "config.dropout"},
	{"TestFraction", `"test_fraction":0.125`, `"test_fraction":1`, "invalid", "config.test_fraction"},
	{"SeedNegative", `"seed":5`, `"seed":-1`, "invalid", "config.seed"},
	{"SeedLarge", `"seed":5`, `"seed":4294967296`, "invalid", "config.seed"},
	{"NoPoints", "", good[:strings.Index(good, `[{"x"`)] + `[],"steps":1}`, "invalid", "data"},
	{"NoData", "", good[:strings.Index(good, `"data"`)] + `"steps":1}`, "invalid", "data"},
	{"XLarge", `"x":-0.25`, `"x":1.0000001`, "invalid", "data[1].x"},
	{"YSmall", `"y":0.75`, `"y":-2`, "invalid", "data[2].y"},
	{"LabelNegative", `"y":-0.125,"label":0`, `"y":-0.125,"label":-1`, "invalid", "data[3].label"},
	{"LabelHalf", `"y":-0.125,"label":0`, `"y":-0.125,"label":1.5`, "invalid", "data[3].label"},
	{"LabelTen", `"y":-0.125,"label":0`, `"y":-0.125,"label":10`, "invalid", "data[3].label"},
	{"NoX", `"x":-0.25,`, ``, either, "data[1].x|data[1]"},
	{"NoY", `"y":0.75,`, ``, either, "data[2].y|data[2]"},
	{"NoLabel", `"y":-0.125,"label":0`, `"y":-0.125`, either, "data[3].label|data[3]"},
	{"XNull", `"x":-0.25`, `"x":null`, either, "data[1].x|data[1]"},
	{"PointNull", `{"x":-0.25,"y":0.25,"label":1}`, `null`, either, "data[1]"},
	{"WeightsShort", `[0.3,0.4]`, `[0.3]`, "invalid", "network.weights[0][1]"},
	{"WeightsLong", `[0.3,0.4]`, `[0.3,0.4,0.5]`, "invalid", "network.weights[0][1]"},
	{"WeightsRowMissing", `[0.3,0.4],`, ``, "invalid", "network.weights[0]"},
	{"WeightsLayerMissing", `[[0.7,0.8,0.9],[-0.1,-0.2,-0.3]],`, ``, "invalid", "network.weights|network.weights[1]"},
	{"WeightNull", `0.3,0.4`, `0.3,null`, either, "network.weights[0][1][1]"},
	{"BiasesShort", `[0.04,0.05]`, `[0.04]`, "invalid", "network.biases[1]"},
	{"BiasesLayerMissing", `[0.04,0.05],`, ``, "invalid", "network.biases|network.biases[1]"},
	{"BiasesMissing", `"biases":[[0.01,0.02,0.03],[0.04,0.05],[0.06,0.07]],`, ``, "invalid", "network.biases"},
	{"StepNegative", `"step":0`, `"step":-1`, "invalid", "network.step"},
	{"EpochNegative", `"epoch":0`, `"epoch":-1`, "invalid", "network.epoch"},
	{"LayersChanged", `"hidden_layers":[3,2]`, `"hidden_layers":[3,3]`, "invalid", "network.weights|network.weights[1]"},
	{"LayerAdded", `"hidden_layers":[3,2]`, `"hidden_layers":[3,2,2]`, "invalid", "network.weights|network.weights[2]"},
	{"FeatureAdded", `["x","y"]`, `["x","y","xy"]`, "invalid", "network.weights|network.weights[0]|network.weights[0][0]"},
	{"ClassAdded", `"classes":2`, `"classes":3`, "invalid", "network.weights|network.weights[2]"},
}

// badSteps are wrong for one request; a stream has its own rule for the first.
var badSteps = []bad{
	{"StepsZero", `"steps":1`, `"steps":0`, "invalid", "steps"},
	{"StepsNegative", `"steps":1`, `"steps":-1`, "invalid", "steps"},
	{"StepsTooMany", `"steps":1`, `"steps":100001`, "invalid", "steps"},
}

// TestBadInput sends all that is wrong over one server: by POST /step, by POST /train and over a
// socket that all share. Each is answered with an error that names the place, and then what is good
// still works.
func TestBadInput(t *testing.T) {
	s := Start(t)
	want := s.Step(t, Decode[Message](t, []byte(good)))
	k := s.MustDial(t)
	overSocket := func(ctx context.Context, _ *Server, text []byte) (Result, error) { return k.Step(ctx, text) }
	requests := []carrier{carrierNamed("JSON"), {"OpenSocket", overSocket}}
	all := append([]carrier{carrierNamed("Stream")}, requests...)
	for _, table := range []struct {
		name string
		over []carrier
		bad  []bad
	}{
		{"Syntax", all, badSyntax},
		{"Members", all, badMembers},
		{"Types", all, badTypes},
		{"Values", all, badValues},
		{"Steps", requests, badSteps},
	} {
		t.Run(table.name, func(t *testing.T) {
			for _, b := range table.bad {
				t.Run(b.name, func(t *testing.T) {
					for _, c := range table.over {
						t.Run(c.name, func(t *testing.T) {
							ctx := Soon(t)
							_, err := c.step(ctx, s, b.text(t))
							check(t, err, b.code, b.field)
							got, err := c.step(ctx, s, []byte(good))
							if err != nil {
								t.Fatalf("the next good request: %v; want a result", err)
							}
							if !got.same(want) {
								t.Errorf("the next good request = %v; want %v", got, want)
							}
						})
					}
				})
			}
		})
	}
}

// TestBadErrorShape: an error has the members of the contract and no other, with the id of what it
// answers.
func TestBadErrorShape(t *testing.T) {
	s := Start(t)
	answer := s.Post(t, "/step", bad{"", `"learning_rate":0.1`, `"learning_rate":-1`, "", ""}.text(t))
	got := Decode[map[string]any](t, answer.Body)
	inner, _ := got["error"].(map[string]any)
	if message, _ := inner["message"].(string); !strings.Contains(message, "-1") {
		t.Errorf("message %q; want one that names what it got, -1", message)
	}
	delete(inner, "message")
	want := map[string]any{"code": "invalid", "field": "config.learning_rate"}
	if got["type"] != "error" || got["id"] != "good" || len(got) != 3 || !maps.Equal(inner, want) {
		t.Errorf("error = %s; want type error, the id, %v and a message", answer.Body, want)
	}
}

// TestBadForms: what a form can get wrong.
func TestBadForms(t *testing.T) {
	s := Start(t)
	const urlencoded, boundary = "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"
	const config, data = `{"seed":3}`, `[{"x":0,"y":0.5,"label":0},{"x":0.5,"y":0,"label":1}]`
	part := func(name, value string) string {
		return "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	ok := "config=" + config + "&data=" + data
	want, err := postStep(Soon(t), s, urlencoded, []byte(ok))
	if err != nil {
		t.Fatalf("the good form: %v; want a result", err)
	}
	for _, test := range []struct{ name, contentType, body, code, field string }{
		{"Empty", urlencoded, "", "invalid|malformed", "data|"},
		{"NoData", urlencoded, "config=" + config, "invalid", "data"},
		{"EmptyData", urlencoded, "config=" + config + "&data=", either, "data"},
		{"NoPoints", urlencoded, "data=[]", "invalid", "data"},
		{"ConfigText", urlencoded, "config=adam&data=" + data, "malformed", "config"},
		{"ConfigCut", urlencoded, "config={&data=" + data, "malformed", "config"},
		{"ConfigTrailing", urlencoded, "config={}{}&data=" + data, "malformed", "config"},
		{"ConfigUnknown", urlencoded, "config={%22speed%22:1}&data=" + data, "malformed", "config.speed"},
		{"ConfigCase", urlencoded, "config={%22Seed%22:1}&data=" + data, "malformed", "config.Seed"},
		{"ConfigDuplicate", urlencoded, "config={%22seed%22:1,%22seed%22:1}&data=" + data, "malformed", "config.seed"},
		{"ConfigRange", urlencoded, "config={%22learning_rate%22:0}&data=" + data, "invalid", "config.learning_rate"},
		{"DataText", urlencoded, "data=points", "malformed", "data"},
		{"DataPoint", urlencoded, `data=[{"x":0,"y":0,"label":0},{"x":0,"y":3,"label":0}]`, "invalid", "data[1].y"},
		{"NetworkText", urlencoded, ok + "&network=none", "malformed", "network"},
		{"NetworkShape", urlencoded, ok + `&network={"weights":[],"biases":[[1]]}`, "invalid", "network.weights|network.biases|network.biases[0]"},
		{"StepsText", urlencoded, ok + "&steps=two", "malformed", "steps"},
		{"StepsZero", urlencoded, ok + "&steps=0", "invalid", "steps"},
		{"StepsTwice", urlencoded, ok + "&steps=1&steps=2", "malformed", "steps"},
		{"ConfigTwice", urlencoded, ok + "&config={}", "malformed", "config"},
		{"Unknown", urlencoded, ok + "&speed=2", "malformed", "speed"},
		{"Percent", urlencoded, ok + "&steps=%zz", "malformed", "*"},
		{"Curl", urlencoded, `{"data":` + data + `,"speed":1}`, "malformed", "speed"},
		{"CurlCut", urlencoded, `{"data":`, "malformed", "*"},
		{"MultipartData", boundary, part("data", "[]") + "--edge--\r\n", "invalid", "data"},
		{"MultipartConfig", boundary, part("config", `{"seed":-1}`) + part("data", data) + "--edge--\r\n", "invalid", "config.seed"},
		{"MultipartCut", boundary, part("data", data)[:40], "malformed", "*"},
		{"MultipartNoBoundary", "multipart/form-data", part("data", data) + "--edge--\r\n", "malformed|unsupported", "*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := postStep(Soon(t), s, test.contentType, []byte(test.body))
			check(t, err, test.code, test.field)
			got, err := postStep(Soon(t), s, urlencoded, []byte(ok))
			if err != nil || !got.same(want) {
				t.Errorf("the next good form = %v, %v; want %v", got, err, want)
			}
		})
	}
}

// TestBadMoments: the moments are the project's own, but they have to fit too, and what is no
// moment is no member.
func TestBadMoments(t *testing.T) {
	s := Start(t)
	data := Scatter(9, 2, 1)
	config := Message{"hidden_layers": []int{3}}
	m := TrainStep(config, nil, data, 2)
	trained := Decode[Message](t, s.Step(t, m).Network)
	want := s.Step(t, m)
	wider := Decode[Message](t, s.Step(t, m.With("config", Message{"hidden_layers": []int{4}})).Network)
	for _, test := range []struct {
		name        string
		optimizer   any
		code, field string
	}{
		{"Unknown", Message{"speed": 1}, "malformed", "network.optimizer.speed"},
		{"Text", "adam", "malformed", "network.optimizer"},
		{"List", []int{}, "malformed", "network.optimizer"},
		{"OfAnotherShape", wider["optimizer"], "invalid", "*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, c := range carriers {
				_, err := c.step(Soon(t), s, m.With("network", trained.With("optimizer", test.optimizer)).Text())
				check(t, err, test.code, test.field)
				if f := Refusal(t, err); !strings.HasPrefix(f.Reason.Field, "network.optimizer") {
					t.Errorf("%s: field %q; want one in network.optimizer", c.name, f.Reason.Field)
				}
				if got := s.Step(t, m); !got.same(want) {
					t.Errorf("the next good request = %v; want %v", got, want)
				}
			}
		})
	}
}

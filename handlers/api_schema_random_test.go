package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// randomMessage returns a message for a schema, which is valid or nearly so. Its members come from the
// types of Go, and what is wrong with it from strange.
func randomMessage(rng *rand.Rand, schema string) string {
	s := randomState(rng)
	m := map[string]any{"config": s.Config, "network": s.Network, "data": s.Data}
	switch schema {
	case "replay":
		m = map[string]any{"journal": randomJournal(rng), "anyway": rng.IntN(3) > 0}
	case "train_step":
		m["steps"] = choice(rng, []int{1, 2, 3, 4, 5, 6, 7, wire.MaxSteps})
	case "train":
		m["steps"], m["frame_steps"] = 1+rng.IntN(3), 1+rng.IntN(2)
	case "explain":
		m["parameter"] = choice(rng, []string{"weights.0.0.0", "biases.0.0", "weights.0.0.1", "biases.0.1", "weights.0", "biases.9.9"})
		m["point"] = choice(rng, []int{0, 0, 0, 1, 2, -1, 3000})
		if rng.IntN(2) == 0 {
			delete(m, "point")
		}
	case "sweep":
		m["steps"], m["over"] = 1+rng.IntN(3), randomOver(rng)
		delete(m, "network")
	case "verify":
		var all []any
		for range 1 + rng.IntN(3) {
			all = append(all, map[string]any{"name": choice(rng, []string{"", "Ada", "é"}), "text": choice(rng, []string{"", "x", randomJournal(rng)})})
		}
		m = map[string]any{"hand_ins": all, "lesson": choice(rng, []string{"", "?dataset=moons&points=10", "units 3", "units x", "?goal=x"}), "type": "verify"}
	case "export":
		m["format"] = choice(rng, exportFormats())
	case "state":
		m["type"], m["version"] = export.StateType, export.StateVersion
		m["meta"], m["history"], m["lesson"] = metaOf(strings.Repeat("é", choice(rng, []int{0, 0, 0, 100, 101}))), randomHistory(rng, s), randomLesson(rng)
		m["journal"] = choice(rng, []string{"", views.JournalTooLong, randomJournal(rng)})
	}
	if s.Network.IsEmpty() && m["network"] != nil {
		m["network"] = choice(rng, []any{nil, map[string]any{}, map[string]any{"step": 0, "weights": []any{}}, map[string]any{"step": 1}})
	}
	if schema != "state" && rng.IntN(2) == 0 {
		m["id"] = choice(rng, []any{"a", 7, -1.5, "é"})
	}
	if rng.IntN(4) == 0 {
		delete(m, choice(rng, []string{"config", "network", "history", "lesson", "journal", "anyway"}))
	}
	tree := treeOf(m)
	for range min(rng.IntN(3), len(m)-2) { // one with few members is soon spoiled
		if all := jsonPlaces(&tree); rng.IntN(2) == 0 { // one of the few that are no numbers of a list
			all = slices.DeleteFunc(all, func(p jsonPlace) bool { return p.deep })
			choice(rng, all).change(rng)
		} else {
			choice(rng, all).change(rng)
		}
	}
	text, err := json.Marshal(tree)
	if err != nil {
		panic(err)
	}
	return spoil(rng, string(text))
}

// randomJournal returns the text of a short run, which is right in most cases.
func randomJournal(rng *rand.Rand) string {
	j := journal.Journal{Release: choice(rng, []string{"", "", "", "0.0.1"}), Recipe: "points=5&dataset=" + choice(rng, []string{"xor", "moons", "blobs", "plane", "hills", "no"})}
	for range rng.IntN(3) {
		j.Step += rng.IntN(3)
		j.Entries = append(j.Entries, journal.Entry{Step: j.Step, Act: choice(rng, []journal.Act{
			journal.AddLayer{Width: 2}, journal.AddUnit{}, journal.RemoveLayer{At: choice(rng, []int{0, 1, 7})}, journal.AddClass{}, journal.SetBias{Value: rng.Float64()},
			journal.Settings{{Name: "learning_rate", Value: choice(rng, []string{"0.1", "2e-3", "1/3"})}}, journal.AddPoints{Points: []nn.Point{{X: rng.Float64()}}},
		})})
	}
	text, err := j.Text()
	if err != nil {
		panic(err)
	}
	switch rng.IntN(8) {
	case 0, 1:
	case 2:
		return text + choice(rng, []string{".", ".AQ", ".a b\n"}) // with what it claims
	default:
		return text
	}
	return choice(rng, []string{text[1:], text[:len(text)-1], text + "A", text + "=", text + "\n", "+" + text, ""})
}

// randomOver returns what the runs of a sweep differ by.
func randomOver(rng *rand.Rand) map[string]any {
	values := map[string][]any{
		"seed": {1, 2, uint32(math.MaxUint32)}, "learning_rate": {0.01, 1e-3, 10}, "hidden_layers": {[]int{}, []int{2}, []int{1, 2}},
		"optimizer": {"sgd", "adam"}, "features": {[]string{"x"}, []string{"x", "y"}}, "batch_size": {0, 1, 2}, "dropout": {0, 0.5},
	}
	over := map[string]any{}
	for range 1 + rng.IntN(2) {
		name := choice(rng, slices.Sorted(maps.Keys(values)))
		over[name] = values[name][rng.IntN(2):]
		if list := values[name]; rng.IntN(3) == 0 {
			over[name] = map[string]any{"from": list[0], "to": list[1], "count": 2 + rng.IntN(2), "scale": choice(rng, wire.Scales())}
		}
	}
	return over
}

// treeOf returns a value as the JSON that it is written as.
func treeOf(v any) (tree any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		panic(err)
	}
	return tree
}

// spoil now and then repeats a member or makes a number too large, which no tree can say.
func spoil(rng *rand.Rand, text string) string {
	switch rng.IntN(40) {
	case 0:
		return strings.Replace(text, `"`, `"network":null,"network":null,"`, 1)
	case 1:
		return strings.Replace(text, `[-0.`, `[-1e400,-0.`, 1)
	case 2:
		return strings.Replace(text, `"task":`, `"classes":2,"task":`, 1)
	case 3:
		return strings.Replace(text, `"id":"a"`, `"id":"`+strings.Repeat("é", 200)+`"`, 1)
	}
	return text
}

func choice[T any](rng *rand.Rand, of []T) T { return of[rng.IntN(len(of))] }

// randomState returns a state of a small network, with the moments that fit it.
func randomState(rng *rand.Rand) nn.State {
	c := nn.DefaultConfig()
	info := choice(rng, dataset.All())
	c.Task = nn.Task(info.Task)
	c.Optimizer, c.Activation, c.Init = choice(rng, nn.Optimizers()), choice(rng, nn.Activations()), choice(rng, nn.Inits())
	c.Schedule = choice(rng, nn.Schedules())
	c.HiddenLayers = [][]int{{}, {1}, {3}, {2, 3}, {1, 1, 2}}[rng.IntN(5)]
	if features := nn.Features(); rng.IntN(2) == 0 {
		c.Features = features[:1+rng.IntN(len(features))]
	}
	c.BatchSize, c.Seed, c.LearningRate = rng.IntN(4), rng.Uint32(), choice(rng, []float64{1e-3, 0.03, 10})
	c.L1, c.L2 = choice(rng, []float64{0, 0.1, 10}), choice(rng, []float64{0, 0.1, 10})
	c.Dropout, c.TestFraction = choice(rng, []float64{0, 0.5, 0.9}), choice(rng, []float64{0, 0.5, 0.9})
	points, err := dataset.Generate(info.Name, dataset.Params{Points: 1 + rng.IntN(6), Seed: rng.Uint32()})
	if err != nil {
		panic(err)
	}
	s := nn.State{Config: c}
	for _, p := range points {
		s.Data = append(s.Data, nn.Point(p))
	}
	if rng.IntN(4) == 0 {
		return s
	}
	r, err := nn.Step(s, rng.IntN(3))
	if err != nil {
		return s
	}
	s.Network = r.Network
	return s
}

// metaOf returns units and names of points from a source.
func metaOf(source string) any {
	axis := map[string]any{"name": "length", "scale": 0.5, "offset": -1}
	return map[string]any{"source": source, "edited": "dataset=moons",
		"transform": map[string]any{"x": axis, "y": axis, "label": map[string]any{"name": "kind"}}, "classes": []string{"a", "b"}}
}

// randomHistory returns the curves of a run of some samples.
func randomHistory(rng *rand.Rand, s nn.State) any {
	var h nn.History
	for step := range rng.IntN(4) {
		m := nn.Metrics{Loss: rng.Float64()}
		if v := rng.Float64(); rng.IntN(2) == 0 {
			m.TestLoss, m.TestAccuracy = &v, &v
		}
		h.Add(step, step, m)
	}
	return h
}

func randomLesson(rng *rand.Rand) any {
	return export.Lesson{
		Experiment: choice(rng, append([]string{""}, views.Experiments()[0].Slug)), Assignment: strings.Repeat("[it](?dataset=moons) ", choice(rng, []int{0, 0, 1, 21})),
		Hide: []string{choice(rng, views.Parts())}, Lock: []string{views.PartData},
		Goal: choice(rng, []string{"", "accuracy 90", "units 3,data untouched", "units x"}),
	}
}

// A jsonPlace is a value within a tree of JSON.
type jsonPlace struct {
	at   any
	set  func(any)
	drop func() // of a member or an element
	deep bool   // it is in a list within a list
}

// jsonPlaces returns all places of a tree.
func jsonPlaces(root *any) []jsonPlace {
	all := []jsonPlace{{at: *root, set: func(v any) { *root = v }, drop: func() { *root = map[string]any{} }}}
	for i, lists := 0, map[int]int{}; i < len(all); i++ {
		p := all[i]
		add := func(child jsonPlace, deeper int) {
			lists[len(all)] = lists[i] + deeper
			child.deep = lists[len(all)] > 1
			all = append(all, child)
		}
		switch v := p.at.(type) {
		case map[string]any:
			for _, name := range sortedKeys(v) {
				add(jsonPlace{at: v[name], set: func(to any) { v[name] = to }, drop: func() { delete(v, name) }}, 0)
			}
		case []any:
			for k := range v {
				add(jsonPlace{at: v[k], set: func(to any) { v[k] = to }, drop: func() { p.set(slices.Delete(slices.Clone(v), k, k+1)) }}, 1)
			}
		}
	}
	return all
}

func sortedKeys(m map[string]any) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// change makes one thing of a place another.
func (p jsonPlace) change(rng *rand.Rand) {
	if rng.IntN(5) == 0 {
		p.drop()
		return
	}
	switch v := p.at.(type) {
	case map[string]any:
		if rng.IntN(3) > 0 {
			v[choice(rng, names())] = strange(rng)
			return
		}
	case []any:
		switch rng.IntN(4) {
		case 0:
			p.set(append(slices.Clone(v), v...))
			return
		case 1:
			p.set(append(slices.Clone(v), strange(rng)))
			return
		}
	case json.Number:
		f, err := v.Float64()
		if err == nil && rng.IntN(2) == 0 {
			f = choice(rng, []float64{f + 1, f - 1, -f, f * 1000, f + 0.5, f * 1e150})
			p.set(json.Number(fmt.Sprint(f)))
			return
		}
	}
	p.set(strange(rng))
}

// names returns names of members, most of them known.
func names() []string {
	all := []string{"type", "id", "version", "steps", "frame_steps", "frame_ms", "format", "Config", "é", "network", "data", "first", "second",
		"updates", "name", "weights", "biases", "step", "epoch", "label", "since", "every", "best", "layers", "gradient", "hide", "experiment", "hand_ins", "text"}
	for m := range setting.All() {
		all = append(all, m.Name)
	}
	return all
}

// strange returns a value that may be wrong where it stands: of any type, or at a limit.
func strange(rng *rand.Rand) any {
	if rng.IntN(3) == 0 {
		return json.Number(choice(rng, []string{
			"-1", "0", "-0", "0.5", "1", "1.0", "1e2", "1.5", "2", "3", "9", "10", "11", "100", "101", "0.9", "0.91", "10.01", "-0.001",
			"4294967295", "4294967296", "9007199254740991", "9007199254740992", "1e300", "-1e300", "1000000", "1000001", "100000", "100001", "60001", "2001",
		}))
	}
	words := []any{
		nil, true, false, "", "x", "é", strings.Repeat("a", 61), strings.Repeat("b", 300), []any{}, map[string]any{}, []any{0.5}, []any{[]any{}},
		[]any{"x", "x"}, []any{"xy", "sin_y"}, []any{101}, []any{3, 0}, map[string]any{"name": "adam"}, map[string]any{"weights": []any{}},
		map[string]any{"x": 0, "y": 1, "label": 0}, map[string]any{"x": 0, "y": 1}, map[string]any{"step": 1}, wire.FrameStepsMax,
		map[string]any{"step": 0, "epoch": 0, "test_loss": 0.5}, "train_step", "predict", "settings", "data",
	}
	for m := range setting.All() {
		for _, c := range m.Choices {
			words = append(words, c.Value)
		}
	}
	return choice(rng, words)
}

package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// TestSchemaEdges: each limit of a schema is the server's. Messages that have all members are sent with
// each value at each of its limits and a little beyond, with each type, without each member and with one
// too many.
func TestSchemaEdges(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxWork, c.MaxStream, c.MaxPoints = 20*time.Millisecond, time.Millisecond, 40 })
	e := edges{docs: map[string]map[string]any{}}
	for path := range s.documents() {
		if name, ok := strings.CutPrefix(path, "/schema/"); ok && name != "" {
			var doc map[string]any
			if err := json.Unmarshal(serve(s, http.MethodGet, path, "").Body.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			e.docs[name] = doc
		}
	}
	schemas := compileSchemas(t, s)
	kinds := messageKinds
	if race.Enabled { // ten times as slow
		kinds = kinds[:1]
	}
	for _, kind := range kinds {
		for _, task := range nn.Tasks() {
			seen := map[string]int{}
			e.root = fullMessage(t, s, kind, task)
			e.send = func(text string) { seen[judge(t, s, schemas, kind, text)]++ }
			e.try()
			if seen[ruleTaken] != 1 {
				t.Errorf("a whole %s for %s is not taken: %v", kind, task, seen)
			}
			e.walk(e.docs[kind+".json"], jsonPlace{at: e.root, set: func(v any) { e.root = v }})
			least := 40
			if kind == "replay" || kind == "verify" { // they have four members
				least = 4
			}
			if seen[ruleTaken] < least || seen[ruleSchema] < 5*least {
				t.Errorf("of the edges of a %s the server takes and refuses %v; want more", kind, seen)
			}
		}
	}
}

// fullMessage returns a message with all members that may be there together.
func fullMessage(t *testing.T, s *Server, kind string, task nn.Task) any {
	t.Helper()
	set, schedule := dataset.Circles, nn.CosineDecay
	if task == nn.Regression {
		set, schedule = dataset.Hills, nn.StepDecay
	}
	state := sampleState(t, set, 6, 3, func(c *nn.Config) {
		c.HiddenLayers, c.Schedule, c.ScheduleSteps, c.ScheduleFactor = []int{2}, schedule, 7, 0.5
	})
	m := map[string]any{"config": state.Config, "network": state.Network, "data": state.Data, "id": "a"}
	switch kind {
	case "verify":
		m = map[string]any{"type": "verify", "id": "a", "lesson": "units 3", "hand_ins": []any{map[string]any{"name": "Ada", "text": "A"}}}
	case "replay":
		text := journalText(t, s, journal.Journal{Recipe: "dataset=" + string(set), Step: 2})
		return treeOf(map[string]any{"type": "replay", "id": "a", "journal": text, "anyway": false})
	case "train_step":
		m["type"], m["steps"] = "train_step", 2
	case "train":
		m["type"], m["steps"], m["frame_steps"], m["frame_ms"] = "train_step", 2, 1, 0
	case "sweep":
		over := map[string]any{"learning_rate": map[string]any{"from": 0.01, "to": 0.1, "count": 2}, "features": []any{[]string{"x"}}}
		m["type"], m["steps"], m["over"] = "sweep", 2, over
		delete(m, "network")
	case "export":
		m["type"], m["format"] = "export", "state"
	case "predict", "layers":
		m["type"] = kind
	case "explain":
		m["type"], m["parameter"], m["point"] = "train_step", "weights.1.0.1", 2
	case "state":
		delete(m, "id")
		history := nn.History{
			Every: 1, Step: []int{0, 1}, Epoch: []int{0, 1}, Loss: []float64{1, 0.5}, Accuracy: []float64{0.5, 1}, TestLoss: []float64{-1, 1},
			TestAccuracy: []float64{-1, 1}, Since: 0, Best: &nn.Best{Step: 1, Epoch: 1, TestLoss: 1},
			Layers: &nn.LayerHistory{Every: 1, Step: []int{0}, Epoch: []int{0}, Gradient: [][]float64{{1}, {1}}, Update: [][]float64{{1}, {-1}}, Idle: [][]float64{{0}}},
		}
		m["type"], m["version"], m["history"], m["meta"] = export.StateType, export.StateVersion, history, metaOf("dataset=moons")
		m["lesson"] = export.Lesson{Experiment: views.Experiments()[0].Slug, Assignment: "a", Hide: []string{views.PartPanel}, Lock: []string{views.PartData}, Goal: "units 3"}
	}
	return treeOf(m)
}

// edges sends a message with one value changed, again and again.
type edges struct {
	docs map[string]map[string]any // schemas, by their addresses
	root any
	send func(text string)
}

func (e *edges) try() {
	text, err := json.Marshal(e.root)
	if err != nil {
		panic(err)
	}
	e.send(string(text))
}

// walk tries the edges of a value that has a schema, and of what is in it.
func (e *edges) walk(schema map[string]any, p jsonPlace) {
	for schema["$ref"] != nil {
		of := e.docs[schema["$ref"].(string)]
		own := map[string]any{}
		for _, s := range []map[string]any{of, schema} {
			for name, value := range s {
				own[name] = value
			}
		}
		if own["$ref"] = of["$ref"]; own["$ref"] == nil {
			delete(own, "$ref")
		}
		schema = own
	}
	for _, v := range e.values(schema, p.at) {
		p.set(v)
		e.try()
		p.set(p.at)
	}
	switch v := p.at.(type) {
	case map[string]any:
		v["zz"] = json.Number("1")
		e.try()
		delete(v, "zz")
		members, _ := schema["properties"].(map[string]any)
		for _, name := range sortedKeys(v) {
			was := v[name]
			delete(v, name)
			e.try()
			v[name] = was
			if m, ok := members[name].(map[string]any); ok {
				e.walk(m, jsonPlace{at: was, set: func(to any) { v[name] = to }})
			}
		}
	case []any:
		if items, ok := schema["items"].(map[string]any); ok && len(v) > 0 {
			e.walk(items, jsonPlace{at: v[0], set: func(to any) { v[0] = to }})
		}
	}
}

// values returns values of every type, and those at the limits of a schema and around them.
func (e *edges) values(schema map[string]any, at any) []any {
	all := []any{nil, true, "", "zz", json.Number("0.5"), json.Number("-1"), []any{}, map[string]any{}}
	if some, ok := schema["anyOf"].([]any); ok {
		for _, s := range some {
			all = append(all, e.values(s.(map[string]any), at)[8:]...)
		}
	}
	for _, limit := range []string{"minimum", "maximum", "exclusiveMinimum", "const"} {
		v, ok := schema[limit].(float64)
		if !ok {
			continue
		}
		for _, by := range []float64{0, -1, 1, -1e-3, 1e-3, -v / 2, v / 2} {
			all = append(all, json.Number(fmt.Sprint(v+by)))
		}
	}
	if words, ok := schema["enum"].([]any); ok {
		all = append(all, words...)
	}
	for _, limit := range []string{"minLength", "maxLength"} {
		if n, ok := schema[limit].(float64); ok {
			all = append(all, strings.Repeat("a", int(n)), strings.Repeat("a", int(n)+1), strings.Repeat("a", max(0, int(n)-1)))
		}
	}
	if list, ok := at.([]any); ok && len(list) > 0 {
		all = append(all, slices.Concat(list, list))
		for _, limit := range []string{"minItems", "maxItems"} {
			if n, ok := schema[limit].(float64); ok {
				for _, length := range []int{int(n), int(n) + 1, max(0, int(n)-1)} {
					all = append(all, slices.Repeat(list[:1], length))
				}
			}
		}
	}
	return all
}

package schema

import (
	"math"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// limitsOf returns what the places below a state may hold, beyond their type. An element of a list is
// called [].
func (b *builder) limitsOf() map[string]object {
	count := object{"minimum": 0, "maximum": nn.MaxCount}
	most := func(n int) object { return object{"maxItems": n} }
	units := object{"minItems": 1, "maxItems": nn.MaxWidth}
	coordinate := object{"minimum": -1, "maximum": 1}
	axis := func(limits map[string]object, path string) {
		limits[path+".name"] = object{"maxLength": table.MaxAxisName}
		limits[path+".scale"] = object{"anyOf": []any{
			object{"minimum": 1 / table.MaxSize, "maximum": table.MaxSize},
			object{"minimum": -table.MaxSize, "maximum": -1 / table.MaxSize},
		}}
		limits[path+".offset"] = object{"minimum": -table.MaxSize, "maximum": table.MaxSize}
	}
	measured := func(limits object) object {
		return object{"anyOf": []any{limits, object{"const": nn.NotMeasured}}}
	}
	limits := map[string]object{
		"network.step": count, "network.epoch": count, "network.optimizer.updates": count,
		"network.optimizer.name": {"enum": nn.Optimizers()},

		"parameters.weights": most(nn.MaxLayers), "parameters.weights[]": units, "parameters.weights[][]": units,
		"parameters.biases": most(nn.MaxLayers), "parameters.biases[]": units,

		"data": most(b.facts.MaxPoints), "data[].x": coordinate, "data[].y": coordinate,
		"data[].label": {"minimum": -1, "maximum": nn.MaxClasses - 1},

		"meta.source": {"maxLength": table.MaxSource}, "meta.edited": {"maxLength": table.MaxSource},
		"meta.classes":   {"maxItems": nn.MaxClasses, "uniqueItems": true},
		"meta.classes[]": {"minLength": 1, "maxLength": table.MaxName},

		"history.every": count, "history.since": count,
		"history.step": most(nn.MaxSamples), "history.step[]": count,
		"history.epoch": most(nn.MaxSamples), "history.epoch[]": count,
		"history.loss": most(nn.MaxSamples), "history.loss[]": {"minimum": 0},
		"history.accuracy":        most(nn.MaxSamples),
		"history.accuracy[]":      measured(object{"minimum": 0, "maximum": 1}),
		"history.test_loss":       most(nn.MaxSamples),
		"history.test_loss[]":     measured(object{"minimum": 0}),
		"history.test_accuracy":   most(nn.MaxSamples),
		"history.test_accuracy[]": measured(object{"minimum": 0, "maximum": 1}),

		"history.best":      {"required": []string{"step", "epoch", "test_loss"}},
		"history.best.step": count, "history.best.epoch": count, "history.best.test_loss": {"minimum": 0},

		"history.layers":       {"required": []string{"every", "step", "epoch", "gradient", "update"}},
		"history.layers.every": {"minimum": 1, "maximum": nn.MaxCount},
		"history.layers.step":  {"minItems": 1, "maxItems": nn.MaxLayerSamples}, "history.layers.step[]": count,
		"history.layers.epoch": {"minItems": 1, "maxItems": nn.MaxLayerSamples}, "history.layers.epoch[]": count,

		"journal":           {"maxLength": handin.MaxText},
		"lesson.goal":       {"maxLength": goal.MaxBytes},
		"lesson.experiment": {"enum": experiments()},
		"lesson.assignment": {"maxLength": views.MaxAssignment},
		"lesson.hide[]":     {"enum": views.Parts()},
		"lesson.lock[]":     {"enum": locks()},
	}
	for _, name := range []string{"meta.transform.x", "meta.transform.y", "meta.transform.label"} {
		axis(limits, name)
	}
	for name, least := range map[string]int{"gradient": 1, "update": 1, "idle": 0} {
		share := object{"minimum": 0}
		if name == "idle" {
			share["maximum"] = 1
		}
		path := "history.layers." + name
		limits[path] = object{"minItems": least, "maxItems": nn.MaxLayers - 1 + least}
		limits[path+"[]"] = object{"minItems": 1, "maxItems": nn.MaxLayerSamples}
		limits[path+"[][]"] = measured(share)
	}
	return limits
}

// experiments returns the names of the experiments, and that of none.
func experiments() []string {
	names := []string{""}
	for _, e := range views.Experiments() {
		names = append(names, e.Slug)
	}
	return names
}

// locks returns the names of the parts of the page that a lesson can lock.
func locks() []string {
	var names []string
	for _, name := range views.Parts() {
		if views.CanLock(name) {
			names = append(names, name)
		}
	}
	return names
}

// state is the schema of a saved state.
func (b *builder) state(ref reference) object {
	s := b.schemaOf(wire.ShapeOfFile(), "", ref)
	s["description"] = "What is left out of config has its default. The page checks a lesson and the curves further."
	members := s["properties"].(object)
	members["type"].(object)["const"], members["version"].(object)["const"] = export.StateType, export.StateVersion
	s["allOf"] = labelRules()
	return s
}

// config is the schema of config: the table of package setting.
func (b *builder) config(ref reference) object {
	members := object{}
	defaults := defaultsOf(nn.DefaultConfig())
	for m := range setting.All() {
		s := b.valueOf(m.Kind, choicesOf(m), m.Range, m.Items)
		s["title"], s["description"] = m.Label, m.Values()
		if m.Kind == setting.List && len(m.Choices) > 0 {
			s["uniqueItems"] = true
		}
		if m.Unset == "" {
			s["default"] = defaults[m.Name]
		}
		members[m.Name] = s
	}
	var needing []nn.Schedule
	for _, s := range nn.Schedules() {
		if s.NeedsFactor() {
			needing = append(needing, s)
		}
	}
	return object{
		"type": "object", "properties": members, "additionalProperties": false,
		"description": "What is left out has its default.",
		"if":          has("schedule", object{"enum": needing}),
		"then":        object{"properties": object{"schedule_factor": object{"exclusiveMinimum": 0}}},
	}
}

// valueOf returns the schema of a value of a member of config or of a parameter of a query.
func (b *builder) valueOf(kind setting.Kind, choices []string, of, items setting.Range) object {
	switch kind {
	case setting.Word:
		return object{"type": "string", "enum": choices}
	case setting.List:
		element := object{"type": "string", "enum": choices}
		if len(choices) == 0 {
			element = b.number("integer", of)
		}
		return object{"type": "array", "items": element, "minItems": items.Least, "maxItems": items.Most}
	case setting.Real:
		return b.number("number", of)
	}
	return b.number("integer", of)
}

// number returns the schema of a number in a range.
func (b *builder) number(kind string, of setting.Range) object {
	s := object{"type": kind, "maximum": of.Most}
	if math.IsInf(of.Most, 1) {
		s["maximum"] = b.facts.MaxPoints
	}
	if of.Above {
		s["exclusiveMinimum"] = of.Least
	} else {
		s["minimum"] = of.Least
	}
	return s
}

// choicesOf returns the words that a member of config may be.
func choicesOf(m *setting.Member) []string {
	var words []string
	for _, c := range m.Choices {
		words = append(words, c.Value)
	}
	return words
}

// defaultsOf returns the members of a config by their names. Those that JSON leaves out at their
// defaults are there, too.
func defaultsOf(c nn.Config) object {
	text, err := json.Marshal(c)
	all := object{"schedule": c.Schedule, "schedule_steps": int(c.ScheduleSteps), "schedule_factor": float64(c.ScheduleFactor)}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic(err) // a config has nothing that JSON cannot say
	}
	return all
}

// has is the schema of an object whose member is there and of a schema.
func has(member string, of object) object {
	return object{"properties": object{member: of}, "required": []string{member}}
}

package schema

import (
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// types are the types of JSON Schema.
var types = map[wire.ShapeKind]string{
	wire.Object: "object", wire.List: "array", wire.Text: "string", wire.Number: "number", wire.Whole: "integer", wire.Flag: "boolean",
}

// apart are the members that have a schema of their own, by their paths.
var apart = map[string]string{
	"config": "config", "network": "network", "data": "data",
	"network.optimizer.first": "parameters", "network.optimizer.second": "squares",
}

// schemaOf returns the schema of what a reader takes at a path, with the limits of that place.
func (b *builder) schemaOf(shape *wire.Shape, path string, ref reference) object {
	s := object{"type": types[shape.Kind]}
	if shape.Null {
		s["type"] = []string{types[shape.Kind], "null"}
	}
	if shape.Kind == wire.ID {
		return object{
			"type": []string{"string", "number"}, "maxLength": wire.MaxID - len(`""`),
			"description": "Comes back in the answer.",
		}
	}
	for name, limit := range b.limits[path] {
		s[name] = limit
	}
	switch shape.Kind {
	case wire.List:
		s["items"] = b.schemaOf(shape.Element, path+"[]", ref)
	case wire.Object:
		members, required := object{}, []string{}
		for _, m := range shape.Members {
			at := strings.TrimPrefix(path+"."+m.Name, ".")
			if name := apart[at]; name != "" {
				members[m.Name] = ref(name)
			} else {
				members[m.Name] = b.schemaOf(m.Shape, at, ref)
			}
			if m.Required {
				required = append(required, m.Name)
			}
		}
		s["properties"], s["additionalProperties"] = members, false
		if len(required) > 0 {
			s["required"] = required
		}
	}
	return s
}

// member returns the shape of a member of a message.
func member(of *wire.Shape, name string) *wire.Shape {
	for _, m := range of.Members {
		if m.Name == name {
			return m.Shape
		}
	}
	panic("schema: there is no member " + name)
}

// network is the schema of a network.
func (b *builder) network(ref reference) object {
	s := b.schemaOf(member(wire.ShapeOf(wire.Step), "network"), "network", ref)
	members := s["properties"].(object)
	for name, schema := range b.parameters(nil)(ref)["properties"].(object) {
		members[name] = schema
	}
	optimizer := members["optimizer"].(object)
	optimizer["description"] = "The moments of the optimizer in config, or nothing for a fresh start."
	optimizer["anyOf"] = []any{
		object{"required": []string{"name"}},
		object{"properties": object{"updates": object{"maximum": 0}, "first": false, "second": false}},
	}
	optimizer["allOf"] = momentRules()
	s["description"] = "weights[l][o][i] runs from input i to output o of layer l. A network that is absent, null or empty " +
		"is initialized from config; one that does not fit config is an error."
	return s
}

// momentRules say which moments each optimizer keeps.
func momentRules() []any {
	var rules []any
	for _, o := range nn.Optimizers() {
		first, second := o.Keeps()
		of := object{"first": first, "second": second}
		required := []string{}
		for _, name := range []string{"first", "second"} {
			if of[name] == true {
				required = append(required, name)
			}
		}
		rules = append(rules, object{
			"if": has("name", object{"const": o}), "then": object{"properties": of, "required": required},
		})
	}
	return rules
}

// parameters is the schema of weights and biases, or of moments of them, with limits of each number.
func (b *builder) parameters(limits object) func(reference) object {
	return func(ref reference) object {
		moments := member(member(wire.ShapeOf(wire.Step), "network"), "optimizer")
		s := b.schemaOf(member(moments, "first"), "parameters", ref)
		for name, value := range limits {
			for _, list := range []string{"weights", "biases"} {
				number := s["properties"].(object)[list].(object)
				for number["items"] != nil {
					number = number["items"].(object)
				}
				number[name] = value
			}
		}
		return s
	}
}

// data is the schema of the points of a message.
func (b *builder) data(kind wire.Kind) func(reference) object {
	return func(ref reference) object {
		s := b.schemaOf(member(wire.ShapeOf(kind), "data"), "data", ref)
		s["description"] = "A label is a class number from 0, or for regression the target from -1 to 1."
		return s
	}
}

// labelRules say which labels each task has.
func labelRules() []any {
	labels := func(of object) object {
		return object{"properties": object{"data": object{"items": object{"properties": object{"label": of}}}}}
	}
	return []any{object{
		"if":   has("config", has("task", object{"const": nn.Regression})),
		"then": labels(object{"maximum": 1}),
		"else": labels(object{"type": "integer", "minimum": 0}),
	}}
}

package schema

import (
	"reflect"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/handin"
)

// message is the schema of a message to the server.
func (b *builder) message(kind wire.Kind) func(reference) object {
	return func(ref reference) object {
		s := b.schemaOf(wire.ShapeOf(kind), "", ref)
		members := s["properties"].(object)
		members["type"].(object)["const"] = kind.TypeName()
		for p := range wire.Parameters() {
			if m, ok := members[p.Name].(object); ok && !p.OfConfig {
				m["minimum"], m["maximum"], m["description"] = p.Range.Least, p.Range.Most, p.About+"."
			}
		}
		s["allOf"] = labelRules()
		need := func(list string) { // with one point or more
			points := ref(list)
			points["minItems"] = 1
			members["data"], s["required"] = points, []string{"data"}
		}
		switch kind {
		case wire.Step:
			members["steps"].(object)["minimum"] = 1
			members["steps"].(object)["description"] = "updates to make; 1 if it is left out."
			fallthrough
		case wire.Train:
			need("data")
			s["description"] = "On a socket type is required."
		case wire.SweepOver:
			need("data")
			members["steps"].(object)["minimum"] = 1
			members["over"] = b.over()
			s["required"] = []string{"data", "over"}
		case wire.Predict:
			members["data"] = ref("places")
		case wire.Layers:
			need("places")
		case wire.Explain:
			need("data")
			for name, limits := range map[string]object{
				"parameter": {
					"pattern":     parameterPath,
					"description": "weights.LAYER.OUT.IN or biases.LAYER.OUT, counted from 0; the weight with the largest gradient if it is left out.",
				},
				"point": {
					"minimum": 0, "maximum": b.facts.MaxPoints - 1,
					"description": "An index of data, which must be in the batch of the update; the first of the batch if it is left out.",
				},
			} {
				for key, value := range limits {
					members[name].(object)[key] = value
				}
			}
		case wire.Export:
			members["format"].(object)["enum"] = formats()
			s["required"] = []string{"format"}
		}
		return s
	}
}

// parameterPath is what nn.ParseParameter reads.
const parameterPath = `^(weights(\.(0|[1-9][0-9]*)){3}|biases(\.(0|[1-9][0-9]*)){2})$`

// replay is the schema of the message that has a journal in the place of a state.
func (b *builder) replay(ref reference) object {
	s := b.schemaOf(wire.ShapeOf(wire.Replay), "", ref)
	members := s["properties"].(object)
	members["type"].(object)["const"] = wire.Replay.TypeName()
	for name, about := range map[string]string{
		"journal": "A run as its recipe and its acts, in base64url. What it claims, behind a dot, is left aside.",
		"anyway":  "Replay it also if another release wrote it, which may lead to another state.",
	} {
		members[name].(object)["description"] = about
	}
	members["journal"].(object)["pattern"] = `^[A-Za-z0-9_-]+(\.[\s\S]*)?$`
	members["journal"].(object)["maxLength"] = handin.MaxText
	s["required"] = []string{"journal"}
	return s
}

// formats returns the names of the formats of exported files.
func formats() []string {
	var names []string
	for _, f := range export.All() {
		names = append(names, string(f.Format))
	}
	return names
}

// typed completes the schema of an answer: its type, the id of the message, and what else it has.
func (b *builder) typed(name string, members object, required ...string) object {
	members["type"] = object{"const": name}
	id := b.schemaOf(&wire.Shape{Kind: wire.ID}, "", nil)
	id["description"] = "That of the message, if it had one."
	members["id"] = id
	return object{
		"type": "object", "properties": members, "required": append([]string{"type"}, required...),
		"description": "Later releases may add members.",
	}
}

// result is the schema of train_step_result.
func (b *builder) result(ref reference) object {
	network := ref("network")
	network["type"] = "object"
	network["required"] = tags(reflect.TypeFor[nn.Network]())
	metrics := written(reflect.TypeFor[nn.Metrics]())
	for name, m := range metrics["properties"].(object) {
		m := m.(object)
		if m["minimum"] = 0; strings.HasSuffix(name, "accuracy") {
			m["maximum"] = 1
		}
	}
	metrics["description"] = "Of the network returned, without dropout and penalties. accuracy is there for classification, " +
		"test_loss and test_accuracy where points are held out."
	return b.typed("train_step_result", object{
		"network": network, "metrics": metrics, "loss": object{"type": "number", "minimum": 0, "description": "metrics.loss again."},
	}, "network", "loss", "metrics")
}

// prediction is the schema of predict_result.
func (b *builder) prediction(reference) object {
	return b.typed("predict_result", object{"outputs": object{
		"type": "array", "description": "For each point the probabilities of the classes, or the one value of a regression.",
		"items": object{"type": "array", "items": object{"type": "number"}, "minItems": 1, "maxItems": nn.MaxClasses},
	}}, "outputs")
}

// spaces is the schema of layers_result.
func (b *builder) spaces(reference) object {
	number := object{"type": "number"}
	list := func(of object, about string) object {
		return object{"type": "array", "items": of, "description": about}
	}
	share := object{"type": "number", "minimum": 0, "maximum": 1, "description": "How much of the spread of the points is along it."}
	axis := object{"type": "object", "required": []string{"share"}, "properties": object{
		"unit":    object{"type": "integer", "minimum": 0, "maximum": 1, "description": "Whose activation the coordinate is; absent of a direction."},
		"weights": list(number, "Of a direction: the coordinate is the sum of weights·(activations − mean)."),
		"mean":    list(number, "The mean activations of the points from which the directions were found."), "share": share,
	}}
	place := object{"type": "array", "items": number, "minItems": 1, "maxItems": 2}
	layer := object{"type": "object", "required": []string{"name", "units", "axes", "points", "grid"}, "properties": object{
		"name":   object{"type": "string", "description": "input, hidden 1 and so on, output."},
		"units":  object{"type": "integer", "minimum": 1},
		"axes":   object{"type": "array", "items": axis, "minItems": 1, "maxItems": 2},
		"points": list(place, "For each point its coordinates, one along each axis."),
		"grid":   list(place, "The same for each place of the grid."),
	}}
	return b.typed("layers_result", object{
		"grid":   list(object{"type": "array", "items": number, "minItems": 2, "maxItems": 2}, "Places of the plane, row by row from the top left."),
		"layers": list(layer, "The input first, whose units are the features, and the output last."),
	}, "grid", "layers")
}

// explanation is the schema of explain_result.
func (b *builder) explanation(reference) object {
	s := deep(reflect.TypeFor[nn.Explanation]())
	return b.typed("explain_result", s["properties"].(object), s["required"].([]string)...)
}

// deep returns the schema of a Go value as it is written in JSON. Its whole numbers are counts.
func deep(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return deep(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": deep(t.Elem())}
	case reflect.Struct:
		members := object{}
		for _, field := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
				members[name] = deep(field.Type)
			}
		}
		return object{"type": "object", "properties": members, "required": tags(t)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": deep(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer", "minimum": 0}
	}
	return object{"type": "number"}
}

// dataResult is the schema of the answer of a data set.
func (b *builder) dataResult(ref reference) object {
	return object{
		"type": "object", "required": []string{"data", "task"},
		"properties":  object{"data": ref("data"), "task": object{"enum": nn.Tasks()}},
		"description": "Later releases may add members.",
	}
}

// error is the schema of an error: a body, an event or a message of a socket.
func (b *builder) error(ref reference) object {
	body := written(reflect.TypeFor[wire.ErrorBody]())
	members := body["properties"].(object)
	members["code"] = object{"enum": wire.Codes()}
	members["network"] = ref("network")
	for name, about := range map[string]string{
		"field":       "The path of the member at fault, such as data[3].x.",
		"message":     "The rest of a sentence that begins with the field.",
		"step":        "Of diverged: the update that cannot be made.",
		"network":     "Of diverged: the last one that is finite.",
		"retry_after": "Of busy: in how many seconds to try again.",
		"request_id":  "Of internal: finds the error in the log.",
	} {
		members[name].(object)["description"] = about
	}
	return b.typed("error", object{"error": body}, "error")
}

// done is the schema of the data of the last event of a stream.
func (b *builder) done(reference) object {
	return object{
		"type": "object", "required": []string{"reason"},
		"properties":  object{"reason": object{"enum": b.facts.Reasons}},
		"description": "steps: all updates are made. limit: the stream has lasted as long as this server allows. shutdown: this server stops.",
	}
}

// written returns the schema of a Go struct as it is written in JSON, without what is below lists and
// other structs.
func written(t reflect.Type) object {
	members := object{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		of := field.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		members[name] = object{}
		switch of.Kind() {
		case reflect.String:
			members[name] = object{"type": "string"}
		case reflect.Int:
			members[name] = object{"type": "integer", "minimum": 0}
		case reflect.Float64:
			members[name] = object{"type": "number"}
		}
	}
	return object{"type": "object", "properties": members, "required": tags(t)}
}

// tags returns the names of the members of a Go struct that are always written in JSON.
func tags(t reflect.Type) []string {
	var names []string
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" && !strings.Contains(options, "omit") {
			names = append(names, name)
		}
	}
	return names
}

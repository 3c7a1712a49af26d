package schema

import (
	"reflect"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// over is the schema of what the runs of a sweep differ by.
func (b *builder) over() object {
	members := object{}
	for m := range setting.All() {
		value := b.valueOf(m.Kind, choicesOf(m), m.Range, m.Items)
		if m.Kind == setting.List && len(m.Choices) > 0 {
			value["uniqueItems"] = true
		}
		list := object{"type": "array", "items": value, "minItems": 1, "maxItems": wire.MaxCells, "uniqueItems": true}
		members[m.Name] = list
		if m.Kind == setting.Real || m.Kind == setting.Whole {
			members[m.Name] = object{"anyOf": []any{list, b.span(value)}}
		}
		members[m.Name].(object)["title"] = m.Label
	}
	return object{
		"type": "object", "properties": members, "additionalProperties": false,
		"minProperties": 1, "maxProperties": wire.MaxAxes,
		"description": "One or two members of config with their values, the first for the rows; they go before those in config.",
	}
}

// span is the schema of a range of numbers.
func (b *builder) span(value object) object {
	end := object{"type": "number"}
	for name, limit := range value {
		if name != "type" {
			end[name] = limit
		}
	}
	positive := object{"exclusiveMinimum": 0}
	return object{
		"if":   object{"properties": object{"scale": object{"const": wire.ScaleLog}}, "required": []string{"scale"}},
		"then": object{"properties": object{"from": positive, "to": positive}},
		"type": "object", "required": []string{"from", "to", "count"}, "additionalProperties": false,
		"properties": object{
			"from": end, "to": end, "count": object{"type": "integer", "minimum": 2, "maximum": wire.MaxCells},
			"scale": object{"enum": wire.Scales(), "default": wire.ScaleLinear},
		},
		"description": "So many values from one to another, both included, with equal differences or, on a logarithmic scale, equal ratios. " +
			"Those between are rounded to 6 digits, and to whole numbers where the member is one.",
	}
}

// sweepCell is the schema of the data of an event sweep_cell.
func (b *builder) sweepCell(ref reference) object {
	members := b.result(ref)["properties"].(object)
	values := object{}
	for m := range setting.All() {
		values[m.Name] = b.valueOf(m.Kind, choicesOf(m), m.Range, m.Items)
	}
	members["values"] = object{"type": "object", "properties": values, "minProperties": 1, "maxProperties": wire.MaxAxes}
	members["error"] = written(reflect.TypeFor[wire.ErrorBody]())
	s := b.typed("sweep_cell", members, "values")
	s["oneOf"] = []any{
		object{"required": []string{"network", "loss", "metrics"}}, object{"required": []string{"error"}},
	}
	return s
}

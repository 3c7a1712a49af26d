package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// openAPI is the description of the routes in OpenAPI 3.1. It holds the schemas, so that it can be read
// without the rest.
func (b *builder) openAPI() object {
	schemas := object{}
	for _, s := range b.schemas() {
		schema := s.schema(component)
		schema["title"] = s.title
		schemas[s.name] = schema
	}
	paths := object{}
	for _, r := range Routes() {
		if r.Inside != "" || r.Path == "/metrics" && b.facts.PrivateMetrics {
			continue
		}
		if paths[r.Path] == nil {
			paths[r.Path] = object{}
		}
		paths[r.Path].(object)[strings.ToLower(r.Method)] = b.operation(r)
	}
	return object{
		"openapi": "3.1.1", "jsonSchemaDialect": draft,
		"info": object{
			"title": "nnvisu", "version": b.facts.Version, "summary": "Trains small neural networks, and keeps nothing between requests.",
			"description": "A program sends a state and gets a later state back. The same request has the same answer, byte for byte, " +
				"from any replica. Bodies may be compressed with gzip or zstd, and answers are where Accept-Encoding allows it. " +
				"A body may also be a form whose fields config, network, data and id are JSON text.\n\n" +
				"Beyond what the schemas say:\n\n" + BeyondList() + "\n",
		},
		"servers":    []any{object{"url": cmp.Or(b.facts.BasePath, "/")}},
		"paths":      paths,
		"components": object{"schemas": schemas},
	}
}

// component refers to a schema within the description.
func component(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// operation describes a route.
func (b *builder) operation(r Route) object {
	o := object{"operationId": r.ID, "summary": r.Summary}
	if r.About != "" {
		o["description"] = r.About
	}
	var parameters []any
	for _, q := range r.Query {
		parameters = append(parameters, b.parameter(q, r))
	}
	if parameters != nil {
		o["parameters"] = parameters
	}
	if r.Body != "" {
		o["requestBody"] = object{"required": true, "content": object{
			"application/json": object{
				"schema": component(r.Body), "examples": object{"small": object{"value": r.Example}},
			},
			"application/x-www-form-urlencoded": object{"schema": b.form(r.Body)},
		}}
	}
	o["responses"] = b.responses(r)
	return o
}

// form is the schema of a form in the place of a message.
func (b *builder) form(name string) object {
	fields := object{}
	for _, s := range b.schemas() {
		if s.name != name {
			continue
		}
		for field, schema := range s.schema(component)["properties"].(object) {
			fields[field] = object{"type": "string"}
			if slices.Contains([]string{"config", "network", "data", "id", "over"}, field) {
				fields[field] = object{"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
			}
		}
	}
	return object{"type": "object", "properties": fields, "description": "An empty field counts as left out."}
}

// parameter describes a parameter of a route.
func (b *builder) parameter(q queryRow, r Route) object {
	p := object{"name": q.Name, "in": "query", "description": q.About + ".", "schema": b.valueOf(q.Kind, q.Choices, q.Range, q.Items)}
	schema := p["schema"].(object)
	if q.path {
		p["in"], p["required"] = "path", true
	}
	if q.Name == "dataset" && r.Path == "/train" {
		p["required"] = true
	}
	if q.Kind == setting.List {
		p["style"], p["explode"] = "form", false // separated by commas
	}
	if q.Kind == setting.Word && q.Choices == nil {
		delete(schema, "enum")
	}
	if q.Or != "" {
		p["schema"] = object{"anyOf": []any{schema, object{"const": q.Or}}}
		p["description"] = fmt.Sprintf("%s; `%s` %s.", q.About, q.Or, q.OrAbout)
	}
	if values, ok := r.Example.(object); ok && values[q.Name] != nil {
		p["example"] = values[q.Name]
		if q.Kind == setting.List {
			p["example"] = listExample(values[q.Name].(string))
		}
	}
	return p
}

// listExample returns the numbers of a list as a query writes it.
func listExample(text string) []int {
	list := []int{}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			panic(err) // it is in our own table
		}
		list = append(list, n)
	}
	return list
}

// responses describes the answers of a route, by their statuses.
func (b *builder) responses(r Route) object {
	all := object{}
	for _, a := range r.Answers {
		key := strconv.Itoa(a.status)
		answer, ok := all[key].(object)
		if !ok {
			answer = object{"description": a.about}
			all[key] = answer
		}
		if a.mediaType == "" {
			continue
		}
		content := object{"schema": object{"type": "string"}}
		if a.schema != "" {
			content["schema"] = component(a.schema)
		}
		if a.events != nil {
			events := object{}
			for _, name := range a.events {
				events[name] = component(name)
			}
			content["x-events"] = events // the data of each
		}
		if answer["content"] == nil {
			answer["content"] = object{}
		}
		answer["content"].(object)[a.mediaType] = content
	}
	codes := map[int][]string{}
	for _, code := range r.Codes {
		for _, status := range b.facts.Statuses[code] {
			if status == 426 && r.Path != "/ws" { // that is plain HTTP where a socket is wanted
				continue
			}
			codes[status] = append(codes[status], string(code))
		}
	}
	for _, status := range slices.Sorted(maps.Keys(codes)) {
		key := strconv.Itoa(status)
		if all[key] != nil {
			continue
		}
		all[key] = object{
			"description": fmt.Sprintf("An error: %s.", strings.Join(codes[status], " or ")),
			"content":     object{"application/json": object{"schema": component("error")}},
		}
	}
	return all
}

// recipe returns the parameters of a recipe.
func recipe() []queryRow {
	var rows []queryRow
	for p := range wire.Parameters() {
		rows = append(rows, queryRow{p, false})
	}
	return rows
}

// dataQuery returns the parameters of a data set.
func dataQuery() []queryRow {
	var rows []queryRow
	for p := range wire.Parameters() {
		if p.OfData || p.Name == "dataset" {
			rows = append(rows, queryRow{p, p.Name == "dataset"})
		}
	}
	return rows
}

// lesson returns the parameters of a lesson.
func lesson() []queryRow {
	parts := setting.Range{Most: float64(len(views.Parts()))}
	return []queryRow{
		{wire.Parameter{Name: views.LinkExperiment, Choices: experiments()[1:], About: "an experiment, whose card is shown"}, false},
		{wire.Parameter{Name: wire.TextParameter, About: "a task in Markdown, which is shown above the page"}, false},
		{wire.Parameter{Name: views.FieldGoal, About: "what the run is to reach: rules with commas between them, each one of " + goal.Names()}, false},
		{wire.Parameter{Name: views.FieldHide, Kind: setting.List, Choices: views.Parts(), Items: parts, About: "parts of the page to leave out"}, false},
		{wire.Parameter{Name: views.FieldLock, Kind: setting.List, Choices: locks(), Items: parts, About: "parts of the page to lock"}, false},
	}
}

// files returns the answers of an export, one for each type of file.
func files() []reply {
	var replies []reply
	for _, f := range export.All() {
		mediaType, _, _ := strings.Cut(f.MediaType, ";")
		r := reply{200, mediaType, "", "The file.", nil}
		if f.Format == export.State {
			r.schema = "state"
		}
		replies = append(replies, r)
	}
	return replies
}

// schemaFiles returns the names of the files of the schemas.
func schemaFiles() []string {
	var names []string
	for _, s := range new(builder).schemas() {
		names = append(names, s.name+".json")
	}
	return names
}

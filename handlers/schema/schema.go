package schema

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/handlers/wire"
)

// Facts are what the server knows of itself.
type Facts struct {
	Version   string
	BasePath  string // such as /nnvisu, or "" for the root
	MaxPoints int    // of a state
	// Statuses are the HTTP statuses of each code, the usual one first.
	Statuses map[wire.Code][]int
	// PrivateMetrics says that /metrics is served elsewhere.
	PrivateMetrics bool
	// Reasons are those of the last event of a stream.
	Reasons []string
}

// draft is the dialect of the schemas.
const draft = "https://json-schema.org/draft/2020-12/schema"

// MediaType is that of a schema.
const MediaType = "application/schema+json"

// A Document is a file that is the same for everybody.
type Document struct {
	Path      string // below the base path, such as /schema/config.json
	MediaType string
	Text      []byte
}

// Documents returns all documents.
func Documents(f Facts) []Document {
	b := &builder{facts: f}
	b.limits = b.limitsOf()
	all := b.schemas()
	documents := []Document{{"/openapi.json", "application/json", encode(b.openAPI())}}
	var list []any
	for _, s := range all {
		path := "/schema/" + s.name + ".json"
		text := object{"$schema": draft, "$id": f.BasePath + path, "title": s.title}
		for name, value := range s.schema(func(name string) object { return object{"$ref": name + ".json"} }) {
			text[name] = value
		}
		documents = append(documents, Document{path, MediaType, encode(text)})
		list = append(list, object{"name": s.name, "title": s.title, "url": f.BasePath + path})
	}
	return append(documents,
		Document{"/schema/", "application/json", encode(object{"schemas": list})},
		Document{"/llms.txt", "text/plain; charset=utf-8", []byte(b.llms())},
	)
}

// encode writes JSON for people to read, in one order.
func encode(v any) []byte {
	text, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		panic(err) // all of it is our own
	}
	return append(text, '\n')
}

// A reference returns a schema that stands for the one with the name.
type reference func(name string) object

// A builder makes the documents of one server.
type builder struct {
	facts  Facts
	limits map[string]object // of places, by their paths
}

// A named schema is a document of its own.
type named struct {
	name, title string
	schema      func(ref reference) object
}

// schemas returns all schemas, in the order of the list.
func (b *builder) schemas() []named {
	return []named{
		{"config", "Every choice of the user, the seed included", b.config},
		{"network", "Everything that training changes", b.network},
		{"parameters", "Numbers in the shape of a network", b.parameters(nil)},
		{"squares", "Means of squares in the shape of a network", b.parameters(object{"minimum": 0})},
		{"data", "Points with labels", b.data(wire.Step)},
		{"places", "Points whose labels may be left out", b.data(wire.Predict)},
		{"state", "A saved state: a file, or the text of a link", b.state},
		{"train_step", "Asks for updates and one result", b.message(wire.Step)},
		{"train", "Asks for updates and a stream of results", b.message(wire.Train)},
		{"sweep", "Asks for the results of many runs on the same points, as a stream", b.message(wire.SweepOver)},
		{"predict", "Asks what a network says at points", b.message(wire.Predict)},
		{"layers", "Asks where the layers put points", b.message(wire.Layers)},
		{"explain", "Asks how the next update changes a weight or bias", b.message(wire.Explain)},
		{"export", "Asks for a network as a file", b.message(wire.Export)},
		{"replay", "Asks for the state that a journal leads to", b.replay},
		{"verify", "Asks what runs that are handed in claim, and what they come to", b.verify},
		{"picture", "Asks for a figure of a state", b.picture},
		{"train_step_result", "A network after some updates", b.result},
		{"sweep_cell", "The result of one of the runs of a sweep", b.sweepCell},
		{"predict_result", "What a network says at points", b.prediction},
		{"layers_result", "Where the layers put points", b.spaces},
		{"explain_result", "How an update changes a weight or bias", b.explanation},
		{"verify_result", "What hand-ins claim, and what they come to", b.verified},
		{"data_result", "The points of a data set", b.dataResult},
		{"error", "Why a request gets no result", b.error},
		{"done", "The last event of a stream", b.done},
	}
}

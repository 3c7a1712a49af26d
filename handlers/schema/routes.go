package schema

import (
	"fmt"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// A Route is a row of the table of routes: what OpenAPI says of it.
type Route struct {
	Method, Path string // the path below the base path, with parameters in braces
	// Inside says why the route belongs to the page and is none of the API. The rest is then empty.
	Inside string

	ID, Summary string
	About       string     // Markdown; may be empty
	Query       []queryRow // parameters
	Body        string     // the name of the schema of the body
	Answers     []reply
	// Codes are those of its errors, beside those of every route.
	Codes []wire.Code
	// Example is a body, or the values of parameters, that the tests send.
	Example any
}

// A reply is an answer that is no error.
type reply struct {
	status    int
	mediaType string
	schema    string // its name, or "" for text or bytes
	about     string
	events    []string // of a stream: the names of the schemas of their data
}

// A queryRow is a parameter of a query or a path.
type queryRow struct {
	wire.Parameter
	path bool // it is a part of the path
}

// computing are the codes of what is computed from a body.
var computing = []wire.Code{
	wire.CodeMalformed, wire.CodeInvalid, wire.CodeTooLarge, wire.CodeUnsupported, wire.CodeForbidden, wire.CodeBusy, wire.CodeInternal,
}

// training are those of what is trained.
var training = append([]wire.Code{wire.CodeDiverged}, computing...)

// aStream is the answer of a route that trains for as long as its client listens.
var aStream = []reply{{200, "text/event-stream", "",
	"Events `train_step_result`, whose id is the step, and at last `done` or `error`. Each result is a whole state: after a " +
		"connection that broke, post the newest one to any replica and go on. A comment line at least every 5 seconds.",
	[]string{"train_step_result", "done", "error"}}}

// html is what the routes say that serve the page as well.
const html = " With `Accept: text/html` or `HX-Request` the answer is the page's own HTML, which may change."

// two is the example of two points.
var two = []any{object{"x": -0.5, "y": 0.2, "label": 0}, object{"x": 0.5, "y": -0.2, "label": 1}}

// linear is a config whose network is as small as can be.
var linear = object{"hidden_layers": []int{}, "learning_rate": 1, "optimizer": "momentum", "init": "zero"}

// trained is the network that belongs to it, after an update.
var trained = object{"weights": []any{[]any{[]float64{-0.25, 0.1}, []float64{0.25, -0.1}}}, "biases": []any{[]float64{0, 0}}}

// exampleJournal tells of ten updates, of another learning rate, and of ten more.
func exampleJournal() string {
	text, err := journal.Journal{Recipe: "dataset=xor&hidden_layers=2&points=20", Step: 20, Entries: []journal.Entry{
		{Step: 10, Act: journal.Settings{{Name: "learning_rate", Value: "0.1"}}},
	}}.Text()
	if err != nil {
		panic(err) // it is our own
	}
	return text
}

// Routes returns the table of routes. A route of the server that is not here, or the other way round,
// fails a test of package handlers.
func Routes() []Route {
	return append(figureRoutes(), []Route{
		{
			Method: "GET", Path: "/", ID: "page", Summary: "The page, with the run of a recipe",
			About:   "Without a query it is the same for everybody.",
			Query:   append(untimed(recipe()), lesson()...),
			Answers: []reply{{200, "text/html", "", "The page.", nil}},
			Codes:   computing, Example: object{"dataset": "moons", "steps": 100},
		},
		{
			Method: "POST", Path: "/step", ID: "step", Summary: "Make updates", Body: "train_step",
			About:   "The same state and steps give the same bytes, from any replica: step(S, n + m) = step(step(S, n), m)." + html,
			Answers: []reply{{200, "application/json", "train_step_result", "The network after the updates.", nil}},
			Codes:   training, Example: object{"config": linear, "data": two, "steps": 1},
		},
		{
			Method: "POST", Path: "/train", ID: "train", Summary: "Make updates, as a stream", Body: "train",
			About:   "An event after every `frame_steps` updates, `steps` updates in all." + html,
			Answers: aStream, Codes: training,
			Example: object{"config": linear, "data": two, "steps": 4, "frame_steps": 2},
		},
		{
			Method: "GET", Path: "/train", ID: "trainRecipe", Summary: "Train by a recipe, as a stream",
			About: "`seed` and `classes` go to the data set and to the network. `task` follows from the data set." + html,
			Query: recipe(), Answers: aStream, Codes: training,
			Example: object{"dataset": "circles", "hidden_layers": "4", "steps": 20, "frame_steps": 10},
		},
		{
			Method: "GET", Path: "/ws", ID: "socket", Summary: "Make updates, over a WebSocket",
			About: "Each text message is a `train_step` with its `type`. It is answered with one `train_step_result` or `error`, in " +
				"order. The connection survives a bad message.",
			Answers: []reply{{101, "", "", "The connection is a WebSocket now.", nil}},
			Codes:   []wire.Code{wire.CodeForbidden, wire.CodeBusy, wire.CodeInternal, wire.CodeUnsupported},
		},
		{
			Method: "POST", Path: "/sweep", ID: "sweep", Summary: "Many runs on the same points, as a stream", Body: "sweep",
			About: "A run for each combination of the values of one or two members of config, each from its beginning. A cell has byte " +
				"for byte what `/step` answers for its run alone.",
			Answers: []reply{{200, "text/event-stream", "",
				"Events `sweep_cell`, row by row, whose id is the number of the cell from 0, and at last `done` or `error`. A comment line " +
					"at least every 5 seconds.",
				[]string{"sweep_cell", "done", "error"}}},
			Codes:   computing,
			Example: object{"config": linear, "data": two, "steps": 4, "over": object{"learning_rate": []any{0.1, 1}, "seed": []any{1, 2}}},
		},
		{
			Method: "POST", Path: "/predict", ID: "predict", Summary: "What a network says at points", Body: "predict",
			About:   "Labels may be left out. Without `classes` their number is that of the outputs of the network.",
			Answers: []reply{{200, "application/json", "predict_result", "The outputs.", nil}},
			Codes:   computing,
			Example: object{"config": linear, "network": trained, "data": []any{object{"x": 0, "y": 0}}},
		},
		{
			Method: "POST", Path: "/layers", ID: "layers", Summary: "Where the layers put points", Body: "layers",
			About: "Labels may be left out. Without `classes` their number is that of the outputs of the network. The same state gives " +
				"the same bytes, from any replica.",
			Answers: []reply{{200, "application/json", "layers_result", "The places.", nil}},
			Codes:   computing,
			Example: object{"config": linear, "network": trained, "data": two},
		},
		{
			Method: "POST", Path: "/explain", ID: "explain", Summary: "How the next update changes a weight or bias", Body: "explain",
			About: "Every number of the update as it is computed: the pass of one point, the gradients back, the mean over the batch, the " +
				"penalties and the optimizer. `parameter.after` is what `/step` then gives, bit for bit.",
			Answers: []reply{{200, "application/json", "explain_result", "The explanation.", nil}},
			Codes:   training, Example: object{"config": linear, "data": two, "parameter": "weights.0.1.0", "point": 1},
		},
		{
			Method: "POST", Path: "/export", ID: "export", Summary: "A network as a file", Body: "export",
			About:   "Code that needs no nnvisu, a model in ONNX, or the state to save. Without `classes` their number is that of the outputs.",
			Answers: files(), Codes: computing,
			Example: object{"format": "state", "config": linear, "network": trained, "data": two},
		},
		{
			Method: "POST", Path: "/replay", ID: "replay", Summary: "The state that a journal leads to", Body: "replay",
			About: "A journal is a run as its recipe and its acts. The same journal gives the same bytes as the run did. An act that " +
				"cannot be done is `invalid`, and the message says which.",
			Answers: []reply{{200, "application/json", "state", "The state, as a file holds it.", nil}},
			Codes:   append([]wire.Code{wire.CodeRelease}, training...),
			Example: object{"journal": exampleJournal(), "anyway": true},
		},
		{
			Method: "POST", Path: "/verify", ID: "verify", Summary: "What runs that are handed in claim, and what they come to", Body: "verify",
			About: fmt.Sprintf("Replays up to %d journals and says of each whether it comes to what it claims, and whether its goal is reached. "+
				"What is wrong with one of them is said in its place. Nothing is kept."+html, wire.MaxHandIns),
			Answers: []reply{{200, "application/json", "verify_result", "What was found out.", nil}},
			Codes:   computing,
			Example: object{"lesson": "?dataset=xor&hidden_layers=2&points=20&goal=accuracy+50,units+2", "hand_ins": []any{object{"name": "Ada", "text": exampleJournal()}}},
		},
		{
			Method: "GET", Path: "/data/{dataset}", ID: "data", Summary: "The points of a data set",
			Query: append(dataQuery(), version()),
			Answers: []reply{
				{200, "application/json", "data_result", "The points, with an `ETag`.", nil},
				{304, "", "", "They are those that `If-None-Match` names.", nil},
			},
			Codes: computing, Example: object{"dataset": "moons", "points": 2},
		},
		{
			Method: "GET", Path: "/healthz", ID: "health", Summary: "Whether the process is alive",
			Answers: []reply{{200, "text/plain", "", "It is.", nil}},
		},
		{
			Method: "GET", Path: "/readyz", ID: "ready", Summary: "Whether the server takes work",
			Answers: []reply{
				{200, "text/plain", "", "It does.", nil},
				{503, "text/plain", "", "It drains, or is stuck.", nil},
			},
		},
		{
			Method: "GET", Path: "/metrics", ID: "metrics", Summary: "Metrics in the format of Prometheus",
			Answers: []reply{{200, "text/plain", "", "The metrics.", nil}},
		},
		document("/openapi.json", "openapi", "This description", "application/json"),
		document("/schema/", "schemas", "The list of the JSON Schemas", "application/json"),
		{
			Method: "GET", Path: "/schema/{name}", ID: "schema", Summary: "A JSON Schema",
			Query:   []queryRow{{wire.Parameter{Name: "name", About: "as the list at `/schema/` names it, with .json", Choices: schemaFiles()}, true}},
			Answers: documentReplies(MediaType), Codes: []wire.Code{wire.CodeNotFound, wire.CodeInternal},
			Example: object{"name": "config.json"},
		},
		client("/nnvisu.py", "clientPython", "The client in Python", "text/x-python"),
		client("/nnvisu.mjs", "clientJavaScript", "The client in JavaScript", "text/javascript"),
		document("/llms.txt", "llms", "A text about this server for language models", "text/plain"),

		{Method: "GET", Path: "/verify", Inside: "the page for hand-ins"},
		{Method: "GET", Path: "/embed", Inside: "the page as one card, for a frame"},
		{Method: "POST", Path: "/embed", Inside: "acts of a card without script"},
		{Method: "POST", Path: "/edit", Inside: "acts of the page"},
		{Method: "POST", Path: "/points.csv", Inside: "the points of the page's form as a table"},
		{Method: "GET", Path: "/ws/page", Inside: "frames of the page"},
		{Method: "GET", Path: "/public/{release}/*", Inside: "script and style of one release"},
		{Method: "POST", Path: "/curves.csv", Inside: "the curves of the page's form as a table"},
	}...)
}

// document is the row of one of the documents of this package.
func document(path, id, summary, mediaType string) Route {
	return Route{Method: "GET", Path: path, ID: id, Summary: summary, Answers: documentReplies(mediaType), Codes: []wire.Code{wire.CodeInternal}}
}

// client is the row of a client that the server gives away.
func client(path, id, summary, mediaType string) Route {
	return Route{Method: "GET", Path: path, ID: id, Summary: summary, Answers: []reply{{200, mediaType, "", "The file.", nil}}, Codes: []wire.Code{wire.CodeInternal}}
}

func documentReplies(mediaType string) []reply {
	return []reply{
		{200, mediaType, "", "The document, with an `ETag`.", nil},
		{304, "", "", "It is the one that `If-None-Match` names.", nil},
	}
}

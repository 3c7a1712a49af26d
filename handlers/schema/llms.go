package schema

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// llms is a short text for language models, in the form that llmstxt.org proposes.
func (b *builder) llms() string {
	var t strings.Builder
	base := b.facts.BasePath
	fmt.Fprintf(&t, `# nnvisu

> nnvisu is a playground for small neural networks. A server trains; the page and programs own the state. It is stateless:
> a request holds all of the state, and the same request has the same answer, byte for byte, from any replica.

A state is three JSON values. config has every choice, the seed included. network has weights, biases, the moments of the
optimizer and counters. data has points {"x", "y", "label"}, with x and y from -1 to 1. Training is a function from a state to a
later state: step(S, n + m) = step(step(S, n), m). Send the network of an answer in the next request to go on from there.

With the address of this server in NNVISU, this makes one update:

`+"```sh\ncurl -s \"$NNVISU%s/step\" -H 'Content-Type: application/json' -d '%s'\n```\n", base, llmsExample())
	fmt.Fprintf(&t, `
The answer is {"type": "train_step_result", "network": …, "loss": …, "metrics": …}. Whoever sends something wrong gets
{"type": "error", "error": {"code", "field", "message"}}, which names the member and the limit.

- Members of config, all optional: %s.
- Data sets: %s.
- At most %[3]d points, %[5]d hidden layers of %[6]d units, and the updates of one request within the server's budget of work.

## For programs

- [OpenAPI 3.1](%[4]s/openapi.json): every request with parameters, bodies, answers and errors
- [JSON Schemas](%[4]s/schema/): the list of the schemas below
`, strings.Join(members(), ", "), strings.Join(sets(), ", "), b.facts.MaxPoints, base,
		nn.MaxHiddenLayers, nn.MaxWidth)
	for _, r := range Routes() {
		if r.Inside == "" && r.Body != "" {
			fmt.Fprintf(&t, "- %s %s%s: %s\n", r.Method, base, r.Path, lower(r.Summary))
		}
	}
	fmt.Fprintf(&t, "- [GET %[1]s/data/moons?points=4](%[1]s/data/moons?points=4): the points of a data set\n", base)
	fmt.Fprintf(&t, "- GET %s/train?dataset=circles&hidden_layers=4&steps=300&frame_steps=100: a run by a recipe, as an event stream\n", base)
	for _, figure := range []struct{ query, about string }{
		{"picture.svg?dataset=moons&steps=300&view=lab", "a figure of the run of a recipe; also picture.png"},
		{"film.svg?dataset=moons&steps=300", "the run as a figure that moves; also film.png"},
		{"nnvisu.py", "a client in Python, one file that needs no other"}, {"nnvisu.mjs", "the same in JavaScript"},
	} {
		fmt.Fprintf(&t, "- [GET %[1]s/%[2]s](%[1]s/%[2]s): %[3]s\n", base, figure.query, figure.about)
	}
	t.WriteString("\n## Schemas\n\n")
	for _, s := range b.schemas() {
		fmt.Fprintf(&t, "- [%s](%s/schema/%s.json): %s\n", s.name, base, s.name, lower(s.title))
	}
	fmt.Fprintf(&t, `
## For people

- [The page](%[1]s/): draw points, choose a network, watch it learn
- [A recipe](%[1]s/?dataset=spiral&hidden_layers=8,8&steps=500): the address of a run, which the page repeats
`, base)
	return t.String()
}

// llmsExample is the body of the request for an update.
func llmsExample() []byte {
	text, err := json.Marshal(object{"config": linear, "data": two, "steps": 1}, json.Deterministic(true))
	if err != nil {
		panic(err) // all of it is our own
	}
	return text
}

// members returns the names of the members of config.
func members() []string {
	var names []string
	for m := range setting.All() {
		names = append(names, m.Name)
	}
	return names
}

// sets returns the names of the data sets.
func sets() []string {
	var names []string
	for _, info := range dataset.All() {
		names = append(names, string(info.Name))
	}
	return names
}

// lower makes the first letter of a sentence small.
func lower(text string) string { return strings.ToLower(text[:1]) + text[1:] }

// Package schema writes the contract for tools: JSON Schemas (draft 2020-12) of messages, states and
// errors, a description of the routes in OpenAPI 3.1, and a text for language models.
//
// Nothing is described by hand that the server knows. Which members an object has, and of which type,
// is asked of the reader of package wire; the limits come from the tables of packages nn, setting and
// dataset; the members of answers come from the Go types that are written. What stands here alone are
// the table of routes, sentences, and limits that package nn checks in code. Tests of package handlers
// compare all of that with the server, message by message.
//
// A schema takes every message that the server takes. It cannot say everything that the server
// refuses: see [Beyond].
package schema

import (
	"fmt"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// An object is a JSON object that is written with its members in the order of their names.
type object = map[string]any

// A Rule is one that a schema cannot tell.
type Rule struct {
	Name string // for those who find in an error which rule it is about
	Text string // as the documents have it
}

// Beyond are the rules that a schema cannot tell, as the documents list them. The server refuses what
// breaks them, with an error that names the member.
var Beyond = []Rule{
	{"shapes", "`network`, its moments included, fits `config`: layers, units, inputs and the optimizer"},
	{"classes", "`classes` is at least the largest label + 1"},
	{"begun", "a network without weights has no step, no epoch and no moments"},
	{"twice", "no name is given twice in an object"},
	{"number", "a number fits 64 bits of floating point"},
	{"id", fmt.Sprintf("an `id` has at most %d bytes as it is sent", wire.MaxID)},
	{"limits", "the bytes and the work of a request are within the limits of the server, and what it computes is finite"},
	{"room", "training does not diverge, and `step`, `epoch` and `updates` have room for the updates that are asked for"},
	{"explained", "of what is to be explained, `parameter` is in the network, and `point` in the batch of the update"},
	{"sweep", fmt.Sprintf("a sweep has at most %d cells, and no value twice, also where a range is rounded", wire.MaxCells)},
	{"journal", "a journal can be read, is of this server's release or replayed `anyway`, and each of its acts can be done"},
	{"curves", "the curves of a saved state have one number for each of their steps, which grow"},
	{"saved", fmt.Sprintf("of a saved state, an assignment has at most %d links, and `source` and `edited` at most %d bytes", views.MaxAssignmentLinks, table.MaxSource) +
		", and its goal can be read"},
	{"lesson", "the `lesson` of hand-ins is a link to the page or a goal"},
}

// BeyondList returns the texts of the rules as a list in Markdown.
func BeyondList() string {
	var b strings.Builder
	for i, rule := range Beyond {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString("- " + rule.Text)
	}
	return b.String()
}

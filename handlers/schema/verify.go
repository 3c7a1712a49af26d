package schema

import (
	"fmt"
	"reflect"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/handin"
)

// verify is the schema of the message that has hand-ins in the place of a state.
func (b *builder) verify(ref reference) object {
	s := b.schemaOf(wire.ShapeOf(wire.Verify), "", ref)
	members := s["properties"].(object)
	members["type"].(object)["const"] = wire.Verify.TypeName()
	lesson, handIns := members["lesson"].(object), members["hand_ins"].(object)
	lesson["maxLength"] = wire.MaxLessonLink
	lesson["description"] = "The link of the lesson, its query, or a goal alone: what the hand-ins are compared with."
	handIns["minItems"], handIns["maxItems"] = 1, wire.MaxHandIns
	of := handIns["items"].(object)["properties"].(object)
	of["name"].(object)["maxLength"] = wire.MaxHandInName
	of["text"].(object)["description"] = "A journal, with its claim or without, a link with one, or the text of the file of a state with one."
	s["required"] = []string{"hand_ins"}
	return s
}

// verified is the schema of verify_result.
func (b *builder) verified(reference) object {
	row := deep(reflect.TypeFor[handin.Row]())
	members := row["properties"].(object)
	verdicts, about := []string{}, ""
	for _, v := range handin.Verdicts() {
		verdicts = append(verdicts, string(v.Verdict))
		about += fmt.Sprintf(" %s: %s", v.Verdict, v.About)
	}
	members["verdict"] = object{"enum": verdicts, "description": "The first of what does not agree." + about}
	for name, about := range map[string]string{
		"error":        "Why it cannot be read or replayed; then there is nothing of a run.",
		"reached":      "Whether all rules of the goal are kept; left out where there is no goal.",
		"loss":         "To which the journal leads; left out where there are no points.",
		"claimed_loss": "That of the claim, or the last of the curves of a file.",
		"updates":      "Those that lead to the state, which were made here.",
		"changes":      "How many acts changed a part of the run, by its name.",
		"timeline":     fmt.Sprintf("The first %d acts.", handin.MaxMoments),
		"digest":       "The same for the same run.",
		"same_as":      "The numbers, from 0, of the other hand-ins that have this digest.",

		"updates_before": "Those that the journal tells of before the run began again: they have no part in the state and were not made here.",
	} {
		members[name].(object)["description"] = about
	}
	return b.typed("verify_result", object{
		"release":  object{"type": "string", "description": "The one that replayed them."},
		"goal":     object{"type": "string", "description": "That of the lesson, if it has one. It goes before that of a hand-in."},
		"hand_ins": object{"type": "array", "items": row, "description": "In the order of the message."},
	}, "release", "hand_ins")
}

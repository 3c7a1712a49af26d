package wire

import (
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn/handin"
)

// Limits of hand-ins.
const (
	MaxHandIns    = 60   // in one request
	MaxHandInName = 200  // bytes
	MaxLessonLink = 9000 // bytes
)

// A HandIn is a run that is to be verified.
type HandIn struct {
	Name string
	Text string // a journal, a link with one, or the text of a file with one
}

// handIns reads runs to verify.
func (r *reader) handIns(dst *[]HandIn) error {
	*dst = nil
	return r.list(func() error {
		if len(*dst) == MaxHandIns {
			return TooLarge("hand_ins", "must have at most %d hand-ins", MaxHandIns)
		}
		var h HandIn
		err := r.object(func(member string) error {
			switch member {
			case "name":
				return r.text(&h.Name)
			case "text":
				return r.text(&h.Text)
			}
			return r.unknown()
		})
		*dst = append(*dst, h)
		return err
	})
}

// CheckHandIns returns an error for runs to verify that are none, or that have too long a name.
func (m *Message) CheckHandIns() error {
	if len(m.HandIns) == 0 {
		return Invalid("hand_ins", "must have from 1 to %d hand-ins", MaxHandIns)
	}
	if len(m.Lesson) > MaxLessonLink {
		return TooLarge("lesson", "must have at most %d bytes; got %d", MaxLessonLink, len(m.Lesson))
	}
	for i, h := range m.HandIns {
		if len(h.Name) > MaxHandInName {
			return TooLarge(HandInField(i, "name"), "must have at most %d bytes; got %d", MaxHandInName, len(h.Name))
		}
	}
	return nil
}

// HandInField is the path of a member of a hand-in.
func HandInField(i int, member string) string {
	return "hand_ins[" + strconv.Itoa(i) + "]." + member
}

// WriteReport writes the answer to hand-ins.
func WriteReport(w io.Writer, id jsontext.Value, r handin.Report) error {
	return json.MarshalWrite(w, struct {
		Type    string         `json:"type"`
		ID      jsontext.Value `json:"id,omitzero"`
		Release string         `json:"release"`
		Goal    string         `json:"goal,omitzero"`
		HandIns []handin.Row   `json:"hand_ins"`
	}{"verify_result", id, r.Release, r.Goal.String(), r.Rows}, json.Deterministic(true))
}

package export

import (
	"io"

	"github.com/go-json-experiment/json"

	"nnvisu/nn"
	"nnvisu/nn/table"
)

// What says that a file is a state. The version grows when an older reader would misunderstand a
// newer file.
const (
	StateType    = "nnvisu_state"
	StateVersion = 1
)

// A File is a state as it is kept outside of the page: in the format State, and in a link. It is
// one JSON object with these members in this order, of which type and version must be there and
// each other one may be left out:
//
//	{"type":"nnvisu_state","version":1,"config":…,"network":…,"data":…,"meta":…,"history":…}
//
// The values are the wire contract's. [File.Write] ends the object with a line break. Links are
// made by the page's script (public/share.js) from the same members; a link has no line break.
type File struct {
	Type    string `json:"type"`    // StateType
	Version int    `json:"version"` // StateVersion
	nn.State

	Meta    table.Meta `json:"meta,omitzero"`    // units and class names of the points
	History nn.History `json:"history,omitzero"` // curves of the run
}

// Write writes the file. The type and the version are set here, and a history without samples is
// left out. It returns the errors of w, and one for text in Meta that is not UTF-8.
func (f File) Write(w io.Writer) error {
	f.Type, f.Version = StateType, StateVersion
	if f.History.Len() == 0 {
		f.History = nn.History{}
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

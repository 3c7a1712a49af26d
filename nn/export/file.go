package export

import (
	"io"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// The type and version of a [File]. The version grows when an older reader would misunderstand a
// newer file.
const (
	StateType    = "nnvisu_state"
	StateVersion = 1
)

// A File is a state as it is kept outside of the page: in the format State, and in a link. It is
// one JSON object. The members type and version are required, and each other one may be left out.
// [File.Write] writes them in this order and ends the file with a line break:
//
//	{"type":"nnvisu_state","version":1,"config":…,"network":…,"data":…,"meta":…,"history":…,"journal":…,"lesson":…}
//
// The page's script (public/share.js) writes the same object into links, from the JSON that the
// page already holds: its members stand in the order of the form, and no line break follows.
type File struct {
	Type    string `json:"type"`    // StateType
	Version int    `json:"version"` // StateVersion
	nn.State

	Meta    table.Meta `json:"meta,omitzero"`    // source, units and class names of the points
	History nn.History `json:"history,omitzero"` // curves of the run
	Journal string     `json:"journal,omitzero"` // what was done in it, as package journal writes it
	Lesson  Lesson     `json:"lesson,omitzero"`  // what it is used for
}

// A Lesson is what a page is used for in a class. The zero value is no lesson.
type Lesson struct {
	Experiment string   `json:"experiment,omitzero"` // the name of a prepared one
	Assignment string   `json:"assignment,omitzero"` // a task in Markdown
	Goal       string   `json:"goal,omitzero"`       // what the run is to reach, as package goal writes it
	Hide       []string `json:"hide,omitempty"`      // names of the parts of the page that are left out
	Lock       []string `json:"lock,omitempty"`      // and of those that are locked
}

// IsZero reports whether there is no lesson.
func (l Lesson) IsZero() bool {
	return l.Experiment == "" && l.Assignment == "" && l.Goal == "" && len(l.Hide) == 0 && len(l.Lock) == 0
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

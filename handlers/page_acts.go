package handlers

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// A pageAct is something that the page can ask for at POST /edit. Of edit and do an act has one;
// one that has neither leaves the state as it was posted.
type pageAct struct {
	name   string // the value of FieldAct
	placed bool   // a place in the network or the like follows: "add-neuron 0"
	traits views.Traits
	hint   string // the title of its button; "" where the words on it say all

	// edit changes the state; meta says what becomes of the names and units of its points.
	edit func(s *Server, e edit) (nn.State, views.Notice, error)
	meta metaRule
	// do changes the page. When it returns an error, p is the page to show beside the error.
	do func(s *Server, ctx context.Context, p *pageRequest, place string) error

	answer pageAnswer // do replaces it where the answer depends on the outcome
}

// An edit is the input of an act that changes the state. The state is prepared, and the act must
// not write to its slices. It changes the state by acts of the journal alone. The caller checks the limits of the state that the act returns.
type edit struct {
	ctx   context.Context // of the request
	state nn.State
	meta  table.Meta
	place string // in the network, such as 0.1; "" for most acts
	form  url.Values
	// do does an act of the journal to a state, and writes it down.
	do func(nn.State, journal.Act) (nn.State, error)
}

// A metaRule returns the class names and units of the points after an act, which had the meta m and
// changed one config into another.
type metaRule func(m table.Meta, from, to nn.Config) table.Meta

// What an act that shows another state or run is answered with.
var (
	answerShown    = pageAnswer{preview: true, pinned: true}
	answerRestored = pageAnswer{preview: true, pinned: true, replaced: true, redraft: true}
	answerOpened   = pageAnswer{pinned: true, replaced: true, redraft: true}
)

// pageActs is the table of all acts. The page and its script know an act by its row.
var pageActs = []pageAct{
	// The run.
	{
		name:   "show", // draws the state that was posted
		traits: views.Traits{Restores: true},
		answer: answerShown,
	},
	{
		name:   "restore", // the same, of a state that the page does not show; or takes a change back
		traits: views.Traits{Restores: true},
		do:     (*Server).takeBack, answer: answerRestored,
	},
	{
		name:   "fit", // draws as many units as there is room for
		traits: views.Traits{Looks: true},
		answer: pageAnswer{preview: true, reshaped: true},
	},
	{name: "settings"}, // decodePageForm applies them, whatever the act
	{
		name:   "reset",
		traits: views.Traits{Stops: true},
		hint:   "Starts over with the same random weights. After a change of settings, reset to compare from the same start.",
		edit:   reset, meta: keepMeta,
	},
	{
		name:   "reseed",
		traits: views.Traits{Stops: true},
		hint:   "Starts from other random weights. If the result changes much, luck decides and one run proves little.",
		edit:   reseed, meta: keepMeta,
	},
	{
		name: "change-setting", placed: true, // to the value behind the name
		hint: "Changes this one setting and keeps the weights. Train on and see if it helps.",
		edit: (*Server).changeSetting, meta: keepMeta,
	},
	{
		name: "restart-with", placed: true, // a changed setting
		traits: views.Traits{Stops: true},
		hint:   "Changes this one setting and draws the first weights again. Train and compare.",
		edit:   (*Server).restartWith, meta: keepMeta,
	},
	{
		name:   "pin",
		traits: views.Traits{KeepsRun: true},
		hint:   "Keeps this run's curves beside those of the next. Pin, change one setting, reset and train.",
		do:     pin, answer: answerShown,
	},
	{
		name:   "unpin",
		traits: views.Traits{KeepsRun: true},
		do:     unpin, answer: answerShown,
	},

	{
		name:   "notebook", // says what was done in the run
		traits: views.Traits{Looks: true},
		hint:   "Lists what you did in this run, from the start. From each line you can go back to that moment.",
		do:     (*Server).showNotebook, answer: answerNotebook,
	},
	{
		name: "back", placed: true, // to the moment behind the name: so many acts, and a step
		traits: views.Traits{Stops: true, NewRun: true},
		do:     (*Server).goBack, answer: answerRestored,
	},
	{
		name:   "words", // says what the picture and the curves show
		traits: views.Traits{Looks: true},
		hint:   "Says in words what fills the picture, how the loss went, and what each unit responds to.",
		do:     (*Server).describe, answer: answerWords,
	},

	// The data.
	{name: "draw", edit: (*Server).draw, meta: keepMeta}, // or erases
	{
		name: "clear",
		hint: "Removes all points and keeps the network. Draw a shape of your own next.",
		edit: clearPoints, meta: dropMeta,
	},
	{
		name:   "dataset",
		traits: views.Traits{Sends: views.FieldOwn},
		do:     (*Server).loadDataset,
	},
	{
		name: "add-class",
		hint: "Adds a class and an output for it. All other weights stay, so the network need not start again.",
		edit: addClass, meta: keepMeta,
	},
	{
		name: "remove-class",
		hint: "Removes the last class with its points and its output. The other weights stay.",
		edit: removeClass, meta: keepMeta,
	},
	{
		name:   "import-preview", // shows what would come of FieldTableText
		traits: views.Traits{Looks: true, Sends: views.FieldTableText + " " + views.FieldTableFile},
		do:     (*Server).previewImport, answer: answerPreview,
	},
	{
		name:   "import", // takes its points
		traits: views.Traits{Sends: views.FieldTableText + " " + views.FieldTableFile},
		do:     (*Server).importPoints, answer: answerImported,
	},

	// The points as a table. All but table-show take the rows of the page that was shown first.
	{
		name:   "table-show",
		traits: views.Traits{Looks: true},
		hint:   "Lists the points as numbers. Find one in the picture that the network gets wrong, and look it up.",
		do:     showTable, answer: answerTable,
	},
	{name: "table-set", do: editTable(nil)},
	{name: "table-add", do: editTable((*Server).addRow)},
	{name: "table-remove", do: editTable((*Server).removeRows)},
	{name: "table-previous", do: editTable(turnPage(-1))},
	{name: "table-next", do: editTable(turnPage(+1))},

	// The network.
	{
		name: "add-layer",
		hint: "Adds a hidden layer. More layers can bend the boundary more, but very deep networks are harder to train.",
		edit: addLayer, meta: keepMeta,
	},
	{
		name: "remove-layer",
		hint: "Removes the last hidden layer. With none left, the boundary between two classes is straight in the features.",
		edit: removeLayer, meta: keepMeta,
	},
	{
		name: "add-neuron", placed: true, // to the layer behind the name
		hint: "Adds a unit to this layer. Circles need about three units, spirals many more.",
		edit: addNeuron, meta: keepMeta,
	},
	{
		name: "remove-neuron", placed: true, // the unit behind the name, or the last of a layer
		hint: "Removes a unit from this layer. Train on and see if the others make up for it.",
		edit: removeNeuron, meta: keepMeta,
	},
	{name: "set-parameter", edit: setParameter, meta: keepMeta},
	{
		name: "inspect", placed: true, // shows the weights of the unit behind the name
		traits: views.Traits{Looks: true},
		do:     inspectUnit,
	},
	{
		name: "explain", placed: true, // shows how the next update changes the weight or bias behind the name, or one that it chooses
		traits: views.Traits{Looks: true},
		hint:   "Shows how the next step changes this number, calculation by calculation.",
		do:     explainParameter, answer: answerExplained,
	},
	{
		name:   "explain-close", // of a page without script, which cannot close a dialog
		traits: views.Traits{Looks: true},
		hint:   "Takes the explanation away.",
		answer: answerExplained,
	},
	{
		name: "layer", placed: true, // shows all units of the layer behind the name
		traits: views.Traits{Looks: true},
		hint:   "Shows all units of this layer.",
		do:     showLayer, answer: pageAnswer{preview: true, layer: true},
	},

	// Lessons.
	{
		name:   "leave",
		traits: views.Traits{Looks: true},
		hint:   "Takes the card of this experiment away. The network and its points stay.",
		do:     leaveExperiment, answer: pageAnswer{settings: true, reshaped: true, source: true, redraft: true}, // one control was marked
	},

	// Links and files.
	{
		name:   "share", // makes the links
		traits: views.Traits{Looks: true, Sends: views.FieldAssignment},
		hint:   "Links to this lab, for a classmate to see or with a task for a class, and files to save and open.",
		do:     (*Server).shareLinks,
	},
	{
		name:   "open", // takes the state of FieldOpened
		traits: views.Traits{NewRun: true},
		do:     (*Server).openSaved, answer: answerOpened,
	},
	{
		name:   views.ActOpenRun, // takes the state of FieldOpened, of a sweep, with the points of the page
		traits: views.Traits{NewRun: true},
		do:     (*Server).openRun, answer: answerOpened,
	},
}

// pageActsByName finds the rows of the table.
var pageActsByName = func() map[string]*pageAct {
	byName := make(map[string]*pageAct, len(pageActs))
	for i := range pageActs {
		byName[pageActs[i].name] = &pageActs[i]
	}
	return byName
}()

// viewedActs are the acts as the templates write them.
var viewedActs = func() map[string]*views.Act {
	viewed := make(map[string]*views.Act, len(pageActs))
	for _, a := range pageActs {
		viewed[a.name] = views.NewAct(a.name, a.hint, a.traits)
	}
	return viewed
}()

// viewedAct returns the act of a name for the templates, or nil if there is none.
func viewedAct(name string) *views.Act { return viewedActs[name] }

// change does what the page asks for. The text is the name of an act, and for some acts a place
// behind it; no text stands for settings. When change returns an error, p is the page to show
// beside the error.
func (s *Server) change(ctx context.Context, asked string, p *pageRequest) error {
	name, place, placed := strings.Cut(asked, " ")
	if asked == "" {
		name = "settings"
	}
	act := pageActsByName[name]
	if act == nil || placed && !act.placed {
		return wire.Malformed(views.FieldAct, "is unknown: %q", wire.Clip(asked))
	}
	p.answer = act.answer
	switch {
	case act.do != nil:
		return act.do(s, ctx, p, place)
	case act.edit == nil:
		return nil
	}
	state, notice, err := act.edit(s, edit{ctx, p.State, p.meta, place, p.form, s.doing(ctx, p)})
	if err != nil {
		return err
	}
	p.setState(state, act.meta)
	if notice.Text != "" {
		p.notice = notice
	}
	return nil
}

// keepMeta is the rule of most acts: class names and units stay, except those that the new config
// has no use for.
func keepMeta(m table.Meta, from, to nn.Config) table.Meta {
	switch {
	case from.Task != to.Task: // the labels were converted
		m.Classes, m.Transform.Label = nil, table.Axis{}
	case to.Task == nn.Classification && len(m.Classes) > to.Classes:
		m.Classes = slices.Clone(m.Classes[:to.Classes])
	}
	return m
}

// dropMeta is the rule of an act that replaces all points.
func dropMeta(table.Meta, nn.Config, nn.Config) table.Meta { return table.Meta{} }

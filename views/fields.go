package views

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// Names of the form's fields. Package handlers reads what this package writes.
const (
	FieldConfig  = "config"
	FieldNetwork = "network"
	FieldData    = "data"
	FieldHistory = "history" // the curves of the run
	FieldMeta    = "meta"    // where the points came from and what they are called; may be empty
	FieldOwn     = "own"     // points to come back to from a data set, as a saved state; may be empty
	FieldLesson  = "lesson"  // what the page is used for, as the query of a link to it
	FieldJournal = "journal" // the run as its recipe and its acts: see package journal; "" where there is none, or JournalTooLong
	FieldEmbed   = "embed"   // how the page is shown as one card, as the query of its address; empty for the whole page
	FieldRecipe  = "recipe"  // the query that leads to this run, but for its steps; empty if there is none

	FieldAct      = "act"      // what a button of the page does
	FieldChanged  = "changed"  // the control that was changed; empty where a button was pressed
	FieldControls = "controls" // not empty: the visible settings are to be read
	FieldKept     = "kept"     // the step of the best moment that the page can go back to; may be empty

	FieldTool       = "tool"        // a class number, a label for regression, or ToolErase
	FieldStroke     = "stroke"      // places drawn: x,y pairs separated by spaces
	FieldStrokeTool = "stroke_tool" // what draws them; empty for the tool in hand
	FieldClickX     = "at.x"        // a click on the picture without script, in its pixels
	FieldClickY     = "at.y"
	FieldHard       = "hard"      // hard edges
	FieldHideTest   = "hide_test" // do not show the points held out
	FieldTransport  = "transport" // TransportSSE or TransportSocket
	FieldFrameSteps = "frame_steps"
	FieldDrawMS     = "draw_ms" // least time between two frames that are drawn, for a slow line
	FieldSteps      = "steps"
	FieldFormat     = "format" // of the file to export
	// What a picture to save shows, and in which colours.
	FieldPictureView  = "picture_view"
	FieldPictureTheme = "picture_theme"

	FieldPanel    = "panel"     // what the panel shows: one of Panels()
	FieldLogScale = "log_scale" // losses on a logarithmic scale
	FieldRows     = "rows"      // how many units a column of the network has room for
	FieldLayer    = "layer"     // the hidden layer, from 0, whose units are all shown; may be empty

	FieldDataset     = "dataset" // a data set or OwnData
	FieldPoints      = "points"
	FieldNoise       = "noise"
	FieldLabelNoise  = "label_noise"
	FieldDataClasses = "data_classes"
	FieldDataSeed    = "data_seed"

	FieldSweep             = "sweep" // a ready sweep, or SweepOwn
	FieldSweepRows         = "sweep_rows"
	FieldSweepRowValues    = "sweep_row_values"
	FieldSweepColumns      = "sweep_columns"
	FieldSweepColumnValues = "sweep_column_values"
	FieldSweepSteps        = "sweep_steps"

	// The field of a setting has the name of its row in package setting. These constants are for
	// code that speaks of one of them.
	FieldTask           = "task"
	FieldFeatures       = "features"
	FieldHiddenLayers   = "hidden_layers"
	FieldActivation     = "activation"
	FieldLearningRate   = "learning_rate"
	FieldSchedule       = "schedule"
	FieldScheduleSteps  = "schedule_steps"
	FieldScheduleFactor = "schedule_factor"
	FieldOptimizer      = "optimizer"
	FieldBatchSize      = "batch_size"
	FieldL1             = "l1"
	FieldL2             = "l2"
	FieldDropout        = "dropout"
	FieldTestFraction   = "test_fraction"
	FieldSeed           = "seed"
	FieldInit           = "init"

	FieldUntilStep     = "until_step"     // train until this step,
	FieldUntilLoss     = "until_loss"     // until the train loss is as low,
	FieldUntilAccuracy = "until_accuracy" // until the train accuracy, in per cent, is as high, or
	FieldPatience      = "patience"       // until the test loss was not better for as many epochs

	FieldPinned    = "pinned"    // a run to compare with: config, network and history
	FieldParameter = "parameter" // the path of a weight or bias, such as weights.0.3.1
	FieldValue     = "value"     // what it is set to
	FieldPoint     = "point"     // a point of the batch to explain an update with: an index of the data
	// What is explained: a layer and a unit of it, and an input of a weight, or -1 for the bias; and the part
	// of the calculation that is shown. They are there while the explanation is.
	FieldExplainLayer = "explain_layer"
	FieldExplainUnit  = "explain_unit"
	FieldExplainInput = "explain_input"
	FieldExplainPart  = "explain_part"

	FieldProbe      = "probe"      // the place to be read: x,y
	FieldOpened     = "opened"     // a state as it was saved in a file or a link
	FieldLinked     = "linked"     // not empty: it came with a link
	FieldGuess      = "guess"      // what the user thinks will come of it: an index of its guesses
	FieldAssignment = "assignment" // a task for a class, in Markdown
	FieldGoal       = "goal"       // what its run is to reach: see package goal
	FieldHide       = "hide"       // parts of the page that a link leaves out
	FieldLock       = "lock"       // and those that it locks
	FieldShow       = "show"       // parts of the card that a link to it names

	FieldTableText    = "table_text" // a table to import; its options are fields too: see TableField
	FieldTableFile    = "table_file" // the bytes of a file with one, which is read in place of the text
	FieldTableX       = "table_x"    // names of columns; empty ones are guessed
	FieldTableY       = "table_y"
	FieldTableLabel   = "table_label"
	FieldTableTask    = "table_task"
	FieldTableScaling = "table_scaling"
	FieldTableSample  = "table_sample" // not empty: take a sample where there are too many rows

	FieldTablePage = "table_page" // the page of the points that the table shows, from 1
	FieldTableOf   = "table_of"   // which points it shows, so that rows of others change nothing
	FieldRowX      = "row_x"      // once for each row of that page, as are the next two
	FieldRowY      = "row_y"
	FieldRowLabel  = "row_label"
	FieldRowRemove = "row_remove" // numbers of the rows to remove, from 1
)

// OwnData stands in FieldDataset for points that are no data set's.
const OwnData = "own"

// LinkExperiment is the parameter of a link that names an experiment. It is no field of the form: of
// that it is in FieldLesson.
const LinkExperiment = "experiment"

// LinkTheme is the parameter of a link to the card that names its colours.
const LinkTheme = "theme"

// Tools and transports.
const (
	ToolErase       = "erase"
	TransportSSE    = "sse"
	TransportSocket = "websocket"
)

// pathTrain is the path that the form is posted to for training. The next request to it clears its
// errors.
const pathTrain = "train"

// PlaneSize is the width and height, in CSS pixels, of the picture. Clicks without script are in
// these pixels.
const PlaneSize = 320

// RepeatedFields may be given more than once.
var RepeatedFields = []string{FieldFeatures, FieldHide, FieldLock, FieldShow, FieldRowX, FieldRowY, FieldRowLabel, FieldRowRemove}

// ChoiceFields are numbers, and names of one of a few things, that the page keeps beside the state.
var ChoiceFields = []string{
	FieldTool, FieldStrokeTool, FieldTransport, FieldPanel, FieldDataset, FieldPoints, FieldNoise, FieldLabelNoise, FieldDataClasses,
	FieldDataSeed, FieldUntilStep, FieldUntilLoss, FieldUntilAccuracy, FieldPatience, FieldHide,
	FieldLock, FieldShow, FieldEmbed, FieldRecipe, FieldGuess, FieldRows, FieldLayer, FieldPictureView, FieldPictureTheme,
	FieldPoint, FieldExplainLayer, FieldExplainUnit, FieldExplainInput, FieldExplainPart,
}

// fieldNames are all fields a form may have: those of the page, and those of a program's form.
var fieldNames = slices.Concat(settingFields(), tableFields(), []string{
	FieldConfig, FieldNetwork, FieldData, FieldHistory, FieldJournal, FieldAct, FieldChanged, FieldControls, FieldKept,
	FieldTool, FieldStroke, FieldStrokeTool, FieldClickX, FieldClickY, FieldHard, FieldHideTest, FieldTransport,
	FieldFrameSteps, FieldDrawMS, FieldSteps, FieldFormat, FieldPanel, FieldLogScale, FieldDataset,
	FieldPoints, FieldNoise, FieldLabelNoise, FieldDataClasses, FieldDataSeed, FieldUntilStep, FieldUntilLoss,
	FieldUntilAccuracy, FieldPatience, FieldPinned, FieldParameter, FieldValue, FieldPoint,
	FieldExplainLayer, FieldExplainUnit, FieldExplainInput, FieldExplainPart, FieldProbe,
	FieldOpened, FieldLinked, FieldHide, FieldLock, FieldShow, FieldEmbed, FieldMeta, FieldOwn, FieldTableText, FieldTableFile, FieldTableX, FieldTableY, FieldTableLabel, FieldTableTask,
	FieldTableScaling, FieldTableSample, FieldTablePage, FieldTableOf, FieldRowX, FieldRowY,
	FieldRowLabel, FieldRowRemove, FieldRecipe, FieldLesson, FieldGuess, FieldAssignment, FieldGoal, FieldRows, FieldLayer,
	FieldPictureView, FieldPictureTheme, FieldSweep, FieldSweepRows, FieldSweepRowValues, FieldSweepColumns, FieldSweepColumnValues, FieldSweepSteps,
	"id", "type", "frame_ms", "over",
})

// settingFields returns the fields of the settings: the members of nn.Config that have a control.
func settingFields() []string {
	var fields []string
	for m := range setting.All() {
		if !m.NoControl {
			fields = append(fields, m.Name)
		}
	}
	return fields
}

// TableField returns the field of an option or a decision of package table.
func TableField(name string) string { return "table_" + name }

// tableFields returns the fields of the options of the import.
func tableFields() []string {
	var fields []string
	for _, o := range table.AllOptions() {
		fields = append(fields, TableField(o.Name))
	}
	return fields
}

// IsField reports whether a form may have a field of this name.
func IsField(name string) bool { return slices.Contains(fieldNames, name) }

// decimalFields are the fields of numbers that need not be whole, but for those of the settings.
var decimalFields = []string{FieldNoise, FieldLabelNoise, FieldUntilLoss, FieldUntilAccuracy, FieldValue}

// IsDecimal reports whether a field has a number that need not be whole.
func IsDecimal(name string) bool {
	if m := setting.Lookup(name); m != nil {
		return m.Kind == setting.Real
	}
	return slices.Contains(decimalFields, name)
}

// inputMode says which keys a phone shows for a number that is never negative. They may have no
// minus sign.
func inputMode(field string) string {
	if IsDecimal(field) {
		return "decimal"
	}
	return "numeric"
}

// describedBy returns the ids of a control's error and of its hint.
func describedBy(field string) string { return ErrorID(field) + " " + field + "-hint" }

// ErrorID returns the id of the element that shows the error of a control.
func ErrorID(field string) string { return field + "-error" }

// ControlOf returns the control that sets the value at a path of the wire contract, such as
// config.hidden_layers[1], or "".
func ControlOf(path string) string {
	if strings.HasPrefix(path, FieldOpened+".") {
		return FieldOpened
	}
	control, _, _ := strings.Cut(strings.TrimPrefix(path, "config."), "[")
	if control == "classes" {
		control = FieldDataClasses
	}
	if controlLabel(control) == "" || control == FieldDataset { // which is no single control
		return ""
	}
	return control
}

// controlLabel returns what the page calls a control, or "".
func controlLabel(field string) string {
	if m := setting.Lookup(field); m != nil {
		return m.Label
	}
	return controlLabels[field]
}

// controlLabels are the labels of the controls that are no settings.
var controlLabels = map[string]string{
	FieldDataset:     "Data set",
	FieldPoints:      "Points",
	FieldNoise:       "Noise",
	FieldLabelNoise:  "Wrong labels",
	FieldDataClasses: "Classes",
	FieldDataSeed:    "Data seed",

	FieldUntilStep:     "Step",
	FieldUntilLoss:     "Train loss",
	FieldUntilAccuracy: "Accuracy, %",
	FieldPatience:      "Patience",
	FieldValue:         "The value",
	FieldOpened:        "The file",
	FieldAssignment:    "Task for a class",
	FieldGoal:          "Goal",
	FieldTableOf:       "Table",
}

// importLabels are the labels of the controls of the import. The preview shows their errors.
var importLabels = map[string]string{
	FieldTableText:    "Table",
	FieldTableX:       "x",
	FieldTableY:       "y",
	FieldTableLabel:   "Label",
	FieldTableTask:    "Labels are",
	FieldTableScaling: "Scaling",
}

// Label returns what the page calls the value at a path of the wire contract. It is the path itself
// where the page has no name for it.
func Label(path string) string {
	if path == FieldData {
		return "Data" // the title of the card
	}
	if path == FieldJournal {
		return "The notebook"
	}
	if path == FieldLesson {
		return "The lesson"
	}
	if label := importLabels[path]; label != "" {
		return label
	}
	for _, o := range table.AllOptions() {
		if path == TableField(o.Name) {
			return o.Label
		}
	}
	label := controlLabel(ControlOf(path))
	if label == "" {
		return path
	}
	if path == FieldTableOf { // the message goes on with the row and the column
		return label + ","
	}
	if member, ok := strings.CutPrefix(path, FieldOpened+"."); ok {
		return label + ", " + member + ":"
	}
	if _, index, ok := strings.Cut(strings.TrimSuffix(path, "]"), "["); ok {
		if n, err := strconv.Atoi(index); err == nil {
			return fmt.Sprintf("%s, number %d:", label, n+1)
		}
	}
	return label
}

// savedParts are what the page calls the members of a saved state.
var savedParts = map[string]string{
	"config": "settings", "network": "network", "data": "points", "meta": "names and units", "history": "curves", "lesson": "task",
}

// SavedPart says where in a saved state the value at a path is, such as "its points, number 4, x".
func SavedPart(path string) string {
	member := strings.TrimPrefix(path, FieldOpened+".")
	end := strings.IndexAny(member, ".[")
	if end < 0 {
		end = len(member)
	}
	part, rest := savedParts[member[:end]], strings.TrimPrefix(member[end:], ".")
	switch {
	case part == "":
		return "its text, " + member
	case rest == "":
		return "its " + part
	case member[:end] == "config":
		return "its " + part + ", " + Label(member)
	}
	if index, after, ok := strings.Cut(strings.TrimPrefix(rest, "["), "]"); ok && member[:end] == "data" {
		if n, err := strconv.Atoi(index); err == nil {
			return strings.TrimSuffix(fmt.Sprintf("its %s, number %d, %s", part, n+1, strings.TrimPrefix(after, ".")), ", ")
		}
	}
	return "its " + part + ", " + rest
}

// JournalTooLong stands in FieldJournal for a run with more acts than a journal can tell.
const JournalTooLong = "-"

// ActOpenRun is the act of the buttons on the page of a sweep.
const ActOpenRun = "open-run"

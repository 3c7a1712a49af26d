package views

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Names of the form's fields. The handlers read what the views write.
const (
	FieldConfig  = "config"
	FieldNetwork = "network"
	FieldData    = "data"
	FieldHistory = "history" // the curves of the run

	FieldAct       = "act"       // what a button of the page does
	FieldControls  = "controls"  // not empty: the visible settings are to be read
	FieldRecovered = "recovered" // the network that a diverged run can go back to

	FieldTool       = "tool"   // a class number, a label for regression, or ToolErase
	FieldStroke     = "stroke" // places drawn: x,y pairs separated by spaces
	FieldClickX     = "at.x"   // a click on the picture without script, in its pixels
	FieldClickY     = "at.y"
	FieldHard       = "hard"      // hard edges
	FieldHideTest   = "hide_test" // do not show the points held out
	FieldTransport  = "transport" // TransportSSE or TransportSocket
	FieldFrameSteps = "frame_steps"
	FieldSteps      = "steps"
	FieldFormat     = "format"    // of the file to export
	FieldPanel      = "panel"     // what the panel shows: one of Panels
	FieldLogScale   = "log_scale" // losses on a logarithmic scale

	FieldDataset     = "dataset"
	FieldPoints      = "points"
	FieldNoise       = "noise"
	FieldDataClasses = "data_classes"
	FieldDataSeed    = "data_seed"

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
)

// What the buttons of the page do: values of FieldAct.
const (
	ActShow        = "show"     // draw the state that was sent
	ActRestore     = "restore"  // the same, for a state that the page does not show
	ActSettings    = "settings" // take the visible settings
	ActReset       = "reset"    // new weights from the seed
	ActReseed      = "reseed"   // the next seed, and new weights from it
	ActDraw        = "draw"     // add or erase the points of FieldStroke
	ActClear       = "clear"
	ActDataset     = "dataset"
	ActAddLayer    = "add-layer"
	ActRemoveLayer = "remove-layer"
	ActAddClass    = "add-class"
	ActRemoveClass = "remove-class"
	ActRecover     = "recover" // go back to the last finite network
)

// Tools and transports.
const (
	ToolErase       = "erase"
	TransportSSE    = "sse"
	TransportSocket = "websocket"
)

// What the panel shows: values of FieldPanel.
const (
	PanelCurves    = "curves"
	PanelConfusion = "confusion"
	PanelGradients = "gradients"
	PanelCompare   = "compare"
)

// Panels are the views of the panel in the order of its tabs.
var Panels = []string{PanelCurves, PanelConfusion, PanelGradients, PanelCompare}

// PlaneSize is the width and height, in CSS pixels, of the picture that can be
// clicked without script.
const PlaneSize = 320

// RepeatedFields may be given more than once.
var RepeatedFields = []string{FieldFeatures}

// fieldNames are all fields a form may have: those of the page, and those of a
// program's form.
var fieldNames = []string{
	FieldConfig, FieldNetwork, FieldData, FieldHistory, FieldAct, FieldControls, FieldRecovered,
	FieldTool, FieldStroke, FieldClickX, FieldClickY, FieldHard, FieldHideTest, FieldTransport,
	FieldFrameSteps, FieldSteps, FieldFormat, FieldPanel, FieldLogScale, FieldDataset, FieldPoints, FieldNoise, FieldDataClasses, FieldDataSeed,
	FieldTask, FieldFeatures, FieldHiddenLayers, FieldActivation, FieldLearningRate, FieldOptimizer, FieldBatchSize,
	FieldSchedule, FieldScheduleSteps, FieldScheduleFactor, FieldL1, FieldL2, FieldDropout, FieldTestFraction, FieldSeed, FieldInit,
	"id", "type", "frame_ms",
}

// IsField reports whether a form may have a field of this name.
func IsField(name string) bool { return slices.Contains(fieldNames, name) }

// ErrorID is the id of the element beside a control that shows what is wrong with it.
func ErrorID(field string) string { return field + "-error" }

// ControlOf returns the control that a path of the wire contract, such as
// config.hidden_layers[1], is set with, or "".
func ControlOf(path string) string {
	control, _, _ := strings.Cut(strings.TrimPrefix(path, "config."), "[")
	if control == "classes" {
		control = FieldDataClasses
	}
	if _, ok := controlLabels[control]; !ok || control == FieldDataset { // which is no single control
		return ""
	}
	return control
}

// controlLabels are what the controls are called on the page.
var controlLabels = map[string]string{
	FieldDataset:        "Data set",
	FieldPoints:         "Points",
	FieldNoise:          "Noise",
	FieldDataClasses:    "Classes",
	FieldDataSeed:       "Data seed",
	FieldTask:           "Task",
	FieldFeatures:       "Input features",
	FieldHiddenLayers:   "Hidden layers",
	FieldActivation:     "Activation",
	FieldLearningRate:   "Learning rate",
	FieldSchedule:       "Rate schedule",
	FieldScheduleSteps:  "Schedule steps",
	FieldScheduleFactor: "Schedule factor",
	FieldOptimizer:      "Optimizer",
	FieldBatchSize:      "Batch size",
	FieldL1:             "L1 penalty",
	FieldL2:             "L2 penalty",
	FieldDropout:        "Dropout",
	FieldTestFraction:   "Test share",
	FieldSeed:           "Seed",
	FieldInit:           "First weights",
}

// Label names what a path of the wire contract stands for, as the page calls
// it, with the path itself where the page has no name for it.
func Label(path string) string {
	label := controlLabels[ControlOf(path)]
	if label == "" {
		return path
	}
	if _, index, ok := strings.Cut(strings.TrimSuffix(path, "]"), "["); ok {
		if n, err := strconv.Atoi(index); err == nil {
			return fmt.Sprintf("%s, number %d:", label, n+1)
		}
	}
	return label
}

package views

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

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
	FieldPoint:         "Point",
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
	switch path {
	case FieldData:
		return "Data" // the title of the card
	case FieldJournal:
		return "The notebook"
	case FieldLesson:
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

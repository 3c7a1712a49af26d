package views

import (
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// answerLines is the number of ruled lines of a worksheet.
const answerLines = 12

// A listed setting is a line of a list: its name and its value, as people read them.
type listed struct{ Name, Value string }

// settingsList returns what the points are and what every setting is. A worksheet tells no setting
// that its lesson hides, and none without effect.
func settingsList(l Lab) []listed {
	list := []listed{{"Data set", dataTitle(l)}, {"Points", pointCount(l.State)}}
	if l.Choices.Dataset != OwnData {
		list = append(list, listed{"Noise", l.Choices.Noise}, listed{"Data seed", l.Choices.DataSeed})
		if l.Choices.Noise == "" {
			list[2].Value = defaultNoise(l.Choices.Dataset)
		}
		if l.Choices.LabelNoise != "" {
			list = append(list, listed{controlLabel(FieldLabelNoise), l.Choices.LabelNoise})
		}
	}
	if l.hides(PartSettings) || l.hides(PartNetwork) {
		return list
	}
	for m := range setting.All() {
		if m.HasEffect(&l.State.Config) {
			list = append(list, listed{m.Label, m.Shown(&l.State.Config)})
		}
	}
	return list
}

// dataTitle says what the points are.
func dataTitle(l Lab) string {
	if info, ok := dataset.Lookup(l.Choices.Dataset); ok {
		return info.Title
	}
	if title := ownTitle(l.Meta); title != "" {
		return title + ", changed"
	}
	return "own points"
}

// runLink is the address that leads to the run as it is shown, below the page's own, or "". The
// script writes the whole address in its place before it is printed.
func runLink(l Lab) string {
	step := l.State.Network.Step
	switch {
	case l.Recipe == "" || step > l.MostSteps:
		return ""
	case step == 0:
		return "?" + l.Recipe
	}
	return "?" + l.Recipe + "&" + FieldSteps + "=" + number(float64(step))
}

package views

import (
	"strings"

	"nnvisu/nn"
)

// A PinnedRun is a run that is kept beside the current one.
type PinnedRun struct {
	JSON    string // as the hidden field holds it
	Config  nn.Config
	Network nn.Network
	History nn.History
	Cells   Cells // drawn only where the page is to show them
}

// history returns the run's curves; nil of no run, or of one whose losses are of
// another kind.
func (p *PinnedRun) history(task nn.Task) *nn.History {
	if p == nil || p.Config.Task != task {
		return nil
	}
	return &p.History
}

// lastMetrics returns those of the newest sample; nil of no sample.
func lastMetrics(h nn.History) *nn.Metrics {
	if h.Len() == 0 {
		return nil
	}
	last := func(column []float64) *float64 {
		if len(column) == 0 || column[len(column)-1] == nn.NotMeasured {
			return nil
		}
		return &column[len(column)-1]
	}
	return &nn.Metrics{Loss: *last(h.Loss), Accuracy: last(h.Accuracy), TestLoss: last(h.TestLoss), TestAccuracy: last(h.TestAccuracy)}
}

// A comparisonRow is a number of both runs, or a setting in which they differ.
type comparisonRow struct {
	Name, Pinned, Now string
	Differs           bool // a setting
}

// comparison returns the numbers of both runs, then the settings that differ.
func comparison(l Lab) []comparisonRow {
	p := l.Pinned
	rows := []comparisonRow{{Name: "Step", Pinned: grouped(p.Network.Step), Now: grouped(l.State.Network.Step)}}
	then, now := lastMetrics(p.History), l.Metrics
	// add adds the row of a metric that one of the runs has.
	add := func(name string, of func(*nn.Metrics) *float64, text func(*float64) string) {
		var values [2]*float64
		for i, m := range []*nn.Metrics{then, now} {
			if m != nil {
				values[i] = of(m)
			}
		}
		if values[0] != nil || values[1] != nil {
			rows = append(rows, comparisonRow{Name: name, Pinned: text(values[0]), Now: text(values[1])})
		}
	}
	loss := func(v *float64) string { return string(appendLoss(nil, v)) }
	add("Train loss", func(m *nn.Metrics) *float64 { return &m.Loss }, loss)
	add("Train accuracy", func(m *nn.Metrics) *float64 { return m.Accuracy }, percent)
	add("Test loss", func(m *nn.Metrics) *float64 { return m.TestLoss }, loss)
	add("Test accuracy", func(m *nn.Metrics) *float64 { return m.TestAccuracy }, percent)
	other := settingTexts(p.Config)
	for i, s := range settingTexts(l.State.Config) {
		if s.value != other[i].value {
			rows = append(rows, comparisonRow{s.name, other[i].value, s.value, true})
		}
	}
	return rows
}

type settingText struct{ name, value string }

// settingTexts are all settings of a config as the page shows them, in a fixed order.
func settingTexts(c nn.Config) []settingText {
	var features []string
	for _, f := range c.Features {
		features = append(features, featureLabels[f])
	}
	layers := LayersText(c.HiddenLayers)
	if layers == "" {
		layers = "none"
	}
	texts := []settingText{
		{FieldTask, labelOf(taskLabels, c.Task)},
		{FieldDataClasses, number(float64(c.Outputs()))},
		{FieldFeatures, strings.Join(features, ", ")},
		{FieldHiddenLayers, layers},
		{FieldActivation, labelOf(activationLabels, c.Activation)},
		{FieldInit, labelOf(initLabels, c.Init)},
		{FieldOptimizer, labelOf(optimizerLabels, c.Optimizer)},
		{FieldLearningRate, number(c.LearningRate)},
		{FieldSchedule, labelOf(scheduleLabels, c.Schedule)},
		{FieldScheduleSteps, number(float64(c.ScheduleSteps))},
		{FieldScheduleFactor, number(float64(c.ScheduleFactor))},
		{FieldBatchSize, number(float64(c.BatchSize))},
		{FieldL1, number(c.L1)},
		{FieldL2, number(c.L2)},
		{FieldDropout, number(c.Dropout)},
		{FieldTestFraction, number(c.TestFraction)},
		{FieldSeed, number(float64(c.Seed))},
	}
	for i := range texts {
		texts[i].name = controlLabels[texts[i].name]
	}
	return texts
}

func labelOf[T ~string](labels map[T]string, v T) string {
	if label := labels[v]; label != "" {
		return label
	}
	return string(v)
}

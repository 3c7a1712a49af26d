package views

import (
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// A PinnedRun is a run that is kept beside the current one.
type PinnedRun struct {
	JSON    string // as the hidden field holds it
	Config  nn.Config
	Network nn.Network
	History nn.History
	Cells   Cells // drawn only where the page is to show them
}

// history returns the run's curves, or nil if there is no run or its losses are of another task.
func (p *PinnedRun) history(task nn.Task) *nn.History {
	if p == nil || p.Config.Task != task {
		return nil
	}
	return &p.History
}

// lastMetrics returns the metrics of the newest sample, or nil if there is none.
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
	return &nn.Metrics{
		Loss: *last(h.Loss), Accuracy: last(h.Accuracy),
		TestLoss: last(h.TestLoss), TestAccuracy: last(h.TestAccuracy),
	}
}

// A comparisonRow is a metric of both runs, or a setting that differs between them.
type comparisonRow struct {
	Name, Pinned, Now string
	Differs           bool // a setting
}

// comparison returns the metrics of both runs, then the settings that differ.
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
	add("Train loss", func(m *nn.Metrics) *float64 { return &m.Loss }, lossOrNone)
	add("Train accuracy", func(m *nn.Metrics) *float64 { return m.Accuracy }, percent)
	add("Test loss", func(m *nn.Metrics) *float64 { return m.TestLoss }, lossOrNone)
	add("Test accuracy", func(m *nn.Metrics) *float64 { return m.TestAccuracy }, percent)
	for m := range setting.All() {
		pinned, now := ShownSetting(m, &p.Config), ShownSetting(m, &l.State.Config)
		if pinned != now {
			rows = append(rows, comparisonRow{m.Label, pinned, now, true})
		}
	}
	return rows
}

// ShownSetting writes the value of a setting for people.
func ShownSetting(m *setting.Member, c *nn.Config) string {
	if m.Kind == setting.Real {
		return table.Readable(m.Shown(c))
	}
	return m.Shown(c)
}

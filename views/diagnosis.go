package views

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
)

// NoMoment stands for the step of a moment where there is none.
const NoMoment = -1

// An Exit is a button that leads out of a failure: back to the best moment, to an act, or first
// back and then to the act.
type Exit struct {
	Label string
	Act   string // of the button, with its place; "" only goes back
	Back  bool
	act   *Act
}

// A trouble is what the page says of a failure, and what leads out of it.
type trouble struct {
	text func(l *Lab) string
	// exits returns at most two.
	exits func(l *Lab) []Exit
}

// troubles has a row for each trouble of package nn.
var troubles = map[nn.Trouble]trouble{
	nn.Exploding: {
		func(l *Lab) string {
			return fmt.Sprintf("The loss has grown without limit since step %s: each update goes too far.", l.since())
		},
		(*Lab).backAndSlower,
	},
	nn.Leaping: {
		func(l *Lab) string {
			return fmt.Sprintf("Since step %s the loss leaps about and is worse than a guess: each update goes too far.", l.since())
		},
		(*Lab).backAndSlower,
	},
	nn.Rising: {
		func(l *Lab) string {
			return fmt.Sprintf("The train loss has risen since step %s, where it was lowest.", l.since())
		},
		(*Lab).backAndSlower,
	},
	nn.Silent: {
		func(l *Lab) string {
			return fmt.Sprintf("Nothing has moved since step %s: all weights are 0, and so is every gradient.", l.since())
		},
		func(l *Lab) []Exit {
			return []Exit{l.restart("Start over with random weights", FieldInit, string(nn.InitAuto))}
		},
	},
	nn.Dead: {
		func(l *Lab) string {
			return l.still(" %d of %d units of %s are dead: flat at every point, they cannot learn.")
		},
		func(l *Lab) []Exit {
			return []Exit{
				l.startWith(nn.LeakyReLU),
				l.slowerRestart(),
			}
		},
	},
	nn.Saturated: {
		func(l *Lab) string {
			return l.still(" %d of %d units of %s are saturated: nearly flat at all points, they hardly learn.")
		},
		func(l *Lab) []Exit { return []Exit{l.slowerRestart(), l.otherSeed()} },
	},
	nn.Stuck: {
		func(l *Lab) string {
			return strings.TrimSpace(l.still("") + " " + l.stall().text)
		},
		func(l *Lab) []Exit { return l.stall().exits(l) },
	},
	nn.Overfitting: {
		func(l *Lab) string {
			return fmt.Sprintf("The test loss has risen since step %s while the train loss fell: the network learns the points by heart.", l.since())
		},
		func(l *Lab) []Exit {
			exits := l.WayBack()
			if len(exits) > 0 && l.State.Config.L2 == 0 {
				exits = append(exits, Exit{Label: "… with an L2 penalty of " + moderateL2, Act: "change-setting " + FieldL2 + "=" + moderateL2, Back: true})
			}
			return exits
		},
	},
}

// moderateL2 is a penalty to begin with.
const moderateL2 = "0.01"

func (l *Lab) since() string { return grouped(l.Diagnosis.Since) }

// still says since when the loss has not moved, and what about the units of a layer.
func (l *Lab) still(units string) string {
	text := fmt.Sprintf("The loss has hardly moved since step %s.", l.since())
	if units != "" {
		d := &l.Diagnosis
		widths := l.State.Config.HiddenLayers
		text += fmt.Sprintf(units, d.Idle, widths[d.Layer], layerName(d.Layer, len(widths)+1))
	}
	return text
}

// WayBack returns the exit to the best moment of the run, if there is one that is not shown.
func (l *Lab) WayBack() []Exit {
	if l.Kept == NoMoment || l.Kept == l.State.Network.Step {
		return nil
	}
	return []Exit{{Label: "Back to step " + grouped(l.Kept) + ", the best", Back: true}}
}

// backAndSlower leads back to the best moment, there also with a smaller learning rate.
func (l *Lab) backAndSlower() []Exit {
	exits := l.WayBack()
	if exits == nil {
		return []Exit{l.slowerRestart()}
	}
	return append(exits, Exit{
		Label: "… with a tenth of the learning rate, " + l.readableRate(0.1),
		Act:   "change-setting " + FieldLearningRate + "=" + l.rate(0.1), Back: true,
	})
}

func (l *Lab) slowerRestart() Exit {
	return l.restart("Start over with a tenth of the learning rate, "+l.readableRate(0.1), FieldLearningRate, l.rate(0.1))
}

func (l *Lab) restart(label, field, value string) Exit {
	return Exit{Label: label, Act: "restart-with " + field + "=" + value}
}

func (l *Lab) otherSeed() Exit { return Exit{Label: "Other random weights", Act: "reseed"} }

// rate returns the learning rate times a factor, with three significant digits.
func (l *Lab) rate(factor float64) string {
	return strconv.FormatFloat(l.State.Config.LearningRate*factor, 'g', 3, 64)
}

func (l *Lab) readableRate(factor float64) string { return table.Readable(l.rate(factor)) }

// troubleText says what is wrong with the run, or nothing.
func troubleText(l *Lab) string {
	if t, ok := troubles[l.Diagnosis.Trouble]; ok {
		return t.text(l)
	}
	return ""
}

// exits returns what leads out of the run's trouble, but for what a teacher has locked.
func (l *Lab) exits() []Exit {
	var allowed []Exit
	for _, e := range troubles[l.Diagnosis.Trouble].exits(l) {
		part := PartSettings
		if e.Act == "add-layer" {
			part = PartNetwork
		}
		if e.Act == "" || e.Act == "reseed" || !l.locks(part) && !l.hides(part) {
			allowed = append(allowed, l.bound(e))
		}
	}
	return allowed
}

// bound returns an exit with the act that it leads to.
func (l *Lab) bound(e Exit) Exit {
	if e.Act != "" {
		e.act = l.act(e.Act)
	}
	return e
}

// Diverged is the notice of a run that cannot make an update.
func (l *Lab) Diverged(step int) Notice {
	if l.Diagnosis.Trouble == "" {
		l.Diagnosis = nn.Diagnosis{Trouble: nn.Exploding}
	}
	return Notice{
		Text:    fmt.Sprintf("The training broke off at update %s: the weights grew without limit.", grouped(step)),
		Problem: true, Exits: l.exits(),
	}
}

// Keep says that the page keeps the state as its best moment, if it is the best of the history.
func (l *Lab) Keep() {
	if l.Best = l.Metrics != nil && l.History.IsBest(); l.Best {
		l.Kept = l.State.Network.Step
	}
}

// A saying is what the sentence and the buttons of a diagnosis depend on in one stream.
type saying struct {
	nn.Diagnosis
	kept int
}

func (l *Lab) saying() saying {
	if l.Diagnosis.Trouble == "" {
		return saying{}
	}
	if l.Kept == l.State.Network.Step {
		return saying{l.Diagnosis, NoMoment}
	}
	return saying{l.Diagnosis, l.Kept}
}

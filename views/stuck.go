package views

import "github.com/nnvisu/nnvisu/nn"

// A stall is a reason why a loss does not move though its units could.
type stall struct {
	is    func(c *nn.Config, step int) bool
	text  string // behind the sentence that says so; may be empty
	exits func(l *Lab) []Exit
}

// stalls are those that can be seen in the settings, the surest first. The first one counts. The
// tests of package handlers replay runs of each and see that its first exit leads out.
var stalls = []stall{
	{
		func(c *nn.Config, _ int) bool { return len(c.HiddenLayers) == 0 },
		"Without a hidden layer the network can only draw a straight line in its features.",
		func(*Lab) []Exit { return []Exit{deeper} },
	},
	{
		func(c *nn.Config, _ int) bool { return c.Activation == nn.Linear },
		"Its activation is linear: however many layers it has, it can only draw a straight line in its features.",
		func(l *Lab) []Exit {
			return []Exit{l.startWith(nn.ReLU), l.startWith(nn.Tanh)}
		},
	},
	{
		// The weights are gone, so that it takes new ones.
		func(c *nn.Config, _ int) bool { return c.L1 > 0 || c.L2 >= highL2 },
		"The penalty pulls the weights to 0 more strongly than the points pull them away.",
		func(l *Lab) (exits []Exit) {
			if l.State.Config.L2 >= highL2 {
				exits = append(exits, l.restart("Start over without the L2 penalty", FieldL2, "0"))
			}
			if l.State.Config.L1 > 0 {
				exits = append(exits, l.restart("Start over without the L1 penalty", FieldL1, "0"))
			}
			return exits
		},
	},
	{
		func(c *nn.Config, _ int) bool { return c.Dropout > highDropout },
		"Dropout leaves so few units to each update that they do not learn together.",
		func(l *Lab) []Exit { return []Exit{l.restart("Start over without dropout", FieldDropout, "0")} },
	},
	{
		func(c *nn.Config, step int) bool { return c.LearningRateAt(step) < c.LearningRate/10 },
		"The schedule has made the learning rate so small that the weights stand still.",
		func(*Lab) []Exit {
			return []Exit{{Label: "Keep the learning rate constant", Act: "change-setting " + FieldSchedule + "=" + string(nn.ConstantRate)}}
		},
	},
	{
		func(c *nn.Config, _ int) bool { return isDeep(c) },
		"Through so many flat curves hardly any gradient gets back to the first layer.",
		func(l *Lab) []Exit { return []Exit{l.startWith(nn.ReLU)} },
	},
	{
		func(c *nn.Config, _ int) bool { return c.LearningRate < quick },
		"",
		func(l *Lab) []Exit {
			return []Exit{
				{Label: "Ten times the learning rate, " + l.readableRate(10), Act: "change-setting " + FieldLearningRate + "=" + l.rate(10)},
				l.otherSeed(),
			}
		},
	},
	{
		func(*nn.Config, int) bool { return true },
		"",
		func(l *Lab) []Exit { return []Exit{l.otherSeed(), deeper} },
	},
}

const (
	highL2      = 0.02 // a penalty from which on the spiral does not get off the ground
	highDropout = 0.5  // more than half of the units
	quick       = 0.1  // a learning rate that is not the reason
	// deep is the number of hidden layers from which on activations with a small slope pass hardly any
	// gradient on.
	deep = 4
)

func isDeep(c *nn.Config) bool {
	return len(c.HiddenLayers) >= deep && (c.Activation == nn.Sigmoid || c.Activation == nn.Tanh)
}

var deeper = Exit{Label: "Add a hidden layer", Act: "add-layer"}

// stall returns the reason why the loss of a stuck run does not move.
func (l *Lab) stall() *stall {
	for i := range stalls {
		if stalls[i].is(&l.State.Config, l.State.Network.Step) {
			return &stalls[i]
		}
	}
	return nil // not reached: the last one always is
}

// startWith starts over with another activation.
func (l *Lab) startWith(a nn.Activation) Exit {
	return l.restart("Start over with "+a.Label(), FieldActivation, string(a))
}

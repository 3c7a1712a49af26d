package setting

import (
	"fmt"
	"math"

	"github.com/nnvisu/nnvisu/nn"
)

// members is the table, in the order in which the page compares runs.
var members = []Member{
	{
		Name: "task", Label: "Task", ByData: true,
		Hint: "Classes with probabilities, or one value from −1 to 1. A change starts a new " +
			"output layer.",
		access: word(
			func(c *nn.Config) *string { return (*string)(&c.Task) },
			choices(nn.Tasks()),
		),
	},
	{
		Name: "classes", Label: "Classes", ByData: true, NoControl: true,
		Unset: "the larger of 2 and the largest label + 1",
		about: fmt.Sprintf("%d to %d, at least the largest label + 1; regression has one output "+
			"and ignores it", nn.MinClasses, nn.MaxClasses),
		Range:  Range{Least: nn.MinClasses, Most: nn.MaxClasses},
		needs:  func(c *nn.Config) bool { return c.Task == nn.Classification },
		access: classes(),
	},
	{
		Name: "features", Label: "Input features",
		Hint: "What the network sees of a point. A fitting feature can do the work of a hidden " +
			"layer: try XOR with xy alone.",
		about:  "one or more, none twice, of",
		Items:  Range{Least: 1, Most: float64(len(nn.Features()))},
		access: features(),
	},
	{
		Name: "hidden_layers", Label: "Hidden layers",
		Hint: "Units of each layer between inputs and outputs, such as 8-8. Leave it empty for a " +
			"straight boundary.",
		about: fmt.Sprintf("list of 0 to %d widths, each 1 to %d; an empty list is a linear model",
			nn.MaxHiddenLayers, nn.MaxWidth),
		Items:  Range{Most: nn.MaxHiddenLayers},
		Range:  Range{Least: 1, Most: nn.MaxWidth},
		access: hiddenLayers(),
	},
	{
		Name: "activation", Label: "Activation",
		Hint: "Bends the output of each hidden unit. With Linear, many layers can do no more " +
			"than one; try it on XOR.",
		needs: hasHiddenLayers,
		access: word(
			func(c *nn.Config) *string { return (*string)(&c.Activation) },
			choices(nn.Activations()),
		),
	},
	{
		Name: "init", Label: "First weights",
		Hint: "How Reset draws the weights. With zeros all units stay equal; He is made for " +
			"ReLU, Xavier for tanh.",
		access: word(
			func(c *nn.Config) *string { return (*string)(&c.Init) },
			choices(nn.Inits()),
		),
	},
	{
		Name: "optimizer", Label: "Optimizer",
		Hint: "The rule that makes updates from gradients. SGD is the plainest; Adam fits the " +
			"step length to every weight.",
		about: "PyTorch's",
		access: word(
			func(c *nn.Config) *string { return (*string)(&c.Optimizer) },
			choices(nn.Optimizers()),
		),
	},
	{
		Name: "learning_rate", Label: "Learning rate",
		Hint: "How far each update goes. Ten times larger often diverges, ten times smaller " +
			"crawls: try both.",
		about:  fmt.Sprintf("greater than 0, at most %v", nn.MaxLearningRate),
		Range:  Range{Most: nn.MaxLearningRate, Above: true},
		access: real(func(c *nn.Config) *float64 { return &c.LearningRate }),
	},
	{
		Name: "schedule", Label: "Schedule",
		Hint: "How the learning rate changes over the run. Long updates at first and short ones " +
			"later settle a noisy run.",
		about: "of the learning rate lr:",
		access: word(
			func(c *nn.Config) *string { return (*string)(&c.Schedule) },
			choices(nn.Schedules()),
		),
	},
	{
		Name: "schedule_steps", Label: "Period, steps",
		Hint: "Updates that one period of the schedule takes. For a cosine, set it to the length " +
			"of the whole run.",
		about: fmt.Sprintf("T, 1 to %d updates; t is the `step` that an update starts from",
			nn.MaxScheduleSteps),
		Range:  Range{Least: 1, Most: nn.MaxScheduleSteps},
		needs:  hasSchedule,
		access: whole(func(c *nn.Config) *int { return (*int)(&c.ScheduleSteps) }),
	},
	{
		Name: "schedule_factor", Label: "Factor",
		Hint: "The share of the learning rate that is left after each period; for a cosine, at " +
			"its end. At 1 nothing changes.",
		about:  "f, 0 to 1, and greater than 0 for `step` and `exponential`",
		Range:  Range{Most: 1},
		needs:  hasSchedule,
		access: real(func(c *nn.Config) *float64 { return (*float64)(&c.ScheduleFactor) }),
	},
	{
		Name: "batch_size", Label: "Batch size",
		Hint: "Points in each update; 0 takes all. Small batches make more updates in each " +
			"epoch, and noisier ones.",
		about:  "0 (all training points) to the server's limit on points",
		Range:  Range{Most: math.Inf(1)},
		access: whole(func(c *nn.Config) *int { return &c.BatchSize }),
	},
	{
		Name: "l1", Label: "L1 penalty",
		Hint: "Pulls every weight towards 0 with equal force, so that useless ones vanish. Try " +
			"0.001 to 0.01.",
		about:  penalties,
		Range:  Range{Most: nn.MaxPenalty},
		access: real(func(c *nn.Config) *float64 { return &c.L1 }),
	},
	{
		Name: "l2", Label: "L2 penalty",
		Hint: "Pulls weights towards 0, large ones harder, which smooths the boundary. Try 0.01 " +
			"where the test loss rises.",
		about:  penalties,
		Range:  Range{Most: nn.MaxPenalty},
		access: real(func(c *nn.Config) *float64 { return &c.L2 }),
	},
	{
		Name: "dropout", Label: "Dropout",
		Hint: "Share of hidden units silenced at random in training, so that none can rely on " +
			"another. Needs wide layers.",
		about: fmt.Sprintf("0 to %v, on hidden units and while training only, inverted scaling",
			nn.MaxFraction),
		Range:  Range{Most: nn.MaxFraction},
		needs:  hasHiddenLayers,
		access: real(func(c *nn.Config) *float64 { return &c.Dropout }),
	},
	{
		Name: "test_fraction", Label: "Test share",
		Hint: "Share of the points held out from training. A test loss that rises while the " +
			"train loss falls is overfitting.",
		about: fmt.Sprintf("0 to %v of the points are held out, but never all; the seed decides which",
			nn.MaxFraction),
		Range:  Range{Most: nn.MaxFraction},
		access: real(func(c *nn.Config) *float64 { return &c.TestFraction }),
	},
	{
		Name: "seed", Label: "Seed",
		Hint: "Decides all that is random: first weights, order of batches, dropout, test " +
			"points. The same seed repeats the run.",
		about:  fmt.Sprintf("0 to %d; everything random follows from it", uint32(math.MaxUint32)),
		Range:  Range{Most: math.MaxUint32},
		access: seed(),
	},
}

func hasHiddenLayers(c *nn.Config) bool { return len(c.HiddenLayers) > 0 }

func hasSchedule(c *nn.Config) bool { return !c.Schedule.IsZero() }

// penalties is what the documents say of l1 and l2 together.
var penalties = fmt.Sprintf("0 to %v; λ₁·sign w and λ₂·w are added to the gradient of the weights, "+
	"never of biases; with adamw l2 is the decoupled decay lr·λ₂·w, lr as scheduled", nn.MaxPenalty)

// choices lists the values of a closed set with the words that package nn has for them.
func choices[T interface {
	~string
	Label() string
	Note() string
}](values []T) []Choice {
	all := make([]Choice, len(values))
	for i, v := range values {
		all[i] = Choice{string(v), v.Label(), v.Note()}
	}
	return all
}

package nn

import (
	"slices"
	"strings"
)

// Limits of a configuration that are part of the wire contract.
const (
	MaxHiddenLayers = 10
	MaxWidth        = 100 // units of one hidden layer
	MinClasses      = 2
	MaxClasses      = 10
	MaxLearningRate = 10.0
	MaxPenalty      = 10.0 // of L1 and of L2
	MaxFraction     = 0.9  // of Dropout and of TestFraction

	MaxScheduleSteps = 1_000_000
)

// A Task is the meaning of the outputs of the network.
type Task string

// The tasks.
const (
	Classification Task = "classification" // one logit for each class; softmax cross-entropy
	Regression     Task = "regression"     // one output; half the squared error
)

// taskTable has no rules: where the tasks differ, the code asks which it is.
var taskTable = choices[Task, struct{}]{
	{name: Classification, label: "Classes", note: "softmax cross-entropy in nats"},
	{name: Regression, label: "Values", note: "½(output − label)²"},
}

// Tasks returns all tasks in the order of the page.
func Tasks() []Task { return taskTable.names() }

// Label returns what the page calls the task.
func (t Task) Label() string { return taskTable.label(t) }

// Note returns what the documents say of the task behind its name, or "".
func (t Task) Note() string { return taskTable.note(t) }

// Config holds every choice a user makes about a run. DefaultConfig has the defaults.
type Config struct {
	// Task decides the loss and the number of outputs.
	Task Task `json:"task"`
	// Features are the inputs computed from a point's x and y: at least one, none twice.
	Features []Feature `json:"features"`
	// HiddenLayers are the widths of the hidden layers: 0 to 10 of them, each 1 to 100 units. None
	// is a linear model.
	HiddenLayers []int `json:"hidden_layers"`
	// Activation is applied by every hidden layer; the output layer is linear.
	Activation Activation `json:"activation"`
	// Init is how the weights of a new network are drawn; biases start at 0.
	Init Init `json:"init"`
	// Classes is the number of outputs of a classifier, 2 to 10 and more than the largest label. 0
	// stands for the larger of 2 and the largest label + 1. Regression has one output and ignores
	// it.
	Classes int `json:"classes,omitzero"`
	// Optimizer is the update rule.
	Optimizer Optimizer `json:"optimizer"`
	// LearningRate is greater than 0 and at most 10.
	LearningRate float64 `json:"learning_rate"`
	// Schedule is how the learning rate changes in training.
	Schedule Schedule `json:"schedule,omitzero"`
	// ScheduleSteps is the number of updates after which the rate has been multiplied by
	// ScheduleFactor, 1 to 1,000,000. A constant rate ignores both.
	ScheduleSteps ScheduleSteps `json:"schedule_steps,omitzero"`
	// ScheduleFactor is 0 to 1, and greater than 0 for step and exponential.
	ScheduleFactor ScheduleFactor `json:"schedule_factor,omitzero"`
	// BatchSize is the number of training points of one update; 0 means all.
	BatchSize int `json:"batch_size"`
	// L1 and L2 are penalties on the weights (never on biases), 0 to 10. Their gradients L1·sign(w)
	// and L2·w are added to the gradient of the loss. AdamW takes L2 as decoupled decay instead.
	L1 float64 `json:"l1"`
	L2 float64 `json:"l2"`
	// Dropout is the probability, 0 to 0.9, that the output of a hidden unit is 0 for one point of
	// one update.
	Dropout float64 `json:"dropout"`
	// TestFraction is the share of the points, 0 to 0.9, that is held out from training. Seed alone
	// decides which points.
	TestFraction float64 `json:"test_fraction"`
	// Seed decides everything random.
	Seed uint32 `json:"seed"`
}

// DefaultConfig returns the configuration whose members stand for those that JSON leaves out.
func DefaultConfig() Config {
	return Config{
		Task:         Classification,
		Features:     []Feature{FeatureX, FeatureY},
		HiddenLayers: []int{8, 8},
		Activation:   Tanh,
		Init:         InitAuto,
		Optimizer:    Adam,
		LearningRate: 0.03,
		Seed:         1,

		Schedule:       ConstantRate,
		ScheduleSteps:  defaultScheduleSteps,
		ScheduleFactor: defaultScheduleFactor,
	}
}

// Validate returns a *FieldError for the first member that is out of range.
func (c Config) Validate() error {
	if err := oneOf("config.task", c.Task, Tasks()); err != nil {
		return err
	}
	if len(c.Features) == 0 {
		return fieldError("config.features", "must name at least one feature")
	}
	for i, f := range c.Features {
		if err := oneOf(indexed("config.features", i), f, Features()); err != nil {
			return err
		}
		if slices.Contains(c.Features[:i], f) {
			return fieldError(indexed("config.features", i),
				"must not repeat a feature; got %s twice", f)
		}
	}
	if n := len(c.HiddenLayers); n > MaxHiddenLayers {
		return fieldError("config.hidden_layers", "must have at most %d layers; got %d",
			MaxHiddenLayers, n)
	}
	for i, width := range c.HiddenLayers {
		if width < 1 || width > MaxWidth {
			return fieldError(indexed("config.hidden_layers", i),
				"must be from 1 to %d units; got %d", MaxWidth, width)
		}
	}
	if err := oneOf("config.activation", c.Activation, Activations()); err != nil {
		return err
	}
	if err := oneOf("config.init", c.Init, Inits()); err != nil {
		return err
	}
	if c.Classes != 0 && (c.Classes < MinClasses || c.Classes > MaxClasses) {
		return fieldError("config.classes", "must be from %d to %d; got %d", MinClasses, MaxClasses,
			c.Classes)
	}
	if err := oneOf("config.optimizer", c.Optimizer, Optimizers()); err != nil {
		return err
	}
	if !(c.LearningRate > 0) {
		return fieldError("config.learning_rate", "must be greater than 0; got %v", c.LearningRate)
	}
	if c.LearningRate > MaxLearningRate {
		return fieldError("config.learning_rate", "must be at most %v; got %v", MaxLearningRate,
			c.LearningRate)
	}
	if err := c.validateSchedule(); err != nil {
		return err
	}
	if c.BatchSize < 0 {
		return fieldError("config.batch_size", "must be 0 (all points) or more; got %d",
			c.BatchSize)
	}
	for _, m := range []struct {
		field string
		value float64
		most  float64
	}{
		{"config.l1", c.L1, MaxPenalty},
		{"config.l2", c.L2, MaxPenalty},
		{"config.dropout", c.Dropout, MaxFraction},
		{"config.test_fraction", c.TestFraction, MaxFraction},
	} {
		if !(m.value >= 0 && m.value <= m.most) {
			return fieldError(m.field, "must be from 0 to %v; got %v", m.most, m.value)
		}
	}
	return nil
}

func (c Config) validateSchedule() error {
	if err := oneOf("config.schedule", c.Schedule, Schedules()); err != nil {
		return err
	}
	if n := c.ScheduleSteps; n < 1 || n > MaxScheduleSteps {
		return fieldError("config.schedule_steps", "must be from 1 to %d; got %d", MaxScheduleSteps,
			n)
	}
	f := c.ScheduleFactor
	if !(f >= 0 && f <= 1) {
		return fieldError("config.schedule_factor", "must be from 0 to 1; got %v", f)
	}
	if f == 0 && scheduleTable.rule(c.Schedule).positive {
		return fieldError("config.schedule_factor",
			"must be greater than 0 for the schedule %s; got 0", c.Schedule)
	}
	return nil
}

// Outputs returns C, the number of outputs of the network. Classes must be set.
func (c Config) Outputs() int {
	if c.Task == Regression {
		return 1
	}
	return c.Classes
}

// HiddenUnits returns how many units the hidden layers have together.
func (c Config) HiddenUnits() int {
	n := 0
	for _, width := range c.HiddenLayers {
		n += width
	}
	return n
}

// Sizes returns the number of units of every layer, inputs and outputs included: [D, H…, C].
// Classes must be set.
func (c Config) Sizes() []int {
	sizes := make([]int, 0, len(c.HiddenLayers)+2)
	sizes = append(sizes, len(c.Features))
	sizes = append(sizes, c.HiddenLayers...)
	return append(sizes, c.Outputs())
}

// ParameterCount returns the number of weights and biases of the network of a config that has its
// number of classes.
func ParameterCount(c Config) int {
	sizes, n := c.Sizes(), 0
	for l, out := range sizes[1:] {
		n += (sizes[l] + 1) * out
	}
	return n
}

// Clone returns a copy that shares nothing with c.
func (c Config) Clone() Config {
	c.Features = slices.Clone(c.Features)
	c.HiddenLayers = slices.Clone(c.HiddenLayers)
	return c
}

// oneOf returns a *FieldError unless value is one of the choices.
func oneOf[T ~string](field string, value T, choices []T) error {
	if slices.Contains(choices, value) {
		return nil
	}
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = string(c)
	}
	return fieldError(field, "must be one of %s; got %q", strings.Join(names, ", "),
		clip(string(value)))
}

// clip shortens an unknown name for a message. It looks at no more than it keeps.
func clip(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

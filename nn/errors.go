package nn

import "fmt"

// A FieldError names a member of a state that is out of range or does not fit, and says what would.
type FieldError struct {
	Field   string // path from the state, such as "config.learning_rate" or "network.weights[0][2]"
	Message string // what was wanted and what was found, such as "must be greater than 0; got -1"
}

func (e *FieldError) Error() string { return e.Field + " " + e.Message }

func fieldError(field, format string, args ...any) error {
	return &FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// A DivergedError says that the next update cannot be made: a gradient, a weight or an optimizer
// moment would not be finite. A loss that overflows does not end a run (see Metrics).
type DivergedError struct {
	Step int // the optimizer update that cannot be made, counted like Network.Step
	// What stopped being finite: "gradient", "weights" (beyond 1e120) or "optimizer moments".
	What    string
	Network Network // the last finite network, from which the update started
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("the %s stopped being finite at step %d; a smaller learning rate may help",
		e.What, e.Step)
}

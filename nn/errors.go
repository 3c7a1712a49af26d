package nn

import "fmt"

// A FieldError says which member of a state is out of range or does not fit, and what would.
type FieldError struct {
	Field   string // path from the state, such as "config.learning_rate" or "network.weights[0][2]"
	Message string // what is asked for and what was found, such as "must be greater than 0; got -1"
}

func (e *FieldError) Error() string { return e.Field + " " + e.Message }

func fieldError(field, format string, args ...any) error {
	return &FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// A DivergedError says that there is no next update: a gradient, a weight or an optimizer moment of
// it is not finite. A loss is no part of an update, and one that overflows ends no run (see
// Metrics).
type DivergedError struct {
	Step    int     // the optimizer update that cannot be made, counted like Network.Step
	What    string  // what stopped being finite: "gradient", "weights" (beyond 1e120), "optimizer moments"
	Network Network // the last finite network, from which the update started
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("the %s stopped being finite at step %d; a smaller learning rate may help",
		e.What, e.Step)
}

package nn

import "fmt"

// A FieldError says which member of a state is out of range or does not fit,
// and what would.
type FieldError struct {
	Field   string // path from the state, such as "config.learning_rate" or "network.weights[0][2]"
	Message string // what is asked for and what was found, such as "must be greater than 0; got -1"
}

func (e *FieldError) Error() string { return e.Field + " " + e.Message }

func fieldError(field, format string, args ...any) error {
	return &FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// A DivergedError says that a loss, a weight or an optimizer moment stopped
// being finite.
type DivergedError struct {
	Step    int     // the optimizer update at which it happened, counted like Network.Step
	What    string  // what stopped being finite: "loss", "weights", "optimizer moments"
	Network Network // the last network whose weights, moments and batch loss were finite
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("the %s stopped being finite at step %d; a smaller learning rate may help", e.What, e.Step)
}

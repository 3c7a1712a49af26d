package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/views"
)

// until says where a run of the page ends by itself. A zero value has no end.
type until struct {
	step     int
	loss     float64 // train loss, in nats or half the squared error
	accuracy float64 // train accuracy, per cent
	patience int     // epochs without a better test loss (early stopping: Prechelt 1998)
}

func readUntil(form url.Values) (until, error) {
	var u until
	if err := errors.Join(
		wire.FormInt(form, views.FieldUntilStep, &u.step),
		wire.FormFloat(form, views.FieldUntilLoss, &u.loss),
		wire.FormFloat(form, views.FieldUntilAccuracy, &u.accuracy),
		wire.FormInt(form, views.FieldPatience, &u.patience),
	); err != nil {
		return u, err
	}
	given := func(field string) bool { return strings.TrimSpace(form.Get(field)) != "" }
	switch {
	case given(views.FieldUntilStep) && u.step <= 0:
		return u, wire.Invalid(views.FieldUntilStep, "must be greater than 0, or empty; got %d", u.step)
	case given(views.FieldUntilLoss) && u.loss <= 0:
		return u, wire.Invalid(views.FieldUntilLoss, "must be greater than 0, or empty; got %v", u.loss)
	case given(views.FieldUntilAccuracy) && !(u.accuracy > 0 && u.accuracy <= 100):
		return u, wire.Invalid(views.FieldUntilAccuracy, "must be greater than 0 and at most 100, or empty; got %v", u.accuracy)
	case given(views.FieldPatience) && u.patience <= 0:
		return u, wire.Invalid(views.FieldPatience, "must be greater than 0, or empty; got %d", u.patience)
	}
	return u, nil
}

// check refuses an end that is not to be reached from a state. A step that is passed is none: the
// next run from the start ends there again.
func (u *until) check(s nn.State) error {
	if s.Network.Step >= u.step {
		u.step = 0
	}
	switch {
	case u.accuracy > 0 && s.Config.Task != nn.Classification:
		return wire.Invalid(views.FieldUntilAccuracy, "must be empty for values: only classes have an accuracy")
	case u.patience > 0 && nn.HeldOut(len(s.Data), s.Config.TestFraction) == 0:
		return wire.Invalid(views.FieldPatience, "must be empty where no point is held out for testing")
	}
	return nil
}

// reached says which end a frame has come to, or "", and whether that is early stopping, which leads
// back. The history holds the frame.
func (u until) reached(n nn.Network, m nn.Metrics, h nn.History) (text string, early bool) {
	switch {
	case u.step > 0 && n.Step >= u.step:
		return fmt.Sprintf("Step %d is reached.", n.Step), false
	case u.loss > 0 && m.Loss <= u.loss:
		return fmt.Sprintf("The train loss is down to %v at step %d.", u.loss, n.Step), false
	case u.accuracy > 0 && m.Accuracy != nil && *m.Accuracy >= u.accuracy/100:
		return fmt.Sprintf("The train accuracy is up to %v %% at step %d.", u.accuracy, n.Step), false
	case u.patience > 0 && h.Best != nil && n.Epoch-h.Best.Epoch >= u.patience:
		return fmt.Sprintf("Stopped early: for %d epochs no test loss was below %.4g, that of step %d.", u.patience, h.Best.TestLoss, h.Best.Step), true
	}
	return "", false
}

package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
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
	var wrong []error
	// read takes a field that is not empty. It says what it must be, if it is not in range.
	read := func(field string, err error, inRange bool, must string) {
		text := strings.TrimSpace(form.Get(field))
		if err == nil && text != "" && !inRange {
			err = wire.Invalid(field, "%s, or empty; got %s", must, wire.Clip(text))
		}
		wrong = append(wrong, err)
	}
	err := wire.FormInt(form, views.FieldUntilStep, &u.step)
	read(views.FieldUntilStep, err, u.step > 0, "must be greater than 0")
	err = wire.FormFloat(form, views.FieldUntilLoss, &u.loss)
	read(views.FieldUntilLoss, err, u.loss > 0, "must be greater than 0")
	err = nil
	if text := strings.TrimSpace(form.Get(views.FieldUntilAccuracy)); text != "" { // beside its field stands %
		err = wire.ReadFloat(strings.TrimSuffix(text, "%"), views.FieldUntilAccuracy, &u.accuracy)
	}
	read(views.FieldUntilAccuracy, err, u.accuracy > 0 && u.accuracy <= 100, "must be greater than 0 and at most 100")
	err = wire.FormInt(form, views.FieldPatience, &u.patience)
	read(views.FieldPatience, err, u.patience > 0, "must be greater than 0")
	return u, errors.Join(wrong...)
}

// check refuses an end that is not to be reached from a state. A step that is passed is none: the
// next run from the start ends there again.
func (u *until) check(s nn.State) error {
	if s.Network.Step >= u.step {
		u.step = 0
	}
	var wrong []error
	if u.accuracy > 0 && s.Config.Task != nn.Classification {
		wrong = append(wrong, wire.Invalid(views.FieldUntilAccuracy, "must be empty for values: only classes have an accuracy"))
	}
	if u.patience > 0 && nn.HeldOut(len(s.Data), s.Config.TestFraction) == 0 {
		wrong = append(wrong, wire.Invalid(views.FieldPatience, "must be empty where no point is held out for testing"))
	}
	return errors.Join(wrong...)
}

// reached says which end a frame has come to, or "", and whether that is early stopping, which leads
// back. The history holds the frame.
func (u until) reached(n nn.Network, m nn.Metrics, h nn.History) (text string, early bool) {
	step := views.Grouped(n.Step)
	switch {
	case u.step > 0 && n.Step >= u.step:
		return fmt.Sprintf("Step %s is reached.", step), false
	case u.loss > 0 && m.Loss <= u.loss:
		return fmt.Sprintf("The train loss is down to %s at step %s.", table.Readable(fmt.Sprint(u.loss)), step), false
	case u.accuracy > 0 && m.Accuracy != nil && *m.Accuracy >= u.accuracy/100:
		return fmt.Sprintf("The train accuracy is up to %v %% at step %s.", u.accuracy, step), false
	case u.patience > 0 && h.Best != nil && n.Epoch-h.Best.Epoch >= u.patience:
		return fmt.Sprintf("Stopped early: for %s epochs no test loss was below %s, that of step %s.", views.Grouped(u.patience), table.Readable(fmt.Sprintf("%.4g", h.Best.TestLoss)), views.Grouped(h.Best.Step)), true
	}
	return "", false
}

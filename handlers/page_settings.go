package handlers

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"nnvisu/nn"
	"nnvisu/views"
)

// applySettings takes the visible settings of the form into the state. Weights
// that fit a new shape stay; what starts new is said in the notice.
func (s *Server) applySettings(state nn.State, form url.Values) (nn.State, views.Notice, error) {
	from := state.Config
	to := from.Clone()
	take := func(field string, set func(string)) {
		if form.Has(field) {
			set(form.Get(field))
		}
	}
	take(views.FieldTask, func(v string) { to.Task = nn.Task(v) })
	take(views.FieldActivation, func(v string) { to.Activation = nn.Activation(v) })
	take(views.FieldOptimizer, func(v string) { to.Optimizer = nn.Optimizer(v) })
	take(views.FieldSchedule, func(v string) { to.Schedule = nn.Schedule(v) })
	take(views.FieldInit, func(v string) { to.Init = nn.Init(v) })
	// Features that stay keep their order; new ones come behind them.
	to.Features = slices.DeleteFunc(to.Features, func(f nn.Feature) bool { return !slices.Contains(form[views.FieldFeatures], string(f)) })
	for _, f := range form[views.FieldFeatures] {
		if !slices.Contains(to.Features, nn.Feature(f)) {
			to.Features = append(to.Features, nn.Feature(f))
		}
	}
	var err error
	seed := int(to.Seed)
	take(views.FieldHiddenLayers, func(v string) { to.HiddenLayers, err = parseLayers(v) })
	if err := errors.Join(err,
		formFloat(form, views.FieldLearningRate, "config.learning_rate", &to.LearningRate),
		formInt(form, views.FieldScheduleSteps, (*int)(&to.ScheduleSteps)),
		formFloat(form, views.FieldScheduleFactor, "config.schedule_factor", (*float64)(&to.ScheduleFactor)),
		formInt(form, views.FieldBatchSize, &to.BatchSize),
		formFloat(form, views.FieldL1, "config.l1", &to.L1),
		formFloat(form, views.FieldL2, "config.l2", &to.L2),
		formFloat(form, views.FieldDropout, "config.dropout", &to.Dropout),
		formFloat(form, views.FieldTestFraction, "config.test_fraction", &to.TestFraction),
		formInt(form, views.FieldSeed, &seed),
	); err != nil {
		return state, views.Notice{}, err
	}
	if seed < 0 || seed > math.MaxUint32 {
		return state, views.Notice{}, invalid("config.seed", "must be from 0 to %d; got %d", uint32(math.MaxUint32), seed)
	}
	to.Seed = uint32(seed)
	if to.Task == nn.Classification && to.Classes == 0 { // a regression that was never a classification
		to.Classes = nn.MinClasses
	}
	if err := to.Validate(); err != nil {
		return state, views.Notice{}, err
	}
	if to.BatchSize > s.config.MaxPoints {
		return state, views.Notice{}, invalid("config.batch_size", "must be at most %d; got %d", s.config.MaxPoints, to.BatchSize)
	}
	if to.Task != from.Task {
		state.Data = nn.ConvertLabels(state.Data, to)
	}
	if to.Optimizer != from.Optimizer || to.Task != from.Task || !slices.Equal(to.Sizes(), from.Sizes()) || !slices.Equal(to.Features, from.Features) {
		state = nn.Fit(state, to)
	}
	state.Config = to
	return state, settingsNotice(from, to), nil
}

// settingsNotice says what a change of settings did that is not plain to see.
func settingsNotice(from, to nn.Config) views.Notice {
	switch {
	case to.Task != from.Task:
		return undoable("The task is now %s. The output layer starts with new weights and the labels were converted.", to.Task)
	case !slices.Equal(to.HiddenLayers, from.HiddenLayers):
		if len(to.HiddenLayers) == 0 {
			return undoable("No hidden layer: a linear model. The output layer starts with new weights.")
		}
		return undoable("Hidden layers are now %s. Weights that fit stay; the others start new.", views.LayersText(to.HiddenLayers))
	case !reflect.DeepEqual(to.Features, from.Features):
		return undoable("The inputs changed. The weights of those that stay are kept.")
	case to.Optimizer != from.Optimizer:
		return undoable("The weights stay; the new optimizer starts with fresh moments.")
	case to.Init != from.Init:
		return views.Notice{Text: "Takes effect with the next Reset."}
	case to.Seed != from.Seed:
		return views.Notice{Text: fmt.Sprintf("Batches, dropout and test points follow seed %d from now on; Reset draws its weights.", to.Seed)}
	}
	return views.Notice{}
}

// parseLayers reads the widths of hidden layers as people write them, separated
// by dashes, commas or spaces. No text is no layer.
func parseLayers(text string) ([]int, error) {
	widths := []int{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",-–; ×x", r) }) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, malformed("config.hidden_layers", "must be widths such as 8-8; got %q", clip(text))
		}
		widths = append(widths, n)
	}
	return widths, nil
}

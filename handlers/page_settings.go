package handlers

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// applySettings takes the visible settings of the form into the state, or only the one that was
// changed, where the form says which. All of what is wrong is in the error, and then nothing is
// taken. Weights that fit a new shape stay; the notice says what starts
// new.
func (s *Server) applySettings(
	state nn.State, form url.Values, do func(nn.State, journal.Act) (nn.State, error),
) (nn.State, views.Notice, error) {
	to := state.Config.Clone()
	changed := setting.Lookup(form.Get(views.FieldChanged))
	var wrong []error
	for m := range setting.All() {
		if changed != nil && m != changed {
			continue // it may be wrong, and its error says so already
		}
		taken := to.Clone()
		if err := m.Take(&taken, form[m.Name]); err != nil {
			wrong = append(wrong, wire.TextError(err))
			continue
		}
		to = taken
	}
	if wrong = append(wrong, s.outOfRange(state.Config, to)...); len(wrong) > 0 {
		return state, views.Notice{}, errors.Join(wrong...)
	}
	return s.adopt(state, to, do)
}

// adopt gives a state another config, as applySettings does.
func (s *Server) adopt(
	state nn.State, to nn.Config, do func(nn.State, journal.Act) (nn.State, error),
) (nn.State, views.Notice, error) {
	from := state.Config
	if err := s.checkConfig(to); err != nil {
		return state, views.Notice{}, err
	}
	changed := journal.Changed(from, to)
	if len(changed) == 0 {
		return state, views.Notice{}, nil
	}
	next, err := do(state, changed)
	if err != nil {
		return state, views.Notice{}, err
	}
	return next, settingsNotice(from, to), nil
}

// outOfRange returns an error for each setting that is out of range in a config that another one was
// changed into.
func (s *Server) outOfRange(from, to nn.Config) (wrong []error) {
	for {
		err := s.checkConfig(to)
		if err == nil {
			return wrong
		}
		wrong = append(wrong, err)
		m := setting.Lookup(views.ControlOf(describe(err).Field))
		if m == nil || m.Text(&to) == m.Text(&from) {
			return wrong
		}
		if err := m.Parse(&to, m.Text(&from)); err != nil { // the old value, to find the next
			return wrong
		}
	}
}

// checkConfig returns an error for a setting that is out of range.
func (s *Server) checkConfig(c nn.Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if c.BatchSize > s.config.MaxPoints {
		return wire.Invalid("config.batch_size", "must be at most %d; got %d", s.config.MaxPoints, c.BatchSize)
	}
	return nil
}

// settingsNotice says what a change of settings did that the page does not show.
func settingsNotice(from, to nn.Config) views.Notice {
	switch {
	case to.Task != from.Task:
		return undoable("The task is now %s. The output layer starts with new weights and the labels "+
			"were converted.", to.Task.Label())
	case !slices.Equal(to.HiddenLayers, from.HiddenLayers):
		if len(to.HiddenLayers) == 0 {
			return undoable("No hidden layer: a linear model. The output layer starts with new weights.")
		}
		return undoable("Hidden layers are now %s. Weights that fit stay; the others start new.",
			setting.LayersText(to.HiddenLayers))
	case !slices.Equal(to.Features, from.Features):
		return undoable("The inputs changed. The weights of those that stay are kept.")
	case to.Optimizer != from.Optimizer:
		return undoable("The weights stay; the new optimizer starts with an empty memory.")
	case to.Init != from.Init:
		return views.Notice{Text: "Takes effect with the next Reset."}
	case to.Seed != from.Seed:
		return views.Notice{Text: fmt.Sprintf("Batches, dropout and test points follow seed %d from "+
			"now on; Reset draws its weights.", to.Seed)}
	}
	return views.Notice{}
}

// changeSetting sets the setting that the act's place names: "learning_rate=0.003".
func (s *Server) changeSetting(e edit) (nn.State, views.Notice, error) {
	name, value, _ := strings.Cut(e.place, "=")
	m := setting.Lookup(name)
	if m == nil || m.NoControl {
		return e.state, views.Notice{}, wire.Malformed(views.FieldAct, "names no setting: %q", wire.Clip(e.place))
	}
	to := e.state.Config.Clone()
	if err := m.Take(&to, []string{value}); err != nil {
		return e.state, views.Notice{}, wire.TextError(err)
	}
	state, _, err := s.adopt(e.state, to, e.do)
	return state, undoable("%s is now %s.", m.Label, views.ShownSetting(m, &to)), err
}

// restartWith does the same, and draws the first weights again.
func (s *Server) restartWith(e edit) (nn.State, views.Notice, error) {
	state, notice, err := s.changeSetting(e)
	if err != nil {
		return state, notice, err
	}
	state, err = e.do(state, journal.Reset{})
	notice.Text += fmt.Sprintf(" New weights from seed %d.", state.Config.Seed)
	return state, notice, err
}

package handlers

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/nn/dataset"
	"nnvisu/nn/setting"
	"nnvisu/views"
)

// linkedPage answers GET / with a query, or with the error of reading it. The query is a recipe,
// whose state the page shows and trains up to its steps, and the parts of the page to hide and to
// lock.
func (s *Server) linkedPage(c echo.Context, query url.Values, err error) error {
	if err := s.admit(c); err != nil {
		return err
	}
	state, choices := nn.State{}, defaultChoices()
	if err == nil {
		state, choices, err = s.readLink(c.Request().Context(), query)
	}
	if err == nil {
		p := pageRequest{Message: wire.Message{State: state}, choices: choices}
		p.answer.settings = true
		return s.render(c, http.StatusOK, p)
	}
	// Show the first page, with the parts of the link if they are right, and what is wrong.
	e := s.describeLogged(err, c)
	p, err := s.firstRequest()
	if err != nil {
		return err
	}
	if checkParts(choices) == nil {
		p.choices.Hide, p.choices.Lock = choices.Hide, choices.Lock
	}
	p.notice = problem(e)
	p.notice.Text = "This link cannot be opened. " + p.notice.Text
	p.answer.settings = true
	return s.render(c, e.status, p)
}

// readLink reads the query of the page's address.
func (s *Server) readLink(ctx context.Context, query url.Values) (nn.State, views.Choices, error) {
	choices := defaultChoices()
	for _, f := range []struct {
		name string
		dst  *[]string
	}{{views.FieldHide, &choices.Hide}, {views.FieldLock, &choices.Lock}} {
		for _, list := range query[f.name] {
			*f.dst = append(*f.dst, strings.Split(list, ",")...)
		}
		delete(query, f.name)
	}
	if err := checkParts(choices); err != nil {
		return nn.State{}, choices, err
	}
	if len(query) == 0 {
		p, err := s.firstRequest()
		choices.Points = p.choices.Points
		return p.State, choices, err
	}
	choices.Opened = true
	choices.Dataset = firstDataset
	if query.Has("dataset") {
		choices.Dataset = query.Get("dataset")
	} else {
		query.Set("dataset", firstDataset)
	}
	m, err := s.readRecipe(query)
	if err != nil {
		return nn.State{}, choices, err
	}
	if err := s.checkState(ctx, &m); err != nil {
		return nn.State{}, choices, err
	}
	choices.Points = strconv.Itoa(len(m.State.Data))
	choices.Noise = query.Get("noise")
	choices.DataClasses = query.Get("classes")
	choices.DataSeed = strconv.FormatUint(uint64(m.State.Config.Seed), 10)
	if query.Has("data_seed") {
		choices.DataSeed = query.Get("data_seed")
	}
	choices.FrameSteps = m.FrameSteps
	if m.Steps > 0 {
		choices.UntilStep = strconv.Itoa(m.Steps)
	}
	return m.State, choices, nil
}

// checkParts returns an error if a part to hide or to lock does not exist.
func checkParts(c views.Choices) error {
	for _, f := range []struct {
		name  string
		parts []string
		can   func(string) bool
		which string
	}{{views.FieldHide, c.Hide, views.IsPart, ""}, {views.FieldLock, c.Lock, views.CanLock, " that can be locked"}} {
		for _, part := range f.parts {
			if !f.can(part) {
				return wire.Invalid(f.name, "must name parts of the page%s; got %q", f.which, wire.Clip(part))
			}
		}
	}
	return nil
}

// shareLinks answers with the links to a state.
func (s *Server) shareLinks(ctx context.Context, p *pageRequest, _ string) error {
	links, err := s.share(ctx, *p)
	p.answer = pageAnswer{part: true, view: func(views.Lab, bool) templ.Component { return views.Shared(links) }}
	return err
}

// share makes the links of a state. It tries the recipe out, to say what the recipe loses.
func (s *Server) share(ctx context.Context, p pageRequest) (views.Sharing, error) {
	query := url.Values{}
	for name, list := range map[string][]string{
		views.FieldHide: p.choices.Hide, views.FieldLock: p.choices.Lock,
	} {
		if len(list) > 0 {
			query.Set(name, strings.Join(list, ","))
		}
	}
	sharing := views.Sharing{Parts: "?" + query.Encode()}
	recipe := s.recipeOf(p)
	lost, err := s.lostBy(ctx, recipe, p)
	if err != nil {
		return views.Sharing{}, err
	}
	sharing.Lost = lost
	maps.Copy(query, recipe)
	sharing.Recipe = "?" + query.Encode()
	return sharing, nil
}

// recipeOf returns the recipe that comes closest to a state. It leaves out what has its default.
func (s *Server) recipeOf(p pageRequest) url.Values {
	q := url.Values{}
	set := func(name, value, otherwise string) {
		if value != otherwise {
			q.Set(name, value)
		}
	}
	defaults := wire.NewMessage(wire.Train)
	c, d := &p.State.Config, &defaults.State.Config
	for m := range setting.All() {
		if !m.ByData {
			set(m.Name, m.Text(c), m.Text(d))
		}
	}
	info, known := dataset.Lookup(p.choices.Dataset)
	set("dataset", p.choices.Dataset, "")
	set("points", strconv.Itoa(len(p.State.Data)), strconv.Itoa(defaultPoints))
	set("noise", strings.TrimSpace(p.choices.Noise), "")
	if known && info.MaxClasses > 0 {
		set("classes", strings.TrimSpace(p.choices.DataClasses), "")
	}
	seed := setting.Lookup("seed").Text(c) // of the data set as well, unless it has its own
	set("data_seed", strings.TrimSpace(p.choices.DataSeed), seed)
	steps := min(p.State.Network.Step, wire.MaxSteps)
	set("steps", strconv.Itoa(steps), strconv.Itoa(defaults.Steps))
	set("frame_steps", strconv.Itoa(p.choices.FrameSteps), strconv.Itoa(defaults.FrameSteps))
	return q
}

// trialShare is how many times as long a request may compute as the trial of a recipe.
const trialShare = 10

// lostBy says what a state has that its recipe does not lead to, or returns "".
func (s *Server) lostBy(ctx context.Context, recipe url.Values, p pageRequest) (string, error) {
	m, err := s.readRecipe(recipe)
	if err == nil {
		err = s.checkState(ctx, &m)
	}
	switch {
	case describe(err).Code == wire.CodeBusy:
		return "", err
	case err != nil:
		return "This state has no recipe: its points or settings are no data set's.", nil
	case !slices.Equal(m.State.Data, p.State.Data):
		return "Your points are not those of the data set: they are not in this link.", nil
	}
	if lost := setting.Differing(&m.State.Config, &p.State.Config); len(lost) > 0 {
		return lostSettings(lost), nil
	}
	if p.State.Network.Step > wire.MaxSteps {
		return fmt.Sprintf("This run has made more than %d updates, the most that a recipe makes.", wire.MaxSteps), nil
	}
	work := nn.WorkOf(m.State.Config, len(m.State.Data))
	if time.Duration(m.Steps)*work.Update > s.config.MaxWork/trialShare {
		return "The run is too long to be tried out here: what was changed during it is not in this link.", nil
	}
	network := m.State.Network
	if m.Steps > 0 {
		result, err := s.trainStep(ctx, &m, nil)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if describe(err).Code == wire.CodeBusy {
			return "", err
		}
		if err != nil {
			return "A run like this diverges.", nil
		}
		network = result.Network
	}
	if !reflect.DeepEqual(network, p.State.Network) {
		return "Something was changed during this run: the recipe leads to another network.", nil
	}
	return "", nil
}

// lostSettings says which settings get other values from a recipe.
func lostSettings(lost []*setting.Member) string {
	if len(lost) == 1 && lost[0].Name == "classes" {
		return "The number of classes is not that of the data set: it is not in this link."
	}
	labels := make([]string, len(lost))
	for i, m := range lost {
		labels[i] = m.Label
	}
	return "The link cannot carry every setting. When it is opened, these are different: " +
		strings.Join(labels, "; ") + "."
}

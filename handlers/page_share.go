package handlers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// shareLinks answers with the links to a state.
func (s *Server) shareLinks(ctx context.Context, p *pageRequest, _ string) error {
	links, err := s.share(ctx, *p)
	p.sharing = &links
	p.answer = pageAnswer{part: true, view: func(views.Lab, bool) templ.Component { return views.Shared(links) }}
	return err
}

// share makes the links of a state. It tries the recipe out, to say what the recipe loses.
func (s *Server) share(ctx context.Context, p pageRequest) (views.Sharing, error) {
	lesson, err := p.draft()
	if err != nil {
		return views.Sharing{}, err
	}
	// The page hides and locks before it has the state of the other link, which has the rest.
	sharing := views.Sharing{Parts: wire.WriteQuery(lessonQuery(export.Lesson{Hide: lesson.Hide, Lock: lesson.Lock}))}
	if sharing.Assignment, err = readAssignment(lesson); err != nil {
		return sharing, err
	}
	if sharing.Goal, err = goal.Parse(lesson.Goal); err != nil {
		return sharing, err
	}
	sharing.GoalLack = goalLack(sharing.Goal, p.State.Config)
	if sharing.Broken, err = s.tryLinks(ctx, lesson); err != nil {
		return sharing, err
	}
	if !lesson.IsZero() {
		if err := marshal(&sharing.Lesson, lesson); err != nil {
			return sharing, err
		}
	}
	query := lessonQuery(lesson)
	recipe := s.recipeOf(p)
	lost, err := s.lostBy(ctx, recipe, p)
	if err != nil {
		return views.Sharing{}, err
	}
	sharing.Lost = lost
	maps.Copy(query, recipe)
	sharing.Recipe = wire.WriteQuery(query)
	if err := s.shareJournal(ctx, p, lesson, &sharing); err != nil {
		return sharing, err
	}
	if len(s.config.FrameAncestors) > 0 {
		if len(p.choices.Show) > 0 {
			query.Set(views.FieldShow, strings.Join(p.choices.Show, ","))
		}
		sharing.Embed = wire.WriteQuery(query)
	}
	return sharing, nil
}

// shareJournal makes the link of the journal of a run, or says why there is none.
func (s *Server) shareJournal(ctx context.Context, p pageRequest, lesson export.Lesson, sharing *views.Sharing) error {
	text, j, err := handInText(ctx, p.journal, p.State)
	if err != nil || text == "" {
		return err
	}
	if goalOfRecipe(j.Recipe) == lesson.Goal {
		lesson.Goal = "" // the journal has it
	}
	told := lessonQuery(lesson)
	told.Set(views.FieldJournal, text)
	query := wire.WriteQuery(told)
	if len(query) > longestLink {
		sharing.NoJournal = "What you did is too long for a link. The file has all of it."
		return nil
	}
	items, err := s.notebook(ctx, j)
	tooLong := describe(err).Code == wire.CodeTooLarge // by its acts alone
	if err != nil && !tooLong {
		return err
	}
	if tooLong || items[len(items)-1].Work > s.config.MaxWork {
		sharing.NoJournal = "This run was trained for too long to be trained again for a link."
		return nil
	}
	sharing.Journal = query
	sharing.QR = views.NewQR(p.origin + s.config.BasePath + "/" + query)
	return nil
}

// longestLink is the most bytes of the query of a link. Proxies take 8 kB of an address and more.
const longestLink = 7000

// recipeOf returns the recipe that leads to a state, or else the one that comes closest. It leaves
// out what has its default.
func (s *Server) recipeOf(p pageRequest) url.Values {
	q, err := wire.ReadQuery(p.recipe)
	if p.recipe == "" || err != nil {
		q = s.beginningOf(p)
	}
	if steps := min(p.State.Network.Step, wire.MaxSteps); steps > 0 {
		q.Set("steps", strconv.Itoa(steps))
	}
	if p.choices.FrameSteps != wire.NewMessage(wire.Train).FrameSteps {
		q.Set("frame_steps", views.SpeedValue(p.choices.FrameSteps))
	}
	return q
}

// beginningOf returns the recipe that comes closest to step 0 of a state, by its settings and by
// the controls of the data.
func (s *Server) beginningOf(p pageRequest) url.Values {
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
	source, known := readSource(cmp.Or(p.meta.Source, p.meta.Edited, sourceOfControls(p.choices)))
	if !known { // points that come from no data set
		q.Set("dataset", firstDataset)
		return q
	}
	for name := range source {
		q.Set(name, source.Get(name))
	}
	if q.Get("points") == strconv.Itoa(defaultPoints) {
		q.Del("points")
	}
	if q.Get("data_seed") == setting.Lookup("seed").Text(c) { // which is for the data set as well
		q.Del("data_seed")
	}
	return q
}

// told returns the recipe that leads to the run of a page, but for the number of its updates, or ""
// if there may be none. A run that begins is compared with what the recipe makes. After that the
// page carries the recipe as long as nothing but training changes the state: by the law the recipe
// leads to every state on the way, and none of them need be trained again to be sure.
func (s *Server) told(ctx context.Context, p pageRequest, before nn.State) string {
	if p.recipe != "" && reflect.DeepEqual(p.State, before) {
		return p.recipe
	}
	if p.State.Network.Step > 0 {
		return ""
	}
	p.recipe = ""
	recipe := s.beginningOf(p)
	if lost, err := s.lostBy(ctx, recipe, p); err != nil || lost != "" {
		return ""
	}
	return strings.TrimPrefix(wire.WriteQuery(recipe), "?")
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
		info, _ := dataset.Lookup(recipe.Get("dataset")) // or the recipe could not be read
		return fmt.Sprintf("Your own points are not in this link: it opens %s instead.", info.Title), nil
	}
	if lost := setting.Differing(&m.State.Config, &p.State.Config); len(lost) > 0 {
		return lostSettings(lost), nil
	}
	if p.State.Network.Step > wire.MaxSteps {
		return fmt.Sprintf("This run has made more than %s updates, the most that a recipe makes.", views.Grouped(wire.MaxSteps)), nil
	}
	work := nn.WorkOf(m.State.Config, len(m.State.Data))
	if time.Duration(m.Steps)*work.Update > s.config.MaxWork/trialShare {
		if p.recipe != "" {
			return "", nil // nothing but training has changed the state
		}
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

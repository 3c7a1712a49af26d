package handlers

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// lessonParameters are those of the page's address that are for the lesson and not for the run.
var lessonParameters = []string{views.LinkExperiment, views.FieldAssignment, views.FieldGoal, views.FieldHide, views.FieldLock}

// recipeParameters are those that [Server.readRecipe] knows beside the settings.
var recipeParameters = wire.RecipeNames()

// takeLesson takes the lesson out of a query of the page's address, and checks it.
func takeLesson(query url.Values) (export.Lesson, error) {
	l := export.Lesson{
		Experiment: query.Get(views.LinkExperiment),
		Assignment: newlines.Replace(query.Get(views.FieldAssignment)),
		Goal:       query.Get(views.FieldGoal),
		Hide:       listOf(query[views.FieldHide]),
		Lock:       listOf(query[views.FieldLock]),
	}
	for _, name := range lessonParameters {
		delete(query, name)
	}
	return tidyLesson(l)
}

// tidyLesson checks a lesson, and returns it with its goal as links have it.
func tidyLesson(l export.Lesson) (export.Lesson, error) {
	if err := checkLesson(l); err != nil {
		return l, err
	}
	g, err := goal.Parse(l.Goal)
	l.Goal = g.String()
	return l, err
}

// decodeLesson reads the lesson that the page's form posts: the query of a link to it.
func decodeLesson(text string) (export.Lesson, error) {
	if len(text) > longestLesson {
		return export.Lesson{}, wire.TooLarge(views.FieldLesson, "must have at most %d bytes", longestLesson)
	}
	query, err := wire.ReadQuery(text)
	if err != nil {
		return export.Lesson{}, err
	}
	return takeLesson(query)
}

// longestLesson is the most bytes of the query of a lesson: each character of the assignment may be
// four bytes, and each of those three in a query.
const longestLesson = 12*views.MaxAssignment + 3*goal.MaxBytes + longestChoice

// setLesson makes a lesson the page's own, and the one that the dialog writes.
func (p *pageRequest) setLesson(l export.Lesson) {
	p.lesson = l
	p.choices.Assignment, p.choices.Goal, p.choices.Hide, p.choices.Lock = l.Assignment, l.Goal, l.Hide, l.Lock
}

// newlines makes the ends of lines those of this program: a form posts others.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// listOf returns the names in lists that are written with commas, each once.
func listOf(lists []string) (names []string) {
	seen := map[string]bool{"": true}
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// lessonQuery returns the query of a lesson.
func lessonQuery(l export.Lesson) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		views.LinkExperiment: l.Experiment, views.FieldAssignment: l.Assignment, views.FieldGoal: l.Goal,
		views.FieldHide: strings.Join(l.Hide, ","), views.FieldLock: strings.Join(l.Lock, ","),
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// checkLesson returns an error for a lesson that the page cannot show.
func checkLesson(l export.Lesson) error {
	if l.Experiment != "" && views.LookupExperiment(l.Experiment) == nil {
		return wire.Invalid(views.LinkExperiment, "must name an experiment; got %q", wire.Clip(l.Experiment))
	}
	if _, err := readAssignment(l); err != nil {
		return err
	}
	if _, err := goal.Parse(l.Goal); err != nil {
		return err
	}
	return checkParts(l.Hide, l.Lock)
}

// checkParts returns an error if a part to hide or to lock does not exist.
func checkParts(hide, lock []string) error {
	for _, f := range []struct {
		name  string
		parts []string
		can   func(string) bool
		which string
	}{{views.FieldHide, hide, views.IsPart, ""}, {views.FieldLock, lock, views.CanLock, " that can be locked"}} {
		for _, part := range f.parts {
			if !f.can(part) {
				return wire.Invalid(f.name, "must name parts of the page%s; got %q", f.which, wire.Clip(part))
			}
		}
	}
	return nil
}

// readAssignment reads the text of a lesson.
func readAssignment(l export.Lesson) (views.Assignment, error) {
	a, err := views.NewAssignment(l.Assignment, func(to string) string { return assignedLink(l, to) })
	if err != nil {
		return a, wire.Invalid(views.FieldAssignment, "%s", err)
	}
	return a, nil
}

// assignedLink returns the query of a link in an assignment, or "" if it is no link to this page: a
// link has parameters, and the page must know them all. What it says nothing about stays as it is
// in the lesson, so that a class can go from one recipe to another under the same task.
func assignedLink(l export.Lesson, to string) string {
	query := assignedQuery(to)
	if query == nil {
		return ""
	}
	l.Experiment = "" // its card tells another run
	kept := lessonQuery(l)
	maps.Copy(kept, query)
	return wire.WriteQuery(kept)
}

// assignedQuery returns the query of a link in an assignment, without what is kept of the lesson, or
// nil if it is no link to this page. A link to a state is none: its network has no room in a task.
func assignedQuery(to string) url.Values {
	to, state, _ := strings.Cut(to, "#")
	if strings.HasPrefix(state, "state=") {
		return nil
	}
	_, raw, _ := strings.Cut(to, "?")
	query, err := wire.ReadQuery(raw, views.FieldHide, views.FieldLock)
	if err != nil || len(query) == 0 {
		return nil
	}
	for name := range query {
		if setting.Lookup(name) == nil && !slices.Contains(recipeParameters, name) && !slices.Contains(lessonParameters, name) {
			return nil
		}
	}
	// An address that is written in full may be that of another page.
	if at, err := url.Parse(to); err != nil || at.Scheme != "" && at.Scheme != "http" && at.Scheme != "https" {
		return nil
	}
	return query
}

// tryLinks returns why links of an assignment cannot be opened, by what they lead to.
func (s *Server) tryLinks(ctx context.Context, l export.Lesson) (broken []views.BrokenLink, err error) {
	yield := yielding(ctx)
	var stopped error
	_, err = views.NewAssignment(l.Assignment, func(to string) string {
		if stopped != nil {
			return ""
		}
		if query := assignedQuery(to); query != nil {
			if err := s.tryQuery(query); err != nil {
				broken = append(broken, views.BrokenLink{To: to, Why: problem(describe(err)).Text})
			}
		}
		stopped = yield()
		return ""
	})
	return broken, errors.Join(err, stopped)
}

// tryQuery returns an error for a query of the page's address that cannot be opened, but for what
// only training would show.
func (s *Server) tryQuery(query url.Values) error {
	if _, err := takeLesson(query); err != nil || len(query) == 0 {
		return err
	}
	if !query.Has("dataset") {
		query.Set("dataset", firstDataset)
	}
	_, err := s.readRecipe(query)
	return err
}

// draft returns the lesson that is written in the dialog. The experiment is that of the page.
func (p *pageRequest) draft() (export.Lesson, error) {
	l := export.Lesson{
		Experiment: p.lesson.Experiment, Assignment: p.choices.Assignment, Goal: p.choices.Goal,
		Hide: p.choices.Hide, Lock: p.choices.Lock,
	}
	return tidyLesson(l)
}

// sharedLesson returns the lesson of a form to be saved, which may be nil.
func sharedLesson(form url.Values) (export.Lesson, error) {
	lesson, err := decodeLesson(form.Get(views.FieldLesson))
	if err != nil {
		return lesson, err
	}
	p := pageRequest{choices: readChoices(form), lesson: lesson}
	return p.draft()
}

// card returns what the page tells about the lesson of a request.
func (s *Server) card(p *pageRequest) views.Card {
	card := views.Card{Query: strings.TrimPrefix(wire.WriteQuery(lessonQuery(p.lesson)), "?")}
	card.Assignment, _ = views.NewAssignment(p.lesson.Assignment, func(to string) string { // which is checked
		return within(p.embed, assignedLink(p.lesson, to))
	})
	g, run := p.goal()
	card.Goal, card.Again = g.Check(&run), p.lessonAgain(g)
	card.Experiment = s.experimentCard(p)
	return card
}

// experimentCard returns what the page tells about its experiment, or nil.
func (s *Server) experimentCard(p *pageRequest) *views.ExperimentCard {
	e := views.LookupExperiment(p.lesson.Experiment)
	if e == nil {
		return nil
	}
	link := func(l export.Lesson, recipe string) string {
		query, _ := wire.ReadQuery(recipe) // of the table
		maps.Copy(query, lessonQuery(l))
		return within(p.embed, wire.WriteQuery(query))
	}
	t := &views.ExperimentCard{Experiment: e, Guess: strings.Clone(p.choices.Guess), Again: link(p.lesson, "")}
	t.Run, t.Ends = s.runOf(e, p)
	t.Reached = t.Ends > 0 && p.State.Network.Step >= t.Ends
	for i := range e.Tries {
		t.TryLinks = append(t.TryLinks, link(p.lesson, e.TryQuery(i)))
	}
	if next := views.NextExperiment(e.Slug); next != nil {
		t.Next = next
		l := p.lesson
		l.Experiment = next.Slug
		t.NextLink = link(l, "")
	}
	return t
}

// untold returns the experiment of a request whose answer is not there yet, or nil.
func (s *Server) untold(p *pageRequest) *views.ExperimentCard {
	if e := s.experimentCard(p); e != nil && e.Ends > 0 && !e.Reached {
		return e
	}
	return nil
}

// runOf says which run of an experiment a page shows, and at which step its answer is there: 0 where
// it is a run of the user's own.
func (s *Server) runOf(e *views.Experiment, p *pageRequest) (run, ends int) {
	if p.recipe == "" { // something was changed on the way
		return views.RunOfOwn, 0
	}
	for i := views.RunOfQuestion; i < len(e.Tries); i++ {
		recipe := e.Query
		if i != views.RunOfQuestion {
			recipe = e.TryQuery(i)
		}
		query, err := wire.ReadQuery(recipe)
		if err != nil {
			continue
		}
		m, err := s.readRecipe(query)
		if err != nil { // such as more points than this server takes
			continue
		}
		if m.State, err = m.State.Prepare(); err != nil {
			continue
		}
		if slices.Equal(m.State.Data, p.State.Data) && len(setting.Differing(&m.State.Config, &p.State.Config)) == 0 {
			return i, m.Steps
		}
	}
	return views.RunOfOwn, 0
}

// leaveExperiment takes the card of the experiment away. The run stays.
func leaveExperiment(_ *Server, _ context.Context, p *pageRequest, _ string) error {
	p.lesson.Experiment = ""
	return nil
}

package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// handInText returns the journal of a page up to its state, with the claim of what it came to; "" where
// there is no journal. The caller has a turn, in which others may compute in between.
func handInText(ctx context.Context, told string, state nn.State) (text string, j journal.Journal, err error) {
	told = finishedJournal(told, state.Network.Step)
	if j, err = journal.Read(told); err != nil {
		return "", j, nil // there is none
	}
	m, err := metricsOf(ctx, state)
	if err != nil {
		return "", j, err
	}
	loss := math.NaN()
	if m != nil {
		loss = m.Loss
	}
	return handin.Join(told, handin.New(j, state, loss).Text()), j, nil
}

// metricsOf measures a state; nil where there is no point to measure by.
func metricsOf(ctx context.Context, state nn.State) (*nn.Metrics, error) {
	t, err := nn.NewTrainer(state)
	if errors.As(err, new(*nn.FieldError)) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	t.SetYield(yielding(ctx))
	m := t.Metrics()
	return &m, t.Stopped()
}

// withGoal returns a recipe with a goal, as the journal of a run has it.
func withGoal(recipe, of string) string {
	if of == "" {
		return recipe
	}
	return recipe + "&" + goal.Field + "=" + url.QueryEscape(of)
}

// goalOfRecipe returns the goal in the recipe of a journal.
func goalOfRecipe(recipe string) string {
	query, err := wire.ReadQuery(recipe)
	if err != nil {
		return ""
	}
	return query.Get(goal.Field)
}

// takeHandIn takes out of the query of a link with a journal what that claims, and gives the page its
// goal.
func takeHandIn(p *pageRequest, query url.Values) {
	text := query.Get(views.FieldJournal)
	told, _ := handin.Split(text)
	query.Set(views.FieldJournal, told)
	lesson := p.lesson
	if j, err := journal.Read(told); err == nil { // what is wrong with it is said when it is replayed
		if lesson.Goal == "" {
			lesson.Goal = goalOfRecipe(j.Recipe)
		} else {
			lesson.Goal = countAfter(lesson.Goal, j)
		}
	}
	p.setLesson(lesson)
}

// countAfter returns the goal that stands beside the journal of a link: what was done before it was given
// does not count. It counts from the beginning of the journal if that was made for the same goal.
func countAfter(of string, j journal.Journal) string {
	g, err := goal.Parse(of)
	if own, _ := goal.Parse(goalOfRecipe(j.Recipe)); err != nil || own.String() == g.String() {
		return of
	}
	return g.CountAfter(len(j.Entries)).String()
}

// firstConfig returns what acts are judged by of the config with which a journal begins: its share of
// test points.
func firstConfig(j journal.Journal) nn.Config {
	c := nn.DefaultConfig()
	if query, err := wire.ReadQuery(j.Recipe); err == nil && query.Has("test_fraction") {
		if err := setting.Lookup("test_fraction").Parse(&c, query.Get("test_fraction")); err != nil {
			c.TestFraction = 1 // nobody knows
		}
	}
	return c
}

// goal returns the goal of a page, and its run without metrics. Neither shares memory with the request.
// Without a goal both are empty.
func (p *pageRequest) goal() (goal.Goal, goal.Run) {
	g, err := goal.Parse(p.lesson.Goal)
	if err != nil || len(g) == 0 {
		return nil, goal.Run{}
	}
	run := goal.Run{Config: p.State.Config, Step: p.State.Network.Step}
	if j, err := journal.Read(p.journal); err == nil {
		run.Acts = goal.ActsOf(j, firstConfig(j), g.After())
	}
	return g, run
}

// lessonAgain returns the query that begins the lesson of a goal again, as its journal has it; "" where
// there is none. A lesson that came with acts does not begin by its recipe.
func (p *pageRequest) lessonAgain(g goal.Goal) string {
	j, err := journal.Read(p.journal)
	if err != nil || len(g) == 0 || g.After() > 0 {
		return ""
	}
	query, err := wire.ReadQuery(j.Recipe)
	if err != nil {
		return ""
	}
	maps.Copy(query, lessonQuery(p.lesson))
	return within(p.embed, wire.WriteQuery(query))
}

// goalLack says what keeps a run that begins like another from a goal; "" where there is nothing.
func goalLack(g goal.Goal, c nn.Config) string {
	for _, rule := range g {
		switch rule.Lacks(c) {
		case "":
		case goal.NoTestPoints:
			return fmt.Sprintf("This run has no test points, so nobody can reach “%s”: set Test share first.", rule.Words())
		default:
			return fmt.Sprintf("This run has no classes, so nobody can reach “%s”.", rule.Words())
		}
	}
	return ""
}

// A goalWatch tells the goal of a page along a stream. The zero value has none to tell.
type goalWatch struct {
	goal    goal.Goal
	run     goal.Run
	again   string // the query that begins the lesson again, or ""
	reached bool
}

// check compares the newest frame with the goal, and reports whether it is reached for the first time.
func (w *goalWatch) check(step int, m *nn.Metrics) (results []goal.Result, first bool) {
	w.run.Step, w.run.Metrics, w.run.Measured = step, *m, true
	results = w.goal.Check(&w.run)
	before := w.reached
	w.reached = goal.Reached(results)
	return results, w.reached && !before
}

// watchGoal returns what tells the goal of a page along a stream. What is reached already is not told
// again.
func (p *pageRequest) watchGoal(ctx context.Context) (w goalWatch, err error) {
	w.goal, w.run = p.goal()
	if len(w.goal) == 0 {
		return w, nil
	}
	w.again = p.lessonAgain(w.goal)
	m, err := metricsOf(ctx, p.State)
	if m != nil {
		w.check(p.State.Network.Step, m)
	}
	return w, err
}

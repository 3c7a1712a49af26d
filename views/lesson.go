package views

import (
	"fmt"
	"strings"

	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// A Card is what the page tells about its lesson.
type Card struct {
	Query      string // of FieldLesson
	Assignment Assignment
	Experiment *ExperimentCard // nil where there is none
	Goal       []goal.Result   // the rules of the goal, and how the run stands; none without a goal
	Again      string          // the query that begins the lesson of the goal again, or ""
}

// isEmpty reports whether there is nothing to tell.
func (c *Card) isEmpty() bool {
	return len(c.Assignment.Blocks) == 0 && c.Experiment == nil && len(c.Goal) == 0
}

// An ExperimentCard is an experiment as the page tells it while it runs.
type ExperimentCard struct {
	*Experiment
	Run      int    // RunOfQuestion, RunOfOwn, or an index of Tries
	Ends     int    // the step at which the run shows its answer; 0 if it has none
	Reached  bool   // it has come there
	Guess    string // an index of Guesses, or ""
	Again    string // the query of the run that answers the question
	TryLinks []string
	Next     *Experiment // nil for the last one
	NextLink string
}

// The runs that are no try.
const (
	RunOfQuestion = -1 // the one that answers the question
	RunOfOwn      = -2 // the user has changed something
)

func (c *ExperimentCard) isTry() bool { return c.Run >= 0 }
func (c *ExperimentCard) isOwn() bool { return c.Run == RunOfOwn }
func (c *ExperimentCard) try() Try    { return c.Tries[c.Run] }

// seen says what is to be seen at the end of the run.
func (c *ExperimentCard) seen() string {
	if c.isTry() {
		return c.try().See
	}
	return c.Answer
}

// begins says how the run begins and how far it goes.
func (c *ExperimentCard) begins() string {
	if c.isTry() {
		return fmt.Sprintf("At step %s it says here what was to be seen.", grouped(c.Ends))
	}
	return fmt.Sprintf("Guess, then press Train. At step %s it says here what was to be seen.", grouped(c.Ends))
}

// AnswerTold says, to whoever does not see the card, that it has the answer now.
const AnswerTold = "The card says what was to be seen."

// verdict says of a guess if it was right.
func verdict(right bool) string {
	if right {
		return "✓ That is it"
	}
	return "✗ Not this"
}

// A target is a control to go to: the id of its element, and what the page calls it.
type target struct{ ID, Label string }

// control returns the control that the experiment is about.
func (c *ExperimentCard) control() target {
	if c.About == FieldFeatures { // which are several, in the drawing of the network
		return target{"network-view", setting.Lookup(c.About).Label}
	}
	return target{c.About, controlLabel(c.About)}
}

// marked returns the class of a control's element: the one that the experiment is about is marked.
func (l *Lab) marked(field string) string {
	if l.Card.Experiment != nil && l.Card.Experiment.About == field {
		return "marked"
	}
	return ""
}

// guessID is the id of the radio button of a guess, counted from 0.
func guessID(i int) string { return fmt.Sprintf("guess-%d", i) }

// shownLink is the most characters of an address that is shown.
const shownLink = 60

// refusedLink says why a link is shown as text.
func refusedLink(to string) string {
	return fmt.Sprintf("The link to “%s” is shown as text: it is no recipe of this page, such as ?dataset=moons.", clippedLink(to))
}

// A BrokenLink is a link of an assignment that leads to this page and cannot be opened there.
type BrokenLink struct {
	To  string
	Why string // a sentence without its full stop
}

func (b BrokenLink) text() string {
	return fmt.Sprintf("The link to “%s” cannot be opened: %s.", clippedLink(b.To), strings.TrimSuffix(b.Why, "."))
}

// clippedLink returns an address as it is shown.
func clippedLink(to string) string {
	if r := []rune(to); len(r) > shownLink {
		to = string(r[:shownLink]) + "…"
	}
	return strings.ToValidUTF8(to, "�")
}

package views

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
)

// Names of the fields of the page for hand-ins.
const (
	VerifyLesson = "lesson"
	VerifyText   = "hand_ins"
	VerifyFiles  = "files"
	VerifyFolder = "folder"
)

// A VerifyPage is the page for hand-ins.
type VerifyPage struct {
	Release string
	Lesson  string // as it was written
	Text    string // the same of the links
	Problem string // why there is no table
	Most    int    // hand-ins at a time
	Files   int    // how many were sent, which a page cannot keep
	Report  *handin.Report
}

// counted says how many of the hand-ins are how.
func (p *VerifyPage) counted() string {
	rows := p.Report.Rows
	holds, reached, judged, same, runs := 0, 0, 0, 0, map[string]bool{}
	for _, r := range rows {
		if len(r.SameAs) > 0 {
			same++
			runs[r.Digest] = true
		}
		if sound(r) {
			holds++
		}
		if r.Reached != nil {
			if judged++; *r.Reached && sound(r) {
				reached++
			}
		}
	}
	text := fmt.Sprintf("Of %d hand-ins, %d can be relied on", len(rows), holds)
	if len(rows) == 1 {
		text = "The hand-in cannot be relied on"
		if holds == 1 {
			text = "The hand-in can be relied on"
		}
	}
	if judged > 0 {
		text += fmt.Sprintf("; %d of %d with a goal have reached it", reached, judged)
	}
	switch {
	case same > 0 && same == len(rows) && len(runs) == 1:
		text += ". All of them are the same run"
	case same > 0:
		text += fmt.Sprintf(". %d of them have the same run as another one", same)
	}
	return text + "."
}

// sound reports whether nothing speaks against a hand-in.
func sound(r handin.Row) bool { return r.Verdict == handin.Holds || r.Verdict == handin.Unclaimed }

// sameNames names those of some rows that have the same run as another one.
func sameNames(rows []handin.Row, same []int) string {
	var names []string
	for _, i := range same {
		names = append(names, rows[i].Name)
	}
	return strings.Join(names, ", ")
}

// sameNamed is the most hand-ins with the same run that are named beside one.
const sameNamed = 2

// sameShort names some of the hand-ins with the same run: "Ada, Bob and 57 more".
func (p *VerifyPage) sameShort(r handin.Row) string {
	rest := len(r.SameAs) - sameNamed
	if rest < 2 { // one more name is no longer than that
		return sameNames(p.Report.Rows, r.SameAs)
	}
	return fmt.Sprintf("%s and %d more", sameNames(p.Report.Rows, r.SameAs[:sameNamed]), rest)
}

// longestOpened is the most characters of a journal that a link of the table opens. Proxies take no longer
// addresses.
const longestOpened = 7000

// openLink leads to the run of a hand-in, or is "" where there is no such link.
func openLink(r handin.Row) string {
	if r.Error != nil || r.Journal == "" || len(r.Journal) > longestOpened {
		return ""
	}
	return "./?" + FieldJournal + "=" + r.Journal
}

// ruleText says whether a rule is kept: "✗ test accuracy at least 95 %: 93.1 %".
func ruleText(r handin.Rule) string {
	mark := "✗ "
	if r.Met {
		mark = "✓ "
	}
	got := r.Got
	if got == "" {
		got = cmp.Or(r.Lack, "not known")
	}
	return mark + r.Words + ": " + got
}

// The picture of a time line, in its units.
const (
	timelineWidth  = 180
	timelineHeight = 18
	timelineEdge   = 5
)

// timelineX is where a moment of a run of so many updates stands.
func timelineX(r handin.Row, updates int) string {
	x := float64(timelineEdge)
	if r.Updates > 0 {
		x += float64(updates) / float64(r.Updates) * (timelineWidth - 2*timelineEdge)
	}
	return strconv.FormatFloat(x, 'f', 1, 64)
}

// timelineClass is the class of an act: that of the first part that it changes.
func timelineClass(m handin.Moment) string {
	if len(m.Parts) == 0 {
		return "part-none"
	}
	return "part-" + string(m.Parts[0])
}

// timelineWords says a time line to who does not see it.
func timelineWords(r handin.Row) string {
	text := fmt.Sprintf("%s, %s", counted(r.Updates, "update"), counted(r.Acts, "act"))
	if r.Before > 0 {
		text += "; before it began again " + counted(r.Before, "update") + ", not made here"
	}
	return text
}

// timelineParts are the parts as the key of the time lines has them.
var timelineParts = []goal.Part{goal.Data, goal.Weights, goal.Network, goal.Features, goal.Seed, goal.Settings}

// csvLink returns the table as a link that holds it: nothing is asked for again, and nothing is kept.
func (p *VerifyPage) csvLink() string {
	return "data:text/csv;charset=utf-8," + url.PathEscape("\ufeff"+VerifyCSV(*p.Report))
}

// formulaStart finds where a spreadsheet could take a part of a text for a formula: at its beginning, or where
// one that has other separators begins a cell.
var formulaStart = regexp.MustCompile(`(^|[;"\t\r\n])([\s"]*[=+\-@\t\r])`)

// textCell returns a text as a cell: in quotes, so that nothing in it ends the cell, and with an apostrophe
// before what could be a formula.
func textCell(text string) string {
	text = formulaStart.ReplaceAllString(text, "$1'$2")
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// VerifyCSV returns a report as a table for a spreadsheet (RFC 4180).
func VerifyCSV(report handin.Report) string {
	var b strings.Builder
	row := func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				b.WriteByte(',')
			}
			switch c := c.(type) {
			case string:
				b.WriteString(textCell(c))
			case *float64:
				if c != nil {
					b.WriteString(strconv.FormatFloat(*c, 'g', -1, 64))
				}
			case int:
				b.WriteString(strconv.Itoa(c))
			}
		}
		b.WriteString("\r\n")
	}
	row("name", "verdict", "goal_reached", "broken_rules", "steps", "updates", "updates_before", "parameters", "units", "acts", "loss", "claimed_loss",
		"accuracy", "test_loss", "test_accuracy", "digest", "same_as", "why")
	for _, r := range report.Rows {
		var broken, why []string
		for _, rule := range r.Rules {
			if !rule.Met {
				broken = append(broken, rule.Rule)
			}
		}
		for _, d := range r.Differences {
			why = append(why, d.Message)
		}
		if r.Error != nil {
			why = append(why, r.Error.Message)
		}
		reached := ""
		if r.Reached != nil {
			reached = strconv.FormatBool(*r.Reached)
		}
		var metrics nn.Metrics
		if r.Metrics != nil {
			metrics = *r.Metrics
		}
		row(r.Name, string(r.Verdict), reached, strings.Join(broken, "; "), r.Steps, r.Updates, r.Before, r.Parameters, r.Units, r.Acts,
			r.Loss, r.Claimed, metrics.Accuracy, metrics.TestLoss, metrics.TestAccuracy, r.Digest, sameNames(report.Rows, r.SameAs), strings.Join(why, "; "))
	}
	return b.String()
}

// verifyID is the id of a field of the page. Its name alone is that of something of the lab, for the style.
func verifyID(field string) string { return "verify-" + field }

// acted reports whether there is an act in any time line.
func (p *VerifyPage) acted() bool {
	return slices.ContainsFunc(p.Report.Rows, func(r handin.Row) bool { return len(r.Timeline) > 0 })
}

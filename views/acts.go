package views

import (
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// An Act is something that the page can ask the server to do, as the page and its script need to
// know it. The table of all acts is in package handlers.
type Act struct {
	// What the element that asks for the act is written with.
	button, plain, change, start templ.Attributer
}

// Traits say what the script does around an act, beside sending it. An act without any changes the
// state: Undo brings back what it replaced, and the moments of the run that came after the one
// shown are cut off.
type Traits struct {
	Stops    bool   // the user's wish to train ends; else training goes on from the answer
	Looks    bool   // the answer shows something; state, moments and undo stay
	Restores bool   // it shows a state that was there before: nothing to undo, nothing is cut off
	KeepsRun bool   // it changes something beside the run: it can be undone, nothing is cut off
	NewRun   bool   // the moments start anew if the weights are others
	Sends    string // names of the bulky fields that the act needs, separated by spaces
}

// Silence is after how many seconds of silence the script takes a line for broken. A stream of the
// page gives a sign of life three times as often.
const Silence = 15

// BulkyFields are posted empty with every act that does not send them.
const BulkyFields = FieldTableText + " " + FieldTableFile + " " + FieldOwn + " " + FieldAssignment

// NewAct returns the act of a name. The hint says what its button does and what to try; it is empty
// where the words on the button say all.
func NewAct(name, hint string, t Traits) *Act {
	var flags templ.OrderedAttributes
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"data-stops", t.Stops}, {"data-looks", t.Looks}, {"data-restores", t.Restores},
		{"data-keeps-run", t.KeepsRun}, {"data-new-run", t.NewRun},
	} {
		if f.set {
			flags = append(flags, attribute(f.name, true))
		}
	}
	if t.Sends != "" {
		flags = append(flags, attribute("data-sends", t.Sends))
	}
	with := func(first ...templ.KeyValue[string, any]) templ.Attributer {
		return append(templ.OrderedAttributes(first), flags...)
	}
	a := &Act{
		plain:  with(attribute("value", name), attribute("name", FieldAct)),
		change: with(attribute("data-change", name)),
		start:  with(attribute("data-act", name)),
	}
	a.button = a.plain
	if hint != "" {
		a.button = with(attribute("value", name), attribute("name", FieldAct), attribute("title", hint))
	}
	return a
}

func attribute(name string, value any) templ.KeyValue[string, any] {
	return templ.KeyValue[string, any]{Key: name, Value: value}
}

// off returns what a button is written with that does nothing now. It keeps the focus, which it would
// lose if it were disabled.
func off(is bool) templ.Attributer {
	if !is {
		return templ.OrderedAttributes{}
	}
	return templ.OrderedAttributes{attribute("aria-disabled", "true")}
}

// Button returns the attributes of a submit button that asks for the act, its hint as the title.
func (a *Act) Button() templ.Attributer { return a.button }

// act returns the act of a name, which may have a place in the network behind it: "inspect 1.3". A
// template that writes a name which is not in the table is wrong: its page is not shown.
func (l *Lab) act(name string) *Act {
	name, _, _ = strings.Cut(name, " ")
	if a := l.Acts(name); a != nil {
		return a
	}
	panic("views: there is no act " + name)
}

// Act returns the attributes of a submit button that asks for an act, its hint as the title.
func (l *Lab) Act(name string) templ.Attributer { return named(l.act(name).button, name) }

// PlainAct is Act without the hint, for a button whose words say all.
func (l *Lab) PlainAct(name string) templ.Attributer { return named(l.act(name).plain, name) }

// named returns the attributes of a button with the value that it posts.
func named(a templ.Attributer, value string) templ.Attributer {
	if a.Items()[0].Value == value {
		return a
	}
	placed := templ.OrderedAttributes(slices.Clone(a.Items()))
	placed[0].Value = value
	return placed
}

// Change returns the attributes of a control that asks for an act when it is changed.
func (l *Lab) Change(name string) templ.Attributer { return l.act(name).change }

// Start returns the attributes of an element for which the script asks for an act, such as the
// plane after a stroke.
func (l *Lab) Start(name string) templ.Attributer { return l.act(name).start }

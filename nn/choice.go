package nn

// choices is the table of what a member of Config can be, in the order of the page.
type choices[Name ~string, Rule any] []choice[Name, Rule]

// A choice is a row of choices: all that API, page, documents and training need to know of it.
type choice[Name ~string, Rule any] struct {
	name  Name   // in JSON
	label string // on the page
	note  string // in the documents, behind the name; may be empty
	rule  Rule   // what training needs to know
}

// names returns the names of all choices.
func (t choices[Name, Rule]) names() []Name {
	names := make([]Name, len(t))
	for i := range t {
		names[i] = t[i].name
	}
	return names
}

// find returns the row of a choice, or nil if the choice is unknown.
func (t choices[Name, Rule]) find(name Name) *choice[Name, Rule] {
	for i := range t {
		if t[i].name == name {
			return &t[i]
		}
	}
	return nil
}

// label returns the label of a choice, or the name itself if it is unknown.
func (t choices[Name, Rule]) label(name Name) string {
	if c := t.find(name); c != nil {
		return c.label
	}
	return string(name)
}

// note returns the note of a choice, or "" if the choice is unknown.
func (t choices[Name, Rule]) note(name Name) string {
	if c := t.find(name); c != nil {
		return c.note
	}
	return ""
}

// rule returns the rule of a choice, which must be valid.
func (t choices[Name, Rule]) rule(name Name) *Rule {
	if c := t.find(name); c != nil {
		return &c.rule
	}
	panic("nn: unknown name " + string(name))
}

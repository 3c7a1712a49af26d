package table

// A Decision is something that was decided about a table, or that was asked for.
type Decision struct {
	// Name is that of the option or of a field of Choice, or tells a note from others, such as titles.
	// Where there are choices the form's field is table_ and this name.
	Name  string
	Label string // what the page calls it, such as "Decimal mark"
	Value string // one of Choices, where there are some
	// Says is the value in words, such as "decimal comma"; Reason is why, such as "because of 5,1 in
	// line 2". It is "" where there is nothing to say.
	Says, Reason string
	Asked        bool    // it was asked for, and not decided
	Choices      []Value // what can be asked for; empty if nothing can
}

// String returns what was decided, with its reason: "decimal comma, because of 5,1 in line 2".
func (d Decision) String() string {
	if d.Reason == "" {
		return d.Says
	}
	return d.Says + ", " + d.Reason
}

// decide notes a decision about an option, or that the option was asked for.
func (t *Table) decide(name, value string, asked bool, says, reason string) {
	for _, n := range options {
		if n.Name != name {
			continue
		}
		if asked {
			reason = ""
		}
		t.Decisions = append(t.Decisions, Decision{Name: name, Label: n.Label, Value: value, Says: says,
			Reason: reason, Asked: asked, Choices: n.Choices})
	}
}

// order is the place of a decision on the page: first what it is, then how it is read.
func order(d Decision) int {
	for i, n := range options {
		if n.Name == d.Name {
			return i
		}
	}
	if d.Name == "format" {
		return -1
	}
	return len(options)
}

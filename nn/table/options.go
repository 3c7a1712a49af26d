package table

import (
	"slices"
	"strings"
)

// Options say what Parse would decide otherwise. The empty string leaves it to Parse. JSON and ARFF
// have no separator; JSON has a header only if its rows are lists.
type Options struct {
	Encoding  string // UTF8, UTF16 or Windows1252
	Separator string // Tab, Semicolon, Bar, Comma or Space
	Decimal   string // DecimalPoint or DecimalComma
	Header    string // HeaderYes or HeaderNo
	Comments  string // CommentsSkip or CommentsRead
	// Yield is called after every few thousand cells or some 64 kB of text, if it is not nil. An
	// error that it returns ends the reading and is returned as it is.
	Yield func() error
}

// The values of Options.
const (
	UTF8        = "utf-8"
	UTF16       = "utf-16"
	Windows1252 = "windows-1252"

	Tab       = "tab"
	Semicolon = "semicolon"
	Bar       = "bar"
	Comma     = "comma"
	Space     = "space" // any run of blanks

	DecimalPoint = "point"
	DecimalComma = "comma"

	HeaderYes = "yes" // the first row has the names of the columns
	HeaderNo  = "no"

	CommentsSkip = "skip" // lines that begin with # or %
	CommentsRead = "read"
)

// An Option is a row of the table of options: what Parse decides, and what can be asked for instead.
type Option struct {
	Name    string // the form's field is table_ and this name
	Label   string // what the page calls it
	Choices []Value
	of      func(*Options) *string
}

// A Value is one of the values of an option or a decision.
type Value struct {
	Value string // as in the form
	Label string // as on the page
}

var options = []Option{
	{"encoding", "Encoding", []Value{{UTF8, "UTF-8"}, {UTF16, "UTF-16"}, {Windows1252, "Windows-1252"}},
		func(o *Options) *string { return &o.Encoding }},
	{"separator", "Separator", []Value{{Tab, "Tab"}, {Semicolon, "Semicolon ;"}, {Bar, "Bar |"}, {Comma, "Comma ,"}, {Space, "Spaces"}},
		func(o *Options) *string { return &o.Separator }},
	{"decimal", "Decimal mark", []Value{{DecimalPoint, "Point 1.5"}, {DecimalComma, "Comma 1,5"}},
		func(o *Options) *string { return &o.Decimal }},
	{"header", "Names of columns", []Value{{HeaderYes, "First row"}, {HeaderNo, "None"}},
		func(o *Options) *string { return &o.Header }},
	{"comments", "Lines with # or %", []Value{{CommentsSkip, "Skip"}, {CommentsRead, "Read"}},
		func(o *Options) *string { return &o.Comments }},
}

// AllOptions returns the table of options, in the order of the page.
func AllOptions() []Option { return slices.Clone(options) }

// Of returns the value that o has for the option, or "" where that is left to Parse.
func (n Option) Of(o Options) string { return *n.of(&o) }

// Set sets the value that o has for the option. Parse judges it.
func (n Option) Set(o *Options, value string) { *n.of(o) = value }

// check returns an error unless every option has one of its values.
func (o Options) check() error {
	for _, n := range options {
		value := n.Of(o)
		if value == "" || slices.ContainsFunc(n.Choices, func(v Value) bool { return v.Value == value }) {
			continue
		}
		var names []string
		for _, v := range n.Choices {
			names = append(names, v.Value)
		}
		last := len(names) - 1
		return errorAt(0, "", "the %s must be %s or %s; got %q", n.Name, strings.Join(names[:last], ", "),
			names[last], clip(value))
	}
	return nil
}

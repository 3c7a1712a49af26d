package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// A format reads the text of a table into its rows. named reports that the columns are named already;
// the lineReader is nil unless the rows were lines of cells.
type format func(t *Table, o Options, p *pace.Pace) (named bool, r *lineReader, err error)

// formatOf returns the format of a text, by how it begins.
func formatOf(text string) format {
	begins := strings.TrimSpace(text)
	switch {
	case looksLikeJSON(begins) && !hasNamesInBrackets(begins):
		return (*Table).readJSON
	case looksLikeARFF(begins):
		return (*Table).readARFF
	case looksSparse(begins):
		return sparse
	}
	return lines
}

// lines reads lines of cells.
func lines(t *Table, o Options, p *pace.Pace) (bool, *lineReader, error) {
	r, err := t.readLines(t.text, o, p)
	return false, r, err
}

// hasNamesInBrackets reports whether a text begins with names such as [1],[2], which are no JSON.
func hasNamesInBrackets(text string) bool {
	name, rest, closed := strings.Cut(text[1:], "]")
	if text[0] != '[' || !closed || name == "" || strings.ContainsAny(name, "[{\",;\t\n") {
		return false
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimRight(line, blanks+",") != ""
}

// looksSparse reports whether the first lines are those of svmlight and LIBSVM: a label and then pairs
// of an index and a value, such as 1 3:0.5 7:1. Times such as 12:30 are no pairs.
func looksSparse(text string) bool {
	n := 0
	times := true
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		for i, field := range fields {
			index, value, pair := strings.Cut(field, ":")
			if pair != (i > 0) {
				return false
			}
			if _, number := parseNumber(value); pair && (!number && index != "qid" || strings.Trim(index, "0123456789") != "" && index != "qid") {
				return false
			}
			times = times && (i == 0 || isTime(field))
			if i >= 20 {
				break
			}
		}
		if len(fields) < 2 {
			return false
		}
		if n++; n == 10 {
			break
		}
	}
	return n > 0 && !times
}

// isTime reports whether a cell is a time of the day, with two digits for the minutes.
func isTime(cell string) bool {
	hours, minutes, _ := strings.Cut(cell, ":")
	isDigits := func(s string) bool { return s != "" && len(s) <= 2 && strings.Trim(s, "0123456789") == "" }
	return isDigits(hours) && isDigits(minutes) && len(minutes) == 2 && (len(hours) == 1 || hours < "24") && minutes < "60"
}

func sparse(*Table, Options, *pace.Pace) (bool, *lineReader, error) {
	return false, nil, errorAt(1, "", "is in the format of svmlight and LIBSVM, a label and then index:value; "+
		"write the table with one column for each index")
}

// invisible are characters that are not seen and change nothing that is: soft hyphens, blanks without
// width, and the direction of writing. Those that join letters or emoji are none of them.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00ad, Hi: 0x00ad, Stride: 1}, {Lo: 0x200b, Hi: 0x200b, Stride: 1}, {Lo: 0x200e, Hi: 0x200f, Stride: 1},
		{Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x2060, Hi: 0x206f, Stride: 1}, {Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
	},
	LatinOffset: 1,
}

// normal returns a name so that names that look alike are one: é is one character and not two, every
// blank is the usual one, and there is nothing invisible.
func normal(name string) string {
	if isPlain(name) {
		return name
	}
	seen := strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.Is(invisible, r):
			return -1
		case r == 0:
			return utf8.RuneError // a text with such bytes is hardly one
		}
		return r
	}, name))
	if seen == "" {
		seen = name
	}
	return norm.NFC.String(seen)
}

// isPlain reports whether a name is ASCII without zero bytes.
func isPlain(name string) bool {
	for i := range len(name) {
		if name[i] == 0 || name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// name returns the name that a cell is: without the apostrophe that WriteCSV puts before some.
func (t *Table) name(cell string) string {
	if !t.JSON {
		cell = bare(cell)
	}
	return normal(cell)
}

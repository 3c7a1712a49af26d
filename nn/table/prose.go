package table

import (
	"strconv"
	"strings"
)

// How names and numbers stand in sentences. What is copied or computed with is written otherwise.

// Isolated returns a name that does not change the order of the text around it: one with letters
// that run from right to left gets the characters FSI and PDI around it (Unicode Standard Annex 9).
func Isolated(name string) string {
	if strings.IndexFunc(name, runsLeft) < 0 {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// inQuotes is Isolated, with quotation marks.
func inQuotes(name string) string { return Isolated(strconv.Quote(name)) }

// runsLeft reports whether a character is of a block of scripts that run from right to left.
func runsLeft(r rune) bool {
	return r >= 0x590 && r <= 0x8ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

// Readable writes a number, as strconv does, for people to read: with a minus sign that is no hyphen,
// and an exponent that has neither a plus sign nor a zero before it.
func Readable(number string) string { return string(AppendReadable(nil, []byte(number))) }

// AppendReadable appends what Readable returns of a number to dst.
func AppendReadable(dst, number []byte) []byte {
	for i, c := range number {
		switch {
		case c == '-':
			dst = append(dst, "−"...)
		case i > 0 && number[i-1] == 'e' && c == '+':
		case i > 1 && number[i-2] == 'e' && number[i-1] < '0' && c == '0': // behind the sign of an exponent
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// AppendGrouped appends a number as sentences have it, with thin blanks between thousands, to dst.
func AppendGrouped(dst []byte, n int) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], int64(n), 10)
	for i, d := range text {
		if left := len(text) - i; i > 0 && left%3 == 0 {
			dst = append(dst, "\u202f"...)
		}
		dst = append(dst, d)
	}
	return dst
}

// list writes names as a sentence has them: a, b and c. It leaves out what would make it long.
func list(names []string) string {
	const most = 5
	if n := len(names); n > most+1 {
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(n-most) + " more"
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

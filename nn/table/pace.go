package table

import (
	"strings"
	"unicode/utf8"

	"nnvisu/nn/pace"
)

// cellWork is how many bytes a cell counts as that is looked at once more.
const cellWork = 16

// cleaned returns a text as UTF-8 without a byte order mark, whose lines end with \n.
func cleaned(text string, p *pace.Pace) string {
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.Contains(text, "\r") && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for len(text) > 0 {
		cut := min(pace.Stride, len(text))
		for cut < len(text) && (text[cut] >= utf8.RuneSelf || text[cut] == '\n' && text[cut-1] == '\r') {
			cut++ // keeps letters and ends of lines whole
		}
		part := strings.ToValidUTF8(text[:cut], "\ufffd")
		part = strings.ReplaceAll(part, "\r\n", "\n")
		b.WriteString(strings.ReplaceAll(part, "\r", "\n"))
		if text = text[cut:]; !p.Count(cut) {
			break
		}
	}
	return b.String()
}

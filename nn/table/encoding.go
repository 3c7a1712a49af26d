package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"nnvisu/nn/pace"
)

// decode returns the bytes of a file as UTF-8 without a byte order mark, whose lines end with \n. It
// decides how they are encoded unless that was asked for.
func (t *Table) decode(data []byte, asked string, p *pace.Pace) string {
	name, says, reason := asked, "", ""
	if name == "" {
		name, reason = guessEncoding(data, p)
	}
	var decoder *encoding.Decoder
	switch name {
	case UTF16:
		says = "UTF-16"
		order := unicode.LittleEndian
		if bigEndian(data) {
			order = unicode.BigEndian
		}
		decoder = unicode.UTF16(order, unicode.UseBOM).NewDecoder()
	case Windows1252:
		says = "Windows-1252"
		decoder = charmap.Windows1252.NewDecoder()
	default:
		says = "UTF-8"
	}
	t.decide("encoding", name, asked != "", says, reason)
	if decoder == nil {
		return cleaned(string(data), p)
	}
	// The decoders replace what they cannot read; other errors are those of the pace.
	text, err := io.ReadAll(transform.NewReader(pace.NewReader(p, data), decoder))
	if err != nil {
		return ""
	}
	return cleaned(string(text), p)
}

// guessEncoding returns the encoding of a file and the reason. A file that is no UTF-8 is taken for
// Windows-1252, the usual one of old spreadsheets: it reads every byte.
func guessEncoding(data []byte, p *pace.Pace) (name, reason string) {
	const mark = "because of the byte order mark"
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return UTF8, mark
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return UTF16, mark
	}
	if head := data[:min(len(data), 1<<12)]; len(head) >= 4 {
		if even, odd := zeros(head); 2*max(even, odd) > len(head)/2 && 8*min(even, odd) < len(head)/2 {
			return UTF16, "because every second byte is zero"
		}
	}
	if at := firstInvalid(data, p); at < len(data) {
		line := 1 + bytes.Count(data[:at], []byte("\n"))
		return Windows1252, fmt.Sprintf("because byte %02X in line %d is no UTF-8", data[at], line)
	}
	return UTF8, ""
}

// firstInvalid returns the place of the first byte that is no UTF-8, or len(data).
func firstInvalid(data []byte, p *pace.Pace) int {
	at := 0
	for at < len(data) && p.Count(min(pace.Stride, len(data)-at)) {
		end := min(len(data), at+pace.Stride)
		for end < len(data) && !utf8.RuneStart(data[end]) && end < at+pace.Stride+utf8.UTFMax {
			end++ // keeps letters whole
		}
		if utf8.Valid(data[at:end]) {
			at = end
			continue
		}
		for {
			r, size := utf8.DecodeRune(data[at:])
			if r == utf8.RuneError && size <= 1 {
				return at
			}
			at += size
		}
	}
	return len(data)
}

// zeros counts the zero bytes at even and at odd places.
func zeros(data []byte) (even, odd int) {
	for i, b := range data {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	return even, odd
}

// bigEndian reports whether UTF-16 without a byte order mark has the larger byte first.
func bigEndian(data []byte) bool {
	even, odd := zeros(data[:min(len(data), 1<<12)])
	return even > odd
}

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

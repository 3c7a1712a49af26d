package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"nnvisu/nn/pace"
)

// decode returns the bytes of a file as UTF-8 without a byte order mark, whose lines end with \n. It
// decides how they are encoded unless that was asked for. A file that is no text is an error.
func (t *Table) decode(data []byte, asked string, p *pace.Pace) (string, error) {
	name, reason := asked, ""
	if name == "" {
		name, reason = guessEncoding(data, p)
	}
	says := map[string]string{UTF8: "UTF-8", UTF16: "UTF-16", Windows1252: "Windows-1252"}[name]
	t.decide("encoding", name, asked != "", says, reason)
	if err := checkText(data, name); err != nil {
		return "", err
	}
	switch name {
	case UTF16:
		return cleaned(utf16(data, p), p), nil
	case Windows1252:
		return cleaned(windows1252(data, p), p), nil
	}
	return cleaned(string(data), p), nil
}

func utf16(data []byte, p *pace.Pace) string {
	order := unicode.LittleEndian
	if bigEndian(data) {
		order = unicode.BigEndian
	}
	// The decoder replaces what it cannot read; other errors are those of the pace.
	text, err := io.ReadAll(transform.NewReader(pace.NewReader(p, data), unicode.UTF16(order, unicode.UseBOM).NewDecoder()))
	if err != nil {
		return ""
	}
	return string(text)
}

// windows1252 reads every byte, as browsers do: the five that stand for no letter are the control
// characters of the same number, so that different names stay different.
func windows1252(data []byte, p *pace.Pace) string {
	var b strings.Builder
	b.Grow(len(data))
	for len(data) > 0 {
		n := min(pace.Stride, len(data))
		for _, c := range data[:n] {
			r := charmap.Windows1252.DecodeByte(c)
			if r == utf8.RuneError {
				r = rune(c)
			}
			b.WriteRune(r)
		}
		if data = data[n:]; !p.Count(n) {
			return ""
		}
	}
	return b.String()
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

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

	"github.com/nnvisu/nnvisu/nn/pace"
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
	text := ""
	switch name {
	case UTF16:
		text = utf16(data, p)
	case Windows1252:
		text = windows1252(data, p)
	default:
		text = string(data)
	}
	text = cleaned(text, p)
	t.sayDamaged(text)
	return text, nil
}

// sayDamaged notes how many characters of a text could not be read.
func (t *Table) sayDamaged(text string) {
	n := strings.Count(text, damaged)
	if n == 0 {
		return
	}
	line := 1 + strings.Count(text[:strings.Index(text, damaged)], "\n")
	says, reason := fmt.Sprintf("%d characters are damaged and read as %s", n, damaged), fmt.Sprintf("the first in line %d", line)
	if n == 1 {
		says, reason = "1 character is damaged and read as "+damaged, fmt.Sprintf("in line %d", line)
	}
	t.Decisions = append(t.Decisions, Decision{Name: "damaged", Label: "Damaged", Says: says, Reason: reason})
}

// damaged stands for a character that cannot be read.
const damaged = string(utf8.RuneError)

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

// mostlyUTF8 is how many letters of UTF-8 outweigh one place that is none: a text of another encoding
// has hardly any by chance.
const mostlyUTF8 = 3

// guessEncoding returns the encoding of a file and the reason. A file that is no UTF-8, but for a few
// damaged places, is taken for Windows-1252, the usual one of old spreadsheets: it reads every byte.
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
		if letters, broken := weighUTF8(data, p); letters >= mostlyUTF8*broken {
			return UTF8, "because nearly all of its letters are"
		}
		line := 1 + bytes.Count(data[:at], []byte("\n"))
		return Windows1252, fmt.Sprintf("because byte %02X in line %d is no UTF-8", data[at], line)
	}
	return UTF8, ""
}

// weighUTF8 counts the letters of more than one byte, and the places that are no UTF-8.
func weighUTF8(data []byte, p *pace.Pace) (letters, broken int) {
	wrong := false // the byte before
	for next := pace.Stride; len(data) > 0; next-- {
		r, size := rune(data[0]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(data)
		}
		switch {
		case r == utf8.RuneError && size == 1:
			if !wrong {
				broken++
			}
		case size > 1:
			letters++
		}
		wrong = r == utf8.RuneError && size == 1
		if data = data[size:]; next == 0 {
			if !p.Count(pace.Stride) {
				return letters, broken
			}
			next = pace.Stride
		}
	}
	return letters, broken
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
		part := strings.ToValidUTF8(text[:cut], damaged)
		part = strings.ReplaceAll(part, "\r\n", "\n")
		b.WriteString(strings.ReplaceAll(part, "\r", "\n"))
		if text = text[cut:]; !p.Count(cut) {
			break
		}
	}
	return b.String()
}

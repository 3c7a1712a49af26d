package wire

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tracking are the parameters that other programs append to links, to follow who clicks them. A
// name that ends in _ stands for all that begin so. None is a parameter of ours.
var Tracking = []string{
	"utm_", "mtm_", "pk_", "hsa_", "vero_", "oly_", "at_", "gad_", "_x_tr_",
	"fbclid", "mibextid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "li_fat_id",
	"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "_ga", "_gl", "srsltid", "igshid", "igsh", "si",
	"ref", "ref_src", "ref_url",
}

// TextParameter is the one parameter whose value is prose. Its lines and its last stop belong to it.
const TextParameter = "assignment"

// isTracking reports whether a parameter is one of [Tracking].
func isTracking(name string) bool {
	return slices.ContainsFunc(Tracking, func(t string) bool {
		return name == t || strings.HasSuffix(t, "_") && strings.HasPrefix(name, t)
	})
}

var (
	// entities are ampersands written as in HTML, once or more often, and what else may end a link
	// there.
	entities = regexp.MustCompile(`(?i)(?:^|&)(?:(?:amp|lt|gt|quot|apos|nbsp|(?:#|%23)(?:0*38|x0*26))(?:;|%3B))+`)
	// misjoined is what stands between two pairs in place of an ampersand. Followed by a name and
	// an equals sign it is no part of a value: no value of ours has one.
	misjoined = regexp.MustCompile(`[;?](\w+=)`)
)

// ReadQuery reads the query of an address, as it arrives after links were mailed, quoted and pasted.
// It drops nothing in silence: a pair is in its answer, or it is one of [Tracking], or the error is
// about it. What url.ParseQuery drops, such as a value with a lone %, is in the answer as it
// stands, for whoever reads the value to refuse. Only the parameters named by lists may be given
// more than once.
func ReadQuery(raw string, lists ...string) (url.Values, error) {
	type pair struct{ name, value string }
	var pairs []pair
	raw = misjoined.ReplaceAllString(entities.ReplaceAllString(raw, "&"), "&$1")
	for text := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(text, "=")
		p := pair{tidy(unquote(name)), unquote(value)}
		if p.name != TextParameter {
			p.value = tidy(p.value)
		}
		if !isTracking(p.name) && p != (pair{}) {
			pairs = append(pairs, p)
		}
	}
	// What followed the link in its sentence is at the end of its last pair.
	for ; len(pairs) > 0; pairs = pairs[:len(pairs)-1] {
		last := &pairs[len(pairs)-1]
		if last.name == TextParameter {
			break
		}
		if last.value = TrimDebris(last.value); last.value == "" {
			last.name = TrimDebris(last.name)
		}
		if *last != (pair{}) {
			break
		}
	}
	query := url.Values{}
	for _, p := range pairs {
		switch {
		case p.name == "":
			return nil, Malformed("", "the value %q has no name before it", Clip(p.value))
		case query.Has(p.name) && !slices.Contains(lists, p.name):
			return nil, Malformed(Clip(p.name), "is given twice")
		}
		query.Add(p.name, p.value)
	}
	return query, nil
}

// TrimDebris returns text without what followed the link that it ended: blanks, punctuation and
// symbols. No value of ours ends in one. A percent sign says what was meant, and U+FFFD that it
// cannot be read: both stay, for whoever reads the value to refuse.
func TrimDebris(text string) string {
	return strings.TrimRightFunc(tidy(text), func(r rune) bool {
		return r != '%' && r != utf8.RuneError && unicode.In(r, unicode.P, unicode.S, unicode.M, unicode.Z)
	})
}

// tidy returns text without the blanks around it, and without what breaks lines: line breaks, soft
// hyphens and other characters that are not seen.
func tidy(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text))
}

// unquote returns a name or value of a query. An escape that is none stands for itself, and
// bytes that are no UTF-8 become U+FFFD.
func unquote(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && len(text)-i > 2 && unhex[text[i+1]] != notHex && unhex[text[i+2]] != notHex:
			c = unhex[text[i+1]]<<4 | unhex[text[i+2]]
			i += 2
		}
		b.WriteByte(c)
	}
	return strings.ToValidUTF8(b.String(), string(utf8.RuneError))
}

// WriteQuery returns the query of an address, with a question mark before it, or "?" for none. Its
// commas are legible.
func WriteQuery(query url.Values) string {
	return "?" + strings.ReplaceAll(query.Encode(), "%2C", ",")
}

package wire

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// ReadAxis reads the values of a member as people write them in a field, with blanks or semicolons
// between them: 0.01 0.1, or none 4 8-8 for layers. 1..9 are the whole numbers from 1 to 9. A choice may be
// written as the page shows it: Leaky ReLU. An error names the field.
func ReadAxis(m *setting.Member, text, field string) (Axis, error) {
	axis := Axis{Member: m}
	text = unlabelled(m, text)
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || r == ';' }) {
		word = strings.TrimRight(word, ",")
		values, err := wordValues(m, word, field)
		if err != nil {
			return axis, err
		}
		if axis.Values = append(axis.Values, values...); len(axis.Values) > MaxCells {
			return axis, Invalid(field, "must have at most %d values", MaxCells)
		}
	}
	return axis, nil
}

// Text returns the values as [ReadAxis] reads them.
func (a Axis) Text() string {
	texts := slices.Clone(a.Values)
	for i, text := range texts {
		switch {
		case a.Member.Kind != setting.List || len(a.Member.Choices) > 0:
		case text == "":
			texts[i] = noLayers
		default:
			texts[i] = strings.ReplaceAll(text, ",", "-")
		}
	}
	return strings.Join(texts, " ")
}

// noLayers is how people write a network without hidden layers.
const noLayers = "none"

// longestLabelled is the most bytes of values in which labels are looked for. Values that are longer are
// too many.
const longestLabelled = 10_000

// unlabelled returns the values of a member with its choices as programs write them. A label may have
// blanks.
func unlabelled(m *setting.Member, text string) string {
	if m.Kind != setting.Word || len(text) > longestLabelled {
		return text
	}
	isEnd := func(r rune) bool { return unicode.IsSpace(r) || r == ';' || r == ',' }
	var b strings.Builder
	for text != "" {
		word := len(text)
		if end := strings.IndexFunc(text, isEnd); end >= 0 {
			word = end
		}
		written := text[:word]
		for _, c := range m.Choices {
			for _, name := range []string{c.Value, c.Label} {
				n := len(name)
				if n >= word && n <= len(text) && strings.EqualFold(text[:n], name) && (n == len(text) || strings.IndexFunc(text[n:], isEnd) == 0) {
					word, written = n, c.Value
				}
			}
		}
		b.WriteString(written)
		if text = text[word:]; text != "" {
			_, size := utf8.DecodeRuneInString(text)
			b.WriteString(text[:size])
			text = text[size:]
		}
	}
	return b.String()
}

// wordValues returns the values of a word of a field: one, or those of a range.
func wordValues(m *setting.Member, word, field string) ([]string, error) {
	if first, last, isRange := strings.Cut(word, ".."); isRange && m.Kind == setting.Whole {
		var from, to int
		if err := cmp.Or(ReadInt(first, field, &from), ReadInt(last, field, &to)); err != nil {
			return nil, err
		}
		count := 1 + max(to-from, from-to)
		if count < 2 || count > MaxCells {
			return nil, Invalid(field, "must have at most %d values", MaxCells)
		}
		return span{from: float64(from), to: float64(to), count: count, scale: ScaleLinear}.values(field, true)
	}
	if m.Kind == setting.List && strings.EqualFold(word, noLayers) {
		word = "-"
	}
	c := nn.DefaultConfig()
	err := m.Take(&c, []string{setting.DecimalPoint(word)})
	if m.Name == "features" { // of which a form has a value for each
		err = m.Parse(&c, word)
	}
	if err != nil {
		b := Describe(TextError(err))
		return nil, &Error{Code: b.Code, Field: field, Message: b.Message}
	}
	return []string{m.Text(&c)}, nil
}

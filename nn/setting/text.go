package setting

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
)

// A SyntaxError says that a text is no value of the sort that was asked for.
type SyntaxError struct {
	Field string // path from the state, such as "config.learning_rate", or the name of a field
	Want  string // what the text must be, such as "must be a number"
	Got   string // the text, however long it is
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s %s; got %q", e.Field, e.Want, e.Got) }

// seedRange is the message about a seed that is too small or too large: the largest, and the seed.
const seedRange = "must be from 0 to %d; got %d"

// ParseWhole reads a whole number: decimal digits, and a minus sign before them. Spaces around it
// do not count. The field is for the error.
func ParseWhole(text, field string, dst *int) error {
	v, err := parseInt(text)
	if err != nil {
		return &SyntaxError{field, "must be a whole number", text}
	}
	*dst = int(v)
	return nil
}

// parseInt reads a whole number of 64 bits. Go's own syntax takes a plus sign.
func parseInt(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "+") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(text, 10, 64)
}

// ParseReal reads a finite decimal number. Spaces around it do not count. The field is for the
// error.
func ParseReal(text, field string, dst *float64) error {
	v, err := ParseFloat(strings.TrimSpace(text))
	if err != nil {
		return &SyntaxError{field, "must be a number" + insteadOfPercent(text), text}
	}
	*dst = v
	return nil
}

// insteadOfPercent says what to write for a percentage, or nothing of any other text.
func insteadOfPercent(text string) string {
	share, isPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	share = strings.TrimSpace(share)
	v, err := ParseFloat(share)
	if !isPercent || err != nil {
		return ""
	}
	return fmt.Sprintf(", such as %v for %s %%", v/100, share)
}

// ParseSeed reads a seed as ParseWhole reads a number. The field is for the error.
func ParseSeed(text, field string, dst *uint32) error {
	v, err := parseInt(text)
	if err != nil {
		return &SyntaxError{field, "must be a whole number", text}
	}
	if v < 0 || v > math.MaxUint32 {
		message := fmt.Sprintf(seedRange, uint32(math.MaxUint32), v)
		return &nn.FieldError{Field: field, Message: message}
	}
	*dst = uint32(v)
	return nil
}

// ParseFloat reads a finite decimal number. Go's own syntax takes more: hexadecimal numbers,
// underscores, names of infinity.
func ParseFloat(text string) (float64, error) {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}

// DecimalPoint returns a number as people write it, with a decimal comma or a minus sign that is no
// hyphen, in the syntax of ParseFloat. Any other text stays as it is. A comma is never taken for one
// between thousands: 1,000 is 1, and 1,000.5 is no number.
func DecimalPoint(text string) string {
	number := strings.Replace(strings.Replace(text, ",", ".", 1), "−", "-", 1)
	if _, err := ParseFloat(strings.TrimSpace(number)); err != nil {
		return text
	}
	return number
}

// ParseLayers reads the widths of hidden layers as people write them, separated by dashes, commas
// or spaces. An empty text is no layer, and so is a dash. Any other separator but a space has a width
// on either side.
func ParseLayers(text string) ([]int, error) {
	widths := []int{}
	listed := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-–;×x", r) {
			return ','
		}
		return r
	}, strings.TrimSpace(text))
	if listed == "" || listed == "," {
		return widths, nil
	}
	for part := range strings.SplitSeq(listed, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			words = []string{part} // which is no width
		}
		for _, word := range words {
			n, err := strconv.Atoi(word)
			if err != nil {
				return nil, &SyntaxError{"config.hidden_layers", "must be widths such as 8-8", text}
			}
			widths = append(widths, n)
		}
	}
	return widths, nil
}

// LayersText writes the widths of hidden layers as the page shows them, such as 8-8.
func LayersText(widths []int) string { return join(widths, "-", strconv.Itoa) }

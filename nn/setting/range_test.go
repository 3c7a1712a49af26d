package setting

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// TestRanges: the ranges of the table are those that nn.Config's Validate holds, up to the last number.
func TestRanges(t *testing.T) {
	for m := range All() {
		if m.Kind == Word {
			continue
		}
		takes := func(text string) bool {
			c := nn.DefaultConfig()
			return m.Parse(&c, text) == nil && c.Validate() == nil
		}
		next := func(v float64, up int) string {
			if m.Kind == Real {
				return strconv.FormatFloat(math.Nextafter(v, v+float64(up)), 'g', -1, 64)
			}
			return strconv.FormatFloat(v+float64(up), 'f', -1, 64)
		}
		number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
		if m.Kind != List || len(m.Choices) == 0 {
			least := next(m.Range.Least, -1)
			if m.Range.Above {
				least = number(m.Range.Least)
			} else if !takes(number(m.Range.Least)) {
				t.Errorf("%s does not take %v", m.Name, m.Range.Least)
			}
			if takes(least) {
				t.Errorf("%s takes %s; its range begins with %v", m.Name, least, m.Range.Least)
			}
			if math.IsInf(m.Range.Most, 1) {
				if !takes("1000000000") {
					t.Errorf("%s does not take a billion, though it has no end", m.Name)
				}
			} else if !takes(number(m.Range.Most)) || takes(next(m.Range.Most, 1)) {
				t.Errorf("%s does not end at %v", m.Name, m.Range.Most)
			}
		}
		if m.Kind != List {
			continue
		}
		list := func(n float64) string {
			var elements []string
			for i := range int(n) {
				elements = append(elements, "1")
				if len(m.Choices) > 0 {
					elements[i] = m.Choices[i%len(m.Choices)].Value
				}
			}
			return strings.Join(elements, ",")
		}
		if !takes(list(m.Items.Least)) || !takes(list(m.Items.Most)) || takes(list(m.Items.Most+1)) || m.Items.Least > 0 && takes(list(m.Items.Least-1)) {
			t.Errorf("%s does not take lists of %v to %v", m.Name, m.Items.Least, m.Items.Most)
		}
	}
}

package wire

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/detmath"
	"github.com/nnvisu/nnvisu/nn/pace"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// Limits of a sweep.
const (
	MaxAxes  = 2   // members that differ among its cells
	MaxCells = 144 // cells, and values of one member
)

// The scales of a range.
const (
	ScaleLinear = "linear" // equal differences
	ScaleLog    = "log"    // equal ratios
)

// Scales returns the scales of a range, the one first that stands for none.
func Scales() []string { return []string{ScaleLinear, ScaleLog} }

// rangeDigits is how many significant digits the values of a range have, but for its ends: so there
// is 0.01 between 0.001 and 0.1.
const rangeDigits = 6

// An Axis is a member of config with the values that it has in the cells of a sweep.
type Axis struct {
	Member *setting.Member
	Values []string // as [setting.Member.Text] writes them; no two are equal
}

// A Sweep is what the cells of a sweep differ by: one or two members. The first is that of the rows.
type Sweep []Axis

// Cells returns how many cells there are.
func (s Sweep) Cells() int {
	n := 1
	for _, axis := range s {
		n *= len(axis.Values)
	}
	return n
}

// Values returns the values of the members in a cell. Cells are counted row by row.
func (s Sweep) Values(cell int) []string {
	values := make([]string, len(s))
	for i, axis := range slices.Backward(s) {
		values[i] = axis.Values[cell%len(axis.Values)]
		cell /= len(axis.Values)
	}
	return values
}

// Config returns the config of a cell: c with the values of the cell. c is not modified.
func (s Sweep) Config(c nn.Config, cell int) nn.Config {
	c = c.Clone()
	for i, text := range s.Values(cell) {
		if err := s[i].Member.Parse(&c, text); err != nil {
			panic(err) // it is the text of the table itself
		}
	}
	return c
}

// sweep reads the members over which a sweep goes.
func (r *reader) sweep(s *Sweep) error {
	*s = nil
	return r.object(func(name string) error {
		m := setting.Lookup(name)
		if m == nil {
			return r.unknown()
		}
		if len(*s) == MaxAxes {
			return Invalid("over", "must have at most %d members of config", MaxAxes)
		}
		axis := Axis{Member: m}
		read := func() error { return r.list(func() error { return r.value(&axis) }) }
		if r.isObject() {
			read = func() error { return r.span(&axis) }
		}
		err := read()
		*s = append(*s, axis)
		return err
	})
}

// DecodeSweep reads a sweep from the JSON of the member over.
func DecodeSweep(text string, limits Limits) (s Sweep, err error) {
	err = readJSON([]byte(text), "over", limits, func(r *reader) error { return r.sweep(&s) })
	return s, err
}

// value reads a value of a member.
func (r *reader) value(axis *Axis) error {
	if len(axis.Values) == MaxCells {
		return Invalid("over."+axis.Member.Name, "must have at most %d values", MaxCells)
	}
	var c, again nn.Config
	if err := axis.Member.Read(&c, settingReader{r}); err != nil {
		return err
	}
	text := axis.Member.Text(&c)
	if err := axis.Member.Parse(&again, text); err != nil || !reflect.DeepEqual(again, c) { // a list of "x,y"
		return Invalid(r.place(), "must have values of %s", axis.Member.Name)
	}
	axis.Values = append(axis.Values, text)
	return nil
}

// A span is a range of numbers.
type span struct {
	from, to float64
	count    int
	scale    string
}

// span reads a range of the values of a member that is a number.
func (r *reader) span(axis *Axis) error {
	field := "over." + axis.Member.Name
	if k := axis.Member.Kind; k != setting.Real && k != setting.Whole {
		return Malformed(field, "must be a list: a range is for numbers")
	}
	s := span{scale: ScaleLinear}
	seen := map[string]bool{}
	err := r.object(func(name string) error {
		seen[name] = true
		switch name {
		case "from":
			return r.number(&s.from)
		case "to":
			return r.number(&s.to)
		case "count":
			return r.integer(&s.count)
		case "scale":
			return r.text(&s.scale)
		}
		return r.unknown()
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"from", "to", "count"} {
		if !seen[name] {
			return Invalid(field+"."+name, "is missing")
		}
	}
	axis.Values, err = s.values(field, axis.Member.Kind == setting.Whole)
	return err
}

// values returns the values of a range.
func (s span) values(field string, whole bool) ([]string, error) {
	switch {
	case s.count < 2 || s.count > MaxCells:
		return nil, Invalid(field+".count", "must be from 2 to %d; got %d", MaxCells, s.count)
	case !slices.Contains(Scales(), s.scale):
		return nil, Invalid(field+".scale", "must be one of %s; got %q", strings.Join(Scales(), ", "), Clip(s.scale))
	case s.scale == ScaleLog && !(s.from > 0):
		return nil, Invalid(field+".from", "must be greater than 0 for a logarithmic scale; got %v", s.from)
	case s.scale == ScaleLog && !(s.to > 0):
		return nil, Invalid(field+".to", "must be greater than 0 for a logarithmic scale; got %v", s.to)
	}
	var texts []string
	for i := range s.count {
		v := s.at(i)
		if whole {
			v = math.Round(v)
			if math.Abs(v) > 1<<53 {
				return nil, Invalid(field, "must have whole numbers up to 2^53; got %v", v)
			}
		}
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, Invalid(field, "must have ends that are not so far apart")
		}
		format := byte('g')
		if whole {
			format = 'f'
		}
		texts = append(texts, strconv.FormatFloat(v+0, format, -1, 64))
	}
	return texts, nil
}

// at returns the value at an index, with the same bits on every CPU.
func (s span) at(i int) float64 {
	switch i {
	case 0:
		return s.from
	case s.count - 1:
		return s.to
	}
	share := float64(i) / float64(s.count-1)
	v := float64(s.from*(1-share)) + float64(s.to*share)
	if s.scale == ScaleLog {
		from := detmath.Log(s.from)
		v = detmath.Exp(from + float64((detmath.Log(s.to)-from)*share))
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', rangeDigits, 64), 64) // which it can read
	return v
}

// checkSweep returns an error for a sweep without values, with too many of them, or with one that it
// has twice.
func (m *Message) checkSweep() error {
	s := m.Sweep
	if len(s) == 0 {
		return Invalid("over", "must name one or two members of config")
	}
	for _, axis := range s {
		field := "over." + axis.Member.Name
		if len(axis.Values) == 0 {
			return Invalid(field, "must have at least one value")
		}
		seen := map[string]int{}
		for i, text := range axis.Values {
			if before, again := seen[text]; again {
				return Invalid(field, "must have no value twice; the %s and the %s are both %s", ordinal(before+1), ordinal(i+1), Clip(text))
			}
			seen[text] = i
		}
	}
	if n := s.Cells(); n > MaxCells {
		return Invalid("over", "must have at most %d cells; %d values by %d are %d",
			MaxCells, len(s[0].Values), len(s[1].Values), n)
	}
	return nil
}

// CellError returns an error of the state of a cell, with the path of the value that it is about. Of what is
// wrong with a point, that is the value of the task.
func (s Sweep) CellError(cell int, err error) error {
	b := Describe(err)
	if b.Code == CodeInternal {
		return err
	}
	for i, text := range s.Values(cell) {
		name := s[i].Member.Name
		path := fmt.Sprintf("over.%s[%d]", name, slices.Index(s[i].Values, text))
		if name == "task" && strings.HasPrefix(b.Field, "data[") {
			return &Error{Code: b.Code, Field: path, Message: "does not go with the points: " + b.Field + " " + b.Message}
		}
		rest, isMember := strings.CutPrefix(b.Field, "config."+name)
		if !isMember || rest != "" && rest[0] != '[' {
			continue
		}
		return &Error{Code: b.Code, Field: path + rest, Message: b.Message}
	}
	return err
}

// ordinal writes a number as in "the 2nd".
func ordinal(n int) string {
	ending := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(n) + ending
}

// AppendCell appends the answer for a cell of a sweep, at a pace: the result of its run, or the error in
// its place. The error that it returns is about the id, or the one that stopped the pace.
func AppendCell(dst []byte, id jsontext.Value, s Sweep, cell int, result nn.Result, failed error, at *pace.Pace) ([]byte, error) {
	dst, err := appendID(append(dst, `{"type":"sweep_cell"`...), id)
	if err != nil {
		return nil, err
	}
	dst = append(appendName(dst, "values"), '{')
	for i, text := range s.Values(cell) {
		dst = appendValue(appendName(dst, s[i].Member.Name), s[i].Member, text)
	}
	dst = append(dst, '}')
	if failed == nil {
		return appendResult(dst, result, at)
	}
	text, err := json.Marshal(Describe(failed))
	return append(append(appendName(dst, "error"), text...), '}'), err
}

// appendValue appends the value of a member of config as a config has it.
func appendValue(dst []byte, m *setting.Member, text string) []byte {
	quote := func(dst []byte, word string) []byte {
		dst, _ = jsontext.AppendQuote(dst, word) // which is UTF-8: the config is valid
		return dst
	}
	switch m.Kind {
	case setting.Word:
		return quote(dst, text)
	case setting.List:
		var elements []string
		if text != "" {
			elements = strings.Split(text, ",")
		}
		return appendList(dst, elements, func(dst []byte, element string) []byte {
			if len(m.Choices) > 0 {
				return quote(dst, element)
			}
			return append(dst, element...)
		})
	}
	v, _ := strconv.ParseFloat(text, 64) // it is the text of a number
	return appendNumber(dst, v)
}

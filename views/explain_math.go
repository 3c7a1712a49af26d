package views

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/nnvisu/nnvisu/nn"
)

// explainedDigits is how many significant digits a number of an explanation is shown with.
const explainedDigits = 6

// An equation is a line of an explanation: what it is about, and MathML of a name, the formula with its
// numbers, and the result.
type equation struct {
	About string
	Math  string // of our own names and numbers alone
}

// newEquation writes name = formula = result with the values in place of the names in the formula, which
// is one as in an nn.ExplainedLine. A formula of one number is not repeated.
func newEquation(about, name, formula string, values map[string]float64, result float64) equation {
	w := mathWriter{text: strings.ReplaceAll(formula, " ", ""), values: values}
	right := w.sum()
	var b strings.Builder
	b.WriteString(`<math><mrow><mi>` + name + `</mi><mo>=</mo>`)
	if shown := mathNumber(result, false); right != shown {
		b.WriteString(right + `</mrow><mrow><mo>=</mo>` + shown)
	} else {
		b.WriteString(right)
	}
	b.WriteString(`</mrow></math>`)
	return equation{about, b.String()}
}

// mathNumber writes a number. A negative one within a formula is in brackets.
func mathNumber(v float64, within bool) string {
	if v == math.MaxFloat64 || v == -math.MaxFloat64 {
		return "<mi>too large</mi>"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', explainedDigits-1, 64), "e")
	power, _ := strconv.Atoi(exponent) // ours
	var text string
	if power < -4 || power >= explainedDigits+3 {
		text = "<mn>" + trimZeros(mantissa) + "</mn><mo>·</mo><msup><mn>10</mn><mn>" + strings.ReplaceAll(strconv.Itoa(power), "-", "−") + "</mn></msup>"
		if within {
			text = "<mo>(</mo>" + text + "<mo>)</mo>"
		}
	} else {
		text = "<mn>" + trimZeros(strconv.FormatFloat(math.Abs(v), 'f', max(0, explainedDigits-1-power), 64)) + "</mn>"
	}
	switch {
	case v >= 0:
		return text
	case within:
		return "<mo>(</mo><mo>−</mo>" + text + "<mo>)</mo>"
	}
	return "<mo>−</mo>" + text
}

// trimZeros takes the zeros from the end of a decimal number, which say no more.
func trimZeros(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// A mathWriter writes a formula as MathML.
type mathWriter struct {
	text   string
	values map[string]float64
}

func (w *mathWriter) takes(sign string) bool {
	rest, ok := strings.CutPrefix(w.text, sign)
	w.text = rest
	return ok
}

func (w *mathWriter) sum() string {
	out := w.product()
	for {
		switch {
		case w.takes("+"):
			out += "<mo>+</mo>" + w.product()
		case w.takes("-"):
			out += "<mo>−</mo>" + w.product()
		default:
			return out
		}
	}
}

func (w *mathWriter) product() string {
	out := w.power()
	for {
		switch {
		case w.takes("*"):
			out += "<mo>·</mo>" + w.power()
		case w.takes("/"):
			out += "<mo>/</mo>" + w.power()
		default:
			return out
		}
	}
}

func (w *mathWriter) power() string {
	base := w.atom()
	if !w.takes("^") {
		return base
	}
	return "<msup><mrow>" + base + "</mrow><mrow>" + w.power() + "</mrow></msup>"
}

// mathNames are how functions are written.
var mathNames = map[string]string{"sqrt": "√", "cdf": "Φ", "sigmoid": "σ", "pi": "π", "floor": "floor", "sign": "sign"}

func (w *mathWriter) atom() string {
	if w.takes("(") {
		inner := w.sum()
		w.takes(")")
		return "<mo>(</mo>" + inner + "<mo>)</mo>"
	}
	end := 0
	for end < len(w.text) {
		r := rune(w.text[end])
		exponent := r == '-' && end > 0 && w.text[end-1] == 'e' && unicode.IsDigit(rune(w.text[0])) // 1e-8
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' && !exponent {
			break
		}
		end++
	}
	word := w.text[:end]
	w.text = w.text[end:]
	if v, ok := w.values[word]; ok {
		return mathNumber(v, true)
	}
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return mathNumber(v, true)
	}
	name := word
	if known := mathNames[word]; known != "" {
		name = known
	}
	if !w.takes("(") {
		return "<mi>" + name + "</mi>"
	}
	inner := w.sum()
	if w.takes(",") {
		inner += "<mo>,</mo>" + w.sum()
	}
	w.takes(")")
	return "<mi>" + name + "</mi><mo>(</mo>" + inner + "<mo>)</mo>"
}

// sumFormula returns the formula and the values of start + w₀·x₀ + w₁·x₁ + …; start may be missing.
func sumFormula(start *float64, weights, inputs []float64) (string, map[string]float64) {
	values := map[string]float64{}
	var terms []string
	if start != nil {
		values["b"] = *start
		terms = append(terms, "b")
	}
	for i, w := range weights {
		n := strconv.Itoa(i)
		values["w"+n], values["x"+n] = w, inputs[i]
		terms = append(terms, "w"+n+"*x"+n)
	}
	return strings.Join(terms, "+"), values
}

// linesOf returns the lines of an update as equations, and what they are about.
func linesOf(u nn.ExplainedUpdate) []equation {
	values := map[string]float64{}
	for _, given := range u.Given {
		values[given.Name] = given.Value
	}
	var all []equation
	for _, line := range u.Lines {
		all = append(all, newEquation(lineWords(line.Name), strings.ReplaceAll(line.Name, "_", " "), line.Formula, values, line.Value))
		values[line.Name] = line.Value
	}
	return all
}

package views

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// How many significant digits a number of an explanation is shown with: in most places, and where a small
// change of it is what the reader looks for.
const (
	fewDigits  = 5
	manyDigits = 8
)

// An equation is a line of an explanation: what it is about, and MathML of our own names and numbers. It is
// written with symbols first, where those say more, and then with numbers. A long one is cut before each sign
// of its sum, so that it breaks where there is no room.
type equation struct {
	About   string
	Symbols []string // "" where the numbers say all
	Numbers []string
}

// A formula is one as in an nn.ExplainedLine, with the values of its names.
type formula struct {
	name    string // of the result, in MathML: see symbol
	text    string
	values  map[string]float64
	symbols map[string]string // of the names in MathML; nil: the numbers say all
	own     string            // the name of the value that is explained, or ""
	result  float64
	digits  int // 0: few
	// resultDigits are those of the result; 0: the same
	resultDigits int
}

// equation writes name = formula = result with the values in place of the names. A formula of one number is
// not repeated.
func (f formula) equation(about string) equation {
	if f.digits == 0 {
		f.digits = fewDigits
	}
	if f.resultDigits == 0 {
		f.resultDigits = f.digits
	}
	e := equation{About: about}
	if f.symbols != nil {
		terms := termsOf(f.text, func(word string, _ bool) string { return f.symbols[word] })
		e.Symbols = append([]string{f.name}, equals(terms)...)
	}
	terms := termsOf(f.text, func(word string, bare bool) string {
		v, ok := f.values[word]
		if !ok {
			return ""
		}
		if word == f.own {
			return `<mrow class="own">` + mathNumber(v, bare, f.digits) + `</mrow>`
		}
		return mathNumber(v, bare, f.digits)
	})
	result := mathNumber(f.result, true, f.resultDigits)
	once := len(terms) == 1 && terms[0] == result
	e.Numbers = equals(terms)
	if f.symbols == nil {
		e.Numbers = append([]string{f.name}, e.Numbers...)
	}
	if !once {
		e.Numbers = append(e.Numbers, equalSign+`<mrow class="comes">`+result+`</mrow>`)
	}
	return e
}

const equalSign = `<mo form="infix">=</mo>`

// equals puts an equal sign before the first term of a sum.
func equals(terms []string) []string {
	terms[0] = equalSign + terms[0]
	return terms
}

// termsOf writes the terms of a formula, whose names are written by word.
func termsOf(text string, word func(word string, bare bool) string) []string {
	w := mathWriter{text: strings.ReplaceAll(text, " ", ""), word: word, bare: true}
	return w.terms()
}

// symbol writes a name: a letter, and behind _ what stands below it.
func symbol(name string) string {
	letter, below, has := strings.Cut(name, "_")
	if !has {
		return "<mi>" + letter + "</mi>"
	}
	tag := "mn"
	if strings.ContainsFunc(below, unicode.IsLetter) {
		tag = "mtext"
	}
	return "<msub><mi>" + letter + "</mi><" + tag + ">" + below + "</" + tag + "></msub>"
}

// rule writes a formula without numbers, whose names are their own symbols.
func rule(name, text string) equation {
	terms := termsOf(text, func(word string, _ bool) string { return symbol(word) })
	return equation{Symbols: append([]string{symbol(name)}, equals(terms)...)}
}

// known writes name = value.
func known(about, name string, v float64) equation {
	return equation{About: about, Numbers: []string{name, equalSign + mathNumber(v, true, fewDigits)}}
}

// mathNumber writes a number with so many digits. A negative one that is not bare, behind a sign or before a
// power, is in brackets.
func mathNumber(v float64, bare bool, digits int) string {
	if v == math.MaxFloat64 || v == -math.MaxFloat64 {
		return "<mi>too large</mi>"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', digits-1, 64), "e")
	power, _ := strconv.Atoi(exponent) // ours
	sign := ""
	if v < 0 {
		sign = "−"
	}
	var text string
	if power < -4 || power >= fewDigits+3 {
		text = "<mn>" + sign + trimZeros(mantissa) + "</mn><mo>·</mo><msup><mn>10</mn><mn>" + strings.ReplaceAll(strconv.Itoa(power), "-", "−") + "</mn></msup>"
	} else {
		text = "<mn>" + sign + trimZeros(strconv.FormatFloat(math.Abs(v), 'f', max(0, digits-1-power), 64)) + "</mn>"
	}
	if v < 0 && !bare {
		return bracketed(text)
	}
	return text
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
	text string
	word func(word string, bare bool) string // writes a name; "" for one that is none
	bare bool                                // nothing stands before what comes next
}

func (w *mathWriter) takes(sign string) bool {
	rest, ok := strings.CutPrefix(w.text, sign)
	w.text = rest
	return ok
}

// longTerm is how many characters a term may have that is not cut before its factors.
const longTerm = 24

// terms writes the terms of a sum, each with its sign, and the factors of a long one apart.
func (w *mathWriter) terms() []string {
	var all []string
	add := func(sign string) {
		factors := w.product()
		factors[0] = sign + factors[0]
		if term := strings.Join(factors, ""); plainLength(term) <= longTerm {
			factors = []string{term}
		}
		all = append(all, factors...)
	}
	if w.takes("0-") { // a formula has no other way to turn a sign
		w.bare = false
		add(`<mo form="prefix">−</mo>`)
	} else {
		add("")
	}
	for {
		w.bare = false
		switch {
		case w.takes("+"):
			add(`<mo form="infix">+</mo>`)
		case w.takes("-"):
			add(`<mo form="infix">−</mo>`)
		default:
			return all
		}
	}
}

// plainLength counts the characters of MathML that are seen.
func plainLength(math string) (n int) {
	within := false
	for _, r := range math {
		switch {
		case r == '<':
			within = true
		case r == '>':
			within = false
		case !within:
			n++
		}
	}
	return n
}

// inner writes a sum that has its own brackets, bar or line.
func (w *mathWriter) inner() string {
	w.bare = true
	return strings.Join(w.terms(), "")
}

// bracketed puts brackets around MathML, which are as tall as a fraction in it.
func bracketed(math string) string {
	tall := ` stretchy="false"`
	if strings.Contains(math, "<mfrac") {
		tall = ""
	}
	return "<mrow><mo" + tall + ">(</mo>" + math + "<mo" + tall + ">)</mo></mrow>"
}

// product writes the factors of a product, each with its sign. What stands above a line is one.
func (w *mathWriter) product() []string {
	out := []string{w.power()}
	for {
		w.bare = false
		switch {
		case w.takes("*"):
			out = append(out, `<mo form="infix">·</mo>`+w.power())
		case w.takes("/"):
			// What stands alone above or below a line needs no brackets.
			w.bare = true
			out = []string{"<mfrac><mrow>" + unbracketed(strings.Join(out, "")) + "</mrow><mrow>" + unbracketed(w.power()) + "</mrow></mfrac>"}
		default:
			return out
		}
	}
}

// unbracketed takes the brackets from a sum that is all there is.
func unbracketed(math string) string {
	const begin, end = "<mrow>", "</mrow>"
	if !strings.HasPrefix(math, begin+"<mo>(") && !strings.HasPrefix(math, begin+`<mo stretchy="false">(`) {
		return math
	}
	depth := 0
	for i := range math {
		switch {
		case strings.HasPrefix(math[i:], "<mrow"):
			depth++
		case strings.HasPrefix(math[i:], end):
			if depth--; depth == 0 && i+len(end) < len(math) {
				return math // it goes on behind the bracket
			}
		}
	}
	_, inner, _ := strings.Cut(math, ">(</mo>")
	return inner[:strings.LastIndex(inner, "<mo")]
}

func (w *mathWriter) power() string {
	bare := w.bare
	before := *w
	base := w.atom()
	if !strings.HasPrefix(w.text, "^") {
		return base
	}
	if bare { // a negative base needs its brackets
		*w = before
		w.bare = false
		base = w.atom()
	}
	w.takes("^")
	w.bare = true
	return "<msup><mrow>" + base + "</mrow><mrow>" + unbracketed(w.power()) + "</mrow></msup>"
}

// mathNames are how functions are written.
var mathNames = map[string]string{"cdf": "Φ", "sigmoid": "σ", "pi": "π"}

func (w *mathWriter) atom() string {
	bare := w.bare
	if w.takes("(") {
		inner := w.inner()
		w.takes(")")
		return bracketed(inner)
	}
	word := w.takeWord()
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return mathNumber(v, bare, fewDigits)
	}
	if math := w.word(word, bare); math != "" && !strings.HasPrefix(w.text, "(") {
		return math
	}
	name := word
	if known := mathNames[word]; known != "" {
		name = known
	}
	if !w.takes("(") {
		return "<mi>" + name + "</mi>"
	}
	inner := w.inner()
	if w.takes(",") {
		inner += "<mo>,</mo>" + w.inner()
	}
	w.takes(")")
	switch word {
	case "sqrt":
		return "<msqrt><mrow>" + inner + "</mrow></msqrt>"
	case "exp":
		return "<msup><mi>e</mi><mrow>" + inner + "</mrow></msup>"
	}
	return "<mi>" + name + "</mi>" + bracketed(inner)
}

// takeWord takes a name or a number.
func (w *mathWriter) takeWord() string {
	end := 0
	for i, r := range w.text {
		exponent := r == '-' && i > 0 && w.text[i-1] == 'e' && unicode.IsDigit(rune(w.text[0])) // 1e-8
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' && r != '′' && r != '…' && !exponent {
			break
		}
		end = i + len(string(r))
	}
	word := w.text[:end]
	w.text = w.text[end:]
	return word
}

// sumFormula returns the formula and the values of b + w0·x0 + w1·x1 + …; b may be missing.
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

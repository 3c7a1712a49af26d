package handlers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/views"
)

// shownError is the largest relative error of a number that is shown with five significant digits.
const shownError = 5e-5

// shownSpan returns what a number that is shown may be: one with more than five digits is half a unit of the last
// of them away at most.
func shownSpan(word string, v float64) span {
	mantissa, _, _ := strings.Cut(word, "e")
	digits := len(strings.TrimLeft(strings.Replace(mantissa, ".", "", 1), "0"))
	off := v * shownError
	if v > 0 && digits > 5 {
		off = 0.5 * math.Pow(10, math.Floor(math.Log10(v))-float64(digits-1))
	}
	return span{v - off, v + off}
}

// TestExplainedText takes the equations out of the text of the page, evaluates each in an arithmetic of
// intervals, which knows what the rounding of the numbers hides, and gets the result that is shown beside
// it. The last one is what /step gives. So it is for all optimizers, activations and losses.
func TestExplainedText(t *testing.T) {
	s := newTestServer(t)
	rng := rand.New(rand.NewPCG(14, 4))
	read, sharp, cancels := 0, 0, 0
	for _, o := range nn.Optimizers() {
		for _, a := range nn.Activations() {
			for _, set := range []dataset.Name{dataset.Spiral, dataset.Hills} {
				state := nntest.State(t, set, 3+rng.IntN(40), 0, func(c *nn.Config) {
					c.Optimizer, c.Activation, c.Seed = o, a, rng.Uint32()
					c.HiddenLayers = [][]int{{}, {3}, {4, 2}, {10, 3}}[rng.IntN(4)]
					c.BatchSize, c.Dropout = []int{0, 5}[rng.IntN(2)], []float64{0, 0.3}[rng.IntN(2)]
					c.L1, c.L2 = []float64{0, 0.02}[rng.IntN(2)], []float64{0, 0.03}[rng.IntN(2)]
					c.Schedule, c.ScheduleSteps = nn.Schedules()[rng.IntN(4)], 8
				})
				at := nn.ParameterPlace{Layer: rng.IntN(len(state.Network.Weights)), In: -1}
				at.Out = rng.IntN(len(state.Network.Biases[at.Layer]))
				if rng.IntN(4) > 0 {
					at.In = rng.IntN(len(state.Network.Weights[at.Layer][at.Out]))
				}
				r, err := nn.Step(state, 1+rng.IntN(6))
				if err != nil {
					t.Fatal(err)
				}
				state.Network = r.Network
				name := fmt.Sprintf("%s, %s, %s, %s", o, a, set, at)
				w := postForm(s, "/edit", withAct(stateForm(t, state), "explain "+at.String()), "HX-Request", "true")
				if w.Code != 200 {
					t.Fatalf("%s: %d %s", name, w.Code, w.Body)
				}
				var last string
				for _, text := range explainedLines(parseHTML(t, w.Body.String())) {
					parts := strings.Split(text, "=")
					last = parts[len(parts)-1]
					for _, part := range parts[1 : len(parts)-1] {
						of, result := interval(t, part), interval(t, last)
						if read++; of.high-of.low < 0.01*max(0.01, -result.low, result.high) {
							sharp++
						}
						if left, right, ok := strings.Cut(part, "−"); ok && len(left) > 14 && len(right) > 14 && !strings.ContainsAny(part, "(+·") { // it cancels
							plain, shown := (&spanParser{text: left + "-" + right}).sum(), (&spanParser{text: strings.ReplaceAll(last, "−", "-")}).sum()
							off := math.Abs(plain.low+plain.high-shown.low-shown.high) / 2
							if cancels++; off > 2*(shown.high-shown.low)+1e-15*max(1, result.high) {
								t.Errorf("%s: the page says %s, which is %v away from what the digits give", name, text, off)
							}
						}
						if of.low > result.high || of.high < result.low {
							t.Errorf("%s: the page says %s; it is from %v to %v", name, text, of.low, of.high)
						}
					}
				}
				next, err := nn.Step(state, 1)
				if err != nil {
					t.Fatal(err)
				}
				want := next.Network.Biases[at.Layer][at.Out]
				if at.In >= 0 {
					want = next.Network.Weights[at.Layer][at.Out][at.In]
				}
				if got := interval(t, last); want < got.low || want > got.high {
					t.Errorf("%s: the page ends with %s; /step gives %v", name, last, want)
				}
			}
		}
	}
	if cancels < 20 {
		t.Errorf("%d differences of long numbers; want many", cancels)
	}
	if read < 2000 || sharp < read*9/10 {
		t.Errorf("%d equations, %d of them sharp; want many", read, sharp)
	}
}

// explainedLines returns the equations of an explanation that have numbers, each as a line of text.
func explainedLines(page *html.Node) (lines []string) {
	for _, line := range find(page, "span") {
		if attributeOf(line, "class") == "line" {
			lines = append(lines, strings.ReplaceAll(mathText(line), " ", ""))
		}
	}
	return lines
}

// stateForm is the fields of the page that hold a state.
func stateForm(t *testing.T, s nn.State) url.Values {
	return url.Values{
		views.FieldConfig: {string(mustJSON(t, s.Config))}, views.FieldNetwork: {string(mustJSON(t, s.Network))},
		views.FieldData: {string(mustJSON(t, s.Data))},
	}
}

// mathText returns MathML as a line of text.
func mathText(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var parts []string
	for c := range n.ChildNodes() {
		parts = append(parts, mathText(c))
	}
	switch {
	case n.Data == "msup" && parts[0] == "e":
		return "exp(" + parts[1] + ")"
	case n.Data == "msup":
		return "(" + parts[0] + ")^(" + parts[1] + ")"
	case n.Data == "mfrac":
		return "((" + parts[0] + ")/(" + parts[1] + "))"
	case n.Data == "msqrt":
		return "√(" + parts[0] + ")"
	}
	return strings.Join(parts, "")
}

// A span is an interval of numbers.
type span struct{ low, high float64 }

func spanOf(values ...float64) span {
	s := span{math.Inf(1), math.Inf(-1)}
	for _, v := range values {
		if math.IsNaN(v) {
			return span{math.Inf(-1), math.Inf(1)}
		}
		s.low, s.high = min(s.low, v), max(s.high, v)
	}
	return s
}

func (a span) with(b span, f func(x, y float64) float64) span {
	return spanOf(f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high))
}

// interval evaluates a line of text.
func interval(t *testing.T, text string) span {
	t.Helper()
	p := &spanParser{text: strings.ReplaceAll(text, "−", "-")}
	s := p.sum()
	if p.text != "" {
		t.Fatalf("%s: %q is left", text, p.text)
	}
	slack := 1e-12 * max(1, -s.low, s.high)
	return span{s.low - slack, s.high + slack}
}

type spanParser struct{ text string }

func (p *spanParser) takes(sign string) bool {
	rest, ok := strings.CutPrefix(p.text, sign)
	p.text = rest
	return ok
}

func (p *spanParser) sum() span {
	var s span
	if p.takes("-") {
		s = span{}.with(p.product(), func(x, y float64) float64 { return x - y })
	} else {
		s = p.product()
	}
	for {
		switch {
		case p.takes("+"):
			s = s.with(p.product(), func(x, y float64) float64 { return x + y })
		case p.takes("-"):
			s = s.with(p.product(), func(x, y float64) float64 { return x - y })
		default:
			return s
		}
	}
}

func (p *spanParser) product() span {
	s := p.power()
	for {
		switch {
		case p.takes("·"):
			s = s.with(p.power(), func(x, y float64) float64 { return x * y })
		case p.takes("/"):
			by := p.power()
			if by.low <= 0 && by.high >= 0 {
				return span{math.Inf(-1), math.Inf(1)}
			}
			s = s.with(by, func(x, y float64) float64 { return x / y })
		default:
			return s
		}
	}
}

func (p *spanParser) power() span {
	s := p.atom()
	if p.takes("^") {
		return s.with(p.power(), math.Pow)
	}
	return s
}

func (p *spanParser) atom() span {
	end := strings.IndexFunc(p.text, func(r rune) bool { return strings.ContainsRune("()+-·/^,=", r) })
	if end < 0 {
		end = len(p.text)
	}
	word := p.text[:end]
	p.text = p.text[end:]
	if word == "π" {
		return span{math.Pi, math.Pi}
	}
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return shownSpan(word, v)
	}
	if !p.takes("(") {
		panic("no number: " + word)
	}
	s := p.sum()
	if p.takes(",") {
		s = s.with(p.sum(), math.Max)
	}
	p.takes(")")
	if word == "" || word == "max" {
		return s
	}
	wide := (s.high - s.low) / 2
	around := func(v float64) span { return span{v - wide, v + wide} } // no slope is more than 1
	switch word {
	case "sin":
		return around(math.Sin(s.low + wide))
	case "cos":
		return around(math.Cos(s.low + wide))
	}
	f := map[string]func(float64) float64{
		"tanh": math.Tanh, "exp": math.Exp, "ln": math.Log, "√": math.Sqrt, "floor": math.Floor,
		"Φ": func(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 },
		"σ": func(v float64) float64 { return 1 / (1 + math.Exp(-v)) },
		"sign": func(v float64) float64 {
			if v == 0 {
				return 0
			}
			return math.Copysign(1, v)
		},
	}[word]
	return spanOf(f(s.low), f(s.high))
}

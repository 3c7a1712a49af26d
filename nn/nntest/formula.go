package nntest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Evaluate returns the value of a formula of an nn.ExplainedLine, with the values of its names. It is
// an arithmetic of its own, which knows no kernel.
func Evaluate(formula string, values map[string]float64) (v float64, err error) {
	p := &formulaParser{text: strings.ReplaceAll(formula, " ", ""), values: values}
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%s: %v", formula, problem)
		}
	}()
	v = p.sum()
	if p.text != "" {
		return 0, fmt.Errorf("%s: %q is left", formula, p.text)
	}
	return v, nil
}

type formulaParser struct {
	text   string
	values map[string]float64
}

func (p *formulaParser) takes(sign string) bool {
	rest, ok := strings.CutPrefix(p.text, sign)
	p.text = rest
	return ok
}

func (p *formulaParser) sum() float64 {
	for v := p.product(); ; {
		switch {
		case p.takes("+"):
			v += p.product()
		case p.takes("-"):
			v -= p.product()
		default:
			return v
		}
	}
}

func (p *formulaParser) product() float64 {
	for v := p.power(); ; {
		switch {
		case p.takes("*"):
			v *= p.power()
		case p.takes("/"):
			v /= p.power()
		default:
			return v
		}
	}
}

func (p *formulaParser) power() float64 {
	v := p.atom()
	if p.takes("^") {
		return math.Pow(v, p.power())
	}
	return v
}

func (p *formulaParser) atom() float64 {
	if p.takes("(") {
		v := p.sum()
		if !p.takes(")") {
			panic("a bracket is open")
		}
		return v
	}
	end := strings.IndexFunc(p.text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.'
	})
	if end < 0 {
		end = len(p.text)
	}
	if word := p.text[:end]; strings.HasSuffix(word, "e") && unicode.IsDigit(rune(word[0])) { // 1e-8
		for end++; end < len(p.text) && unicode.IsDigit(rune(p.text[end])); end++ {
		}
	}
	word := p.text[:end]
	p.text = p.text[end:]
	if word == "max" && p.takes("(") {
		a := p.sum()
		p.takes(",")
		b := p.sum()
		p.takes(")")
		return max(a, b)
	}
	functions := map[string]func(float64) float64{
		"sqrt": math.Sqrt, "sin": math.Sin, "floor": math.Floor, "tanh": math.Tanh, "exp": math.Exp, "ln": math.Log, "cos": math.Cos,
		"cdf":     func(v float64) float64 { return math.Erfc(-v/math.Sqrt2) / 2 },
		"sigmoid": func(v float64) float64 { return 1 / (1 + math.Exp(-v)) },
		"sign": func(v float64) float64 {
			if v == 0 {
				return 0
			}
			return math.Copysign(1, v)
		},
	}
	if f := functions[word]; f != nil {
		return f(p.atom())
	}
	if v, ok := p.values[word]; ok {
		return v
	}
	if word == "pi" {
		return math.Pi
	}
	v, err := strconv.ParseFloat(word, 64)
	if err != nil {
		panic(err)
	}
	return v
}

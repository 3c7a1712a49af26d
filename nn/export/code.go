package export

import (
	"embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/template"

	"github.com/nnvisu/nnvisu/nn"
)

// A language writes a network as source code.
type language struct {
	*template.Template
	feature    func(featureSource) string
	activation func(activationSource) string
}

// A program is the data of the templates.
type program struct {
	About      []string // lines that describe the network
	Classifies bool
	Sizes      []int  // [D, H…, C]
	Inputs     string // expressions of the features, separated by commas
	Activation string // code that applies it; "" where there is no hidden layer or they are linear
	Name       nn.Activation
	Layers     []codeLayer
	ErfcShift  float64
	Erfc       []float64
}

// A codeLayer is a layer from In to Out units.
type codeLayer struct {
	In, Out int
	Hidden  bool
	Weights [][]float64
	Biases  []float64
}

// Hidden reports whether there is a hidden layer.
func (p program) Hidden() bool { return len(p.Layers) > 1 }

// Outputs returns C.
func (p program) Outputs() int { return p.Sizes[len(p.Sizes)-1] }

// Uses reports whether the features or the activation call the library.
func (p program) Uses(library string) bool {
	return strings.Contains(p.Inputs+p.Activation, library+".")
}

// GELU reports whether the activation needs an error function.
func (p program) GELU() bool { return p.Activation != "" && p.Name == nn.GELU }

func (lang language) write(w io.Writer, s nn.State) error {
	p := program{
		About:      about(s),
		Classifies: s.Config.Task == nn.Classification,
		Sizes:      s.Config.Sizes(),
		Name:       s.Config.Activation,
		ErfcShift:  erfcShift,
		Erfc:       erfcCoefficients,
	}
	var inputs []string
	for _, f := range s.Config.Features {
		inputs = append(inputs, lang.feature(features[f]))
	}
	p.Inputs = strings.Join(inputs, ", ")
	last := len(s.Network.Weights) - 1
	if last > 0 {
		p.Activation = lang.activation(activations[s.Config.Activation])
	}
	for l, weights := range s.Network.Weights {
		p.Layers = append(p.Layers,
			codeLayer{p.Sizes[l], p.Sizes[l+1], l < last, weights, s.Network.Biases[l]})
	}
	return lang.Execute(w, p)
}

//go:embed templates
var templates embed.FS

// A style is the layout of a list of numbers in a language.
type style struct {
	open, close string
	indent      string
	number      func(float64) string
}

var (
	pythonStyle     = style{"[", "]", "    ", pythonFloat}
	goStyle         = style{"{", "}", "\t", number}
	javascriptStyle = style{"[", "]", "  ", number}
)

// pattern parses the template in a file.
func pattern(file string, st style) *template.Template {
	t := template.New(file).Funcs(template.FuncMap{"list": st.list})
	return template.Must(t.ParseFS(templates, "templates/"+file))
}

// codeWidth is the longest line of numbers, a tab counted as one.
const codeWidth = 100

// list writes numbers in brackets on one line. If they do not fit, the numbers go on further lines,
// between the brackets. indent is the indentation of the first line.
func (st style) list(indent string, values []float64) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = st.number(v)
	}
	line := st.open + strings.Join(words, ", ") + st.close
	if len(indent)+len(line+",") <= codeWidth {
		return line
	}
	var b strings.Builder
	b.WriteString(st.open)
	column := codeWidth
	for _, word := range words {
		if column += len(" " + word + ","); column > codeWidth {
			b.WriteString("\n" + indent + st.indent)
			column = len(indent + st.indent + word + ",")
		} else {
			b.WriteString(" ")
		}
		b.WriteString(word + ",")
	}
	b.WriteString("\n" + indent + st.close)
	return b.String()
}

// number writes the shortest decimal that reads back as v.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// pythonFloat is number for Python, which reads digits alone as an int.
func pythonFloat(v float64) string {
	text := number(v)
	if strings.Trim(text, "-0123456789") == "" {
		text += ".0"
	}
	return text
}

var pytorch = language{
	Template:   pattern("torch.py.tmpl", pythonStyle),
	feature:    func(f featureSource) string { return f.pytorch },
	activation: func(a activationSource) string { return a.pytorch },
}

var numpy = language{
	Template:   pattern("numpy.py.tmpl", pythonStyle),
	feature:    func(f featureSource) string { return f.numpy },
	activation: func(a activationSource) string { return a.numpy },
}

var golang = language{
	Template:   pattern("model.go.tmpl", goStyle),
	feature:    func(f featureSource) string { return f.golang },
	activation: func(a activationSource) string { return a.golang },
}

var javascript = language{
	Template:   pattern("model.mjs.tmpl", javascriptStyle),
	feature:    func(f featureSource) string { return f.javascript },
	activation: func(a activationSource) string { return a.javascript },
}

// about describes the network of a state in lines of a table.
func about(s nn.State) []string {
	c := s.Config
	task := string(c.Task)
	if c.Task == nn.Classification {
		task = fmt.Sprintf("%s, %d classes", c.Task, c.Classes)
	}
	var inputs, sizes []string
	for _, f := range c.Features {
		inputs = append(inputs, f.Label())
	}
	for _, n := range c.Sizes() {
		sizes = append(sizes, strconv.Itoa(n))
	}
	activation := string(c.Activation)
	if len(c.HiddenLayers) == 0 {
		activation = "none: a linear model"
	}
	return []string{
		"task        " + task,
		"features    " + strings.Join(inputs, ", "),
		"layers      " + strings.Join(sizes, " → "),
		"activation  " + activation,
		fmt.Sprintf("trained     %d steps, %d epochs", s.Network.Step, s.Network.Epoch),
	}
}

// describe is about as one text.
func describe(s nn.State) string {
	return "A neural network made with nnvisu.\n\n" + strings.Join(about(s), "\n") + "\n"
}

package views

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// rgbOf returns a colour of a figure.
func rgbOf(t *testing.T, c drawing.Colour) rgb {
	t.Helper()
	v, err := strconv.ParseUint(string(c[1:]), 16, 32)
	if err != nil || len(c) != 7 {
		t.Fatalf("%q is no colour", c)
	}
	return rgb{float64(v >> 16), float64(v >> 8 & 255), float64(v & 255)}
}

// TestFigureThemes: a figure has the colours of the style sheet, in light and in dark.
func TestFigureThemes(t *testing.T) {
	css, err := os.ReadFile("../public/app.css")
	if err != nil {
		t.Fatal(err)
	}
	l, d := lightFigure, darkFigure
	for name, colours := range map[string][2]drawing.Colour{
		"card": {l.ground, d.ground}, "text": {l.text, d.text}, "quiet": {l.quiet, d.quiet}, "line": {l.line, d.line},
		"line-strong": {l.strong, d.strong}, "negative": {l.negative, d.negative}, "positive": {l.positive, d.positive},
		"train": {l.train, d.train}, "test": {l.test, d.test},
	} {
		if want := fmt.Sprintf("--%s: var(--light, %s) var(--dark, %s);", name, colours[0], colours[1]); !strings.Contains(string(css), want) {
			t.Errorf("the style sheet has no %s", want)
		}
	}
	for name, colour := range map[string]drawing.Colour{"mark-rim": figureInk, "mark-edge": figureEdge} {
		if want := fmt.Sprintf("--%s: %s;", name, colour); !strings.Contains(string(css), want) {
			t.Errorf("the style sheet has no %s", want)
		}
	}
	if want := fmt.Sprintf("brightness(%v)", d.brightness); !strings.Contains(string(css), want) {
		t.Errorf("the style sheet has no %s", want)
	}
	for i, look := range edgeLooks {
		width := fmt.Sprintf(".w%d { stroke-width: %v; opacity: %v; }", i, look.width, float64(look.opacity)/100)
		if !strings.Contains(string(css), width) {
			t.Errorf("the style sheet has no %s", width)
		}
	}
}

// TestFigureContrast: texts can be read, and lines be seen, on the ground of either theme.
func TestFigureContrast(t *testing.T) {
	const readable = 4.5 // WCAG 2.2, criterion 1.4.3
	for name, theme := range map[string]*figureTheme{"light": &lightFigure, "dark": &darkFigure} {
		ground := rgbOf(t, theme.ground)
		for what, c := range map[string]struct {
			colour drawing.Colour
			least  float64
		}{
			"text": {theme.text, readable}, "quiet": {theme.quiet, readable}, "axes": {theme.strong, enough},
			"negative": {theme.negative, enough}, "positive": {theme.positive, enough}, "train": {theme.train, enough}, "test": {theme.test, enough},
		} {
			if got := contrast(rgbOf(t, c.colour), ground); got < c.least {
				t.Errorf("%s: %s has a contrast of %.1f; want %v", name, what, got, c.least)
			}
		}
	}
}

// figureData returns what a figure needs of a data set, with outputs that lean towards one side.
func figureData(t *testing.T, set dataset.Name, config nn.Config) *FigureData {
	t.Helper()
	lab := sampleLab(t, set, func(l *Lab) {
		config.Task = l.State.Config.Task
		l.State.Config = config
	})
	m, err := nn.NewModel(lab.State)
	if err != nil {
		t.Fatal(err)
	}
	data := &FigureData{State: lab.State, History: lab.History}
	xs, ys := FigurePlaces()
	data.Outputs = make([]float64, m.Outputs()*len(xs))
	m.PredictTo(data.Outputs, xs, ys)
	xs, ys = FigureMapPlaces()
	for _, width := range append(append([]int{}, lab.State.Config.HiddenLayers...), m.Outputs()) {
		data.Units = append(data.Units, make([]float64, width*len(xs)))
	}
	m.UnitsTo(data.Units, xs, ys)
	data.Spaces = spacesOf(t, &lab)
	return data
}

func draw(t *testing.T, f Figure, data *FigureData) (*drawing.Drawing, string) {
	t.Helper()
	f.Pixels, f.Yield = 300, func() error { return nil }
	d, err := f.Draw(data)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := d.WriteSVG(&b, 300); err != nil {
		t.Fatal(err)
	}
	return d, b.String()
}

// TestFigureFits: texts of every view are within the figure, whatever the names, layers and classes are.
func TestFigureFits(t *testing.T) {
	wide := nn.DefaultConfig()
	wide.HiddenLayers = []int{100, 3, 20, 1, 1, 1, 1, 1, 1, 40}
	wide.Features = nn.Features()
	wide.TestFraction = 0.3
	for _, set := range []dataset.Name{dataset.Hills, dataset.Blobs, dataset.Circles} {
		for _, config := range []nn.Config{nn.DefaultConfig(), wide} {
			data := figureData(t, set, config)
			long := strings.Repeat("Width ", 10)
			data.Meta.Transform.X.Name, data.Meta.Transform.Label.Name = long, long
			data.Meta.Classes = []string{long, "B", strings.Repeat("C", 60)}
			for _, view := range FigureViews() {
				d, svg := draw(t, Figure{View: view, Title: long + long, YName: long, Film: true}, data)
				for _, part := range strings.Split(svg, "<text ")[1:] {
					at := func(name string) float64 {
						_, after, _ := strings.Cut(part, name+`="`)
						text, _, _ := strings.Cut(after, `"`)
						v, _ := strconv.ParseFloat(text, 64)
						return v
					}
					_, text, _ := strings.Cut(part, ">")
					text, _, _ = strings.Cut(text, "<")
					size := at("font-size")
					width := float64(drawing.Letter{Size: int(size * drawing.Unit), Bold: strings.Contains(part, "bold")}.Width(text)) / drawing.Unit
					x, y, most, high := at("x"), at("y"), float64(d.Width)/drawing.Unit, float64(d.Height)/drawing.Unit
					if strings.Contains(part, "rotate") {
						x, y, most, high = high-y, x, high, most
					}
					switch {
					case strings.Contains(part, `"middle"`):
						x -= width / 2
					case strings.Contains(part, `"end"`):
						x -= width
					}
					if x < 0 || x+width > most || y < size*0.7 || y > high-2 {
						t.Errorf("%s of %s with %d layers: %q stands from %.1f to %.1f, at %.1f, of %v×%v", view, set, len(config.HiddenLayers), text, x, x+width, y, most, high)
					}
				}
			}
		}
	}
}

// TestFigureNetwork: a figure has each weight that is not 0 between units that are drawn, of inputs only
// those in use, and says how many units it leaves out.
func TestFigureNetwork(t *testing.T) {
	config := nn.DefaultConfig()
	config.HiddenLayers = []int{40, 2}
	data := figureData(t, dataset.Circles, config)
	data.State.Network.Weights[1][0][3] = 0
	_, svg := draw(t, Figure{View: FigureNetwork}, data)
	if got, want := strings.Count(svg, "<image"), 2+15+2+2; got != want {
		t.Errorf("the figure has %d units; want %d", got, want)
	}
	weights := 0
	for _, path := range strings.Split(svg, `<path d="`)[1:] {
		path, _, _ = strings.Cut(path, `"`)
		weights += strings.Count(path, "C")
	}
	if got, want := weights, 2*15+15*2+2*2-1; got != want {
		t.Errorf("the figure has %d weights; want %d", got, want)
	}
	if !strings.Contains(svg, ">+ 25<") {
		t.Error("the figure does not say what it leaves out")
	}
}

// TestFigureStops: an error of Yield ends the drawing.
func TestFigureStops(t *testing.T) {
	enough := errors.New("enough")
	f := Figure{View: FigurePlane, Pixels: 300, Yield: func() error { return enough }}
	if _, err := f.Draw(figureData(t, dataset.Circles, nn.DefaultConfig())); !errors.Is(err, enough) {
		t.Errorf("the drawing ended with %v; want %v", err, enough)
	}
}

// TestFigureGolden: the curves of a short run, and where its layers put the points, are drawn as the
// goldens have them. Flag -update writes them.
func TestFigureGolden(t *testing.T) {
	small := nn.DefaultConfig()
	small.HiddenLayers = []int{3, 2, 1}
	for path, of := range map[string]struct {
		figure Figure
		config nn.Config
	}{
		"testdata/curves.svg": {Figure{View: FigureCurves, Title: "Two samples", Dark: true}, nn.DefaultConfig()},
		"testdata/space.svg":  {Figure{View: FigureLayers}, small},
	} {
		_, got := draw(t, of.figure, figureData(t, dataset.Circles, of.config))
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: it is\n%s\nwant\n%s", path, got, want)
		}
	}
}

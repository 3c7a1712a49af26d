package views

import (
	"math"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// A Figure is a picture of a run for a paper or a slide: what it shows, and how. All of it is drawn by
// package drawing, as SVG or as PNG.
type Figure struct {
	View         FigureView
	Dark         bool
	Title        string // over the figure, or ""
	XName, YName string // of the axes of the plane, or "" for those of the points
	Hard         bool   // hard edges
	LogScale     bool   // losses on a logarithmic scale
	HideTest     bool   // without the points held out
	// Film says that the figure is a moment of a film: it names its step, and its curves end there.
	Film bool
	// Pixels is how many pixels are in a row of the figure, so that the plane has as many as are seen.
	Pixels int
	// Yield lets others compute, between parts of the work. Its error ends the drawing.
	Yield func() error
}

// A FigureView is a part of the page as a figure.
type FigureView string

// The views.
const (
	FigurePlane   FigureView = "plane"
	FigureNetwork FigureView = "network"
	FigureCurves  FigureView = "curves"
	FigureLab     FigureView = "lab"
	FigureLayers  FigureView = "layers"
)

// figureViews has a row for each view.
var figureViews = []struct {
	view  FigureView
	label string
	width int // in units of 0.01 inch on paper, about
	needs FigureNeeds
}{
	{FigurePlane, "Result", 360, FigureNeeds{Plane: true}},
	{FigureNetwork, "Network", 540, FigureNeeds{Units: true}},
	{FigureCurves, "Curves", 360, FigureNeeds{History: true}},
	{FigureLab, "All three", 720, FigureNeeds{Plane: true, Units: true, History: true}},
	{FigureLayers, "Layer space", 720, FigureNeeds{Spaces: true}},
}

// FigureNeeds says which members of FigureData a figure shows.
type FigureNeeds struct{ Plane, Units, History, Spaces bool }

// FigureViews returns the views.
func FigureViews() (all []FigureView) {
	for _, row := range figureViews {
		all = append(all, row.view)
	}
	return all
}

// figureChoices returns the views for a control of the page.
func figureChoices() (all []choice) {
	for _, row := range figureViews {
		all = append(all, choice{string(row.view), row.label})
	}
	return all
}

// row returns the row of the figure's view, or of the first one.
func (f *Figure) row() int {
	for i := range figureViews {
		if figureViews[i].view == f.View {
			return i
		}
	}
	return 0
}

// DefaultWidth returns how many pixels wide a view is where nobody says it: two for each unit.
func (f *Figure) DefaultWidth() int { return 2 * figureViews[f.row()].width }

// Needs says what a figure needs of its data. A film tells the loss of its moments.
func (f *Figure) Needs() FigureNeeds {
	needs := figureViews[f.row()].needs
	needs.History = needs.History || f.Film
	return needs
}

// FigureGrid is the number of places along each side of the plane at which a figure asks the network.
// Between them it draws what lies between their values.
const FigureGrid = 200

// FigurePlaces returns the places, row by row from the top left.
func FigurePlaces() (xs, ys []float64) { return gridOf(FigureGrid) }

// FigureMap is FigureGrid for the picture of a unit.
const FigureMap = 32

// FigureMapPlaces returns the places of the picture of a unit.
func FigureMapPlaces() (xs, ys []float64) { return gridOf(FigureMap) }

// figureRows is the most units that a column of the network has in a figure.
const figureRows = 16

// FigureUnits returns how many units of each hidden layer a figure shows.
func FigureUnits(c nn.Config) (shown []int) {
	rows := rowsFor(c, figureRows)
	for _, width := range c.HiddenLayers {
		shown = append(shown, shownOf(width, rows))
	}
	return shown
}

// FigureData is what a figure shows.
type FigureData struct {
	State   nn.State // prepared
	Meta    table.Meta
	History nn.History
	// Outputs is C×FigureGrid²: what the network says at the places.
	Outputs []float64
	// Units has for each hidden layer what its units that are shown say at the places of their maps,
	// and last what the outputs say.
	Units [][]float64
	// Spaces are where the layers put the points of nn.SpaceSample and the places of SpacePlaces.
	Spaces []nn.LayerSpace
}

// The layers of a figure, from the lowest.
const (
	figureFrames  = iota // lines that do not change
	figurePlanes         // what the network says
	figurePattern        // and whose area is whose
	figurePoints
	figureEdges
	figureUnits
	figureCurves
	figureMoments // texts that change
	figureTexts
	figureLayers
)

// A figureTheme is the colours of a figure, each of which has its name in the style sheet.
type figureTheme struct {
	ground, text, quiet, line, strong, negative, positive, train, test drawing.Colour
	brightness                                                         float64 // of the plane
}

// The colours that a figure has on light and on dark ground.
var (
	lightFigure = figureTheme{"#ffffff", "#1f2328", "#5c6068", "#e0ded8", "#8b8881", "#1f6fb4", "#d8700f", "#1f6fb4", "#c05518", 1}
	darkFigure  = figureTheme{"#1d2026", "#e8e9ec", "#a3a8b3", "#30343c", "#767c88", "#5aa2e0", "#f09a4a", "#6cb2ee", "#f0985a", 0.86}
)

// What stands on the areas of the plane is the same in light and in dark.
const (
	figureInk  drawing.Colour = "#1f2328"
	figureEdge drawing.Colour = "#ffffff"
)

func (f *Figure) theme() *figureTheme {
	if f.Dark {
		return &darkFigure
	}
	return &lightFigure
}

// Sizes of a figure, in hundredths.
const (
	figureMargin = 12 * drawing.Unit
	figureGap    = 20 * drawing.Unit // between parts
	smallText    = 11 * drawing.Unit
	plainText    = 12 * drawing.Unit
	titleText    = 14 * drawing.Unit
	lineHeight   = 16 * drawing.Unit
)

// A figurePen draws one figure.
type figurePen struct {
	*Figure
	*figureTheme
	data *FigureData
	out  drawing.Drawing
}

// A figureBox is where a part of a figure stands.
type figureBox struct{ x, y, width, height int }

// Draw draws a figure. The error is that of Yield.
func (f *Figure) Draw(data *FigureData) (*drawing.Drawing, error) {
	p := &figurePen{Figure: f, figureTheme: f.theme(), data: data}
	row := figureViews[f.row()]
	p.out = drawing.Drawing{Width: row.width * drawing.Unit, Ground: p.ground, Title: f.words(data), Layers: make([]drawing.Layer, figureLayers)}
	top := p.heading()
	box := figureBox{figureMargin, top, p.out.Width - 2*figureMargin, 0}
	var err error
	switch row.view {
	case FigurePlane:
		box.height = p.planeLayout(box.width).height
		p.out.Height = top + box.height + figureMargin
		err = p.plane(box)
	case FigureNetwork:
		box.height = p.networkHeight()
		p.out.Height = top + box.height + figureMargin
		p.network(box)
	case FigureCurves:
		box.height = chartUnits * drawing.Unit
		p.curves(box, figureBox{box.x, box.y + box.height + figureGap, box.width, box.height})
		p.out.Height = top + 2*box.height + figureGap + figureMargin
	case FigureLayers:
		box.height = p.spaces(box)
		p.out.Height = top + box.height + figureMargin
	case FigureLab:
		box.width = 300 * drawing.Unit
		box.height = p.planeLayout(box.width).height
		right := box
		right.x += box.width + figureGap
		right.width = p.out.Width - figureMargin - right.x
		p.network(right)
		below := figureBox{box.x, box.y + box.height + figureGap, (p.out.Width - 2*figureMargin - figureGap) / 2, chartUnits * drawing.Unit}
		beside := below
		beside.x += below.width + figureGap
		p.curves(below, beside)
		p.out.Height = below.y + below.height + figureMargin
		err = p.plane(box)
	}
	return &p.out, err
}

func (p *figurePen) layer(i int) *drawing.Layer { return &p.out.Layers[i] }

// letter returns how a text of a size is written.
func letter(size int, colour drawing.Colour, anchor drawing.Anchor) drawing.Letter {
	return drawing.Letter{Size: size, Colour: colour, Anchor: anchor}
}

// heading writes the title, and in a film the moment, and returns where the rest begins.
func (p *figurePen) heading() (top int) {
	baseline, most := figureMargin+titleText*3/4, p.out.Width-2*figureMargin
	title := letter(titleText, p.text, drawing.Start)
	title.Bold = true
	at := letter(plainText, p.text, drawing.Start)
	moment := ""
	if p.Film {
		moment = p.moment()
	}
	x := figureMargin
	if p.Title != "" {
		p.layer(figureTexts).Text(x, baseline, title.Fit(p.Title, most), title)
		if moment != "" {
			baseline += lineHeight
		}
	}
	if moment != "" {
		p.layer(figureMoments).Text(x, baseline, at.Fit(moment, most), at)
	}
	if p.Title == "" && moment == "" {
		return figureMargin
	}
	return baseline + figureGap/2
}

// sampleAt returns the last sample of the history that is not later than the state, or -1.
func (d *FigureData) sampleAt() int {
	i := d.History.Len() - 1
	for i >= 0 && d.History.Step[i] > d.State.Network.Step {
		i--
	}
	return i
}

// moment says of what step a picture of a film is, and how good the network is there.
func (p *figurePen) moment() string {
	h := &p.data.History
	text := "Step " + grouped(p.data.State.Network.Step)
	i := p.data.sampleAt()
	if i < 0 || h.Step[i] != p.data.State.Network.Step {
		return text
	}
	text += " · train loss " + lossText(h.Loss[i])
	if h.TestLoss != nil && h.TestLoss[i] >= 0 {
		text += " · test loss " + lossText(h.TestLoss[i])
	}
	return text
}

// words says what a figure shows, to who cannot see it.
func (f *Figure) words(data *FigureData) string {
	text := map[FigureView]string{
		FigurePlane:   "What a neural network says over the plane, and the points it learns from",
		FigureNetwork: "A neural network, its weights and what its units do",
		FigureCurves:  "How a neural network gets better while it learns",
		FigureLayers:  "Where the layers of a neural network put the plane and the points",
		FigureLab:     "A neural network, what it says over the plane, and how it gets better while it learns",
	}[figureViews[f.row()].view]
	if f.Film {
		text = "A film: " + text
	} else {
		text += ", after " + grouped(data.State.Network.Step) + " updates"
	}
	if f.Title != "" {
		text = f.Title + ". " + text
	}
	return text
}

// A legendEntry is a sign, drawn around a place, and what it means. A line is twice as wide.
type legendEntry struct {
	text string
	line bool
	draw func(l *drawing.Layer, x, y int)
}

const (
	legendSign = 14 * drawing.Unit
	legendGap  = 12 * drawing.Unit
)

// legend writes entries in rows from left to right, and returns its height. A layer that is nil
// measures it only. Fonts differ: each entry has a little more room than it needs.
func (p *figurePen) legend(l *drawing.Layer, entries []legendEntry, x, y, width int) (height int) {
	text := letter(smallText, p.text, drawing.Start)
	at, row := 0, 0
	for _, e := range entries {
		sign := legendSign
		if e.line {
			sign = 2 * legendSign
		}
		said := text.Fit(e.text, width-sign)
		needs := sign + text.Width(said)*11/10
		if at > 0 && at+needs > width {
			at, row = 0, row+1
		}
		if l != nil {
			e.draw(l, x+at+sign/2-2*drawing.Unit, y+row*lineHeight+lineHeight/2)
			l.Text(x+at+sign, y+row*lineHeight+lineHeight/2+smallText*36/100, said, text)
		}
		at += needs + legendGap
	}
	if len(entries) == 0 {
		return 0
	}
	return (row + 1) * lineHeight
}

// legendLine is the sign of a line.
func legendLine(x, y int) (path drawing.Path) {
	path.Move(x-10*drawing.Unit, y)
	path.Line(x+10*drawing.Unit, y)
	return path
}

// hundredths returns a number of units in hundredths.
func hundredths(v float64) int { return int(math.Floor(float64(v*drawing.Unit) + 0.5)) }

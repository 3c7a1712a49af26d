package views

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/table"
)

// An element is a node of rendered HTML, to be asked with selectors.
type element struct{ *html.Node }

// text renders a component.
func text(tb testing.TB, c templ.Component) string {
	tb.Helper()
	var b strings.Builder
	if err := c.Render(tb.Context(), &b); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// render renders a component and reads it as a browser does.
func render(tb testing.TB, c templ.Component) element {
	tb.Helper()
	root, err := html.Parse(strings.NewReader(text(tb, c)))
	if err != nil {
		tb.Fatal(err)
	}
	return element{root}
}

func (e element) attr(name string) string {
	v, _ := e.lookup(name)
	return v
}

func (e element) lookup(name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// content is the text within the element, without the space around it.
func (e element) content() string {
	var b strings.Builder
	for n := range e.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// all returns the elements within this one that match a CSS selector.
func (e element) all(selector string) []element {
	var found []element
	for _, n := range cascadia.QueryAll(e.Node, cascadia.MustCompile(selector)) {
		found = append(found, element{n})
	}
	return found
}

// hasID is the selector of an element by its id, whatever characters the id has.
func hasID(id string) string { return fmt.Sprintf("[id=%q]", id) }

// is reports whether the element matches a CSS selector.
func (e element) is(selector string) bool { return cascadia.MustCompile(selector).Match(e.Node) }

// one returns the only element that a selector means.
func (e element) one(tb testing.TB, selector string) element {
	tb.Helper()
	found := e.all(selector)
	if len(found) != 1 {
		tb.Fatalf("%q is %d times in the page; want once", selector, len(found))
	}
	return found[0]
}

// sampleLab is all that a page shows of a data set, as change leaves it; an answer with it shows
// all of that anew.
func sampleLab(tb testing.TB, set dataset.Name, change func(*Lab)) Lab {
	tb.Helper()
	info, _ := dataset.Lookup(string(set))
	made, err := dataset.Generate(set, dataset.Params{Points: 40, Noise: info.DefaultNoise, Seed: 1})
	if err != nil {
		tb.Fatal(err)
	}
	l := Lab{State: nn.State{Config: nn.DefaultConfig()}, Version: "v0", Release: "r0", Reshaped: true, ShowPinned: true, Choices: Choices{
		Tool: "0", Transport: TransportSSE, FrameSteps: 1, Dataset: string(set), Points: "40", DataSeed: "1", Panel: "curves",
	}, Acts: anyAct}
	l.State.Config.Task = nn.Task(info.Task)
	for _, p := range made {
		l.State.Data = append(l.State.Data, nn.Point(p))
	}
	l.Cells = testCells(scaleTop + 1)
	l.Metrics = new(nn.Metrics)
	l.History.Add(0, 0, nn.Metrics{Loss: 0.7})
	l.History.Add(1, 1, nn.Metrics{Loss: 0.6})
	if change != nil {
		change(&l)
	}
	if l.State, err = l.State.Prepare(); err != nil {
		tb.Fatal(err)
	}
	l.JSON = StateJSON{Config: `{"task":"a<b&\"c\""}`, Network: `{"weights":[[[1e-7]]]}`, Data: `[{"x":0.1}]`, History: `{"every":1,"step":[0],"epoch":[0],"loss":[0.7]}`}
	if !l.Meta.IsZero() {
		l.JSON.Meta = `{"classes":["p"]}`
	}
	return l
}

// anyAct is the act of any name: the table of the acts that there are is not of this package.
func anyAct(name string) *Act {
	if a, ok := anyActs.Load(name); ok {
		return a.(*Act)
	}
	a, _ := anyActs.LoadOrStore(name, NewAct(name, "Tries "+name+".", Traits{}))
	return a.(*Act)
}

var anyActs sync.Map

// labs are pages that show all there is: every branch of the components.
func labs(tb testing.TB) map[string]Lab {
	tb.Helper()
	share := 0.5
	return map[string]Lab{
		"Default":    sampleLab(tb, dataset.Circles, nil),
		"Regression": sampleLab(tb, dataset.Hills, nil),
		"TenClasses": sampleLab(tb, dataset.Circles, func(l *Lab) { l.State.Config.Classes = 10 }),
		"NoPoints":   sampleLab(tb, dataset.Circles, func(l *Lab) { l.State.Data, l.Metrics = nil, nil }),
		"Linear":     sampleLab(tb, dataset.Circles, func(l *Lab) { l.State.Config.HiddenLayers = []int{} }),
		"Deep": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.State.Config.HiddenLayers = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
			l.State.Config.Features = nn.Features()
			l.Choices.Layer = "9"
		}),
		"HeldOut": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.State.Config.TestFraction = 0.5
			l.Metrics = &nn.Metrics{Loss: 1, Accuracy: &share, TestLoss: &share, TestAccuracy: &share}
			l.History.Add(2, 2, *l.Metrics)
			l.Pinned = pinnedRun(l.History)
			l.Choices.LogScale = true
		}),
		"Diverged": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Notice = Notice{Text: "Too <fast> & \"far\"", Problem: true, Undo: true, Exits: []Exit{{Label: "<Back>", Back: true}}}
		}),
		"Explained": sampleLab(tb, dataset.Circles, func(l *Lab) {
			e, err := nn.Explain(l.State, "weights.1.0.1", nn.FirstOfBatch)
			if err != nil {
				tb.Fatal(err)
			}
			shown := Explain(l.State, l.Meta, e, "")
			l.Explaining = &shown
		}),
		"Import": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Import = importForm(tb, "a,b,<c>\n1,2,<b>\n3,4,q\n", table.Choice{X: "b", Y: "a"})
		}),
		"ImportRefused": sampleLab(tb, dataset.Circles, func(l *Lab) { l.Import = importForm(tb, "a,b,c\n1,2,p\n3,<b>,q\n4,5,q\n", table.Choice{}) }),
		"Table": sampleLab(tb, dataset.Blobs, func(l *Lab) {
			l.State.Config.Classes = 3
			l.Meta = table.Meta{Classes: []string{"<b>", "q", "r"}, Transform: table.Transform{X: table.Axis{Name: "<x>", Scale: 0.5, Offset: -2}}}
			l.Table = NewTablePage(l.State, l.Meta, 1)
		}),
		"TableOfValues": sampleLab(tb, dataset.Hills, func(l *Lab) { l.Table = NewTablePage(l.State, l.Meta, 1) }),
		"Choices": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Choices = Choices{Tool: ToolErase, Hard: true, HideTest: true, Transport: TransportSocket, FrameSteps: 25,
				Dataset: "moons", Points: `"><script>`, Noise: "'", DataClasses: "&amp;", DataSeed: "<"}
		}),
		"Lesson": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Lesson = export.Lesson{Assignment: "Draw a **<b>** & [go](?dataset=moons).", Experiment: Experiments()[0].Slug}
			l.Card = sampleCard(tb, l.Lesson.Assignment, RunOfQuestion)
			l.Choices.Assignment = l.Lesson.Assignment
			l.Redraft = true
		}),
		"Try":       sampleLab(tb, dataset.Circles, func(l *Lab) { l.Card = sampleCard(tb, "", 0) }),
		"OwnRun":    sampleLab(tb, dataset.Circles, func(l *Lab) { l.Card = sampleCard(tb, "", RunOfOwn) }),
		"NoHistory": sampleLab(tb, dataset.Circles, func(l *Lab) { l.History = nn.History{} }),
		"Confusion": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Choices.Panel = "confusion"
			l.Confusion = &nn.Confusion{Train: [][]int{{10, 2}, {0, 12}}, Test: [][]int{{3, 0}, {1, 0}}}
		}),
		"ConfusionOfValues":  sampleLab(tb, dataset.Hills, func(l *Lab) { l.Choices.Panel = "confusion" }),
		"ConfusionOfNothing": sampleLab(tb, dataset.Circles, func(l *Lab) { l.Choices.Panel = "confusion" }),
		"Gradients": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Choices.Panel = "gradients"
			l.Layers = layersWith(1e-9, 0.5, 1.25)
			l.History = historyOfLayers(l.Layers)
		}),
		"Histograms": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Choices.Panel, l.Distributions = "histograms", spreads(3)
			l.Distributions[1].Weights.Counts = nil
		}),
		"Space":               sampleLab(tb, dataset.Circles, func(l *Lab) { l.Choices.Panel, l.Spaces = "space", spacesOf(tb, l) }),
		"SpaceOfNothing":      sampleLab(tb, dataset.Circles, func(l *Lab) { l.Choices.Panel = "space" }),
		"HistogramsOfNothing": sampleLab(tb, dataset.Circles, func(l *Lab) { l.Choices.Panel = "histograms" }),
		"GradientsOfNothing":  sampleLab(tb, dataset.Circles, func(l *Lab) { l.Choices.Panel = "gradients" }),
		"Compare":             sampleLab(tb, dataset.Circles, func(l *Lab) { l.Choices.Panel = "compare" }),
		"ComparePinned":       comparing(tb, func(*Lab) {}),
		"Largest":             sampleLab(tb, dataset.Circles, networkShapes()["Largest"]),
		"Card": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Embed = Embed{On: true, Show: []string{"network", "curves"}, Theme: "dark", Query: "show=network,curves&theme=dark", Open: "./?dataset=moons"}
		}),
		"Linked": sampleLab(tb, dataset.Circles, func(l *Lab) {
			l.Choices.Opened, l.Choices.Waits, l.Framable = true, true, true
			l.Lesson = export.Lesson{Hide: []string{PartData, PartShare}, Lock: []string{PartNetwork}}
			l.Choices.UntilStep, l.Choices.UntilLoss, l.Choices.UntilAccuracy, l.Choices.Patience = "500", `"`, "<", "&"
		}),
	}
}

// pinnedRun is a run that was pinned with these curves.
func pinnedRun(h nn.History) *PinnedRun {
	c := nn.DefaultConfig()
	c.Classes = 2
	return &PinnedRun{JSON: `{"network":"<&'\""}`, Config: c, Network: nn.Initialize(c), History: h, Cells: make(Cells, GridSize*GridSize)}
}

// importForm is an import that was looked at.
func importForm(tb testing.TB, text string, c table.Choice) ImportForm {
	tb.Helper()
	f := ImportForm{Text: text, X: c.X, Y: c.Y, Label: c.Label, Task: c.Task, Scaling: c.Scaling, Sample: c.Sample}
	t, err := table.Parse([]byte(text), table.Options{})
	var m table.Import
	if err == nil {
		m, err = table.Convert(t, c)
	}
	f.Preview = NewImportPreview(t, m, err)
	return f
}

func ids(elements []element) string {
	var names []string
	for _, e := range elements {
		names = append(names, fmt.Sprintf("<%s id=%q name=%q>", e.Data, e.attr("id"), e.attr("name")))
	}
	return strings.Join(names, " ")
}

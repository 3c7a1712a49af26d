package views

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
)

func runsLeft(r rune) bool { return r >= 0x590 && r <= 0x8ff }

// isolates reports whether all that runs from right to left in a text is between FSI and PDI, or
// alone.
func isolates(text string) bool {
	alone := strings.IndexFunc(text, func(r rune) bool { return !runsLeft(r) && r != ' ' }) < 0
	inside := 0
	for _, r := range text {
		switch {
		case r == '\u2068':
			inside++
		case r == '\u2069':
			inside--
		case runsLeft(r) && inside == 0 && !alone:
			return false
		}
	}
	return true
}

// TestNamesIsolated: wherever names from right to left stand, they do not turn round what is beside
// them.
func TestNamesIsolated(t *testing.T) {
	meta := table.Meta{Classes: []string{"قط", "كلب"}, Transform: table.Transform{
		X: table.Axis{Name: "طول", Scale: 0.5, Offset: 1}, Y: table.Axis{Name: "عرض", Scale: 0.5}, Label: table.Axis{Name: "نوع"},
	}}
	for name, set := range map[string]dataset.Name{"Classes": dataset.Circles, "Values": dataset.Plane} {
		for _, panel := range Panels() {
			lab := sampleLab(t, set, func(l *Lab) {
				l.Meta, l.Choices.Panel, l.Choices.Dataset = meta, panel, OwnData
				l.State.Config.TestFraction = 0.2
				if set == dataset.Plane {
					l.Meta.Classes = nil
				} else {
					l.Confusion = &nn.Confusion{Train: [][]int{{1, 1}, {1, 1}}, Test: [][]int{{0, 0}, {0, 0}}}
				}
				l.Import = importForm(t, "طول,عرض,نوع,رقم\n1,2,قط,5\n3,4,كلب,7\n3,,كلب,9\n", table.Choice{})
			})
			lab.Table = NewTablePage(lab.State, lab.Meta, 1)
			found := 0
			for n := range render(t, Page(lab)).Descendants() {
				if n.Type == html.ElementNode {
					for _, a := range n.Attr {
						if a.Key != "value" && !isolates(a.Val) {
							t.Errorf("%s, %s: the attribute %s of %s is %q", name, panel, a.Key, n.Data, a.Val)
						}
					}
				}
				if n.Type != html.TextNode || n.Parent.Data == "textarea" || strings.IndexFunc(n.Data, runsLeft) < 0 {
					continue
				}
				if found++; n.Parent.Data != "bdi" && !isolates(n.Data) {
					t.Errorf("%s, %s: %s has the text %q", name, panel, n.Parent.Data, n.Data)
				}
			}
			if found < 20 {
				t.Errorf("%s, %s: %d names are shown; want more", name, panel, found)
			}
		}
	}
}

// TestGiven: one place says how a text of the user is marked.
func TestGiven(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d templates: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "<bdi"); n > 0 && file != "result.templ" || n > 2 {
			t.Errorf("%s has %d elements bdi; want the components given and name", file, n)
		}
	}
}

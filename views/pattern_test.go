package views

import (
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// halves returns the outputs over Grid of a network of some classes that is sure of one class left
// and of another one right of the middle.
func halves(classes, left, right int) []float64 {
	const cells = GridSize * GridSize
	outputs := make([]float64, classes*cells)
	for j := range cells {
		k := left
		if j%GridSize >= GridSize/2 {
			k = right
		}
		outputs[k*cells+j] = 1
	}
	return outputs
}

// TestPattern: from four classes on, each area carries the markers of its class and no others, away
// from its edge. A picture without script has the same.
func TestPattern(t *testing.T) {
	for classes := 2; classes <= nn.MaxClasses; classes++ {
		for _, hard := range []bool{false, true} {
			left, right := classes-1, classes/2-1
			cells := make(Cells, GridSize*GridSize)
			PaintCells(cells, halves(classes, left, right), nn.Classification, hard)
			c := nn.Config{Task: nn.Classification, Classes: classes}
			var p pattern
			p.patternOf(cells, c)
			seen := map[byte]int{}
			for i, class := range p {
				seen[class]++
				_, column := anchorCell(i)
				switch at := column - GridSize/2; {
				case classes < patternedFrom && class != noClass:
					t.Errorf("%d classes have a pattern", classes)
				case classes < patternedFrom:
				case at < -anchorReach && class != byte(left), at >= anchorReach && class != byte(right), at >= -anchorReach && at < anchorReach && class != noClass:
					t.Errorf("%d classes: anchor %d, %d columns from the middle, is of class %d", classes, i, at, class)
				}
			}
			if classes >= patternedFrom && (seen[byte(left)] < 50 || seen[byte(right)] < 50) {
				t.Errorf("%d classes: the pattern has %v anchors of each", classes, seen)
			}
			if p.patternOf(cells, c) {
				t.Error("a pattern changed that is the same")
			}
			if classes < patternedFrom {
				continue
			}
			drawn := len(shapes(t, render(t, Pattern(cells, c)).one(t, "path.pattern").attr("d")))
			if want := len(p) - seen[noClass]; drawn != want {
				t.Errorf("%d classes: %d markers are drawn; want %d", classes, drawn, want)
			}
		}
	}
}

// TestPatternAnchors: anchors lie within the picture, with room around them.
func TestPatternAnchors(t *testing.T) {
	var cells []int
	for i := range anchorRow * anchorRow {
		row, column := anchorCell(i)
		if min(row, column) < anchorReach || max(row, column) >= GridSize-anchorReach {
			t.Errorf("anchor %d is at %d, %d", i, row, column)
		}
		cells = append(cells, row*GridSize+column)
	}
	if slices.Sort(cells); len(slices.Compact(cells)) != anchorRow*anchorRow {
		t.Error("two anchors are in one cell")
	}
}

// TestPatternFrames: a frame says the pattern only where it changed.
func TestPatternFrames(t *testing.T) {
	lab := sampleLab(t, "blobs", func(l *Lab) { l.State.Config.Classes = 5 })
	lab.Cells = make(Cells, GridSize*GridSize)
	f := NewFrameWriter(lab.State.Config, 0)
	has := func() bool {
		frame, err := f.Append(nil, &lab)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(frame), `hx-target="#pattern"`)
	}
	PaintCells(lab.Cells, halves(5, 0, 1), nn.Classification, false)
	if !has() || has() {
		t.Error("the pattern is to be in the first frame, and not in the second")
	}
	PaintCells(lab.Cells, halves(5, 0, 2), nn.Classification, false)
	if !has() {
		t.Error("the pattern is to be in a frame that changes it")
	}
}

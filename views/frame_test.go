package views

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/goal"
)

// partsOf reads fragments: what each puts in its place.
func partsOf(tb testing.TB, fragments string) map[string]string {
	tb.Helper()
	all := map[string]string{}
	for rest := fragments; rest != ""; {
		var part, target, content string
		part, rest, _ = strings.Cut(rest, "</hx-partial>")
		part, ok := strings.CutPrefix(part, `<hx-partial hx-target="`)
		if target, content, _ = strings.Cut(part, `" hx-swap="innerHTML settle:0">`); !ok || all[target] != "" {
			tb.Fatalf("the fragments hold %.100q; want a part, once", part)
		}
		all[target] = content
	}
	return all
}

// frame appends a frame.
func frame(tb testing.TB, f *FrameWriter, l *Lab) string {
	tb.Helper()
	html, err := f.Append(nil, l)
	if err != nil {
		tb.Fatal(err)
	}
	return string(html)
}

// A wander is a run whose numbers change as a stream's do, some of them by chance.
type wander struct {
	Lab
	rng *rand.Rand
}

func newWander(tb testing.TB, set dataset.Name, change func(*Lab)) *wander {
	l := sampleLab(tb, set, change)
	l.History, l.JSON.History = nn.History{}, ""
	return &wander{l, rand.New(rand.NewPCG(1, 2))}
}

func (w *wander) step() {
	n := &w.State.Network
	n.Step++
	n.Epoch = n.Step / 3
	if w.rng.IntN(2) == 0 {
		n.Weights[0][0][0] = w.rng.NormFloat64()
	}
	m := nn.Metrics{Loss: 0.5 + w.rng.Float64()/10}
	if w.State.Config.Task == nn.Classification {
		m.Accuracy = new(float64(w.rng.IntN(3)) / 2)
	}
	if w.State.Config.TestFraction > 0 {
		m.TestLoss = new(1/float64(n.Step) + w.rng.Float64())
	}
	w.Metrics = &m
	w.History.Add(n.Step, n.Epoch, m)
	addLayers(&w.History, n.Step)
	w.Cells[w.rng.IntN(len(w.Cells))] = byte(w.rng.IntN(scaleTop))
	w.Maps = append(w.Maps[:0], byte('?'+w.rng.IntN(60)), '~')
	w.JSON.Network = `{"step":` + number(float64(n.Step)) + `}`
}

// TestFrameWriter: what a page shows behind the frames of a stream is what it shows behind the last
// as a whole; and no frame has a part that the page has.
func TestFrameWriter(t *testing.T) {
	for name, change := range map[string]func(*Lab){
		"Curves":    nil,
		"HeldOut":   func(l *Lab) { l.State.Config.TestFraction = 0.3 },
		"Schedule":  func(l *Lab) { l.State.Config.Schedule = nn.StepDecay; l.State.Config.ScheduleSteps = 7 },
		"Pinned":    func(l *Lab) { l.Pinned = pinnedRun(l.History); l.Choices.Panel = "compare" },
		"Gradients": func(l *Lab) { l.Choices.Panel = "gradients"; l.Layers = layersWith(1, 2, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWander(t, dataset.Circles, change)
			f := NewFrameWriter(w.State.Config, 0)
			page, sent := map[string]string{}, map[string]int{}
			const frames = 700 // the history is thinned out twice
			for i := range frames {
				w.step()
				w.JSON.History = ""
				if f.HistoryChanged(&w.History) {
					w.JSON.History = `{"step":` + number(float64(w.State.Network.Step)) + `}`
				}
				for target, content := range partsOf(t, frame(t, f, &w.Lab)) {
					if shown, has := page[target]; has && shown == content {
						t.Fatalf("step %d: %s is sent again as it was", w.State.Network.Step, target)
					}
					page[target] = content
					sent[target]++
				}
				if i > 5 && i%5 > 0 { // a whole frame takes its time
					continue
				}
				whole := partsOf(t, text(t, Frame(w.Lab)))
				for target, content := range whole {
					if target != "#past" && page[target] != content {
						t.Fatalf("step %d: the page has %.300q in %s; want %.300q", w.State.Network.Step, page[target], target, content)
					}
				}
				if len(page) != len(whole) {
					t.Fatalf("the page has %d parts; want %d", len(page), len(whole))
				}
			}
			if sent["#live"] != frames || sent["#measures"] != frames || sent["#edges"] < frames/4 || sent["#edges"] > frames*3/4 || sent["#past"] < 256 || sent["#past"] > frames*3/4 {
				t.Errorf("of %d frames %v had each part; want the network in all, edges in half and the history in those that change it for good", frames, sent)
			}
			rate, want := sent["#rate"], 1
			if name == "Schedule" {
				want = 1 + frames/7
			}
			if rate != want || name == "Gradients" && sent["#panel-body"] < frames-4 || name == "Curves" && sent["#panel-body"] != frames {
				t.Errorf("the rate was sent %d times and the panel %d times; want the rate %d times", rate, sent["#panel-body"], want)
			}
		})
	}
}

// TestFrameGoal: in a stream the goal is sent first, and then when what is said of a rule is another; of a
// page without one nothing is. A lesson that is sent as a whole has it already.
func TestFrameGoal(t *testing.T) {
	g, err := goal.Parse("accuracy 95,units 6,data untouched")
	if err != nil {
		t.Fatal(err)
	}
	l := sampleLab(t, dataset.Circles, nil)
	f := NewFrameWriter(l.State.Config, 0)
	for i, step := range []struct {
		accuracy       float64
		units, touched int
		sent           bool
	}{{0.5, 4, 0, true}, {0.5, 4, 0, false}, {0.52, 4, 0, true}, {0.52, 4, 0, false}, {0.52, 7, 0, true}, {0.97, 6, 0, true}, {0.97, 6, 1, true}, {0.97, 6, 1, false}} {
		l.State.Network.Step++
		l.Card.Goal = g.Check(&goal.Run{
			Config: nn.Config{HiddenLayers: []int{step.units}}, Metrics: nn.Metrics{Accuracy: &step.accuracy}, Measured: true,
			Acts: &goal.Acts{Of: map[goal.Part]int{goal.Data: step.touched}},
		})
		shown, sent := partsOf(t, frame(t, f, &l))["#goal-card"]
		if sent != step.sent {
			t.Errorf("frame %d has the goal: %t; want %t", i, sent, step.sent)
		}
		if reached := step.accuracy > 0.95 && step.units < 7 && step.touched == 0; sent && strings.Contains(shown, "Your goal is reached") != reached {
			t.Errorf("frame %d says %q; want that the goal is reached: %t", i, shown, reached)
		}
	}
	if _, sent := partsOf(t, text(t, Frame(l)))["#goal-card"]; !sent {
		t.Error("a whole frame has no goal")
	}
	l.Redraft = true
	if _, sent := partsOf(t, text(t, Frame(l)))["#goal-card"]; sent {
		t.Error("a frame beside the whole lesson has the goal, too")
	}
	l.Redraft, l.Card.Goal = false, goal.Goal(nil).Check(nil)
	if _, sent := partsOf(t, text(t, Frame(l)))["#goal-card"]; sent {
		t.Error("a frame of a page without a goal has one")
	}
}

// TestFrameHistory: a page that goes on from the history it has, and the network of the last frame,
// comes to the history of the whole run; also where frames are dropped, such as all but those of a
// number of samples.
func TestFrameHistory(t *testing.T) {
	for _, test := range []struct {
		fraction      float64
		samples       int // of the frames that are not dropped
		frames, least int // how many leave the history out, at least
	}{{0, 0, 1500, 700}, {0.3, 0, 1500, 700}, {0, 200, 1500, 3}} {
		w := newWander(t, dataset.Circles, func(l *Lab) { l.State.Config.TestFraction = test.fraction })
		f := NewFrameWriter(w.State.Config, 0)
		var has nn.History // of the page
		left := 0
		for range test.frames {
			w.step()
			if test.samples > 0 && keyOf(&w.History).samples != test.samples {
				continue
			}
			if f.HistoryChanged(&w.History) {
				has, w.JSON.History = w.History.Clone(), "{}"
			} else {
				w.JSON.History = ""
				left++
			}
			frame(t, f, &w.Lab)
			// The page asks for what it shows; the server measures the network again.
			n := w.State.Network
			again := has.Clone()
			again.Add(n.Step, n.Epoch, *w.Metrics)
			addLayers(&again, n.Step)
			if !reflect.DeepEqual(again, w.History) {
				t.Fatalf("step %d: the page comes to the history %+v; want %+v", n.Step, again, w.History)
			}
		}
		if left < test.least {
			t.Errorf("%d of %d frames had no history; want at least %d", left, test.frames, test.least)
		}
	}
}

// TestFrameWriterAllocates: a frame asks for no memory of its own.
func TestFrameWriterAllocates(t *testing.T) {
	w := newWander(t, dataset.Circles, func(l *Lab) { l.State.Config.TestFraction = 0.3 })
	f := NewFrameWriter(w.State.Config, 0)
	var html []byte
	for range 300 {
		w.step()
		html, _ = f.Append(html[:0], &w.Lab)
	}
	html = slices.Grow(html, 64<<10)
	if got := testing.AllocsPerRun(50, func() {
		w.State.Network.Step++
		w.State.Network.Weights[0][0][0] *= -1
		w.Metrics.Loss *= 0.99
		if html, _ = f.Append(html[:0], &w.Lab); !bytes.Contains(html[:100], []byte("network")) {
			t.Fatal("the frame has no network")
		}
	}); got != 0 {
		t.Errorf("a frame allocates %v times; want never", got)
	}
}

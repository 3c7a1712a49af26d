package journal

import (
	"slices"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/tests/race"
)

// largeState is one with so many points, the network trained.
func largeState(t *testing.T, points int, layers []int) nn.State {
	t.Helper()
	s := nn.State{Config: nn.DefaultConfig(), Data: make([]nn.Point, points)}
	for i := range s.Data {
		s.Data[i] = nn.Point{X: float64(i%100)/100 - 0.5, Y: 0.25, Label: float64(i % 2)}
	}
	s.Config.HiddenLayers, s.Config.BatchSize = layers, 1
	s, err := s.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	r, err := nn.Step(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Network = r.Network
	return s
}

// TestWorkOfActs: nothing that a journal can hold takes much longer than is counted for it, as the
// updates of the same run go.
func TestWorkOfActs(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector makes acts slower than updates, whose loops are assembly")
	}
	mostRatio := 3.0 // beside updates; other programs disturb it
	w := testWorld()
	w.Points = 2000
	wide := slices.Repeat([]int{100}, 9)
	normal := largeState(t, 10, wide) // the weights that take the longest to draw
	normal.Config.Init = nn.InitHe
	for _, s := range []nn.State{largeState(t, 2000, wide), largeState(t, 10, wide), largeState(t, 2000, []int{2}), normal} {
		w.Dataset = func(source string) ([]nn.Point, nn.Task, error) {
			info, _ := dataset.Lookup(source)
			made, err := dataset.Generate(info.Name, dataset.Params{Points: len(s.Data), Noise: info.DefaultNoise})
			points := make([]nn.Point, len(made))
			for i, one := range made {
				points[i] = nn.Point(one)
			}
			return points, nn.Task(info.Task), err
		}
		shortest := func(says time.Duration, do func()) float64 {
			took := longest
			for range 8 {
				began := time.Now()
				do()
				took = min(took, time.Since(began))
			}
			return float64(took) / float64(says)
		}
		trainer, err := nn.NewTrainer(s)
		if err != nil {
			t.Fatal(err)
		}
		const updates = 20
		unit := shortest(updates*nn.WorkOf(s.Config, len(s.Data)).Update, func() { _ = trainer.Step(updates) })
		check := func(what any, says time.Duration, do func()) {
			t.Helper()
			var ratio float64
			for range 20 {
				if ratio = shortest(says, do) / unit; ratio <= mostRatio {
					return
				}
			}
			t.Errorf("with %d points and %d parameters %T takes %.1f times as long as is counted, beside updates; want at most %v",
				len(s.Data), nn.ParameterCount(s.Config), what, ratio, mostRatio)
		}
		check(trainer, WorkOfTraining(s, 0), func() {
			if t, err := nn.NewTrainer(s); err == nil {
				t.Network()
			}
		})
		acts := []Act{
			Settings{{"learning_rate", "0.5"}}, Settings{{"task", "regression"}}, Settings{{"features", "x"}}, Settings{{"optimizer", "sgd"}},
			Reset{}, Reseed{}, AddLayer{0, 100}, RemoveLayer{0}, RemoveUnit{0, 0}, SetWeight{}, SetBias{Value: 1}, AddClass{},
			AddPoints{}, RemovePoints{[]int{0}}, SetPoints{[]int{0}, s.Data[:1]}, ClearPoints{}, Import{nn.Classification, 2, s.Data, table.Meta{}},
		}
		for _, info := range dataset.All() {
			acts = append(acts, Dataset{string(info.Name)})
		}
		if s.Config.Init == normal.Config.Init {
			mostRatio = 1.5
			acts = slices.DeleteFunc(acts, func(a Act) bool { return !renews(a) })
		}
		for _, a := range acts {
			after, err := a.Apply(w, s)
			if err != nil {
				t.Fatalf("%T: %v", a, err)
			}
			check(a, WorkOf(a, after), func() { _, _ = a.Apply(w, s) })
		}
	}
}

// TestNotebookCounts: the notebook counts for a run what its replay is asked to allow.
func TestNotebookCounts(t *testing.T) {
	w := testWorld()
	var asked time.Duration
	w.Check = func(_ nn.State, work time.Duration) error { asked += work; return nil }
	w.Train = func(s nn.State, updates int) (nn.Network, error) {
		asked += WorkOfTraining(s, updates)
		s.Network.Step += updates
		return s.Network, nil
	}
	j := Journal{Recipe: "dataset=xor", Step: 9, Entries: []Entry{
		{5, AddUnit{0}}, {5, AddUnit{0}}, {7, Reset{}}, {3, Dataset{"dataset=moons"}}, {0, Settings{{"l2", "0.1"}}}, {4, SetBias{}},
	}}
	_, told, err := Retell(w, j)
	if err != nil {
		t.Fatal(err)
	}
	w.Check = nil
	items, err := Notebook(w, j)
	if last := items[len(items)-1]; err != nil || last.Work != asked || last.Acts != 6 || last.Step != 9 {
		t.Errorf("the notebook counts %v up to act %d and step %d, %v; a replay asks for %v", last.Work, last.Acts, last.Step, err, asked)
	}
	if !slices.Equal(told, items) {
		t.Errorf("a replay tells\n%v\nand the notebook\n%v", told, items)
	}
	want := WorkOf(Reset{}, largeState(t, 20, []int{5, 2}))
	if got := items[len(items)-1].Work; got < 3*want {
		t.Errorf("six acts count %v; one of them is %v", got, want)
	}
}

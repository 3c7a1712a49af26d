package journal

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// A session is a page with its history.
type session struct {
	t        *testing.T
	w        *World
	rng      *rand.Rand
	state    nn.State
	journal  Journal
	imported bool
	moments  []session
}

func newSession(t *testing.T, w *World, seed uint64) *session {
	s := &session{t: t, w: w, rng: rand.New(rand.NewPCG(seed, 1))}
	s.journal = Journal{Release: "test", Recipe: s.source(), Entries: []Entry{}}
	var err error
	if s.state, err = w.Recipe(s.journal.Recipe); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *session) source() string {
	sets := dataset.All()
	return fmt.Sprintf("dataset=%s&data_seed=%d", sets[s.rng.IntN(len(sets))].Name, s.rng.IntN(9))
}

// act trains, goes back, or does a random act that the state can take. The state goes through JSON, as
// that of a page does.
func (s *session) act(seen map[string]int) {
	switch n := s.rng.IntN(10); {
	case n < 4 && len(s.state.Data) > 0:
		updates := 1 + s.rng.IntN(20)
		r, err := nn.Step(s.state, updates)
		if err != nil {
			return // it diverged: the page keeps the state before
		}
		s.state.Network = r.Network
		s.journal.Step = r.Network.Step
	case n == 4 && len(s.moments) > 0:
		to := s.moments[s.rng.IntN(len(s.moments))]
		s.state, s.journal, s.imported, s.moments = to.state, to.journal, to.imported, to.moments
		seen["back"]++
	default:
		a := s.choose()
		journal := s.journal
		journal.Entries = slices.Clip(journal.Entries)
		next, err := journal.Do(s.w, s.state, a)
		if err != nil {
			return // such as a layer too many
		}
		if _, is := a.(Import); is {
			s.imported = true
		}
		seen[fmt.Sprintf("%T", a)]++
		s.state, s.journal = next, journal
	}
	trip := nn.State{Config: nn.DefaultConfig()} // for the members that JSON leaves out
	if err := json.Unmarshal([]byte(text(s.t, s.state)), &trip); err != nil {
		s.t.Fatal(err)
	}
	trip, err := trip.Prepare()
	if err != nil {
		s.t.Fatalf("after %+v: %v", s.journal, err)
	}
	s.state = trip
	s.moments = append(slices.Clip(s.moments), *s)
}

func (s *session) choose() Act {
	rng, c := s.rng, s.state.Config
	sizes := c.Sizes()
	layer := rng.IntN(len(sizes) - 1)
	hidden := rng.IntN(max(1, len(c.HiddenLayers)))
	value := math.Round(rng.NormFloat64()*100) / 100
	switch rng.IntN(len(takers) + 3) {
	case numberReset:
		return Reset{}
	case numberReseed:
		return Reseed{}
	case numberAddLayer:
		return AddLayer{rng.IntN(len(c.HiddenLayers) + 1), 1 + rng.IntN(4)}
	case numberRemoveLayer:
		return RemoveLayer{hidden}
	case numberAddUnit:
		return AddUnit{hidden}
	case numberRemoveUnit:
		return RemoveUnit{hidden, rng.IntN(3)}
	case numberSetWeight:
		return SetWeight{layer, rng.IntN(sizes[layer+1]), rng.IntN(sizes[layer]), value}
	case numberSetBias:
		return SetBias{layer, rng.IntN(sizes[layer+1]), rng.NormFloat64()}
	case numberAddClass:
		return AddClass{}
	case numberRemoveClass:
		return RemoveClass{max(0, c.Classes-1)}
	case numberAddPoints:
		return AddPoints{s.points(1 + rng.IntN(15))}
	case numberRemovePoints:
		return RemovePoints{s.numbers()}
	case numberSetPoints:
		numbers := s.numbers()
		return SetPoints{numbers, s.points(len(numbers))}
	case numberClearPoints:
		return ClearPoints{}
	case numberDataset:
		return Dataset{s.source()}
	case numberImport:
		points := make([]nn.Point, 10+rng.IntN(90))
		for i := range points {
			points[i] = nn.Point{X: rng.Float64()*2 - 1, Y: rng.Float64(), Label: float64(rng.IntN(3))}
		}
		return Import{nn.Classification, 3 + rng.IntN(2), points, s.meta()}
	}
	to := c.Clone()
	for m := range setting.All() {
		if rng.IntN(6) > 0 {
			continue
		}
		switch m.Name {
		case "task":
			to.Task = nn.Tasks()[rng.IntN(2)]
		case "features":
			to.Features = nn.Features()[:1+rng.IntN(len(nn.Features()))]
		case "hidden_layers":
			to.HiddenLayers = []int{1 + rng.IntN(4), 1 + rng.IntN(4)}
		case "activation":
			to.Activation = nn.Activations()[rng.IntN(len(nn.Activations()))]
		case "init":
			to.Init = nn.Inits()[rng.IntN(len(nn.Inits()))]
		case "optimizer":
			to.Optimizer = nn.Optimizers()[rng.IntN(len(nn.Optimizers()))]
		case "learning_rate":
			to.LearningRate = rng.Float64() / 10
		case "schedule":
			to.Schedule, to.ScheduleSteps, to.ScheduleFactor = nn.Schedules()[rng.IntN(len(nn.Schedules()))], 50, 0.5
		case "batch_size":
			to.BatchSize = rng.IntN(12)
		case "l1":
			to.L1 = 0.001
		case "l2":
			to.L2 = 1e-300
		case "dropout":
			to.Dropout = 0.1
		case "test_fraction":
			to.TestFraction = 0.3
		case "seed":
			to.Seed = rng.Uint32()
		}
	}
	if changed := Changed(c, to); len(changed) > 0 {
		return changed
	}
	return Reset{}
}

func (s *session) points(n int) []nn.Point {
	points := make([]nn.Point, n)
	for i := range points {
		points[i] = nn.Point{
			X: math.Round(s.rng.Float64()*1e4) / 1e4, Y: -math.Round(s.rng.Float64()*1e4)/1e4 + 0,
			Label: float64(s.rng.IntN(2)),
		}
	}
	return points
}

// meta returns what an import may know of its points.
func (s *session) meta() table.Meta {
	axis := func(name string) table.Axis {
		return table.Axis{Name: name, Scale: s.rng.Float64() + 0.1, Offset: s.rng.NormFloat64()}
	}
	return []table.Meta{
		{},
		{Edited: s.source(), Classes: []string{"cat"}},
		{Transform: table.Transform{X: axis("width"), Y: axis("Höhe"), Label: table.Axis{Name: "kind"}}, Classes: []string{"cat", "dog", "cow"}},
	}[s.rng.IntN(3)]
}

func (s *session) numbers() []int {
	numbers := []int{}
	for i := range s.state.Data {
		if s.rng.IntN(8) == 0 {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

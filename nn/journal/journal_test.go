package journal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/nn/table"
)

// sessions is how many random sessions the law is tried on.
const sessions = 200

// TestLaw: the journal of a random session of training, of every act, and of going back leads to the
// state of the session, byte for byte, with every kernel. It prints how long the journals are.
func TestLaw(t *testing.T) {
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	w := testWorld()
	seen := map[string]int{}
	var lengths, short []int
	for seed := range uint64(sessions) {
		live := newSession(t, w, seed)
		for range 1 + live.rng.IntN(40) {
			live.act(seen)
		}
		want := text(t, live.state)
		written, err := live.journal.Text()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		lengths = append(lengths, len(written))
		if !live.imported {
			short = append(short, len(written))
		}
		read, err := Read(written)
		if err != nil {
			t.Fatalf("seed %d: Read(Text()): %v", seed, err)
		}
		if !reflect.DeepEqual(read, live.journal) {
			t.Fatalf("seed %d: Read(Text()) = %+v; want %+v", seed, read, live.journal)
		}
		for _, name := range kernel.Names() {
			if err := kernel.Use(name); err != nil {
				t.Fatal(err)
			}
			state, err := Replay(w, read)
			if err != nil {
				t.Fatalf("seed %d, %s: Replay(%+v): %v", seed, name, read, err)
			}
			if got := text(t, state); got != want {
				t.Fatalf("seed %d, %s: replaying %+v gives\n%s\nwant\n%s", seed, name, read, got, want)
			}
		}
		_ = kernel.Use(before)
		items, err := Notebook(w, read)
		if last := items[len(items)-1]; err != nil || last.Acts != len(read.Entries) || last.Step != read.Step {
			t.Fatalf("seed %d: Notebook ends with %+v, %v; want the end of the journal, after %d acts", seed, last, err, len(read.Entries))
		}
		for _, item := range items {
			if _, err := read.Cut(item.Acts, item.Step); err != nil {
				t.Fatalf("seed %d: the notebook has the moment %+v, which is none: %v", seed, item, err)
			}
		}
	}
	for number, take := range takers {
		if name := fmt.Sprintf("%T", actOf(take)); take != nil && seen[name] < 5 {
			t.Errorf("act %d, %s, was done %d times; want 5 or more", number, name, seen[name])
		}
	}
	if seen["back"] < 20 {
		t.Errorf("the sessions went back %d times; want 20 or more", seen["back"])
	}
	slices.Sort(lengths)
	slices.Sort(short)
	if m := lengths[len(lengths)/2]; m > 1000 {
		t.Errorf("the median of the journals has %d characters; want at most 1,000", m)
	}
	if share := fitting(lengths, mostOfQR); share < 0.5 {
		t.Errorf("%.0f %% of the journals have at most %d characters; want most", 100*share, mostOfQR)
	}
	t.Logf("characters of %d journals: median %d, 90 %% up to %d, longest %d; %.1f %% fit into a QR code",
		len(lengths), lengths[len(lengths)/2], lengths[len(lengths)*9/10], lengths[len(lengths)-1], 100*fitting(lengths, mostOfQR))
	t.Logf("of the %d without an import: median %d, 90 %% up to %d, longest %d; %.1f %% fit into a QR code",
		len(short), short[len(short)/2], short[len(short)*9/10], short[len(short)-1], 100*fitting(short, mostOfQR))
}

// TestBetween: the acts between two states give one the config and the points of the other, and leave it
// its weights. Between equal states there are none.
func TestBetween(t *testing.T) {
	w := testWorld()
	kinds := map[string]int{}
	for seed := range uint64(sessions) {
		live := newSession(t, w, seed)
		from, to := live.state, live.state
		for i := range 1 + live.rng.IntN(4) {
			act := []Act{AddPoints{live.points(3)}, RemovePoints{live.numbers()}, SetPoints{[]int{i}, live.points(1)},
				Settings{{"learning_rate", fmt.Sprint(0.01 * float64(i+1))}, {"batch_size", "7"}}, ClearPoints{}}[live.rng.IntN(5)]
			if next, err := act.Apply(w, to); err == nil {
				to = next
			}
		}
		if live.rng.IntN(2) == 0 {
			from, to = to, from
		}
		got := from
		for _, act := range Between(from, to) {
			kinds[fmt.Sprintf("%T", act)]++
			next, err := act.Apply(w, got)
			if err != nil {
				t.Fatalf("seed %d: %+v: %v", seed, act, err)
			}
			got = next
		}
		if !reflect.DeepEqual(got.Config, to.Config) || !slices.Equal(got.Data, to.Data) || !reflect.DeepEqual(got.Network, from.Network) {
			t.Fatalf("seed %d: the acts %+v lead to\n%s\nwant the config and the points of\n%s\nwith the weights of\n%s", seed, Between(from, to), text(t, got), text(t, to), text(t, from))
		}
		if acts := Between(to, to); len(acts) > 0 {
			t.Fatalf("seed %d: between equal states there are %+v", seed, acts)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("the acts between are %v; want four kinds", kinds)
	}
}

// mostOfQR is how many characters a QR code holds, with its least error correction: ISO/IEC 18004,
// version 40-L, bytes, and room for the address before them.
const mostOfQR = 2900

func fitting(sorted []int, most int) float64 {
	n, _ := slices.BinarySearch(sorted, most+1)
	return float64(n) / float64(len(sorted))
}

func actOf(take func(*reader) Act) Act {
	if take == nil {
		return nil
	}
	return take(&reader{rest: make([]byte, 100)})
}

func text(t *testing.T, s nn.State) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func testWorld() *World {
	generate := func(source string) ([]nn.Point, nn.Task, error) {
		q, err := url.ParseQuery(source)
		if err != nil {
			return nil, "", err
		}
		info, ok := dataset.Lookup(q.Get("dataset"))
		if !ok {
			return nil, "", errors.New("is no data set")
		}
		p := dataset.Params{Points: 20, Noise: info.DefaultNoise}
		seed, _ := strconv.Atoi(q.Get("data_seed"))
		p.Seed = uint32(seed)
		made, err := dataset.Generate(info.Name, p)
		points := make([]nn.Point, len(made))
		for i, one := range made {
			points[i] = nn.Point(one)
		}
		return points, nn.Task(info.Task), err
	}
	return &World{
		Points:  100,
		Dataset: generate,
		Recipe: func(query string) (nn.State, error) {
			points, task, err := generate(query)
			if err != nil {
				return nn.State{}, err
			}
			s := nn.State{Config: nn.DefaultConfig(), Data: points}
			s.Config.Task = task
			s.Config.HiddenLayers = []int{3, 2}
			return s.Prepare()
		},
	}
}

// TestSettingsHaveNumbers: each member of the config has a number, and each number a member.
func TestSettingsHaveNumbers(t *testing.T) {
	n := 0
	for m := range setting.All() {
		if n++; !slices.Contains(settings, m.Name) {
			t.Errorf("%s has no number; give it the next in settings", m.Name)
		}
	}
	if n != len(settings) {
		t.Errorf("%d members have %d numbers", n, len(settings))
	}
}

// TestText pins the bytes: links of today must be read in years.
func TestText(t *testing.T) {
	j := Journal{Release: "r", Recipe: "dataset=xor", Step: 200, Entries: []Entry{
		{120, Settings{{"learning_rate", "0.01"}}},
		{120, AddPoints{[]nn.Point{{X: 0.5, Y: -0.25, Label: 1}, {X: 0.5123, Y: 1, Label: 1}}}},
		{180, SetWeight{0, 1, 2, math.Pi}},
		{180, RemovePoints{[]int{0, 3, 4}}},
		{180, Import{nn.Classification, 0, []nn.Point{{X: 0.5, Y: 1, Label: 1}}, table.Meta{
			Edited:    "dataset=moons",
			Transform: table.Transform{X: table.Axis{Name: "a", Scale: 0.25, Offset: -1}, Label: table.Axis{Name: "kind"}},
			Classes:   []string{"cat", "dog"},
		}}},
	}}
	got, err := j.Text()
	const want = "AQFyC2RhdGFzZXQ9eG9yBXgBAQcEMC4wMXgMAgSQTvYBAjH6AQACALQBCAABAg8YLURU-yEJQLQBDQMAAgC0AREAAAEBCgACAAINZGF0YXNldD1tb29ucwFhAjL5AQAAAAAEa2luZAAAAAIDY2F0A2RvZ8gBHxzXuAA"
	if err != nil || got != want {
		t.Errorf("Text() = %q, %v; want %q", got, err, want)
	}
}

// TestReadErrors: whatever is wrong with a text is said.
func TestReadErrors(t *testing.T) {
	signed := func(bytes ...byte) string {
		bytes = AppendSum(bytes)
		return base64.RawURLEncoding.EncodeToString(bytes)
	}
	good, err := Journal{Release: "MMM", Entries: []Entry{{3, Reset{}}}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, text, want string }{
		{"Empty", "", "no text"},
		{"NotBase64", "a+b/", "no text"},
		{"CutOff", good[:len(good)-4], "cut off"},
		{"Changed", strings.Replace(good, "T", "U", 1), "damaged"},
		{"Long", strings.Repeat("A", 100_000), "at most"},
		{"Version", signed(9, 0, 0, 0, 0), "version 9"},
		{"Act", signed(1, 0, 0, 1, 0, 99, 0), "act 99 is beyond the last, 17"},
		{"NoAct", signed(1, 0, 0, 1, 0, 0, 0), "act 0 is unknown"},
		{"Length", signed(1, 0, 0, 0xff, 0xff, 3, 0), "is 65535 long; it must be at most 4096"},
		{"Early", signed(1, 0, 0, 1, 0), "too early"},
		{"Rest", signed(1, 0, 0, 0, 0, 7), "follows its end"},
		{"NotShortest", signed(1, 0, 0, 0, 0x80, 0), "not written as"},
		{"UTF8", signed(1, 1, 0xff, 0, 0, 0), "UTF-8"},
		{"Decimals", signed(1, 0, 0, 1, 0, numberSetBias, 0, 0, 12, 0, 0), "form of numbers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(test.text)
			if bad := new(Error); !errors.As(err, &bad) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Read(%q) gives the error %v; want one that says %q", test.text, err, test.want)
			}
		})
	}
}

// TestReplayErrors: an error names the act at fault.
func TestReplayErrors(t *testing.T) {
	w := testWorld()
	for _, test := range []struct {
		name    string
		entries []Entry
		step    int
		entry   int
		want    string
	}{
		{"Layer", []Entry{{0, Reset{}}, {5, RemoveLayer{7}}}, 5, 2, "hidden_layers"},
		{"Back", []Entry{{5, AddClass{}}, {3, AddClass{}}}, 5, 2, "step 3 is before step 5"},
		{"End", []Entry{{5, AddClass{}}}, 2, 0, "step 2 is before step 5"},
		{"Points", []Entry{{0, AddPoints{make([]nn.Point, 101)}}}, 0, 1, "at most 100 points"},
		{"Place", []Entry{{0, AddPoints{[]nn.Point{{X: 2}}}}}, 0, 1, "data[20].x"},
		{"NaN", []Entry{{0, SetBias{0, 0, math.NaN()}}}, 0, 1, "biases"},
		{"Number", []Entry{{0, RemovePoints{[]int{20}}}}, 0, 1, "no point 20"},
		{"Setting", []Entry{{0, Settings{{"l1", "-1"}}}}, 0, 1, "l1"},
		{"Classes", []Entry{{0, Settings{{"classes", "0"}, {"task", "regression"}}}}, 0, 1, "label"},
		{"Dataset", []Entry{{0, Dataset{"dataset=no"}}}, 0, 1, "no data set"},
		{"Meta", []Entry{{0, Import{nn.Classification, 0, []nn.Point{{}}, table.Meta{Classes: []string{"a", "a"}}}}}, 0, 1, "must not repeat a name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Replay(w, Journal{Recipe: "dataset=xor", Entries: test.entries, Step: test.step})
			bad := new(Error)
			if !errors.As(err, &bad) || bad.Entry != test.entry || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Replay gives the error %+v; want one of act %d that says %q", err, test.entry, test.want)
			}
		})
	}
}

// TestNotebook says what was done.
func TestNotebook(t *testing.T) {
	j := Journal{Recipe: "dataset=xor", Step: 80, Entries: []Entry{
		{120, Settings{{"learning_rate", "0.01"}}},
		{120, AddPoints{make([]nn.Point, 2)}},
		{120, AddPoints{make([]nn.Point, 1)}},
		{120, RemovePoints{[]int{0}}},
		{121, RemovePoints{[]int{0, 3}}},
		{200, AddLayer{2, 4}},
		{200, Reset{}},
	}}
	items, err := Notebook(testWorld(), j)
	var got []string
	for i, item := range items {
		got = append(got, item.Words)
		if i > 0 && item.Work <= items[i-1].Work != (item.Words == "reset to seed 1") {
			t.Errorf("%q takes %v in all; want more than the line before it, %v, but after new weights", item.Words, item.Work, items[i-1].Work)
		}
	}
	want := "XOR · training 120 steps · learning rate 0.03 → 0.01 · 3 points added · 1 point removed · training 1 step · 2 points removed · training 79 steps · layer of 4 units added · reset to seed 1 · training 80 steps"
	if err != nil || strings.Join(got, " · ") != want {
		t.Errorf("Notebook = %s, %v; want %s", strings.Join(got, " · "), err, want)
	}
}

// FuzzRead: what can be read is written the same, and replaying it fails by an error at most.
func FuzzRead(f *testing.F) {
	w, acts := testWorld(), 0
	w.Check = func(nn.State, time.Duration) error {
		if acts++; acts > 50 {
			return errors.New("is enough")
		}
		return nil
	}
	w.Train = func(s nn.State, updates int) (nn.Network, error) {
		if updates > 3 || len(s.Data) == 0 {
			return s.Network, errors.New("is enough")
		}
		r, err := nn.Step(s, updates)
		return r.Network, err
	}
	for _, entries := range [][]Entry{
		nil,
		{{0, Settings{{"task", "regression"}, {"seed", "7"}}}, {1, AddClass{}}, {1, RemoveClass{1}}},
		{{0, AddPoints{[]nn.Point{{X: 0.5}, {Y: 1.0 / 3}}}}, {1, SetPoints{[]int{1}, []nn.Point{{X: 1}}}}, {2, RemovePoints{[]int{0, 2}}}},
		{{1, AddLayer{0, 3}}, {1, AddUnit{0}}, {1, RemoveUnit{0, 1}}, {2, SetWeight{0, 0, 0, 2}}, {2, SetBias{0, 0, -1}}, {2, RemoveLayer{0}}},
		{{1, Dataset{"dataset=moons"}}, {0, Reseed{}}, {0, ClearPoints{}}, {0, Import{nn.Regression, 0, []nn.Point{{Label: 0.5}}, table.Meta{Edited: "dataset=xor", Classes: []string{"a"}}}}},
	} {
		bytes, err := Journal{Release: "r", Recipe: "dataset=xor", Entries: entries, Step: 2}.bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes[:len(bytes)-tail])
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		bytes = AppendSum(slices.Clip(bytes))
		text := base64.RawURLEncoding.EncodeToString(bytes)
		j, err := Read(text)
		if err != nil {
			return
		}
		if again, err := j.Text(); err != nil || again != text {
			t.Fatalf("Text() = %q, %v; want %q", again, err, text)
		}
		acts = 0
		_, _ = Replay(w, j)
		_, _ = Notebook(w, j)
	})
}

// TestReplayLeavesOut: training that new weights follow is not done again, and counts no work.
func TestReplayLeavesOut(t *testing.T) {
	for _, act := range []Act{Reset{}, Reseed{}, Dataset{"dataset=moons"}, Import{nn.Classification, 0, []nn.Point{{Label: 1}, {X: 1}}, table.Meta{}}} {
		w, trained := testWorld(), 0
		w.Train = func(s nn.State, updates int) (nn.Network, error) {
			if trained += updates; updates > 3 {
				return s.Network, errors.New("is enough")
			}
			r, err := nn.Step(s, updates)
			return r.Network, err
		}
		j := Journal{Recipe: "dataset=xor", Step: 3, Entries: []Entry{{1e9, AddUnit{}}, {2e9, act}, {2, Settings{{"l2", "0.1"}}}}}
		s, err := Replay(w, j)
		if err != nil || trained != 3 || s.Network.Step != 3 {
			t.Errorf("with %T a replay makes %d updates up to step %d, %v; want 3", act, trained, s.Network.Step, err)
		}
		items, err := Notebook(w, j)
		if last := items[len(items)-1]; err != nil || last.Work > time.Second || items[1].Work < time.Second {
			t.Errorf("with %T the notebook counts %v for its end and %v before, %v; want that of 3 updates, and much more", act, last.Work, items[1].Work, err)
		}
	}
}

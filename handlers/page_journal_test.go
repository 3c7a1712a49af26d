package handlers

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/tests/race"
	"github.com/nnvisu/nnvisu/views"
)

// TestJournalLaw: whatever is done on a page, replaying its journal gives its state, byte for byte and
// with every kernel. Sessions are random: training, every act of the table, settings, and going back.
func TestJournalLaw(t *testing.T) {
	race.Skip(t)
	const sessions = 200
	before := kernel.Name()
	defer func() { _ = kernel.Use(before) }() // it was in use
	s := newTestServer(t)
	done := map[string]int{}
	var lengths []int
	for seed := range uint64(sessions) {
		rng := rand.New(rand.NewPCG(seed, 2))
		first, err := s.firstRequest()
		if err != nil {
			t.Fatal(err)
		}
		at := postedForm(t, first)
		moments := []url.Values{at}
		for range 1 + rng.IntN(60) {
			at = randomAct(t, s, rng, at, moments, done)
			moments = append(moments, at)
		}
		p, err := s.decodePageForm(t.Context(), at)
		if err != nil {
			t.Fatalf("session %d: %v", seed, err)
		}
		told := finishedJournal(p.journal, p.State.Network.Step)
		if lengths = append(lengths, len(told)); told == "" {
			t.Fatalf("session %d has the journal %q; want one that tells it", seed, p.journal)
		}
		want := string(mustJSON(t, p.State))
		for _, name := range kernel.Names() {
			if err := kernel.Use(name); err != nil {
				t.Fatal(err)
			}
			state, j, err := s.replayText(t.Context(), told, false, nil)
			if err != nil {
				t.Fatalf("session %d, %s: %v", seed, name, err)
			}
			if got, want := string(mustJSON(t, s.metaOfJournal(j))), string(mustJSON(t, p.meta)); got != want {
				t.Fatalf("session %d: of the points after %+v is known\n%s\nwant, as on the page,\n%s", seed, j, got, want)
			}
			if got := string(mustJSON(t, state)); got != want {
				t.Fatalf("session %d, %s: replaying %+v gives\n%.2000s\nwant\n%.2000s", seed, name, j, got, want)
			}
		}
		_ = kernel.Use(before)
	}
	for _, a := range pageActs {
		if done[a.name] < 3 {
			t.Errorf("the sessions do %s %d times; want 3 or more", a.name, done[a.name])
		}
	}
	if done["taken back"] < 20 {
		t.Errorf("the sessions take back %d changes after training; want 20 or more", done["taken back"])
	}
	slices.Sort(lengths)
	median, fit := lengths[len(lengths)/2], 0
	for _, n := range lengths {
		if n <= 2900 { // a QR code
			fit++
		}
	}
	t.Logf("characters of %d journals: median %d, 90 %% up to %d, longest %d; %d fit into a QR code",
		len(lengths), median, lengths[len(lengths)*9/10], lengths[len(lengths)-1], fit)
	if median > 1000 || fit < len(lengths)*9/10 {
		t.Errorf("the median has %d characters and %d of %d have at most 2,900; want at most 1,000, and nine in ten", median, fit, len(lengths))
	}
}

// postedForm is what a page posts, without its controls.
func postedForm(t *testing.T, p pageRequest) url.Values {
	t.Helper()
	form := url.Values{
		views.FieldConfig:  {string(mustJSON(t, p.State.Config))},
		views.FieldNetwork: {string(wire.AppendNetwork(nil, p.State.Network, paced(t.Context())))},
		views.FieldData:    {string(wire.AppendPoints(nil, p.State.Data))},
		views.FieldRecipe:  {p.recipe},
		views.FieldJournal: {p.journal},
		views.FieldOwn:     {p.own},
	}
	if !p.meta.IsZero() {
		form.Set(views.FieldMeta, string(mustJSON(t, p.meta)))
	}
	if p.history.Len() > 0 {
		form.Set(views.FieldHistory, string(mustJSON(t, p.history)))
	}
	return form
}

// randomAct returns what a page posts after one more thing. What cannot be done changes nothing.
func randomAct(t *testing.T, s *Server, rng *rand.Rand, at url.Values, moments []url.Values, done map[string]int) url.Values {
	t.Helper()
	form := maps.Clone(at)
	switch rng.IntN(5) {
	case 0: // a setting
		var all []*setting.Member
		for m := range setting.All() {
			all = append(all, m)
		}
		m := choice(rng, all)
		form.Set(views.FieldControls, "1")
		form.Set(views.FieldChanged, m.Name)
		form[m.Name] = []string{randomValue(rng, m)}
		if m.Name == views.FieldFeatures {
			form[m.Name] = []string{"x", choice(rng, []string{"y", "xy", "sin_x"})}
		}
		p, err := s.decodePageForm(t.Context(), form)
		if err != nil {
			return at
		}
		return postedForm(t, p)
	case 1: // back
		if rng.IntN(2) == 0 {
			return choice(rng, moments)
		}
	}
	p, err := s.decodePageForm(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	if rng.IntN(2) == 0 {
		r, err := nn.Step(p.State, 1+rng.IntN(9))
		if err != nil {
			return at
		}
		p.State.Network = r.Network
		return postedForm(t, p)
	}
	a := choice(rng, pageActs)
	name := a.name
	switch name {
	case "add-neuron", "layer":
		name += fmt.Sprintf(" %d", rng.IntN(3))
	case "remove-neuron", "inspect":
		name += fmt.Sprintf(" %d.%d", rng.IntN(2), rng.IntN(4))
	case "explain":
		name += fmt.Sprintf(" biases.%d.%d", rng.IntN(2), rng.IntN(4))
	case "change-setting", "restart-with":
		name += " " + choice(rng, []string{"learning_rate=0.003", "optimizer=sgd", "hidden_layers=4-4", "l2=0.01", "test_fraction=0.2"})
	case "back":
		j, err := journal.Read(finishedJournal(p.journal, p.State.Network.Step))
		if err != nil {
			t.Fatal(err)
		}
		items, err := journal.Notebook(s.world(t.Context()), j)
		if err != nil {
			t.Fatal(err)
		}
		to := choice(rng, items)
		name += fmt.Sprintf(" %d.%d", to.Acts, to.Step)
	case "open":
		from := choice(rng, moments)
		then, err := s.decodePageForm(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		var file strings.Builder
		saved := export.File{State: then.State, Meta: then.meta, Journal: finishedJournal(then.journal, then.State.Network.Step)}
		if err := saved.Write(&file); err != nil {
			t.Fatal(err)
		}
		form.Set(views.FieldOpened, file.String())
	case "restore": // a change is taken back after which it was trained on
		then, err := s.decodePageForm(t.Context(), choice(rng, moments))
		if err != nil {
			t.Fatal(err)
		}
		then.State.Network = nn.Network{}
		if !slices.Equal(then.State.Config.Sizes(), p.State.Config.Sizes()) {
			return at
		}
		var file strings.Builder
		if err := (&export.File{State: then.State}).Write(&file); err != nil {
			t.Fatal(err)
		}
		form.Set(views.FieldOpened, file.String())
		done["taken back"]++
	case "open-run": // of a sweep over two settings
		swept := nn.State{Config: p.State.Config.Clone(), Data: p.State.Data}
		swept.Config.LearningRate, swept.Config.Seed = 0.02*rng.Float64()+0.001, uint32(rng.IntN(9))
		if rng.IntN(2) == 0 {
			swept.Config.HiddenLayers = []int{1 + rng.IntN(5)}
		}
		r, err := nn.Step(swept, 1+rng.IntN(9))
		if err != nil {
			return at
		}
		swept.Network, swept.Data = r.Network, nil
		var file strings.Builder
		if err := (&export.File{State: swept}).Write(&file); err != nil {
			t.Fatal(err)
		}
		form.Set(views.FieldOpened, file.String())
		form.Del(views.FieldNetwork)
		form.Set(views.FieldJournal, finishedJournal(p.journal, p.State.Network.Step))
	case "table-set", "table-add", "table-remove", "table-previous", "table-next":
		tableRows(rng, p, form)
	}
	for field, value := range map[string]string{
		views.FieldAct: name, views.FieldDataset: choice(rng, append(datasetNames(), views.OwnData)),
		views.FieldPoints: fmt.Sprint(20 + rng.IntN(30)), views.FieldNoise: choice(rng, []string{"", "0.1", "0.333"}), views.FieldDataSeed: fmt.Sprint(rng.IntN(5)),
		views.FieldStroke:    fmt.Sprintf("%v,%v %v,0.5", rng.Float64(), rng.NormFloat64(), rng.Float64()),
		views.FieldTool:      choice(rng, []string{"0", "1", views.ToolErase}),
		views.FieldParameter: choice(rng, []string{"biases.0.0", "weights.0.1.0", "weights.1.0.1"}), views.FieldValue: fmt.Sprint(rng.NormFloat64()),
		views.FieldTableText: randomTable(rng),
	} {
		form.Set(field, value)
	}
	if p, err = s.decodePageForm(t.Context(), form); err != nil {
		t.Fatal(err)
	}
	next, err := s.changed(t.Context(), name, p)
	if err != nil {
		return at
	}
	done[a.name]++
	return postedForm(t, next)
}

func randomValue(rng *rand.Rand, m *setting.Member) string {
	switch {
	case len(m.Choices) > 0:
		return choice(rng, m.Choices).Value
	case m.Name == views.FieldHiddenLayers:
		return choice(rng, []string{"", "3", "5-4", "2-2-2"})
	case m.Kind == setting.Real:
		return choice(rng, []string{"0.01", "0.1234567890123", "0.3"})
	}
	return fmt.Sprint(1 + rng.IntN(20))
}

// tableRows puts the rows of the table into a form, with one of them changed and one marked.
func tableRows(rng *rand.Rand, p pageRequest, form url.Values) {
	shown := views.NewTablePage(p.State, p.meta, 1)
	form.Set(views.FieldTableOf, shown.Of)
	for i, row := range shown.Rows {
		if i == 1 {
			row.X = "0.12345678"
		}
		form.Add(views.FieldRowX, row.X)
		form.Add(views.FieldRowY, row.Y)
		form.Add(views.FieldRowLabel, row.Label)
	}
	if n := len(shown.Rows); n > 0 {
		form.Add(views.FieldRowRemove, fmt.Sprint(1+rng.IntN(n)))
	}
}

func randomTable(rng *rand.Rand) string {
	text := "width,height,kind\n"
	for range 5 + rng.IntN(60) {
		text += fmt.Sprintf("%.3f,%.2f,%s\n", rng.Float64()*30, rng.NormFloat64(), choice(rng, []string{"a", "b", "c"}))
	}
	return text
}

// TestJournalTooLong: a journal that can hold no more says so, and a new one begins with a run that has a
// recipe.
func TestJournalTooLong(t *testing.T) {
	s := newTestServer(t)
	full := journal.Journal{Release: s.journalRelease(), Recipe: "dataset=circles"}
	for range journal.MaxEntries {
		full.Entries = append(full.Entries, journal.Entry{Act: journal.Reset{}})
	}
	text, err := full.Text()
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.firstRequest()
	if err != nil {
		t.Fatal(err)
	}
	first.journal = text
	long, err := s.changed(t.Context(), "reset", first)
	if err != nil || long.journal == "" {
		t.Fatalf("after one act too many the journal is %.30q, %v", long.journal, err)
	}
	// The state after it is the first one of a recipe: its journal is a new one.
	if j, err := journal.Read(long.journal); err != nil || len(j.Entries) > 0 || !strings.Contains(j.Recipe, "dataset=circles") {
		t.Errorf("the journal is %+v, %v; want a new one of the recipe", j, err)
	}
	first.journal = text
	first.form = url.Values{views.FieldStroke: {"0,0"}, views.FieldTool: {"0"}}
	drawn, err := s.changed(t.Context(), "draw", first)
	if err != nil || drawn.journal != views.JournalTooLong {
		t.Errorf("after one point too many the journal is %.30q, %v; want %q", drawn.journal, err, views.JournalTooLong)
	}
}

// TestJournalBegins: the first page, and the page of a link, begin a journal; the state of a program has none.
func TestJournalBegins(t *testing.T) {
	s := newTestServer(t)
	for path, want := range map[string]string{"/": "dataset=circles", "/?dataset=moons&steps=5&seed=3": "dataset=moons"} {
		form := readForm(t, serve(s, "GET", path, "").Body.String(), "", "")
		j, err := journal.Read(form.Get(views.FieldJournal))
		if err != nil || !strings.Contains(j.Recipe, want) || len(j.Entries) > 0 {
			t.Errorf("%s has the journal %+v, %v; want one that begins with %s", path, j, err, want)
		}
	}
	p := pageRequest{Message: wire.Message{State: sampleState(t, dataset.Blobs, 9, 3, nil)}, form: url.Values{}, choices: defaultChoices()}
	if next, err := s.changed(t.Context(), "add-layer", p); err != nil || next.journal != "" {
		t.Errorf("after an act on a state without journal there is the journal %q, %v; want none", next.journal, err)
	}
}

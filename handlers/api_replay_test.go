package handlers

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
)

// journalText is the text of a journal that this server's release wrote.
func journalText(t testing.TB, s *Server, j journal.Journal) string {
	t.Helper()
	if j.Release == "" {
		j.Release = s.journalRelease()
	}
	text, err := j.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestReplay: the answer is the state that the same acts lead to, as a file.
func TestReplay(t *testing.T) {
	s := newTestServer(t)
	text := journalText(t, s, journal.Journal{Recipe: "dataset=moons&points=50&hidden_layers=3", Step: 30, Entries: []journal.Entry{
		{Step: 10, Act: journal.Settings{{Name: "learning_rate", Value: "0.01"}}},
		{Step: 20, Act: journal.AddUnit{Layer: 0}},
	}})
	w := serve(s, http.MethodPost, "/replay", `{"type":"replay","journal":"`+text+`"}`, "Content-Type", "application/json")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Fatalf("replay is answered %d %.300s", w.Code, w.Body)
	}
	want := sampleState(t, "moons", 50, 10, func(c *nn.Config) { c.HiddenLayers = []int{3} })
	want.Config.LearningRate = 0.01
	for step := 20; step <= 30; step += 10 {
		r, err := nn.Step(want, 10)
		if err != nil {
			t.Fatal(err)
		}
		if want.Network = r.Network; step == 20 {
			if want, err = nn.AddNeuron(want, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	var file strings.Builder
	meta := table.Meta{Source: "data_seed=1&dataset=moons&points=50"}
	if err := (export.File{State: want, Meta: meta, Journal: text}).Write(&file); err != nil {
		t.Fatal(err)
	}
	if got := w.Body.String(); got != file.String() {
		t.Errorf("replay gives\n%.600s\nwant\n%.600s", got, &file)
	}
}

// TestReplayRefuses: what is wrong with a journal is said, with the act at fault; it costs no more than
// another request may; and one of another release is replayed only if the client says so.
func TestReplayRefuses(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.MaxWork = 50 * time.Millisecond })
	text := func(j journal.Journal) string {
		if j.Recipe == "" {
			j.Recipe = "dataset=xor&points=50"
		}
		return journalText(t, s, j)
	}
	layers := make([]journal.Entry, 0, 4000)
	layers = append(layers, journal.Entry{Act: journal.Settings{{Name: "hidden_layers", Value: "100,100,100,100,100,100,100,100,100"}}})
	for len(layers) < 4000 {
		layers = append(layers, journal.Entry{Act: journal.AddLayer{Width: 100}}, journal.Entry{Act: journal.RemoveLayer{}})
	}
	other := text(journal.Journal{Release: "0.0.1", Step: 3})
	diverging := text(journal.Journal{Recipe: "dataset=hills&hidden_layers=&optimizer=sgd&learning_rate=10&l2=10", Step: 2000})
	for _, test := range []struct{ name, body, code, field, message string }{
		{"Nothing", `{}`, "malformed", "journal", "no text of a journal"},
		{"State", `{"journal":"` + other + `","data":[]}`, "malformed", "data", "not a member"},
		{"Anyway", `{"journal":"` + other + `","anyway":1}`, "malformed", "anyway", "must be a boolean"},
		{"Damaged", `{"journal":"` + other[:len(other)-2] + `AA"}`, "malformed", "journal", "damaged"},
		{"Release", `{"journal":"` + other + `"}`, "release", "journal", "anyway: true"},
		{"ReleaseAnyway", `{"journal":"` + other + `","anyway":true}`, "", "", ""},
		{"Act", `{"journal":"` + text(journal.Journal{Step: 9, Entries: []journal.Entry{{Step: 3, Act: journal.AddClass{}}, {Step: 7, Act: journal.RemoveLayer{At: 5}}}}) + `"}`,
			"invalid", "journal", "step 7, act 2: "},
		{"Number", `{"journal":"` + text(journal.Journal{Entries: []journal.Entry{{Act: journal.Settings{{Name: "learning_rate", Value: "1/3"}}}}}) + `"}`,
			"invalid", "journal", "step 0, act 1: "},
		{"Recipe", `{"journal":"` + text(journal.Journal{Recipe: "dataset=no"}) + `"}`, "invalid", "journal", "recipe"},
		{"RecipeSteps", `{"journal":"` + text(journal.Journal{Recipe: "dataset=xor&steps=5"}) + `"}`, "invalid", "journal", "steps"},
		{"Points", `{"journal":"` + text(journal.Journal{Entries: []journal.Entry{{Act: journal.AddPoints{Points: make([]nn.Point, 2000)}}}}) + `"}`, "invalid", "journal", "at most 2000 points"},
		{"Batch", `{"journal":"` + text(journal.Journal{Entries: []journal.Entry{{Act: journal.Settings{{Name: "batch_size", Value: "5000"}}}}}) + `"}`, "invalid", "journal", "at most 2000"},
		{"Work", `{"journal":"` + text(journal.Journal{Step: nn.MaxCount}) + `"}`, "too_large", "journal", "more work"},
		{"WorkOfActs", `{"journal":"` + text(journal.Journal{Entries: layers}) + `"}`, "too_large", "journal", "more work"},
		{"Diverges", `{"journal":"` + diverging + `"}`, "diverged", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := serve(s, http.MethodPost, "/replay", test.body, "Content-Type", "application/json")
			var answer struct {
				Type  string
				Error struct{ Code, Field, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			e := answer.Error
			if e.Code != test.code || test.field != "" && e.Field != test.field || !strings.Contains(e.Message, test.message) {
				t.Errorf("replay is answered %d %s; want %s %s, which says %q", w.Code, w.Body, test.code, test.field, test.message)
			}
		})
	}
	if w := postForm(s, "/replay", nil, "Accept", "application/json"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a form is answered %d; want 415", w.Code)
	}
}

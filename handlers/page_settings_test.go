package handlers

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/nntest"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// TestMembers: each member of nn.Config goes from JSON into the page's form, from the form into the
// settings, from there into the link of a recipe, and from the link into the same JSON.
func TestMembers(t *testing.T) {
	s := newTestServer(t)
	for _, name := range nntest.ConfigMembers() {
		t.Run(name, func(t *testing.T) {
			m := setting.Lookup(name)
			if m == nil {
				t.Fatalf("package setting has no row for the member %s of nn.Config", name)
			}
			choices := defaultChoices()
			choices.Dataset, choices.Points = "blobs", "40"
			switch name { // which follow from the data set
			case "task":
				choices.Dataset = "hills"
			case "classes":
				choices.DataClasses = "4"
			}
			config := nn.DefaultConfig()
			nntest.ChangeMember(t, &config, name)
			if got := setting.Differing(&config, new(nn.DefaultConfig())); len(got) != 1 || got[0] != m {
				t.Fatalf("the members %v differ; want %s alone", got, name)
			}
			text := mustJSON(t, config)
			if !strings.Contains(string(text), strconv.Quote(name)) {
				t.Fatalf("the JSON %s lacks %s", text, name)
			}

			// JSON has it.
			got, err := wire.DecodeMessage(fmt.Appendf(nil, `{"config":%s}`, text), wire.Step, s.limits(t.Context()))
			if err != nil || !reflect.DeepEqual(got.State.Config, config) || got.ClassesSet != (name == "classes") {
				t.Fatalf("the config %s is read as %+v, %v; want %+v", text, got.State.Config, err, config)
			}

			// The page's controls give it to a state that has the default.
			points, _, err := s.generate(url.Values{"dataset": {choices.Dataset}, "points": {choices.Points}})
			if err != nil {
				t.Fatal(err)
			}
			prepare := func(c nn.Config) nn.State {
				t.Helper()
				state, err := nn.State{Config: c, Data: points}.Prepare()
				if err != nil {
					t.Fatal(err)
				}
				return state
			}
			state := prepare(config)
			if !m.NoControl {
				other := config.Clone()
				d := nn.DefaultConfig()
				if err := m.Parse(&other, m.Text(&d)); err != nil {
					t.Fatal(err)
				}
				if name == "task" {
					other = config // a state of another task would need other points
					other.Seed = 9
				}
				got, _, err := applySettings(t, s, prepare(other), settingsForm(t, s, state))
				if err != nil || !same(got.Config, state.Config) {
					t.Errorf("the page's form gives %+v, %v; want %+v", got.Config, err, state.Config)
				}
			}

			// The link leads to it.
			recipe := s.recipeOf(pageRequest{Message: wire.Message{State: state}, choices: choices})
			if got, want := recipe.Has(name), name != "task"; got != want {
				t.Errorf("the recipe %s has %s: %t; want %t", recipe.Encode(), name, got, want)
			}
			linked, err := s.readLink(t.Context(), recipe)
			if err != nil {
				t.Fatalf("the link %s: %v", recipe.Encode(), err)
			}
			if got, want := mustJSON(t, linked.State.Config), mustJSON(t, state.Config); string(got) != string(want) {
				t.Errorf("the link %s leads to %s; want %s", recipe.Encode(), got, want)
			}
		})
	}
}

// TestLostSettings: what a recipe says about settings that it does not lead to.
func TestLostSettings(t *testing.T) {
	s := newTestServer(t)
	const begins = "The link cannot carry every setting. When it is opened, these are different: "
	for _, test := range []struct {
		name   string
		change func(*nn.Config)
		want   string
	}{
		{"Nothing", func(*nn.Config) {}, ""},
		{"InTheLink", func(c *nn.Config) { c.L1, c.Seed, c.Activation = 0.5, 7, nn.ReLU }, ""},
		{"Classes", func(c *nn.Config) { c.Classes = 5 },
			"The number of classes is not that of the data set: it is not in this link."},
		// The labels 0 and 1 of two classes are values as well.
		{"Task", func(c *nn.Config) { c.Task, c.Classes = nn.Regression, 2 }, begins + "Task."},
		{"TaskAndClasses", func(c *nn.Config) { c.Task, c.Classes = nn.Regression, 4 },
			begins + "Task; Classes."},
	} {
		t.Run(test.name, func(t *testing.T) {
			choices := defaultChoices()
			choices.Dataset, choices.Points = "xor", "40"
			state := nn.State{Config: nn.DefaultConfig(), Data: sampleDataset(t, "xor", 40, 1)}
			test.change(&state.Config)
			state, err := state.Prepare()
			if err != nil {
				t.Fatal(err)
			}
			p := pageRequest{Message: wire.Message{State: state}, choices: choices}
			lost, err := s.lostBy(t.Context(), s.recipeOf(p), p)
			if err != nil || lost != test.want {
				t.Errorf("lostBy = %q, %v; want %q", lost, err, test.want)
			}
		})
	}
}

// TestLostSettingsClasses: the sentence about classes is for classes alone.
func TestLostSettingsClasses(t *testing.T) {
	lost := []*setting.Member{setting.Lookup("classes"), setting.Lookup("schedule_steps")}
	if got := lostSettings(lost); !strings.HasSuffix(got, "different: Classes; Period, steps.") {
		t.Errorf("lostSettings(classes, schedule_steps) = %q; want both labels", got)
	}
}

// TestLayersMessage: a text that is no list of widths is cut short in the message.
func TestLayersMessage(t *testing.T) {
	s := newTestServer(t)
	form := url.Values{"hidden_layers": {strings.Repeat("long", 1000)}}
	_, _, err := applySettings(t, s, sampleState(t, "blobs", 30, 0, nil), form)
	if describeAs(err) != "malformed config.hidden_layers" || len(err.Error()) > 200 {
		t.Errorf("applySettings(4000 letters) = %v; want a short message", err)
	}
}

package goal

import (
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// TestParse: a goal is read as people write it, and written in one way, which is read again.
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":  "",
		" ": "",
		"test accuracy 95,units 6,data untouched": "test accuracy 95,units 6,data untouched",
		"Test_Accuracy ≥ 95 %, Units <= 6":        "test accuracy 95,units 6",
		"test accuracy at least 99.5%":            "test accuracy 99.5",
		"loss at most 1e-3, test  loss 0.25":      "loss 0.001,test loss 0.25",
		"layers 0":                                "layers 0",
		"at most 6 units, at most 1  Layer":       "units 6,layers 1",
		"6 units, without touching the data":      "units 6,data untouched",
		"features untouched,features 2":           "features untouched,features 2",
	} {
		g, err := Parse(text)
		if err != nil || g.String() != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", text, g, err, want)
			continue
		}
		if again, err := Parse(g.String()); err != nil || again.String() != want {
			t.Errorf("Parse(%q) = %q, %v", g, again, err)
		}
	}
	for text, want := range map[string]string{
		"accurate 95":            "must be rules with commas between them",
		"test accuracy":          `needs a number after "test accuracy"`,
		"test accuracy 101":      `must have for "test accuracy" a number from 0 to 100; got 101`,
		"test accuracy -1":       "from 0 to 100; got -1",
		"accuracy at most 5":     `has the rule "accuracy" with "at most"; this rule is always "at least"`,
		"units >= 3":             `this rule is always "at most"`,
		"units 1.5":              `must have for "units" a whole number; got 1.5`,
		"units nan":              "needs a number",
		"accuracy -0":            `must have for "accuracy" a number from 0 to 100; got -0`,
		"loss 0.1 %":             `must have for "loss" a number without %; got "0.1 %"`,
		"units 6%":               `must have for "units" a number without %; got "6%"`,
		"after 0":                `must have for "after" a number from 1 to`,
		"units 1e300":            "a number from 0 to",
		"units 3,units 4":        `has the rule "units" twice`,
		"data untouched 3":       "where nothing may follow",
		"units 3,":               "must be rules",
		"units 3, speed 4 ":      `got "speed 4"`,
		"at least 6 units":       `this rule is always "at most"`,
		"many units":             `needs a number after "units"; got "many"`,
		strings.Repeat("a", 301): "must have at most 300 characters; got 301",
	} {
		g, err := Parse(text)
		bad, ok := err.(*nn.FieldError)
		if !ok || bad.Field != "goal" || !strings.Contains(bad.Message, want) {
			t.Errorf("Parse(%q) = %q, %v; want an error of goal with %q", text, g, err, want)
		}
	}
}

// TestTable: each rule can be read with its example, says itself in words, and can be met and missed.
func TestTable(t *testing.T) {
	share, loss := 0.5, 0.5
	run := &Run{
		Config: nn.DefaultConfig(), Step: 50, Measured: true, Acts: ActsOf(journal.Journal{}, nn.Config{}, 0),
		Metrics: nn.Metrics{Loss: loss, Accuracy: &share, TestLoss: &loss, TestAccuracy: &share},
	}
	run.Config.Features = nn.Features()[:3]
	unknown := &Run{Config: run.Config}
	for _, row := range All() {
		if row.About == "" || len(row.Name) > 20 {
			t.Errorf("row %+v", row)
		}
		if row.Direction == Untouched {
			touched := *run
			touched.Acts = &Acts{Of: map[Part]int{row.part: 2}}
			g := Goal{{Row: &row}}
			if a, b, c := g.Check(run)[0], g.Check(&touched)[0], g.Check(unknown)[0]; !a.Met || b.Met || b.Got != "2 changes" || c.Met || c.Known {
				t.Errorf("%s: %+v, %+v, %+v", row.Name, a, b, c)
			}
			continue
		}
		if row.Direction == After {
			g := Goal{{&row, 3}}
			if a, b := g.Check(run)[0], g.Check(unknown)[0]; !a.Met || a.Got != "0 changes" || b.Met || b.Known || g.After() != 3 {
				t.Errorf("%s: %+v, %+v", row.Name, a, b)
			}
			continue
		}
		g, err := Parse(row.Name + " " + row.Example)
		if err != nil || g[0].Words() == "" {
			t.Errorf("the example of %s: %v", row.Name, err)
			continue
		}
		v, ok := row.value(run)
		if !ok {
			t.Errorf("%s is not known", row.Name)
		}
		if row.Unit != "" {
			v *= 100
		}
		less, more := Goal{{&row, v - 0.5}}.Check(run)[0], Goal{{&row, v + 0.5}}.Check(run)[0]
		if equal := (Goal{{&row, v}}).Check(run)[0]; !equal.Met || less.Met != (row.Direction == AtLeast) || more.Met != (row.Direction == AtMost) {
			t.Errorf("%s: %t with %v, %t with less and %t with more", row.Name, equal.Met, v, less.Met, more.Met)
		}
	}
	if results := (Goal{{Row: &rows[0], Number: 0}}).Check(unknown); results[0].Known || Reached(results) {
		t.Errorf("a test accuracy that nobody knows: %+v", results)
	}
}

// TestLack: a rule says what a run lacks to be measured by it, and that no training keeps it again.
func TestLack(t *testing.T) {
	g, err := Parse("test accuracy 95, test loss 1, accuracy 95, loss 1, acts 1, data untouched")
	if err != nil {
		t.Fatal(err)
	}
	classes, values := nn.DefaultConfig(), nn.DefaultConfig()
	values.Task, values.TestFraction = nn.Regression, 0.5
	for _, test := range []struct {
		config nn.Config
		want   []string
	}{
		{classes, []string{"no test points", "no test points", "", "", "", ""}},
		{values, []string{"no classes", "", "no classes", "", "", ""}},
	} {
		for i, r := range g.Check(&Run{Config: test.config}) {
			if r.Lack != test.want[i] || r.Known {
				t.Errorf("%s of a run of %s lacks %q; want %q", r.Rule, test.config.Task, r.Lack, test.want[i])
			}
		}
	}
	results := g.Check(&Run{Config: classes, Metrics: nn.Metrics{Loss: 2}, Measured: true, Acts: &Acts{Number: 2, Of: map[Part]int{Data: 1}}})
	for i, lost := range []bool{false, false, false, false, true, true} {
		if results[i].Lost != lost {
			t.Errorf("%s: lost is %t", results[i].Rule, results[i].Lost)
		}
	}
}

// TestShown: what a run has is as short as can be, but never looks like enough where it is not.
func TestShown(t *testing.T) {
	for _, test := range []struct {
		goal string
		m    nn.Metrics
		want string
		met  bool
	}{
		{"accuracy 95", nn.Metrics{Accuracy: new(0.9496)}, "94.96 %", false},
		{"accuracy 95", nn.Metrics{Accuracy: new(0.9167)}, "91.7 %", false},
		{"accuracy 57", nn.Metrics{Accuracy: new(57.0 / 100)}, "57.0 %", true},
		{"loss 0.1", nn.Metrics{Loss: 0.100004}, "0.100004", false},
		{"loss 0.1", nn.Metrics{Loss: 0.0999}, "0.0999", true},
	} {
		g, err := Parse(test.goal)
		if err != nil {
			t.Fatal(err)
		}
		if r := g.Check(&Run{Metrics: test.m, Measured: true})[0]; r.Got != test.want || r.Met != test.met {
			t.Errorf("%s: %q, %t; want %q, %t", test.goal, r.Got, r.Met, test.want, test.met)
		}
	}
}

// TestParts: an act touches what it changes, once. Which points are held out is of the data, and so is
// the seed where there are any: it chooses them.
func TestParts(t *testing.T) {
	without, with := nn.Config{}, nn.Config{TestFraction: 0.3}
	for _, test := range []struct {
		first nn.Config
		acts  []journal.Act
		want  string // of the last
	}{
		{without, []journal.Act{journal.Settings{{Name: "l1"}, {Name: "l2"}, {Name: "seed"}}}, "settings seed"},
		{without, []journal.Act{journal.Settings{{Name: "test_fraction"}, {Name: "task"}}}, "data"},
		{without, []journal.Act{journal.Settings{{Name: "hidden_layers"}, {Name: "features"}}}, "network features"},
		{with, []journal.Act{journal.Reset{}}, ""}, {without, []journal.Act{journal.Reseed{}}, "seed"}, {without, []journal.Act{journal.AddUnit{}}, "network"},
		{without, []journal.Act{journal.SetBias{}}, "weights"}, {without, []journal.Act{journal.SetWeight{}}, "weights"}, {without, []journal.Act{journal.AddPoints{}}, "data"},
		{without, []journal.Act{journal.Dataset{}}, "data"}, {without, []journal.Act{journal.Import{}}, "data"}, {without, []journal.Act{journal.RemoveClass{}}, "data"},

		{with, []journal.Act{journal.Reseed{}}, "data seed"},
		{with, []journal.Act{journal.Settings{{Name: "seed", Value: "2"}}}, "data seed"},
		{with, []journal.Act{journal.Settings{{Name: "seed", Value: "2"}, {Name: "test_fraction", Value: "0"}}}, "seed data"},
		{with, []journal.Act{journal.Settings{{Name: "test_fraction", Value: "0"}}, journal.Reseed{}}, "seed"},
		{without, []journal.Act{journal.Settings{{Name: "test_fraction", Value: "lots"}}, journal.Reseed{}}, "data seed"},
		{without, []journal.Act{journal.Settings{{Name: "test_fraction", Value: "0.1"}}, journal.AddUnit{}, journal.Settings{{Name: "seed", Value: "2"}}}, "data seed"},
	} {
		var j journal.Journal
		for _, act := range test.acts {
			j.Entries = append(j.Entries, journal.Entry{Act: act})
		}
		parts, got := Parts(j, test.first), []string{}
		for _, part := range parts[len(parts)-1] {
			got = append(got, string(part))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%v touches %q; want %q", test.acts, got, test.want)
		}
	}
	j := journal.Journal{Entries: []journal.Entry{{Act: journal.AddPoints{}}, {Act: journal.Settings{{Name: "task"}, {Name: "l1"}}}}}
	if a := ActsOf(j, without, 0); a.Number != 2 || a.Of[Data] != 2 || a.Of[Settings] != 1 {
		t.Errorf("acts %+v", a)
	}
	if a := ActsOf(j, without, 1); a.Number != 1 || a.Of[Data] != 1 {
		t.Errorf("acts after the first %+v", a)
	}
	if a := ActsOf(j, without, 9); a.Number != 0 || len(a.Of) != 0 {
		t.Errorf("acts after the ninth of two %+v", a)
	}
}

// TestCountAfter: a goal says how many acts came with the lesson, once, and if there is room for it.
func TestCountAfter(t *testing.T) {
	for _, test := range []struct {
		text string
		acts int
		want string
	}{
		{"units 3", 2, "units 3,after 2"}, {"units 3", 0, "units 3"}, {"", 2, ""}, {"after 1,units 3", 2, "after 1,units 3"},
		{"loss 0." + strings.Repeat("0", 290) + "1", 2, "loss 0." + strings.Repeat("0", 290) + "1"},
	} {
		g, err := Parse(test.text)
		if got := g.CountAfter(test.acts); err != nil || got.String() != test.want {
			t.Errorf("%q counts after %d acts: %q, %v; want %q", test.text, test.acts, got, err, test.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range All() {
		f.Add(r.Name + " ≥ 5 %")
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(g.String()); err != nil || again.String() != g.String() {
			t.Errorf("Parse(%q) = %q, which is read as %q, %v", text, g, again, err)
		}
	})
}

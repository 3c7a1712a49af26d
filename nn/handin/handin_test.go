package handin

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// sample is a run of some updates, with all moments.
func sample(t testing.TB, change func(c *nn.Config)) nn.State {
	t.Helper()
	s := nn.State{Config: nn.DefaultConfig(), Data: []nn.Point{{X: -0.5, Y: 0.25}, {X: 0.5, Y: -0.25, Label: 1}}}
	if change != nil {
		change(&s.Config)
	}
	s, err := s.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	r, err := nn.Step(s, 3)
	if err != nil {
		t.Fatal(err)
	}
	s.Network = r.Network
	return s
}

// TestClaim: a claim is read as it was written, in some sixty characters; one that was damaged on its way is
// no forgery but an error.
func TestClaim(t *testing.T) {
	j := journal.Journal{Release: "1", Recipe: "dataset=xor", Step: 3, Entries: []journal.Entry{{Act: journal.Reset{}}}}
	for _, loss := range []float64{0.25, 0, math.MaxFloat64, math.NaN()} {
		c := New(j, sample(t, func(c *nn.Config) { c.Seed = math.MaxUint32 }), loss)
		text := c.Text()
		if len(text) > 60 || !strings.HasSuffix(text, "A") {
			t.Errorf("the claim is %s, of %d characters", text, len(text))
		}
		got, err := Read(text)
		if loss != loss && got.Loss != got.Loss {
			got.Loss, c.Loss = 0, 0
		}
		if err != nil || got != c {
			t.Errorf("Read(%s) = %+v, %v; want %+v", text, got, err, c)
		}
		for i := range text {
			for _, damaged := range []string{text[:i], text[:i] + "_" + text[i+1:], text[:i] + "A" + text[i:]} {
				if got, err := Read(damaged); err == nil && damaged != text {
					t.Errorf("Read(%s) = %+v; want an error", damaged, got)
				}
			}
		}
	}
}

// TestSums: each part of a run is in one sum, and in the digest.
func TestSums(t *testing.T) {
	j := journal.Journal{Release: "1", Recipe: "dataset=xor", Step: 3, Entries: []journal.Entry{{Act: journal.Reset{}}}}
	state := sample(t, nil)
	own, digest := New(j, state, 0.5), Digest(j, state, state)
	network := func(change func(n *nn.Network)) nn.State {
		s := sample(t, nil)
		change(&s.Network)
		return s
	}
	for _, test := range []struct {
		what  string
		j     journal.Journal
		s     nn.State
		field string
	}{
		{"a release", func() journal.Journal { j := j; j.Release = "2"; return j }(), state, "Release"},
		{"a step", func() journal.Journal { j := j; j.Step = 4; return j }(), state, "Doings"},
		{"an act", func() journal.Journal { j := j; j.Entries = []journal.Entry{{Act: journal.Reseed{}}}; return j }(), state, "Doings"},
		{"a point", j, func() nn.State { s := sample(t, nil); s.Data[1].Y += 1e-12; return s }(), "Data"},
		{"a setting", j, func() nn.State { s := sample(t, nil); s.Config.L2 = 1e-9; return s }(), "Settings"},
		{"a weight", j, network(func(n *nn.Network) { n.Weights[1][0][1] += 1e-12 }), "Weights"},
		{"a bias", j, network(func(n *nn.Network) { n.Biases[0][0] += 1e-12 }), "Weights"},
		{"a moment", j, network(func(n *nn.Network) { n.Optimizer.Second.Biases[0][0] += 1e-12 }), "Weights"},
		{"an epoch", j, network(func(n *nn.Network) { n.Epoch++ }), "Weights"},
	} {
		c, d := New(test.j, test.s, 0.5), Digest(test.j, state, test.s)
		var differ []string
		for i := range reflect.TypeFor[Claim]().NumField() {
			if reflect.ValueOf(c).Field(i).Interface() != reflect.ValueOf(own).Field(i).Interface() {
				differ = append(differ, reflect.TypeFor[Claim]().Field(i).Name)
			}
		}
		if !slices.Equal(differ, []string{test.field}) || d == digest {
			t.Errorf("%s changes %q, and the digest: %t; want %s and true", test.what, differ, d != digest, test.field)
		}
	}
	s := state
	s.Config.Seed++
	if c, d := New(j, s, 0.5), Digest(j, state, s); c.Settings != own.Settings || c.Seed != own.Seed+1 || d == digest {
		t.Errorf("another seed: %+v, %s", c, d)
	}
	j.Recipe = "dataset=moons"
	if d := Digest(j, state, state); d != digest {
		t.Error("a recipe in other words, to the same state, has another digest")
	}
	if d := Digest(j, s, state); d == digest {
		t.Error("another first seed has the same digest")
	}
}

// TestMarkSame: rows with the same digest name each other.
func TestMarkSame(t *testing.T) {
	rows := []Row{{Digest: "a"}, {Digest: "b"}, {}, {Digest: "a"}, {}, {Digest: "a"}}
	MarkSame(rows)
	var got [][]int
	for _, r := range rows {
		got = append(got, r.SameAs)
	}
	if want := [][]int{{3, 5}, nil, nil, {0, 5}, nil, {0, 3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("MarkSame = %v; want %v", got, want)
	}
}

// TestVerdicts: each verdict has a row.
func TestVerdicts(t *testing.T) {
	seen := map[Verdict]bool{}
	for _, e := range Verdicts() {
		if seen[e.Verdict] || e.Label == "" || e.About == "" || e.Verdict.Entry() != e {
			t.Errorf("row %+v", e)
		}
		seen[e.Verdict] = true
	}
}

func FuzzRead(f *testing.F) {
	c := New(journal.Journal{}, nn.State{}, 1)
	f.Add(c.Text())
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := Read(text); err == nil {
			if again := c.Text(); again != text && c.Loss == c.Loss {
				t.Errorf("Read(%q) is written %q", text, again)
			}
		}
	})
}

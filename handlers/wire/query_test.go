package wire

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/setting"
)

// TestReadQuery: a query is read as it was meant, whatever carried it.
func TestReadQuery(t *testing.T) {
	for _, test := range []struct{ raw, want string }{ // want is url.Values.Encode, legible
		{"", ""},
		{"points=5&seed=3", "points=5&seed=3"},
		{"hidden_layers=&seed=3", "hidden_layers=&seed=3"},
		{"hide=data&hide=share,until", "hide=data&hide=share,until"},
		{"learning_rate=%2B.5&noise=1e-1&seed=+5+", "learning_rate=+.5&noise=1e-1&seed=5"},
		// What Go does not parse.
		{"points=5;seed=3", "points=5&seed=3"},
		{"points=5&amp;seed=3&amp;amp;noise=0", "noise=0&points=5&seed=3"},
		{"points=5&amp%3Bseed=3", "points=5&seed=3"},
		{"points=5&%2338;seed=3&#038;noise=0&#x26;steps=1", "noise=0&points=5&seed=3&steps=1"},
		{"points=5?fbclid=x", "points=5"},
		{"points=5?seed=3", "points=5&seed=3"},
		{"noise=5%&seed=3", "noise=5%&seed=3"},
		{"noise=5%2&seed=3%", "noise=5%2&seed=3%"},
		{"hidden_layers=8;8", "hidden_layers=8;8"},
		{"&&points=5&&seed=3&", "points=5&seed=3"},
		{"points=%FF", "points=�"},
		// What a sentence, a chat or a mail adds.
		{"steps=5.", "steps=5"},
		{"steps=5).", "steps=5"},
		{"steps=5%20", "steps=5"},
		{"steps=5%22%3E", "steps=5"},
		{"steps=5&gt;", "steps=5"},
		{"steps=5&quot;", "steps=5"},
		{"steps=5&)", "steps=5"},
		{"steps=5;", "steps=5"},
		{"steps=5%E2%80%9D,", "steps=5"},
		{"steps=5%C2%A0", "steps=5"},
		{"steps=5.&fbclid=x", "steps=5"},
		{"steps=5…", "steps=5"},
		{"steps=5%E3%80%82", "steps=5"},
		{"steps=5）", "steps=5"},
		{"steps=5|", "steps=5"},
		{"steps=5/", "steps=5"},
		{"steps=5_", "steps=5"},
		{"steps=5**", "steps=5"},
		{"steps=5%20→%20👍🏽", "steps=5"},
		{"steps=5%20❤️", "steps=5"},
		{"steps_", "steps="},
		{"steps_=5", "steps_=5"}, // the end of a name is no end of a link
		{"steps=5%_", "steps=5%"},
		{"%20steps=5", "steps=5"},
		{"hidden_%C2%ADlayers=8,%E2%80%8B8", "hidden_layers=8,8"},
		{"data%EF%BB%BFset=mo%0D%0Aons", "dataset=moons"},
		{"hide)", "hide="},
		{").", ""},
		// What is there to follow who clicks.
		{"fbclid=IwAR0", ""},
		{"utm_source=a&points=5&utm_campaign=50%&gclid&mc_cid=1", "points=5"},
		{"ref=blog&seed=3", "seed=3"},
		{"gad_source=1&gad_campaignid=2&mibextid=a&seed=3&_x_tr_sl=de&_x_tr_pto=wapp", "seed=3"},
		{"__hstc=1&__hssc=2&__hsfp=3&at_medium=mail&seed=3", "seed=3"},
		{"utm=1&fbclid_=2", "fbclid_=2&utm=1"}, // no names of that kind
	} {
		got, err := ReadQuery(test.raw, "hide")
		legible, _ := url.QueryUnescape(strings.ReplaceAll(got.Encode(), "%2B", "%252B"))
		if want := strings.ReplaceAll(test.want, "+", "%2B"); err != nil || legible != want {
			t.Errorf("ReadQuery(%q) = %q, %v; want %q", test.raw, legible, err, want)
		}
	}
	for _, test := range []struct{ raw, want string }{
		{"seed=1&seed=1", "seed is given twice"},
		{"seed=1&amp;seed=2", "seed is given twice"},
		{"points=5&=7", `the value "7" has no name before it`},
		{strings.Repeat("s", 100) + "=1&" + strings.Repeat("s", 100), strings.Repeat("s", 60) + "… is given twice"},
	} {
		if _, err := ReadQuery(test.raw, "hide"); err == nil || err.Error() != test.want {
			t.Errorf("ReadQuery(%q) = %v; want %s", test.raw, err, test.want)
		}
	}
}

// TestTracking: no parameter of a recipe is taken for one that follows people.
func TestTracking(t *testing.T) {
	names := []string{"dataset", "points", "noise", "label_noise", "data_seed", "steps", "frame_steps", "frame_ms", "hide", "lock"}
	for m := range setting.All() {
		names = append(names, m.Name)
	}
	for _, name := range names {
		if isTracking(name) {
			t.Errorf("%s is ignored", name)
		}
	}
}

// TestReadQueryKeeps: every pair of a query is in the answer, or one to ignore, or named by the
// error, however the pairs are joined and whatever follows them.
func TestReadQueryKeeps(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	refused := 0
	for range 20_000 {
		raw, want := "", url.Values{}
		twice := ""
		for range 1 + random.IntN(5) {
			name := pick("points", "seed", "hide", "Points", "x%", "utm_source", "fbclid")
			value := pick("5", "", "8,8", "a%", "%zz", "c%3Bd", "8;8", "50%25", "a+b")
			plain := strings.NewReplacer("%3B", ";", "%25", "%", "+", " ").Replace(value)
			if !isTracking(name) {
				if want.Has(name) && name != "hide" && twice == "" {
					twice = name
				}
				want.Add(name, plain)
			}
			if raw != "" {
				joint := pick("&", "&", "&amp;", ";", "?", "&&", "&amp;amp;", "&%C2%AD")
				if name == "x%" && !strings.HasPrefix(joint, "&") {
					joint = "&" // it would be part of the value before it
				}
				raw += joint
			}
			raw += name + "=" + value + pick("", "", "%0A", "%E2%80%8B", "%20")
		}
		raw += pick("", "", ".", ").", "%20", "&gt;", "&quot;%20", "&utm_medium=mail")
		got, err := ReadQuery(raw, "hide")
		switch {
		case twice != "":
			refused++
			if err == nil || err.Error() != twice+" is given twice" {
				t.Fatalf("ReadQuery(%q) = %q, %v; want that %s is given twice", raw, got, err, twice)
			}
		case err != nil || got.Encode() != want.Encode():
			t.Fatalf("ReadQuery(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
	if refused < 1000 || refused > 19_000 {
		t.Errorf("%d of the queries are refused; want some of both", refused)
	}
}

// FuzzReadQuery: the letters and digits of a query are in the answer, but for those of pairs to
// ignore.
func FuzzReadQuery(f *testing.F) {
	for _, raw := range []string{
		"points=5;seed=3", "a=%&b=%zz&c=1&c=2", "x=1&amp;y=2?z=3", "utm_a=;b=c&=1", "%C2%AD=%0A&..=..", "hide=1&hide=2&)",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := ReadQuery(raw, "hide")
		if err != nil {
			return
		}
		kept := 0
		for name, values := range query {
			for _, value := range values {
				kept += solid(name) + solid(value)
			}
		}
		there := 0
		for pair := range strings.SplitSeq(misjoined.ReplaceAllString(entities.ReplaceAllString(raw, "&"), "&$1"), "&") {
			name, value, _ := strings.Cut(pair, "=")
			if name = tidy(unquote(name)); !isTracking(name) {
				there += solid(name) + solid(unquote(value))
			}
		}
		if kept != there {
			t.Errorf("ReadQuery(%q) = %q, which has %d letters and digits; want all %d", raw, query, kept, there)
		}
	})
}

// solid counts the ASCII letters and digits of a text.
func solid(text string) (n int) {
	for _, c := range []byte(strings.ToLower(text)) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

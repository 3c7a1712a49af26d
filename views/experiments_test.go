package views

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// TestExperiments: every experiment is told in full, once. What it says is checked by package
// handlers, which can train it.
func TestExperiments(t *testing.T) {
	seen := map[string]bool{}
	slug := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for _, e := range Experiments() {
		for _, once := range []string{e.Slug, e.Title, e.Question, e.Query} {
			if seen[once] {
				t.Errorf("%s: %q is there twice", e.Slug, once)
			}
			seen[once] = true
		}
		if !slug.MatchString(e.Slug) {
			t.Errorf("the slug %q; want words with hyphens", e.Slug)
		}
		if e.Title == "" || strings.ContainsAny(e.Title, ".!?") {
			t.Errorf("%s: the title is %q; want some words", e.Slug, e.Title)
		}
		checkProse(t, e.Slug+": the question, asked", strings.TrimSuffix(e.Question, "?")+".")
		if strings.Count(e.Question, "?") != 1 || !strings.HasSuffix(e.Question, "?") {
			t.Errorf("%s: the question is %q; want one question", e.Slug, e.Question)
		}
		checkProse(t, e.Slug+": the answer", e.Answer)
		checkProse(t, e.Slug+": what to watch", strings.TrimRight(e.Watch, ".?")+".")
		if strings.Count(e.Answer, ". ") > 1 || strings.Count(e.Watch, ". ") > 1 {
			t.Errorf("%s: want at most two sentences to watch and to answer", e.Slug)
		}
		for _, try := range e.Tries {
			checkProse(t, e.Slug+": what to try", try.Do+".")
			checkProse(t, e.Slug+": what happens then", try.See)
			if strings.Count(try.Do+try.See, ". ") > 0 || strings.HasSuffix(try.Do, ".") {
				t.Errorf("%s: want one sentence of what to try, without a full stop, and one of what happens", e.Slug)
			}
		}
		if len(e.Tries) == 0 {
			t.Errorf("%s: there is nothing to try next", e.Slug)
		}
		guesses := map[string]bool{}
		for _, guess := range e.Guesses {
			checkProse(t, e.Slug+": a guess", guess+".")
			guesses[guess] = true
		}
		if len(guesses) < 3 || len(guesses) != len(e.Guesses) || e.Right < 0 || e.Right >= len(e.Guesses) {
			t.Errorf("%s: the guesses are %q, the right one is %d; want three, one of them right", e.Slug, e.Guesses, e.Right)
		}
		if !slices.Contains(Panels(), e.Panel) {
			t.Errorf("%s: the panel is %q; want one that there is", e.Slug, e.Panel)
		}
		query, err := url.ParseQuery(e.Query)
		if err != nil {
			t.Errorf("%s: %v", e.Slug, err)
		}
		if _, ok := dataset.Lookup(query.Get("dataset")); !ok {
			t.Errorf("%s: the data set is %q; want one that there is", e.Slug, query.Get("dataset"))
		}
	}
	if n := len(Experiments()); n < 12 {
		t.Errorf("there are %d experiments; want a dozen at least", n)
	}
}

// TestExperimentsDialog: a card for each, with its texts, its picture and a link to it.
func TestExperimentsDialog(t *testing.T) {
	dialog := render(t, ExperimentsDialog()).one(t, "dialog#experiments")
	for _, e := range Experiments() {
		card := dialog.one(t, "#experiment-"+e.Slug)
		if got := card.one(t, "h3").content(); got != e.Title {
			t.Errorf("%s: the heading is %q; want %q", e.Slug, got, e.Title)
		}
		for _, want := range []string{e.Question, e.Tries[0].Do, e.Tries[0].See, e.Answer} {
			if !strings.Contains(card.content(), want) {
				t.Errorf("%s: the card lacks %q", e.Slug, want)
			}
		}
		if got, want := len(card.all("svg path")), len(recipeDots(e.Query)); got != want {
			t.Errorf("%s: the picture has %d paths; want %d", e.Slug, got, want)
		}
		link := card.one(t, "a")
		if got := link.attr("href"); got != "?experiment="+e.Slug {
			t.Errorf("%s: the link leads to %q; want ?experiment=%s", e.Slug, got, e.Slug)
		}
		if !strings.HasPrefix(link.attr("aria-label"), link.content()) || !strings.Contains(link.attr("aria-label"), e.Title) {
			t.Errorf("%s: the link is called %q; want the title behind %q", e.Slug, link.attr("aria-label"), link.content())
		}
	}
	if got, want := len(dialog.all("a")), len(Experiments()); got != want {
		t.Errorf("the dialog has %d links; want %d", got, want)
	}
}

// TestRecipeDots: the picture is of the recipe's own data.
func TestRecipeDots(t *testing.T) {
	dot := regexp.MustCompile(`M-?\d+( |-)\d+h0`)
	for query, want := range map[string]int{
		"dataset=gauss&classes=10": 10, "dataset=gauss": 2, "dataset=blobs": 3, "dataset=xor&points=20": 2, "dataset=hills": levels,
	} {
		groups, points := recipeDots(query), 0
		colours := map[string]bool{}
		for _, d := range groups {
			colours[d.Colour] = true
			points += len(dot.FindAllString(d.Path, -1))
			if rest := dot.ReplaceAllString(d.Path, ""); rest != "" {
				t.Errorf("%s: the path %q has %q beside dots", query, d.Path, rest)
			}
		}
		if points != thumbnailPoints || len(colours) != len(groups) {
			t.Errorf("%s: %d dots of %d colours in %d paths; want %d, and a path for each colour", query, points, len(colours), len(groups), thumbnailPoints)
		}
		if len(colours) > want || len(colours) < min(want, 2) || want == nn.MaxClasses && len(colours) != want {
			t.Errorf("%s: the picture has %d colours; want %d", query, len(colours), want)
		}
	}
	if got := recipeDots("dataset=xor")[0].Colour; got != classColours[0].hex() {
		t.Errorf("the first class is %s; want %s as on the plane", got, classColours[0].hex())
	}
	if reflect.DeepEqual(recipeDots("dataset=circles&noise=0"), recipeDots("dataset=circles&noise=0.15")) {
		t.Errorf("circles with and without noise look the same")
	}
	// The first point of xor, by hand: its place in hundredths, y upwards.
	made, err := dataset.Generate(dataset.XOR, dataset.Params{Points: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("M%.0f", 100*made[0].X)
	y := fmt.Sprintf("%.0fh0", -100*made[0].Y)
	if got := recipeDots("dataset=xor")[0].Path; !strings.HasPrefix(got, want+y) && !strings.HasPrefix(got, want+" "+y) {
		t.Errorf("the picture of xor begins with %.12s; want %s %s", got, want, y)
	}
}

// teachers are the components that teach beside the controls.
func teachers() map[string]templ.Component {
	return map[string]templ.Component{"ExperimentsDialog": ExperimentsDialog(), "TourBox": TourBox(), "HelpDialog": HelpDialog("v1")}
}

// TestTeachersAccessible: dialogs are labelled, headings in order, ids there once, buttons of a
// type and a name; nothing needs more than the page's policy.
func TestTeachersAccessible(t *testing.T) {
	seen := map[string]string{}
	for name, component := range teachers() {
		e := render(t, component)
		root := slices.Concat(e.all("dialog"), e.all("[role=dialog]"))
		if len(root) != 1 {
			t.Fatalf("%s has %d dialogs; want one", name, len(root))
		}
		heading := e.one(t, "#"+root[0].attr("aria-labelledby"))
		if heading.Data != "h2" || heading.content() == "" {
			t.Errorf("%s is labelled by a %s %q; want its heading", name, heading.Data, heading.content())
		}
		level := 1
		for n := range e.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			x := element{n}
			if id := x.attr("id"); id != "" {
				if other := seen[id]; other != "" {
					t.Errorf("the id %s is in %s and in %s", id, other, name)
				}
				seen[id] = name
			}
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
				next := int(n.Data[1] - '0')
				if next > level+1 || next == 1 {
					t.Errorf("%s: a %s %q follows a heading of level %d", name, n.Data, x.content(), level)
				}
				level = next
			}
			if n.Data == "button" && (x.attr("type") != "button" || x.content() == "") {
				t.Errorf("%s: a button %q has the type %q; want button and a name", name, x.content(), x.attr("type"))
			}
			if n.Data == "style" || n.Data == "script" || n.Data == "form" {
				t.Errorf("%s has a <%s>", name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s has a <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

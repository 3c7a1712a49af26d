package views

import (
	"errors"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
)

// An Experiment is a prepared run that answers one question. While it runs, a card of the page tells
// it: see [ExperimentCard].
type Experiment struct {
	Slug     string // its name in addresses and ids
	Title    string
	Question string   // what it answers
	Guesses  []string // what may come of it, to choose from before it runs
	Right    int      // which of Guesses does
	Watch    string   // what to look at while it runs
	Panel    string   // where that is: one of Panels()
	About    string   // the field of the control that it is about
	Answer   string   // what is to be seen
	Tries    []Try    // what to change next
	// Query is a recipe as GET /train takes it. Steps is how many updates the page replays,
	// frame_steps, one of Speeds, how fast.
	Query string
}

// A Try is an experiment with something changed.
type Try struct {
	Do     string // what to change
	See    string // what happens then
	Change string // the parameters of the recipe that it changes, as a query
}

// TryQuery returns the recipe of one of Tries.
func (e *Experiment) TryQuery(i int) string {
	recipe, err := url.ParseQuery(e.Query)
	change, err2 := url.ParseQuery(e.Tries[i].Change)
	if err := errors.Join(err, err2); err != nil {
		panic("views: " + err.Error()) // the table's own values are valid
	}
	maps.Copy(recipe, change)
	return strings.ReplaceAll(recipe.Encode(), "%2C", ",")
}

// LookupExperiment returns the experiment of a name, or nil.
func LookupExperiment(slug string) *Experiment {
	for i := range experiments {
		if experiments[i].Slug == slug {
			return &experiments[i]
		}
	}
	return nil
}

// NextExperiment returns the experiment after another in the table, or nil.
func NextExperiment(slug string) *Experiment {
	for i := range experiments[:len(experiments)-1] {
		if experiments[i].Slug == slug {
			return &experiments[i+1]
		}
	}
	return nil
}

// Experiments returns the prepared experiments, the easiest first. Package handlers trains every
// one of them in its tests, with each of its tries, and checks what Answer and See say, so a changed
// recipe needs a changed test.
func Experiments() []Experiment { return slices.Clone(experiments) }

// An experimentCard is an experiment as the dialog shows it.
type experimentCard struct {
	Experiment
	Dots []dots
}

// dots draws all points of one colour as an SVG path of strokes without length, whose round ends
// are the dots. The path is a sixth as long as one with the plane's markers, which counts because
// every experiment has a picture.
type dots struct{ Path, Colour string }

// experimentCards draws a few points of every experiment's data, once.
var experimentCards = sync.OnceValue(func() []experimentCard {
	var cards []experimentCard
	for _, e := range Experiments() {
		cards = append(cards, experimentCard{e, recipeDots(e.Query)})
	}
	return cards
})

// recipeDots draws the data set of a recipe of Experiments, with fewer points.
func recipeDots(query string) []dots {
	recipe, err := url.ParseQuery(query)
	if err != nil {
		panic("views: " + err.Error()) // the table's own values are valid
	}
	info, _ := dataset.Lookup(recipe.Get("dataset"))
	p := dataset.Params{Points: thumbnailPoints, Noise: info.DefaultNoise, Seed: 1}
	if noise := recipe.Get("noise"); noise != "" {
		p.Noise, _ = strconv.ParseFloat(noise, 64) // handlers' tests decode every recipe
	}
	p.LabelNoise, _ = strconv.ParseFloat(recipe.Get("label_noise"), 64) // 0, as without it
	p.Classes, _ = strconv.Atoi(recipe.Get("classes"))                  // 0, the data set's own, if not given
	made, err := dataset.Generate(info.Name, p)
	if err != nil {
		panic("views: " + err.Error())
	}
	paths := map[string]*strings.Builder{}
	var all []dots
	for _, p := range made {
		colour := scale(math.Round(p.Label*(levels/2)) / (levels / 2))
		if nn.Task(info.Task) == nn.Classification {
			colour = classColours[int(p.Label)]
		}
		b := paths[colour.hex()]
		if b == nil {
			b = new(strings.Builder)
			paths[colour.hex()] = b
			all = append(all, dots{Colour: colour.hex()})
		}
		// Hundredths, for a picture of a hundred pixels.
		b.WriteByte('M')
		writePair(b, int(math.Round(p.X*100)), int(math.Round(-p.Y*100)))
		b.WriteString("h0")
	}
	for i := range all {
		all[i].Path = paths[all[i].Colour].String()
	}
	return all
}

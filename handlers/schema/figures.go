package schema

import (
	"fmt"
	"strings"
	"sync"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// Limits of figures.
const (
	LeastWidth, MostWidth, MostFilmWidth = 160, 2400, 1200 // pixels
	LeastFrames, MostFrames              = 2, 100
	DefaultFrames                        = 30
	LongestName                          = 60 // letters
)

// A FigureParameter is a parameter of a figure, beside those of a recipe.
type FigureParameter struct {
	wire.Parameter
	Default string // in Markdown, for the document of the API
	OfFilm  bool   // of films only
}

// FigureParameters returns the table of what a query says of a figure. Nobody may modify it.
var FigureParameters = sync.OnceValue(func() []FigureParameter {
	inUnits := func(least, most float64) setting.Range { return setting.Range{Least: least, Most: most} }
	var figureViews []string
	for _, v := range views.FigureViews() {
		figureViews = append(figureViews, string(v))
	}
	quoted := func(choices []string) string { return "`" + strings.Join(choices, "`, `") + "`" }
	onOff := []string{"0", "1"}
	return []FigureParameter{
		{Parameter: wire.Parameter{Name: "view", Choices: figureViews, About: quoted(figureViews)}, Default: "`plane`"},
		{
			Parameter: wire.Parameter{
				Name: "width", Kind: setting.Whole, Range: inUnits(LeastWidth, MostWidth),
				About: fmt.Sprintf("%d to %d pixels, of a film to %d", LeastWidth, MostWidth, MostFilmWidth),
			},
			Default: "720; `network` 1080; `lab` and `layers` 1440; of a film at most 720",
		},
		{Parameter: wire.Parameter{Name: "theme", Choices: views.Themes(), About: quoted(views.Themes())}, Default: "`light`"},
		{Parameter: wire.Parameter{Name: "title", About: fmt.Sprintf("at most %d letters, over the figure", LongestName)}, Default: "none"},
		{Parameter: wire.Parameter{Name: "x_name", About: fmt.Sprintf("at most %d letters, along the plane", LongestName)}, Default: "`x`"},
		{Parameter: wire.Parameter{Name: "y_name", About: "the same"}, Default: "`y`"},
		{
			Parameter: wire.Parameter{Name: "hard", Choices: onOff, About: "`0`; `1`: hard edges, the colour of the likeliest class alone"},
			Default:   "`0`",
		},
		{Parameter: wire.Parameter{Name: "log_scale", Choices: onOff, About: "`0`; `1`: losses on a logarithmic scale"}, Default: "`0`"},
		{
			Parameter: wire.Parameter{
				Name: "frames", Kind: setting.Whole, Range: inUnits(LeastFrames, MostFrames),
				About: fmt.Sprintf("of a film: %d to %d moments, evenly spread over the steps", LeastFrames, MostFrames),
			},
			Default: fmt.Sprint(DefaultFrames), OfFilm: true,
		},
	}
})

// figure returns what the query of a figure may have, with the recipe of its run or without.
func figure(ofFilm bool, rows []queryRow) []queryRow {
	for _, p := range FigureParameters() {
		if p.OfFilm && !ofFilm {
			continue
		}
		if p.Name == "width" && ofFilm {
			p.Range.Most = MostFilmWidth
		}
		rows = append(rows, queryRow{p.Parameter, false})
	}
	return rows
}

// untimed returns the parameters of a recipe whose run is computed at once.
func untimed(recipe []queryRow) (rows []queryRow) {
	for _, q := range recipe {
		switch q.Name {
		case "frame_steps", "frame_ms":
			continue
		case "steps":
			q.About = "updates to make in all; 0, the default, for none"
		}
		rows = append(rows, q)
	}
	return rows
}

// version is the parameter of an answer that may be kept for as long as there is this version.
func version() queryRow {
	return queryRow{wire.Parameter{Name: "v", About: "the version that is to answer: its answer may be kept for ever"}, false}
}

// image returns the answer of a figure.
func image(mediaType string) []reply {
	return []reply{
		{200, mediaType, "", "The figure, with an `ETag`.", nil},
		{304, "", "", "It is the one that `If-None-Match` names.", nil},
	}
}

// figureRoutes returns the rows of the figures.
func figureRoutes() []Route {
	const seen = "The same query gives the same bytes. Text of an SVG stays text."
	var routes []Route
	for _, f := range []struct{ ending, mediaType, id string }{{"svg", "image/svg+xml", "SVG"}, {"png", "image/png", "PNG"}} {
		example := object{"dataset": "moons", "steps": 2, "width": 200}
		withLesson := append(untimed(recipe()), lesson()...)
		routes = append(routes,
			Route{
				Method: "GET", Path: "/picture." + f.ending, ID: "picture" + f.id, Summary: "A figure of the run of a recipe", About: seen,
				Query: append(figure(false, withLesson), version()), Answers: image(f.mediaType), Codes: training, Example: example,
			},
			Route{
				Method: "POST", Path: "/picture." + f.ending, ID: "pictureOfState" + f.id, Summary: "A figure of a state", About: seen,
				Body: "picture", Query: figure(false, nil), Answers: []reply{{200, f.mediaType, "", "The figure.", nil}}, Codes: computing,
				Example: object{"config": linear, "network": trained, "data": two},
			},
			Route{
				Method: "GET", Path: "/film." + f.ending, ID: "film" + f.id, Summary: "The run of a recipe as a figure that moves", About: seen,
				Query: append(figure(true, withLesson), version()), Answers: image(f.mediaType), Codes: training,
				Example: object{"dataset": "moons", "steps": 2, "width": 200, "frames": 2},
			})
	}
	return routes
}

// picture is the schema of a state to draw: that of an export, whose format says nothing here.
func (b *builder) picture(ref reference) object {
	s := b.message(wire.Export)(ref)
	delete(s, "required")
	format := s["properties"].(object)["format"].(object)
	delete(format, "enum")
	format["description"] = "Is not looked at."
	return s
}

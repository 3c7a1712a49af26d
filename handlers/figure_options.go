package handlers

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"nnvisu/handlers/wire"
	"nnvisu/views"
)

// A figureKind is a route of figures.
type figureKind int

// The kinds of figures.
const (
	pictureSVG figureKind = iota
	picturePNG
	filmSVG
	filmPNG
)

func (k figureKind) isFilm() bool { return k == filmSVG || k == filmPNG }
func (k figureKind) isSVG() bool  { return k == pictureSVG || k == filmSVG }

// contentType returns the media type of the answer.
func (k figureKind) contentType() string {
	if k.isSVG() {
		return "image/svg+xml"
	}
	return "image/png"
}

// extension returns what the name of a file ends with.
func (k figureKind) extension() string {
	if k.isSVG() {
		return ".svg"
	}
	return ".png"
}

// A figureRoute is the address of a kind.
type figureRoute struct {
	path string
	kind figureKind
}

// figureRoutes are the addresses of the kinds.
var figureRoutes = []figureRoute{
	{"/picture.svg", pictureSVG}, {"/picture.png", picturePNG}, {"/film.svg", filmSVG}, {"/film.png", filmPNG},
}

// isFigure reports whether a route is that of a figure.
func isFigure(route string) bool {
	for _, f := range figureRoutes {
		if f.path == route {
			return true
		}
	}
	return false
}

// figureOptions are what a query asks for besides the run.
type figureOptions struct {
	figure views.Figure
	width  int // in pixels; 0 is the view's own
	frames int // of a film
}

// Limits of figures.
const (
	leastWidth, mostWidth, mostFilmWidth = 160, 2400, 1200
	leastFrames, mostFrames              = 2, 100
	defaultFrames                        = 30
	longestName                          = 60 // letters
)

// A figureParameter is a parameter of a figure, beside those of a recipe.
type figureParameter struct {
	Name, Values, Default string // for the document
	film                  bool   // of films only
	read                  func(o *figureOptions, name, text string) error
}

// figureParameters has a row for each parameter. It is what the query is read by, and what the document
// of the API says.
var figureParameters = []figureParameter{
	{"view", "`" + strings.Join(names(views.FigureViews()), "`, `") + "`", "`plane`", false,
		func(o *figureOptions, name, text string) error {
			o.figure.View = views.FigureView(text)
			return oneOf(name, text, names(views.FigureViews()))
		}},
	{"width", fmt.Sprintf("%d to %d pixels, of a film to %d", leastWidth, mostWidth, mostFilmWidth), "720; `network` 1080; `lab` 1440; of a film at most 720", false,
		func(o *figureOptions, name, text string) error { return wire.ReadInt(text, name, &o.width) }},
	{"theme", "`" + strings.Join(figureThemes, "`, `") + "`", "`light`", false,
		func(o *figureOptions, name, text string) error {
			o.figure.Dark = text == figureThemes[1]
			return oneOf(name, text, figureThemes)
		}},
	{"title", fmt.Sprintf("at most %d letters, over the figure", longestName), "none", false,
		func(o *figureOptions, name, text string) error { return readName(&o.figure.Title, name, text) }},
	{"x_name", fmt.Sprintf("at most %d letters, along the plane", longestName), "`x`", false,
		func(o *figureOptions, name, text string) error { return readName(&o.figure.XName, name, text) }},
	{"y_name", "the same", "`y`", false,
		func(o *figureOptions, name, text string) error { return readName(&o.figure.YName, name, text) }},
	{"hard", "`0`; `1`: hard edges, the colour of the likeliest class alone", "`0`", false,
		func(o *figureOptions, name, text string) error { return readSwitch(&o.figure.Hard, name, text) }},
	{"log_scale", "`0`; `1`: losses on a logarithmic scale", "`0`", false,
		func(o *figureOptions, name, text string) error { return readSwitch(&o.figure.LogScale, name, text) }},
	{"frames", fmt.Sprintf("of a film: %d to %d moments, evenly spread over the steps", leastFrames, mostFrames), fmt.Sprint(defaultFrames), true,
		func(o *figureOptions, name, text string) error { return wire.ReadInt(text, name, &o.frames) }},
}

// figureThemes are the colours that a figure can have.
var figureThemes = []string{"light", "dark"}

func names[T ~string](values []T) (all []string) {
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}

func oneOf(name, text string, all []string) error {
	if !slices.Contains(all, text) {
		return wire.Invalid(name, "must be one of %s; got %q", strings.Join(all, ", "), wire.Clip(text))
	}
	return nil
}

func readSwitch(dst *bool, name, text string) error {
	*dst = text == "1"
	return oneOf(name, text, []string{"0", "1"})
}

func readName(dst *string, name, text string) error {
	*dst = strings.ToValidUTF8(text, "")
	if n := utf8.RuneCountInString(*dst); n > longestName {
		return wire.TooLarge(name, "must have at most %d letters; got %d", longestName, n)
	}
	return nil
}

// takeFigure reads what a query says of a figure, and returns it with the rest of the query, which says
// of what run.
func takeFigure(query url.Values, kind figureKind) (figureOptions, url.Values, error) {
	o := figureOptions{frames: defaultFrames}
	rest := url.Values{}
	for name, values := range query {
		rest[name] = slices.Clone(values)
	}
	for _, p := range figureParameters { // in order: the same query, the same error
		if p.film && !kind.isFilm() || !rest.Has(p.Name) {
			continue
		}
		if err := p.read(&o, p.Name, rest.Get(p.Name)); err != nil {
			return o, rest, err
		}
		rest.Del(p.Name)
	}
	return o, rest, o.check(kind)
}

// check completes the options, and returns an error for what is beyond a limit.
func (o *figureOptions) check(kind figureKind) error {
	o.figure.Film = kind.isFilm()
	if o.figure.View == "" {
		o.figure.View = views.FigurePlane
	}
	most := mostWidth
	if kind.isFilm() {
		most = mostFilmWidth
	}
	if o.width == 0 {
		o.width = o.figure.DefaultWidth()
		if kind.isFilm() {
			o.width = min(o.width, defaultFilmWidth)
		}
	}
	switch {
	case o.width < leastWidth:
		return wire.Invalid("width", "must be from %d to %d; got %d", leastWidth, most, o.width)
	case o.width > most:
		return wire.TooLarge("width", "must be from %d to %d; got %d", leastWidth, most, o.width)
	case o.frames < leastFrames:
		return wire.Invalid("frames", "must be from %d to %d; got %d", leastFrames, mostFrames, o.frames)
	case o.frames > mostFrames:
		return wire.TooLarge("frames", "must be from %d to %d; got %d", leastFrames, mostFrames, o.frames)
	}
	// An SVG is drawn larger by whoever shows it.
	switch o.figure.Pixels = o.width; kind {
	case pictureSVG:
		o.figure.Pixels = 2 * o.figure.DefaultWidth()
	case filmSVG:
		o.figure.Pixels = defaultFilmWidth
	}
	return nil
}

// defaultFilmWidth is how many pixels wide a film is at most where nobody says it.
const defaultFilmWidth = 720

package handlers

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/views"
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
	return slices.ContainsFunc(figureRoutes, func(f figureRoute) bool { return f.path == route })
}

// figureOptions are what a query asks for besides the run.
type figureOptions struct {
	figure views.Figure
	width  int // in pixels; 0 is the view's own
	frames int // of a film
}

// figureReaders reads the parameters of schema.FigureParameters, by their names.
var figureReaders = map[string]func(o *figureOptions, p schema.FigureParameter, text string) error{
	"view": func(o *figureOptions, p schema.FigureParameter, text string) error {
		o.figure.View = views.FigureView(text)
		return oneOf(p.Name, text, p.Choices)
	},
	"width": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return wire.ReadInt(text, p.Name, &o.width)
	},
	"theme": func(o *figureOptions, p schema.FigureParameter, text string) error {
		o.figure.Dark = text == views.ThemeDark
		return oneOf(p.Name, text, p.Choices)
	},
	"title": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return readName(&o.figure.Title, p.Name, text)
	},
	"x_name": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return readName(&o.figure.XName, p.Name, text)
	},
	"y_name": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return readName(&o.figure.YName, p.Name, text)
	},
	"hard": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return readSwitch(&o.figure.Hard, p, text)
	},
	"log_scale": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return readSwitch(&o.figure.LogScale, p, text)
	},
	"frames": func(o *figureOptions, p schema.FigureParameter, text string) error {
		return wire.ReadInt(text, p.Name, &o.frames)
	},
}

func oneOf(name, text string, all []string) error {
	if !slices.Contains(all, text) {
		return wire.Invalid(name, "must be one of %s; got %q", strings.Join(all, ", "), wire.Clip(text))
	}
	return nil
}

func readSwitch(dst *bool, p schema.FigureParameter, text string) error {
	*dst = text == "1"
	return oneOf(p.Name, text, p.Choices)
}

func readName(dst *string, name, text string) error {
	*dst = strings.ToValidUTF8(text, "")
	if n := utf8.RuneCountInString(*dst); n > schema.LongestName {
		return wire.TooLarge(name, "must have at most %d letters; got %d", schema.LongestName, n)
	}
	return nil
}

// takeFigure reads what a query says of a figure, and returns it with the rest of the query, which says
// of what run.
func takeFigure(query url.Values, kind figureKind) (figureOptions, url.Values, error) {
	o := figureOptions{frames: schema.DefaultFrames}
	rest := url.Values{}
	for name, values := range query {
		rest[name] = slices.Clone(values)
	}
	for _, p := range schema.FigureParameters() { // in order: the same query, the same error
		if p.OfFilm && !kind.isFilm() || !rest.Has(p.Name) {
			continue
		}
		if err := figureReaders[p.Name](&o, p, rest.Get(p.Name)); err != nil {
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
	most := schema.MostWidth
	if kind.isFilm() {
		most = schema.MostFilmWidth
	}
	if o.width == 0 {
		o.width = o.figure.DefaultWidth()
		if kind.isFilm() {
			o.width = min(o.width, defaultFilmWidth)
		}
	}
	switch {
	case o.width < schema.LeastWidth:
		return wire.Invalid("width", "must be from %d to %d; got %d", schema.LeastWidth, most, o.width)
	case o.width > most:
		return wire.TooLarge("width", "must be from %d to %d; got %d", schema.LeastWidth, most, o.width)
	case o.frames < schema.LeastFrames:
		return wire.Invalid("frames", "must be from %d to %d; got %d", schema.LeastFrames, schema.MostFrames, o.frames)
	case o.frames > schema.MostFrames:
		return wire.TooLarge("frames", "must be from %d to %d; got %d", schema.LeastFrames, schema.MostFrames, o.frames)
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

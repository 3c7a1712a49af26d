package drawing

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The font of pictures made of pixels, and the measure of all texts: the sans-serif font that a reader
// of SVG has is about as wide.
var (
	regular = sync.OnceValue(func() *sfnt.Font { return parsed(goregular.TTF) })
	bold    = sync.OnceValue(func() *sfnt.Font { return parsed(gobold.TTF) })
)

func parsed(ttf []byte) *sfnt.Font {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic("drawing: " + err.Error()) // the fonts are built in
	}
	return f
}

func (l *Letter) font() *sfnt.Font {
	if l.Bold {
		return bold()
	}
	return regular()
}

// em returns the size of the font's own grid, and that in the units of package sfnt.
func em(f *sfnt.Font) (int, fixed.Int26_6) {
	n := int(f.UnitsPerEm())
	return n, fixed.I(n)
}

// visible returns a text as it can be written in SVG: without control characters, marks of direction,
// and what is no character of XML.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || r >= 0xfffe && r <= 0xffff || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co) {
			return -1
		}
		return r
	}, text)
}

// A glyph is a character's outline and how far it moves the next one, in the font's own grid.
type glyph struct {
	outline sfnt.Segments // in 64ths
	advance int
}

// narrowest is the width of a space that the font has not, as a part of an em.
const narrowest = 5

// glyphOf returns the glyph of a character; outline is valid until the next call with the buffer.
func glyphOf(f *sfnt.Font, b *sfnt.Buffer, r rune, outline bool) (g glyph) {
	grid, size := em(f)
	index, err := f.GlyphIndex(b, r)
	if err != nil {
		return g
	}
	if unicode.IsSpace(r) {
		if outline = false; index == 0 {
			return glyph{advance: grid / narrowest}
		}
	}
	advance, err := f.GlyphAdvance(b, index, size, font.HintingNone)
	if err != nil {
		return g
	}
	g.advance = advance.Round()
	if outline {
		g.outline, _ = f.LoadGlyph(b, index, size, nil) // what cannot be loaded is not to be seen
	}
	return g
}

// Width returns how wide a text is.
func (l Letter) Width(text string) int {
	var b sfnt.Buffer
	f, sum := l.font(), 0
	for _, r := range visible(text) {
		sum += glyphOf(f, &b, r, false).advance
	}
	grid, _ := em(f)
	return (sum*l.Size + grid - 1) / grid
}

// Fit returns as much of a text as is at most so wide, with an ellipsis if that is not all.
func (l Letter) Fit(text string, most int) string {
	if l.Width(text) <= most {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		if cut := strings.TrimRightFunc(string(runes[:n]), unicode.IsSpace) + "…"; l.Width(cut) <= most {
			return cut
		}
	}
	return "…"
}

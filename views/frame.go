package views

import (
	"context"
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/table"
)

// A FrameWriter writes the frames of one stream. A frame is everything that training changes, as
// fragments for their places in the page. The writer lays out constant parts once, and leaves out
// the parts that the client already has. So every frame written must also be sent.
type FrameWriter struct {
	edges  []edge
	kinds  []uint8 // how the client shows the edges
	hashes [hashedParts]uint64
	areas  pattern // as the client shows it
	seed   maphash.Seed
	kept   historyKey    // of the history that the client has
	said   saying        // of the diagnosis that the client shows
	told   []goal.Result // of the goal, as the client shows them
	begun  bool          // the first frame is written
}

// Parts of a frame that are compared with the client's by a hash.
const (
	partMeasures = iota
	partRate
	partPanel
	hashedParts
)

// NewFrameWriter returns a writer for a stream that trains a network of this config, on a page that has
// room for so many units in a column. The config's number of classes must be set.
func NewFrameWriter(c nn.Config, room int) *FrameWriter {
	f := &FrameWriter{edges: slices.Clip(edges(c, rowsFor(c, room))), seed: maphash.MakeSeed()}
	f.kinds = make([]uint8, len(f.edges))
	return f
}

// A historyKey changes exactly when the client must receive the history again. The newest sample of
// a long run is provisional: the next one replaces it, and the key leaves it out.
type historyKey struct {
	samples, every int
	best           nn.Best
	layers, apart  int // samples of the layers, and the least number of updates between them
}

func keyOf(h *nn.History) (k historyKey) {
	k.samples, k.every = h.Len(), h.Every
	if n := h.Len(); n >= 2 && h.Step[n-1]-h.Step[n-2] < h.Every { // provisional
		k.samples--
	}
	if h.Best != nil {
		k.best = *h.Best
	}
	if k.layers = h.Layers.Len(); k.layers > 0 {
		k.apart = h.Layers.Every
	}
	return k
}

// HistoryChanged reports whether the next frame needs the JSON of the history: the client has none
// yet, or one with another key. Most frames of a long run only replace the provisional sample,
// which can be measured again from the state in the frame.
func (f *FrameWriter) HistoryChanged(h *nn.History) bool {
	return !f.begun || keyOf(h) != f.kept
}

// Append appends the next frame of the stream to dst. The frame contains the history if the lab has
// its JSON; see HistoryChanged. An error is one of a panel's component.
func (f *FrameWriter) Append(dst []byte, l *Lab) ([]byte, error) {
	p := pen(dst)
	p.begin("#live")
	p.live(l)
	p.end()
	if l.JSON.History != "" || !f.begun {
		f.kept = keyOf(&l.History)
		p.begin("#past")
		p.past(l)
		p.end()
	}
	if !f.begun { // what was said in words was of another network
		p.begin("#plane-words")
		p.text(planeWordsHint)
		p.end()
		if l.ShowsStep { // so is what was explained
			p.begin("#explain-stale")
			if err := p.component(ExplainPast(*l)); err != nil {
				return dst, err
			}
			p.end()
		}
	}
	if f.areas.patternOf(l.Cells, l.State.Config) || !f.begun {
		p.begin("#pattern")
		p.pattern(&f.areas, planeAreas)
		p.end()
	}
	if said := l.saying(); said != f.said || !f.begun {
		f.said = said
		p.begin("#diagnosis")
		if err := p.component(Diagnosis(*l)); err != nil {
			return dst, err
		}
		p.end()
	}
	if !slices.Equal(l.Card.Goal, f.told) && !l.Redraft { // where the whole card is another
		f.told = l.Card.Goal
		p.begin("#goal-card")
		if err := p.component(goalCard(f.told, l.Card.Again)); err != nil {
			return dst, err
		}
		p.end()
	}
	at := p.begin("#measures")
	p.measures(l)
	f.finish(&p, at, partMeasures)
	at = p.begin("#rate")
	p = appendRate(p, &l.State)
	f.finish(&p, at, partRate)
	if kindsOf(f.kinds, f.edges, &l.State.Network.Parameters) || !f.begun {
		p.begin("#edges")
		p.edges(f.edges, f.kinds)
		p.end()
	}
	at = p.begin("#panel-body")
	if err := p.panelBody(l); err != nil {
		return dst, err
	}
	f.finish(&p, at, partPanel)
	f.begun = true
	return p, nil
}

// begin begins the fragment for a place in the page, and returns where in the buffer it begins.
func (p *pen) begin(target markup) (at int) {
	at = len(*p)
	p.text(`<hx-partial hx-target="`)
	p.text(target)
	p.text(`" hx-swap="innerHTML settle:0">`)
	return at
}

func (p *pen) end() { p.text(`</hx-partial>`) }

// finish ends the fragment that begins at offset at, or removes it if the client has the same.
func (f *FrameWriter) finish(p *pen, at, part int) {
	hash := maphash.Bytes(f.seed, (*p)[at:])
	if f.begun && hash == f.hashes[part] {
		*p = (*p)[:at]
		return
	}
	f.hashes[part] = hash
	p.end()
}

// Frame is a whole frame.
func Frame(l Lab) templ.Component {
	return written(func(p *pen) {
		// A panel's component fails only where its writer does, and a pen does not.
		*p, _ = NewFrameWriter(l.State.Config, l.Choices.Rows).Append(*p, &l)
	})
}

// Live is the part of the hidden state that every frame changes, together with the cells of the
// picture and the heat maps of the units, which the script paints.
func Live(l Lab) templ.Component { return written(func(p *pen) { p.live(&l) }) }

func (p *pen) live(l *Lab) {
	p.hidden(FieldNetwork, l.JSON.Network)
	p.text(`<div id="picture" data-step="`)
	p.number(l.State.Network.Step)
	if l.Best {
		p.text(`" data-best="`)
	}
	p.text(`" data-cells="`)
	*p = l.Cells.text(*p, len(paletteOf(l.State.Config).colours))
	p.text(`" data-maps="`)
	*p = l.Maps.text(*p)
	p.text(`" data-scales="`)
	for i, most := range l.Largest {
		if i > 0 {
			p.text(" ")
		}
		*p = strconv.AppendFloat(*p, most, 'g', 3, 64)
	}
	p.text(`"></div>`)
}

// Past is the hidden history. A frame of a stream may leave it out.
func Past(l Lab) templ.Component { return written(func(p *pen) { p.past(&l) }) }

func (p *pen) past(l *Lab) { p.hidden(FieldHistory, l.JSON.History) }

func (p *pen) hidden(name markup, value string) {
	p.text(`<input type="hidden" name="`)
	p.text(name)
	p.text(`" value="`)
	p.escaped(value)
	p.text(`"/>`)
}

// Measures are the numbers of the run.
func Measures(l Lab) templ.Component { return written(func(p *pen) { p.measures(&l) }) }

func (p *pen) measures(l *Lab) {
	p.text(`<div><dt>Epoch</dt><dd id="epoch">`)
	*p = table.AppendGrouped(*p, l.State.Network.Epoch)
	p.text(`</dd></div><div><dt>Step</dt><dd id="step">`)
	*p = table.AppendGrouped(*p, l.State.Network.Step)
	p.text(`</dd></div><div><dt>Train loss</dt><dd id="loss">`)
	if l.Metrics == nil {
		p.text(`–</dd></div>`)
		return
	}
	*p = appendLoss(*p, &l.Metrics.Loss)
	p.text(`</dd></div>`)
	if v := l.Metrics.Accuracy; v != nil {
		p.text(`<div><dt>Train accuracy</dt><dd id="accuracy">`)
		*p = appendPercent(*p, v)
		p.text(`</dd></div>`)
	}
	if v := l.Metrics.TestLoss; v != nil {
		p.text(`<div><dt>Test loss</dt><dd id="test-loss">`)
		*p = appendLoss(*p, v)
		p.text(`</dd></div>`)
	}
	if v := l.Metrics.TestAccuracy; v != nil {
		p.text(`<div><dt>Test accuracy</dt><dd id="test-accuracy">`)
		*p = appendPercent(*p, v)
		p.text(`</dd></div>`)
	}
}

// Edges draws the weights as lines: the width shows the size, the colour the sign.
func Edges(l Lab) templ.Component {
	return written(func(p *pen) {
		edges := edges(l.State.Config, l.rows())
		kinds := make([]uint8, len(edges))
		kindsOf(kinds, edges, &l.State.Network.Parameters)
		p.edges(edges, kinds)
	})
}

// panelBody writes the panel's chosen view.
func (p *pen) panelBody(l *Lab) error {
	shown := l.panel()
	if shown.view == nil {
		p.curves(l)
		return nil
	}
	return p.component(shown.view(*l))
}

// component writes a component of templ.
func (p *pen) component(c templ.Component) error {
	w := new(pen) // so that p does not escape to the heap
	*w = *p
	err := c.Render(context.Background(), w)
	*p = *w
	return err
}

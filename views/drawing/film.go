package drawing

import (
	"bytes"
	"io"
	"strconv"
)

// A Moving writes drawings of one size as one SVG document, which shows one after another. Whoever
// wants little motion, and whoever prints it, sees the last.
type Moving struct {
	first  *Drawing
	layers []moving
	added  int
}

// A moving layer is the text of a layer in each drawing, or one text if it was always the same.
type moving [][]byte

// Add adds a drawing, which must have as many layers as the one before. It returns about how many
// bytes the film keeps of it.
func (m *Moving) Add(d *Drawing) (kept int) {
	if m.first == nil {
		m.first, m.layers = d, make([]moving, len(d.Layers))
	}
	for i := range m.layers {
		l := &m.layers[i]
		text := d.Layers[i].svg(nil)
		if len(*l) == 1 && m.added > 0 {
			if bytes.Equal((*l)[0], text) {
				continue
			}
			for len(*l) < m.added { // it was the same so far
				*l = append(*l, (*l)[0])
			}
		}
		*l = append(*l, text)
		kept += cap(text)
	}
	m.added++
	return kept
}

// WriteSVG writes the film with a width in pixels.
func (m *Moving) WriteSVG(w io.Writer, width int, times Times) error {
	b := m.first.head(nil, width)
	total := (m.added-1)*times.Each + times.Last
	// A drawing is hidden but for its turn, the last but for the turns of others. A turn lasts a little
	// too long and not too short, so that there is always something to see.
	b = append(b, "<style>.m{visibility:hidden;animation:m "...)
	b = strconv.AppendInt(b, int64(total), 10)
	b = append(b, "ms step-end infinite}.z{visibility:visible;animation-name:z}"...)
	b = keyframes(b, 'm', times.Each, total)
	b = keyframes(b, 'z', times.Last, total)
	b = append(b, "@media print,(prefers-reduced-motion:reduce){.m{animation:none}}</style>\n"...)
	b = m.first.ground(b)
	for _, l := range m.layers {
		for i, text := range l {
			if len(l) == 1 {
				b = append(b, text...)
				continue
			}
			b = append(b, `<g class="m`...)
			if i == m.added-1 {
				b = append(b, " z"...)
			}
			b = append(b, `" style="animation-delay:`...)
			b = strconv.AppendInt(b, int64(i*times.Each-total), 10)
			b = append(append(append(b, "ms\">\n"...), text...), "</g>\n"...)
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(append(b, "</svg>\n"...))
	return err
}

// keyframes appends an animation that shows something at first, for some of the time.
func keyframes(b []byte, name byte, shown, total int) []byte {
	b = append(append(b, "@keyframes "...), name, '{')
	b = append(b, "0%{visibility:visible}"...)
	if thousandths := (shown*100_000 + total - 1) / total; thousandths < 100_000 {
		b = strconv.AppendInt(b, int64(thousandths/1000), 10)
		b = append(append(b, '.'), strconv.Itoa(1000 + thousandths%1000)[1:]...)
		b = append(b, "%{visibility:hidden}"...)
	}
	return append(b, '}')
}

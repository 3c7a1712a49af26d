package views

import (
	"math"

	"github.com/nnvisu/nnvisu/views/drawing"
)

// spaceColumns is the most pictures beside each other.
const spaceColumns = 4

// spaces draws where every layer puts the plane and the points, from the top left of a box, and returns
// how high that is.
func (p *figurePen) spaces(box figureBox) (height int) {
	pictures := spacePictures(p.data.State, p.data.Meta, p.data.Spaces, p.HideTest)
	columns := min(len(pictures), spaceColumns)
	if columns == 0 { // there are no points
		p.layer(figureTexts).Text(box.x, box.y+plainText, "There are no points.", letter(plainText, p.quiet, drawing.Start))
		return lineHeight
	}
	width := (box.width - (columns-1)*figureGap) / columns
	tall := 0
	for i := range pictures {
		if i%columns == 0 && i > 0 {
			height += tall + figureGap
			tall = 0
		}
		at := figureBox{box.x + i%columns*(width+figureGap), box.y + height, width, 0}
		tall = max(tall, p.space(&pictures[i], at))
	}
	height += tall
	if entries := p.planeLegend(); len(entries) > 0 {
		height += figureGap / 2
		height += p.legend(p.layer(figureTexts), entries, box.x, box.y+height, box.width)
	}
	return height
}

// space draws one picture, and returns how high it is.
func (p *figurePen) space(s *spacePicture, box figureBox) (height int) {
	texts := p.layer(figureTexts)
	head := letter(plainText, p.text, drawing.Start)
	head.Bold = true
	x, y, side := box.x+lineHeight, box.y+lineHeight+4*drawing.Unit, box.width-lineHeight
	texts.Text(x, box.y+plainText, s.Title, head)
	units := letter(smallText, p.quiet, drawing.End)
	texts.Text(box.x+box.width, box.y+plainText, s.Units, units)
	if s.Axes == nil {
		texts.Text(x, y+plainText, "Too large to be drawn.", letter(smallText, p.quiet, drawing.Start))
		return 2 * lineHeight
	}
	whole := float64(spaceSide + 2*spaceMargin)
	high := int(math.Floor(float64(float64(side)*float64(s.Height+2*spaceMargin)/whole) + 0.5))
	on := func(v int) int { return int(math.Floor(float64(float64(v)*float64(side))/whole + 0.5)) }
	at := func(spot spot) (int, int) { return x + on(spot.x+spaceMargin), y + on(spot.y+spaceMargin) }

	for _, a := range s.Areas {
		var area drawing.Path
		lineThrough(&area, a.corners, at)
		area.Close()
		p.layer(figurePlanes).Path(area, drawing.Paint{Fill: drawing.Colour(classColours[a.class].hex()), Opacity: 28})
	}
	var frame, zero, plane drawing.Path
	frame.Rect(x, y, side, high)
	texts.Path(frame, drawing.Paint{Stroke: p.line, Width: drawing.Unit})
	for k, axis := range s.Axes {
		from, to := spot{axis.zero, -spaceMargin}, spot{axis.zero, s.Height + spaceMargin}
		if k == 1 {
			from, to = spot{-spaceMargin, spaceSide - axis.zero}, spot{spaceSide + spaceMargin, spaceSide - axis.zero}
		}
		if axis.zero < -spaceMargin || axis.zero > spaceSide+spaceMargin {
			continue
		}
		lineThrough(&zero, []spot{from, to}, at)
	}
	if !zero.IsEmpty() {
		p.layer(figurePattern).Path(zero, drawing.Paint{Stroke: p.line, Width: drawing.Unit})
	}
	for _, line := range s.Lines {
		lineThrough(&plane, line, at)
	}
	if !plane.IsEmpty() {
		p.layer(figurePattern).Path(plane, drawing.Paint{Stroke: p.strong, Width: 60, Opacity: 70})
	}
	p.spacePoints(s, at)

	names := p.layer(figureMoments)
	number, name := letter(smallText, p.quiet, drawing.Start), letter(smallText, p.text, drawing.Middle)
	for k, axis := range s.Axes {
		lo, hi := number, number
		hi.Anchor, name.Upwards, lo.Upwards, hi.Upwards = drawing.End, k == 1, k == 1, k == 1
		room := side - lo.Width(axis.Lo) - hi.Width(axis.Hi) - 10*drawing.Unit
		if k == 0 {
			below := y + high + lineHeight - 3*drawing.Unit
			names.Text(x, below, axis.Lo, lo)
			names.Text(x+side/2, below, name.Fit(axis.whole(), room), name)
			names.Text(x+side, below, axis.Hi, hi)
			continue
		}
		names.Text(x-4*drawing.Unit, y+high, axis.Lo, lo)
		names.Text(x-4*drawing.Unit, y+high/2, name.Fit(axis.whole(), room), name)
		names.Text(x-4*drawing.Unit, y, axis.Hi, hi)
	}
	return y + high + lineHeight - box.y
}

// lineThrough adds the line from spot to spot to a path.
func lineThrough(path *drawing.Path, spots []spot, at func(spot) (int, int)) {
	for i, s := range spots {
		if i == 0 {
			path.Move(at(s))
		} else {
			path.Line(at(s))
		}
	}
}

// spacePoints draws the points of a picture.
func (p *figurePen) spacePoints(s *spacePicture, at func(spot) (int, int)) {
	task := p.data.State.Config.Task
	paths := make([]drawing.Path, 2*pointKinds(task))
	for _, dot := range s.Dots {
		lineThrough(&paths[dot.kind], dot.corners(), at)
		paths[dot.kind].Close()
	}
	for kind, path := range paths {
		if path.IsEmpty() {
			continue
		}
		style := pointStyle(kind, task)
		paint := drawing.Paint{Fill: drawing.Colour(style.Colour), Stroke: p.text, Width: 40}
		if style.Hollow {
			paint = drawing.Paint{Fill: figureEdge, Stroke: drawing.Colour(style.Colour), Width: 120}
		}
		p.layer(figurePoints).Path(path, paint)
	}
}

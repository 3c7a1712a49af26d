package handlers

import (
	"time"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// sample asks the network of a state for what its figure shows.
func (run *figureRun) sample(state nn.State) (*views.FigureData, error) {
	m, err := nn.NewModel(state)
	if err != nil {
		return nil, err
	}
	data := &views.FigureData{State: state, Meta: run.meta, History: run.history}
	needs := run.figure.Needs()
	m.SetYield(run.figure.Yield)
	if needs.Plane {
		xs, ys := views.FigurePlaces()
		data.Outputs = make([]float64, m.Outputs()*len(xs))
		m.PredictTo(data.Outputs, xs, ys)
	}
	if needs.Units {
		data.Units = sampleUnits(m)
	}
	if needs.Spaces {
		xs, ys := views.SpacePlaces()
		points, _ := nn.SpaceSample(state.Data)
		data.Spaces = m.Spaces(points, xs, ys, run.spaces)
		run.spaces = views.SpaceAxes(data.Spaces)
	}
	return data, m.Stopped()
}

// sampleUnits asks the units that a figure shows, a few places at a time: the others are not kept.
func sampleUnits(m *nn.Model) [][]float64 {
	const few = views.FigureMap * views.FigureMap / 8
	xs, ys := views.FigureMapPlaces()
	c := m.Config()
	shown := append(views.FigureUnits(c), m.Outputs())
	all, part := make([][]float64, len(shown)), make([][]float64, len(shown))
	for l, width := range append(append([]int{}, c.HiddenLayers...), m.Outputs()) {
		all[l], part[l] = make([]float64, shown[l]*len(xs)), make([]float64, width*few)
	}
	for from := 0; from < len(xs); from += few {
		m.UnitsTo(part, xs[from:from+few], ys[from:from+few])
		for l := range all {
			for u := range shown[l] {
				copy(all[l][u*len(xs)+from:], part[l][u*few:(u+1)*few])
			}
		}
	}
	return all
}

// What a figure takes besides computing what the network says, in nanoseconds of one core.
// TestFigureWork compares the sum with what is measured.
const (
	priceOfFigure    = 3e6
	priceOfPixel     = 40 // of a PNG
	priceOfFinePixel = 10 // of the plane of an SVG
)

// work returns how long it takes to draw one picture.
func (run *figureRun) work(c nn.Config) (sum time.Duration) {
	needs := run.figure.Needs()
	if needs.Plane {
		sum += nn.PassOf(c, views.FigureGrid*views.FigureGrid)
	}
	if needs.Units {
		sum += nn.PassOf(c, views.FigureMap*views.FigureMap)
	}
	if needs.Spaces {
		places, _ := views.SpacePlaces()
		sum += nn.SpacesOf(c, nn.SpacePoints+len(places))
	}
	price, pixels := time.Duration(priceOfPixel), time.Duration(run.figure.Pixels)
	if run.kind.isSVG() {
		price = priceOfFinePixel
	}
	return sum + priceOfFigure + price*pixels*pixels
}

// checkFigure returns an error if the pictures alone take longer than a request may.
func (s *Server) checkFigure(run *figureRun, state nn.State, frames int) error {
	each := run.work(state.Config)
	if time.Duration(frames)*each <= s.config.MaxWork {
		return nil
	}
	field := "width"
	if frames > schema.LeastFrames {
		field = "frames"
	}
	return wire.TooLarge(field, "%d moments of %d pixels take about %s; the limit is %s, which allows %d", frames, run.width,
		seconds(time.Duration(frames)*each), seconds(s.config.MaxWork), s.config.MaxWork/each)
}

// memory returns how many bytes the pictures take while they are drawn, besides the answer.
func (run *figureRun) memory(state nn.State, frames int) int64 {
	const encoder = 2 << 20
	c := state.Config
	sum := int64(encoder) + int64(frames)*bytesOfMoment*int64(nn.ParameterCount(c))
	needs := run.figure.Needs()
	pixels := int64(run.figure.Pixels)
	if needs.Plane {
		sum += int64(8*views.FigureGrid*views.FigureGrid*c.Outputs()) + pixels*pixels
	}
	if needs.Spaces {
		places, _ := views.SpacePlaces()
		sum += spaceBytes(c, len(places)+nn.SpacePoints)
	}
	if needs.Units {
		sum += bytesOfEdges + int64(8*views.FigureMap*views.FigureMap*(c.HiddenUnits()+c.Outputs()))
	}
	sum += bytesOfFigurePoint * int64(len(state.Data))
	if run.kind.isSVG() {
		return sum
	}
	// Two pictures of a film are compared. None is as high as twice its width, but for the curves'.
	return sum + min(2, int64(frames))*4*2*pixels*pixels
}

// What a figure takes for a parameter at each moment, for a point, and for as many edges as it has at
// most, in bytes.
const (
	bytesOfEdges       = 8 << 20
	bytesOfMoment      = 16
	bytesOfFigurePoint = 1024
)

package handlers

import (
	"context"
	"image"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
	"github.com/nnvisu/nnvisu/views/drawing"
)

// figureOf answers GET for a kind of figure, of the run that a recipe tells.
func (s *Server) figureOf(kind figureKind) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !accepts(c.Request(), kind.contentType()) {
			return notAcceptable(kind.contentType())
		}
		query, err := wire.ReadQuery(c.Request().URL.RawQuery, views.FieldHide, views.FieldLock)
		if err != nil {
			return err
		}
		figureHeaders(c.Response().Header()) // also of a 304, which renews those that a client keeps
		return s.pure(c, c.Path(), query, func(ctx context.Context, query url.Values) ([]byte, string, error) {
			return s.figure(ctx, query, kind)
		})
	}
}

// figureHeaders lets a figure stand in a page of another site, and lets its own styles be, which move
// a film. It has no script, and may load nothing.
func figureHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// figure draws what a query asks for. The same query gives the same bytes, on every replica of a
// release and on every CPU.
func (s *Server) figure(ctx context.Context, query url.Values, kind figureKind) (body []byte, contentType string, err error) {
	err = s.computing(ctx, func(ctx context.Context) error {
		o, rest, err := takeFigure(query, kind)
		if err != nil {
			return err
		}
		p, err := s.readLink(ctx, rest)
		if err != nil {
			return err
		}
		steps, _ := strconv.Atoi(p.choices.UntilStep) // "" is none; readLink has written it
		run := figureRun{figureOptions: o, kind: kind, meta: p.meta}
		run.figure.Yield = yielding(ctx)
		body, err = s.drawRun(ctx, &run, p.State, steps)
		return err
	})
	return body, kind.contentType(), err
}

// A figureRun is a figure and what is known of its run.
type figureRun struct {
	figureOptions
	kind    figureKind
	meta    table.Meta
	history nn.History
	spaces  []nn.LayerSpace // the axes of the moment before
}

// samplesOfRun is about how many places the curves of a run have.
const samplesOfRun = 200

// drawRun trains a state and draws it at its end, or at moments on the way.
func (s *Server) drawRun(ctx context.Context, run *figureRun, state nn.State, steps int) ([]byte, error) {
	history := run.figure.Needs().History
	frames := 1
	if run.kind.isFilm() {
		frames = run.frames
	}
	if err := s.checkFigure(run, state, frames); err != nil {
		return nil, err
	}
	samples := 1 // from one moment to the next
	if history {
		samples = max(1, samplesOfRun/max(1, frames-1))
	}
	m := wire.NewMessage(wire.Train)
	m.State = state
	t, work, err := s.newTrainer(ctx, &m, "steps", steps, func(c nn.Config) time.Duration {
		return time.Duration(frames)*run.work(c) + time.Duration(max(1, frames-1)*samples)*nn.WorkOf(c, len(state.Data)).Evaluation
	})
	if err != nil {
		return nil, err
	}
	if err := taskOf(ctx).reserveMore(run.memory(state, frames)); err != nil {
		return nil, err
	}
	moments := make([]nn.Parameters, 0, frames)
	last := max(1, frames-1) * samples
	for i := range last + 1 {
		at, _ := t.At()
		if err := s.advance(ctx, t, work, steps*i/last-at); err != nil {
			return nil, err
		}
		if t.SetYield(run.figure.Yield); history {
			step, epoch := t.At()
			run.history.Add(step, epoch, t.Metrics())
		}
		if i == last || run.kind.isFilm() && i%samples == 0 {
			moments = append(moments, t.Network().Parameters)
		}
		if err := t.Stopped(); err != nil {
			return nil, err
		}
	}
	return run.write(ctx, m.State, moments, steps)
}

// drawState draws a state as it is.
func (s *Server) drawState(ctx context.Context, run *figureRun, state nn.State) ([]byte, error) {
	if err := s.checkFigure(run, state, 1); err != nil {
		return nil, err
	}
	if err := taskOf(ctx).reserveMore(run.memory(state, 1)); err != nil {
		return nil, err
	}
	return run.write(ctx, state, []nn.Parameters{state.Network.Parameters}, state.Network.Step)
}

// write draws a state with the parameters of moments that are evenly spread from its beginning to a
// step.
func (run *figureRun) write(ctx context.Context, state nn.State, moments []nn.Parameters, steps int) ([]byte, error) {
	out := newAnswerBuffer(ctx)
	var moving drawing.Moving
	save := func(pixels *image.RGBA) error { return drawing.WritePNG(out, pixels) }
	if run.kind == filmPNG {
		save = drawing.NewFilm(out, len(moments), filmTimes).Add
	}
	for i, parameters := range moments {
		at := state
		at.Network = nn.Network{Parameters: parameters}
		data, err := run.sample(at)
		if err != nil {
			return nil, err
		}
		data.State.Network.Step = steps
		if run.kind.isFilm() {
			data.State.Network.Step = steps * i / (len(moments) - 1)
		}
		d, err := run.figure.Draw(data)
		if err != nil {
			return nil, err
		}
		switch run.kind {
		case pictureSVG:
			err = d.WriteSVG(out, run.width)
		case filmSVG:
			err = out.task.reserveMore(int64(moving.Add(d)))
		default:
			var pixels *image.RGBA
			if pixels, err = d.Raster(run.width, run.figure.Yield); err == nil {
				err = save(pixels)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if run.kind == filmSVG {
		if err := moving.WriteSVG(out, run.width, filmTimes); err != nil {
			return nil, err
		}
	}
	return out.bytes, nil
}

// filmTimes are how long the moments of a film are to be seen.
var filmTimes = drawing.Times{Each: 100, Last: 2000}

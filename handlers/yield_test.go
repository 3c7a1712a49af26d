package handlers

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/views"
)

// TestLongWorkYields: whatever takes long for the largest network lets others compute in between.
func TestLongWorkYields(t *testing.T) {
	s := newTestServer(t)
	state := sampleState(t, "circles", 2000, 1, func(c *nn.Config) {
		c.HiddenLayers, c.Features = slices.Repeat([]int{100}, 10), nn.Features()
	})
	form := settingsForm(t, s, state)
	form.Set(views.FieldControls, "")
	p, err := s.decodePageForm(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := nn.NewTrainer(state)
	if err != nil {
		t.Fatal(err)
	}
	work, result := nn.WorkHere(state.Config, len(state.Data)), trainer.Result()
	frames := func(ctx context.Context, panel string) *pageFrames {
		p.choices.Panel = panel
		f := p.frames(trainer, work)
		f.yield = yielding(ctx)
		f.events = stream.NewSender(t.Context(), new(pageCarrier), func(error) {})
		t.Cleanup(f.events.Close)
		return f
	}
	packed := stream.GzipStream{}
	for name, do := range map[string]func(ctx context.Context) error{
		"Update":     func(ctx context.Context) error { return s.advance(ctx, trainer, work, 1) },
		"Metrics":    func(ctx context.Context) error { return frames(ctx, "").measure() },
		"Result":     func(ctx context.Context) error { _, err := resultOf(ctx, trainer); return err },
		"Frame":      func(ctx context.Context) error { return frames(ctx, "").next(ctx) },
		"Layers":     func(ctx context.Context) error { return frames(ctx, "gradients").next(ctx) },
		"Space":      func(ctx context.Context) error { return frames(ctx, "space").next(ctx) },
		"Histograms": func(ctx context.Context) error { return frames(ctx, "histograms").next(ctx) },
		"Spaces": func(ctx context.Context) error {
			spaces := trainer.Spaces(state.Data, nil, nil, nil)
			return wire.WriteSpaces(io.Discard, nil, views.SpaceNames(state.Config), spaces, nil, nil, paced(ctx))
		},
		"Plane": func(ctx context.Context) error {
			_, err := paintPlane(yielding(ctx), nil, &trainer.Model, false)
			return err
		},
		"Page":  func(ctx context.Context) error { _, err := s.lab(ctx, p); return err },
		"Words": func(ctx context.Context) error { return s.describe(ctx, &p, "") },
		"Text": func(ctx context.Context) error {
			_, err := wire.EncodeResult(nil, result, paced(ctx))
			return err
		},
		"Gzip": func(ctx context.Context) error {
			packed.Yield = func() { _ = yield(ctx) }
			text, err := wire.EncodeResult(nil, result, paced(context.WithoutCancel(t.Context())))
			packed.Append(stream.GetBuffer(), text)
			return err
		},
	} {
		s.cpus = fair.NewQueue(1, nil)
		task, ctx := s.newTask(t.Context(), addressed(1))
		if err := task.turn.Begin(ctx, fair.Frame); err != nil {
			t.Fatal(err)
		}
		computed := make(chan struct{})
		other := s.cpus.Turn(addressed(2))
		go func() {
			if err := other.Begin(t.Context(), fair.Request); err != nil {
				t.Error(err)
			}
			close(computed)
			other.End()
		}()
		for s.cpus.Waiting(fair.Request) == 0 {
			time.Sleep(time.Millisecond)
		}
		trainer.SetYield(nil) // that of the work before has ended
		err := do(ctx)
		select {
		case <-computed:
		default:
			t.Errorf("%s: nobody else computes before it ends", name)
		}
		if err != nil || task.turn.Over() {
			t.Errorf("%s: %v; its turn is over: %v", name, err, task.turn.Over())
		}
		task.release()
		<-computed
	}
}

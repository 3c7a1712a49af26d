package handlers

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"nnvisu/nn"
	"nnvisu/views"
)

// pageFrames are the frames of a page's stream. A frame is drawn only if the one
// before is written: a slow client gets fewer of them, each the newest, and its
// training goes on meanwhile as everybody's.
type pageFrames struct {
	message *message
	trainer *nn.Trainer
	work    nn.Work
	until   until
	lab     views.Lab

	html    *views.FrameWriter
	events  *sender
	reached string // the end that the newest frame has come to
	drawn   bool   // the newest frame is put, or was sent
	step    int    // of the newest frame
	// whole is the network of the newest frame if it is not drawn and the trainer
	// may get ahead of it by a part of the next.
	whole *nn.Network
}

// frames returns the frames of a stream, which keep of the request no more than
// they need: its body may be a hundred times as large.
func (p *pageRequest) frames(t *nn.Trainer, work nn.Work) *pageFrames {
	m := message{steps: p.steps, frameSteps: p.frameSteps, frameMS: max(p.frameMS, pageFrameMS)}
	return &pageFrames{message: &m, trainer: t, work: work, until: p.until, html: views.NewFrameWriter(t.Config()), lab: views.Lab{
		State: nn.State{Config: p.state.Config, Data: p.state.Data}, Choices: cloneChoices(p.choices),
		Meta: p.meta, History: p.history, Pinned: p.pinned,
	}}
}

// cloneChoices returns choices that are no part of the body of a request.
func cloneChoices(c views.Choices) views.Choices {
	for _, text := range []*string{
		&c.Tool, &c.Transport, &c.Panel, &c.Dataset, &c.Points, &c.Noise, &c.DataClasses, &c.DataSeed,
		&c.UntilStep, &c.UntilLoss, &c.UntilAccuracy, &c.Patience,
	} {
		*text = strings.Clone(*text)
	}
	for _, list := range []*[]string{&c.Hide, &c.Lock} {
		var clones []string
		for _, text := range *list {
			clones = append(clones, strings.Clone(text))
		}
		*list = clones
	}
	return c
}

// errReached ends a stream that has come to an end that the page asked for.
var errReached = errors.New("an end is reached")

// streamPage trains and sends frames, the last one always. ctx ends when the
// client has gone.
func (s *Server) streamPage(c echo.Context, ctx context.Context, f *pageFrames, to carrier) error {
	limited, fail := s.streaming(ctx)
	defer fail(nil)
	keepShort(c.Request().Context())
	f.events = newSender(ctx, to, fail)
	defer f.events.close()
	reason, err := s.stream(limited, f.trainer, f.work, f.message, streamSink{
		frame: func() error { return f.tick(ctx) },
		send: func() error {
			if f.drawn {
				f.events.send()
				s.metrics.frames.Inc()
			}
			if f.reached != "" {
				return errReached
			}
			return nil
		},
	})
	if errors.Is(err, errReached) {
		reason, err = doneTarget, nil
	}
	if (err == nil || errors.As(err, new(*nn.DivergedError))) && f.isOwed() {
		err = errors.Join(err, s.last(ctx, f))
	}
	if err != nil {
		return s.failStream(c, ctx, f.events, err)
	}
	return f.events.end("done", doneBody(reason))
}

// tick takes in the newest state, in a compute slot. The curves and the end of
// the run go by every frame, whether or not it is drawn.
func (f *pageFrames) tick(ctx context.Context) error {
	f.measure()
	f.whole = nil
	if f.drawn = f.events.try(); f.drawn {
		return f.draw(ctx)
	}
	if !oneTurn(f.work, f.message.frameSteps) {
		network := f.trainer.Network()
		f.whole = &network
	}
	return nil
}

// measure takes the measures of the newest state, and looks whether it is an end.
func (f *pageFrames) measure() {
	m := f.trainer.Metrics()
	step, epoch := f.trainer.At()
	f.step, f.lab.Metrics = step, &m
	f.lab.History.Add(step, epoch, m)
	f.reached = f.until.reached(nn.Network{Step: step, Epoch: epoch}, m, f.lab.History)
}

// isOwed reports whether the newest frame was not drawn, and still can be: of a
// run that diverges within a frame, the state of the frame before may be gone.
func (f *pageFrames) isOwed() bool {
	step, _ := f.trainer.At()
	return !f.drawn && f.step > 0 && (step == f.step || f.whole != nil)
}

// last sends the newest frame, which was not drawn.
func (s *Server) last(ctx context.Context, f *pageFrames) error {
	if err := f.events.take(); err != nil {
		return err
	}
	err := s.frames.computing(ctx, func() error {
		if step, _ := f.trainer.At(); step != f.step { // a part of the next frame is made
			t, err := nn.NewTrainer(nn.State{Config: f.lab.State.Config, Network: *f.whole, Data: f.lab.State.Data})
			if err != nil {
				return err
			}
			f.trainer = t
		}
		return f.draw(ctx)
	})
	if err != nil {
		return err
	}
	f.events.send()
	s.metrics.frames.Inc()
	return nil
}

// draw makes the newest frame ready to be sent, or gives its turn back.
func (f *pageFrames) draw(ctx context.Context) error {
	html := newBuffer()
	defer giveBack(html)
	if err := f.render(ctx, html); err != nil {
		f.events.drop()
		return err
	}
	f.events.put("", "", html.Bytes())
	return nil
}

// A picture is painted and written in a compute slot; after that, hundreds of
// streams share the memory of a few.
type picture struct {
	cells views.Cells
	maps  views.Maps
}

var pictures = sync.Pool{New: func() any { return new(picture) }}

// render writes the newest frame, which is sent for sure: what it leaves out is
// what the client has of the frames before.
func (f *pageFrames) render(ctx context.Context, html *bytes.Buffer) error {
	lab := f.lab
	lab.State.Network = f.trainer.Network()
	text := newBuffer()
	defer giveBack(text)
	text.Write(appendNetwork(text.AvailableBuffer(), lab.State.Network)) // so that it has room the next time
	lab.JSON.Network = text.String()
	if f.reached != "" || f.html.HistoryChanged(&lab.History) {
		text.Reset()
		text.Write(appendHistory(text.AvailableBuffer(), lab.History))
		lab.JSON.History = text.String()
	}
	inspect(&lab, f.trainer)
	picture := pictures.Get().(*picture)
	defer pictures.Put(picture)
	lab.Cells, lab.Maps = picture.cells, picture.maps
	paint(&lab, &f.trainer.Model)
	picture.cells, picture.maps = lab.Cells, lab.Maps
	frame, err := f.html.Append(html.AvailableBuffer(), &lab)
	if err != nil {
		return err
	}
	html.Write(frame)
	if f.reached == "" {
		return nil
	}
	if f.until.step > 0 && f.step >= f.until.step {
		lab.Choices.UntilStep = "" // or there would be no going on
	}
	return views.Reached(f.reached, lab.Choices).Render(ctx, html)
}

// failStream ends a page's stream with a notice. busy asks the script to try again.
func (s *Server) failStream(c echo.Context, ctx context.Context, events *sender, err error) error {
	if isGone(ctx, err) {
		return nil
	}
	e := s.describeLogged(err, c)
	reason := "error"
	if e.Code == codeBusy {
		reason = string(codeBusy)
	} else {
		var b bytes.Buffer
		if err := views.Refused(problem(e), views.ControlOf(e.Field), e.Message).Render(ctx, &b); err != nil {
			return err
		}
		if err := events.say("", "", b.Bytes()); err != nil {
			return nil // the sender has ended; it is logged
		}
	}
	return events.end("done", doneBody(reason))
}

package handlers

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"nnvisu/handlers/stream"
	"nnvisu/handlers/wire"
	"nnvisu/nn"
	"nnvisu/views"
)

// pageFrames makes the frames of one of the page's streams. It draws a frame only if the frame
// before is written and the pace lets it. A slow client so gets fewer frames, each of them new, and
// training goes on at the same pace for every client.
type pageFrames struct {
	message *wire.Message
	trainer *nn.Trainer
	work    nn.Work
	until   until
	lab     views.Lab

	html   *views.FrameWriter
	events *stream.Sender
	pace   pace

	// The newest frame.
	step    int          // the network's
	reached string       // the target that it reached, or ""
	drawn   bool         // it was drawn, in frame
	frame   stream.Frame // committed when its CPU token is given back
	// snapshot is a copy of its network, kept if the frame was skipped and the trainer might stop
	// in the middle of the next frame.
	snapshot *nn.Network
}

// frames returns the frames of a stream. They share no memory with the body of the request, which
// may be a hundred times as large.
func (p *pageRequest) frames(t *nn.Trainer, work nn.Work) *pageFrames {
	return &pageFrames{
		message: &wire.Message{Steps: p.Steps, FrameSteps: p.FrameSteps, FrameMS: max(p.FrameMS, pageFrameMS)},
		trainer: t,
		work:    work,
		until:   p.until,
		pace:    pace{began: time.Now(), apart: time.Duration(p.drawMS) * time.Millisecond},
		html:    views.NewFrameWriter(t.Config()),
		lab: views.Lab{
			State:   nn.State{Config: p.State.Config, Data: p.State.Data},
			Choices: cloneChoices(p.choices),
			Meta:    p.meta, History: p.history, Pinned: drawnOf(p.pinned),
		},
	}
}

// drawnOf returns of a pinned run what a frame shows. Its text is the page's.
func drawnOf(run *views.PinnedRun) *views.PinnedRun {
	if run == nil {
		return nil
	}
	return &views.PinnedRun{Config: run.Config, Network: run.Network, History: run.History}
}

// cloneChoices returns a copy of choices that shares no memory with the body of a request.
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

// next makes the newest state a frame. The caller holds a CPU token. Curves and targets count every
// frame, drawn or skipped.
func (f *pageFrames) next(ctx context.Context) error {
	f.measure()
	f.snapshot = nil
	if f.drawn = f.pace.mayDraw(time.Now()); f.drawn {
		f.frame, f.drawn = f.events.TryBegin()
	}
	if f.drawn {
		return f.draw(ctx, f.frame)
	}
	if !oneSlice(f.work, f.message.FrameSteps) {
		network := f.trainer.Network()
		f.snapshot = &network
	}
	return nil
}

// measure adds the newest state's metrics to the history, and sets reached if it reaches a target.
func (f *pageFrames) measure() {
	m := f.trainer.Metrics()
	step, epoch := f.trainer.At()
	f.step, f.lab.Metrics = step, &m
	f.lab.History.Add(step, epoch, m)
	f.reached = f.until.reached(nn.Network{Step: step, Epoch: epoch}, m, f.lab.History)
}

// hasUnsentFrame reports whether the newest frame was skipped and can still be drawn. It cannot if
// the run diverged in the middle of the next frame and there is no snapshot.
func (f *pageFrames) hasUnsentFrame() bool {
	step, _ := f.trainer.At()
	return !f.drawn && f.step > 0 && (step == f.step || f.snapshot != nil)
}

// draw writes the newest state to a frame, or aborts the frame. The id of its event is the time of
// the stream in milliseconds, by which the page sees how long frames take to reach it.
func (f *pageFrames) draw(ctx context.Context, frame stream.Frame) error {
	html := stream.GetBuffer()
	defer stream.PutBuffer(html)
	if err := f.render(ctx, html); err != nil {
		frame.Abort()
		return err
	}
	now := time.Now()
	frame.Write("", strconv.FormatInt(now.Sub(f.pace.began).Milliseconds(), 10), html.Bytes())
	f.pace.draws(now)
	return nil
}

// A picture is painted and written while its stream holds a CPU token. Hundreds of streams so share
// the memory of a few pictures.
type picture struct {
	cells views.Cells
	maps  views.Maps
}

var pictures = sync.Pool{New: func() any { return new(picture) }}

// render writes the newest frame as HTML. It leaves out what did not change since the frame before,
// so every frame that it writes must be sent.
func (f *pageFrames) render(ctx context.Context, html *bytes.Buffer) error {
	lab := f.lab
	lab.State.Network = f.trainer.Network()
	text := stream.GetBuffer()
	defer stream.PutBuffer(text)
	// Written to text, and not only appended, so that the buffer has room the next time.
	text.Write(wire.AppendNetwork(text.AvailableBuffer(), lab.State.Network))
	lab.JSON.Network = text.String()
	if f.reached != "" || f.html.HistoryChanged(&lab.History) {
		text.Reset()
		text.Write(wire.AppendHistory(text.AvailableBuffer(), lab.History))
		lab.JSON.History = text.String()
	}
	lab.Measure(f.trainer)
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
		lab.Choices.UntilStep = "" // or training could not be continued
	}
	return views.Reached(f.reached, lab.Choices).Render(ctx, html)
}

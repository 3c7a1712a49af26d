package handlers

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/pace"
	"github.com/nnvisu/nnvisu/views"
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
	waiting *views.ExperimentCard // whose answer is to be told, or nil
	goal    goalWatch

	html   *views.FrameWriter
	events *stream.Sender
	pace   drawPace
	yield  func() error // lets others compute

	// The newest frame.
	step    int          // the network's
	reached string       // the target that it reached, or ""
	early   bool         // that is early stopping
	drawn   bool         // it was drawn, in frame
	frame   stream.Frame // committed when its CPU token is given back
	// snapshot is a copy of its network, kept if the frame was skipped: the trainer may stop in the
	// middle of the next frame, where the run diverges or its time is over.
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
		waiting: p.waiting,
		goal:    p.watched,
		pace:    drawPace{began: time.Now(), apart: time.Duration(p.drawMS) * time.Millisecond},
		html:    views.NewFrameWriter(t.Config(), p.choices.Rows),
		lab: views.Lab{
			State:   nn.State{Config: p.State.Config, Data: p.State.Data},
			Choices: cloneChoices(p.choices),
			Embed:   views.Embed{On: p.embed.On, Show: cloneTexts(p.embed.Show)},
			Lesson:  export.Lesson{Hide: cloneTexts(p.lesson.Hide), Lock: cloneTexts(p.lesson.Lock)},
			Meta:    p.meta, History: p.history, Pinned: drawnOf(p.pinned), Kept: p.kept, Acts: viewedAct,
			ShowsStep: p.form.Get(views.FieldExplainLayer) != "",
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
		&c.Tool, &c.Transport, &c.Panel, &c.Dataset, &c.Points, &c.Noise, &c.LabelNoise, &c.DataClasses, &c.DataSeed,
		&c.UntilStep, &c.UntilLoss, &c.UntilAccuracy, &c.Patience, &c.Guess, &c.Layer,
		&c.PictureView, &c.PictureTheme,
	} {
		*text = strings.Clone(*text)
	}
	c.Assignment, c.Goal, c.Hide, c.Lock, c.Show = "", "", nil, nil, nil // of the dialog, which no frame shows
	return c
}

func cloneTexts(list []string) []string {
	var clones []string
	for _, text := range list {
		clones = append(clones, strings.Clone(text))
	}
	return clones
}

// next makes the newest state a frame. The caller holds a CPU token, in whose turn others may
// compute in between. Curves and targets count every frame, drawn or skipped.
func (f *pageFrames) next(ctx context.Context) (err error) {
	f.drawn = false
	if err := f.measure(); err != nil {
		return err
	}
	f.snapshot = nil
	if f.pace.mayDraw(time.Now()) && f.events.IsFree() {
		// A frame that is open keeps the sender from showing that the stream is alive.
		f.drawn, err = f.draw(ctx, func() (ok bool) {
			f.frame, ok = f.events.TryBegin()
			return ok
		})
	}
	if f.drawn || err != nil {
		return err
	}
	network := f.trainer.Network()
	f.snapshot = &network
	return nil
}

// measure adds the newest state's metrics to the history, and sets reached if it reaches a target.
func (f *pageFrames) measure() error {
	f.trainer.SetYield(f.yield)
	m := f.trainer.Metrics()
	if err := f.trainer.Stopped(); err != nil {
		return err
	}
	step, epoch := f.trainer.At()
	f.step, f.lab.Metrics = step, &m
	f.lab.History.Add(step, epoch, m)
	if err := measureLayers(f.trainer, &f.lab.History); err != nil {
		return err
	}
	f.reached, f.early = f.until.reached(nn.Network{Step: step, Epoch: epoch}, m, f.lab.History)
	return nil
}

// measureLayers adds a sample of the layers to a history whose newest sample is that of the trainer,
// where one is due: most frames of a long run need none.
func measureLayers(t *nn.Trainer, h *nn.History) error {
	if step, _ := t.At(); h.NeedsLayers(step) {
		layers := t.Layers()
		if err := t.Stopped(); err != nil {
			return err
		}
		h.AddLayers(layers)
	}
	return nil
}

// shown returns what the page shows of the newest frame, without its parameters.
func (f *pageFrames) shown() *views.Lab {
	lab := f.lab
	lab.State.Network.Step = f.step
	return &lab
}

// hasUnsentFrame reports whether the newest frame was skipped, or its drawing was stopped.
func (f *pageFrames) hasUnsentFrame() bool {
	step, _ := f.trainer.At()
	return !f.drawn && f.step > 0 && (step == f.step || f.snapshot != nil)
}

// draw writes the newest state to the frame that begin begins, and reports whether it could. The id
// of its event is the time of the stream in milliseconds, by which the page sees how long frames
// take to reach it.
func (f *pageFrames) draw(ctx context.Context, begin func() bool) (ok bool, err error) {
	html := stream.GetBuffer()
	defer stream.PutBuffer(html)
	began := false
	ok, err = f.render(ctx, html, func() bool { began = begin(); return began })
	if !ok || err != nil {
		if began {
			f.frame.Abort()
		}
		return false, err
	}
	now := time.Now()
	f.frame.Write("", strconv.FormatInt(now.Sub(f.pace.began).Milliseconds(), 10), html.Bytes())
	f.pace.draws(now)
	return true, nil
}

// A picture has some kilobytes, and is used again by other streams.
type picture struct {
	cells   views.Cells
	maps    views.Maps
	largest []float64
}

var pictures = sync.Pool{New: func() any { return new(picture) }}

// render writes the newest frame as HTML, if begin says so when all but the HTML is computed. It
// leaves out what did not change since the frame before, so every frame that it writes must be sent.
func (f *pageFrames) render(ctx context.Context, html *bytes.Buffer, begin func() bool) (ok bool, err error) {
	lab := f.lab
	f.trainer.SetYield(f.yield)
	lab.Measure(f.trainer)
	lab.Diagnosis = f.trainer.Diagnose(&lab.History)
	if err := f.trainer.Stopped(); err != nil {
		return false, err
	}
	picture := pictures.Get().(*picture)
	defer pictures.Put(picture)
	lab.Cells, lab.Maps, lab.Largest = picture.cells, picture.maps, picture.largest
	err = paint(f.yield, &lab, &f.trainer.Model)
	picture.cells, picture.maps, picture.largest = lab.Cells, lab.Maps, lab.Largest
	if err != nil {
		return false, err
	}
	// The texts come last: of a large network they have megabytes, which many streams would keep
	// while others compute.
	lab.State.Network = f.trainer.Network()
	lab.Keep()
	text, at := stream.GetBuffer(), pace.New(f.yield)
	defer stream.PutBuffer(text)
	// Written to text, and not only appended, so that the buffer has room the next time.
	text.Write(wire.AppendNetwork(text.AvailableBuffer(), lab.State.Network, at))
	if err := at.Stopped(); err != nil || !begin() {
		return false, err
	}
	lab.JSON.Network = text.String()
	if f.reached != "" || f.html.HistoryChanged(&lab.History) {
		text.Reset()
		text.Write(wire.AppendHistory(text.AvailableBuffer(), lab.History))
		lab.JSON.History = text.String()
	}
	comes := false // to the goal
	if len(f.goal.goal) > 0 {
		lab.Card.Again = f.goal.again
		lab.Card.Goal, comes = f.goal.check(f.step, lab.Metrics)
	}
	frame, err := f.html.Append(html.AvailableBuffer(), &lab)
	if err != nil {
		return false, err
	}
	html.Write(frame)
	f.lab.Kept, f.lab.Spaces = lab.Kept, views.SpaceAxes(lab.Spaces)
	said := f.reached
	if f.waiting != nil && f.step >= f.waiting.Ends {
		told := *f.waiting
		f.waiting, told.Reached = nil, true
		if err := views.ExperimentTold(views.Lab{Card: views.Card{Experiment: &told}, Acts: viewedAct}).Render(ctx, html); err != nil {
			return false, err
		}
		said = strings.TrimSpace(said + " " + views.AnswerTold)
	}
	if comes {
		said = strings.TrimSpace(said + " " + views.GoalReached)
	}
	if said == "" {
		return true, nil
	}
	notice := views.Notice{Text: said}
	if f.early {
		notice.Exits = lab.WayBack()
	}
	return true, views.Noticed(notice).Render(ctx, html)
}

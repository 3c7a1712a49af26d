package handlers

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// sweepRequests is how many times as long as one request a sweep may compute.
const sweepRequests = 16

// A sweepRun is a sweep under way. Some goroutines compute cells, each in turns of its own, as one
// client. The cells are sent in order.
type sweepRun struct {
	server *Server
	m      *wire.Message
	// render returns what is sent of a cell: of the run that the trainer made, or of why it failed. It is
	// called in a turn.
	render  func(ctx context.Context, cell int, t *nn.Trainer, failed error) ([]byte, error)
	workers int
	next    atomic.Int64  // the next cell to compute
	room    chan struct{} // has an element for each cell that is computed or waits to be sent
	done    []chan []byte // of each cell, for what is sent
}

// newSweep checks a sweep against the limits, and reserves the memory for the cells under way. answer says
// how long it takes to render a cell, beside its metrics; nil is no time.
func (s *Server) newSweep(ctx context.Context, m *wire.Message, answer func(nn.Config) time.Duration) (*sweepRun, error) {
	cells := m.Sweep.Cells()
	var total, rest time.Duration // of all cells, and what updates have no part in
	var largest nn.State
	for cell := range cells {
		state, err := s.checkCell(m, cell)
		if err != nil {
			return nil, m.Sweep.CellError(cell, err)
		}
		if cell == 0 || streamBytes(state) > streamBytes(largest) {
			largest = state
		}
		work := nn.WorkOf(state.Config, len(state.Data))
		if answer != nil {
			work.Evaluation += answer(state.Config)
		}
		total, rest = total+time.Duration(m.Steps)*work.Update+work.Evaluation, rest+work.Evaluation
		if err := yield(ctx); err != nil {
			return nil, err
		}
	}
	if limit := sweepRequests * s.config.MaxWork; total > limit {
		most := max(0, int(float64(limit-rest)/float64(total-rest)*float64(m.Steps)))
		return nil, wire.TooLarge("steps", "%d updates in each of %d cells take about %s on %d points; the limit is %s, which allows %d updates in each",
			m.Steps, cells, seconds(total), len(m.State.Data), seconds(limit), most)
	}
	workers := min(s.cpus.Tokens(), cells)
	run := &sweepRun{server: s, m: m, workers: workers, room: make(chan struct{}, 2*workers), done: make([]chan []byte, cells)}
	for i := range run.done {
		run.done[i] = make(chan []byte, 1)
	}
	return run, taskOf(ctx).reserve(taskBytes + bytesOfPoint*int64(len(m.State.Data)) + int64(cap(run.room))*streamBytes(largest))
}

// checkCell checks the state that a cell begins with, and returns it without its network.
func (s *Server) checkCell(m *wire.Message, cell int) (nn.State, error) {
	state := nn.State{Config: m.Sweep.Config(m.State.Config, cell), Data: m.State.Data}
	if err := errors.Join(s.checkBatch(state.Config), state.Config.Validate()); err != nil {
		return state, err
	}
	small := state
	small.Config.HiddenLayers = nil // no large network is drawn only for a check
	small, err := small.Prepare()
	if err == nil && cell == 0 {
		_, err = nn.NewTrainer(small)
	}
	state.Config.Classes = small.Config.Classes
	return state, err
}

// start computes the cells until ctx ends, and calls fail if something is wrong with the whole sweep. The
// caller waits for it, since the memory is its own until then.
func (run *sweepRun) start(ctx context.Context, fail context.CancelCauseFunc) (wait func()) {
	client := taskOf(ctx).client
	var computing sync.WaitGroup
	for range run.workers {
		computing.Go(func() {
			if err := run.compute(ctx, client); err != nil {
				fail(err)
			}
		})
	}
	return computing.Wait
}

// send writes the cells, in order, as they are there. The reason is that of the done event, or the error
// is why there is none.
func (run *sweepRun) send(ctx context.Context, write func(cell int, text []byte) error) (reason string, err error) {
	for cell, done := range run.done {
		select {
		case text := <-done:
			err = write(cell, text)
			<-run.room
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if err == nil {
			continue
		}
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		if end := streamEnd(""); errors.As(err, &end) {
			return string(end), nil
		}
		return "", err
	}
	return doneSteps, nil
}

// compute computes cells until none is left.
func (run *sweepRun) compute(ctx context.Context, client fair.Client) (err error) {
	t, ctx := run.server.newTask(ctx, client)
	defer t.release()
	defer func() {
		if r := recover(); r != nil {
			err = stream.Recovered(r)
		}
	}()
	for {
		select {
		case run.room <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		cell := int(run.next.Add(1)) - 1
		if cell >= len(run.done) {
			return nil
		}
		text, err := run.cell(ctx, t, cell)
		if err != nil {
			return err
		}
		run.done[cell] <- text
	}
}

// cell returns what is sent of a cell. The error is about the whole sweep.
func (run *sweepRun) cell(ctx context.Context, t *task, cell int) ([]byte, error) {
	if err := t.turn.Begin(ctx, fair.Frame); err != nil {
		return nil, err
	}
	defer t.turn.End()
	m := run.m
	trained, failed := run.server.trainNew(ctx, nn.State{Config: m.Sweep.Config(m.State.Config, cell), Data: m.State.Data}, m.Steps)
	if failed != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		if describe(failed).Code == wire.CodeInternal {
			return nil, failed
		}
	}
	return run.render(ctx, cell, trained, failed)
}

// trainNew makes the updates of a new run. The caller has a turn.
func (s *Server) trainNew(ctx context.Context, state nn.State, steps int) (*nn.Trainer, error) {
	state, err := state.Prepare()
	if err != nil {
		return nil, err
	}
	t, err := nn.NewTrainer(state)
	if err != nil {
		return nil, err
	}
	return t, s.advance(ctx, t, nn.WorkHere(state.Config, len(state.Data)), steps)
}

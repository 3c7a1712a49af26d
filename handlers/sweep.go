package handlers

import (
	"context"
	"errors"
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
	samples int                                 // how often watch is called while a run is made, besides before it
	watch   func(cell int, t *nn.Trainer) error // takes a sample of a run; it is called in a turn
	workers int
	next    atomic.Int64  // the next cell to compute
	room    chan struct{} // has an element for each cell that is computed or waits to be sent
	done    []chan []byte // of each cell, for what is sent
}

// newSweep checks a sweep against the limits, and reserves the memory for the cells under way. Of each run
// so many samples are taken. answer says how long it takes to render a cell, beside its metrics; nil is no
// time.
func (s *Server) newSweep(ctx context.Context, m *wire.Message, samples int, answer func(nn.Config) time.Duration) (*sweepRun, error) {
	if err := errors.Join(s.checkBatch(m.State.Config), m.State.Config.Validate()); err != nil {
		return nil, err // also where every cell has another value
	}
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
		work.Evaluation *= time.Duration(1 + samples)
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
	run := &sweepRun{server: s, m: m, samples: samples, workers: workers, room: make(chan struct{}, 2*workers), done: make([]chan []byte, cells)}
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
	trained, failed := run.train(ctx, cell)
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

// train makes the updates of a cell. The caller has a turn.
func (run *sweepRun) train(ctx context.Context, cell int) (*nn.Trainer, error) {
	s, m := run.server, run.m
	state, err := nn.State{Config: m.Sweep.Config(m.State.Config, cell), Data: m.State.Data}.Prepare()
	if err != nil {
		return nil, err
	}
	t, err := nn.NewTrainer(state)
	if err != nil {
		return nil, err
	}
	work := nn.WorkHere(state.Config, len(state.Data))
	if run.samples == 0 {
		return t, s.advance(ctx, t, work, m.Steps)
	}
	for i, made := 0, 0; ; i++ {
		t.SetYield(yielding(ctx))
		if err := run.watch(cell, t); err != nil || made == m.Steps {
			return t, err
		}
		next := int(int64(m.Steps) * int64(i+1) / int64(run.samples))
		if err := s.advance(ctx, t, work, next-made); err != nil {
			return t, err
		}
		made = next
	}
}

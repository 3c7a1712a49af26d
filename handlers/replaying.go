package handlers

import (
	"context"
	"time"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/views"
)

// A replaying bounds what a journal may cost: as much as any other answer, and a share of that for curves.
type replaying struct {
	s     *Server
	ctx   context.Context // of the request
	spent time.Duration   // the work of acts and updates
	// curves are those of the run so far; nil: not asked for.
	curves *nn.History
	// The work of the updates, and of the samples of the run and of its layers.
	trained, measured, lookedAt time.Duration
}

// curvesShare is the part of the work of the updates that the samples of the run may be, and those of its
// layers again. A small part of what a request may be is free, so that short runs have all samples.
const (
	curvesShare = 8
	curvesFree  = 128
)

// check is that of [journal.World].
func (r *replaying) check(state nn.State, work time.Duration) error {
	if err := r.s.checkBatch(state.Config); err != nil {
		return err
	}
	if err := taskOf(r.ctx).reserveState(state); err != nil {
		return err
	}
	if err := r.spend(work); err != nil {
		return err
	}
	return yield(r.ctx)
}

// train is that of [journal.World].
func (r *replaying) train(state nn.State, updates int) (nn.Network, error) {
	if err := r.spend(journal.WorkOfTraining(state, updates)); err != nil {
		return nn.Network{}, err
	}
	t, err := nn.NewTrainer(state)
	if err != nil {
		return nn.Network{}, err
	}
	if err := r.measure(t, state, r.measured == 0); err != nil {
		return nn.Network{}, err
	}
	work, here := nn.WorkOf(state.Config, len(state.Data)), nn.WorkHere(state.Config, len(state.Data))
	for updates > 0 {
		n := updates
		if r.curves != nil {
			n = min(n, max(1, r.curves.Every))
		}
		if err := r.s.advance(r.ctx, t, here, n); err != nil {
			return nn.Network{}, err
		}
		r.trained += time.Duration(n) * work.Update
		if err := r.measure(t, state, false); err != nil {
			return nn.Network{}, err
		}
		updates -= n
	}
	return t.Network(), nil
}

// done is that of [journal.World]. It does to the curves what the page did, but for the sample after the
// act, which is taken when the run goes on: several acts at one step have one.
func (r *replaying) done(before, after nn.State) error {
	if r.curves == nil {
		return nil
	}
	renewCurves(r.curves, before, after)
	step := after.Network.Step
	if len(after.Data) == 0 {
		step++ // there is nothing to measure by
	}
	r.curves.Truncate(step)
	return nil
}

// finish adds the last sample of a run. Call it with the state that the run leads to.
func (r *replaying) finish(state nn.State) error {
	if r.curves == nil || len(state.Data) == 0 {
		return nil
	}
	t, err := nn.NewTrainer(state)
	if err != nil {
		return err
	}
	return r.measure(t, state, true)
}

// measure adds a sample to the curves, unless there is one of this step. One that need not be is left out
// where the samples so far have cost their share.
func (r *replaying) measure(t *nn.Trainer, state nn.State, always bool) error {
	step, epoch := t.At()
	if h := r.curves; h != nil && (h.Len() == 0 || h.Step[h.Len()-1] != step) {
		t.SetYield(yielding(r.ctx))
		whole := state.Config
		whole.BatchSize = 0
		work := nn.WorkOf(whole, len(state.Data))
		if r.affords(&r.measured, work.Evaluation, always) {
			h.Add(step, epoch, t.Metrics())
			if h.NeedsLayers(step) && r.affords(&r.lookedAt, work.Update, always) {
				if err := measureLayers(t, h); err != nil {
					return err
				}
			}
		}
	}
	return yield(r.ctx)
}

// affords adds the work of a sample to that of those before, and reports whether to take it.
func (r *replaying) affords(sofar *time.Duration, work time.Duration, always bool) bool {
	if !always && *sofar+work > r.trained/curvesShare+r.s.config.MaxWork/curvesFree {
		return false
	}
	*sofar += work
	return true
}

func (r *replaying) spend(work time.Duration) error {
	if work > r.s.config.MaxWork-r.spent {
		return wire.TooLarge(views.FieldJournal, "tells of more work than one request may be, which is %s", seconds(r.s.config.MaxWork))
	}
	r.spent += work
	return nil
}

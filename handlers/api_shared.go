package handlers

import (
	"context"
	"crypto/sha256"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/handlers/once"
	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
)

// A sharedRun makes the results of a recipe. Each is computed once for all who stream the same recipe
// at a time, by whoever comes to it first, and kept for a while. By the law it makes no difference
// who computes it, nor in how many frames.
type sharedRun struct {
	server  *Server
	name    string // of the run
	state   nn.State
	trainer *nn.Trainer
	work    nn.Work
	step    int    // of the newest result
	result  []byte // the newest result; nil at the beginning, and while the next one is computed
}

// newSharedRun returns the run of a message, which was checked, and its trainer.
func (s *Server) newSharedRun(m *wire.Message, t *nn.Trainer, work nn.Work) (*sharedRun, error) {
	config, err := json.Marshal(m.State.Config)
	name := sha256.Sum256(wire.AppendPoints(append(config, '\n'), m.State.Data))
	step, _ := t.At()
	return &sharedRun{server: s, name: string(name[:]), state: m.State, trainer: t, work: work, step: step}, err
}

// next goes on to the result of n updates later. It calls begin for a turn if it has to compute; the
// turn goes on then.
func (r *sharedRun) next(ctx context.Context, n int, begin func() error) error {
	key := "run " + r.name + " " + strconv.Itoa(r.step+n)
	a, err := r.server.finished.Do(ctx, key, func(ctx context.Context) (once.Answer, error) {
		body, err := r.train(ctx, n, begin)
		return once.Answer{Body: body}, err
	})
	r.step, r.result = r.step+n, a.Body
	return err
}

// train makes n updates after the newest result.
func (r *sharedRun) train(ctx context.Context, n int, begin func() error) ([]byte, error) {
	if err := begin(); err != nil {
		return nil, err
	}
	if at, _ := r.trainer.At(); at != r.step { // others made the results since
		if err := r.catchUp(ctx); err != nil {
			return nil, err
		}
	}
	r.result = nil // there is memory for one
	if err := r.server.advance(ctx, r.trainer, r.work, n); err != nil {
		return nil, err
	}
	result, err := resultOf(ctx, r.trainer)
	if err != nil {
		return nil, err
	}
	return wire.EncodeResult(nil, result, paced(ctx))
}

// catchUp makes the trainer one that goes on from the newest result.
func (r *sharedRun) catchUp(ctx context.Context) (err error) {
	r.trainer = nil // as of results, there is memory for one
	if r.state.Network, err = wire.DecodeResult(r.result, r.server.limits(ctx)); err != nil {
		return err
	}
	r.trainer, err = nn.NewTrainer(r.state)
	r.state.Network = nn.Network{}
	return err
}

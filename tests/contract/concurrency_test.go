package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

const (
	crowd       = 50 // connections at once
	crowdFrames = 5  // answers to each
	crowdSteps  = 3  // updates between them
)

// crowdStudy is the i-th user's: other data, another architecture and another seed than anyone
// else's.
func crowdStudy(i int) study {
	activations, optimizers := nn.Activations(), nn.Optimizers()
	config := Message{
		"hidden_layers": []int{1 + i%13, 2 + i%7}[:1+i%2], "seed": 1000 + i, "batch_size": i % 11, "dropout": float64(i%3) / 10,
		"activation": activations[i%len(activations)],
		"optimizer":  optimizers[i%len(optimizers)],
		"features":   []string{"x", "y", "xy", "sin_x"}[:1+i%4],
	}
	if i%10 == 9 {
		return study{fmt.Sprint("User", i), config.With("task", "regression", "learning_rate", 0.001), Slope(10+i, uint64(i))}
	}
	return study{fmt.Sprint("User", i), config, Scatter(10+i, 2+i%5, uint64(i))}
}

// A visit trains a study by one transport and returns each answer there was.
type visit func(ctx context.Context, s *Server, of study) ([]Result, error)

// visits keep their one connection to the end, but for posts, which share what the client has.
var visits = []visit{
	visitByCarrier(carrierNamed("JSON")),
	func(ctx context.Context, s *Server, of study) ([]Result, error) {
		k, err := s.Dial(ctx)
		if err != nil {
			return nil, err
		}
		defer k.Close()
		return visitByCarrier(carrier{"OpenSocket", func(ctx context.Context, _ *Server, text []byte) (Result, error) {
			return k.Step(ctx, text)
		}})(ctx, s, of)
	},
	func(ctx context.Context, s *Server, of study) ([]Result, error) {
		m := TrainStep(of.config, nil, of.data, crowdFrames*crowdSteps).With("frame_steps", crowdSteps, "frame_ms", 5)
		st, err := s.Train(ctx, m.Text())
		if err != nil {
			return nil, err
		}
		defer st.Close()
		events, err := st.Rest()
		if err != nil {
			return nil, err
		}
		if len(events) == 0 || events[len(events)-1].Reason() != "steps" {
			return nil, fmt.Errorf("%d events that do not end with done for steps", len(events))
		}
		var results []Result
		for _, e := range events[:len(events)-1] {
			r, err := read([]byte(e.Data))
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
		return results, nil
	},
	visitByCarrier(carrierNamed("Form")),
}

func visitByCarrier(c carrier) visit {
	return func(ctx context.Context, s *Server, of study) ([]Result, error) {
		var state json.RawMessage
		var results []Result
		for range crowdFrames {
			r, err := c.step(ctx, s, TrainStep(of.config, state, of.data, crowdSteps).Text())
			if err != nil {
				return results, err
			}
			state = r.Network
			results = append(results, r)
		}
		return results, nil
	}
}

// TestCrowd: many at once, each with its own data, architecture and seed, get what each would
// alone, while others send rubbish and leave without a word; and when they have gone, nothing of
// them is left.
func TestCrowd(t *testing.T) {
	alone, s := Start(t), Start(t)
	ctx := Soon(t)
	want := make([][]Result, crowd)
	for i := range want {
		var err error
		if want[i], err = visits[0](ctx, alone, crowdStudy(i)); err != nil {
			t.Fatalf("user %d alone: %v", i, err)
		}
	}
	// One of each kind first, so that what the server makes once and keeps is there before the
	// count.
	for _, v := range visits {
		if _, err := v(ctx, s, crowdStudy(0)); err != nil {
			t.Fatal(err)
		}
	}
	alone.Quiet()
	before := s.Quiet()

	begin := make(chan struct{})
	var users sync.WaitGroup
	for i := range crowd {
		users.Go(func() {
			<-begin
			got, err := visits[i%len(visits)](ctx, s, crowdStudy(i))
			if err != nil {
				t.Errorf("user %d: %v; want %d results", i, err, crowdFrames)
				return
			}
			if len(got) != crowdFrames {
				t.Errorf("user %d has %d results; want %d", i, len(got), crowdFrames)
				return
			}
			for k := range got {
				if !got[k].same(want[i][k]) {
					t.Errorf("user %d, result %d = %v; want as alone, %v", i, k, got[k], want[i][k])
					return
				}
			}
		})
	}
	for i := range crowd / 5 {
		users.Go(func() {
			<-begin
			if err := nuisance(ctx, s, i); err != nil {
				t.Errorf("nuisance %d: %v", i, err)
			}
		})
	}
	close(begin)
	users.Wait()
	s.Settled(t, before)
}

// nuisance is a user who sends rubbish and leaves in the middle of things.
func nuisance(ctx context.Context, s *Server, i int) error {
	if _, err := byJSON(ctx, s, []byte(`{"data":`)); !isFailure(err, "malformed") {
		return fmt.Errorf("rubbish: %v; want malformed", err)
	}
	k, err := s.Dial(ctx)
	if err != nil {
		return err
	}
	defer k.Close()
	if _, err := k.Step(ctx, []byte(`[]`)); !isFailure(err, "malformed") {
		return fmt.Errorf("rubbish over a socket: %v; want malformed", err)
	}
	study := crowdStudy(i)
	if err := k.Send(ctx, TrainStep(study.config, nil, study.data, 2000).Text()); err != nil {
		return err
	}
	st, err := s.Train(ctx, TrainStep(study.config, nil, study.data, 0).Text())
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Next()
	return err
}

func isFailure(err error, code string) bool {
	var f *Failure
	return errors.As(err, &f) && f.Reason.Code == code
}

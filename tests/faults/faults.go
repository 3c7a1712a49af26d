//go:build unix

package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/nnvisu/nnvisu/tests/fleet"
)

// A fault is what happens to a scene. When play returns it is over.
type fault struct {
	name string
	play func(ctx context.Context, s *scene) error
}

// lasts is a quality of the line for some time.
func lasts(d time.Duration, q fleet.Quality) func(context.Context, *scene) error {
	return func(_ context.Context, s *scene) error {
		s.line.Set(q)
		time.Sleep(d)
		s.line.Set(fleet.Quality{})
		return nil
	}
}

var faults = []fault{
	{"undisturbed", func(context.Context, *scene) error { time.Sleep(3 * time.Second); return nil }},
	{"SIGKILL, 20 times", func(ctx context.Context, s *scene) error {
		for range 20 {
			r := s.Replicas[rand.IntN(len(s.Replicas))]
			r.Kill()
			time.Sleep(300 * time.Millisecond)
			if err := r.Start(ctx); err != nil {
				return err
			}
			time.Sleep(700 * time.Millisecond)
		}
		return nil
	}},
	{"rolling restart", func(ctx context.Context, s *scene) error { return s.Roll(ctx, 1500*time.Millisecond) }},
	{"upgrade to another release", func(ctx context.Context, s *scene) error {
		for _, r := range s.Replicas {
			r.Program = s.programs[1]
		}
		return s.Roll(ctx, 1500*time.Millisecond)
	}},
	{"a replica hangs for 20 s (SIGSTOP)", func(_ context.Context, s *scene) error {
		s.Replicas[0].Freeze()
		time.Sleep(20 * time.Second)
		s.Replicas[0].Thaw()
		return nil
	}},
	{"reload of the balancer, twice", func(_ context.Context, s *scene) error {
		for range 2 {
			if err := s.Balancer.Reload(); err != nil {
				return err
			}
			time.Sleep(time.Second)
		}
		return nil
	}},
	{"balancer killed for 1 s", func(ctx context.Context, s *scene) error {
		s.Balancer.Kill()
		time.Sleep(time.Second)
		return s.Balancer.Start(ctx)
	}},
	{"all replicas down for 10 s", func(ctx context.Context, s *scene) error {
		for _, r := range s.Replicas {
			r.Kill()
		}
		time.Sleep(10 * time.Second)
		for _, r := range s.Replicas {
			if err := r.Start(ctx); err != nil {
				return err
			}
		}
		return nil
	}},
	{"line cut, 20 times", func(_ context.Context, s *scene) error {
		for range 20 {
			s.line.Cut()
			time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
		}
		return nil
	}},
	{"line stalls for 10 s", lasts(10*time.Second, fleet.Quality{Stalled: true})},
	{"open connections go dead in silence", func(_ context.Context, s *scene) error {
		s.line.Swallow()
		time.Sleep(500 * time.Millisecond) // what had come through before is counted by then
		return nil
	}},
	{"one byte at a time for 5 s", lasts(5*time.Second, fleet.Quality{Chunk: 1})},
	{"400 ms on each way", lasts(8*time.Second, fleet.Quality{Delay: 400 * time.Millisecond})},
	{"256 kbit/s for 15 s", lasts(15*time.Second, fleet.Quality{Rate: 32 << 10})},
	{"offline for 6 s", func(_ context.Context, s *scene) error {
		s.line.Set(fleet.Quality{Down: true})
		for _, p := range s.pages {
			if err := p.offline(true); err != nil {
				return err
			}
		}
		time.Sleep(6 * time.Second)
		s.line.Set(fleet.Quality{})
		for _, p := range s.pages {
			if err := p.offline(false); err != nil {
				return err
			}
		}
		return nil
	}},
	{"tabs stopped for 35 s", func(_ context.Context, s *scene) error {
		for _, p := range s.pages {
			if err := p.freeze(true); err != nil {
				return err
			}
		}
		time.Sleep(35 * time.Second)
		for _, p := range s.pages {
			if err := p.freeze(false); err != nil {
				return err
			}
		}
		return nil
	}},
	{"two tabs reloaded while a replica is killed", func(ctx context.Context, s *scene) error {
		s.Replicas[1].Kill()
		for _, p := range s.pages {
			if err := p.reload(); err != nil {
				return err
			}
		}
		return s.Replicas[1].Start(ctx)
	}},
}

//go:build unix

package fleet

import (
	"context"
	"time"
)

// Options say what a fleet is made of.
type Options struct {
	Program  string   // the server, of Build
	Flags    []string // of each replica
	Balancer string   // haproxy, nginx or caddy; "" is none
	Path     string   // of the balancer's program; "" is its name, on the PATH
	Changes  []string // to the balancer's file: pairs of texts, each of which occurs in it
	Dir      string   // for files of the fleet alone
}

// A Fleet is three replicas behind a balancer.
type Fleet struct {
	Replicas []*Replica
	Balancer *Balancer // nil without one
}

// Start starts a fleet and waits until it is ready. Close ends it.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	f := new(Fleet)
	for range shipped {
		addr, err := FreeAddr()
		if err != nil {
			f.Close()
			return nil, err
		}
		r := &Replica{Addr: addr, Program: o.Program, Flags: o.Flags}
		if err := r.Start(ctx); err != nil {
			f.Close()
			return nil, err
		}
		f.Replicas = append(f.Replicas, r)
	}
	if o.Balancer == "" {
		return f, nil
	}
	var addrs []string
	for _, r := range f.Replicas {
		addrs = append(addrs, r.Addr)
	}
	var err error
	if f.Balancer, err = StartBalancer(ctx, o, addrs); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close ends all processes.
func (f *Fleet) Close() {
	if f.Balancer != nil && f.Balancer.process != nil {
		f.Balancer.Kill()
	}
	for _, r := range f.Replicas {
		r.Kill()
	}
}

// Roll drains each replica in turn and starts it again, with a pause after each.
func (f *Fleet) Roll(ctx context.Context, pause time.Duration) error {
	for _, r := range f.Replicas {
		r.Drain()
		if err := r.Start(ctx); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return nil
}

// Sample returns the sum of a metric over the replicas. See [Replica.Sample].
func (f *Fleet) Sample(metric, label string) (float64, error) {
	sum := 0.0
	for _, r := range f.Replicas {
		v, err := r.Sample(metric, label)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

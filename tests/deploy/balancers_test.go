//go:build unix

// Package deploy tests what is in deploy/: each file is read by the program that it is for, and the
// balancers run with three replicas.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/fleet"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// root is the folder of the repository.
const root = "../.."

// program builds the server, once for all tests.
var program = sync.OnceValues(func() (string, error) {
	return fleet.Build(context.Background(), folder, nil)
})

// folder is for files of this run.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "nnvisu-deploy"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	m.Run()
}

// A site is a fleet with a client.
type site struct {
	*fleet.Fleet
	*contract.Server
	balancer string
}

// start starts a fleet behind a balancer. changes are pairs of texts for its file.
func start(t *testing.T, balancer string, flags []string, changes ...string) *site {
	t.Helper()
	server, err := program()
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.Start(t.Context(), fleet.Options{
		Program: server, Flags: flags, Balancer: balancer, Changes: changes, Dir: t.TempDir(),
		Path: tools.Balancer(t, root, balancer),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.Close()
		if t.Failed() {
			t.Logf("%s says:\n%s", balancer, f.Balancer.Said())
			for i, r := range f.Replicas {
				t.Logf("replica %d says:\n%s", i+1, r.Said())
			}
		}
	})
	client := &contract.Server{
		Root: "http://" + f.Balancer.Addr, Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	t.Cleanup(client.Client.CloseIdleConnections)
	return &site{f, client, balancer}
}

// each runs a test with every balancer, at the same time.
func each(t *testing.T, f func(t *testing.T, balancer string)) {
	t.Parallel()
	for name := range fleet.Kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, name)
		})
	}
}

// sample is Fleet.Sample in a test.
func (s *site) sample(t *testing.T, metric, label string) float64 {
	t.Helper()
	v, err := s.Sample(metric, label)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// small is a train_step that takes no time.
func small() contract.Message {
	return contract.TrainStep(contract.Message{}, nil, contract.Scatter(20, 2, 1), 1)
}

// TestBalancerServes: requests go to every replica, events come as they are made, sockets work, the
// client is named, and what is for operators alone is not there.
func TestBalancerServes(t *testing.T) {
	each(t, func(t *testing.T, balancer string) {
		s := start(t, balancer, nil)
		want := s.Step(t, small())
		for range 20 {
			if got := s.Step(t, small()); string(got.Network) != string(want.Network) {
				t.Fatalf("another answer: %v; want %v", got, want)
			}
		}
		for i, r := range s.Replicas {
			if n, err := r.Sample("nnvisu_http_requests_total", `route="/step"`); err != nil || n == 0 {
				t.Errorf("replica %d answered %v requests (%v); want some", i+1, n, err)
			}
		}

		st := s.MustTrain(t, small().With("steps", 0, "frame_ms", 150))
		st.MustNext(t, "train_step_result")
		for i := range 4 {
			began := time.Now()
			st.MustNext(t, "train_step_result")
			if took := time.Since(began); took < 50*time.Millisecond || took > 2*time.Second {
				t.Errorf("event %d came %v after the one before; want about 150 ms", i+2, took)
			}
		}
		st.Close()

		k := s.MustDial(t)
		for range 2 {
			if _, err := k.Step(contract.Soon(t), small().Text()); err != nil {
				t.Errorf("over a socket: %v", err)
			}
		}
		for _, path := range []string{"/metrics", "/%6detrics", "//metrics", "/nnvisu/metrics", "/metrics?x=1"} {
			if answer := s.Get(t, path); answer.Status != http.StatusNotFound || strings.Contains(string(answer.Body), "nnvisu_") {
				t.Errorf("GET %s: status %d; want 404, for metrics are not for everybody", path, answer.Status)
			}
		}
		// The address may have a task of 2,000 signs, each of which has nine in an address.
		for _, path := range []string{"/", "/?assignment=" + strings.Repeat("%E4%B8%80", 2000)} {
			if answer := s.Get(t, path); answer.Status != http.StatusOK || !strings.Contains(string(answer.Body), "<form") {
				t.Errorf("GET %.20s: status %d %s; want the page", path, answer.Status, contract.Clip(answer.Body))
			}
		}
	})
}

// mostWait is how long an answer may take that comes at once, on a busy machine.
const mostWait = 1500 * time.Millisecond

// TestBalancerFull: a replica that refuses is not dead. While all places for streams are taken and
// clients go on asking for more, everybody else is answered.
func TestBalancerFull(t *testing.T) {
	each(t, func(t *testing.T, balancer string) {
		s := start(t, balancer, []string{"-max-streams", "1"})
		stream := small().With("steps", 0, "frame_ms", 1000)
		for range s.Replicas {
			s.MustTrain(t, stream).MustNext(t, "train_step_result")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		var asking sync.WaitGroup
		refused := 0
		asking.Go(func() {
			for ctx.Err() == nil {
				_, err := s.Train(ctx, stream.Text())
				var f *contract.Failure
				if errors.As(err, &f) && f.Reason.Code == "busy" {
					refused++
				} else if ctx.Err() == nil {
					t.Errorf("one stream more: %v; want busy", err)
				}
			}
		})
		defer asking.Wait() // also after a failure
		defer cancel()
		answered := 0
		for ; ctx.Err() == nil; answered++ {
			for _, ask := range []struct{ method, path string }{{"GET", "/"}, {"POST", "/step"}} {
				began := time.Now()
				reply, err := s.Fetch(contract.Soon(t), ask.method, ask.path, small().Text(), "Content-Type", "application/json")
				if took := time.Since(began); err != nil || reply.Status != http.StatusOK || took > mostWait {
					t.Fatalf("%s %s by another: %v, status %d after %v; want 200 within %v", ask.method, ask.path, err, reply.Status, took, mostWait)
				}
			}
		}
		asking.Wait()
		if refused == 0 || answered == 0 {
			t.Errorf("%d refused, %d answered; want some of both", refused, answered)
		}
	})
}

// given are the times of a balancer for an answer, and shorter ones to test with.
var given = map[string][]string{
	"haproxy": {"timeout server 2m", "timeout server 1s"},
	"nginx": {
		"proxy_read_timeout 2m", "proxy_read_timeout 1s",
		"proxy_next_upstream_timeout 5s", "proxy_next_upstream_timeout 500ms",
	},
	"caddy": {"dial_timeout 1s", "dial_timeout 1s\nresponse_header_timeout 1s"}, // by itself it waits
}

// TestBalancerGivesUp: a request that takes longer than a balancer waits is made once, and the
// balancer's giving up stops the work. So does a client that hangs up.
func TestBalancerGivesUp(t *testing.T) {
	each(t, func(t *testing.T, balancer string) {
		s := start(t, balancer, []string{"-max-work", "1h"}, given[balancer]...)
		// It would take a minute. HAProxy repeats only what is small, so it is.
		long := contract.TrainStep(contract.Message{"hidden_layers": []int{100, 100, 100}}, nil, contract.Scatter(60, 2, 1), 100_000).Text()
		for _, how := range []struct {
			name string
			wait time.Duration
		}{{"Balancer", contract.Patience}, {"Client", 500 * time.Millisecond}} {
			t.Run(how.name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), how.wait)
				defer cancel()
				before := make([]float64, len(s.Replicas))
				for i, r := range s.Replicas {
					before[i], _ = r.Sample("nnvisu_updates_total", "")
				}
				reply, err := s.Fetch(ctx, "POST", "/step", long, "Content-Type", "application/json")
				if how.name == "Balancer" && (err != nil || reply.Status != http.StatusGatewayTimeout) {
					t.Errorf("a request that takes too long: %v, %d %s; want 504", err, reply.Status, contract.Clip(reply.Body))
				}
				var working []string
				for i, r := range s.Replicas {
					if now, err := r.Sample("nnvisu_updates_total", ""); err != nil || now > before[i] {
						working = append(working, fmt.Sprintf("replica %d made %v updates (%v)", i+1, now-before[i], err))
					}
				}
				if len(working) != 1 {
					t.Errorf("%q; want the work of one replica", working)
				}
				contract.Eventually(t, "the work stops", func() bool {
					now := s.sample(t, "nnvisu_updates_total", "")
					time.Sleep(100 * time.Millisecond)
					return s.sample(t, "nnvisu_updates_total", "") == now
				})
			})
		}
	})
}

// mostGap is how long a program may stand still when a replica goes, on a busy machine.
const mostGap = 4 * time.Second

// TestBalancerLosesReplicas: programs that follow the rules train on while each replica is killed,
// hangs, and is upgraded. They lose nothing, and end with the bytes of an undisturbed run.
func TestBalancerLosesReplicas(t *testing.T) {
	each(t, func(t *testing.T, balancer string) {
		s := start(t, balancer, []string{"-drain-delay", "2500ms"})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var running sync.WaitGroup
		var clients []*fleet.Client
		for _, transport := range fleet.Transports {
			c := &fleet.Client{URL: s.Root, Transport: transport, Every: 25 * time.Millisecond}
			clients = append(clients, c)
			running.Go(func() { c.Run(ctx) })
		}
		for i, r := range s.Replicas {
			time.Sleep(300 * time.Millisecond)
			r.Kill()
			time.Sleep(300 * time.Millisecond)
			if err := r.Start(t.Context()); err != nil {
				t.Fatalf("replica %d: %v", i+1, err)
			}
			time.Sleep(1200 * time.Millisecond) // a check finds it
		}
		if err := s.Balancer.Reload(); err != nil {
			t.Error(err)
		}
		if err := s.Roll(t.Context(), 1200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		cancel()
		running.Wait()
		for i, c := range clients {
			r := c.Report()
			t.Logf("%s, %s: %v", balancer, fleet.Transports[i], r)
			if r.Fatal != nil || r.Lost > 0 || r.Gap > mostGap {
				t.Errorf("%s: %v; want no end, nothing lost, and gaps of at most %v", fleet.Transports[i], r, mostGap)
			}
			if err := r.Verify(t.Context(), s.Replicas[0].URL()); err != nil {
				t.Errorf("%s: %v", fleet.Transports[i], err)
			}
		}
	})
}

package sim

import (
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/nnvisu/nnvisu/tests/sim/memnet"
)

// randomOf returns a generator for one purpose of a seed.
func randomOf(seed uint64, purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // cannot fail
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// between returns a random duration.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)+1))
}

// A trouble is what makes a line a bad one.
type trouble struct {
	name string
	make func(l *memnet.Line, random *rand.Rand)
}

// breaks makes a line break within the first 100 kB, mostly within the first 10 kB.
func breaks(how memnet.Break) func(l *memnet.Line, random *rand.Rand) {
	return func(l *memnet.Line, random *rand.Rand) {
		l.Break, l.After = how, 1+random.IntN(10_000)
		if random.IntN(3) == 0 {
			l.After *= 10
		}
	}
}

// troubles are drawn for each line of its own, and add up.
var troubles = []trouble{
	{"is reset", breaks(memnet.Reset)},
	{"ends in good order", breaks(memnet.End)},
	{"stalls", breaks(memnet.Stall)},
	{"is late", func(l *memnet.Line, random *rand.Rand) {
		l.Latency, l.Jitter = between(random, 0, 300*time.Millisecond), between(random, 1, 300*time.Millisecond)
	}},
	{"crawls", func(l *memnet.Line, random *rand.Rand) {
		l.Pace, l.Room = 5_000+random.IntN(100_000), 500+random.IntN(20_000)
	}},
	{"is split", func(l *memnet.Line, random *rand.Rand) { l.Piece = 1 + random.IntN(500) }},
}

// A disaster is what happens to the fleet.
type disaster struct {
	name   string
	happen func(w *world, random *rand.Rand)
}

// disasters leave behind a fleet that serves, or will when what hangs goes on.
var disasters = []disaster{
	{"a replica is restarted", func(w *world, random *rand.Rand) {
		w.anyReplica(random).restart(between(random, 0, 3*time.Second))
	}},
	{"all replicas are restarted in turn", func(w *world, random *rand.Rand) {
		for _, r := range w.replicas {
			r.restart(between(random, 0, time.Second))
		}
	}},
	{"all replicas are upgraded in turn", func(w *world, random *rand.Rand) {
		w.newest = (w.newest + 1) % len(releases)
		for _, r := range w.replicas {
			r.restart(between(random, 0, time.Second))
		}
	}},
	{"a replica is killed", func(w *world, random *rand.Rand) {
		r := w.anyReplica(random)
		r.kill()
		time.Sleep(between(random, 0, 5*time.Second))
		r.start(releases[w.newest])
	}},
	{"all replicas are killed", func(w *world, random *rand.Rand) {
		for _, r := range w.replicas {
			r.kill()
		}
		time.Sleep(between(random, 0, 10*time.Second))
		for _, r := range w.replicas {
			r.start(releases[w.newest])
		}
	}},
	{"a replica hangs", func(w *world, random *rand.Rand) {
		w.freeze(w.anyReplica(random).host, between(random, time.Second, 25*time.Second))
	}},
	{"the proxy hangs", func(w *world, random *rand.Rand) {
		w.freeze(proxyHost, between(random, time.Second, 10*time.Second))
	}},
	{"the proxy is restarted", func(w *world, random *rand.Rand) {
		w.proxy.kill()
		time.Sleep(between(random, 0, 5*time.Second))
		w.proxy.start()
	}},
	{"a client loses its lines", func(w *world, random *rand.Rand) {
		w.network.Cut(w.clients[random.IntN(len(w.clients))].host)
	}},
	{"a client hangs", func(w *world, random *rand.Rand) {
		w.freeze(w.clients[random.IntN(len(w.clients))].host, between(random, time.Second, 40*time.Second))
	}},
}

// restart drains a replica and starts it again, as the newest release.
func (r *replica) restart(down time.Duration) {
	r.drain()
	time.Sleep(down)
	r.start(releases[r.world.newest])
}

func (w *world) anyReplica(random *rand.Rand) *replica {
	return w.replicas[random.IntN(len(w.replicas))]
}

func (w *world) freeze(host string, long time.Duration) {
	w.network.Freeze(host, time.Now().Add(long))
}

package sim

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/tests/sim/memnet"
)

// Times of a simulation.
const (
	stormy   = 30 * time.Second // how long disasters begin, and new lines are bad
	soon     = 90 * time.Second // how long a client may then need to reach its goal
	settling = 5 * time.Minute  // after which nobody may believe in a line that is dead
)

// A world is one simulation. All of it lives in one bubble.
type world struct {
	seed     uint64
	limits   handlers.Config
	network  *memnet.Network
	replicas []*replica
	newest   int // of the releases: what is started now
	proxy    *proxy
	clients  []*client
	apps     []*handlers.Server // all that ever ran
	journal  *journal
	bug      bug

	calm  atomic.Bool // the disasters are over, and new lines are good
	lines struct {
		mu     sync.Mutex
		random map[string]*rand.Rand // of the lines of each host
	}
}

// simulate runs the simulation of a seed and returns what happened.
func simulate(t *testing.T, seed uint64, courses []course, planted bug) (happened *journal) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(seed, courses, planted)
		happened = w.journal
		w.run(t.Context())
	})
	return happened
}

// newWorld draws everything of a simulation that is known before it begins.
func newWorld(seed uint64, courses []course, planted bug) *world {
	random := randomOf(seed, "world")
	w := &world{
		seed: seed, limits: handlers.DefaultConfig(), network: memnet.New(),
		journal: &journal{begin: time.Now()}, bug: planted,
	}
	w.lines.random = map[string]*rand.Rand{}
	w.limits.Logger = slog.New(slog.DiscardHandler)
	w.limits.MaxStream = between(random, 2*time.Second, time.Minute)
	w.limits.MaxStreams = 1 + random.IntN(4)
	w.limits.MaxSockets = 1 + random.IntN(4)
	w.limits.MaxQueue = 1 + random.IntN(4)
	w.limits.MaxBody = 32 << 10 << random.IntN(8)
	w.limits.MaxMemory = leastMemory(w.limits.MaxBody, w.limits.Cache)
	w.limits.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.1.1/32")}
	for i := range 3 {
		w.replicas = append(w.replicas, &replica{world: w, name: fmt.Sprint("replica-", i), host: fmt.Sprintf("10.0.2.%d:80", i+1)})
	}
	w.proxy = newProxy(w)
	for i := range 3 + random.IntN(4) {
		w.clients = append(w.clients, newClient(w, i, kinds[random.IntN(len(kinds))], &courses[random.IntN(len(courses))]))
	}
	return w
}

// run plays the simulation to its end.
func (w *world) run(ctx context.Context) {
	random := randomOf(w.seed, "disasters")
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for _, r := range w.replicas {
		r.start(releases[0])
	}
	w.proxy.start()

	var atWork sync.WaitGroup
	for _, c := range w.clients {
		atWork.Go(func() { c.train(ctx) })
	}
	for begin := time.Now(); ; {
		time.Sleep(between(random, 0, 10*time.Second))
		if time.Since(begin) > stormy {
			break
		}
		d := disasters[random.IntN(len(disasters))]
		w.journal.note("world", "%s", d.name)
		d.happen(w, random)
	}
	w.calm.Store(true)
	w.network.Heal()
	w.journal.note("world", "is calm")
	late := time.AfterFunc(soon, func() {
		for _, c := range w.clients {
			if c.at() < c.goal {
				w.journal.violated(c.name, "is at step %d of %d %v after the last disaster", c.at(), c.goal, soon)
			}
		}
		stop()
	})
	atWork.Wait()
	late.Stop()
	for _, c := range w.clients {
		c.leave()
	}
	time.Sleep(settling)
	w.checkNothingKept()
	w.stop()
}

// stop ends the fleet. What goes on after that is a leak, which the bubble reports.
func (w *world) stop() {
	for _, r := range w.replicas {
		r.web.Close()
		r.app.Drain()
	}
	w.proxy.web.Close()
}

// drawLine returns the next line of a host.
func (w *world) drawLine(host string) memnet.Line {
	w.lines.mu.Lock()
	defer w.lines.mu.Unlock()
	random := w.lines.random[host]
	if random == nil {
		random = randomOf(w.seed, "lines of "+host)
		w.lines.random[host] = random
	}
	// No two things happen at the same time, or their order would be the scheduler's.
	line := memnet.Line{Latency: between(random, 1, 100*time.Microsecond), Jitter: time.Microsecond, Seed: random.Uint64()}
	if w.calm.Load() {
		return line
	}
	for _, trouble := range troubles {
		if random.IntN(2*len(troubles)) == 0 {
			trouble.make(&line, random)
		}
	}
	return line
}

// gauges are what a server must not hold when its clients have gone.
var gauges = []string{
	"nnvisu_open", "nnvisu_requests", "nnvisu_streams", "nnvisu_sockets", "nnvisu_memory_bytes", "nnvisu_cpu_waiting",
}

// checkNothingKept looks for places and connections that were not given back.
func (w *world) checkNothingKept() {
	for i, app := range w.apps {
		for _, held := range heldBy(app) {
			w.journal.violated(fmt.Sprint("server ", i), "has %s without a client; want 0", held)
		}
	}
	if n := w.network.Open(); n > 0 {
		w.journal.violated("network", "has %d connections without a client; want none", n)
	}
}

// heldBy returns the gauges of a server that are not 0, with their values.
func heldBy(s *handlers.Server) (held []string) {
	answer := httptest.NewRecorder()
	s.MetricsHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	seen := map[string]bool{}
	for sample := range strings.Lines(answer.Body.String()) {
		sample = strings.TrimSpace(sample)
		name, _, _ := strings.Cut(strings.ReplaceAll(sample, "{", " "), " ")
		seen[name] = true
		if slices.Contains(gauges, name) && !strings.HasSuffix(sample, " 0") {
			held = append(held, sample)
		}
	}
	for _, name := range gauges {
		if !seen[name] {
			held = append(held, name+", which it does not know")
		}
	}
	return held
}

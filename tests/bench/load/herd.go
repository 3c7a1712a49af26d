package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// herdOptions say how many clients lose their servers at once.
type herdOptions struct {
	nnvisu  string
	args    string
	servers int
	killed  int
	clients int
	down    time.Duration
	ramp    time.Duration
	school  bool
}

func (o *herdOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.nnvisu, "nnvisu", filepath.Join("dist", "nnvisu"), "`program` of the servers")
	fs.StringVar(&o.args, "args", "-max-streams=1024", "`flags` of the servers, parted by blanks, of which they get those that they know")
	fs.IntVar(&o.servers, "servers", 4, "how `many` servers; a client asks any")
	fs.IntVar(&o.killed, "killed", 0, "how `many` of the servers die; 0 is all")
	fs.IntVar(&o.clients, "clients", 2000, "how `many` clients, each with a stream of a frame a second")
	fs.DurationVar(&o.down, "down", time.Second, "`time` from the death of the servers to their return")
	fs.DurationVar(&o.ramp, "ramp", 5*time.Second, "`time` over which the clients come first")
	fs.BoolVar(&o.school, "school", false, "all clients have one address, and each a tab's token")
}

// herdPatience is how long clients may take to come, or to come back.
const herdPatience = 30 * time.Second

// A herd is many clients of some servers.
type herd struct {
	herdOptions
	addrs  []string
	body   []byte
	mutex  sync.Mutex
	open   int // streams that have brought something and have not ended
	events []herdEvent
}

// A herdEvent is what a client tried or saw.
type herdEvent struct {
	at     time.Time
	client int
	kind   herdKind
}

type herdKind int

const (
	tried     herdKind = iota // to open a stream
	nobodyWas                 // there: the connection failed
	wasBusy                   // answered busy
	wasBack                   // has the first bytes of a stream
)

// runHerd lets the clients come, kills servers, starts them again, and prints how the clients
// came back.
func runHerd(ctx context.Context, o herdOptions, w io.Writer) error {
	if o.servers < 1 || o.clients < 1 || o.killed < 0 || o.killed > o.servers {
		return errors.New("-servers and -clients must be greater than 0, -killed at most -servers")
	}
	form, err := pageForm(lab{hidden: []int{4}, points: 50, optimizer: nn.Adam, classes: 2}, "frame_ms", "1000")
	if err != nil {
		return err
	}
	h := &herd{herdOptions: o, body: pack([]byte(form.Encode()))}
	for range o.servers {
		addr, err := freeAddress()
		if err != nil {
			return err
		}
		h.addrs = append(h.addrs, addr)
	}
	servers, err := h.startAll(ctx, h.addrs)
	if err != nil {
		return err
	}
	clients, leave := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer func() {
		leave()
		wait.Wait()
		stopAll(servers)
	}()
	for i := range o.clients {
		wait.Go(func() {
			sleepFor(clients, time.Duration(rand.Float64()*float64(o.ramp)))
			h.live(clients, i)
		})
	}
	if err := h.allOpen(ctx, o.ramp+herdPatience); err != nil {
		return fmt.Errorf("before the cut: %w", err)
	}
	sleepFor(ctx, 2*time.Second)
	dying := servers
	if o.killed > 0 {
		dying = servers[:o.killed]
	}
	cut := time.Now()
	stopAll(dying)
	sleepUntil(ctx, cut.Add(o.down))
	again, err := h.startAll(ctx, h.addrs[:len(dying)])
	if err != nil {
		return err
	}
	there := time.Now()
	if copy(dying, again); o.killed > 0 {
		there = cut // the others were
	}
	err = h.allOpen(ctx, herdPatience)
	sleepFor(ctx, 2*longestWait) // a second wave would come now
	h.print(w, cut, there)
	return err
}

// startAll starts the servers, all at once.
func (h *herd) startAll(ctx context.Context, addrs []string) ([]*server, error) {
	servers, failed := make([]*server, len(addrs)), make([]error, len(addrs))
	flags := flagsOf(ctx, h.nnvisu, strings.Fields(h.args)...)
	var wait sync.WaitGroup
	for i, addr := range addrs {
		wait.Go(func() {
			args := append([]string{"-addr", addr, "-log-level", "error"}, flags...)
			servers[i], failed[i] = startAt(ctx, addr, nil, h.nnvisu, args...)
		})
	}
	wait.Wait()
	err := errors.Join(failed...)
	if err != nil {
		stopAll(servers)
	}
	return servers, err
}

// stopAll kills servers. Those that have not started are nil.
func stopAll(servers []*server) {
	for _, s := range servers {
		if s != nil {
			s.kill()
		}
	}
	for _, s := range servers {
		if s != nil {
			s.stop()
		}
	}
}

// allOpen waits until each client has a stream.
func (h *herd) allOpen(ctx context.Context, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; sleepFor(ctx, 20*time.Millisecond) {
		h.mutex.Lock()
		open := h.open
		h.mutex.Unlock()
		switch {
		case open == h.clients:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(deadline):
			return fmt.Errorf("%d of %d clients have a stream after %v", open, h.clients, patience)
		}
	}
}

// live keeps a stream open, as a client should.
func (h *herd) live(ctx context.Context, client int) {
	for failures := 0; ctx.Err() == nil; failures++ {
		came, after := h.visit(ctx, client)
		if came {
			failures = 0
		}
		sleepFor(ctx, backoff(failures, after))
	}
}

// visit opens a stream at any server and reads it to its end.
func (h *herd) visit(ctx context.Context, client int) (came bool, after time.Duration) {
	t := target{addr: h.addrs[rand.IntN(len(h.addrs))]}
	r := request{path: "/train", headers: []string{asForm, packed, "Accept-Encoding: gzip"}, body: h.body}
	if h.school {
		r.from = honestAddress
	} else {
		r.from = fmt.Sprintf("127.1.%d.%d", client/250, 1+client%250)
	}
	r.headers = append(r.headers, "Nnvisu-Tab: "+strconv.Itoa(client))
	h.note(client, tried)
	conn, done, err := t.open(ctx, r)
	if err != nil {
		h.note(client, nobodyWas)
		return false, 0
	}
	defer done()
	response, err := http.ReadResponse(bufio.NewReaderSize(conn, 4<<10), nil)
	if err != nil {
		h.note(client, nobodyWas)
		return false, 0
	}
	if response.StatusCode != http.StatusOK {
		h.note(client, wasBusy)
		return false, retryAfter(response.Header)
	}
	buffer := make([]byte, 4<<10)
	if _, err := response.Body.Read(buffer); err != nil {
		h.note(client, nobodyWas)
		return false, 0
	}
	h.note(client, wasBack)
	h.opened(1)
	defer h.opened(-1)
	for err == nil {
		_, err = response.Body.Read(buffer)
	}
	return true, 0
}

func (h *herd) note(client int, kind herdKind) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.events = append(h.events, herdEvent{time.Now(), client, kind})
}

func (h *herd) opened(n int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.open += n
}

// herdSlice is the time that a line of the table is about.
const herdSlice = 500 * time.Millisecond

// print prints what happened from the cut on.
func (h *herd) print(w io.Writer, cut, there time.Time) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	back := map[int]float64{}        // milliseconds from the servers' return
	counts := map[int][4]int{}       // of the kinds, by slice
	tries := map[[2]int]int{}        // by client and second
	var total [4]int                 // of the kinds
	last, most, ended := 0, 0, there // the last slice with a try, and the most tries of a client in a second
	for _, e := range h.events {
		if e.at.Before(cut) {
			continue
		}
		slice := int(e.at.Sub(cut) / herdSlice)
		c := counts[slice]
		c[e.kind]++
		counts[slice] = c
		total[e.kind]++
		switch e.kind {
		case tried:
			last = max(last, slice)
			second := [2]int{e.client, int(e.at.Sub(cut) / time.Second)}
			tries[second]++
			most = max(most, tries[second])
		case wasBack:
			if _, known := back[e.client]; !known {
				back[e.client] = max(0, e.at.Sub(there).Seconds()*1000)
				ended = e.at
			}
		}
	}
	var times []float64
	for _, ms := range back {
		times = append(times, ms)
	}
	slices.Sort(times)
	fmt.Fprintf(w, "clients     %d at %d servers; %d lost theirs and are back\n", h.clients, h.servers, len(back))
	fmt.Fprintf(w, "servers     there again %v after the cut\n", there.Sub(cut).Round(time.Millisecond))
	fmt.Fprintf(w, "back        median %s, 95 %% %s, last %s after the servers\n", milliseconds(percentile(times, 50)), milliseconds(percentile(times, 95)), milliseconds(percentile(times, 100)))
	fmt.Fprintf(w, "tries       %d; %d found nobody, %d busy; of a client %.1f in the mean, %d in a second at most\n", total[tried], total[nobodyWas], total[wasBusy], float64(total[tried])/float64(h.clients), most)
	late := 0
	for _, e := range h.events {
		if e.kind == tried && e.at.After(ended) {
			late++
		}
	}
	fmt.Fprintf(w, "second wave %d tries after all were back\n\n", late)
	fmt.Fprintln(w, "| from, s | tries | nobody | busy | back |\n|---|---|---|---|---|")
	for slice := range last + 1 {
		c := counts[slice]
		if c == [4]int{} {
			continue
		}
		fmt.Fprintf(w, "| %.1f | %d | %d | %d | %d |\n", (herdSlice * time.Duration(slice)).Seconds(), c[tried], c[nobodyWas], c[wasBusy], c[wasBack])
	}
}

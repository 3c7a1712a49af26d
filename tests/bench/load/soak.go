package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// soakOptions say for how long a server is used by all kinds of clients.
type soakOptions struct {
	nnvisu   string
	args     string
	duration time.Duration
	clients  int
}

func (o *soakOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.nnvisu, "nnvisu", filepath.Join("dist", "nnvisu"), "`program` of the server")
	fs.StringVar(&o.args, "args", "-max-memory=512MiB", "`flags` of the server, parted by blanks, of which it gets those that it knows")
	fs.DurationVar(&o.duration, "duration", 10*time.Minute, "`time` of use")
	fs.IntVar(&o.clients, "clients", 2, "how `many` clients of each kind")
}

// How much more than at the start a server may have at the end. The heap's bytes differ from
// collection to collection, and a goroutine and a file belong to each connection that asks for the
// metrics.
const (
	heapFactor = 1.25
	heapSlack  = 8 << 20
	fewMore    = 3
)

// mostLost is the part of the visits whose connection may break.
const mostLost = 0.02

// Sizes of a soak.
const (
	sampleSize = 300 // answers kept to be repeated, at most
	rounds     = 6   // collections that a measurement of the heap waits for
	settleTime = time.Minute
)

// A held is what a server holds while nobody asks for anything.
type held struct {
	heap       float64 // bytes, the least after a collection
	goroutines float64
	files      float64
}

// A soak is a server in use by clients.
type soak struct {
	url    string
	client *http.Client

	mutex   sync.Mutex
	seen    int
	sample  []exchanged
	visits  map[string]int
	busy    int
	lost    int // connections
	failed  int
	failure string
}

// An exchanged is a request and its answer, which whoever sends the same request gets again.
type exchanged struct {
	method, path, contentType string
	header                    []string // names and values in turn
	body, answer              []byte
}

// runSoak uses a server and compares it with what it was before.
func runSoak(ctx context.Context, o soakOptions, w io.Writer) error {
	if o.clients < 1 || o.duration <= 0 {
		return errors.New("-clients and -duration must be greater than 0")
	}
	flags := flagsOf(ctx, o.nnvisu, strings.Fields(o.args)...)
	begin := func() (*server, error) {
		addr, err := freeAddress()
		if err != nil {
			return nil, err
		}
		return startAt(ctx, addr, nil, o.nnvisu, append([]string{"-addr", addr, "-log-level", "error"}, flags...)...)
	}
	s, err := begin()
	if err != nil {
		return err
	}
	defer s.stop()
	k := &soak{url: s.url, visits: map[string]int{}}
	k.client = &http.Client{Transport: &http.Transport{DialContext: dialer(honestAddress).DialContext, DisableCompression: true, MaxIdleConnsPerHost: 64}}
	// A dose first: what the server makes once and keeps is there before the count.
	if err := k.use(ctx, o, o.duration/20); err != nil {
		return err
	}
	before, err := k.settle(ctx, held{})
	if err != nil {
		return err
	}
	k.visits, k.sample, k.seen, k.busy, k.lost, k.failed = map[string]int{}, nil, 0, 0, 0, 0
	if err := k.use(ctx, o, o.duration); err != nil {
		return err
	}
	after, err := k.settle(ctx, before)
	if err != nil {
		return err
	}
	if s.hasEnded() {
		return errors.New("the server has ended")
	}
	memory := s.peakMemory()
	s.stop()
	if s, err = begin(); err != nil {
		return err
	}
	defer s.stop()
	k.url = s.url
	other, err := k.repeat(ctx)
	if err != nil {
		return err
	}
	k.print(w, o, before, after, memory, other)
	return k.judge(before, after, other)
}

// use lets clients of all kinds use the server, and attackers attack it, each attack in its turn.
func (k *soak) use(ctx context.Context, o soakOptions, d time.Duration) error {
	using, leave := context.WithTimeout(ctx, d)
	defer leave()
	defer k.client.CloseIdleConnections()
	var wait sync.WaitGroup
	for _, kind := range soakKinds {
		for range o.clients {
			wait.Go(func() {
				for failures := 0; using.Err() == nil; {
					err := kind.visit(using, k, rand.Uint64())
					if k.count(using, kind.name, err) {
						failures = 0
						sleepFor(using, time.Duration(rand.Float64()*float64(200*time.Millisecond)))
					} else {
						sleepFor(using, backoff(failures, 0))
						failures++
					}
				}
			})
		}
	}
	var failure error
	all := attacks()
	each := max(time.Second, d/time.Duration(len(all)))
	for _, a := range all {
		if using.Err() != nil {
			break
		}
		if _, _, err := (attackOptions{duration: each}).startAttackers(using, a, k.url); err != nil && using.Err() == nil {
			failure = errors.Join(failure, fmt.Errorf("%s: %w", a.name, err))
		}
	}
	wait.Wait()
	return errors.Join(failure, ctx.Err())
}

// count counts a visit and reports whether it went well. The end of the time is no failure.
func (k *soak) count(ctx context.Context, kind string, err error) bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	switch {
	case err == nil:
		k.visits[kind]++
		return true
	case ctx.Err() != nil:
	case errors.Is(err, errBusy):
		k.busy++
	case isLost(err):
		k.lost++
	default:
		k.failed++
		if k.failure == "" {
			k.failure = kind + ": " + err.Error()
		}
	}
	return false
}

// isLost reports whether an error is that of a connection that broke. Beside attackers who open
// thousands some do, and a client that asks again has lost nothing.
func isLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, new(*net.OpError))
}

// keep keeps an answer for the sample, of which each has the same chance to be in it.
func (k *soak) keep(e exchanged) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.seen++
	if len(k.sample) < sampleSize {
		k.sample = append(k.sample, e)
	} else if i := rand.IntN(k.seen); i < sampleSize {
		k.sample[i] = e
	}
}

// ask makes the request of e, and returns its answer.
func (k *soak) ask(ctx context.Context, e exchanged) (answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, e.method, k.url+e.path, bytes.NewReader(e.body))
	if err != nil {
		return nil, err
	}
	if e.contentType != "" {
		r.Header.Set("Content-Type", e.contentType)
	}
	for i := 0; i < len(e.header); i += 2 {
		r.Header.Set(e.header[i], e.header[i+1])
	}
	response, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response)
	}
	answer, err = io.ReadAll(response.Body)
	// A stream has comments while there is nothing to say, and they depend on the time.
	return comment.ReplaceAll(answer, nil), err
}

var comment = regexp.MustCompile(`(?m)^:.*\n\n?`)

// repeat makes the requests of the sample again and returns those that were answered otherwise.
func (k *soak) repeat(ctx context.Context) (other []exchanged, err error) {
	for _, e := range k.sample {
		answer, err := k.ask(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("repeat %s %s: %w", e.method, e.path, err)
		}
		if !bytes.Equal(answer, e.answer) {
			other = append(other, e)
		}
	}
	return other, nil
}

// settle waits until the server holds no more than at the start, or for some time, and returns what
// it holds.
func (k *soak) settle(ctx context.Context, start held) (held, error) {
	now := held{heap: math.Inf(1)}
	state, err := defaultLab.picture()
	if err != nil {
		return now, err
	}
	// Some 10 MB of garbage, none of which a cache keeps, so that the collector runs.
	picture := exchanged{method: http.MethodPost, path: "/picture.png", contentType: "application/json", body: state}
	collections, last := 0, math.NaN()
	for deadline := time.Now().Add(settleTime); ctx.Err() == nil; {
		for range 5 {
			if _, err := k.ask(ctx, picture); err != nil && !errors.Is(err, errBusy) {
				return now, err
			}
		}
		text, err := k.ask(ctx, exchanged{method: "GET", path: "/metrics"})
		if err != nil {
			return now, err
		}
		if n := metric(text, "go_gc_duration_seconds_count"); n != last {
			last = n
			collections++
		}
		now.heap = min(now.heap, metric(text, "go_memstats_heap_alloc_bytes"))
		now.goroutines, now.files = metric(text, "go_goroutines"), metric(text, "process_open_fds")
		quiet := start == held{} || now.within(start) == nil
		if collections > rounds && quiet || time.Now().After(deadline) {
			break
		}
	}
	return now, ctx.Err()
}

// within returns an error if a server holds more than it did at the start.
func (h held) within(start held) error {
	var errs []error
	if !(h.heap <= heapFactor*start.heap+heapSlack) {
		errs = append(errs, fmt.Errorf("the heap is %s; it was %s", bytesOf(h.heap), bytesOf(start.heap)))
	}
	if !(h.goroutines <= start.goroutines+fewMore) {
		errs = append(errs, fmt.Errorf("there are %.0f goroutines; there were %.0f", h.goroutines, start.goroutines))
	}
	if h.files > start.files+fewMore { // not known everywhere
		errs = append(errs, fmt.Errorf("there are %.0f files open; there were %.0f", h.files, start.files))
	}
	return errors.Join(errs...)
}

// judge returns what is not as it should be.
func (k *soak) judge(before, after held, other []exchanged) error {
	err := after.within(before)
	if len(other) > 0 {
		e := other[0]
		err = errors.Join(err, fmt.Errorf("%d of %d answers were others when the request came again; the first: %s %s %.300s", len(other), len(k.sample), e.method, e.path, e.body))
	}
	visits := 0
	for _, kind := range soakKinds {
		visits += k.visits[kind.name]
		if k.visits[kind.name] == 0 {
			err = errors.Join(err, fmt.Errorf("no visit of the kind %s went well", kind.name))
		}
	}
	if float64(k.lost) > mostLost*float64(visits) {
		err = errors.Join(err, fmt.Errorf("%d connections broke in %d visits", k.lost, visits))
	}
	if k.failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d visits failed; the first: %s", k.failed, k.failure))
	}
	return err
}

func (k *soak) print(w io.Writer, o soakOptions, before, after held, memory float64, other []exchanged) {
	fmt.Fprintf(w, "| in %v | at the start | at the end |\n|---|---|---|\n", o.duration)
	fmt.Fprintf(w, "| heap | %s | %s |\n", bytesOf(before.heap), bytesOf(after.heap))
	fmt.Fprintf(w, "| goroutines | %.0f | %.0f |\n", before.goroutines, after.goroutines)
	fmt.Fprintf(w, "| open files | %.0f | %.0f |\n", before.files, after.files)
	fmt.Fprintf(w, "| most memory | – | %s |\n", bytesOf(memory))
	fmt.Fprintf(w, "| answers repeated, of these other bytes | – | %d, %d |\n", len(k.sample), len(other))
	fmt.Fprintf(w, "| busy, connections lost, other failures | – | %d, %d, %d |\n", k.busy, k.lost, k.failed)
	for _, kind := range soakKinds {
		fmt.Fprintf(w, "| visits: %s | – | %d |\n", kind.name, k.visits[kind.name])
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// socketsOptions say which sockets to open, as programs do.
type socketsOptions struct {
	url      string
	sockets  int
	moments  bool
	warmup   time.Duration
	duration time.Duration
}

func (o *socketsOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.url, "url", "http://127.0.0.1:8888", "`address` of the server")
	fs.IntVar(&o.sockets, "sockets", 8, "how `many` connections to open")
	fs.BoolVar(&o.moments, "moments", true, "send the moments of the optimizer too, which another server may not know")
	fs.DurationVar(&o.warmup, "warmup", time.Second, "`time` that is not measured")
	fs.DurationVar(&o.duration, "duration", 10*time.Second, "`time` that is")
}

// A socketsReport is what all connections saw in the time that is measured.
type socketsReport struct {
	rate       float64   // answers a second, of all connections
	latencies  []float64 // milliseconds from message to answer, sorted
	medians    []float64 // of each connection, sorted: some server may serve one and forget the others
	sent, read int       // bytes of a message, and of an answer
	own        float64   // CPU of this program, seconds a second
}

func (r socketsReport) print(w io.Writer) {
	fmt.Fprintf(w, "steps       %s a second; messages of %s, answers of %s\n", significant(r.rate), bytesOf(float64(r.sent)), bytesOf(float64(r.read)))
	fmt.Fprintf(w, "latency     median %s, 95 %% %s, 99 %% %s\n", milliseconds(percentile(r.latencies, 50)), milliseconds(percentile(r.latencies, 95)), milliseconds(percentile(r.latencies, 99)))
	fmt.Fprintf(w, "connections median of the quickest %s, of the middle one %s, of the slowest %s\n", milliseconds(percentile(r.medians, 0)), milliseconds(percentile(r.medians, 50)), milliseconds(percentile(r.medians, 100)))
	fmt.Fprintf(w, "this client %.0f %% of a core\n", 100*r.own)
}

// runSockets sends the same train_step over each connection, again whenever it is answered. The
// first failure ends all.
func runSockets(ctx context.Context, o socketsOptions) (socketsReport, error) {
	var report socketsReport
	if o.sockets < 1 || o.duration <= 0 || o.warmup < 0 {
		return report, errors.New("-sockets and -duration must be greater than 0, -warmup not less")
	}
	text, err := defaultLab.message(o.moments)
	if err != nil {
		return report, err
	}
	report.sent = len(text)
	from := time.Now().Add(o.warmup)
	to := from.Add(o.duration)
	ctx, cancel := context.WithDeadline(ctx, to.Add(10*time.Second))
	defer cancel()
	var mutex sync.Mutex
	var failure error
	var wait sync.WaitGroup
	for range o.sockets {
		wait.Go(func() {
			latencies, late, read, err := ask(ctx, o.url, text, from, to)
			mutex.Lock()
			defer mutex.Unlock()
			report.rate += float64(len(latencies)-late) / o.duration.Seconds()
			report.latencies, report.read = append(report.latencies, latencies...), read
			report.medians = append(report.medians, median(latencies))
			if err != nil && failure == nil {
				failure = err
				cancel()
			}
		})
	}
	sleepUntil(ctx, from)
	own := ownCPU()
	wait.Wait()
	report.own = (ownCPU() - own) / o.duration.Seconds()
	slices.Sort(report.latencies)
	slices.Sort(report.medians)
	return report, failure
}

// ask sends a message and waits for its answer, again and again until to, and returns the
// milliseconds of each that was answered after from, and how many of them came late, after to.
// Without those an answer that never comes in time would not show.
func ask(ctx context.Context, url string, text []byte, from, to time.Time) (latencies []float64, late, size int, err error) {
	conn, _, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1)+"/ws", &websocket.DialOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil, 0, 0, err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	var answer bytes.Buffer
	for {
		start := time.Now()
		if start.After(to) {
			return latencies, late, size, nil
		}
		if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
			return nil, 0, 0, err
		}
		_, r, err := conn.Reader(ctx)
		if err != nil {
			return nil, 0, 0, err
		}
		answer.Reset()
		if _, err := answer.ReadFrom(r); err != nil {
			return nil, 0, 0, err
		}
		if head := answer.Bytes()[:min(answer.Len(), 40)]; !bytes.Contains(head, []byte(`"train_step_result"`)) {
			return nil, 0, 0, fmt.Errorf("the answer is not a train_step_result: %.300s", answer.Bytes())
		}
		size = answer.Len()
		end := time.Now()
		if end.Before(from) {
			continue
		}
		latencies = append(latencies, end.Sub(start).Seconds()*1000)
		if end.After(to) {
			late++
		}
	}
}

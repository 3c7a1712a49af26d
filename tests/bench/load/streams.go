package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// streamsOptions say which streams to open, as people with the page before them do.
type streamsOptions struct {
	url      string
	streams  int
	sweeps   int  // clients that sweep beside them
	apart    bool // each stream has an address of its own
	fps      float64
	points   int
	layers   string // hidden_layers of each lab, or "" for the default
	encoding string // Accept-Encoding
	ramp     time.Duration
	warmup   time.Duration
	duration time.Duration
}

func (o *streamsOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.url, "url", "http://127.0.0.1:8888", "`address` of the server")
	fs.IntVar(&o.streams, "streams", 300, "how `many` streams to open")
	fs.IntVar(&o.sweeps, "sweeps", 0, "how `many` clients, of other addresses, sweep beside them without a pause")
	fs.BoolVar(&o.apart, "apart", false, "open each stream from an address of its own, as people at home do, and not from one, as in a classroom")
	fs.Float64Var(&o.fps, "fps", 10, "frames a `second` that each asks for")
	fs.IntVar(&o.points, "points", 200, "`points` of each lab")
	fs.StringVar(&o.layers, "layers", "", "`units` of the hidden layers, as 100,100, if not the default")
	fs.StringVar(&o.encoding, "encoding", "identity", "Accept-Encoding: identity, gzip or zstd, or a browser's `list`")
	fs.DurationVar(&o.ramp, "ramp", 2*time.Second, "`time` over which the streams are opened")
	fs.DurationVar(&o.warmup, "warmup", 2*time.Second, "`time` from then on that is not measured")
	fs.DurationVar(&o.duration, "duration", 20*time.Second, "`time` that is")
}

// A streamsReport is what all streams saw in the time that is measured.
type streamsReport struct {
	streams, refused, broken int
	failure                  error // the first
	cells                    int64 // of the sweeps beside them, while it is measured

	frames    int
	rate      float64   // frames a second, of all streams
	intervals []float64 // milliseconds between the frames of a stream, sorted
	min, mean float64   // frames of a stream
	bytes     float64   // on the wire, of a frame
	coding    string    // of the content, as the server chose
	before    usage     // before the first stream
	memory    float64   // resident with all streams open, in bytes
	cpu       float64   // of the server, milliseconds a frame
	own       float64   // of this program, seconds a second
}

// perStream returns the memory that each stream takes, in bytes.
func (r streamsReport) perStream() float64 {
	return (r.memory - r.before.memory) / float64(r.streams-r.refused-r.broken)
}

func (r streamsReport) fairness() float64 { return r.min / r.mean }

func (r streamsReport) print(w io.Writer) {
	coding := r.coding
	if coding == "" {
		coding = "identity"
	}
	fmt.Fprintf(w, "streams     %d open, %d refused, %d broken\n", r.streams-r.refused-r.broken, r.refused, r.broken)
	if r.failure != nil {
		fmt.Fprintf(w, "failure     %v\n", r.failure)
	}
	fmt.Fprintf(w, "frames      %s a second; of a stream %s at least, %s in the mean: min/mean %.2f\n", significant(r.rate), significant(r.min), significant(r.mean), r.fairness())
	fmt.Fprintf(w, "intervals   median %s, 95 %% %s, 99 %% %s, longest %s\n", milliseconds(percentile(r.intervals, 50)), milliseconds(percentile(r.intervals, 95)),
		milliseconds(percentile(r.intervals, 99)), milliseconds(percentile(r.intervals, 100)))
	fmt.Fprintf(w, "a frame     %s on the wire (%s), %s of the server's CPU\n", bytesOf(r.bytes), coding, milliseconds(r.cpu))
	fmt.Fprintf(w, "memory      %s before, %s with all streams: %s for each\n", bytesOf(r.before.memory), bytesOf(r.memory), bytesOf(r.perStream()))
	if r.cells > 0 {
		fmt.Fprintf(w, "sweeps      %d cells of %d updates beside them\n", r.cells, sweepSteps)
	}
	fmt.Fprintf(w, "this client %.0f %% of a core\n", 100*r.own)
}

var errRefused = errors.New("refused: busy")

// runStreams opens the streams, one after another over the ramp, and counts what arrives from the
// end of the warm-up on. It ends some seconds after that at the latest.
func runStreams(ctx context.Context, o streamsOptions) (streamsReport, error) {
	report := streamsReport{streams: o.streams}
	root, err := url.Parse(o.url)
	switch {
	case err != nil:
		return report, err
	case root.Scheme != "http" || root.Port() == "":
		return report, fmt.Errorf("-url must be http://host:port; got %q", o.url)
	case o.streams < 1 || !(o.fps > 0) || o.duration <= 0 || o.ramp < 0 || o.warmup < 0:
		return report, errors.New("-streams, -fps and -duration must be greater than 0, -ramp and -warmup not less")
	}
	start := time.Now()
	from := start.Add(o.ramp + o.warmup)
	to := from.Add(o.duration)
	ctx, cancel := context.WithDeadline(ctx, to.Add(15*time.Second))
	defer cancel()
	report.before = serverUsage(ctx, o.url)

	all := make([]*stream, o.streams)
	var wait sync.WaitGroup
	for i := range all {
		all[i] = &stream{from: from, to: to}
		wait.Go(func() {
			sleepUntil(ctx, start.Add(o.ramp*time.Duration(i)/time.Duration(o.streams)))
			all[i].err = all[i].run(ctx, root, o, i)
		})
	}
	var cells atomic.Int64
	swept := make(chan error, 1)
	go func() { swept <- runSweeps(ctx, root, o.sweeps, &cells) }()
	sleepUntil(ctx, from)
	report.cells = -cells.Load()
	first, own := serverUsage(ctx, o.url), ownCPU()
	sleepUntil(ctx, to)
	last := serverUsage(ctx, o.url)
	report.cells += cells.Load()
	report.own = (ownCPU() - own) / o.duration.Seconds()
	if err := ctx.Err(); err != nil {
		return report, err
	}
	cancel()
	wait.Wait()
	report.failure = <-swept

	report.memory = last.memory
	var wire int
	counts := []float64{}
	for _, s := range all {
		switch {
		case errors.Is(s.err, errRefused):
			report.refused++
		case s.err != nil:
			report.broken++
		default:
			counts = append(counts, float64(s.frames))
			report.coding = s.coding
		}
		if report.failure == nil {
			report.failure = s.err
		}
		report.frames += s.frames
		wire += s.bytes
		report.intervals = append(report.intervals, s.intervals...)
	}
	slices.Sort(report.intervals)
	report.min, report.mean = math.NaN(), float64(report.frames)/float64(len(counts))
	if len(counts) > 0 {
		report.min = slices.Min(counts)
	}
	report.rate = float64(report.frames) / o.duration.Seconds()
	report.bytes = float64(wire) / float64(report.frames)
	report.cpu = (last.cpu - first.cpu) * 1000 / float64(report.frames)
	return report, nil
}

// A stream is one connection and what came over it between from and to.
type stream struct {
	from, to  time.Time
	frames    int
	bytes     int
	intervals []float64
	coding    string
	err       error
}

// run opens a stream and reads it until the context ends, or returns why it ended before.
func (s *stream) run(ctx context.Context, root *url.URL, o streamsOptions, number int) error {
	from := ""
	if o.apart {
		from = fmt.Sprintf("127.1.%d.%d", number/250, number%250+1)
	}
	conn, err := dialer(from).DialContext(ctx, "tcp", root.Host)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	// The page posts its form and gets this stream. Every lab is another one.
	query := url.Values{
		"dataset": {"circles"}, "points": {strconv.Itoa(o.points)}, "seed": {strconv.Itoa(number + 1)},
		"frame_ms": {strconv.Itoa(int(math.Round(1000 / o.fps)))},
	}
	if o.layers != "" {
		query.Set("hidden_layers", o.layers)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, root.JoinPath("train").String()+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/html, text/event-stream")
	request.Header.Set("HX-Request", "true")
	request.Header.Set("Accept-Encoding", o.encoding)
	if err := request.Write(conn); err != nil {
		return err
	}
	// Read by hand: http.Client would copy each byte once more, through a goroutine.
	wire := &countingReader{r: conn}
	response, err := http.ReadResponse(bufio.NewReaderSize(wire, 16<<10), request)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	switch {
	case response.StatusCode == http.StatusServiceUnavailable:
		return errRefused
	case response.StatusCode != http.StatusOK:
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300)) // the status says enough
		return fmt.Errorf("GET /train = %s %s", response.Status, text)
	}
	s.coding = response.Header.Get("Content-Encoding")
	body, done, err := decoder(s.coding, response.Body)
	if err != nil {
		return err
	}
	defer done()
	err = s.count(body, wire, time.Duration(float64(time.Second)/o.fps))
	if ctx.Err() != nil && time.Now().After(s.to) {
		return nil // as long as was asked for
	}
	return err
}

// count reads frames until the stream ends, and returns why it did.
func (s *stream) count(body io.Reader, wire *countingReader, period time.Duration) error {
	var events eventCounter
	buffer := make([]byte, 64<<10)
	last, seen, read := time.Time{}, 0, wire.n
	for {
		n, err := body.Read(buffer)
		now := time.Now()
		inside := now.After(s.from) && now.Before(s.to)
		_, _ = events.Write(buffer[:n]) // it cannot fail
		if inside {
			s.bytes += wire.n - read
		}
		read = wire.n
		for ; seen < events.messages; seen++ {
			if inside {
				s.frames++
				if !last.IsZero() {
					s.intervals = append(s.intervals, now.Sub(last).Seconds()*1000)
				}
			}
			last = now
		}
		if err == nil {
			continue
		}
		// What a stream that stands still would not report: the wait that is not over.
		if last.IsZero() || last.Before(s.from) {
			last = s.from
		}
		if gap := s.to.Sub(last); gap > period {
			s.intervals = append(s.intervals, gap.Seconds()*1000)
		}
		if err == io.EOF {
			err = fmt.Errorf("the stream ended with %q", events.last)
		}
		return err
	}
}

// A countingReader counts the bytes that pass.
type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// sleepUntil waits for a time, or for the end of the context.
func sleepUntil(ctx context.Context, t time.Time) {
	wait := time.NewTimer(time.Until(t))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/tests/bench/peak"
)

// peersOptions say what is compared.
type peersOptions struct {
	nnvisu string
	python string
	peers  string
	rounds int
	only   string
}

func (o *peersOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.nnvisu, "nnvisu", filepath.Join("dist", "nnvisu"), "`program` of the server")
	fs.StringVar(&o.python, "python", "/usr/bin/python3", "`program` of a Python with PyTorch and Tornado; without them the yardsticks are left out")
	fs.StringVar(&o.peers, "peers", filepath.Join("tests", "bench", "peers"), "`directory` of the yardsticks")
	fs.IntVar(&o.rounds, "rounds", 3, "how `often` to measure each; the table has medians")
	fs.StringVar(&o.only, "only", "", "measure only the parts whose names match the `expression`: engine, wire, frames, scale")
}

// A row is a line of the table.
type row struct {
	what         string
	ours, theirs float64 // NaN is not known
	show         func(float64) string
	more         bool // is better, as of a rate
	goal         string
	limit        float64
}

// percent shows a part of a whole.
func percent(v float64) string {
	if v < 0.0995 {
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return fmt.Sprintf("%.0f %%", 100*v)
}

func (r row) String() string {
	ratio := r.theirs / r.ours
	share := r.limit / r.ours
	if r.more {
		ratio, share = 1/ratio, 1/share
	}
	cells := []string{r.what, r.show(r.ours), "–", "–", r.goal, "–", "–"}
	if !math.IsNaN(ratio) {
		cells[2], cells[3] = r.show(r.theirs), significant(ratio)+"×"
	}
	if !math.IsNaN(share) {
		cells[5], cells[6] = r.show(r.limit), percent(share)
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

// peers is a comparison under way.
type peers struct {
	peersOptions
	torch string // its version, or "" if the yardsticks cannot run
	peak  float64
	rows  []row
}

// runPeers measures all in turn, nnvisu and its yardstick one after the other in each round, so
// that both have the same share of what else this machine does.
func runPeers(ctx context.Context, o peersOptions, w io.Writer) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	if o.rounds < 1 {
		return errors.New("-rounds must be greater than 0")
	}
	p := &peers{peersOptions: o}
	version, err := exec.CommandContext(ctx, o.python, "-c", "import torch, tornado.web; print(torch.__version__)").Output()
	if p.torch = strings.TrimSpace(string(version)); err != nil {
		p.torch = ""
		fmt.Fprintf(os.Stderr, "notice: no yardsticks: %s has no PyTorch with Tornado (%v)\n", o.python, err)
	}
	var failed []error
	var kernel string
	p.peak, kernel = peak.Measure()
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"engine", p.engine}, {"wire", p.wire}, {"frames", p.frames}, {"scale", p.scale}} {
		if !only.MatchString(part.name) {
			continue
		}
		if err := part.run(ctx); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil { // the other parts are worth their minutes
			failed = append(failed, fmt.Errorf("%s: %w", part.name, err))
		}
	}
	torch := p.torch
	if torch == "" {
		torch = "none"
	}
	fmt.Fprintf(w, "%s, %d cores, %s/%s; %s, PyTorch %s. One core makes %s billion multiply-adds a second (%s), in float64.\n\n",
		cpuModel(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, strings.Replace(runtime.Version(), "go", "Go ", 1), torch, significant(p.peak/1e9), kernel)
	fmt.Fprintln(w, "| what | nnvisu | yardstick | ratio | goal | limit | share of the limit |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|")
	for _, r := range p.rows {
		fmt.Fprintln(w, r)
	}
	return errors.Join(failed...)
}

// inTurn runs measures one after the other, in each round again. Each returns some values, which
// come back as the medians of all rounds.
func (p *peers) inTurn(what string, measures ...func() ([]float64, error)) ([][]float64, error) {
	all := make([][][]float64, len(measures)) // of a measure, of a value, in a round
	for round := range p.rounds {
		fmt.Fprintf(os.Stderr, "%s: round %d of %d\n", what, round+1, p.rounds)
		for i, measure := range measures {
			values, err := measure()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", what, err)
			}
			if all[i] == nil {
				all[i] = make([][]float64, len(values))
			}
			for j, v := range values {
				all[i][j] = append(all[i][j], v)
			}
		}
	}
	medians := make([][]float64, len(measures))
	for i := range all {
		for _, values := range all[i] {
			medians[i] = append(medians[i], median(values))
		}
	}
	return medians, nil
}

// engine compares updates in long requests with PyTorch, on one thread each.
func (p *peers) engine(ctx context.Context) error {
	url, stop, err := p.startNnvisu(ctx, "GOMAXPROCS=1")
	if err != nil {
		return err
	}
	defer stop()
	for _, c := range []struct {
		name, what, goal string
		lab              lab
	}{
		{"8-8/n500/full/adam", "update, 8-8, 500 points, Adam", "15×", lab{[]int{8, 8}, 500, 0, nn.Adam, 2}},
		{"8-8/n500/batch10/adam", "update, 8-8, batch of 10, Adam", "60×", lab{[]int{8, 8}, 500, 10, nn.Adam, 2}},
		{"8-8/n500/batch10/sgd", "update, 8-8, batch of 10, SGD", "60×", lab{[]int{8, 8}, 500, 10, nn.SGD, 2}},
		{"10-5/n200/full/adam", "update, 10-5, 200 points, 3 classes, Adam", "15×", lab{[]int{10, 5}, 200, 0, nn.Adam, 3}},
		{"100-100-100/n500/full/adam", "update, 100-100-100, 500 points, Adam", "1×, 50 % of the limit", lab{[]int{100, 100, 100}, 500, 0, nn.Adam, 2}},
	} {
		got, err := p.inTurn(c.name, func() ([]float64, error) {
			r, err := runSteps(ctx, stepsOptions{url, c.lab, 2 * time.Second})
			return []float64{r.each}, err
		}, func() ([]float64, error) {
			ms, err := p.torchStep(ctx, c.name)
			return []float64{ms}, err
		}, func() ([]float64, error) {
			rate, _ := peak.Measure()
			p.peak = max(p.peak, rate)
			return nil, nil
		})
		if err != nil {
			return err
		}
		p.rows = append(p.rows, row{what: c.what, ours: got[0][0], theirs: got[1][0], show: milliseconds, goal: c.goal, limit: c.lab.limit() / p.peak * 1000})
	}
	return nil
}

// torchStep returns the milliseconds of an update in PyTorch, in float32.
func (p *peers) torchStep(ctx context.Context, name string) (float64, error) {
	if p.torch == "" {
		return math.NaN(), nil
	}
	run := exec.CommandContext(ctx, p.python, filepath.Join(p.peers, "torch_step.py"), name, "float32")
	run.Env = append(os.Environ(), oneThread...)
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		return 0, err
	}
	_, text, found := strings.Cut(string(out), "float32 ")
	us, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if !found || err != nil {
		return 0, fmt.Errorf("torch_step.py says %q of %s; want microseconds", out, name)
	}
	return us / 1000, nil
}

// oneThread keeps the libraries below PyTorch to one thread too.
var oneThread = []string{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}

// wire compares train_step messages of one update over sockets with a server in Python, and both
// with one that does no work.
func (p *peers) wire(ctx context.Context) error {
	ours, stop, err := p.startNnvisu(ctx)
	if err != nil {
		return err
	}
	defer stop()
	o := socketsOptions{url: ours, sockets: 8, moments: true, warmup: time.Second, duration: 3 * time.Second}
	first := o
	first.duration = time.Second / 2
	size, err := runSockets(ctx, first)
	if err != nil {
		return err
	}
	idle, stop, err := p.startEcho(ctx, "-answer", strconv.Itoa(size.read))
	if err != nil {
		return err
	}
	defer stop()
	theirs := ""
	if p.torch != "" {
		if theirs, stop, err = start(ctx, oneThread, p.python, func(addr string) []string {
			_, port, _ := net.SplitHostPort(addr) // addr is ours
			return []string{filepath.Join(p.peers, "torch_server.py"), port}
		}); err != nil {
			return err
		}
		defer stop()
	}
	measure := func(url string, moments bool) func() ([]float64, error) {
		return func() ([]float64, error) {
			if url == "" {
				return []float64{math.NaN(), math.NaN(), math.NaN()}, nil
			}
			o := o
			o.url, o.moments = url, moments
			r, err := runSockets(ctx, o)
			return []float64{r.rate, median(r.medians), percentile(r.latencies, 95)}, err
		}
	}
	got, err := p.inTurn("8 sockets", measure(ours, true), measure(theirs, false), measure(idle, true))
	if err != nil {
		return err
	}
	p.rows = append(p.rows,
		row{what: "8 sockets, messages of 1 update: steps a second", ours: got[0][0], theirs: got[1][0], show: significant, more: true, goal: "8×", limit: got[2][0]},
		row{what: "the same: median latency, of the middle connection", ours: got[0][1], theirs: got[1][1], show: milliseconds, goal: "4×", limit: got[2][1]},
		row{what: "the same: 95 % of the answers within", ours: got[0][2], theirs: got[1][2], show: milliseconds, goal: "–", limit: got[2][2]})
	return nil
}

// frames measures a frame of the page in each content coding.
func (p *peers) frames(ctx context.Context) error {
	url, stop, err := p.startNnvisu(ctx)
	if err != nil {
		return err
	}
	defer stop()
	codings := []string{"identity", "gzip"}
	chosen := make([]string, len(codings))
	var measures []func() ([]float64, error)
	for i, coding := range codings {
		measures = append(measures, func() ([]float64, error) {
			r, err := runStreams(ctx, streamsOptions{url: url, streams: 100, fps: 10, points: 200, encoding: coding,
				ramp: time.Second, warmup: time.Second, duration: 4 * time.Second})
			chosen[i] = r.coding
			return []float64{r.cpu, r.bytes}, errors.Join(err, r.err())
		})
	}
	got, err := p.inTurn("100 streams", measures...)
	if err != nil {
		return err
	}
	least, err := compressed(ctx, url)
	if err != nil {
		return err
	}
	nan := math.NaN()
	for i, coding := range codings {
		name, goal, limit := coding, "12 kB", least
		switch {
		case coding == "identity":
			name, goal, limit = "uncompressed", "–", nan
		case chosen[i] != coding:
			name += " asked for, uncompressed sent"
		}
		p.rows = append(p.rows,
			row{what: "frame, " + name + ": CPU", ours: got[i][0], theirs: nan, show: milliseconds, goal: "0.5 ms", limit: pictureLimit() / p.peak * 1000},
			row{what: "frame, " + name + ": size", ours: got[i][1], theirs: nan, show: bytesOf, goal: goal, limit: limit})
	}
	return nil
}

// pictureLimit is the multiply-adds of the picture alone: the default network in each of its 10,000
// places, as limit counts them.
func pictureLimit() float64 {
	const places = 100 * 100
	return places * (2*8 + 8*8 + 8*2 + functionCost*(8+8+2))
}

// compressed returns the bytes of a frame when 50 of them are compressed as one, slowly: about what
// is new in each.
func compressed(ctx context.Context, url string) (float64, error) {
	const count = 50
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/train?dataset=circles&frame_ms=100&steps=%d", url, count), nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept", "text/html")
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, errors.New(response.Status)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20))
	if err != nil {
		return 0, err
	}
	return float64(len(z.EncodeAll(text, nil))) / count, nil
}

// scale measures 300 labs that train at once, and as many streams of frames that cost nothing to
// make. Each round has servers of its own, for their memory.
func (p *peers) scale(ctx context.Context) error {
	o := streamsOptions{streams: 300, fps: 10, points: 200, encoding: "gzip, deflate, br, zstd", // as browsers ask
		ramp: 2 * time.Second, warmup: 2 * time.Second, duration: 10 * time.Second}
	measure := func(start func() (string, func(), error), size *float64) func() ([]float64, error) {
		return func() ([]float64, error) {
			url, stop, err := start()
			if err != nil {
				return nil, err
			}
			defer stop()
			o := o
			o.url = url
			r, err := runStreams(ctx, o)
			*size = r.bytes
			if err := errors.Join(err, r.err()); err != nil {
				return nil, err
			}
			return []float64{r.rate, percentile(r.intervals, 95), r.fairness(), r.perStream()}, nil
		}
	}
	var size, same float64
	got, err := p.inTurn("300 streams",
		measure(func() (string, func(), error) { return p.startNnvisu(ctx) }, &size),
		measure(func() (string, func(), error) {
			return p.startEcho(ctx, "-frame", strconv.Itoa(int(size)))
		}, &same))
	if err != nil {
		return err
	}
	ours, limit, nan := got[0], got[1], math.NaN()
	p.rows = append(p.rows,
		row{what: "300 labs that want 10 frames a second: frames a second", ours: ours[0], theirs: nan, show: significant, more: true, goal: "–", limit: limit[0]},
		row{what: "the same: 95 % of the intervals within", ours: ours[1], theirs: nan, show: milliseconds, goal: "150 ms", limit: limit[1]},
		row{what: "the same: frames of the slowest, of the mean", ours: ours[2], theirs: nan, show: significant, more: true, goal: "0.5", limit: limit[2]},
		row{what: "the same: memory of each", ours: ours[3], theirs: nan, show: bytesOf, goal: "256 kB", limit: limit[3]})
	return nil
}

// startNnvisu starts nnvisu with room for long requests.
func (p *peers) startNnvisu(ctx context.Context, env ...string) (url string, stop func(), err error) {
	return start(ctx, env, p.nnvisu, func(addr string) []string { return []string{"-addr", addr, "-max-work", "1h", "-log-level", "error"} })
}

// startEcho starts this program as a server without work.
func (p *peers) startEcho(ctx context.Context, args ...string) (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	return start(ctx, nil, self, func(addr string) []string { return append([]string{"echo", "-addr", addr}, args...) })
}

// cpuModel returns the name of the CPU, or its architecture.
func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nnvisu/nnvisu/nn"
)

// stepsOptions say what to train in long requests, in which the wire costs nothing.
type stepsOptions struct {
	url      string
	lab      lab
	duration time.Duration
}

func (o *stepsOptions) define(fs *flag.FlagSet) {
	o.lab = defaultLab
	fs.StringVar(&o.url, "url", "http://127.0.0.1:8888", "`address` of the server")
	fs.Func("hidden", "`widths` of the hidden layers (default 8,8)", func(text string) error {
		o.lab.hidden = nil
		for width := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(width)
			if err != nil {
				return err
			}
			o.lab.hidden = append(o.lab.hidden, n)
		}
		return nil
	})
	fs.IntVar(&o.lab.points, "points", o.lab.points, "`points` to train on")
	fs.IntVar(&o.lab.batch, "batch", o.lab.batch, "batch `size`; 0 is all points")
	fs.IntVar(&o.lab.classes, "classes", o.lab.classes, "`classes` of the points")
	fs.StringVar((*string)(&o.lab.optimizer), "optimizer", string(nn.Adam), "`name` of the optimizer")
	fs.DurationVar(&o.duration, "duration", 5*time.Second, "`time` to train")
}

// A stepsReport is how fast one connection trains.
type stepsReport struct {
	steps int     // of each request
	each  float64 // milliseconds of an update, the median of the requests
}

func (r stepsReport) print(w io.Writer) {
	fmt.Fprintf(w, "updates     %s a second, %s each, in requests of %d\n", significant(1000/r.each), milliseconds(r.each), r.steps)
}

// maxSteps is the most that a train_step may ask for.
const maxSteps = 100_000

// runSteps finds out how many updates take about a second, within the server's limits, and repeats
// that.
func runSteps(ctx context.Context, o stepsOptions) (stepsReport, error) {
	var report stepsReport
	if o.duration <= 0 {
		return report, errors.New("-duration must be greater than 0")
	}
	ctx, cancel := context.WithTimeout(ctx, o.duration+time.Minute)
	defer cancel()
	second := min(time.Second, o.duration/2)
	n, took := 10, time.Duration(0)
	for {
		var err error
		if took, err = o.post(ctx, n); err != nil {
			return report, err
		}
		if took >= second/4 || n == maxSteps {
			break
		}
		n = min(4*n, maxSteps)
	}
	n = min(max(1, int(float64(n)*second.Seconds()/took.Seconds())), maxSteps)
	for err := errWork; err == errWork; n = (n + 1) / 2 {
		if _, err = o.post(ctx, n); err == nil {
			break
		} else if err != errWork || n == 1 {
			return report, err
		}
	}
	report.steps = n
	var times []float64
	for end := time.Now().Add(o.duration); len(times) == 0 || time.Now().Before(end); {
		took, err := o.post(ctx, n)
		if err != nil {
			return report, err
		}
		times = append(times, took.Seconds()*1000/float64(n))
	}
	report.each = median(times)
	return report, nil
}

// errWork says that a request would be more work than the server takes.
var errWork = errors.New("more work than the server takes in a request")

// post makes n updates and returns how long they took.
func (o stepsOptions) post(ctx context.Context, n int) (time.Duration, error) {
	body, err := o.lab.body(n)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url+"/step", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	took := time.Since(start)
	switch {
	case err != nil:
		return 0, err
	case response.StatusCode == http.StatusRequestEntityTooLarge && n > 1:
		return 0, errWork
	case response.StatusCode != http.StatusOK:
		return 0, fmt.Errorf("POST /step = %s %.300s", response.Status, text)
	}
	return took, nil
}

package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// A Transport is how a Client trains.
type Transport string

// The transports of a Client: POST /step in a loop, POST /train, and GET /ws.
const (
	Steps  Transport = "steps"
	Events Transport = "events"
	Socket Transport = "socket"
)

// Transports are all of them.
var Transports = []Transport{Steps, Events, Socket}

// What a program does about a lost connection, as docs/api.md says it.
const (
	silence  = 15 * time.Second       // after which a line is broken
	firstTry = 100 * time.Millisecond // the longest first wait
	lastTry  = 3 * time.Second        // the longest wait
)

// A Client is a program that trains as docs/api.md tells programs to. It keeps the newest state
// that it has received whole, and after any failure posts that state again.
type Client struct {
	URL       string
	Transport Transport
	Every     time.Duration // the least time between two results
	Updates   int           // of a result; 0 is 1

	mu     sync.Mutex
	report Report
}

// A Report is what a Client has seen.
type Report struct {
	Network  json.RawMessage // the newest state
	Step     int
	Results  int
	Resumes  int            // how many times it posted its state again after a failure
	Failures map[string]int // why it did, by status or kind of failure
	Lost     int            // updates that were missing from a result, or made twice
	Gap      time.Duration  // the longest time without a result
	Back     time.Duration  // from the last failure to the next result, the longest
	Fatal    error          // a failure that the rules do not wait out

	last, failed time.Time
}

// Report returns what the client has seen so far. A client that waits counts its wait.
func (c *Client) Report() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.report
	if !r.last.IsZero() {
		r.Gap = max(r.Gap, time.Since(r.last))
	}
	r.Failures = map[string]int{}
	for why, n := range c.report.Failures {
		r.Failures[why] = n
	}
	return r
}

// String returns the report as a line.
func (r Report) String() string {
	s := fmt.Sprintf("%d results, gap %.1f s, back after %.1f s, %d resumes %v, lost %d",
		r.Results, r.Gap.Seconds(), r.Back.Seconds(), r.Resumes, r.Failures, r.Lost)
	if r.Fatal != nil {
		s += fmt.Sprintf(", ended by %v", r.Fatal)
	}
	return s
}

// config and data are the run of a Client: batches and dropout show an update that was lost or made
// twice in all later bits.
var (
	config = contract.Message{"batch_size": 32, "dropout": 0.1}
	data   = contract.Scatter(200, 2, 1)
)

// Run trains until the context ends, or until a failure that the rules do not wait out.
func (c *Client) Run(ctx context.Context) {
	c.mu.Lock()
	c.report = Report{Failures: map[string]int{}, last: time.Now()}
	c.mu.Unlock()
	for failures := 0; ctx.Err() == nil; failures++ {
		before := c.Report().Results
		err := c.attempt(ctx)
		if ctx.Err() != nil {
			return
		}
		if c.Report().Results > before {
			failures = 0
		}
		var wait waitOut
		if !errors.As(err, &wait) {
			c.mu.Lock()
			c.report.Fatal = err
			c.mu.Unlock()
			return
		}
		c.fail(wait.why)
		pause := time.Duration(rand.Int64N(int64(min(lastTry, firstTry<<min(failures, 10)))))
		if wait.after > 0 { // the server says when; its own jitter is in it
			pause = wait.after + time.Duration(rand.Int64N(int64(firstTry)))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// waitOut is a failure after which a program posts its state again.
type waitOut struct {
	why   string
	after time.Duration
}

func (w waitOut) Error() string { return w.why }

func (c *Client) fail(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Resumes++
	c.report.Failures[why]++
	if c.report.failed.IsZero() {
		c.report.failed = time.Now()
	}
}

// take keeps a result. posted is the step of the state from which it was made.
func (c *Client) take(result contract.Result, posted int) (step int, err error) {
	var n struct {
		Step int `json:"step"`
	}
	if err := json.Unmarshal(result.Network, &n); err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, r := time.Now(), &c.report
	if lost := n.Step - posted - c.updates(); lost != 0 {
		r.Lost += max(lost, -lost)
	}
	r.Gap = max(r.Gap, now.Sub(r.last))
	if !r.failed.IsZero() {
		r.Back = max(r.Back, now.Sub(r.failed))
	}
	r.Network, r.Step, r.last, r.failed = result.Network, n.Step, now, time.Time{}
	r.Results++
	return n.Step, nil
}

func (c *Client) updates() int { return max(1, c.Updates) }

// message is the request that goes on from the newest state.
func (c *Client) message() (contract.Message, int) {
	r := c.Report()
	return contract.TrainStep(config, r.Network, data, c.updates()), r.Step
}

func (c *Client) attempt(ctx context.Context) error {
	switch c.Transport {
	case Events:
		return c.events(ctx)
	case Socket:
		return c.socket(ctx)
	}
	return c.steps(ctx)
}

// server is the client's side of the contract, at the URL. Each has its own connections.
func (c *Client) server() (*contract.Server, func()) {
	transport := &http.Transport{}
	return &contract.Server{Root: c.URL, Client: &http.Client{Transport: transport}}, transport.CloseIdleConnections
}

func (c *Client) pause(ctx context.Context, since time.Time) {
	select {
	case <-time.After(time.Until(since.Add(c.Every))):
	case <-ctx.Done():
	}
}

func (c *Client) steps(ctx context.Context) error {
	s, done := c.server()
	defer done()
	for ctx.Err() == nil {
		since := time.Now()
		m, step := c.message()
		quiet, cancel := context.WithTimeout(ctx, silence)
		reply, err := s.Fetch(quiet, "POST", "/step", m.Text(), "Content-Type", "application/json")
		cancel()
		if err != nil {
			return broken(err)
		}
		result, err := judge(reply)
		if err != nil {
			return err
		}
		if _, err := c.take(result, step); err != nil {
			return err
		}
		c.pause(ctx, since)
	}
	return ctx.Err()
}

func (c *Client) events(ctx context.Context) error {
	s, done := c.server()
	defer done()
	m, step := c.message()
	m = m.With("steps", 0, "frame_steps", c.updates(), "frame_ms", c.Every.Milliseconds())
	quiet, cancel := context.WithCancel(ctx)
	defer cancel()
	alarm := time.AfterFunc(silence, cancel)
	defer alarm.Stop()
	r, err := http.NewRequestWithContext(quiet, "POST", c.URL+"/train", bytes.NewReader(m.Text()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := s.Client.Do(r)
	if err != nil {
		return broken(err)
	}
	defer w.Body.Close()
	if w.StatusCode != http.StatusOK {
		text, err := io.ReadAll(w.Body)
		if err != nil {
			return broken(err)
		}
		_, err = judge(contract.Reply{Status: w.StatusCode, Header: w.Header, Body: text})
		return err
	}
	st := contract.NewStream(w, cancel)
	st.Heard = func() { alarm.Reset(silence) }
	for {
		e, err := st.Next()
		if err != nil {
			return broken(err)
		}
		switch e.Name {
		case "train_step_result":
			var result contract.Result
			if err := json.Unmarshal([]byte(e.Data), &result); err != nil {
				return err
			}
			if step, err = c.take(result, step); err != nil {
				return err
			}
		case "done":
			return waitOut{why: e.Reason()}
		default:
			_, err := judge(contract.Reply{Status: http.StatusOK, Body: []byte(e.Data)})
			return err
		}
	}
}

func (c *Client) socket(ctx context.Context) error {
	s, done := c.server()
	defer done()
	quiet, cancel := context.WithTimeout(ctx, silence)
	k, err := s.Dial(quiet)
	cancel()
	if err != nil {
		return broken(err)
	}
	defer k.Close()
	for ctx.Err() == nil {
		since := time.Now()
		m, step := c.message()
		quiet, cancel := context.WithTimeout(ctx, silence)
		result, err := k.Step(quiet, m.Text())
		cancel()
		if err != nil {
			return broken(err)
		}
		if _, err := c.take(result, step); err != nil {
			return err
		}
		c.pause(ctx, since)
	}
	return ctx.Err()
}

// broken is what a program makes of an error of its transport: it tries again. An error of the
// contract is judged like an answer.
func broken(err error) error {
	var f *contract.Failure
	if errors.As(err, &f) {
		return refused(f)
	}
	why := err.Error()
	if i := strings.LastIndex(why, ": "); i >= 0 {
		why = why[i+2:] // without addresses
	}
	for _, known := range []string{
		"refused", "reset", "EOF", "deadline", "canceled", "timeout", "StatusServiceRestart",
		"StatusGoingAway", "StatusTryAgainLater", "broken pipe", "502", "503", "504",
	} {
		if strings.Contains(err.Error(), known) {
			return waitOut{why: known}
		}
	}
	return waitOut{why: why}
}

// judge returns the result in an answer, or what a program makes of another one. An answer that a
// balancer made itself has a status and no text of ours.
func judge(reply contract.Reply) (contract.Result, error) {
	result, err := reply.Read()
	var f *contract.Failure
	switch {
	case err == nil:
		return result, nil
	case errors.As(err, &f):
		return result, refused(f)
	case isPassing(reply.Status):
		return result, waitOut{why: fmt.Sprint(reply.Status)}
	}
	return result, err
}

func refused(f *contract.Failure) error {
	if f.Reason.Code != "busy" && !isPassing(f.Status) {
		return f
	}
	w := waitOut{why: f.Reason.Code}
	if f.Reason.RetryAfter != nil {
		w.after = time.Duration(*f.Reason.RetryAfter * float64(time.Second))
	}
	return w
}

// isPassing reports whether a status is one that a program waits out.
func isPassing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// Verify makes the updates of a report in one piece at a server and compares the bytes.
func (r Report) Verify(ctx context.Context, url string) error {
	if r.Step == 0 {
		return errors.New("nothing was trained")
	}
	s := &contract.Server{Root: url, Client: &http.Client{}}
	defer s.Client.CloseIdleConnections()
	message := contract.TrainStep(config, nil, data, r.Step)
	reply, err := s.Fetch(ctx, "POST", "/step", message.Text(), "Content-Type", "application/json")
	if err != nil {
		return err
	}
	want, err := reply.Read()
	if err != nil {
		return err
	}
	if !bytes.Equal(r.Network, want.Network) {
		return fmt.Errorf("after %d updates the state is not that of an undisturbed run:\n%s\nwant\n%s",
			r.Step, contract.Clip(r.Network), contract.Clip(want.Network))
	}
	return nil
}

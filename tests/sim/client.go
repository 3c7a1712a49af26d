package sim

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// Rules of a client, as the documents give them.
const (
	silence      = 15 * time.Second // after which it believes a line to be dead
	firstWait    = 100 * time.Millisecond
	longestWait  = 3 * time.Second
	pageInterval = 40 * time.Millisecond
)

// A kind of client is how it talks to the server. attempt makes one request, takes what comes, and
// returns nil if the client may go on at once, or an error after which it waits.
type kind struct {
	name    string
	socket  bool // it talks over a WebSocket
	attempt func(c *client, ctx context.Context) error
}

var kinds = []kind{
	{"program-stream", false, (*client).followEvents},
	{"program-socket", true, (*client).converse},
	{"program-steps", false, (*client).postSteps},
	{"page-stream", false, (*client).followPage},
	{"page-socket", true, (*client).conversePage},
}

// A client trains a course to its goal. It keeps the last state that it has received, and goes on
// from there wherever it finds a server.
type client struct {
	world  *world
	name   string
	host   string
	kind   kind
	course *course
	goal   int // the last step that it wants
	random *rand.Rand
	begins time.Duration // after the simulation does
	http   *http.Client

	step       atomic.Int64 // of the last state that it has received
	frameSteps int
	interval   time.Duration // between two frames
	zips       bool          // its requests
	release    string        // of its page
	alarm      *time.Timer   // rings when nothing is heard
	silences   int           // since all lines are good
	form       map[string]string
}

// newClient draws the n-th client.
func newClient(w *world, n int, kind kind, course *course) *client {
	name := fmt.Sprint(kind.name, "-", n)
	random := randomOf(w.seed, name)
	c := &client{
		world: w, name: name, host: fmt.Sprintf("10.0.0.%d:1", n+1), kind: kind, course: course, random: random,
		begins:     between(random, 0, 10*time.Second),
		frameSteps: 1 + random.IntN(8),
		interval:   between(random, pageInterval, 500*time.Millisecond),
		zips:       random.IntN(2) == 0,
		release:    releases[0],
	}
	c.goal = min(longest, c.frameSteps*(20+random.IntN(40))+random.IntN(3))
	if kind.name == "program-stream" && random.IntN(4) == 0 { // signs of life come between the frames
		c.interval, c.goal = between(random, silence, 2*silence), 3*c.frameSteps
	}
	c.form = newForm(c)
	c.http = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := w.network.Dial(ctx, c.host, proxyHost, w.drawLine(name))
			if err == nil && kind.socket {
				conn = endless{conn}
			}
			return conn, err
		},
		DisableCompression: random.IntN(2) == 0,
	}}
	return c
}

// at returns the step that the client has reached.
func (c *client) at() int { return int(c.step.Load()) }

// train makes attempts until the goal is reached or ctx ends.
func (c *client) train(ctx context.Context) {
	sleep(ctx, c.begins)
	for failures := 0; c.at() < c.goal && ctx.Err() == nil; {
		before := c.at()
		err := c.attempt(ctx)
		if c.at() > before {
			failures = 0
		}
		if err == nil {
			continue
		}
		wait := c.backOff(failures, err)
		failures++
		c.note("at step %d: %v; waits %v", c.at(), err, wait)
		sleep(ctx, wait)
	}
	c.note("ends at step %d of %d", c.at(), c.goal)
}

// attempt makes an attempt, which ends when nothing is heard for too long.
func (c *client) attempt(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c.alarm = time.AfterFunc(silence, func() { cancel(errSilent) })
	defer c.alarm.Stop()
	err := c.kind.attempt(c, ctx)
	if err == nil || !errors.Is(context.Cause(ctx), errSilent) {
		return err
	}
	if c.world.calm.Load() {
		c.silences++
	}
	if c.silences > 1 { // the first time it may be a line that was dead before
		c.violated("hears nothing for %v over a good line", silence)
	}
	return errSilent
}

var errSilent = fmt.Errorf("nothing was heard for %v", silence)

// heard is called for each sign of life.
func (c *client) heard() { c.alarm.Reset(silence) }

// backOff returns how long to wait after failures: a random time, longer from failure to failure.
func (c *client) backOff(failures int, err error) time.Duration {
	most := min(longestWait, firstWait<<min(failures, 10))
	wait := between(c.random, 1, most)
	var busy busyError
	if errors.As(err, &busy) {
		wait += busy.after
	}
	return wait
}

// A busyError is a refusal that says when to come again.
type busyError struct{ after time.Duration }

func (e busyError) Error() string { return fmt.Sprintf("busy for %v", e.after) }

// A releaseError is the refusal of a page that is of another release.
type releaseError struct{}

func (releaseError) Error() string { return "another release" }

// receive takes a result. Its step must be the one expected.
func (c *client) receive(r contract.Result, expected int) error {
	step := stepOf(r.Network)
	want := c.course.states[min(expected, longest)]
	switch {
	case step != expected:
		c.violated("receives step %d after step %d; want %d", step, c.at(), expected)
	case !bytes.Equal(r.Network, want.Network):
		c.violated("receives at step %d the network %s; want %s", step, r.Network, want.Network)
	case !bytes.Equal(r.Loss, want.Loss) || !bytes.Equal(r.Metrics, want.Metrics):
		c.violated("receives at step %d loss %s, metrics %s; want %s, %s", step, r.Loss, r.Metrics, want.Loss, want.Metrics)
	default:
		c.reach(step)
		return nil
	}
	return errors.New("a wrong answer")
}

// reach makes a step the last one that the client has.
func (c *client) reach(step int) {
	c.note("step %d", step)
	c.step.Store(int64(step))
}

// message returns the request for more steps.
func (c *client) message(steps int) contract.Message {
	at := c.world.bug.resumeAt(c.at())
	return contract.TrainStep(c.course.config, c.course.states[at].Network, c.course.data, steps)
}

// post sends a request and returns its answer, if that is one to read.
func (c *client) post(ctx context.Context, path string, body []byte, headers ...string) (*http.Response, error) {
	if c.zips {
		headers, body = append(headers, "Content-Encoding", "gzip"), zipped(body)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+proxyHost+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	c.heard()
	if answer.StatusCode != http.StatusOK {
		defer answer.Body.Close()
		return nil, c.refused(answer)
	}
	return answer, nil
}

// refused returns why an answer is none. Only some refusals may happen to a client that asks for
// nothing wrong.
func (c *client) refused(answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 500)) // for the journal
	switch answer.StatusCode {
	case http.StatusBadGateway:
		return errors.New("no replica answers")
	case http.StatusServiceUnavailable:
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil || seconds < 1 || seconds > 30 {
			c.violated("is told to retry after %q; want 1 to 30", answer.Header.Get("Retry-After"))
		}
		return busyError{time.Duration(seconds) * time.Second}
	case http.StatusConflict:
		return releaseError{}
	}
	c.violated("gets status %d: %s", answer.StatusCode, text)
	return fmt.Errorf("status %d", answer.StatusCode)
}

// ended returns what the end of a stream means: nil where the client may go on at once.
func (c *client) ended(reason string) error {
	switch reason {
	case "steps", "target":
		if c.at() != c.goal {
			c.violated("is told %q at step %d; its goal is %d", reason, c.at(), c.goal)
			return errors.New("a wrong end")
		}
	case "limit", "shutdown":
	case "busy":
		return busyError{}
	case "release":
		return releaseError{}
	default:
		c.violated("is told the reason %q", reason)
		return errors.New("a wrong end")
	}
	c.note("done: %s", reason)
	return nil
}

// leave closes the connections that were kept for a next request.
func (c *client) leave() { c.http.CloseIdleConnections() }

func (c *client) note(format string, args ...any) { c.world.journal.note(c.name, format, args...) }

func (c *client) violated(format string, args ...any) {
	c.world.journal.violated(c.name, format, args...)
}

// zipped returns a body in gzip.
func zipped(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is wrong
	}
	z.Write(body) // neither can fail
	z.Close()
	return b.Bytes()
}

// sleep waits, or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

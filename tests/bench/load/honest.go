package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	honestFrames = 10                     // a second, that an honest user asks for
	honestPeriod = 250 * time.Millisecond // from one step to the next
	honestSteps  = 10                     // updates of each
)

// An honest user has a page open that trains, and a program that makes a few updates four times a
// second: three times by POST, once over a new socket.
type honest struct {
	url      string
	client   *http.Client
	header   http.Header
	from, to time.Time // when it is measured
	form     []byte    // packed
	step     []byte

	mutex  sync.Mutex
	report honestReport
}

// An honestReport is what a user saw in the time that is measured.
type honestReport struct {
	frames    int
	latencies []float64 // of steps, in milliseconds; of one without an answer, how long it had waited
	busy      int       // answers busy
	failed    int       // answers of other kinds, and connections that failed
	failure   string    // the first
}

// newHonest returns a user who comes from an address, of which a proxy says forward, if anything.
func newHonest(url, from, forward string, interval [2]time.Time) (*honest, error) {
	form, err := pageForm(defaultLab, "frame_ms", fmt.Sprint(1000/honestFrames))
	if err != nil {
		return nil, err
	}
	step, err := defaultLab.body(honestSteps)
	if err != nil {
		return nil, err
	}
	u := &honest{url: url, from: interval[0], to: interval[1], form: pack([]byte(form.Encode())), step: step}
	u.client = &http.Client{Transport: &http.Transport{DialContext: dialer(from).DialContext, DisableCompression: true}}
	u.header = http.Header{"Nnvisu-Tab": {fmt.Sprintf("%016x", rand.Uint64())}}
	if forward != "" {
		u.header.Set("X-Forwarded-For", forward)
	}
	return u, nil
}

// run uses the server until the context ends.
func (u *honest) run(ctx context.Context) honestReport {
	defer u.client.CloseIdleConnections()
	var wait sync.WaitGroup
	wait.Go(func() { u.watch(ctx) })
	wait.Go(func() { u.program(ctx, &wait) })
	wait.Wait()
	slices.Sort(u.report.latencies)
	return u.report
}

// watch keeps a stream open, as the page does.
func (u *honest) watch(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		before := u.report.frames
		after, err := u.stream(ctx)
		u.count(ctx, err)
		if u.report.frames > before {
			failures = 0
		}
		if err != nil || u.report.frames == before {
			sleepFor(ctx, backoff(failures, after))
			failures++
		}
	}
}

// errBusy says that the server has no room.
var errBusy = errors.New("busy")

// stream reads a stream to its end. An end that the server says is no error.
func (u *honest) stream(ctx context.Context) (after time.Duration, err error) {
	response, err := u.post(ctx, "/train", "application/x-www-form-urlencoded", u.form,
		"HX-Request", "true", "Content-Encoding", "gzip", "Accept-Encoding", "gzip")
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return retryAfter(response.Header), statusError(response)
	}
	body, done, err := decoder(response.Header.Get("Content-Encoding"), response.Body)
	if err != nil {
		return 0, err
	}
	defer done()
	var events eventCounter
	buffer := make([]byte, 64<<10)
	for seen := 0; ; {
		n, err := body.Read(buffer)
		_, _ = events.Write(buffer[:n]) // it cannot fail
		if now := time.Now(); now.After(u.from) && now.Before(u.to) {
			u.report.frames += events.messages - seen
		}
		seen = events.messages
		switch {
		case err == io.EOF && events.last == "done":
			return 0, nil
		case err != nil:
			return 0, err
		}
	}
}

// program makes steps, each at its time, whether the one before is answered or not.
func (u *honest) program(ctx context.Context, wait *sync.WaitGroup) {
	for i := 0; ctx.Err() == nil; i++ {
		wait.Go(func() {
			start := time.Now()
			by := u.byPost
			if i%4 == 3 {
				by = u.bySocket
			}
			err := by(ctx)
			u.count(ctx, err)
			if start.After(u.from) && start.Before(u.to) {
				u.mutex.Lock()
				defer u.mutex.Unlock()
				u.report.latencies = append(u.report.latencies, time.Since(start).Seconds()*1000)
			}
		})
		sleepFor(ctx, honestPeriod)
	}
}

func (u *honest) byPost(ctx context.Context) error {
	response, err := u.post(ctx, "/step", "application/json", u.step)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return statusError(response)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (u *honest) bySocket(ctx context.Context) error {
	conn, err := dialSocket(ctx, u.url+"/ws", websocket.DialOptions{HTTPClient: u.client, HTTPHeader: u.header})
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	switch outcome := exchange(ctx, conn, u.step); outcome {
	case "200":
		return nil
	case "503":
		return errBusy
	default:
		return errors.New(outcome)
	}
}

// dialSocket opens a socket whose messages may be of any length. The error of a server without room
// is errBusy.
func dialSocket(ctx context.Context, url string, options websocket.DialOptions) (*websocket.Conn, error) {
	conn, response, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1), &options)
	if err != nil {
		if response != nil {
			return nil, statusError(response)
		}
		return nil, err
	}
	conn.SetReadLimit(-1)
	return conn, nil
}

func (u *honest) post(ctx context.Context, path, contentType string, body []byte, headers ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = u.header.Clone()
	r.Header.Set("Content-Type", contentType)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return u.client.Do(r)
}

// statusError returns the error that an answer is.
func statusError(response *http.Response) error {
	if response.StatusCode == http.StatusServiceUnavailable {
		return errBusy
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 300)) // the status says enough
	return fmt.Errorf("%s %s", response.Status, text)
}

// count counts a failure, unless the context has ended.
func (u *honest) count(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || time.Now().Before(u.from) {
		return
	}
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if errors.Is(err, errBusy) {
		u.report.busy++
		return
	}
	u.report.failed++
	if u.report.failure == "" {
		u.report.failure = err.Error()
	}
}

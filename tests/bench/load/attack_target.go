package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// A target is a server under attack. It counts what becomes of each attempt.
type target struct {
	addr     string
	from     string // address of the attackers, where the attack names no other
	forward  string // what X-Forwarded-For says of them, or ""
	mutex    sync.Mutex
	tries    int
	outcomes map[string]int
	steps    int    // what mostWork asks for
	work     []byte // and its message
}

// attackerAddress is the address that an attack comes from.
const attackerAddress = "127.0.0.3"

// An outcome of an attempt is the status that it was answered with, or one of these words.
const (
	outcomeClosed  = "closed" // the server closed the connection without an answer
	outcomeHeld    = "held"   // until the attack was over
	outcomeLeft    = "left"   // by the attacker
	outcomeNoPlace = "no connection"
)

// crowd lets n attackers make attempts, each again after the one before, until the context ends.
func (t *target) crowd(ctx context.Context, n int, attempt func(ctx context.Context, i int) string) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			for ctx.Err() == nil {
				t.mutex.Lock()
				t.tries++
				t.mutex.Unlock()
				outcome := attempt(ctx, i)
				if ctx.Err() != nil && outcome != strconv.Itoa(http.StatusServiceUnavailable) {
					outcome = outcomeHeld
				}
				t.mutex.Lock()
				t.outcomes[outcome]++
				t.mutex.Unlock()
				pause := time.Duration((0.5 + rand.Float64()) * float64(retryAttack))
				sleepUntil(ctx, time.Now().Add(pause))
			}
		})
	}
	wait.Wait()
}

// retryAttack is about how long an attacker waits after an attempt.
const retryAttack = 300 * time.Millisecond

// counted returns how many attempts there were, and a copy of the outcomes so far.
func (t *target) counted() (tries int, outcomes map[string]int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.tries, maps.Clone(t.outcomes)
}

// dialer returns a dialer from a loopback address, where there is more than one.
func dialer(from string) *net.Dialer {
	if runtime.GOOS != "linux" || from == "" {
		return new(net.Dialer)
	}
	return &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
}

// A request is what an attacker writes on a connection.
type request struct {
	from    string // address; "" is that of the target
	path    string
	headers []string // whole lines
	body    []byte
	length  int64 // what Content-Length says, if not the length of body
}

// head returns the request without its body.
func (r request) head(t *target) []byte {
	method, length := http.MethodPost, max(r.length, int64(len(r.body)))
	if length == 0 {
		method = http.MethodGet
	}
	text := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, r.path, t.addr)
	if strings.HasPrefix(r.path, "/edit") || strings.HasPrefix(r.path, "/train") {
		text = append(text, "HX-Request: true\r\n"...) // as the page asks
	}
	if length > 0 {
		text = fmt.Appendf(text, "Content-Length: %d\r\n", length)
	}
	if t.forward != "" {
		text = fmt.Appendf(text, "X-Forwarded-For: %s\r\n", t.forward)
	}
	for _, line := range r.headers {
		text = append(append(text, line...), "\r\n"...)
	}
	return append(text, "\r\n"...)
}

// open connects and writes the request. The connection is closed when the context ends.
func (t *target) open(ctx context.Context, r request) (conn net.Conn, done func(), err error) {
	from := r.from
	if from == "" {
		from = t.from
	}
	conn, err = dialer(from).DialContext(ctx, "tcp", t.addr)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	done = func() { stop(); conn.Close() }
	if r.path == "" {
		return conn, done, nil
	}
	// Where the writing fails, because the body is refused before it is read, there may be an answer.
	_, _ = conn.Write(r.head(t))
	_, _ = conn.Write(r.body)
	return conn, done, nil
}

// ask makes a request and reads the whole answer. It leaves after some time, unless that is 0.
func (t *target) ask(ctx context.Context, r request, leave time.Duration) string {
	return t.receive(ctx, r, leave, func(body io.Reader) {
		_, _ = io.Copy(io.Discard, body) // what has come is enough
	})
}

// ignore makes a request, reads the head of the answer and no more.
func (t *target) ignore(ctx context.Context, r request) string {
	return t.receive(ctx, r, 0, func(io.Reader) { <-ctx.Done() })
}

func (t *target) receive(ctx context.Context, r request, leave time.Duration, read func(io.Reader)) string {
	if leave > 0 {
		limited, cancel := context.WithTimeout(ctx, leave)
		defer cancel()
		ctx = limited
	}
	conn, done, err := t.open(ctx, r)
	if err != nil {
		return outcomeNoPlace
	}
	defer done()
	if buffered, ok := conn.(*net.TCPConn); ok {
		_ = buffered.SetReadBuffer(64 << 10) // or the kernel would read what nobody does
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(conn, 4<<10), nil)
	if ctx.Err() != nil {
		return outcomeLeft
	}
	if err != nil {
		return outcomeClosed
	}
	// Not closed: that would read the rest of the body.
	if response.StatusCode == http.StatusOK {
		read(response.Body)
	}
	return strconv.Itoa(response.StatusCode)
}

// socket opens a WebSocket and gives it to visit, which returns why it ended.
func (t *target) socket(ctx context.Context, path string, visit func(*websocket.Conn) string) string {
	client := &http.Client{Transport: &http.Transport{DialContext: dialer(t.from).DialContext}}
	header := http.Header{}
	if t.forward != "" {
		header.Set("X-Forwarded-For", t.forward)
	}
	conn, response, err := websocket.Dial(ctx, "ws://"+t.addr+path, &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: header, CompressionMode: websocket.CompressionDisabled})
	switch {
	case err != nil && response != nil:
		return strconv.Itoa(response.StatusCode)
	case err != nil:
		return outcomeNoPlace
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	return visit(conn)
}

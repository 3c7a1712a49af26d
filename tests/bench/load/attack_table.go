package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// An attack is what hostile clients do at once.
type attack struct {
	name string
	what string
	// run attacks until the context ends.
	run func(ctx context.Context, t *target) error
	// school says that the honest users are 60 behind the address of one proxy.
	school bool
}

// attacks returns the table of attacks. The documents have its names and what they are.
func attacks() []attack {
	all := []attack{
		{name: "none", what: "the honest user alone", run: nobody},
		{name: "columns", what: "4 tables with 20,000 columns of one name, and the client leaves after a second", run: columns},
		{name: "features", what: "16 forms that name 9,000 features, and the client leaves", run: features},
		{name: "slow bodies", what: "100 bodies of 16 MB whose last byte never comes", run: slowBodies},
		{name: "false lengths", what: "200 bodies said to have 16 MB or a terabyte, of which one kilobyte comes", run: falseLengths},
		{name: "unfinished messages", what: "100 sockets with a message of 16 MB that does not end", run: unfinished},
		{name: "blanks", what: "100 streams whose form has 15 MB of blanks, packed to 15 kB", run: blankFields},
		{name: "nested lists", what: "256 bodies of 3.9 MB of numbers, packed to 4 kB", run: lists(256, 3_900_000, nested)},
		{name: "wrong at the end", what: "32 bodies of 16.7 MB with an error in the last member, packed to 16 kB", run: lists(32, 16_700_000, wrongAtTheEnd)},
		{name: "tables", what: "32 tables of 250,000 cells to preview", run: tables},
		{name: "pages", what: "64 pages with a network of 10 layers of 100", run: pages},
		{name: "exports", what: "64 exports of a network of 10 layers of 100", run: exports},
		{name: "unread answers", what: "256 answers of 6 MB that nobody reads", run: unreadAnswers},
		{name: "unread streams", what: "300 streams of 10 layers of 100 that nobody reads", run: unreadStreams},
		{name: "all streams", what: "512 streams as fast as they come", run: allStreams},
		{name: "large streams", what: "512 streams of 10 layers of 100", run: largeStreams},
		{name: "long frames", what: "64 streams whose frames are as much work as is allowed", run: longFrames},
		{name: "all sockets", what: "1,100 sockets that answer pings and send nothing", run: allSockets},
		{name: "busy sockets", what: "64 sockets that ask for as much work as is allowed", run: busySockets},
		{name: "most work", what: "300 clients that ask for as much work as is allowed, again and again", run: mostWork(alone)},
		{name: "forged tabs", what: "the same, each time with another tab's token", run: mostWork(forged)},
		{name: "many addresses", what: "the same from 250 addresses", run: mostWork(scattered)},
		{name: "school", what: "the same from one address, beside a school of 60 behind another", run: mostWork(alone), school: true},
		{name: "resets", what: "connections that are reset in the middle of a request", run: resets},
		{name: "slow headers", what: "500 requests whose header comes byte by byte", run: slowHeaders},
		{name: "idle connections", what: "5,000 connections on which nothing is asked", run: idle},
	}
	return append(all, attack{name: "all at once", what: "all of them", run: together(all)})
}

// together runs attacks at once.
func together(all []attack) func(context.Context, *target) error {
	return func(ctx context.Context, t *target) error {
		failed := make(chan error, len(all))
		for _, a := range all {
			go func() { failed <- a.run(ctx, t) }()
		}
		var first error
		for range all {
			if err := <-failed; first == nil {
				first = err
			}
		}
		return first
	}
}

func nobody(ctx context.Context, _ *target) error {
	<-ctx.Done()
	return nil
}

func columns(ctx context.Context, t *target) error {
	r := request{path: "/edit", headers: []string{asForm, packed}, body: pack(manyColumns(20_000))}
	t.crowd(ctx, 4, func(ctx context.Context, _ int) string { return t.ask(ctx, r, time.Second) })
	return nil
}

func features(ctx context.Context, t *target) error {
	body, contentType, err := manyFeatures(9000)
	r := request{path: "/edit", headers: []string{contentType, packed}, body: pack(body)}
	t.crowd(ctx, 16, func(ctx context.Context, _ int) string { return t.ask(ctx, r, 3*time.Second) })
	return err
}

func slowBodies(ctx context.Context, t *target) error {
	r := request{path: "/step", headers: []string{asJSON}, body: make([]byte, largest-1), length: largest}
	t.crowd(ctx, 100, func(ctx context.Context, _ int) string { return t.ask(ctx, r, 0) })
	return nil
}

func falseLengths(ctx context.Context, t *target) error {
	r := request{path: "/step", headers: []string{asJSON}, body: make([]byte, 1000)}
	t.crowd(ctx, 200, func(ctx context.Context, i int) string {
		r := r
		r.length = []int64{largest, 1e12}[i%2]
		return t.ask(ctx, r, 0)
	})
	return nil
}

func unfinished(ctx context.Context, t *target) error {
	text := make([]byte, largest-1)
	t.crowd(ctx, 100, func(ctx context.Context, _ int) string {
		return t.socket(ctx, "/ws", func(conn *websocket.Conn) string {
			reading := conn.CloseRead(ctx) // answers pings
			w, err := conn.Writer(ctx, websocket.MessageText)
			if err == nil {
				_, err = w.Write(text)
			}
			if err != nil {
				return outcomeClosed
			}
			<-reading.Done()
			return outcomeClosed
		})
	})
	return nil
}

func blankFields(ctx context.Context, t *target) error {
	var requests []request
	for field, value := range map[string]string{"tool": "0", "pinned": pinnedRun} {
		body, err := blanks(field, value, 15<<20)
		if err != nil {
			return err
		}
		requests = append(requests, request{path: "/train", headers: []string{asForm, packed}, body: pack(body)})
	}
	t.crowd(ctx, 100, func(ctx context.Context, i int) string { return t.ask(ctx, requests[i%2], 0) })
	return nil
}

// lists posts bodies that take long to read.
func lists(clients, size int, body func(int) []byte) func(context.Context, *target) error {
	return func(ctx context.Context, t *target) error {
		r := request{path: "/step", headers: []string{asJSON, packed}, body: pack(body(size))}
		t.crowd(ctx, clients, func(ctx context.Context, _ int) string { return t.ask(ctx, r, 0) })
		return nil
	}
}

func tables(ctx context.Context, t *target) error {
	r := request{path: "/edit", headers: []string{asForm, packed}, body: pack(largeTable(250_000))}
	t.crowd(ctx, 32, func(ctx context.Context, _ int) string { return t.ask(ctx, r, 0) })
	return nil
}

// widestQuery is the recipe of the largest network.
var widestQuery = "?dataset=circles&points=10&hidden_layers=100" + strings.Repeat(",100", 9)

func pages(ctx context.Context, t *target) error {
	t.crowd(ctx, 64, func(ctx context.Context, _ int) string {
		return t.ask(ctx, request{path: "/" + widestQuery}, 0)
	})
	return nil
}

func exports(ctx context.Context, t *target) error {
	body, err := widest.body(1)
	body = append(body[:len(body)-1], `,"format":"onnx"}`...)
	body = []byte(strings.NewReplacer(`"type":"train_step",`, "", `,"steps":1`, "").Replace(string(body)))
	r := request{path: "/export", headers: []string{asJSON}, body: body}
	t.crowd(ctx, 64, func(ctx context.Context, _ int) string { return t.ask(ctx, r, 0) })
	return err
}

func unreadAnswers(ctx context.Context, t *target) error {
	body, err := widest.body(1)
	r := request{path: "/step", headers: []string{asJSON}, body: body}
	t.crowd(ctx, 256, func(ctx context.Context, _ int) string { return t.ignore(ctx, r) })
	return err
}

func unreadStreams(ctx context.Context, t *target) error {
	t.crowd(ctx, 300, func(ctx context.Context, _ int) string {
		return t.ignore(ctx, request{path: "/train" + widestQuery})
	})
	return nil
}

func allStreams(ctx context.Context, t *target) error {
	t.crowd(ctx, 512, func(ctx context.Context, i int) string {
		path := "/train?dataset=circles&points=500&frame_ms=0&seed=" + strconv.Itoa(i)
		return t.ask(ctx, request{path: path, headers: []string{"Accept-Encoding: gzip"}}, 0)
	})
	return nil
}

func largeStreams(ctx context.Context, t *target) error {
	t.crowd(ctx, 512, func(ctx context.Context, i int) string {
		path := "/train" + widestQuery + "&frame_ms=1000&seed=" + strconv.Itoa(i)
		return t.ask(ctx, request{path: path}, 0)
	})
	return nil
}

func longFrames(ctx context.Context, t *target) error {
	t.crowd(ctx, 64, func(ctx context.Context, _ int) string {
		return t.mostWork(func(steps int, _ []byte) string {
			path := "/train?dataset=circles&points=500&frame_ms=0&frame_steps=" + strconv.Itoa(steps)
			return t.ask(ctx, request{path: path}, 0)
		})
	})
	return nil
}

func allSockets(ctx context.Context, t *target) error {
	t.crowd(ctx, 1100, func(ctx context.Context, i int) string {
		sleepUntil(ctx, time.Now().Add(time.Duration(i)*time.Millisecond))
		return t.socket(ctx, "/ws", func(conn *websocket.Conn) string {
			<-conn.CloseRead(ctx).Done() // answers pings
			return outcomeClosed
		})
	})
	return nil
}

func busySockets(ctx context.Context, t *target) error {
	t.crowd(ctx, 64, func(ctx context.Context, _ int) string {
		return t.socket(ctx, "/ws", func(conn *websocket.Conn) string {
			for {
				outcome := t.mostWork(func(_ int, body []byte) string {
					return exchange(ctx, conn, body)
				})
				if outcome != strconv.Itoa(http.StatusOK) {
					return outcome
				}
			}
		})
	})
	return nil
}

// exchange sends a message over a socket and returns the outcome as a status.
func exchange(ctx context.Context, conn *websocket.Conn, body []byte) string {
	if err := conn.Write(ctx, websocket.MessageText, body); err != nil {
		return outcomeClosed
	}
	_, answer, err := conn.Read(ctx)
	switch text := string(answer[:min(len(answer), 300)]); {
	case err != nil:
		return outcomeClosed
	case strings.Contains(text, `"too_large"`):
		return strconv.Itoa(http.StatusRequestEntityTooLarge)
	case strings.Contains(text, `"busy"`):
		return strconv.Itoa(http.StatusServiceUnavailable)
	}
	return strconv.Itoa(http.StatusOK)
}

// mostWork asks for as many updates as the server takes, by their number or by a message.
func (t *target) mostWork(ask func(steps int, body []byte) string) string {
	t.mutex.Lock()
	if t.work == nil {
		t.work, _ = defaultLab.body(t.steps) // what it is made of is right
	}
	steps, body := t.steps, t.work
	t.mutex.Unlock()
	outcome := ask(steps, body)
	if outcome == strconv.Itoa(http.StatusRequestEntityTooLarge) {
		t.mutex.Lock()
		if t.steps == steps {
			t.steps, t.work = steps*3/4, nil
		}
		t.mutex.Unlock()
	}
	return outcome
}

// Who asks: one client, one that says to be another tab each time, or clients of many addresses.
func alone(int) request { return request{} }

func forged(int) request {
	return request{headers: []string{fmt.Sprintf("Nnvisu-Tab: %x", rand.Uint64())}}
}

func scattered(i int) request { return request{from: fmt.Sprintf("127.0.1.%d", 1+i%250)} }

// mostWork has 300 clients that post as much work as is allowed, again and again.
func mostWork(who func(i int) request) func(context.Context, *target) error {
	return func(ctx context.Context, t *target) error {
		t.crowd(ctx, 300, func(ctx context.Context, i int) string {
			return t.mostWork(func(_ int, body []byte) string {
				r := who(i)
				r.path, r.headers, r.body = "/step", append(r.headers, asJSON), body
				return t.ask(ctx, r, 0)
			})
		})
		return nil
	}
}

func resets(ctx context.Context, t *target) error {
	body, err := defaultLab.body(10)
	whole := request{path: "/step", headers: []string{asJSON}, body: body}
	half := whole
	half.body, half.length = body[:len(body)/2], int64(len(body))
	t.crowd(ctx, 32, func(ctx context.Context, i int) string {
		for range 20 {
			conn, done, err := t.open(ctx, []request{whole, half}[i%2])
			if err != nil {
				return outcomeNoPlace
			}
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // to close is then to reset
			}
			done()
		}
		return outcomeLeft
	})
	return err
}

func slowHeaders(ctx context.Context, t *target) error {
	t.crowd(ctx, 500, func(ctx context.Context, _ int) string {
		conn, done, err := t.open(ctx, request{})
		if err != nil {
			return outcomeNoPlace
		}
		defer done()
		for _, b := range []byte("GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: slow\r\nAccept: text/html\r\n") {
			if _, err := conn.Write([]byte{b}); err != nil {
				return outcomeClosed
			}
			sleepUntil(ctx, time.Now().Add(time.Second))
		}
		return outcomeLeft
	})
	return nil
}

func idle(ctx context.Context, t *target) error {
	t.crowd(ctx, 5000, func(ctx context.Context, i int) string {
		sleepUntil(ctx, time.Now().Add(time.Duration(i/5)*time.Millisecond))
		conn, done, err := t.open(ctx, request{})
		if err != nil {
			return outcomeNoPlace
		}
		defer done()
		_, _ = conn.Read(make([]byte, 1)) // until one side ends
		return outcomeClosed
	})
	return nil
}

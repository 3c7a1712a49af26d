//go:build unix

package clients

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/fleet"
)

// TestLostServer: a stream goes on from its newest state when its server is killed or stops, at the
// same address or at another replica, and ends with the bytes of a run that nothing disturbed.
func TestLostServer(t *testing.T) {
	nnvisu, err := fleet.Build(t.Context(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const steps = 300
	ends := map[string]func(r *fleet.Replica){"Killed": (*fleet.Replica).Kill, "Drained": (*fleet.Replica).Drain}
	for how, end := range ends {
		for _, replicas := range []int{1, 2} {
			t.Run(fmt.Sprint(how, replicas), func(t *testing.T) {
				each(t, func(t *testing.T, c client) {
					var all []*fleet.Replica
					var urls []string
					for range replicas {
						addr, err := fleet.FreeAddr()
						if err != nil {
							t.Fatal(err)
						}
						r := &fleet.Replica{Addr: addr, Program: nnvisu, Flags: []string{"-drain-delay", "0s"}}
						if err := r.Start(t.Context()); err != nil {
							t.Fatal(err)
						}
						t.Cleanup(func() { r.Kill() })
						all, urls = append(all, r), append(urls, r.URL())
					}
					first := &contract.Server{Root: urls[0], Client: http.DefaultClient}
					state := contract.Message{
						"config": contract.Message{"batch_size": 32, "dropout": 0.1}, "data": contract.Scatter(200, 2, 1),
					}
					want := first.Post(t, "/export", state.With("format", "state",
						"network", first.Step(t, state.With("steps", steps)).Network).Text()).Body
					c.write(t, "state.json", first.Post(t, "/export", state.With("format", "state").Text()).Body)

					run := c.command(t, "train", strings.Join(urls, " "), "{}", strconv.Itoa(steps), "out.json")
					var said bytes.Buffer
					run.Stderr = &said
					out, err := run.StdoutPipe()
					if err != nil {
						t.Fatal(err)
					}
					if err := run.Start(); err != nil {
						t.Fatal(err)
					}
					var got []string
					for lines := bufio.NewScanner(out); lines.Scan(); {
						if got = append(got, lines.Text()); lines.Text() == "100" {
							end(all[0])
							if replicas == 1 {
								if err := all[0].Start(t.Context()); err != nil {
									t.Error(err)
								}
							}
						}
					}
					if err := run.Wait(); err != nil {
						t.Fatalf("%v\n%s", err, said.String())
					}
					for i, step := range got {
						if step != strconv.Itoa(5*(i+1)) {
							t.Fatalf("the states are at the steps %v; want each multiple of 5 once", got)
						}
					}
					if text := c.read(t, "out.json"); !bytes.Equal(text, want) {
						t.Errorf("the state is\n%s\nwant\n%s", contract.Clip(text), contract.Clip(want))
					}
				})
			})
		}
	}
}

// TestPatience: what a client does about answers that it can wait out, and about those that it cannot.
func TestPatience(t *testing.T) {
	const data = `{"data":[{"x":0,"y":0,"label":0}],"task":"classification"}`
	answer := func(status int, kind, text string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text)) // a client may have gone
		}
	}
	halved := func(w http.ResponseWriter, r *http.Request) { // and then it ends as if it were whole
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(data)) // a buffer takes all
		_ = z.Close()
		answer(200, "application/json", b.String()[:b.Len()/2], "Content-Encoding", "gzip")(w, r)
	}
	good := answer(200, "application/json", data)
	busy := `{"type":"error","error":{"code":"busy","message":"no room","retry_after":1}}`
	each(t, func(t *testing.T, c client) {
		for name, test := range map[string]struct {
			first    http.HandlerFunc // of the first tries
			tries    int              // of which there are
			options  string
			says     string
			requests int           // 0 is more than one
			least    time.Duration // that it takes
		}{
			"Busy":        {answer(503, "application/json", busy), 1, `{}`, `"result": 1`, 2, time.Second},
			"RetryAfter":  {answer(503, "text/html", "<h1>busy</h1>", "Retry-After", "1"), 1, `{}`, `"result": 1`, 2, time.Second},
			"BadGateway":  {answer(502, "text/html", "<h1>nobody</h1>"), 3, `{}`, `"result": 1`, 4, 0},
			"TooMany":     {answer(429, "text/plain", ""), 1, `{}`, `"result": 1`, 2, 0},
			"Broken":      {answer(200, "application/json", data[:20], "Content-Length", "59"), 2, `{}`, `"result": 1`, 3, 0},
			"Halved":      {halved, 1, `{"compress": true}`, `"result": 1`, 2, 0},
			"Silent":      {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1, `{"timeout": 0.3}`, `"result": 1`, 2, 300 * time.Millisecond},
			"Impatient":   {answer(502, "text/html", ""), 1, `{"patience": 0}`, `"code": "http", "field": "", "status": 502`, 1, 0},
			"Always":      {answer(502, "text/html", ""), 99, `{"patience": 0.5}`, `"code": "http", "field": "", "status": 502`, 0, 0},
			"Refused":     {answer(403, "text/html", "<h1>no</h1>"), 1, `{}`, `"code": "http", "field": "", "status": 403`, 1, 0},
			"AnotherSite": {answer(200, "text/html", "<h1>Log in</h1>"), 1, `{}`, `"code": "unsupported", "field": "", "status": 0`, 1, 0},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int32
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if int(requests.Add(1)) <= test.tries {
						test.first(w, r)
						return
					}
					good(w, r)
				}))
				defer s.Close()
				before := time.Now()
				got := c.run(t, "ask", s.URL, test.options, "data")
				if squeezed(got) != squeezed("{"+test.says+"}") {
					t.Errorf("it says %s; want %s", got, test.says)
				}
				n := int(requests.Load())
				if n != test.requests && (test.requests != 0 || n < 2) {
					t.Errorf("%d requests; want %d", n, test.requests)
				}
				const most = 10 * time.Second // less than the timeout of a client that has its own
				if took := time.Since(before); took < test.least || took > most {
					t.Errorf("it took %v; want from %v to %v", took, test.least, most)
				}
			})
		}
	})
}

// squeezed is JSON without spaces, which languages set in their own ways.
func squeezed(text string) string { return strings.ReplaceAll(text, " ", "") }

// TestCompress: with compression long requests and their answers are gzip, and without it none.
func TestCompress(t *testing.T) {
	real := contract.Start(t)
	each(t, func(t *testing.T, c client) {
		for options, want := range map[string]string{`{"compress": true}`: "gzip", `{"compress": false}`: "", `{}`: ""} {
			var mu sync.Mutex
			seen := map[string]string{}
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				real.ServeHTTP(w, r)
				mu.Lock()
				defer mu.Unlock()
				seen[r.URL.Path] = r.Header.Get("Content-Encoding")
			}))
			c.run(t, "ask", s.URL, options, "large")
			s.Close()
			if got, ok := seen["/step"]; !ok || got != want {
				t.Errorf("with %s the state is sent as %q; want %q", options, got, want)
			}
		}
	})
}

// TestBrokenSweep: a sweep that breaks off is asked for again, and each of its cells comes once.
func TestBrokenSweep(t *testing.T) {
	each(t, func(t *testing.T, c client) {
		var asked atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			cells := min(4, 2*int(asked.Add(1))-1) // 1, 3, and then all
			for cell := range cells {
				fmt.Fprintf(w, "event: sweep_cell\nid: %d\ndata: {\"type\":\"sweep_cell\",\"values\":{\"seed\":%d},"+
					"\"network\":{},\"loss\":1,\"metrics\":{\"loss\":1}}\n\n", cell, cell+5)
			}
			if cells == 4 {
				fmt.Fprint(w, "event: done\ndata: {\"reason\":\"steps\"}\n\n")
			}
		}))
		t.Cleanup(s.Close)
		c.write(t, "state.json", []byte(`{"type":"nnvisu_state","version":1,"config":{},"network":{},"data":[]}`))
		if got := strings.Fields(c.run(t, "sweep", s.URL, "{}")); strings.Join(got, " ") != "5 6 7 8" || asked.Load() != 3 {
			t.Errorf("the cells are those of the seeds %v, after %d requests; want 5 6 7 8, after 3", got, asked.Load())
		}
	})
}

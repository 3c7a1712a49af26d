package handlers

import (
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/tests/race"
)

// liveBytes returns how many bytes of the heap were alive at the last collection.
func liveBytes() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// widest are the hidden layers of the largest network.
var widest = []int{100, 100, 100, 100, 100, 100, 100, 100, 100, 100}

// A demand is a request that takes much memory.
type demand struct {
	name, method, path, accept, contentType string
	body                                    string
}

// demands returns requests of each kind, about a state.
func demands(t *testing.T, s *Server, state nn.State) []demand {
	t.Helper()
	body := string(mustJSON(t, state))
	form := settingsForm(t, s, state)
	with := func(name, value string) string {
		f := url.Values{}
		for name, values := range form {
			f[name] = values
		}
		f.Set("controls", "")
		f.Del("act")
		f.Set(name, value)
		return f.Encode()
	}
	run := state.Network
	run.Optimizer = nn.Moments{}
	file := serve(s, http.MethodPost, "/export", strings.TrimSuffix(body, "}")+`,"format":"state"}`, "Content-Type", "application/json").Body.String()
	pinned := string(mustJSON(t, wire.Run{Config: state.Config, Network: run}))
	all := []demand{
		{"Step", http.MethodPost, "/step", "application/json", "application/json", body},
		{"Predict", http.MethodPost, "/predict", "application/json", "application/json", body},
		{"Layers", http.MethodPost, "/layers", "application/json", "application/json", body},
		{"Explain", http.MethodPost, "/explain", "application/json", "application/json", body},
		{"StepPage", http.MethodPost, "/step", "text/html", urlencoded, with("act", "")},
		{"Edit", http.MethodPost, "/edit", "text/html", urlencoded, with("act", "reset")},
		{"Pin", http.MethodPost, "/edit", "text/html", urlencoded, with("act", "pin")},
		{"Share", http.MethodPost, "/edit", "text/html", urlencoded, with("act", "share")},
		{"Open", http.MethodPost, "/edit", "text/html", urlencoded, with("opened", file) + "&act=open"},
		{"Pinned", http.MethodPost, "/edit", "text/html", urlencoded, with("pinned", pinned)},
		{"Points", http.MethodPost, "/points.csv", "text/csv", urlencoded, with("act", "")},
		{"Wrong", http.MethodPost, "/edit", "text/html", urlencoded, with("act", "unknown")},
	}
	for _, format := range exportFormats() {
		if len(state.Data) > 1000 {
			break // files have none of the points, but for that of the state
		}
		all = append(all, demand{"Export " + format, http.MethodPost, "/export", "*/*", urlencoded, with("format", format)})
	}
	return all
}

// TestMemoryOfRequests: what a request reserves is at least what it takes, at any time.
func TestMemoryOfRequests(t *testing.T) {
	if testing.Short() || race.Enabled {
		t.Skip("collects garbage")
	}
	s := newTestServer(t, func(c *Config) { c.MaxPoints, c.Cache = 1_000_000, 1 }) // which holds nothing
	large := sampleState(t, "circles", 10, 1, func(c *nn.Config) { c.HiddenLayers = widest })
	recipe := large
	recipe.Network = nn.Network{}
	many := sampleState(t, "circles", 20_000, 0, nil)
	var all []demand
	for name, state := range map[string]nn.State{"wide ": large, "many ": many} {
		for _, d := range demands(t, s, state) {
			d.name = name + d.name
			all = append(all, d)
		}
	}
	all = append(all, demand{"Recipe", http.MethodPost, "/step", "application/json", "application/json", string(mustJSON(t, recipe))})
	query := "?dataset=circles&points=10&hidden_layers=100" + strings.Repeat(",100", 9)
	all = append(all,
		demand{name: "Link", method: http.MethodGet, path: "/" + query, accept: "text/html"},
		demand{name: "Data", method: http.MethodGet, path: "/data/circles?points=20000", accept: "*/*"},
	)
	for _, separator := range []string{",", "\t", ";", " "} {
		line := strings.Repeat("1"+separator, 99) + "1\n"
		text := strings.Repeat(line, 5000)
		form := url.Values{"act": {"import-preview"}, "table_text": {text}}
		all = append(all, demand{fmt.Sprintf("Import %q", separator), http.MethodPost, "/edit", "text/html", urlencoded, form.Encode()})
	}
	for name, element := range map[string]string{"numbers": "0,", "lists": "[],", "deep": "[[0],[0]],", "points": `{"x":0},`} {
		list := "[" + strings.Repeat(element, 4_000_000/len(element)) + element[:len(element)-1] + "]"
		if name != "points" {
			message := `{"network":{"weights":[` + list + `],"biases":[]},"data":[]}`
			all = append(all, demand{"JSON " + name, http.MethodPost, "/step", "application/json", "application/json", message})
			form := "network=" + url.QueryEscape(`{"weights":[`+list+`],"biases":[]}`)
			all = append(all, demand{"Form " + name, http.MethodPost, "/step", "application/json", urlencoded, form})
		} else {
			all = append(all, demand{"JSON points", http.MethodPost, "/step", "application/json", "application/json", `{"data":` + list + `}`})
		}
	}
	for _, d := range all {
		t.Run(d.name, func(t *testing.T) {
			takes, reserved := int64(math.MaxInt64), int64(0)
			for try := 0; try < 20 && takes > reserved; try++ { // what is allocated during a collection counts as alive
				most, had := demanded(t, s, d)
				takes, reserved = min(takes, most), max(reserved, had)
			}
			t.Logf("takes %8d of %8d bytes reserved, %.2f", takes, reserved, float64(takes)/float64(reserved))
			if takes > reserved {
				t.Errorf("it takes %d bytes and reserves %d; want at least as many", takes, reserved)
			}
		})
	}
}

// demanded makes a request whose answer is not read, and returns how many bytes the request takes and
// reserves, at most.
func demanded(t *testing.T, s *Server, d demand) (takes, reserves int64) {
	t.Helper()
	runtime.GC()
	runtime.GC()
	before := liveBytes()
	client := unread{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		r := httptest.NewRequest(d.method, d.path, strings.NewReader(d.body))
		r.Header.Set("Content-Type", d.contentType)
		r.Header.Set("Accept", d.accept)
		s.ServeHTTP(client, r)
	}()
	var reserved atomic.Int64
	go func() {
		for {
			select {
			case <-answered:
				return
			default:
				reserved.Store(max(reserved.Load(), s.memory.Used()))
				runtime.Gosched()
			}
		}
	}()
	for {
		runtime.GC()
		takes = max(takes, liveBytes()-before)
		select {
		case <-client.writing:
			close(client.gone)
			<-answered
			return takes, reserved.Load()
		case <-answered:
			t.Fatalf("nothing was written; status %d", client.Code)
		default:
		}
	}
}

// TestMemoryOfStreams: what a stream reserves is about what it takes, also if nobody reads it.
func TestMemoryOfStreams(t *testing.T) {
	if testing.Short() || race.Enabled {
		t.Skip("collects garbage")
	}
	taken := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	for name, change := range map[string]func(*nn.Config){
		"Default": func(*nn.Config) {},
		"Large":   func(c *nn.Config) { c.HiddenLayers = widest },
	} {
		body := string(mustJSON(t, sampleState(t, "circles", 200, 0, change)))
		for kind, open := range map[string]func(*testing.T, *Server, *httptest.Server) net.Conn{
			"Page": func(t *testing.T, s *Server, srv *httptest.Server) net.Conn {
				form := settingsForm(t, s, sampleState(t, "circles", 200, 0, change))
				form.Set("controls", "")
				form.Set("frame_ms", "60000")
				w, conn := openPageStream(t, srv, form.Encode(), 1<<20, 1<<30, "Accept-Encoding: gzip\r\n")
				if _, err := io.ReadFull(w.Body, make([]byte, 1000)); err != nil {
					t.Fatal(err)
				}
				return conn
			},
			"UnreadPage": func(t *testing.T, s *Server, srv *httptest.Server) net.Conn {
				form := settingsForm(t, s, sampleState(t, "circles", 200, 0, change))
				form.Set("controls", "")
				form.Set("frame_ms", "0")
				_, conn := openPageStream(t, srv, form.Encode(), 1, 1<<30, "")
				return conn
			},
			"UnreadProgram": func(t *testing.T, _ *Server, srv *httptest.Server) net.Conn {
				conn, err := net.Dial("tcp", srv.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(conn, "POST /train HTTP/1.1\r\nHost: nnvisu\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
				return conn
			},
			"UnreadRecipe": func(t *testing.T, s *Server, srv *httptest.Server) net.Conn {
				conn, err := net.Dial("tcp", srv.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				config := nn.DefaultConfig()
				change(&config)
				layers := strings.Trim(strings.ReplaceAll(fmt.Sprint(config.HiddenLayers), " ", ","), "[]")
				fmt.Fprintf(conn, "GET /train?dataset=circles&hidden_layers=%s&seed=%d HTTP/1.1\r\nHost: nnvisu\r\n\r\n", layers, s.openStreams.Used())
				return conn
			},
		} {
			t.Run(name+kind, func(t *testing.T) {
				s := newTestServer(t, func(c *Config) { c.Cache = 1 }) // which holds nothing
				srv := listen(t, s)
				before := taken()
				const streams = 5
				for range streams {
					conn := open(t, s, srv)
					t.Cleanup(func() { conn.Close() })
				}
				time.Sleep(time.Second) // until frames wait for who does not read
				var reserved, got float64
				for range 30 { // what is allocated during a collection counts as alive, and a busy computer takes its time
					reserved, got = float64(s.memory.Used())/streams, (float64(taken())-float64(before))/streams
					if got <= reserved && got >= reserved/8 {
						break
					}
					time.Sleep(100 * time.Millisecond)
				}
				t.Logf("a stream reserves %.0f bytes and takes %.0f", reserved, got)
				if got > reserved || got < reserved/8 {
					t.Errorf("a stream reserves %.0f bytes and takes %.0f; want at least as many, and not eight times", reserved, got)
				}
			})
		}
	}
}

// TestMemoryOfUnread: answers that nobody reads, over HTTP and sockets, hold no more memory than is
// reserved for them and than there is. They give way to a client that has less.
func TestMemoryOfUnread(t *testing.T) {
	recipe := fmt.Sprintf(`{"type":"train_step","steps":1,"config":{"hidden_layers":%s},"data":[{"x":0,"y":0,"label":0},{"x":1,"y":1,"label":1}]}`, mustJSON(t, widest))
	dial := func(t *testing.T, srv *httptest.Server) net.Conn {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.(*net.TCPConn).SetReadBuffer(1 << 10)
		return conn
	}
	for kind, ask := range map[string]func(*testing.T, *httptest.Server){
		"HTTP": func(t *testing.T, srv *httptest.Server) {
			fmt.Fprintf(dial(t, srv), "POST /step HTTP/1.1\r\nHost: nnvisu\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(recipe), recipe)
		},
		"Socket": func(t *testing.T, srv *httptest.Server) {
			ctx := t.Context()
			conn, _, err := websocket.Dial(ctx, srv.URL+"/ws", nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.CloseNow() })
			if err := conn.Write(ctx, websocket.MessageText, []byte(recipe)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(kind, func(t *testing.T) {
			s := newTestServer(t, func(c *Config) { c.MaxBody, c.Cache = 4<<20, 0; c.MaxMemory = leastMemory(c.MaxBody, 0) })
			srv := listen(t, s)
			runtime.GC()
			runtime.GC() // which empties pools
			before := liveBytes()
			deadline := time.Now().Add(20 * time.Second)
			for still := 0; still < 10; { // the network's buffers take some of an answer
				if time.Now().After(deadline) {
					t.Fatalf("%d of %d bytes are reserved; want most", s.memory.Used(), s.memory.Capacity())
				}
				switch computing := s.openRequests.Used() > 0; {
				case !computing && s.memory.Used() >= s.memory.Capacity()/2:
					still++
				case !computing: // who asked before is answered, or was refused
					ask(t, srv)
					fallthrough
				default:
					still = 0
				}
				time.Sleep(10 * time.Millisecond)
			}
			runtime.GC()
			runtime.GC()
			held, reserved := liveBytes()-before, s.memory.Used()
			t.Logf("unread answers hold %d of %d bytes reserved, of %d", held, reserved, s.memory.Capacity())
			if held > reserved+perServer || reserved > s.memory.Capacity() {
				t.Errorf("unread answers hold %d of %d bytes reserved; want no more, and at most %d", held, reserved, s.memory.Capacity())
			}
			for try := 0; ; try++ { // 192.0.2.1 asks, who has nothing
				w := serve(s, http.MethodPost, "/step", recipe, "Content-Type", "application/json")
				if w.Code == http.StatusOK {
					break
				}
				if try == 20 {
					t.Fatalf("a client with nothing gets %d %s; want 200", w.Code, w.Body)
				}
				time.Sleep(20 * time.Millisecond) // those who give way need a moment
			}
		})
	}
}

// perServer is what a server keeps for all, such as the memory in which pictures are painted.
const perServer = 8 << 20

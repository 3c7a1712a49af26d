package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	"github.com/nnvisu/nnvisu/nn"
)

// TestEventCounter: frames are counted, and nothing else is, wherever the stream is cut into
// pieces.
func TestEventCounter(t *testing.T) {
	for _, test := range []struct {
		stream   string
		messages int
		last     string
	}{
		{"", 0, ""},
		{"data: a\n\n", 1, ""},
		{"data: a\n", 0, ""}, // not over yet
		{"data: a\ndata: b\ndata:\n\n", 1, ""},
		{"data: a\n\n\ndata: " + strings.Repeat("a long line ", 100) + "\n\n", 2, ""},
		{": still here\n\ndata: a\n\n: still here\n\n", 1, ""},
		{"data: a\n\nevent: done\ndata: {}\n\n", 1, "done"},
		{"event: train_step_result\nid: 1\ndata: {}\n\n", 0, "train_step_result"},
		{"event: done\n\ndata: a\n\n", 1, ""}, // no data, no event
		{"the line says data:\n\n", 0, ""},
	} {
		for size := 1; size <= max(1, len(test.stream)); size++ {
			var c eventCounter
			for piece := range slices.Chunk([]byte(test.stream), size) {
				if n, err := c.Write(piece); n != len(piece) || err != nil {
					t.Fatalf("Write(%q) = %d, %v; want %d", piece, n, err, len(piece))
				}
			}
			if c.messages != test.messages || c.last != test.last {
				t.Errorf("%.60q in pieces of %d: %d messages, last %q; want %d, %q", test.stream, size, c.messages, c.last, test.messages, test.last)
				break
			}
		}
	}
}

// TestDecoder: what was flushed can be read before there is more.
func TestDecoder(t *testing.T) {
	type flusher interface {
		io.Writer
		Flush() error
	}
	for coding, compressor := range map[string]func(io.Writer) flusher{
		"gzip": func(w io.Writer) flusher { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) flusher { z, _ := zstd.NewWriter(w); return z }, // no option that could be wrong
	} {
		r, w := io.Pipe()
		go func() {
			z := compressor(w)
			for range 2 {
				io.WriteString(z, "data: a\n\n") // if it fails, so does the reader
				z.Flush()
			}
			// No end: a reader that waits for it waits for ever.
		}()
		body, done, err := decoder(coding, r)
		if err != nil {
			t.Fatalf("decoder(%s): %v", coding, err)
		}
		var c eventCounter
		watch := time.AfterFunc(10*time.Second, func() { r.CloseWithError(io.ErrNoProgress) })
		for c.messages < 2 {
			buffer := make([]byte, 100)
			n, err := body.Read(buffer)
			_, _ = c.Write(buffer[:n])
			if err != nil {
				t.Errorf("%s: %v after %d messages; want 2", coding, err, c.messages)
				break
			}
		}
		watch.Stop()
		r.Close()
		done()
	}
	if _, _, err := decoder("br", nil); err == nil {
		t.Error("decoder(br) is no error")
	}
}

// TestCount: frames and bytes are counted in the window alone, and a stream that stands still shows
// in the intervals.
func TestCount(t *testing.T) {
	now := time.Now()
	const frames = "data: a\n\ndata: b\n\n"
	for _, test := range []struct {
		name             string
		from, to         time.Duration
		frames, bytes    int
		intervals        int
		longest, atLeast time.Duration
	}{
		{"Inside", -time.Second, time.Hour, 2, len(frames), 2, time.Hour, time.Minute},
		{"Before", time.Hour, 2 * time.Hour, 0, 0, 1, time.Hour, time.Hour},
		{"After", -2 * time.Hour, -time.Hour, 0, 0, 0, 0, 0},
	} {
		s := stream{from: now.Add(test.from), to: now.Add(test.to)}
		wire := &countingReader{r: strings.NewReader(frames)}
		if err := s.count(wire, wire, time.Second); err == nil {
			t.Errorf("%s: count of a stream that ends is no error", test.name)
		}
		if s.frames != test.frames || s.bytes != test.bytes || len(s.intervals) != test.intervals {
			t.Errorf("%s: %d frames, %d bytes, intervals %v; want %d, %d and %d of them", test.name, s.frames, s.bytes, s.intervals, test.frames, test.bytes, test.intervals)
			continue
		}
		if test.intervals > 0 {
			longest := time.Duration(slices.Max(s.intervals) * float64(time.Millisecond))
			if longest > test.longest+time.Second || longest < test.atLeast {
				t.Errorf("%s: the longest interval is %v; want about %v", test.name, longest, test.longest)
			}
		}
	}
}

// TestPercentile: nearest rank, as in the examples that everybody has.
func TestPercentile(t *testing.T) {
	values := []float64{15, 20, 35, 40, 50}
	for _, test := range []struct{ p, want float64 }{{0, 15}, {5, 15}, {30, 20}, {40, 20}, {50, 35}, {95, 50}, {100, 50}} {
		if got := percentile(values, test.p); got != test.want {
			t.Errorf("percentile(%v, %v) = %v; want %v", values, test.p, got, test.want)
		}
	}
	if got := percentile(nil, 50); !math.IsNaN(got) {
		t.Errorf("percentile of nothing = %v; want NaN", got)
	}
	if got := median([]float64{3, 1, 2}); got != 2 {
		t.Errorf("median(3, 1, 2) = %v; want 2", got)
	}
}

// TestAsk: answers are counted from the warm-up on, late ones apart, and what is no result ends the
// connection.
func TestAsk(t *testing.T) {
	listen := func(answer string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, err := websocket.Accept(w, r, nil)
			if err != nil {
				return // Accept has answered
			}
			defer conn.CloseNow()
			for {
				if _, _, err := conn.Read(r.Context()); err != nil {
					return
				}
				time.Sleep(30 * time.Millisecond)
				if err := conn.Write(r.Context(), websocket.MessageText, []byte(answer)); err != nil {
					return
				}
			}
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	const result = `{"type": "train_step_result"}`
	url, now := listen(result), time.Now()
	latencies, late, size, err := ask(t.Context(), url, []byte("{}"), now.Add(-time.Hour), now.Add(100*time.Millisecond))
	if err != nil || len(latencies) < 1 || late != 1 || size != len(result) || slices.Min(latencies) < 30 {
		t.Errorf("ask = %v, %d late, %d bytes, %v; want some of 30 ms or more, 1 and %d", latencies, late, size, err, len(result))
	}
	now = time.Now()
	if latencies, late, _, err = ask(t.Context(), url, []byte("{}"), now.Add(time.Hour), now.Add(50*time.Millisecond)); err != nil || len(latencies) > 0 || late > 0 {
		t.Errorf("ask before from = %v, %d late, %v; want none", latencies, late, err)
	}
	if _, _, _, err := ask(t.Context(), listen(`{"type": "error"}`), []byte("{}"), now, now.Add(time.Second)); err == nil {
		t.Error("ask of a server that answers errors is no error")
	}
}

// TestLoad: streams and sockets of a server without work arrive whole.
func TestLoad(t *testing.T) {
	s := httptest.NewServer(echoOptions{answer: 500, frame: 3000}.handler(t.Context()))
	defer s.Close()
	streams := streamsOptions{url: s.URL, streams: 3, fps: 50, points: 2, encoding: "identity", warmup: 50 * time.Millisecond, duration: 300 * time.Millisecond}
	r, err := runStreams(t.Context(), streams)
	// A chunk has its size in hexadecimal before it and two line ends. The first and the last frame
	// may be cut.
	if err := errors.Join(err, r.err()); err != nil || r.frames < 6 || r.min < 1 || r.bytes < 1500 || r.bytes > 4500 || percentile(r.intervals, 50) < 5 {
		t.Errorf("runStreams = %+v, %v; want some frames of 3 kB", r, err)
	}
	got, err := runSockets(t.Context(), socketsOptions{url: s.URL, sockets: 2, duration: 100 * time.Millisecond})
	if err != nil || got.rate < 20 || got.read != 500 || len(got.medians) != 2 {
		t.Errorf("runSockets = %v a second, answers of %d bytes, %d connections, %v; want some of 500 and 2", got.rate, got.read, len(got.medians), err)
	}
}

// TestFailures: a stream that is refused or ends early is told apart and is an error in the end.
func TestFailures(t *testing.T) {
	for _, test := range []struct {
		answer          http.HandlerFunc
		refused, broken int
		says            string
	}{
		{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, 2, 0, "busy"},
		{func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such lab", http.StatusTeapot) }, 0, 2, "no such lab"},
		{func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "data: a\n\nevent: done\ndata: {}\n\n")
		}, 0, 2, "done"},
	} {
		s := httptest.NewServer(test.answer)
		r, err := runStreams(t.Context(), streamsOptions{url: s.URL, streams: 2, fps: 50, duration: 50 * time.Millisecond})
		if err != nil || r.refused != test.refused || r.broken != test.broken || r.err() == nil || !strings.Contains(r.err().Error(), test.says) {
			t.Errorf("%d refused, %d broken, %v, %v; want %d, %d and %q", r.refused, r.broken, r.err(), err, test.refused, test.broken, test.says)
		}
		s.Close()
	}
	for _, url := range []string{"https://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1"} {
		if _, err := runStreams(t.Context(), streamsOptions{url: url, streams: 1, fps: 1, duration: 1}); err == nil {
			t.Errorf("runStreams of %s is no error", url)
		}
	}
}

// TestMetric: a value is found by its whole name.
func TestMetric(t *testing.T) {
	text := []byte("# HELP memory memory 1\nmemory_max 2\nmemory{a=\"b\"} 3\nmemory 2.22208e+07\n")
	if got := metric(text, "memory"); got != 2.22208e7 {
		t.Errorf("metric(memory) = %v; want 2.22208e7", got)
	}
	if got := metric(text, "mem"); !math.IsNaN(got) {
		t.Errorf("metric(mem) = %v; want NaN", got)
	}
}

// TestHold: a limit holds up to itself, 0 is none, and what is not known holds none.
func TestHold(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		got, limit    float64
		most, atLeast bool // whether it is an error
	}{{1, 2, false, true}, {2, 2, false, false}, {3, 2, true, false}, {nan, 2, true, true}, {nan, 0, false, false}} {
		if err := atMost("x", test.got, test.limit); (err != nil) != test.most {
			t.Errorf("atMost(%v, %v) = %v; want an error: %v", test.got, test.limit, err, test.most)
		}
		if err := atLeast("x", test.got, test.limit); (err != nil) != test.atLeast {
			t.Errorf("atLeast(%v, %v) = %v; want an error: %v", test.got, test.limit, err, test.atLeast)
		}
	}
}

// TestShown: numbers have three figures and a unit.
func TestShown(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{significant(0), "0"}, {significant(0.0123), "0.0123"}, {significant(1), "1.00"}, {significant(12.34), "12.3"},
		{significant(123.4), "123"}, {significant(1234567), "1,234,567"}, {significant(-1234), "-1,234"},
		{milliseconds(0.0219), "21.9 µs"}, {milliseconds(21.9), "21.9 ms"}, {milliseconds(21900), "21.9 s"}, {milliseconds(math.NaN()), "–"},
		{bytesOf(12_000), "12.0 kB"}, {bytesOf(1.2e6), "1.20 MB"},
	} {
		if test.got != test.want {
			t.Errorf("got %q; want %q", test.got, test.want)
		}
	}
}

// TestLimit: the multiply-adds of a linear model and of one with a hidden layer, by hand.
func TestLimit(t *testing.T) {
	for _, test := range []struct {
		lab  lab
		want float64
	}{
		// 4 weights, forward and for their gradient; 2 exponentials.
		{lab{nil, 10, 0, nn.SGD, 2}, 10 * (2*4 + 2*functionCost)},
		// 6 weights thrice and 6 twice; 3 functions and 2; 9 parameters and 8.
		{lab{[]int{3}, 100, 10, nn.Adam, 2}, 10*(2*6+3*6+5*functionCost) + 17*functionCost},
	} {
		if got := test.lab.limit(); got != test.want {
			t.Errorf("%+v.limit() = %v; want %v", test.lab, got, test.want)
		}
	}
}

// TestMessage: a message is a train_step of a state that can be trained, with its moments or
// without.
func TestMessage(t *testing.T) {
	for _, moments := range []bool{true, false} {
		text, err := defaultLab.message(moments)
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			Type  string `json:"type"`
			Steps int    `json:"steps"`
			nn.State
		}
		m.Config = nn.DefaultConfig() // JSON leaves out the defaults of a schedule
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		if m.Type != "train_step" || m.Steps != 1 || len(m.Data) != 500 || bytes.Contains(text, []byte(`"second"`)) != moments {
			t.Errorf("message(%v) = %.100s…", moments, text)
		}
		if _, err := nn.Step(m.State, 1); err != nil {
			t.Errorf("message(%v) cannot be trained: %v", moments, err)
		}
	}
}

// TestRow: a ratio says how many times better, of times and of rates, and what is not known is a
// dash.
func TestRow(t *testing.T) {
	for _, test := range []struct {
		row  row
		want string
	}{
		{row{"a", 2, 8, milliseconds, false, "3×", 1}, "| a | 2.00 ms | 8.00 ms | 4.00× | 3× | 1.00 ms | 50 % |"},
		{row{"b", 8, 2, significant, true, "3×", 16}, "| b | 8.00 | 2.00 | 4.00× | 3× | 16.0 | 50 % |"},
		{row{"c", 100, 1, milliseconds, false, "–", 4.96}, "| c | 100 ms | 1.00 ms | 0.0100× | – | 4.96 ms | 5.0 % |"},
		{row{"d", 8, math.NaN(), bytesOf, false, "–", math.NaN()}, "| d | 0.00800 kB | – | – | – | – | – |"},
	} {
		if got := test.row.String(); got != test.want {
			t.Errorf("got %s; want %s", got, test.want)
		}
	}
}

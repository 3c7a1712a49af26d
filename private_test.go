package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// A lineLog is a log of JSON whose lines a test waits for.
type lineLog struct {
	mu    sync.Mutex
	lines []map[string]any
}

func (l *lineLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for text := range bytes.Lines(p) {
		var line map[string]any
		if err := json.Unmarshal(text, &line); err != nil {
			return 0, err
		}
		l.lines = append(l.lines, line)
	}
	return len(p), nil
}

// wait returns the first line of a message for which fits holds.
func (l *lineLog) wait(t *testing.T, message string, fits func(line map[string]any) bool) map[string]any {
	t.Helper()
	for range 400 {
		l.mu.Lock()
		for _, line := range l.lines {
			if line["msg"] == message && fits(line) {
				l.mu.Unlock()
				return line
			}
		}
		l.mu.Unlock()
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("the log has no such line %q: %v", message, l.lines)
	return nil
}

func anyLine(map[string]any) bool { return true }

// running runs the program until the test calls stop, which returns its error.
func running(t *testing.T, args ...string) (url string, log *lineLog, stop func() error) {
	t.Helper()
	log = new(lineLog)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	args = append([]string{"-addr=127.0.0.1:0", "-drain-delay=0s", "-log-format=json"}, args...)
	go func() { ended <- run(ctx, args, env{}.lookup, io.Discard, log) }()
	stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = stop() })
	return log.wait(t, "serving", anyLine)["url"].(string), log, stop
}

// statusOf returns the status of GET, for a Host header if there is one.
func statusOf(t *testing.T, url, host string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// TestPrivate: metrics and profiles are where the flags say, and nowhere else.
func TestPrivate(t *testing.T) {
	for _, test := range []struct {
		name                  string
		args                  []string
		public                int  // status of the public /metrics
		metrics, pprof, other bool // whether there is a private listener, and another for profiles
	}{
		{"Neither", nil, 200, false, false, false},
		{"Metrics", []string{"-metrics-addr=127.0.0.1:0"}, 404, true, false, false},
		{"Pprof", []string{"-pprof-addr=127.0.0.1:0"}, 200, false, true, false},
		{"Both", []string{"-metrics-addr=localhost:0", "-pprof-addr=127.0.0.1:0"}, 404, true, true, true},
		{"BothOnOne", []string{"-metrics-addr=127.0.0.1:0", "-pprof-addr=127.0.0.1:0"}, 404, true, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, log, stop := running(t, test.args...)
			if got := statusOf(t, url+"metrics", ""); got != test.public {
				t.Errorf("the public /metrics is %d; want %d", got, test.public)
			}
			if got := statusOf(t, url+"debug/pprof/", ""); got != 404 {
				t.Errorf("the public /debug/pprof/ is %d; want 404", got)
			}
			private := func(what string) string {
				addr := log.wait(t, "serving for the operator", func(line map[string]any) bool { return line[what] == true })["addr"]
				return "http://" + addr.(string)
			}
			status := map[bool]int{true: 200, false: 404}
			for _, p := range []struct {
				what, path, otherPath string
				on                    bool
			}{{"metrics", "/metrics", "/debug/pprof/", test.metrics}, {"pprof", "/debug/pprof/heap", "/metrics", test.pprof}} {
				if !p.on {
					continue
				}
				if got := statusOf(t, private(p.what)+p.path, ""); got != 200 {
					t.Errorf("the private %s is %d; want 200", p.path, got)
				}
				if got, want := statusOf(t, private(p.what)+p.otherPath, ""), status[test.metrics && test.pprof && !test.other]; got != want {
					t.Errorf("beside the private %s there is %s: %d; want %d", p.path, p.otherPath, got, want)
				}
				if got := statusOf(t, private(p.what)+p.path, "evil.example"); got != 421 {
					t.Errorf("as evil.example, the private %s is %d; want 421", p.path, got)
				}
				if got := statusOf(t, private(p.what)+"/step", ""); got != 404 {
					t.Errorf("the private listener answers /step with %d; want 404", got)
				}
			}
			if err := stop(); err != nil {
				t.Errorf("run = %v; want nil", err)
			}
			if test.metrics {
				if conn, err := net.Dial("tcp", strings.TrimPrefix(private("metrics"), "http://")); err == nil {
					conn.Close()
					t.Error("the private listener outlives the server")
				}
			}
		})
	}
}

// TestHostsOfListener: by which names a server may be called follows from where it listens, unless
// the operator says it.
func TestHostsOfListener(t *testing.T) {
	for _, test := range []struct {
		args       []string
		own, other int // status as lab.example and as evil.example
	}{
		{nil, 421, 421},
		{[]string{"-allowed-hosts=lab.example"}, 200, 421},
		{[]string{"-allowed-hosts=*"}, 200, 200},
		{[]string{"-addr=0.0.0.0:0"}, 200, 200},
		{[]string{"-addr=0.0.0.0:0", "-allowed-hosts=lab.example"}, 200, 421},
		{[]string{"-trusted-proxies=127.0.0.1"}, 421, 421},
	} {
		url, _, _ := running(t, test.args...)
		for host, want := range map[string]int{"lab.example": test.own, "evil.example": test.other, "localhost": 200} {
			if got := statusOf(t, url, host); got != want {
				t.Errorf("with %q the page is %d as %s; want %d", test.args, got, host, want)
			}
		}
	}
}

// TestLogOfALife: the log says with which flags the server runs, and how it ended.
func TestLogOfALife(t *testing.T) {
	_, log, stop := running(t, "-max-streams=7", "-max-stream=90s")
	flags := log.wait(t, "flags that differ from their defaults", anyLine)
	for name, want := range map[string]any{
		"max-streams": "7", "max-stream": "1m30s", "addr": "127.0.0.1:0", "log-format": "json", "drain-delay": "0s", "max-points": nil, "log-level": nil,
	} {
		if flags[name] != want {
			t.Errorf("the log says that %s is %v; want %v", name, flags[name], want)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	down := log.wait(t, "shutting down", anyLine)
	if down["timeout"] != "10s" {
		t.Errorf("the log gives the timeout as %v; want 10s, a duration as text", down["timeout"])
	}
	end := log.wait(t, "stopped", anyLine)
	if cut, ok := end["cut"].(map[string]any); end["level"] != "INFO" || !ok || cut["streams"] != 0. {
		t.Errorf("the last line is %v; want level INFO and nothing cut", end)
	}
}

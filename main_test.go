package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
)

// env is an environment for tests.
type env map[string]string

func (e env) lookup(name string) (string, bool) {
	value, ok := e[name]
	return value, ok
}

func TestParseDefaults(t *testing.T) {
	s, err := parse(nil, env{}.lookup, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if s.addr != "localhost:8888" || s.shutdownTimeout != 10*time.Second || s.logLevel != "info" || s.logFormat != "text" {
		t.Errorf("parse() = %+v; want the documented defaults", s)
	}
	if got, want := s.handlers.MaxPoints, handlers.DefaultConfig().MaxPoints; got != want {
		t.Errorf("MaxPoints = %d; want the handlers' default, %d", got, want)
	}
	if s.handlers.Version == "" {
		t.Error("Version is empty")
	}
}

// TestParseSources sets every flag in each of the two ways, then in both.
func TestParseSources(t *testing.T) {
	tests := []struct {
		flag, env  string
		first, own string // the variable's value and the flag's
		got        func(settings) any
		want, wins any // what they mean
	}{
		{"addr", "NNVISU_ADDR", ":1", ":2", func(s settings) any { return s.addr }, ":1", ":2"},
		{"base-path", "NNVISU_BASE_PATH", "/a", "/b", func(s settings) any { return s.handlers.BasePath }, "/a", "/b"},
		{"max-body", "NNVISU_MAX_BODY", "1001", "1002", func(s settings) any { return s.handlers.MaxBody }, int64(1001), int64(1002)},
		{"max-memory", "NNVISU_MAX_MEMORY", "1GiB", "536870912", func(s settings) any { return s.handlers.MaxMemory }, int64(1 << 30), int64(1 << 29)},
		{"cache", "NNVISU_CACHE", "8MiB", "0", func(s settings) any { return s.handlers.Cache }, int64(8 << 20), int64(0)},
		{"max-points", "NNVISU_MAX_POINTS", "31", "32", func(s settings) any { return s.handlers.MaxPoints }, 31, 32},
		{"max-work", "NNVISU_MAX_WORK", "3s", "1m", func(s settings) any { return s.handlers.MaxWork }, 3 * time.Second, time.Minute},
		{"max-stream", "NNVISU_MAX_STREAM", "1m", "1h30m", func(s settings) any { return s.handlers.MaxStream }, time.Minute, 90 * time.Minute},
		{"max-streams", "NNVISU_MAX_STREAMS", "7", "8", func(s settings) any { return s.handlers.MaxStreams }, 7, 8},
		{"max-sockets", "NNVISU_MAX_SOCKETS", "7", "8", func(s settings) any { return s.handlers.MaxSockets }, 7, 8},
		{"max-queue", "NNVISU_MAX_QUEUE", "9", "10", func(s settings) any { return s.handlers.MaxQueue }, 9, 10},
		{"trusted-proxies", "NNVISU_TRUSTED_PROXIES", "10.1.2.3/8", "::1, 192.0.2.1",
			func(s settings) any { return prefixes{&s.handlers.TrustedProxies}.String() }, "10.0.0.0/8", "::1/128,192.0.2.1/32"},
		{"frame-ancestors", "NNVISU_FRAME_ANCESTORS", "https://a.example", "self, https://B.example:443", func(s settings) any { return strings.Join(s.handlers.FrameAncestors, "|") }, "https://a.example", "'self'|https://b.example"},
		{"allow-origin", "NNVISU_ALLOW_ORIGIN", "http://a.example:80", "*", func(s settings) any { return strings.Join(s.handlers.AllowOrigins, "|") }, "http://a.example", "*"},
		{"allowed-hosts", "NNVISU_ALLOWED_HOSTS", "a.example", "*, b", func(s settings) any { return strings.Join(s.handlers.AllowedHosts, "|") }, "a.example", "*|b"},
		{"metrics-addr", "NNVISU_METRICS_ADDR", ":1", "", func(s settings) any { return s.metricsAddr }, ":1", ""},
		{"pprof-addr", "NNVISU_PPROF_ADDR", ":1", "localhost:2", func(s settings) any { return s.pprofAddr }, ":1", "localhost:2"},
		{"access-log", "NNVISU_ACCESS_LOG", "true", "false", func(s settings) any { return s.handlers.AccessLog }, true, false},
		{"drain-delay", "NNVISU_DRAIN_DELAY", "5s", "0s", func(s settings) any { return s.drainDelay }, 5 * time.Second, time.Duration(0)},
		{"shutdown-timeout", "NNVISU_SHUTDOWN_TIMEOUT", "1s", "0s", func(s settings) any { return s.shutdownTimeout }, time.Second, time.Duration(0)},
		{"log-level", "NNVISU_LOG_LEVEL", "debug", "error", func(s settings) any { return s.logLevel }, "debug", "error"},
		{"log-format", "NNVISU_LOG_FORMAT", "json", "text", func(s settings) any { return s.logFormat }, "json", "text"},
		{"kernel", "NNVISU_KERNEL", "portable", "fastest", func(s settings) any { return s.kernel }, "portable", "fastest"},
	}
	for _, test := range tests {
		t.Run(test.flag, func(t *testing.T) {
			check := func(args []string, e env, want any) {
				t.Helper()
				s, err := parse(args, e.lookup, io.Discard)
				if err != nil {
					t.Fatalf("parse(%q, %v): %v", args, e, err)
				}
				if got := test.got(s); got != want {
					t.Errorf("parse(%q, %v) gives %v; want %v", args, e, got, want)
				}
			}
			set := env{test.env: test.first}
			arg := []string{"-" + test.flag + "=" + test.own}
			check(nil, set, test.want)
			check(arg, env{}, test.wins)
			check(arg, set, test.wins)
			check(arg, env{test.env: "\x00"}, test.wins) // never read
		})
	}

	// A flag that is not in the table above is not tested.
	var help bytes.Buffer
	if _, err := parse([]string{"-help"}, env{}.lookup, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("parse(-help) = %v; want flag.ErrHelp", err)
	}
	for _, test := range tests {
		if !strings.Contains(help.String(), test.env) {
			t.Errorf("-help does not mention %s", test.env)
		}
	}
	if got := strings.Count(help.String(), "NNVISU_"); got != len(tests) {
		t.Errorf("-help mentions %d variables; want the %d of this test", got, len(tests))
	}
}

// TestCollectorPercent: little is alive in a server that keeps nothing, and then there is room;
// where much is, memory is not doubled and more.
func TestCollectorPercent(t *testing.T) {
	for live, want := range map[uint64]int{0: 1000, 1 << 20: 1000, 4 << 20: 400, 16 << 20: 100, 1 << 30: 100} {
		if got := collectorPercent(live); got != want {
			t.Errorf("collectorPercent(%d) = %d; want %d", live, got, want)
		}
	}
}

func TestParseEnvEmptyOrVersion(t *testing.T) {
	e := env{"NNVISU_MAX_BODY": "", "NNVISU_VERSION": "1.2.3"}
	s, err := parse(nil, e.lookup, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if s.showVersion || s.handlers.MaxBody != handlers.DefaultConfig().MaxBody {
		t.Errorf("parse with %v = %+v; want the defaults", e, s)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  env
		want []string // what the message must name
	}{
		{"BadEnvNumber", nil, env{"NNVISU_MAX_BODY": "lots"}, []string{"NNVISU_MAX_BODY", `"lots"`}},
		{"BadEnvDuration", nil, env{"NNVISU_MAX_STREAM": "10"}, []string{"NNVISU_MAX_STREAM", `"10"`}},
		{"BadEnvChoice", nil, env{"NNVISU_LOG_LEVEL": "loud"}, []string{"NNVISU_LOG_LEVEL", `"loud"`, "debug, info, warn, error"}},
		{"EnvZero", nil, env{"NNVISU_MAX_QUEUE": "0"}, []string{"NNVISU_MAX_QUEUE", "greater than 0"}},
		{"FlagNegative", []string{"-max-stream=-1s"}, nil, []string{"-max-stream", "greater than 0"}},
		{"FlagNumber", []string{"-max-work=2e10"}, nil, []string{"-max-work", `"2e10"`}},
		{"BadFlag", []string{"-max-points=many"}, nil, []string{"-max-points", `"many"`}},
		{"BadFlagChoice", []string{"-log-format", "xml"}, nil, []string{"-log-format", `"xml"`, "text, json"}},
		{"AddrEmpty", []string{"-addr", ""}, nil, []string{"-addr", "localhost:8888"}},
		{"AddrPort", []string{"-addr=8888"}, nil, []string{"-addr", "localhost:8888"}},
		{"AddrNoPort", []string{"-addr=localhost"}, nil, []string{"-addr", "localhost:8888"}},
		{"AddrEmptyPort", []string{"-addr=localhost:"}, nil, []string{"-addr", "localhost:8888"}},
		{"AddrBadPort", []string{"-addr=:88888"}, nil, []string{"-addr", ":88888"}},
		{"AddrSpace", nil, env{"NNVISU_ADDR": " "}, []string{"NNVISU_ADDR", "localhost:8888"}},
		{"BasePath", []string{"-base-path=//evil.example"}, nil, []string{"-base-path", "/nnvisu"}},
		{"BasePathEnv", nil, env{"NNVISU_BASE_PATH": "/a/../b"}, []string{"NNVISU_BASE_PATH", "/nnvisu"}},
		{"MetricsAddr", []string{"-metrics-addr=9090"}, nil, []string{"-metrics-addr", "host:port"}},
		{"FrameAncestorWithPath", []string{"-frame-ancestors=https://a.example/x"}, nil, []string{"-frame-ancestors", "https://a.example/x", "scheme://host"}},
		{"FrameAncestorOfAll", []string{"-frame-ancestors=*"}, nil, []string{"-frame-ancestors", "scheme://host"}},
		{"OriginEmpty", []string{"-allow-origin=https://a.example,,"}, nil, []string{"-allow-origin", "scheme://host"}},
		{"HostWithPort", []string{"-allowed-hosts=lab.example:80"}, nil, []string{"-allowed-hosts", "lab.example:80", "port"}},
		{"HostURL", nil, env{"NNVISU_ALLOWED_HOSTS": "a, http://b"}, []string{"NNVISU_ALLOWED_HOSTS", "http://b"}},
		{"HostEmpty", []string{"-allowed-hosts=a,,b"}, nil, []string{"-allowed-hosts"}},
		{"UnknownFlag", []string{"-max-pints=1"}, nil, []string{"-max-pints"}},
		{"Argument", []string{"-max-points=1", "serve"}, nil, []string{`"serve"`}},
		{"NegativeDelay", []string{"-drain-delay=-1s"}, nil, []string{"-drain-delay", "-1s"}},
		{"Negative", []string{"-shutdown-timeout=-1s"}, nil, []string{"-shutdown-timeout", "-1s"}},
	}
	stopped, stop := context.WithCancel(t.Context())
	stop() // should a mistake pass, run must not go on serving
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := run(stopped, test.args, test.env.lookup, io.Discard, io.Discard)
			var usage usageError
			if !errors.As(err, &usage) {
				t.Fatalf("run(%q, %v) = %v; want a usage error", test.args, test.env, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("run(%q, %v) = %q; want it to contain %q", test.args, test.env, err,
						want)
				}
			}
		})
	}
}

func TestRunVersion(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-version"}, env{}.lookup, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	if got, want := stdout.String(), "nnvisu "+buildVersion()+"\n"; got != want {
		t.Errorf("-version prints %q; want %q", got, want)
	}
}

func TestURL(t *testing.T) {
	bound := &net.TCPAddr{IP: net.IPv4zero, Port: 8888}
	tests := []struct{ addr, basePath, want string }{
		{"localhost:8888", "", "http://localhost:8888/"},
		{":8888", "/nnvisu", "http://localhost:8888/nnvisu/"},
		{"0.0.0.0:8888", "/nnvisu/", "http://localhost:8888/nnvisu/"},
		{"[::]:0", "", "http://localhost:8888/"},
		{"[::1]:8888", "", "http://[::1]:8888/"},
		{"example.org:http-alt", "", "http://example.org:8888/"},
	}
	for _, test := range tests {
		if got := url(test.addr, bound, test.basePath); got != test.want {
			t.Errorf("url(%q, %v, %q) = %q; want %q", test.addr, bound, test.basePath, got,
				test.want)
		}
	}
}

// TestListenLocalhost asks for the name and for each address it stands for.
func TestListenLocalhost(t *testing.T) {
	listeners, err := listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, ip := range []string{"127.0.0.1", "::1"} {
		if available(ip) {
			want++
		}
	}
	if len(listeners) != want {
		t.Errorf("listen(localhost) opened %d addresses; want %d", len(listeners), want)
	}
	for _, l := range listeners {
		defer l.Close()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			continue
		}
		conn.Close()
	}
	_, port, _ := net.SplitHostPort(listeners[0].Addr().String())
	conn, err := net.Dial("tcp", "localhost:"+port)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()

	if again, err := listen("localhost:" + port); err == nil {
		for _, l := range again {
			l.Close()
		}
		t.Errorf("listen(a port in use) = %v; want an error", again)
	}
}

func (stub) ConnState(net.Conn, http.ConnState) {}

type stub struct {
	http.HandlerFunc
	drain func()
}

func (s stub) Drain()                     { s.drain() }
func (s stub) Wait(context.Context) error { return nil }
func (s stub) Open() handlers.Open        { return handlers.Open{Streams: 2} }

// served runs serve with a handler that says when it was entered and then does what act does.
func served(t *testing.T, delay, timeout time.Duration, drain func(), act http.HandlerFunc) (url string, entered chan struct{}, stop func(), done chan error) {
	return servedLogged(t, delay, timeout, drain, act, slog.New(slog.DiscardHandler))
}

// servedLogged is served with a log.
func servedLogged(t *testing.T, delay, timeout time.Duration, drain func(), act http.HandlerFunc, log *slog.Logger) (url string, entered chan struct{}, stop func(), done chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	entered, done = make(chan struct{}), make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(entered) })
		act(w, r)
	})
	go func() {
		done <- serve(ctx, stub{h, drain}, []net.Listener{l}, delay, timeout, log)
	}()
	return "http://" + l.Addr().String(), entered, cancel, done
}

func TestServeDrains(t *testing.T) {
	draining := make(chan struct{})
	url, entered, stop, done := served(t, 0, time.Minute, func() { close(draining) }, func(w http.ResponseWriter, r *http.Request) {
		<-draining // a stream: ends when told to
		io.WriteString(w, "shutdown")
	})
	go func() { <-entered; stop() }()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); string(body) != "shutdown" || err != nil {
		t.Errorf("body = %q, %v; want the end of the stream", body, err)
	}
	if err := <-done; err != nil {
		t.Errorf("serve = %v; want nil", err)
	}
}

func TestServeCutsAfterTimeout(t *testing.T) {
	var log bytes.Buffer
	url, entered, stop, done := servedLogged(t, 0, time.Millisecond, func() {}, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // deaf to draining
	}, slog.New(slog.NewTextHandler(&log, nil)))
	go func() { <-entered; stop() }()
	if response, err := http.Get(url); err == nil {
		response.Body.Close()
		t.Errorf("the request was answered with %s; want it cut", response.Status)
	}
	if err := <-done; err != nil {
		t.Errorf("serve = %v; want nil", err)
	}
	if !strings.Contains(log.String(), "level=WARN msg=stopped") || !strings.Contains(log.String(), "cut.streams=2") {
		t.Errorf("the log is %s; want a warning of what was cut", log.String())
	}
}

func TestServeListensWhileDraining(t *testing.T) {
	draining := make(chan struct{})
	url, _, stop, done := served(t, time.Second, time.Minute, func() { close(draining) }, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable) // as /readyz does now
	})
	stop()
	<-draining
	response, err := http.Get(url)
	if err != nil {
		t.Fatalf("a request while draining: %v; want an answer", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status = %d; want 503", response.StatusCode)
	}
	if err := <-done; err != nil {
		t.Errorf("serve = %v; want nil", err)
	}
}

// TestParseMemory: what is not given fits into any memory, and the cache leaves most of it to requests.
func TestParseMemory(t *testing.T) {
	for memory, want := range map[string]int64{"72MiB": 512 << 10, "128MiB": 4 << 20, "1GiB": 60 << 20, "4GiB": 64 << 20} {
		s, err := parse([]string{"-max-memory", memory}, env{}.lookup, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		s.handlers.Logger = slog.New(slog.DiscardHandler)
		if _, err := handlers.New(s.handlers); err != nil || s.handlers.Cache != want {
			t.Errorf("a memory of %s has a cache of %d bytes, %v; want %d", memory, s.handlers.Cache, err, want)
		}
	}
	if _, err := parse([]string{"-max-memory", "72MiB", "-cache", "1GiB"}, env{}.lookup, io.Discard); err == nil || !strings.Contains(err.Error(), "and its cache") {
		t.Errorf("a cache larger than the memory gives %v; want an error that says so", err)
	}
	if _, err := parse([]string{"-cache", "-1"}, env{}.lookup, io.Discard); err == nil || !strings.Contains(err.Error(), "-cache: must not be negative") {
		t.Errorf("a negative cache gives %v; want an error that says so", err)
	}
}

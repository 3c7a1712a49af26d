// Command nnvisu serves the neural-network playground. It keeps nothing between requests. Flags or
// environment variables configure it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/public"
)

func main() {
	// A log whose reader has gone, or a terminal that is closed, is no reason to stop serving.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal restores the default handling, so that a second one ends the process at
	// once.
	context.AfterFunc(ctx, stop)

	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		fmt.Fprintf(os.Stderr, "nnvisu: %v\nRun nnvisu -help for the flags.\n", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "nnvisu: %v\n", err)
		os.Exit(1)
	}
}

// usageError is a mistake in the flags or the environment.
type usageError struct{ error }

// run is main without the process: it serves until ctx is done. Logs go to stderr, the output of
// -help and -version to stdout.
func run(
	ctx context.Context, args []string, lookupEnv func(string) (string, bool),
	stdout, stderr io.Writer,
) error {
	s, err := parse(args, lookupEnv, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return usageError{err}
	case s.showVersion:
		_, err := fmt.Fprintln(stdout, "nnvisu", s.handlers.Version)
		return err
	case s.showManual:
		return writeManual(stdout, s.flags, s.handlers.Version)
	case s.check:
		return check(s, stdout)
	}

	limitMemory(s.handlers.MaxMemory)
	log := newLogger(stderr, s.logLevel, s.logFormat)
	s.handlers.Logger = log
	if err := kernel.Use(s.kernel); err != nil {
		return err
	}
	if _, chosen := lookupEnv("GOGC"); !chosen {
		tuneCollector()
	}
	listeners, err := listen(s.addr)
	if err != nil {
		return err
	}
	if s.handlers.AllowedHosts == nil && isLoopback(listeners) {
		s.handlers.AllowedHosts = []string{} // the machine's own names
	}
	if err := public.Check(); err != nil {
		log.Warn("the page has no script and trains in steps; programs lack nothing", "error", err)
	}
	app, err := handlers.New(s.handlers)
	if err != nil {
		return err
	}
	closePrivate, err := servePrivate(s.metricsAddr, s.pprofAddr, app.MetricsHandler(), log)
	if err != nil {
		return err
	}
	defer closePrivate()
	if len(s.changed) > 0 {
		log.Info("flags that differ from their defaults", s.changed...)
	}
	log.Info("serving", "url", url(s.addr, listeners[0].Addr(), s.handlers.BasePath), "version",
		s.handlers.Version, "kernel", kernel.Name())
	return serve(ctx, app, listeners, s.drainDelay, s.shutdownTimeout, log)
}

// An application answers requests until it is drained. Wait waits for the connections that
// http.Server does not know of: WebSockets, which were taken over.
type application interface {
	http.Handler
	Drain()
	Wait(context.Context) error
	// Open returns how much is being answered.
	Open() handlers.Open
	// ConnState is told of connections, for [http.Server].
	ConnState(net.Conn, http.ConnState)
}

// serve answers requests on every listener until ctx is done. Then it drains: streams end
// themselves. It answers short requests for delay longer, until every load balancer has seen
// /readyz fail. Connections that are still open after timeout are cut.
func serve(
	ctx context.Context, app application, listeners []net.Listener, delay, timeout time.Duration,
	log *slog.Logger,
) error {
	srv := &http.Server{
		Handler:           app,
		ConnContext:       stream.ConnContext,
		ConnState:         app.ConnState,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		// No WriteTimeout and no ReadTimeout: either would cut a stream. The handlers set deadlines
		// for each body and event.
	}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- srv.Serve(l) }()
	}
	select {
	case err := <-failed:
		return errors.Join(err, srv.Close())
	case <-ctx.Done():
	}

	began := time.Now()
	log.Info("shutting down", "delay", delay, "timeout", timeout, "open", app.Open())
	app.Drain()
	time.Sleep(delay)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	err := errors.Join(srv.Shutdown(ctx), app.Wait(ctx))
	var cut handlers.Open
	if errors.Is(err, context.DeadlineExceeded) {
		cut = app.Open()
		err = srv.Close()
	}
	level := slog.LevelInfo
	if cut != (handlers.Open{}) {
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "stopped", "took", time.Since(began), "cut", cut)
	return err
}

// listen opens addr. The name localhost stands for two addresses, and browsers differ in which they
// try first, so it is opened on both.
func listen(addr string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "localhost" {
		l, err := net.Listen("tcp", addr)
		return []net.Listener{l}, err
	}
	var listeners []net.Listener
	for _, ip := range []string{"127.0.0.1", "::1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, port))
		if err != nil {
			if !available(ip) {
				continue
			}
			for _, l := range listeners {
				l.Close() // the error to report is the one above
			}
			return nil, err
		}
		listeners = append(listeners, l)
		_, port, _ = net.SplitHostPort(l.Addr().String()) // port 0: the same for both
	}
	if len(listeners) == 0 {
		return nil, errors.New("listen: this machine has neither 127.0.0.1 nor ::1")
	}
	return listeners, nil
}

// available reports whether this machine has the address at all: many containers have no IPv6.
func available(ip string) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// url returns the address for a browser: the host of addr with the port of bound.
func url(addr string, bound net.Addr, basePath string) string {
	host, _, _ := net.SplitHostPort(addr) // addr could be listened on, so it splits
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(bound.String())
	return "http://" + net.JoinHostPort(host, port) + strings.TrimSuffix(basePath, "/") + "/"
}

// newLogger writes to w; level and format have passed their flags.
func newLogger(w io.Writer, level, format string) *slog.Logger {
	var least slog.Level
	_ = least.UnmarshalText([]byte(level)) // knows the four words -log-level takes
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: durationsAsText}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// durationsAsText makes a log of JSON say 1.5s, where it would say 1500000000.
func durationsAsText(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

package main

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
)

// servePrivate serves the metrics and the profiles on listeners of their own, which are for the
// operator and not for users. Without an address one is not served. close ends it.
func servePrivate(
	metricsAddr, pprofAddr string, metrics http.Handler, log *slog.Logger,
) (close func(), err error) {
	routes := map[string]*http.ServeMux{} // one address may serve both
	handle := func(addr, pattern string, h http.Handler) {
		if addr == "" {
			return
		}
		if routes[addr] == nil {
			routes[addr] = http.NewServeMux()
		}
		routes[addr].Handle(pattern, h)
	}
	handle(metricsAddr, "/metrics", metrics)
	handle(pprofAddr, "/debug/pprof/", http.HandlerFunc(pprof.Index))
	handle(pprofAddr, "/debug/pprof/cmdline", http.HandlerFunc(pprof.Cmdline))
	handle(pprofAddr, "/debug/pprof/profile", http.HandlerFunc(pprof.Profile))
	handle(pprofAddr, "/debug/pprof/symbol", http.HandlerFunc(pprof.Symbol))
	handle(pprofAddr, "/debug/pprof/trace", http.HandlerFunc(pprof.Trace))

	var servers []*http.Server
	close = func() {
		for _, srv := range servers {
			srv.Close() // nobody is there to hear of an error
		}
	}
	for addr, mux := range routes {
		listeners, err := listen(addr)
		if err != nil {
			close()
			return nil, err
		}
		srv := &http.Server{
			Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		}
		if isLoopback(listeners) {
			srv.Handler = handlers.OnlyLocal(mux)
		} else if addr == pprofAddr {
			log.Warn("profiles can be had by everybody who reaches this address", "addr", addr)
		}
		servers = append(servers, srv)
		for _, l := range listeners {
			log.Info("serving for the operator", "addr", l.Addr().String(), "metrics", addr == metricsAddr, "pprof", addr == pprofAddr)
			go func() {
				if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
					log.Error("the private listener ended", "addr", addr, "error", err)
				}
			}()
		}
	}
	return close, nil
}

// isLoopback reports whether only this machine can reach the listeners.
func isLoopback(listeners []net.Listener) bool {
	for _, l := range listeners {
		if addr, ok := l.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
			return false
		}
	}
	return true
}

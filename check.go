package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/nnvisu/nnvisu/nn/kernel"
	"github.com/nnvisu/nnvisu/public"
)

// windowsInUse is what Windows says of an address that another program has.
const windowsInUse = syscall.Errno(10048)

// check tells w what a server with the settings would serve. It opens the addresses and closes them
// at once. One that another program has is no mistake: that may be the server which this one is to
// follow. One that this machine cannot listen on is.
func check(s settings, w io.Writer) error {
	if err := kernel.Use(s.kernel); err != nil {
		return usageError{err}
	}
	var errs []error
	var bound net.Addr
	var local bool
	free := map[string]string{}
	for _, a := range []struct{ flag, addr string }{{"addr", s.addr}, {"metrics-addr", s.metricsAddr}, {"pprof-addr", s.pprofAddr}} {
		if a.addr == "" || a.flag == "pprof-addr" && a.addr == s.metricsAddr { // one may serve both
			continue
		}
		listeners, err := listen(a.addr)
		switch {
		case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, windowsInUse):
			free[a.flag] = "in use now, by this server or another program"
		case err != nil:
			errs = append(errs, fmt.Errorf("-%s %s: %w", a.flag, a.addr, err))
		default:
			free[a.flag] = "free"
			if a.flag == "addr" {
				bound, local = listeners[0].Addr(), isLoopback(listeners)
			}
		}
		for _, l := range listeners {
			if l != nil {
				defer l.Close() // another flag may have the same address
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}

	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", what, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(table, "nnvisu %s would serve this.\n\n", s.handlers.Version)
	if bound == nil { // in use, so it can be resolved
		tcp, err := net.ResolveTCPAddr("tcp", s.addr)
		if err != nil {
			return err
		}
		bound, local = tcp, tcp.IP.IsLoopback()
	}
	row("address", "%s, %s", url(s.addr, bound, s.handlers.BasePath), free["addr"])
	if s.metricsAddr != "" {
		row("metrics", "%s, %s", s.metricsAddr, free["metrics-addr"])
	}
	if s.pprofAddr != "" {
		row("profiles", "%s, %s", s.pprofAddr, cmp.Or(free["pprof-addr"], "with the metrics"))
	}
	names := cmp.Or(strings.Join(s.handlers.AllowedHosts, ", "), "all")
	if s.handlers.AllowedHosts == nil && local {
		names = "localhost and loopback addresses only"
	}
	row("may be called", "%s", names)
	if err := public.Check(); err != nil {
		row("page", "without script: %v", err)
	} else {
		row("page", "release %s", s.handlers.Release)
	}
	row("CPUs", "%d, with the kernel %s", runtime.GOMAXPROCS(0), kernel.Name())
	row("memory", "%d MiB, bodies of up to %d KiB", s.handlers.MaxMemory>>20, s.handlers.MaxBody>>10)

	fmt.Fprintf(table, "\nflag\tvalue\tset by\n")
	s.flags.VisitAll(func(f *flag.Flag) {
		if !acts(f) {
			fmt.Fprintf(table, "-%s\t%s\t%s\n", f.Name, cmp.Or(f.Value.String(), "–"), cmp.Or(s.sources[f.Name], "default"))
		}
	})
	return table.Flush()
}

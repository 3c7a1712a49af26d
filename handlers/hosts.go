package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
)

// AnyHost among Config.AllowedHosts allows every name.
const AnyHost = "*"

// allowedHost refuses a request that calls the server by a name that is not its own. A page of
// another site can make its name stand for 127.0.0.1 (DNS rebinding). A browser then takes a server
// on the user's machine for a part of that site, and only the Host header tells. Probes are
// answered by any name: a balancer often uses the address of the replica.
func (s *Server) allowedHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		host := c.Request().Host
		if allowsHost(s.config.AllowedHosts, host) || isHealth(c) {
			return next(c)
		}
		name := wire.Clip(hostName(host))
		err := wire.Errorf(wire.CodeForbidden, "", "this server does not answer to the name %q; whoever runs it can allow the name, "+
			"as that of a proxy before it, with the flag -allowed-hosts", name)
		return withStatus{err, http.StatusMisdirectedRequest}
	}
}

// OnlyLocal answers requests that call this machine by localhost or a loopback address, and refuses
// others. It is for listeners that show the inside of the server.
func OnlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowsHost([]string{}, r.Host) {
			http.Error(w, "this listener answers to localhost only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowsHost reports whether the value of a Host header is one of the names, or names this machine.
// With names that are nil every value is. Without a value it is no browser that asks.
func allowsHost(names []string, host string) bool {
	if names == nil || host == "" || slices.Contains(names, AnyHost) {
		return true
	}
	name := hostName(host)
	if addr, err := netip.ParseAddr(name); err == nil && addr.IsLoopback() || strings.EqualFold(name, "localhost") {
		return true
	}
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// hostName returns a Host header without the port, the brackets of an address and the dot of a root.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.TrimSuffix(host, ".")
}

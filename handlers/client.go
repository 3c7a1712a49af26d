package handlers

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/fair"
)

// tabHeader is the request header with the token of a tab. Where a page cannot set headers, the
// query parameter tabParameter has it.
const (
	tabHeader    = "Nnvisu-Tab"
	tabParameter = "tab"
)

// longestTab is how many bytes of a tab's token count.
const longestTab = 32

// clientOf returns the client that a request comes from. Neither its address nor the token of its
// tab is kept longer than the request.
func (s *Server) clientOf(r *http.Request) fair.Client {
	tab := r.Header.Get(tabHeader)
	if tab == "" && r.URL.RawQuery != "" && r.Header.Get("Upgrade") != "" {
		tab = r.URL.Query().Get(tabParameter)
	}
	return fair.Client{Addr: network(s.addressOf(r)), Tab: strings.Clone(tab[:min(len(tab), longestTab)])}
}

// addressOf returns the address of a client. If a trusted proxy passes the request on, that is the
// last address in X-Forwarded-For that is not a trusted proxy's itself: a client can write there
// what it likes, but only in front of it. The address is invalid if the request has none, as in a
// test or over a Unix socket.
func (s *Server) addressOf(r *http.Request) netip.Addr {
	addr := peerOf(r)
	if !s.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return addr // the proxy before did not say more
		}
		addr = next.Unmap().WithZone("")
		if !s.trusts(addr) {
			return addr
		}
	}
	return addr
}

// isTrusted reports whether a request comes from a trusted proxy, whose headers are believed.
func (s *Server) isTrusted(r *http.Request) bool { return s.trusts(peerOf(r)) }

// trusts reports whether an address is that of a trusted proxy.
func (s *Server) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(s.config.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// peerOf returns the address at the other end of the connection.
func peerOf(r *http.Request) netip.Addr { return addressIn(r.RemoteAddr) }

// addressIn returns the address of the end of a connection, as net writes it. Without one, as in a
// test or over a Unix socket, it is invalid.
func addressIn(end string) netip.Addr {
	peer, err := netip.ParseAddrPort(end)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap().WithZone("")
}

// network returns what counts as one address: one of IPv4, or the 64 bits of IPv6 that one line has.
func network(addr netip.Addr) netip.Prefix {
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // of an invalid address: the invalid prefix, which is a client, too
	return p
}

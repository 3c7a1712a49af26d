package memnet

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A Network connects hosts by name.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener
	links     map[*link]bool
	frozen    map[string]time.Time // until when a host hangs
}

// New returns a network without hosts.
func New() *Network {
	return &Network{
		listeners: map[string]*listener{},
		links:     map[*link]bool{},
		frozen:    map[string]time.Time{},
	}
}

// backlog is how many connections a host holds that it has not accepted.
const backlog = 128

// Listen makes a host reachable until the listener is closed.
func (n *Network) Listen(host string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[host] != nil {
		return nil, &net.OpError{Op: "listen", Net: "memory", Addr: Addr(host), Err: syscall.EADDRINUSE}
	}
	l := &listener{network: n, host: host, calls: make(chan *Conn, backlog), closed: make(chan struct{})}
	n.listeners[host] = l
	return l, nil
}

// Dial connects two hosts by a line. It fails at once where nobody listens. A host that hangs takes
// connections, as its kernel does.
func (n *Network) Dial(ctx context.Context, from, to string, line Line) (net.Conn, error) {
	select {
	case <-time.After(line.Latency):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.listeners[to]
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "memory", Addr: Addr(to), Err: syscall.ECONNREFUSED}
	}
	link, caller, called := newLink(from, to, line, n.forget)
	link.freeze(later(n.frozen[from], n.frozen[to]))
	select {
	case l.calls <- called:
	default:
		return nil, &net.OpError{Op: "dial", Net: "memory", Addr: Addr(to), Err: syscall.ECONNREFUSED}
	}
	n.links[link] = true
	return caller, nil
}

func (n *Network) forget(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.links, l)
}

// linksOf returns the connections of a host.
func (n *Network) linksOf(host string) []*link {
	n.mu.Lock()
	defer n.mu.Unlock()
	var links []*link
	for l := range n.links {
		if l.from == host || l.to == host {
			links = append(links, l)
		}
	}
	return links
}

// Cut resets all connections of a host.
func (n *Network) Cut(host string) {
	for _, l := range n.linksOf(host) {
		l.reset(syscall.ECONNRESET)
	}
}

// Heal makes all lines perfect that are not broken. No host hangs any more.
func (n *Network) Heal() {
	n.mu.Lock()
	clear(n.frozen)
	links := slices.Collect(maps.Keys(n.links))
	n.mu.Unlock()
	for _, l := range links {
		l.heal()
	}
}

// Freeze makes a host hang: its connections, new ones too, carry nothing until a time.
func (n *Network) Freeze(host string, until time.Time) {
	n.mu.Lock()
	n.frozen[host] = until
	n.mu.Unlock()
	for _, l := range n.linksOf(host) {
		l.freeze(until)
	}
}

// Open returns how many connections there are: those that at least one end has not closed.
func (n *Network) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.links)
}

// A listener accepts the connections to a host.
type listener struct {
	network *Network
	host    string
	calls   chan *Conn
	closed  chan struct{}
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.calls:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close makes the host unreachable. Connections that were not accepted are reset.
func (l *listener) Close() error {
	l.network.mu.Lock()
	if l.network.listeners[l.host] != l {
		l.network.mu.Unlock()
		return net.ErrClosed
	}
	delete(l.network.listeners, l.host)
	close(l.closed)
	l.network.mu.Unlock()
	for {
		select {
		case c := <-l.calls:
			c.link.reset(syscall.ECONNRESET)
		default:
			return nil
		}
	}
}

// Addr returns the name of the host.
func (l *listener) Addr() net.Addr { return Addr(l.host) }

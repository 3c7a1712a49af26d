package sim

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"sync/atomic"
)

// proxyHost is where all clients connect to.
const proxyHost = "10.0.1.1:80"

// A proxy hands each request to the next replica in turn. It asks another one only where nobody
// listens: any other failure is the client's to mend.
//
// A goroutine that waits for a mutex is not durably blocked, so whoever holds one while it waits for
// a line stops the time of the bubble. Two habits come from that. The proxy reads a whole request
// before it hands it on, because net/http holds a mutex while it reads a body. And it is not
// httputil.ReverseProxy, which holds one while it writes.
type proxy struct {
	world     *world
	web       *http.Server
	turn      atomic.Uint32
	transport *http.Transport
}

func newProxy(w *world) *proxy {
	p := &proxy{world: w}
	p.transport = &http.Transport{
		DialContext:        p.dial,
		DisableKeepAlives:  true, // each request has a line of its own
		DisableCompression: true,
	}
	return p
}

// start serves with new connections.
func (p *proxy) start() { p.web = p.world.serve(proxyHost, p, nil) }

// kill stops without a word, for all clients at once.
func (p *proxy) kill() {
	p.world.journal.note("proxy", "is killed")
	p.web.Close()
	p.world.network.Cut(proxyHost)
}

// ServeHTTP hands a request on, and its answer back.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out := r.Clone(context.WithValue(r.Context(), clientKey{}, r.RemoteAddr))
	out.Body = io.NopCloser(bytes.NewReader(body))
	out.URL.Scheme, out.URL.Host = "http", "replica"
	host, _, _ := net.SplitHostPort(r.RemoteAddr) // all hosts have a port
	out.Header.Set("X-Forwarded-For", host)
	answer, err := p.transport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusSwitchingProtocols {
		tunnel(w, answer)
		return
	}
	answer.Header.Del("Connection") // is about the line to the replica
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(flusher{w, http.NewResponseController(w)}, answer.Body); err != nil {
		panic(http.ErrAbortHandler) // the client must see that the answer is not whole
	}
}

// A flusher holds nothing back.
type flusher struct {
	w       io.Writer
	control *http.ResponseController
}

func (f flusher) Write(b []byte) (int, error) {
	n, err := f.w.Write(b)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}

// tunnel carries what a socket says, both ways, until one side ends.
func tunnel(w http.ResponseWriter, answer *http.Response) {
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // our own server can
	}
	defer client.Close()
	replica := answer.Body.(io.ReadWriteCloser)
	answer.Body = nil
	if answer.Write(client) != nil {
		return
	}
	go func() {
		io.Copy(replica, buffered)
		replica.Close()
	}()
	io.Copy(client, replica)
}

// clientKey is the key of the client's name in the context of a request to a replica. Its lines are
// drawn for each client by itself, so that what happens to one does not depend on the others.
type clientKey struct{}

// dial connects to the next replica that listens.
func (p *proxy) dial(ctx context.Context, _, _ string) (conn net.Conn, err error) {
	client, _ := ctx.Value(clientKey{}).(string)
	for range p.world.replicas {
		turn := int(p.turn.Add(1)) % len(p.world.replicas)
		to := p.world.replicas[turn].host
		conn, err = p.world.network.Dial(ctx, proxyHost, to, p.world.drawLine("proxy for "+client))
		if err == nil {
			return conn, nil
		}
	}
	return nil, err
}

package fleet

import (
	"net"
	"sync"
	"time"
)

// A Line is a TCP proxy to one address that can break as a network does.
type Line struct {
	Addr string

	target   string
	listener net.Listener

	mu      sync.Mutex
	changed *sync.Cond
	pairs   map[*pair]bool
	quality Quality
	closed  bool
}

// A Quality is how a line carries bytes. The zero value carries them at once.
type Quality struct {
	Down    bool          // new connections are refused, and open ones cut
	Stalled bool          // nothing goes through, until that is over
	Delay   time.Duration // on each way
	Rate    int           // bytes in a second on each way; 0 is any number
	Chunk   int           // most bytes in one write; 0 is any number
}

// A pair is the two connections of a client through the line.
type pair struct {
	client, server net.Conn
	swallows       bool
}

// NewLine listens for connections to an address.
func NewLine(target string) (*Line, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	line := &Line{Addr: l.Addr().String(), target: target, listener: l, pairs: map[*pair]bool{}}
	line.changed = sync.NewCond(&line.mu)
	go line.accept()
	return line, nil
}

// URL returns the address with its scheme.
func (l *Line) URL() string { return "http://" + l.Addr }

// Set changes how the line carries bytes, those of open connections, too.
func (l *Line) Set(q Quality) {
	l.mu.Lock()
	l.quality = q
	l.changed.Broadcast()
	l.mu.Unlock()
	if q.Down {
		l.Cut()
	}
}

// Cut resets all open connections, and returns how many.
func (l *Line) Cut() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.pairs {
		p.cut()
	}
	return len(l.pairs)
}

// Swallow makes the open connections lose everything in silence, as after the loss of a host or of
// an entry in a table of addresses. New connections work.
func (l *Line) Swallow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.pairs {
		p.swallows = true
	}
}

// Close ends the line and its connections.
func (l *Line) Close() {
	l.mu.Lock()
	l.closed = true
	l.changed.Broadcast()
	l.mu.Unlock()
	l.listener.Close()
	l.Cut()
}

// cut resets both connections: what was not read yet is lost.
func (p *pair) cut() {
	for _, c := range []net.Conn{p.client, p.server} {
		_ = c.(*net.TCPConn).SetLinger(0) // it may be closed already
		c.Close()
	}
}

func (l *Line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.connect(client)
	}
}

func (l *Line) connect(client net.Conn) {
	server, err := net.Dial("tcp", l.target)
	if err != nil {
		client.Close()
		return
	}
	p := &pair{client: client, server: server}
	for _, c := range []net.Conn{client, server} {
		// The line holds little, so that a slow one is felt by who sends.
		_ = c.(*net.TCPConn).SetReadBuffer(16 << 10)
		_ = c.(*net.TCPConn).SetWriteBuffer(16 << 10)
	}
	l.mu.Lock()
	refused := l.closed || l.quality.Down
	if !refused {
		l.pairs[p] = true
	}
	l.mu.Unlock()
	if refused {
		p.cut()
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.carry(p, server, client) })
	both.Go(func() { l.carry(p, client, server) })
	both.Wait()
	l.mu.Lock()
	delete(l.pairs, p)
	l.mu.Unlock()
	client.Close()
	server.Close()
}

// A parcel is bytes under way, and when they arrive.
type parcel struct {
	bytes []byte
	due   time.Time
}

// carry copies one way until the end of from, which it passes on.
func (l *Line) carry(p *pair, to, from net.Conn) {
	under := make(chan parcel, 64)
	go func() {
		defer close(under)
		for {
			b := make([]byte, 4<<10)
			n, err := from.Read(b)
			if err != nil {
				return
			}
			q, _ := l.state(p)
			under <- parcel{b[:n], time.Now().Add(q.Delay)}
		}
	}()
	for b := range under {
		time.Sleep(time.Until(b.due))
		for len(b.bytes) > 0 {
			q, swallows := l.passing(p)
			if swallows {
				break
			}
			n := len(b.bytes)
			if q.Chunk > 0 {
				n = min(n, q.Chunk)
			}
			if q.Rate > 0 {
				time.Sleep(time.Duration(n) * time.Second / time.Duration(q.Rate))
			}
			if _, err := to.Write(b.bytes[:n]); err != nil {
				p.cut() // ends the reader
				break
			}
			b.bytes = b.bytes[n:]
		}
	}
	if _, swallows := l.state(p); !swallows {
		_ = to.(*net.TCPConn).CloseWrite() // it may be closed already
	}
}

func (l *Line) state(p *pair) (q Quality, swallows bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.quality, p.swallows
}

// passing is state, and first waits for the end of a stall.
func (l *Line) passing(p *pair) (q Quality, swallows bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.quality.Stalled && !l.closed && !p.swallows {
		l.changed.Wait()
	}
	return l.quality, p.swallows
}

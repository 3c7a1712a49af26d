package fair

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
)

// ErrFull is the error of a [Pool] that has no room for a client.
var ErrFull = errors.New("fair: no room")

// A Pool shares a number of units, such as places or bytes, among clients. Nobody waits for it. As
// long as there is room, everybody gets what they ask for. When there is none, a client that has
// less than another gets it nevertheless: the youngest hold of the client that has most is evicted.
type Pool struct {
	// Refuse is for tests: if it returns true, a client that asks for more gets [ErrFull].
	Refuse func() bool

	mu        sync.Mutex
	capacity  int64
	used      int64 // by holds that were not evicted
	leaving   int64 // by holds that were evicted, and are not released yet
	addresses map[netip.Prefix]*address
}

// An address is what the tabs of an address have together.
type address struct {
	used int64
	tabs map[string]*tab
}

// A tab is what one tab of an address has: its holds, the oldest first.
type tab struct {
	used  int64
	holds []*Hold
}

// A Hold is what a client has of a pool.
type Hold struct {
	pool    *Pool
	client  Client
	evict   func()
	size    int64
	evicted bool
	over    bool
}

// NewPool returns a pool of a number of units.
func NewPool(capacity int64) *Pool {
	return &Pool{capacity: capacity, addresses: map[netip.Prefix]*address{}}
}

// Acquire takes units for a client, or returns [ErrFull]. If the hold is evicted, evict is called
// once. It must not block, and must make the holder call Release soon.
func (p *Pool) Acquire(c Client, size int64, evict func()) (*Hold, error) {
	h := &Hold{pool: p, client: c, evict: evict}
	p.mu.Lock()
	p.insert(h)
	victims, err := p.resize(h, size)
	if err != nil {
		p.remove(h)
	}
	p.mu.Unlock()
	expel(victims)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Resize changes how many units the hold has. If there are not enough of them, it keeps what it has
// and the error is [ErrFull], as it is if the hold was evicted.
func (h *Hold) Resize(size int64) error {
	h.pool.mu.Lock()
	victims, err := h.pool.resize(h, size)
	h.pool.mu.Unlock()
	expel(victims)
	return err
}

// expel tells the holders of evicted holds.
func expel(victims []*Hold) {
	for _, v := range victims {
		v.evict()
	}
}

// Release gives everything back. It may be called more than once.
func (h *Hold) Release() {
	p := h.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case h.over:
	case h.evicted:
		p.leaving -= h.size
	default:
		p.account(h, -h.size)
		p.remove(h)
	}
	h.over = true
}

// resize changes the size of a hold, and returns the holds that were evicted for it.
func (p *Pool) resize(h *Hold, size int64) (victims []*Hold, err error) {
	if h.evicted || h.over {
		return nil, ErrFull
	}
	more := size - h.size
	if more > 0 && p.Refuse != nil && p.Refuse() {
		return nil, ErrFull
	}
	for more > 0 && p.used+more > p.capacity {
		v := p.victim(h.client, more)
		if v == nil {
			return victims, ErrFull
		}
		// Victims still have what they had for a moment. If they were many, the capacity would be no
		// bound. While they leave, who has less than others gets what is left of a quarter more.
		if p.leaving > 0 && p.leaving+v.size > p.capacity/4 {
			if p.used+p.leaving+more > p.capacity+p.capacity/4 {
				return victims, ErrFull
			}
			break
		}
		p.account(v, -v.size)
		p.remove(v)
		v.evicted = true
		p.leaving += v.size
		victims = append(victims, v)
	}
	p.account(h, more)
	h.size = size
	return victims, nil
}

// victim returns the hold that gives way to a client that needs more, or nil if none has to.
func (p *Pool) victim(c Client, more int64) *Hold {
	own := p.addresses[c.Addr]
	var largest *address
	for _, a := range p.addresses {
		if largest == nil || a.share(0) > largest.share(0) {
			largest = a
		}
	}
	if largest != own && largest.share(0) > own.share(more) {
		return largest.largest().youngest()
	}
	if t, mine := own.largest(), own.tabs[c.Tab]; t != mine && t.used > mine.used+more {
		return t.youngest()
	}
	return nil
}

// share returns how much an address has for each client that it counts as, or would have with more.
func (a *address) share(more int64) float64 {
	return float64(a.used+more) / float64(weight(len(a.tabs)))
}

// largest returns the tab that has most.
func (a *address) largest() (most *tab) {
	for _, t := range a.tabs {
		if most == nil || t.used > most.used {
			most = t
		}
	}
	return most
}

// youngest returns the youngest hold that has anything.
func (t *tab) youngest() *Hold {
	for _, h := range slices.Backward(t.holds) {
		if h.size > 0 {
			return h
		}
	}
	return nil
}

// insert makes a hold known, which has nothing yet.
func (p *Pool) insert(h *Hold) {
	a := p.addresses[h.client.Addr]
	if a == nil {
		a = &address{tabs: map[string]*tab{}}
		p.addresses[h.client.Addr] = a
	}
	t := a.tabs[h.client.Tab]
	if t == nil {
		t = &tab{}
		a.tabs[h.client.Tab] = t
	}
	t.holds = append(t.holds, h)
}

// remove forgets a hold that was subtracted.
func (p *Pool) remove(h *Hold) {
	a := p.addresses[h.client.Addr]
	t := a.tabs[h.client.Tab]
	i := slices.Index(t.holds, h)
	t.holds = slices.Delete(t.holds, i, i+1)
	if len(t.holds) == 0 {
		delete(a.tabs, h.client.Tab)
	}
	if len(a.tabs) == 0 {
		delete(p.addresses, h.client.Addr)
	}
}

// account adds to the sums.
func (p *Pool) account(h *Hold, more int64) {
	a := p.addresses[h.client.Addr]
	p.used += more
	a.used += more
	a.tabs[h.client.Tab].used += more
}

// Used returns how many units are held, also by holds that were evicted and not released yet.
func (p *Pool) Used() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used + p.leaving
}

// Capacity returns how many units there are.
func (p *Pool) Capacity() int64 { return p.capacity }

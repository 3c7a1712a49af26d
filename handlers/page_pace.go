package handlers

import (
	"sync"
	"time"
)

// A drawPace says when a page's stream may draw a frame, beside that the frame before must be written. A
// proxy before the server takes frames as fast as they come and keeps megabytes of them for a slow
// client, which then sees what was new long ago. So the page says what reaches it: over a socket it
// acknowledges frames, and over an event stream, which has no way back, it asks for frames that lie
// further apart. Training goes on at the pace asked for.
type drawPace struct {
	began  time.Time
	apart  time.Duration // between two frames
	drawn  time.Time     // when the newest frame was drawn
	credit *credit       // of a socket whose page acknowledges frames, or nil
}

// mayDraw reports whether a frame may be drawn now.
func (p *drawPace) mayDraw(now time.Time) bool {
	return now.Sub(p.drawn) >= p.apart && (p.credit == nil || p.credit.isLeft())
}

// draws notes that a frame is drawn now.
func (p *drawPace) draws(now time.Time) {
	p.drawn = now
	if p.credit != nil {
		p.credit.take(now)
	}
}

// queryAcks is not empty in the address of a socket whose page acknowledges frames.
const queryAcks = "acks"

// acknowledgement is what the page sends over its socket for each frame that is in its place.
const acknowledgement = "ack"

// A credit limits the frames of a socket that are on their way to the page. As many may be as keep a
// fast line busy, however far away the page is. Of those that take longer than the fastest did, the
// rest of the time is spent in a queue; the limit falls if that is too long.
type credit struct {
	mu    sync.Mutex
	limit int           // frames that may be on their way
	taken []time.Time   // when those on their way were drawn
	least time.Duration // the shortest time to an acknowledgement
	rest  int           // acknowledgements until the limit may rise again
}

const (
	firstCredit = 1
	mostCredit  = 64
	longWay     = time.Second            // that a frame may be on its way for the limit to rise
	mostQueued  = 500 * time.Millisecond // that a frame may spend in a queue
	restCredit  = 40                     // acknowledgements before a limit that fell is tried again
)

func newCredit() *credit {
	return &credit{limit: firstCredit, rest: firstCredit, least: time.Hour}
}

// isLeft reports whether one more frame may be on its way.
func (c *credit) isLeft() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.taken) < c.limit
}

// take notes that a frame begins its way.
func (c *credit) take(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken = append(c.taken, now)
}

// acknowledge notes that the oldest frame on its way has come. An acknowledgement of nothing is
// ignored.
func (c *credit) acknowledge(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.taken) == 0 {
		return
	}
	took := now.Sub(c.taken[0])
	wasUsed := len(c.taken) >= c.limit
	c.taken = append(c.taken[:0], c.taken[1:]...)
	c.least = min(c.least, took)
	switch c.rest = max(0, c.rest-1); {
	case took-c.least > mostQueued:
		c.limit, c.rest = max(1, c.limit/2), restCredit
	case wasUsed && c.rest == 0 && took < longWay:
		c.limit = min(c.limit+1, mostCredit)
		if took > mostQueued { // a long way or a slow line: all on their way will say which
			c.rest = c.limit
		}
	}
}

package memnet

import (
	"math/rand/v2"
	"time"
)

// A Break is how a connection ends before its time.
type Break int

const (
	Whole Break = iota // it does not
	Reset              // both ends get an error; bytes under way are lost
	End                // both ends read the end of the stream, after the bytes under way
	Stall              // bytes are taken and never arrive, until the kernel gives up
)

func (b Break) String() string { return [...]string{"whole", "reset", "end", "stall"}[b] }

// GiveUp is how long a stalled connection lives. A kernel finds a dead line by its probes: Go asks
// for nine of them, 15 s apart.
const GiveUp = 150 * time.Second

// A Line says how a connection behaves. The zero value is a perfect line with room for 64 kB.
type Line struct {
	Room    int           // bytes that may be under way or unread in one direction
	Latency time.Duration // how long a piece travels at least
	Jitter  time.Duration // and how much longer at most
	Pace    int           // bytes a second in one direction; 0 is no limit
	Piece   int           // a write is split into pieces of 1 to so many bytes; 0 does not split

	Break Break
	After int // bytes, counted in both directions, after which the line breaks

	Seed uint64 // of the jitter and the sizes of pieces
}

// defaultRoom is the Room of a line that does not say it.
const defaultRoom = 64 << 10

// newPipe returns one direction of a connection.
func (l Line) newPipe(direction uint64) *pipe {
	if l.Room == 0 {
		l.Room = defaultRoom
	}
	p := &pipe{line: l, random: rand.New(rand.NewPCG(l.Seed, direction))}
	p.changed.L = &p.mu
	return p
}

// pieceSize returns the size of the next piece of at most n bytes.
func (p *pipe) pieceSize(n int) int {
	if p.line.Piece > 0 {
		n = min(n, 1+p.random.IntN(p.line.Piece))
	}
	return n
}

// travel returns how long a piece is under way, and how long its n bytes keep others waiting.
func (p *pipe) travel(n int) (latency, pace time.Duration) {
	latency = p.line.Latency
	if p.line.Jitter > 0 {
		latency += time.Duration(p.random.Int64N(int64(p.line.Jitter)))
	}
	if p.line.Pace > 0 {
		pace = time.Duration(n) * time.Second / time.Duration(p.line.Pace)
	}
	return latency, pace
}

package handlers

import (
	"net"
	"net/http"
	"unicode/utf8"

	"github.com/nnvisu/nnvisu/handlers/fair"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// ownMemory is what the server takes when it does nothing, in bytes.
const ownMemory = 64 << 20

// bytesInFlight returns how many bytes of a memory may be in use by requests. The garbage collector
// needs as much again.
func bytesInFlight(memory int64) int64 { return (memory - ownMemory) / 2 }

// bodiesInFlight is how many times as many bytes as a body there must be: three bodies of numbers of
// usual length, which take four times as much when they are decoded.
const bodiesInFlight = 3 * 4

// LargestBody returns the most bytes of a body that a server with some memory and a cache can take.
func LargestBody(memory, cache int64) int64 {
	return max(0, bytesInFlight(memory)-cache) / bodiesInFlight
}

// LargestCache returns how many bytes the cache of a server with some memory takes at most, unless
// its operator wants more: an eighth of what requests could use without it.
func LargestCache(memory int64) int64 { return max(0, bytesInFlight(memory)) / 8 }

// bytesOfConnection is what a connection takes, in bytes: goroutines, buffers and the header of a
// request that is being read.
const bytesOfConnection = 24 << 10

// ConnState is told of connections by [http.Server.ConnState]. A connection that does nothing needs
// memory too; one is closed if there is no room for another that has more of a right to it. Those
// of trusted proxies carry many clients, and are not counted.
func (s *Server) ConnState(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		peer := addressIn(conn.RemoteAddr().String())
		if !peer.IsValid() || s.trusts(peer) {
			return
		}
		client := fair.Client{Addr: network(peer)}
		hold, err := s.memory.Acquire(client, bytesOfConnection, func() { _ = conn.Close() })
		if err != nil {
			_ = conn.Close()
			return
		}
		s.connections.Store(conn, hold)
	case http.StateHijacked, http.StateClosed:
		if hold, ok := s.connections.LoadAndDelete(conn); ok {
			hold.(*fair.Hold).Release()
		}
	}
}

// What a stream keeps, in bytes: its goroutines, a frame that is written and gzip; and for each
// parameter of its network the weights, the moments, the gradients, a copy of them from which an
// update is tried, and, while a frame is made or written, a copy of the network and its text. A test
// compares the sums with what the garbage collector sees.
const (
	bytesOfStream    = 256 << 10
	bytesOfParameter = 208
	bytesOfPoint     = 128
)

// What a request takes to work on a state besides its body and the HTML or file that it is answered
// with, in bytes: pictures; and for each parameter of its network, numbers and their text. A test
// compares the sums with what the garbage collector sees.
const (
	bytesOfWork          = 256 << 10
	bytesOfParameterWork = 224
	bytesOfPointWork     = 256
)

// stateBytes returns how much memory a request takes to work on a state.
func stateBytes(state nn.State) int64 {
	return bytesOfWork + bytesOfParameterWork*int64(nn.ParameterCount(state.Config)) + bytesOfPointWork*int64(len(state.Data))
}

// streamBytes returns how much memory a stream of a state takes.
func streamBytes(state nn.State) int64 {
	return bytesOfStream + bytesOfParameter*int64(nn.ParameterCount(state.Config)) + bytesOfPoint*int64(len(state.Data))
}

// streamBytes returns how much memory a stream of the page takes.
func (p *pageRequest) streamBytes() int64 {
	size := streamBytes(p.State)
	for _, field := range []string{views.FieldMeta, views.FieldHistory, views.FieldPinned, views.FieldJournal} {
		size += 2 * int64(len(p.form.Get(field)))
	}
	return size
}

// bytesOfCell is what a cell of a table takes while the table is read.
const bytesOfCell = 32

// tableBytes returns how much memory a table takes while it is read, besides its text. Cells are
// parted by what is neither letter nor digit, whatever the separator is.
func tableBytes(text string) int64 {
	cells := 1
	for _, b := range []byte(text) {
		switch {
		case '0' <= b && b <= '9', 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b >= utf8.RuneSelf, b == '.', b == '-':
		default:
			cells++
		}
	}
	return bytesOfCell * int64(min(cells, table.MaxCells))
}

package handlers

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/flate"
)

// streamLevel is where deflating a frame costs least: higher ones make it at most
// a seventh smaller, in twice the time.
const streamLevel = 2

// deflaters are shared by all streams: a frame needs one only while it is made.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, streamLevel)
	if err != nil {
		panic("handlers: " + err.Error()) // the level is one that there is
	}
	return w
}}

// A gzipStream makes one gzip stream (RFC 1952) of parts that can each be read as
// soon as they have arrived. Each is deflated by itself and ends with an empty
// stored block, which makes it end with a byte (RFC 1951, 3.2.4). A part refers to
// nothing before itself: between two, a stream keeps no window, but the checksum.
//
// Deflating costs as much as half a frame. While the processors have more to do
// than they can, parts are stored as they are: everybody gets more frames for it.
type gzipStream struct {
	crowded  func() bool // whether they have; nil is never
	begun    bool
	checksum uint32
	size     uint32 // modulo 2³², as in the trailer
}

// add appends a part to dst.
func (z *gzipStream) add(dst *bytes.Buffer, part []byte) {
	z.begin(dst)
	z.checksum = crc32.Update(z.checksum, crc32.IEEETable, part)
	z.size += uint32(len(part))
	if z.crowded != nil && z.crowded() {
		store(dst, part)
		return
	}
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(dst)
	_, _ = w.Write(part) // a bytes.Buffer takes everything
	_ = w.Flush()
	w.Reset(nil)
}

// store appends part in stored blocks (RFC 1951, 3.2.4). What is before them ends
// with a byte, as they do. The last is empty: decoders hand out at that what they have.
func store(dst *bytes.Buffer, part []byte) {
	const most = 1<<16 - 1
	for n := 1; n > 0; {
		n = min(len(part), most)
		header := [5]byte{0, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}
		dst.Write(header[:])
		dst.Write(part[:n])
		part = part[n:]
	}
}

// end appends the last block, an empty one, and the trailer.
func (z *gzipStream) end(dst *bytes.Buffer) {
	z.begin(dst)
	dst.Write([]byte{0x03, 0x00}) // final, fixed codes, end of block
	var trailer [8]byte
	binary.LittleEndian.PutUint32(trailer[:], z.checksum)
	binary.LittleEndian.PutUint32(trailer[4:], z.size)
	dst.Write(trailer[:])
}

func (z *gzipStream) begin(dst *bytes.Buffer) {
	if !z.begun {
		// Deflated, no flags, no time, no level, no system (RFC 1952, 2.3).
		dst.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
		z.begun = true
	}
}

package stream

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/flate"
)

// gzipLevel is the level at which a frame costs least. Higher levels make a frame at most a seventh
// smaller and take twice the time.
const gzipLevel = 2

// compressors are shared by all streams: a stream needs one only while it makes a frame.
var compressors = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, gzipLevel)
	if err != nil {
		panic("stream: " + err.Error()) // only an unknown level is an error
	}
	return w
}}

// yieldEvery is after how many bytes of a part others may compute.
const yieldEvery = 64 << 10

// A GzipStream makes one gzip stream (RFC 1952) of parts. A client can decode each part as soon as
// it arrives: a part ends with an empty stored block, and so on a byte boundary (RFC 1951, section
// 3.2.4). A part refers to nothing in earlier parts, so between parts a stream keeps a checksum and
// no window. The zero value is ready to use.
type GzipStream struct {
	// Overloaded reports whether the CPUs are overloaded; nil means never. Compressing costs half
	// as much as computing a frame. Parts are stored uncompressed while the CPUs are overloaded,
	// which gives every client more frames.
	Overloaded func() bool
	// Yield is called now and then while a long part is compressed; nil is not.
	Yield func()

	begun    bool
	checksum uint32
	size     uint32 // modulo 2³², as in the trailer
}

// Append appends a part to dst.
func (z *GzipStream) Append(dst *bytes.Buffer, part []byte) {
	z.begin(dst)
	z.checksum = crc32.Update(z.checksum, crc32.IEEETable, part)
	z.size += uint32(len(part))
	if z.Overloaded != nil && z.Overloaded() {
		store(dst, part)
		return
	}
	w := compressors.Get().(*flate.Writer)
	defer compressors.Put(w)
	w.Reset(dst)
	for len(part) > yieldEvery && z.Yield != nil {
		_, _ = w.Write(part[:yieldEvery]) // writing to a bytes.Buffer cannot fail
		part = part[yieldEvery:]
		z.Yield()
	}
	_, _ = w.Write(part)
	_ = w.Flush()
	w.Reset(nil)
}

// store appends part in stored blocks (RFC 1951, section 3.2.4), which begin and end on a byte
// boundary. The last block is empty: when a decoder sees it, it hands out what it has.
func store(dst *bytes.Buffer, part []byte) {
	const maxBlock = 1<<16 - 1
	for n := 1; n > 0; {
		n = min(len(part), maxBlock)
		header := [5]byte{0, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}
		dst.Write(header[:])
		dst.Write(part[:n])
		part = part[n:]
	}
}

// End appends the last block, which is empty, and the trailer.
func (z *GzipStream) End(dst *bytes.Buffer) {
	z.begin(dst)
	dst.Write([]byte{0x03, 0x00}) // final, fixed codes, end of block
	var trailer [8]byte
	binary.LittleEndian.PutUint32(trailer[:], z.checksum)
	binary.LittleEndian.PutUint32(trailer[4:], z.size)
	dst.Write(trailer[:])
}

// begin appends the header of the stream, once.
func (z *GzipStream) begin(dst *bytes.Buffer) {
	if !z.begun {
		// Deflate; no flags, time or level; unknown system (RFC 1952, section 2.3).
		dst.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
		z.begun = true
	}
}

package stream

import (
	"bytes"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// MaxBuffer is the largest capacity, in bytes, of a buffer that is kept for reuse. Frames of the
// largest networks have some megabytes, others some tens of kilobytes.
const MaxBuffer = 1 << 20

// GetBuffer returns an empty buffer from a pool, to be given back by [PutBuffer].
func GetBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

// PutBuffer gives a buffer back to the pool. The caller must not use it afterwards.
func PutBuffer(b *bytes.Buffer) {
	if b != nil && b.Cap() <= MaxBuffer {
		buffers.Put(b)
	}
}

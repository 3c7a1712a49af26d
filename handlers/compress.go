package handlers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/stream"
	"github.com/nnvisu/nnvisu/handlers/wire"
)

// The content codings that the server reads and writes.
const (
	codingZstd = "zstd"
	codingGzip = "gzip"
)

// leastCompressed is the size in bytes from which compression pays. A smaller body fits into one
// packet anyway.
const leastCompressed = 1 << 10

// codings are the codings of whole answers, the preferred first: gzip is slower and larger.
var codings = []string{codingZstd, codingGzip}

// encodingOf returns the best of the offered codings for an answer to a request with the header h,
// or "" to send the answer as it is. The weights of Accept-Encoding decide (RFC 9110, section
// 12.5.3), and between equal weights the order of the offer.
func encodingOf(h http.Header, offered []string) string {
	weights := map[string]float64{}
	for coding := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values(echo.HeaderAcceptEncoding), ",")), ",") {
		name, parameter, weighted := strings.Cut(coding, ";")
		weight := 1.0
		if weighted {
			value, _ := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
			if q, err := strconv.ParseFloat(value, 64); err == nil && q >= 0 && q <= 1 {
				weight = q
			} else {
				weight = 0 // unreadable: do not use this coding
			}
		}
		name = strings.TrimSpace(name)
		if name == "x-gzip" { // RFC 9110, 8.4.1.3
			name = codingGzip
		}
		weights[name] = weight
	}
	best, most := "", 0.0
	for _, coding := range offered {
		weight, named := weights[coding]
		if !named {
			weight = weights["*"]
		}
		if weight > most && weight >= weights["identity"] {
			best, most = coding, weight
		}
	}
	return best
}

// A packer returns body compressed in a coding.
type packer func(coding string, body []byte) []byte

// encoded returns body in the coding that the client prefers, and names the coding in the header of
// the answer.
func encoded(c echo.Context, body []byte, pack packer) []byte {
	h := c.Response().Header()
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	coding := encodingOf(c.Request().Header, codings)
	if coding == "" || len(body) < leastCompressed {
		return body
	}
	h.Set(echo.HeaderContentEncoding, coding)
	return pack(coding, body)
}

// compressed is the packer for answers that are sent once. It uses the fastest level. An answer to
// train_step, 8 kB of digits that look random, takes zstd 50 µs and shrinks to 45 %; no slower
// level of zstd or gzip saves three per cent more. The page takes 0.5 ms and shrinks to a sixth.
func compressed(coding string, body []byte) []byte {
	if coding == codingZstd {
		return zstdEncoder().EncodeAll(body, make([]byte, 0, len(body)/2))
	}
	var b bytes.Buffer
	b.Grow(len(body) / 2)
	var z stream.GzipStream // with one part
	z.Append(&b, body)
	z.End(&b)
	return b.Bytes()
}

// zstdEncoder holds one encoder for each core; EncodeAll waits for a free one. The window is small,
// because an encoder holds memory in proportion to it.
var zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithWindowSize(128<<10),
		zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // the options are wrong
	}
	return e
})

// packer returns a packer for a static body. It compresses at the best level and caches the result
// under name, once for each coding.
func (s *Server) packer(name string) packer {
	return func(coding string, body []byte) []byte {
		if packed, ok := s.packed.Load(coding + name); ok {
			return packed.([]byte)
		}
		var b bytes.Buffer
		var w io.WriteCloser
		var err error
		if coding == codingZstd {
			w, err = zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
		} else {
			w, err = gzip.NewWriterLevel(&b, gzip.BestCompression)
		}
		if err == nil {
			_, err = w.Write(body)
			err = errors.Join(err, w.Close())
		}
		if err != nil {
			panic(err) // writing to a buffer cannot fail
		}
		s.packed.Store(coding+name, b.Bytes())
		return b.Bytes()
	}
}

// zstdWindow is the largest window in bytes that a body may ask its reader to hold. RFC 9659 sets
// it.
const zstdWindow = 8 << 20

// An unpacker decompresses one body after another.
type unpacker interface {
	io.Reader
	Reset(io.Reader) error
}

var (
	gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}
	zstdReaders = sync.Pool{New: func() any {
		r, err := zstd.NewReader(nil,
			zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			panic(err) // the options are wrong
		}
		return r
	}}
)

// unpacked returns the decompressed body of a request. A few bytes can decompress to very many. So
// the limit on bytes holds for the result as well, and its memory is reserved as it grows.
func (s *Server) unpacked(c echo.Context, body []byte) (content []byte, err error) {
	var readers *sync.Pool
	coding := strings.ToLower(strings.TrimSpace(strings.Join(c.Request().Header.Values(echo.HeaderContentEncoding), ", ")))
	switch coding {
	case "", "identity":
		return body, nil
	case codingZstd:
		readers = &zstdReaders
	case codingGzip, "x-gzip":
		readers = &gzipReaders
	default:
		c.Response().Header().Set(echo.HeaderAcceptEncoding, codingZstd+", "+codingGzip) // RFC 9110, 12.5.3
		return nil, wire.Unsupported("the content encoding must be gzip or zstd")
	}
	r := readers.Get().(unpacker)
	defer func() {
		_ = r.Reset(strings.NewReader("")) // lets go of the body; that "" is not compressed is no error here
		readers.Put(r)
	}()
	ctx := c.Request().Context()
	source := &unpacking{r: r, ctx: ctx}
	if source.err = r.Reset(bytes.NewReader(body)); source.err == nil {
		content, err = taskOf(ctx).readAll(source, 4*int64(len(body)), taskBytes+int64(len(body)))
	}
	if source.err != nil {
		return nil, wire.Malformed("", "the body cannot be read as %s, which its content encoding announces", coding)
	}
	return content, cmp.Or(source.gone, err)
}

// An unpacking reads from an unpacker, yields now and then, and keeps what it ends
// with.
type unpacking struct {
	r    unpacker
	ctx  context.Context
	err  error // of the unpacker
	gone error // of yield
}

func (u *unpacking) Read(p []byte) (int, error) {
	if err := yield(u.ctx); err != nil {
		u.gone = err
		return 0, err
	}
	n, err := u.r.Read(p[:min(len(p), 64<<10)])
	if err != nil && err != io.EOF {
		u.err = err
	}
	return n, err
}

package stream

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestGzipStream: every part can be read when it has arrived, none needs more than itself, and the
// whole is one gzip stream that a decoder takes for complete.
func TestGzipStream(t *testing.T) {
	parts := []string{
		"a", "", strings.Repeat("data: 0123456789\n", 9000), "a", strings.Repeat("x", 70_000), "end",
	}
	in, feed := io.Pipe()
	type answer struct {
		r   *gzip.Reader
		err error
	}
	opened := make(chan answer)
	go func() {
		r, err := gzip.NewReader(in)
		opened <- answer{r, err}
	}()
	overloaded := false
	z := GzipStream{Overloaded: func() bool { return overloaded }}
	var whole, part bytes.Buffer
	var r *gzip.Reader
	for i, text := range parts {
		overloaded = i == 1 || i == 4
		part.Reset()
		z.Append(&part, []byte(text))
		whole.Write(part.Bytes())
		go feed.Write(slices.Clone(part.Bytes()))
		if i == 0 {
			a := <-opened
			if a.err != nil {
				t.Fatal(a.err)
			}
			r = a.r
		}
		if stored := part.Len() > len(text); len(text) > 100 && stored != overloaded {
			t.Errorf("part %d, %d bytes, takes %d; want it stored: %v", i, len(text), part.Len(), overloaded)
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != text {
			t.Fatalf("part %d is read as %.40q, %v, before the next is written; want %.40q",
				i, got, err, text)
		}
	}
	part.Reset()
	z.End(&part)
	whole.Write(part.Bytes())
	go func() { feed.Write(part.Bytes()); feed.Close() }()
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("behind the end, Read = %d, %v; want EOF", n, err)
	}
	want := strings.Join(parts, "")
	if got := gunzip(t, whole.Bytes()); got != want {
		t.Errorf("the stream is %d bytes; want the %d of its parts", len(got), len(want))
	}
	if whole.Len() > len(parts[4])+len(want)/20 {
		t.Errorf("the stream takes %d bytes for %d that repeat themselves, of which %d are stored",
			whole.Len(), len(want), len(parts[4]))
	}
	var empty bytes.Buffer
	new(GzipStream).End(&empty)
	if got := gunzip(t, empty.Bytes()); got != "" {
		t.Errorf("an empty stream is %q", got)
	}
}

func gunzip(tb testing.TB, zipped []byte) string {
	tb.Helper()
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		tb.Fatalf("behind %d bytes: %v", len(text), err)
	}
	return string(text)
}

package wire

import (
	"math/rand/v2"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// checkURLEncoded fails the test unless a form is read as net/url reads it, or refused as there.
func checkURLEncoded(tb testing.TB, body string) {
	tb.Helper()
	want, wrong := url.ParseQuery(body)
	got, err := parseURLEncoded([]byte(body), new(pace.Pace))
	if (err == nil) != (wrong == nil) || err == nil && !reflect.DeepEqual(got, want) {
		tb.Errorf("parseURLEncoded(%q) = %q, %v; want %q, %v", body, got, err, want, wrong)
	}
}

// TestParseURLEncoded: forms of all bytes, escaped or not, are read as net/url reads them.
func TestParseURLEncoded(t *testing.T) {
	for _, body := range []string{
		"", "&", "&&a=1&", "a", "a=", "=b", "=", "a=1&a=2&b=1", "a=b=c", "a+b=c+d", "%61=%62", "a%3db=%26", "a=%2B%2b", "a=%", "a=%4", "a=%4g", "a=%g4", "%=1", "a;b=1", "a=1;b=2", "a=%3B",
		"a=é", "a=%C3%A9", "\xff=\x00", "a=1&%zz&b=2", "a=1&b;&c=3", "data=%5B%7B%22x%22%3A-0.5%2C%22y%22%3A1e-7%7D%5D",
		strings.Repeat("a&", manyFields-1) + "a", strings.Repeat("a&", manyFields), strings.Repeat("&", manyFields+1),
	} {
		checkURLEncoded(t, body)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		body := make([]byte, r.IntN(12))
		for i := range body {
			body[i] = "&=;%+aF09 \xff/:"[r.IntN(13)]
		}
		checkURLEncoded(t, string(body))
	}
}

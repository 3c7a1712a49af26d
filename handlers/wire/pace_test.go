package wire

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// TestYield: every decoder yields at least once in two strides of the text that it reads, whatever
// the text consists of, and ends with the error that yield returns.
func TestYield(t *testing.T) {
	const size = 10 * pace.Stride
	fill := func(before, unit, after string) string {
		return before + strings.Repeat(unit, size/len(unit)) + after
	}
	row := "[0" + strings.Repeat(",0.12345678901234567", 500) + "]"
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	message := func(text string, l Limits) error {
		_, err := DecodeMessage([]byte(text), Step, l)
		return err
	}
	many := Limits{Points: size}
	form := func(contentType string) func(string, Limits) error {
		return func(text string, l Limits) error {
			_, err := ParseForm(contentType, []byte(text), l)
			return err
		}
	}
	for _, test := range []struct {
		name, text string
		decode     func(text string, l Limits) error
	}{
		{"Points", fill(`{"data":[{"x":0,"y":0,"label":0}`, `,{"x":0,"y":0,"label":0}`, "]}"), message},
		{"SortedPoints", fill(`{"data":[{"x":0,"y":0,"label":0}`, `,{"label":0,"x":0,"y":0}`, "]}"), message},
		{"Rows", fill(`{"network":{"biases":[[0]`, ","+row, "]}}"), message},
		{"LongNumbers", fill(`{"network":{"biases":[[0`, ",0."+strings.Repeat("1", 1000), "]]}}"), message},
		{"StrictRows", fill(`{"id":"é","network":{"biases":[[0]`, ","+row, "]}}"), message},
		{"StrictPoints", fill(`{"id":"é","data":[{"x":0,"y":0,"label":0}`, `,{"x":0,"y":0,"label":0}`, "]}"), message},
		{"String", fill(`{"type":"`, "é", `"}`), message},
		{"Blanks", fill(`{"id":"é",`, " ", "}"), message},
		{"URLEncoded", fill("data=", "%5B", ""), form(urlencoded)},
		{"Fields", fill("", "data="+strings.Repeat("1", 1000)+"&", ""), form(urlencoded)},
		{"Part", part("data", fill("", "x", "")) + "--b--", form("multipart/form-data; boundary=b")},
		{"Parts", fill("", part("data", strings.Repeat("1", 1000)), "--b--"), form("multipart/form-data; boundary=b")},
		{"ID", fill(`{"data":[`, "0,", `0],"id":1}`), func(text string, l Limits) error {
			if id := FindID([]byte(text), l); string(id) != "1" {
				return fmt.Errorf("there is no id")
			}
			return nil
		}},
		{"Form", fill("[", `{"x":0,"y":0,"label":0},`, "0]"), func(text string, l Limits) error {
			_, err := DecodeForm(url.Values{"data": {text}}, messageFields, Step, l)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			calls := 0
			count := many
			count.Yield = func() error { calls++; return nil }
			_ = test.decode(test.text, count)
			if least := size / pace.Stride / 2; calls < least {
				t.Errorf("reading %d bytes yields %d times; want %d at least", len(test.text), calls, least)
			}
			gone := errors.New("gone")
			stopped := 0
			count.Yield = func() error { stopped++; return gone }
			if err := test.decode(test.text, count); err != gone && test.name != "ID" || stopped > 2 {
				t.Errorf("reading ends with %v after %d calls; want what yield returned, at once", err, stopped)
			}
		})
	}
}

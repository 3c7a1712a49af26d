package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/nnvisu/nnvisu/nn"
)

// largest is the most bytes that a body may have by default.
const largest = 16 << 20

const (
	asForm = "Content-Type: application/x-www-form-urlencoded"
	asJSON = "Content-Type: application/json"
	packed = "Content-Encoding: gzip"
)

// pack compresses a body.
func pack(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // a buffer takes all
	_ = z.Close()
	return b.Bytes()
}

// pageForm returns the page's form to train a lab.
func pageForm(l lab, more ...string) (url.Values, error) {
	s, err := l.state()
	if err != nil {
		return nil, err
	}
	form := url.Values{"controls": {""}, "frame_steps": {"10"}}
	for name, v := range map[string]any{"config": s.Config, "data": s.Data} {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		form.Set(name, string(text))
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form, nil
}

// widest is the largest network.
var widest = lab{hidden: []int{100, 100, 100, 100, 100, 100, 100, 100, 100, 100}, points: 10, optimizer: nn.Adam, classes: 2}

// manyColumns returns a form that imports a table of so many columns of one name.
func manyColumns(n int) []byte {
	return []byte("act=import-preview&table_header=yes&table_text=" + strings.Repeat("a,", n) + "a%0A" + strings.Repeat("1,", n) + "1")
}

// manyFeatures returns a multipart form whose field features has so many values.
func manyFeatures(n int) (body []byte, contentType string, err error) {
	form, err := pageForm(defaultLab, "controls", "1", "act", "settings")
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name := range form {
		_ = w.WriteField(name, form.Get(name)) // a buffer takes all
	}
	for i := range n {
		_ = w.WriteField("features", fmt.Sprint("x", i))
	}
	_ = w.Close()
	return b.Bytes(), "Content-Type: " + w.FormDataContentType(), nil
}

// blanks returns a form to train whose field is padded with so many blanks.
func blanks(field, value string, n int) ([]byte, error) {
	form, err := pageForm(defaultLab, "frame_ms", "60000")
	if err != nil {
		return nil, err
	}
	return []byte(form.Encode() + "&" + field + "=" + url.QueryEscape(value) + strings.Repeat("+", n)), nil
}

// pinnedRun is a run to compare with, as the page keeps it.
const pinnedRun = `{"config":{"hidden_layers":[]},"network":{"weights":[[[0,0],[0,0]]],"biases":[[0,0]]},"history":{}}`

// nested returns a message whose weights are so many bytes of numbers.
func nested(n int) []byte {
	return []byte(`{"network":{"weights":[[[0` + strings.Repeat(",0", n/2) + `]]]},"data":[]}`)
}

// wrongAtTheEnd returns a message of about so many bytes whose last member is unknown, and the rest
// a state of the largest network in numbers of many digits. So it is read to its end as one that may
// be right.
func wrongAtTheEnd(n int) []byte {
	const lists = 3 // the weights and both moments
	numbers := lists * (2*100 + 9*100*100 + 100*2)
	number := "0." + strings.Repeat("123456789", 10)[:n/numbers-4] // a comma and a bracket beside it
	row := func(columns int) string { return "[" + number + strings.Repeat(","+number, columns-1) + "]" }
	layer := func(rows, columns int) string {
		return "[" + row(columns) + strings.Repeat(","+row(columns), rows-1) + "]"
	}
	bias := func(rows int) string { return "[0" + strings.Repeat(",0", rows-1) + "]" }
	parameters := `"weights":[` + layer(100, 2) + strings.Repeat(","+layer(100, 100), 9) + "," + layer(2, 100) +
		`],"biases":[` + strings.Repeat(bias(100)+",", 10) + bias(2) + "]"
	return []byte(`{"config":{"hidden_layers":[100` + strings.Repeat(",100", 9) + `]},"data":[{"x":0,"y":0,"label":0}],"network":{` +
		parameters + `,"optimizer":{"name":"adam","updates":1,"first":{` + parameters + `},"second":{` + parameters + `}}},"wrong":1}`)
}

// largeTable returns a form that imports a table of so many cells.
func largeTable(cells int) []byte {
	return []byte("act=import-preview&table_header=yes&table_text=x,y,label%0A" + strings.Repeat("0.25,0.5,1%0A", cells/3))
}

package wire

import (
	"io"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn/pace"
)

// DecodeFields reads the fields of a form from a JSON object of strings.
func DecodeFields(body []byte, limits Limits) (url.Values, error) {
	p := pace.New(limits.Yield)
	form := url.Values{}
	d := jsontext.NewDecoder(pace.NewReader(p, body))
	wrong := func() error {
		if p.Stopped() != nil {
			return p.Stopped()
		}
		return Malformed("", "the message must be a JSON object of strings")
	}
	if start, err := d.ReadToken(); err != nil || start.Kind() != '{' {
		return nil, wrong()
	}
	for d.PeekKind() == '"' {
		if len(form) >= manyFields {
			return nil, errManyFields()
		}
		name, err := d.ReadToken()
		if err != nil {
			return nil, wrong()
		}
		key := strings.Clone(name.String())
		value, err := d.ReadToken()
		if err != nil || value.Kind() != '"' {
			return nil, wrong()
		}
		form.Set(key, value.String())
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, wrong()
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, wrong()
	}
	return form, nil
}

package handlers

import (
	"maps"
	"net/http"
	"net/url"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// parseForm returns the fields of the form in the body of a request, tidied, or nil if the body is
// JSON.
func (s *Server) parseForm(r *http.Request, body []byte) (url.Values, error) {
	form, err := wire.ParseForm(r.Header.Get("Content-Type"), body, s.limits(r.Context()))
	if err != nil {
		return nil, err
	}
	return tidied(form), nil
}

// tidied takes out of a form what people do not mean, and returns it. Numbers get a decimal point:
// the keys of a phone may have no other mark than a comma. The page's own form loses the fields that
// the page does not have: extensions of browsers put theirs into any form. A program's form keeps
// them, and they are an error, since they may be misspelt.
func tidied(form url.Values) url.Values {
	if form.Has(views.FieldControls) {
		maps.DeleteFunc(form, func(name string, _ []string) bool { return !views.IsField(name) })
	}
	for name, values := range form {
		if views.IsDecimal(name) {
			for i, text := range values {
				values[i] = setting.DecimalPoint(text)
			}
		}
	}
	return form
}

package wire

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/pace"
)

// ParseForm returns the fields of a form, or nil if the body is JSON by its content type, or by its
// first byte where the type does not say. Its errors are those of the form and of limits.Yield.
func ParseForm(contentType string, body []byte, limits Limits) (url.Values, error) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		return nil, Unsupported("the content type cannot be read")
	}
	isObject := bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
	p := pace.New(limits.Yield)
	switch {
	case mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"):
		return nil, nil
	case (mediaType == "" || mediaType == "application/x-www-form-urlencoded") && isObject:
		return nil, nil // curl -d announces a form
	case mediaType == "application/x-www-form-urlencoded":
		form, err := parseURLEncoded(body, p)
		return form, cmp.Or(p.Stopped(), err)
	case mediaType == "multipart/form-data":
		form, err := parseMultipart(body, parameters["boundary"], p)
		return form, cmp.Or(p.Stopped(), err)
	}
	return nil, Unsupported("the body must be application/json, " +
		"application/x-www-form-urlencoded or multipart/form-data")
}

func parseMultipart(body []byte, boundary string, p *pace.Pace) (url.Values, error) {
	form := url.Values{}
	parts, err := parseParts(body, boundary, p)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		form.Add(part.Name, part.Text)
	}
	return form, nil
}

// A Part is a field of a form, or a file.
type Part struct {
	Name string
	File string // its name, with the folders that lead to it; "" for a field that is no file
	Text string
}

// ParseFiles returns the fields and the files of a form in their order.
func ParseFiles(contentType string, body []byte, limits Limits) (parts []Part, err error) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err == nil && mediaType == "multipart/form-data" {
		p := pace.New(limits.Yield)
		parts, err = parseParts(body, parameters["boundary"], p)
		return parts, cmp.Or(p.Stopped(), err)
	}
	form, err := ParseForm(contentType, body, limits)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, text := range form[name] {
			parts = append(parts, Part{Name: name, Text: text})
		}
	}
	return parts, err
}

func parseParts(body []byte, boundary string, p *pace.Pace) (all []Part, err error) {
	if boundary == "" {
		return nil, Malformed("", "the content type must name a boundary")
	}
	parts := multipart.NewReader(pace.NewReader(p, body), boundary)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		// A form cut short in a part's header ends like a whole one.
		if err == io.EOF && bytes.Contains(body, []byte("--"+boundary+"--")) {
			return all, nil
		}
		if err != nil {
			return nil, Malformed("", "the multipart form cannot be read")
		}
		if n >= manyFields {
			return nil, errManyFields()
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, Malformed(part.FormName(), "cannot be read")
		}
		all = append(all, Part{part.FormName(), fileName(part), string(value)})
	}
}

// fileName returns the name of a file with its folders, which [multipart.Part.FileName] leaves out; "" for
// a part that is no file.
func fileName(part *multipart.Part) string {
	_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return parameters["filename"]
}

// A Field says what a form may have under a name.
type Field int

// The kinds of fields.
const (
	NoField       Field = iota // the form has no field of this name
	SingleField                // given at most once
	RepeatedField              // given any number of times
)

// DecodeForm reads a message from the fields of a form: config, network, data and id are JSON text,
// the others plain. A field that is empty counts as left out. fieldOf says which fields the form
// may have besides those of the message, which are then for the caller to read.
func DecodeForm(
	form url.Values, fieldOf func(name string) Field, kind Kind, limits Limits,
) (Message, error) {
	m := NewMessage(kind)
	err := readField(form.Get("id"), "id", limits, func(r *reader) error { return r.id(&m.ID) })
	if err != nil {
		return m, err
	}
	if err := checkFields(form, fieldOf); err != nil {
		return m, err
	}
	for _, f := range []struct {
		name string
		read func(*reader) error
	}{
		{"config", func(r *reader) error { return r.config(&m.State.Config, &m.ClassesSet) }},
		{"network", func(r *reader) error { return r.network(&m.State.Network) }},
		{"data", func(r *reader) error {
			return r.points(&m.State.Data, limits.Points, !kind.needsLabels())
		}},
		{"over", func(r *reader) error { return r.sweep(&m.Sweep) }},
	} {
		if err := readField(form.Get(f.name), f.name, limits, f.read); err != nil {
			return m, err
		}
	}
	for _, f := range []struct {
		name string
		dst  *int
	}{{"steps", &m.Steps}, {"frame_ms", &m.FrameMS}} {
		if err := FormInt(form, f.name, f.dst); err != nil {
			return m, err
		}
	}
	if text := strings.TrimSpace(form.Get("frame_steps")); text != "" {
		if err := m.ReadFrameSteps(text); err != nil {
			return m, err
		}
	}
	m.Format = strings.TrimSpace(form.Get("format"))
	if kind == Explain {
		if err := m.readExplain(form); err != nil {
			return m, err
		}
	}
	if m.Type = form.Get("type"); m.Type != "" {
		if err := kind.checkType(m.Type); err != nil {
			return m, err
		}
	}
	if kind == SweepOver {
		m.State.Network = nn.Network{} // of the page, whose form always has one
	}
	return m, m.Check(kind)
}

// readExplain reads what is to be explained.
func (m *Message) readExplain(form url.Values) error {
	m.Parameter = cmp.Or(strings.TrimSpace(form.Get("parameter")), m.Parameter)
	if strings.TrimSpace(form.Get("point")) == "" {
		return nil
	}
	if err := FormInt(form, "point", &m.Point); err != nil {
		return err
	}
	return checkPoint(m.Point)
}

// checkFields returns an error for a field that the form may not have, or not twice.
func checkFields(form url.Values, fieldOf func(name string) Field) error {
	for _, name := range slices.Sorted(maps.Keys(form)) { // in order: the same form, the same error
		switch field := fieldOf(name); {
		case field == NoField:
			return Malformed(name, "is not a field that this form has")
		case field == SingleField && len(form[name]) > 1:
			return Malformed(name, "is given twice")
		}
	}
	return nil
}

// readField reads the JSON text of a field, if there is any.
func readField(text, name string, limits Limits, read func(*reader) error) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return readJSON([]byte(text), name, limits, read)
}

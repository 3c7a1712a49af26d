package handlers

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nnvisu/nn"
	"nnvisu/nn/setting"
	"nnvisu/views"
)

// readTimeout is how long a client may take to send a body, whether or not it is
// looked at: net/http reads what is left of it before it answers.
const readTimeout = time.Minute

// readBody returns the body of a request as it is sent, or too_large.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(readTimeout)) // not every writer has deadlines
	limited := http.MaxBytesReader(w, r.Body, s.config.MaxBody)
	// What is announced may never come, so only a little room is made for it.
	size := min(max(r.ContentLength, 0), 64<<10)
	body := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := body.ReadFrom(limited); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return nil, s.errBodySize()
		}
		return nil, malformed("", "the body of the request broke off")
	}
	// The deadline must not outlast the body: it would end a stream.
	_ = control.SetReadDeadline(time.Time{})
	return body.Bytes(), nil
}

// takeBody reads the body of a request and then asks enter for a place, which
// leave gives back: a client that sends slowly takes nobody's, and all that is
// computed, unpacking the body included, is computed in a place.
func (s *Server) takeBody(c echo.Context, enter func() (leave func(), err error)) (body []byte, leave func(), err error) {
	taken := false
	if body, err = s.readBody(c.Response(), c.Request()); err != nil {
		return nil, nil, err
	}
	if leave, err = enter(); err != nil {
		return nil, nil, err
	}
	defer leaveUnless(&taken, leave)
	if body, err = s.unpacked(c, body); err != nil {
		return nil, nil, err
	}
	taken = true
	return body, leave, nil
}

// leaveUnless is deferred to give back a place that nobody takes over, also
// where that comes of a panic.
func leaveUnless(taken *bool, leave func()) {
	if !*taken {
		leave()
	}
}

func (s *Server) errBodySize() error {
	return tooLarge("", "the request must have at most %d bytes", s.config.MaxBody)
}

// decodeBody decodes the body of a program's request: JSON, or a form whose
// fields config, network and data are JSON text.
func (s *Server) decodeBody(r *http.Request, body []byte, may members) (message, error) {
	form, err := parseForm(r.Header.Get("Content-Type"), body)
	if err != nil {
		return message{}, err
	}
	if form == nil {
		return s.decodeMessage(body, may)
	}
	return s.decodeForm(form, may)
}

// parseForm returns the fields of a form, or nil if the body is JSON by its
// content type, or by its first byte where the type does not say.
func parseForm(contentType string, body []byte) (url.Values, error) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		return nil, &requestError{code: codeUnsupported, message: "the content type cannot be read"}
	}
	begins := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"):
		return nil, nil
	case (mediaType == "" || mediaType == "application/x-www-form-urlencoded") && bytes.HasPrefix(begins, []byte("{")):
		return nil, nil // curl -d announces a form
	case mediaType == "application/x-www-form-urlencoded":
		form, err := parseURLEncoded(body)
		if err != nil {
			return nil, malformed("", "the form cannot be read")
		}
		return form, nil
	case mediaType == "multipart/form-data":
		return parseMultipart(body, parameters["boundary"])
	}
	return nil, &requestError{code: codeUnsupported, message: "the body must be application/json, application/x-www-form-urlencoded or multipart/form-data"}
}

func parseMultipart(body []byte, boundary string) (url.Values, error) {
	if boundary == "" {
		return nil, malformed("", "the content type must name a boundary")
	}
	form := url.Values{}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		// A form cut short in a part's header ends like a whole one.
		if err == io.EOF && bytes.Contains(body, []byte("--"+boundary+"--")) {
			return form, nil
		}
		if err != nil {
			return nil, malformed("", "the multipart form cannot be read")
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, malformed(part.FormName(), "cannot be read")
		}
		form.Add(part.FormName(), string(value))
	}
}

// decodeForm reads a message from the fields of a form. A field that is empty
// counts as left out, and the page's own fields may be there.
func (s *Server) decodeForm(form url.Values, may members) (message, error) {
	m := newMessage(may)
	if err := decodeField(form, "id", func(r *reader) error { return r.id(&m.id) }); err != nil {
		return m, err
	}
	for _, field := range slices.Sorted(maps.Keys(form)) { // in order: the same form, the same error
		switch {
		case !views.IsField(field):
			return m, malformed(field, "is not a field that this form has")
		case len(form[field]) > 1 && !slices.Contains(views.RepeatedFields, field):
			return m, malformed(field, "is given twice")
		}
	}
	for _, f := range []struct {
		name string
		read func(*reader) error
	}{
		{"config", func(r *reader) error { return r.config(&m.state.Config, &m.classesSet) }},
		{"network", func(r *reader) error { return r.network(&m.state.Network) }},
		{"data", func(r *reader) error { return r.points(&m.state.Data, s.config.MaxPoints, may.unlabel) }},
	} {
		if err := decodeField(form, f.name, f.read); err != nil {
			return m, err
		}
	}
	for _, f := range []struct {
		name string
		dst  *int
	}{{"steps", &m.steps}, {"frame_steps", &m.frameSteps}, {"frame_ms", &m.frameMS}} {
		if err := formInt(form, f.name, f.dst); err != nil {
			return m, err
		}
	}
	m.format = strings.TrimSpace(form.Get(views.FieldFormat))
	m.kind = form.Get("type")
	return m, m.checkCounts(may)
}

// decodeField reads the JSON text of a field, if it is there.
func decodeField(form url.Values, name string, read func(*reader) error) error {
	text := form.Get(name)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return readJSON([]byte(text), name, read)
}

// formInt reads a whole number from a field, if it is there.
func formInt(form url.Values, field string, dst *int) error {
	return formNumber(form, field, dst, queryInt)
}

// formFloat reads a number from a field, if it is there.
func formFloat(form url.Values, field string, dst *float64) error {
	return formNumber(form, field, dst, queryFloat)
}

func formNumber[T any](
	form url.Values, field string, dst *T, read func(text, field string, dst *T) error,
) error {
	if text := strings.TrimSpace(form.Get(field)); text != "" {
		return read(text, field, dst)
	}
	return nil
}

// parseFloat reads a finite decimal number.
func parseFloat(text string) (float64, error) { return setting.ParseFloat(text) }

// clip keeps what a client sent from filling a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// checkState checks what depends on the server's limits, and fills in what was
// left out.
func (s *Server) checkState(m *message) error {
	if b := m.state.Config.BatchSize; b > s.config.MaxPoints {
		return invalid("config.batch_size", "must be at most %d, the limit on points; got %d", s.config.MaxPoints, b)
	}
	if len(m.state.Data) > s.config.MaxPoints { // a recipe's; the decoder counts for itself
		return tooLarge("data", "must have at most %d points", s.config.MaxPoints)
	}
	state, err := m.state.Prepare()
	if err != nil {
		return err
	}
	m.state = state
	return nil
}

// newTrainer checks a message and returns its Trainer. One answer costs steps
// updates, the value of the field.
func (s *Server) newTrainer(m *message, field string, steps int) (*nn.Trainer, nn.Work, error) {
	if m.kind != "" && m.kind != "train_step" {
		return nil, nn.Work{}, malformed("type", "must be train_step; got %q", clip(m.kind))
	}
	if err := s.checkState(m); err != nil {
		return nil, nn.Work{}, err
	}
	work := nn.WorkOf(m.state.Config, len(m.state.Data))
	if cost := float64(steps)*work.Update + work.Evaluation; cost > s.config.MaxWork {
		most := max(0, int((s.config.MaxWork-work.Evaluation)/work.Update))
		return nil, nn.Work{}, tooLarge(field, "%d updates of this network on %d points cost %.3g multiply-adds; the limit is %.3g, which allows %d updates",
			steps, len(m.state.Data), cost, s.config.MaxWork, most)
	}
	t, err := nn.NewTrainer(m.state)
	return t, work, err
}

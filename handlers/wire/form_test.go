package wire

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

const (
	urlencoded = "application/x-www-form-urlencoded"
	multipart8 = "multipart/form-data; boundary=8" // a boundary as short as may be
)

// part is one part of a multipart form with the boundary 8.
func part(name, value string) string {
	return "--8\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

// messageFields says which fields a form of these tests may have: those of a message and some of a
// page.
func messageFields(name string) Field {
	switch name {
	case "id", "type", "config", "network", "data", "steps", "frame_steps", "frame_ms", "format":
		return SingleField
	case "act", "controls", "stroke", "tool", "at.x", "at.y":
		return SingleField
	case "features":
		return RepeatedField
	}
	return NoField
}

func TestParseForm(t *testing.T) {
	steps := url.Values{"steps": {"1"}}
	for _, test := range []struct {
		name, contentType, body string
		want                    url.Values // nil: JSON
		wantErr                 string
	}{
		{"JSON", "application/json", `{}`, nil, "ok"},
		{"JSONCharset", "application/json; charset=utf-8", `{}`, nil, "ok"},
		{"JSONUpper", "Application/JSON", `{}`, nil, "ok"},
		{"JSONSuffix", "application/ld+json", `{}`, nil, "ok"},
		{"JSONWhatever", "application/json", `steps=1`, nil, "ok"}, // for the decoder to refuse
		{"JSONEmpty", "application/json", ``, nil, "ok"},
		{"None", "", ` {}`, nil, "ok"},
		{"NoneForm", "", `steps=1`, nil, "unsupported"},
		{"NoneEmpty", "", ``, nil, "unsupported"},
		{"Curl", urlencoded, `{"steps":1}`, nil, "ok"},
		{"CurlSpace", urlencoded, "\r\n\t {\"steps\":1}", nil, "ok"},
		{"CurlList", urlencoded, `[]`, url.Values{"[]": {""}}, "ok"},
		{"Form", urlencoded, `steps=1`, steps, "ok"},
		{"FormCharset", urlencoded + "; charset=UTF-8", `steps=1`, steps, "ok"},
		{"FormUpper", strings.ToUpper(urlencoded), `steps=1`, steps, "ok"},
		{"FormEmpty", urlencoded, ``, url.Values{}, "ok"},
		{"FormTwice", urlencoded, `steps=1&steps=2`, url.Values{"steps": {"1", "2"}}, "ok"},
		{"FormEscapes", urlencoded, `a%26=1%2B+2`, url.Values{"a&": {"1+ 2"}}, "ok"},
		{"FormSemicolon", urlencoded, `a=1;b=2`, nil, "malformed"},
		{"FormPercent", urlencoded, `a=%zz`, nil, "malformed"},
		{"Multipart", multipart8, part("steps", "1") + "--8--", steps, "ok"},
		{"MultipartQuoted", `multipart/form-data; boundary="8"`, part("steps", "1") + "--8--\r\n", steps, "ok"},
		{"MultipartTwice", multipart8, part("a", "1") + part("a", "2") + "--8--", url.Values{"a": {"1", "2"}}, "ok"},
		{"MultipartFile", multipart8, "--8\r\nContent-Disposition: form-data; name=\"steps\"; filename=\"f\"\r\n\r\n1\r\n--8--", steps, "ok"},
		{"MultipartBinary", multipart8, part("a", "\x00\xff\r\n-") + "--8--", url.Values{"a": {"\x00\xff\r\n-"}}, "ok"},
		{"MultipartEmpty", multipart8, "--8--", url.Values{}, "ok"},
		{"MultipartBrace", multipart8, "{}", nil, "malformed"},
		{"MultipartNoEnd", multipart8, part("steps", "1"), nil, "malformed steps"},
		{"MultipartCutInHeader", multipart8, part("steps", "1") + "--8\r\nContent-Dispo", nil, "malformed"},
		{"MultipartCutInPart", multipart8, part("steps", "1")[:50], nil, "malformed"},
		{"MultipartNothing", multipart8, "", nil, "malformed"},
		{"MultipartNoBoundary", "multipart/form-data", part("steps", "1") + "--8--", nil, "malformed"},
		{"MultipartOther", "multipart/mixed; boundary=8", part("steps", "1") + "--8--", nil, "unsupported"},
		{"Text", "text/plain", `{}`, nil, "unsupported"},
		{"Octets", "application/octet-stream", `{}`, nil, "unsupported"},
		{"Unreadable", ";;", `{}`, nil, "unsupported"},
		{"UnreadableParameter", "application/json; charset", `{}`, nil, "unsupported"},
	} {
		got, err := ParseForm(test.contentType, []byte(test.body), limits)
		if describeAs(err) != test.wantErr || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: ParseForm(%q, %q) = %v, %v; want %v, %s", test.name, test.contentType, test.body, got, err, test.want, test.wantErr)
		}
	}
}

// TestParseFormMultipart reads what the standard library writes.
func TestParseFormMultipart(t *testing.T) {
	want := url.Values{"config": {`{"seed":1}`}, "features": {"x", "y"}, "data": {"[\r\n]"}}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range want {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := ParseForm(w.FormDataContentType(), b.Bytes(), limits)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseForm(%q) = %v, %v; want %v", b.String(), got, err, want)
	}
}

// TestParseFormMultipartCut: a form that broke off is never taken for a shorter one, wherever it
// broke.
func TestParseFormMultipartCut(t *testing.T) {
	whole := part("config", "{}") + part("steps", "7") + "--8--"
	for n := range len(whole) {
		if got, err := ParseForm(multipart8, []byte(whole[:n]), limits); err == nil {
			t.Errorf("ParseForm(%q) = %v; want an error", whole[:n], got)
		}
	}
	if got, err := ParseForm(multipart8, []byte(whole), limits); err != nil || len(got) != 2 {
		t.Errorf("ParseForm(%q) = %v, %v; want two fields", whole, got, err)
	}
}

// TestDecodeForm: what fields mean, in a program's form and in the page's.
func TestDecodeForm(t *testing.T) {
	for _, test := range []struct {
		name string
		kind Kind
		body string
		want string
	}{
		{"Empty", Step, ``, "ok"},
		{"Spaces", Step, `config=+&network=%0A&data=&steps=+`, "ok"},
		{"Trimmed", Step, `steps=+7+`, "ok"},
		{"Whole", Step, `steps=1e2`, "malformed steps"},
		{"Zero", Step, `steps=0`, "invalid steps"},
		{"TrainZero", Train, `steps=0`, "ok"},
		{"Overflow", Step, `steps=99999999999999999999`, "malformed steps"},
		{"FrameMS", Train, `frame_ms=60001`, "invalid frame_ms"},
		{"Page", Train, `act=show&controls=1&stroke=&tool=erase&at.x=1&at.y=2&features=x&features=y`, "ok"},
		{"FeaturesTwice", Step, `features=x&features=x`, "ok"},
		{"ToolTwice", Step, `tool=0&tool=1`, "malformed tool"},
		{"NoName", Step, `=1`, "malformed"},
		{"Case", Step, `Steps=1`, "malformed Steps"},
		{"Unknown", Step, `speed=1`, "malformed speed"},
		{"Points", Step, `data=[{"x":0,"y":0}]`, "invalid data[0].label"},
		{"PointsUnlabelled", Predict, `data=[{"x":0,"y":0}]`, "ok"},
	} {
		form, err := url.ParseQuery(test.body)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeForm(form, messageFields, test.kind, limits); describeAs(err) != test.want {
			t.Errorf("%s: DecodeForm(%s) = %v (%s); want %s", test.name, test.body, err, describeAs(err), test.want)
		}
	}
}

// TestDecodeFormIsMessage: a form and a JSON message with the same values are the same message.
func TestDecodeFormIsMessage(t *testing.T) {
	var parts struct{ Type, ID, Config, Network, Data, Steps json.RawMessage }
	if err := json.Unmarshal([]byte(everything), &parts); err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"type": {"train_step"}, "id": {string(parts.ID)}, "config": {string(parts.Config)},
		"network": {string(parts.Network)}, "data": {string(parts.Data)}, "steps": {"1"},
	}
	got, err := DecodeForm(form, messageFields, Step, limits)
	if err != nil {
		t.Fatalf("DecodeForm: %v", err)
	}
	want, err := DecodeMessage([]byte(everything), Step, limits)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("DecodeForm = %+v; want what DecodeMessage reads, %+v, %v", got, want, err)
	}
}

// repeats is how often a test asks for the same thing that must always be answered alike: a choice
// at random between two answers passes once in 2⁶³.
const repeats = 64

// TestDecodeFormID: an error about a form carries the form's id.
func TestDecodeFormID(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"Config", `id=7&config={`},
		{"Data", `id=7&data=[{}]`},
		{"Steps", `id=7&steps=x`},
		{"Unknown", `id=7&speed=1`},
		{"Twice", `id=7&steps=1&steps=1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			form, err := url.ParseQuery(test.body)
			if err != nil {
				t.Fatal(err)
			}
			lost := 0
			for range repeats {
				m, err := DecodeForm(form, messageFields, Step, limits)
				if err == nil {
					t.Fatalf("DecodeForm(%s) succeeds; want an error", test.body)
				}
				if string(m.ID) != "7" {
					lost++
				}
			}
			if lost != 0 {
				t.Errorf("DecodeForm(%s) loses the id %d times in %d; want never", test.body, lost, repeats)
			}
		})
	}
}

// FuzzParseForm: whatever is announced and sent, the form's reader answers with a form, with
// nothing for JSON, or with an error that a client understands; and a form is the same form on the
// other carrier.
func FuzzParseForm(f *testing.F) {
	for _, seed := range []struct{ contentType, body string }{
		{"application/json", `{}`},
		{"application/ld+json; charset=utf-8", `[]`},
		{"", `{}`}, {"", `a=1`}, {"text/plain", `a`}, {";;", `a`},
		{urlencoded, ` {"steps":1}`},
		{urlencoded, `config=%7B%22seed%22%3A1%7D&data=%5B%5D&network=&steps=1&id=7&type=train_step&frame_steps=2&frame_ms=40`},
		{urlencoded, `a=1&a=2&=&%61=+`}, {urlencoded, `a=%zz`}, {urlencoded, `a;b`}, {urlencoded, "\xff=\x00"},
		{urlencoded, `controls=1&features=x&features=x2&hidden_layers=8-8&learning_rate=0.1&seed=1&task=regression&tool=erase&stroke=0%2C1`},
		{urlencoded, `panel=gradients&log_scale=1&history=` + url.QueryEscape(`{"every":2,"step":[0,2],"epoch":[0,1],"loss":[1,0.5],"accuracy":[0,1],"test_loss":[-1,0.25],"best":{"step":2,"epoch":1,"test_loss":0.25}}`)},
		{urlencoded, `panel=compare&until_step=9&until_loss=0.1&until_accuracy=99&patience=3&data_seed=4&hide=data&hide=share&lock=network&meta=` + url.QueryEscape(`{"classes":["a","b"],"transform":{"x":{"name":"w","scale":0.5,"offset":-1}}}`)},
		{multipart8, part("config", `{"seed":1}`) + part("data", `[{"x":0,"y":0,"label":0}]`) + part("steps", "3") + "--8--\r\n"},
		{multipart8, part("a", "1") + part("a", "2") + "--8--"},
		{multipart8, part("a", "1")}, {multipart8, part("a", "1")[:30]}, {multipart8, "--8\r\n\r\nx\r\n--8--"}, {multipart8, "--8--"},
		{multipart8, "--8\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D=zz\r\n--8--"},
		{`multipart/form-data; boundary=""`, "--"}, {"multipart/form-data", part("a", "1")}, {"multipart/mixed; boundary=8", "--8--"},
	} {
		f.Add(seed.contentType, []byte(seed.body))
	}
	few := Limits{Points: 20}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		sent := bytes.Clone(body)
		form, err := ParseForm(contentType, body, limits)
		if !bytes.Equal(body, sent) {
			t.Fatalf("ParseForm changed its body from %q to %q", sent, body)
		}
		if err != nil {
			checkError(t, err, CodeMalformed, CodeUnsupported)
			return
		}
		if form == nil {
			return
		}
		again, err := ParseForm(urlencoded, []byte(form.Encode()), limits)
		if err != nil || !reflect.DeepEqual(again, form) {
			t.Errorf("ParseForm(%s) = %v, %v; want the form encoded, %v", form.Encode(), again, err, form)
		}
		m, err := DecodeForm(form, messageFields, Train, few)
		if err != nil {
			checkError(t, err, CodeMalformed, CodeInvalid, CodeTooLarge)
			return
		}
		for field, values := range form {
			if kind := messageFields(field); kind == NoField || kind == SingleField && len(values) > 1 {
				t.Errorf("the field %q with %d values was taken; want an error", field, len(values))
			}
		}
		if m.State, err = m.State.Prepare(); err == nil {
			checkRoundTrip(t, m, Train)
		}
	})
}

// TestParseFormManyParts: a multipart form has a limit on its parts, like one that is urlencoded.
func TestParseFormManyParts(t *testing.T) {
	for _, test := range []struct {
		parts int
		want  Code
	}{{10_000, ""}, {10_001, CodeTooLarge}} {
		body := strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"features\"\r\n\r\nx\r\n", test.parts) + "--b--\r\n"
		_, err := ParseForm("multipart/form-data; boundary=b", []byte(body), limits)
		got := Code("")
		if err != nil {
			got = Describe(err).Code
		}
		if got != test.want {
			t.Errorf("a form of %d parts = %v; want %q", test.parts, err, test.want)
		}
	}
}

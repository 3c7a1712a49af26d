package contract

import (
	"net/http"
	"testing"
)

// TestForbidden: what another site makes a browser send is refused wherever it would cost work or
// open a socket.
func TestForbidden(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	want := s.Step(t, m)
	const evil = "https://evil.example"
	cross := map[string][]string{
		"Origin":           {"Origin", evil},
		"OpaqueOrigin":     {"Origin", "null"},
		"OtherPort":        {"Origin", "http://127.0.0.1:1"},
		"FetchSite":        {"Sec-Fetch-Site", "cross-site"},
		"FetchSiteAndMore": {"Origin", evil, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"},
	}
	for name, headers := range cross {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/step", "/train", "/predict", "/layers", "/explain", "/export"} {
				text := m.Text()
				if path == "/predict" || path == "/layers" {
					text = m.Without("type", "steps").Text()
				}
				_, err := s.Post(t, path, text, headers...).Read()
				check(t, err, "forbidden", "")
				_, err = s.Post(t, path, text, append([]string{"Content-Type", "text/plain"}, headers...)...).Read()
				check(t, err, "forbidden", "")
			}
			if headers[0] == "Origin" {
				_, err := s.Dial(Soon(t), headers...)
				check(t, err, "forbidden", "")
			}
			if headers[len(headers)-2] != "Origin" {
				_, err := s.Recipe(Soon(t), "dataset=moons&points=5&steps=1", headers...)
				check(t, err, "forbidden", "")
			}
			if got := s.Step(t, m); !got.same(want) {
				t.Errorf("the next good request = %v; want %v", got, want)
			}
		})
	}
}

// TestAllowed: programs, which say nothing of sites, and the page itself are let in.
func TestAllowed(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	want := s.Step(t, m)
	for name, headers := range map[string][]string{
		"Program":        {},
		"SameOrigin":     {"Origin", s.Root, "Sec-Fetch-Site", "same-origin"},
		"OldBrowser":     {"Origin", s.Root},
		"TypedByTheUser": {"Sec-Fetch-Site", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := s.Post(t, "/step", m.Text(), headers...).Read(); err != nil || !got.same(want) {
				t.Errorf("POST /step = %v, %v; want %v", got, err, want)
			}
			st, err := s.Train(Soon(t), m.Text(), headers...)
			if err != nil {
				t.Fatalf("POST /train: %v; want a stream", err)
			}
			defer st.Close()
			st.MustResults(t, "steps")
			recipe, err := s.Recipe(Soon(t), "dataset=moons&points=5&steps=1", headers...)
			if err != nil {
				t.Fatalf("GET /train: %v; want a stream", err)
			}
			defer recipe.Close()
			recipe.MustResults(t, "steps")
			k, err := s.Dial(Soon(t), headers...)
			if err != nil {
				t.Fatalf("GET /ws: %v; want a socket", err)
			}
			defer k.Close()
			if got, err := k.Step(Soon(t), m.Text()); err != nil || !got.same(want) {
				t.Errorf("over the socket = %v, %v; want %v", got, err, want)
			}
		})
	}
}

// TestUnsupported: a content type that it does not read is 415, one that it does not write 406.
func TestUnsupported(t *testing.T) {
	s := Start(t)
	m := TrainStep(Message{}, nil, Scatter(4, 2, 1), 1)
	want := s.Step(t, m)
	bodies := map[string]Message{"/step": m, "/train": m, "/predict": m.Without("type", "steps"), "/layers": m.Without("type", "steps"), "/explain": m.Without("steps"),
		"/export": m.Without("type", "steps").With("format", "state")}
	for path, body := range bodies {
		for _, kind := range []string{"text/plain", "application/xml", "image/png", "text/csv; charset=utf-8", "json", ";"} {
			t.Run("POST"+path+"/"+kind, func(t *testing.T) {
				answer := s.Post(t, path, body.Text(), "Content-Type", kind)
				_, err := answer.Read()
				check(t, err, "unsupported", "*")
				if answer.Status != http.StatusUnsupportedMediaType {
					t.Errorf("status %d; want 415", answer.Status)
				}
			})
		}
		for _, accept := range []string{"image/png", "application/xml, image/*;q=0.5", "text/csv"} {
			t.Run("POST"+path+"/Accept/"+accept, func(t *testing.T) {
				answer := s.Post(t, path, body.Text(), "Accept", accept)
				_, err := answer.Read()
				check(t, err, "unsupported", "*")
				if answer.Status != http.StatusNotAcceptable {
					t.Errorf("status %d; want 406", answer.Status)
				}
			})
		}
	}
	for _, path := range []string{"/data/moons", "/train?dataset=moons&points=5&steps=1"} {
		t.Run("GET"+path, func(t *testing.T) {
			answer := s.Get(t, path, "Accept", "image/png")
			_, err := answer.Read()
			check(t, err, "unsupported", "*")
			if answer.Status != http.StatusNotAcceptable {
				t.Errorf("status %d; want 406", answer.Status)
			}
		})
	}
	for _, accept := range []string{"application/json", "*/*", "application/*", "image/png, application/json;q=0.1", "image/png, */*;q=0.1"} {
		t.Run("Accepted/"+accept, func(t *testing.T) {
			if got, err := s.Post(t, "/step", m.Text(), "Accept", accept).Read(); err != nil || !got.same(want) {
				t.Errorf("POST /step = %v, %v; want %v", got, err, want)
			}
		})
	}
}
